"""The monitor in the application: who sees what, and that no look gives a person's answer away."""

import json
from typing import Any

from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import Application, ApplicationStatus, Eligibility, Intake, Sex
from recruit.queries import interview as lists
from recruit.queries import monitoring
from recruit.queries.monitoring import Reader
from recruit.services import interview
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.ranking_helpers import LATER, assessed, closed_intake, confirmed, one_line, ranked
from tests.recruit.test_ranking_pages import english

URL = "/g/alvmark/bt-2026/monitoring"
GROUP, AUDITOR = Reader(inside=True, minimum=5), Reader(inside=False, minimum=5)


def mixed_intake(session: Session, world: World, women: int = 12, men: int = 12) -> Intake:
    """Women and men by turns, with levels that fall."""
    intake = closed_intake(session, world, levels=())
    for number in range(women + men):
        assessed(
            session,
            world,
            intake,
            {"references": 4 - number % 3, "science": 4 - number % 2, "other_work": 3},
            sex=Sex.FEMALE if number < women else Sex.MALE,
        )
    for number in range(20):
        assessed(
            session,
            world,
            intake,
            2,
            eligibility=Eligibility.INELIGIBLE,
            sex=Sex.FEMALE if number % 2 else Sex.MALE,
            education_country="SY",
        )
    session.commit()
    return intake


def figures(client: FlaskClient) -> Any:
    response = client.get(f"{URL}.json")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    return json.loads(response.data)


def seen_by(
    session: Session, intake: Intake, reader: Reader, drawn: Any = None, **more: Any
) -> monitoring.Seen:
    called = reserves = None
    if drawn is not None:
        called, reserves = lists.ids_by_kind(session, interview_list=drawn)
    whole = None if called is None else called | (reserves or set())
    return monitoring.for_reader(
        session, intake=intake, reader=reader, now=LATER, called=called, listed=whole, drawn=drawn, **more
    )


def test_figures_count_every_stage_for_the_auditor(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = mixed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 12, 6)
    sign_in(client, world.auditor)
    found = figures(client)
    assert [(s["key"], s["n"], s["selected"]) for s in found["stages"]] == [
        ("eligible", 44, 24),
        ("called", 24, 12),
        ("listed", 24, 18),
    ]
    country = found["attributes"]["country"]["stages"]["eligible"]["groups"]
    assert (country["SY"]["n"], country["SY"]["selected"], country["SY"]["verdict"]) == (20, 0, "alarm")
    assert found["attributes"]["country_group"]["stages"]["eligible"]["groups"]["baltic"]["selected"] == 24
    assert found["for_the_group"] is False


def test_figures_have_the_same_bytes_twice(session: Session, world: World, client: FlaskClient) -> None:
    intake = mixed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 12, 6)
    sign_in(client, world.auditor)
    assert client.get(f"{URL}.json").data == client.get(f"{URL}.json").data


def test_figures_of_small_groups_are_suppressed_for_the_coordinator(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = mixed_intake(session, world)
    assessed(session, world, intake, 3, education_country="NA", sex=Sex.OTHER)
    session.commit()
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    found = figures(client)
    small = found["attributes"]["country"]["stages"]["eligible"]["groups"]["NA"]
    assert (small["suppressed"], small["n"], small["selected"], small["rate"]) == (True, None, None, None)
    assert found["attributes"]["sex"]["stages"]["eligible"]["groups"]["other"]["n"] is None
    assert (found["for_the_group"], found["minimum"]) == (True, 5)


def test_show_renders_for_both_readers(session: Session, world: World, client: FlaskClient) -> None:
    intake = mixed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), 12, 6)
    for account in (world.coordinator, world.auditor):
        reading = client.application.test_client()
        sign_in(reading, account)
        english(reading)
        page = reading.get(URL)
        assert page.status_code == 200
        assert "What the monitoring shows" in page.text
        assert "44 applied, 24 eligible, 12 called, 18 on the list" in page.text
        assert "Syria" in page.text


