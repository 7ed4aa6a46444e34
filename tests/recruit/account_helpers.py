"""What the tests of signing in share: the newest mail, the link in it, and what a page looks like to a stranger."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session, col, select

from recruit.models import OutgoingMail
from tests.recruit.factories import post


def newest_mail(session: Session) -> OutgoingMail:
    """The mail that was posted last."""
    session.rollback()
    session.expire_all()
    found = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id).desc())).first()
    assert found is not None
    return found


def mails(session: Session) -> list[OutgoingMail]:
    """All mail, the oldest first."""
    session.rollback()
    session.expire_all()
    return list(session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))))


def link_in(mail: OutgoingMail) -> str:
    """The path of the first link in a mail."""
    found = re.search(r"http://127.0.0.1:8000(/\S+)", mail.body)
    assert found, mail.body
    return found.group(1)


def ask_link(client: FlaskClient, session: Session, email: str = "ada@example.org", next: str = "") -> str:
    """Ask for a link to sign in; gives the path in the mail."""
    address = f"/login/link?next={next}" if next else "/login/link"
    assert post(client, address, {"email": email}).headers["Location"] == "/check-mail"
    return link_in(newest_mail(session))


def bare(page: str, *words: str) -> str:
    """A page without its CSRF tokens and the words given, to be compared with another."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    for word in words:
        page = page.replace(word, "")
    return page


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is given meanwhile, without their values."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = app.extensions["recruit_engine"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
