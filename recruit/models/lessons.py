"""What an intake taught: comments of the group, and what the next intake takes along, agreed in versions."""

import enum
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class LessonSubject(enum.Enum):
    """What a comment is about: a step of the selection, or how the group worked."""

    ADVERTISEMENT = "advertisement"
    APPLICATION = "application"
    ELIGIBILITY = "eligibility"
    ASSESSMENT = "assessment"
    RANKING = "ranking"
    INTERVIEWS = "interviews"
    OFFERS = "offers"
    WORK = "work"


class LessonKind(enum.Enum):
    KEEP = "keep"
    CHANGE = "change"
    TRY = "try"


class LessonComment(RegionScoped, table=True):
    """One comment on an intake by somebody of the group, about no applicant. `revision` counts its changes.

    Whoever removes their own can take that back: the row stays, with `removed_at`.
    """

    __tablename__ = "lesson_comment"

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    subject: LessonSubject = choice(LessonSubject)
    kind: LessonKind = choice(LessonKind)
    text: str = Field(max_length=2000)
    revision: int = 0
    written_at: datetime = moment()
    written_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    removed_at: datetime | None = moment(default=None, nullable=True)


class Retrospective(RegionScoped, table=True):
    """The retrospective of an intake. While `closed_at` is None the group can comment."""

    __table_args__ = (UniqueConstraint("intake_id"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    closed_at: datetime | None = moment(default=None, nullable=True)
    closed_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class LessonSummary(RegionScoped, table=True):
    """What the next intake takes along, as agreed. A change is a new version: triggers refuse UPDATE and DELETE."""

    __tablename__ = "lesson_summary"
    __table_args__ = (UniqueConstraint("intake_id", "version"), check("version >= 1", "version"))

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    version: int
    text: str = Field(max_length=6000)
    agreed_at: datetime = moment()
    agreed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
