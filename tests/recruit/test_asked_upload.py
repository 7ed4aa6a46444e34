"""After the closing time a file can be sent where its kind, or its topic, is asked for; by the page's script too."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import Application, Attachment, AttachmentKind, CompletionRequest, Intake
from recruit.queries import completion as queries
from recruit.services import completion
from recruit.services.completion import Wanted
from tests.recruit.application_helpers import PDF, open_intake, sent
from tests.recruit.factories import World, applicant, post, sign_in

SCRIPT = {"Accept": "application/json"}
AFTER = timedelta(days=32)  # open_intake closes after 30


@pytest.fixture
def closed(
    client: FlaskClient, session: Session, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Application, Intake]:
    """A sent application of a closed intake; its applicant is signed in."""
    own, now = applicant(session, language="en"), clock.now()
    intake = open_intake(session, world, now=now)
    application = sent(session, intake, own, tmp_path, now=now)
    monkeypatch.setattr(clock, "now", lambda: now + AFTER)
    sign_in(client, own)
    return application, intake


def ask(session: Session, world: World, closed: tuple[Application, Intake], wanted: Wanted) -> None:
    application, intake = closed
    now = clock.now()
    completion.ask(
        session,
        intake=intake,
        codes=[application.mask_code],
        wanted=wanted,
        due_on=queries.today(now) + timedelta(days=14),
        base_url="",
        actor=world.actor,
        now=now,
    )
    session.commit()


def send(client: FlaskClient, application: Application, kind: str, **more: Any) -> Any:
    file = {"kind": kind, "file": (io.BytesIO(PDF + kind.encode()), f"{kind}.pdf")}
    return post(client, f"/my/{application.reference}/attachments/new", file, **more)


def kinds(session: Session, application: Application) -> list[str]:
    session.expire_all()
    rows = session.exec(select(Attachment).where(Attachment.application_id == application.id))
    return sorted(each.kind.value for each in rows)


@pytest.mark.parametrize("headers", [SCRIPT, {}], ids=["script", "no script"])
def test_topic_that_is_asked_for_takes_its_own_files_and_no_others(
    client: FlaskClient,
    session: Session,
    world: World,
    closed: tuple[Application, Intake],
    headers: dict[str, str],
) -> None:
    application, _intake = closed
    before = kinds(session, application)
    assert send(client, application, "diploma", headers=headers).status_code == 409
    ask(session, world, closed, Wanted(topic="education"))
    answer = send(client, application, "diploma", headers=headers)
    if headers:
        assert (answer.status_code, answer.json["state"]) == (200, "kept")
    else:
        assert (answer.status_code, answer.location) == (303, f"/my/{application.reference}")
    refused = send(client, application, "licence", headers=headers)
    assert refused.status_code == 409
    if headers:
        assert refused.json == {"state": "refused", "message": "The application can no longer be changed."}
    # A script's form is read before the application is.
    assert send(client, application, "nonsense", headers=headers).status_code == (422 if headers else 409)
    assert kinds(session, application) == sorted([*before, "diploma"])


def test_document_that_is_asked_for_answers_the_request(
    client: FlaskClient, session: Session, world: World, closed: tuple[Application, Intake]
) -> None:
    application, _intake = closed
    ask(session, world, closed, Wanted(kind=AttachmentKind.DIPLOMA, text="The scan cannot be read."))
    assert send(client, application, "cv", headers=SCRIPT).status_code == 409
    assert send(client, application, "diploma", headers=SCRIPT).json["state"] == "kept"
    session.expire_all()
    assert session.exec(select(CompletionRequest)).one().answered_at is not None
    assert send(client, application, "diploma", headers=SCRIPT).status_code == 409


def test_another_file_is_not_replaced(
    client: FlaskClient, session: Session, world: World, closed: tuple[Application, Intake]
) -> None:
    application, _intake = closed
    ask(session, world, closed, Wanted(topic="education"))
    row = session.exec(select(Attachment).where(Attachment.application_id == application.id)).first()
    assert row is not None
    url = f"/my/{application.reference}/attachments/new?replaces={row.public_id}"
    assert post(client, url, {"file": (io.BytesIO(PDF + b"other"), "other.pdf")}).status_code == 409
