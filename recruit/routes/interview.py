"""Pages of the interview step: drawing the line, confirming the list, its versions and its files."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from forms.interview import GROUPS, ConfirmForm, LineForm, line_form
from recruit import clock, monitoring_view, release_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.models import (
    EntryKind,
    Intake,
    InterviewList,
    ListPublication,
    ListStatus,
    RankingRun,
    Role,
    ZoneDecision,
)
from recruit.queries import intake as intakes
from recruit.queries import interview as queries
from recruit.queries import naming, release
from recruit.queries import ranking as rankings
from recruit.queries.unchanged import kept
from recruit.request import actor, db, roles, settings
from recruit.request import region as present_region
from recruit.routes.monitoring import look_at
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.services import interview, list_checks, publishing, ranking, settling
from recruit.services.lines import LineGroup, line_groups

blueprint = Blueprint("interview", __name__)
PREFIX = "/g/<region>/<intake>/interview-list"


def _coordinates() -> bool:
    return Role.COORDINATOR in roles()


def _sees_names(drawn: InterviewList) -> bool:
    """Names come with the confirmation: until then the line and its zone can be decided anew, by code alone."""
    return _coordinates() and drawn.status is ListStatus.CONFIRMED


@blueprint.get(PREFIX)
def index(region: str, intake: str) -> Any:
    """All versions, and the next step."""
    found = intake_here()
    versions = queries.overview(db(), intake=found)
    return render_template(
        "interview/index.html",
        intake=found,
        versions=versions,
        draft=next((each for each in versions if each.status is ListStatus.DRAFT), None),
        published=queries.newest_published(db(), intake_id=found.id or 0),
        run=rankings.latest_run(db(), intake=found, stage="screening"),
        may_draw=_coordinates(),
    )


@blueprint.route(f"{PREFIX}/draft", methods=["GET", "POST"])
def draft(region: str, intake: str) -> Any:
    """Draw the line on the latest run."""
    found = intake_here()
    run = rankings.latest_run(db(), intake=found, stage="screening")
    if run is None:
        raise Conflict(_("There is no ranking yet. Run it first, then draw the line."))
    own_levels_first(found, run.stage)
    form = _form(found)
    if request.method == "GET":
        return _draft_page(found, run, form)
    if not form.validate():
        return _draft_page(found, run, form, 422)
    groups = [LineGroup(each.name, each.sites, each.places, each.reserves) for each in form.groups()]
    try:
        with transaction(db()):
            made = interview.draft(
                db(),
                intake=found,
                run=run,
                groups=groups,
                actor=actor(),
                now=clock.now(),
                minimum=settings().suppress_below,
            )
            version = made.version
    except (Invalid, Conflict) as refusal:
        return _draft_page(intake_here(), _run_again(), form, refusal.status, refusal)
    flash(_("The line is drawn as a draft. Look at it, then confirm or discard it."))
    return redirect(url_for("interview.show", region=region, intake=intake, version=version), 303)


def _run_again() -> RankingRun:
    run = rankings.latest_run(db(), intake=intake_here(), stage="screening")
    if run is None:
        raise NotFound(_("There is no such ranking run in this intake."))
    return run


def _form(found: Intake) -> LineForm:
    """The form, filled with what the address or the latest list says, else with the numbers of posts."""
    posts = intakes.posts_of(db(), found)
    kind = line_form({each.site_id: each.site for each in posts})
    if request.method == "POST":
        return kind(request.form, say=_)
    values: dict[str, Any] = {
        "places": request.args.get("places", type=int),
        "reserves": request.args.get("reserves", type=int),
    }
    for each in posts:
        values |= {
            f"group_{each.site_id}": each.site,
            f"places_{each.site_id}": each.number,
            f"reserves_{each.site_id}": 0,
        }
    last = queries.latest_confirmed(db(), intake=found)
    if last is not None:
        values = _as_last(values, line_groups(last))
    if values["reserves"] is None and values["places"] is not None:
        values["reserves"] = 0
    return kind(data=values, say=_)


def _as_last(values: dict[str, Any], groups: list[LineGroup]) -> dict[str, Any]:
    """Start from the line of the latest confirmed list; a group's numbers stand at its first site."""
    if not groups[0].site_ids:
        values["places"] = groups[0].places if values["places"] is None else values["places"]
        values["reserves"] = groups[0].reserves if values["reserves"] is None else values["reserves"]
        return values
    values["mode"] = GROUPS if values["places"] is None else values.get("mode", "one")
    for group in groups:
        for index, site in enumerate(group.site_ids):
            values |= {
                f"group_{site}": group.name,
                f"places_{site}": 0 if index else group.places,
                f"reserves_{site}": 0 if index else group.reserves,
            }
    return values


