"""The record: what it holds, what a change of it gives away, and what disposal leaves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from recruit.errors import Invalid, NotFound
from recruit.frames import rank_inputs
from recruit.models import (
    Application,
    Intake,
    InterviewList,
    RankingRow,
    RankingRun,
    RecordEntry,
    RecordValue,
    Referee,
)
from recruit.services import interview, list_content, record, references
from recruit.services.chain import DISPOSED
from recruit.services.disposal import dispose_values
from recruit.services.verification import verify
from tests.recruit import assessment_helpers, ranking_helpers
from tests.recruit.factories import NOW, World
from tests.recruit.kept import kept

LATER = datetime(2028, 9, 1, tzinfo=UTC)


@pytest.fixture
def region_id(session: Session, world: World) -> int:
    """A region whose record has three entries more than its making gave it."""
    assert world.region.id is not None
    for number in range(3):
        record.write(
            session,
            region_id=world.region.id,
            actor=world.actor,
            now=NOW,
            action="test.changed",
            subject=("thing", number),
            changes={"colour": (None if number == 0 else "blå", "röd"), "empty": ("", None)},
            reason="för att",
        )
    session.commit()
    return world.region.id


def _drop_triggers(session: Session) -> None:
    """What an intruder with all rights would do first."""
    if session.get_bind().dialect.name == "sqlite":
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        return
    found = text("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    for name, table in session.execute(found).all():
        session.execute(text(f"DROP TRIGGER {name} ON {table}"))


def _tamper(session: Session, *statements: str, **values: Any) -> None:
    """Rewrite the database behind the application's back."""
    _drop_triggers(session)
    for statement in statements:
        session.execute(text(statement), values)
    session.expire_all()


def _found(session: Session, region_id: int) -> list[tuple[str, str]]:
    return [(each.kind, each.message) for each in verify(session, region_id=region_id).findings]


def test_untouched_record_verifies(session: Session, region_id: int) -> None:
    report = verify(session, region_id=region_id)
    assert report.findings == []
    assert report.ok
    newest = record.head(session, region_id=region_id)
    assert newest is not None
    assert (report.entries, report.head) == (newest.number, newest.hash)


def test_chain_of_a_region_is_its_own(session: Session, region_id: int, world: World) -> None:
    from tests.recruit.factories import make_world

    other = make_world(session, "fjallnas")
    assert other.region.id is not None
    first = session.exec(
        select(RecordEntry).where(RecordEntry.region_id == other.region.id).order_by(RecordEntry.number)  # type: ignore[arg-type]
    ).first()
    assert first is not None
    assert (first.number, first.previous_hash) == (1, record.GENESIS)
    assert verify(session, region_id=region_id).ok


def test_equal_values_have_unlike_digests(session: Session, region_id: int) -> None:
    """Salted: nobody who has the chain alone can see that two values are the same."""
    entries = session.exec(select(RecordEntry).where(RecordEntry.action == "test.changed")).all()
    assert len({entry.digests for entry in entries}) == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "'x'"),
        ("subject_id", "99"),
        ("actor_id", "NULL"),
        ("digests", "'{}'"),
        ("at", "'2020-01-01 00:00:00'"),
    ],
)
def test_changed_entry_is_found(session: Session, region_id: int, column: str, value: str) -> None:
    number = verify(session, region_id=region_id).entries - 1
    _drop_triggers(session)
    session.execute(
        text(
            f"UPDATE record_entry SET {column} = {value} WHERE region_id = {region_id} AND number = {number}"
        )
    )
    session.expire_all()
    found = verify(session, region_id=region_id).findings
    assert (found[0].kind, found[0].what) == ("chain", f"entry {number}")


def test_removed_entry_is_found(session: Session, region_id: int) -> None:
    last = verify(session, region_id=region_id).entries
    _drop_triggers(session)
    session.execute(text(f"DELETE FROM record_value WHERE region_id = {region_id}"))
    session.execute(text(f"DELETE FROM record_entry WHERE region_id = {region_id} AND number = {last - 1}"))
    session.expire_all()
    found = verify(session, region_id=region_id).findings[0]
    assert (found.kind, found.what) == ("chain", f"entry {last}")
    assert f"number {last - 1} is missing" in found.message


def test_changed_value_is_found(session: Session, region_id: int) -> None:
    value = session.exec(select(RecordValue).where(RecordValue.field == "colour")).first()
    assert value is not None
    _tamper(session, f"UPDATE record_value SET new = 'grön' WHERE id = {value.id}")
    found = verify(session, region_id=region_id).findings
    assert [(each.kind, each.message) for each in found] == [
        ("value", "the value does not match its digest in the chain")
    ]


