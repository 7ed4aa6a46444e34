"""Files that no row names: left behind by a process that dies, found and removed a day later."""

import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from sqlmodel import Session, select

from recruit import clock, stray_files
from recruit.actor import Actor
from recruit.commands import main
from recruit.disposals import carry_out
from recruit.errors import Conflict
from recruit.models import Application, Attachment, AttachmentKind, RemovedPart
from recruit.services import application as services
from recruit.settings import Settings
from recruit.storage import Storage
from tests.databases import Database
from tests.recruit.application_helpers import PDF, begin, fill_in, open_intake
from tests.recruit.factories import World, applicant

#: Uploads as the page does, and dies with the row written and the transaction open.
DYING = """
import os, sys
from pathlib import Path
from recruit import clock
from recruit.actor import Actor
from recruit.database import AllRegions, make_engine, make_session
from recruit.models import Application, AttachmentKind
from recruit.services import application as services
from recruit.storage import Storage
address, folder, number = sys.argv[1:]
session = make_session(make_engine(address), scope=AllRegions("a test"))
storage = Storage(Path(folder))
draft = session.get_one(Application, int(number))
content = sys.stdin.buffer.read()
laid = storage.put(content, "killed.pdf")
services.attach(session, application=draft, kind=AttachmentKind.MERIT, filename="killed.pdf", content=content,
                storage=storage, laid=laid, actor=Actor(draft.account_id), now=clock.now())
print(laid.storage_name, flush=True)
os._exit(9)
"""


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    return Settings(data_dir=str(tmp_path), database_url=database.url)


@pytest.fixture
def storage(settings: Settings) -> Storage:
    return Storage(settings.attachments)


@pytest.fixture
def draft(session: Session, world: World, storage: Storage) -> Application:
    intake = open_intake(session, world, now=clock.now())
    made = begin(session, intake, applicant(session), now=clock.now())
    fill_in(session, made, storage.folder, now=clock.now())
    return made


def files(storage: Storage) -> set[str]:
    return {path.name for path in storage.folder.rglob("*") if path.is_file()}


def age(storage: Storage, name: str, days: float) -> None:
    """Make a file look as old as that."""
    then = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(storage.folder / name[:2] / name, (then, then))


def killed_upload(session: Session, settings: Settings, draft: Application, storage: Storage) -> str:
    """The bytes are on the disk, the row was never committed; returns the name of the file."""
    number = str(draft.id)
    session.commit()  # so that the other process comes to its turn
    before = files(storage)
    done = subprocess.run(
        [sys.executable, "-c", DYING, settings.database, str(storage.folder), number],
        input=PDF + b"killed",
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 9, done.stderr.decode()
    name = done.stdout.decode().strip()
    assert files(storage) - before == {name}
    return name


def test_a_killed_upload_leaves_a_file_that_goes_after_a_day(
    session: Session, engine: Engine, settings: Settings, storage: Storage, draft: Application, caplog: Any
) -> None:
    name = killed_upload(session, settings, draft, storage)
    assert session.exec(select(Attachment).where(Attachment.storage_name == name)).first() is None
    session.rollback()
    kept = files(storage) - {name}
    for each in kept:
        age(storage, each, 30)
    assert stray_files.remove(engine, settings).names == ()  # a day has not passed: it could be on its way
    age(storage, name, 1.01)
    with caplog.at_level(logging.WARNING):
        assert stray_files.remove(engine, settings).names == (name,)
    assert [each.getMessage() for each in caplog.records if each.name == "recruit.stray_files"] == [
        f"stored file {name} removed: no row names it"
    ]
    assert files(storage) == kept
    assert stray_files.remove(engine, settings).names == ()


def test_what_can_be_put_back_is_named_and_pages_go_with_their_file(
    session: Session, engine: Engine, settings: Settings, storage: Storage, draft: Application
) -> None:
    row = session.exec(select(Attachment).where(Attachment.kind == AttachmentKind.CV)).one()
    services.remove_attachment(
        session,
        application=draft,
        attachment=row,
        storage=storage,
        actor=Actor(draft.account_id),
        now=clock.now(),
    )
    session.commit()
    assert session.exec(select(RemovedPart.storage_name)).one() in files(storage)
    session.rollback()
    name = storage.put(PDF + b"stray", "stray.pdf").storage_name
    (first, *_rest) = storage.pages(name, lambda _content: [b"page"])
    os.utime(first.parent, (0, 0))
    for each in files(storage) - {first.name}:
        age(storage, each, 2)
    assert stray_files.remove(engine, settings).names == (name,)
    assert not first.parent.exists()


def test_files_of_another_database_are_left_alone(
    session: Session, engine: Engine, settings: Settings, storage: Storage, draft: Application
) -> None:
    session.rollback()
    names = [storage.put(PDF + str(number).encode(), "a.pdf").storage_name for number in range(21)]
    for each in names:
        age(storage, each, 2)
    with pytest.raises(Conflict, match="21 of 21"):
        stray_files.remove(engine, settings)
    assert set(names) <= files(storage)
    run = carry_out(engine, settings)
    assert run.strays == 0
    assert set(names) <= files(storage)
    assert len(stray_files.remove(engine, settings, many=True).names) == 21


def test_the_daily_work_removes_them(
    session: Session, engine: Engine, settings: Settings, storage: Storage, draft: Application
) -> None:
    name = killed_upload(session, settings, draft, storage)
    age(storage, name, 2)
    assert carry_out(engine, settings).strays == 1
    assert name not in files(storage)


def test_the_command_lists_and_removes(
    session: Session,
    settings: Settings,
    storage: Storage,
    draft: Application,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = killed_upload(session, settings, draft, storage)
    age(storage, name, 2)
    monkeypatch.setenv("RECRUIT_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("RECRUIT_DATA_DIR", settings.data_dir)

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    listed = run("stray-files", "--dry-run")
    assert listed.splitlines()[0] == name
    assert "1 of 1 files older than a day are named by no row." in listed
    assert "1 files are named by no row" in run("dispose", "--dry-run")
    assert name in files(storage)
    assert "1 files that no row named are removed." in run("stray-files")
    assert name not in files(storage)


def test_moments_before_the_epoch_find_nothing(storage: Storage) -> None:
    storage.put(PDF, "a.pdf")
    assert storage.older_than(datetime.fromtimestamp(0, clock.STOCKHOLM)) == []
