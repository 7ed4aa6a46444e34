"""What the database refuses is logged without anything that the row says of a person."""

import traceback
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tests.recruit.factories import World

NAME, ADDRESS = "Gro Olsen-Quist", "gro.olsen@example.org"


def _told(engine: Engine, statement: str, **values: Any) -> str:
    """All that is logged of a statement that fails."""
    with pytest.raises(DBAPIError) as failed, engine.begin() as connection:
        connection.execute(text(statement), values)
    return "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE account SET email = :address, name = :name", "account"),  # two with one address
        ("UPDATE account SET name = :name, email = NULL", "email"),  # PostgreSQL quotes the whole row
        ("UPDATE account SET nonsense = :name, email = :address", "nonsense"),
        ("UPDATE account SET name = :name, created_at = :address || 'x', language = NULL", "language"),
    ],
)
def test_error_says_what_failed_and_of_nobody(
    engine: Engine, session: Session, world: World, statement: str, reason: str
) -> None:
    session.commit()
    told = _told(engine, statement, name=NAME, address=ADDRESS)
    assert reason in told
    assert "UPDATE account" in told
    for each in (NAME, ADDRESS, world.coordinator.email, world.coordinator.name):
        assert each not in told