def test_value_deleted_without_a_disposal_is_found(session: Session, region_id: int) -> None:
    value = session.exec(select(RecordValue).where(RecordValue.field == "colour")).first()
    session.delete(value)
    session.flush()
    found = verify(session, region_id=region_id).findings
    assert [each.message for each in found] == ["the value is missing and no disposal names it"]


def test_value_that_the_chain_does_not_know_is_found(session: Session, region_id: int) -> None:
    entry = record.head(session, region_id=region_id)
    assert entry is not None
    assert entry.id is not None
    session.add(RecordValue(region_id=region_id, entry_id=entry.id, field="added", new="x", salt="0"))
    session.flush()
    assert [each.message for each in verify(session, region_id=region_id).findings] == [
        "the chain knows of no such value"
    ]


def assessed_application(session: Session, world: World) -> Application:
    """A submitted, eligible application with two assessments, whose levels are in the record."""
    intake = assessment_helpers.handed_out(session, world, number=2)
    for assessor in world.assessors:
        for task in assessment_helpers.assignments_of(session, intake, assessor):
            assessment_helpers.submit(session, task)
    session.commit()
    found = session.exec(select(Application).where(Application.intake_id == intake.id)).first()
    assert found is not None
    return found


def test_disposal_leaves_a_chain_that_verifies_and_names_what_went(session: Session, world: World) -> None:
    application = assessed_application(session, world)
    before = verify(session, region_id=application.region_id)
    count = dispose_values(
        session, application=application, reason="Beslut RÄ 2028/1", actor=world.actor, now=LATER
    )
    session.commit()
    report = verify(session, region_id=application.region_id)
    assert report.findings == []
    assert report.entries == before.entries + 1
    assert sum(gone.values for gone in report.disposed) == count
    assert {gone.at for gone in report.disposed} == {LATER}
    actions = {gone.subject.partition("(")[2].rstrip(")") for gone in report.disposed}
    assert any(action.startswith("assessment") for action in actions), actions  # levels and notes went too


def test_disposal_leaves_other_applications_values(session: Session, world: World) -> None:
    application = assessed_application(session, world)
    other = session.exec(
        select(Application).where(
            Application.intake_id == application.intake_id, Application.id != application.id
        )
    ).one()
    dispose_values(session, application=application, reason="Beslut", actor=world.actor, now=LATER)
    session.commit()
    assert dispose_values(session, application=other, reason="Beslut", actor=world.actor, now=LATER) > 0


def test_disposal_without_a_decision_or_twice_is_refused(session: Session, world: World) -> None:
    application = assessed_application(session, world)
    with pytest.raises(Invalid, match="decision"):
        dispose_values(session, application=application, reason=" ", actor=world.actor, now=LATER)
    dispose_values(session, application=application, reason="Beslut", actor=world.actor, now=LATER)
    with pytest.raises(NotFound, match="nothing to dispose of"):
        dispose_values(session, application=application, reason="Beslut", actor=world.actor, now=LATER)


@pytest.fixture
@kept(RankingRun)
def run(session: Session, world: World) -> RankingRun:
    """A ranking run of three applications that have a place, each with points of its own: no lot decides."""
    made = ranking_helpers.ranked(session, world, ranking_helpers.closed_intake(session, world, (4, 3, 2)))
    report = verify(session, region_id=made.region_id)
    assert (report.runs, report.findings, report.unchecked) == (1, [], [])
    return made


@pytest.fixture
def listed(session: Session, world: World, run: RankingRun) -> InterviewList:
    """A confirmed list on the run: two called."""
    intake = session.get_one(Intake, run.intake_id)
    made = ranking_helpers.confirmed(session, world, intake, run, places=2)
    report = verify(session, region_id=run.region_id)
    assert (report.lists, report.findings, report.unchecked) == (1, [], [])
    assert isinstance(made, InterviewList)
    return made


def _entry_of(session: Session, action: str) -> RecordEntry:
    return session.exec(select(RecordEntry).where(RecordEntry.action == action)).one()


def _codes(run: RankingRun) -> list[str]:
    """The mask codes of a run's results, best first."""
    codes = json.loads(run.results)["table"]["application"]
    assert isinstance(codes, list)
    return codes


