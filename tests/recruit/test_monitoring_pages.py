"""The monitor in the application: who sees what, and that no look gives a person's answer away."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import (
    Application,
    ApplicationStatus,
    Eligibility,
    Intake,
    InterviewList,
    MonitoringAnswer,
    RankingRun,
    Sex,
)
from recruit.queries import interview as lists
from recruit.queries import monitoring
from recruit.queries.monitoring import Reader
from recruit.services import interview
from recruit.services.monitoring import singles_out
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.ranking_helpers import LATER, assessed, closed_intake, confirmed, one_line, ranked, settle
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
        ("screened", 24, 24),
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
    assert set(found["attributes"]) == {"licence_route", "country_group", "country"}
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
        assert "44 applied, 24 eligible, 24 ranked, 12 called, 18 on the list" in page.text
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
    if "sex" not in seen.figures["attributes"]:
        return [None, None]
    groups = seen.figures["attributes"]["sex"]["stages"]["called"]["groups"]
    return [groups[name]["selected"] for name in ("female", "male")]


def drawn_line(
    session: Session, world: World, intake: Intake, run: RankingRun, *places: int
) -> InterviewList:
    """A draft on a run, in the place of the draft that there was."""
    before = lists.draft_of(session, intake=intake)
    if before is not None:
        interview.discard(session, interview_list=before, actor=world.actor, now=LATER)
    made = interview.draft(
        session, intake=intake, run=run, groups=one_line(*places), actor=world.actor, now=LATER
    )
    session.commit()
    return made


@pytest.mark.parametrize("places", [5, 6, 12, 20])
def test_line_that_is_only_tried_says_nothing_of_voluntary_answers(
    session: Session, world: World, places: int
) -> None:
    """Not even a verdict: trying every number of places would show at which rank it turns."""
    intake = mixed_intake(session, world)
    tried = set([a.id or 0 for a in session.exec(select(Application))][:places])
    seen = monitoring.for_reader(session, intake=intake, reader=GROUP, now=LATER, called=tried)
    assert seen.veiled
    assert seen.figures is not None
    assert set(seen.figures["attributes"]) == {"licence_route", "country_group", "country"}
    auditor = monitoring.for_reader(session, intake=intake, reader=AUDITOR, now=LATER, called=tried)
    assert sex_at_called(auditor) != [None, None]


def test_tried_line_says_the_same_whatever_was_answered(session: Session, world: World) -> None:
    """Which cells of other attributes are hidden follows from no voluntary answer either."""
    intake = mixed_intake(session, world)
    tried = set([a.id or 0 for a in session.exec(select(Application))][:12])
    before = monitoring.for_reader(session, intake=intake, reader=GROUP, now=LATER, called=tried)
    for answer in session.exec(select(MonitoringAnswer)):
        answer.sex = Sex.OTHER
    session.flush()
    after = monitoring.for_reader(session, intake=intake, reader=GROUP, now=LATER, called=tried)
    assert after == before


def test_before_a_line_is_drawn_the_group_sees_no_voluntary_answers(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = mixed_intake(session, world)
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    english(client)
    assert set(figures(client)["attributes"]) == {"licence_route", "country_group", "country"}
    page = client.get(URL).text
    assert "Sex and age come with the interview list" in page
    assert "Women" not in page


def test_coordinator_sees_the_figures_of_the_draft_before_confirming(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = mixed_intake(session, world)
    drawn = drawn_line(session, world, intake, ranked(session, world, intake), 12, 6)
    sign_in(client, world.coordinator)
    english(client)
    draft = client.get(f"/g/alvmark/bt-2026/interview-list/{drawn.version}").text
    assert "Women" in draft
    shown = figures(client)["attributes"]
    settle(session, world, drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert figures(client)["attributes"] == shown
    assert set(shown["sex"]["stages"]) == {"eligible", "called", "listed"}


def test_figures_of_a_list_stay_when_one_application_is_decided_anew(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    drawn = drawn_line(session, world, intake, ranked(session, world, intake), 12, 6)
    before = seen_by(session, intake, GROUP, drawn)
    one = session.exec(select(Application).where(Application.eligibility == Eligibility.ELIGIBLE)).first()
    assert one is not None
    one.eligibility = Eligibility.INELIGIBLE
    session.flush()
    after = seen_by(session, intake, GROUP, drawn)
    assert before.figures is not None
    assert after.figures is not None
    for name in ("sex", "age_band"):
        assert after.figures["attributes"][name] == before.figures["attributes"][name]


def test_list_after_one_more_applied_or_was_decided_anew_is_not_shown(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    drawn_line(session, world, intake, ranked(session, world, intake), 12, 6)
    assessed(session, world, intake, 3, sex=Sex.FEMALE)
    session.commit()
    later = drawn_line(session, world, intake, ranked(session, world, intake), 12, 6)
    assert seen_by(session, intake, GROUP, later).veiled


def test_list_after_one_answer_has_changed_is_not_shown(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    run = ranked(session, world, intake)
    drawn_line(session, world, intake, run, 12, 6)
    same = drawn_line(session, world, intake, run, 12, 6)
    assert not seen_by(session, intake, GROUP, same).veiled
    one = session.exec(select(Application)).first()
    assert one is not None
    one.saved_at = LATER
    session.commit()
    assert seen_by(session, intake, GROUP, drawn_line(session, world, intake, run, 12, 6)).veiled


def test_lines_that_differ_by_few_are_not_both_shown_though_the_first_is_discarded(
    session: Session, world: World
) -> None:
    intake = mixed_intake(session, world)
    run = ranked(session, world, intake)
    assert sex_at_called(seen_by(session, intake, GROUP, drawn_line(session, world, intake, run, 12))) != [
        None,
        None,
    ]
    near = drawn_line(session, world, intake, run, 13)
    assert seen_by(session, intake, GROUP, near).veiled
    assert not seen_by(session, intake, AUDITOR, near).veiled
    # Five apart, and nobody who was told apart before is told apart any further.
    assert not seen_by(session, intake, GROUP, drawn_line(session, world, intake, run, 17)).veiled


def test_few_more_in_reserve_leave_out_the_whole_list_only(session: Session, world: World) -> None:
    intake = mixed_intake(session, world)
    run = ranked(session, world, intake)
    drawn_line(session, world, intake, run, 12)
    seen = seen_by(session, intake, GROUP, drawn_line(session, world, intake, run, 12, 3))
    assert seen.figures is not None
    assert list(seen.figures["attributes"]["sex"]["stages"]) == ["eligible", "called"]


def test_three_sets_that_single_out_one_person_together_are_not_all_shown() -> None:
    """A + B − C is one person, while every two of them differ by six or more."""
    everybody = [f"p{number}" for number in range(30)]

    def line(*called: range) -> dict[str, str]:
        chosen = {everybody[i] for part in called for i in part}
        return {person: "called" if person in chosen else "eligible" for person in everybody}

    first, second, third = line(range(8)), line(range(8, 15)), line(range(1, 15))
    assert not singles_out(second, [first], 5)
    assert not singles_out(line(range(15)), [first, second], 5)
    assert singles_out(third, [first, second], 5)


def test_singles_out_counts_a_small_group_that_changes_stage() -> None:
    before = {f"p{number}": "eligible" for number in range(20)} | {
        f"n{number}": "applied" for number in range(3)
    }
    assert not singles_out(before, [before], 5)
    assert singles_out(dict.fromkeys(before, "eligible"), [before], 5)


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
