"""Bytes that are no letters, in every field of every form: mended or refused, never an error, and never kept.

Halves of letters (surrogates) come percent-encoded in three bytes each or in six for a pair (CESU-8), in JSON, and in
names of files. UTF-8 has no place for them, so neither database keeps them.
"""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import Account, Application, Intake, Referee, metadata
from recruit.services import reference_asking
from tests.recruit.application_helpers import PDF, sent
from tests.recruit.factories import PASSWORD, World, applicant, csrf_token, post, sign_in
from tests.recruit.hostile import send_named
from tests.recruit.reference_helpers import tokens
from tests.recruit.test_typed import fields_of

HALF = b"%ED%A0%80"
PAIR = b"%ED%A0%BD%ED%B8%80"
BROKEN = b"a" + HALF + PAIR + b"%FF%C0%80%F4%90%80%80b"
#: The pages with forms of an applicant, of the group and of nobody; {0} is a reference.
APPLICANTS = (*("about_you", "licence", "start", "education", "language", "experience", "experience/new", "references"),
              *("own_words", "sites", "monitoring", "attachments", "withdraw"))  # fmt: skip
GROUPS = ("new", "profiles/new", "spring/applications", "spring/letters/new",
          "spring/plan", "spring/disclosure")  # fmt: skip
ADMINISTRATORS = ("people/add", "people/sites", "people/signing-in")
NOBODYS = ("/login", "/register", "/forgot", "/guide/need/at", "/i/alvmark/spring/can-i-apply/licence")


@pytest.fixture
def token(app: Flask, session: Session, world: World, intake: Intake) -> str:
    """The link of a referee who has been asked."""
    account = applicant(session, "sent@example.org")
    session.commit()
    made = sent(session, intake, account, app.extensions["recruit_settings"].attachments, now=clock.now())
    who = session.exec(select(Referee.public_id).where(Referee.application_id == made.id)).first() or ""
    now = clock.now()
    reference_asking.ask(
        session,
        intake=intake,
        referees=[who],
        due_on=now.date() + timedelta(days=14),
        base_url="",
        actor=world.actor,
        now=now,
    )
    session.commit()
    return tokens(session)[-1]


def forms_of(page: str) -> list[tuple[str, list[str]]]:
    """The forms of a page that are posted: where to ("" for the page itself), and the names of their fields."""
    body = page[page.index("<main") : page.index("</main>")]
    found = []
    for form in re.findall(r'<form[^>]*method="post".*?</form>', body, re.DOTALL):
        head = form[: form.index(">")]
        to = re.search(r'action="([^"]*)"', head)
        names = re.findall(r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"', form)
        wanted = [unescape(name) for name in dict.fromkeys(names) if name != "csrf_token"]
        found.append((unescape(to[1]) if to else "", wanted))
    return found


def sent_raw(client: FlaskClient, address: str, fields: dict[str, bytes], how: str) -> int:
    """Post bytes as no browser would, in one of the two ways of writing a form."""
    fields = {**fields, "csrf_token": csrf_token(client, "/forgot").encode()}
    if how == "plain":
        body = b"&".join(name.encode() + b"=" + value for name, value in fields.items())
        return client.post(address, data=body, content_type="application/x-www-form-urlencoded").status_code
    raw = {
        name: re.sub(rb"%(..)", lambda m: bytes.fromhex(m[1].decode()), value)
        for name, value in fields.items()
    }
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in raw.items()
    )
    return client.post(
        address, data=parts + b"--b--\r\n", content_type="multipart/form-data; boundary=b"
    ).status_code


def kept_texts(session: Session) -> list[str]:
    """Every text of every table."""
    session.rollback()
    rows = [row for table in metadata().sorted_tables for row in session.execute(select(table))]
    return [value for row in rows for value in row if isinstance(value, str)]


def broken_everywhere(client: FlaskClient, pages: list[str], how: str) -> tuple[int, list[tuple[str, int]]]:
    """Send broken letters in all fields of each form; how many fields there were, and which form ended in an error."""
    tried, wrong = 0, []
    for page in pages:
        shown = client.get(page)
        assert shown.status_code == 200, page
        for to, names in forms_of(shown.text):
            tried += len(names)
            status = sent_raw(client, to or page, dict.fromkeys(names, BROKEN), how)
            if status >= 500:
                wrong.append((to or page, status))
    return tried, wrong


def no_halves(session: Session) -> None:
    for text in kept_texts(session):
        assert not re.search("[\ud800-\udfff]", text)


