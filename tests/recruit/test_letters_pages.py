"""The pages of letters, through a browser without JavaScript."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.models import (
    InterviewList,
    LetterRecipient,
    MailState,
    OutgoingMail,
)
from recruit.services import publishing
from tests.recruit.factories import World, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import LATER, assessed, closed_intake, confirmed, ranked

BASE = "/g/alvmark/bt-2026/letters"


@kept(InterviewList)
def published(session: Session, world: World) -> InterviewList:
    """Two called, one in reserve, one not called; one of those called has a name from right to left."""
    intake = closed_intake(session, world, levels=(4, 3, 2))
    assessed(session, world, intake, 4, given_name="ليلى", family_name="الحداد")
    session.commit()
    run = ranked(session, world, intake)
    made = confirmed(session, world, intake, run, places=2, reserves=1)
    publishing.publish(session, interview_list=made, actor=world.actor, now=LATER)
    session.commit()
    return made


published = pytest.fixture(published)


@pytest.fixture
def group(client: FlaskClient, world: World, published: InterviewList) -> FlaskClient:
    """The coordinator, signed in, reading English."""
    sign_in(client, world.coordinator)
    english(client)
    return client


def begun(client: FlaskClient, kind: str = "called") -> str:
    response = post(client, f"{BASE}/new", {"kind": kind})
    assert response.status_code == 303, response.text
    return str(response.location)


def seen(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', client.get(address).text)
    assert found
    return found.group(1)


def test_from_the_choice_to_the_outbox(group: FlaskClient, session: Session, world: World) -> None:
    page = group.get(f"{BASE}/new").text
    assert "Those called" in page
    address = begun(group)
    draft = group.get(address).text
    assert "Send 2 letters" in draft
    assert "The letter to" in draft
    assert "\u2068ليلى\u2069" in draft
    sent = post(group, f"{address}/send", {"seen": seen(group, address)})
    assert sent.status_code == 303, sent.text
    mails = session.exec(select(OutgoingMail).where(col(OutgoingMail.sending_id).is_not(None))).all()
    rows = session.exec(select(LetterRecipient)).all()
    assert {(m.application_id, m.subject, m.body) for m in mails} == {
        (r.application_id, r.subject, r.body) for r in rows
    }
    assert len(mails) == 2
    progress = group.get(address).text
    assert "0 of 2" in progress
    assert "Stop what has not gone" in progress
    session.commit()
    assert post(group, f"{address}/stop").status_code == 303
    session.expire_all()
    assert {
        m.state for m in session.exec(select(OutgoingMail).where(col(OutgoingMail.sending_id).is_not(None)))
    } == {MailState.STOPPED}
    assert "Send what was stopped after all" in group.get(address).text


def test_every_page_of_letters_opens(group: FlaskClient, session: Session) -> None:
    address = begun(group)
    code = session.exec(select(LetterRecipient)).first()
    assert code is not None
    for page in (
        BASE,
        f"{BASE}/new",
        address,
        f"{address}/text",
        f"{BASE}/undelivered",
        "/g/alvmark/letters",
        "/g/alvmark/letters/called",
        "/me/notices",
    ):
        assert group.get(page).status_code == 200, page
