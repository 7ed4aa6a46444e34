"""Handing out, levels, submitting, conflicts of interest and imported levels."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Eligibility,
    Intake,
    Membership,
    RecordEntry,
)
from recruit.queries import assessment as queries
from recruit.services import assessment as service
from recruit.services import conflicts, external_levels, panels
from tests.recruit.assessment_helpers import (
    LATER,
    application_of,
    assignments_of,
    eligible_intake,
    handed_out,
    set_all,
    submit,
)
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked


def assign(session: Session, world: World, intake: Intake) -> panels.AssignmentSummary:
    return panels.assign(session, intake=intake, actor=world.actor, now=LATER)


def applications(session: Session, intake: Intake) -> list[Application]:
    return list(
        session.exec(
            select(Application).where(Application.intake_id == intake.id).order_by(col(Application.id))
        )
    )


def actions(session: Session) -> list[str]:
    return list(session.exec(select(RecordEntry.action).order_by(col(RecordEntry.number))))


def test_assign_gives_two_each_and_even_loads(session: Session, world: World) -> None:
    intake = eligible_intake(session, world, 6)
    summary = assign(session, world, intake)
    per_application = Counter(
        each.application_id for each in queries.assignments(session, intake, "screening")
    )
    assert set(per_application.values()) == {2}
    assert set(summary.loads.values()) == {3}
    assert (summary.new, summary.kept, summary.taken_back) == (12, 0, 0)
    assert actions(session)[-1] == "assessment.assigned"


def test_assign_again_keeps_what_stands_and_adds_the_new(session: Session, world: World) -> None:
    intake = handed_out(session, world, 3)
    before = {each.id for each in queries.assignments(session, intake, "screening")}
    late = submitted(session, intake)
    late.eligibility = Eligibility.CONDITIONAL
    session.add(late)
    summary = assign(session, world, intake)
    assert (summary.new, summary.kept) == (2, 6)
    assert before < {each.id for each in queries.assignments(session, intake, "screening")}


def test_assign_leaves_out_the_ineligible_and_the_withdrawn(session: Session, world: World) -> None:
    intake = eligible_intake(session, world, 3)
    no, gone, yes = applications(session, intake)
    no.eligibility, gone.status = Eligibility.INELIGIBLE, ApplicationStatus.WITHDRAWN
    session.add_all([no, gone])
    assign(session, world, intake)
    assert {each.application_id for each in queries.assignments(session, intake, "screening")} == {yes.id}


def test_assign_with_undecided_eligibility_is_refused_by_code(session: Session, world: World) -> None:
    intake = eligible_intake(session, world, 2)
    pending = applications(session, intake)[0]
    pending.eligibility = Eligibility.PENDING
    session.add(pending)
    with pytest.raises(Conflict, match=pending.mask_code):
        assign(session, world, intake)
    assert queries.assignments(session, intake, "screening") == []


def test_assign_while_the_intake_is_open_is_refused(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    submitted(session, intake)
    with pytest.raises(Conflict):
        panels.assign(session, intake=intake, actor=world.actor, now=NOW)


def test_assign_with_one_unbarred_assessor_names_the_application(session: Session, world: World) -> None:
    intake = eligible_intake(session, world, 2)
    first = applications(session, intake)[0]
    for assessor in world.assessors[:3]:
        conflicts.declare_conflict(
            session,
            application=first,
            assessor_id=assessor.id or 0,
            reason="kollega",
            actor=world.actor,
            now=LATER,
        )
    with pytest.raises(Conflict, match=rf"for {first.mask_code}: each needs 2 and can get 1"):
        assign(session, world, intake)


def test_an_assessor_who_applies_never_gets_their_own_application(session: Session, world: World) -> None:
    intake = eligible_intake(session, world, 4)
    own = applications(session, intake)[0]
    own.account_id = world.assessors[0].id or 0
    session.add(own)
    assign(session, world, intake)
    assert own.id not in {each.application_id for each in assignments_of(session, intake, world.assessors[0])}


def test_what_a_former_assessor_has_not_submitted_goes_to_others(session: Session, world: World) -> None:
    intake = handed_out(session, world, 6)
    leaver = world.assessors[0]
    submit(session, assignments_of(session, intake, leaver)[0])
    membership = session.exec(select(Membership).where(Membership.account_id == leaver.id)).one()
    session.delete(membership)
    session.flush()
    summary = assign(session, world, intake)
    assert (summary.taken_back, summary.new) == (2, 2)
    assert [each.status for each in assignments_of(session, intake, leaver)] == [AssignmentStatus.SUBMITTED]


def test_interview_stage_needs_a_confirmed_list(session: Session, world: World) -> None:
    intake = eligible_intake(session, world, 2)
    with pytest.raises(Conflict):
        panels.assign(session, intake=intake, stage="interview", actor=world.actor, now=LATER)


def test_levels_are_saved_changed_and_removed(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    me = Actor(mine.assessor_id)
    service.set_levels(
        session, assignment=mine, levels={"references": (0, "ingen"), "science": (2, "")}, actor=me, now=LATER
    )
    service.set_levels(
        session,
        assignment=mine,
        levels={"references": (4, "två starka"), "science": (None, "")},
        actor=me,
        now=LATER,
    )
    saved = queries.levels_of(session, mine)
    assert {key: (row.level, row.note) for key, row in saved.items()} == {"references": (4, "två starka")}


def test_saving_the_same_levels_again_writes_no_entry(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    set_all(session, mine)
    before = actions(session)
    set_all(session, mine)
    assert actions(session) == before


@pytest.mark.parametrize(
    ("key", "level", "note"),
    [
        ("references", 5, ""),
        ("references", -1, ""),
        ("case", 3, ""),
        ("swedish_work", 3, ""),
    ],
)
def test_levels_that_cannot_be_are_refused(
    session: Session, world: World, key: str, level: int | None, note: str
) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    with pytest.raises(Invalid) as refused:
        service.set_levels(
            session, assignment=mine, levels={key: (level, note)}, actor=Actor(mine.assessor_id), now=LATER
        )
    assert refused.value.field == key


def test_another_assessors_assignment_is_not_found(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    other = Actor(world.assessors[1].id)
    with pytest.raises(NotFound):
        service.set_levels(session, assignment=mine, levels={"science": (1, "")}, actor=other, now=LATER)
    with pytest.raises(NotFound):
        service.submit(session, assignment=mine, actor=other, now=LATER)


def test_submit_needs_every_level_and_a_level_0_counts_as_set(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    me = Actor(mine.assessor_id)
    two = {"references": (0, ""), "science": (0, "")}
    service.set_levels(session, assignment=mine, levels=two, actor=me, now=LATER)
    with pytest.raises(service.MissingLevels) as refused:
        service.submit(session, assignment=mine, actor=me, now=LATER)
    assert [each.key for each in refused.value.criteria] == ["other_work"]
    service.set_levels(session, assignment=mine, levels={"other_work": (0, "")}, actor=me, now=LATER)
    service.submit(session, assignment=mine, actor=me, now=LATER)
    assert (mine.status, mine.submitted_at) == (AssignmentStatus.SUBMITTED, LATER)


def test_a_submitted_assessment_is_final(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    submit(session, mine)
    with pytest.raises(Conflict):
        set_all(session, mine, 4)
    with pytest.raises(Conflict):
        service.submit(session, assignment=mine, actor=Actor(mine.assessor_id), now=LATER)


def test_a_conflict_moves_the_application_to_somebody_else(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    set_all(session, mine)
    application = application_of(session, mine)
    new = conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=mine.assessor_id,
        reason="Vi har arbetat ihop.",
        actor=Actor(mine.assessor_id),
        now=LATER,
    )
    panel = [
        each.assessor_id
        for each in queries.assignments(session, intake, "screening")
        if each.application_id == application.id
    ]
    assert len(new) == 1
    assert len(panel) == 2
    assert set(new) < set(panel)
    assert mine.assessor_id not in panel
    assert mine.status is AssignmentStatus.RECUSED
    assert queries.levels_of(session, mine) == {}
    with pytest.raises(NotFound):
        set_all(session, mine)


def test_a_conflict_declared_after_submitting_sets_the_assessment_aside(
    session: Session, world: World
) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    submit(session, mine)
    application = application_of(session, mine)
    new = conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=mine.assessor_id,
        reason="kusin",
        actor=world.actor,
        now=LATER,
    )
    assert mine.status is AssignmentStatus.RECUSED
    assert len(new) == 1


def test_a_conflict_needs_a_reason_and_is_declared_once(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    application = applications(session, intake)[0]
    one = world.assessors[0].id or 0
    with pytest.raises(Invalid):
        conflicts.declare_conflict(
            session, application=application, assessor_id=one, reason=" ", actor=world.actor, now=LATER
        )
    conflicts.declare_conflict(
        session, application=application, assessor_id=one, reason="jäv", actor=world.actor, now=LATER
    )
    with pytest.raises(Conflict):
        conflicts.declare_conflict(
            session, application=application, assessor_id=one, reason="jäv", actor=world.actor, now=LATER
        )


def test_a_conflict_never_returns_when_handing_out_again(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    application = application_of(session, mine)
    conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=mine.assessor_id,
        reason="jäv",
        actor=world.actor,
        now=LATER,
    )
    assign(session, world, intake)
    standing = {
        each.application_id
        for each in queries.assignments(session, intake, "screening")
        if each.assessor_id == mine.assessor_id
    }
    assert application.id not in standing


def test_external_levels_are_imported_replaced_and_kept_apart(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    first, second, *_rest = applications(session, intake)
    levels = {first.mask_code: 3, second.mask_code.lower(): 0}
    imported = {"intake": intake, "criterion": "theory_test", "actor": world.actor, "now": LATER}
    assert external_levels.import_external(session, levels=levels, **imported) == 2  # type: ignore[arg-type]
    assert external_levels.import_external(session, levels={first.mask_code: 4}, **imported) == 1  # type: ignore[arg-type]
    assert external_levels.import_external(session, levels={first.mask_code: 4}, **imported) == 0  # type: ignore[arg-type]
    assert queries.external_counts(session, intake) == {"theory_test": 2}
    stages = Counter(session.exec(select(Assignment.stage)))
    assert stages == {"screening": 12, "external": 2}
    assert queries.progress(session, intake=intake, stage="screening").assigned == 12


@pytest.mark.parametrize(("criterion", "level"), [("science", 3), ("theory_test", 7)])
def test_external_levels_that_cannot_be_are_refused(
    session: Session, world: World, criterion: str, level: int
) -> None:
    intake = handed_out(session, world, 2)
    code = applications(session, intake)[0].mask_code
    with pytest.raises(Invalid):
        external_levels.import_external(
            session, intake=intake, criterion=criterion, levels={code: level}, actor=world.actor, now=LATER
        )
    with pytest.raises(Invalid, match="ZZZZ"):
        external_levels.import_external(
            session, intake=intake, criterion="theory_test", levels={"ZZZZ": 1}, actor=world.actor, now=LATER
        )
    assert queries.external_counts(session, intake) == {}


def test_progress_counts_what_stands(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    submit(session, assignments_of(session, intake, world.assessors[0])[0])
    found = queries.progress(session, intake=intake, stage="screening")
    assert (found.applications, found.covered, found.wanted, found.assigned) == (6, 6, 12, 12)
    assert (found.submitted, found.complete) == (1, 0)
    assert [(load.number, load.assigned, load.left) for load in found.loads] == [
        (1, 3, 2),
        (2, 3, 3),
        (3, 3, 3),
        (4, 3, 3),
    ]


def test_queue_has_only_ones_own_and_keeps_its_order(session: Session, world: World) -> None:
    intake = handed_out(session, world)
    me = world.assessors[0]
    from recruit.queries.intake import profile_of

    def codes() -> list[str]:
        items = queries.queue(
            session,
            intake=intake,
            stage="screening",
            assessor_id=me.id or 0,
            profile=profile_of(session, intake),
        )
        return [item.code for item in items]

    before = codes()
    assert before == [application_of(session, each).mask_code for each in assignments_of(session, intake, me)]
    submit(session, assignments_of(session, intake, me)[1])
    assert codes() == before


def test_after_a_confirmed_list_those_called_are_assessed_on_the_interview_criteria(
    session: Session, world: World
) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    confirmed(session, world, intake, run, places=2, reserves=1)
    later = LATER + timedelta(days=30)
    panels.assign(session, intake=intake, stage="interview", actor=world.actor, now=later)
    standing = queries.assignments(session, intake, "interview")
    assert len(standing) == 4
    assert len({each.application_id for each in standing}) == 2
    mine = standing[0]
    me = Actor(mine.assessor_id)
    with pytest.raises(Invalid):
        service.set_levels(session, assignment=mine, levels={"references": (3, "")}, actor=me, now=later)
    keys = ("case", "communication", "teamwork", "learning_needs")
    service.set_levels(session, assignment=mine, levels=dict.fromkeys(keys, (3, "")), actor=me, now=later)
    service.submit(session, assignment=mine, actor=me, now=later)
    assert mine.status is AssignmentStatus.SUBMITTED
