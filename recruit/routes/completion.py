"""Requests for completion, for those who decide eligibility: all of an intake, asking, more time, taking back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.completion import AskForm, MoreTimeForm, TakeBackForm
from recruit import applicant_view, clock, table_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import AttachmentKind, CompletionState, Intake
from recruit.queries import completion as queries
from recruit.queries import eligibility, table
from recruit.queries import intake as intakes
from recruit.request import account, actor, db, page_asked, settings
from recruit.routes import completion_words
from recruit.routes.eligibility import present, show_error
from recruit.routes.eligibility_selection import back_to, codes_here
from recruit.services import completion as service
from recruit.services import completion_answers, completion_requests
from recruit.services.completion import Plan, Wanted
from recruit.services.impartiality import refuse_its_assessor
from recruit.services.selection import LeftOut, summary

blueprint = Blueprint("completion", __name__, url_prefix="/g/<region>/<intake>/completions")
USUAL_TIME = timedelta(days=14)


@blueprint.get("")
def index(region: str, intake: str) -> str:
    """Every request of the intake, by where it stands."""
    found, day = present(), queries.today()
    states = {each.value: each for each in CompletionState}
    wanted = states.get(request.args.get("state", ""))
    page = page_asked()
    per_page = min(max(request.args.get("per", table.PER_PAGE, int), 1), table.MOST_PER_PAGE)
    counts = queries.counts(db(), found, day)
    what, standing = completion_words.for_rows(day)
    return render_template(
        "completion/index.html",
        intake=found,
        rows=queries.page(db(), found, wanted, day, number=page, per_page=per_page),
        total=counts[wanted] if wanted else sum(counts.values()),
        page=page,
        per_page=per_page,
        state=wanted.value if wanted else "",
        counts=counts,
        masked=eligibility.assessed_by(db(), found.id or 0, account().id or 0),
        day=day,
        what=what,
        standing=standing,
        came_in=completion_words.came_in,
        names=applicant_view,
    )


def empty_form(intake: Intake, posted: Any = None) -> AskForm:
    """The form of a request, with the profile's requirements and two weeks to answer."""
    return AskForm(
        posted,
        data={"due_on": queries.today() + USUAL_TIME},
        kinds=completion_words.documents(),
        topics=completion_words.topics(),
        requirements=table_words.requirements(intakes.profile_of(db(), intake)),
        say=_,
    )


