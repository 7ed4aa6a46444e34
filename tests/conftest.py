"""Fixtures for every test: a database, a session, a seeded region, an application."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from recruit import passwords
from recruit.database import AllRegions, make_engine, make_session
from recruit.migrate import upgrade
from recruit.settings import Settings
from recruit.web import build_app
from tests.demo import demo, demo_time  # noqa: F401 (fixtures)
from tests.recruit.factories import World, make_world

POSTGRES = os.environ.get("RECRUIT_TEST_POSTGRES", "")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: migrating once per worker is enough."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    _admin(f'CREATE DATABASE "{name}"')
    upgrade(f"{POSTGRES}/{name}")
    return name


def _admin(statement: str) -> None:
    url = f"{POSTGRES}/postgres".replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    if not POSTGRES:
        pytest.skip("no PostgreSQL server: install Debian's postgresql and use make test, which starts one")
    name = f"test_{uuid.uuid4().hex[:12]}"
    _admin(f'CREATE DATABASE "{name}" TEMPLATE "{request.getfixturevalue("postgres_template")}"')
    yield f"{POSTGRES}/{name}"
    _admin(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    if not POSTGRES:
        pytest.skip("no PostgreSQL server: install Debian's postgresql and use make test, which starts one")
    name = f"test_{uuid.uuid4().hex[:12]}"
    _admin(f'CREATE DATABASE "{name}"')
    yield f"{POSTGRES}/{name}"
    _admin(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that sees every region. It takes no write lock before it writes, so that the application can."""
    with make_session(engine, scope=AllRegions("tests"), writes=False) as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    """One region with sites, a group of people and a criteria profile, committed."""
    return make_world(session)


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """Argon2 is slow on purpose and nearly every page test signs in: use weak parameters. Gives the real hasher."""
    real = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    passwords._hasher = real


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once per worker instead of once per test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(database_url: str, tmp_path: Path, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on the same database, without rate limits, catching its mail."""
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        secret_key="a secret for tests",
        mail_url="catch:",
        rate_limits=False,
    )
    app = build_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    yield app
    app.extensions["recruit_engine"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript. Posts carry the CSRF token when made through `tests.recruit.factories.post`."""
    return app.test_client()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: everything it needs can be installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("Tests were skipped; in CI none may be.", red=True)
