"""What happens after the list: what may be entered in which order, whole files or nothing, how far each came."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.clock import in_stockholm
from recruit.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from recruit.models import (
    Application,
    ApplicationStatus,
    Eligibility,
    EntryKind,
    Intake,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    RecordEntry,
    RecordValue,
)
from recruit.queries import outcome as queries
from recruit.queries.outcome import CHAIN, Candidate, Happened, state_of
from recruit.services import outcome as service
from recruit.services.disposal import dispose_values
from recruit.services.outcome import Entered, EnteredRow
from tests.recruit.factories import World
from tests.recruit.intake_helpers import OPENS
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, ranked

K, R = OutcomeKind, OutcomeReason
NOW = LATER + timedelta(days=600)
DAY = in_stockholm(LATER).date()


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """Two above the line, one in reserve, two not on the list."""
    found = closed_intake(session, world)
    confirmed(session, world, found, ranked(session, world, found), 2, 1)
    return found


def people(session: Session, intake: Intake) -> list[Candidate]:
    return queries.candidates(session, intake=intake)


def enter(
    session: Session,
    world: World,
    intake: Intake,
    code: str,
    *kinds: OutcomeKind,
    start: int = 0,
    reason: OutcomeReason | None = None,
    note: str = "",
) -> None:
    """The kinds, a week apart each."""
    for number, kind in enumerate(kinds, start):
        ends = kind in queries.ENDS
        service.set_outcome(
            session,
            intake=intake,
            code=code,
            entered=Entered(
                kind, DAY + timedelta(days=7 * number), reason if ends else None, note if ends else ""
            ),
            actor=world.actor,
            now=NOW,
        )


def rows_of(*rows: tuple[str, OutcomeKind, date]) -> list[EnteredRow]:
    return [EnteredRow(f"file.csv, row {n}", c, Entered(k, on)) for n, (c, k, on) in enumerate(rows, 2)]


def test_way_from_the_call_to_the_goals(session: Session, world: World, intake: Intake) -> None:
    first = people(session, intake)[0]
    assert (first.kind, first.state) == (EntryKind.CALLED, None)
    for number, kind in enumerate(CHAIN):
        assert kind in service.next_kinds(queries.candidate(session, intake=intake, code=first.mask_code))
        enter(session, world, intake, first.mask_code, kind, start=number)
        assert queries.candidate(session, intake=intake, code=first.mask_code.lower()).state is kind
    session.commit()
    found = queries.candidate(session, intake=intake, code=first.mask_code)
    assert [each.kind for each in found.outcomes] == list(CHAIN)
    assert (found.outcomes[0].set_by, found.outcomes[0].on) == ("Coordinator", DAY)
    assert service.next_kinds(found) == [K.DROPPED_OUT]


def test_record_keeps_what_was_said_before(session: Session, world: World, intake: Intake) -> None:
    code = people(session, intake)[0].mask_code
    enter(session, world, intake, code, K.CALLED)
    enter(session, world, intake, code, K.CALLED, start=1)
    enter(session, world, intake, code, K.CALLED, start=1)
    service.remove(session, intake=intake, code=code, kind=K.CALLED, actor=world.actor, now=NOW)
    entries = session.exec(select(RecordEntry).order_by(RecordEntry.number)).all()[-3:]  # type: ignore[arg-type]
    assert [each.action for each in entries] == ["outcome.set", "outcome.set", "outcome.removed"]
    told = [session.exec(select(RecordValue).where(RecordValue.entry_id == e.id)).one() for e in entries]
    days = [DAY.isoformat(), (DAY + timedelta(days=7)).isoformat()]
    assert [(v.field, v.old, v.new) for v in told] == [
        ("called", None, days[0]),
        ("called", days[0], days[1]),
        ("called", days[1], None),
    ]
    assert {e.application_id for e in entries} == {people(session, intake)[0].application_id}
    assert session.exec(select(Outcome)).all() == []


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ([K.STARTED], "needs “Accepted the offer” first"),
        ([K.ACCEPTED], "needs “Offered a post” first"),
        ([K.DECLINED], "needs “Offered a post” first"),
        ([K.OFFERED, K.ACCEPTED, K.GOALS_REACHED], "needs “Started” first"),
        ([K.OFFERED, K.ACCEPTED, K.DECLINED], "has dropped out"),
        ([K.OFFERED, K.DECLINED, K.ACCEPTED], "would be before|has dropped out"),
        ([K.OFFERED, K.DECLINED, K.DROPPED_OUT], "declined already"),
    ],
)
def test_steps_out_of_order_are_refused(
    session: Session, world: World, intake: Intake, kinds: Sequence[OutcomeKind], message: str
) -> None:
    code = people(session, intake)[0].mask_code
    with pytest.raises(Conflict, match=message):
        enter(session, world, intake, code, *kinds, reason=R.TERMS)


def test_reserve_is_called_before_an_interview_and_may_be_offered(
    session: Session, world: World, intake: Intake
) -> None:
    reserve = people(session, intake)[-1]
    assert reserve.kind is EntryKind.RESERVE
    with pytest.raises(Conflict, match="in reserve and has not been called"):
        enter(session, world, intake, reserve.mask_code, K.INTERVIEWED)
    assert service.next_kinds(reserve) == [K.CALLED, K.OFFERED, K.DROPPED_OUT]
    enter(session, world, intake, reserve.mask_code, K.OFFERED)


def test_somebody_who_is_not_on_the_list_has_no_outcomes(
    session: Session, world: World, intake: Intake
) -> None:
    on_list = {each.mask_code for each in people(session, intake)}
    outside = next(a.mask_code for a in session.exec(select(Application)) if a.mask_code not in on_list)
    with pytest.raises(NotFound):
        enter(session, world, intake, outside, K.OFFERED)


def test_dates_that_cannot_be_are_refused(session: Session, world: World, intake: Intake) -> None:
    code = people(session, intake)[0].mask_code
    opened, today = in_stockholm(OPENS).date(), in_stockholm(NOW).date()
    for day, message in (
        (opened - timedelta(days=1), "before the intake opened"),
        (today + timedelta(days=1), "has not been yet"),
        (date(2999, 1, 1), "has not been yet"),
    ):
        with pytest.raises(Invalid, match=message) as refused:
            service.set_outcome(
                session, intake=intake, code=code, entered=Entered(K.CALLED, day), actor=world.actor, now=NOW
            )
        assert refused.value.field == "on"
    enter(session, world, intake, code, K.CALLED, K.OFFERED)
    with pytest.raises(Conflict, match="would be before “Called to interview”"):
        service.set_outcome(
            session,
            intake=intake,
            code=code,
            entered=Entered(K.OFFERED, DAY - timedelta(days=1)),
            actor=world.actor,
            now=NOW,
        )
    with pytest.raises(Conflict, match=r"“Offered a post” on .* would be before"):
        enter(session, world, intake, code, K.CALLED, start=5)


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        (Entered(K.DROPPED_OUT, DAY), "reason"),
        (Entered(K.DROPPED_OUT, DAY, R.OTHER, "  "), "note"),
        (Entered(K.CALLED, DAY, R.TERMS), "reason"),
        (Entered(K.CALLED, DAY, None, "x"), "reason"),
        (Entered(K.DROPPED_OUT, DAY, R.TERMS, "x" * 501), "note"),
    ],
)
def test_reasons_belong_to_those_who_leave(
    session: Session, world: World, intake: Intake, entered: Entered, field: str
) -> None:
    code = people(session, intake)[0].mask_code
    with pytest.raises(Invalid) as refused:
        service.set_outcome(session, intake=intake, code=code, entered=entered, actor=world.actor, now=NOW)
    assert refused.value.field == field


def test_withdrawn_or_no_longer_eligible_can_only_drop_out(
    session: Session, world: World, intake: Intake
) -> None:
    first, second, _reserve = people(session, intake)
    withdrawn = session.get_one(Application, first.application_id)
    withdrawn.status, withdrawn.withdrawn_at = ApplicationStatus.WITHDRAWN, LATER
    session.get_one(Application, second.application_id).eligibility = Eligibility.INELIGIBLE
    session.commit()
    for code, message in ((first.mask_code, "has withdrawn"), (second.mask_code, "not eligible any more")):
        with pytest.raises(Conflict, match=message):
            enter(session, world, intake, code, K.CALLED)
        assert service.next_kinds(queries.candidate(session, intake=intake, code=code)) == [K.DROPPED_OUT]
        enter(session, world, intake, code, K.DROPPED_OUT, reason=R.NO_LICENCE)


def test_outcome_that_others_rest_on_is_not_taken_back(
    session: Session, world: World, intake: Intake
) -> None:
    code = people(session, intake)[0].mask_code
    enter(session, world, intake, code, K.OFFERED, K.ACCEPTED)
    with pytest.raises(Conflict, match="needs “Offered a post” first"):
        service.remove(session, intake=intake, code=code, kind=K.OFFERED, actor=world.actor, now=NOW)
    with pytest.raises(Conflict, match="never entered"):
        service.remove(session, intake=intake, code=code, kind=K.STARTED, actor=world.actor, now=NOW)


def test_nobody_enters_before_a_list_or_for_themselves(session: Session, world: World) -> None:
    found = closed_intake(session, world)
    with pytest.raises(Conflict, match="There is none yet"):
        enter(session, world, found, "AAAA", K.CALLED)
    confirmed(session, world, found, ranked(session, world, found), 2, 1)
    first = people(session, found)[0]
    own = Actor(session.get_one(Application, first.application_id).account_id)
    for actor, refusal in ((own, NotAllowed), (Actor(None), Invalid)):
        with pytest.raises(refusal):
            service.set_outcome(
                session,
                intake=found,
                code=first.mask_code,
                entered=Entered(K.CALLED, DAY),
                actor=actor,
                now=NOW,
            )


def test_file_in_any_order_is_entered_whole(session: Session, world: World, intake: Intake) -> None:
    one, two, _three = (each.mask_code for each in people(session, intake))
    rows = rows_of(
        (one, K.ACCEPTED, DAY + timedelta(3)),
        (two, K.CALLED, DAY),
        (one.lower(), K.OFFERED, DAY + timedelta(2)),
    )
    assert service.set_many(session, intake=intake, rows=rows, actor=world.actor, now=NOW) == 3
    assert service.set_many(session, intake=intake, rows=rows, actor=world.actor, now=NOW) == 0
    assert [each.state for each in people(session, intake)] == [K.ACCEPTED, K.CALLED, None]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (("ZZZZ", K.CALLED, DAY), "row 3: nobody on the interview list has the code ZZZZ"),
        (("ONE", K.CALLED, DAY), "row 3: “Called to interview” stands twice"),
        (("TWO", K.STARTED, DAY), "row 3: “Started” needs “Accepted the offer” first"),
        (("TWO", K.CALLED, date(1999, 1, 1)), "row 3: 1999-01-01 is before the intake opened"),
        (("ONE", K.OFFERED, DAY - timedelta(1)), "row 3: “Offered a post” .* would be before"),
    ],
)
def test_file_with_one_bad_row_changes_nothing(
    session: Session, world: World, intake: Intake, bad: Any, message: str
) -> None:
    codes = dict(zip(("ONE", "TWO"), (each.mask_code for each in people(session, intake)), strict=False))
    rows = rows_of((codes["ONE"], K.CALLED, DAY), (codes.get(bad[0], bad[0]), *bad[1:]))
    session.commit()
    with pytest.raises(Invalid, match=message) as refused:
        service.set_many(session, intake=intake, rows=rows, actor=world.actor, now=NOW)
    session.rollback()
    assert refused.value.field == "file"
    assert session.exec(select(Outcome)).all() == []


def test_reached_counts_the_steps_before_and_leaves_out_what_nobody_reached(
    session: Session, world: World, intake: Intake
) -> None:
    one, two, three = people(session, intake)
    assert queries.reached(session, intake=intake) == {}
    enter(session, world, intake, one.mask_code, K.CALLED)
    enter(session, world, intake, two.mask_code, K.OFFERED, K.ACCEPTED, K.DROPPED_OUT, reason=R.OTHER_POST)
    enter(session, world, intake, three.mask_code, K.OFFERED, K.DECLINED, reason=R.NO_ANSWER)
    assert queries.reached(session, intake=intake) == {
        "called": {one.application_id, two.application_id, three.application_id},
        "offered": {two.application_id, three.application_id},
        "accepted": {two.application_id},
    }
    assert [each.state for each in people(session, intake)] == [K.CALLED, K.DROPPED_OUT, K.DECLINED]


def test_disposal_takes_the_words_and_leaves_the_outcome(
    session: Session, world: World, intake: Intake
) -> None:
    one = people(session, intake)[0]
    enter(session, world, intake, one.mask_code, K.DROPPED_OUT, reason=R.OTHER, note="moves to Oslo")
    application = session.get_one(Application, one.application_id)
    dispose_values(session, application=application, reason="plan 7", actor=world.actor, now=NOW)
    session.expire_all()
    left = session.exec(select(Outcome)).one()
    assert (left.kind, left.reason, left.note) == (K.DROPPED_OUT, R.OTHER, "")
    assert [v for v in session.exec(select(RecordValue)) if "Oslo" in (v.new or "")] == []


def test_reading_takes_the_same_queries_however_many(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4,) * 3 + (3,) * 9)
    confirmed(session, world, intake, ranked(session, world, intake), 10, 2)

    def count() -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        session.expire_all()
        session.refresh(intake)
        event.listen(session.get_bind(), "before_cursor_execute", note)
        try:
            assert len(people(session, intake)) == 12
        finally:
            event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(seen)

    before = count()
    for each in people(session, intake):
        enter(session, world, intake, each.mask_code, K.CALLED, K.OFFERED, K.ACCEPTED)
    session.commit()
    assert count() == before <= 5


def test_a_region_does_not_see_another_s(session: Session, world: World, intake: Intake) -> None:
    from recruit.database import OneRegion, set_scope
    from tests.recruit.factories import make_world

    enter(session, world, intake, people(session, intake)[0].mask_code, K.CALLED)
    foreign = make_world(session, "fjallnas")
    session.commit()
    set_scope(session, OneRegion(foreign.region.id or 0))
    assert session.exec(select(Outcome)).all() == []


@given(st.lists(st.sampled_from(list(OutcomeKind)), max_size=12))
def test_whatever_is_possible_next_leads_to_a_valid_history(wanted: list[OutcomeKind]) -> None:
    """Following `next_kinds` never stalls on a refusal, and the state is the last step or what ended the way."""
    at = datetime(2027, 1, 1)
    person = Candidate(1, "AAAA", "", False, True, EntryKind.CALLED, "", 1)
    entered: list[Happened] = []
    for number, kind in enumerate(wanted):
        if kind not in service.next_kinds(person):
            continue
        have = {e.kind: Entered(e.kind, e.on, e.reason, e.note) for e in entered}
        later = [e.on for e in have.values() if service._after(e.kind, kind)]
        on = min(later, default=DAY + timedelta(days=number))
        have[kind] = Entered(kind, on, R.TERMS if kind in queries.ENDS else None)
        for each in have.values():
            try:
                service._refuse_order(person, have, each)
            except Refusal as refusal:  # pragma: no cover - what the property is about
                raise AssertionError(str(refusal)) from refusal
        entered.append(Happened(kind, on, have[kind].reason, "", at, ""))
        person = Candidate(1, "AAAA", "", False, True, EntryKind.CALLED, "", 1, tuple(entered))
    kinds = [each.kind for each in entered]
    assert person.state is state_of(kinds)
    assert not {K.DECLINED, K.DROPPED_OUT} <= set(kinds)
