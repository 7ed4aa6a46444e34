"""An analysis as work to be done: asked for once, done by one, kept for good, and told of when it fails."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col, select

from recruit import analyst, clock
from recruit.actor import SYSTEM, Actor
from recruit.errors import Conflict, Invalid
from recruit.models import AnalysisState, Intake, MonitoringAnalysis, OutcomeKind, RecordEntry
from recruit.queries import analysis as queries
from recruit.services import analysis, interview
from recruit.services.analysis import Computed, Lost, Taken
from recruit.settings import Settings
from tests.recruit.factories import World
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, confirmed, one_line, ranked
from tests.recruit.test_monitoring_outcomes import come
from tests.recruit.test_monitoring_pages import mixed_intake

DONE = Computed(list_id=None, seed=1, inputs_sha256="0" * 64, figures='{"version":1}')


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """Twelve people without a list."""
    return mixed_intake(session, world, women=6, men=6)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is computed is beside the point."""
    monkeypatch.setattr(analysis, "compute", lambda _found, _progress: DONE)


def asked(session: Session, world: World, intake: Intake) -> MonitoringAnalysis:
    made = analysis.request(session, intake=intake, actor=Actor(world.auditor.id), now=clock.now())
    session.commit()
    return made


def newest(session: Session, intake: Intake) -> MonitoringAnalysis:
    session.rollback()
    session.expire_all()
    found = queries.newest(session, intake=intake)
    assert found is not None
    return found


def entries(session: Session) -> list[str]:
    found = select(RecordEntry.action).where(col(RecordEntry.action).like("monitoring.%"))
    return list(session.exec(found.order_by(col(RecordEntry.number))))


def test_request_is_made_once_and_recorded_once(session: Session, world: World, intake: Intake) -> None:
    first = asked(session, world, intake)
    assert (first.number, first.state, first.requested_by_id) == (1, AnalysisState.QUEUED, world.auditor.id)
    assert asked(session, world, intake).id == first.id
    assert entries(session) == ["monitoring.analysis_requested"]


def test_request_is_made_by_a_person(session: Session, intake: Intake) -> None:
    with pytest.raises(Invalid):
        analysis.request(session, intake=intake, actor=SYSTEM, now=clock.now())


def test_two_under_way_are_refused_by_the_database(session: Session, world: World, intake: Intake) -> None:
    first = asked(session, world, intake)
    twin = first.model_dump(exclude={"id"}) | {"number": 2}
    session.add(MonitoringAnalysis(**twin))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_confirming_a_list_queues_an_analysis(session: Session, world: World, intake: Intake) -> None:
    confirmed(session, world, intake, ranked(session, world, intake), 4)
    made = newest(session, intake)
    assert (made.state, made.requested_by_id) == (AnalysisState.QUEUED, None)


def test_one_is_taken_up_by_one(session: Session, world: World, engine: Engine, intake: Intake) -> None:
    made = asked(session, world, intake)
    first, second = analyst.take(engine), analyst.take(engine)
    assert first is not None
    assert (first.analysis_id, first.intake_id, second) == (made.id, intake.id, None)
    assert newest(session, intake).state is AnalysisState.RUNNING


def test_who_is_silent_for_long_loses_the_work(
    session: Session, world: World, engine: Engine, intake: Intake, quick: None
) -> None:
    asked(session, world, intake)
    gone = analyst.take(engine)
    assert gone is not None
    later = clock.now() + analysis.SILENT + timedelta(seconds=1)
    again = analysis.take(session, now=later)
    session.commit()
    assert again is not None
    assert again.analysis_id == gone.analysis_id
    with pytest.raises(Lost):
        analysis.tell(session, gone, step="order", done=1, total=2, now=later)
    session.rollback()
    assert analyst.carry_out(engine, gone) is False
    assert newest(session, intake).state is AnalysisState.RUNNING
    assert analyst.carry_out(engine, again) is True
    assert newest(session, intake).state is AnalysisState.DONE


def test_work_is_put_back_for_the_next(
    session: Session, world: World, engine: Engine, intake: Intake
) -> None:
    asked(session, world, intake)
    taken = analyst.take(engine)
    assert taken is not None
    analysis.put_back(session, taken)
    session.commit()
    assert analysis.waits(session, now=clock.now())
    assert newest(session, intake).state is AnalysisState.QUEUED


def test_progress_is_seen_while_it_is_computed(
    session: Session, world: World, engine: Engine, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, int]] = []

    def compute(_found: Any, progress: Any) -> Computed:
        progress("order", 3, 20)
        row = newest(session, intake)
        seen.append((row.step, row.parts_done, row.parts_total))
        session.rollback()
        return DONE

    monkeypatch.setattr(analysis, "compute", compute)
    asked(session, world, intake)
    assert analyst.work_off(engine) == 1
    assert seen == [("order", 3, 20)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("no"), analysis.UNFORESEEN),
        (Conflict("The profile has been changed."), analysis.UNUSABLE),
    ],
)
def test_failure_is_kept_and_another_may_be_asked_for(
    session: Session,
    world: World,
    engine: Engine,
    intake: Intake,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: str,
) -> None:
    def compute(_found: Any, _progress: Any) -> Computed:
        raise error

    monkeypatch.setattr(analysis, "compute", compute)
    asked(session, world, intake)
    assert analyst.work_off(engine) == 0
    row = newest(session, intake)
    assert (row.state, row.error, row.figures) == (AnalysisState.FAILED, code, None)
    assert asked(session, world, intake).number == 2
    assert entries(session) == [
        "monitoring.analysis_requested",
        "monitoring.analysis_failed",
        "monitoring.analysis_requested",
    ]