def _with_places_swapped(run: RankingRun) -> dict[str, str]:
    """Inputs and results, with right hashes, of a run where the best and the worst have changed levels."""
    best, worst = _codes(run)[0], _codes(run)[-1]
    inputs = json.loads(run.inputs)
    other = {best: worst, worst: best}
    inputs["levels"] = sorted([other.get(row[0], row[0]), *row[1:]] for row in inputs["levels"])
    results = rank_inputs(inputs).canonical().decode()
    assert json.loads(results)["table"]["application"][0] == worst
    frozen = record.canonical(inputs)
    return {
        "inputs": frozen,
        "inputs_sha256": record.sha256(frozen),
        "results": results,
        "results_sha256": record.sha256(results),
    }


def test_changed_results_are_found(session: Session, run: RankingRun) -> None:
    changed = run.results.replace("[700,575", "[575,700")  # the first two totals change places
    assert changed != run.results
    _tamper(session, "UPDATE ranking_run SET results = :changed", changed=changed)
    assert _found(session, run.region_id) == [
        ("run", "its stored results do not match their hash"),
        ("run", "recomputing it from its inputs gives another result"),
    ]


def test_run_rewritten_with_its_own_hashes_and_rows_is_found(session: Session, run: RankingRun) -> None:
    entry = _entry_of(session, "ranking.run")
    old_inputs, old_results = run.inputs_sha256, run.results_sha256
    new = _with_places_swapped(run)
    rows = list(session.exec(select(RankingRow).order_by(col(RankingRow.position))))
    best, worst = rows[0], rows[-1]
    swap = (
        "UPDATE ranking_row SET position = {0.position}, place = {0.place}, points_milli = {0.points_milli}"
    )
    _tamper(
        session,
        "UPDATE ranking_run SET inputs = :inputs, inputs_sha256 = :inputs_sha256, results = :results,"
        " results_sha256 = :results_sha256",
        swap.format(worst) + f" WHERE id = {best.id}",
        swap.format(best) + f" WHERE id = {worst.id}",
        **new,
    )
    assert _found(session, run.region_id) == [
        ("run", f"its {name} is {new[name]}, but entry {entry.number} recorded {old}")
        for name, old in (("inputs_sha256", old_inputs), ("results_sha256", old_results))
    ]


def test_swapped_places_in_the_rows_are_found(session: Session, run: RankingRun) -> None:
    first, second = _codes(run)[:2]
    _tamper(session, "UPDATE ranking_row SET place = 3 - place WHERE place IN (1, 2)")
    assert _found(session, run.region_id) == [
        ("run", f"the row of {first} has place 2; its results have 1"),
        ("run", f"the row of {second} has place 1; its results have 2"),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("position = 9", "position 9; its results have 3"),
        ("status = 'gate'", "status gate; its results have ranked"),
        ("points_milli = 99999", "points_milli 99999; its results have {points}"),
    ],
)
def test_changed_row_is_found(session: Session, run: RankingRun, change: str, message: str) -> None:
    last = session.exec(select(RankingRow).where(RankingRow.position == 3)).one()
    expected = f"the row of {_codes(run)[-1]} has " + message.format(points=last.points_milli)
    _tamper(session, f"UPDATE ranking_row SET {change} WHERE position = 3")
    assert _found(session, run.region_id) == [("run", expected)]


def test_missing_row_is_found(session: Session, run: RankingRun) -> None:
    _tamper(session, "DELETE FROM ranking_row WHERE position = 1")
    assert _found(session, run.region_id) == [
        ("run", f"the row of {_codes(run)[0]} is gone; its results have one")
    ]


def test_row_that_the_results_do_not_name_is_found(session: Session, world: World, run: RankingRun) -> None:
    intake = session.get_one(Intake, run.intake_id)
    late = ranking_helpers.assessed(session, world, intake, 4)
    _tamper(
        session,
        "INSERT INTO ranking_row (region_id, run_id, application_id, position, status, place)"
        f" VALUES ({run.region_id}, {run.id}, {late.id}, 4, 'ranked', 4)",
    )
    assert _found(session, run.region_id) == [
        ("run", f"there is a row of {late.mask_code}, whom its results do not name")
    ]


def test_deleted_run_is_found(session: Session, run: RankingRun) -> None:
    entry, region_id, intake_id = _entry_of(session, "ranking.run"), run.region_id, run.intake_id
    _tamper(session, "DELETE FROM ranking_row", "DELETE FROM ranking_run")
    finding = verify(session, region_id=region_id).findings
    assert [(each.what, each.message) for each in finding] == [
        (
            f"run screening 1 of intake {intake_id}",
            f"it is gone; entry {entry.number} recorded its making",
        )
    ]


