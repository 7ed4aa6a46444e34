"""The databases that tests run on: one of each kind per worker, emptied before every test that asks for it.

Making a database per test, an engine on it and an application on that costs more than most tests: SQLAlchemy compiles
every statement anew for a new engine, and PostgreSQL copies some hundred files. Here all of that is kept, and only
the rows go. A test that changes the schema takes `empty_url`, which is a database of its own.
"""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from recruit.database import AllRegions, make_engine, make_session
from recruit.migrate import upgrade

POSTGRES = os.environ.get("RECRUIT_TEST_POSTGRES", "")
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
#: For tests whose point no database can change: rights by role, words, validation of forms. What reads or writes in a
#: way of its own, and every service, runs on both.
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: Alembic's own table is the only one with a row in a database that is migrated and empty.
ROWS_THAT_STAY = "alembic_version"
#: How many triggers, columns and relations a PostgreSQL database has: what tells that a test has changed its schema.
SCHEMA = (
    "SELECT (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_attribute), count(*) FROM pg_class"
)


State = Callable[[Session], object]


class Database(Protocol):
    """A database of one kind, with an engine that lasts as long as the worker."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def engine(self) -> Engine:
        """The engine, which knows the statements that it has compiled for earlier tests."""

    def empty(self) -> None:
        """Make it as it is after the migrations: no rows, ids from 1."""

    def start_from(self, state: State, upon: State | None = None) -> None:
        """Make it as `state` leaves an empty one, or one in another state; run once per worker, its rows are kept."""

    def close(self) -> None:
        """Close what is open."""


class Sqlite:
    """A file, laid anew from a migrated one: its triggers forbid what emptying it by statements would need."""

    def __init__(self, folder: Path) -> None:
        self.template, self.path = folder / "template.db", folder / "test.db"
        self._states: dict[State, Path] = {}
        upgrade(f"sqlite:///{self.template}")

    @property
    def url(self) -> str:
        """Its address."""
        return f"sqlite:///{self.path}"

    @cached_property
    def engine(self) -> Engine:
        """The engine, which knows the statements that it has compiled for earlier tests."""
        engine = make_engine(self.url)
        event.listen(engine, "connect", _wait_for_no_disk)
        return engine

    def empty(self) -> None:
        """Put a copy of the template in its place."""
        self._lay(self.template)

    def start_from(self, state: State, upon: State | None = None) -> None:
        """Put a copy of a file with that state in its place."""
        if state not in self._states:
            if upon is None:
                self.empty()
            else:
                self.start_from(upon)
            _make(self.engine, state)
            self.engine.dispose()  # closing the last connection writes the log into the file
            self._states[state] = self.template.with_name(f"state{len(self._states)}.db")
            shutil.copy(self.path, self._states[state])
        self._lay(self._states[state])

    def _lay(self, file: Path) -> None:
        self.engine.dispose()  # connections to the old file would go on in that
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        shutil.copy(file, self.path)

    def close(self) -> None:
        """Close what is open."""
        self.engine.dispose()


def _wait_for_no_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # as `fsync=off` of PostgreSQL: no test outlives the machine


@dataclass(frozen=True)
class _Rows:
    """What PostgreSQL's tables hold, as COPY writes it, and the statement that sets their sequences."""

    tables: dict[str, bytes]
    sequences: str


class Postgres:
    """A database on the test server. Its rows are deleted with triggers off, which a superuser may."""

    def __init__(self) -> None:
        self.name = f"test_{uuid.uuid4().hex[:12]}"
        self.template = f"{self.name}_template"
        server(f'CREATE DATABASE "{self.template}"')
        upgrade(f"{POSTGRES}/{self.template}")
        self._copy_template()
        self._schema = self.own.execute(SCHEMA).fetchone()
        self._states: dict[State, _Rows] = {}
        self._tables = self._names("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") - {
            ROWS_THAT_STAY
        }
        self._sequences = self._names("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        self._define_emptied()

    @property
    def url(self) -> str:
        """Its address."""
        return f"{POSTGRES}/{self.name}"

    @cached_property
    def engine(self) -> Engine:
        """The engine, which knows the statements that it has compiled for earlier tests."""
        return make_engine(self.url)

    def empty(self) -> None:
        """Delete every row. What a failed test has left open would hold locks: its connections are ended.

        To its end each is waited for: one that is still ending would be given to the next test by the engine.
        """
        self.own.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        if self.own.execute(SCHEMA).fetchone() == self._schema:
            self.own.execute("SELECT pg_temp.emptied()")
            return
        self.engine.dispose()  # a test has dropped triggers, say: emptying would not bring them back
        self.own.close()
        server(f'DROP DATABASE "{self.name}" WITH (FORCE)')
        self._copy_template()
        self._define_emptied()

    def _define_emptied(self) -> None:
        """A function keeps its plans: as statements, a hundred deletions are read and planned anew for every test."""
        deletions = "".join(f'DELETE FROM "{table}";' for table in self._tables)
        restarts = ", ".join(f"""setval('"{sequence}"', 1, false)""" for sequence in self._sequences)
        self.own.execute(
            "CREATE FUNCTION pg_temp.emptied() RETURNS void LANGUAGE plpgsql"
            f" AS $$BEGIN {deletions} PERFORM {restarts}; END$$"
        )

    def _copy_template(self) -> None:
        server(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        self.own = psycopg.connect(self.url, autocommit=True)
        self.own.execute("SET session_replication_role = replica")

    def start_from(self, state: State, upon: State | None = None) -> None:
        """Delete every row and put in those of that state."""
        if state not in self._states:
            if upon is None:
                self.empty()
            else:
                self.start_from(upon)
            _make(self.engine, state)
            self._states[state] = self._rows()
            return
        self.empty()
        rows = self._states[state]
        for table, content in rows.tables.items():
            with self.own.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(content)
        self.own.execute(rows.sequences)

    def _rows(self) -> "_Rows":
        tables, sequences = {}, ["SELECT 1"]
        for table in self._tables:
            with self.own.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                content = b"".join(copy)
            if content:
                tables[table] = content
        for sequence in self._sequences:
            row = self.own.execute(f'SELECT last_value, is_called FROM "{sequence}"').fetchone()
            if row and row[1]:
                sequences.append(f"""SELECT setval('"{sequence}"', {row[0]})""")
        return _Rows(tables, ";".join(sequences))

    def _names(self, query: str) -> set[str]:
        return {row[0] for row in self.own.execute(query)}

    def close(self) -> None:
        """Close what is open, and drop the database."""
        self.engine.dispose()
        self.own.close()
        for name in (self.name, self.template):
            server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _make(engine: Engine, state: State) -> None:
    with make_session(engine, scope=AllRegions("tests"), writes=False) as session:
        state(session)
        session.commit()


def server(statement: str) -> None:
    """Run a statement on the test server, in no transaction."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def bare(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database without any table, for one test."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    need_postgres()
    name = f"test_{uuid.uuid4().hex[:12]}"
    server(f'CREATE DATABASE "{name}"')
    yield f"{POSTGRES}/{name}"
    server(f'DROP DATABASE "{name}" WITH (FORCE)')


def need_postgres() -> None:
    """Skip the test where there is no PostgreSQL."""
    if not POSTGRES:
        pytest.skip("no PostgreSQL server: install Debian's postgresql and use make test, which starts one")
