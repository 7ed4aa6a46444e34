"""List pages ask the database the same number of questions however many rows they show, and at most ten."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.models import Application, Intake
from recruit.services import disclosure, ranking
from recruit.services import intake as intakes
from recruit.services.record import write
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.page_helpers import count_queries
from tests.recruit.ranking_helpers import LATER, assessed, confirmed

MOST = 10
#: Whose page, and its address after the region's.
PAGES = {
    "home": ("coordinator", "/"),
    "applications": ("coordinator", "/{intake}/applications?per=250"),
    "applications filtered": ("coordinator", "/{intake}/applications?per=250&eligibility=eligible&sort=name"),
    "panels": ("coordinator", "/{intake}/assessment"),
    "queue": ("assessor", "/{intake}/assess"),
    "ranking": ("coordinator", "/{intake}/ranking/screening/1"),
    "interview list": ("coordinator", "/{intake}/interview-list/1"),
    "after the list": ("coordinator", "/{intake}/outcomes"),
    "completions": ("coordinator", "/{intake}/completions"),
    "disagreements": ("coordinator", "/{intake}/disagreements"),
    "letters": ("coordinator", "/{intake}/letters"),
    "record": ("coordinator", "/record?per=250"),
    "record searched": ("auditor", "/record?per=250&q=eligible&who=coordinator"),
    "disclosure": ("coordinator", "/{intake}/disclosure"),
    "one disclosure": ("coordinator", "/{intake}/disclosure/{number}"),
    "auditor's home": ("auditor", "/audit"),
    "people": ("administrator", "/people"),
}


def filled(session: Session, world: World, rows: int, number: int) -> Intake:
    """An intake with so many assessed applications on a confirmed list, as many entries and a request about all."""
    intake = opened_intake(session, world, slug=f"bt-{number}")
    made = [assessed(session, world, intake, 3) for _ in range(rows)]
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    run = ranking.run(session, intake=intake, actor=world.actor, now=LATER)
    session.commit()
    confirmed(session, world, intake, run, places=rows)
    for each in made:
        _entry(session, world, intake, each)
    asked = disclosure.register(
        session,
        intake=intake,
        wanted="Allt",
        asked_on=NOW.date(),
        actor=world.actor,
        now=NOW + timedelta(days=1),
    )
    disclosure.choose(
        session,
        disclosure=asked,
        codes={each.mask_code for each in made},
        parts=["answers"],
        revision=0,
        actor=world.actor,
        now=NOW,
    )
    assert json.loads(asked.parts) == ["answers"]
    session.commit()
    return intake


def _entry(session: Session, world: World, intake: Intake, application: Application) -> None:
    write(
        session,
        region_id=intake.region_id,
        actor=world.actor,
        now=NOW,
        action="eligibility.settled",
        subject=("application", application.id or 0),
        changes={"eligibility": ("pending", "eligible")},
        intake_id=intake.id,
    )


@pytest.fixture
def sizes(session: Session, world: World) -> list[Intake]:
    """Intakes with 1, 3 and 50 applications."""
    return [filled(session, world, rows, number) for number, rows in enumerate((1, 3, 50))]


@ONE_DATABASE
def test_no_list_page_asks_more_with_more_rows(
    session: Session, world: World, app: Flask, client: FlaskClient, sizes: list[Intake]
) -> None:
    people = {
        "coordinator": world.coordinator,
        "auditor": world.auditor,
        "administrator": world.administrator,
        "assessor": world.assessors[0],
    }
    clients = {role: app.test_client() for role in people}
    for role, each in clients.items():
        sign_in(each, people[role])
    asked = {
        name: [
            count_queries(
                app,
                clients[role],
                f"/g/alvmark{url.format(intake=intake.slug, number=number)}",
            )
            for number, intake in enumerate(sizes, 1)
        ]
        for name, (role, url) in PAGES.items()
    }
    assert {name: counts for name, counts in asked.items() if len(set(counts)) > 1} == {}
    assert {name: counts[0] for name, counts in asked.items() if counts[0] > MOST} == {}
