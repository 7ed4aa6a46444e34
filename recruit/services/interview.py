"""Interview lists: draw the line, look at it, confirm it. Confirmed is locked; a change is a new version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    ListStatus,
    RankingRun,
)
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.queries.assessment import PER_APPLICATION
from recruit.services import monitoring, ranking, record
from recruit.services.record import canonical

MOST = 10_000


@dataclass(frozen=True)
class LineGroup:
    """One line: for the whole intake (no name, no sites) or for the posts of some sites."""

    name: str
    site_ids: tuple[int, ...]
    places: int
    reserves: int


def draft(
    session: Session,
    *,
    intake: Intake,
    run: RankingRun,
    groups: Sequence[LineGroup],
    actor: Actor,
    now: datetime,
    minimum: int = monitoring.MINIMUM,
) -> InterviewList:
    """Draw the line on a run, as a draft. Nobody is told; the draft can be discarded.

    The monitor's figures that the group may see with it are kept as they are now; `minimum` is the smallest
    group whose figures are shown.

    One group without sites is one line for the intake. With several, each applicant goes, in order of rank,
    to the first of the own preferred sites whose group has a place left; who has named no site would go to
    any, in the order of the groups. Raises Invalid for a line that cannot be drawn; Conflict when another
    draft exists or the run is no longer current.
    """
    session.exec(select(Intake.id).where(Intake.id == intake.id).with_for_update(key_share=True)).one()
    if run.stage != "screening" or run.intake_id != intake.id:
        raise Invalid(_("An interview list is drawn on a ranking run of the screening."))
    _check_line(session, intake, groups)
    existing = queries.draft_of(session, intake=intake)
    if existing is not None:
        raise Conflict(
            _(
                "There is a draft already, version %(version)s. Confirm or discard it first.",
                version=existing.version,
            )
        )
    _refuse_stale(session, intake, run)
    line = line_text(groups)
    entries = _draw(session, run=run, groups=groups)
    if not entries:
        raise Conflict(_("Nobody has a place in this run: no application reaches the threshold."))
    assert intake.id is not None
    assert run.id is not None
    made = InterviewList(
        region_id=intake.region_id,
        intake_id=intake.id,
        run_id=run.id,
        version=queries.next_version(session, intake=intake),
        line=line,
        content_sha256=content_sha256(run=run, line=line, entries=entries),
        created_at=now,
        created_by_id=ranking.person(actor),
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    ids = dict(rankings.ranked_applications(session, run=run))
    session.add_all(
        InterviewListEntry(
            region_id=intake.region_id,
            list_id=made.id,
            application_id=ids[entry.mask_code],
            kind=entry.kind,
            group_name=entry.group_name,
            position=entry.position,
            conditional=entry.conditional,
        )
        for entry in entries
    )
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="interview.drafted",
        subject=("interview_list", made.id),
        changes={
            "version": (None, made.version),
            "run": (None, run.number),
            "line": (None, line),
            "called": (None, sorted(e.mask_code for e in entries if e.kind is EntryKind.CALLED)),
            "reserves": (None, sorted(e.mask_code for e in entries if e.kind is EntryKind.RESERVE)),
        },
    )
    monitoring.keep(session, intake=intake, drawn=made, minimum=minimum, now=now)
    return made


@dataclass(frozen=True)
class Drawn:
    """One entry of a list before it is a row. `position` counts from 1 within group and kind."""

    mask_code: str
    kind: EntryKind
    group_name: str
    position: int
    conditional: bool


def _check_line(session: Session, intake: Intake, groups: Sequence[LineGroup]) -> None:
    if not groups:
        raise Invalid(_("Say how many places there are."), field="places")
    for group in groups:
        if not 0 <= group.places <= MOST or not 0 <= group.reserves <= MOST:
            raise Invalid(
                _("Places and reserves are whole numbers from 0 to %(most)s.", most=MOST), field="places"
            )
    if sum(group.places for group in groups) < 1:
        raise Invalid(_("At least one place is needed to call anybody."), field="places")
    if len(groups) == 1 and not groups[0].site_ids:
        return
    _check_groups(session, intake, groups)


def _check_groups(session: Session, intake: Intake, groups: Sequence[LineGroup]) -> None:
    names = [group.name.strip() for group in groups]
    if not all(names) or len(set(names)) != len(names):
        raise Invalid(_("Every group of posts needs a name of its own."), field="groups")
    sites = queries.site_names(session, intake=intake)
    used = [site for group in groups for site in group.site_ids]
    for site in used:
        if site not in sites:
            raise Invalid(_("A group names a site that has no posts in this intake."), field="groups")
        if used.count(site) > 1:
            raise Invalid(
                _("%(site)s is in more than one group. Keep it in one.", site=sites[site]), field="groups"
            )
    for group in groups:
        if not group.site_ids:
            raise Invalid(_("The group %(name)s has no site.", name=group.name), field="groups")
    for site, name in sites.items():
        if site not in used:
            raise Invalid(_("%(site)s is in no group. Put it in one.", site=name), field="groups")


def _refuse_stale(session: Session, intake: Intake, run: RankingRun) -> None:
    if not ranking.is_current(session, intake=intake, run=run):
        raise Conflict(
            _(
                "Something has changed since run %(number)s was made, so its order may no longer hold."
                " Run the ranking again and draw the line on the new run.",
                number=run.number,
            )
        )


def _draw(session: Session, *, run: RankingRun, groups: Sequence[LineGroup]) -> list[Drawn]:
    from scoring.lists import draw_line, draw_lines_by_group

    ranked = [code for code, _id in rankings.ranked_applications(session, run=run)]
    if len(groups) == 1 and not groups[0].site_ids:
        drawn = draw_line(ranked, groups[0].places, groups[0].reserves)
    else:
        drawn = draw_lines_by_group(
            ranked,
            group_preferences(queries.preferences(session, run=run), ranked, groups),
            {group.name: group.places for group in groups},
            {group.name: group.reserves for group in groups},
        )
    conditional = queries.conditional_codes(session, run=run)
    return [
        Drawn(
            mask_code=entry.application,
            kind=EntryKind(entry.kind),
            group_name=entry.group or "",
            position=entry.position,
            conditional=entry.application in conditional,
        )
        for entry in drawn.entries
    ]


def group_preferences(
    sites: Mapping[str, Sequence[int]], ranked: Iterable[str], groups: Sequence[LineGroup]
) -> dict[str, list[str]]:
    """The groups that each applicant would go to, most wanted first.

    Who has named sites goes to their groups only; who has named none would go to any, in the groups' order.
    """
    group_of = {site: group.name for group in groups for site in group.site_ids}
    everywhere = [group.name for group in groups]
    return {
        code: list(dict.fromkeys(group_of[site] for site in sites[code] if site in group_of))
        if sites.get(code)
        else everywhere
        for code in ranked
    }


def line_text(groups: Sequence[LineGroup]) -> str:
    """The line as canonical JSON, as `InterviewList.line` keeps it."""
    return canonical(
        {
            "groups": [
                {"name": g.name, "sites": sorted(g.site_ids), "places": g.places, "reserves": g.reserves}
                for g in groups
            ]
        }
    )


def line_groups(interview_list: InterviewList) -> list[LineGroup]:
    """The groups of a list's line."""
    return [
        LineGroup(each["name"], tuple(each["sites"]), each["places"], each["reserves"])
        for each in json.loads(interview_list.line)["groups"]
    ]


