"""The administrator's page of disposal: the plan, holds, what is due and what has gone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.disposals import carry_out
from recruit.models import DisposalPlan, Hold
from recruit.models.disposal import TERMS
from recruit.settings import Settings
from tests.databases import Database
from tests.recruit.application_helpers import begin, open_intake, sent
from tests.recruit.factories import World, applicant, post, sign_in

HERE = "/g/alvmark/keeping"
PLAN = {**{name: str(number) for name, number in TERMS.items()}, "decision": "RS 2026/12", "revision": "0"}


def test_a_plan_is_saved_once_and_shown(session: Session, world: World, client: FlaskClient) -> None:
    sign_in(client, world.administrator)
    assert "no plan yet" in client.get(f"/language/en?next={HERE}", follow_redirects=True).text
    wrong = post(client, HERE, {**PLAN, "hired_months": "0"})
    assert wrong.status_code == 422
    assert "Write a number from 1 to 600" in wrong.text
    assert post(client, HERE, {**PLAN, "decision": ""}).status_code == 422
    assert post(client, HERE, PLAN).status_code == 303
    assert post(client, HERE, PLAN).status_code == 409, "somebody else was first"
    session.rollback()
    row = session.exec(select(DisposalPlan)).one()
    assert (row.decision, row.revision) == ("RS 2026/12", 1)
    page = client.get(HERE).text
    assert "no plan yet" not in page
    assert "RS 2026/12" in page


def test_what_a_plan_would_take_is_shown_before_it_is_saved(
    session: Session, world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = open_intake(session, world)
    begin(session, intake, applicant(session))
    monkeypatch.setattr("recruit.clock.now", lambda: intake.closes_at + timedelta(days=10))
    sign_in(client, world.administrator)
    client.get("/language/en")
    for days, told in (("5", "1 draft"), ("20", "Nothing would go now.")):
        shown = post(client, HERE, {**PLAN, "draft_days": days, "decision": "", "action": "preview"})
        assert shown.status_code == 200
        assert told in shown.text
        assert "Nothing is saved." in shown.text
        assert f'value="{days}"' in shown.text
    wrong = post(client, HERE, {**PLAN, "draft_days": "many", "action": "preview"})
    assert wrong.status_code == 422
    assert "Would go by these numbers" not in wrong.text
    assert session.exec(select(DisposalPlan)).all() == []


def test_a_hold_is_placed_shown_and_lifted(
    session: Session, world: World, client: FlaskClient, tmp_path: Path
) -> None:
    intake = open_intake(session, world)
    application = sent(session, intake, applicant(session), tmp_path / "data" / "attachments")
    given = {
        "intake": intake.slug,
        "reference": application.reference,
        "ground": "appeal",
        "reason": "Överklagat beslut",
    }
    sign_in(client, world.administrator)
    assert post(client, f"{HERE}/holds", {**given, "reference": "BT26-NONE"}).status_code == 422
    assert post(client, f"{HERE}/holds", {**given, "reason": ""}).status_code == 422
    assert post(client, f"{HERE}/holds", given).status_code == 303
    page = client.get(HERE).text
    assert "Överklagat beslut" in page
    assert world.administrator.name in page
    found = re.search(rf'action="({HERE}/holds/[0-9a-f]+/lift)"', page)
    assert found
    assert post(client, found.group(1), {"reason": ""}).status_code == 422
    assert post(client, found.group(1), {"reason": "Avgjort"}).status_code == 303
    assert post(client, found.group(1), {"reason": "Avgjort"}).status_code == 409
    assert "Avgjort" in client.get(HERE).text
    session.rollback()
    assert session.exec(select(Hold)).one().lifted_at is not None


def test_what_is_due_and_what_has_gone_are_shown_without_names(
    session: Session,
    world: World,
    client: FlaskClient,
    tmp_path: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    intake = open_intake(session, world)
    application = sent(session, intake, applicant(session), tmp_path / "data" / "attachments")
    reference = application.reference
    sign_in(client, world.administrator)
    assert post(client, HERE, PLAN).status_code == 303
    session.rollback()
    later = intake.opens_at + timedelta(days=1200)
    monkeypatch.setattr("recruit.queries.disposal.over_on", lambda _session, found: found.opens_at.date())
    monkeypatch.setattr("recruit.routes.keeping.clock.now", lambda: later)
    sign_in(client, world.administrator)
    page = client.get(HERE).text
    assert "1 ansökan" in page
    assert "Kovalenko" not in page
    session.rollback()
    run = carry_out(
        database.engine,
        Settings(data_dir=str(tmp_path / "data"), database_url=database.url),
        now=later,
    )
    assert run.applications == 1
    assert reference in client.get(HERE).text
