"""The monitor's analyses as work to be done: asked for, taken up, told of, finished or given up.

Who computes is `recruit.analyst`; whatever takes time there happens between these transactions. A row that is taken up
is held by the moment of taking it up: whoever finds another moment there has lost it, and writes nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from recruit.actor import SYSTEM, Actor
from recruit.models import AnalysisState, Intake, MonitoringAnalysis
from recruit.models.types import id_of
from recruit.queries import analysis as queries
from recruit.queries.audited import Audited, audited
from recruit.services import record
from recruit.services.ranking import code_version
from recruit.services.record import sha256

if TYPE_CHECKING:
    from recruit.analysis.whole import Progress

#: No part of an analysis takes so long: whoever has said nothing since is gone, and another may take the work up.
SILENT = timedelta(minutes=15)
#: Why an analysis failed: the process ended, the data could not be read as they are, or something unforeseen.
INTERRUPTED, UNUSABLE, UNFORESEEN = "interrupted", "unusable", "unforeseen"


class Lost(Exception):
    """The analysis is no longer this process's: another has taken it up, or it was put back."""


def request(session: Session, *, intake: Intake, actor: Actor, now: datetime) -> MonitoringAnalysis:
    """Ask for an analysis of things as they are. One that is under way, or that still holds, is the answer.

    Raises Invalid where nobody asks.
    """
    person = actor.person()
    _hold(session, intake)
    last = queries.newest(session, intake=intake)
    if last is not None and (
        last.state in (AnalysisState.QUEUED, AnalysisState.RUNNING) or _holds(session, intake, last)
    ):
        return last
    made = _queue(session, intake, last, now, person)
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="monitoring.analysis_requested",
        subject=("monitoring_analysis", id_of(made)),
        changes={"number": (None, made.number)},
    )
    return made


def enqueue(session: Session, *, intake: Intake, now: datetime) -> MonitoringAnalysis:
    """Let an analysis be made because something has come to an end; one that is under way is the answer."""
    _hold(session, intake)
    last = queries.newest(session, intake=intake)
    if last is not None and last.state in (AnalysisState.QUEUED, AnalysisState.RUNNING):
        return last
    return _queue(session, intake, last, now, None)


def _hold(session: Session, intake: Intake) -> None:
    """One request at a time per intake, so that numbers follow each other."""
    session.exec(select(Intake.id).where(Intake.id == intake.id).with_for_update(key_share=True)).one()


def _holds(session: Session, intake: Intake, last: MonitoringAnalysis) -> bool:
    """Whether a finished analysis would say the same if it were made now."""
    return (
        last.state is AnalysisState.DONE
        and last.code_version == code_version()
        and not queries.is_stale(session, intake=intake, analysis=last)
    )


def _queue(
    session: Session, intake: Intake, last: MonitoringAnalysis | None, now: datetime, person: int | None
) -> MonitoringAnalysis:
    made = MonitoringAnalysis(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        number=1 + (last.number if last else 0),
        requested_by_id=person,
        requested_at=now,
    )
    session.add(made)
    session.flush()
    return made


@dataclass(frozen=True)
class Taken:
    """An analysis that has been taken up, and the moment that holds it."""

    analysis_id: int
    intake_id: int
    at: datetime


def waits(session: Session, *, now: datetime) -> bool:
    """Whether there is an analysis to take up."""
    return session.exec(select(MonitoringAnalysis.id).where(_open(now)).limit(1)).first() is not None


def _open(now: datetime) -> Any:
    """SQL: queued, or taken up by somebody who is gone."""
    return or_(
        col(MonitoringAnalysis.state) == AnalysisState.QUEUED,
        and_(
            col(MonitoringAnalysis.state) == AnalysisState.RUNNING,
            col(MonitoringAnalysis.progress_at) <= now - SILENT,
        ),
    )


