"""Letters of an intake: who gets one, its text, the dry run, sending it, stopping it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from forms.letters import LetterForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.letter_preview import heading
from recruit.merging import FIELDS, Texts
from recruit.models import Intake, LetterKind, LetterSending, MailState, SendingState
from recruit.queries import eligibility, naming
from recruit.queries import letters as queries
from recruit.queries.letters import Audience
from recruit.request import account, actor, db, settings
from recruit.request import region as present_region
from recruit.routes.letters_mail import blueprint, present
from recruit.services import letters as service

__all__ = ["blueprint"]


@blueprint.get("/letters")
def index(region: str, intake: str) -> Any:
    """The intake's letters, newest first, and what did not arrive."""
    found = present()
    return render_template(
        "letters/index.html",
        intake=found,
        sendings=queries.sendings(db(), intake=found),
        undelivered=queries.undelivered(db(), found),
        heading=_heading(found),
        now=clock.now(),
    )


@blueprint.route("/letters/new", methods=["GET", "POST"])
def new(region: str, intake: str) -> Any:
    """Begin a letter: a kind, and to whom, by where they stand or by the codes that were selected in a table."""
    found = present()
    audiences = queries.audiences(db(), intake=found)
    codes = sorted({code.strip().upper()[:8] for code in request.form.getlist("code")} - {""})
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            kind = _kind(request.form.get("kind", LetterKind.FREE.value if codes else ""))
            ids = _chosen(found, kind, audiences, codes)
            with transaction(db()):
                made = service.begin(
                    db(), intake=found, kind=kind, application_ids=ids, actor=actor(), now=clock.now()
                )
            return redirect(_address(made), 303)
        except (Invalid, Conflict) as error:
            refused = error
    counted = {each: len(ids) for each, ids in audiences.items()}
    return render_template(
        "letters/new.html",
        intake=found,
        counted=counted,
        published=any(counted[each] for each in queries.OUTCOMES.values()),
        outcomes=queries.OUTCOMES,
        refused=refused,
        codes=codes,
        chosen=set(request.form.getlist("to")),
        kind=request.form.get("kind", LetterKind.INFORMATION.value),
    ), refused.status if refused else 200


def _kind(value: str) -> LetterKind:
    try:
        return LetterKind(value)
    except ValueError:
        raise Invalid(_("Choose what kind of letter it is."), field="kind") from None


def _chosen(found: Any, kind: LetterKind, audiences: Any, codes: list[str]) -> set[int]:
    if codes:
        known = queries.ids_of_codes(db(), intake=found, codes=codes)
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise Invalid(
                _("There is no application %(codes)s in this intake.", codes=", ".join(unknown[:10])), "to"
            )
        return set(known.values())
    if kind in queries.OUTCOMES:
        return set(audiences[queries.OUTCOMES[kind]])
    asked = {each.value: each for each in Audience}
    wanted = [asked[value] for value in request.form.getlist("to") if value in asked]
    if not wanted:
        raise Invalid(_("Choose to whom the letter goes."), field="to")
    return set().union(*(audiences[each] for each in wanted))


@blueprint.route("/letters/<int:number>", methods=["GET", "POST"])
def show(region: str, intake: str, number: int) -> Any:
    """A draft's dry run, or what became of a letter. A name to look for is posted, so that it stands in no log."""
    return _page(number)


def _page(
    number: int, refused: Refusal | None = None, differences: list[service.Difference] | None = None
) -> Any:
    found = present()
    sending = queries.sending(db(), intake=found, number=number)
    hidden = eligibility.assessed_by(db(), found.id or 0, account().id or 0)
    only = request.values.get("only", "")
    search = request.form.get("search", "").strip()[:60]
    page = queries.recipients(
        db(),
        sending=sending,
        number=request.values.get("page", 1, type=int) or 1,
        search=search,
        only=only,
        hidden=hidden,
    )
    drafted = sending.state is SendingState.DRAFT
    states = {} if drafted else queries.states_of(db(), sending=sending)
    included = sum(states.values())
    left_out: int | None = None if only or search else page.total - included
    if drafted:
        included, left_out = queries.counts(db(), sending=sending)
    template = "letters/draft.html" if drafted else "letters/sent.html"
    return render_template(
        template,
        intake=found,
        sending=sending,
        page=page,
        per_page=queries.PER_PAGE,
        included=included,
        left_out=left_out,
        only=only,
        search=search,
        hidden=hidden,
        refused=refused,
        differences=differences or [],
        states=states,
        put_off=queries.put_off(db(), sending=sending) if states.get(MailState.WAITING) else None,
        mail_states=MailState,
        gaps=service.merging.gaps(queries.texts_in(sending)),
        grace=settings().letter_grace_minutes,
        heading=_heading(found),
        names={} if drafted else naming.names(db(), ids=[sending.sent_by_id]),
        now=clock.now(),
    ), refused.status if refused else 200


def _heading(found: Intake) -> Callable[[LetterSending], str]:
    return lambda sending: heading(sending, found, present_region(), language())


