"""Room for files on the disk, and telling the administrators when it is nearly gone."""

import logging
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from recruit.models import Account, Membership, OutgoingMail, Role
from recruit.services import mail
from recruit.settings import Settings
from recruit.storage import MEGABYTE, free_bytes

TOLD_AGAIN_AFTER = timedelta(days=1)
log = logging.getLogger(__name__)


def tell_of_little(session: Session, *, settings: Settings, now: datetime) -> int:
    """Tell every administrator, once a day, while less than twice what is kept free is left; returns how many.

    Before that is reached no file is refused, so that there is time to make room.
    """
    kept = settings.keep_free_mb * MEGABYTE
    free = free_bytes(settings.attachments)
    if free >= 2 * kept:
        return 0
    log.warning(
        "%d MB are free for files; below %d MB they are refused", free // MEGABYTE, settings.keep_free_mb
    )
    administrators = (
        select(Account)
        .where(
            col(Account.id).in_(select(Membership.account_id).where(Membership.role == Role.ADMINISTRATOR)),
            col(Account.active).is_(True),
        )
        .order_by(col(Account.id))
        .with_for_update()  # two processes look at once
    )
    told = 0
    for account in session.exec(administrators):
        told += _tell(session, account, free, settings, now)
    return told


def _tell(session: Session, account: Account, free: int, settings: Settings, now: datetime) -> bool:
    """Whether a mail was written: not where one of the same subject lies less than a day back."""
    values = {"free": free // MEGABYTE, "kept": settings.keep_free_mb}
    language = mail.written_in("room_little", account.language)
    subject, _body = mail.render("room_little", language, values)
    lately = select(OutgoingMail.id).where(
        OutgoingMail.recipient == account.email,
        OutgoingMail.subject == subject,
        col(OutgoingMail.created_at) > now - TOLD_AGAIN_AFTER,
    )
    if session.exec(lately).first() is not None:
        return False
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template="room_little",
        values=values,
        now=now,
    )
    return True
