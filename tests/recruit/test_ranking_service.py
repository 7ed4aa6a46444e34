"""Ranking runs: what enters, what is kept, and that it can be recomputed."""

import json
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from recruit.errors import Conflict, Invalid
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Eligibility,
    ExperiencePeriod,
    Intake,
    Level,
    RankingRow,
    RankingRun,
    RecordEntry,
    Sex,
)
from recruit.queries import intake as intakes
from recruit.queries import ranking as queries
from recruit.queries.assessment import EXTERNAL
from recruit.services import ranking
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import SEEDS, opened_intake, submitted
from tests.recruit.ranking_helpers import (
    LATER,
    assessed,
    assessment,
    closed_intake,
    confirmed,
    ranked,
)


def test_run_orders_by_points_and_keeps_rows(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(2, 4, 3))
    run = ranked(session, world, intake)
    rows = queries.rows(session, run=run)
    assert [row.place for row in rows] == [1, 2, 3]
    assert [row.points_milli for row in rows] == sorted((row.points_milli for row in rows), reverse=True)
    assert run.number == 1
    assert run.seed == SEEDS["screening"]
    assert run.profile_id == intake.profile_id


def test_run_recomputed_from_its_inputs_gives_the_same_bytes(session: Session, world: World) -> None:
    run = ranked(session, world, closed_intake(session, world))
    session.expire_all()
    assert ranking.recompute(run) == run.results.encode()


def test_run_twice_is_the_same_run_until_something_changes(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    first = ranked(session, world, intake)
    assert ranked(session, world, intake).id == first.id
    assert len(session.exec(select(RecordEntry).where(RecordEntry.action == "ranking.run")).all()) == 1
    assessed(session, world, intake, 4)
    session.commit()
    assert ranked(session, world, intake).number == 2


def test_run_by_other_code_is_a_run_of_its_own(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = closed_intake(session, world)
    first = ranked(session, world, intake)
    monkeypatch.setattr(ranking, "code_version", lambda: "recruit 99")
    second = ranked(session, world, intake)
    assert (second.number, second.inputs, second.results) == (2, first.inputs, first.results)


def test_run_leaves_out_who_is_ineligible_or_withdrawn(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4, 3))
    assessed(session, world, intake, 4, eligibility=Eligibility.INELIGIBLE)
    gone = assessed(session, world, intake, 4)
    gone.status = ApplicationStatus.WITHDRAWN
    conditional = assessed(session, world, intake, 4, eligibility=Eligibility.CONDITIONAL)
    session.commit()
    run = ranked(session, world, intake)
    rows = queries.rows(session, run=run)
    assert len(rows) == 3
    assert [row.mask_code for row in rows if row.conditional] == [conditional.mask_code]


def test_run_inputs_hold_levels_and_nothing_about_a_person(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=())
    application = assessed(
        session, world, intake, 3, sex=Sex.FEMALE, given_name="Zsófia", education_country="HU"
    )
    session.commit()
    run = ranked(session, world, intake)
    inputs = json.loads(run.inputs)
    assert sorted(inputs) == ["applications", "levels", "profile", "seed", "stage"]
    assert inputs["applications"] == [application.mask_code]
    assert {row[0] for row in inputs["levels"]} == {application.mask_code}
    assert [row[2:] for row in inputs["levels"] if row[1] == "form"] == [["breadth", 1], ["swedish_work", 3]]
    assert len({row[1] for row in inputs["levels"]} - {"form"}) == 2
    for assessor in world.assessors:
        assert assessor.public_id not in run.inputs
        assert assessor.email not in run.inputs


def test_run_when_sex_and_country_change_gives_the_same_bytes(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    first = ranked(session, world, intake)
    for application in session.exec(select(Application)):
        application.education_country = "SY"
        application.given_name = "Annan"
        session.add(application)
    session.commit()
    assert ranked(session, world, intake).results == first.results


def test_run_lists_a_missing_criterion_as_incomplete_not_low(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(2,))
    lacking = assessed(session, world, intake, {"references": 4, "science": 4})
    session.commit()
    rows = queries.rows(session, run=ranked(session, world, intake))
    assert [(row.mask_code, row.status, row.points_milli) for row in rows[1:]] == [
        (lacking.mask_code, "incomplete", None)
    ]


def test_run_without_experience_counts_level_zero_but_unanswered_is_missing(
    session: Session, world: World
) -> None:
    intake = closed_intake(session, world, levels=())
    none = assessed(session, world, intake, 4, no_experience=True)
    unanswered = assessed(session, world, intake, 4, no_experience=None)
    for period in session.exec(select(ExperiencePeriod)):
        session.delete(period)
    session.commit()
    status = {row.mask_code: row.status for row in queries.rows(session, run=ranked(session, world, intake))}
    assert status == {none.mask_code: "ranked", unanswered.mask_code: "incomplete"}


def test_run_while_the_intake_takes_applications_is_refused(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    assessed(session, world, intake, 3)
    with pytest.raises(Conflict, match="still takes applications"):
        ranking.run(session, intake=intake, actor=world.actor, now=NOW)


def test_run_with_undecided_applications_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(3,))
    submitted(session, intake)
    with pytest.raises(Conflict, match="no decision on eligibility"):
        ranking.run(session, intake=intake, actor=world.actor, now=LATER)


def test_run_with_nobody_eligible_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=())
    with pytest.raises(Conflict, match="nobody to rank"):
        ranking.run(session, intake=intake, actor=world.actor, now=LATER)
    with pytest.raises(Conflict, match="confirm an interview list first"):
        ranking.run(session, intake=intake, stage="interview", actor=world.actor, now=LATER)


def test_run_of_an_unknown_stage_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(3,))
    with pytest.raises(Invalid):
        ranking.run(session, intake=intake, stage="offer", actor=world.actor, now=LATER)


