"""What hostile people and texts come out as: disclosures, JSON, PDF, mail, calendars and headers hold them as texts."""

import io
import json
import re
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.documents import sandbox
from recruit.exports import deadlines
from recruit.mail_message import compose
from recruit.models import Account, Application, Attachment, Intake, OutgoingMail
from recruit.services import application as services
from recruit.storage import Storage
from tests.databases import ONE_DATABASE
from tests.recruit import test_disclosure
from tests.recruit.application_helpers import begin, fill_in, open_intake
from tests.recruit.factories import World, applicant, post, sign_in
from tests.recruit.page_helpers import english

FORMULA = "=cmd|' /C calc'!A0"
MARKUP = "</title><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }} %(name)s ${7*7}"
LINES = "+1+1\n-2+3\n\tTab"
#: Given and family name, and the name in its own script.
PEOPLE = {
    "nothing": ("Null", "None", "NaN"),
    "a formula": (FORMULA, "=SUM(A1)", "+1"),
    "markup": ("<b>Bo</b>", 'O\'Brien & "Söner"', MARKUP[:60]),
    "right to left": ("משה", "عبد الرحمن", "משה כהן"),
    "Chinese": ("小明", "王", "王小明"),
}


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def folder(app: Flask) -> Path:
    found: Path = app.extensions["recruit_settings"].attachments
    return found


def applied(session: Session, intake: Intake, folder: Path, who: str) -> Application:
    """Somebody of that name has applied, with formulas and markup in every answer; committed."""
    given, family, native = PEOPLE[who]
    account = applicant(session, language="en")
    account.name = f"{given} {family}"
    session.commit()
    made = begin(session, intake, account, now=clock.now())
    fill_in(session, made, folder, now=clock.now())
    made.given_name, made.family_name, made.native_name = given, family, native
    made.institution = MARKUP
    made.motivation, made.learning_needs = FORMULA, LINES
    for file in session.exec(select(Attachment)):
        file.filename = f"=cmd {given}.pdf"
    actor = Actor(account.id)
    services.submit(session, application=made, actor=actor, now=clock.now())
    session.commit()
    return made


def texts_of(value: Any) -> list[str]:
    """Every text of a value of JSON."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [value] if isinstance(value, str) else []


def nothing_acts(page: str) -> None:
    """No markup of a person's stands in a page as markup."""
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>Bo</b>" not in page


@pytest.mark.parametrize("who", PEOPLE)
def test_disclosure_holds_them_as_they_were_written(
    session: Session, world: World, intake: Intake, folder: Path, who: str
) -> None:
    made = applied(session, intake, folder, who)
    storage = Storage(folder)
    asked = test_disclosure.requested(session, world, intake, made, "answers")
    test_disclosure.gone_through(session, world, asked, made, storage)
    content = test_disclosure.decided(session, world, asked, made, storage)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names, page = archive.namelist(), archive.read("utlamnande.html").decode()
        told = "\n".join(texts_of(json.loads(archive.read("utlamnande.json"))))
        paper = "".join(each.text for each in sandbox.read(archive.read("utlamnande.pdf")))
    assert [name for name in names if not re.fullmatch(r"[\w-]+(/[\w.-]+)?\.\w+", name)] == []
    nothing_acts(page)
    for text in (*PEOPLE[who][:2], FORMULA, MARKUP, *LINES.split("\n\t")[0].split("\n")):
        assert text in told, text
        assert text in unescape(page), text
    assert "<script>" in paper, "markup is words on paper"
    assert "49" not in re.findall(r"onerror=alert\(1\)>(.{0,12})", paper.replace("\n", ""))


@ONE_DATABASE
@pytest.mark.parametrize("who", PEOPLE)
def test_everything_held_and_the_receipt_hold_them_as_they_were_written(
    client: FlaskClient, session: Session, intake: Intake, folder: Path, who: str
) -> None:
    made = applied(session, intake, folder, who)
    sign_in(client, session.get_one(Account, made.account_id))
    english(client)
    answer = post(client, "/me/data/everything.zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="everything.zip"'
    held = zipfile.ZipFile(io.BytesIO(answer.data))
    told = texts_of(json.loads(held.read("everything.json")))
    for text in (*PEOPLE[who], FORMULA, MARKUP, LINES):
        assert any(text in each for each in told), text
    for name in held.namelist():
        assert not name.startswith(("/", "="))
        assert ".." not in name.split("/")
        if name.endswith(".html"):
            nothing_acts(held.read(name).decode())
    receipt = client.get(f"/my/{made.reference}/receipt.pdf")
    said = receipt.headers["Content-Disposition"]
    assert said.isascii()
    assert PEOPLE[who][0] not in said
    assert FORMULA in "".join(each.text for each in sandbox.read(receipt.data)).replace("\n", " ")
    page = client.get(f"/my/{made.reference}/receipt").text
    nothing_acts(page)


def travelled(app: Flask, mail: OutgoingMail) -> EmailMessage:
    """A message as the one who gets it reads it."""
    sent = compose(mail, app.extensions["recruit_settings"], sender_name=MARKUP).as_bytes()
    message = message_from_bytes(sent, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@ONE_DATABASE
def test_mail_holds_them_as_texts_and_gives_no_header_away(
    app: Flask, client: FlaskClient, session: Session, world: World, intake: Intake, folder: Path
) -> None:
    intake.title_en = f"{FORMULA}\r\nBcc: all@example.org\r\n\r\n{MARKUP}"
    made = applied(session, intake, folder, "markup")
    sign_in(client, session.get_one(Account, made.account_id))
    assert post(
        client, f"/my/{made.reference}/withdraw", {"code": "other", "reason": MARKUP}
    ).status_code in (303, 422)
    session.rollback()
    mails = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all()
    assert mails
    for mail in mails:
        message = travelled(app, mail)
        assert set(message.keys()) <= {
            *("From", "To", "Subject", "Message-ID", "Date", "Content-Language", "Auto-Submitted"),
            *("MIME-Version", "Content-Type"),
        }
        assert message["Subject"] == mail.subject
        assert "\n" not in mail.subject
        html = message.get_body(("html",))
        plain = message.get_body(("plain",))
        assert html is not None
        assert plain is not None
        nothing_acts(html.get_content())
        assert plain.get_content().splitlines() == mail.body.splitlines()


@ONE_DATABASE
def test_calendar_folds_hostile_titles_and_gains_no_event(
    session: Session, world: World, intake: Intake
) -> None:
    usual = Calendar.from_ical(deadlines.calendar(*listed(intake, world)[:1], **ADDRESS))
    number = len(usual.walk("VEVENT"))
    for title in (
        "A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:B",
        "a;b,c:d\\n\\,",
        FORMULA,
        MARKUP,
        "משה " * 60,
        "王小明" * 80,
    ):
        intake.title_sv = intake.title_en = title
        made = deadlines.calendar(*listed(intake, world), **ADDRESS)
        assert max(map(len, made.split(b"\r\n"))) <= 75
        events = Calendar.from_ical(made).walk("VEVENT")
        assert len(events) == number
        wanted = title.replace("\r\n", "\n")
        assert all(wanted in str(each["summary"]).replace("\r\n", "\n") for each in events), title


ADDRESS = {"base_url": "https://bt.example.org", "name": escape(FORMULA)}


def listed(intake: Intake, world: World) -> list[Any]:
    return [[(intake, world.region, "https://bt.example.org/i/alvmark/spring")]]