def take(session: Session, *, now: datetime, analysis_id: int | None = None) -> Taken | None:
    """Take up one that waits, the oldest first, or this one. None where there is none, or others were faster."""
    waiting = select(MonitoringAnalysis.id, MonitoringAnalysis.intake_id).where(_open(now))
    if analysis_id is not None:
        waiting = waiting.where(MonitoringAnalysis.id == analysis_id)
    for found, intake_id in session.exec(waiting.order_by(col(MonitoringAnalysis.id))).all():
        claim = update(MonitoringAnalysis).where(col(MonitoringAnalysis.id) == found, _open(now))
        values = {
            "state": AnalysisState.RUNNING,
            "started_at": now,
            "progress_at": now,
            "step": "",
            "parts_done": 0,
        }
        if found is not None and session.exec(claim.values(**values)).rowcount == 1:
            return Taken(found, intake_id, now)
    return None


def tell(session: Session, taken: Taken, *, step: str, done: int, total: int, now: datetime) -> None:
    """Keep how far the work has come. Raises Lost."""
    _write(session, taken, {"step": step, "parts_done": done, "parts_total": total, "progress_at": now})


def _write(session: Session, taken: Taken, values: dict[str, Any]) -> None:
    held = update(MonitoringAnalysis).where(
        col(MonitoringAnalysis.id) == taken.analysis_id,
        col(MonitoringAnalysis.state) == AnalysisState.RUNNING,
        col(MonitoringAnalysis.started_at) == taken.at,
    )
    if session.exec(held.values(**values)).rowcount != 1:
        raise Lost


@dataclass(frozen=True)
class Computed:
    """What an analysis came to. The seed follows from the inputs, so that nobody chooses it."""

    list_id: int | None
    seed: int
    inputs_sha256: str
    figures: str


def read(session: Session, taken: Taken) -> Audited:
    """What the analysis is computed from, as it is now."""
    return audited(session, session.get_one(Intake, taken.intake_id))


def compute(found: Audited, progress: Progress) -> Computed:
    """Compute. Pure, and takes a while; the same input gives the same bytes. Raises ScoringError for a damaged run."""
    from recruit.analysis import analyse, canonical

    seed = int(found.sha256[:7], 16)
    return Computed(
        found.list_id, seed, found.sha256, canonical(analyse(found, seed=seed, progress=progress))
    )


def finish(session: Session, taken: Taken, computed: Computed, *, now: datetime) -> None:
    """Keep what was computed, for good. Raises Lost."""
    values = {
        "state": AnalysisState.DONE,
        "list_id": computed.list_id,
        "step": "",
        "finished_at": now,
        "progress_at": now,
        "seed": computed.seed,
        "code_version": code_version(),
        "inputs_sha256": computed.inputs_sha256,
        "figures": computed.figures,
        "figures_sha256": sha256(computed.figures),
    }
    _write(session, taken, values)
    _record(session, taken, "monitoring.analysed", now)


def fail(session: Session, taken: Taken, error: str, *, now: datetime) -> None:
    """Give up, and keep why. Raises Lost."""
    _write(session, taken, {"state": AnalysisState.FAILED, "finished_at": now, "error": error})
    _record(session, taken, "monitoring.analysis_failed", now)


def put_back(session: Session, taken: Taken) -> None:
    """Leave the work to whoever comes next. Raises Lost."""
    _write(session, taken, {"state": AnalysisState.QUEUED, "started_at": None, "step": "", "parts_done": 0})


def _record(session: Session, taken: Taken, action: str, now: datetime) -> None:
    """That it came to an end. Not its checksum: from that of a small selection single answers could be guessed."""
    done = session.exec(
        select(MonitoringAnalysis.region_id, MonitoringAnalysis.number).where(
            MonitoringAnalysis.id == taken.analysis_id
        )
    ).one()
    record.write(
        session,
        region_id=done[0],
        intake_id=taken.intake_id,
        actor=SYSTEM,
        now=now,
        action=action,
        subject=("monitoring_analysis", taken.analysis_id),
        changes={"number": (None, done[1])},
    )


def analyse_now(session: Session, *, intake: Intake, now: datetime) -> MonitoringAnalysis:
    """Make an analysis within the present transaction, without telling how far it has come: for the demo."""
    queued = enqueue(session, intake=intake, now=now)
    taken = take(session, now=now, analysis_id=queued.id)
    if taken is None:
        raise Lost
    finish(session, taken, compute(read(session, taken), lambda _step, _done, _all: None), now=now)
    session.refresh(queued)
    return queued
