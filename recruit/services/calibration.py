"""Calibration: the same cases for all assessors, then what the group agreed on. Its levels count nowhere else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Assignment,
    AssignmentStatus,
    CalibrationCase,
    CalibrationNote,
    CalibrationRound,
    ConflictOfInterest,
    Intake,
    IntakeStatus,
    Notice,
    RoundStatus,
)
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import calibration as reading
from recruit.queries import calibration_cases as candidates
from recruit.queries import intake as intakes
from recruit.services import notices, record
from recruit.services.holding import hold_intake
from recruit.services.panels import hand_out
from recruit.services.written import checked, checked_reason

FEWEST, USUAL, MOST = 3, 5, 8
LONGEST_NOTE = 1000


def open_round(
    session: Session, *, intake: Intake, stage: str, cases: Sequence[str], actor: Actor, now: datetime
) -> CalibrationRound:
    """Give all assessors the same cases, named by the keys of `queries.calibration_cases`; they are told by mail.

    Nobody gets a case of somebody they have a conflict of interest with, or their own application. Raises Invalid for
    too few or too many cases or one that cannot be used, Conflict where a round has been opened already, the intake is
    a draft, or there are no assessors.
    """
    hold_intake(session, intake.id)
    _check_opening(session, intake, stage, cases)
    assessors = [id_of(each) for each in queries.assessors(session, intake.region_id)]
    if not assessors:
        raise Conflict(_("The region has no assessors. Add them first."))
    profile = intakes.profile_of(session, intake)
    known = {each.key: each for each in candidates.candidates(session, intake, stage, profile)}
    gone = [key for key in cases if key not in known]
    if gone:
        raise Invalid(
            _("%(cases)s cannot be used as a case any longer. Choose another.", cases=", ".join(gone)),
            field="case",
        )
    round_ = _decided(session, intake, stage, RoundStatus.OPEN, "", actor, now)
    first = _next_number(session, intake)
    chosen = [known[key] for key in dict.fromkeys(cases)]
    for number, each in enumerate(chosen, start=first):
        session.add(
            CalibrationCase(
                region_id=intake.region_id,
                round_id=id_of(round_),
                intake_id=id_of(intake),
                application_id=each.application_id,
                number=number,
            )
        )
    barred = _barred(session, [each.application_id for each in chosen])
    for each in chosen:
        for assessor in assessors:
            if (each.application_id, assessor) not in barred and assessor != each.account_id:
                hand_out(session, intake, queries.CALIBRATION, each.application_id, assessor, now)
    session.flush()
    _write(session, round_, "calibration.opened", {"cases": (None, len(chosen))}, actor, now)
    notices.tell(
        session,
        kind=Notice.CALIBRATION_OPENED,
        region_id=intake.region_id,
        now=now,
        intake=intake,
        number=len(chosen),
        to=assessors,
        besides=actor.account_id,
    )
    return round_


def _check_opening(session: Session, intake: Intake, stage: str, cases: Sequence[str]) -> None:
    number = len(set(cases))
    if not FEWEST <= number <= MOST:
        raise Invalid(
            _(
                "Choose between %(fewest)s and %(most)s cases; you have chosen %(number)s.",
                fewest=FEWEST,
                most=MOST,
                number=number,
            ),
            field="case",
        )
    if intake.status is IntakeStatus.DRAFT:
        raise Conflict(_("The intake has not been opened yet, so there is nothing to assess."))
    standing = reading.round_of(session, intake, stage)
    if standing is not None and standing.status is not RoundStatus.SKIPPED:
        raise Conflict(_("The calibration of this stage has already been opened."))


def skip(
    session: Session, *, intake: Intake, stage: str, reason: str, actor: Actor, now: datetime
) -> CalibrationRound:
    """Do without a calibration at a stage. Raises Invalid without a reason, Conflict where one has been opened."""
    reason = checked_reason(reason)
    hold_intake(session, intake.id)
    standing = reading.round_of(session, intake, stage)
    if standing is not None:
        raise Conflict(_("The calibration of this stage has already been decided on."))
    round_ = _decided(session, intake, stage, RoundStatus.SKIPPED, reason, actor, now)
    _write(session, round_, "calibration.skipped", {}, actor, now, reason)
    return round_


def _decided(
    session: Session,
    intake: Intake,
    stage: str,
    status: RoundStatus,
    reason: str,
    actor: Actor,
    now: datetime,
) -> CalibrationRound:
    """The stage's round, new or instead of one that was skipped."""
    assert actor.account_id is not None
    round_ = reading.round_of(session, intake, stage) or CalibrationRound(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        stage=stage,
        status=status,
        opened_at=now,
        opened_by_id=actor.account_id,
    )
    round_.status, round_.reason = status, reason
    round_.opened_at, round_.opened_by_id = now, actor.account_id
    session.add(round_)
    session.flush()
    return round_


def _next_number(session: Session, intake: Intake) -> int:
    used = select(CalibrationCase.number).where(CalibrationCase.intake_id == intake.id)
    return max(session.exec(used), default=0) + 1


