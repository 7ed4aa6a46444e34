"""Calibration: the same applications for all assessors, and what they then agreed on."""

import enum
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class RoundStatus(enum.Enum):
    """A round is skipped, with a reason, or it is open until everybody's levels are in or it is closed."""

    SKIPPED = "skipped"
    OPEN = "open"
    CLOSED = "closed"


class CalibrationRound(RegionScoped, table=True):
    """A stage's calibration. `reason`: why it was skipped. `closed_by_id` None: the last levels closed it."""

    __tablename__ = "calibration_round"
    __table_args__ = (
        UniqueConstraint("intake_id", "stage"),
        check("stage IN ('screening', 'interview')", "stage"),
        check("status <> 'skipped' OR reason <> ''", "skipped_with_a_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    status: RoundStatus = choice(RoundStatus)
    reason: str = ""
    opened_at: datetime = moment()
    opened_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    closed_at: datetime | None = moment(default=None, nullable=True)
    closed_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class CalibrationCase(RegionScoped, table=True):
    """An application that is assessed in a round as K1, K2 …; the number is the intake's own, over both stages."""

    __tablename__ = "calibration_case"
    __table_args__ = (UniqueConstraint("intake_id", "number"), UniqueConstraint("application_id"))

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="calibration_round.id", index=True, ondelete="CASCADE")
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", ondelete="CASCADE")
    number: int


class CalibrationNote(RegionScoped, table=True):
    """What the group agreed on a criterion: how it reads the anchors in this intake."""

    __tablename__ = "calibration_note"
    __table_args__ = (UniqueConstraint("round_id", "criterion"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="calibration_round.id", ondelete="CASCADE")
    criterion: str = Field(max_length=60)
    text: str
    revision: int = 1
    written_at: datetime = moment()
    written_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
