"""Reading calibration rounds: the round of a stage, its cases, who is done, and what the group agreed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentStatus,
    CalibrationCase,
    CalibrationNote,
    CalibrationRound,
    Intake,
    Level,
    RoundStatus,
)
from recruit.models.types import id_of
from recruit.queries.assessment_pool import CALIBRATION, assessed_criteria
from scoring.profile import Criterion, Profile


def round_of(session: Session, intake: Intake, stage: str) -> CalibrationRound | None:
    """The stage's calibration, open, closed or skipped; None while nobody has decided on one."""
    found = select(CalibrationRound).where(
        CalibrationRound.intake_id == intake.id, CalibrationRound.stage == stage
    )
    return session.exec(found).first()


def waiting(session: Session, intake: Intake) -> int:
    """How many assessors have not finished an open calibration; 0 if none is open."""
    return int(session.exec(how_many_wait(intake)).one())


def how_many_wait(intake: Intake) -> Any:
    """The statement that counts them, for a query that counts more."""
    cases = (
        select(CalibrationCase.application_id)
        .join(CalibrationRound, col(CalibrationRound.id) == col(CalibrationCase.round_id))
        .where(CalibrationRound.intake_id == intake.id, CalibrationRound.status == RoundStatus.OPEN)
    )
    return select(func.count(func.distinct(col(Assignment.assessor_id)))).where(
        col(Assignment.application_id).in_(cases),
        Assignment.intake_id == intake.id,
        Assignment.stage == CALIBRATION,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )


def unfinished(session: Session, round_: CalibrationRound) -> bool:
    """Whether somebody in the round has a case left to hand in."""
    return any(each.status is AssignmentStatus.ASSIGNED for each in _assignments(session, round_))


def stage_of_case(session: Session, assignment: Assignment) -> str:
    """The stage whose criteria a calibration's assignment is about. Raises NoResultFound for any other."""
    found = (
        select(CalibrationRound.stage)
        .join(CalibrationCase, col(CalibrationCase.round_id) == col(CalibrationRound.id))
        .where(
            CalibrationRound.intake_id == assignment.intake_id,
            CalibrationCase.application_id == assignment.application_id,
        )
    )
    return session.exec(found).one()


@dataclass(frozen=True)
class CaseItem:
    """One of an assessor's own cases and how far it has come."""

    number: int
    stage: str
    status: AssignmentStatus
    levels_set: int
    open: bool

    @property
    def code(self) -> str:
        """K and the number: no mask code looks like it."""
        return f"K{self.number}"

    @property
    def done(self) -> bool:
        """Whether its levels are in."""
        return self.status is AssignmentStatus.SUBMITTED


