"""The courier carries committed mail from the outbox to the mail server, each message once.

A message is marked as being handed over right before its text leaves and as sent right after the server has said
that it has it. If the process ends exactly between the two, nobody can know. Mail to an applicant is then left to a
person, as uncertain; a link that somebody asked for or a notice to the group goes again, with the same Message-ID. A
server that is away costs nothing: mail waits, also for days.
"""

import logging
import smtplib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, or_, update
from sqlmodel import Session, col, select

from recruit import clock
from recruit.database import AllRegions, make_session, transaction
from recruit.disposals import Disposals
from recruit.handing_over import Away, CalledOff, Refused, Unsure, described, hand_over
from recruit.hidden_links import hidden
from recruit.mail_message import compose, envelope_sender
from recruit.mail_server import CATCH, connect, parse
from recruit.models import Application, Intake, MailState, Notice, OutgoingMail, Region
from recruit.reminders import Reminders
from recruit.services import notices
from recruit.settings import Settings

SCOPE = AllRegions("one courier carries the mail of all regions")
FIRST_WAIT = timedelta(minutes=1)
#: Between two tries of a message that the server refuses for now, and of a server that is away.
LONGEST_WAIT, LONGEST_AWAY = timedelta(hours=1), timedelta(minutes=5)
#: After so long a message that is refused for now is given up (RFC 5321 recommends four to five days).
GIVE_UP = timedelta(days=5)
#: A message that somebody has claimed and not finished for so long was left by a process that has ended.
HOLD = timedelta(minutes=5)
#: Many servers close a line after about a hundred messages.
MOST_PER_LINE = 100
log = logging.getLogger(__name__)


def catches(settings: Settings) -> bool:
    """Whether mail is shown on a page instead of being sent."""
    return settings.mail_url == CATCH


def deliver_pending(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime | None = None,
    most: int = 500,
    ended: Callable[[], bool] = lambda: False,
) -> int:
    """Send what waits and is due; returns how many went out. What came of the others stands with each message.

    `ended` is asked before each message. Raises SettingError when the mail server's address cannot be read.
    """
    if not settings.mail_url:
        return 0
    with make_session(engine, scope=SCOPE, writes=False) as session:
        due = _due(session, now or clock.now(), most)
        left = _left_behind(session, now or clock.now())
    if not due and not left:
        return 0
    with make_session(engine, scope=SCOPE) as session:
        session.info["base_url"] = settings.base_url
        round_ = _Round(session, settings, now)
        try:
            for mail_id in left:
                round_.take_back(mail_id)
            if catches(settings):
                return round_.catch(due)
            return round_.carry(due, ended)
        finally:
            round_.finish()


def post_notices(engine: Engine, settings: Settings, *, now: datetime | None = None) -> int:
    """Put the group's mails of the day into the outbox, once it is morning; returns how many."""
    moment = now or clock.now()
    with make_session(engine, scope=SCOPE, writes=False) as session:
        if not notices.daily_due(session, now=moment):
            return 0
    with make_session(engine, scope=SCOPE) as session, transaction(session):
        session.info["base_url"] = settings.base_url
        return notices.post_daily(session, now=moment)


def _due(session: Session, now: datetime, most: int) -> list[int]:
    waiting = select(OutgoingMail.id).where(
        OutgoingMail.state == MailState.WAITING, col(OutgoingMail.next_try_at) <= now
    )
    found = session.exec(waiting.order_by(col(OutgoingMail.id)).limit(most))
    return [mail_id for mail_id in found if mail_id is not None]


def _left_behind(session: Session, now: datetime) -> list[int]:
    """Messages that were being handed over by a process that has ended."""
    found = select(OutgoingMail.id).where(
        OutgoingMail.state == MailState.HANDING_OVER, col(OutgoingMail.next_try_at) <= now
    )
    return [mail_id for mail_id in session.exec(found) if mail_id is not None]