def _draft_page(
    found: Intake, run: RankingRun, form: LineForm, status: int = 200, refusal: Refusal | None = None
) -> Any:
    posts = intakes.posts_of(db(), found)
    return (
        render_template(
            "interview/draft.html",
            intake=found,
            run=run,
            form=form,
            problem=refusal.message if refusal else None,
            posts={each.site_id: each for each in posts},
            total=sum(each.number for each in posts),
            ranked=len(rankings.ranked_applications(db(), run=run)),
            wishes=queries.wishes(db(), run=run),
            stale=not ranking.is_current(db(), intake=found, run=run),
            existing=queries.draft_of(db(), intake=found),
            replaces=_published_before(found),
        ),
        status,
    )


@blueprint.get(f"{PREFIX}/<int:version>")
def show(region: str, intake: str, version: int) -> Any:
    """One version: who is called and who is in reserve; for a draft the monitor's figures and the buttons."""
    return _show(intake_here(), version)


def _show(found: Intake, version: int, status: int = 200, problem: Any = None) -> Any:
    whole = queries.whole_version(db(), intake=found, version=version)
    drawn, run, decision, publication = whole.drawn, whole.run, whole.decision, whole.publication
    if drawn.status is ListStatus.DRAFT:
        own_levels_first(found, run.stage)
    entries = queries.entries(db(), interview_list=drawn)
    look = look_at(found, drawn, entries)
    figures = look.seen.figures
    is_draft = drawn.status is ListStatus.DRAFT
    return (
        render_template(
            "interview/show.html",
            intake=found,
            list=drawn,
            run=run,
            profile=queries.profile_of_run(db(), run=run),
            groups=_grouped(line_groups(drawn), entries, by_name=_sees_names(drawn)),
            called=sum(each.kind is EntryKind.CALLED for each in entries),
            reserves=sum(each.kind is EntryKind.RESERVE for each in entries),
            conditional=sum(each.conditional for each in entries),
            difference=queries.difference_to(db(), before=whole.before, present=entries),
            people=_people(drawn, decision, publication),
            names=_sees_names(drawn),
            coordinates=_coordinates(),
            is_draft=is_draft,
            replaces=_published_before(found, drawn) if is_draft else None,
            stale=is_draft and not ranking.is_current(db(), intake=found, run=run),
            waiting=rankings.unsubmitted(db(), intake=found, stage=run.stage) if is_draft else [],
            problem=problem,
            settlement=settling.settlement_of(drawn),
            decision=decision,
            gate=gate_of(drawn, decision) if is_draft else None,
            publication=publication,
            publishing=_publishing(whole) if not is_draft and publication is None else None,
            record_files=[] if is_draft else _record_files(),
            record_file=f"{present_region().slug}-{found.slug}-{version}.record.zip",
            lot=whole.lot,
            seen=look.seen,
            beside=monitoring_view.beside_line(figures) if figures else [],
            findings=monitoring_view.findings(figures) if figures else [],
        ),
        status,
    )


def _published_before(found: Intake, drawn: InterviewList | None = None) -> dict[str, int] | None:
    """The version that applicants have been told of: how many it calls, and how many of them a draft does not call."""
    published = queries.newest_published(db(), intake_id=found.id or 0)
    if published is None:
        return None
    told, _reserves = queries.ids_by_kind(db(), interview_list=published)
    now = queries.ids_by_kind(db(), interview_list=drawn)[0] if drawn is not None else set()
    return {"version": published.version, "called": len(told), "lost": len(told - now)}


def _people(
    drawn: InterviewList, decision: ZoneDecision | None, publication: ListPublication | None
) -> dict[int, str]:
    """Names of all who have had a part in the list, by account id."""
    return naming.names(
        db(),
        ids=[
            drawn.created_by_id,
            drawn.confirmed_by_id,
            decision.decided_by_id if decision else None,
            publication.published_by_id if publication else None,
        ],
    )


def gate_of(drawn: InterviewList, decision: ZoneDecision | None) -> dict[str, Any]:
    """What the one who confirms looks at: every check, what is left to settle, and who may confirm.

    `broken` is why the checks themselves could not be made.
    """
    done = [(drawn.created_by_id, _("You drew this draft. Another coordinator looks at it and confirms it."))]
    if decision is not None:
        words = _("You settled the borderline zone. Another coordinator looks at the list and confirms it.")
        done.append((decision.decided_by_id, words))
    people = release.staff(db(), region_id=drawn.region_id)
    approval = release_view.approval(people, reader=actor().account_id, done=done)
    try:
        checked = list_checks.checks(db(), interview_list=drawn)
    except (Conflict, KeyError, ValueError) as error:
        return {"approval": approval, "checks": [], "failed": [], "unsettled": None, "broken": str(error)}
    shown = release_view.checks(checked.findings)
    return {
        "approval": approval,
        "checks": shown,
        "failed": [each for each in shown if not each.ok],
        "unsettled": checked.unsettled,
        "broken": None,
    }


