"""My account: name, address, password, and where one is signed in."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock, passwords
from recruit.models import Account
from recruit.services import account as accounts
from tests.recruit.account_helpers import ask_link, link_in, mails, newest_mail
from tests.recruit.factories import PASSWORD, World, applicant, post, sign_in

NEW = "ny.adress@example.org"


@pytest.fixture
def ada(session: Session) -> Account:
    """Somebody who can sign in by a password."""
    found = applicant(session)
    session.commit()
    return found


def save(client: FlaskClient, part: str, fields: dict[str, object]) -> int:
    return post(client, "/me", {**fields, "save": part}).status_code


def ask_address(client: FlaskClient, email: str = NEW, password: str = PASSWORD) -> int:
    return save(client, "email", {"email-email": email, "email-old": password})


def fresh(session: Session) -> Account:
    session.rollback()
    session.expire_all()
    return session.exec(select(Account).where(Account.name != "Bo")).one()


def test_page_has_its_parts_in_order(client: FlaskClient, world: World) -> None:
    sign_in(client, world.coordinator)
    client.get("/language/en")
    shown = client.get("/me").text
    parts = (
        ">Name<",
        ">E-mail address<",
        ">Language<",
        ">Password<",
        ">Where I am signed in<",
        ">What I am told of by mail<",
    )
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)


def test_name_is_changed(client: FlaskClient, session: Session, ada: Account) -> None:
    sign_in(client, ada)
    assert save(client, "name", {"name-name": "  Åsa O’Brien "}) == 303
    assert fresh(session).name == "Åsa O’Brien"
    assert save(client, "name", {"name-name": " "}) == 422
    assert fresh(session).name == "Åsa O’Brien"


def test_address_is_changed_by_the_link_to_the_new_one_and_the_old_one_is_told(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    sign_in(client, ada)
    old = ada.email
    assert ask_address(client) == 303
    to_new, to_old = mails(session)
    assert (to_new.recipient, to_old.recipient) == (NEW, old)
    assert "/new-address/" not in to_old.body
    assert fresh(session).email == old
    phone = app.test_client()
    link = link_in(to_new)
    assert phone.get(link).status_code == 200
    assert fresh(session).email == old  # following the link is not enough
    assert post(phone, link).status_code == 303
    assert fresh(session).email == NEW
    assert newest_mail(session).recipient == old
    assert post(phone, link).status_code == 404
    assert client.get("/me").status_code == 200
    answer = post(app.test_client(), "/login", {"email": NEW, "password": PASSWORD})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (NEW, "fel fel fel"),
        (NEW, ""),
        ("ada@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_address_change_is_refused(
    client: FlaskClient, session: Session, ada: Account, email: str, password: str
) -> None:
    sign_in(client, ada)
    assert ask_address(client, email, password) == 422
    assert mails(session) == []


def test_address_of_somebody_else_is_told_to_them_alone(
    client: FlaskClient, session: Session, ada: Account
) -> None:
    bo = applicant(session, NEW)
    bo.name = "Bo"
    session.add(bo)
    session.commit()
    sign_in(client, ada)
    assert ask_address(client) == 303
    to_bo, to_ada = mails(session)
    assert to_bo.recipient == NEW
    assert "/new-address/" not in to_bo.body + to_ada.body
    assert fresh(session).email == ada.email


def test_address_that_got_an_account_meanwhile_is_not_taken_over(
    client: FlaskClient, session: Session, ada: Account
) -> None:
    sign_in(client, ada)
    ask_address(client)
    link = link_in(mails(session)[0])
    bo = applicant(session, NEW)
    bo.name = "Bo"
    session.add(bo)
    session.commit()
    assert post(client, link).status_code == 409
    assert fresh(session).email == "ada@example.org"


def test_signing_out_everywhere_stops_a_change_of_address(
    client: FlaskClient, session: Session, ada: Account
) -> None:
    """As the mail to the old address says: whoever got into the account is thrown out, and their link ends."""
    sign_in(client, ada)
    ask_address(client)
    link = link_in(mails(session)[0])
    sign_in(client, ada)
    post(client, "/me/sessions/end")
    assert post(client, link).status_code == 404
    assert fresh(session).email == "ada@example.org"


def test_links_to_the_old_address_end_with_it(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    sign_in(client, ada)
    ask_address(client)
    change = link_in(mails(session)[0])
    to_old = ask_link(app.test_client(), session)
    assert post(client, change).status_code == 303
    assert post(app.test_client(), to_old).status_code == 404


def test_password_is_added_and_removed(app: Flask, client: FlaskClient, session: Session) -> None:
    post(client, ask_link(client, session), {"name": "Ada"})
    assert save(client, "password", {"password": PASSWORD, "again": PASSWORD}) == 303
    assert client.get("/me").status_code == 200  # still signed in here
    assert passwords.matches(PASSWORD, fresh(session).password_hash)
    assert save(client, "remove_password", {"remove_password-old": "fel fel fel"}) == 422
    other = app.test_client()
    sign_in(other, fresh(session))
    assert save(client, "remove_password", {"remove_password-old": PASSWORD}) == 303
    assert not accounts.has_password(fresh(session))
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 302  # signed out everywhere else


def test_without_a_password_a_long_session_changes_neither_password_nor_address(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(client, ask_link(client, session), {"name": "Ada"})
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=31))
    assert save(client, "password", {"password": PASSWORD, "again": PASSWORD}) == 422
    assert ask_address(client, password="") == 422
    assert not accounts.has_password(fresh(session))
    assert [mail.recipient for mail in mails(session)] == ["ada@example.org"]


def test_removing_what_is_not_there_is_refused(client: FlaskClient, session: Session) -> None:
    post(client, ask_link(client, session), {"name": "Ada"})
    epoch = fresh(session).session_epoch
    assert save(client, "remove_password", {"remove_password-old": "!"}) == 200
    assert fresh(session).session_epoch == epoch


def test_browsers_are_listed_and_signed_out_one_by_one(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    sign_in(client, ada)
    client.get("/language/en")
    phone = app.test_client()
    agent = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    post(phone, ask_link(phone, session), headers={"User-Agent": agent})
    shown = client.get("/me").text
    assert "Firefox, Android" in shown
    assert shown.count("Sign out there") == 1
    there = shown.split("/me/sessions/")[1].split("/")[0]
    assert post(client, f"/me/sessions/{there}/end").status_code == 303
    assert phone.get("/me").status_code == 302
    assert "Firefox, Android" not in client.get("/me").text


def test_nobody_signs_out_somebody_else(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    bo = applicant(session, "bo@example.org")
    session.commit()
    sign_in(client, ada)
    other = app.test_client()
    sign_in(other, bo)
    with client.session_transaction() as kept:
        of_ada = kept["browser"]
    assert post(other, f"/me/sessions/{of_ada}/end").status_code == 404
    assert client.get("/me").status_code == 200


def test_signing_out_everywhere_is_here_too(
    app: Flask, client: FlaskClient, session: Session, ada: Account
) -> None:
    sign_in(client, ada)
    phone = app.test_client()
    sign_in(phone, ada)
    assert post(client, "/me/sessions/end").headers["Location"] == "/login"
    assert [each.get("/me").status_code for each in (client, phone)] == [302, 302]


def test_cookie_that_was_copied_is_worth_nothing_after_signing_out(client: FlaskClient, ada: Account) -> None:
    sign_in(client, ada)
    copied = client.get_cookie("session")
    assert copied is not None
    post(client, "/logout")
    client.set_cookie("session", copied.value)
    assert client.get("/me").status_code == 302
