"""Third assessments of a borderline zone: asked for, waiting, missing."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementEnd,
    DisagreementWay,
    Intake,
    ThirdAssessment,
)
from recruit.models.application import GOES_ON


def third_asked(session: Session, *, intake: Intake, stage: str) -> bool:
    """Whether a round of third assessments has been asked for at a stage."""
    asked = select(ThirdAssessment.id).where(
        ThirdAssessment.intake_id == intake.id, ThirdAssessment.stage == stage
    )
    return session.exec(asked.limit(1)).first() is not None


#: So many assessments an application has for which a third one has been asked.
THIRD = 3


def has_third(session: Session, *, application_id: int, stage: str) -> bool:
    """Whether a third assessment of the application has been asked for at a stage: in a zone, or since two differ."""
    asked = select(ThirdAssessment.id).where(
        ThirdAssessment.application_id == application_id, ThirdAssessment.stage == stage
    )
    differ = select(Disagreement.id).where(
        Disagreement.application_id == application_id, Disagreement.stage == stage, third_counts()
    )
    return any(session.exec(each.limit(1)).first() is not None for each in (asked, differ))


def third_counts() -> Any:
    """The condition that a row of `Disagreement` asks for a third assessment that has not been given up."""
    return (col(Disagreement.way) == DisagreementWay.THIRD) & (
        col(Disagreement.end).is_(None) | (col(Disagreement.end) == DisagreementEnd.CHANGED)
    )


def third_waiting(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Codes of the applications with a third assessment asked for and fewer than three submitted; who has withdrawn
    or is not eligible does not count.
    """
    return sorted(_third_panels(session, intake, stage))


def third_missing(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Those of `third_waiting` for whom no assessment is on its way: nobody was free to replace one who stood down."""
    panels = _third_panels(session, intake, stage)
    return sorted(code for code, panel in panels.items() if AssignmentStatus.ASSIGNED not in panel)


def _third_panels(session: Session, intake: Intake, stage: str) -> dict[str, list[AssignmentStatus]]:
    """Mask code -> the statuses of its panel, of those whose third assessment is not in."""
    statement = (
        select(col(Application.mask_code), col(Assignment.status))
        .join(ThirdAssessment, col(ThirdAssessment.application_id) == col(Application.id))
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(
            ThirdAssessment.intake_id == intake.id,
            ThirdAssessment.stage == stage,
            Assignment.stage == stage,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
    )
    panels: dict[str, list[AssignmentStatus]] = {}
    for code, status in session.exec(statement):
        panels.setdefault(code, []).append(status)
    return {code: panel for code, panel in panels.items() if panel.count(AssignmentStatus.SUBMITTED) < THIRD}


def fewer_than(
    session: Session, *, intake: Intake, stage: str, codes: Collection[str], number: int
) -> list[str]:
    """Which of these codes have fewer than so many assessors at a stage, submitted or not."""
    counted = (
        select(Application.mask_code, func.count(col(Assignment.id)))
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .group_by(col(Application.mask_code))
    )
    panels = dict(session.exec(counted).all())
    return sorted(code for code in codes if panels.get(code, 0) < number)
