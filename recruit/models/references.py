"""What is asked of referees by mail, the links that lead to their form, and how an intake asks."""

import enum
from datetime import date, datetime

from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment, public_id


class ReferenceAsking(enum.Enum):
    """When an intake asks referees. Only BY_HAND waits for a person."""

    BY_HAND = "by_hand"
    AT_SUBMISSION = "at_submission"
    AT_CALL = "at_call"


class ReferenceSetting(RegionScoped, table=True):
    """How an intake asks its referees; an intake without a row asks by hand, with the usual times.

    `days`: how long a referee has to answer. `remind_days`: how long before the last day they are reminded.
    """

    __tablename__ = "reference_setting"
    __table_args__ = (
        check("days BETWEEN 3 AND 90", "days_range"),
        check("remind_days BETWEEN 1 AND 30", "remind_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", unique=True, ondelete="RESTRICT")
    asking: ReferenceAsking = choice(ReferenceAsking, default=ReferenceAsking.BY_HAND)
    days: int = 14
    remind_days: int = 3
    set_at: datetime = moment()
    set_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class Relation(enum.Enum):
    """In which capacity a referee knows the applicant. FRIEND and RELATIVE hinder nothing; the group must know."""

    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    COLLEAGUE = "colleague"
    TEACHER = "teacher"
    FRIEND = "friend"
    RELATIVE = "relative"
    OTHER = "other"


#: Those who stand so close that a coordinator should weigh it.
CLOSE = (Relation.FRIEND, Relation.RELATIVE)


class DeclineReason(enum.Enum):
    """Why a referee gives no reference, as far as they say."""

    DOES_NOT_KNOW = "does_not_know"
    TOO_LONG_AGO = "too_long_ago"
    TOO_CLOSE = "too_close"
    NO_TIME = "no_time"
    NOT_AGREED = "not_agreed"
    OTHER = "other"


class ReferenceRequest(RegionScoped, table=True):
    """What one referee was asked, and where it stands. The answers to the fixed form are the referee's own columns.

    `due_on` is the last day, on Swedish clocks. `asked_by_id` None: asked by the intake's rule. `sent_to` is the
    address of the newest mail, which is `mail_id`. `draft` is JSON of what was put aside, empty when nothing is.
    `revision` grows with every save. `relation` to `comment` are for the group alone; assessors never read them.
    `from_session`, `from_address`: signs that the applicant may have answered it (see `services.referee_answers`).
    """

    __tablename__ = "reference_request"
    __table_args__ = (
        check("answered_at IS NULL OR declined_at IS NULL", "one_end"),
        check("(declined_at IS NULL) = (decline_reason IS NULL)", "declined_with_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    referee_id: int = Field(foreign_key="referee.id", unique=True, ondelete="CASCADE")
    asked_at: datetime = moment()
    asked_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    due_on: date
    first_due_on: date
    sent_to: str = Field(max_length=254)
    mail_id: int | None = Field(default=None, foreign_key="outgoing_mail.id", ondelete="SET NULL")
    reminded_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)
    revision: int = 0
    draft: str = ""
    draft_at: datetime | None = moment(default=None, nullable=True)
    answered_at: datetime | None = moment(default=None, nullable=True)
    relation: Relation | None = choice(Relation, default=None, nullable=True)
    known_from: str = Field(default="", max_length=60)
    known_until: str = Field(default="", max_length=60)
    comment: str = ""
    declined_at: datetime | None = moment(default=None, nullable=True)
    decline_reason: DeclineReason | None = choice(DeclineReason, default=None, nullable=True)
    from_session: bool = False
    from_address: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.answered_at is None and self.declined_at is None and self.revoked_at is None


class ReferenceLink(RegionScoped, table=True):
    """A link to a referee's form, as SHA-256 of its token. Several may be valid: a reminder does not end the first."""

    __tablename__ = "reference_link"

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="reference_request.id", index=True, ondelete="CASCADE")
    digest: str = Field(unique=True, max_length=64)
    made_at: datetime = moment()
