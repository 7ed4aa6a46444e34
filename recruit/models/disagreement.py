"""Disagreements between the assessors of an application: how each is dealt with, and what it changed."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class DisagreementWay(enum.Enum):
    """How a disagreement is dealt with."""

    THIRD = "third"
    DISCUSSION = "discussion"
    LEFT = "left"


class DisagreementEnd(enum.Enum):
    """What a disagreement came to: levels were changed, or they stay as they were given."""

    CHANGED = "changed"
    KEPT = "kept"


class DisagreementThreshold(RegionScoped, table=True):
    """From how many levels apart on a criterion a stage's disagreements are to be dealt with."""

    __tablename__ = "disagreement_threshold"
    __table_args__ = (UniqueConstraint("intake_id", "stage"), check("levels BETWEEN 1 AND 4", "range"))

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    levels: int


class Disagreement(RegionScoped, table=True):
    """What was decided about one application whose assessors differ; it may be decided on more than once in turn.

    `reason`: why this way was chosen. A discussion, and a third assessment, are open until they are settled: `end` and
    `end_reason` say how. One that is left as it is, is settled at once.
    """

    __table_args__ = (
        Index(
            "uq_disagreement_one_open",
            "application_id",
            "stage",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        check('(settled_at IS NULL) = ("end" IS NULL)', "settled_with_an_end"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    way: DisagreementWay = choice(DisagreementWay)
    reason: str = ""
    opened_at: datetime = moment()
    opened_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    end: DisagreementEnd | None = choice(DisagreementEnd, default=None, nullable=True)
    end_reason: str = ""
    settled_at: datetime | None = moment(default=None, nullable=True)
    settled_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class DiscussionMessage(RegionScoped, table=True):
    """What one of the assessors wrote in a discussion. Never changed; disposal empties the text."""

    __tablename__ = "discussion_message"

    id: int | None = Field(default=None, primary_key=True)
    disagreement_id: int = Field(foreign_key="disagreement.id", index=True, ondelete="RESTRICT")
    author_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    text: str
    written_at: datetime = moment()


class LevelChange(RegionScoped, table=True):
    """One of an assessor's own levels, changed in a discussion. The row never changes; disposal empties the reason."""

    __tablename__ = "level_change"
    __table_args__ = (
        check("old BETWEEN 0 AND 4 AND new BETWEEN 0 AND 4", "range"),
        check("old <> new", "is_a_change"),
    )

    id: int | None = Field(default=None, primary_key=True)
    disagreement_id: int = Field(foreign_key="disagreement.id", index=True, ondelete="RESTRICT")
    assignment_id: int = Field(foreign_key="assignment.id", index=True, ondelete="RESTRICT")
    criterion: str = Field(max_length=60)
    old: int
    new: int
    reason: str
    changed_at: datetime = moment()