@pytest.mark.parametrize("how", ["plain", "parts"])
@pytest.mark.parametrize("who", ["applicant", "coordinator", "administrator", "nobody"])
def test_broken_letters_in_every_field(
    app: Flask, session: Session, world: World, draft: Application, who: str, how: str
) -> None:
    client = app.test_client()
    if who == "applicant":
        sign_in(client, session.get_one(Account, draft.account_id))
        pages = [f"/my/{draft.reference}/{page}" for page in APPLICANTS]
    elif who == "coordinator":
        sign_in(client, world.coordinator)
        pages = [f"/g/alvmark/{page}" for page in GROUPS]
    elif who == "administrator":
        sign_in(client, world.administrator)
        pages = [f"/g/alvmark/{page}" for page in ADMINISTRATORS]
    else:
        pages = list(NOBODYS)
    tried, wrong = broken_everywhere(client, pages, how)
    assert wrong == []
    assert tried > 5
    no_halves(session)


B = BROKEN
#: Forms that are saved with broken letters in every text: the topic, its fields.
SAVED = {
    "about_you": {"given_name": B, "family_name": B, "native_name": B, "phone": b"%2B46701234567", "city": B},
    "education": {"education_country": b"UA", "institution": B, "graduation_year": b"2019"},
    "language": {"language_evidence": b"work_in_swedish", "language_note": B},
    "own_words": {"motivation": B, "learning_needs": B, "scientific_work": B, "other_work": B},
    "experience/new": {
        "employer": B, "country": b"SE", "area": b"surgery", "fte_percent": b"80", "starts_on-day": b"1",
        "starts_on-month": b"2", "starts_on-year": b"2024", "ends_on-day": b"1", "ends_on-month": b"3",
        "ends_on-year": b"2024",
    },
    "references": {
        "referee1-name": B, "referee1-title": B, "referee1-workplace": B, "referee1-email": b"r1@example.org",
        "referee2-name": B, "referee2-title": B, "referee2-workplace": B, "referee2-email": b"r2@example.org",
    },
}  # fmt: skip


@pytest.mark.parametrize("how", ["plain", "parts"])
@pytest.mark.parametrize("topic", SAVED)
def test_broken_letters_are_saved_as_what_can_be_read(
    browser: FlaskClient, session: Session, draft: Application, topic: str, how: str
) -> None:
    address = f"/my/{draft.reference}/{topic}"
    fields = {**SAVED[topic], "revision": str(draft.revision).encode()}
    assert sent_raw(browser, address, fields, how) == 303
    no_halves(session)
    shown = browser.get(address.removesuffix("/new"))
    assert shown.status_code == 200
    assert (
        "\ufffd" in shown.text or "%ED%A0%80" in shown.text
    )  # as the two ways of writing a form show what is none


def test_halves_of_letters_in_names_of_files(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    address = f"/my/{draft.reference}/attachments"
    for number, name in enumerate(("a\ud800b.pdf", "\ud83d\ude00.pdf", "\udfff.pdf")):
        content = PDF + b"%%%d\n%%%%EOF" % number
        assert send_named(browser, f"{address}/new", content, name).status_code == 303
    no_halves(session)
    page = browser.get(address)
    assert page.status_code == 200
    found = re.findall(rf'href="({address}/[0-9a-f]{{32}})"', page.text)
    for link in dict.fromkeys(found):
        assert browser.get(link).headers["Content-Disposition"].isascii()


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udfff x"', '"\\ud83d\\ude00"'])
def test_halves_of_letters_in_carried_json(
    client: FlaskClient, session: Session, draft: Application, text: str
) -> None:
    account = session.get_one(Account, draft.account_id)
    to = f"/my/{draft.reference}/own_words"
    carried = json.dumps({"to": to, "fields": [["motivation", "TEXT"]], "files": False}).replace(
        '"TEXT"', text
    )
    answer = post(client, "/login", {"email": account.email, "password": PASSWORD, "typed": carried})
    whole = "ude00" in text
    assert answer.status_code == (200 if whole else 303)
    if whole:  # a pair is one letter in JSON
        assert fields_of(answer.text, to)["motivation"] == "😀"
    no_halves(session)


def test_halves_of_letters_in_a_referees_form(client: FlaskClient, session: Session, token: str) -> None:
    names = ("relation", "known_from", "known_until", "safety", "would_employ", "comment", "revision")
    for act in (b"save", b"send"):
        for how in ("plain", "parts"):
            fields = {**dict.fromkeys(names, BROKEN), "act": act}
            assert sent_raw(client, f"/reference/{token}/form", fields, how) in (303, 409, 422)
    assert client.get(f"/reference/{token}/form").status_code == 200
    no_halves(session)


def test_halves_of_letters_in_a_path_and_a_filter_lead_nowhere(
    client: FlaskClient, world: World, intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    for part in ("%ED%A0%80", "%ED%A0%BD%ED%B8%80", "%FF%FE"):
        assert client.get(f"/i/alvmark/{part}").status_code == 404
        assert client.get(f"/reference/{part}").status_code == 404
        assert client.get(f"/g/alvmark/{part}/").status_code == 404
        assert client.get(f"/g/alvmark/{intake.slug}/applications?q={part}&code={part}").status_code == 200
