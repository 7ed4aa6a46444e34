"""Who assesses which application, the levels they set, and conflicts of interest."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class AssignmentStatus(enum.Enum):
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    RECUSED = "recused"


class Assignment(RegionScoped, table=True):
    """One assessor's task to assess one application at one stage.

    `recognised` and `told_country`: whether the masking held, as the assessor says; None means never asked.
    """

    __table_args__ = (
        UniqueConstraint("application_id", "assessor_id", "stage"),
        # Counted for every row of the table of applications and on every page of an intake, without reading the rows.
        Index("ix_assignment_counted", "application_id", "stage", "status", "region_id"),
        # One person's among the intake's: with an index of each alone SQLite reads all of the intake.
        Index("ix_assignment_own", "assessor_id", "intake_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    assessor_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    status: AssignmentStatus = choice(AssignmentStatus, default=AssignmentStatus.ASSIGNED)
    assigned_at: datetime = moment()
    submitted_at: datetime | None = moment(default=None, nullable=True)
    recognised: bool | None = None
    told_country: bool | None = None


class Level(RegionScoped, table=True):
    """The level that one assessor set on one criterion. No row means not assessed, never 0."""

    __table_args__ = (UniqueConstraint("assignment_id", "criterion"), check("level BETWEEN 0 AND 4", "range"))

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignment.id", index=True, ondelete="CASCADE")
    criterion: str = Field(max_length=60)
    level: int
    note: str = Field(default="")
    set_at: datetime = moment()


class ConflictOfInterest(RegionScoped, table=True):
    """A declared conflict (jäv): this assessor never assesses this application."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (UniqueConstraint("application_id", "assessor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    assessor_id: int = Field(foreign_key="account.id", index=True, ondelete="RESTRICT")
    reason: str
    declared_at: datetime = moment()
    declared_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class ThirdAssessment(RegionScoped, table=True):
    """An application of a borderline zone for which a third assessment was asked: once in a stage, never taken back.

    `run_id` is the run whose line had the zone. Who assesses stands in the assignments.
    """

    __tablename__ = "third_assessment"
    __table_args__ = (UniqueConstraint("application_id", "stage"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    application_id: int = Field(foreign_key="application.id", ondelete="RESTRICT")
    run_id: int = Field(foreign_key="ranking_run.id", ondelete="RESTRICT")
    asked_at: datetime = moment()
    asked_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
