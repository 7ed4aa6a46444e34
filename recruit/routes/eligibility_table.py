"""The table of applications: filtered, sorted, searched, in pages, and as the person left it last."""

from typing import Any
from urllib.parse import urlencode

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from forms.eligibility import NameSearchForm
from recruit import applicant_view, clock, table_words
from recruit.database import OneRegion, make_session, transaction
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.models import AttachmentKind, Intake, TableView
from recruit.queries import completion, eligibility, table
from recruit.queries import intake as intakes
from recruit.queries.table import MOST_PER_PAGE, PER_PAGE
from recruit.queries.table_filter import (
    ANSWERS,
    ASKED,
    ASSESSED,
    COUNTRIES,
    ELIGIBILITIES,
    MISSING,
    SORTS,
    STAGES,
    Filter,
)
from recruit.request import account, actor, db, page_asked, stored_number
from recruit.routes.eligibility import blueprint, present
from recruit.services import requirement_setting, table_views
from scoring.profile import Profile

#: What of the address is remembered. A code that is searched for is of one moment, and which page too.
REMEMBERED = (
    "stage",
    "requirement",
    "answer",
    "site",
    "country",
    "missing",
    "asked",
    "assessed",
    "sort",
    "dir",
    "per",
)
#: What these are when nothing is chosen.
USUAL = {"stage": "submitted", "sort": "submitted", "dir": "asc", "per": str(PER_PAGE)}


@blueprint.route("", methods=["GET", "POST"])
def index(region: str, intake: str) -> Any:
    """The table of applications. Filters stand in the address; a name is posted, so that it stands in no log."""
    found = present()
    views = table.views(db(), found, account().id or 0)
    left = next((each for each in views if each.account_id == account().id and not each.name), None)
    if request.method == "GET":
        again = _as_left(found, left)
        if again is not None:
            return again
    profile = intakes.profile_of(db(), found)
    masked = eligibility.assessed_by(db(), found.id or 0, account().id or 0)
    chosen = read_filter(request.args, profile, masked)
    form = NameSearchForm(request.form if request.method == "POST" else None, say=_)
    page, per_page = page_asked(), _per_page()
    searched = request.method == "POST" and form.validate()
    if searched:
        assert form.name.data is not None
        ids = [each for each in table.named(db(), found, form.name.data) if each not in masked]
        chosen, page = Filter(stage="all", ids=ids, documents=chosen.documents, masked=masked), 1
        per_page = MOST_PER_PAGE
    day = completion.today()
    rows, total = table.page(db(), found, chosen, day, number=page, per_page=per_page)
    page = page if (page - 1) * per_page < total else 1
    sites = intakes.posts_of(db(), found)
    setting = requirement_setting.last(db(), found, account().id or 0) if "set" in request.args else None
    query = remembered(request.args)
    shown = render_template(
        "eligibility/index.html",
        intake=found,
        rows=rows,
        total=total,
        page=page,
        per_page=per_page,
        chosen=chosen,
        wanted=len(profile.requirements),
        choices=table_words.choices(profile, sites),
        active=table_words.active(chosen, profile, sites),
        form=form,
        searched=searched,
        masked=masked,
        views=[each for each in views if each.name],
        view_query=query,
        filter_query=urlencode(sorted(request.args.items(multi=True))),
        setting=setting,
        day=day,
        words=applicant_view,
        table_words=table_words,
        lacking=table_words.lacking(),
    )
    if request.method == "GET" and request.args:
        _remember(found, left, query)
    return shown, 422 if form.errors else 200


def read_filter(args: MultiDict[str, str], profile: Profile, masked: frozenset[int]) -> Filter:
    """The filter that an address asks for; what it does not know is left out."""
    kinds = [kind for each in profile.requirements if each.rule == "documents" for kind in each.attachments]
    requirement, answer = args.get("requirement", ""), _one_of(args, "answer", ANSWERS)
    known = {each.key for each in profile.requirements}
    missing = args.get("missing", "")
    lacking = missing.removeprefix("document-") if missing.startswith("document-") else ""
    return Filter(
        stage=_stage(args),
        requirement=requirement if requirement in known and answer else "",
        answer=answer if requirement in known else "",
        site_id=args.get("site", type=stored_number),
        country=_one_of(args, "country", COUNTRIES),
        missing=missing if missing in MISSING else "",
        lacks={each.value: each for each in AttachmentKind}.get(lacking),
        asked=_one_of(args, "asked", ASKED),
        assessed=_one_of(args, "assessed", ASSESSED),
        search=args.get("q", "").strip()[:40],
        sort=_one_of(args, "sort", SORTS) or "submitted",
        descending=args.get("dir") == "desc",
        documents=tuple(AttachmentKind(kind) for kind in kinds),
        masked=masked,
    )


