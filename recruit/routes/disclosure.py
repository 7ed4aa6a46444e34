"""Pages of disclosure: requests to see public records of an intake, gone through, masked, handed out or refused."""

import re
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from forms.disclosure import LetterForm, RequestForm
from recruit import clock
from recruit.database import transaction
from recruit.disclosing import grounds, words
from recruit.disclosing.items import MONITORING, PARTS, WHOLE, Item, Place, digest, own_words
from recruit.disclosing.material import material, unread
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.models import Application, Disclosure, DisclosureMasking, Intake
from recruit.navigation import present_intake
from recruit.queries import disclosure as queries
from recruit.queries import eligibility, naming
from recruit.request import account, actor, db, settings
from recruit.request import region as region_here
from recruit.services import disclosure as service
from recruit.services.disclosure import Mask
from recruit.storage import Storage

blueprint = Blueprint("disclosure", __name__)
PREFIX = "/g/<region>/<intake>/disclosure"
#: Of more applications than this the codes are written, not ticked.
LISTED = 300


@blueprint.route(PREFIX, methods=["GET", "POST"])
def index(region: str, intake: str) -> Any:
    """The requests about an intake; a POST registers another."""
    found = _intake()
    form = RequestForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "POST" and form.validate():
        assert form.asked_on.data is not None
        try:
            with transaction(db()):
                made = service.register(
                    db(),
                    intake=found,
                    wanted=form.wanted.data or "",
                    asked_on=form.asked_on.data,
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("The request is registered as number %(number)s.", number=made.number))
            return redirect(url_for("disclosure.show", region=region, intake=intake, number=made.number), 303)
        except Invalid as refused:
            form[refused.field or "wanted"].errors = [str(refused.message)]
    page = render_template(
        "disclosure/index.html",
        intake=found,
        lines=queries.of_intake(db(), intake=found),
        form=form,
        words=words,
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.get(f"{PREFIX}/<int:number>")
def show(region: str, intake: str, number: int) -> Any:
    """One request: what it is about, what has been gone through, and the decision."""
    return _page(_disclosure(number))


@blueprint.post(f"{PREFIX}/<int:number>/choose")
def choose(region: str, intake: str, number: int) -> Any:
    """Choose applications and parts."""
    found = _disclosure(number)
    codes = _codes()
    if request.form.get("all"):
        codes = {code for code, _name in queries.sent(db(), intake=_intake())}
    try:
        with transaction(db()):
            service.choose(
                db(),
                disclosure=found,
                codes=codes,
                parts=request.form.getlist("part"),
                revision=_revision(),
                actor=actor(),
                now=clock.now(),
            )
    except (Conflict, Invalid) as refused:
        return _page(_disclosure(number), errors=[("choose", str(refused.message))]), refused.status
    flash(_("Chosen. Go through each application now."))
    return redirect(_url("show", number), 303)


def _applications(me: int | None) -> tuple[int, list[tuple[str, str]]]:
    """How many there are to choose from, and, where they are few enough to tick, which."""
    hidden = eligibility.assessed_by(db(), _intake().id or 0, me or 0)
    listed = queries.sent(db(), intake=_intake(), hidden=hidden, most=LISTED + 1)
    if len(listed) <= LISTED:
        return len(listed), listed
    return queries.how_many_sent(db(), intake=_intake()), []


def _codes() -> set[str]:
    """Those ticked, and those written."""
    return {*request.form.getlist("code"), *re.split(r"[\s,;]+", request.form.get("codes", "").upper())} - {
        ""
    }


@blueprint.route(f"{PREFIX}/<int:number>/<code>", methods=["GET", "POST"])
def review(region: str, intake: str, number: int, code: str) -> Any:
    """Everything of one application that was asked for, with what may be secret; a POST keeps what is masked."""
    found = _disclosure(number)
    _row, application = queries.one_chosen(db(), disclosure=found, code=code)
    service.refuse_reading(db(), disclosure=found, application=application, actor=actor())
    items = material(db(), application, service.parts_of(found), _storage())
    if request.method == "GET":
        return _review_page(found, application, items)
    masks, missing = _masks(found, application, items)
    if missing:
        said = _("“%(words)s” stands nowhere in that text.", words=missing[0])
        return _review_page(found, application, items, errors=[("", said)]), 422
    try:
        with transaction(db()):
            service.review(
                db(),
                disclosure=found,
                code=code,
                items=items,
                masks=masks,
                seen=request.form.get("seen", ""),
                state=request.form.get("state", ""),
                actor=actor(),
                now=clock.now(),
            )
    except (Conflict, Invalid) as refused:
        found = _disclosure(number)
        _row, application = queries.one_chosen(db(), disclosure=found, code=code)
        return _review_page(found, application, items, errors=[("", str(refused.message))]), refused.status
    flash(
        _("What you masked in %(code)s is kept. It can be changed until the request is decided.", code=code)
    )
    return redirect(_url("show", number), 303)


@blueprint.post(f"{PREFIX}/<int:number>/look")
def look(region: str, intake: str, number: int) -> Any:
    """A second person has looked at the masking."""
    with transaction(db()):
        service.look_again(
            db(), disclosure=_disclosure(number), revision=_revision(), actor=actor(), now=clock.now()
        )
    flash(_("Your second look is noted."))
    return redirect(_url("show", number), 303)


@blueprint.post(f"{PREFIX}/<int:number>/decide")
def decide(region: str, intake: str, number: int) -> Any:
    """Hand out, or refuse. The file is made between two transactions: nobody else waits while it is."""
    found = _disclosure(number)
    refused = request.form.get("action") == "refuse"
    letter = LetterForm(request.form, say=_).letter.data or ""
    who, now = actor(), clock.now()
    try:
        with transaction(db()):
            prepared = service.prepare(
                db(),
                disclosure=found,
                material={} if refused else _unread(found),
                refused=refused,
                letter=letter,
                revision=_revision(),
                actor=who,
            )
        content = prepared.file(storage=_storage(), now=now)
        db().expire_all()  # what has changed meanwhile is read anew
        with transaction(db()):
            service.decide(
                db(),
                prepared=prepared,
                content=content,
                material={} if refused else _unread(found),
                actor=who,
                now=now,
            )
    except (Conflict, Invalid) as refusal:
        page = _page(_disclosure(number), errors=[("letter", str(refusal.message))], letter=letter)
        return page, refusal.status
    flash(_("The request is refused.") if refused else _("The file is made. Hand it over as it is."))
    return redirect(_url("show", number), 303)


@blueprint.get(f"{PREFIX}/<int:number>/file.zip")
def download(region: str, intake: str, number: int) -> Any:
    """The file that was handed out."""
    found = _disclosure(number)
    kept = queries.file_of(db(), disclosure=found)
    if kept is None:
        raise NotFound(_("There is no file: nothing was handed out, or it has been disposed of."))
    for each in queries.chosen(db(), disclosure=found):
        service.refuse_reading(db(), disclosure=found, application=each.application, actor=actor())
    response = Response(kept.content, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"utlamnande-{found.number}.zip")
    return response


def _intake() -> Intake:
    found = present_intake()
    if found is None:
        raise NotFound(_("There is no such intake."))
    return found


def _disclosure(number: int) -> Disclosure:
    return queries.by_number(db(), intake=_intake(), number=number)


def _storage() -> Storage:
    return Storage(settings().attachments)


def _unread(found: Disclosure) -> dict[str, list[Item]]:
    """What there is of each application that was chosen, by code."""
    parts = service.parts_of(found)
    return {
        each.application.mask_code: unread(db(), each.application, parts)
        for each in queries.chosen(db(), disclosure=found)
    }


def _revision() -> int:
    return request.form.get("revision", -1, int)


def _url(endpoint: str, number: int, **more: Any) -> str:
    return url_for(
        f"disclosure.{endpoint}", region=region_here().slug, intake=_intake().slug, number=number, **more
    )


def _page(found: Disclosure, errors: list[tuple[str, str]] | None = None, letter: str | None = None) -> str:
    rows = queries.chosen_lines(db(), disclosure=found)
    kept = queries.maskings(db(), disclosure=found)
    done = [
        found.registered_by_id,
        found.decided_by_id,
        found.looked_by_id,
        *(each.seen_by_id for each in rows),
    ]
    chosen = {each.mask_code for each in rows}
    posted = request.endpoint == "disclosure.choose"
    me = account().id
    total, listed = (0, []) if found.decided_at else _applications(me)
    return render_template(
        "disclosure/show.html",
        intake=_intake(),
        disclosure=found,
        rows=rows,
        parts=request.form.getlist("part") if posted else service.parts_of(found),
        offered=(*PARTS, MONITORING),
        total=total,
        applications=listed,
        codes=_codes() if posted else chosen,
        grounds=sorted({each.ground for each in kept if each.ground}),
        masked=len(kept),
        names=naming.names(db(), ids=done),
        ready=bool(rows) and all(each.seen for each in rows),
        may_look=bool(rows) and all(each.seen and each.seen_by_id != me for each in rows),
        letter=letter
        if letter is not None
        else words.letter(region_here().name, found.number, refused=False),
        file=queries.file_of(db(), disclosure=found),
        errors=errors or [],
        words=words,
        monitoring=MONITORING,
        url=_url,
    )


def _review_page(
    found: Disclosure,
    application: Application,
    items: list[Item],
    errors: list[tuple[str, str]] | None = None,
) -> str:
    row, _application = queries.one_chosen(db(), disclosure=found, code=application.mask_code)
    kept = queries.maskings(db(), disclosure=found, application_id=application.id)
    now = digest(items)
    posted = request.method == "POST"
    ticked = set(request.form.getlist("mask")) if posted else _ticked(items, kept, fresh=row.seen is None)
    by_place = {(each.item, service.place_of(each)): each.ground for each in kept}
    return render_template(
        "disclosure/review.html",
        intake=_intake(),
        disclosure=found,
        application=application,
        items=items,
        parts=PARTS,
        ticked=ticked,
        ground=lambda item, places, kind: (
            request.form.get(f"ground|{item.key}|{kind}")
            or next((by_place[item.key, each] for each in places if (item.key, each) in by_place), None)
            or grounds.proposed(kind)
        ),
        whole=(WHOLE,),
        own={
            item.key: request.form.get(f"words|{item.key}") if posted else "\n".join(_own(item, kept))
            for item in items
        },
        house=grounds.GROUNDS,
        seen=now,
        state=service.state_of(row, kept),
        stale=row.seen is not None and row.seen != now,
        errors=errors or [],
        words=words,
        url=_url,
    )


def _ticked(items: list[Item], kept: list[DisclosureMasking], *, fresh: bool) -> set[str]:
    """What is ticked when the page opens: everything proposed, or what was masked."""
    places = {(each.item, service.place_of(each)) for each in kept}
    found = set()
    for item in items:
        if (item.key, WHOLE) in places or (fresh and item.private):
            found.add(f"{item.key}|whole")
        for each in item.proposals:
            if fresh or all((item.key, place) in places for place in each.places):
                found.add(f"{item.key}|{each.key}")
    return found


def _own(item: Item, kept: list[DisclosureMasking]) -> list[str]:
    """The words that a person added, as they stand in the item now."""
    texts = item.texts
    found = []
    for each in kept:
        if (
            each.item == item.key
            and each.kind == "own"
            and each.start is not None
            and (each.page or 0) < len(texts)
        ):
            words_here = " ".join(texts[each.page or 0][each.start : each.stop].split())
            if words_here and words_here not in found:
                found.append(words_here)
    return found


def _masks(found: Disclosure, application: Application, items: list[Item]) -> tuple[list[Mask], list[str]]:
    """What the form masks, and words that stand nowhere."""
    ticked, masks, missing = set(request.form.getlist("mask")), list[Mask](), list[str]()
    for item in items:

        def ground(kind: str, item: Item = item) -> str:
            return request.form.get(f"ground|{item.key}|{kind}", "") or request.form.get("ground", "")

        if f"{item.key}|whole" in ticked:
            masks.append(Mask(item.key, item.private or "own", WHOLE, ground(item.private or "own")))
            continue
        places: dict[Place, Mask] = {}
        for each in item.proposals:
            if f"{item.key}|{each.key}" in ticked:
                places |= {
                    place: Mask(item.key, each.kind, place, ground(each.kind)) for place in each.places
                }
        phrases = [
            line.strip() for line in request.form.get(f"words|{item.key}", "").splitlines() if line.strip()
        ]
        own, lost = own_words(item.texts, phrases)
        missing += lost
        places |= {place: Mask(item.key, "own", place, ground("own")) for place in own if place not in places}
        masks += places.values()
    return masks, missing