def _publishing(whole: queries.Version) -> dict[str, Any]:
    """How many a publication would be mailed to, and the newer version that stands in its way, if any."""
    drawn = whole.drawn
    told = kept(db(), lambda: release.to_tell(db(), interview_list=drawn), "to tell", drawn.id)
    return {
        "told": told,
        "newer": whole.newest if whole.newest > whole.drawn.version else None,
        "again": whole.published is not None,
    }


def _record_files() -> list[tuple[str, str]]:
    """(endpoint, words) of the record's files that this reader may take home."""
    files = []
    if "record_file.selection" in current_app.view_functions:
        files.append(("record_file.selection", _("Record file")))
    alone = Role.AUDITOR in roles() and not roles() & {Role.COORDINATOR, Role.ASSESSOR}
    if alone and "record_file.monitoring" in current_app.view_functions:
        files.append(("record_file.monitoring", _("Monitoring file")))
    return files


def _grouped(
    groups: list[LineGroup], entries: list[queries.Listed], *, by_name: bool
) -> list[dict[str, Any]]:
    """Each line with its entries: called by name or by place, reserves by rank."""
    return [
        {
            "name": group.name,
            "places": group.places,
            "called": sorted(
                (e for e in entries if e.group_name == group.name and e.kind is EntryKind.CALLED),
                key=(lambda e: queries.name_key(e, language())) if by_name else (lambda e: e.place or 0),
            ),
            "reserves": [e for e in entries if e.group_name == group.name and e.kind is EntryKind.RESERVE],
        }
        for group in groups
    ]


@blueprint.post(f"{PREFIX}/<int:version>/confirm")
def confirm(region: str, intake: str, version: int) -> Any:
    """Confirm the draft that was shown."""
    found = intake_here()
    form = ConfirmForm(request.form, say=_)
    try:
        with transaction(db()):
            drawn = queries.by_version(db(), intake=found, version=version)
            interview.confirm(
                db(), interview_list=drawn, actor=actor(), now=clock.now(), seen=form.seen.data or ""
            )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _show(intake_here(), version, refusal.status, refusal.message)
    flash(_("Version %(version)s is confirmed and locked.", version=version))
    return redirect(url_for("interview.show", region=region, intake=intake, version=version), 303)


@blueprint.post(f"{PREFIX}/<int:version>/publish")
def publish(region: str, intake: str, version: int) -> Any:
    """Tell everybody in the list's run that the selection is decided; once."""
    found = intake_here()
    try:
        with transaction(db()):
            drawn = queries.by_version(db(), intake=found, version=version)
            told = release.to_tell(db(), interview_list=drawn)
            publishing.publish(
                db(),
                interview_list=drawn,
                actor=actor(),
                now=clock.now(),
                base_url=settings().base_url,
            )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _show(intake_here(), version, refusal.status, refusal.message)
    flash(
        ngettext(
            "The list is published. %(num)s applicant gets a mail.",
            "The list is published. %(num)s applicants get a mail.",
            told,
        )
    )
    return redirect(url_for("interview.show", region=region, intake=intake, version=version), 303)


@blueprint.post(f"{PREFIX}/<int:version>/discard")
def discard(region: str, intake: str, version: int) -> Any:
    """Throw the draft away."""
    found = intake_here()
    with transaction(db()):
        drawn = queries.by_version(db(), intake=found, version=version)
        interview.discard(db(), interview_list=drawn, actor=actor(), now=clock.now())
    flash(_("The draft is discarded. The record says that it was drawn."))
    return redirect(url_for("interview.index", region=region, intake=intake), 303)


@blueprint.get(f"{PREFIX}/<int:version>/<any(xlsx, csv, pdf):kind>")
def download(region: str, intake: str, version: int, kind: str) -> Response:
    """The list as a file, with names; only of a confirmed list."""
    from recruit.exports.interview_list import MEDIA_TYPES, content

    found = intake_here()
    drawn = queries.by_version(db(), intake=found, version=version)
    if not _sees_names(drawn):
        raise Conflict(
            _(
                "Version %(version)s is a draft and stands by code alone. The files have names, and are there when it"
                " is confirmed.",
                version=version,
            )
        )
    data = content(db(), interview_list=drawn, kind=kind, language=language(), now=clock.now())
    name = f"{present_region().slug}-{found.slug}-{_('interview-list')}-{version}.{kind}"
    response = Response(data, mimetype=MEDIA_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
