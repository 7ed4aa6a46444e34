"""Case numbers: one per intake and application, in the region's own pattern, without gaps, never twice."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.case_pattern import parse
from recruit.errors import Conflict, Invalid
from recruit.models import Application, Intake, RecordEntry, RecordValue
from recruit.services import application as applications
from recruit.services import case_numbers
from recruit.services import intake as intakes
from tests.recruit.application_helpers import begin, fill_in, open_intake, sent
from tests.recruit.factories import NOW, World, applicant
from tests.recruit.test_at_once import at_once


def choose(session: Session, world: World, intake: str, application: str, revision: int = 0) -> None:
    """Set the patterns of the world's region; committed."""
    case_numbers.choose(
        session,
        region_id=world.region.id or 0,
        intake=intake,
        application=application,
        revision=revision,
        actor=Actor(world.administrator.id),
        now=NOW,
    )
    session.commit()


def drafted(session: Session, world: World, slug: str) -> Intake:
    """A copy of the open intake as a draft without a number of its own; committed."""
    plan = intakes.plan_of(session, open_intake(session, world, slug=f"{slug}-first"))
    values = {**plan.__dict__, "slug": slug, "case_number": ""}
    made = intakes.create(
        session,
        region_id=world.region.id or 0,
        plan=intakes.IntakePlan(**values),
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    return made


@pytest.mark.parametrize(
    ("kind", "pattern", "number"),
    [
        ("intake", "RÄ {year}/{number}", "RÄ 2026/12"),
        ("intake", "HR {year}-{number:05}", "HR 2026-00012"),
        ("application", "{intake}-{number:03}", "RS 1-012"),
    ],
)
def test_pattern_gives(kind: str, pattern: str, number: str) -> None:
    assert parse(kind, pattern).number(12, year=2026, intake="RS 1") == number


@pytest.mark.parametrize(
    ("kind", "pattern", "word"),
    [
        ("intake", "", "Write a pattern"),
        ("intake", "HR {year}", "exactly once"),
        ("intake", "{number}/{number}", "exactly once"),
        ("intake", "HR {yer}-{number}", "{yer}"),
        ("intake", "{intake}-{number}", "only stand"),
        ("intake", "HR 1{number}", "side by side"),
        ("intake", "{year}{number}", "side by side"),
        ("intake", "HR {number:9}", "{number:9}"),
        ("intake", "HR {number", "brace"),
        ("intake", "HR\x00 {number}", "printed"),
        ("intake", "x" * 38 + " {number}", "longer than 40"),
        ("application", "x" * 30 + " {intake}-{number}", "longer than 60"),
        ("application", "x" * 80 + "{number}", "at most 60"),
    ],
)
def test_pattern_that_does_not_hold_is_refused_in_words(kind: str, pattern: str, word: str) -> None:
    with pytest.raises(Invalid, match=word) as refused:
        parse(kind, pattern)
    assert refused.value.field == kind


def test_opening_numbers_an_intake_unless_it_was_numbered_by_hand(session: Session, world: World) -> None:
    choose(session, world, "RÄ {year}/{number}", "{intake}-{number:03}")
    first = drafted(session, world, "first")
    assert first.case_number == ""
    intakes.open_intake(session, intake=first, actor=world.actor, now=NOW)
    assert first.case_number == "RÄ 2026/1"
    assert open_intake(session, world).case_number == "RS 2026-0417"


def test_number_that_somebody_typed_by_hand_is_passed_over(session: Session, world: World) -> None:
    typed = open_intake(session, world)
    typed.case_number = "RÄ 2026/1"
    choose(session, world, "RÄ {year}/{number}", "{intake}-{number}")
    first = drafted(session, world, "first")
    intakes.open_intake(session, intake=first, actor=world.actor, now=NOW)
    assert first.case_number == "RÄ 2026/2"


def test_eight_sent_at_once_are_numbered_without_a_gap(
    session: Session, engine: Engine, world: World, tmp_path: Path
) -> None:
    intake = open_intake(session, world)
    drafts = []
    for number in range(8):
        draft = begin(session, intake, applicant(session, f"at-once-{number}@example.org"))
        fill_in(session, draft, tmp_path)
        drafts.append(draft.id)

    def send(number: int | None) -> object:
        def act(own: Session) -> str | None:
            application = own.get_one(Application, number)
            actor = Actor(application.account_id)
            return applications.submit(own, application=application, actor=actor, now=NOW).case_number

        return act

    given = at_once(engine, *(send(each) for each in drafts))  # type: ignore[arg-type]
    assert sorted(given) == [f"RS 2026-0417-{number:03}" for number in range(1, 9)]


def test_what_is_rolled_back_gives_its_number_back(session: Session, world: World, tmp_path: Path) -> None:
    intake = open_intake(session, world)
    draft = begin(session, intake, applicant(session))
    fill_in(session, draft, tmp_path)
    applications.submit(session, application=draft, actor=Actor(draft.account_id), now=NOW)
    session.rollback()
    session.refresh(draft)
    assert draft.case_number is None
    applications.submit(session, application=draft, actor=Actor(draft.account_id), now=NOW)
    assert draft.case_number == "RS 2026-0417-001"


def test_withdrawn_application_keeps_its_number_and_nobody_gets_it(
    session: Session, world: World, tmp_path: Path
) -> None:
    intake = open_intake(session, world)
    first = sent(session, intake, applicant(session), tmp_path)
    me = Actor(first.account_id)
    applications.withdraw(session, application=first, reason=None, actor=me, now=NOW)
    second = sent(session, intake, applicant(session, "bo@example.org"), tmp_path)
    account = session.get_one(type(world.chair), first.account_id)
    applications.start(session, intake=intake, account=account, actor=me, now=NOW)
    applications.submit(session, application=first, actor=me, now=NOW)
    assert (first.case_number, second.case_number) == ("RS 2026-0417-001", "RS 2026-0417-002")


def test_changed_pattern_applies_from_then_on_and_is_recorded(
    session: Session, world: World, tmp_path: Path
) -> None:
    intake = open_intake(session, world)
    first = sent(session, intake, applicant(session), tmp_path)
    choose(session, world, "RÄ {year}/{number}", "HR {year}-{number:05}")
    second = sent(session, intake, applicant(session, "bo@example.org"), tmp_path)
    assert (first.case_number, second.case_number) == ("RS 2026-0417-001", "HR 2026-00001")
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "people.case_pattern_changed")).one()
    values = session.exec(select(RecordValue).where(RecordValue.entry_id == entry.id)).all()
    assert {each.field: each.new for each in values} == {
        "pattern_intake": "RÄ {year}/{number}",
        "pattern_application": "HR {year}-{number:05}",
    }


def test_same_words_with_other_zeros_count_on(session: Session, world: World, tmp_path: Path) -> None:
    intake = open_intake(session, world)
    choose(session, world, "RÄ {number}", "HR {number}")
    sent(session, intake, applicant(session), tmp_path)
    choose(session, world, "RÄ {number}", "HR {number:04}", revision=1)
    second = sent(session, intake, applicant(session, "bo@example.org"), tmp_path)
    assert second.case_number == "HR 0002"


def test_patterns_changed_by_somebody_else_meanwhile_are_not_overwritten(
    session: Session, world: World
) -> None:
    choose(session, world, "RÄ {number}", "HR {number}")
    with pytest.raises(Conflict, match="Somebody else"):
        choose(session, world, "XX {number}", "XX {number}")
    assert case_numbers.patterns_of(session, world.region.id or 0)[:2] == ("RÄ {number}", "HR {number}")