def content_sha256(*, run: RankingRun, line: str, entries: Iterable[Any]) -> str:
    """SHA-256 over what a list says: the run's inputs and results, the line, and every entry by mask code."""
    rows = sorted(
        [entry.group_name, entry.kind.value, entry.position, entry.mask_code, entry.conditional]
        for entry in entries
    )
    content = {
        "inputs": run.inputs_sha256,
        "results": run.results_sha256,
        "line": json.loads(line),
        "entries": rows,
    }
    return ranking.sha256(canonical(content))


def content_digest(session: Session, interview_list: InterviewList) -> str:
    """The checksum that a list's rows and run give now; equal to its `content_sha256` if all is well."""
    run = session.exec(select(RankingRun).where(RankingRun.id == interview_list.run_id)).one()
    entries = queries.entries(session, interview_list=interview_list)
    return content_sha256(run=run, line=interview_list.line, entries=entries)


def discard(session: Session, *, interview_list: InterviewList, actor: Actor, now: datetime) -> None:
    """Throw a draft away. Raises Conflict when it has been confirmed."""
    locked = _lock(session, interview_list)
    if locked.status is not ListStatus.DRAFT:
        raise Conflict(_confirmed_message(session, locked))
    assert locked.id is not None
    record.write(
        session,
        region_id=locked.region_id,
        intake_id=locked.intake_id,
        actor=actor,
        now=now,
        action="interview.discarded",
        subject=("interview_list", locked.id),
        changes={"version": (locked.version, None), "content_sha256": (locked.content_sha256, None)},
    )
    for entry in session.exec(select(InterviewListEntry).where(InterviewListEntry.list_id == locked.id)):
        session.delete(entry)
    session.flush()
    session.delete(locked)
    session.flush()


