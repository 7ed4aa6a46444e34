"""The demo region for tests: made once for all workers by the story that `make demo` tells, on a fixed day."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from recruit import clock
from recruit.database import AllRegions, make_engine, make_session, transaction
from recruit.demo.story import make
from recruit.settings import Settings
from recruit.storage import Storage

TODAY = date(2026, 11, 22)
REGION = "alvmark"


@dataclass(frozen=True)
class Demo:
    """A folder with the demo's database and attachments."""

    folder: Path

    @property
    def settings(self) -> Settings:
        """Settings of an application on it."""
        return Settings(
            data_dir=str(self.folder), secret_key="a secret for tests", mail_url="catch:", rate_limits=False
        )

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that sees everything."""
        engine = make_engine(self.settings.database)
        with make_session(engine, scope=AllRegions("tests of the demo")) as session:
            yield session
        engine.dispose()

    def copy(self, folder: Path) -> "Demo":
        """The same in another folder, to write in. Attachments are never changed in place, so links do for them."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / "recruit.db", folder)
        shutil.copytree(self.folder / "attachments", folder / "attachments", copy_function=os.link)
        return Demo(folder)


def make_demo(folder: Path, template: Path) -> Demo:
    """Tell the demo's story in a folder. `template`: a migrated, empty SQLite file."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "recruit.db")
    made = Demo(folder)
    with made.session() as session, transaction(session):
        make(session, Storage(made.settings.attachments), today=TODAY, tell=lambda _text: None)
    return made


def moment() -> datetime:
    """Noon on the demo's day, on Swedish clocks."""
    return clock.stockholm(TODAY, time(12))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Demo:
    """The demo; to be read only. Who writes takes a `copy`. The first worker that asks makes it, others wait."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    whole = shared / "demo-is-whole"
    with (shared / "demo-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            make_demo(shared / "demo", sqlite_template)
            whole.touch()
    return Demo(shared / "demo")


@pytest.fixture(scope="module")
def demo_time() -> Iterator[None]:
    """The application's clock goes on from noon on the demo's day, so that the open intake is open."""
    real = clock.now
    ahead: timedelta = moment() - real()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + ahead)
        yield