def test_run_that_the_record_does_not_know_is_found(session: Session, run: RankingRun) -> None:
    columns = "region_id, intake_id, profile_id, stage, seed, code_version, inputs, inputs_sha256, results,"
    columns += " results_sha256, created_at, created_by_id"
    _tamper(
        session,
        f"INSERT INTO ranking_run (number, {columns}) SELECT 2, {columns} FROM ranking_run",
        "INSERT INTO ranking_row (region_id, run_id, application_id, position, status, place, points_milli)"
        " SELECT region_id, (SELECT MAX(id) FROM ranking_run), application_id, position, status, place, points_milli"
        " FROM ranking_row",
    )
    assert _found(session, run.region_id) == [("run", "no entry of the record tells of its making")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("number = 7", "its number is 7, but entry {number} recorded 1"),
        ("stage = 'interview'", "its stage is interview, but entry {number} recorded screening"),
        ("seed = 'another'", "its seed is another, but its inputs hold {seed}"),
        ("created_by_id = {other}", "its account is {other}, but entry {number} has {maker}"),
    ],
)
def test_what_stands_beside_a_run_is_compared_with_the_record(
    session: Session, world: World, run: RankingRun, change: str, message: str
) -> None:
    values = {
        "number": _entry_of(session, "ranking.run").number,
        "seed": run.seed,
        "maker": run.created_by_id,
        "other": world.assessors[0].id,
    }
    _tamper(session, f"UPDATE ranking_run SET {change.format(**values)}")
    assert _found(session, run.region_id) == [("run", message.format(**values))]


def test_entry_taken_off_a_confirmed_list_is_found(
    session: Session, run: RankingRun, listed: InterviewList
) -> None:
    called = _codes(run)[:2]
    entry = _entry_of(session, "interview.drafted")
    gone = session.exec(
        select(Application.id).where(
            Application.mask_code == called[1], Application.intake_id == run.intake_id
        )
    ).one()
    _tamper(session, f"DELETE FROM interview_list_entry WHERE application_id = {gone}")
    assert _found(session, run.region_id) == [
        ("list", "its entries do not match the checksum printed on it"),
        (
            "list",
            f"its called is {record.canonical(called[:1])}, but entry {entry.number} recorded"
            f" {record.canonical(sorted(called))}",
        ),
    ]


def test_list_rewritten_with_its_own_checksum_is_found(
    session: Session, run: RankingRun, listed: InterviewList
) -> None:
    """The same people are called, one of them without the condition that the list was confirmed with."""
    entry = _entry_of(session, "interview.confirmed")
    old = listed.content_sha256
    _tamper(session, "UPDATE interview_list_entry SET conditional = true WHERE position = 2")
    new = list_content.content_digest(session, session.get_one(InterviewList, listed.id))
    _tamper(session, "UPDATE interview_list SET content_sha256 = :new", new=new)
    assert new != old
    assert _found(session, run.region_id) == [
        ("list", f"its content_sha256 is {new}, but entry {entry.number} recorded {old}")
    ]


def test_chain_head_of_another_entry_is_found(
    session: Session, run: RankingRun, listed: InterviewList
) -> None:
    """A hash that is in the chain is not enough: it must be that of the list's own confirmation."""
    own, other = _entry_of(session, "interview.confirmed"), _entry_of(session, "ranking.run").hash
    _tamper(session, "UPDATE interview_list SET chain_head = :other", other=other)
    assert _found(session, run.region_id) == [
        (
            "list",
            f"the chain head printed on it is {other}, but its confirmation, entry {own.number},"
            f" has the hash {own.hash}",
        )
    ]


def test_deleted_confirmed_list_is_found(session: Session, run: RankingRun, listed: InterviewList) -> None:
    entry = _entry_of(session, "interview.confirmed")
    _tamper(session, "DELETE FROM interview_list_entry", "DELETE FROM interview_list")
    finding = verify(session, region_id=run.region_id).findings
    assert [(each.what, each.message) for each in finding] == [
        (
            f"interview list 1 of intake {run.intake_id}",
            f"it is gone; entry {entry.number} recorded its confirmation",
        )
    ]


def test_confirmed_list_turned_into_a_draft_is_found(
    session: Session, run: RankingRun, listed: InterviewList
) -> None:
    entry = _entry_of(session, "interview.confirmed")
    _tamper(session, "UPDATE interview_list SET status = 'draft', chain_head = NULL")
    assert _found(session, run.region_id) == [
        ("list", f"it is a draft, but entry {entry.number} tells of its confirmation")
    ]


