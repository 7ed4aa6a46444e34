"""What the group has released to applicants, the letters made of it, and what applicants ask for afterwards."""

import enum
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, choice, moment, public_id


class ReleasedKind(enum.Enum):
    """A step that applicants see once it is released. The list's own steps are released by publishing the list."""

    NOT_ELIGIBLE = "not_eligible"
    CALLED = "called"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    DROPPED_OUT = "dropped_out"


class ReleasedStep(RegionScoped, table=True):
    """One step of one application as its applicant sees it: a copy, so that a later change is seen when it is released.

    At most one of each kind; the record keeps what was released and taken back before.
    """

    __tablename__ = "released_step"
    __table_args__ = (UniqueConstraint("application_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", ondelete="CASCADE")
    kind: ReleasedKind = choice(ReleasedKind)
    happened_on: date
    released_at: datetime = moment()
    released_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class PostsFilled(RegionScoped, table=True):
    """The group has told that every post of an intake is filled."""

    __tablename__ = "posts_filled"

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", unique=True, ondelete="RESTRICT")
    told_at: datetime = moment()
    told_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class DecisionLetter(RegionScoped, table=True):
    """A decision letter as it was made, with its checksum; what it tells later is another letter.

    `basis` is the SHA-256 of what it was made of. Gone with the application.
    """

    __tablename__ = "decision_letter"
    __table_args__ = (UniqueConstraint("application_id", "language", "basis"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    language: str = Field(max_length=2)
    basis: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    content: bytes
    made_at: datetime = moment()


class DecisionContact(RegionScoped, table=True):
    """Where a region's decision letters send people: one row per region, or none for the usual words.

    `notice_board`: where decisions are announced. `court`: the administrative court. `contact`: who answers about it.
    """

    __tablename__ = "decision_contact"

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", unique=True, ondelete="RESTRICT")
    notice_board: str = Field(default="", max_length=300)
    court: str = Field(default="", max_length=200)
    contact: str = Field(default="", max_length=300)
    changed_at: datetime = moment()
    changed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class MeritsRequest(RegionScoped, table=True):
    """An applicant's request for the merits of those who were called or hired (Discrimination Act 2 kap. 4 §).

    `number` counts from 1 in the intake. `answer` is what the group wrote; it names nobody.
    """

    __tablename__ = "merits_request"
    __table_args__ = (UniqueConstraint("intake_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    number: int
    text: str = ""
    asked_at: datetime = moment()
    answer: str = ""
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
