"""The page of what-ifs: it shows, and never changes anything."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.models import Intake, metadata
from recruit.run_analysis import analysis
from scoring.ranking import rank
from scoring.sensitivity import list_change, outcome_of, with_weights
from tests.recruit.factories import World, sign_in
from tests.recruit.page_helpers import count_queries, english, own_task
from tests.recruit.ranking_helpers import assessed, closed_intake, confirmed, ranked

RUN = "/g/alvmark/bt-2026/ranking/screening/1"
PAGE = f"{RUN}/what-if"


def mixed(session: Session, world: World) -> Intake:
    """Eight applications that are good at different things."""
    intake = closed_intake(session, world, levels=())
    for number in range(8):
        first = {"references": number % 5, "science": (number * 3) % 5, "other_work": (7 - number) % 5}
        assessed(session, world, intake, first, second={**first, "science": 4 - first["science"]})
    session.commit()
    return intake


@pytest.fixture
def coordinator(session: Session, world: World, client: FlaskClient) -> FlaskClient:
    """The coordinator, signed in, reading English, with a ranked intake."""
    ranked(session, world, mixed(session, world))
    sign_in(client, world.coordinator)
    english(client)
    return client


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    engine = app.extensions["recruit_engine"]
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata().sorted_tables
        }


def test_no_request_changes_a_row(
    app: Flask, session: Session, coordinator: FlaskClient, world: World
) -> None:
    without = analysis_of(session, world).assessors[0]
    session.commit()
    before = everything(app)
    assert before["ranking_run"]
    for query in (
        "",
        "?weight_references=0&weight_science=40",
        f"?combine=median&without={without}&places=2",
        "?weight_references=nonsense",
        "?places=0",
    ):
        assert coordinator.get(PAGE + query).status_code in (200, 422)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(coordinator, method)(PAGE).status_code in (400, 405)
    assert everything(app) == before


def test_post_is_not_allowed(app: Flask, coordinator: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    assert coordinator.post(PAGE, data={"weight_references": "0"}).status_code == 405


def analysis_of(session: Session, world: World):  # type: ignore[no-untyped-def]
    from sqlmodel import select

    from recruit.models import RankingRun

    return analysis(session.exec(select(RankingRun)).one())


def tried(session: Session, world: World, weights: dict[str, int], k: int):  # type: ignore[no-untyped-def]
    run = analysis_of(session, world)
    return with_weights(run.ranking, run.profile, {**OWN, **weights}, k=k).change


OWN = {"swedish_work": 10, "breadth": 10, "references": 15, "science": 5, "other_work": 5}


def test_show_without_anything_tried_is_the_same_list(coordinator: FlaskClient) -> None:
    page = coordinator.get(f"{PAGE}?places=3").text
    assert "The list is the same: all 3 stay" in page
    assert "Nothing is changed yet" in page
    assert "This page only shows" in page
    assert page.count('type="range"') == 5
    for key, weight in OWN.items():
        slider = re.search(rf'<input[^>]*name="weight_{key}"[^>]*>', page)
        assert slider is not None
        for attribute in (f'value="{weight}"', 'min="0"', 'max="40"', 'step="1"'):
            assert attribute in slider.group()
    assert "15 in the profile" in page


def test_show_tells_who_goes_in_and_out(session: Session, world: World, coordinator: FlaskClient) -> None:
    change = tried(session, world, {"references": 0, "other_work": 40}, 3)
    assert change.goes_out
    page = coordinator.get(f"{PAGE}?weight_references=0&weight_other_work=40&places=3").text
    assert f"{change.stays} of 3 stay on the list" in page
    out = re.search(r"<h3>Go out.*?</section>", page, re.S)
    comes = re.search(r"<h3>Come in.*?</section>", page, re.S)
    assert out
    assert comes
    assert re.findall(r'class="code" href="[^"]*">(\w+)<', out.group()) == list(change.goes_out)
    assert re.findall(r'class="code" href="[^"]*">(\w+)<', comes.group()) == list(change.comes_in)
    assert "move-label--out" in page
    assert "move-label--in" in page


def test_show_without_an_assessor_and_with_the_median(
    session: Session, world: World, coordinator: FlaskClient
) -> None:
    run = analysis_of(session, world)
    name = run.assessors[0]
    rest = run.levels[run.levels["assessor"] != name]
    ids = run.ranking.table["application"].tolist()
    after = rank(rest, run.profile, "screening", run.ranking.seed, ids)
    change = list_change(outcome_of(run.ranking), outcome_of(after), 3)
    found = run.tried(OWN, combine="median", without=name, k=3)
    assert found.change == change
    assert [row.code for row in found.rows if row.place] == list(after.ranked)
    page = coordinator.get(f"{PAGE}?combine=median&without={name}&places=3").text
    heading = "all 3 stay" if not change.goes_out else f"{change.stays} of 3 stay"
    assert heading in page


def test_show_says_how_much_the_list_depends_on_the_weights(
    session: Session, world: World, coordinator: FlaskClient
) -> None:
    ranges = analysis_of(session, world).varied(3).ranges
    page = coordinator.get(f"{PAGE}?places=3").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "within ±20% of itself, 1,000 times (seed 1)" in page
    assert f"On average {float(ranges.mean_share):.1%}" in page
    assert f"{ranges.always} of 3 are on it every time" in page
    for heading in ("Without one criterion", "Without one assessor", "The median instead of the mean"):
        assert heading in page
    for name in analysis_of(session, world).assessors:
        assert name in page


def test_show_of_weights_that_cannot_be_used_says_why(coordinator: FlaskClient) -> None:
    for value in ("41", "-1", "nan", "inf", "many", "1e9"):
        response = coordinator.get(f"{PAGE}?weight_science={value}")
        assert response.status_code == 422
        assert "Give a weight from 0 to 40" in response.text
    nothing = "&".join(f"weight_{key}=0" for key in OWN)
    response = coordinator.get(f"{PAGE}?{nothing}")
    assert response.status_code == 422
    assert "At least one criterion must have a weight above 0" in response.text
    assert coordinator.get(f"{PAGE}?without=somebody").status_code == 422
    assert coordinator.get(f"{PAGE}?combine=mode").status_code == 422


def test_show_takes_a_decimal_comma(coordinator: FlaskClient) -> None:
    assert coordinator.get(f"{PAGE}?weight_science=7,5").status_code == 200


def test_show_goes_by_the_list_that_was_drawn(session: Session, world: World, client: FlaskClient) -> None:
    intake = mixed(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 2)
    sign_in(client, world.auditor)
    english(client)
    page = client.get(PAGE).text
    assert "all 2 stay" in page
    assert "before a borderline zone is settled" in page


def test_show_of_more_places_than_applications_and_of_nobody_ranked(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(0, 0)))
    sign_in(client, world.auditor)
    english(client)
    page = client.get(f"{PAGE}?places=500").text
    assert "Nobody has a place" in page


def test_show_before_own_assessments_are_in_is_refused(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = mixed(session, world)
    run = ranked(session, world, intake)
    own_task(session, world.coordinator, intake, run.created_at)
    sign_in(client, world.coordinator)
    assert client.get(PAGE).status_code == 409


def test_show_works_without_script_and_says_where_the_script_is(coordinator: FlaskClient) -> None:
    page = coordinator.get(PAGE)
    assert 'method="get"' in page.text
    assert '<button class="button" type="submit">Show</button>' in page.text
    assert 'src="/static/js/live.js" defer' in page.text
    assert not re.search(r"<script(?![^>]*src=)", page.text)
    assert " style=" not in page.text


def test_show_asks_a_constant_number_of_queries(
    session: Session, world: World, client: FlaskClient, app: Flask
) -> None:
    intake = mixed(session, world)
    ranked(session, world, intake)
    sign_in(client, world.auditor)
    few = count_queries(app, client, PAGE)
    for level in (1, 2, 3, 4):
        assessed(session, world, intake, level, second=2)
    session.commit()
    ranked(session, world, intake)
    assert count_queries(app, client, PAGE.replace("/1/", "/2/")) == few
    assert few <= 9
