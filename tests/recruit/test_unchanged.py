"""What follows from the record is computed once for each of its heads, and anew as soon as there is another entry.

That every change of what it follows from writes an entry is watched in each test that goes through a page
(`tests/recruit/watching.py`).
"""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from recruit import clock
from recruit.at_once import update_at_once
from recruit.database import AllRegions, make_session, set_scope
from recruit.keeping import Latest
from recruit.models import Application, Eligibility, Intake
from recruit.queries import unchanged
from recruit.request import db
from recruit.services import application as applications
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, sign_in
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.page_helpers import count_queries, english, main_of
from tests.recruit.watching import Unrecorded


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "_KEPT", Latest(64))


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    made = opened_intake(session, world)
    for _number in range(2):
        submitted(session, made)
    session.commit()
    return made


@pytest.mark.usefixtures("keeping")
def test_a_page_seen_again_asks_less_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch, world: World, app: Flask, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    address = f"/g/alvmark/{intake.slug}/"
    again = count_queries(app, client, address)
    page = main_of(client.get(address).text)
    monkeypatch.setattr(unchanged, "_KEPT", Latest(0))
    assert again <= 12 < count_queries(app, client, address)
    assert page == main_of(client.get(address).text)


@pytest.mark.usefixtures("keeping")
def test_what_is_decided_is_seen_at_once(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    address = f"/g/alvmark/{intake.slug}/"
    assert "2 submitted" in client.get(address).text
    application = session.exec(select(Application).where(Application.intake_id == intake.id)).all()[0]
    applications.withdraw(
        session, application=application, reason="another post", actor=world.actor, now=clock.now()
    )
    session.commit()
    assert "1 submitted" in client.get(address).text


@ONE_DATABASE
def test_session_without_a_head_computes_anew(session: Session) -> None:
    made = iter(range(9))
    assert unchanged.kept(session, lambda: next(made), "figure") == 0
    assert unchanged.kept(session, lambda: next(made), "figure") == 1


@ONE_DATABASE
def test_page_that_changes_without_an_entry_is_found(engine: Engine, app: Flask, intake: Intake) -> None:
    with app.test_request_context(), make_session(engine, scope=AllRegions("tests")) as session:
        found = session.exec(select(Application).where(Application.intake_id == intake.id)).all()[0]
        found.eligibility = Eligibility.CONDITIONAL
        session.add(found)
        with pytest.raises(Unrecorded, match=r"Application\.eligibility"):
            session.commit()


@ONE_DATABASE
def test_page_that_changes_a_row_at_once_without_an_entry_is_found(app: Flask, intake: Intake) -> None:
    with app.test_request_context():
        set_scope(db(), AllRegions("tests"))
        found = db().exec(select(Application).where(Application.intake_id == intake.id)).all()[0]
        update_at_once(db(), found, {"saved_at": clock.now()})  # no figure follows from that
        db().commit()
        update_at_once(db(), found, {"eligibility": Eligibility.CONDITIONAL})
        with pytest.raises(Unrecorded, match=r"Application\.eligibility"):
            db().commit()