def test_run_writes_its_hashes_to_the_record(session: Session, world: World) -> None:
    run = ranked(session, world, closed_intake(session, world))
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "ranking.run")).one()
    assert (entry.subject_kind, entry.subject_id, entry.actor_id) == (
        "ranking_run",
        run.id,
        world.coordinator.id,
    )
    assert set(json.loads(entry.digests)) == {
        "stage",
        "number",
        "applications",
        "inputs_sha256",
        "results_sha256",
    }


def test_run_after_the_interview_ranks_those_called(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2))
    confirmed(session, world, intake, ranked(session, world, intake), places=2, reserves=1)
    called = [row.application_id for row in session.exec(select(RankingRow).order_by(RankingRow.position))][
        :2
    ]  # type: ignore[arg-type]
    for application_id in called:
        application = session.get_one(Application, application_id)
        for assessor in world.assessors[:2]:
            keys = ("case", "communication", "teamwork", "learning_needs")
            assessment(session, intake, application, assessor.id or 0, 3, stage="interview", keys=keys)
    session.commit()
    run = ranked(session, world, intake, "interview")
    assert run.number == 1
    assert [row.status for row in queries.rows(session, run=run)] == ["ranked", "ranked"]


def watch(session: Session, intake: Intake, run: RankingRun) -> queries.Watch:
    profile = intakes.profile_of(session, intake)
    return queries.watch(session, intake=intake, profile=profile, run=run, ranked=5)


def test_is_current_until_a_level_changes(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    assert ranking.is_current(session, intake=intake, run=run)
    assert not watch(session, intake, run).stale
    third = assessed(session, world, intake, 4)
    session.commit()
    assert watch(session, intake, run).stale
    assert not ranking.is_current(session, intake=intake, run=run)
    assert third.mask_code not in run.inputs


def test_is_stale_when_levels_are_imported_anew(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    one = session.exec(select(Application)).first()
    assert one is not None
    holder = assessment(
        session, intake, one, world.coordinator.id or 0, 2, stage=EXTERNAL, keys=("theory_test",)
    )
    session.commit()
    run = ranked(session, world, intake)
    assert not watch(session, intake, run).stale
    level = session.exec(select(Level).where(Level.assignment_id == holder.id)).one()
    level.level, level.set_at = 3, LATER + timedelta(minutes=1)
    session.commit()
    assert watch(session, intake, run).stale


def test_is_stale_when_somebody_withdraws(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    one = session.exec(select(Application)).first()
    assert one is not None
    one.status = ApplicationStatus.WITHDRAWN
    one.withdrawn_at = LATER
    session.commit()
    assert watch(session, intake, run).stale
    assert not ranking.is_current(session, intake=intake, run=run)


def test_unsubmitted_names_applications_that_wait_for_an_assessor(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    one = session.exec(select(Application)).first()
    assert one is not None
    waiting = assessment(session, intake, one, world.assessors[2].id or 0, {})
    waiting.status = AssignmentStatus.ASSIGNED
    session.commit()
    assert queries.unsubmitted(session, intake=intake, stage="screening") == [one.mask_code]


def test_pseudonyms_of_assessors_are_stable_and_differ_between_intakes(
    session: Session, world: World
) -> None:
    intake = closed_intake(session, world)
    again = opened_intake(session, world, slug="another")
    name = queries.assessor_pseudonym(intake, world.assessors[0].public_id)
    assert name == queries.assessor_pseudonym(intake, world.assessors[0].public_id)
    assert name != queries.assessor_pseudonym(again, world.assessors[0].public_id)


def test_application_that_waits_for_an_assessment_is_incomplete(session: Session, world: World) -> None:
    """Levels of some of its assessors are not yet the application's levels."""
    intake = closed_intake(session, world)
    task = session.exec(select(Assignment).where(Assignment.intake_id == intake.id)).first()
    assert task is not None
    task.status, task.submitted_at = AssignmentStatus.ASSIGNED, None
    session.add(task)
    session.commit()
    run = ranked(session, world, intake)
    statuses = {row.application_id: row.status for row in session.exec(select(RankingRow))}
    assert run.number == 1
    assert {identity for identity, status in statuses.items() if status == "incomplete"} == {
        task.application_id
    }
