"""The page that tries a profile on earlier intakes, or on invented applicants."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.invented import APPLICANTS, invented_levels
from recruit.models import Intake
from recruit.services import intake as intakes
from recruit.services import profiles
from scoring.profile import default_profile
from tests.recruit.factories import NOW, World, make_world, sign_in
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.page_helpers import count_queries, english, own_task
from tests.recruit.ranking_helpers import assessed, closed_intake, ranked

PAGE = "/g/alvmark/profiles/bt/1/trial"


@pytest.fixture
def auditor(world: World, client: FlaskClient) -> FlaskClient:
    """The auditor, signed in, reading English."""
    sign_in(client, world.auditor)
    english(client)
    return client


def another(session: Session, world: World, slug: str, title: str, levels: tuple[int, ...]) -> Intake:
    """A closed intake of its own name with one assessed application per level; committed."""
    intake = opened_intake(session, world, slug=slug, title_sv=title, title_en=title)
    for level in levels:
        assessed(session, world, intake, level)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake


def test_trial_without_any_intake_uses_invented_applicants_and_says_so(auditor: FlaskClient) -> None:
    page = auditor.get(PAGE).text
    assert "No intake has been ranked yet" in page
    assert "Invented applicants" in page
    assert f'<td class="number" data-label="Applicants">{APPLICANTS}</td>' in page


def test_invented_levels_are_the_same_for_the_same_seed_and_on_the_scale() -> None:
    profile = default_profile()
    rows = invented_levels(profile, "screening", seed=1)
    assert rows == invented_levels(profile, "screening", seed=1)
    assert rows != invented_levels(profile, "screening", seed=2)
    assert {row[3] for row in rows} == {0, 1, 2, 3, 4}
    assert {row[2] for row in rows} == {each.key for each in profile.required_at("screening")}


def test_trial_flags_what_does_not_tell_applicants_apart(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=())
    for number in range(12):
        level = number % 4
        assessed(session, world, intake, {"references": level, "science": 4, "other_work": level})
    session.commit()
    ranked(session, world, intake)
    page = auditor.get(PAGE).text
    assert "No intake has been ranked yet" not in page
    assert "scientific or quality work hardly differ between applicants" in page
    assert "Half or more have the highest level on scientific" in page.replace("Scientific", "scientific")
    assert "are nearly copies of each other (ρ 1.00)" in page
    assert "All have the same level" in page


def test_trial_says_whether_the_bar_is_too_high(session: Session, world: World, auditor: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world, levels=(4,) * 6 + (0,) * 6))
    page = auditor.get(PAGE).text
    assert (
        "The bar is too high: 6 of 12 would be at or above the threshold, fewer than there are posts (10 posts)"
        in page
    )
    assert "The bar is tight" in auditor.get(f"{PAGE}?posts=5").text
    assert "The bar is not too high" in auditor.get(f"{PAGE}?posts=2").text
    assert auditor.get(f"{PAGE}?posts=0").status_code == 422
    assert auditor.get(f"{PAGE}?posts=many").status_code == 422


def test_trial_counts_ties(session: Session, world: World, auditor: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world, levels=(4, 3, 3, 3)))
    page = auditor.get(PAGE).text
    assert "3 of 4 share their points with somebody, at most 3 of them the same" in page
    assert "in 2 of 3 places only the lot decides" in page


def test_trial_of_a_version_that_is_free_names_what_no_intake_has(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(4, 3, 2)))
    text = default_profile().to_toml().replace('"science"', '"research"')
    text = text.replace("bands = [", "bands = [", 1)
    row = profiles.save(session, region_id=world.region.id or 0, toml=text, actor=world.actor, now=NOW)
    session.commit()
    page = auditor.get(f"/g/alvmark/profiles/bt/{row.version}/trial").text
    assert "has no levels on scientific or quality work, so no points, ties or bar" in page
    assert "No chosen intake has it. It is never counted as 0" in page
    assert "has 1 criterion that this version lacks" in page
    assert "Locked" not in page


def test_trial_says_which_criteria_are_asked_in_another_way(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(4, 3, 2)))
    anchor = default_profile().criterion("science").anchors[0].en
    text = default_profile().to_toml().replace(anchor, "something else altogether")
    row = profiles.save(session, region_id=world.region.id or 0, toml=text, actor=world.actor, now=NOW)
    session.commit()
    page = auditor.get(f"/g/alvmark/profiles/bt/{row.version}/trial").text
    assert "is asked or counted in another way in Basic service, autumn 2026" in page
    assert "asked or counted in another way" not in auditor.get(PAGE).text


def test_trial_on_several_intakes_and_on_none_of_the_regions(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(4, 3, 2)))
    ranked(session, world, another(session, world, "bt-2027", "The other intake", (1, 2)))
    both = auditor.get(PAGE).text
    assert both.count("too few have a place") + both.count("share their points with somebody") == 2
    one = auditor.get(f"{PAGE}?intakes=bt-2027").text
    assert "Basic service, autumn 2026:" not in one
    mixed = auditor.get(f"{PAGE}?intakes=bt-2027&intakes=invented")
    assert mixed.status_code == 422
    assert "Try invented applicants by themselves" in mixed.text
    assert "The other intake:" not in mixed.text
    assert "The other intake" in one
    foreign = make_world(session, "fjallnas")
    ranked(session, foreign, another(session, foreign, "far-away", "A foreign intake", (3,)))
    assert "A foreign intake" not in auditor.get(PAGE).text
    assert auditor.get(f"{PAGE}?intakes=far-away").status_code == 422


def test_trial_leaves_out_intakes_where_own_assessments_are_not_in(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2))
    run = ranked(session, world, intake)
    ranked(session, world, another(session, world, "bt-2027", "The other intake", (1, 2)))
    own_task(session, world.coordinator, intake, run.created_at)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(PAGE).text
    assert "Not shown before your own assessments are in: Basic service, autumn 2026" in page
    assert 'value="bt-2026"' not in page
    assert client.get(f"{PAGE}?intakes=bt-2026").status_code == 409
    assert client.get(f"{PAGE}?intakes=bt-2027&intakes=bt-2026").status_code == 409
    sign_in(client, world.auditor)
    assert client.get(f"{PAGE}?intakes=bt-2026").status_code == 200


def test_trial_with_a_single_applicant_says_that_nothing_can_be_said(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(3,)))
    page = auditor.get(PAGE).text
    assert "Too few applicants have a level" in page
    assert "No two criteria can be compared" in page


def test_trial_is_for_oversight_and_reads_only(session: Session, world: World, client: FlaskClient) -> None:
    sign_in(client, world.assessors[0])
    assert client.get(PAGE).status_code == 403
    sign_in(client, world.coordinator)
    english(client)
    assert client.get("/g/alvmark/profiles/bt/9/trial").status_code == 404
    assert client.post(PAGE).status_code in (400, 405)
    assert PAGE in client.get("/g/alvmark/profiles/bt/1").text
    assert client.get(f"{PAGE}?stage=offer").status_code == 200


def test_trial_of_the_interview_stage(world: World, auditor: FlaskClient) -> None:
    page = auditor.get(f"{PAGE}?stage=interview").text
    assert "Invented applicants" in page
    assert page.count('class="level-bars"') == len(default_profile().required_at("interview"))


def test_trial_asks_a_constant_number_of_queries(
    session: Session, world: World, auditor: FlaskClient, app: Flask
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(3,)))
    few = count_queries(app, auditor, PAGE)
    ranked(session, world, another(session, world, "bt-2027", "The other intake", (1, 2, 3, 4, 2)))
    assert count_queries(app, auditor, PAGE) == few
    assert few <= 8
