"""What happens after the list, entered per applicant by form or for many by file. The record keeps every change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, Refusal
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    EntryKind,
    Intake,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    WithdrawalReason,
)
from recruit.outcome_words import kind_name
from recruit.queries import interview as lists
from recruit.queries import outcome as queries
from recruit.queries.outcome import CHAIN, ENDS, Candidate
from recruit.services import record
from recruit.services.holding import hold_intake
from recruit.services.impartiality import refuse_partial
from recruit.services.written import checked

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Entered:
    """What somebody says has happened: `reason` for those that end the way, `note` where the reason is another."""

    kind: OutcomeKind
    on: date
    reason: OutcomeReason | None = None
    note: str = ""


@dataclass(frozen=True)
class EnteredRow:
    """A row of a file: where it stands, the application's code, and what happened."""

    where: str
    code: str
    entered: Entered


@dataclass(frozen=True)
class Bounds:
    """No outcome is before `first`, the day the intake opened, or after `last`, today."""

    first: date
    last: date


def set_outcome(
    session: Session, *, intake: Intake, code: str, entered: Entered, actor: Actor, now: datetime
) -> None:
    """Say what has happened to somebody on the confirmed list; what was said of the same kind before is replaced.

    Raises NotFound for a code that is not on the list; Invalid, naming the field, for a date or a reason that cannot
    be; Conflict for a step out of order, and while no list is confirmed; NotAllowed for one's own application.
    """
    _refuse_without_list(session, intake)
    found = queries.candidate(session, intake=intake, code=code)
    _enter(session, intake, found, [entered], actor, now)


def set_many(
    session: Session, *, intake: Intake, rows: Sequence[EnteredRow], actor: Actor, now: datetime
) -> int:
    """Enter a whole file, all or nothing; returns how many rows said something new.

    The rows of one application may stand in any order. Raises Invalid naming the row for a code that is not on the
    list, for one kind twice, and for whatever `set_outcome` refuses.
    """
    _refuse_without_list(session, intake)
    people = {each.mask_code: each for each in queries.candidates(session, intake=intake)}
    seen: dict[tuple[str, OutcomeKind], str] = {}
    by_code: dict[str, list[EnteredRow]] = {}
    for row in rows:
        code = row.code.strip().upper()
        if code not in people:
            raise Invalid(
                _(
                    "%(where)s: nobody on the interview list has the code %(code)s.",
                    where=row.where,
                    code=row.code[:40],
                ),
                field="file",
            )
        before = seen.setdefault((code, row.entered.kind), row.where)
        if before is not row.where:
            raise Invalid(
                _(
                    "%(where)s: “%(outcome)s” stands twice for %(code)s.",
                    where=row.where,
                    code=code,
                    outcome=kind_name(row.entered.kind),
                ),
                field="file",
            )
        by_code.setdefault(code, []).append(row)
    return sum(
        _enter_rows(session, intake, people[code], theirs, actor, now) for code, theirs in by_code.items()
    )


def remove(
    session: Session, *, intake: Intake, code: str, kind: OutcomeKind, actor: Actor, now: datetime
) -> None:
    """Take back an outcome that was entered by mistake; the record keeps that it was there.

    Raises NotFound for a code that is not on the list; Conflict when there is no such outcome, and when another one
    rests on it; NotAllowed for one's own application.
    """
    hold_intake(session, intake.id)
    found = queries.candidate(session, intake=intake, code=code)
    application = session.get_one(Application, found.application_id)
    refuse_partial(session, application=application, actor=actor)
    rows = _rows(session, found)
    if kind not in rows:
        raise Conflict(_("That has been taken back already, or was never entered."))
    left = {each: _as_entered(row) for each, row in rows.items() if each is not kind}
    for each in left.values():
        _refuse_order(found, left, each)
    gone = rows[kind]
    session.delete(gone)
    session.flush()
    _record(session, application, {kind: (_as_entered(gone), None)}, actor, now, action="outcome.removed")


def end_by_withdrawal(
    session: Session,
    *,
    application: Application,
    code: WithdrawalReason | None,
    actor: Actor,
    now: datetime,
) -> None:
    """An applicant withdraws who has an offer: it is declined, or, once accepted, the post is dropped.

    Nothing is written for somebody without an offer, or whose way has ended already.
    """
    rows = session.exec(select(Outcome).where(Outcome.application_id == application.id)).all()
    have = {row.kind for row in rows}
    if OutcomeKind.OFFERED not in have or have & set(ENDS):
        return
    kind = OutcomeKind.DROPPED_OUT if OutcomeKind.ACCEPTED in have else OutcomeKind.DECLINED
    entered = Entered(kind, clock.in_stockholm(now).date(), _REASON_OF.get(code, OutcomeReason.NOT_SAID))
    session.add(
        Outcome(
            region_id=application.region_id,
            intake_id=application.intake_id,
            application_id=application.id or 0,
            kind=kind,
            happened_on=entered.on,
            reason=entered.reason,
            set_at=now,
            set_by_id=actor.person(),
        )
    )
    session.flush()
    _record(session, application, {kind: (None, entered)}, actor, now, action="outcome.withdrawn")


