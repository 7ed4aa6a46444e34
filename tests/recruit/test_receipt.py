"""The receipt as PDF: everything that was sent, with the checksum that the record has."""

import io
from pathlib import Path

import pypdf
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.models import Account, Application, Intake, OutgoingMail, RecordEntry, RecordValue
from recruit.queries import application as queries
from recruit.services import application as services
from recruit.services.content import content_sha256
from tests.recruit.application_helpers import begin, fill_in, open_intake
from tests.recruit.factories import World, applicant, sign_in

NAMES = "ნინო ბერიძე · 王小明 · فاطمة الزهراء"


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def account(session: Session, intake: Intake) -> Account:
    made = applicant(session, language="en")
    session.commit()
    return made


@pytest.fixture
def submitted(session: Session, intake: Intake, account: Account, tmp_path: Path) -> Application:
    made = begin(session, intake, account, now=clock.now())
    fill_in(session, made, tmp_path, now=clock.now())
    services.submit(
        session, application=made, actor=Actor(account.id), now=clock.now(), link="https://x.example/my"
    )
    session.commit()
    return made


def recorded(session: Session, application: Application) -> list[str]:
    """The checksums that the record has of the application, the first one first."""
    rows = session.exec(
        select(RecordValue.new)
        .join(RecordEntry, col(RecordEntry.id) == col(RecordValue.entry_id))
        .where(RecordEntry.subject_id == application.id, RecordValue.field == "content_sha256")
        .order_by(col(RecordEntry.id))
    )
    return [str(each) for each in rows]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_checksum_of_what_was_sent_is_in_the_record_and_the_mail_and_follows_each_change(
    session: Session, submitted: Application
) -> None:
    first = content_sha256(queries.dossier(session, submitted))
    assert recorded(session, submitted) == [first]
    (mail,) = session.exec(select(OutgoingMail)).all()
    assert first in mail.body
    services.save_topic(
        session,
        application=submitted,
        topic="about_you",
        answers={"city": "Malmö"},
        actor=Actor(submitted.account_id),
        now=clock.now(),
    )
    second = content_sha256(queries.dossier(session, submitted))
    assert second != first
    assert recorded(session, submitted) == [first, second]


@pytest.mark.parametrize(("language", "words"), [("en", "What you sent"), ("sv", "Det du skickade")])
def test_receipt_as_pdf_holds_everything_in_any_script(
    client: FlaskClient, session: Session, account: Account, submitted: Application, language: str, words: str
) -> None:
    submitted.native_name = NAMES
    session.commit()
    sign_in(client, account)
    client.get(f"/language/{language}")
    assert f"/my/{submitted.reference}/receipt.pdf" in client.get(f"/my/{submitted.reference}/receipt").text
    response = client.get(f"/my/{submitted.reference}/receipt.pdf")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    text = text_of(response.data)
    for told in (submitted.reference, "Kovalenko", "Bogomolets", "I want to learn.", "Anna Berg", "cv.pdf"):
        assert told in text
    assert words in text
    assert "ნინო" in text
    assert "王小明" in text
    assert content_sha256(queries.dossier(session, submitted)) in text.replace("\n", "")
    assert "35–39" not in text


def test_receipt_of_a_draft_or_of_somebody_else_is_not_given(
    client: FlaskClient, session: Session, intake: Intake, account: Account, submitted: Application
) -> None:
    other = applicant(session, "other@example.org")
    session.commit()
    draft = begin(session, intake, other, now=clock.now())
    sign_in(client, other)
    assert client.get(f"/my/{submitted.reference}/receipt.pdf").status_code == 404
    assert client.get(f"/my/{draft.reference}/receipt.pdf").status_code == 303
