"""The migrations lead to exactly the tables that the models describe, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from recruit.actor import Actor
from recruit.migrate import differences, upgrade
from recruit.services import record
from tests.recruit.factories import NOW, World


def test_migrations_match_the_models(database_url: str) -> None:
    assert differences(database_url) == []


def test_upgrade_again_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    assert differences(database_url) == []


@pytest.mark.parametrize("statement", ["UPDATE record_entry SET action = 'x'", "DELETE FROM record_entry"])
def test_database_refuses_to_change_the_record(session: Session, world: World, statement: str) -> None:
    assert world.region.id is not None
    record.write(
        session,
        region_id=world.region.id,
        actor=Actor(None),
        now=NOW,
        action="test.written",
        subject=("region", 1),
    )
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))
    session.rollback()
