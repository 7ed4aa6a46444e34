"""Pages of the checks before release, of confirming, publishing and releasing."""

from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlmodel import Session, col, select

from recruit.models import (
    InterviewList,
    ListPublication,
    OutgoingMail,
    RankingRelease,
    RankingRun,
    Role,
)
from recruit.services import gate, interview, list_checks
from tests.recruit.factories import World, member, post
from tests.recruit.kept import kept
from tests.recruit.page_helpers import main_of, other_client
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, one_line, ranked, settle
from tests.recruit.test_release_gate import interviewed  # noqa: F401
from tests.recruit.test_verification import _drop_triggers
from tests.recruit.zone_helpers import draw, zoned

BASE = "/g/alvmark/bt-2026/interview-list"
ZONE = f"{BASE}/1/zone"


@pytest.fixture
@kept(InterviewList)
def drawn(session: Session, world: World) -> InterviewList:
    """A draft that calls four, with four in a zone for the group to discuss."""
    return draw(session, world, *zoned(session, world))


def test_draft_lists_every_check(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    page = main_of(other_client(client, world.coordinator).get(f"{BASE}/1").text)
    count = len(list_checks.checks(session, interview_list=drawn).findings)
    assert f"{count} checks, and none has found anything wrong." in page
    assert "Nobody who should be in the ranking is missing." in page


def test_every_check_has_a_sentence_for_when_it_passes(client: FlaskClient) -> None:
    from recruit import release_view

    with client.application.test_request_context():
        assert set(release_view._passed()) == set(gate.SENTENCES)


def test_draft_that_fails_a_check_says_why_and_has_no_button(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    settle(session, world, drawn)
    session.commit()
    _drop_triggers(session)
    session.execute(text("UPDATE ranking_row SET place = 3 - place WHERE place IN (1, 2)"))
    session.commit()
    response = other_client(client, world.chair).get(f"{BASE}/1")
    page = main_of(response.text)
    assert str(gate.SENTENCES["kept_rows"]) in page
    assert "The checks have found something" in page
    assert f"{BASE}/1/confirm" not in response.text


def test_draft_with_damaged_inputs_is_still_a_page(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    _drop_triggers(session)
    session.execute(text("UPDATE ranking_run SET inputs = '{}', inputs_sha256 = 'x'"))
    session.commit()
    reader = other_client(client, world.chair)
    response = reader.get(f"{BASE}/1")
    assert response.status_code == 200
    assert f"{BASE}/1/confirm" not in response.text
    assert reader.get(ZONE).status_code == 200


def test_the_only_coordinator_is_told_to_have_another_added(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    session.execute(text("UPDATE account SET active = false WHERE id = :id"), {"id": world.chair.id})
    session.commit()
    reader = other_client(client, world.coordinator)
    page = main_of(reader.get(f"{BASE}/1").text)
    assert "The region has no other coordinator who could" in page
    assert "An administrator adds one under People: Admin" in page
    both = member(session, world.region, "both@alvmark.example", Role.COORDINATOR, Role.ADMINISTRATOR)
    settle(session, world, drawn)
    session.execute(text("UPDATE zone_decision SET decided_by_id = :id"), {"id": both.id})
    session.commit()
    response = other_client(client, both).get(f"{BASE}/1")
    assert "You settled the borderline zone" in main_of(response.text)
    assert 'href="/g/alvmark/people"' in response.text


def test_auditor_sees_zone_checks_and_who_confirms_without_buttons(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    settle(session, world, drawn)
    session.commit()
    response = other_client(client, world.auditor).get(f"{BASE}/1")
    page = main_of(response.text)
    assert "Settled by the group" in page
    assert "none has found anything wrong" in page
    assert "It can be confirmed by Coordinator 2" in page  # an auditor reads roles
    assert "<form" not in response.text[response.text.index("<main") :]


# --- publishing ---


def test_publish_tells_how_many_and_is_done_once(session: Session, world: World, client: FlaskClient) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 2)
    reader = other_client(client, world.coordinator)
    page = unescape(reader.get(f"{BASE}/1").text)
    assert "Publish version 1 and send 5 mails?" in page
    assert post(reader, f"{BASE}/1/publish").status_code == 303
    mails = session.exec(select(OutgoingMail).where(col(OutgoingMail.application_id).is_not(None))).all()
    told = [mail for mail in mails if "intervju" in mail.subject]
    assert len(told) == 5
    assert all("http" in mail.body for mail in told)
    page = reader.get(f"{BASE}/1").text
    assert "Published" in main_of(page)
    assert f"{BASE}/1/publish" not in page
    response = post(reader, f"{BASE}/1/publish")
    assert response.status_code == 409
    assert "published already" in response.text
    assert len(session.exec(select(ListPublication)).all()) == 1


def test_publish_of_a_draft_is_refused_and_of_an_older_version_not_offered(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    confirmed(session, world, intake, run, 2)
    interview.draft(session, intake=intake, run=run, groups=one_line(3), actor=world.actor, now=LATER)
    session.commit()
    reader = other_client(client, world.coordinator)
    assert "There is a newer version, 2" in main_of(reader.get(f"{BASE}/1").text)
    assert post(reader, f"{BASE}/2/publish").status_code == 409
    assert post(other_client(client, world.auditor), f"{BASE}/1/publish").status_code == 403
    assert session.exec(select(ListPublication)).all() == []


def test_confirmed_list_offers_the_record_files_that_the_reader_may_have(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 2)
    coordinator = other_client(client, world.coordinator).get(f"{BASE}/1").text
    auditor = other_client(client, world.auditor).get(f"{BASE}/1").text
    assert [
        name in page for page in (coordinator, auditor) for name in ("Record file", "Monitoring file")
    ] == [
        True,
        False,
        True,
        True,
    ]


# --- releasing a ranking after the interviews ---


def test_ranking_after_the_interviews_is_released_by_a_second_coordinator(
    session: Session,
    world: World,
    client: FlaskClient,
    interviewed: Callable[..., RankingRun],  # noqa: F811
) -> None:
    interviewed()
    address = "/g/alvmark/bt-2026/ranking/interview/1"
    own, second = other_client(client, world.coordinator), other_client(client, world.chair)
    page = own.get(address).text
    assert "You made this run." in main_of(page)
    assert f"{address}/release" not in page
    assert post(own, f"{address}/release").status_code == 403
    assert f"{address}/release" in second.get(address).text
    assert post(second, f"{address}/release").status_code == 303
    assert len(session.exec(select(RankingRelease)).all()) == 1
    page = second.get(address).text
    assert "Released" in main_of(page)
    assert f"{address}/release" not in page
    assert "Release of this ranking" not in second.get("/g/alvmark/bt-2026/ranking/screening/1").text
