"""The worker's databases: what a test leaves is gone for the next."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from recruit.database import AllRegions, make_session
from recruit.models import Account, RecordEntry
from tests.databases import Database
from tests.recruit.factories import applicant, make_world
from tests.recruit.test_verification import _drop_triggers as drop_triggers


def test_emptied_database_has_no_rows_and_counts_from_one(database: Database) -> None:
    for _ in range(2):
        database.empty()
        with make_session(database.engine, scope=AllRegions("tests")) as session:
            assert session.exec(select(Account)).all() == []
            assert applicant(session).id == 1
            make_world(session)  # with entries in the record, which triggers keep from being deleted
            assert session.exec(select(RecordEntry)).first() is not None


def test_emptying_ends_what_a_failed_test_left_open(database: Database) -> None:
    left = Session(database.engine)
    applicant(left)
    database.empty()
    with make_session(database.engine, scope=AllRegions("tests")) as session:
        assert session.exec(select(Account)).all() == []
    left.invalidate()


@pytest.mark.parametrize("time", ["first", "second"])
def test_application_is_as_it_was_built(app: Flask, tmp_path: Path, time: str) -> None:
    assert app.config.get("LEFT_BEHIND") is None
    assert app.extensions["recruit_settings"].data_dir == str(tmp_path / "data")
    app.config["LEFT_BEHIND"] = time


def test_database_starts_from_a_state_with_the_next_ids(database: Database) -> None:
    def state(session: Session) -> None:
        applicant(session, "åsa@example.org")

    for _ in range(2):
        database.start_from(state)
        with make_session(database.engine, scope=AllRegions("tests")) as session:
            assert [each.email for each in session.exec(select(Account))] == ["åsa@example.org"]
            assert applicant(session).id == 2
            session.commit()


def test_state_upon_another_has_the_same_rows_of_that(database: Database) -> None:
    def people() -> list[str]:
        with make_session(database.engine, scope=AllRegions("tests")) as session:
            return [each.public_id for each in session.exec(select(Account).order_by(col(Account.id)))]

    database.start_from(make_world)
    before = people()
    database.start_from(applicant, upon=make_world)
    assert people()[:-1] == before  # addresses are drawn by lot: a world made anew would have others


def test_emptied_database_has_its_triggers_again(database: Database) -> None:
    database.start_from(make_world)
    with make_session(database.engine, scope=AllRegions("tests")) as session:
        drop_triggers(session)
        session.commit()
    database.start_from(make_world)
    with make_session(database.engine, scope=AllRegions("tests")) as session:
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text("DELETE FROM record_entry"))
        session.rollback()