#: What an applicant gives as the main reason, as outcomes count it; whatever else is not said.
_REASON_OF: dict[WithdrawalReason | None, OutcomeReason] = {
    WithdrawalReason.OTHER_POST: OutcomeReason.OTHER_POST,
    WithdrawalReason.PLACE_OR_FAMILY: OutcomeReason.PLACE_OR_FAMILY,
    WithdrawalReason.TERMS: OutcomeReason.TERMS,
    WithdrawalReason.NO_LICENCE: OutcomeReason.NO_LICENCE,
}


def next_kinds(found: Candidate) -> list[OutcomeKind]:
    """What can be entered for somebody now, in order: what has not been, and would not be refused on any date."""
    have = {each.kind: Entered(each.kind, each.on, each.reason, each.note) for each in found.outcomes}
    possible = []
    for kind in OutcomeKind:
        if kind in have:
            continue
        # The date is what the person will choose; the latest there is cannot stand in the way of an order.
        later = [e.on for e in have.values() if e.kind in ENDS or (kind in CHAIN and _after(e.kind, kind))]
        trial = Entered(
            kind, min(later, default=date.max), OutcomeReason.OTHER if kind in ENDS else None, "–"
        )
        try:
            _refuse_closed(found, kind)
            _refuse_order(found, have | {kind: trial}, trial)
            for each in have.values():
                _refuse_order(found, have | {kind: trial}, each)
        except Refusal:
            continue
        possible.append(kind)
    return possible


def bounds_of(intake: Intake, now: datetime) -> Bounds:
    """The days between which outcomes of an intake can lie, on Swedish calendars."""
    opened = clock.in_stockholm(intake.opened_at or intake.opens_at).date()
    return Bounds(first=opened, last=clock.in_stockholm(now).date())


def _refuse_without_list(session: Session, intake: Intake) -> None:
    hold_intake(session, intake.id)
    if lists.latest_confirmed(session, intake=intake) is None:
        raise Conflict(_("Outcomes are entered for a confirmed interview list. There is none yet."))


def _enter_rows(
    session: Session,
    intake: Intake,
    found: Candidate,
    rows: Sequence[EnteredRow],
    actor: Actor,
    now: datetime,
) -> int:
    """Enter one application's rows; what is refused names the row that it is about."""
    try:
        return _enter(session, intake, found, [row.entered for row in rows], actor, now)
    except Refusal as refusal:
        about = next(
            (row.where for row in rows if row.entered.kind is getattr(refusal, "about", None)), rows[0].where
        )
        raise Invalid(
            _("%(where)s: %(problem)s", where=about, problem=refusal.message), field="file"
        ) from refusal


def _enter(
    session: Session,
    intake: Intake,
    found: Candidate,
    entered: Iterable[Entered],
    actor: Actor,
    now: datetime,
) -> int:
    application = session.get_one(Application, found.application_id)
    refuse_partial(session, application=application, actor=actor)
    person = actor.person()
    rows = _rows(session, found)
    before = {kind: _as_entered(row) for kind, row in rows.items()}
    new = {each.kind: _tidied(each) for each in entered}
    new = {kind: each for kind, each in new.items() if before.get(kind) != each}
    after = before | new
    for each in new.values():
        with _about(each.kind):
            _refuse_unfit(intake, each, now)
            _refuse_closed(found, each.kind)
            _refuse_order(found, after, each)
    for each in after.values():
        # What stood there already must still stand; if not, it is a new row that is wrong.
        with _about(next(iter(new), each.kind)):
            _refuse_order(found, after, each)
    for kind, each in new.items():
        row = rows.get(kind) or Outcome(
            region_id=intake.region_id,
            intake_id=intake.id or 0,
            application_id=found.application_id,
            kind=kind,
            happened_on=each.on,
            set_at=now,
            set_by_id=person,
        )
        row.happened_on, row.reason, row.note = each.on, each.reason, each.note
        row.set_at, row.set_by_id = now, person
        session.add(row)
    if new:
        session.flush()
        changes = {kind: (before.get(kind), each) for kind, each in new.items()}
        _record(session, application, changes, actor, now, action="outcome.set")
    return len(new)


class _about:
    """Marks a refusal with the kind of outcome that it is about, so that a file's row can be named."""

    def __init__(self, kind: OutcomeKind) -> None:
        self.kind = kind

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, Refusal):
            error.about = self.kind  # type: ignore[attr-defined]


def _rows(session: Session, found: Candidate) -> dict[OutcomeKind, Outcome]:
    rows = select(Outcome).where(Outcome.application_id == found.application_id)
    return {row.kind: row for row in session.exec(rows.order_by(col(Outcome.id)))}


