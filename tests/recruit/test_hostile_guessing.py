"""Guessing passwords and filling the house with accounts: limited, whoever says to be where."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session, func, select

from recruit.limits import limiter
from recruit.models import Account, EmailToken
from recruit.settings import Settings
from recruit.web import build_app
from tests.databases import ONE_DATABASE
from tests.recruit.factories import PASSWORD, applicant, csrf_token, post, sign_in

pytestmark = ONE_DATABASE  # attempts are counted outside the database


@pytest.fixture
def limited(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The application with its limits on, behind as many proxies as the test says."""
    monkeypatch.setattr(limiter, "enabled", True)
    proxies = getattr(request, "param", 0)
    app = build_app(
        Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x", trusted_proxies=proxies)
    )
    yield app
    app.extensions["recruit_engine"].dispose()


def guesses(app: Flask, number: int, *, forwarded: bool = False, sender: bool = False) -> list[int]:
    """Statuses of wrong passwords for one account; each from an address of its own, told by the header or real."""
    found = []
    for at in range(number):
        place = f"198.51.{at // 250}.{at % 250 + 1}"
        headers = {"X-Forwarded-For": f"203.0.113.9, {place}"} if forwarded else {}
        real = {"REMOTE_ADDR": place} if sender else {}
        sent = {"email": "ada@example.org", "password": f"fel {at}"}
        answer = post(app.test_client(), "/login", sent, headers=headers, environ_overrides=real)
        found.append(answer.status_code)
    return found


def test_header_that_anybody_can_write_gives_no_new_attempts(limited: Flask) -> None:
    assert guesses(limited, 11, forwarded=True) == [422] * 10 + [429]


@pytest.mark.parametrize("limited", [1], indirect=True)
def test_behind_a_proxy_the_address_that_it_saw_counts(limited: Flask) -> None:
    assert guesses(limited, 11, forwarded=True) == [422] * 11
    one = {"X-Forwarded-For": "203.0.113.1, 192.0.2.7"}
    other = {"X-Forwarded-For": "203.0.113.2, 192.0.2.7"}  # what stands before is the visitor's own word
    sent = {"email": "eva@example.org", "password": "fel"}
    answers = [
        post(limited.test_client(), "/login", sent, headers=one if at % 2 else other).status_code
        for at in range(11)
    ]
    assert answers == [422] * 10 + [429]


def test_many_senders_share_the_attempts_at_one_account(limited: Flask, session: Session) -> None:
    applicant(session)
    session.commit()
    assert guesses(limited, 51, sender=True) == [422] * 50 + [429]
    right = {"email": "ada@example.org", "password": PASSWORD}
    assert post(limited.test_client(), "/login", right).status_code == 429


def test_accounts_in_masses_are_limited_for_each_sender(limited: Flask, session: Session) -> None:
    client = limited.test_client()
    answers = [
        post(
            client, "/register", {"email": f"n{at}@example.org", "name": "N", "password": PASSWORD}
        ).status_code
        for at in range(21)
    ]
    assert answers == [303] * 20 + [429]
    assert session.exec(select(func.count()).select_from(Account)).one() == 0  # before a mail has been read
    assert session.exec(select(func.count()).select_from(EmailToken)).one() == 20


def test_one_account_cannot_write_without_end(limited: Flask, session: Session) -> None:
    """Every save writes to the disk, and to a record that never shrinks."""
    account = applicant(session)
    session.commit()
    client = limited.test_client()
    sign_in(client, account)
    token = csrf_token(client, "/forgot")
    answers = [
        client.post("/my/BT26-NONE/own_words", data={"csrf_token": token}).status_code for _ in range(301)
    ]
    assert answers == [404] * 300 + [429]
