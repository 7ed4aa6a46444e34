"""What everyone can see: the list of intakes, an advertisement, the language switch, health."""

import html
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlmodel import Session, select

from recruit import clock
from recruit.models import Account, Intake, Posts
from recruit.services import intake as intakes
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, make_world, sign_in
from tests.recruit.intake_helpers import draft_intake, opened_intake


def open_now(session: Session, world: World, **changes: object) -> Intake:
    now = clock.now()
    times = {
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=9),
        "starts_on": (now + timedelta(days=90)).date(),
        "decision_on": None,
        "interviews_from": None,
        "interviews_until": None,
    }
    return opened_intake(session, world, **{**times, **changes})


def test_home_lists_open_coming_and_closed_of_all_regions(
    client: FlaskClient, session: Session, world: World
) -> None:
    other, now = make_world(session, "norrdal"), clock.now()
    open_now(session, world)
    open_now(session, other, slug="soon", title_sv="Snart", opens_at=now + timedelta(days=1))
    opened_intake(session, other, slug="past", title_sv="Tidigare")
    draft_intake(session, other, slug="draft", title_sv="Hemligt utkast")
    page = client.get("/", headers={"Accept-Language": "sv"}).text
    for words in ("/i/alvmark/bt-2026", "/i/norrdal/soon", "/i/norrdal/past"):
        assert words in page
    assert "Hemligt utkast" not in page


def test_intake_page_shows_posts_every_anchor_and_what_is_never_scored(
    client: FlaskClient, session: Session, world: World
) -> None:
    open_now(session, world)
    page = client.get("/i/alvmark/bt-2026", headers={"Accept-Language": "en"}).text
    for words in ("Älvstads sjukhus", "two strong", "adapts to the patient", "Gaps in the CV", "40 of 100"):
        assert words in page
    swedish = client.get("/i/alvmark/bt-2026", headers={"Accept-Language": "sv"}).text
    assert "anpassar till patienten" in swedish


def test_intake_page_of_draft_or_unknown_is_not_found(
    client: FlaskClient, session: Session, world: World
) -> None:
    draft_intake(session, world)
    assert client.get("/i/alvmark/bt-2026").status_code == 404
    assert client.get("/i/nowhere/bt-2026").status_code == 404


def test_intake_page_shows_old_and_new_deadline(client: FlaskClient, session: Session, world: World) -> None:
    intake = open_now(session, world)
    later = intake.closes_at + timedelta(days=14)
    intakes.extend(
        session, intake=intake, closes_at=later, reason="För få sökande", actor=world.actor, now=clock.now()
    )
    session.commit()
    assert "För få sökande" in client.get("/i/alvmark/bt-2026").text


def test_language_is_kept_for_the_session_and_changes_no_account(
    client: FlaskClient, session: Session, world: World
) -> None:
    assert 'lang="en"' in client.get("/", headers={"Accept-Language": "en"}).text
    sign_in(client, world.coordinator)
    response = client.get("/language/en?next=/g/alvmark/")
    assert (response.status_code, response.location) == (302, "/g/alvmark/")
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "sv"}).text
    session.expire_all()
    kept = session.get(Account, world.coordinator.id)
    assert kept is not None
    assert kept.language == "sv"


def test_language_never_leads_elsewhere(client: FlaskClient) -> None:
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", ""):
        assert client.get("/language/sv", query_string={"next": target}).location == "/"
    assert client.get("/language/de").status_code == 404


def test_health_answers(client: FlaskClient) -> None:
    assert client.get("/health").json == {"status": "ok"}


def test_advertisement_for_machines_says_what_it_says_to_people(
    client: FlaskClient, session: Session, world: World
) -> None:
    intake = open_now(session, world)
    page = client.get("/i/alvmark/bt-2026", headers={"Accept-Language": "en"}).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    posting = json.loads(found[1])
    assert posting["@type"] == "JobPosting"
    assert datetime.fromisoformat(posting["validThrough"]) == intake.closes_at
    assert posting["jobStartDate"] == intake.starts_on.isoformat()
    assert posting["totalJobOpenings"] == sum(
        each.number for each in session.exec(select(Posts).where(Posts.intake_id == intake.id))
    )
    assert {each["name"] for each in posting["jobLocation"]} <= {site.name for site in world.sites}
    assert posting["url"].endswith("/i/alvmark/bt-2026")


@ONE_DATABASE
@pytest.mark.parametrize(("language", "words"), [("sv", "Sista ansökningsdag"), ("en", "Last day to apply")])
def test_shared_link_shows_what_it_leads_to(
    client: FlaskClient, session: Session, world: World, language: str, words: str
) -> None:
    open_now(session, world, title_sv='BT "hösten" <2026>', title_en='BT "autumn" <2026>')
    page = client.get("/i/alvmark/bt-2026", headers={"Accept-Language": language}).text
    head = page.partition("<body")[0]
    shown = {
        name: html.unescape(text) for name, text in re.findall(r'property="og:(\w+)" content="(.*?)"', head)
    }
    assert shown["url"].endswith("/i/alvmark/bt-2026")
    assert shown["title"].startswith('BT "')
    assert words in shown["description"]
    hosts = set(re.findall(r'(?:href|src|content)="https?://([^/"]+)', head))
    assert hosts == {shown["url"].split("/")[2]}


def test_closed_advertisement_is_no_job_posting(client: FlaskClient, session: Session, world: World) -> None:
    opened_intake(session, world, slug="past")
    assert "ld+json" not in client.get("/i/alvmark/past").text


def test_hostile_title_stays_inside_the_job_posting(
    client: FlaskClient, session: Session, world: World
) -> None:
    open_now(session, world, title_sv="</script><script>alert(1)</script>", title_en="x")
    page = client.get("/i/alvmark/bt-2026", headers={"Accept-Language": "sv"}).text
    assert "<script>alert" not in page


def test_calendar_has_the_dates_and_moves_an_extended_one(
    client: FlaskClient, session: Session, world: World
) -> None:
    intake = open_now(session, world, interviews_from=(clock.now() + timedelta(days=30)).date())

    def events() -> dict[str, Any]:
        made = Calendar.from_ical(client.get("/i/alvmark/bt-2026/dates.ics?language=en").data)
        return {str(each["uid"]).split("-")[2].split("@")[0]: each for each in made.walk("VEVENT")}

    before = events()
    assert set(before) == {"opens", "closes", "interviews", "start"}
    assert before["closes"].decoded("dtstart") == intake.closes_at.replace(microsecond=0)
    assert before["start"].decoded("dtstart") == intake.starts_on
    assert "Last day to apply" in before["closes"]["summary"]
    later = intake.closes_at + timedelta(days=7)
    intakes.extend(session, intake=intake, closes_at=later, reason="Få", actor=world.actor, now=clock.now())
    session.commit()
    after = events()
    assert after["closes"]["uid"] == before["closes"]["uid"]
    assert after["closes"].decoded("dtstart") == later.replace(microsecond=0)


def test_calendar_of_all_has_open_and_coming_intakes_only(
    client: FlaskClient, session: Session, world: World
) -> None:
    open_now(session, world)
    opened_intake(session, world, slug="past")
    draft_intake(session, world, slug="draft")
    response = client.get("/dates.ics")
    assert response.mimetype == "text/calendar"
    assert {
        str(each["url"]).rsplit("/", 1)[1] for each in Calendar.from_ical(response.data).walk("VEVENT")
    } == {"bt-2026"}
