"""What the coordinator's first page tells of an intake: why people fell away, what waits, and for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import Answer as Given
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Eligibility,
    Intake,
    Referee,
    RequirementDecision,
)
from recruit.models.application import GOES_ON
from recruit.planning import Share
from recruit.queries import assessment, merits, table_filter


@dataclass(frozen=True)
class Load:
    """One assessor's share of the screening. The group speaks of assessors by number."""

    number: int
    share: Share

    @property
    def assigned(self) -> int:
        """How many were assigned."""
        return self.share.assigned

    @property
    def submitted(self) -> int:
        """How many are submitted."""
        return self.share.submitted

    @property
    def left(self) -> int:
        """How many are still to be submitted."""
        return self.share.left


@dataclass(frozen=True)
class Waiting:
    """Counts of what waits: for the coordinator, for applicants, for referees.

    `corrections`: applications with a request for correction that nobody has answered. `merits`: such requests.
    """

    unclear: int
    references: int
    copies: int
    countries: int
    corrections: int
    merits: int


def refusals(session: Session, intake: Intake) -> list[tuple[str, int]]:
    """(requirement, how many) decided "no" among ineligible submitted applications, most first. One query.

    An application may fail several requirements and then counts in each.
    """
    number = func.count(col(RequirementDecision.id))
    rows = session.exec(
        select(RequirementDecision.requirement, number)
        .join(Application, col(Application.id) == col(RequirementDecision.application_id))
        .where(
            Application.intake_id == intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            Application.eligibility == Eligibility.INELIGIBLE,
            RequirementDecision.answer == Given.NO,
        )
        .group_by(RequirementDecision.requirement)
        .order_by(number.desc(), RequirementDecision.requirement)
    )
    return [(key, int(count)) for key, count in rows]


def waiting(session: Session, intake: Intake) -> Waiting:
    """What waits besides decisions and assessments. One query."""
    sent = (Application.intake_id == intake.id, Application.status == ApplicationStatus.SUBMITTED)
    row = session.execute(
        select_columns(
            _count(*sent, table_filter.has_unclear()),
            _unanswered_referees(*sent, col(Application.eligibility) != Eligibility.INELIGIBLE),
            _count(*sent, col(Application.eligibility).in_(GOES_ON), table_filter.lacks_copy()),
            select(func.count(func.distinct(Application.education_country))).where(*sent).scalar_subquery(),
            _count(
                Application.intake_id == intake.id,
                col(Application.status) != ApplicationStatus.DRAFT,
                table_filter.awaits_correction(),
            ),
            merits.how_many_unanswered(intake).scalar_subquery(),
        )
    ).one()
    return Waiting(*(int(value) for value in row))


def _count(*conditions: Any) -> Any:
    return select(func.count(col(Application.id))).where(*conditions).scalar_subquery()


def _unanswered_referees(*conditions: Any) -> Any:
    return (
        select(func.count(col(Referee.id)))
        .join(Application, col(Application.id) == col(Referee.application_id))
        .where(*conditions, col(Referee.answered_at).is_(None))
        .scalar_subquery()
    )


def loads(session: Session, intake: Intake) -> Sequence[Load]:
    """Every assessor's share of the screening, by number. Two queries."""
    done = func.count(col(Assignment.id)).filter(col(Assignment.status) == AssignmentStatus.SUBMITTED)
    shares = {
        assessor: Share(int(assigned), int(submitted), clock.in_stockholm(since).date())
        for assessor, assigned, submitted, since in session.exec(
            select(
                Assignment.assessor_id,
                func.count(col(Assignment.id)),
                done,
                func.min(Assignment.assigned_at),
            )
            .join(Application, col(Application.id) == col(Assignment.application_id))
            .where(
                Assignment.intake_id == intake.id,
                Assignment.stage == "screening",
                col(Assignment.status) != AssignmentStatus.RECUSED,
                Application.status == ApplicationStatus.SUBMITTED,
                col(Application.eligibility).in_(GOES_ON),
            )
            .group_by(col(Assignment.assessor_id))
        )
    }
    active = {each.id or 0 for each in assessment.assessors(session, intake.region_id)}
    everybody = sorted(active | set(shares))
    return [
        Load(number, shares[account])
        for number, account in enumerate(everybody, start=1)
        if account in shares
    ]
