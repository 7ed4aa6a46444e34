"""Accounts in the browser: creating, verifying, signing in, new passwords, and what strangers can learn."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import passwords
from recruit.limits import limiter
from recruit.models import Account, OutgoingMail, Role
from recruit.services import account as accounts
from recruit.settings import Settings
from recruit.web import build_app
from tests.recruit.factories import NOW, PASSWORD, World, applicant, post, sign_in


def newest_mail(session: Session) -> OutgoingMail:
    session.rollback()
    found = session.exec(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()  # type: ignore[union-attr]
    assert found is not None
    return found


def link_in(mail: OutgoingMail) -> str:
    found = re.search(r"http://127.0.0.1:8000(/\S+)", mail.body)
    assert found, mail.body
    return found.group(1)


def register(client: FlaskClient, email: str = "ada@example.org", password: str = PASSWORD) -> int:
    return post(client, "/register", {"name": "Ada Öz", "email": email, "password": password}).status_code


def test_account_is_ready_after_the_link(client: FlaskClient, session: Session) -> None:
    assert register(client) == 303
    link = link_in(newest_mail(session))
    assert client.get(link).status_code == 200
    assert session.exec(select(Account)).all() == []  # following the link is not enough
    assert post(client, link, {"password": "inte det jag valde"}).status_code == 422
    assert post(client, link, {"password": PASSWORD}).headers["Location"] == "/my"
    session.rollback()
    assert session.exec(select(Account)).one().verified_at is not None


def test_link_works_once(client: FlaskClient, session: Session) -> None:
    register(client)
    link = link_in(newest_mail(session))
    post(client, link, {"password": PASSWORD})
    assert post(client, link, {"password": PASSWORD}).status_code == 404


def test_another_registration_of_the_address_changes_nothing(client: FlaskClient, session: Session) -> None:
    """An attacker registers the address of somebody who has just done so, hoping that they open the newer link."""
    register(client)
    mine = link_in(newest_mail(session))
    register(client, password="angriparens lösenord")
    theirs = link_in(newest_mail(session))
    assert post(client, theirs, {"password": PASSWORD}).status_code == 422
    assert post(client, mine, {"password": PASSWORD}).status_code == 303
    # ended with the first
    assert post(client, theirs, {"password": "angriparens lösenord"}).status_code == 404
    session.rollback()
    account = session.exec(select(Account)).one()
    assert passwords.matches(PASSWORD, account.password_hash)


def test_registering_the_address_of_an_invited_member_changes_nothing(
    client: FlaskClient, session: Session, world: World
) -> None:
    assert world.region.id is not None
    invited = accounts.add_member(
        session,
        region_id=world.region.id,
        email="ny@alvmark.example",
        name="Ny Samordnare",
        roles=[Role.COORDINATOR],
        now=NOW,
        base_url="http://127.0.0.1:8000",
    )
    session.commit()
    assert register(client, "ny@alvmark.example") == 303
    assert "/verify/" not in newest_mail(session).body
    session.rollback()
    assert session.get_one(Account, invited.id).password_hash == passwords.NO_PASSWORD


def test_unverified_account_cannot_sign_in(client: FlaskClient) -> None:
    register(client)
    response = post(client, "/login", {"email": "ada@example.org", "password": PASSWORD})
    assert response.status_code == 422


def test_registering_a_known_address_answers_the_same_and_tells_its_owner(
    client: FlaskClient, session: Session
) -> None:
    known = applicant(session)
    before = known.password_hash
    session.commit()
    assert register(client, "ADA@example.org ") == 303
    assert newest_mail(session).recipient == "ada@example.org"
    assert "/verify/" not in newest_mail(session).body
    assert session.get_one(Account, known.id).password_hash == before


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada", PASSWORD),
        ("", PASSWORD),
        ("a@b", PASSWORD),
        ("ada@example.org", "kort"),
        ("ada@example.org", "aaaaaaaaaaaa"),
    ],
)
def test_registering_with_bad_values_is_refused(
    client: FlaskClient, session: Session, email: str, password: str
) -> None:
    assert register(client, email, password) == 422
    assert session.exec(select(Account)).all() == []


def test_wrong_password_and_unknown_address_answer_alike(client: FlaskClient, session: Session) -> None:
    applicant(session)
    session.commit()
    pages = [
        post(client, "/login", {"email": email, "password": "fel fel fel"})
        for email in ("ada@example.org", "nobody@example.org")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    texts = [re.sub(r"nobody|ada|csrf_token.*", "", page.text) for page in pages]
    assert texts[0] == texts[1]


def test_new_password_ends_every_session(app: Flask, client: FlaskClient, session: Session) -> None:
    account = applicant(session)
    session.commit()
    sign_in(client, account)
    other = app.test_client()
    post(other, "/forgot", {"email": "ada@example.org"})
    link = link_in(newest_mail(session))
    new = "fyra andra ord nu"
    assert post(other, link, {"password": new, "again": new}).status_code == 303
    assert client.get("/my").status_code == 302  # the old session has ended
    assert (
        post(app.test_client(), "/login", {"email": account.email, "password": PASSWORD}).status_code == 422
    )


def test_new_password_for_an_unknown_address_answers_the_same_and_creates_nothing(
    client: FlaskClient, session: Session
) -> None:
    assert post(client, "/forgot", {"email": "nobody@example.org"}).headers["Location"] == "/check-mail"
    mail = newest_mail(session)
    assert mail.recipient == "nobody@example.org"
    assert "/reset/" not in mail.body
    assert session.exec(select(Account)).all() == []


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(client: FlaskClient, session: Session, target: str) -> None:
    account = applicant(session)
    session.commit()
    response = post(client, f"/login?next={target}", {"email": account.email, "password": PASSWORD})
    assert response.headers["Location"] == "/my"


def test_signing_in_leads_back_to_the_page_asked_for(
    client: FlaskClient, session: Session, world: World
) -> None:
    asked = client.get("/g/alvmark/")
    assert asked.headers["Location"] == "/login?next=/g/alvmark/"
    response = post(
        client, asked.headers["Location"], {"email": world.coordinator.email, "password": PASSWORD}
    )
    assert response.headers["Location"] == "/g/alvmark/"


def test_session_ends_after_its_hours(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recruit import clock

    account = applicant(session)
    session.commit()
    sign_in(client, account)
    assert client.get("/my").status_code == 200
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=10, minutes=1))
    assert client.get("/my").status_code == 302


def test_deactivated_account_is_out_at_once(client: FlaskClient, session: Session) -> None:
    account = applicant(session)
    session.commit()
    sign_in(client, account)
    account.active = False
    session.add(account)
    session.commit()
    assert client.get("/my").status_code == 302


def test_guessing_passwords_is_limited(
    database_url: str, session: Session, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    applicant(session)
    session.commit()
    monkeypatch.setattr(
        limiter, "enabled", True
    )  # building an application sets it for all; this puts it back
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x"))
    client = app.test_client()
    answers = [
        post(client, "/login", {"email": "ada@example.org", "password": f"fel nummer {number}"}).status_code
        for number in range(11)
    ]
    assert answers == [422] * 10 + [429]
    right = post(client, "/login", {"email": "ada@example.org", "password": PASSWORD})
    assert right.status_code == 429
    app.extensions["recruit_engine"].dispose()


def test_pages_send_the_strict_headers(client: FlaskClient) -> None:
    headers = client.get("/login").headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("page", "swedish"),
    [
        ("/login", ("E-postadress", "Lösenord")),
        ("/register", ("Ditt namn", "E-postadress", "minst 10 tecken.")),
        ("/forgot", ("E-postadress",)),
    ],
)
def test_forms_of_the_account_speak_the_language_of_the_page(
    client: FlaskClient, page: str, swedish: tuple[str, ...]
) -> None:
    client.get("/language/sv")
    shown = client.get(page).text
    assert all(words in shown for words in swedish)
    assert "E-mail address" not in shown
    refused = post(client, page, {"email": ""}).text
    assert "Skriv din e-postadress" in refused
    assert "Write your" not in refused


def test_my_own_language_and_password_are_asked_for_in_my_language(client: FlaskClient, world: World) -> None:
    sign_in(client, world.assessors[0])
    client.get("/language/sv")
    shown = client.get("/me").text
    assert "Nuvarande lösenord" in shown
    assert "Language of pages" not in shown
    assert re.search(r'<input checked[^>]*value="(sv|en)"', shown)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many minutes pass for whoever signs or reads a cookie."""
    begin, passed = time.time(), [0.0]
    monkeypatch.setattr(time, "time", lambda: begin + passed[0] * 60)

    def pass_(minutes: float) -> None:
        passed[0] += minutes

    return pass_


