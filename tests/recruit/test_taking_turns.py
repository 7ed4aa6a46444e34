"""Writers to SQLite wait in turn: between threads, between processes, and not for ever."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from recruit import taking_turns
from recruit.database import AllRegions, begin_writing, make_engine, make_session, only_reads
from recruit.taking_turns import Turn

HOLD = """
import sys
from recruit.taking_turns import Turn
Turn(sys.argv[1])
print("mine", flush=True)
sys.stdin.read()
"""


def test_second_waits_until_the_first_has_ended(tmp_path: Path) -> None:
    path = str(tmp_path / "x.db")
    told: list[str] = []
    first = Turn(path)

    def second() -> None:
        turn = Turn(path)
        told.append("second")
        turn.end()

    waiting = Thread(target=second)
    waiting.start()
    waiting.join(0.2)
    told.append("first")
    first.end()
    waiting.join(5)
    assert told == ["first", "second"]


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_turns, "PATIENCE", 0.05)
    path = str(tmp_path / "x.db")
    first = Turn(path)
    with pytest.raises(TimeoutError):
        Turn(path)
    first.end()
    Turn(path).end()


def test_turn_of_a_process_that_is_killed_ends(tmp_path: Path) -> None:
    path = str(tmp_path / "x.db")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        got: list[Turn] = []
        waiting = Thread(target=lambda: got.append(Turn(path)), daemon=True)
        waiting.start()
        waiting.join(0.2)
        assert not got
        other.kill()
        waiting.join(5)
        assert got
    got[0].end()


def test_sessions_take_turns_and_end_them_however_they_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_turns, "PATIENCE", 0.05)
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    scope = AllRegions("tests")

    def writes() -> None:
        with make_session(engine, scope=scope) as session:
            session.execute(text("CREATE TABLE IF NOT EXISTS thing (id INTEGER)"))
            session.commit()

    with make_session(engine, scope=scope) as first:
        first.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match="writing to the database"):
            writes()
        first.rollback()
        writes()
        first.execute(text("SELECT 1"))
        first.commit()
        only_reads(first)
        first.execute(text("SELECT 1"))
        writes()
    with make_session(engine, scope=scope) as failing, pytest.raises(OperationalError):
        failing.execute(text("SELECT * FROM nothing"))
    writes()
    engine.dispose()


def test_session_that_begins_to_write_has_its_turn_until_its_transaction_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_turns, "PATIENCE", 0.05)
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    scope = AllRegions("tests")

    def writes(number: int) -> None:
        with make_session(engine, scope=scope) as session:
            session.execute(text("CREATE TABLE IF NOT EXISTS thing (id INTEGER)"))
            session.execute(text("INSERT INTO thing VALUES (:number)"), {"number": number})
            session.commit()

    def things(session: Session) -> list[int]:
        return list(session.execute(text("SELECT id FROM thing ORDER BY id")).scalars())

    writes(1)
    with make_session(engine, scope=scope, writes=False) as reading:
        assert things(reading) == [1]
        writes(2)
        assert things(reading) == [1]  # as when it began to read
        begin_writing(reading)
        assert things(reading) == [1, 2]
        with pytest.raises(OperationalError, match="writing to the database"):
            writes(3)
        reading.execute(text("INSERT INTO thing VALUES (4)"))
        reading.rollback()
        writes(5)
        assert things(reading) == [1, 2, 5]  # and reads again
        writes(6)
        begin_writing(reading)
        reading.execute(text("INSERT INTO thing VALUES (7)"))
        reading.commit()
        writes(8)
        assert things(reading) == [1, 2, 5, 6, 7, 8]
    engine.dispose()


def test_session_whose_turn_does_not_come_has_written_nothing_and_can_go_on_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_turns, "PATIENCE", 0.05)
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    scope = AllRegions("tests")
    with (
        make_session(engine, scope=scope) as other,
        make_session(engine, scope=scope, writes=False) as waiting,
    ):
        waiting.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match="writing to the database"):
            begin_writing(waiting)
        waiting.rollback()
        assert waiting.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()
