"""Signing in by a mailed link: what it does, when it ends, where it leads, and what strangers can learn or guess."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock, passwords
from recruit.limits import limiter
from recruit.models import Account, EmailToken
from recruit.settings import Settings
from recruit.web import build_app
from tests.databases import ONE_DATABASE
from tests.recruit.account_helpers import ask_link, bare, link_in, mails, newest_mail, statements
from tests.recruit.factories import PASSWORD, World, applicant, csrf_token, post, sign_in


@pytest.fixture
def ada(session: Session) -> Account:
    """Somebody who can sign in by a password."""
    found = applicant(session)
    session.commit()
    return found


def is_in(client: FlaskClient) -> bool:
    return client.get("/my").status_code == 200


def test_link_signs_in_on_another_device_by_a_button(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    link = ask_link(client, session)
    phone = app.test_client()
    shown = phone.get(link)
    assert ada.email in shown.text
    assert not is_in(phone)  # a mail scanner that follows links changes nothing
    assert post(phone, link).headers["Location"] == "/my"
    assert is_in(phone)
    assert not is_in(client)


def test_link_works_once(app: Flask, client: FlaskClient, session: Session, ada: Account) -> None:
    link = ask_link(client, session)
    post(app.test_client(), link)
    again = app.test_client()
    assert again.get(link).status_code == 404
    assert post(again, link).status_code == 404
    assert not is_in(again)


def test_link_ends_after_fifteen_minutes(
    client: FlaskClient, session: Session, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = ask_link(client, session)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=14))
    assert client.get(link).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=15, seconds=1))
    assert post(client, link).status_code == 404


def test_newer_link_ends_the_older(client: FlaskClient, session: Session, ada: Account) -> None:
    older = ask_link(client, session)
    newer = ask_link(client, session)
    assert post(client, older).status_code == 404
    assert post(client, newer).status_code == 303


def test_signing_out_everywhere_ends_the_link(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    link = ask_link(client, session)
    sign_in(client, ada)
    assert post(client, "/me/sessions/end").status_code == 303
    assert post(app.test_client(), link).status_code == 404


def test_link_of_a_closed_account_does_nothing(client: FlaskClient, session: Session, ada: Account) -> None:
    link = ask_link(client, session)
    ada.active = False
    session.add(ada)
    session.commit()
    assert post(client, link).status_code == 404
    post(client, "/login/link", {"email": ada.email})
    assert "/sign-in/" not in newest_mail(session).body


def test_link_is_kept_as_a_hash_only(client: FlaskClient, session: Session, ada: Account) -> None:
    token = ask_link(client, session).rsplit("/", 1)[1]
    kept = session.exec(select(EmailToken)).one()
    assert token not in str(kept.model_dump())


def test_links_that_are_too_old_go_with_what_they_carried(
    client: FlaskClient, session: Session, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_link(client, session)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    ask_link(client, session, "somebody.else@example.org")
    assert [each.email for each in session.exec(select(EmailToken))] == ["somebody.else@example.org"]


def test_new_applicant_begins_with_address_and_name_alone(client: FlaskClient, session: Session) -> None:
    asked = post(client, "/register", {"name": "Ada Öz", "email": "Ada@Example.org", "password": ""})
    assert asked.headers["Location"] == "/check-mail"
    assert session.exec(select(Account)).all() == []  # nothing before the mail has been read
    assert post(client, link_in(newest_mail(session))).headers["Location"] == "/my"
    session.rollback()
    session.expire_all()
    account = session.exec(select(Account)).one()
    assert (account.email, account.name, account.password_hash) == (
        "ada@example.org",
        "Ada Öz",
        passwords.NO_PASSWORD,
    )
    assert account.verified_at is not None


def test_link_to_an_unknown_address_asks_for_a_name(client: FlaskClient, session: Session) -> None:
    link = ask_link(client, session, "ny@example.org")
    assert post(client, link, {"name": " "}).status_code == 422
    assert session.exec(select(Account)).all() == []
    assert post(client, link, {"name": "Ny Person"}).status_code == 303
    session.rollback()
    session.expire_all()
    assert session.exec(select(Account)).one().name == "Ny Person"


def test_strangers_registration_gives_no_password_to_whoever_opens_a_link(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    """Somebody registers another's address with a password of theirs; the owner comes in by a link of their own."""
    post(
        client,
        "/register",
        {"name": "Angripare", "email": "ada@example.org", "password": "angriparens lösenord"},
    )
    theirs = link_in(newest_mail(session))
    assert post(client, ask_link(client, session), {"name": "Ada"}).status_code == 303
    session.rollback()
    session.expire_all()
    assert session.exec(select(Account)).one().password_hash == passwords.NO_PASSWORD
    assert post(app.test_client(), theirs, {"password": "angriparens lösenord"}).status_code == 404


