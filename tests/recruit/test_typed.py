"""A session that ends while somebody types: nothing typed is lost, and nothing is saved that the person never wrote."""

import html
import io
import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import Account, Application
from tests.recruit.account_helpers import link_in, newest_mail
from tests.recruit.application_helpers import begin, open_intake
from tests.recruit.factories import PASSWORD, World, applicant, csrf_token, post, sign_in

HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
WORDS = 'Two lines,\r\n"quotes", <b>tags</b>, O\'Brien and ÅÄÖ 王小明'


@pytest.fixture
def ada(session: Session) -> Account:
    """Somebody who can sign in by a password."""
    found = applicant(session)
    session.commit()
    return found


@pytest.fixture
def draft(session: Session, world: World, ada: Account) -> Application:
    """Ada's draft."""
    return begin(session, open_intake(session, world, now=clock.now()), ada, now=clock.now())


def page_of(draft: Application) -> str:
    return f"/my/{draft.reference}/own_words"


def fields_of(page: str, action: str) -> dict[str, str]:
    """What the form with this address holds in hidden fields, as a browser would send it."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        if f'action="{html.escape(action)}"' in form:
            found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
            return {html.unescape(name): html.unescape(value) for name, value in found}
    raise AssertionError(f"no form goes to {action}")


def typed_in(client: FlaskClient, draft: Application) -> dict[str, str]:
    """What is typed on the page, with its token and revision."""
    shown = client.get(page_of(draft)).text
    revision = re.search(r'name="revision"[^>]*value="([^"]*)"', shown)
    token = re.search(r'name="csrf_token" value="([^"]*)"', shown)
    assert revision
    assert token
    return {
        "csrf_token": token[1],
        "revision": revision[1],
        "motivation": WORDS,
        "learning_needs": "Primary care",
    }


def expire(client: FlaskClient, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the session: the browser forgot the cookie after an idle hour, or it is signed in too long."""
    if how == "idle":
        client.delete_cookie("session")
        return
    later = clock.now() + timedelta(hours=10, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)


@pytest.mark.parametrize("how", ["idle", "too long"])
def test_what_was_typed_is_saved_after_signing_in_again(
    client: FlaskClient,
    session: Session,
    draft: Application,
    ada: Account,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(client, ada)
    data = typed_in(client, draft)
    expire(client, how, monkeypatch)
    asked = client.post(page_of(draft), data=data, headers=HERE)
    assert asked.status_code == 401
    kept = fields_of(asked.text, "/login")
    wrong = client.post("/login", data={**kept, "email": ada.email, "password": "fel fel fel"})
    assert wrong.status_code == 422
    kept = fields_of(wrong.text, "/login")
    again = client.post("/login", data={**kept, "email": ada.email, "password": PASSWORD})
    assert again.status_code == 200
    saved = client.post(page_of(draft), data=fields_of(again.text, page_of(draft)), headers=HERE)
    assert saved.status_code == 303
    session.rollback()
    session.expire_all()
    found = session.exec(select(Application)).one()
    assert found.motivation is not None
    assert found.motivation.replace("\r\n", "\n") == WORDS.replace("\r\n", "\n")


def test_what_was_typed_waits_for_the_link_in_the_mail(
    client: FlaskClient, session: Session, draft: Application, ada: Account
) -> None:
    sign_in(client, ada)
    data = typed_in(client, draft)
    client.delete_cookie("session")
    asked = client.post(page_of(draft), data=data, headers=HERE)
    waiting = client.post(
        "/login/link", data={**fields_of(asked.text, "/login"), "email": ada.email, "password": ""}
    )
    assert waiting.status_code == 200
    kept = fields_of(waiting.text, page_of(draft))
    early = client.post(page_of(draft), data=kept, headers=HERE)
    assert early.status_code == 401  # the link has not been opened yet: asked again, with everything in it
    assert json.loads(fields_of(early.text, "/login")["typed"])["fields"]
    post(client, link_in(newest_mail(session)))  # in another window of the same browser
    back = client.post(page_of(draft), data=kept, headers=HERE)
    assert back.status_code == 409  # a page from before the present sign-in
    saved = client.post(page_of(draft), data=fields_of(back.text, page_of(draft)), headers=HERE)
    assert saved.status_code == 303
    session.rollback()
    session.expire_all()
    assert session.exec(select(Application)).one().learning_needs == "Primary care"


def test_files_are_asked_for_again(client: FlaskClient, draft: Application, ada: Account) -> None:
    client.get("/language/en")
    data = {"institution": "Riga", "document": (io.BytesIO(b"%PDF-"), "diploma.pdf")}
    asked = client.post(f"/my/{draft.reference}/education", data=data, headers=HERE)
    assert asked.status_code == 401
    kept = fields_of(asked.text, "/login")
    again = client.post("/login", data={**kept, "email": ada.email, "password": PASSWORD})
    assert "choose the file again" in again.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/http://127.0.0.1:8000/"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
    ],
    ids=str,
)
def test_what_another_site_sends_is_not_taken_over(
    client: FlaskClient, draft: Application, headers: dict[str, str]
) -> None:
    token = csrf_token(client, "/login")
    answer = client.post(page_of(draft), data={"motivation": WORDS, "csrf_token": token}, headers=headers)
    assert answer.status_code == 302
    assert "O'Brien" not in html.unescape(answer.text)


