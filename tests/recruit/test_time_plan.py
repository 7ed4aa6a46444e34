"""The time plan: what is proposed, what is refused, what is kept, and the same in a calendar."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlmodel import Session, col, select

from recruit import clock
from recruit.errors import Conflict
from recruit.models import Intake, PlanStep, RecordEntry, RecordValue
from recruit.planning import PLANNED, Share, is_behind, moved, out_of_order, pace, placed, proposed
from recruit.queries import time_plan as queries
from recruit.services import intake as intakes
from recruit.services import time_plan as service
from recruit.working_days import is_working, next_working
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.kept import kept

PAGE = "/g/alvmark/bt-2026/plan"


@kept(Intake)
def opened(session: Session, world: World) -> Intake:
    """An open intake whose meeting and interviews have days."""
    return opened_intake(session, world)


opened = pytest.fixture(opened)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 3, 25), True),  # Maundy Thursday
        (date(2027, 3, 26), False),  # Good Friday
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2027, 5, 6), False),  # Ascension Day
        (date(2026, 6, 19), False),  # Midsummer Eve
        (date(2027, 6, 25), False),
        (date(2026, 12, 24), False),
        (date(2026, 12, 23), True),
        (date(2026, 11, 22), False),  # a Sunday
    ],
)
def test_nobody_works_on_swedish_holidays(day: date, works: bool) -> None:
    assert is_working(day) is works


def test_the_next_working_day_passes_a_whole_easter() -> None:
    assert next_working(date(2027, 3, 26)) == date(2027, 3, 30)


@ONE_DATABASE
def test_proposals_are_working_days_in_order_before_the_start(opened: Intake) -> None:
    days = proposed(opened)
    assert set(days) == set(PLANNED)
    assert all(is_working(day) for day in days.values())
    assert out_of_order(days) == []
    assert max(days.values()) < opened.starts_on
    assert min(days.values()) > CLOSES.date()


@ONE_DATABASE
def test_proposals_lie_closer_where_the_start_comes_soon(opened: Intake) -> None:
    opened.starts_on = CLOSES.date() + timedelta(days=30)
    days = proposed(opened)
    assert out_of_order(days) == []
    assert max(days.values()) <= opened.starts_on


def test_the_order_names_the_two_steps() -> None:
    dates = {PlanStep.ASSESSED: date(2027, 3, 10), PlanStep.OFFERS_OUT: date(2027, 3, 9)}
    assert out_of_order(dates) == [(PlanStep.OFFERS_OUT, PlanStep.ASSESSED)]
    assert out_of_order({**dates, PlanStep.OFFERS_OUT: date(2027, 3, 10)}) == []


def test_late_is_a_day_that_has_passed_without_the_step_and_now_is_the_next() -> None:
    today = date(2027, 3, 10)
    dates = {
        PlanStep.CLOSES: date(2027, 3, 1),
        PlanStep.ELIGIBILITY_DECIDED: date(2027, 3, 9),
        PlanStep.ASSESSED: today,
        PlanStep.OFFERS_OUT: date(2027, 4, 1),
    }
    states = {each.step: each.state for each in placed(dates, [PlanStep.CLOSES], today)}
    assert {step: states[step] for step in dates} == {
        PlanStep.CLOSES: "done",
        PlanStep.ELIGIBILITY_DECIDED: "late",
        PlanStep.ASSESSED: "now",  # the day itself is not late
        PlanStep.OFFERS_OUT: "to_come",
    }
    assert states[PlanStep.CALIBRATED] == "unplanned"


@pytest.mark.parametrize(
    ("submitted", "today", "behind"),
    [
        (4, date(2027, 3, 6), False),  # five would be even: one less is let pass
        (3, date(2027, 3, 6), True),
        (0, date(2027, 3, 1), False),
        (9, date(2027, 3, 11), False),  # the last day
        (9, date(2027, 3, 12), True),
        (10, date(2027, 3, 12), False),
    ],
)
def test_behind_is_two_under_the_pace_or_anything_left_afterwards(
    submitted: int, today: date, behind: bool
) -> None:
    share = Share(assigned=10, submitted=submitted, since=date(2027, 3, 1))
    assert is_behind(share, date(2027, 3, 11), today) is behind


def test_the_pace_is_even_and_never_more_than_everything() -> None:
    share = Share(assigned=10, submitted=0, since=date(2027, 3, 1))
    until = date(2027, 3, 11)
    assert [pace(share, until, date(2027, 3, day)) for day in (1, 6, 11, 20)] == [0, 5, 10, 10]


def test_moved_days_are_working_days() -> None:
    assert moved({PlanStep.ASSESSED: date(2027, 3, 1)}, 25) == {PlanStep.ASSESSED: date(2027, 3, 30)}


def test_saved_days_are_read_back_and_recorded_with_old_and_new(
    session: Session, world: World, opened: Intake
) -> None:
    before = queries.of(session, opened)
    days = {**before, PlanStep.ASSESSED: date(2026, 10, 16), PlanStep.RANKING_MEETING: date(2026, 10, 23)}
    assert service.save(session, intake=opened, dates=days, seen=None, actor=world.actor, now=NOW)
    assert queries.of(session, opened) == days
    assert opened.decision_on == date(2026, 10, 23)
    entry = session.exec(select(RecordEntry).order_by(col(RecordEntry.id).desc())).first()
    assert entry is not None
    assert entry.action == "intake.plan_changed"
    values = session.exec(select(RecordValue).where(RecordValue.entry_id == entry.id)).all()
    assert {each.field: (each.old, each.new) for each in values} == {
        "assessed": (None, "2026-10-16"),
        "ranking_meeting": ("2026-10-21", "2026-10-23"),
    }


def test_a_step_left_out_has_no_day_any_more_and_the_advertised_days_stay(
    session: Session, world: World, opened: Intake
) -> None:
    closes = opened.closes_at
    service.save(
        session,
        intake=opened,
        dates={PlanStep.CLOSES: date(2030, 1, 1), PlanStep.OFFERS_OUT: date(2026, 11, 20)},
        seen=None,
        actor=world.actor,
        now=NOW,
    )
    found = queries.of(session, opened)
    assert opened.closes_at == closes
    assert {step for step in found if step in PLANNED} == {PlanStep.OFFERS_OUT}
    assert opened.interviews_from is None


def test_the_same_days_write_no_entry(session: Session, world: World, opened: Intake) -> None:
    entries = len(session.exec(select(RecordEntry)).all())
    dates = queries.of(session, opened)
    assert not service.save(session, intake=opened, dates=dates, seen=None, actor=world.actor, now=NOW)
    assert len(session.exec(select(RecordEntry)).all()) == entries


def test_a_plan_that_somebody_else_has_changed_is_not_overwritten(
    session: Session, world: World, opened: Intake
) -> None:
    seen = service.seen_as(queries.of(session, opened))
    mine = {**queries.of(session, opened), PlanStep.ASSESSED: date(2026, 10, 15)}
    theirs = {**queries.of(session, opened), PlanStep.ASSESSED: date(2026, 10, 16)}
    service.save(session, intake=opened, dates=theirs, seen=seen, actor=world.second, now=NOW)
    with pytest.raises(Conflict, match="Somebody else has changed"):
        service.save(session, intake=opened, dates=mine, seen=seen, actor=world.actor, now=NOW)
    assert queries.of(session, opened)[PlanStep.ASSESSED] == date(2026, 10, 16)


def test_a_step_before_the_closing_day_or_after_the_start_is_refused(
    session: Session, world: World, opened: Intake
) -> None:
    for step, day in ((PlanStep.COMPLETIONS_IN, date(2026, 9, 1)), (PlanStep.REPLIES_IN, date(2027, 3, 1))):
        with pytest.raises(service.OutOfOrder) as refused:
            service.save(session, intake=opened, dates={step: day}, seen=None, actor=world.actor, now=NOW)
        assert step in (refused.value.step, refused.value.before)


def test_what_was_really_done_is_told_from_the_rows(session: Session, world: World, opened: Intake) -> None:
    assert PlanStep.CLOSES not in queries.actual(session, opened, NOW)
    intakes.close(session, intake=opened, actor=world.actor, now=CLOSES + timedelta(days=1))
    found = queries.actual(session, opened, CLOSES + timedelta(days=1))
    assert found == {PlanStep.ADVERTISED: date(2026, 9, 1), PlanStep.CLOSES: date(2026, 9, 20)}


@pytest.fixture
def coordinator(client: FlaskClient, world: World, opened: Intake) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def typed(session: Session, intake: Intake, **changes: str) -> dict[str, object]:
    """What the form sends when nothing but `changes` is typed."""
    dates = queries.of(session, intake)
    days = {step.value: dates[step].isoformat() for step in PLANNED if step in dates}
    return {**days, "seen": service.seen_as(dates), **changes}


@ONE_DATABASE
def test_the_page_proposes_and_keeps_only_what_is_saved(
    coordinator: FlaskClient, session: Session, opened: Intake
) -> None:
    text = coordinator.get(PAGE).text
    assert "Days are proposed" in text
    assert f'value="{proposed(opened)[PlanStep.OFFERS_OUT].isoformat()}"' in text
    assert PlanStep.OFFERS_OUT not in queries.of(session, opened)
    session.commit()
    answer = post(coordinator, PAGE, typed(session, opened, offers_out="2026-11-20"))
    assert (answer.status_code, answer.location) == (303, "/g/alvmark/bt-2026/")
    session.rollback()
    assert queries.of(session, opened)[PlanStep.OFFERS_OUT] == date(2026, 11, 20)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"assessed": "någon gång"}, "någon gång is not a day. Write it as 2027-03-15."),
        ({"assessed": "0206-10-01"}, "0206-10-01 is not a day"),
        ({"offers_out": "2026-11-03"}, "“Offers out” lies before “Last day of interviews”."),
        ({"replies_in": "2027-02-02"}, "“Start” lies before “Replies in”."),
    ],
)
def test_a_fault_is_named_at_its_day_and_nothing_typed_is_lost(
    coordinator: FlaskClient, session: Session, opened: Intake, changes: dict[str, str], words: str
) -> None:
    answer = post(coordinator, PAGE, typed(session, opened, calibrated="2026-10-08", **changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="2026-10-08"' in answer.text
    assert next(iter(changes.values())) in answer.text
    session.rollback()
    assert PlanStep.CALIBRATED not in queries.of(session, opened)


@ONE_DATABASE
def test_two_people_on_the_plan_at_once_lose_nothing(
    coordinator: FlaskClient, session: Session, world: World, opened: Intake
) -> None:
    mine = typed(session, opened, assessed="2026-10-15")
    theirs = {**queries.of(session, opened), PlanStep.ASSESSED: date(2026, 10, 16)}
    service.save(session, intake=opened, dates=theirs, seen=None, actor=world.second, now=NOW)
    session.commit()
    answer = post(coordinator, PAGE, mine)
    assert answer.status_code == 409
    assert "Somebody else has changed the time plan" in answer.text
    assert 'value="2026-10-15"' in answer.text
    assert "saved: 16 October 2026" in answer.text
    again = {**mine, "seen": service.seen_as(theirs)}
    assert post(coordinator, PAGE, again).status_code == 303


@ONE_DATABASE
def test_the_calendar_has_a_whole_day_for_each_step(coordinator: FlaskClient, session: Session) -> None:
    answer = coordinator.get(PAGE + ".ics")
    assert answer.mimetype == "text/calendar"
    events = list(Calendar.from_ical(answer.data).walk("VEVENT"))
    by_day = {event.decoded("dtstart"): str(event["summary"]) for event in events}
    assert by_day[date(2026, 10, 21)] == "Selection meeting – Basic service, autumn 2026"
    assert len({str(event["uid"]) for event in events}) == len(events) == 6
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1) for event in events)


@ONE_DATABASE
def test_auditors_read_the_plan_and_assessors_have_the_calendar(
    client: FlaskClient, world: World, opened: Intake
) -> None:
    sign_in(client, world.auditor)
    assert 'type="date"' not in client.get(PAGE).text
    assert post(client, PAGE, {}).status_code == 403
    sign_in(client, world.assessors[0])
    assert client.get(PAGE).status_code == 403
    assert client.get(PAGE + ".ics").status_code == 200


@ONE_DATABASE
def test_extending_proposes_to_move_the_later_steps_and_that_can_be_undone(
    coordinator: FlaskClient,
    session: Session,
    world: World,
    opened: Intake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned = {PlanStep.ASSESSED: date(2026, 10, 15), PlanStep.RANKING_MEETING: date(2026, 10, 21)}
    service.save(session, intake=opened, dates=planned, seen=None, actor=world.actor, now=NOW)
    before = {step: day for step, day in queries.of(session, opened).items() if step in PLANNED}
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    closes, days = clock.in_stockholm(opened.closes_at) + timedelta(days=14), 14
    sent: dict[str, object] = {
        "closes_on-day": closes.day,
        "closes_on-month": closes.month,
        "closes_on-year": closes.year,
        "closes_time": "23:59",
        "reason": "Too few",
    }
    answer = post(coordinator, "/g/alvmark/bt-2026/extend", sent)
    assert answer.location == f"{PAGE}?later={days}"
    page = coordinator.get(answer.location).text
    assert "Move the later steps as well?" in page
    session.expire_all()
    assert queries.of(session, opened)[PlanStep.ASSESSED] == before[PlanStep.ASSESSED]  # never by itself
    session.commit()
    later = {step: min(day, opened.starts_on) for step, day in moved(before, days).items()}
    for day in later.values():
        assert f'value="{day}"' in page
    kept = typed(session, opened, moved="1", **{step.value: str(day) for step, day in later.items()})
    session.commit()
    saved = coordinator.get(post(coordinator, PAGE, kept).location).text
    session.expire_all()
    assert queries.of(session, opened)[PlanStep.ASSESSED] == later[PlanStep.ASSESSED]
    session.commit()
    offered = saved.partition("The steps are moved")[2].partition("</form>")[0]
    undo = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', offered))
    assert undo[PlanStep.ASSESSED.value] == "2026-10-15"
    undo = {name: value for name, value in undo.items() if name != "csrf_token"}
    assert post(coordinator, PAGE, dict(undo)).status_code == 303
    session.expire_all()
    assert {step: queries.of(session, opened)[step] for step in before} == before
