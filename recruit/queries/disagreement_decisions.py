"""What was decided on disagreements: third assessments, discussions and what they changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementWay,
    Intake,
    LevelChange,
)
from recruit.models.types import id_of
from recruit.queries.assessment import THIRD
from recruit.queries.disagreement_rows import goes_on


def third_open(decided: Disagreement) -> bool:
    """Whether a decision is a third assessment that has been asked for and not been given up."""
    return decided.way is DisagreementWay.THIRD and decided.settled_at is None


def decisions_on(session: Session, *, application_id: int, stage: str) -> list[Disagreement]:
    """All that was decided on an application, in order."""
    found = select(Disagreement).where(
        Disagreement.application_id == application_id, Disagreement.stage == stage
    )
    return list(session.exec(found.order_by(col(Disagreement.id))))


def discussed(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Codes of the applications in the running that are being discussed. One query."""
    found = (
        select(Application.mask_code)
        .join(Disagreement, col(Disagreement.application_id) == col(Application.id))
        .where(
            Disagreement.intake_id == intake.id,
            Disagreement.stage == stage,
            Disagreement.way == DisagreementWay.DISCUSSION,
            col(Disagreement.settled_at).is_(None),
            *goes_on(),
        )
        .order_by(col(Application.mask_code))
    )
    return list(session.exec(found))


def third_still_out(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Codes of those for whom a third assessment was asked since their assessors differ, and which is not in."""
    submitted = (
        select(func.count(col(Assignment.id)))
        .where(
            Assignment.application_id == Disagreement.application_id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .correlate(Disagreement)
        .scalar_subquery()
    )
    found = (
        select(Application.mask_code)
        .join(Disagreement, col(Disagreement.application_id) == col(Application.id))
        .where(
            Disagreement.intake_id == intake.id,
            Disagreement.stage == stage,
            Disagreement.way == DisagreementWay.THIRD,
            col(Disagreement.settled_at).is_(None),
            submitted < THIRD,
        )
        .order_by(col(Application.mask_code))
    )
    return list(session.exec(found))


def third_on_its_way(session: Session, *, application_id: int, stage: str) -> bool:
    """Whether somebody has the application and has not submitted."""
    found = select(Assignment.id).where(
        Assignment.application_id == application_id,
        Assignment.stage == stage,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    return session.exec(found.limit(1)).first() is not None


def number_of(session: Session, *, intake: Intake, stage: str) -> dict[int, int]:
    """Account id -> the number under which the group speaks of an assessor, as on the page of the panels."""
    from recruit.queries.assessment import assessors

    standing = select(Assignment.assessor_id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.status != AssignmentStatus.RECUSED,
    )
    everybody = {id_of(each) for each in assessors(session, intake.region_id)} | set(
        session.exec(standing.distinct())
    )
    return {account: number for number, account in enumerate(sorted(everybody), 1)}


def first_levels(session: Session, *, intake: Intake, run_at: Any) -> dict[tuple[str, str, str], int]:
    """(mask code, assessor's public id, criterion) -> the level as it was before it was changed in a discussion.

    Of the changes up to `run_at` only, so that a run says the same for good. One query.
    """
    from recruit.models import Account

    found = (
        select(Application.mask_code, Account.public_id, LevelChange.criterion, LevelChange.old)
        .select_from(LevelChange)
        .join(Assignment, col(Assignment.id) == col(LevelChange.assignment_id))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .join(Account, col(Account.id) == col(Assignment.assessor_id))
        .where(Assignment.intake_id == intake.id, col(LevelChange.changed_at) <= run_at)
        .order_by(col(LevelChange.id).desc())
    )
    # The oldest comes last, so that it is what stays.
    return {(code, public_id, criterion): old for code, public_id, criterion, old in session.exec(found)}


@dataclass(frozen=True)
class Tally:
    """What has become of a stage's disagreements, for the auditor: by way, and the levels that were changed."""

    discussions: int
    thirds: int
    left: int
    open: int
    up: int
    down: int


def tally(session: Session, *, intake: Intake, stage: str) -> Tally:
    """How often each way was chosen, and how many levels went up and down. One query."""
    of_stage: tuple[Any, ...] = (Disagreement.intake_id == intake.id, Disagreement.stage == stage)
    way = col(Disagreement.way)
    discussion = way == DisagreementWay.DISCUSSION
    ways = (discussion, way == DisagreementWay.THIRD, way == DisagreementWay.LEFT)
    unsettled = discussion & col(Disagreement.settled_at).is_(None)
    changed = (
        select(func.count(col(LevelChange.id)))
        .join(Disagreement, col(Disagreement.id) == col(LevelChange.disagreement_id))
        .where(*of_stage)
    )
    row = session.execute(
        select_columns(
            *(func.count(case((each, 1))) for each in (*ways, unsettled)),
            changed.where(LevelChange.new > LevelChange.old).correlate(None).scalar_subquery(),
            changed.where(LevelChange.new < LevelChange.old).correlate(None).scalar_subquery(),
        ).where(*of_stage)
    ).one()
    return Tally(*(int(each) for each in row))