def _stage(args: MultiDict[str, str]) -> str:
    """`stage`, or as older addresses have it: `eligibility` and `status`."""
    for name, known in (("stage", STAGES), ("eligibility", ELIGIBILITIES), ("status", STAGES)):
        found = _one_of(args, name, known)
        if found:
            return found
    return "submitted"


def _one_of(args: MultiDict[str, str], name: str, known: tuple[str, ...]) -> str:
    asked = args.get(name, "")
    return asked if asked in known else ""


def remembered(args: MultiDict[str, str]) -> str:
    """The part of an address that is a view, in one way of writing; "" is the table as it is without a filter."""
    chosen = {name: args.get(name, "")[:40] for name in REMEMBERED}
    if not chosen["stage"]:
        chosen["stage"] = _stage(args)
    if not chosen["requirement"] or not chosen["answer"]:
        chosen["requirement"] = chosen["answer"] = ""
    kept = {name: value for name, value in chosen.items() if value and value != USUAL.get(name)}
    return urlencode(kept)


def _as_left(intake: Intake, left: TableView | None) -> Any:
    """Back to the view that was left last, or to the table without a filter when that is asked for."""
    here = url_for("eligibility.index", region=request.view_args["region"], intake=intake.slug)  # type: ignore[index]
    if "reset" in request.args:
        _remember(intake, left, "")
        return redirect(here, 303)
    if not request.args and left is not None and left.query:
        return redirect(f"{here}?{left.query}", 303)
    return None


def _remember(intake: Intake, left: TableView | None, query: str) -> None:
    """In a transaction of its own, begun as one that writes: the page itself only reads."""
    if (left.query if left else "") == query:
        return
    db().rollback()  # SQLite: what only reads must end before this writes
    engine = current_app.extensions["recruit_engine"]
    with make_session(engine, scope=OneRegion(intake.region_id), writes=True) as own, transaction(own):
        table_views.remember(own, intake=intake, query=query, actor=actor(), now=clock.now())


def _per_page() -> int:
    return min(max(request.args.get("per", PER_PAGE, int), 1), MOST_PER_PAGE)


@blueprint.post("/views")
def save_view(region: str, intake: str) -> Any:
    """Keep the present view under a name."""
    found = present()
    query = remembered(MultiDict(_pairs(request.form.get("query", ""))))
    try:
        with transaction(db()):
            made = table_views.save(
                db(),
                intake=found,
                name=request.form.get("name", ""),
                query=query,
                shared=bool(request.form.get("shared")),
                actor=actor(),
                now=clock.now(),
            )
    except Invalid as error:
        flash(str(error), "error")
    else:
        flash(_("The view “%(name)s” is kept.", name=made.name))
    return redirect(_to(found, query), 303)


@blueprint.route("/views/<view>", methods=["POST"])
def change_view(region: str, intake: str, view: str) -> Any:
    """Rename one's own view, share it or not, or remove it."""
    found = present()
    try:
        with transaction(db()):
            if request.form.get("act") == "remove":
                row = table_views.remove(db(), intake=found, public_id=view, actor=actor())
                said = _("The view “%(name)s” is removed.", name=row.name)
            else:
                row = table_views.change(
                    db(),
                    intake=found,
                    public_id=view,
                    name=request.form.get("name", ""),
                    shared=bool(request.form.get("shared")),
                    actor=actor(),
                )
                said = _("The view “%(name)s” is changed.", name=row.name)
    except Invalid as error:
        flash(str(error), "error")
        return redirect(_to(found, ""), 303)
    flash(said)
    return redirect(_to(found, row.query), 303)


def _pairs(query: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(query)[:40]


def _to(intake: Intake, query: str) -> str:
    here = url_for("eligibility.index", region=request.view_args["region"], intake=intake.slug)  # type: ignore[index]
    return f"{here}?{query}" if query else here
