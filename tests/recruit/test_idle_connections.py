"""A connection to PostgreSQL that was cut while nobody used it is noticed before somebody needs it."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from recruit.database import SURE_FOR, make_engine

pytestmark = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def pooled(database_url: str, engine: Engine) -> Iterator[Engine]:
    """An engine of its own, whose one connection the server has ended while it lay in the pool."""
    own = make_engine(database_url)
    with own.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    with engine.connect() as other:
        assert other.scalar(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
    yield own
    own.dispose()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is as far on as a connection is not asked."""
    now = time.monotonic
    monkeypatch.setattr("recruit.database.time.monotonic", lambda: now() + SURE_FOR)


def test_one_that_lay_idle_is_replaced(pooled: Engine, later: None) -> None:
    with pooled.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_one_that_was_just_used_fails_once(pooled: Engine) -> None:
    with pytest.raises(OperationalError), pooled.connect() as connection:
        connection.scalar(text("SELECT 1"))
    with pooled.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
