"""What a plan of who assesses what is made from, beside the applications and the assessments themselves."""

from typing import Any

from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    AssessorLimit,
    Assignment,
    AssignmentPlan,
    AssignmentStatus,
    Disagreement,
    Intake,
    Membership,
    Role,
    StageSetting,
    ThirdAssessment,
)
from recruit.queries.assessment_pool import PER_APPLICATION
from recruit.queries.steps import is_begun
from recruit.queries.third_assessments import third_counts

Pair = tuple[int, int]


def per_application(session: Session, *, intake: Intake, stage: str) -> int:
    """How many assessors each application has at a stage: what the coordinator has set, else two."""
    found = session.exec(
        select(StageSetting.per_application).where(
            StageSetting.intake_id == intake.id, StageSetting.stage == stage
        )
    ).first()
    return PER_APPLICATION if found is None else found


def limits(session: Session, *, intake: Intake) -> dict[int, AssessorLimit]:
    """Assessor -> what they can take in the intake, of those for whom something is set."""
    rows = session.exec(select(AssessorLimit).where(AssessorLimit.intake_id == intake.id))
    return {row.assessor_id: row for row in rows}


def workplaces(session: Session, *, region_id: int) -> dict[int, str]:
    """Assessor -> workplace, of those whose workplace is known."""
    rows = session.exec(
        select(Membership.account_id, Membership.workplace).where(
            Membership.region_id == region_id, Membership.role == Role.ASSESSOR, Membership.workplace != ""
        )
    )
    return dict(rows.all())


def begun(session: Session, *, intake: Intake, stage: str) -> set[Pair]:
    """(application, assessor) pairs in which something is written and nothing submitted."""
    rows = session.exec(
        select(Assignment.application_id, Assignment.assessor_id).where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.ASSIGNED,
            is_begun(),
        )
    )
    return {(application, assessor) for application, assessor in rows}


def with_third(session: Session, *, intake: Intake, stage: str) -> set[int]:
    """Applications for which a third assessment has been asked for: in a zone, or since two differ."""
    kinds: tuple[Any, ...] = (
        select(ThirdAssessment.application_id).where(
            ThirdAssessment.intake_id == intake.id, ThirdAssessment.stage == stage
        ),
        select(Disagreement.application_id).where(
            Disagreement.intake_id == intake.id, Disagreement.stage == stage, third_counts()
        ),
    )
    return {application for each in kinds for application in session.exec(each)}


def plan_here(session: Session, *, intake: Intake, plan_id: int) -> AssignmentPlan | None:
    """A plan of this intake, or None."""
    return session.exec(
        select(AssignmentPlan).where(AssignmentPlan.id == plan_id, AssignmentPlan.intake_id == intake.id)
    ).first()


def last_carried_out(session: Session, *, intake: Intake, stage: str) -> AssignmentPlan | None:
    """The plan of the stage that was carried out last and has not been undone, or None."""
    found: AssignmentPlan | None = session.exec(carried_out_last(AssignmentPlan, intake, stage)).first()
    return found


def carried_out_last(what: Any, intake: Intake, stage: str) -> Any:
    """The statement that reads `what` of that plan, for a query that reads more."""
    return (
        select(what)
        .where(
            AssignmentPlan.intake_id == intake.id,
            AssignmentPlan.stage == stage,
            col(AssignmentPlan.carried_out_at).is_not(None),
            col(AssignmentPlan.undone_at).is_(None),
        )
        .order_by(col(AssignmentPlan.carried_out_at).desc(), col(AssignmentPlan.id).desc())
        .limit(1)
    )


def codes_of(session: Session, ids: set[int]) -> dict[int, str]:
    """Application -> mask code."""
    rows = session.exec(select(Application.id, Application.mask_code).where(col(Application.id).in_(ids)))
    return {int(application or 0): code for application, code in rows}
