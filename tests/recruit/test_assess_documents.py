"""Redacted copies beside the scores: their pages as pictures, only those, only to whom they belong."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.demo.files import pdf
from recruit.documents import sandbox
from recruit.models import Assignment, Attachment, AttachmentKind, Intake
from recruit.storage import Storage
from tests.recruit.assessment_helpers import application_of, assignments_of, handed_out
from tests.recruit.factories import World, sign_in
from tests.recruit.intake_helpers import attachment

BASE = "/g/alvmark/bt-2026"


@pytest.fixture
def storage(app: Flask) -> Storage:
    return Storage(app.extensions["recruit_settings"].attachments)


@pytest.fixture
def mine(session: Session, world: World) -> Assignment:
    intake = handed_out(session, world)
    return assignments_of(session, intake, world.assessors[0])[0]


def uploaded(
    session: Session, task: Assignment, storage: Storage, kind: AttachmentKind, lines: list[str]
) -> tuple[Attachment, Attachment]:
    """An original and its burnt copy."""
    application = application_of(session, task)
    content = pdf("Merit", lines)
    rows: list[Attachment] = []
    for data in (content, sandbox.burn(content, {})):
        row = attachment(application, kind, redacts_id=rows[0].id if rows else None)
        row.storage_name = storage.put(data, "x.pdf").storage_name
        session.add(row)
        session.flush()
        rows.append(row)
    session.commit()
    return rows[0], rows[1]


def test_pages_are_rendered_once_and_go_with_the_file(
    session: Session,
    world: World,
    client: FlaskClient,
    mine: Assignment,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _original, copy = uploaded(session, mine, storage, AttachmentKind.CV, ["En rad"])
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{application_of(session, mine).mask_code}/documents/{copy.public_id}"
    page = client.get(f"{url}/pages")
    assert page.status_code == 200
    assert f"{url}/1.jpg" in page.text
    monkeypatch.setattr(sandbox, "pages", None)  # from now on nothing is read again
    picture = client.get(f"{url}/1.jpg")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert picture.data.startswith(b"\xff\xd8\xff")
    assert client.get(f"{url}/2.jpg").status_code == 404
    made = list(Path(storage.folder).rglob("*.pages"))
    assert len(made) == 1
    storage.delete(copy.storage_name)
    assert not made[0].exists()


def test_no_original_and_nobody_elses_copy(
    session: Session, world: World, client: FlaskClient, mine: Assignment, storage: Storage
) -> None:
    original, copy = uploaded(session, mine, storage, AttachmentKind.CV, ["En rad"])
    _licence, hidden = uploaded(session, mine, storage, AttachmentKind.LICENCE, ["En rad"])
    code = application_of(session, mine).mask_code
    sign_in(client, world.assessors[0])
    assert original.public_id not in client.get(f"{BASE}/assess/{code}").text
    for file in (original, hidden):
        for path in ("", "/pages", "/1.jpg"):
            assert client.get(f"{BASE}/assess/{code}/documents/{file.public_id}{path}").status_code == 404
    stranger = next(
        each
        for each in world.assessors
        if mine.application_id
        not in {task.application_id for task in assignments_of(session, _intake(session, mine), each)}
    )
    sign_in(client, stranger)
    for path in ("/pages", "/1.jpg"):
        assert client.get(f"{BASE}/assess/{code}/documents/{copy.public_id}{path}").status_code == 404
    sign_in(client, world.auditor)
    assert client.get(f"{BASE}/assess/{code}/documents/{copy.public_id}/1.jpg").status_code == 403


def _intake(session: Session, task: Assignment) -> Intake:
    return session.get_one(Intake, task.intake_id)


def test_a_copy_that_cannot_be_shown_says_so(
    session: Session, world: World, client: FlaskClient, mine: Assignment, storage: Storage
) -> None:
    application = application_of(session, mine)
    original = attachment(application, AttachmentKind.MERIT)
    session.add(original)
    session.flush()
    copy = attachment(application, AttachmentKind.MERIT, redacts_id=original.id)
    copy.storage_name = storage.put(b"%PDF-1.4\n%%EOF\n", "x.pdf").storage_name
    session.add(copy)
    session.commit()
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{application.mask_code}/documents/{copy.public_id}"
    page = client.get(f"{url}/pages")
    assert page.status_code == 200
    assert "/1.jpg" not in page.text
    assert client.get(f"{url}/1.jpg").status_code == 422
