"""Letters and mail of an intake: what did not arrive."""

from sqlmodel import Session, col, func, select

from recruit.models import UNDELIVERED, Application, Intake, OutgoingMail


def undelivered(session: Session, intake: Intake) -> int:
    """How many messages to applicants of the intake did not arrive, or may not have, and wait for a person."""
    found = (
        select(func.count())
        .select_from(OutgoingMail)
        .join(Application, col(Application.id) == col(OutgoingMail.application_id))
        .where(
            Application.intake_id == intake.id,
            col(OutgoingMail.state).in_(UNDELIVERED),
            col(OutgoingMail.settled_at).is_(None),
        )
    )
    return int(session.exec(found).one())