def test_browsers_that_tell_the_origin_alone_are_believed(client: FlaskClient, draft: Application) -> None:
    for headers in ({"Origin": "http://localhost"}, {"Referer": "http://127.0.0.1:8000/my/x"}):
        answer = client.post(page_of(draft), data={"motivation": WORDS}, headers=headers)
        assert answer.status_code == 401


def test_passwords_are_not_kept_in_pages(client: FlaskClient, ada: Account) -> None:
    answer = client.post("/me", data={"save": "password", "old": PASSWORD}, headers=HERE)
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        json.dumps({"to": "https://evil.example/my/x", "fields": [], "files": False}),
        json.dumps({"to": "//evil.example", "fields": [], "files": False}),
        json.dumps({"to": "/nowhere", "fields": [], "files": False}),
        json.dumps({"to": "/logout", "fields": [], "files": False}),
        json.dumps({"to": "/my/x/withdraw", "fields": "abc", "files": False}),
        json.dumps({"to": "/my/x/withdraw", "fields": [1, 2], "files": False}),
        json.dumps({"to": 7, "fields": None, "files": False}),
    ],
)
def test_hidden_field_that_was_tampered_with_is_ignored(
    client: FlaskClient, ada: Account, typed: str
) -> None:
    answer = post(client, "/login", {"email": ada.email, "password": PASSWORD, "typed": typed})
    assert answer.headers["Location"] == "/my"


def test_somebody_else_who_signs_in_cannot_save_it(
    app: Flask, client: FlaskClient, session: Session, draft: Application
) -> None:
    bo = applicant(session, "bo@example.org")
    session.commit()
    asked = client.post(page_of(draft), data={"motivation": WORDS}, headers=HERE)
    again = client.post(
        "/login", data={**fields_of(asked.text, "/login"), "email": bo.email, "password": PASSWORD}
    )
    saved = client.post(page_of(draft), data=fields_of(again.text, page_of(draft)), headers=HERE)
    assert saved.status_code == 404
    session.rollback()
    session.expire_all()
    assert not session.exec(select(Application)).one().motivation


FORMS = [
    "about_you",
    "licence",
    "start",
    "education",
    "language",
    "references",
    "own_words",
    "sites",
    "monitoring",
    "attachments",
    "experience/new",
    "withdraw",
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_applicant_keeps_what_was_typed(
    client: FlaskClient, draft: Application, form: str
) -> None:
    address = f"/my/{draft.reference}/{form}"
    asked = client.post(address, data={"anything": WORDS, "several": ["1", "2"]}, headers=HERE)
    assert asked.status_code == 401
    kept = json.loads(fields_of(asked.text, "/login")["typed"])
    assert kept["to"] == address
    assert kept["fields"] == [["anything", WORDS], ["several", "1"], ["several", "2"]]
