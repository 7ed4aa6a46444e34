"""Interview lists: draw the line, look at it, confirm it. Confirmed is locked; a change is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    BorderlineDecision,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    ListStatus,
    Notice,
    RankingRun,
    ZoneDecision,
)
from recruit.queries import interview as queries
from recruit.services import analysis, gate, lots, monitoring, notices, ranking, record, settling
from recruit.services.holding import hold_intake
from recruit.services.lines import LineGroup, check_line, entries_on, line_on, line_text
from recruit.services.list_checks import findings
from recruit.services.list_content import (
    codes_of,
    content_sha256,
    hold_draft,
    write_entries,
)


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
    hold_intake(session, intake.id)
    if run.stage != "screening" or run.intake_id != intake.id:
        raise Invalid(_("An interview list is drawn on a ranking run of the screening."))
    check_line(session, intake, groups)
    existing = queries.draft_of(session, intake=intake)
    if existing is not None:
        raise Conflict(
            _(
                "There is a draft already, version %(version)s. Confirm or discard it first.",
                version=existing.version,
            )
        )
    ranking.refuse_stale(session, intake=intake, run=run)
    line = line_on(session, run=run, groups=groups)
    if not line.ranked:
        raise Conflict(_("Nobody has a place in this run: no application reaches the threshold."))
    settlement = settling.settle(session, intake=intake, run=run, line=line)
    entries = entries_on(session, run=run, line=line, order=settlement.on(line.ranked))
    assert intake.id is not None
    assert run.id is not None
    made = InterviewList(
        region_id=intake.region_id,
        intake_id=intake.id,
        run_id=run.id,
        version=queries.next_version(session, intake=intake),
        line=line_text(groups),
        content_sha256=content_sha256(
            run=run, line=line_text(groups), entries=entries, settlement=settlement.text()
        ),
        settlement=settlement.text(),
        created_at=now,
        created_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    write_entries(session, made, run, entries)
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
            "line": (None, line_text(groups)),
            "called": (None, codes_of(entries, EntryKind.CALLED)),
            "reserves": (None, codes_of(entries, EntryKind.RESERVE)),
            "settlement": (None, made.settlement),
        },
    )
    monitoring.keep(session, intake=intake, drawn=made, minimum=minimum, now=now)
    notices.tell(
        session,
        kind=Notice.LIST_WAITS,
        region_id=intake.region_id,
        now=now,
        intake=intake,
        besides=actor.account_id,
    )
    return made


def discard(session: Session, *, interview_list: InterviewList, actor: Actor, now: datetime) -> None:
    """Throw a draft away. Raises Conflict when it has been confirmed or is gone already."""
    locked = hold_draft(session, interview_list)
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
    for table in (InterviewListEntry, ZoneDecision, BorderlineDecision):
        for row in session.exec(select(table).where(table.list_id == locked.id)):
            session.delete(row)
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

    It takes a coordinator who has neither drawn the draft nor decided its zone, and checks that find nothing wrong.
    The first confirmed list reveals the seed of the screening's lot. An analysis for the auditor is queued. `seen` is
    the content_sha256 that the person was shown, if they were shown one.

    Raises NotAllowed for the same person; Conflict when somebody else has confirmed it, when it is not what they saw,
    when the ranking is no longer current, while assessments remain or are discussed, while the borderline zone is not
    settled, and for what the checks find.
    """
    list_id = interview_list.id
    assert list_id is not None
    intake = hold_intake(session, interview_list.intake_id)
    found = hold_draft(session, interview_list)
    run = queries.run_of(session, interview_list=found)
    decision = queries.zone_decision(session, interview_list=found)
    _refuse_same_person(session, found, decision, actor)
    if seen is not None and seen != found.content_sha256:
        raise Conflict(
            _("The draft is not the one you looked at: it has been drawn anew. Look at it and confirm again.")
        )
    ranking.refuse_unsubmitted(session, intake=intake, run=run)
    ranking.refuse_discussed(session, intake=intake, stage=run.stage)
    ranking.refuse_stale(session, intake=intake, run=run)
    settling.refuse_unsettled(session, interview_list=found, intake=intake, run=run, decision=decision)
    gate.refuse_failed(findings(session, interview_list=found))
    found.status, found.confirmed_at, found.confirmed_by_id = ListStatus.CONFIRMED, now, actor.person()
    entries = _fresh_conditions(session, found)
    found.content_sha256 = content_sha256(
        run=run, line=found.line, entries=entries, settlement=found.settlement
    )
    session.add(found)
    session.flush()
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
    lots.reveal(session, intake=intake, stage=run.stage, actor=actor, now=now)
    analysis.enqueue(session, intake=intake, now=now)
    return found


def _refuse_same_person(
    session: Session, found: InterviewList, decision: ZoneDecision | None, actor: Actor
) -> None:
    gate.refuse_same_person(
        session,
        region_id=found.region_id,
        actor=actor,
        before=[
            (
                found.created_by_id,
                lambda name: _(
                    "%(name)s drew version %(version)s. A list is confirmed by another coordinator than the one who"
                    " drew it: ask one to look at it.",
                    name=name,
                    version=found.version,
                ),
            ),
            (
                decision.decided_by_id if decision else None,
                lambda name: _(
                    "%(name)s wrote the decision on the borderline zone. A list is confirmed by another coordinator"
                    " than the one who settled it: ask one to look at it.",
                    name=name,
                ),
            ),
        ],
    )


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
