"""What one assessor has, how far they have come, and what they may see of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    ExperiencePeriod,
    Intake,
    Level,
    Referee,
)
from recruit.models.application import GOES_ON
from recruit.queries.assessment_pool import assessed_criteria
from scoring.criteria import STAGES
from scoring.profile import Profile


@dataclass(frozen=True)
class QueueItem:
    """One application in an assessor's queue. `levels_set` counts the levels set so far of
    `levels_needed`.
    """

    code: str
    status: AssignmentStatus
    levels_set: int
    levels_needed: int
    assignment_id: int = 0

    @property
    def done(self) -> bool:
        """Whether the assessment has been submitted."""
        return self.status is AssignmentStatus.SUBMITTED

    @property
    def ready(self) -> bool:
        """Whether every level is set, so that the assessment can be submitted."""
        return not self.done and self.levels_set >= self.levels_needed

    @property
    def begun(self) -> bool:
        """Whether some level has been saved, but the assessment is not submitted."""
        return not self.done and self.levels_set > 0


def has_unsubmitted(session: Session, *, intake: Intake, stage: str, assessor_id: int | None) -> bool:
    """Whether the person still has an assessment of their own to submit at the stage."""
    own = select(Assignment.id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.assessor_id == assessor_id,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    return session.exec(own.limit(1)).first() is not None


def stages_of(session: Session, *, intake: Intake, assessor_id: int) -> list[str]:
    """The stages in which the assessor has something, the latest last."""
    statement = (
        select(Assignment.stage)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == assessor_id,
            col(Assignment.stage).in_(STAGES),
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .distinct()
    )
    found = set(session.exec(statement))
    return [stage for stage in STAGES if stage in found]


def queue(
    session: Session, *, intake: Intake, stage: str, assessor_id: int, profile: Profile
) -> list[QueueItem]:
    """The assessor's own applications at a stage, in an order that does not change while they work."""
    statement = (
        select(
            col(Application.mask_code), col(Assignment.status), func.count(col(Level.id)), col(Assignment.id)
        )
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .join(Level, col(Level.assignment_id) == col(Assignment.id), isouter=True)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.assessor_id == assessor_id,
            Assignment.status != AssignmentStatus.RECUSED,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
        .group_by(col(Assignment.id), col(Application.mask_code), col(Assignment.status))
        .order_by(col(Assignment.id))
    )
    needed = len(assessed_criteria(profile, stage))
    return [
        QueueItem(code, status, count, needed, number or 0)
        for code, status, count, number in session.exec(statement)
    ]


def own_assignment(
    session: Session, *, intake: Intake, code: str, assessor_id: int, stage: str | None = None
) -> tuple[Assignment, Application]:
    """The assessor's own assignment for an application. Raises NotFound for anybody else's, a recused one or
    a withdrawn application, exactly as if there were none. Without `stage` the latest stage counts.
    """
    statement = (
        select(Assignment, Application)
        .join(Application, col(Assignment.application_id) == col(Application.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == assessor_id,
            col(Assignment.stage).in_(STAGES),
            Assignment.status != AssignmentStatus.RECUSED,
            Application.mask_code == code,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
        .order_by(col(Assignment.id).desc())
    )
    if stage is not None:
        statement = statement.where(Assignment.stage == stage)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(_("You have no such application to assess."))
    return found[0], found[1]


def levels_of(session: Session, assignment: Assignment) -> dict[str, Level]:
    """Criterion -> the level that this assessor has set."""
    statement = select(Level).where(Level.assignment_id == assignment.id).order_by(col(Level.criterion))
    return {row.criterion: row for row in session.exec(statement)}


@dataclass(frozen=True)
class Evidence:
    """The rows behind a masked view. Nothing here reaches a template before `recruit.masking` has chosen from
    it.
    """

    periods: Sequence[ExperiencePeriod]
    referees: Sequence[Referee]
    copies: Sequence[Attachment]


def evidence_of(session: Session, application: Application) -> Evidence:
    """Periods, referees and redacted copies of an application."""
    periods = select(ExperiencePeriod).where(ExperiencePeriod.application_id == application.id)
    referees = select(Referee).where(Referee.application_id == application.id)
    copies = select(Attachment).where(
        Attachment.application_id == application.id, col(Attachment.redacts_id).is_not(None)
    )
    return Evidence(
        periods=session.exec(
            periods.order_by(col(ExperiencePeriod.starts_on), col(ExperiencePeriod.id))
        ).all(),
        referees=session.exec(referees.order_by(col(Referee.position))).all(),
        copies=session.exec(copies.order_by(col(Attachment.id))).all(),
    )
