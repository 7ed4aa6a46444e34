"""Letters of the recruitment group to applicants, and what each member of the group wants to be told of."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from recruit.models.types import RegionScoped, check, choice, moment


class LetterKind(enum.Enum):
    """What a letter is about; each has a text of the house that a region may change."""

    CALLED = "called"
    RESERVE = "reserve"
    NOT_CALLED = "not_called"
    INFORMATION = "information"
    FREE = "free"


class LetterTemplate(RegionScoped, table=True):
    """One version of a region's own text of a kind of letter, in both languages. Never changed: a change is a new one.

    A region without any uses the texts of the house (`recruit.house_letters`), which count as version 0.
    """

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("region_id", "kind", "version"), check("version >= 1", "from_one"))

    id: int | None = Field(default=None, primary_key=True)
    kind: LetterKind = choice(LetterKind)
    version: int
    subject_sv: str = Field(max_length=200)
    body_sv: str
    subject_en: str = Field(max_length=200)
    body_en: str
    created_at: datetime = moment()
    created_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class SendingState(enum.Enum):
    """DRAFT: chosen, written and tried out. SENT: in the outbox. STOPPED: what had not gone when somebody said stop."""

    DRAFT = "draft"
    SENT = "sent"
    STOPPED = "stopped"


class LetterSending(RegionScoped, table=True):
    """A letter to several applicants of an intake. `number` counts from 1 in the intake.

    `revision` grows with every change of the draft, so that nobody sends another dry run than the one they have read.
    `goes_out_at`: when the outbox may begin; until then all of it can be stopped. `template_version` is the version
    that the text began from; the text itself is the sending's own.
    """

    __tablename__ = "letter_sending"
    __table_args__ = (UniqueConstraint("intake_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    number: int
    kind: LetterKind = choice(LetterKind)
    template_version: int
    state: SendingState = choice(SendingState, default=SendingState.DRAFT)
    revision: int = 0
    subject_sv: str = Field(max_length=200)
    body_sv: str
    subject_en: str = Field(max_length=200)
    body_en: str
    created_at: datetime = moment()
    created_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    tried_at: datetime = moment()
    sent_at: datetime | None = moment(default=None, nullable=True)
    sent_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    goes_out_at: datetime | None = moment(default=None, nullable=True)


class RecipientMark(enum.Enum):
    """What stands in the way of a letter to somebody. Only HAD_BEFORE leaves a choice.

    MOVED: the letter is for those called, in reserve or not called, and this one is not among them now.
    """

    NONE = "none"
    HAD_BEFORE = "had_before"
    WITHDRAWN = "withdrawn"
    NO_ADDRESS = "no_address"
    LACKS_VALUE = "lacks_value"
    MOVED = "moved"


class LetterRecipient(RegionScoped, table=True):
    """One person of a sending, with the text as the dry run had it: just that is sent. Gone with the application.

    `lacking` names the merge field that has no value for this person, with LACKS_VALUE.
    """

    __tablename__ = "letter_recipient"
    __table_args__ = (UniqueConstraint("sending_id", "application_id"),)

    id: int | None = Field(default=None, primary_key=True)
    sending_id: int = Field(foreign_key="letter_sending.id", ondelete="CASCADE")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    included: bool = True
    mark: RecipientMark = choice(RecipientMark, default=RecipientMark.NONE)
    lacking: str = Field(default="", max_length=40)
    recipient: str = Field(max_length=254)
    language: str = Field(max_length=2)
    subject: str = Field(max_length=300)
    body: str


class Notice(enum.Enum):
    """What members of the group are told of by mail, without names."""

    APPLICATION_WITHDRAWN = "application_withdrawn"
    COMPLETION_ANSWERED = "completion_answered"
    PROFILE_WAITS = "profile_waits"
    LIST_WAITS = "list_waits"
    ASSIGNED = "assigned"
    CALIBRATION_OPENED = "calibration_opened"
    DISCUSSION_OPENED = "discussion_opened"
    ASSESSMENTS_IN = "assessments_in"
    MAIL_FAILED = "mail_failed"
    REFERENCE_CAME_IN = "reference_came_in"
    REFERENCE_TROUBLE = "reference_trouble"
    MERITS_ASKED = "merits_asked"


class NoticePace(enum.Enum):
    """How somebody wants to be told of a kind."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


#: At once what somebody has to act on or others wait for, once a day the rest.
USUAL_PACE = {
    Notice.APPLICATION_WITHDRAWN: NoticePace.AT_ONCE,
    Notice.COMPLETION_ANSWERED: NoticePace.DAILY,
    Notice.PROFILE_WAITS: NoticePace.AT_ONCE,
    Notice.LIST_WAITS: NoticePace.AT_ONCE,
    Notice.ASSIGNED: NoticePace.AT_ONCE,
    Notice.CALIBRATION_OPENED: NoticePace.AT_ONCE,
    Notice.DISCUSSION_OPENED: NoticePace.AT_ONCE,
    Notice.ASSESSMENTS_IN: NoticePace.AT_ONCE,
    Notice.MAIL_FAILED: NoticePace.DAILY,
    Notice.REFERENCE_CAME_IN: NoticePace.DAILY,
    Notice.REFERENCE_TROUBLE: NoticePace.DAILY,
    Notice.MERITS_ASKED: NoticePace.AT_ONCE,
}


class NoticeChoice(SQLModel, table=True):
    """How one person wants to be told of one kind, where that is not the usual. Of no region, as the account."""

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE")
    kind: Notice = choice(Notice)
    pace: NoticePace = choice(NoticePace)


class WaitingNotice(RegionScoped, table=True):
    """Something for a person's mail of the day; gone when that is in the outbox. `code`: an application's mask code."""

    __tablename__ = "waiting_notice"
    __table_args__ = (Index("ix_waiting_notice_account_id_at", "account_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE")
    intake_id: int | None = Field(default=None, foreign_key="intake.id", ondelete="CASCADE")
    application_id: int | None = Field(
        default=None, foreign_key="application.id", index=True, ondelete="CASCADE"
    )
    kind: Notice = choice(Notice)
    code: str = Field(default="", max_length=8)
    number: int = 1
    at: datetime = moment()
