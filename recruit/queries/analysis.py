"""The stored analyses of the monitor: the newest, what it says, and whether it still holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from recruit.errors import Conflict
from recruit.keeping import Latest
from recruit.models import Account, AnalysisState, Intake, MonitoringAnalysis, RecordEntry
from recruit.queries.audited import audited
from recruit.queries.naming import called
from scoring.errors import ScoringError


def newest_done(session: Session, *, intake: Intake) -> MonitoringAnalysis | None:
    """The newest analysis of an intake that is finished, or None."""
    found = select(MonitoringAnalysis).where(
        MonitoringAnalysis.intake_id == intake.id, MonitoringAnalysis.state == AnalysisState.DONE
    )
    return session.exec(found.order_by(col(MonitoringAnalysis.number).desc()).limit(1)).first()


def last_analysed(session: Session, *, region_id: int) -> Intake | None:
    """The intake of a region with a finished analysis that closes last, one with a list before one without."""
    found = (
        select(Intake)
        .join(MonitoringAnalysis, col(MonitoringAnalysis.intake_id) == Intake.id)
        .where(Intake.region_id == region_id, MonitoringAnalysis.state == AnalysisState.DONE)
        .order_by(
            col(MonitoringAnalysis.list_id).is_(None), col(Intake.closes_at).desc(), col(Intake.id).desc()
        )
    )
    return session.exec(found.limit(1)).first()


def newest(session: Session, *, intake: Intake) -> MonitoringAnalysis | None:
    """The newest analysis of an intake in whatever state, or None."""
    found = select(MonitoringAnalysis).where(MonitoringAnalysis.intake_id == intake.id)
    return session.exec(found.order_by(col(MonitoringAnalysis.number).desc()).limit(1)).first()


@dataclass(frozen=True)
class Made:
    """An analysis in the list of analyses, without its figures. `requested_by` is None where a command asked."""

    number: int
    state: AnalysisState
    requested_at: datetime
    requested_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    step: str
    parts_done: int
    parts_total: int
    error: str | None
    figures_sha256: str | None


def overview(session: Session, *, intake: Intake) -> list[Made]:
    """All analyses of an intake, newest first. One query."""
    found = (
        select(  # type: ignore[call-overload]
            MonitoringAnalysis.number,
            MonitoringAnalysis.state,
            MonitoringAnalysis.requested_at,
            called(session),
            MonitoringAnalysis.started_at,
            MonitoringAnalysis.finished_at,
            MonitoringAnalysis.step,
            MonitoringAnalysis.parts_done,
            MonitoringAnalysis.parts_total,
            MonitoringAnalysis.error,
            MonitoringAnalysis.figures_sha256,
        )
        .join(Account, col(Account.id) == MonitoringAnalysis.requested_by_id, isouter=True)
        .where(MonitoringAnalysis.intake_id == intake.id)
        .order_by(col(MonitoringAnalysis.number).desc())
    )
    return [Made(*row) for row in session.execute(found)]


def figures_of(analysis: MonitoringAnalysis) -> dict[str, Any]:
    """The figures of a finished analysis. To be read only: the latest few are kept and shared."""
    assert analysis.figures is not None
    return _parsed(analysis.figures)


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


_STALE: Latest[tuple[str, str], bool] = Latest(64)


def is_stale(session: Session, *, intake: Intake, analysis: MonitoringAnalysis) -> bool:
    """Whether an analysis computed now would have other inputs, or none that can be read.

    Whatever changes them is in the region's record; while no entry is added to it, the answer is remembered.
    """
    newest = select(RecordEntry.hash).where(RecordEntry.region_id == intake.region_id)
    head = session.exec(newest.order_by(col(RecordEntry.number).desc()).limit(1)).first() or ""
    key = (analysis.inputs_sha256 or "", head)
    try:
        return _STALE.get(key, lambda: _differs(session, intake, analysis))
    except (Conflict, ScoringError):
        # What was computed stands and can be read: whoever looks into a damaged run needs it most.
        return True


def is_stale_now(session: Session, *, intake: Intake, analysis: MonitoringAnalysis) -> bool:
    """The same, read anew whatever is remembered."""
    try:
        return _differs(session, intake, analysis)
    except (Conflict, ScoringError):
        return True


def _differs(session: Session, intake: Intake, analysis: MonitoringAnalysis) -> bool:
    return audited(session, intake).sha256 != analysis.inputs_sha256
