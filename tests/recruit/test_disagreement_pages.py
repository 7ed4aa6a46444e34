"""Pages of disagreements: the coordinator's queue and both sides, the assessors' discussion, and who sees them."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import Application, Disagreement, DisagreementWay, Intake, LevelChange
from recruit.services import disagreement, ranking
from recruit.services import intake as intakes
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.page_helpers import count_queries, english, main_of, other_client, own_task
from tests.recruit.ranking_helpers import LATER, assessed

pytestmark = ONE_DATABASE
BASE = "/g/alvmark/bt-2026"
QUEUE = f"{BASE}/disagreements/screening"


def closed(session: Session, world: World, *levels: tuple[int, int]) -> tuple[Intake, list[str]]:
    made = opened_intake(session, world)
    codes = [assessed(session, world, made, one, second=other).mask_code for one, other in levels]
    intakes.close(session, intake=made, actor=world.actor, now=CLOSES)
    session.commit()
    return made, codes


def discussed(session: Session, world: World, code: str) -> None:
    application = session.exec(select(Application).where(Application.mask_code == code)).one()
    disagreement.open_discussion(
        session, application=application, stage="screening", reason="Tre isär.", actor=world.actor, now=LATER
    )
    session.commit()


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_queue_takes_at_most_ten_queries_for_any_number(
    app: Flask, session: Session, world: World, client: FlaskClient, rows: int
) -> None:
    closed(session, world, *[(4, 1)] * rows)
    sign_in(client, world.coordinator)
    assert count_queries(app, client, QUEUE) <= 18
    assert client.get(QUEUE).text.count('class="row--watch"') == rows


def test_coordinator_deals_with_one_and_what_was_typed_stays(
    session: Session, world: World, client: FlaskClient
) -> None:
    _intake, (code, _other) = closed(session, world, (4, 1), (3, 3))
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{QUEUE}/{code}").text
    assert "Assessor 1" in page
    assert "Assessor 2" in page
    assert world.assessors[0].name not in main_of(page)
    wrong = post(client, f"{QUEUE}/{code}", {"reason": "Det här står kvar."})
    assert wrong.status_code == 422
    assert "Det här står kvar." in wrong.text
    assert post(client, f"{QUEUE}/{code}", {"way": "left", "reason": "Medelvärdet."}).status_code == 303
    assert "Nothing to deal with." in client.get(QUEUE).text
    assert post(client, f"{QUEUE}/{code}/undo", {}).status_code == 303
    assert "1 application to deal with" in client.get(QUEUE).text


def test_decision_by_another_since_the_page_was_read_stands(
    session: Session, world: World, client: FlaskClient
) -> None:
    _intake, (code, other) = closed(session, world, (4, 1), (4, 1))
    sign_in(client, world.coordinator)
    english(client)
    chair = other_client(client, world.chair)
    mine = {"way": "discussion", "reason": "Det här står kvar.", "seen": "0"}
    for address, theirs in ((f"{QUEUE}/{code}", "left"), (f"{QUEUE}/{other}", "third")):
        assert 'name="seen" type="hidden" value="0"' in client.get(address).text
        assert post(chair, address, {"way": theirs, "reason": "Först.", "seen": "0"}).status_code == 303
        refused = post(client, address, mine)
        assert refused.status_code == 409
        assert "Somebody has decided" in refused.text
        assert "Det här står kvar." in refused.text
        assert post(client, f"{address}/undo", {"seen": "0"}).status_code == 409
    decided = session.exec(select(Disagreement).order_by(col(Disagreement.id))).all()
    assert [each.way for each in decided] == [DisagreementWay.LEFT, DisagreementWay.THIRD]
    read = {**mine, "seen": str(decided[0].id)}
    assert post(client, f"{QUEUE}/{code}", read).status_code == 303


def test_discussion_shows_both_sides_to_its_assessors_and_changes_own_levels(
    session: Session, world: World, client: FlaskClient
) -> None:
    _intake, (code, other) = closed(session, world, (4, 1), (4, 1))
    address = f"{BASE}/discussions/screening/{code}"
    sign_in(client, world.assessors[0])
    english(client)
    assert client.get(address).status_code == 404
    discussed(session, world, code)
    assert code in main_of(client.get(f"{BASE}/assess").text)
    assert client.get(address).status_code == 200
    assert client.get(address.replace(code, other)).status_code == 404
    assert other_client(client, world.assessors[2]).get(address).status_code == 404
    keys = ("references", "science", "other_work")
    sent: dict[str, Any] = {f"seen-{key}": "4" for key in keys} | {f"level-{key}": "4" for key in keys}
    silent = post(client, f"{address}/levels", sent | {"level-science": "2"})
    assert silent.status_code == 422
    assert "Write why you change this level" in silent.text
    done = post(client, f"{address}/levels", sent | {"level-science": "2", "reason-science": "Läst om."})
    assert done.status_code == 303
    assert post(client, address, {"text": "Se intyget."}).status_code == 303
    second = other_client(client, world.assessors[1])
    page = main_of(second.get(address).text)
    assert "Läst om." in page
    assert "Se intyget." in page
    assert "Was 4 before the discussion" in page
    assert [(each.old, each.new) for each in session.exec(select(LevelChange))] == [(4, 2)]


def test_ranking_shows_the_way_to_what_is_discussed(
    session: Session, world: World, client: FlaskClient
) -> None:
    _intake, (code,) = closed(session, world, (4, 1))
    discussed(session, world, code)
    sign_in(client, world.coordinator)
    english(client)
    refused = post(client, f"{BASE}/ranking/run", {"stage": "screening"})
    assert refused.status_code == 409
    assert f"{BASE}/disagreements" in refused.text
    assert code in main_of(refused.text)


def test_agreement_goes_by_levels_as_first_given(session: Session, world: World, client: FlaskClient) -> None:
    intake, codes = closed(session, world, (4, 1), (3, 3), (2, 2), (1, 1))
    sign_in(client, world.auditor)
    english(client)
    discussed(session, world, codes[0])
    mine = other_client(client, world.assessors[1])
    keys = ("references", "science", "other_work")
    sent = {f"seen-{key}": "1" for key in keys} | {f"level-{key}": "4" for key in keys}
    sent |= {f"reason-{key}": "Läst om." for key in keys}
    assert post(mine, f"{BASE}/discussions/screening/{codes[0]}/levels", sent).status_code == 303
    chair = other_client(client, world.chair)
    assert post(chair, f"{QUEUE}/{codes[0]}/settle", {"reason": "Klart."}).status_code == 303
    session.expire_all()
    ranking.run(session, intake=intake, actor=world.actor, now=clock.now())
    session.commit()
    page = main_of(client.get(f"{BASE}/ranking/screening/1/agreement").text)
    assert "3 levels were changed in discussions" in page
    assert "On 3 of" in page  # as first given; by the levels of now nobody differs
    assert "Levels raised in discussions: 3" in main_of(client.get(QUEUE).text)


def test_coordinator_with_own_assessments_left_sees_no_levels(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake, (code,) = closed(session, world, (4, 1))
    own_task(session, world.coordinator, intake, CLOSES)
    sign_in(client, world.coordinator)
    for path in (QUEUE, f"{QUEUE}/{code}", f"{BASE}/meeting", f"{BASE}/meeting/order"):
        assert client.get(path).status_code == 409
