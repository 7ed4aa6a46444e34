"""Settling a draft's borderline zone by discussion: what the group decides is kept, and the draft drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    BorderlineDecision,
    EntryKind,
    InterviewList,
    InterviewListEntry,
    ZoneDecision,
    ZoneReason,
)
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services import monitoring, record, settling
from recruit.services.holding import hold_intake
from recruit.services.impartiality import refuse_partial
from recruit.services.lines import Drawn, entries_on, line_groups, line_on
from recruit.services.list_content import (
    codes_of,
    content_sha256,
    hold_draft,
    write_entries,
)
from recruit.traces import Finder, Person

#: Kinds of trace that no reason may hold.
PERSONAL = ("sex", "age", "place")


@dataclass(frozen=True)
class _Decision:
    """What the group decides, as `decide_zone` is told; `applications` are the ids of those in the zone by code."""

    applications: Mapping[str, int]
    above: Sequence[str]
    reasons: Mapping[str, str]
    codes: Mapping[str, ZoneReason]
    rationale: str
    code: ZoneReason | None
    actor: Actor
    now: datetime

    def reason(self, code: str) -> str:
        return self.reasons.get(code, "").strip()


def decide_zone(
    session: Session,
    *,
    interview_list: InterviewList,
    above: Sequence[str],
    reasons: Mapping[str, str],
    rationale: str,
    codes: Mapping[str, ZoneReason] | None = None,
    code: ZoneReason | None = None,
    actor: Actor,
    now: datetime,
    minimum: int = monitoring.MINIMUM,
) -> InterviewList:
    """Settle the borderline zone of a draft by discussion, and draw the draft anew. Can be done again until confirming.

    `above` are the mask codes of those in the zone who get the places that are left in it, in the order in which they
    are to get them; the others follow by points. `reasons` must have one for each whose side of the line is not the
    one that the points give, and `codes` the same as a code; `rationale` and `code` say why the zone as a whole is
    settled so. Where the levels cannot tell the zone, `above` is empty and the rationale is all. `minimum`: the
    smallest group whose figures the monitor shows.

    Raises Invalid, naming `rationale`, `above`, `reasons`, `reason_CODE` or `codes`, also for words that tell a
    person's sex, age or country; Conflict when the list is confirmed or gone, or the zone is not the group's to decide;
    NotAllowed for somebody with an interest of their own in it.
    """
    intake = hold_intake(session, interview_list.intake_id)
    found = hold_draft(session, interview_list)
    settlement = settling.settlement_of(found)
    if settlement is None:
        raise Conflict(
            _("This draft was drawn before there were borderline zones. Discard it and draw the line anew.")
        )
    run = queries.run_of(session, interview_list=found)
    applications = rankings.ids_of(session, intake=intake, mask_codes=settlement.codes)
    for identity in applications.values():
        refuse_partial(session, application=session.get_one(Application, identity), actor=actor)
    line = line_on(session, run=run, groups=line_groups(found))
    made, moved = settling.decided(line, settlement, above=above, reasons=reasons, rationale=rationale)
    _check_codes(moved, codes or {})
    _refuse_personal(reasons, rationale)
    # A code stands beside a reason, so that it is there exactly where somebody is moved.
    kept = {each: found for each, found in (codes or {}).items() if each in moved}
    decision = _Decision(applications, above, reasons, kept, rationale.strip(), code, actor, now)
    before = queries.entries(session, interview_list=found)
    entries = entries_on(session, run=run, line=line, order=made.on(line.ranked))
    _replace_decision(session, found, decision)
    for entry in session.exec(select(InterviewListEntry).where(InterviewListEntry.list_id == found.id)):
        session.delete(entry)
    session.flush()
    write_entries(session, found, run, entries)
    old = found.settlement
    found.settlement = made.text()
    found.content_sha256 = content_sha256(
        run=run, line=found.line, entries=entries, settlement=found.settlement
    )
    session.add(found)
    session.flush()
    _record_decision(
        session, found, decision, before=before, entries=entries, settlement=(old, made.text()), moved=moved
    )
    if {(e.mask_code, e.kind) for e in before} != {(e.mask_code, e.kind) for e in entries}:
        monitoring.keep_anew(session, intake=intake, drawn=found, minimum=minimum, now=now)
    return found


def _refuse_personal(reasons: Mapping[str, str], rationale: str) -> None:
    """What decides a place is read on a wall, and is never who somebody is."""
    if words := _personal(rationale):
        raise Invalid(
            _(
                "“%(words)s” tells a person's sex, age or country. Write it without: a reason is about the material.",
                words=words,
            ),
            field="rationale",
        )
    for code, reason in reasons.items():
        if words := _personal(reason):
            raise Invalid(
                _(
                    "“%(words)s” in the reason for %(code)s tells a person's sex, age or country. Write it without: a"
                    " reason is about the material.",
                    words=words,
                    code=code,
                ),
                field=f"reason_{code}",
            )


def _personal(text: str) -> str:
    """The first words of a text that tell a person's sex, age or country."""
    found = (text[each.start : each.end] for each in Finder(Person())(text) if each.kind in PERSONAL)
    return next(found, "")