def ask_page(
    intake: Intake, form: AskForm, codes: Sequence[str], left_out: Sequence[LeftOut], query: str
) -> str:
    """The form, with whom it is for."""
    return render_template(
        "completion/ask.html", intake=intake, form=form, codes=codes, left_out=left_out, back=query
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new(region: str, intake: str) -> Any:
    """Ask: first the form, then how it will look and who gets it, then the mail."""
    found = present()
    if request.method == "GET":
        code = request.args.get("code", "")
        application = eligibility.by_code(db(), found, code)
        refuse_its_assessor(db(), application=application, actor=actor())
        return ask_page(found, empty_form(found), [application.mask_code], (), "")
    form, codes, query = empty_form(found, request.form), codes_here(found), request.form.get("filter", "")
    step = request.form.get("step")
    if not _valid(form) or step == "change":
        return ask_page(found, form, codes, (), query), 422 if form.errors else 200
    wanted, due_on = _wanted(form), form.due_on.data
    assert due_on is not None
    try:
        if step == "send":
            return _send(found, codes, wanted, due_on, query)
        service.check(db(), intake=found, wanted=wanted, due_on=due_on, now=clock.now())
        plan = service.plan(db(), intake=found, codes=codes, wanted=wanted, actor=actor())
    except Invalid as error:
        show_error(form, error)
        return ask_page(found, form, codes, (), query), 422
    return _preview(found, form, plan, wanted, due_on, query)


def _valid(form: AskForm) -> bool:
    """Whether all of it holds. What only the service knows of the day is said together with the rest."""
    valid = form.validate()
    if form.due_on.data is not None and not form.due_on.errors:
        try:
            service.check_date(form.due_on.data, clock.now())
        except Invalid as error:
            show_error(form, error)
            return False
    return valid


def _wanted(form: AskForm) -> Wanted:
    """What the form asks for: what belongs to another choice is left out."""
    what = form.what.data
    return Wanted(
        kind=AttachmentKind(form.kind.data) if what == "document" and form.kind.data else None,
        topic=form.topic.data if what == "topic" else None,
        requirement=form.requirement.data or None,
        text=form.text.data or "",
    )


def _preview(intake: Intake, form: AskForm, plan: Plan, wanted: Wanted, due_on: date, query: str) -> str:
    letters: dict[str, tuple[str, str, str]] = {}
    for application in plan.applications:
        language, subject, body = service.preview(
            db(),
            application=application,
            intake=intake,
            wanted=wanted,
            due_on=due_on,
            base_url=settings().base_url,
            now=clock.now(),
        )
        letters.setdefault(language, (subject, body, application.mask_code))
        if len(letters) == 2:
            break
    return render_template(
        "completion/preview.html",
        intake=intake,
        form=form,
        plan=plan,
        letters=letters,
        asked=completion_words.what(wanted),
        due_on=due_on,
        codes=[each.mask_code for each in plan.applications],
        back=query,
        names=applicant_view,
    )


def _send(intake: Intake, codes: Sequence[str], wanted: Wanted, due_on: date, query: str) -> Any:
    try:
        with transaction(db()):
            done = service.ask(
                db(),
                intake=intake,
                codes=codes,
                wanted=wanted,
                due_on=due_on,
                base_url=settings().base_url,
                actor=actor(),
                now=clock.now(),
            )
    except Conflict as error:
        flash(str(error), "warning")
        return redirect(back_to(intake, query), 303)
    flash(
        ngettext(
            "%(num)s applicant is asked and gets a mail.",
            "%(num)s applicants are asked and get a mail each.",
            len(done.requests),
        )
    )
    if done.left_out:
        flash(summary(done.left_out), "warning")
    if query or len(done.requests) > 1:
        return redirect(back_to(intake, query), 303)
    return redirect(_of("eligibility.show", intake, code=codes[0]), 303)


@blueprint.route("/extend", methods=["GET", "POST"])
def extend(region: str, intake: str) -> Any:
    """Give everybody who has not answered the same later day."""
    found = present()
    form = MoreTimeForm(
        request.form if request.method == "POST" else None,
        data={"due_on": queries.today() + USUAL_TIME},
        say=_,
    )
    if request.method == "POST" and form.validate():
        assert form.due_on.data is not None
        try:
            with transaction(db()):
                number = service.extend(
                    db(),
                    intake=found,
                    due_on=form.due_on.data,
                    reason=form.reason.data or "",
                    base_url=settings().base_url,
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as error:
            show_error(form, error)
        except Conflict as error:
            form.due_on.errors = [str(error)]
        else:
            flash(
                ngettext(
                    "%(num)s request has more time. The applicant gets a mail.",
                    "%(num)s requests have more time. The applicants get a mail each.",
                    number,
                )
            )
            return redirect(_of("completion.index", found), 303)
    waiting = queries.open_requests(db(), found)
    shown = render_template("completion/extend.html", intake=found, form=form, waiting=waiting)
    return shown, 422 if form.errors else 200


@blueprint.route("/<request_id>/cancel", methods=["GET", "POST"])
def cancel(region: str, intake: str, request_id: str) -> Any:
    """Take a request back, with a word to the applicant."""
    found = present()
    row = queries.in_intake(db(), found, request_id)
    application = completion_requests.application_of(db(), request=row, actor=actor())
    form = TakeBackForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                service.cancel(
                    db(),
                    request=row,
                    reason=form.reason.data or "",
                    base_url=settings().base_url,
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as error:
            show_error(form, error)
        else:
            flash(_("The request is taken back. The applicant gets a mail."))
            return redirect(_of("completion.index", found), 303)
    shown = render_template(
        "completion/cancel.html",
        intake=found,
        form=form,
        row=row,
        application=application,
        words=completion_words,
        day=queries.today(),
    )
    return shown, 422 if form.errors else 200


@blueprint.post("/<request_id>/looked-at")
def look_at(region: str, intake: str, request_id: str) -> Any:
    """An answer needs no decision: it is looked at."""
    found = present()
    row = queries.in_intake(db(), found, request_id)
    with transaction(db()):
        completion_answers.look_at(db(), request=row, actor=actor(), now=clock.now())
    flash(_("The answer is marked as looked at."))
    return redirect(_of("completion.index", found, state="came_in"), 303)


def _of(endpoint: str, intake: Intake, **values: str) -> str:
    region = (request.view_args or {})["region"]
    return url_for(endpoint, region=region, intake=intake.slug, **values)  # type: ignore[arg-type]
