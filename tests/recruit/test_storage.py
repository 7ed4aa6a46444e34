"""Uploaded files: their type by content, their names, and their tie to the transaction."""

import hashlib
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from recruit.database import transaction
from recruit.errors import Invalid, NotFound
from recruit.models import Region
from recruit.storage import MAX_FILE_BYTES, Storage, clean_filename, delete_with, media_type, put_with
from tests.recruit.application_helpers import JPEG, PDF, PNG


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "files")


def test_put_makes_the_file_and_the_name_that_leads_to_it_outlast_a_power_cut(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    storage.put(PDF, "cv.pdf")
    (file,) = files(storage)
    assert set(synced) == {each.stat().st_ino for each in (file, *file.parents[:3])}


def files(storage: Storage) -> list[Path]:
    return sorted(path for path in storage.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("content", "filename", "kind"),
    [
        (PDF, "cv.pdf", "application/pdf"),
        (PDF, "CV.PDF", "application/pdf"),
        (PDF, "cv", "application/pdf"),
        (PNG, "scan.png", "image/png"),
        (JPEG, "photo.jpeg", "image/jpeg"),
        (JPEG, "photo.JPG", "image/jpeg"),
    ],
)
def test_media_type_by_content(content: bytes, filename: str, kind: str) -> None:
    assert media_type(content, filename) == kind


@pytest.mark.parametrize(
    ("content", "filename", "message"),
    [
        (b"", "cv.pdf", "cv.pdf is empty. Choose the file again."),
        (b"%PDF-" + b"0" * MAX_FILE_BYTES, "big.pdf", "big.pdf is larger than 10 MB."),
        (b"PK\x03\x04" + b"\0" * 400, "cv.docx", "cv.docx is a file of type ZIP. Choose a PDF, PNG or JPEG."),
        (b"MZ" + b"\0" * 400, "cv.pdf", "cv.pdf is a file of type EXE. Choose a PDF, PNG or JPEG."),
        (b"<html>", "cv.pdf", "cv.pdf is called .pdf, but its content is something else, or it is damaged."),
        (b"hello", "notes.txt", "notes.txt is not a PDF, PNG or JPEG."),
        (PNG, "cv.pdf", "cv.pdf is called .pdf, but its content is PNG."),
        (PDF, "cv.exe", "cv.exe is called .exe, but its content is PDF."),
        (PDF[:40], "cv.pdf", "cv.pdf is called .pdf, but its content is something else, or it is damaged."),
        (PNG[:40], "a.png", "a.png is called .png, but its content is something else, or it is damaged."),
        (JPEG[:-2], "a.jpg", "a.jpg is called .jpg, but its content is something else, or it is damaged."),
    ],
)
def test_media_type_refuses_by_name(content: bytes, filename: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        media_type(content, filename)
    assert str(refused.value).startswith(message)
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cv.pdf", "cv.pdf"),
        ("резюме.pdf", "резюме.pdf"),
        ("a\u202egpj.pdf", "agpj.pdf"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 139 + ".pdf"),
    ],
)
def test_clean_filename(given: str, kept: str) -> None:
    assert clean_filename(given) == kept


def test_put_keeps_the_content_under_an_opaque_name_for_its_owner_only(storage: Storage) -> None:
    stored = storage.put(PDF, "cv.pdf")
    assert storage.open(stored.storage_name) == PDF
    assert (stored.size, stored.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    (path,) = files(storage)
    assert "cv" not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_put_same_content_twice_gives_two_names(storage: Storage) -> None:
    assert storage.put(PDF).storage_name != storage.put(PDF).storage_name


@pytest.mark.parametrize("name", ["../secret", "a" * 48 + "/..", "", "0" * 48])
def test_open_unknown_or_crafted_name_is_not_found(storage: Storage, name: str) -> None:
    with pytest.raises(NotFound):
        storage.open(name)


def fail() -> None:
    raise RuntimeError("something went wrong later in the transaction")


def put_and_fail(session: Session, storage: Storage) -> None:
    with transaction(session):
        session.connection()
        put_with(session, storage, PDF)
        fail()


def delete_and_fail(session: Session, storage: Storage, name: str) -> None:
    with transaction(session):
        session.connection()
        delete_with(session, storage, name)
        fail()


def only_fail(session: Session) -> None:
    with transaction(session):
        session.connection()
        fail()


def test_put_with_rolled_back_leaves_no_file(storage: Storage, session: Session) -> None:
    with pytest.raises(RuntimeError):
        put_and_fail(session, storage)
    assert files(storage) == []


def test_put_with_committed_stays_also_when_a_later_transaction_fails(
    storage: Storage, session: Session
) -> None:
    with transaction(session):
        session.connection()
        put_with(session, storage, PDF)
    with pytest.raises(RuntimeError):
        only_fail(session)
    assert len(files(storage)) == 1


def test_put_with_stays_when_nobody_knows_whether_the_commit_took(
    storage: Storage, session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = engine.dialect.do_commit

    def cut(connection: PoolProxiedConnection) -> None:
        commit(connection)
        raise engine.dialect.loaded_dbapi.OperationalError("the server has closed the connection")

    monkeypatch.setattr(engine.dialect, "do_commit", cut)
    put_with(session, storage, PDF)
    session.add(Region(slug="ett", name="Ett", contact_email="ett@example.org"))
    with pytest.raises(OperationalError):
        session.commit()
    session.rollback()
    monkeypatch.undo()
    assert session.exec(select(Region.slug)).one() == "ett"
    assert len(files(storage)) == 1
    put_with(session, storage, PDF)
    session.rollback()
    assert len(files(storage)) == 1, "the next transaction that is rolled back takes its file along"


def test_delete_with_waits_for_the_commit(storage: Storage, session: Session) -> None:
    name = storage.put(PDF).storage_name
    with pytest.raises(RuntimeError):
        delete_and_fail(session, storage, name)
    assert len(files(storage)) == 1
    with transaction(session):
        session.connection()
        delete_with(session, storage, name)
        assert len(files(storage)) == 1
    assert files(storage) == []
