"""Interview lists: draw the line, look at it, confirm it. Confirmed is locked; a change is a new version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    BorderlineDecision,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    ListStatus,
    RankingRun,
    ZoneDecision,
)
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services import gate, lots, monitoring, ranking, record, settling
from recruit.services.impartiality import refuse_partial
from recruit.services.lines import (
    Drawn,
    LineGroup,
    check_line,
    entries_on,
    line_groups,
    line_on,
    line_text,
)
from recruit.services.record import canonical

if TYPE_CHECKING:
    from scoring.checks import Finding


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
    check_line(session, intake, groups)
    existing = queries.draft_of(session, intake=intake)
    if existing is not None:
        raise Conflict(
            _(
                "There is a draft already, version %(version)s. Confirm or discard it first.",
                version=existing.version,
            )
        )
    _refuse_stale(session, intake, run)
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
        created_by_id=ranking.person(actor),
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    _write_entries(session, made, run, entries)
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
            "called": (None, _codes(entries, EntryKind.CALLED)),
            "reserves": (None, _codes(entries, EntryKind.RESERVE)),
            "settlement": (None, made.settlement),
        },
    )
    monitoring.keep(session, intake=intake, drawn=made, minimum=minimum, now=now)
    return made


def _codes(entries: Iterable[Any], kind: EntryKind) -> list[str]:
    return sorted(each.mask_code for each in entries if each.kind is kind)


def _write_entries(
    session: Session, interview_list: InterviewList, run: RankingRun, entries: Sequence[Drawn]
) -> None:
    assert interview_list.id is not None
    ids = dict(rankings.ranked_applications(session, run=run))
    session.add_all(
        InterviewListEntry(
            region_id=interview_list.region_id,
            list_id=interview_list.id,
            application_id=ids[entry.mask_code],
            kind=entry.kind,
            group_name=entry.group_name,
            position=entry.position,
            conditional=entry.conditional,
        )
        for entry in entries
    )
    session.flush()


def decide_zone(
    session: Session,
    *,
    interview_list: InterviewList,
    above: Sequence[str],
    reasons: Mapping[str, str],
    rationale: str,
    actor: Actor,
    now: datetime,
    minimum: int = monitoring.MINIMUM,
) -> InterviewList:
    """Settle the borderline zone of a draft by discussion, and draw the draft anew. Can be done again until confirming.

    `above` are the mask codes of those in the zone who get the places that are left in it, in the order in which they
    are to get them; the others follow by points. `reasons` must have one for each whose side of the line is not the
    one that the points give, `rationale` says why the zone as a whole is settled so. Where the levels cannot tell the
    zone, `above` is empty and the rationale is all. `minimum` as for a draft.

    Raises Invalid, naming `rationale`, `above` or `reasons`; Conflict when the list is confirmed or gone, or the zone
    is not the group's to decide; NotAllowed for somebody with an interest of their own in the zone.
    """
    intake = _hold_intake(session, interview_list)
    found = _lock(session, interview_list)
    if found.status is not ListStatus.DRAFT:
        raise Conflict(_confirmed_message(session, found))
    settlement = settling.settlement_of(found)
    if settlement is None:
        raise Conflict(
            _("This draft was drawn before there were borderline zones. Discard it and draw the line anew.")
        )
    run = session.exec(select(RankingRun).where(RankingRun.id == found.run_id)).one()
    applications = rankings.ids_of(session, intake=intake, mask_codes=settlement.codes)
    for identity in applications.values():
        refuse_partial(session, application=session.get_one(Application, identity), actor=actor)
    line = line_on(session, run=run, groups=line_groups(found))
    made, moved = settling.decided(line, settlement, above=above, reasons=reasons, rationale=rationale)
    before = queries.entries(session, interview_list=found)
    entries = entries_on(session, run=run, line=line, order=made.on(line.ranked))
    _replace_decision(session, found, made, applications, above, reasons, rationale, actor, now)
    for entry in session.exec(select(InterviewListEntry).where(InterviewListEntry.list_id == found.id)):
        session.delete(entry)
    session.flush()
    _write_entries(session, found, run, entries)
    old = found.settlement
    found.settlement = made.text()
    found.content_sha256 = content_sha256(
        run=run, line=found.line, entries=entries, settlement=found.settlement
    )
    session.add(found)
    session.flush()
    _record_decision(
        session, found, before, entries, old, applications, above, moved, reasons, rationale, actor, now
    )
    if {(e.mask_code, e.kind) for e in before} != {(e.mask_code, e.kind) for e in entries}:
        monitoring.keep_anew(session, intake=intake, drawn=found, minimum=minimum, now=now)
    return found


def _replace_decision(
    session: Session,
    found: InterviewList,
    made: settling.Settlement,
    applications: Mapping[str, int],
    above: Sequence[str],
    reasons: Mapping[str, str],
    rationale: str,
    actor: Actor,
    now: datetime,
) -> None:
    assert found.id is not None
    for table in (ZoneDecision, BorderlineDecision):
        for row in session.exec(select(table).where(table.list_id == found.id)):
            session.delete(row)
    session.flush()
    session.add(
        ZoneDecision(
            region_id=found.region_id,
            list_id=found.id,
            rationale=rationale.strip(),
            decided_at=now,
            decided_by_id=ranking.person(actor),
        )
    )
    session.add_all(
        BorderlineDecision(
            region_id=found.region_id,
            list_id=found.id,
            application_id=applications[code],
            above=code in above,
            reason=reasons.get(code, "").strip(),
        )
        for code in made.codes
    )
    session.flush()


def _record_decision(
    session: Session,
    found: InterviewList,
    before: Sequence[Any],
    entries: Sequence[Drawn],
    old: str | None,
    applications: Mapping[str, int],
    above: Sequence[str],
    moved: set[str],
    reasons: Mapping[str, str],
    rationale: str,
    actor: Actor,
    now: datetime,
) -> None:
    assert found.id is not None
    common: dict[str, Any] = {
        "region_id": found.region_id,
        "intake_id": found.intake_id,
        "actor": actor,
        "now": now,
        "subject": ("interview_list", found.id),
    }
    record.write(
        session,
        **common,
        action="interview.zone_decided",
        changes={
            "above": (None, list(above)),
            "moved": (None, sorted(moved)),
            "called": (_codes(before, EntryKind.CALLED), _codes(entries, EntryKind.CALLED)),
            "reserves": (_codes(before, EntryKind.RESERVE), _codes(entries, EntryKind.RESERVE)),
            "settlement": (old, found.settlement),
        },
        reason=rationale.strip(),
    )
    # Reasons are about one application each, and go with its other values when these are disposed of.
    for code, identity in applications.items():
        if reasons.get(code, "").strip():
            record.write(
                session,
                **common,
                action="interview.zone_reason",
                application_id=identity,
                changes={"above": (None, code in above)},
                reason=reasons[code].strip(),
            )


def _refuse_stale(session: Session, intake: Intake, run: RankingRun) -> None:
    if not ranking.is_current(session, intake=intake, run=run):
        raise Conflict(
            _(
                "Something has changed since run %(number)s was made, so its order may no longer hold."
                " Run the ranking again and draw the line on the new run.",
                number=run.number,
            )
        )


def content_sha256(*, run: RankingRun, line: str, entries: Iterable[Any], settlement: str | None) -> str:
    """SHA-256 over what a list says: the run's inputs and results, the line, every entry by mask code, the settlement.

    A list from before there were borderline zones has no settlement, and its checksum is what it was.
    """
    rows = sorted(
        [entry.group_name, entry.kind.value, entry.position, entry.mask_code, entry.conditional]
        for entry in entries
    )
    content: dict[str, Any] = {
        "inputs": run.inputs_sha256,
        "results": run.results_sha256,
        "line": json.loads(line),
        "entries": rows,
    }
    if settlement is not None:
        content["settlement"] = json.loads(settlement)
    return record.sha256(canonical(content))


def content_digest(session: Session, interview_list: InterviewList) -> str:
    """The checksum that a list's rows and run give now; equal to its `content_sha256` if all is well."""
    run = session.exec(select(RankingRun).where(RankingRun.id == interview_list.run_id)).one()
    entries = queries.entries(session, interview_list=interview_list)
    return content_sha256(
        run=run, line=interview_list.line, entries=entries, settlement=interview_list.settlement
    )


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
    The first confirmed list reveals the seed of the screening's lot. `seen` is the content_sha256 that the person was
    shown, if they were shown one.

    Raises NotAllowed for the same person; Conflict when somebody else has confirmed it, when it is not what they saw,
    when the ranking is no longer current, while assessments remain, while the borderline zone is not settled, and for
    what the checks find.
    """
    list_id = interview_list.id
    assert list_id is not None
    intake = _hold_intake(session, interview_list)
    found = _lock(session, interview_list)
    if found.status is not ListStatus.DRAFT:
        raise Conflict(_confirmed_message(session, found))
    run = session.exec(select(RankingRun).where(RankingRun.id == found.run_id)).one()
    decision = queries.zone_decision(session, interview_list=found)
    _refuse_same_person(session, found, decision, actor)
    if seen is not None and seen != found.content_sha256:
        raise Conflict(
            _("The draft is not the one you looked at: it has been drawn anew. Look at it and confirm again.")
        )
    ranking.refuse_unsubmitted(session, intake=intake, run=run)
    _refuse_stale(session, intake, run)
    settling.refuse_unsettled(session, interview_list=found, intake=intake, run=run, decision=decision)
    gate.refuse_failed(findings(session, interview_list=found))
    found.status, found.confirmed_at, found.confirmed_by_id = ListStatus.CONFIRMED, now, ranking.person(actor)
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


@dataclass(frozen=True)
class Checked:
    """What the gate says of a list before it is confirmed.

    `findings` are all checks, `failed` those that stop it. `difference` is the difference from the confirmed version
    before, None for the first. `unsettled` says what is still to be done about the borderline zone, None if nothing.
    """

    findings: tuple[Finding, ...]
    failed: tuple[Finding, ...]
    difference: queries.Difference | None
    unsettled: Any


def checks(session: Session, *, interview_list: InterviewList) -> Checked:
    """Everything that the one who confirms looks at first."""
    intake = session.exec(select(Intake).where(Intake.id == interview_list.intake_id)).one()
    run = session.exec(select(RankingRun).where(RankingRun.id == interview_list.run_id)).one()
    decision = queries.zone_decision(session, interview_list=interview_list)
    found = findings(session, interview_list=interview_list)
    entries = queries.entries(session, interview_list=interview_list)
    unsettled = None
    try:
        settling.refuse_unsettled(
            session, interview_list=interview_list, intake=intake, run=run, decision=decision
        )
    except Conflict as refusal:
        unsettled = refusal.message
    return Checked(
        findings=found,
        failed=tuple(gate.failed(found)),
        difference=queries.difference(session, interview_list=interview_list, present=entries),
        unsettled=unsettled,
    )


def findings(session: Session, *, interview_list: InterviewList) -> tuple[Finding, ...]:
    """All checks of a list: those of the run it is drawn on, and its own."""
    from scoring.findings import finding

    intake = session.exec(select(Intake).where(Intake.id == interview_list.intake_id)).one()
    run = session.exec(select(RankingRun).where(RankingRun.id == interview_list.run_id)).one()
    same = content_digest(session, interview_list) == interview_list.content_sha256
    return (
        *gate.check_run(session, intake=intake, run=run),
        *gate.check_list(session, interview_list=interview_list, run=run),
        finding("content", 1, [] if same else [str(interview_list.version)]),
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


def _hold_intake(session: Session, interview_list: InterviewList) -> Intake:
    """Hold the intake, so that nobody withdraws or is assessed meanwhile. Always before the list, as everywhere."""
    held = select(Intake).where(Intake.id == interview_list.intake_id).with_for_update(key_share=True)
    return session.exec(held.execution_options(populate_existing=True)).one()


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
