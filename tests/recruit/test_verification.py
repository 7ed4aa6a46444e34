"""The record: what it holds, what a change of it gives away, and what disposal leaves."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from recruit.errors import Invalid, NotFound
from recruit.models import Application, InterviewListEntry, RecordEntry, RecordValue
from recruit.services import record
from recruit.services.disposal import dispose_values
from recruit.services.verification import verify
from tests.recruit import assessment_helpers, ranking_helpers
from tests.recruit.factories import NOW, World

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
        session.execute(text("DROP TRIGGER record_entry_no_update"))
        session.execute(text("DROP TRIGGER record_entry_no_delete"))
    else:
        session.execute(text("DROP TRIGGER record_entry_no_change ON record_entry"))


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
    value.new = "grön"
    session.add(value)
    session.flush()
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
    with pytest.raises(NotFound, match="no values"):
        dispose_values(session, application=application, reason="Beslut", actor=world.actor, now=LATER)


def test_changed_run_is_found(session: Session, world: World) -> None:
    intake = ranking_helpers.closed_intake(session, world)
    run = ranking_helpers.ranked(session, world, intake)
    session.commit()
    assert verify(session, region_id=run.region_id).runs == 1
    changed = run.results.replace("[700,575", "[575,700")  # the first two totals change places
    assert changed != run.results
    run.results = changed
    session.add(run)
    session.flush()
    messages = [finding.message for finding in verify(session, region_id=run.region_id).findings]
    assert messages == [
        "its stored results do not match their hash",
        "recomputing it from its inputs gives another result",
    ]


def test_changed_confirmed_list_is_found(session: Session, world: World) -> None:
    intake = ranking_helpers.closed_intake(session, world)
    made = ranking_helpers.confirmed(
        session, world, intake, ranking_helpers.ranked(session, world, intake), 2
    )
    session.commit()
    report = verify(session, region_id=made.region_id)
    assert (report.lists, report.findings) == (1, [])
    entry = session.exec(select(InterviewListEntry).where(InterviewListEntry.list_id == made.id)).first()
    session.delete(entry)
    session.flush()
    assert [finding.message for finding in verify(session, region_id=made.region_id).findings] == [
        "its entries do not match the checksum printed on it"
    ]
