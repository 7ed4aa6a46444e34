"""An assessor at work: every step kept, taken back, told from another window's; applications put aside."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import (
    Account,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Eligibility,
    Intake,
    LevelStep,
    OutgoingMail,
    RecordEntry,
    SetAside,
    SetAsideReason,
)
from recruit.queries import assessment as queries
from recruit.queries import steps as reading
from recruit.services import assessment as service
from recruit.services import assessor_limits, conflicts, panels, setting_aside
from recruit.services.disposal import dispose_values
from recruit.services.panels import hand_out
from recruit.services.steps import ChangedElsewhere
from tests.recruit.assessment_helpers import (
    LATER,
    application_of,
    assignments_of,
    handed_out,
    set_all,
    submit,
)
from tests.recruit.factories import World, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.page_helpers import count_queries

BASE = "/g/alvmark/bt-2026"


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return handed_out(session, world)


@pytest.fixture
def mine(session: Session, world: World, intake: Intake) -> list[Assignment]:
    return assignments_of(session, intake, world.assessors[0])


def put(
    session: Session, task: Assignment, key: str, level: int | None, note: str = "", **kw: object
) -> None:
    service.set_levels(
        session,
        assignment=task,
        levels={key: (level, note)},
        actor=Actor(task.assessor_id),
        now=LATER,
        **kw,  # type: ignore[arg-type]
    )


def revision(session: Session, task: Assignment, key: str) -> int:
    return reading.revisions(reading.steps_of(session, task)).get(key, 0)


def levels(session: Session, task: Assignment) -> dict[str, tuple[int, str]]:
    session.commit()
    session.expire_all()
    return {key: (row.level, row.note) for key, row in queries.levels_of(session, task).items()}


def test_changes_are_taken_back_one_by_one(session: Session, mine: list[Assignment]) -> None:
    task, actor = mine[0], Actor(mine[0].assessor_id)
    put(session, task, "science", 1)
    put(session, task, "science", 3, "Klart")
    put(session, task, "references", 2)
    undone = [service.undo(session, assignment=task, actor=actor, now=LATER) for _ in range(2)]
    assert undone == ["references", "science"]
    assert levels(session, task) == {"science": (1, "")}
    put(session, task, "science", 4)  # goes on from where it was taken back to
    service.undo(session, assignment=task, actor=actor, now=LATER)
    service.undo(session, assignment=task, actor=actor, now=LATER)
    assert levels(session, task) == {}
    with pytest.raises(Conflict):
        service.undo(session, assignment=task, actor=actor, now=LATER)


def test_a_note_waits_for_its_level(session: Session, mine: list[Assignment]) -> None:
    put(session, mine[0], "science", None, "Först ordet")
    assert levels(session, mine[0]) == {}
    steps = reading.steps_of(session, mine[0])
    assert reading.standing({}, steps, "science") == (None, "Först ordet")
    put(session, mine[0], "science", 2, "Först ordet")
    assert levels(session, mine[0]) == {"science": (2, "Först ordet")}


def test_another_windows_change_is_told_and_nothing_is_lost(session: Session, mine: list[Assignment]) -> None:
    task = mine[0]
    put(session, task, "science", 1, seen={"science": 0})
    opened = revision(session, task, "science")
    put(session, task, "science", 3, "Ett", seen={"science": opened})
    with pytest.raises(ChangedElsewhere) as told:
        put(session, task, "science", 4, "Två", seen={"science": opened})
    there = told.value.now["science"]
    assert (there.level, there.note) == (3, "Ett")
    assert levels(session, task) == {"science": (3, "Ett")}
    put(session, task, "science", 4, "Två", seen={"science": there.revision})  # the person has chosen
    assert levels(session, task) == {"science": (4, "Två")}


def test_what_a_page_did_not_change_stays_as_another_window_left_it(
    session: Session, mine: list[Assignment]
) -> None:
    task = mine[0]
    put(session, task, "science", 1)
    opened = revision(session, task, "science")
    put(session, task, "science", 3)
    service.set_levels(
        session,
        assignment=task,
        levels={"science": (1, ""), "references": (2, "")},
        actor=Actor(task.assessor_id),
        now=LATER,
        seen={"science": opened, "references": 0},
    )
    assert levels(session, task) == {"science": (3, ""), "references": (2, "")}


def test_pace_leaves_pauses_out_and_tells_where_one_was(
    session: Session, intake: Intake, mine: list[Assignment]
) -> None:
    at = LATER
    for number, task in enumerate(mine[:3]):
        at += timedelta(hours=2) if number else timedelta(0)  # a pause
        for key in ("references", "science", "other_work"):
            at += timedelta(minutes=3)
            service.set_levels(
                session, assignment=task, levels={key: (2, "")}, actor=Actor(task.assessor_id), now=at
            )
    session.flush()
    pace = reading.pace(
        session,
        intake=intake,
        stage="screening",
        assessor_id=mine[0].assessor_id,
        midnight=at - timedelta(hours=1),
    )
    assert pace.minutes == pytest.approx(6)
    assert pace.today == {mine[2].id}
    assert pace.last == (mine[2].id, "other_work")


def aside(session: Session, task: Assignment, reason: SetAsideReason = SetAsideReason.LITTLE) -> SetAside:
    return setting_aside.set_aside(
        session, assignment=task, reason=reason, words="För lite.", actor=Actor(task.assessor_id), now=LATER
    )


def test_set_aside_goes_to_somebody_else_and_comes_back(
    session: Session, intake: Intake, mine: list[Assignment]
) -> None:
    task = mine[0]
    set_all(session, task, 2)
    before = len(session.exec(select(OutgoingMail)).all())
    row = aside(session, task)
    told = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all()[before:]
    given = session.get_one(Account, row.replacement_id)
    assert [(mail.recipient, "1 ansökan att bedöma" in mail.subject) for mail in told] == [
        (given.email, True)
    ]
    panel = {
        each.assessor_id
        for each in queries.assignments(session, intake, "screening")
        if each.application_id == task.application_id
    }
    assert row.replacement_id in panel
    assert task.assessor_id not in panel
    assert len(levels(session, task)) == 3  # kept, though they count nowhere
    setting_aside.take_back(session, assignment=task, actor=Actor(task.assessor_id), now=LATER)
    panel_now = {
        each.assessor_id
        for each in queries.assignments(session, intake, "screening")
        if each.application_id == task.application_id
    }
    assert panel_now == panel - {row.replacement_id} | {task.assessor_id}
    actions = [entry.action for entry in session.exec(select(RecordEntry)) if "aside" in entry.action]
    assert actions == ["assessment.set_aside"]


def test_what_somebody_else_has_begun_stays_with_them(
    session: Session, intake: Intake, mine: list[Assignment]
) -> None:
    row = aside(session, mine[0])
    theirs = next(
        each
        for each in queries.assignments(session, intake, "screening")
        if each.application_id == mine[0].application_id and each.assessor_id == row.replacement_id
    )
    put(session, theirs, "science", 2)
    with pytest.raises(Conflict):
        setting_aside.take_back(session, assignment=mine[0], actor=Actor(mine[0].assessor_id), now=LATER)


def test_what_has_gone_on_to_a_third_person_does_not_come_back_as_one_too_many(
    session: Session, world: World, intake: Intake, mine: list[Assignment]
) -> None:
    row = aside(session, mine[0])
    assert row.replacement_id is not None
    assessor_limits.hand_over(
        session, intake=intake, assessor_id=row.replacement_id, actor=world.actor, now=LATER
    )
    panels.assign(session, intake=intake, actor=world.actor, now=LATER)
    with pytest.raises(Conflict, match="gone to somebody else"):
        setting_aside.take_back(session, assignment=mine[0], actor=Actor(mine[0].assessor_id), now=LATER)


def test_a_conflict_declared_meanwhile_keeps_it_away(
    session: Session, world: World, mine: list[Assignment]
) -> None:
    aside(session, mine[0])
    conflicts.declare_conflict(
        session,
        application=application_of(session, mine[0]),
        assessor_id=mine[0].assessor_id,
        reason="Kollegor.",
        actor=world.actor,
        now=LATER,
    )
    with pytest.raises(Conflict):
        setting_aside.take_back(session, assignment=mine[0], actor=Actor(mine[0].assessor_id), now=LATER)


def test_setting_aside_refuses_the_submitted_the_strange_and_the_wordless(
    session: Session, world: World, mine: list[Assignment]
) -> None:
    with pytest.raises(Invalid):
        setting_aside.set_aside(
            session,
            assignment=mine[0],
            reason=SetAsideReason.OTHER,
            words=" ",
            actor=Actor(mine[0].assessor_id),
            now=LATER,
        )
    with pytest.raises(NotFound):
        setting_aside.set_aside(
            session,
            assignment=mine[0],
            reason=SetAsideReason.TIME,
            words="",
            actor=Actor(world.assessors[1].id),
            now=LATER,
        )
    submit(session, mine[0])
    with pytest.raises(Conflict):
        aside(session, mine[0])


def test_disposal_takes_the_words_and_leaves_the_steps(
    session: Session, world: World, mine: list[Assignment]
) -> None:
    put(session, mine[0], "science", 2, "Om personen")
    aside(session, mine[0])
    dispose_values(
        session, application=application_of(session, mine[0]), reason="Beslut 1", actor=world.actor, now=LATER
    )
    session.commit()
    session.expire_all()
    steps = reading.steps_of(session, mine[0])
    assert [(each.level_after, each.note_after) for each in steps] == [(2, "")]
    assert session.exec(select(SetAside.words)).all() == [""]


# --- the pages ---


@pytest.fixture
def desk(session: Session, world: World, client: FlaskClient, mine: list[Assignment]) -> FlaskClient:
    session.commit()  # what `mine` has read ends before signing in writes
    sign_in(client, world.assessors[0])
    return client


def url_of(session: Session, task: Assignment) -> str:
    return f"{BASE}/assess/{application_of(session, task).mask_code}"


def test_one_level_is_saved_as_it_is_set(session: Session, desk: FlaskClient, mine: list[Assignment]) -> None:
    url = url_of(session, mine[0])
    sent: dict[str, object] = {"level-science": "3", "note-science": "Tydligt", "revision-science": "0"}
    answer = post(desk, f"{url}/save", sent)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "saved")
    assert levels(session, mine[0]) == {"science": (3, "Tydligt")}
    again = post(desk, f"{url}/save", {**sent, "level-science": "1"})
    assert (again.status_code, again.get_json()["state"]) == (409, "elsewhere")
    assert again.get_json()["there"]["science"]["level"] == 3
    assert again.get_json()["there"]["science"]["revision"] == answer.get_json()["revisions"]["science"]
    for wrong in ("7", "x"):
        refused = post(desk, f"{url}/save", {"level-science": wrong})
        assert (refused.status_code, refused.get_json()["state"]) == (422, "refused")
    assert levels(session, mine[0]) == {"science": (3, "Tydligt")}


def test_two_windows_without_script_are_told(
    session: Session, desk: FlaskClient, mine: list[Assignment]
) -> None:
    url = url_of(session, mine[0])
    post(desk, url, {"level-science": "2", "revision-science": "0", "action": "save"})
    answer = post(
        desk, url, {"level-science": "4", "note-science": "Mitt", "revision-science": "0", "action": "save"}
    )
    assert answer.status_code == 422
    assert "Mitt" in answer.text
    assert "ett annat fönster" in answer.text
    assert levels(session, mine[0]) == {"science": (2, "")}


def test_undo_survives_the_page(session: Session, desk: FlaskClient, mine: list[Assignment]) -> None:
    url = url_of(session, mine[0])
    post(desk, url, {"level-science": "2", "action": "save"})
    assert f"{url}/undo" in desk.get(url).text
    answer = post(desk, f"{url}/undo")
    assert "at=science" in answer.headers["Location"]
    assert levels(session, mine[0]) == {}
    assert post(desk, f"{url}/undo").status_code == 303  # nothing left, and that is said


def test_submitted_twice_is_no_fault(session: Session, desk: FlaskClient, mine: list[Assignment]) -> None:
    url = url_of(session, mine[0])
    all_set = {"level-references": "3", "level-science": "2", "level-other_work": "0", "action": "submit"}
    assert post(desk, url, all_set).status_code == 303
    assert post(desk, url, all_set).status_code == 303
    assert post(desk, url, {**all_set, "level-science": "4"}).status_code == 409


@pytest.mark.parametrize("why", ["withdrawn", "changed", "replanned"])
def test_what_is_gone_meanwhile_says_so_and_shows_what_was_typed(
    session: Session, desk: FlaskClient, mine: list[Assignment], why: str
) -> None:
    url = url_of(session, mine[0])
    application = application_of(session, mine[0])
    if why == "withdrawn":
        application.status = ApplicationStatus.WITHDRAWN
    elif why == "changed":
        application.eligibility = Eligibility.INELIGIBLE
    else:
        session.delete(mine[0])
    session.commit()
    answer = post(desk, url, {"level-science": "2", "note-science": "Långa tankar", "action": "next"})
    assert answer.status_code == 404
    if why != "replanned":
        assert "Långa tankar" in answer.text
        assert application_of(session, mine[1]).mask_code in answer.text  # the next one is offered
    saved = post(desk, f"{url}/save", {"level-science": "2"})
    assert (saved.status_code, saved.get_json()["state"]) == (404, "gone")


def test_cannot_assess_on_the_page(
    session: Session, world: World, desk: FlaskClient, mine: list[Assignment]
) -> None:
    url = url_of(session, mine[0])
    code = application_of(session, mine[0]).mask_code
    assert post(desk, f"{url}/cannot", {"told": "Oläslig"}).status_code == 422
    refused = post(desk, f"{url}/cannot", {"reason": "other"})
    assert refused.status_code == 422
    assert post(desk, f"{url}/cannot", {"reason": "unreadable", "told": "Sidan 2"}).status_code == 303
    assert desk.get(url).status_code == 404
    assert f"{url}/take-back" in desk.get(f"{BASE}/assess").text
    assert post(desk, f"{url}/take-back").status_code == 303
    assert desk.get(url).status_code == 200
    post(desk, f"{url}/cannot", {"reason": "unreadable", "told": "Sidan 2"})
    sign_in(desk, world.coordinator)
    page = desk.get(f"{BASE}/assessment/set-aside").text
    assert code in page
    assert "Sidan 2" in page


def test_the_queue_goes_on_where_one_was(session: Session, desk: FlaskClient, mine: list[Assignment]) -> None:
    put(session, mine[1], "science", 2)
    session.commit()
    page = desk.get(f"{BASE}/assess").text
    code = application_of(session, mine[1]).mask_code
    assert f"/assess/{code}?stage=screening&amp;at=science" in page


def test_steps_are_rows_of_their_own(session: Session, mine: list[Assignment]) -> None:
    put(session, mine[0], "science", 2)
    put(session, mine[0], "science", 2)  # nothing changed
    assert len(session.exec(select(LevelStep)).all()) == 1
    assert mine[0].status is AssignmentStatus.ASSIGNED


def test_the_queue_and_the_next_application_cost_the_same_for_few_and_many(
    session: Session, world: World, client: FlaskClient, app: Flask
) -> None:
    from tests.recruit.assessment_helpers import eligible_intake
    from tests.recruit.intake_helpers import submitted

    made = eligible_intake(session, world, 1)
    me = world.assessors[0]
    sign_in(client, me)

    def queries_for(number: int) -> tuple[int, int]:
        own = assignments_of(session, made, me)
        while len(own) < number:
            application = submitted(session, made)
            application.eligibility = Eligibility.ELIGIBLE
            session.add(application)
            session.flush()
            hand_out(session, made, "screening", application.id or 0, me.id or 0, LATER)
            session.flush()
            own = assignments_of(session, made, me)
        put(session, own[0], "science", number % 5)
        session.commit()
        url = url_of(session, own[0])
        return count_queries(app, client, f"{BASE}/assess"), count_queries(app, client, url)

    few = queries_for(1)
    assert queries_for(3) == few
    assert queries_for(50) == few