def test_finished_analysis_holds_until_something_changes_and_is_never_changed(
    session: Session, world: World, engine: Engine, intake: Intake
) -> None:
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 4)
    assert analyst.work_off(engine) == 1
    done = newest(session, intake)
    figures = queries.figures_of(done)
    assert (done.state, done.list_id, figures["list"]) == (
        AnalysisState.DONE,
        drawn.id,
        {"version": 1, "confirmed": True},
    )
    assert figures["n"] == 32
    assert not queries.is_stale(session, intake=intake, analysis=done)
    assert asked(session, world, intake).id == done.id
    before = done.model_dump()

    come(session, world, intake, 2)
    assert queries.is_stale(session, intake=intake, analysis=done)
    assert asked(session, world, intake).number == 2
    assert analyst.work_off(engine) == 1
    again = newest(session, intake)
    assert [each["key"] for each in queries.figures_of(again)["funnel"]["stages"]][
        -1
    ] == OutcomeKind.INTERVIEWED.value
    assert again.seed != before["seed"]
    first = session.exec(select(MonitoringAnalysis).where(MonitoringAnalysis.number == 1)).one()
    assert first.model_dump() == before
    for change in ("UPDATE monitoring_analysis SET figures = '{}'", "DELETE FROM monitoring_analysis"):
        with pytest.raises(DBAPIError, match="never changed"):
            session.execute(text(change))
        session.rollback()


def test_draft_may_be_discarded_after_an_analysis_of_it(
    session: Session, world: World, engine: Engine, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ranked(session, world, intake)
    drawn = interview.draft(session, intake=intake, run=run, groups=one_line(4), actor=world.actor, now=LATER)
    session.commit()
    monkeypatch.setattr(
        analysis,
        "compute",
        lambda found, _progress: Computed(found.list_id, 1, found.sha256, '{"version":1}'),
    )
    asked(session, world, intake)
    assert analyst.work_off(engine) == 1
    assert newest(session, intake).list_id == drawn.id
    interview.discard(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    assert newest(session, intake).list_id is None


def test_a_server_has_it_made_by_a_process_of_its_own(
    session: Session, world: World, engine: Engine, intake: Intake, database_url: str
) -> None:
    asked(session, world, intake)
    analyst.Analyst(engine, Settings(database_url=database_url)).have_it_made()
    done = newest(session, intake)
    assert (done.state, queries.figures_of(done)["n"]) == (AnalysisState.DONE, 32)


def test_work_left_half_done_is_cleared_up(
    session: Session, world: World, engine: Engine, intake: Intake, database_url: str
) -> None:
    helper = analyst.Analyst(engine, Settings(database_url=database_url), every=3600)
    asked(session, world, intake)
    taken = analyst.take(engine)
    assert taken is not None
    helper.clear_up(taken)
    row = newest(session, intake)
    assert (row.state, row.error) == (AnalysisState.FAILED, analysis.INTERRUPTED)
    asked(session, world, intake)
    again = analyst.take(engine)
    assert again is not None
    helper.start()
    helper.end()
    helper.clear_up(again)
    assert newest(session, intake).state is AnalysisState.QUEUED


def test_what_a_process_says_it_took_up_is_read_again() -> None:
    taken = Taken(3, 7, clock.now())
    assert analyst._taken_in(analyst.taken_line(taken)) == taken
    assert analyst._taken_in("something else") is None


def test_command_computes_one_intake_and_tells_how_far_it_is(
    session: Session,
    world: World,
    intake: Intake,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    quick: None,
) -> None:
    from click.testing import CliRunner

    from recruit.commands import main

    monkeypatch.setenv("RECRUIT_DATABASE_URL", database_url)
    run = CliRunner().invoke(main, ["analyse", "--intake", intake.slug, "--region", "alvmark"])
    assert run.exit_code == 0, run.output
    assert f"{intake.slug}: analysed in" in run.stderr
    assert json.loads(newest(session, intake).figures or "") == {"version": 1}
    unknown = CliRunner().invoke(main, ["analyse", "--intake", "none"])
    assert (unknown.exit_code, "no intake 'none'" in unknown.output) == (1, True)
    assert CliRunner().invoke(main, ["analyse"]).exit_code == 2
    asked(session, world, intake)
    waiting = CliRunner().invoke(main, ["analyse", "--waiting"])
    assert waiting.exit_code == 0
    assert waiting.stdout.startswith("taken up ")
    assert newest(session, intake).number == 2
