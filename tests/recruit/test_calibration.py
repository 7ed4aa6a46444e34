"""Calibration: the same cases for all, nobody's levels before all are in, and nothing of it counts anywhere."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import calibration_view
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentStatus,
    CalibrationRound,
    Eligibility,
    Intake,
    OutgoingMail,
    RecordEntry,
    Referee,
    RoundStatus,
    SetAsideReason,
)
from recruit.queries import assessment as queries
from recruit.queries import calibration as reading
from recruit.queries import calibration_cases as cases
from recruit.queries import intake as intakes
from recruit.services import assessment as service
from recruit.services import calibration, conflicts, panels, setting_aside
from tests.recruit import ranking_helpers
from tests.recruit.assessment_helpers import LATER, eligible_intake, set_all
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.kept import kept

BASE = "/g/alvmark/bt-2026"
PAGE = f"{BASE}/assessment/calibration"
DIFFERENCES = f"{BASE}/assess/calibration/screening"


def ineligible(session: Session, intake: Intake, number: int) -> list[Application]:
    """So many applications that nobody will assess for real, from weak to strong references."""
    made = []
    for each in range(number):
        application = submitted(session, intake)
        application.eligibility = Eligibility.INELIGIBLE
        session.add(application)
        for referee in session.exec(select(Referee).where(Referee.application_id == application.id)):
            referee.safety = referee.asks_for_help = min(4, each)
            session.add(referee)
        made.append(application)
    session.flush()
    return made


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    made = eligible_intake(session, world, 4)
    ineligible(session, made, 6)
    session.commit()
    return made


def keys(session: Session, intake: Intake, number: int = 3) -> list[str]:
    found = cases.candidates(session, intake, "screening", intakes.profile_of(session, intake))
    return [each.key for each in cases.varied(found, number)]


def opened(session: Session, world: World, intake: Intake, number: int = 3) -> CalibrationRound:
    round_ = calibration.open_round(
        session,
        intake=intake,
        stage="screening",
        cases=keys(session, intake, number),
        actor=world.actor,
        now=LATER,
    )
    session.commit()
    return round_


def tasks(session: Session, intake: Intake, assessor: Account) -> list[Assignment]:
    found = select(Assignment).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == queries.CALIBRATION,
        Assignment.assessor_id == assessor.id,
    )
    return list(session.exec(found.order_by(col(Assignment.id))))


def hand_in(session: Session, intake: Intake, assessor: Account, level: int = 2, note: str = "") -> None:
    for task in tasks(session, intake, assessor):
        set_all(session, task, level, note)
        service.submit(session, assignment=task, actor=Actor(assessor.id), now=LATER)
    session.commit()


def test_everybody_gets_the_same_cases_and_is_told(session: Session, world: World, intake: Intake) -> None:
    opened(session, world, intake)
    everybody = [
        {each.application_id for each in tasks(session, intake, assessor)} for assessor in world.assessors
    ]
    assert len(everybody[0]) == 3
    assert all(each == everybody[0] for each in everybody)
    real = {each.id for each in queries.pool(session, intake, "screening")}
    assert not everybody[0] & real
    mails = session.exec(select(OutgoingMail)).all()
    assert len(mails) >= len(world.assessors)
    assert reading.waiting(session, intake) == len(world.assessors)


def test_a_varied_set_goes_from_weak_to_strong(session: Session, intake: Intake) -> None:
    found = cases.candidates(session, intake, "screening", intakes.profile_of(session, intake))
    chosen = cases.varied(found, 5)
    standings = [each.standing for each in chosen]
    assert standings == sorted(standings, key=lambda each: each or 0)
    assert len({each.key for each in chosen}) == 5
    assert standings[0] == min(each.standing for each in found if each.standing is not None)


def test_earlier_cases_only_from_what_is_decided_and_never_who_applies_now(
    session: Session, world: World
) -> None:
    earlier = ranking_helpers.closed_intake(session, world, levels=(1, 2, 3, 4))
    now = eligible_intake_beside(session, world, earlier)
    profile = intakes.profile_of(session, now)
    assert cases.candidates(session, now, "screening", profile) == []  # still being assessed
    run = ranking_helpers.ranked(session, world, earlier)
    ranking_helpers.confirmed(session, world, earlier, run, places=2)
    session.commit()
    found = cases.candidates(session, now, "screening", profile)
    assert {each.earlier for each in found} == {True}
    assert [each.standing for each in sorted(found, key=lambda each: each.standing or 0)] == [1, 2, 3, 4]
    again = session.get_one(Application, found[0].application_id)
    here = session.exec(select(Application).where(Application.intake_id == now.id)).first()
    assert here is not None
    here.account_id = again.account_id
    session.add(here)
    session.commit()
    left = cases.candidates(session, now, "screening", profile)
    assert again.id not in {each.application_id for each in left}
    assert len(left) == 3


def eligible_intake_beside(session: Session, world: World, earlier: Intake) -> Intake:
    """A later intake with one eligible application."""
    from datetime import timedelta

    from recruit.services import intake as service_of_intakes
    from tests.recruit.intake_helpers import CLOSES, plan

    later = plan(world, slug="bt-later", closes_at=CLOSES + timedelta(days=30))
    made = service_of_intakes.create(
        session, region_id=earlier.region_id, plan=later, actor=world.actor, now=LATER
    )
    made.status = earlier.status
    made.closed_at = None
    session.add(made)
    session.flush()
    application = submitted(session, made)
    application.eligibility = Eligibility.ELIGIBLE
    session.add(application)
    session.commit()
    return made


def test_nobody_gets_a_case_of_somebody_they_know(session: Session, world: World, intake: Intake) -> None:
    known = keys(session, intake)[0]
    application = queries.by_code(session, intake=intake, code=known.split("/")[1])
    conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=world.assessors[0].id or 0,
        reason="Kollegor.",
        actor=world.actor,
        now=LATER,
    )
    opened(session, world, intake)
    assert len(tasks(session, intake, world.assessors[0])) == 2
    assert len(tasks(session, intake, world.assessors[1])) == 3


@pytest.mark.parametrize("number", [2, 9])
def test_too_few_and_too_many_cases_are_refused(
    session: Session, world: World, intake: Intake, number: int
) -> None:
    wanted = [f"x/{each}" for each in range(number)]
    with pytest.raises(Invalid):
        calibration.open_round(
            session, intake=intake, stage="screening", cases=wanted, actor=world.actor, now=LATER
        )


def test_a_real_application_is_no_case(session: Session, world: World, intake: Intake) -> None:
    real = queries.pool(session, intake, "screening")[0]
    wanted = [*keys(session, intake)[:2], f"{intake.slug}/{real.mask_code}"]
    with pytest.raises(Invalid) as refused:
        calibration.open_round(
            session, intake=intake, stage="screening", cases=wanted, actor=world.actor, now=LATER
        )
    assert real.mask_code in str(refused.value)


def test_the_last_levels_close_it_and_the_group_agrees(
    session: Session, world: World, intake: Intake
) -> None:
    round_ = opened(session, world, intake)
    for assessor in world.assessors[:-1]:
        hand_in(session, intake, assessor)
    assert round_.status is RoundStatus.OPEN
    with pytest.raises(Conflict):
        agree(session, world, intake, "För tidigt", 0)
    hand_in(session, intake, world.assessors[-1], 4)
    session.refresh(round_)
    assert (round_.status, round_.closed_by_id) == (RoundStatus.CLOSED, None)
    agree(session, world, intake, "Tre kräver exempel.", 0)
    assert reading.agreed(session, intake, "screening") == {"references": "Tre kräver exempel."}
    with pytest.raises(Conflict) as told:
        agree(session, world, intake, "Något annat", 0)  # somebody else wrote in between
    assert "Tre kräver exempel." in str(told.value)
    entries = session.exec(select(RecordEntry).order_by(col(RecordEntry.number)))
    actions = [each.action for each in entries if "calibration" in each.action]
    assert actions == ["calibration.opened", "calibration.closed", "calibration.agreed"]


def agree(session: Session, world: World, intake: Intake, text: str, seen: int) -> None:
    calibration.agree(
        session,
        intake=intake,
        stage="screening",
        criterion="references",
        text=text,
        seen=seen,
        actor=world.actor,
        now=LATER,
    )
    session.commit()


def test_closing_needs_somebodys_levels_and_then_takes_no_more(
    session: Session, world: World, intake: Intake
) -> None:
    opened(session, world, intake)
    with pytest.raises(Conflict):
        calibration.close(session, intake=intake, stage="screening", actor=world.actor, now=LATER)
    hand_in(session, intake, world.assessors[0])
    calibration.close(session, intake=intake, stage="screening", actor=world.actor, now=LATER)
    late = tasks(session, intake, world.assessors[1])[0]
    with pytest.raises(Conflict):
        set_all(session, late)
    assert reading.waiting(session, intake) == 0


def test_skipping_needs_a_reason_and_can_be_thought_better_of(
    session: Session, world: World, intake: Intake
) -> None:
    with pytest.raises(Invalid):
        calibration.skip(session, intake=intake, stage="screening", reason=" ", actor=world.actor, now=LATER)
    skipped = calibration.skip(
        session,
        intake=intake,
        stage="screening",
        reason="Samma grupp som i våras.",
        actor=world.actor,
        now=LATER,
    )
    assert skipped.status is RoundStatus.SKIPPED
    assert opened(session, world, intake).status is RoundStatus.OPEN


def test_a_run_is_the_same_byte_for_byte_with_and_without(session: Session, world: World) -> None:
    from recruit.services import ranking

    intake = ranking_helpers.closed_intake(session, world, levels=(1, 2, 3, 4))
    ineligible(session, intake, 4)
    session.commit()
    before = ranking_helpers.ranked(session, world, intake)
    loads = [
        (load.assigned, load.submitted)
        for load in queries.progress(session, intake=intake, stage="screening").loads
    ]
    opened(session, world, intake)
    for assessor in world.assessors:
        hand_in(session, intake, assessor, 4)
    after = ranking.run(session, intake=intake, actor=world.actor, now=ranking_helpers.LATER)
    assert (after.inputs, after.results) == (before.inputs, before.results)
    assert [
        (load.assigned, load.submitted)
        for load in queries.progress(session, intake=intake, stage="screening").loads
    ] == loads
    assert not queries.has_unsubmitted(
        session, intake=intake, stage="screening", assessor_id=world.assessors[0].id
    )


def test_assigning_leaves_the_calibration_alone(session: Session, world: World, intake: Intake) -> None:
    opened(session, world, intake)
    panels.assign(session, intake=intake, actor=world.actor, now=LATER)
    session.commit()
    assert len(tasks(session, intake, world.assessors[0])) == 3
    assert len(queries.assignments(session, intake, "screening")) == 8


def test_differences_put_the_largest_first(session: Session, intake: Intake) -> None:
    profile = intakes.profile_of(session, intake)
    criteria = queries.assessed_criteria(profile, "screening")[:2]
    apart = {criteria[0].key: ((2, 2), (3, 3), (1, 1)), criteria[1].key: ((2, 2), (0, 4), (1, 2))}
    given = [
        reading.Given(case, assessor, key, level, "")
        for key, cases_ in apart.items()
        for case, levels in enumerate(cases_, 1)
        for assessor, level in enumerate(levels, 1)
    ]
    view = calibration_view.differences(criteria, given, 2, "sv")
    assert [part.key for part in view.parts] == [criteria[1].key, criteria[0].key]
    assert [(row.case, row.spread) for row in view.parts[0].rows] == [("K2", 4), ("K3", 1), ("K1", 0)]
    assert view.parts[0].rows[0].at == {0: [1], 4: [2]}
    assert view.parts[1].alpha == 1
    assert view.parts[0].alpha is not None
    assert view.parts[0].alpha < 0.5


# --- the pages ---


def test_calibration_comes_first_and_shows_nothing_of_others_until_it_is_closed(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    panels.assign(session, intake=intake, actor=world.actor, now=LATER)
    opened(session, world, intake)
    hand_in(session, intake, world.assessors[1], 4, "Den andras ord")
    for each in session.exec(select(Application)):
        each.case_number = f"Eget diarienummer {each.id}"
    session.commit()
    sign_in(client, world.assessors[0])
    queue = client.get(f"{BASE}/assess").text
    assert "Eget diarienummer" not in queue
    assert re.search(r'class="next-step.*?/assess/K1"', queue, re.S)
    case = client.get(f"{BASE}/assess/K1")
    assert case.status_code == 200
    application = session.get_one(Application, tasks(session, intake, world.assessors[0])[0].application_id)
    own = (application.family_name, application.mask_code, application.reference, application.case_number)
    for secret in (*own, "Den andras ord"):
        assert secret is not None
        assert secret not in case.text
        assert secret not in queue
    assert client.get(DIFFERENCES).status_code == 409
    assert client.get(PAGE).status_code == 403
    saved = post(client, f"{BASE}/assess/K1/save", {"level-science": "3"})
    assert saved.get_json()["state"] == "saved"


def test_a_coordinator_sees_how_many_are_in_and_no_levels(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    assert post(client, PAGE, {"action": "open", "case": keys(session, intake)}).status_code == 303
    session.commit()
    session.expire_all()
    hand_in(session, intake, world.assessors[0], 4, "Den andras ord")
    page = client.get(PAGE).text
    assert "Den andras ord" not in page
    assert client.get(DIFFERENCES).status_code == 409
    assert post(client, PAGE, {"action": "close"}).status_code == 303
    page = client.get(DIFFERENCES).text
    assert "Den andras ord" in page
    assert world.assessors[0].name in page
    sent: dict[str, object] = {"note-references": "Vi läser tre så.", "revision-references": "0"}
    assert post(client, DIFFERENCES, sent).status_code == 303
    again = post(client, DIFFERENCES, {**sent, "note-references": "Något annat"})
    assert again.status_code == 409
    assert "Något annat" in again.text
    assert "Vi läser tre så." in again.text


def test_assessors_see_each_other_by_number_and_the_note_beside_the_anchors(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    panels.assign(session, intake=intake, actor=world.actor, now=LATER)
    opened(session, world, intake)
    for number, assessor in enumerate(world.assessors):
        hand_in(session, intake, assessor, number % 5, f"Ord {number}")
    agree(session, world, intake, "Tre kräver exempel.", 0)
    sign_in(client, world.assessors[0])
    page = client.get(DIFFERENCES).text
    assert "Ord 1" in page
    assert not [each.name for each in world.assessors[1:] if each.name in page]
    assert post(client, DIFFERENCES, {"note-references": "Min läsning"}).status_code == 404
    mine = next(
        each
        for each in queries.assignments(session, intake, "screening")
        if each.assessor_id == world.assessors[0].id
    )
    code = session.get_one(Application, mine.application_id).mask_code
    assert "Tre kräver exempel." in client.get(f"{BASE}/assess/{code}").text


def test_too_few_cases_say_what_to_do(session: Session, world: World, client: FlaskClient) -> None:
    made = eligible_intake(session, world, 2)
    sign_in(client, world.coordinator)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert 'value="open"' not in page.text
    assert 'value="skip"' in page.text
    refused = post(client, PAGE, {"action": "skip", "reason": ""})
    assert refused.status_code == 422
    assert post(client, PAGE, {"action": "skip", "reason": "För få."}).status_code == 303
    with pytest.raises(NotFound):
        calibration.close(session, intake=made, stage="interview", actor=world.actor, now=LATER)


def test_the_last_case_set_aside_closes_it_and_does_not_come_back(
    session: Session, world: World, intake: Intake
) -> None:
    round_ = opened(session, world, intake)
    for assessor in world.assessors[1:]:
        hand_in(session, intake, assessor)
    last = tasks(session, intake, world.assessors[0])
    for each in last:
        setting_aside.set_aside(
            session,
            assignment=each,
            reason=SetAsideReason.TIME,
            words="",
            actor=Actor(each.assessor_id),
            now=LATER,
        )
    assert round_.status is RoundStatus.CLOSED
    with pytest.raises(Conflict, match="calibration is closed"):
        setting_aside.take_back(session, assignment=last[0], actor=Actor(last[0].assessor_id), now=LATER)


def test_a_case_is_set_aside_without_a_replacement(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    opened(session, world, intake)
    sign_in(client, world.assessors[0])
    assert post(client, f"{BASE}/assess/K1/cannot", {"reason": "recognised"}).status_code == 303
    session.commit()
    session.expire_all()
    left = [each.status for each in tasks(session, intake, world.assessors[0])]
    assert left.count(AssignmentStatus.RECUSED) == 1
    assert len(tasks(session, intake, world.assessors[1])) == 3
    assert client.get(f"{BASE}/assess/K1").status_code == 404
    assert post(client, f"{BASE}/assess/K1/take-back").status_code == 303
    assert client.get(f"{BASE}/assess/K1").status_code == 200


def test_a_calibration_whose_cases_are_all_set_aside_can_be_closed(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    round_ = opened(session, world, intake)
    given = [each for assessor in world.assessors for each in tasks(session, intake, assessor)]
    for each in given:
        setting_aside.set_aside(
            session,
            assignment=each,
            reason=SetAsideReason.RECOGNISED,
            words="",
            actor=Actor(each.assessor_id),
            now=LATER,
        )
    session.commit()
    assert round_.status is RoundStatus.OPEN  # somebody may take a case back
    sign_in(client, world.coordinator)
    page = client.get(f"/language/en?next={PAGE}", follow_redirects=True)
    assert "Everybody has put all cases aside" in page.text
    closed = post(client, PAGE, {"action": "close"}, follow_redirects=True)
    assert closed.status_code == 200
    assert "The calibration is closed, without levels." in closed.text
    assert "closed without levels" in closed.text
    assert client.get(DIFFERENCES).status_code == 200
    session.expire_all()
    with pytest.raises(Conflict, match="calibration is closed"):
        setting_aside.take_back(session, assignment=given[0], actor=Actor(given[0].assessor_id), now=LATER)
