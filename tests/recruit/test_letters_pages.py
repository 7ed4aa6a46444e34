"""The pages of letters, through a browser without JavaScript."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlmodel import Session, col, func, select

from recruit.actor import Actor
from recruit.mail_html import as_html, isolated
from recruit.models import (
    Account,
    Application,
    Assignment,
    Intake,
    InterviewList,
    LetterRecipient,
    MailState,
    OutgoingMail,
)
from recruit.services import mail, publishing
from recruit.services.application import withdraw
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.kept import kept
from tests.recruit.page_helpers import count_queries, english
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


def test_letters_that_wait_for_a_server_that_is_away_say_so(group: FlaskClient, session: Session) -> None:
    address = begun(group)
    assert post(group, f"{address}/send", {"seen": seen(group, address)}).status_code == 303
    assert "the last time" not in group.get(address).text
    mails = session.exec(select(OutgoingMail).where(col(OutgoingMail.sending_id).is_not(None))).all()
    for each in mails:
        each.attempts, each.last_error, each.next_try_at = 1, "ConnectionRefusedError", LATER
        session.add(each)
    session.commit()
    page = group.get(address).text
    assert "2 letters did not go the last time: the mail server did not answer" in page
    assert "Nothing is lost" in page


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


def test_letter_to_just_the_selected_codes(group: FlaskClient, session: Session) -> None:
    codes = [a.mask_code for a in session.exec(select(Application).limit(2))]
    session.commit()
    response = post(group, f"{BASE}/new", {"code": codes})
    assert response.status_code == 303, response.text
    draft = group.get(str(response.location)).text
    assert all(f"The letter to {code}" in draft for code in codes)
    assert session.exec(select(func.count()).select_from(LetterRecipient)).one() == 2
    refused = post(group, f"{BASE}/new", {"code": ["ZZZZ"]})
    assert refused.status_code == 422
    assert "There is no application ZZZZ" in refused.text


def test_misspelt_field_keeps_what_was_typed(group: FlaskClient) -> None:
    typed = {
        "seen": "0",
        "subject_sv": "Ämne",
        "body_sv": "Hej {given_nam}, min text",
        "subject_en": "Subject",
        "body_en": "Hello",
    }
    refused = post(group, "/g/alvmark/letters/called", typed)
    assert refused.status_code == 422
    assert "Did you mean {given_name}?" in refused.text
    assert "Hej {given_nam}, min text" in refused.text
    typed["body_sv"] = "Hej {given_name}"
    shown = post(group, "/g/alvmark/letters/called", {**typed, "act": "preview"})
    assert "Hej Ada" in shown.text
    assert post(group, "/g/alvmark/letters/called", typed).status_code == 303
    stale = post(group, "/g/alvmark/letters/called", {**typed, "body_sv": "Min andra text"})
    assert stale.status_code == 409
    assert "Min andra text" in stale.text
    assert "What stands now, by somebody else" in stale.text


def test_stale_dry_run_says_for_whom(group: FlaskClient, session: Session) -> None:
    address = begun(group)
    number = seen(group, address)
    row = session.exec(select(LetterRecipient)).first()
    assert row is not None
    application = session.get_one(Application, row.application_id)
    withdraw(session, application=application, reason=None, actor=Actor(application.account_id), now=LATER)
    session.commit()
    refused = post(group, f"{address}/send", {"seen": number})
    assert refused.status_code == 409
    assert f'<span class="code">{application.mask_code}</span>: has withdrawn' in refused.text


def test_whoever_assesses_an_application_reads_neither_its_letter_nor_its_mail(
    group: FlaskClient, session: Session, world: World, published: InterviewList
) -> None:
    address = begun(group)
    row = session.exec(select(LetterRecipient)).first()
    assert row is not None
    application = session.get_one(Application, row.application_id)
    application.given_name = "Hemlig"
    session.add(application)
    session.add(
        Assignment(
            region_id=application.region_id,
            intake_id=application.intake_id,
            application_id=application.id or 0,
            assessor_id=world.coordinator.id or 0,
            stage="screening",
            assigned_at=LATER,
        )
    )
    session.commit()
    assert post(group, f"{address}/repeat", {"seen": seen(group, address)}).status_code == 303
    page = group.get(address).text
    assert "Hemlig" not in page
    assert application.reference not in page
    assert "You assess this application" in page
    assert "Hemlig" not in post(group, address, {"search": "Hemlig"}).text.replace('value="Hemlig"', "")
    code = application.mask_code
    assert group.get(f"/g/alvmark/bt-2026/applications/{code}/mail").status_code == 403


def test_lists_take_as_many_queries_however_long_they_are(
    app: Flask, group: FlaskClient, session: Session, published: InterviewList
) -> None:
    counted = []
    called = begun(group)
    assert post(group, f"{called}/send", {"seen": seen(group, called)}).status_code == 303
    for more in (0, 2, 47):
        intake = session.get_one(Intake, published.intake_id)
        for _each in range(more):
            submitted(session, intake, complete=False)
        session.commit()
        address = str(post(group, f"{BASE}/new", {"kind": "information", "to": "submitted"}).location)
        for each in session.exec(select(OutgoingMail)):
            each.state, each.failed_at = MailState.BOUNCED, LATER
            session.add(each)
        session.commit()
        pages = (address, f"{BASE}/1", BASE, f"{BASE}/undelivered")
        counted.append(tuple(count_queries(app, group, page) for page in pages))
    assert len(set(counted)) == 1, counted
    assert max(counted[0]) <= 10, counted


def test_caught_mail_as_html_runs_and_loads_nothing(client: FlaskClient, session: Session) -> None:
    mail.post(
        session,
        recipient="ada@example.org",
        language="en",
        template="account_verify",
        values={"link": 'https://bt.example.org/"><script>alert(1)</script>'},
        now=LATER,
    )
    session.commit()
    response = client.get("/demo/mail/1/html")
    assert "<script" not in response.text
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<(img|link|iframe)|url\(", response.text)


def test_names_from_right_to_left_are_isolated_in_text_and_html() -> None:
    body = f"Hello {isolated('ليلى')},\n\nName: {isolated('ليلى')}\nCode: AB\n\nhttps://x.example/a?b=1&c=2."
    page = as_html(subject="Hello", body=body, language="en", sender="Region")
    assert page.count("<bdi>ليلى</bdi>") == 2
    assert 'href="https://x.example/a?b=1&amp;c=2"' in page
    assert isolated("Åsa") == "Åsa"


def many(session: Session, pattern: Application, number: int) -> list[str]:
    """Codes of so many more applications to the same intake, written at once."""
    person = session.get_one(Account, pattern.account_id)
    accounts = [
        person.model_dump(exclude={"id"}) | {"email": f"many{each}@example.org", "public_id": f"many{each}"}
        for each in range(number)
    ]
    ids = session.scalars(insert(Account).returning(col(Account.id)), accounts).all()
    unlike = {"id", "account_id", "reference", "mask_code", "case_number"}
    same = pattern.model_dump(exclude=unlike)
    codes = [f"Q{each:04}" for each in range(number)]
    rows = [
        same | {"account_id": account, "reference": f"BT26-{code}", "mask_code": code}
        for account, code in zip(ids, codes, strict=True)
    ]
    session.execute(insert(Application), rows)
    session.commit()
    return codes


def test_a_letter_to_more_than_a_thousand_selected_goes_to_all_of_them(
    group: FlaskClient, session: Session
) -> None:
    codes = many(session, session.exec(select(Application)).all()[0], 1_003)
    chosen: dict[str, object] = {"code": codes, "kind": "free"}
    assert post(group, f"{BASE}/new", chosen).status_code == 303
    session.expire_all()
    assert session.exec(select(func.count(col(LetterRecipient.id)))).one() == 1_003
    unknown = post(group, f"{BASE}/new", {"code": [*codes, "ZZZZZ"], "kind": "free"})
    assert unknown.status_code == 422
    assert "There is no application ZZZZZ" in unknown.text
