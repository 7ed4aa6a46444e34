"""The engine, sessions, and the rule that no query crosses a region."""

import math
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    ORMExecuteState,
    SessionTransaction,
    UOWTransaction,
    with_loader_criteria,
)
from sqlmodel import Session

from recruit.errors import ScopeError
from recruit.models import RegionScoped
from recruit.plain_cursor import PlainCursor
from recruit.taking_turns import Turn


@dataclass(frozen=True)
class OneRegion:
    """The session sees the rows of this region only."""

    region_id: int


@dataclass(frozen=True)
class AllRegions:
    """The session sees every region. `reason` says why that is right, for whoever reads the code."""

    reason: str


Scope = OneRegion | AllRegions
_TURN, _USED, _BINDS, _HELD = "turn to write", "used last", "binds", "held"
#: Seconds for which a connection that has answered is taken to be alive.
SURE_FOR = 1.0
#: How sure SQLite makes of a commit; tests, which outlive no power cut, need less.
SYNCHRONOUS = "FULL"


def make_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, foreign keys on) or PostgreSQL."""
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    where = make_url(url)
    options: dict[str, Any] = {}
    if where.database not in (None, "", ":memory:"):  # a database in memory has no pool
        options["pool_use_lifo"] = True  # what a connection keeps at hand is of use to who comes next
    if where.get_backend_name() == "postgresql":
        options["connect_args"] = {"cursor_factory": PlainCursor}
    engine = create_engine(where, hide_parameters=True, **options)
    event.listen(engine, "handle_error", _quote_no_row)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _end_turn)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
        _replace_dead(engine)
    return engine


def _quote_no_row(context: ExceptionContext) -> None:
    """What fails is logged, and PostgreSQL tells the row along with it: whose it is would stand in the log."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    first = getattr(getattr(error, "diag", None), "message_primary", None)
    if first is None:
        return
    if wrapped is not None:
        wrapped.args = tuple(each.replace(str(error), first) for each in wrapped.args)
    error.args = (first,)


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # The default is that of a spinning disk: PostgreSQL reads a whole table rather than look up 250 of its rows.
    with connection.cursor() as cursor:
        cursor.execute("SET random_page_cost = 1.1")
    connection.commit()


