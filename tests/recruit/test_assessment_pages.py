"""The pages of assessing, as assessors and the coordinator use them."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from recruit.models import Application, Assignment, AssignmentStatus, AttachmentKind, Intake
from recruit.queries import assessment as queries
from recruit.services import conflicts, panels
from recruit.storage import Storage
from tests.recruit.assessment_helpers import (
    LATER,
    answered,
    application_of,
    assignments_of,
    eligible_intake,
    handed_out,
    set_all,
    submit,
)
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import attachment, submitted
from tests.recruit.kept import kept
from tests.recruit.page_helpers import english

BASE = "/g/alvmark/bt-2026"
ALL_SET = {
    "level-references": "3",
    "level-science": "2",
    "level-other_work": "0",
    "note-science": "Tydligt projekt.",
}


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return handed_out(session, world)


@pytest.fixture
def mine(session: Session, world: World, intake: Intake) -> list[Assignment]:
    return assignments_of(session, intake, world.assessors[0])


def code(session: Session, assignment: Assignment) -> str:
    return application_of(session, assignment).mask_code


def look_again(session: Session) -> None:
    """Forget what was read: the page has its own session."""
    session.commit()
    session.expire_all()


def levels(session: Session, assignment: Assignment) -> dict[str, int]:
    look_again(session)
    return {key: row.level for key, row in queries.levels_of(session, assignment).items()}


def test_queue_shows_ones_own_codes_and_no_names(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment], intake: Intake
) -> None:
    for each in mine:
        application_of(session, each).case_number = f"Eget diarienummer {each.id}"
    session.commit()
    sign_in(client, world.assessors[0])
    page = client.get(f"{BASE}/assess").text
    assert "Eget diarienummer" not in page
    own = {code(session, each) for each in mine}
    everybody = {each.mask_code for each in queries.pool(session, intake, "screening")}
    assert {each for each in everybody if f"/assess/{each}" in page} == own


def test_queue_has_what_is_left_before_what_is_handed_in(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    session.commit()
    sign_in(client, world.assessors[0])
    rows = r'<th scope="row"><span class="code">(\w+)</span>'
    before = re.findall(rows, client.get(f"{BASE}/assess").text)
    first = next(each for each in mine if code(session, each) == before[0])
    submit(session, first)
    look_again(session)
    assert re.findall(rows, client.get(f"{BASE}/assess").text) == [*before[1:], before[0]]


def test_scoring_page_shows_anchors_and_nothing_that_tells_who_it_is(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    application = application_of(session, mine[0])
    answered(session, application)
    application.case_number = "Eget diarienummer"
    session.commit()
    sign_in(client, world.assessors[0])
    page = client.get(f"{BASE}/assess/{application.mask_code}").text
    assert "allvarlig tveksamhet" in page or "serious concern" in page
    for secret in (
        application.family_name,
        "Rīgas",
        "Referent 1",
        "Lindfors",
        application.reference,
        application.case_number,
        "applicant",
    ):
        assert secret is not None
        assert secret not in page


def test_save_and_go_on_keeps_levels_and_opens_the_next(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    sign_in(client, world.assessors[0])
    response = post(client, f"{BASE}/assess/{code(session, mine[0])}", {**ALL_SET, "action": "next"})
    assert response.status_code == 303
    assert f"/assess/{code(session, mine[1])}" in response.headers["Location"]
    assert levels(session, mine[0]) == {"references": 3, "science": 2, "other_work": 0}
    assert session.get_one(Assignment, mine[0].id).status is AssignmentStatus.ASSIGNED


def test_partial_levels_are_saved_and_shown_again(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    sign_in(client, world.assessors[0])
    post(client, f"{BASE}/assess/{code(session, mine[0])}", {"level-science": "4", "action": "save"})
    assert levels(session, mine[0]) == {"science": 4}
    page = client.get(f"{BASE}/assess/{code(session, mine[0])}").text
    assert re.search(r'name="level-science"[^>]*value="4"[^>]* checked', page)
    assert "/assess/" in page


def test_submitting_too_early_keeps_the_levels_and_points_at_what_lacks(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{code(session, mine[0])}"
    response = post(client, url, {"level-science": "4", "action": "submit"})
    assert response.status_code == 422
    assert 'href="#level-references-0"' in response.text
    assert levels(session, mine[0]) == {"science": 4}


@pytest.mark.parametrize("level", ["5", "-1", "3.5", "abc"])
def test_a_level_that_is_none_is_refused_and_nothing_is_saved(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment], level: str
) -> None:
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{code(session, mine[0])}"
    response = post(client, url, {**ALL_SET, "level-references": level, "action": "next"})
    assert response.status_code == 422
    assert levels(session, mine[0]) == {}


def test_a_note_waits_for_its_level_and_is_not_handed_in_without(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{code(session, mine[0])}"
    assert post(client, url, {"note-science": "Ett halvt tänkt ord", "action": "save"}).status_code == 303
    assert "Ett halvt tänkt ord" in client.get(url).text
    response = post(
        client, url, {"level-references": "3", "note-science": "Ett halvt tänkt ord", "action": "submit"}
    )
    assert response.status_code == 422
    assert 'href="#level-science-0"' in response.text


def test_submitted_is_final_on_the_page_too(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{code(session, mine[0])}"
    assert post(client, url, {**ALL_SET, "action": "submit"}).status_code == 303
    page = client.get(url).text
    assert 'value="submit"' not in page
    assert "disabled" in page
    assert post(client, url, {**ALL_SET, "level-science": "4", "action": "next"}).status_code == 409
    assert levels(session, mine[0])["science"] == 2


def test_queue_submits_all_that_are_complete(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    set_all(session, mine[0])
    set_all(session, mine[1])
    session.commit()
    sign_in(client, world.assessors[0])
    assert post(client, f"{BASE}/assess").status_code == 303
    look_again(session)
    submitted_now = [
        session.get_one(Assignment, each.id).status is AssignmentStatus.SUBMITTED for each in mine
    ]
    assert submitted_now == [True, True, False]


def test_somebody_elses_application_is_not_found(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment], intake: Intake
) -> None:
    mine_too = {each.application_id for each in mine}
    others = [
        each
        for each in assignments_of(session, intake, world.assessors[1])
        if each.application_id not in mine_too
    ]
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{code(session, others[0])}"
    for path in (url, f"{url}/recuse", f"{url}/documents/x"):
        assert client.get(path).status_code == 404
    assert post(client, url, ALL_SET).status_code == 404
    assert levels(session, others[0]) == {}


def test_other_assessors_levels_and_notes_are_nowhere(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment], intake: Intake
) -> None:
    other = next(
        each
        for each in queries.assignments(session, intake, "screening")
        if each.application_id == mine[0].application_id and each.assessor_id != mine[0].assessor_id
    )
    set_all(session, other, 4, "Den andras ord")
    session.commit()
    submit(session, other, 4)
    session.commit()
    sign_in(client, world.assessors[0])
    for page in (f"{BASE}/assess", f"{BASE}/assess/{code(session, mine[0])}"):
        text = client.get(page).text
        assert "Den andras ord" not in text
        assert "checked" not in text.replace("data-shortcuts-switch checked", "")


def test_a_withdrawn_application_leaves_the_queue(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    from recruit.models import ApplicationStatus

    application = application_of(session, mine[0])
    application.status = ApplicationStatus.WITHDRAWN
    session.add(application)
    session.commit()
    sign_in(client, world.assessors[0])
    assert client.get(f"{BASE}/assess/{application.mask_code}").status_code == 404
    assert f"/assess/{application.mask_code}" not in client.get(f"{BASE}/assess").text


def test_recusing_needs_a_reason_and_hides_the_application(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{code(session, mine[0])}"
    assert post(client, f"{url}/recuse", {"reason": " "}).status_code == 422
    assert post(client, f"{url}/recuse", {"reason": "Vi har arbetat ihop."}).status_code == 303
    assert client.get(url).status_code == 404


def test_assessor_is_told_who_said_that_they_have_a_conflict(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment]
) -> None:
    application = application_of(session, mine[0])
    conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=mine[0].assessor_id,
        reason="Tidigare chef.",
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    sign_in(client, world.assessors[0])
    english(client)
    gone = client.get(f"{BASE}/assess/{application.mask_code}")
    assert gone.status_code == 404
    assert "A coordinator has recorded that you have a conflict of interest" in gone.text
    assert "Tidigare chef." not in gone.text


def test_documents_are_redacted_copies_under_neutral_names(
    session: Session, world: World, client: FlaskClient, app: Flask, mine: list[Assignment]
) -> None:
    application = application_of(session, mine[0])
    stored = Storage(app.extensions["recruit_settings"].attachments).put(b"%PDF-1.4\n%%EOF\n", "x.pdf")
    original = attachment(application, AttachmentKind.MERIT)
    session.add(original)
    session.flush()
    copy = attachment(application, AttachmentKind.MERIT, redacts_id=original.id)
    copy.storage_name, copy.filename = stored.storage_name, "Ada Nr1 CV.pdf"
    session.add(copy)
    session.commit()
    sign_in(client, world.assessors[0])
    url = f"{BASE}/assess/{application.mask_code}"
    assert "Ada Nr1" not in client.get(url).text
    response = client.get(f"{url}/documents/{copy.public_id}")
    assert response.data == b"%PDF-1.4\n%%EOF\n"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{application.mask_code}-1.pdf"'
    assert client.get(f"{url}/documents/{original.public_id}").status_code == 404


def test_coordinator_hands_out_and_sees_the_loads(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = eligible_intake(session, world, 4)
    sign_in(client, world.coordinator)
    planned = post(client, f"{BASE}/assessment")
    assert planned.status_code == 303
    look_again(session)
    assert queries.assignments(session, intake, "screening") == []
    assert client.get(planned.location).status_code == 200
    assert post(client, f"{planned.location}/carry-out").status_code == 303
    look_again(session)
    assert len(queries.assignments(session, intake, "screening")) == 8
    assert client.get(f"{BASE}/assessment").status_code == 200


def test_one_that_cannot_be_assessed_does_not_lose_the_others_that_were_chosen(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = eligible_intake(session, world, 3)
    sign_in(client, world.coordinator)
    client.get("/language/en")
    codes = sorted(session.exec(select(Application.mask_code)))
    refused = post(client, f"{BASE}/assessment", {"code": [*codes[:2], "ZZZZ"]})
    assert refused.status_code == 422
    assert "not assessed at this stage: ZZZZ" in refused.text
    assert "Make a plan for the other 2" in refused.text
    assert f'name="code" value="{" ".join(codes[:2])}"' in refused.text
    made = post(client, f"{BASE}/assessment", {"code": " ".join(codes[:2])})
    assert made.status_code == 303
    assert codes[2] not in client.get(made.location).text
    done = post(client, f"{made.location}/carry-out")
    home = client.get(done.location).text
    assert "can be taken back" in home
    undo = re.search(r'action="([^"]+/undo)"', home)
    assert undo is not None
    back = post(client, undo[1])
    assert "can be taken back" not in client.get(back.location).text
    assert queries.assignments(session, intake, "screening") == []


def test_handing_out_undecided_applications_is_refused_in_words(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = eligible_intake(session, world, 1)
    pending = submitted(session, intake)
    session.commit()
    sign_in(client, world.coordinator)
    response = post(client, f"{BASE}/assessment")
    assert response.status_code == 409
    assert pending.mask_code in response.text
    assert queries.assignments(session, intake, "screening") == []


def test_coordinator_declares_a_conflict_for_an_assessor(
    session: Session, world: World, client: FlaskClient, mine: list[Assignment], intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    typed = {"code": code(session, mine[0]), "assessor": str(mine[0].assessor_id), "reason": "Kollegor."}
    assert post(client, f"{BASE}/assessment/conflict", {**typed, "code": "ZZZZ"}).status_code == 422
    assert post(client, f"{BASE}/assessment/conflict", {**typed, "reason": ""}).status_code == 422
    assert post(client, f"{BASE}/assessment/conflict", typed).status_code == 303
    look_again(session)
    assert mine[0].application_id not in {
        each.application_id for each in assignments_of(session, intake, world.assessors[0])
    }
    assert post(client, f"{BASE}/assessment/conflict", typed).status_code == 422


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        ("application;level\n{code};3\n", 303, ""),
        ("application,level\n{code},4\n", 303, ""),
        ("application;level\n{code};7\n", 422, "7"),
        ("application;level\n{code};2,5\n", 422, "2.5"),
        ("application;level\n{code};x\n", 422, "x"),
        ("application;level\nZZZZ;3\n", 422, "ZZZZ"),
        ("application;level\n{code};3\n{code};2\n", 422, "{code}"),
        ("application;points\n{code};3\n", 422, "level"),
        ("application;level\n", 422, ""),
        ("application;level\n{code};\n", 422, ""),
    ],
)
def test_external_levels_come_from_a_spreadsheet(
    session: Session, world: World, client: FlaskClient, intake: Intake, content: str, status: int, words: str
) -> None:
    known = queries.pool(session, intake, "screening")[0].mask_code
    sign_in(client, world.coordinator)
    data: dict[str, object] = {
        "criterion": "theory_test",
        "file": (io.BytesIO(content.format(code=known).encode()), "prov.csv"),
    }
    response = post(client, f"{BASE}/assessment/external", data)
    assert response.status_code == status
    assert words.format(code=known) in response.text
    look_again(session)
    assert queries.external_counts(session, intake) == ({"theory_test": 1} if status == 303 else {})


def test_the_coordinators_list_costs_the_same_for_few_and_many(
    session: Session, world: World, client: FlaskClient, engine: Engine, app: Flask
) -> None:
    def queries_for(number: int) -> int:
        nonlocal intake
        while len(queries.pool(session, intake, "screening")) < number:
            from recruit.models import Eligibility

            application = submitted(session, intake)
            application.eligibility = Eligibility.ELIGIBLE
            session.add(application)
            session.flush()
        panels.assign(session, intake=intake, actor=world.actor, now=LATER)
        session.commit()
        statements: list[str] = []

        def count(*arguments: object) -> None:
            statements.append(str(arguments[2]))

        target = app.extensions["recruit_engine"]
        event.listen(target, "before_cursor_execute", count)
        assert client.get(f"{BASE}/assessment").status_code == 200
        event.remove(target, "before_cursor_execute", count)
        return len(statements)

    intake = eligible_intake(session, world, 1)
    sign_in(client, world.coordinator)
    assert queries_for(1) == queries_for(12)
