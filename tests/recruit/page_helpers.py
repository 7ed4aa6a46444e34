"""What tests of pages share: the language, an assessor's own task, and how much a page asks of the database."""

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session, select

from recruit.models import Account, Application, Assignment, Intake, Membership, Role
from tests.recruit.factories import World, sign_in


def english(client: FlaskClient) -> None:
    """The browser reads English from now on."""
    with client.session_transaction() as cookie:
        cookie["language"] = "en"


def count_queries(app: Flask, client: FlaskClient, url: str) -> int:
    """How many SELECT statements a page takes, the second time that it is shown."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    assert client.get(url).status_code == 200
    engine = app.extensions["recruit_engine"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(url).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def own_task(session: Session, account: Account, intake: Intake, now: datetime) -> None:
    """Make somebody an assessor with an assessment that is not submitted; committed."""
    application = session.exec(select(Application).where(Application.intake_id == intake.id)).first()
    assert application is not None
    session.add(
        Assignment(
            region_id=intake.region_id,
            intake_id=intake.id or 0,
            application_id=application.id or 0,
            assessor_id=account.id or 0,
            stage="screening",
            assigned_at=now,
        )
    )
    session.add(Membership(region_id=intake.region_id, account_id=account.id or 0, role=Role.ASSESSOR))
    session.commit()


def other_client(client: FlaskClient, person: Account) -> FlaskClient:
    """A second browser, in English, with somebody signed in."""
    made = client.application.test_client()
    sign_in(made, person)
    english(made)
    return made


Get = Callable[..., str]


def monitoring_reader(client: FlaskClient, world: World, intake: Intake) -> Get:
    """Reads one of an intake's monitoring pages as the auditor, in English, as text with single spaces.

    `html=True`: as it is.
    """
    sign_in(client, world.auditor)
    english(client)

    def read(page: str, status: int = 200, html: bool = False) -> str:
        response = client.get(f"/g/{world.region.slug}/{intake.slug}/monitoring/{page}")
        assert response.status_code == status
        text = response.get_data(as_text=True)
        return text if html else " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())

    return read


def main_of(page: str) -> str:
    """The words of a page without its tags."""
    inside = page[page.index("<main") : page.index("</main>")]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside)))