@blueprint.route("/letters/<int:number>/text", methods=["GET", "POST"])
def text(region: str, intake: str, number: int) -> Any:
    """Write the draft's text; saving it makes the dry run anew."""
    found = present()
    sending = queries.sending(db(), intake=found, number=number)
    if sending.state is not SendingState.DRAFT:
        raise Conflict(_("This letter is sent already. Its text can no longer be changed."))
    posted = request.form if request.method == "POST" else None
    data = {"seen": sending.revision, **queries.texts_in(sending).parts()}
    form = LetterForm(posted, data=data, say=_)
    refused: Refusal | None = None
    if posted is not None and form.validate():
        try:
            with transaction(db()):
                service.write(
                    db(),
                    intake=found,
                    number=number,
                    texts=Texts(**form.parts()),
                    seen=form.seen.data,
                    now=clock.now(),
                )
            flash(_("The text is saved, and the dry run made anew."))
            return redirect(_address(sending), 303)
        except Invalid as error:
            form[error.field or "body_sv"].errors = [str(error)]
        except Conflict as error:
            refused = error
            sending = queries.sending(db(), intake=found, number=number)
            form.seen.data = sending.revision
            form.seen.raw_data = None
    shown = render_template(
        "letters/text.html",
        intake=found,
        sending=sending,
        form=form,
        fields=FIELDS,
        refused=refused,
        theirs=queries.texts_in(sending).parts() if refused else None,
    )
    return shown, refused.status if refused else 422 if form.errors else 200


@blueprint.post("/letters/<int:number>/choose")
def choose(region: str, intake: str, number: int) -> Any:
    """Include or leave out those on the page that was shown."""
    found = present()
    try:
        with transaction(db()):
            sending = service.choose(
                db(),
                intake=found,
                number=number,
                shown=_ids("shown"),
                included=_ids("include"),
                seen=_seen(),
            )
    except Conflict as error:
        return _page(number, error)
    flash(_("Saved."))
    page = request.form.get("page", 1, type=int)
    only = request.form.get("only", "")
    return redirect(_address(sending, page=page if page != 1 else None, only=only or None), 303)


@blueprint.post("/letters/<int:number>/repeat")
def repeat(region: str, intake: str, number: int) -> Any:
    """Make the dry run again, with what is so now."""
    found = present()
    try:
        with transaction(db()):
            sending = service.repeat(db(), intake=found, number=number, seen=_seen(), now=clock.now())
    except Conflict as error:
        return _page(number, error)
    flash(_("The dry run is made anew."))
    return redirect(_address(sending), 303)


@blueprint.post("/letters/<int:number>/send")
def send(region: str, intake: str, number: int) -> Any:
    """Send just the letters of the dry run that was read."""
    found = present()
    grace = timedelta(minutes=max(settings().letter_grace_minutes, 0))
    try:
        with transaction(db()):
            sending = service.send(
                db(), intake=found, number=number, seen=_seen(), actor=actor(), now=clock.now(), grace=grace
            )
    except service.Stale as error:
        return _page(number, error, error.differences)
    except (Conflict, Invalid) as error:
        return _page(number, error)
    flash(_("The letters are in the outbox."))
    return redirect(_address(sending), 303)


@blueprint.post("/letters/<int:number>/stop")
def stop(region: str, intake: str, number: int) -> Any:
    """Stop what has not gone."""
    found = present()
    try:
        with transaction(db()):
            stopped = service.stop(db(), intake=found, number=number, actor=actor(), now=clock.now())
    except Conflict as error:
        return _page(number, error)
    flash(ngettext("%(num)s letter is stopped.", "%(num)s letters are stopped.", stopped))
    return redirect(url_for("letters.show", region=region, intake=intake, number=number), 303)


@blueprint.post("/letters/<int:number>/go-on")
def go_on(region: str, intake: str, number: int) -> Any:
    """Let what was stopped go out after all."""
    found = present()
    grace = timedelta(minutes=max(settings().letter_grace_minutes, 0))
    try:
        with transaction(db()):
            again = service.go_on(
                db(), intake=found, number=number, actor=actor(), now=clock.now(), grace=grace
            )
    except Conflict as error:
        return _page(number, error)
    flash(ngettext("%(num)s letter goes out after all.", "%(num)s letters go out after all.", again))
    return redirect(url_for("letters.show", region=region, intake=intake, number=number), 303)


@blueprint.post("/letters/<int:number>/discard")
def discard(region: str, intake: str, number: int) -> Any:
    """Throw the draft away."""
    found = present()
    with transaction(db()):
        service.discard(db(), intake=found, number=number)
    flash(_("The draft is thrown away. Nothing was sent."))
    return redirect(url_for("letters.index", region=region, intake=intake), 303)


def _ids(name: str) -> set[int]:
    return {int(each) for each in request.form.getlist(name) if each.isascii() and each.isdigit()}


def _seen() -> int:
    return request.form.get("seen", -1, type=int)


def _address(sending: LetterSending, **query: Any) -> str:
    assert request.view_args is not None
    return url_for(
        "letters.show",
        region=request.view_args["region"],
        intake=request.view_args["intake"],
        number=sending.number,
        **query,
    )
