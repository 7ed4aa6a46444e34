"""An assessor at work: every step of setting levels, and assessments that could not be made."""

import enum
from datetime import datetime

from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class LevelStep(RegionScoped, table=True):
    """One change of a level and its rationale while assessing: what stood before and after. Never changed.

    The newest step of a criterion is its revision, by which a page that was opened earlier is known. `level_after` None
    with a note is a rationale that waits for its level. `undoes_id`: the step that this one took back.
    """

    __tablename__ = "level_step"
    __table_args__ = (
        check("level_before BETWEEN 0 AND 4", "before_range"),
        check("level_after BETWEEN 0 AND 4", "after_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id", index=True, ondelete="CASCADE")
    criterion: str = Field(max_length=60)
    level_before: int | None = None
    level_after: int | None = None
    note_before: str = ""
    note_after: str = ""
    taken_at: datetime = moment()
    undoes_id: int | None = Field(default=None, foreign_key="level_step.id", ondelete="CASCADE")


class SetAsideReason(enum.Enum):
    """Why an application could not be assessed."""

    LITTLE = "little"
    UNREADABLE = "unreadable"
    LANGUAGE = "language"
    RECOGNISED = "recognised"
    TIME = "time"
    OTHER = "other"


class SetAside(RegionScoped, table=True):
    """An assignment that its assessor could not carry out. Taken back, the row goes, and the record tells.

    `replacement_id`: the account that assesses it instead; None where nobody was free.
    """

    __tablename__ = "set_aside"

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id", unique=True, ondelete="CASCADE")
    reason: SetAsideReason = choice(SetAsideReason)
    words: str = ""
    set_aside_at: datetime = moment()
    replacement_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