def _replace_dead(engine: Engine) -> None:
    """A connection that has lain idle may have been cut, or the server restarted: then the pool makes new ones.

    `pool_pre_ping` asks before every transaction, in three round trips; a busy server's connections are never idle.
    """

    def note_use(_connection: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    def refuse_dead(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_USED, math.inf) < SURE_FOR:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", refuse_dead)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event starts the transactions
    cursor = connection.cursor()
    # What is deleted is overwritten too, so that it cannot be read out of the file after a disposal. What has been
    # acknowledged is on the disk: with less than FULL a power cut takes the last transactions along.
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        f"synchronous={SYNCHRONOUS}",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that turns to writing late fails at once when another has written; ask for the lock first.
    if connection.get_execution_options().get("writes"):
        _take_write_lock(connection)
    else:
        _say(connection, "BEGIN DEFERRED")


def _take_write_lock(connection: Any) -> None:
    path = connection.engine.url.database
    if path and path != ":memory:" and _TURN not in connection.info:
        try:
            connection.info[_TURN] = Turn(os.path.abspath(path))
        except TimeoutError as error:
            raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    _say(connection, "BEGIN IMMEDIATE")


def _say(connection: Any, words: str) -> None:
    """To SQLite itself: every request does, and needs nothing of what SQLAlchemy makes around a statement."""
    try:
        connection.connection.driver_connection.execute(words)
    except sqlite3.OperationalError as error:
        raise OperationalError(words, None, error) from error


def _end_turn(_connection: Any, record: Any) -> None:
    """After the transaction, when its connection goes back."""
    turn: Turn | None = record.info.pop(_TURN, None)
    if turn is not None:
        turn.end()


def only_reads(session: Session) -> None:
    """From its next transaction on the session reads, and keeps nobody from writing."""
    session.bind = session.info[_BINDS].reading


def may_write(session: Session) -> None:
    """From its next transaction on the session takes the write lock at once, in turn with others."""
    session.bind = session.info[_BINDS].writing


def begin_writing(session: Session) -> None:
    """From here on to the end of its transaction the session writes. On SQLite it ends what it has read so far, and
    takes the write lock in turn with others; PostgreSQL needs neither.

    For what needs no lock before it writes: whoever waits in turn waits for all that is done in between. What was read
    may have changed meanwhile, as in any request to PostgreSQL: the use case reads its rows again as it locks them.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    session.flush()
    connection = session.connection()
    # To the session it stays one transaction: a new one of its own takes it longer.
    _say(connection, "COMMIT")
    session.info.pop(_HELD, None)
    _take_write_lock(connection)


class _Binds(NamedTuple):
    """An engine for transactions that only read, and one for those that take the write lock as they begin."""

    reading: Engine
    writing: Engine


@lru_cache(maxsize=8)
def _binds(engine: Engine) -> _Binds:
    return _Binds(engine.execution_options(writes=False), engine.execution_options(writes=True))


class ScopedSession(Session):
    """A session whose scope is enforced, on what it reads and on what it writes."""


def make_session(engine: Engine, *, scope: Scope | None = None, writes: bool = True) -> Session:
    """A session that refuses to cross regions. Without a scope, region rows can be neither read nor written."""
    binds = _binds(engine)
    session = ScopedSession(
        binds.writing if writes else binds.reading, autoflush=True, expire_on_commit=False
    )
    session.info.update({"scope": scope, _BINDS: binds})
    return session


def set_scope(session: Session, scope: Scope) -> None:
    """Decide which rows the session may see from here on."""
    session.info["scope"] = scope


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit what happens inside, whole, or nothing of it."""
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def note_held(session: Session, table: str, row_id: int | None) -> None:
    """Note that the session has read a row anew and holds it, so that it need not ask again in this transaction."""
    session.info.setdefault(_HELD, {})[table] = _innermost(session), row_id


def holds(session: Session, table: str, row_id: int | None) -> bool:
    """Whether the session holds the row of this table that was noted last."""
    return session.info.get(_HELD, {}).get(table) == (_innermost(session), row_id)


def _innermost(session: Session) -> SessionTransaction | None:
    """What is held since a savepoint is let go when that is rolled back."""
    return session.get_nested_transaction() or session.get_transaction()


def _is_scoped(entity: Any) -> bool:
    return isinstance(entity, type) and issubclass(entity, RegionScoped)


@lru_cache(maxsize=64)
def _criterion(region_id: int) -> LoaderCriteriaOption:
    """`region_id = …` for every scoped class, in one option: every statement's key for the cache walks through it."""
    return with_loader_criteria(
        RegionScoped, lambda scoped: scoped.in_region(region_id), include_aliases=True
    )


def _restrict_to_scope(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete):
        return
    scope = state.session.info.get("scope")
    if isinstance(scope, AllRegions):
        return
    if isinstance(scope, OneRegion):
        state.statement = state.statement.options(_criterion(scope.region_id))
    elif any(_is_scoped(mapper.class_) for mapper in state.all_mappers):
        raise ScopeError(f"no region is set for a query of {[m.class_.__name__ for m in state.all_mappers]}")


def refuse_foreign(session: Session, row: Any) -> None:
    """Raise ScopeError for a row that the session, by its scope, must not write."""
    scope = session.info.get("scope")
    if isinstance(scope, AllRegions) or not isinstance(row, RegionScoped):
        return
    if scope is None or row.region_id != scope.region_id:
        raise ScopeError(f"{type(row).__name__} of region {row.region_id} written in scope {scope}")


def _refuse_foreign_rows(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        refuse_foreign(session, row)


event.listen(ScopedSession, "do_orm_execute", _restrict_to_scope)
event.listen(ScopedSession, "before_flush", _refuse_foreign_rows)