def test_list_confirmed_past_the_record_is_found(session: Session, world: World, run: RankingRun) -> None:
    intake = session.get_one(Intake, run.intake_id)
    interview.draft(
        session,
        intake=intake,
        run=run,
        groups=ranking_helpers.one_line(2),
        actor=world.actor,
        now=ranking_helpers.LATER,
    )
    session.commit()
    head = record.head(session, region_id=run.region_id)
    assert head is not None
    _tamper(session, "UPDATE interview_list SET status = 'confirmed', chain_head = :head", head=head.hash)
    assert _found(session, run.region_id) == [("list", "no entry of the record tells of its confirmation")]


def test_discarded_draft_verifies(session: Session, world: World, run: RankingRun) -> None:
    intake = session.get_one(Intake, run.intake_id)
    common = {"actor": world.actor, "now": ranking_helpers.LATER}
    drawn = interview.draft(session, intake=intake, run=run, groups=ranking_helpers.one_line(2), **common)
    assert _found(session, run.region_id) == []
    interview.discard(session, interview_list=drawn, **common)
    session.commit()
    assert _found(session, run.region_id) == []


def test_run_and_list_rewritten_together_are_found(
    session: Session, run: RankingRun, listed: InterviewList
) -> None:
    """Inputs, results, rows, entries and every hash beside them agree with each other; the record does not."""
    new = _with_places_swapped(run)
    rows = list(session.exec(select(RankingRow).order_by(col(RankingRow.position))))
    best, worst = rows[0], rows[-1]
    swap = (
        "UPDATE ranking_row SET position = {0.position}, place = {0.place}, points_milli = {0.points_milli}"
    )
    _tamper(
        session,
        "UPDATE ranking_run SET inputs = :inputs, inputs_sha256 = :inputs_sha256, results = :results,"
        " results_sha256 = :results_sha256",
        swap.format(worst) + f" WHERE id = {best.id}",
        swap.format(best) + f" WHERE id = {worst.id}",
        f"UPDATE interview_list_entry SET application_id = {worst.application_id}"
        f" WHERE application_id = {best.application_id}",
        **new,
    )
    digest = list_content.content_digest(session, session.get_one(InterviewList, listed.id))
    _tamper(session, "UPDATE interview_list SET content_sha256 = :digest", digest=digest)
    found = _found(session, run.region_id)
    assert [(kind, message.partition(" is ")[0]) for kind, message in found] == [
        ("run", "its inputs_sha256"),
        ("run", "its results_sha256"),
        ("list", "its called"),
        ("list", "its content_sha256"),
    ]


def test_values_disposed_of_are_named_instead_of_compared(
    session: Session, world: World, run: RankingRun
) -> None:
    entry = _entry_of(session, "ranking.run")
    session.execute(text(f"DELETE FROM record_value WHERE entry_id = {entry.id}"))
    record.write(
        session,
        region_id=run.region_id,
        actor=world.actor,
        now=LATER,
        action=DISPOSED,
        subject=("intake", run.intake_id),
        changes={"entries": (None, [entry.number])},
        reason="Beslut",
    )
    session.commit()
    report = verify(session, region_id=run.region_id)
    assert report.findings == []
    assert [(each.what, each.message) for each in report.unchecked] == [
        (
            f"run screening 1 of intake {run.intake_id}",
            f"what entry {entry.number} recorded of its making was disposed of and cannot be compared",
        )
    ]


def test_disposal_finds_entries_about_parts_that_are_gone(session: Session, world: World) -> None:
    """A referee's answers in the record go with the rest when the referee's own row went before."""
    application = assessed_application(session, world)
    referee = Referee(
        region_id=application.region_id,
        application_id=application.id,
        position=9,
        name="Åsa Berg",
        title="överläkare",
        workplace="Alvmarks sjukhus",
        email="asa@example.org",
    )
    session.add(referee)
    session.flush()
    answers = references.ReferenceAnswers(4, 3, 4, 3, would_employ=True)
    references.enter_reference(
        session, referee=referee, answers=answers, actor=world.actor, now=ranking_helpers.LATER
    )
    entry = record.head(session, region_id=application.region_id)
    assert entry is not None
    assert (entry.subject_kind, entry.application_id) == ("referee", application.id)
    session.delete(referee)
    session.commit()
    dispose_values(session, application=application, reason="Beslut", actor=world.actor, now=LATER)
    session.commit()
    assert session.exec(select(RecordValue).where(RecordValue.entry_id == entry.id)).all() == []
    assert verify(session, region_id=application.region_id).findings == []
