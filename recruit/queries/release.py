"""What has been released, who may release what is decided, and how many would be told of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    ConflictOfInterest,
    Intake,
    InterviewList,
    ListStatus,
    Membership,
    RankingRelease,
    RankingRow,
    RankingRun,
    Role,
)
from recruit.queries.naming import called


def list_is_confirmed(session: Session, intake_id: int) -> bool:
    """Whether the intake has a confirmed interview list: what it rests on is then left as it was."""
    chosen = select(InterviewList.id).where(
        InterviewList.intake_id == intake_id, InterviewList.status == ListStatus.CONFIRMED
    )
    return session.exec(chosen.limit(1)).first() is not None


def is_released(session: Session, intake_id: int, stage: str) -> bool:
    """Whether a list, or a ranking after the interviews, has been released on a stage's levels."""
    if stage == "screening":
        return list_is_confirmed(session, intake_id)
    done = (
        select(RankingRelease.id)
        .join(RankingRun, col(RankingRun.id) == col(RankingRelease.run_id))
        .where(RankingRun.intake_id == intake_id, RankingRun.stage == stage)
    )
    return session.exec(done.limit(1)).first() is not None


@dataclass(frozen=True)
class Staff:
    """The people of a region who can help a decision on: names by account id, in order of name."""

    coordinators: dict[int, str]
    administrators: dict[int, str]


def staff(session: Session, *, region_id: int) -> Staff:
    """The region's active coordinators and administrators. One query."""
    found = (
        select(col(Membership.role), Account.id, called(session))
        .join(Account, col(Account.id) == Membership.account_id)
        .where(
            Membership.region_id == region_id,
            col(Membership.role).in_((Role.COORDINATOR, Role.ADMINISTRATOR)),
            col(Account.active).is_(True),
        )
        .order_by(Account.name, Account.email)
    )
    by_role: dict[Role, dict[int, str]] = {Role.COORDINATOR: {}, Role.ADMINISTRATOR: {}}
    for role, identity, name in session.exec(found):
        by_role[role][identity or 0] = name
    return Staff(by_role[Role.COORDINATOR], by_role[Role.ADMINISTRATOR])


def to_tell(session: Session, *, interview_list: InterviewList) -> int:
    """How many applicants a publication of the list would be mailed to: those of its run who have not withdrawn, and
    whose applications have not been disposed of.
    """
    found = (
        select(func.count())
        .select_from(RankingRow)
        .join(Application, col(Application.id) == RankingRow.application_id)
        .where(
            RankingRow.run_id == interview_list.run_id,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.disposed_at).is_(None),
        )
    )
    return session.exec(found).one()


def partial_in(
    session: Session, *, intake: Intake, mask_codes: Collection[str], account_id: int | None
) -> list[str]:
    """Those of the codes that a person has an interest of their own in: as applicant, or as declared. One query."""
    declared = select(ConflictOfInterest.application_id).where(ConflictOfInterest.assessor_id == account_id)
    found = (
        select(Application.mask_code)
        .where(
            Application.intake_id == intake.id,
            col(Application.mask_code).in_(mask_codes),
            or_(col(Application.account_id) == account_id, col(Application.id).in_(declared)),
        )
        .order_by(Application.mask_code)
    )
    return list(session.exec(found))
