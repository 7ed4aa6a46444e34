"""The outbox: mail is stored in the same transaction as what it tells, and sent after it."""

import enum
from datetime import datetime

from sqlmodel import Field, SQLModel

from recruit.models.types import choice, moment


class MailState(enum.Enum):
    """How far a message has come. Only WAITING ones are taken up by themselves; others wait for a person, or nothing.

    HANDING_OVER: its text is on its way to the mail server. UNCERTAIN: the way was cut off there, so that nobody knows
    whether the server took it. FAILED: refused for good, or given up. STOPPED: a person stopped it before it went.
    """

    WAITING = "waiting"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    STOPPED = "stopped"


#: What somebody has to look at: it did not arrive, or may not have.
UNDELIVERED = (MailState.FAILED, MailState.UNCERTAIN, MailState.BOUNCED)


class OutgoingMail(SQLModel, table=True):
    """One message. Not scoped: mail about an account belongs to no region. Gone with the application that it is about.

    `next_try_at` is when it may be tried, the first time or again; `attempts` counts the tries that the message itself
    was part of. `sent_at` is when the mail server took it, and stays when it bounces. `status_code` is the server's
    enhanced status (RFC 3463, "5.1.1"), empty if there is none. `failed_at`: since when it is not delivered.
    `settled_at`: a person has dealt with that (sent it again, or said that it arrived).
    """

    __tablename__ = "outgoing_mail"

    id: int | None = Field(default=None, primary_key=True)
    region_id: int | None = Field(default=None, foreign_key="region.id", index=True, ondelete="RESTRICT")
    application_id: int | None = Field(
        default=None, foreign_key="application.id", index=True, ondelete="CASCADE"
    )
    sending_id: int | None = Field(
        default=None, foreign_key="letter_sending.id", index=True, ondelete="RESTRICT"
    )
    resent_from_id: int | None = Field(default=None, foreign_key="outgoing_mail.id", ondelete="SET NULL")
    message_id: str = Field(unique=True, max_length=120)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=300)
    body: str
    language: str = Field(max_length=2)
    created_at: datetime = moment()
    next_try_at: datetime = moment(index=True)
    state: MailState = choice(MailState, default=MailState.WAITING, index=True)
    sent_at: datetime | None = moment(default=None, nullable=True)
    failed_at: datetime | None = moment(default=None, nullable=True)
    settled_at: datetime | None = moment(default=None, nullable=True)
    status_code: str = Field(default="", max_length=20)
    attempts: int = 0
    last_error: str | None = None
