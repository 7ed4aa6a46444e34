"""The migrations lead to exactly the tables that the models describe, on both databases."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from recruit.database import AllRegions, make_engine, make_session
from recruit.migrate import differences, upgrade
from recruit.models import Intake, InterviewList, Level, ListStatus, LotSeed, RecordValue, metadata
from recruit.services import interview
from tests.databases import KINDS, Database, Postgres, Sqlite, need_postgres
from tests.recruit import ranking_helpers
from tests.recruit.factories import World, make_world


def test_migrations_match_the_models(database_url: str) -> None:
    assert differences(database_url) == []


def test_upgrade_again_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    assert differences(database_url) == []


def test_id_of_a_deleted_row_is_not_given_again(session: Session, world: World) -> None:
    """The record names rows by id: a new row under an old id would take over what is written about the old one."""
    ranking_helpers.closed_intake(session, world, levels=(3,))
    newest = session.exec(select(Level).order_by(col(Level.id).desc())).first()
    assert newest is not None
    old, content = newest.id, newest.model_dump(exclude={"id"})
    assert old is not None
    session.delete(newest)
    session.flush()
    again = Level(**content)
    session.add(again)
    session.flush()
    assert again.id is not None
    assert again.id > old


def test_every_table_counts_its_ids_up_for_good(sqlite_template: Path) -> None:
    """On SQLite, where that must be asked for."""
    with closing(sqlite3.connect(sqlite_template)) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    assert [table for table in metadata().tables if "AUTOINCREMENT" not in made[table]] == []


OLD_INTAKE = (
    "INSERT INTO account (id, public_id, email, name, password_hash, language, active, session_epoch, created_at)"
    " VALUES (1, 'p', 'a@b.example', 'A', 'x', 'sv', true, 0, '2026-01-01 00:00:00')",
    "INSERT INTO region (id, slug, name, contact_email, contact_hours) VALUES (1, 'r', 'R', 'a@b.example', '')",
    "INSERT INTO criteria_profile (id, region_id, key, version, toml, digest, created_at, created_by_id)"
    " VALUES (1, 1, 'k', 1, '', '', '2026-01-01 00:00:00', 1)",
    "INSERT INTO intake (id, region_id, profile_id, slug, title_sv, title_en, case_number, status, form, starts_on,"
    " opens_at, closes_at, seed, opened_at, created_at) VALUES"
    " (1, 1, 1, 'opened', '', '', '', 'open', 'standalone', '2026-09-01', '2026-02-01 00:00:00',"
    " '2026-03-01 00:00:00', 'old seed', '2026-01-20 08:00:00', '2026-01-02 00:00:00'),"
    " (2, 1, 1, 'draft', '', '', '', 'draft', 'standalone', '2026-09-01', '2026-02-01 00:00:00',"
    " '2026-03-01 00:00:00', NULL, NULL, '2026-01-02 00:00:00')",
)


def test_seeds_from_before_are_kept_as_revealed(empty_url: str) -> None:
    upgrade(empty_url, "0001")
    engine = make_engine(empty_url)
    with engine.execution_options(writes=True).begin() as connection:
        for statement in OLD_INTAKE:
            connection.execute(text(statement))
    upgrade(empty_url)
    assert differences(empty_url) == []
    with make_session(engine, scope=AllRegions("tests")) as session:
        rows = session.exec(select(LotSeed).order_by(col(LotSeed.stage))).all()
        assert [(row.intake_id, row.stage, row.seed) for row in rows] == [
            (1, "interview", "old seed"),
            (1, "screening", "old seed"),
        ]
        opened = datetime(2026, 1, 20, 8, tzinfo=UTC)
        assert {(row.committed_at, row.revealed_at) for row in rows} == {(opened, opened)}
        assert {row.commitment for row in rows} == {hashlib.sha256(b"old seed").hexdigest()}
        assert session.exec(select(Intake.slug).order_by(Intake.slug)).all() == ["draft", "opened"]
    engine.dispose()


def confirmed_and_draft(session: Session, world: World) -> InterviewList:
    """Version 1, confirmed, and version 2, a draft, in an intake with one run; version 1 is given."""
    intake = ranking_helpers.closed_intake(session, world)
    run = ranking_helpers.ranked(session, world, intake)
    made = ranking_helpers.confirmed(session, world, intake, run, places=2)
    interview.draft(
        session,
        intake=intake,
        run=run,
        groups=ranking_helpers.one_line(3),
        actor=world.actor,
        now=ranking_helpers.LATER,
    )
    session.commit()
    assert isinstance(made, InterviewList)
    return made


@pytest.fixture
def confirmed(session: Session, world: World) -> InterviewList:
    """Both versions, to change."""
    return confirmed_and_draft(session, world)


@pytest.fixture(scope="module", params=KINDS)
def decided(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Both versions in a database of their own, made once: for what is refused, so that nothing changes."""
    if request.param == "postgres":
        need_postgres()
    database: Database = (
        Postgres() if request.param == "postgres" else Sqlite(tmp_path_factory.mktemp("decided"))
    )
    database.empty()
    with make_session(database.engine, scope=AllRegions("tests"), writes=False) as session:
        confirmed_and_draft(session, make_world(session))
        yield session
    database.close()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE record_entry SET action = 'x'", "append-only"),
        ("DELETE FROM record_entry", "append-only"),
        ("UPDATE record_value SET new = 'x'", "append-only"),
        ("UPDATE ranking_run SET seed = 'x'", "never changed"),
        ("DELETE FROM ranking_run", "never changed"),
        ("UPDATE criteria_profile SET toml = 'x'", "never changed"),
        ("UPDATE criteria_profile SET approved_at = NULL, approved_by_id = NULL", "never changed"),
        ("DELETE FROM criteria_profile", "never changed"),
        ("UPDATE profile_review SET comment = 'x'", "never changed"),
        ("DELETE FROM profile_review", "never changed"),
        ("UPDATE ranking_row SET place = 1", "never changed"),
        ("DELETE FROM ranking_row", "never changed"),
        ("UPDATE interview_list SET line = '{}'", "is locked"),
        ("UPDATE interview_list SET settlement = '{}' WHERE version = 1", "is locked"),
        ("UPDATE zone_decision SET rationale = 'x'", "is locked"),
        ("DELETE FROM zone_decision", "is locked"),
        ("UPDATE borderline_decision SET above = true", "is locked"),
        ("DELETE FROM borderline_decision", "is locked"),
        ("UPDATE lot_seed SET seed = 'x'", "never changed"),
        ("UPDATE lot_seed SET revealed_at = NULL", "never changed"),
        (
            "UPDATE lot_seed SET commitment = 'x', revealed_at = committed_at WHERE stage = 'interview'",
            "never changed",
        ),
        ("DELETE FROM lot_seed", "never changed"),
        ("UPDATE interview_list SET status = 'draft', chain_head = NULL WHERE version = 1", "is locked"),
        ("DELETE FROM interview_list WHERE version = 1", "is locked"),
        ("UPDATE interview_list_entry SET conditional = true", "is locked"),
        (
            "UPDATE interview_list_entry SET list_id = (SELECT id FROM interview_list WHERE version = 1)"
            " WHERE list_id = (SELECT id FROM interview_list WHERE version = 2)",
            "is locked",
        ),
        ("DELETE FROM interview_list_entry", "is locked"),
        (
            "INSERT INTO interview_list_entry"
            " (region_id, list_id, application_id, kind, group_name, position, conditional)"
            " SELECT one.region_id, one.id, two.application_id, 'called', '', 9, false FROM interview_list AS one,"
            " interview_list_entry AS two WHERE one.version = 1 AND two.list_id <> one.id AND two.position = 3",
            "is locked",
        ),
    ],
)
def test_database_refuses_to_change_what_is_decided(decided: Session, statement: str, message: str) -> None:
    with pytest.raises(DBAPIError, match=message):
        decided.execute(text(statement))
    decided.rollback()


