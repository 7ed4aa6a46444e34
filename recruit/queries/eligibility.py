"""Reading one application for those who decide eligibility, with all that belongs to it. The table is in `table`."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    ConflictOfInterest,
    ExperiencePeriod,
    Intake,
    Referee,
    RequirementDecision,
)
from scoring.criteria import STAGES

Told = tuple[Sequence[ExperiencePeriod], Sequence[Referee], Sequence[Attachment]]


def by_code(session: Session, intake: Intake, code: str) -> Application:
    """The application with that mask code; NotFound for a draft: the group does not see drafts."""
    found = session.exec(
        select(Application).where(
            Application.intake_id == intake.id,
            Application.mask_code == code,
            col(Application.status) != ApplicationStatus.DRAFT,
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no application with this code in this intake."))
    return found


def told(session: Session, application: Application) -> Told:
    """Periods (latest first), referees and attachments of one application."""
    periods = select(ExperiencePeriod).where(ExperiencePeriod.application_id == application.id)
    referees = select(Referee).where(Referee.application_id == application.id)
    attachments = select(Attachment).where(Attachment.application_id == application.id)
    return (
        session.exec(
            periods.order_by(col(ExperiencePeriod.starts_on).desc(), col(ExperiencePeriod.id))
        ).all(),
        session.exec(referees.order_by(col(Referee.position))).all(),
        session.exec(attachments.order_by(col(Attachment.kind), col(Attachment.id))).all(),
    )


def decisions_of(session: Session, application: Application) -> Sequence[RequirementDecision]:
    """What has been decided about one application, by requirement."""
    decided = select(RequirementDecision).where(RequirementDecision.application_id == application.id)
    return session.exec(decided.order_by(RequirementDecision.requirement)).all()


def attachment(session: Session, application: Application, public_id: str) -> Attachment:
    """One attachment of the application; NotFound when it is not one of its own."""
    found = session.exec(
        select(Attachment).where(
            Attachment.application_id == application.id, Attachment.public_id == public_id
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no such attachment to this application."))
    return found


def referee(session: Session, application: Application, public_id: str) -> Referee:
    """One referee of the application; NotFound when it is not one of its own."""
    found = session.exec(
        select(Referee).where(Referee.application_id == application.id, Referee.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such referee of this application."))
    return found


def being_assessed(session: Session, ids: Collection[int]) -> set[int]:
    """Of these applications, those that somebody assesses or has assessed. A calibration's cases are not."""
    found: set[int] = set()
    numbers = sorted(ids)
    for start in range(0, len(numbers), 5_000):  # databases take so many values at a time
        handed_out = select(Assignment.application_id).where(
            col(Assignment.application_id).in_(numbers[start : start + 5_000]),
            col(Assignment.stage).in_(STAGES),
            Assignment.status != AssignmentStatus.RECUSED,
        )
        found.update(session.exec(handed_out.distinct()))
    return found


def has_conflict(session: Session, application: Application, account_id: int) -> bool:
    """Whether the person has a declared conflict of interest with the application."""
    declared = select(ConflictOfInterest.id).where(
        ConflictOfInterest.application_id == application.id, ConflictOfInterest.assessor_id == account_id
    )
    return session.exec(declared).first() is not None


def assessed_by(session: Session, intake_id: int, account_id: int) -> frozenset[int]:
    """Ids of the applications of an intake that the person assesses or has assessed, without knowing who they are from.

    Imported levels are nobody's assessment, and a calibration's case is not assessed for real.
    """
    own = select(Assignment.application_id).where(
        Assignment.intake_id == intake_id,
        Assignment.assessor_id == account_id,
        col(Assignment.stage).in_(STAGES),
        Assignment.status != AssignmentStatus.RECUSED,
    )
    return frozenset(session.exec(own))
