"""Carrying out the regions' plans for disposal: by the server once a day, by a command, and the proof afterwards."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from recruit import clock, stray_files
from recruit.actor import SYSTEM
from recruit.database import AllRegions, make_session, transaction
from recruit.disposing.searching import Searched, search
from recruit.errors import Conflict, Refusal
from recruit.models import DisposalPlan, Region, metadata
from recruit.queries import disposal as queries
from recruit.services import disposal as services
from recruit.settings import Settings
from recruit.storage import Storage

EVERY = timedelta(days=1)
SCOPE = AllRegions("disposal follows each region's plan, and accounts are of no region")
log = logging.getLogger(__name__)


@dataclass
class Run:
    """What a run of the plans did, and what the search afterwards found. `without_plan`: regions that have none;
    `strays`: files that no row named, which go whatever the plans say.
    """

    applications: int = 0
    drafts: int = 0
    monitoring: int = 0
    mails: int = 0
    disclosure_files: int = 0
    held: int = 0
    files: int = 0
    without_plan: list[str] = field(default_factory=list)
    searched: Searched | None = None
    strays: int = 0


def carry_out(engine: Engine, settings: Settings, *, now: datetime | None = None) -> Run:
    """Do everything that is due in every region with a plan; one transaction for each intake. Then look for what must
    be gone, and keep with each receipt what was found. Files that no row names go too.
    """
    now, run = now or clock.now(), Run()
    gone: list[services.Gone] = []
    for region_id, slug, reason in _plans(engine):
        if not reason:
            run.without_plan.append(slug)
            continue
        with make_session(engine, scope=SCOPE, writes=False) as session:
            waiting = [each.intake.id for each in queries.due(session, region_id=region_id, now=now)]
        for intake_id in waiting:
            try:
                with make_session(engine, scope=SCOPE) as session, transaction(session):
                    # Read again inside the transaction: another process may have been first.
                    done = _intake_goes(session, region_id, intake_id, settings, reason, now)
                _add(run, gone, done)
            except Refusal as refusal:  # held or done by somebody else meanwhile: tomorrow is another day
                log.warning("disposal of intake %s waits: %s", intake_id, refusal)
    if gone:
        run.searched = prove(engine, settings, gone)
    if gone or run.drafts or run.monitoring or run.mails or run.disclosure_files:
        scrub(engine)
    try:
        run.strays = len(stray_files.remove(engine, settings, now=now).names)
    except Conflict as refusal:
        log.error("stray files stay: %s", refusal)
    return run


def prove(engine: Engine, settings: Settings, gone: Collection[services.Gone]) -> Searched:
    """Search everything for the words of what has gone, and keep the outcome with each receipt."""
    words = frozenset(word for each in gone for word in each.words)
    with make_session(engine, scope=SCOPE) as session, transaction(session):
        found = look(session, settings, words)
        for each in gone:
            services.proved(session, gone=each, searched=len(each.words), found=found.places)
    return found


def look(session: Session, settings: Settings, words: Collection[str]) -> Searched:
    """Search the database with the outbox, the folder of attachments and, where there is one, that of logs."""
    logs = Path(settings.data_dir).absolute() / "logs"
    return search(session, words, attachments=settings.attachments, logs=logs)


def scrub(engine: Engine) -> None:
    """Take what was deleted out of the database's own files: SQLite's log, PostgreSQL's dead rows."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in metadata().sorted_tables:
                connection.exec_driver_sql(f'VACUUM "{table.name}"')


class Disposals:
    """Carries out the plans once a day, for as long as the server runs."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._next: datetime | None = None

    def look(self, now: datetime | None = None) -> Run | None:
        """Carry out what is due, if a day has passed since the last time; None when it was not time."""
        now = now or clock.now()
        if self._next is not None and now < self._next:
            return None
        self._next = now + EVERY
        return carry_out(self._engine, self._settings, now=now)


def _plans(engine: Engine) -> list[tuple[int, str, str]]:
    """(region, slug, the decision of its plan, "" without one), by slug."""
    with make_session(engine, scope=SCOPE, writes=False) as session:
        rows = session.exec(
            select(Region.id, Region.slug, DisposalPlan.decision)
            .outerjoin(DisposalPlan, col(DisposalPlan.region_id) == Region.id)
            .order_by(Region.slug)
        )
        return [(id_ or 0, slug, decision or "") for id_, slug, decision in rows]


def _intake_goes(
    session: Session, region_id: int, intake_id: int | None, settings: Settings, reason: str, now: datetime
) -> services.Done | None:
    due = [each for each in queries.due(session, region_id=region_id, now=now) if each.intake.id == intake_id]
    if not due:
        return None
    return services.carry_out(
        session, due=due[0], storage=Storage(settings.attachments), reason=reason, actor=SYSTEM, now=now
    )


def _add(run: Run, gone: list[services.Gone], done: services.Done | None) -> None:
    if done is None:
        return
    gone += done.gone
    run.applications += len(done.gone)
    run.files += sum(each.files for each in done.gone)
    for name in ("drafts", "monitoring", "mails", "disclosure_files", "held"):
        setattr(run, name, getattr(run, name) + getattr(done, name))
