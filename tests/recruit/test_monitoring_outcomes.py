"""The monitor after the list: each step among those who reached the one before; the group sees no less and no more."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import Intake, InterviewList, MonitoringShowing, OutcomeKind, OutcomeReason
from recruit.queries import interview as lists
from recruit.queries import monitoring
from recruit.queries import outcome as outcomes
from recruit.queries.audited import audited
from recruit.services.outcome import Entered, EnteredRow, set_many
from tests.recruit.factories import World, sign_in
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, confirmed, ranked
from tests.recruit.test_monitoring_pages import AUDITOR, GROUP, URL, figures, mixed_intake
from tests.recruit.test_ranking_pages import english

K = OutcomeKind
NOW = LATER + timedelta(days=200)
WAY = (K.CALLED, K.INTERVIEWED, K.OFFERED, K.ACCEPTED, K.STARTED)


def come(session: Session, world: World, intake: Intake, *steps: int) -> None:
    """The first of the list come so many steps: `come(…, 3, 3, 1)` is two offered and one called."""
    rows = []
    people = outcomes.candidates(session, intake=intake)
    for each, many in zip(people, steps, strict=False):
        rows += [
            EnteredRow("", each.mask_code, Entered(kind, LATER.date() + timedelta(days=n)))
            for n, kind in enumerate(WAY[:many])
        ]
    set_many(session, intake=intake, rows=rows, actor=world.actor, now=NOW)
    session.commit()


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """44 applied, 24 eligible, 12 above the line, 6 in reserve."""
    found = mixed_intake(session, world)
    confirmed(session, world, found, ranked(session, world, found), 12, 6)
    return found


def counts(found: Any) -> list[tuple[str, str | None, int, int]]:
    return [(s["key"], s["from"], s["n"], s["selected"]) for s in found["stages"]]


def test_every_step_is_a_share_of_the_one_before(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    # Twelve above the line, of whom four were interviewed and more; two of the reserves came in.
    come(session, world, intake, 5, 4, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 3, 2)
    sign_in(client, world.auditor)
    assert counts(figures(client)) == [
        ("eligible", None, 44, 24),
        ("screened", "eligible", 24, 24),
        ("called", "eligible", 24, 14),
        ("listed", "eligible", 24, 18),
        ("interviewed", "called", 14, 6),
        ("offered", "interviewed", 6, 4),
        ("accepted", "offered", 4, 3),
        ("started", "accepted", 3, 1),
    ]


def test_steps_that_nobody_reached_are_left_out(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    first = outcomes.candidates(session, intake=intake)[0]
    row = EnteredRow("", first.mask_code, Entered(K.OFFERED, LATER.date()))
    set_many(session, intake=intake, rows=[row], actor=world.actor, now=NOW)
    session.commit()
    sign_in(client, world.auditor)
    # No interviews were held: the offer is a share of those called.
    assert counts(figures(client))[3:] == [("listed", "eligible", 24, 18), ("offered", "called", 12, 1)]


@pytest.mark.parametrize(("days_after", "known"), [(364, False), (365, True)])
def test_goals_are_a_step_once_they_can_be_told_of_everybody_who_started(
    session: Session, world: World, intake: Intake, days_after: int, known: bool
) -> None:
    come(session, world, intake, 5, 5, 5)
    first = outcomes.candidates(session, intake=intake)[0]
    started = LATER.date() + timedelta(days=4)
    row = EnteredRow("", first.mask_code, Entered(K.GOALS_REACHED, started + timedelta(days=300)))
    when = NOW + (started + timedelta(days=days_after) - NOW.date())
    set_many(session, intake=intake, rows=[row], actor=world.actor, now=when)
    session.commit()
    drawn = session.exec(select(InterviewList)).one()
    assert counts(seen(session, intake, drawn, AUDITOR))[-1] == (
        ("goals_reached", "started", 3, 1) if known else ("started", "accepted", 3, 3)
    )
    told = audited(session, intake).intakes["goals_reached"].tolist()
    assert (told.count(True), told.count(False)) == (1, 2 if known else 0)


def test_group_sees_of_the_list_what_it_saw_before(session: Session, world: World, intake: Intake) -> None:
    drawn = session.exec(select(InterviewList)).one()
    kept = session.exec(select(MonitoringShowing)).one().model_dump()
    before = seen(session, intake, drawn, GROUP)
    come(session, world, intake, 5, 4, 3, 2, 1, 1)
    after = seen(session, intake, drawn, GROUP)
    for name, attribute in before["attributes"].items():
        for key, stage in attribute["stages"].items():
            for group, row in stage["groups"].items():
                now = after["attributes"][name]["stages"][key]["groups"][group]
                assert (row["n"], row["selected"], row["suppressed"]) == (
                    now["n"],
                    now["selected"],
                    now["suppressed"],
                )
    assert {name: after["attributes"][name] for name in ("sex", "age_band")} == {
        name: before["attributes"][name] for name in ("sex", "age_band")
    }
    session.expire_all()
    assert session.exec(select(MonitoringShowing)).one().model_dump() == kept


def seen(session: Session, intake: Intake, drawn: InterviewList, reader: monitoring.Reader) -> Any:
    reached = monitoring.reached(session, intake=intake, drawn=drawn)
    found = monitoring.for_reader(
        session,
        intake=intake,
        reader=reader,
        now=NOW,
        called=reached.called,
        listed=reached.listed,
        further=reached.further,
        drawn=drawn,
    )
    assert found.figures is not None
    return found.figures


def test_few_who_came_further_are_hidden_from_the_group(
    session: Session, world: World, intake: Intake
) -> None:
    drawn = session.exec(select(InterviewList)).one()
    come(session, world, intake, 5, 4, 3, 2)
    group, auditor = seen(session, intake, drawn, GROUP), seen(session, intake, drawn, AUDITOR)
    for name in ("licence_route", "country_group", "country"):
        for key in ("interviewed", "offered", "accepted", "started"):
            rows = group["attributes"][name]["stages"][key]["groups"].values()
            assert all(row["selected"] is None or row["selected"] >= 5 for row in rows)
    stage = auditor["attributes"]["sex"]["stages"]["interviewed"]["groups"]
    assert sum(row["selected"] for row in stage.values()) == 4
    assert "interviewed" not in group["attributes"]["sex"]["stages"]


def test_hidden_steps_give_no_count_away(session: Session, world: World, intake: Intake) -> None:
    """Where the steps would hide more of the list, only their totals and verdicts are there."""
    drawn = session.exec(select(InterviewList)).one()
    come(session, world, intake, 5, 4, 3, 2)
    found = seen(session, intake, drawn, GROUP)
    for attribute in found["attributes"].values():
        for key, stage in attribute["stages"].items():
            if key not in monitoring.AFTER_THE_LIST:
                continue
            for row in stage["groups"].values():
                if row["suppressed"]:
                    shown = {k: v for k, v in row.items() if k not in ("reason", "suppressed", "of_applied")}
                    assert row["selected"] is None or row["n"] is None, shown


def test_verdict_of_a_hidden_step_reaches_the_attribute() -> None:
    group = {"n": 9, "selected": 1, "suppressed": False, "reason": {"sv": "", "en": ""}}
    plain: dict[str, Any] = {
        "stages": [],
        "suppressed": False,
        "attributes": {
            "country": {
                "stages": {"called": {"groups": {}}},
                "ordered": False,
                "verdict": "no_concern",
                "summary": {"en": "a"},
            }
        },
    }
    whole = deepcopy(plain)
    whole["stages"] = [{"key": "called", "from": "eligible", "n": 2, "selected": 1, "x": 1}]
    whole["attributes"]["country"] |= {"verdict": "alarm", "summary": {"en": "b"}}
    whole["attributes"]["country"]["stages"]["offered"] = {
        "groups": {"SY": group},
        "missing": {"n": 0, "selected": 0},
        "verdict": "alarm",
    }
    made = monitoring._beside(deepcopy(plain), whole)["attributes"]["country"]
    assert (made["verdict"], made["summary"], made["stages"]["offered"]["verdict"]) == (
        "alarm",
        {"en": "b"},
        "alarm",
    )
    hidden = made["stages"]["offered"]["groups"]["SY"]
    assert (hidden["n"], hidden["selected"], hidden["suppressed"]) == (None, None, True)


def test_totals_that_are_hidden_stay_hidden_beside_further_steps(
    session: Session, world: World, client: FlaskClient
) -> None:
    """All of one route: three called is three of that route, so totals are hidden; an interview brings none back."""
    intake = mixed_intake(session, world, women=4, men=0)
    confirmed(session, world, intake, ranked(session, world, intake), 3)
    drawn = session.exec(select(InterviewList)).one()
    come(session, world, intake, 2, 2)
    found = seen(session, intake, drawn, GROUP)
    assert found["suppressed"]
    assert {(stage["n"], stage["selected"]) for stage in found["stages"]} == {(None, None)}


def test_pages_of_both_readers_name_the_steps(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    come(session, world, intake, 5, 4, 3, 2)
    for account in (world.auditor, world.coordinator):
        reading = client.application.test_client()
        sign_in(reading, account)
        english(reading)
        page = reading.get(URL)
        assert page.status_code == 200
        assert (
            "24 ranked, 12 called, 18 on the list, 4 interviewed, 3 offered a post, 2 accepted" in page.text
        )
        assert "From offered to accepted" in page.text
        assert "What came after the list is as it has been entered" in page.text


def test_dropping_out_takes_nothing_back(session: Session, world: World, intake: Intake) -> None:
    come(session, world, intake, 4)
    code = outcomes.candidates(session, intake=intake)[0].mask_code
    left = EnteredRow("", code, Entered(K.DROPPED_OUT, NOW.date(), OutcomeReason.TERMS))
    set_many(session, intake=intake, rows=[left], actor=world.actor, now=NOW)
    drawn = session.exec(select(InterviewList)).one()
    above, _reserves = lists.ids_by_kind(session, interview_list=drawn)
    reached = monitoring.reached(session, intake=intake, drawn=drawn)
    assert {key: len(ids) for key, ids in reached.further.items()} == {
        "screened": 24,
        "interviewed": 1,
        "offered": 1,
        "accepted": 1,
    }
    assert reached.called == above