def test_account_without_password_refuses_every_password(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    post(client, ask_link(client, session), {"name": "Ada"})
    for guess in ("", passwords.NO_PASSWORD, "no such account", PASSWORD):
        tried = post(app.test_client(), "/login", {"email": "ada@example.org", "password": guess})
        assert tried.status_code == 422


@pytest.mark.parametrize("begun_with", ["link", "register", "registered password"])
def test_person_lands_where_they_were_going(
    app: Flask, client: FlaskClient, session: Session, begun_with: str
) -> None:
    target = "/guide/need"
    person = {"email": "ny@example.org", "name": "Ny", "password": ""}
    if begun_with == "registered password":
        person["password"] = PASSWORD
    page = "/login/link" if begun_with == "link" else "/register"
    assert post(client, f"{page}?next={target}", person).status_code == 303  # type: ignore[arg-type]
    answer = post(app.test_client(), link_in(newest_mail(session)), {"name": "Ny", "password": PASSWORD})
    assert answer.headers["Location"] == target


def test_answers_from_before_the_account_come_along_to_another_device(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    post(client, "/guide/need/at", {"swedish_at": "no"})
    with client.session_transaction() as kept:
        answers = kept["guide"]
    assert answers
    link = ask_link(client, session, "ny@example.org")
    phone = app.test_client()
    post(phone, link, {"name": "Ny"})
    with phone.session_transaction() as kept:
        assert kept["guide"] == json.loads(json.dumps(answers))
    session.rollback()
    session.expire_all()
    assert {each.carried for each in session.exec(select(EmailToken))} == {""}  # not kept once it is used


def test_link_opened_in_another_persons_session_leaves_nothing_of_it(
    client: FlaskClient, session: Session, ada: Account
) -> None:
    bo = applicant(session, "bo@example.org")
    session.commit()
    link = ask_link(client, session, ada.email)
    sign_in(client, bo)
    with client.session_transaction() as kept:
        kept["of_bo"] = "something"
    shown = client.get(link).text
    assert bo.email in shown
    assert ada.email in shown
    post(client, link)
    assert ada.email in client.get("/me").text
    with client.session_transaction() as kept:
        assert "of_bo" not in kept


def test_signing_in_begins_a_new_session(client: FlaskClient, session: Session, ada: Account) -> None:
    """Whoever planted a cookie before does not share the session afterwards."""
    csrf_token(client, "/login")
    planted = client.get_cookie("session")
    assert planted is not None
    with client.session_transaction() as kept:
        kept["planted"] = "x"
        token = kept["csrf_token"]
    post(client, ask_link(client, session))
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept.get("csrf_token") != token
    client.set_cookie("session", planted.value)
    assert not is_in(client)


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_mailed_links_do_not_follow_the_request(
    client: FlaskClient, session: Session, ada: Account, header: str
) -> None:
    for page, fields in (
        ("/login/link", {"email": ada.email}),
        ("/forgot", {"email": ada.email}),
        ("/register", {"email": ada.email, "name": "Ada", "password": PASSWORD}),
        ("/register", {"email": "ny@example.org", "name": "Ny", "password": ""}),
    ):
        token = csrf_token(client, "/forgot")
        value = "host=evil.example" if header == "Forwarded" else "evil.example"
        if header == "Host":  # the cookie goes with the host: the token must be of that session
            client.set_cookie("session", client.get_cookie("session").value, domain="evil.example")  # type: ignore[union-attr]
        client.post(page, data={**fields, "csrf_token": token}, headers={header: value})
    sent = mails(session)
    assert len(sent) == 4
    assert all("http://127.0.0.1:8000/" in mail.body and "evil" not in mail.body for mail in sent)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/%0A/evil.example",
        "/%0D%0ALocation:%20https://evil.example",
        "%20//evil.example",
        "/%00/evil.example",
        "javascript:alert(1)",
        "/%2F" + "x" * 600,
        "//[evil",
    ],
)
def test_link_never_leads_elsewhere(client: FlaskClient, session: Session, ada: Account, target: str) -> None:
    link = ask_link(client, session, next=target)
    assert post(client, link).headers["Location"] == "/my"
    post(client, "/logout")
    answer = post(client, f"/login?next={target}", {"email": ada.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/my"


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/login", {"password": "fel fel fel"}),
        ("/login/link", {}),
        ("/forgot", {}),
        ("/register", {"name": "Ada", "password": PASSWORD}),
        ("/register", {"name": "Ada", "password": ""}),
    ],
    ids=["password", "link", "forgotten", "register", "register without password"],
)
@pytest.mark.parametrize("kind", ["usual", "without password", "member", "closed"])
def test_known_and_unknown_addresses_cannot_be_told_apart(
    app: Flask, session: Session, world: World, page: str, fields: dict[str, object], kind: str
) -> None:
    """The same bytes, headers and statements; and no account or an account comes about either way."""
    account = world.coordinator if kind == "member" else applicant(session)
    if kind == "without password":
        account.password_hash = passwords.NO_PASSWORD
    account.active = kind != "closed"
    session.add(account)
    session.commit()
    seen = []
    for email in (account.email, "n" * (len(account.email) - 12) + "@example.org"):
        client = app.test_client()
        token = csrf_token(client, "/forgot")
        with statements(app) as made:
            answer = client.post(page, data={**fields, "email": email, "csrf_token": token})
        headers = {
            name: value for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length")
        }
        seen.append((answer.status_code, headers, bare(answer.text, email), made))
    assert seen[0] == seen[1]
    assert session.exec(select(Account).where(col(Account.email).startswith("nn"))).all() == []


@pytest.fixture
def limited(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with its limits on."""
    monkeypatch.setattr(limiter, "enabled", True)
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x"))
    yield app
    app.extensions["recruit_engine"].dispose()


@ONE_DATABASE
def test_asking_for_links_is_limited_for_each_address_whoever_asks(limited: Flask, ada: Account) -> None:
    answers = [
        post(
            limited.test_client(),
            "/login/link",
            {"email": ada.email},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        ).status_code
        for number in range(6)
    ]
    assert answers == [303] * 5 + [429]


@ONE_DATABASE
def test_asking_for_links_is_limited_for_each_sender(limited: Flask) -> None:
    client = limited.test_client()
    answers = [
        post(client, "/login/link", {"email": f"number{number}@example.org"}).status_code
        for number in range(21)
    ]
    assert answers == [303] * 20 + [429]


@ONE_DATABASE
def test_guessing_links_is_limited(limited: Flask) -> None:
    client = limited.test_client()
    answers = [post(client, f"/sign-in/guess{number}").status_code for number in range(61)]
    assert answers == [404] * 60 + [429]