def confirm(
    session: Session,
    *,
    interview_list: InterviewList,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> InterviewList:
    """Confirm a draft: from now on it is locked, and carries the head of the record's chain.

    `seen` is the content_sha256 that the person was shown, if they were shown one. Raises Conflict when
    somebody else has confirmed it, when it is not what they saw, when the ranking is no longer current, and
    while assessments remain.
    """
    list_id = interview_list.id
    assert list_id is not None
    won = cast(
        "CursorResult[Any]",
        session.execute(
            update(InterviewList)
            .where(col(InterviewList.id) == list_id, col(InterviewList.status) == ListStatus.DRAFT)
            .values(status=ListStatus.CONFIRMED, confirmed_at=now, confirmed_by_id=ranking.person(actor))
            .execution_options(synchronize_session=False)
        ),
    )
    found = session.exec(
        select(InterviewList).where(InterviewList.id == list_id).execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Conflict(_("The draft has been discarded in the meantime."))
    if won.rowcount != 1:
        raise Conflict(_confirmed_message(session, found))
    intake = session.exec(select(Intake).where(Intake.id == found.intake_id)).one()
    run = session.exec(select(RankingRun).where(RankingRun.id == found.run_id)).one()
    if seen is not None and seen != found.content_sha256:
        raise Conflict(
            _("The draft is not the one you looked at: it has been drawn anew. Look at it and confirm again.")
        )
    _refuse_unsubmitted(session, intake, run)
    _refuse_stale(session, intake, run)
    entries = _fresh_conditions(session, found)
    found.content_sha256 = content_sha256(run=run, line=found.line, entries=entries)
    entry = record.write(
        session,
        region_id=found.region_id,
        intake_id=found.intake_id,
        actor=actor,
        now=now,
        action="interview.confirmed",
        subject=("interview_list", list_id),
        changes={
            "status": (ListStatus.DRAFT, ListStatus.CONFIRMED),
            "version": (None, found.version),
            "run": (None, run.number),
            "content_sha256": (None, found.content_sha256),
        },
    )
    found.chain_head = entry.hash
    session.add(found)
    session.flush()
    return found


def _fresh_conditions(session: Session, interview_list: InterviewList) -> list[queries.Listed]:
    """The entries with the conditions as they stand now; rows are set to match."""
    rows = session.exec(
        select(InterviewListEntry).where(InterviewListEntry.list_id == interview_list.id)
    ).all()
    now = queries.conditional_now(session, interview_list=interview_list)
    for row in rows:
        row.conditional = row.application_id in now
        session.add(row)
    session.flush()
    return queries.entries(session, interview_list=interview_list)


def _refuse_unsubmitted(session: Session, intake: Intake, run: RankingRun) -> None:
    waiting = rankings.unsubmitted(session, intake=intake, stage=run.stage)
    if waiting:
        shown = ", ".join(waiting[:10]) + (" …" if len(waiting) > 10 else "")
        raise Conflict(
            _(
                "%(number)s applications do not have %(needed)s submitted assessments each: %(codes)s."
                " Where an assessor is missing, assign again; wait until all have submitted, and run the ranking"
                " again.",
                number=len(waiting),
                needed=PER_APPLICATION,
                codes=shown,
            )
        )


def _lock(session: Session, interview_list: InterviewList) -> InterviewList:
    found = session.exec(
        select(InterviewList)
        .where(InterviewList.id == interview_list.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Conflict(_("The draft has been discarded in the meantime."))
    return found


def _confirmed_message(session: Session, interview_list: InterviewList) -> Any:
    name = session.exec(select(Account.name).where(Account.id == interview_list.confirmed_by_id)).first()
    return _(
        "Version %(version)s was already confirmed by %(name)s and is locked. A change is a new version.",
        version=interview_list.version,
        name=name or "–",
    )
