"""Requests for completion: what the group asks an applicant to add, by when, and what came of it."""

import enum
from datetime import date, datetime

from sqlmodel import Field

from recruit.models.application import AttachmentKind
from recruit.models.types import RegionScoped, check, choice, moment, public_id


class CompletionRequest(RegionScoped, table=True):
    """One thing asked of one applicant: a document, a topic to go through again, or an answer in words.

    `asked_by_id` None: nobody asked; the applicant had said that the document would come, and has added it.
    A document has `kind`, a topic has `topic`; neither means an answer in words. `requirement` is the one that it
    concerns, if any. `due_on` is the last day, on Swedish clocks. Open: neither answered nor cancelled. `handled_at`:
    a person has looked at the answer. `attachment_id` is the file that answered, as long as it is there.
    """

    __tablename__ = "completion_request"
    __table_args__ = (
        check("kind IS NULL OR topic IS NULL", "one_thing"),
        check("answered_at IS NULL OR cancelled_at IS NULL", "one_end"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    kind: AttachmentKind | None = choice(AttachmentKind, default=None, nullable=True)
    topic: str | None = Field(default=None, max_length=20)
    requirement: str | None = Field(default=None, max_length=20)
    text: str = ""
    asked_at: datetime = moment()
    asked_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    due_on: date
    first_due_on: date
    reminded_at: datetime | None = moment(default=None, nullable=True)
    answered_at: datetime | None = moment(default=None, nullable=True)
    answer: str = ""
    late: bool = False
    attachment_id: int | None = Field(default=None, foreign_key="attachment.id", ondelete="SET NULL")
    handled_at: datetime | None = moment(default=None, nullable=True)
    cancelled_at: datetime | None = moment(default=None, nullable=True)
    cancelled_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    cancel_reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.answered_at is None and self.cancelled_at is None


class CompletionState(enum.Enum):
    """Where a request stands. OVERDUE is open past its date; CAME_IN is answered and not yet looked at."""

    OPEN = "open"
    OVERDUE = "overdue"
    CAME_IN = "came_in"
    HANDLED = "handled"
    CANCELLED = "cancelled"
