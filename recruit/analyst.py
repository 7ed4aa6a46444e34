"""Computing the monitor's analyses: taking up what waits, telling how far it has come, keeping what came of it.

Inside a server a thread looks for work, and has it done by a process of its own: an analysis computes for seconds to
minutes, and in the server's process every page would wait for its turn between two steps of the interpreter.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable

from sqlalchemy import Engine

from recruit import clock
from recruit.database import AllRegions, make_session, transaction
from recruit.errors import Refusal
from recruit.services import analysis
from recruit.services.analysis import Lost, Taken
from recruit.settings import Settings
from scoring.errors import ScoringError

SCOPE = AllRegions("analyses of all regions are made by one process")
#: Called with the key of the part that is computed now, how many are done and how many there are.
Tell = Callable[[str, int, int], None]
log = logging.getLogger(__name__)


def take(engine: Engine, analysis_id: int | None = None) -> Taken | None:
    """Take up an analysis that waits, or this one."""
    with make_session(engine, scope=SCOPE) as session, transaction(session):
        return analysis.take(session, now=clock.now(), analysis_id=analysis_id)


def carry_out(engine: Engine, taken: Taken, tell: Tell = lambda _step, _done, _all: None) -> bool:
    """Compute what was taken up, each step of the way in a transaction of its own. Returns whether it was finished.

    A failure is kept with the analysis; nothing is kept of one that others have taken over.
    """

    def progress(step: str, done: int, total: int) -> None:
        tell(step, done, total)
        with make_session(engine, scope=SCOPE) as session, transaction(session):
            analysis.tell(session, taken, step=step, done=done, total=total, now=clock.now())

    try:
        with make_session(engine, scope=SCOPE, writes=False) as session:
            found = analysis.read(session, taken)
        computed = analysis.compute(found, progress)
        with make_session(engine, scope=SCOPE) as session, transaction(session):
            analysis.finish(session, taken, computed, now=clock.now())
    except Lost:
        return False
    except (Refusal, ScoringError) as error:
        log.warning("analysis %s: what it rests on cannot be used: %s", taken.analysis_id, error)
        _give_up(engine, taken, analysis.UNUSABLE)
        return False
    except Exception:  # whatever it was, the auditor must read that it failed
        log.exception("analysis %s failed", taken.analysis_id)
        _give_up(engine, taken, analysis.UNFORESEEN)
        return False
    return True


def _give_up(engine: Engine, taken: Taken, error: str) -> None:
    try:
        with make_session(engine, scope=SCOPE) as session, transaction(session):
            analysis.fail(session, taken, error, now=clock.now())
    except Lost:
        return


def work_off(engine: Engine, began: Callable[[Taken], None] = lambda _taken: None) -> int:
    """Compute everything that waits, oldest first. Returns how many analyses were finished."""
    finished = 0
    while (taken := take(engine)) is not None:
        began(taken)
        finished += carry_out(engine, taken)
    return finished


class Analyst(threading.Thread):
    """Looks for analyses to be made for as long as the server runs, and has them made by a process with less priority.

    That process says what it takes up, so that work it leaves half done can be cleared up: put back where the server
    ends, failed where the process ended by itself. It does not hear the Ctrl-C that ends a server.
    """

    def __init__(self, engine: Engine, settings: Settings, every: float = 3.0) -> None:
        super().__init__(name="analyst", daemon=True)
        self._engine, self._settings, self._every = engine, settings, every
        self._ended = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                if self._waits():
                    self.have_it_made()
            except Exception:  # such as a database that is away for a moment; the thread must outlive it
                log.exception("the analyst could not look for work; trying again")

    def _waits(self) -> bool:
        with make_session(self._engine, scope=SCOPE, writes=False) as session:
            return analysis.waits(session, now=clock.now())

    def have_it_made(self) -> None:
        """Let a process of its own compute everything that waits, and clear up after it."""
        # One thread for linear algebra, so that a core is left for pages; the same address of the same database.
        environment = os.environ | {
            "RECRUIT_DATABASE_URL": self._settings.database,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "recruit", "analyse", "--waiting"]
        last = None
        with subprocess.Popen(  # noqa: S603 (this program itself, with fixed words)
            command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as self._process:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, 10)  # pages come first
            assert self._process.stdout is not None
            for line in self._process.stdout:
                last = _taken_in(line) or last
        failed = self._process.returncode != 0
        if last is not None:
            self.clear_up(last)
        elif failed:
            log.error("the process that makes analyses could not begin; trying again in a minute")
            self._ended.wait(60)

    def clear_up(self, taken: Taken) -> None:
        """Where the process ended with the work half done. What it finished is no longer its to write to."""
        try:
            with make_session(self._engine, scope=SCOPE) as session, transaction(session):
                if self._ended.is_set():
                    analysis.put_back(session, taken)
                else:
                    analysis.fail(session, taken, analysis.INTERRUPTED, now=clock.now())
        except Lost:
            return

    def end(self) -> None:
        """Stop now; what is being computed is put back and taken up again by the next server."""
        self._ended.set()
        if self._process is not None:
            self._process.terminate()
        self.join(timeout=10)


def taken_line(taken: Taken) -> str:
    """What the process says when it takes something up."""
    return f"taken up {taken.analysis_id} {taken.intake_id} {taken.at.isoformat()}"


def _taken_in(line: str) -> Taken | None:
    from datetime import datetime

    match line.split():
        case ["taken", "up", analysis_id, intake_id, at]:
            return Taken(int(analysis_id), int(intake_id), datetime.fromisoformat(at))
    return None