def test_file_that_comes_late_undoes_nothing_of_the_session(
    client: FlaskClient, world: World, later: Callable[[float], None]
) -> None:
    """A page's styles and scripts are fetched beside the next page, and may be answered after it."""
    sign_in(client, world.coordinator)
    assert "Set-Cookie" in client.get("/me").headers
    later(2)
    for file in ("css/app.css", "js/app.js", "missing.js"):
        with client.get(f"/static/{file}") as answer:
            assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in client.get("/me").headers


def test_whoever_is_active_stays_signed_in_and_whoever_is_not_signs_in_again(
    client: FlaskClient, world: World, later: Callable[[float], None]
) -> None:
    sign_in(client, world.coordinator)
    client.get("/me")
    assert "Set-Cookie" not in client.get("/me").headers  # as good as new
    for minutes in (1.5, 40, 40, 59):
        later(minutes)
        assert client.get("/me").status_code == 200
    later(61)
    assert client.get("/me").status_code == 302


def test_whoever_is_active_stays_signed_in_however_short_a_session_is(
    client: FlaskClient, world: World, later: Callable[[float], None]
) -> None:
    lifetime = client.application.permanent_session_lifetime
    client.application.permanent_session_lifetime = timedelta(minutes=1)
    try:
        sign_in(client, world.coordinator)
        for _time in range(4):
            later(0.4)
            assert client.get("/me").status_code == 200
    finally:
        client.application.permanent_session_lifetime = lifetime
