"""Pages of the ranking step."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import Application, Assignment, Membership, RankingRun, Role, Sex
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import opened_intake
from tests.recruit.page_helpers import count_queries, english
from tests.recruit.ranking_helpers import assessed, closed_intake, confirmed, ranked

BASE = "/g/alvmark/bt-2026/ranking"


def test_run_by_the_coordinator_leads_to_the_run(session: Session, world: World, client: FlaskClient) -> None:
    closed_intake(session, world)
    sign_in(client, world.coordinator)
    response = post(client, f"{BASE}/run", {"stage": "screening"})
    assert (response.status_code, response.location) == (303, f"{BASE}/screening/1")
    page = client.get(f"{BASE}/screening/1")
    assert page.status_code == 200
    assert session.exec(select(RankingRun.number)).all() == [1]


def test_run_posted_twice_leads_to_the_same_run_and_says_so(
    session: Session, world: World, client: FlaskClient
) -> None:
    closed_intake(session, world)
    sign_in(client, world.coordinator)
    english(client)
    for _time in range(2):
        response = post(client, f"{BASE}/run", {"stage": "screening"})
        assert (response.status_code, response.location) == (303, f"{BASE}/screening/1")
    assert "Nothing has changed since run 1" in client.get(f"{BASE}/screening/1").text


def test_run_that_is_refused_says_why_and_keeps_nothing(
    session: Session, world: World, client: FlaskClient
) -> None:
    opened_intake(session, world)
    sign_in(client, world.coordinator)
    english(client)
    response = post(client, f"{BASE}/run", {"stage": "interview"})
    assert response.status_code == 409
    assert "No run was made" in response.text
    assert session.exec(select(RankingRun)).all() == []


def test_run_of_an_unknown_stage_shows_the_form_again(
    session: Session, world: World, client: FlaskClient
) -> None:
    closed_intake(session, world)
    sign_in(client, world.coordinator)
    assert post(client, f"{BASE}/run", {"stage": "offer"}).status_code == 422
    assert post(client, f"{BASE}/run", {}).status_code == 422


def test_run_by_an_auditor_is_refused(session: Session, world: World, client: FlaskClient) -> None:
    closed_intake(session, world)
    sign_in(client, world.auditor)
    assert post(client, f"{BASE}/run", {"stage": "screening"}).status_code == 403
    assert client.get(BASE).status_code == 200


def test_show_has_codes_and_nothing_about_persons(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=())
    application = assessed(
        session,
        world,
        intake,
        3,
        sex=Sex.FEMALE,
        given_name="Zsófia",
        family_name="Halász",
        education_country="HU",
    )
    session.commit()
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    page = client.get(f"{BASE}/screening/1?places=1").text
    assert application.mask_code in page
    for secret in ("Zsófia", "Halász", application.reference, "applicant"):
        assert secret not in page


def test_show_parts_add_up_to_the_points_but_for_rounding(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(1, 2, 3, 4))
    ranked(session, world, intake)
    sign_in(client, world.auditor)
    page = client.get(f"{BASE}/screening/1").text
    for row in re.findall(r"<tr class=\"\">\s*<td class=\"number\"><strong>\d.*?</tr>", page, re.S):
        total, *parts = [
            round(float(text.replace(",", ".")) * 1000)
            for text in re.findall(r"(?:<strong>|part-points\">)(\d+,\d{3})<", row)
        ]
        assert len(parts) == 5
        assert abs(sum(parts) - total) <= 2


def test_show_with_a_line_that_parts_equals_says_which_numbers_avoid_it(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 3, 3, 2))
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{BASE}/screening/1?places=2&reserves=2").text
    assert "The line parts 3 with the same points" in page
    assert "At 1 or 4 the line falls in a gap" in page
    assert "Try 1" in page
    assert "Try 4" in page
    assert "separated by the lot" in page
    assert "The line parts" not in client.get(f"{BASE}/screening/1?places=4").text


def test_show_with_a_line_that_is_no_number_names_the_field(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{BASE}/screening/1?places=many")
    assert page.status_code == 200
    assert "Write a whole number from 1 to 10000" in page.text


def test_show_says_when_something_has_changed(session: Session, world: World, client: FlaskClient) -> None:
    intake = closed_intake(session, world)
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    english(client)
    assert "Something has changed" not in client.get(f"{BASE}/screening/1").text
    assessed(session, world, intake, 4)
    session.commit()
    assert "Something has changed" in client.get(f"{BASE}/screening/1").text


def test_show_lists_what_an_incomplete_application_lacks(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(3,))
    lacking = assessed(session, world, intake, {"references": 4, "science": 4})
    session.commit()
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{BASE}/screening/1").text
    assert "Missing: other work" in page
    assert page.index("Missing is never zero") < page.index(lacking.mask_code)


def test_show_of_a_run_that_does_not_exist_is_not_found(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    assert client.get(f"{BASE}/screening/2").status_code == 404
    assert client.get(f"{BASE}/offer/1").status_code == 404
    assert client.get(f"{BASE}/screening/1?page=99").status_code == 200


def test_show_asks_a_constant_number_of_queries(
    session: Session, world: World, client: FlaskClient, app: Flask
) -> None:
    intake = closed_intake(session, world, levels=(3,))
    ranked(session, world, intake)
    sign_in(client, world.coordinator)

    few = count_queries(app, client, f"{BASE}/screening/1")
    for level in (1, 2, 3, 4, 4, 2):
        assessed(session, world, intake, level)
    session.commit()
    ranked(session, world, intake)
    assert count_queries(app, client, f"{BASE}/screening/2") == few + 1  # the run before it
    assert few <= 12


def test_show_falls_back_to_the_line_of_the_list_that_was_drawn(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 3, 1)
    sign_in(client, world.auditor)
    english(client)
    page = client.get(f"{BASE}/screening/1").text
    assert "The line: 3 are called." in page
    assert "3 of 5 are called" in page


def test_pages_of_another_regions_run_do_not_exist(
    session: Session, world: World, client: FlaskClient
) -> None:
    from tests.recruit.factories import make_world

    other = make_world(session, slug="vattmark")
    ranked(session, other, closed_intake(session, other))
    sign_in(client, world.coordinator)
    assert client.get("/g/vattmark/bt-2026/ranking/screening/1").status_code == 404
    assert session.exec(select(Application)).first() is not None


def test_coordinator_who_assesses_sees_no_points_before_submitting(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    task = session.exec(select(Assignment).where(Assignment.intake_id == intake.id)).first()
    assert task is not None
    session.add(
        Assignment(
            region_id=intake.region_id,
            intake_id=intake.id,
            application_id=task.application_id,
            assessor_id=world.coordinator.id,
            stage="screening",
            assigned_at=run.created_at,
        )
    )
    session.add(
        Membership(region_id=intake.region_id, account_id=world.coordinator.id or 0, role=Role.ASSESSOR)
    )
    session.commit()
    sign_in(client, world.coordinator)
    assert client.get(f"/g/alvmark/{intake.slug}/ranking/screening/1").status_code == 409
    sign_in(client, world.auditor)
    assert client.get(f"/g/alvmark/{intake.slug}/ranking/screening/1").status_code == 200


def test_show_says_what_differs_from_the_run_before(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(4, 3))
    ranked(session, world, intake)
    late = assessed(session, world, intake, {"references": 4, "science": 3, "other_work": 3}, second=3)
    session.commit()
    ranked(session, world, intake)
    sign_in(client, world.auditor)
    english(client)
    first, second = (client.get(f"{BASE}/screening/{number}").text for number in (1, 2))
    assert "Since run" not in first
    assert "Since run 1" in second
    assert "2 applications have another place." in second
    assert re.search(rf"{late.mask_code}</span> – → 2", second)