@pytest.mark.parametrize(
    "table",
    [
        "record_entry",
        "record_value",
        "ranking_run",
        "ranking_row",
        "interview_list",
        "interview_list_entry",
        "lot_seed",
        "ranking_release",
        "list_publication",
        "third_assessment",
        "zone_decision",
        "borderline_decision",
    ],
)
def test_database_refuses_to_empty_a_table_of_decisions(decided: Session, table: str) -> None:
    on_sqlite = decided.get_bind().dialect.name == "sqlite"  # which has no such statement
    message = "syntax error" if on_sqlite else "append-only|never changed|is locked|never taken back"
    with pytest.raises(DBAPIError, match=message):
        decided.execute(text(f"TRUNCATE {table} CASCADE"))
    decided.rollback()


def test_database_lets_a_draft_be_changed_and_confirmed(
    session: Session, world: World, confirmed: InterviewList
) -> None:
    draft = session.exec(select(InterviewList).where(InterviewList.status == ListStatus.DRAFT)).one()
    for value in ("true", "false"):
        statement = f"UPDATE interview_list_entry SET conditional = {value} WHERE list_id = {draft.id}"
        session.execute(text(statement))
    ranking_helpers.settle(session, world, draft)
    session.commit()
    interview.confirm(session, interview_list=draft, actor=world.second, now=ranking_helpers.LATER)
    session.commit()
    assert draft.chain_head is not None
    with pytest.raises(DBAPIError, match="is locked"):
        session.execute(text(f"DELETE FROM interview_list_entry WHERE list_id = {draft.id}"))
    session.rollback()


def test_database_lets_disposal_delete_values(session: Session, confirmed: InterviewList) -> None:
    session.execute(text("DELETE FROM record_value"))
    assert session.exec(select(RecordValue)).all() == []