def own_cases(session: Session, *, intake: Intake, assessor_id: int) -> list[CaseItem]:
    """The assessor's own cases of all the intake's rounds, by number."""
    found = (
        select(  # type: ignore[call-overload]
            col(CalibrationCase.number),
            col(CalibrationRound.stage),
            col(Assignment.status),
            func.count(col(Level.id)),
            col(CalibrationRound.status),
        )
        .join(CalibrationRound, col(CalibrationRound.id) == col(CalibrationCase.round_id))
        .join(Assignment, col(Assignment.application_id) == col(CalibrationCase.application_id))
        .join(Level, col(Level.assignment_id) == col(Assignment.id), isouter=True)
        .where(
            CalibrationCase.intake_id == intake.id,
            Assignment.intake_id == intake.id,
            Assignment.stage == CALIBRATION,
            Assignment.assessor_id == assessor_id,
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .group_by(
            col(CalibrationCase.number),
            col(CalibrationRound.stage),
            col(Assignment.status),
            col(CalibrationRound.status),
        )
        .order_by(col(CalibrationCase.number))
    )
    return [
        CaseItem(number, stage, status, levels, state is RoundStatus.OPEN)
        for number, stage, status, levels, state in session.exec(found)
    ]


def cases(session: Session, round_: CalibrationRound) -> Sequence[tuple[CalibrationCase, Application]]:
    """The round's cases with their applications, by number."""
    found = (
        select(CalibrationCase, Application)
        .join(Application, col(Application.id) == col(CalibrationCase.application_id))
        .where(CalibrationCase.round_id == round_.id)
        .order_by(col(CalibrationCase.number))
    )
    return session.exec(found).all()


@dataclass(frozen=True)
class Taking:
    """One assessor in a round: how many cases and how many of them are in. `number` is how the group speaks of them."""

    number: int
    account_id: int
    name: str
    cases: int
    submitted: int


def takings(session: Session, round_: CalibrationRound) -> list[Taking]:
    """Everybody who was handed cases, in the order of the accounts."""
    rows = _assignments(session, round_)
    counted: dict[int, list[int]] = {}
    for each in rows:
        counts = counted.setdefault(each.assessor_id, [0, 0])
        counts[0] += 1
        counts[1] += each.status is AssignmentStatus.SUBMITTED
    people = select(Account).where(col(Account.id).in_(counted)).order_by(col(Account.id))
    return [
        Taking(number, id_of(each), each.name or each.email, *counted[id_of(each)])
        for number, each in enumerate(session.exec(people), start=1)
    ]


def _assignments(session: Session, round_: CalibrationRound) -> Sequence[Assignment]:
    found = (
        select(Assignment)
        .join(CalibrationCase, col(CalibrationCase.application_id) == col(Assignment.application_id))
        .where(
            CalibrationCase.round_id == round_.id,
            Assignment.intake_id == round_.intake_id,
            Assignment.stage == CALIBRATION,
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .order_by(col(Assignment.id))
    )
    return session.exec(found).all()


@dataclass(frozen=True)
class Given:
    """A level that was handed in, with its rationale. `case` and `assessor` are numbers."""

    case: int
    assessor: int
    criterion: str
    level: int
    note: str


def given(session: Session, round_: CalibrationRound) -> list[Given]:
    """Every level that was handed in in a round. Only for a round that is closed: the caller checks."""
    numbers = {each.account_id: each.number for each in takings(session, round_)}
    found = (
        select(  # type: ignore[call-overload]
            col(CalibrationCase.number),
            col(Assignment.assessor_id),
            col(Level.criterion),
            col(Level.level),
            col(Level.note),
        )
        .join(Assignment, col(Assignment.application_id) == col(CalibrationCase.application_id))
        .join(Level, col(Level.assignment_id) == col(Assignment.id))
        .where(
            CalibrationCase.round_id == round_.id,
            Assignment.intake_id == round_.intake_id,
            Assignment.stage == CALIBRATION,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .order_by(col(CalibrationCase.number), col(Assignment.assessor_id), col(Level.criterion))
    )
    return [
        Given(case, numbers[assessor], criterion, level, note)
        for case, assessor, criterion, level, note in session.exec(found)
    ]


def notes(session: Session, round_: CalibrationRound) -> Mapping[str, CalibrationNote]:
    """Criterion -> what the group agreed on it."""
    found = select(CalibrationNote).where(CalibrationNote.round_id == round_.id)
    return {each.criterion: each for each in session.exec(found.order_by(col(CalibrationNote.criterion)))}


def agreed(session: Session, intake: Intake, stage: str) -> dict[str, str]:
    """Criterion -> how the group reads its anchors in this intake, for the scoring page."""
    found = (
        select(CalibrationNote.criterion, CalibrationNote.text)
        .join(CalibrationRound, col(CalibrationRound.id) == col(CalibrationNote.round_id))
        .where(CalibrationRound.intake_id == intake.id, CalibrationRound.stage == stage)
    )
    return dict(session.exec(found).all())


def took_part(session: Session, round_: CalibrationRound, account_id: int) -> bool:
    """Whether the person was handed cases of the round, and stood down from none or some of them."""
    return any(each.assessor_id == account_id for each in _assignments(session, round_))


def criteria_of(profile: Profile, round_: CalibrationRound) -> tuple[Criterion, ...]:
    """What the round's cases are assessed on."""
    return assessed_criteria(profile, round_.stage)
