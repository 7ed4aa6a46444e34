"""Ranking runs: frozen inputs and results."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, moment


class RankingRun(RegionScoped, table=True):
    """One computed ranking. Never edited: `inputs` and `results` are canonical JSON, each with its SHA-256.

    The same inputs give the same bytes of results; who ran it and when stand beside them.
    """

    __tablename__ = "ranking_run"
    __table_args__ = (UniqueConstraint("intake_id", "stage", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    profile_id: int = Field(foreign_key="criteria_profile.id", ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    number: int
    seed: str = Field(max_length=64)
    code_version: str = Field(max_length=60)
    inputs: str
    inputs_sha256: str = Field(max_length=64)
    results: str
    results_sha256: str = Field(max_length=64)
    created_at: datetime = moment()
    created_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class RankingRow(RegionScoped, table=True):
    """One application's outcome in a run, for pages that sort and filter. The run's `results` are the truth.

    `place` is None unless `status` is "ranked". `points_milli` are thousandths of a point, rounded half to even.
    """

    __tablename__ = "ranking_row"
    __table_args__ = (
        UniqueConstraint("run_id", "application_id"),
        Index(
            "ix_ranking_row_in_order", "run_id", "position"
        ),  # a page of the run is read, not all of it sorted
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="ranking_run.id", ondelete="CASCADE")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="RESTRICT")
    position: int
    status: str = Field(max_length=20)
    place: int | None = None
    points_milli: int | None = None


class RankingRelease(RegionScoped, table=True):
    """A second person has checked a ranking of the interview stage and stands for it. Never changed.

    `chain_head` is the head of the record's chain when it was released.
    """

    __tablename__ = "ranking_release"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="ranking_run.id", unique=True, ondelete="RESTRICT")
    released_at: datetime = moment()
    released_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    chain_head: str = Field(max_length=64)
