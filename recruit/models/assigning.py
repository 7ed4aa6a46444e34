"""What the coordinator settles before applications are handed out: limits, possible conflicts, and plans."""

import enum
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class ConflictAnswer(enum.Enum):
    """What the coordinator answered to the question whether there is a conflict of interest."""

    CONFLICT = "conflict"
    NO_CONFLICT = "no_conflict"


class StageSetting(RegionScoped, table=True):
    """How many assessors each application has at one stage of an intake. No row means two."""

    __tablename__ = "stage_setting"
    __table_args__ = (
        UniqueConstraint("intake_id", "stage"),
        check("per_application BETWEEN 1 AND 4", "per_application_range"),
        check("stage IN ('screening', 'interview')", "stage"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    per_application: int


class AssessorLimit(RegionScoped, table=True):
    """What one assessor can take in one intake. No row means no limit and never away.

    `most` None means no limit, 0 no time at all. Who is away on a day gets nothing new on it; `hand_over` says that
    what they have not submitted goes to others meanwhile. `away_until` is the last day away, None is until further
    notice. `revision` grows with every change, so that a stale form is told.
    """

    __tablename__ = "assessor_limit"
    __table_args__ = (
        UniqueConstraint("intake_id", "assessor_id"),
        check("least >= 0", "least_not_negative"),
        check("most IS NULL OR most >= least", "least_up_to_most"),
        check("away_until IS NULL OR away_from <= away_until", "away_from_before_until"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    assessor_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    least: int = 0
    most: int | None = None
    away_from: date | None = None
    away_until: date | None = None
    hand_over: bool = False
    revision: int = 0

    def is_away(self, day: date) -> bool:
        """Whether the assessor is away on a day."""
        if self.away_from is None or day < self.away_from:
            return False
        return self.away_until is None or day <= self.away_until


class PossibleConflict(RegionScoped, table=True):
    """A pair that may have a conflict of interest, and what the coordinator answered; None is not yet answered.

    `kinds`: why it was found, of `recruit.acquaintance.KINDS`, sorted, by commas. `answered_kinds`: what was known when
    it was answered; when something new is found the question is put again. `reason` is free text about people.
    """

    __tablename__ = "possible_conflict"
    __table_args__ = (UniqueConstraint("application_id", "assessor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", ondelete="CASCADE")
    assessor_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    kinds: str = Field(max_length=120)
    found_at: datetime = moment()
    answer: ConflictAnswer | None = choice(ConflictAnswer, default=None, nullable=True)
    answered_kinds: str = Field(default="", max_length=120)
    reason: str = Field(default="")
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class AssignmentPlan(RegionScoped, table=True):
    """A plan of who assesses what, as it was shown before it was carried out.

    `content` is JSON: pairs of ids that come and go, loads, and figures; never anything about a person. `basis` is a
    checksum of all that it was made from: it can be carried out while that is the same.
    """

    __tablename__ = "assignment_plan"
    __table_args__ = (check("stage IN ('screening', 'interview')", "stage"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    basis: str = Field(max_length=64)
    content: str
    made_at: datetime = moment()
    made_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    carried_out_at: datetime | None = moment(default=None, nullable=True)
    undone_at: datetime | None = moment(default=None, nullable=True)
