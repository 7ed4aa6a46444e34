"""The page on how far the assessors of a run agree."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import agreement_view
from recruit.models import Application, Assignment, Intake
from recruit.queries.ranking import assessor_pseudonym
from recruit.run_analysis import RunAnalysis, analysis
from scoring.agreement import agreement
from scoring.profile import default_profile
from tests.recruit.factories import World, sign_in
from tests.recruit.page_helpers import count_queries, english, own_task
from tests.recruit.ranking_helpers import assessed, closed_intake, ranked

RUN = "/g/alvmark/bt-2026/ranking/screening/1"
PAGE = f"{RUN}/agreement"


def differing(session: Session, world: World) -> Intake:
    """Twelve applications; the second assessor is a level stricter on all but two, and far off on one."""
    intake = closed_intake(session, world, levels=())
    for number in range(12):
        level = number % 4 + 1
        second = level if number < 2 else level - 1
        assessed(session, world, intake, level, second=0 if number == 11 else second)
    session.commit()
    return intake


@pytest.fixture
def auditor(session: Session, world: World, client: FlaskClient) -> FlaskClient:
    """The auditor, signed in, reading English."""
    sign_in(client, world.auditor)
    english(client)
    return client


def test_show_says_in_words_what_the_figures_say(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    run = ranked(session, world, differing(session, world))
    expected = agreement(analysis(run).levels, per="criterion", seed=1)
    mean = expected.overall.icc["2,k"]
    assert mean.value is not None
    assert mean.low is not None
    assert mean.high is not None
    page = auditor.get(PAGE).text
    assert f"mean levels {mean.value:.0%}" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{mean.value:.2f}" in page
    assert f"{mean.low:.2f} to {mean.high:.2f}".replace("-", "−") in page
    alpha = expected.criteria["science"].alpha["ordinal"]
    assert f"{alpha.value:.2f}" in page
    assert "References" in page
    assert "cannot be compared between stages or intakes" in page


def test_show_names_no_person(session: Session, world: World, auditor: FlaskClient) -> None:
    intake = differing(session, world)
    ranked(session, world, intake)
    page = auditor.get(PAGE).text
    assert assessor_pseudonym(intake, world.assessors[0].public_id) in page
    for account in world.assessors:
        assert account.email not in page
        assert account.public_id not in page
        assert not account.name or account.name not in page
    for reference in session.exec(select(Application.reference)):
        assert reference is None or reference not in page


def test_show_marks_who_is_stricter_with_an_interval(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    intake = differing(session, world)
    ranked(session, world, intake)
    page = auditor.get(PAGE).text
    strict = assessor_pseudonym(intake, world.assessors[1].public_id)
    row = re.search(rf'<tr class="is-watch"><th scope="row"><bdi>{strict}.*?</tr>', page, re.S)
    assert row is not None
    assert "stricter" in row.group()
    assert "m-line" in row.group()


def test_show_of_two_panels_says_that_they_cannot_be_compared(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2, 1), second=2)
    for level in (1, 2, 3):
        application = assessed(session, world, intake, level, second=level + 1)
        tasks = select(Assignment).where(Assignment.application_id == application.id)
        for task, other in zip(session.exec(tasks).all(), world.assessors[2:], strict=True):
            task.assessor_id = other.id or 0
    session.commit()
    ranked(session, world, intake)
    page = auditor.get(PAGE).text
    assert "2 groups that share no application" in page
    assert "Group 2" in page


def taken(rows: list[list[object]]) -> RunAnalysis:
    """A run with those levels on one criterion, [application, assessor, level], taken apart."""
    return RunAnalysis(
        {
            "profile": {"toml": default_profile().to_toml()},
            "stage": "screening",
            "seed": "a seed",
            "applications": sorted({str(row[0]) for row in rows}),
            "levels": [[application, assessor, "science", level] for application, assessor, level in rows],
        }
    )


def view(app: Flask, rows: list[list[object]]) -> agreement_view.AgreementView:
    """The page's content in English."""
    run = taken(rows)
    assert run.agreement is not None
    with app.test_request_context(headers={"Accept-Language": "en"}):
        return agreement_view.view_of(run, run.agreement)


def test_severity_is_not_drawn_where_it_cannot_be_told(app: Flask) -> None:
    shared = [[f"A{n}", who, (n + step) % 4] for n in range(6) for who, step in (("one", 0), ("two", 1))]
    page = view(app, [*shared, ["B1", "alone", 3]])
    row = re.search(r"<tr[^>]*><th scope=.row.><bdi>alone.*?</tr>", page.severity_plot, re.S)
    assert row is not None
    assert "cannot be told: shares no application with anybody" in row.group()
    assert "m-dot" not in row.group()
    assert "m-line" not in row.group()
    assert next(each for each in page.assessors if each.assessor == "alone").severities == ["cannot be told"]