def _barred(session: Session, applications: list[int]) -> set[tuple[int, int]]:
    """(application, assessor) pairs with a conflict of interest, or where the assessor has stepped aside."""
    declared = select(ConflictOfInterest.application_id, ConflictOfInterest.assessor_id).where(
        col(ConflictOfInterest.application_id).in_(applications)
    )
    aside = select(Assignment.application_id, Assignment.assessor_id).where(
        col(Assignment.application_id).in_(applications), Assignment.status == AssignmentStatus.RECUSED
    )
    return {*session.exec(declared), *session.exec(aside)}


def refuse_closed(session: Session, assignment: Assignment) -> None:
    """Raise Conflict when the round of a calibration's assignment takes no more levels."""
    if _round_of_case(session, assignment).status is not RoundStatus.OPEN:
        raise Conflict(_("The calibration is closed, and its levels can no longer be changed."))


def _round_of_case(session: Session, assignment: Assignment) -> CalibrationRound:
    found = (
        select(CalibrationRound)
        .join(CalibrationCase, col(CalibrationCase.round_id) == col(CalibrationRound.id))
        .where(
            CalibrationRound.intake_id == assignment.intake_id,
            CalibrationCase.application_id == assignment.application_id,
        )
        .with_for_update(key_share=True)
    )
    return session.exec(found.execution_options(populate_existing=True)).one()


def close_when_all_in(session: Session, *, assignment: Assignment, now: datetime) -> None:
    """Close the round once nobody in it has anything left and somebody's levels are in: then everybody sees them."""
    round_ = _round_of_case(session, assignment)
    if round_.status is not RoundStatus.OPEN or reading.unfinished(session, round_):
        return
    if any(each.submitted for each in reading.takings(session, round_)):
        _close(session, round_, Actor(None), now)


def close(session: Session, *, intake: Intake, stage: str, actor: Actor, now: datetime) -> None:
    """Take no more levels; those that are handed in are shown. Raises Conflict unless the round is open and somebody's
    levels are in, or nobody is left to hand any in.
    """
    hold_intake(session, intake.id)
    round_ = _standing(session, intake, stage)
    if round_.status is not RoundStatus.OPEN:
        raise Conflict(_("The calibration is not open."))
    takings = reading.takings(session, round_)
    if takings and not any(each.submitted for each in takings):
        raise Conflict(_("Nobody's levels are in yet, so there would be nothing to talk about."))
    _close(session, round_, actor, now)


def _close(session: Session, round_: CalibrationRound, actor: Actor, now: datetime) -> None:
    round_.status, round_.closed_at, round_.closed_by_id = RoundStatus.CLOSED, now, actor.account_id
    session.add(round_)
    session.flush()
    _write(session, round_, "calibration.closed", {}, actor, now)


def _standing(session: Session, intake: Intake, stage: str) -> CalibrationRound:
    round_ = reading.round_of(session, intake, stage)
    if round_ is None:
        raise NotFound(_("There is no calibration of this stage."))
    return round_


def agree(
    session: Session,
    *,
    intake: Intake,
    stage: str,
    criterion: str,
    text: str,
    seen: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep how the group reads a criterion's anchors; an empty text takes it away. `seen`: the revision on the page.

    Raises Invalid for an unknown criterion or a text that is too long, Conflict while levels are still taken or where
    somebody else has written in between.
    """
    hold_intake(session, intake.id)
    round_ = _standing(session, intake, stage)
    if round_.status is not RoundStatus.CLOSED:
        raise Conflict(_("Agree on how to read the anchors when everybody's levels are in."))
    profile = intakes.profile_of(session, intake)
    if criterion not in {each.key for each in reading.criteria_of(profile, round_)}:
        raise Invalid(_("There is no criterion %(key)s to assess at this stage.", key=criterion))
    text = checked(text, limit=LONGEST_NOTE, field=f"note-{criterion}")
    note = reading.notes(session, round_).get(criterion)
    old = note.text if note else ""
    if text == old:
        return
    if (note.revision if note else 0) != seen:
        raise Conflict(
            _("Somebody else has written here in between: “%(text)s”. Put both together.", text=old)
        )
    assert actor.account_id is not None
    note = note or CalibrationNote(
        region_id=intake.region_id,
        round_id=id_of(round_),
        criterion=criterion,
        text="",
        revision=0,
        written_at=now,
        written_by_id=actor.account_id,
    )
    note.text, note.revision = text, note.revision + 1
    note.written_at, note.written_by_id = now, actor.account_id
    session.add(note)
    session.flush()
    _write(session, round_, "calibration.agreed", {criterion: (old or None, text or None)}, actor, now)


def _write(
    session: Session,
    round_: CalibrationRound,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    record.write(
        session,
        region_id=round_.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("calibration", id_of(round_)),
        changes={"stage": (None, round_.stage), **changes},
        reason=reason or None,
        intake_id=round_.intake_id,
    )