def _as_entered(row: Outcome) -> Entered:
    return Entered(row.kind, row.happened_on, row.reason, row.note)


def _tidied(entered: Entered) -> Entered:
    return Entered(entered.kind, entered.on, entered.reason, entered.note.strip())


def _refuse_unfit(intake: Intake, entered: Entered, now: datetime) -> None:
    """Refuse dates and reasons that cannot be, whatever else has happened."""
    bounds = bounds_of(intake, now)
    if entered.on < bounds.first:
        raise Invalid(
            _(
                "%(day)s is before the intake opened, on %(opened)s.",
                day=entered.on.isoformat(),
                opened=bounds.first.isoformat(),
            ),
            field="on",
        )
    if entered.on > bounds.last:
        raise Invalid(
            _("%(day)s has not been yet. Enter what has happened, once it has.", day=entered.on.isoformat()),
            field="on",
        )
    if entered.kind in ENDS and entered.reason is None:
        raise Invalid(_("Say why, or that it was not said."), field="reason")
    if entered.kind not in ENDS and (entered.reason is not None or entered.note):
        raise Invalid(_("Only a decline or a drop-out has a reason."), field="reason")
    if entered.reason is OutcomeReason.OTHER and not entered.note:
        raise Invalid(_("Write in a few words what the other reason is."), field="note")
    checked(entered.note, limit=LONGEST_NOTE, field="note")


def _refuse_closed(found: Candidate, kind: OutcomeKind) -> None:
    if kind is OutcomeKind.DROPPED_OUT:
        return
    if found.withdrawn:
        raise Conflict(
            _("%(code)s has withdrawn the application. Only a drop-out can be entered.", code=found.mask_code)
        )
    if not found.eligible:
        raise Conflict(
            _("%(code)s is not eligible any more. Only a drop-out can be entered.", code=found.mask_code)
        )


#: What must have happened before, whatever the place on the list.
_RESTS_ON = {
    OutcomeKind.ACCEPTED: OutcomeKind.OFFERED,
    OutcomeKind.DECLINED: OutcomeKind.OFFERED,
    OutcomeKind.STARTED: OutcomeKind.ACCEPTED,
    OutcomeKind.GOALS_REACHED: OutcomeKind.STARTED,
}


def _refuse_order(found: Candidate, have: Mapping[OutcomeKind, Entered], entered: Entered) -> None:
    """Refuse a step without the one it rests on, or one dated before a step that comes before it."""
    kind = entered.kind
    needed = _RESTS_ON.get(kind)
    if needed is not None and needed not in have:
        raise Conflict(
            _(
                "“%(outcome)s” needs “%(before)s” first.",
                outcome=kind_name(kind),
                before=kind_name(needed),
            )
        )
    if kind is OutcomeKind.INTERVIEWED and not (OutcomeKind.CALLED in have or found.kind is EntryKind.CALLED):
        raise Conflict(_("%(code)s is in reserve and has not been called.", code=found.mask_code))
    if kind is OutcomeKind.OFFERED and not (OutcomeKind.CALLED in have or found.kind is not None):
        raise Conflict(_("%(code)s is neither called nor in reserve.", code=found.mask_code))
    if kind is OutcomeKind.DECLINED and OutcomeKind.ACCEPTED in have:
        raise Conflict(_("The offer was accepted: who leaves after that has dropped out."))
    if kind is OutcomeKind.DROPPED_OUT and OutcomeKind.DECLINED in have:
        raise Conflict(_("The offer was declined already."))
    for other in have.values():
        if _after(kind, other.kind) and entered.on < other.on:
            raise Conflict(
                _(
                    "“%(outcome)s” on %(day)s would be before “%(before)s” on %(other)s.",
                    outcome=kind_name(kind),
                    day=entered.on.isoformat(),
                    before=kind_name(other.kind),
                    other=other.on.isoformat(),
                )
            )


def _after(kind: OutcomeKind, other: OutcomeKind) -> bool:
    """Whether one kind can only come after another: along the chain; what ends the way after everything."""
    if kind is other or other is OutcomeKind.DROPPED_OUT:
        return False
    if kind is OutcomeKind.DROPPED_OUT:
        return True
    order = list(OutcomeKind)
    return order.index(kind) > order.index(other)


def _record(
    session: Session,
    application: Application,
    changes: Mapping[OutcomeKind, tuple[Entered | None, Entered | None]],
    actor: Actor,
    now: datetime,
    *,
    action: str,
) -> None:
    told: dict[str, tuple[Any, Any]] = {}
    for kind, (old, new) in changes.items():
        told[kind.value] = (old.on if old else None, new.on if new else None)
        if kind in ENDS:
            for name in ("reason", "note"):
                pair = (getattr(old, name, None) or None, getattr(new, name, None) or None)
                if pair != (None, None):
                    told[f"{kind.value}_{name}"] = pair
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("application", application.id or 0),
        intake_id=application.intake_id,
        changes=told,
    )
