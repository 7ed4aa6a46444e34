"""Reading time plans: the dates of one intake or several, and when each step was really done."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    Intake,
    InterviewList,
    ListPublication,
    ListStatus,
    Outcome,
    OutcomeKind,
    PlanDate,
    PlanStep,
    RequirementDecision,
)
from recruit.planning import COLUMNS, fixed_dates
from recruit.queries import intake as intakes


def of(session: Session, intake: Intake) -> dict[PlanStep, date]:
    """The day of each step that has one. One query."""
    return of_many(session, [intake])[intake.id or 0]


def of_many(session: Session, several: Collection[Intake]) -> dict[int, dict[PlanStep, date]]:
    """The same of several intakes, by intake id. One query."""
    rows: dict[int, dict[PlanStep, date]] = defaultdict(dict)
    chosen = select(PlanDate).where(col(PlanDate.intake_id).in_([each.id for each in several]))
    for row in session.exec(chosen):
        rows[row.intake_id][row.step] = row.on_day
    return {each.id or 0: fixed_dates(each) | _columns(each) | rows[each.id or 0] for each in several}


def _columns(intake: Intake) -> dict[PlanStep, date]:
    days = {step: getattr(intake, column) for step, column in COLUMNS.items()}
    return {step: day for step, day in days.items() if day is not None}


def actual(session: Session, intake: Intake, now: datetime) -> dict[PlanStep, date]:
    """The day on which each step was done, as the intake's own rows tell; steps that leave none are not there.

    For a step of many, such as the assessments, the last of them. One query.
    """
    found = _moments(intake)
    row = session.execute(select_columns(*found.values())).one()
    days = {step: _day(value) for step, value in zip(found, row, strict=True) if value is not None}
    if intake.opened_at is not None:
        days[PlanStep.ADVERTISED] = _day(max(intake.opened_at, intake.opens_at))
    if intakes.is_over(intake, now):
        days[PlanStep.CLOSES] = _day(intake.closes_at)
    return {step: days[step] for step in PlanStep if step in days}


def _moments(intake: Intake) -> dict[PlanStep, Any]:
    """For each step the first or last moment in the rows that it leaves, as a scalar subquery."""
    decided = select(Application.id).where(Application.intake_id == intake.id)
    confirmed = select(InterviewList.id).where(
        InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED
    )
    return {
        PlanStep.ELIGIBILITY_DECIDED: _last(
            RequirementDecision.decided_at, col(RequirementDecision.application_id).in_(decided)
        ),
        PlanStep.CALIBRATED: _submitted(intake, "calibration"),
        PlanStep.ASSESSED: _submitted(intake, "screening"),
        PlanStep.RANKING_MEETING: _first(InterviewList.confirmed_at, col(InterviewList.id).in_(confirmed)),
        PlanStep.LIST_PUBLISHED: _first(
            ListPublication.published_at, col(ListPublication.list_id).in_(confirmed)
        ),
        PlanStep.INTERVIEWS_FROM: _first(*_outcome(intake, OutcomeKind.INTERVIEWED)),
        PlanStep.INTERVIEWS_UNTIL: _last(*_outcome(intake, OutcomeKind.INTERVIEWED)),
        PlanStep.OFFERS_OUT: _first(*_outcome(intake, OutcomeKind.OFFERED)),
        PlanStep.REPLIES_IN: _last(*_outcome(intake, OutcomeKind.ACCEPTED, OutcomeKind.DECLINED)),
        PlanStep.STARTS: _first(*_outcome(intake, OutcomeKind.STARTED)),
    }


def _submitted(intake: Intake, stage: str) -> Any:
    return _last(
        Assignment.submitted_at,
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        col(Assignment.status) == AssignmentStatus.SUBMITTED,
    )


def _outcome(intake: Intake, *kinds: OutcomeKind) -> tuple[Any, ...]:
    return Outcome.happened_on, Outcome.intake_id == intake.id, col(Outcome.kind).in_(kinds)


def _first(column: Any, *conditions: Any) -> Any:
    return select(func.min(column)).where(*conditions).scalar_subquery()


def _last(column: Any, *conditions: Any) -> Any:
    return select(func.max(column)).where(*conditions).scalar_subquery()


def _day(value: date | datetime) -> date:
    return clock.in_stockholm(value).date() if isinstance(value, datetime) else value
