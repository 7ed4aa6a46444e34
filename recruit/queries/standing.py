"""How far an intake has come: the counts behind the line of stations and the next step, in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
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
    ListStatus,
    Posts,
    RankingRun,
    StageSetting,
)
from recruit.models.application import GOES_ON
from recruit.queries import intake as intakes
from recruit.queries.assessment_pool import PER_APPLICATION, each_needs

State = Literal["done", "now", "to_come"]
STEPS = ("intake", "application", "eligibility", "assessment", "ranking", "interview")
ASSESSORS_EACH = PER_APPLICATION


@dataclass(frozen=True)
class Standing:
    """Counts of one intake. `covered` have all their assessors, `assessed` all assessments, `begun` at least one.

    `run_number` and `called` are None while there is no run and no confirmed list.
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
    """The counts of one intake. One query."""
    mine = Application.intake_id == intake.id
    sent = (mine, Application.status == ApplicationStatus.SUBMITTED)
    passed = (*sent, col(Application.eligibility).in_(GOES_ON))
    row = session.execute(
        select_columns(
            _count(mine, Application.status == ApplicationStatus.DRAFT),
            _count(*sent),
            _count(mine, Application.status == ApplicationStatus.WITHDRAWN),
            _count(*sent, Application.eligibility == Eligibility.PENDING),
            _count(*passed),
            _count(*sent, Application.eligibility == Eligibility.CONDITIONAL),
            _count(*sent, Application.eligibility == Eligibility.INELIGIBLE),
            _assignments(passed, Assignment.status == AssignmentStatus.SUBMITTED),
            _with_assessors(
                passed, col(Assignment.status) != AssignmentStatus.RECUSED, at_least=each_needs("screening")
            ),
            _with_assessors(
                passed, Assignment.status == AssignmentStatus.SUBMITTED, at_least=each_needs("screening")
            ),
            _with_assessors(passed, Assignment.status == AssignmentStatus.SUBMITTED, at_least=1),
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
            select(StageSetting.per_application)
            .where(StageSetting.intake_id == intake.id, StageSetting.stage == "screening")
            .scalar_subquery(),
        )
    ).one()
    *counts, posts, run_number, called, draft_lists, each = row
    values: list[Any] = [*counts, int(posts), run_number, called or None, bool(draft_lists), each or ASSESSORS_EACH]
    return Standing(*values)


def _count(*conditions: Any) -> Any:
    return select(func.count(col(Application.id))).where(*conditions).scalar_subquery()


def _assignments(of_applications: tuple[Any, ...], status: Any) -> Any:
    return (
        select(func.count(col(Assignment.id)))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*of_applications, Assignment.stage == "screening", status)
        .scalar_subquery()
    )


def _with_assessors(of_applications: tuple[Any, ...], status: Any, *, at_least: Any) -> Any:
    complete = (
        select(col(Assignment.application_id))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*of_applications, Assignment.stage == "screening", status)
        .group_by(col(Assignment.application_id), col(Application.intake_id))
        .having(func.count(col(Assignment.id)) >= at_least)
        .subquery()
    )
    return select(func.count()).select_from(complete).scalar_subquery()


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
