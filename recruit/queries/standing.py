"""How far an intake has come: the counts behind the line of stations and the next step, in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, case, func, true
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Eligibility,
    EntryKind,
    Intake,
    IntakeStatus,
    InterviewList,
    InterviewListEntry,
    ListPublication,
    ListStatus,
    Posts,
    RankingRun,
)
from recruit.models.application import GOES_ON
from recruit.queries import intake as intakes
from recruit.queries.assessment_pool import PER_APPLICATION, of_stage

State = Literal["done", "now", "to_come"]
STEPS = ("intake", "application", "eligibility", "assessment", "ranking", "interview")
ASSESSORS_EACH = PER_APPLICATION


@dataclass(frozen=True)
class Standing:
    """Counts of one intake. `covered` have all their assessors, `assessed` all assessments, `begun` at least one.

    `run_number` and `called` are None while there is no run and no confirmed list. `unpublished`: the newest confirmed
    list has not been published.
    """

    drafts: int
    submitted: int
    withdrawn: int
    pending: int
    eligible: int
    conditional: int
    ineligible: int
    assessments_done: int
    covered: int
    assessed: int
    begun: int
    posts: int
    run_number: int | None
    called: int | None
    has_draft_list: bool
    assessors_each: int = ASSESSORS_EACH
    unpublished: bool = False

    @property
    def assessments_wanted(self) -> int:
        """How many assessments there shall be: those of every eligible application."""
        return self.assessors_each * self.eligible

    def steps(self, intake: Intake, now: datetime) -> list[tuple[str, State]]:
        """Each step with its state; the first that is not done is the present one."""
        over = intakes.is_over(intake, now)
        decided = over and self.pending == 0 and self.submitted > 0
        assessed = decided and self.eligible > 0 and self.assessed >= self.eligible
        done = {
            "intake": intake.status is not IntakeStatus.DRAFT,
            "application": over,
            "eligibility": decided,
            "assessment": assessed,
            "ranking": assessed and self.run_number is not None,
            "interview": False,
        }
        if self.called is not None:
            return [(step, "done") for step in STEPS]
        present = next(step for step in STEPS if not done[step])
        at = STEPS.index(present)
        return [(step, "done" if i < at else "now" if i == at else "to_come") for i, step in enumerate(STEPS)]


def of(session: Session, intake: Intake) -> Standing:
    """The counts of one intake. One query, which reads its applications once and their assessments once."""
    each = of_stage(intake, "screening")
    applications, assessments = _applications(intake).subquery(), _assessments(intake, each).subquery()
    row = session.execute(
        select_columns(
            *applications.c,
            *assessments.c,
            select(func.coalesce(func.sum(Posts.number), 0))
            .where(Posts.intake_id == intake.id)
            .scalar_subquery(),
            select(func.max(RankingRun.number))
            .where(RankingRun.intake_id == intake.id, RankingRun.stage == "screening")
            .scalar_subquery(),
            _called(intake),
            select(func.count(col(InterviewList.id)))
            .where(InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.DRAFT)
            .scalar_subquery(),
            each,
            unpublished(intake.id),
        ).select_from(applications.join(assessments, true()))
    ).one()
    *counts, posts, run_number, called, draft_lists, wanted, silent = row
    numbers = [int(count or 0) for count in counts]
    values: list[Any] = [*numbers, int(posts), run_number, called or None, bool(draft_lists), int(wanted)]
    values.append(bool(silent))
    return Standing(*values)


def newest_confirmed() -> Any:
    """That an interview list is its intake's newest confirmed one."""
    later = aliased(InterviewList)
    superseded = (
        select(later.id)
        .where(
            later.intake_id == InterviewList.intake_id,
            later.status == ListStatus.CONFIRMED,
            later.version > InterviewList.version,
        )
        .exists()
    )
    return and_(col(InterviewList.status) == ListStatus.CONFIRMED, ~superseded)


def unpublished(intake_id: Any) -> Any:
    """1 if an intake's newest confirmed list has not been published, as a subquery; `intake_id` may be a column."""
    published = select(ListPublication.id).where(ListPublication.list_id == InterviewList.id).exists()
    return (
        select(func.count(col(InterviewList.id)))
        .where(InterviewList.intake_id == intake_id, newest_confirmed(), ~published)
        .scalar_subquery()
    )


def _applications(intake: Intake) -> Any:
    status, eligibility = col(Application.status), col(Application.eligibility)
    sent = status == ApplicationStatus.SUBMITTED
    return select_columns(
        _how_many(status == ApplicationStatus.DRAFT, "drafts"),
        _how_many(sent, "sent"),
        _how_many(status == ApplicationStatus.WITHDRAWN, "withdrawn"),
        _how_many(sent & (eligibility == Eligibility.PENDING), "pending"),
        _how_many(sent & eligibility.in_(GOES_ON), "passed"),
        _how_many(sent & (eligibility == Eligibility.CONDITIONAL), "conditional"),
        _how_many(sent & (eligibility == Eligibility.INELIGIBLE), "ineligible"),
    ).where(col(Application.intake_id) == intake.id)


def _assessments(intake: Intake, each: Any) -> Any:
    """Submitted assessments in all; then how many applications have all their assessors, all assessments, any."""
    submitted = case((col(Assignment.status) == AssignmentStatus.SUBMITTED, 1), else_=0)
    going_on = select(Application.id).where(
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        col(Application.eligibility).in_(GOES_ON),
    )
    counted = (
        select_columns(func.count(col(Assignment.id)).label("active"), func.sum(submitted).label("submitted"))
        .where(
            col(Assignment.application_id).in_(going_on),
            col(Assignment.stage) == "screening",
            col(Assignment.status) != AssignmentStatus.RECUSED,
        )
        .group_by(col(Assignment.application_id))
        .subquery()
    )
    return select_columns(
        func.sum(counted.c.submitted).label("done"),
        _how_many(counted.c.active >= each, "covered"),
        _how_many(counted.c.submitted >= each, "assessed"),
        _how_many(counted.c.submitted >= 1, "begun"),
    ).select_from(counted)


def _how_many(condition: Any, name: str) -> Any:
    return func.sum(case((condition, 1), else_=0)).label(name)


def _called(intake: Intake) -> Any:
    newest = (
        select(func.max(InterviewList.version))
        .where(InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED)
        .scalar_subquery()
    )
    return (
        select(func.count(col(InterviewListEntry.id)))
        .join(InterviewList, col(InterviewList.id) == col(InterviewListEntry.list_id))
        .where(
            InterviewList.intake_id == intake.id,
            InterviewList.version == newest,
            InterviewListEntry.kind == EntryKind.CALLED,
        )
        .scalar_subquery()
    )