def test_levels_of_one_assessor_give_a_reason_and_no_figure(app: Flask) -> None:
    page = view(app, [["A1", "one", 3], ["A2", "one", 1]])
    assert page.title == "How far the assessors agree cannot be told"
    assert "One person gave all the levels" in page.sentences[0]
    assert [figure for _name, figure, _interval in page.stats] == ["–", "–", "–"]


def test_opposite_levels_are_no_agreement_and_not_a_share(app: Flask) -> None:
    page = view(
        app, [[f"A{n}", who, n if who == "one" else 4 - n] for n in range(5) for who in ("one", "two")]
    )
    assert "no more than chance" in page.sentences[0]
    assert "-" not in page.stats[1][1]
    assert page.stats[1][1].startswith("−")


def test_run_with_levels_from_the_form_alone_has_nothing_to_agree_about() -> None:
    assert taken([["A1", "form", 3]]).agreement is None


def test_show_of_equal_levels_gives_a_reason_and_no_figure(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world, levels=(3, 3, 3)))
    page = auditor.get(PAGE).text
    assert "How far the assessors agree cannot be told" in page
    assert "All levels are the same" in page
    assert "Nobody differs" in page


def test_show_of_a_single_application(session: Session, world: World, auditor: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world, levels=(3,), second=2))
    page = auditor.get(PAGE).text
    assert "There is only one application" in page


def test_show_lists_the_largest_disagreement_first_with_a_link(
    session: Session, world: World, auditor: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=())
    for level in (1, 2, 3):
        assessed(session, world, intake, level, second=level + 1)
    far = assessed(session, world, intake, 4, second={"references": 4, "science": 0, "other_work": 4})
    session.commit()
    ranked(session, world, intake)
    table = auditor.get(PAGE).text.partition('id="disagreements"')[2]
    first = re.search(r"<tbody><tr>.*?</tr>", table, re.S)
    assert first is not None
    assert f'href="{RUN}/{far.mask_code}"' in first.group()
    assert "<strong>4</strong>" in first.group()
    assert "Scientific" in first.group()
    assert "On 10 of 12 the assessors differ, on 1 by two levels or more" in table


def test_show_pages_through_the_disagreements(session: Session, world: World, auditor: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world, levels=(1, 2, 3) * 4, second=0))
    page = auditor.get(f"{PAGE}?page=2").text
    assert "26–36 of 36" in page
    assert auditor.get(f"{PAGE}?page=99").status_code == 200
    assert auditor.get(f"{PAGE}?page=x").status_code == 200


def test_show_in_swedish_leaves_no_english(session: Session, world: World, client: FlaskClient) -> None:
    ranked(session, world, differing(session, world))
    sign_in(client, world.auditor)
    page = client.get(PAGE).text
    assert "Så eniga är bedömarna" in page
    assert "How far" not in page


def test_show_before_own_assessments_are_in_is_refused(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = differing(session, world)
    run = ranked(session, world, intake)
    own_task(session, world.coordinator, intake, run.created_at)
    sign_in(client, world.coordinator)
    assert client.get(PAGE).status_code == 409
    sign_in(client, world.auditor)
    assert client.get(PAGE).status_code == 200


def test_show_of_no_run_and_to_an_assessor(session: Session, world: World, client: FlaskClient) -> None:
    ranked(session, world, differing(session, world))
    sign_in(client, world.assessors[0])
    assert client.get(PAGE).status_code == 403
    sign_in(client, world.coordinator)
    assert client.get("/g/alvmark/bt-2026/ranking/screening/9/agreement").status_code == 404
    assert client.post(PAGE).status_code in (400, 405)


def test_show_asks_a_constant_number_of_queries(
    session: Session, world: World, auditor: FlaskClient, app: Flask
) -> None:
    intake = closed_intake(session, world, levels=(3, 2), second=1)
    ranked(session, world, intake)
    few = count_queries(app, auditor, PAGE)
    for level in (1, 2, 3, 4, 4, 2):
        assessed(session, world, intake, level, second=2)
    session.commit()
    ranked(session, world, intake)
    assert count_queries(app, auditor, PAGE.replace("/1/", "/2/")) == few
    assert few <= 7
