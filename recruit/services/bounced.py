"""Keeping that a message came back: its state, and the notice to the coordinators."""

from datetime import datetime

from sqlmodel import Session, select

from recruit.bounces import Report
from recruit.models import Application, Intake, MailState, Notice, OutgoingMail
from recruit.services import notices

#: States in which a message can still turn out not to have arrived.
_MAY_BOUNCE = (MailState.SENT, MailState.HANDING_OVER, MailState.UNCERTAIN, MailState.WAITING)


def receive(session: Session, *, report: Report, now: datetime) -> OutgoingMail | None:
    """Mark the message that a report of failure is about as bounced; None when it is about none of ours.

    A report that comes twice, or about delay or delivery, changes nothing. The session must see all regions.
    """
    if not report.failed:
        return None
    mail = _found(session, report)
    if mail is None or mail.state not in _MAY_BOUNCE or mail.attempts == 0:
        return None
    mail.state, mail.failed_at, mail.settled_at = MailState.BOUNCED, now, None
    mail.status_code = report.status
    mail.last_error = report.diagnosis or None
    session.add(mail)
    session.flush()
    if mail.application_id is not None:
        application = session.get_one(Application, mail.application_id)
        notices.tell(
            session,
            kind=Notice.MAIL_FAILED,
            region_id=application.region_id,
            now=now,
            intake=session.get_one(Intake, application.intake_id),
            application_id=application.id,
            code=application.mask_code,
        )
    return mail


def _found(session: Session, report: Report) -> OutgoingMail | None:
    for key in report.keys:
        wanted = select(OutgoingMail).where(OutgoingMail.message_id == f"<{key}@recruit>")
        mail = session.exec(wanted.with_for_update()).first()
        if mail is not None:
            return mail
    return None