def _check_codes(moved: set[str], codes: Mapping[str, ZoneReason]) -> None:
    silent = sorted(each for each in moved if each not in codes)
    if silent:
        raise Invalid(
            _("%(codes)s: choose the kind of reason, too.", codes=", ".join(silent)),
            field="codes",
        )
    kept = sorted(each for each in moved if codes[each] is ZoneReason.POINTS_KEPT)
    if kept:
        raise Invalid(
            _(
                "%(codes)s: the order of points is not kept where an application is moved. Choose another kind of"
                " reason.",
                codes=", ".join(kept),
            ),
            field="codes",
        )


def _replace_decision(session: Session, found: InterviewList, decision: _Decision) -> None:
    assert found.id is not None
    for table in (ZoneDecision, BorderlineDecision):
        for row in session.exec(select(table).where(table.list_id == found.id)):
            session.delete(row)
    session.flush()
    session.add(
        ZoneDecision(
            region_id=found.region_id,
            list_id=found.id,
            rationale=decision.rationale,
            reason_code=decision.code,
            decided_at=decision.now,
            decided_by_id=decision.actor.person(),
        )
    )
    session.add_all(
        BorderlineDecision(
            region_id=found.region_id,
            list_id=found.id,
            application_id=identity,
            above=code in decision.above,
            reason_code=decision.codes.get(code),
            reason=decision.reason(code),
        )
        for code, identity in decision.applications.items()
    )
    session.flush()


def _record_decision(
    session: Session,
    found: InterviewList,
    decision: _Decision,
    *,
    before: Sequence[Any],
    entries: Sequence[Drawn],
    settlement: tuple[str | None, str],
    moved: set[str],
) -> None:
    assert found.id is not None
    common: dict[str, Any] = {
        "region_id": found.region_id,
        "intake_id": found.intake_id,
        "actor": decision.actor,
        "now": decision.now,
        "subject": ("interview_list", found.id),
    }
    record.write(
        session,
        **common,
        action="interview.zone_decided",
        changes={
            "above": (None, list(decision.above)),
            "moved": (None, sorted(moved)),
            "called": (codes_of(before, EntryKind.CALLED), codes_of(entries, EntryKind.CALLED)),
            "reserves": (codes_of(before, EntryKind.RESERVE), codes_of(entries, EntryKind.RESERVE)),
            "settlement": settlement,
            "reason_code": (None, decision.code),
        },
        reason=decision.rationale,
    )
    # Reasons are about one application each, and go with its other values when these are disposed of.
    for code, identity in decision.applications.items():
        if decision.reason(code):
            record.write(
                session,
                **common,
                action="interview.zone_reason",
                application_id=identity,
                changes={
                    "above": (None, code in decision.above),
                    "reason_code": (None, decision.codes.get(code)),
                },
                reason=decision.reason(code),
            )
