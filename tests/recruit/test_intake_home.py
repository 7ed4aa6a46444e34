"""The home of an intake and the intakes side by side: what is late, what is new, how many queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    Intake,
    IntakeStatus,
    PlanStep,
    Posts,
    RecordEntry,
    StageSetting,
    Visit,
)
from recruit.queries import changes, glance, standing
from recruit.services import record, visits
from recruit.services import time_plan as plans
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import draft_intake, opened_intake, submitted
from tests.recruit.kept import kept
from tests.recruit.page_helpers import count_queries, main_of
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, ranked

HOME = "/g/alvmark/bt-2026/"


@kept(Intake)
def assessed(session: Session, world: World) -> Intake:
    """A closed intake with five assessed applications."""
    return closed_intake(session, world)


assessed = pytest.fixture(assessed)


@pytest.fixture
def coordinator(client: FlaskClient, world: World) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def at(session: Session, intake: Intake, now: datetime, account_id: int = 1) -> glance.Glance:
    return glance.at(session, [intake], account_id=account_id, now=now)[0]


def test_side_by_side_counts_as_the_intake_itself(session: Session, world: World, assessed: Intake) -> None:
    other = opened_intake(session, world, slug="other")
    submitted(session, other)
    draft_intake(session, world, slug="draft")
    confirmed(session, world, assessed, ranked(session, world, assessed), places=2)
    every = session.exec(select(Intake).order_by(Intake.slug)).all()
    session.add(
        StageSetting(region_id=other.region_id, intake_id=other.id or 0, stage="screening", per_application=3)
    )
    session.commit()
    found = glance.at(session, every, account_id=world.coordinator.id or 0, now=LATER)
    assert [each.standing for each in found] == [standing.of(session, each) for each in every]
    assert [each.intake.slug for each in found] == ["bt-2026", "draft", "other"]
    assert found[0].standing.called == 2


def test_steps_are_done_as_the_rows_tell(session: Session, world: World, assessed: Intake) -> None:
    assert PlanStep.ASSESSED in at(session, assessed, LATER).done
    assert PlanStep.RANKING_MEETING not in at(session, assessed, LATER).done
    confirmed(session, world, assessed, ranked(session, world, assessed), places=2)
    assert PlanStep.RANKING_MEETING in at(session, assessed, LATER).done
    assert PlanStep.LIST_PUBLISHED not in at(session, assessed, LATER).done


def test_an_assessor_with_more_left_than_the_time_allows_is_counted(
    session: Session, world: World, assessed: Intake
) -> None:
    for task in session.exec(select(Assignment).where(Assignment.assessor_id == world.assessors[0].id)):
        task.status, task.submitted_at = AssignmentStatus.ASSIGNED, None
        session.add(task)
    dates = {PlanStep.ASSESSED: date(2026, 9, 30)}
    plans.save(session, intake=assessed, dates=dates, seen=None, actor=world.actor, now=NOW)
    seen = at(session, assessed, LATER)
    assert [seen.behind(date(2026, 9, day)) for day in (21, 25)] == [0, 1]


def test_what_is_late_comes_first_and_leads_to_the_work(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    intake = opened_intake(session, world)
    submitted(session, intake)
    intake.status, intake.closed_at = IntakeStatus.CLOSED, NOW
    session.add(intake)
    dates = {PlanStep.ELIGIBILITY_DECIDED: date(2026, 10, 1), PlanStep.RANKING_MEETING: date(2026, 10, 21)}
    plans.save(session, intake=intake, dates=dates, seen=None, actor=world.actor, now=NOW)
    session.commit()
    text = coordinator.get(HOME).text
    assert text.index(">Late<") < text.index(">Next step<")
    words = main_of(text)
    assert "Eligibility decided: was to be done 1 Oct" in words
    assert "1 not decided." in words
    assert "Selection meeting: was to be done 21 Oct" in words
    card = text[text.index(">Late<") : text.index(">Next step<")]
    assert 'href="/g/alvmark/bt-2026/applications"' in card


@ONE_DATABASE
def test_nothing_late_shows_no_card(coordinator: FlaskClient, session: Session, world: World) -> None:
    draft_intake(session, world, opens_at=clock.now() + timedelta(days=1), **ahead())
    assert ">Late<" not in coordinator.get(HOME).text


def ahead() -> dict[str, object]:
    now = clock.now()
    return {
        "closes_at": now + timedelta(days=30),
        "starts_on": (now + timedelta(days=300)).date(),
        "decision_on": None,
        "interviews_from": None,
        "interviews_until": None,
    }


def entry(
    session: Session, intake: Intake, account_id: int | None, action: str, at: datetime, about: int
) -> None:
    from recruit.actor import Actor

    record.write(
        session,
        region_id=intake.region_id,
        actor=Actor(account_id),
        now=at,
        action=action,
        subject=("application", about),
        intake_id=intake.id,
    )


def test_news_are_grouped_by_kind_without_ones_own(session: Session, world: World, assessed: Intake) -> None:
    me, other = world.coordinator.id or 0, world.chair.id
    since = datetime(2026, 11, 1, tzinfo=UTC)
    after = since + timedelta(hours=1)
    entry(session, assessed, other, "application.withdrawn", since, 1)  # not after
    for number in (1, 2, 3):
        entry(session, assessed, other, "application.withdrawn", after, number)
    for _ in range(4):
        entry(session, assessed, other, "eligibility.decided", after, 1)
    entry(session, assessed, me, "intake.extended", after, 1)
    entry(session, assessed, None, "application.submitted", after + timedelta(minutes=1), 5)
    entry(session, assessed, other, "assessment.levels_saved", after, 1)
    found = changes.since(session, assessed, moment=since, besides=me)
    assert [(each.action, each.number) for each in found] == [
        ("application.submitted", 1),
        ("application.withdrawn", 3),
        ("eligibility.decided", 1),
    ]


def test_a_visit_begins_with_the_first_look_after_an_hours_pause(
    session: Session, world: World, assessed: Intake
) -> None:
    def look(minutes: int) -> datetime | None:
        moment = NOW + timedelta(minutes=minutes)
        return visits.look(session, intake=assessed, account_id=world.coordinator.id or 0, now=moment)

    assert look(0) is None
    assert look(50) is None  # still the first visit
    assert look(111) == NOW + timedelta(minutes=50)
    assert look(113) == NOW + timedelta(minutes=50)
    assert look(165) == NOW + timedelta(minutes=50)
    assert visits.look(session, intake=assessed, account_id=world.chair.id or 0, now=NOW) is None
    assert len(session.exec(select(Visit)).all()) == 2


@ONE_DATABASE
def test_the_home_tells_what_has_happened_since_the_last_visit(
    coordinator: FlaskClient, session: Session, world: World, assessed: Intake
) -> None:
    assert "this is your first visit" in coordinator.get(HOME).text
    session.rollback()
    visit = session.exec(select(Visit)).one()
    visit.seen_at = clock.now() - timedelta(days=3)
    session.add(visit)
    for number in (1, 2, 3):
        entry(session, assessed, world.chair.id, "application.withdrawn", clock.now(), number)
    entry(session, assessed, world.chair.id, "meeting.begun", clock.now(), 1)
    session.commit()
    board = main_of(coordinator.get("/g/alvmark/").text)
    assert "4 entries since you were here" in board
    words = main_of(coordinator.get(HOME).text)
    assert "3 applications withdrawn" in words
    assert "3 days ago" in words
    assert "3 applications withdrawn" in main_of(coordinator.get(HOME).text)  # the same visit goes on


@ONE_DATABASE
def test_the_visit_is_nobody_elses_business(
    coordinator: FlaskClient, session: Session, assessed: Intake
) -> None:
    before = len(session.exec(select(RecordEntry)).all())
    session.commit()
    coordinator.get(HOME)
    session.rollback()
    assert len(session.exec(select(RecordEntry)).all()) == before


@ONE_DATABASE
def test_intakes_at_work_stand_side_by_side_and_finished_ones_below(
    coordinator: FlaskClient, session: Session, world: World, assessed: Intake
) -> None:
    opened_intake(session, world, slug="second", title_en="The second", **ahead_open())
    assessed.starts_on = date(2026, 3, 1)  # long past, so it is finished
    session.add(assessed)
    session.commit()
    text = coordinator.get("/g/alvmark/").text
    assert text.count('class="card intake-card"') == 1
    assert "Älvstads sjukhus 7, Lindfors sjukhus 3" in text
    assert "1 finished intake" in text
    assert (
        text.index("The second") < text.index("1 finished intake") < text.index("Basic service, autumn 2026")
    )
    sign_in(coordinator, world.assessors[0])
    assert "intake-card" not in coordinator.get("/g/alvmark/").text


def ahead_open() -> dict[str, object]:
    return ahead() | {"opens_at": clock.now() - timedelta(days=1)}


@ONE_DATABASE
def test_queries_do_not_grow_with_intakes(
    app: Flask, coordinator: FlaskClient, session: Session, world: World, assessed: Intake
) -> None:
    counts, made = [], 1
    for number in (1, 3, 50):
        for _ in range(number - made):
            made += 1
            one = assessed.model_dump(exclude={"id", "slug"})
            copy = Intake(**one, slug=f"copy-{made}")
            session.add(copy)
            session.flush()
            site = world.sites[0].id or 0
            session.add(Posts(region_id=copy.region_id, intake_id=copy.id or 0, site_id=site, number=1))
        session.commit()
        counts.append(count_queries(app, coordinator, "/g/alvmark/"))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] <= 12


@ONE_DATABASE
def test_queries_of_the_home_do_not_grow_with_applications(
    app: Flask, coordinator: FlaskClient, session: Session, world: World
) -> None:
    intake = opened_intake(session, world)
    counts = []
    for number in (1, 2, 47):
        for _ in range(number):
            submitted(session, intake, complete=False)
        session.commit()
        counts.append(count_queries(app, coordinator, HOME))
    assert len(session.exec(select(Application)).all()) == 50
    assert counts[0] == counts[1] == counts[2]


@ONE_DATABASE
def test_the_menu_of_the_intake_stays_on_its_pages(
    coordinator: FlaskClient, session: Session, assessed: Intake
) -> None:
    for page in ("", "plan", "clone", "lessons"):
        answer = coordinator.get(HOME + page)
        assert answer.status_code == 200
        assert 'href="/g/alvmark/bt-2026/" aria-current="page"' in answer.text
    assert post(coordinator, HOME + "clone", {}).status_code == 422
