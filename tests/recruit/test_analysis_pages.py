"""The analysis page: for auditors alone, what state it is in, what it rests on, and asking for a new one."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from recruit import analyst
from recruit.errors import Conflict
from recruit.models import AnalysisState, Intake, Membership, Role
from recruit.queries import analysis as queries
from recruit.services import analysis
from recruit.services.analysis import Computed
from scoring.errors import TableError
from tests.recruit.factories import World, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import closed_intake
from tests.recruit.test_ranking_pages import english

URL = "/g/alvmark/bt-2026/monitoring/analysis"
HEAD = {
    "n": 1,
    "list": {"version": 2, "confirmed": True},
    "run": {"number": 3},
    "intakes": ["bt-2026"],
    "seed": 7,
    "order": {"reason": {"sv": "Ingen rangordning.", "en": "No ranking."}},
}


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return closed_intake(session, world, levels=(3,))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is computed is beside the point."""
    monkeypatch.setattr(
        analysis, "compute", lambda found, _progress: Computed(None, 7, found.sha256, json.dumps(HEAD))
    )


def test_page_follows_an_analysis_from_asking_to_the_end(
    session: Session, world: World, client: FlaskClient, engine: Engine, intake: Intake, quick: None
) -> None:
    sign_in(client, world.auditor)
    english(client)
    page = client.get(URL).text
    assert "No analysis has been made" in page
    assert "Compute the analysis" in page
    assert post(client, URL).headers["Location"].endswith(URL)
    page = client.get(URL).text
    assert "Waiting to be computed" in page
    assert "data-follow" in page
    assert "Compute anew" not in page
    assert "being computed already" in post(client, URL, follow_redirects=True).text
    taken = analyst.take(engine)
    assert taken is not None
    analysis.tell(session, taken, step="sources.assessor", done=6, total=20, now=taken.at)
    session.commit()
    assert "Being computed: where a gap comes from. 6 of 20 parts are done." in client.get(URL).text
    assert analyst.carry_out(engine, taken)
    page = client.get(URL).text
    assert "The analysis holds" in page
    assert "data-follow" not in page
    for shown in ("Version 2, confirmed", "Run 3", "bt-2026", analysis.code_version()):
        assert shown in page
    assert "Nothing has changed since analysis 1" in post(client, URL, follow_redirects=True).text


def test_page_says_when_something_has_changed_and_why_one_failed(
    session: Session,
    world: World,
    client: FlaskClient,
    engine: Engine,
    intake: Intake,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(client, world.auditor)
    english(client)
    post(client, URL)
    analyst.work_off(engine)
    intake.starts_on = intake.starts_on.replace(day=15)
    session.add(intake)
    analysis.record.write(
        session,
        region_id=intake.region_id,
        actor=world.actor,
        now=intake.created_at,
        action="intake.changed",
        subject=("intake", intake.id or 0),
    )
    session.commit()
    assert "Something has changed since" in client.get(URL).text

    def broken(_found: object, _progress: object) -> Computed:
        raise RuntimeError("no")

    monkeypatch.setattr(analysis, "compute", broken)
    post(client, URL)
    analyst.work_off(engine)
    page = client.get(URL).text
    assert "Analysis 2 could not be made" in page
    assert "What the pages show: analysis 1" in page
    assert "All analyses of this intake" in page


@pytest.mark.parametrize("error", [TableError("row 3: level 5"), Conflict("The profile has been changed.")])
def test_an_analysis_of_what_can_no_longer_be_read_is_read_all_the_same(
    session: Session,
    world: World,
    client: FlaskClient,
    engine: Engine,
    intake: Intake,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    sign_in(client, world.auditor)
    english(client)
    post(client, URL)
    analyst.work_off(engine)
    done = queries.newest_done(session, intake=intake)
    assert done is not None
    assert not queries.is_stale_now(session, intake=intake, analysis=done)

    def damaged(*_each: object) -> None:
        raise error

    monkeypatch.setattr(queries, "audited", damaged)
    page = client.get(URL)
    assert page.status_code == 200
    assert "Something has changed since" in page.text
    assert queries.is_stale_now(session, intake=intake, analysis=done)


def test_page_asks_a_constant_number_of_queries(
    session: Session,
    world: World,
    app: Flask,
    client: FlaskClient,
    engine: Engine,
    intake: Intake,
    quick: None,
) -> None:
    sign_in(client, world.auditor)
    post(client, URL)
    analyst.work_off(engine)
    client.get(URL)
    statements: list[str] = []
    event.listen(
        app.extensions["recruit_engine"], "before_cursor_execute", lambda *each: statements.append(each[2])
    )
    client.get(URL)
    assert len(statements) <= 20


@pytest.mark.parametrize("also", [Role.COORDINATOR, Role.ASSESSOR])
def test_auditor_who_recruits_as_well_is_refused_with_the_reason(
    session: Session, world: World, client: FlaskClient, intake: Intake, also: Role
) -> None:
    session.add(Membership(region_id=intake.region_id, account_id=world.auditor.id, role=also))
    session.commit()
    sign_in(client, world.auditor)
    english(client)
    refused = client.get(URL)
    assert refused.status_code == 403
    assert "single people could be recognised" in refused.text
    assert post(client, URL).status_code == 403
    assert queries.newest(session, intake=intake) is None
    overview = client.get("/g/alvmark/bt-2026/monitoring").text
    assert URL not in overview


def test_others_are_refused(session: Session, world: World, client: FlaskClient, intake: Intake) -> None:
    for account in (world.coordinator, world.assessors[0], world.administrator):
        sign_in(client, account)
        assert client.get(URL).status_code == 403
        assert post(client, URL).status_code == 403


def test_auditor_finds_the_pages_from_the_overview(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    assert f'href="{URL}"' in client.get("/g/alvmark/bt-2026/monitoring").text
    assert client.get("/g/alvmark/none/monitoring/analysis").status_code == 404


def test_post_without_a_token_changes_nothing(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    assert client.post(URL).status_code == 400
    assert queries.newest(session, intake=intake) is None


def test_section_leads_to_the_analysis_while_none_is_finished(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    post(client, URL)
    sources = client.get("/g/alvmark/bt-2026/monitoring/sources")
    assert (sources.status_code, sources.headers["Location"]) == (302, URL)
    found = queries.newest(session, intake=intake)
    assert found is not None
    assert found.state is AnalysisState.QUEUED
