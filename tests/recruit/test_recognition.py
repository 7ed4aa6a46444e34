"""Whether the masking held, as assessors say: kept with the assessment, and compared with and without."""

import json

from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.models import Assignment, RecordEntry, RecordValue
from recruit.queries import recognition
from recruit.run_analysis import RunAnalysis
from tests.recruit import ranking_helpers
from tests.recruit.assessment_helpers import application_of, assignments_of, handed_out
from tests.recruit.factories import World, post, sign_in

BASE = "/g/alvmark/bt-2026"


def test_ticks_are_kept_with_the_assessment_and_recorded(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = handed_out(session, world)
    first, second = assignments_of(session, intake, world.assessors[0])[:2]
    codes = [application_of(session, each).mask_code for each in (first, second)]
    session.commit()
    sign_in(client, world.assessors[0])
    client.get("/language/en")
    assert "I recognised this person" in client.get(f"{BASE}/assess/{codes[0]}").text
    data = {"level-references": "3", "action": "save"}
    assert post(client, f"{BASE}/assess/{codes[0]}", {**data, "recognised": "y"}).status_code == 303
    assert post(client, f"{BASE}/assess/{codes[1]}", data).status_code == 303
    session.rollback()
    session.expire_all()
    assert (first.recognised, first.told_country) == (True, False)
    assert (second.recognised, second.told_country) == (False, False)
    entry = session.exec(
        select(RecordEntry).where(RecordEntry.action == "assessment.recognition_told")
    ).one()  # only the one that has a tick
    values = session.exec(select(RecordValue).where(RecordValue.entry_id == entry.id)).all()
    assert json.dumps(True) in [each.new for each in values]
    assert "checked" in client.get(f"{BASE}/assess/{codes[0]}").text.split("recognition-hint")[2]
    # Unticking is a change, and recorded.
    assert post(client, f"{BASE}/assess/{codes[0]}", data).status_code == 303
    session.rollback()
    session.expire_all()
    assert first.recognised is False


def test_figures_with_and_without(session: Session, world: World) -> None:
    intake = ranking_helpers.closed_intake(session, world, levels=(4, 3, 2))
    said = recognition.told(session, intake=intake, stage="screening")
    assert (said.asked, said.recognised, said.marked) == (0, 0, frozenset())
    assignments = session.exec(select(Assignment).order_by(col(Assignment.id))).all()
    for each in assignments:
        each.recognised, each.told_country = False, each is assignments[0]
        session.add(each)
    session.flush()
    said = recognition.told(session, intake=intake, stage="screening")
    assert said.submitted == said.asked == len(assignments)
    assert (said.recognised, said.told_country, len(said.marked)) == (0, 1, 1)
    assert next(iter(said.marked))[0] == application_of(session, assignments[0]).mask_code


def test_order_without_some_assessments(session: Session, world: World) -> None:
    from recruit.queries import ranking

    intake = ranking_helpers.closed_intake(session, world, levels=(4, 3, 2))
    found = RunAnalysis(ranking.inputs(session, intake=intake, stage="screening"))
    first, second, third = found.ranking.ranked
    nothing = found.without(frozenset(), k=2)
    assert (nothing.moved, nothing.change.stays) == ((), 2)
    pairs = {(first, name) for name in found.assessors}
    other = found.without(pairs, k=2)
    assert other.moved == ((first, 1, None), (second, 2, 1), (third, 3, 2))
    assert other.change.unrankable == (first,)
    assert other.change.comes_in == (third,)


def test_the_auditor_reads_it_and_the_group_does_not(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = ranking_helpers.closed_intake(session, world, levels=(4, 3, 2))
    run = ranking_helpers.ranked(session, world, intake)
    ranking_helpers.confirmed(session, world, intake, run, 1)
    first = session.exec(select(Assignment).order_by(col(Assignment.id))).first()
    assert first is not None
    first.recognised = first.told_country = True
    session.add(first)
    session.commit()
    sign_in(client, world.auditor)
    client.get("/language/en")
    page = client.get(f"{BASE}/monitoring").text
    assert "Of 1 assessments, the assessor recognised the person in 1" in page
    assert "Without these assessments" in page
    sign_in(client, world.coordinator)
    assert "recognised the person in" not in client.get(f"{BASE}/monitoring").text
