"""The courier carries committed mail from the outbox to the SMTP server, again and again until it is there.

Delivery is at least once: a message is marked as sent after the server took it, and its Message-ID never changes, so
that a copy sent twice (the process ended between the two) is recognised by mail systems as the same message.
"""

import logging
import smtplib
import ssl
import threading
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, update
from sqlmodel import Session, select

from recruit import clock
from recruit.database import make_session, transaction
from recruit.models import OutgoingMail
from recruit.settings import SettingError, Settings

CATCH = "catch:"
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
HOLD = timedelta(minutes=5)
log = logging.getLogger(__name__)


def catches(settings: Settings) -> bool:
    """Whether mail is shown on a page instead of being sent."""
    return settings.mail_url == CATCH


def deliver_pending(
    engine: Engine, settings: Settings, *, now: datetime | None = None, most: int = 500
) -> int:
    """Send what waits and is due; returns how many went out. A failure is kept with its message and tried again."""
    if not settings.mail_url:
        return 0
    sent = 0
    with make_session(engine) as session:
        for mail_id in _due(session, now or clock.now(), most):
            sent += _deliver_one(session, settings, mail_id, now or clock.now())
    return sent


def _due(session: Session, now: datetime, most: int) -> list[int]:
    waiting = select(OutgoingMail.id).where(
        OutgoingMail.sent_at.is_(None),  # type: ignore[union-attr]
        OutgoingMail.next_try_at <= now,
    )
    found = list(session.exec(waiting.order_by(OutgoingMail.id).limit(most)))  # type: ignore[arg-type]
    session.rollback()
    return [mail_id for mail_id in found if mail_id is not None]


def _deliver_one(session: Session, settings: Settings, mail_id: int, now: datetime) -> int:
    with transaction(session):
        # Claiming moves the next try ahead: another courier passes by, and a crash here only means a later try.
        claim = update(OutgoingMail).where(
            OutgoingMail.id == mail_id,  # type: ignore[arg-type]
            OutgoingMail.sent_at.is_(None),  # type: ignore[union-attr]
            OutgoingMail.next_try_at <= now,  # type: ignore[arg-type]
        )
        if session.exec(claim.values(next_try_at=now + HOLD)).rowcount != 1:
            return 0
    mail = session.get_one(OutgoingMail, mail_id, populate_existing=True)
    try:
        _send(settings, mail)
        failure = None
    except (OSError, ValueError, smtplib.SMTPException) as error:  # ValueError: an address no header can hold
        failure = f"{type(error).__name__}: {error}"[:500]
        log.warning("mail %s could not be sent, try %s: %s", mail_id, mail.attempts + 1, type(error).__name__)
    with transaction(session):
        mail.attempts += 1
        mail.last_error = failure
        if failure is None:
            mail.sent_at = now
        else:
            mail.next_try_at = now + min(FIRST_WAIT * 2 ** min(mail.attempts - 1, 10), LONGEST_WAIT)
        session.add(mail)
    return 1 if failure is None else 0


def _send(settings: Settings, mail: OutgoingMail) -> None:
    if catches(settings):
        return
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = mail.created_at
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    with _connect(settings) as server:
        server.send_message(message)


def _connect(settings: Settings) -> smtplib.SMTP:
    url = urlsplit(settings.mail_url)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise SettingError(
            f"RECRUIT_MAIL_URL is {url.scheme}://…; use smtp://host:port, smtps://host:port or catch:"
        )
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname, url.port or 465, timeout=15, context=context)
    else:
        server = smtplib.SMTP(url.hostname, url.port or 25, timeout=15)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif url.username:
            server.close()
            raise smtplib.SMTPNotSupportedError(
                "the server offers no STARTTLS; a password is not sent in the clear"
            )
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


class Courier(threading.Thread):
    """Looks into the outbox every few seconds for as long as the server runs."""

    def __init__(self, engine: Engine, settings: Settings, every: float = 3.0) -> None:
        super().__init__(name="courier", daemon=True)
        self._engine, self._settings, self._every = engine, settings, every
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                deliver_pending(self._engine, self._settings)
            except Exception:  # whatever it is: a thread that ended would leave all later mail lying, unseen
                log.exception("the courier could not read the outbox; trying again")

    def end(self) -> None:
        """Stop after the present message."""
        self._ended.set()
        self.join(timeout=20)
