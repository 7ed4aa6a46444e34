"""Plans before they are carried out, limits, people who are away, taking back; on both databases."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import Application, AssignmentPlan, Eligibility, Intake, Membership
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import assigning as inputs
from recruit.queries import ranking as rankings
from recruit.queries import standing
from recruit.queries import steps as reading
from recruit.services import application as applications
from recruit.services import assessment as assessing
from recruit.services import assessor_limits as limits
from recruit.services import panels
from recruit.services.assessor_limits import Terms
from tests.databases import ONE_DATABASE
from tests.recruit.assessment_helpers import (
    LATER,
    assignments_of,
    eligible_intake,
    handed_out,
    set_all,
    submit,
)
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.kept import kept


@pytest.fixture
@kept(Intake)
def ready(session: Session, world: World) -> Intake:
    return eligible_intake(session, world, 6)


@pytest.fixture
@kept(Intake)
def out(session: Session, world: World) -> Intake:
    return handed_out(session, world, 8)


def pairs(session: Session, intake: Intake) -> set[tuple[int, int]]:
    return {
        (each.application_id, each.assessor_id) for each in queries.assignments(session, intake, "screening")
    }


def set_terms(
    session: Session, world: World, intake: Intake, who: int, terms: Terms, revision: int = 0
) -> None:
    limits.set_terms(
        session,
        intake=intake,
        assessor_id=id_of(world.assessors[who]),
        terms=terms,
        revision=revision,
        actor=world.actor,
        now=LATER,
    )


def propose(session: Session, world: World, intake: Intake, only: set[str] | None = None) -> AssignmentPlan:
    return panels.propose(session, intake=intake, only=only, actor=world.actor, now=LATER)


def carry_out(
    session: Session, world: World, intake: Intake, plan: AssignmentPlan
) -> panels.AssignmentSummary:
    return panels.carry_out(session, intake=intake, plan=plan, actor=world.actor, now=LATER)


def test_a_plan_hands_out_nothing_until_it_is_carried_out_and_then_exactly_itself(
    session: Session, world: World, ready: Intake
) -> None:
    plan = propose(session, world, ready)
    assert pairs(session, ready) == set()
    summary = carry_out(session, world, ready, plan)
    assert summary.new == len(pairs(session, ready)) == 12
    with pytest.raises(Conflict, match="carried out already"):
        carry_out(session, world, ready, plan)


@pytest.mark.parametrize("change", ["withdrawn", "limit", "other plan", "number"])
def test_a_plan_is_refused_when_something_has_changed_meanwhile(
    session: Session, world: World, ready: Intake, change: str
) -> None:
    plan = propose(session, world, ready)
    if change == "withdrawn":
        first = queries.pool(session, ready, "screening")[0]
        applications.withdraw(session, application=first, reason="", actor=Actor(first.account_id), now=LATER)
    elif change == "limit":
        set_terms(session, world, ready, 0, Terms(most=1))
    elif change == "other plan":
        carry_out(session, world, ready, propose(session, world, ready))
    else:
        limits.set_each(session, intake=ready, stage="screening", number=3, actor=world.actor, now=LATER)
    before = pairs(session, ready)
    with pytest.raises(Conflict, match="has changed since this plan"):
        carry_out(session, world, ready, plan)
    assert pairs(session, ready) == before


def test_limits_hold_in_the_plan(session: Session, world: World, ready: Intake) -> None:
    set_terms(session, world, ready, 0, Terms(most=1))
    set_terms(session, world, ready, 1, Terms(least=5))
    set_terms(session, world, ready, 2, Terms(most=0))
    summary = carry_out(session, world, ready, propose(session, world, ready))
    loads = [summary.loads[id_of(each)] for each in world.assessors]
    assert loads[0] <= 1
    assert loads[1] >= 5
    assert loads[2] == 0


def test_too_small_limits_are_told_with_both_sums(session: Session, world: World, ready: Intake) -> None:
    for who in range(len(world.assessors)):
        set_terms(session, world, ready, who, Terms(most=2))
    with pytest.raises(Conflict, match=r"can take 8 assessments in all, and 12 are needed"):
        propose(session, world, ready)


def test_nobody_with_time_is_told(session: Session, world: World, ready: Intake) -> None:
    for who in range(len(world.assessors)):
        set_terms(session, world, ready, who, Terms(most=0))
    with pytest.raises(Conflict, match="needs 2 assessors, and 0 have time"):
        propose(session, world, ready)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(least=-1), "least"),
        (Terms(most=-1), "most"),
        (Terms(most=10**9), "most"),
        (Terms(least=3, most=2), "most"),
        (Terms(away_until=LATER.date()), "away_from"),
        (Terms(away_from=LATER.date(), away_until=LATER.date() - timedelta(days=1)), "away_until"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused_by_field(
    session: Session, world: World, ready: Intake, terms: Terms, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        set_terms(session, world, ready, 0, terms)
    assert refusal.value.field == field


def test_the_second_of_two_who_set_the_same_limits_is_told(
    session: Session, world: World, ready: Intake
) -> None:
    set_terms(session, world, ready, 0, Terms(most=5))
    with pytest.raises(Conflict, match="Somebody else has changed"):
        set_terms(session, world, ready, 0, Terms(most=9), revision=0)
    set_terms(session, world, ready, 0, Terms(most=9), revision=1)


def test_limits_of_several_are_set_in_one_act_or_not_at_all(
    session: Session, world: World, ready: Intake
) -> None:
    first, second = (each.id or 0 for each in world.assessors[:2])
    limits.hand_over(session, intake=ready, assessor_id=first, actor=world.actor, now=LATER)
    session.commit()

    def set_numbers(numbers: dict[int, tuple[int, int | None, int]]) -> int:
        return limits.set_numbers(session, intake=ready, numbers=numbers, actor=world.actor, now=LATER)

    with pytest.raises(limits.RefusedFor) as refused:
        set_numbers({first: (1, 4, 1), second: (5, 4, 0)})
    assert (refused.value.assessor_id, refused.value.field) == (second, "most")
    session.rollback()
    assert set_numbers({first: (1, 4, 1), second: (0, None, 0)}) == 1
    limit = inputs.limits(session, intake=ready)[first]
    assert (limit.least, limit.most, limit.hand_over) == (1, 4, True)
    with pytest.raises(Conflict):
        set_numbers({first: (2, 4, 1)})


@ONE_DATABASE
def test_everybodys_limits_stand_in_one_form(
    session: Session, world: World, client: FlaskClient, ready: Intake
) -> None:
    page = f"/g/alvmark/{ready.slug}/assessment/assessors/limits"
    sign_in(client, world.coordinator)
    client.get("/language/en")
    first, second = (each.public_id for each in world.assessors[:2])
    shown = dict(
        re.findall(r'name="((?:least|most|revision)_\w+)"[^>]* value="(\d*)"', client.get(page).text)
    )
    assert shown[f"most_{first}"] == ""
    wrong = post(client, page, {**shown, f"most_{first}": "7", f"most_{second}": "x"})
    assert wrong.status_code == 422
    assert f'name="most_{first}" value="7"' in wrong.text
    upside_down = post(client, page, {**shown, f"least_{first}": "7", f"most_{first}": "3"})
    assert "This is less than" in upside_down.text
    typed = {**shown, f"most_{first}": "7", f"most_{second}": "0"}
    assert post(client, page, dict(typed)).status_code == 303
    session.expire_all()
    found = inputs.limits(session, intake=ready)
    assert {found[each.id or 0].most for each in world.assessors[:2]} == {7, 0}
    session.commit()
    late = post(client, page, {**shown, f"most_{first}": "9"})
    assert late.status_code == 409
    assert "Saved now: at least 0, at most 7" in late.text
    assert f'name="most_{first}" value="9"' in late.text


def test_limits_of_somebody_who_is_no_assessor_are_refused(
    session: Session, world: World, ready: Intake
) -> None:
    with pytest.raises(NotFound):
        limits.set_terms(
            session,
            intake=ready,
            assessor_id=id_of(world.auditor),
            terms=Terms(),
            revision=0,
            actor=world.actor,
            now=LATER,
        )


def test_who_is_away_and_hands_over_is_replaced_and_nothing_else_moves(
    session: Session, world: World, out: Intake
) -> None:
    ill = world.assessors[0]
    mine = assignments_of(session, out, ill)
    submit(session, mine[0])
    before = pairs(session, out)
    limits.hand_over(session, intake=out, assessor_id=id_of(ill), actor=world.actor, now=LATER)
    carry_out(session, world, out, propose(session, world, out))
    after = pairs(session, out)
    assert before - after == {(each.application_id, id_of(ill)) for each in mine[1:]}
    assert len(after) == len(before)
    limits.come_back(session, intake=out, assessor_id=id_of(ill), actor=world.actor, now=LATER)
    assert propose(session, world, out).content.count('"added":[]') == 1


def test_who_is_away_without_handing_over_keeps_what_they_have_and_gets_nothing_new(
    session: Session, world: World, out: Intake
) -> None:
    away = id_of(world.assessors[0])
    set_terms(session, world, out, 0, Terms(away_from=LATER.date()))
    before = pairs(session, out)
    fresh = submitted(session, out)
    fresh.eligibility = Eligibility.ELIGIBLE
    session.add(fresh)
    session.flush()
    carry_out(session, world, out, propose(session, world, out))
    after = pairs(session, out)
    assert before <= after
    assert away not in {who for application, who in after - before}


def test_taking_back_restores_what_stood_with_what_was_written(
    session: Session, world: World, out: Intake
) -> None:
    ill = world.assessors[0]
    mine = assignments_of(session, out, ill)
    set_all(session, mine[0], 4)
    before = pairs(session, out)
    limits.hand_over(session, intake=out, assessor_id=id_of(ill), actor=world.actor, now=LATER)
    plan = propose(session, world, out)
    carry_out(session, world, out, plan)
    assert assignments_of(session, out, ill) == []
    panels.undo(session, intake=out, plan=plan, actor=world.actor, now=LATER)
    assert pairs(session, out) == before
    again = next(
        each for each in assignments_of(session, out, ill) if each.application_id == mine[0].application_id
    )
    assert {row.level for row in queries.levels_of(session, again).values()} == {4}


def test_a_note_without_a_level_survives_handing_over_and_taking_back(
    session: Session, world: World, out: Intake
) -> None:
    ill = world.assessors[0]
    mine = assignments_of(session, out, ill)[0]
    assessing.set_levels(
        session, assignment=mine, levels={"science": (None, "Först")}, actor=Actor(ill.id), now=LATER
    )
    limits.hand_over(session, intake=out, assessor_id=id_of(ill), actor=world.actor, now=LATER)
    plan = propose(session, world, out)
    carry_out(session, world, out, plan)
    panels.undo(session, intake=out, plan=plan, actor=world.actor, now=LATER)
    again = next(
        each for each in assignments_of(session, out, ill) if each.application_id == mine.application_id
    )
    assert reading.standing({}, reading.steps_of(session, again), "science") == (None, "Först")


def test_what_somebody_has_begun_with_is_not_taken_back(
    session: Session, world: World, ready: Intake
) -> None:
    plan = propose(session, world, ready)
    carry_out(session, world, ready, plan)
    assert panels.can_be_undone(session, intake=ready, plan=plan)
    set_all(session, assignments_of(session, ready, world.assessors[1])[0])
    assert not panels.can_be_undone(session, intake=ready, plan=plan)
    with pytest.raises(Conflict, match="has begun"):
        panels.undo(session, intake=ready, plan=plan, actor=world.actor, now=LATER)


def test_only_the_last_plan_is_taken_back_and_once(session: Session, world: World, ready: Intake) -> None:
    plan = propose(session, world, ready)
    with pytest.raises(Conflict, match="handed out last"):
        panels.undo(session, intake=ready, plan=plan, actor=world.actor, now=LATER)
    carry_out(session, world, ready, plan)
    panels.undo(session, intake=ready, plan=plan, actor=world.actor, now=LATER)
    assert pairs(session, ready) == set()
    with pytest.raises(Conflict, match="handed out last"):
        panels.undo(session, intake=ready, plan=plan, actor=world.actor, now=LATER)


def test_only_the_chosen_applications_get_assessors(session: Session, world: World, ready: Intake) -> None:
    chosen = {each.mask_code for each in queries.pool(session, ready, "screening")[:2]}
    carry_out(session, world, ready, propose(session, world, ready, chosen))
    got = {application for application, _who in pairs(session, ready)}
    assert {session.get_one(Application, each).mask_code for each in got} == chosen
    assert len(pairs(session, ready)) == 4
    with pytest.raises(Invalid, match="ZZZZ"):
        propose(session, world, ready, {"ZZZZ"})


def test_an_assessor_who_left_the_group_is_replaced(session: Session, world: World, out: Intake) -> None:
    gone = id_of(world.assessors[2])
    for row in session.exec(select(Membership).where(Membership.account_id == gone)):
        session.delete(row)
    session.flush()
    carry_out(session, world, out, propose(session, world, out))
    after = pairs(session, out)
    assert gone not in {who for _application, who in after}
    assert len(after) == 16


@pytest.mark.parametrize("each", [1, 3, 4])
def test_every_application_has_as_many_assessors_as_the_stage_says_everywhere(
    session: Session, world: World, out: Intake, each: int
) -> None:
    limits.set_each(session, intake=out, stage="screening", number=each, actor=world.actor, now=LATER)
    carry_out(session, world, out, propose(session, world, out))
    assert len(pairs(session, out)) == 8 * each
    for assignment in queries.assignments(session, out, "screening")[:-1]:
        submit(session, assignment)
    assert len(rankings.unsubmitted(session, intake=out, stage="screening")) == 1
    found = standing.of(session, out)
    assert (found.covered, found.assessed, found.assessments_wanted) == (8, 7, 8 * each)
    status = queries.progress(session, intake=out, stage="screening")
    assert (status.covered, status.complete, status.wanted) == (8, 7, 8 * each)


def test_the_number_is_not_lowered_below_what_is_submitted(
    session: Session, world: World, out: Intake
) -> None:
    first = queries.pool(session, out, "screening")[0]
    for assignment in queries.assignments(session, out, "screening"):
        if assignment.application_id == first.id:
            submit(session, assignment)
    with pytest.raises(Conflict, match="1 applications have more than 1"):
        limits.set_each(session, intake=out, stage="screening", number=1, actor=world.actor, now=LATER)
    with pytest.raises(Invalid):
        limits.set_each(session, intake=out, stage="screening", number=5, actor=world.actor, now=LATER)


def test_the_plan_of_another_intake_is_not_found(session: Session, world: World, ready: Intake) -> None:
    plan = propose(session, world, ready)
    assert inputs.plan_here(session, intake=replace_id(ready), plan_id=id_of(plan)) is None


def replace_id(intake: Intake) -> Intake:
    return Intake(**{**intake.model_dump(), "id": id_of(intake) + 1})
