"""The stored analyses of the monitor: the newest, what it says, and whether it still holds."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from recruit.models import AnalysisState, Intake, MonitoringAnalysis
from recruit.queries.audited import audited


def newest_done(session: Session, *, intake: Intake) -> MonitoringAnalysis | None:
    """The newest analysis of an intake that is finished, or None."""
    found = select(MonitoringAnalysis).where(
        MonitoringAnalysis.intake_id == intake.id, MonitoringAnalysis.state == AnalysisState.DONE
    )
    return session.exec(found.order_by(col(MonitoringAnalysis.number).desc()).limit(1)).first()


def newest(session: Session, *, intake: Intake) -> MonitoringAnalysis | None:
    """The newest analysis of an intake in whatever state, or None."""
    found = select(MonitoringAnalysis).where(MonitoringAnalysis.intake_id == intake.id)
    return session.exec(found.order_by(col(MonitoringAnalysis.number).desc()).limit(1)).first()


def figures_of(analysis: MonitoringAnalysis) -> dict[str, Any]:
    """The figures of a finished analysis. To be read only: the latest few are kept and shared."""
    assert analysis.figures is not None
    return _parsed(analysis.figures)


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def is_stale(session: Session, *, intake: Intake, analysis: MonitoringAnalysis) -> bool:
    """Whether an analysis computed now would have other inputs."""
    return audited(session, intake).sha256 != analysis.inputs_sha256
