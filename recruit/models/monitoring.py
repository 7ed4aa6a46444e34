"""The monitor's stored analyses: what an auditor reads, and signs."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class AnalysisState(enum.Enum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class MonitoringAnalysis(RegionScoped, table=True):
    """One analysis of how an intake's selection fell out between groups. Never changed once it is done or has failed.

    `figures` is canonical JSON (docs/architecture.md says what is in it), `inputs_sha256` the checksum of all it was
    computed from, from which the seed follows; they are None until it is done. `list_id` is the list that decided who
    counts as called, None where none was drawn, or where a draft has been discarded since. `step` is the key of the
    part that is being computed, the `parts_done`-th of `parts_total`, as of `progress_at`. `requested_by_id` is None
    where a command asked. `error` is a code for why it failed.
    """

    __tablename__ = "monitoring_analysis"
    __table_args__ = (
        UniqueConstraint("intake_id", "number"),
        check("(state = 'done') = (figures IS NOT NULL)", "figures_when_done"),
        check("(state = 'failed') = (error IS NOT NULL)", "error_when_failed"),
        # Nobody gains from two at once, and the second would take the time of the first.
        Index(
            "uq_monitoring_analysis_one_under_way",
            "intake_id",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    list_id: int | None = Field(default=None, foreign_key="interview_list.id", ondelete="SET NULL")
    number: int
    state: AnalysisState = choice(AnalysisState, default=AnalysisState.QUEUED)
    step: str = Field(default="", max_length=40)
    parts_done: int = 0
    parts_total: int = 0
    progress_at: datetime | None = moment(default=None, nullable=True)
    requested_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    requested_at: datetime = moment()
    started_at: datetime | None = moment(default=None, nullable=True)
    finished_at: datetime | None = moment(default=None, nullable=True)
    seed: int | None = None
    code_version: str | None = Field(default=None, max_length=60)
    inputs_sha256: str | None = Field(default=None, max_length=64)
    figures: str | None = None
    figures_sha256: str | None = Field(default=None, max_length=64)
    error: str | None = Field(default=None, max_length=40)


class MonitoringSignature(RegionScoped, table=True):
    """An auditor has read an analysis and signs the report of it. Never changed; a later analysis has none.

    `comments` is canonical JSON, {"overall" or an attribute: text}. `published` is the canonical JSON of what may leave
    the house, suppressed when it was signed and never computed again. `seal` is the SHA-256 over `salt`, the
    analysis's checksum, the comments and the checksum of `published`: without the salt nobody can try guesses of
    single answers against it.
    """

    __tablename__ = "monitoring_signature"

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    analysis_id: int = Field(foreign_key="monitoring_analysis.id", unique=True, ondelete="RESTRICT")
    comments: str
    published: str
    salt: str = Field(max_length=64)
    seal: str = Field(max_length=64)
    signed_at: datetime = moment()
    signed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
