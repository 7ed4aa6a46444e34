"""What a person does about a message that is in the outbox: send it again, or say that it need not be."""

from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict
from recruit.hidden_links import has_link
from recruit.i18n import lazy_gettext as _
from recruit.models import UNDELIVERED, Account, Application, MailState, OutgoingMail
from recruit.models.types import id_of
from recruit.queries import letters as queries
from recruit.services import record
from recruit.services.mail import new_message_id


def resend(
    session: Session, *, application: Application, mail_id: int, actor: Actor, now: datetime
) -> OutgoingMail:
    """Put the same text into the outbox again, to the address that the applicant has now.

    Raises NotFound, and Conflict while the message, or one that it was sent again as, is still on its way, and for a
    referee's mail: its link must not come to the applicant.
    """
    mail = queries.one_mail(session, application=application, mail_id=mail_id, lock=True)
    if has_link(mail.body):
        raise Conflict(
            _("This mail went to a referee, with a link of its own. Send it again under References.")
        )
    on_its_way = (MailState.WAITING, MailState.HANDING_OVER)
    again = select(OutgoingMail.id).where(
        OutgoingMail.resent_from_id == mail.id, col(OutgoingMail.state).in_(on_its_way)
    )
    if mail.state in on_its_way or session.exec(again).first() is not None:
        raise Conflict(_("This message is on its way already. Wait until it is sent or has failed."))
    account = session.get_one(Account, application.account_id)
    made = OutgoingMail(
        region_id=mail.region_id,
        application_id=application.id,
        sending_id=mail.sending_id,
        resent_from_id=mail.id,
        message_id=new_message_id(),
        recipient=account.email,
        subject=mail.subject,
        body=mail.body,
        language=mail.language,
        created_at=now,
        next_try_at=now,
    )
    session.add(made)
    _settle(session, mail, now)
    _record(session, application, mail, actor, now, "letter.resent")
    return made


def settle(
    session: Session, *, application: Application, mail_id: int, actor: Actor, now: datetime
) -> OutgoingMail:
    """Keep that a person has dealt with a message that did not arrive, or may not have. Twice changes nothing.

    Raises NotFound, and Conflict for a message that nothing is wrong with.
    """
    mail = queries.one_mail(session, application=application, mail_id=mail_id, lock=True)
    if mail.state not in UNDELIVERED:
        raise Conflict(_("Nothing is wrong with this message any more."))
    if mail.settled_at is None:
        _settle(session, mail, now)
        _record(session, application, mail, actor, now, "letter.settled")
    return mail


def _settle(session: Session, mail: OutgoingMail, now: datetime) -> None:
    if mail.state in UNDELIVERED:
        mail.settled_at = now
    session.add(mail)
    session.flush()


def _record(
    session: Session, application: Application, mail: OutgoingMail, actor: Actor, now: datetime, action: str
) -> None:
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("outgoing_mail", id_of(mail)),
        changes={"subject": (None, mail.subject)},
        intake_id=application.intake_id,
        application_id=application.id,
    )
