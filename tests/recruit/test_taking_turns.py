"""Writers to SQLite wait in turn: between threads, between processes, and not for ever."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from recruit import taking_turns
from recruit.database import AllRegions, make_engine, make_session, only_reads
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