def test_show_by_an_assessor_is_refused(session: Session, world: World, client: FlaskClient) -> None:
    mixed_intake(session, world)
    sign_in(client, world.assessors[0])
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}.json").status_code == 403


def test_withdrawn_applications_count_as_applied(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    gone = session.exec(select(Application)).first()
    assert gone is not None
    gone.status = ApplicationStatus.WITHDRAWN
    session.commit()
    found = seen_by(session, intake, AUDITOR).figures
    assert found is not None
    assert (found["n"], found["withdrawn"]) == (44, 1)


def test_group_sees_no_figures_while_applications_come_in_or_eligibility_is_open(
    session: Session, world: World
) -> None:
    intake = mixed_intake(session, world)
    waiting = submitted(session, intake)
    session.commit()
    seen = seen_by(session, intake, GROUP)
    assert (seen.figures, seen.withheld) == (None, monitoring.UNDECIDED)
    early = monitoring.for_reader(session, intake=intake, reader=GROUP, now=NOW, called=None)
    assert early.withheld in (monitoring.OPEN, monitoring.UNDECIDED)
    assert seen_by(session, intake, AUDITOR).figures is not None
    waiting.eligibility = Eligibility.INELIGIBLE
    session.commit()
    assert seen_by(session, intake, GROUP).withheld is None


def sex_at_called(seen: monitoring.Seen) -> list[int | None]:
    assert seen.figures is not None
    groups = seen.figures["attributes"]["sex"]["stages"]["called"]["groups"]
    return [groups[name]["selected"] for name in ("female", "male")]


def test_a_line_that_is_only_tried_gives_no_figures_of_voluntary_answers(
    session: Session, world: World
) -> None:
    intake = mixed_intake(session, world)
    everybody = [a.id or 0 for a in session.exec(select(Application))]
    tried = monitoring.for_reader(session, intake=intake, reader=GROUP, now=LATER, called=set(everybody[:12]))
    assert tried.veiled
    assert sex_at_called(tried) == [None, None]
    assert tried.figures is not None
    assert tried.figures["attributes"]["sex"]["stages"]["called"]["verdict"] is not None
    assert sex_at_called(
        monitoring.for_reader(session, intake=intake, reader=AUDITOR, now=LATER, called=set(everybody[:12]))
    ) != [None, None]


def test_two_lines_that_differ_by_few_are_not_both_shown(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    run = ranked(session, world, intake)
    first = interview.draft(
        session, intake=intake, run=run, groups=one_line(12), actor=world.actor, now=LATER
    )
    session.commit()
    shown = seen_by(session, intake, GROUP, first)
    assert not shown.veiled
    assert sex_at_called(shown) != [None, None]
    interview.discard(session, interview_list=first, actor=world.actor, now=LATER)
    session.commit()
    near = interview.draft(session, intake=intake, run=run, groups=one_line(13), actor=world.actor, now=LATER)
    session.commit()
    seen = seen_by(session, intake, GROUP, near)
    assert seen.veiled
    assert sex_at_called(seen) == [None, None]
    interview.discard(session, interview_list=near, actor=world.actor, now=LATER)
    session.commit()
    far = interview.draft(session, intake=intake, run=run, groups=one_line(18), actor=world.actor, now=LATER)
    session.commit()
    assert not seen_by(session, intake, GROUP, far).veiled


def test_few_in_reserve_leave_the_figures_of_those_called(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    run = ranked(session, world, intake)
    drawn = interview.draft(
        session, intake=intake, run=run, groups=one_line(12, 2), actor=world.actor, now=LATER
    )
    session.commit()
    seen = seen_by(session, intake, GROUP, drawn)
    assert sex_at_called(seen) != [None, None]
    assert seen.figures is not None
    listed = seen.figures["attributes"]["sex"]["stages"]["listed"]["groups"]
    assert [listed[name]["selected"] for name in ("female", "male")] == [None, None]
    assert [listed[name]["suppressed"] for name in ("female", "male")] == [True, True]
