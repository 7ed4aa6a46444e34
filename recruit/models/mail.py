"""The outbox: mail is stored in the same transaction as what it tells, and sent after it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from recruit.models.types import moment


class OutgoingMail(SQLModel, table=True):
    """One message. Not scoped: mail about an account belongs to no region; only the courier reads it.

    `sent_at` None means waiting; `attempts` counts tries; `next_try_at` is when it may be tried again.
    """

    __tablename__ = "outgoing_mail"

    id: int | None = Field(default=None, primary_key=True)
    region_id: int | None = Field(default=None, foreign_key="region.id", index=True, ondelete="RESTRICT")
    application_id: int | None = Field(
        default=None, foreign_key="application.id", index=True, ondelete="SET NULL"
    )
    message_id: str = Field(unique=True, max_length=120)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=300)
    body: str
    language: str = Field(max_length=2)
    created_at: datetime = moment()
    next_try_at: datetime = moment(index=True)
    sent_at: datetime | None = moment(default=None, nullable=True)
    attempts: int = 0
    last_error: str | None = None
