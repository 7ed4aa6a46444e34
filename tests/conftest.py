"""Fixtures for every test: a database, a session, a seeded region, an application."""

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import Session

import recruit.database
from recruit import passwords
from recruit.database import AllRegions, make_session
from recruit.keeping import Latest
from recruit.queries import unchanged
from recruit.settings import Settings
from recruit.web import build_app
from tests.databases import KINDS, Database, Postgres, Sqlite, bare, need_postgres
from tests.demo import demo, demo_time  # noqa: F401 (fixtures)
from tests.recruit.factories import World, make_world, world_of


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sqlite]:
    """The worker's SQLite file."""
    database = Sqlite(tmp_path_factory.mktemp("database"))
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The worker's PostgreSQL database."""
    need_postgres()
    database = Postgres()
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(sqlite: Sqlite) -> Path:
    """A migrated, empty SQLite file to copy."""
    return sqlite.template


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """The worker's database of each kind: migrated, and without rows but those of `world`, where that is asked for."""
    database: Database = request.getfixturevalue(request.param)
    if "world" in request.fixturenames:
        database.start_from(make_world)
    else:
        database.empty()
    return database


@pytest.fixture
def database_url(database: Database) -> str:
    """The address of a migrated, empty database of each kind."""
    return database.url


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of each kind without any table."""
    with bare(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def engine(database: Database) -> Engine:
    """An engine on an empty database."""
    return database.engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that sees every region. It takes no write lock before it writes, so that the application can."""
    with make_session(engine, scope=AllRegions("tests"), writes=False) as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    """One region with sites, a group of people and a criteria profile, committed."""
    return world_of(session)


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """Argon2 is slow on purpose and nearly every page test signs in: use weak parameters. Gives the real hasher."""
    real = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    passwords._hasher = real


@pytest.fixture(scope="session", autouse=True)
def no_power_cuts() -> Iterator[None]:
    """Tests outlive no power cut: neither files nor commits to SQLite wait for the disk, as the tests' PostgreSQL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recruit.database, "SYNCHRONOUS", "OFF")
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_kept() -> Iterator[None]:
    """Tests lay rows in by hand, past the record; what follows from the record is computed anew for them."""
    real, unchanged._KEPT = unchanged._KEPT, Latest(0)
    yield
    unchanged._KEPT = real


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, built once per worker: compiling the rules of all addresses and the templates takes long."""
    settings = Settings(
        data_dir=str(tmp_path_factory.mktemp("unused")),
        secret_key="a secret for tests",
        mail_url="catch:",
        rate_limits=False,
    )
    app = build_app(settings)
    app.testing = True
    yield app
    app.extensions["recruit_engine"].dispose()


@pytest.fixture
def app(built_app: Flask, database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The application on the same database, without rate limits, catching its mail, with a folder of its own."""
    config, extensions = dict(built_app.config), dict(built_app.extensions)
    settings: Settings = extensions["recruit_settings"]
    built_app.extensions["recruit_settings"] = replace(
        settings, data_dir=str(tmp_path / "data"), database_url=database.url
    )
    built_app.extensions["recruit_engine"] = database.engine
    yield built_app
    for now, before in ((built_app.config, config), (built_app.extensions, extensions)):
        now.clear()
        now.update(before)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript. Posts carry the CSRF token when made through `tests.recruit.factories.post`."""
    return app.test_client()


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: nobody needs to look through it again for what can be freed."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: everything it needs can be installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("Tests were skipped; in CI none may be.", red=True)