class _Round:
    """One look into the outbox: a line to the server, opened when it is needed, and what failed on the way."""

    def __init__(self, session: Session, settings: Settings, now: datetime | None) -> None:
        self._session, self._settings, self._fixed = session, settings, now
        self._server = None if catches(settings) else parse(settings.mail_url)
        self._line: smtplib.SMTP | None = None
        self._carried = 0
        self._failed = False
        self._senders: dict[int | None, str] = {None: ""}

    @property
    def now(self) -> datetime:
        return self._fixed or clock.now()

    def carry(self, due: list[int], ended: Callable[[], bool]) -> int:
        """Hand over one message after the other; stops where the server is away."""
        sent = 0
        for position, mail_id in enumerate(due):
            if ended():
                break
            mail = self._claim(mail_id)
            if mail is None:
                continue
            try:
                sent += self._one(mail)
            except Away as error:
                log.warning("the mail server is away: %s", str(error).partition(":")[0])
                self._close()
                self._put_off(due[position:], str(error))
                break
        return sent

    def catch(self, due: list[int]) -> int:
        """Mark as sent what a page shows instead."""
        sent = 0
        for start in range(0, len(due), 500):
            with transaction(self._session):
                caught = update(OutgoingMail).where(
                    col(OutgoingMail.id).in_(due[start : start + 500]),
                    col(OutgoingMail.state) == MailState.WAITING,
                )
                sent += self._session.exec(
                    caught.values(state=MailState.SENT, sent_at=self.now, attempts=OutgoingMail.attempts + 1)
                ).rowcount
        return sent

    def finish(self) -> None:
        """Leave the server and mail those who want to know at once of what failed, once per intake."""
        self._close()
        if not self._failed:
            return
        with transaction(self._session):
            notices.post_gathered(self._session, kind=Notice.MAIL_FAILED, now=self.now)

    def _claim(self, mail_id: int) -> OutgoingMail | None:
        """The message, if nobody else has it. Claiming moves the next try ahead: a crash only means a later try."""
        with transaction(self._session):
            claimed = self._change(mail_id, (MailState.WAITING,), only_due=True, next_try_at=self.now + HOLD)
            if not claimed:
                return None
            # Read before the commit: reading afterwards would hold SQLite's write lock while the server thinks.
            mail = self._session.get_one(OutgoingMail, mail_id, populate_existing=True)
            if mail.region_id not in self._senders:
                self._senders[mail.region_id] = self._session.get_one(Region, mail.region_id).name
            return mail

    def _one(self, mail: OutgoingMail) -> int:
        try:
            message = compose(mail, self._settings, sender_name=self._senders[mail.region_id])
            line = self._open()
            hand_over(
                line,
                message,
                sender=envelope_sender(mail, self._settings),
                recipient=mail.recipient,
                about=lambda: self._settle(
                    mail, (MailState.WAITING,), state=MailState.HANDING_OVER, next_try_at=self.now + HOLD
                ),
            )
        except CalledOff:
            return 0
        except Refused as refusal:
            self._refused(mail, refusal)
            return 0
        except Unsure as error:
            self._close()
            self._unsure(mail, str(error))
            return 0
        except (ValueError, UnicodeError) as error:  # an address that no header can hold
            self._refused(mail, Refused(described(error), permanent=True, status="5.1.3"))
            return 0
        return self._sent(mail)

    def _sent(self, mail: OutgoingMail) -> int:
        # Also where another process has given the message up in the meantime: we know that the server has it.
        states = (MailState.HANDING_OVER, MailState.UNCERTAIN, MailState.WAITING)
        self._settle(
            mail,
            states,
            state=MailState.SENT,
            sent_at=self.now,
            attempts=mail.attempts + 1,
            last_error=None,
            body=hidden(mail.body),
            failed_at=None,
            status_code="",
        )
        return 1

    def _refused(self, mail: OutgoingMail, refusal: Refused) -> None:
        log.warning("mail %s was refused, try %s: %s", mail.id, mail.attempts + 1, refusal.status or "?")
        given_up = refusal.permanent or self.now - mail.created_at >= GIVE_UP
        self._settle(
            mail,
            (MailState.WAITING, MailState.HANDING_OVER),
            tell=given_up,
            state=MailState.FAILED if given_up else MailState.WAITING,
            failed_at=self.now if given_up else None,
            status_code=refusal.status,
            last_error=str(refusal),
            attempts=mail.attempts + 1,
            next_try_at=self.now + _wait(mail.attempts, LONGEST_WAIT),
        )

    def _unsure(self, mail: OutgoingMail, error: str) -> None:
        """The server may have it. Mail to an applicant is left to a person, anything else goes again."""
        log.warning("mail %s: the line was cut before the server's answer", mail.id)
        again = mail.application_id is None
        self._settle(
            mail,
            (MailState.HANDING_OVER,),
            tell=True,
            state=MailState.WAITING if again else MailState.UNCERTAIN,
            failed_at=None if again else self.now,
            last_error=error[:400],
            attempts=mail.attempts + 1,
            next_try_at=self.now + _wait(mail.attempts, LONGEST_WAIT),
        )

    def take_back(self, mail_id: int) -> None:
        """A message that a process which has ended was handing over."""
        with transaction(self._session):
            held = select(OutgoingMail).where(
                OutgoingMail.id == mail_id,
                OutgoingMail.state == MailState.HANDING_OVER,
                col(OutgoingMail.next_try_at) <= self.now,
            )
            mail = self._session.exec(held.with_for_update(skip_locked=True)).first()
        if mail is not None:
            self._unsure(mail, "the process ended while the message was handed over")

    def _put_off(self, mail_ids: list[int], error: str) -> None:
        """The server is away: everything that is due waits, the longer the more often it has been tried."""
        with transaction(self._session):
            tried = select(OutgoingMail.id, OutgoingMail.attempts).where(col(OutgoingMail.id).in_(mail_ids))
            by_attempts: dict[int, list[int]] = {}
            for mail_id, attempts in self._session.exec(tried):
                by_attempts.setdefault(attempts, []).append(mail_id or 0)
            # The first is ours, unless somebody has stopped it meanwhile; others another courier may have claimed.
            waits = col(OutgoingMail.state) == MailState.WAITING
            ours = (col(OutgoingMail.id) == mail_ids[0]) & col(OutgoingMail.state).in_(
                (MailState.WAITING, MailState.HANDING_OVER)
            )
            for attempts, ids in by_attempts.items():
                waiting = update(OutgoingMail).where(
                    col(OutgoingMail.id).in_(ids),
                    or_(waits & (col(OutgoingMail.next_try_at) <= self.now), ours),
                )
                self._session.exec(
                    waiting.values(
                        state=MailState.WAITING,
                        attempts=attempts + 1,
                        last_error=error[:400],
                        next_try_at=self.now + _wait(attempts, LONGEST_AWAY),
                    )
                )

    def _settle(
        self, mail: OutgoingMail, states: tuple[MailState, ...], *, tell: bool = False, **values: Any
    ) -> bool:
        """Change the message's state; whether it was changed. `tell` the coordinators in the same transaction."""
        with transaction(self._session):
            changed = self._change(mail.id or 0, states, **values)
            if changed and tell and mail.application_id is not None:
                self._tell(mail.application_id)
        return changed

    def _tell(self, application_id: int) -> None:
        application = self._session.get_one(Application, application_id)
        notices.tell(
            self._session,
            kind=Notice.MAIL_FAILED,
            region_id=application.region_id,
            now=self.now,
            intake=self._session.get_one(Intake, application.intake_id),
            application_id=application_id,
            code=application.mask_code,
            gathered=True,
        )
        self._failed = True

    def _change(
        self, mail_id: int, states: tuple[MailState, ...], *, only_due: bool = False, **values: Any
    ) -> bool:
        """Change the row if it is in one of these states; whether it was."""
        changed = update(OutgoingMail).where(
            col(OutgoingMail.id) == mail_id, col(OutgoingMail.state).in_(states)
        )
        if only_due:
            changed = changed.where(col(OutgoingMail.next_try_at) <= self.now)
        changed = changed.values(**values).execution_options(synchronize_session=False)
        return bool(self._session.exec(changed).rowcount)

    def _open(self) -> smtplib.SMTP:
        assert self._server is not None, "caught mail needs no server"
        if self._line is not None and (self._carried >= MOST_PER_LINE or self._line.sock is None):
            self._close()
        if self._line is None:
            try:
                self._line, self._carried = connect(self._server), 0
            except (OSError, smtplib.SMTPException) as error:
                raise Away(described(error)) from None
        self._carried += 1
        return self._line

    def _close(self) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.quit()
        except (OSError, smtplib.SMTPException):
            line.close()


def _wait(attempts: int, longest: timedelta) -> timedelta:
    return min(FIRST_WAIT * 2 ** min(attempts, 10), longest)


class Courier(threading.Thread):
    """Looks into the outbox every few seconds for as long as the server runs."""

    def __init__(self, engine: Engine, settings: Settings, every: float = 3.0) -> None:
        super().__init__(name="courier", daemon=True)
        self._engine, self._settings, self._every = engine, settings, every
        self._ended = threading.Event()
        self._reminders, self._disposals = Reminders(engine, settings), Disposals(engine, settings)

    def run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self._reminders.look()
                post_notices(self._engine, self._settings)
                deliver_pending(self._engine, self._settings, ended=self._ended.is_set)
                self._disposals.look()
            except Exception:  # whatever it is: a thread that ended would leave all later mail lying, unseen
                log.exception("the courier could not read the outbox; trying again")

    def end(self) -> None:
        """Stop after the present message."""
        self._ended.set()
        self.join(timeout=20)
