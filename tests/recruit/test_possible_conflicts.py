"""Possible conflicts of interest: found, asked, answered by a person, and kept out of plans meanwhile."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.models import (
    ConflictAnswer,
    ConflictOfInterest,
    Intake,
    PossibleConflict,
    RecordEntry,
    RecordValue,
)
from recruit.models.types import id_of
from recruit.queries import assessment as assessments
from recruit.queries import possible_conflicts as queries
from recruit.services import conflict_search, disposal, panels, possible_conflicts
from recruit.services.assessor_limits import Terms, set_terms
from tests.databases import ONE_DATABASE
from tests.recruit.assessment_helpers import LATER, eligible_intake
from tests.recruit.factories import World, post, sign_in
from tests.recruit.kept import kept

BASE = "/g/alvmark/bt-2026"
PLACE = "Älvstads sjukhus"


@pytest.fixture
@kept(Intake)
def asked(session: Session, world: World) -> Intake:
    """Two applications; a referee of both works where the first assessor works."""
    intake = eligible_intake(session, world, 2)
    where = queries.applicants(session, intake)[0].referees[0].workplace
    place(
        session,
        world,
        intake,
        f"{where} Älvstad" if where in ("Medicinkliniken", "Akutmottagningen") else where,
    )
    session.commit()
    return intake


def place(session: Session, world: World, intake: Intake, name: str, revision: int = 0) -> None:
    set_terms(
        session,
        intake=intake,
        assessor_id=id_of(world.assessors[0]),
        terms=Terms(workplace=name),
        revision=revision,
        actor=world.actor,
        now=LATER,
    )


def rows(session: Session) -> list[PossibleConflict]:
    return list(session.exec(select(PossibleConflict).order_by(PossibleConflict.application_id)))  # type: ignore[arg-type]


def answer(
    session: Session, world: World, intake: Intake, row: PossibleConflict, what: ConflictAnswer
) -> list[int]:
    return possible_conflicts.answer(
        session,
        intake=intake,
        question_id=id_of(row),
        answer=what,
        reason="De har aldrig mötts.",
        actor=world.actor,
        now=LATER,
    )


def test_a_new_workplace_raises_the_questions_at_once(session: Session, world: World, asked: Intake) -> None:
    assert queries.undecided(session, asked) == len(rows(session)) == 2
    place(session, world, asked, "Någon annanstans", revision=1)
    assert queries.undecided(session, asked) == 0


def test_a_pair_is_not_assigned_until_it_is_answered(session: Session, world: World, asked: Intake) -> None:
    who = id_of(world.assessors[0])
    panels.assign(session, intake=asked, actor=world.actor, now=LATER)
    assert who not in {each.assessor_id for each in assessments.assignments(session, asked, "screening")}


def test_an_answered_no_stays_answered_until_something_new_is_found(
    session: Session, world: World, asked: Intake
) -> None:
    first = rows(session)[0]
    answer(session, world, asked, first, ConflictAnswer.NO_CONFLICT)
    conflict_search.search(session, intake=asked, now=LATER)
    assert queries.undecided(session, asked) == 1
    first.answered_kinds = "surname"
    session.add(first)
    session.flush()
    conflict_search.search(session, intake=asked, now=LATER)
    assert queries.undecided(session, asked) == 2


def test_an_answered_yes_is_a_declared_conflict(session: Session, world: World, asked: Intake) -> None:
    first = rows(session)[0]
    answer(session, world, asked, first, ConflictAnswer.CONFLICT)
    declared = session.exec(select(ConflictOfInterest)).one()
    assert (declared.application_id, declared.assessor_id) == (first.application_id, first.assessor_id)
    with pytest.raises(Conflict):
        possible_conflicts.reopen(
            session, intake=asked, question_id=id_of(first), actor=world.actor, now=LATER
        )


def test_the_second_answer_is_refused_and_a_no_can_be_taken_back(
    session: Session, world: World, asked: Intake
) -> None:
    first = rows(session)[0]
    answer(session, world, asked, first, ConflictAnswer.NO_CONFLICT)
    with pytest.raises(Conflict, match="Somebody else has answered"):
        answer(session, world, asked, first, ConflictAnswer.CONFLICT)
    possible_conflicts.reopen(session, intake=asked, question_id=id_of(first), actor=world.actor, now=LATER)
    assert queries.undecided(session, asked) == 2


def test_no_answer_without_a_reason(session: Session, world: World, asked: Intake) -> None:
    with pytest.raises(Invalid) as refusal:
        possible_conflicts.answer(
            session,
            intake=asked,
            question_id=id_of(rows(session)[0]),
            answer=ConflictAnswer.NO_CONFLICT,
            reason="  ",
            actor=world.actor,
            now=LATER,
        )
    assert refusal.value.field == "reason"


def test_who_assesses_the_application_does_not_answer(session: Session, world: World, asked: Intake) -> None:
    panels.assign(session, intake=asked, actor=world.actor, now=LATER)
    assessor = assessments.assignments(session, asked, "screening")[0]
    row = next(each for each in rows(session) if each.application_id == assessor.application_id)
    with pytest.raises(NotAllowed):
        possible_conflicts.answer(
            session,
            intake=asked,
            question_id=id_of(row),
            answer=ConflictAnswer.NO_CONFLICT,
            reason="x",
            actor=Actor(assessor.assessor_id),
            now=LATER,
        )


def test_disposal_empties_the_reasons(session: Session, world: World, asked: Intake) -> None:
    first, second = rows(session)
    answer(session, world, asked, first, ConflictAnswer.CONFLICT)
    answer(session, world, asked, second, ConflictAnswer.NO_CONFLICT)
    for application in assessments.pool(session, asked, "screening"):
        disposal.dispose_values(
            session, application=application, reason="gallringsbeslut", actor=world.actor, now=LATER
        )
    session.expire_all()
    assert {each.reason for each in rows(session)} == {""}
    assert session.exec(select(ConflictOfInterest)).one().reason == ""
    kept_values = session.exec(
        select(RecordValue.new)
        .join(RecordEntry, RecordEntry.id == RecordValue.entry_id)  # type: ignore[arg-type]
        .where(RecordEntry.action == "assessment.possible_conflict_cleared")
    ).all()
    assert kept_values == []


@ONE_DATABASE
def test_the_coordinator_answers_on_the_page_one_and_several(
    session: Session, world: World, client: FlaskClient, asked: Intake
) -> None:
    first, second = rows(session)
    sign_in(client, world.coordinator)
    page = client.get(f"{BASE}/assessment/possible-conflicts").text
    assert "En referent arbetar där bedömaren arbetar" in page
    url = f"{BASE}/assessment/possible-conflicts/{first.id}"
    empty = post(client, url, {"answer": "no_conflict", "reason": ""})
    assert empty.status_code == 422
    typed = post(client, f"{BASE}/assessment/possible-conflicts", {"act": "answer", "reason": "kept words"})
    assert typed.status_code == 422
    assert "kept words" in typed.text
    several: dict[str, object] = {"act": "answer", "question": str(second.id), "reason": "Olika kliniker."}
    assert post(client, f"{BASE}/assessment/possible-conflicts", several).status_code == 303
    assert post(client, url, {"answer": "conflict", "reason": "Har handlett."}).status_code == 303
    session.commit()
    session.expire_all()
    assert queries.undecided(session, asked) == 0
    answered = client.get(f"{BASE}/assessment/possible-conflicts?show=answered").text
    assert "Olika kliniker." in answered
    assert post(client, f"{BASE}/assessment/possible-conflicts/{second.id}/reopen").status_code == 303


@ONE_DATABASE
def test_the_assessors_page_sets_limits_and_lets_others_take_over(
    session: Session, world: World, client: FlaskClient, asked: Intake
) -> None:
    who = world.assessors[1]
    sign_in(client, world.coordinator)
    url = f"{BASE}/assessment/assessors/{who.public_id}"
    wrong = post(client, url, {"least": "5", "most": "2", "workplace": PLACE, "revision": "0"})
    assert wrong.status_code == 422
    assert PLACE in wrong.text
    assert post(client, url, {"least": "minus", "revision": "0"}).status_code == 422
    assert post(client, url, {"most": "9", "workplace": PLACE, "revision": "0"}).status_code == 303
    assert "högst 9" in client.get(f"{BASE}/assessment/assessors").text
    planned = post(client, f"{url}/hand-over")
    assert "/assessment/plans/" in planned.location
    assert post(client, f"{planned.location}/carry-out").status_code == 303
    assert post(client, f"{planned.location}/carry-out").status_code == 409
    assert post(client, f"{planned.location}/undo").status_code == 303
    assert post(client, f"{url}/back").status_code == 303
    assert (
        post(client, f"{BASE}/assessment/assessors", {"each": "3", "stage": "screening"}).status_code == 303
    )
    assert (
        post(client, f"{BASE}/assessment/assessors", {"each": "9", "stage": "screening"}).status_code == 422
    )
