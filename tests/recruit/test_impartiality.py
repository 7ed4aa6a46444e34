"""Nobody decides on their own application or with a conflict, or sees who it is that they assess masked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import NotAllowed
from recruit.models import (
    Account,
    Answer,
    Application,
    Assignment,
    AssignmentStatus,
    Attachment,
    ConflictOfInterest,
    Intake,
    Referee,
    RequirementDecision,
)
from recruit.queries.assessment import EXTERNAL
from recruit.services import eligibility
from recruit.services.eligibility import Decision, ReferenceAnswers
from recruit.services.references import EnteredReference
from recruit.storage import Storage
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.kept import kept

LIST = "/g/alvmark/bt-2026/applications"
ANSWERS = ReferenceAnswers(3, 3, 3, 3, True)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return opened_intake(session, world)


@pytest.fixture
def application(session: Session, intake: Intake) -> Application:
    found = submitted(session, intake, family_name="Lozano")
    session.commit()
    return found


@pytest.fixture
def coordinator(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def assigned(session: Session, application: Application, account: Account, **more: object) -> Assignment:
    values = {"stage": "screening", "status": AssignmentStatus.ASSIGNED, **more}
    row = Assignment(
        region_id=application.region_id,
        intake_id=application.intake_id,
        application_id=application.id or 0,
        assessor_id=account.id or 0,
        assigned_at=NOW,
        **values,
    )
    session.add(row)
    session.commit()
    return row


def own(session: Session, world: World, application: Application) -> None:
    application.account_id = world.coordinator.id or 0
    session.add(application)
    session.commit()


def conflicted(session: Session, world: World, application: Application) -> None:
    person = world.coordinator.id or 0
    session.add(
        ConflictOfInterest(
            region_id=application.region_id,
            application_id=application.id or 0,
            assessor_id=person,
            reason="Cousins",
            declared_at=NOW,
            declared_by_id=person,
        )
    )
    session.commit()


def pages_of(session: Session, application: Application) -> list[str]:
    referee = session.exec(select(Referee)).first()
    file = session.exec(select(Attachment)).first()
    assert referee
    assert file
    page = f"{LIST}/{application.mask_code}"
    document = f"{page}/attachments/{file.public_id}"
    return [page, f"{page}/referees/{referee.public_id}", document, f"{document}/copy"]


@pytest.mark.parametrize("status", [AssignmentStatus.ASSIGNED, AssignmentStatus.SUBMITTED])
def test_pages_of_an_application_that_the_coordinator_assesses_are_refused(
    coordinator: FlaskClient,
    session: Session,
    world: World,
    application: Application,
    status: AssignmentStatus,
) -> None:
    assigned(session, application, world.coordinator, status=status)
    answers = [coordinator.get(page) for page in pages_of(session, application)]
    assert [each.status_code for each in answers] == [403] * 4
    assert all("Another coordinator has to open it" in each.text for each in answers)
    assert not any("Lozano" in each.text for each in answers)
    decided = post(coordinator, f"{LIST}/{application.mask_code}/decide", {"act": "save", "answer_E2": "yes"})
    assert decided.status_code == 403


def test_table_does_not_name_whom_the_coordinator_assesses(
    coordinator: FlaskClient, session: Session, world: World, application: Application
) -> None:
    assert "Lozano" in coordinator.get(LIST).text
    assigned(session, application, world.coordinator)
    table = coordinator.get(LIST).text
    assert (application.mask_code in table, "Lozano" in table) == (True, False)
    assert application.mask_code not in post(coordinator, LIST, {"name": "Lozano"}).text


@pytest.mark.parametrize("more", [{"status": AssignmentStatus.RECUSED}, {"stage": EXTERNAL}])
def test_recused_and_imported_do_not_close_the_page(
    coordinator: FlaskClient,
    session: Session,
    world: World,
    application: Application,
    more: dict[str, object],
) -> None:
    assigned(session, application, world.coordinator, **more)
    assigned(session, application, world.assessors[0])
    assert coordinator.get(f"{LIST}/{application.mask_code}").status_code == 200


@pytest.mark.parametrize("tie", [own, conflicted])
def test_services_refuse_the_partial(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    tie: Callable[[Session, World, Application], None],
    tmp_path: Path,
) -> None:
    tie(session, world, application)
    storage = Storage(tmp_path)
    referee = session.exec(select(Referee)).first()
    file = session.exec(select(Attachment)).first()
    assert referee
    assert file
    row = EnteredReference("Row 2", application.mask_code, referee.email, ANSWERS)
    common = {"actor": world.actor, "now": NOW}
    yes = [Decision("E1", Answer.YES)]
    with pytest.raises(NotAllowed):
        eligibility.decide_many(session, application=application, decisions=yes, **common)
    with pytest.raises(NotAllowed):
        eligibility.enter_reference(session, referee=referee, answers=ANSWERS, **common)
    with pytest.raises(NotAllowed):
        eligibility.enter_references(session, intake=intake, entered=[row], **common)
    with pytest.raises(NotAllowed):
        eligibility.add_redacted(
            session, attachment=file, filename="a.pdf", content=b"%PDF-1.4\n%%EOF", storage=storage, **common
        )
    assert session.exec(select(RequirementDecision)).all() == []
    other = Actor(world.administrator.id)
    assert eligibility.decide_many(session, application=application, decisions=yes, actor=other, now=NOW)


def test_page_of_ones_own_application_offers_no_decision(
    coordinator: FlaskClient, session: Session, world: World, application: Application
) -> None:
    own(session, world, application)
    page = coordinator.get(f"{LIST}/{application.mask_code}").text
    assert ("is your own application" in page, "Save the decisions" in page) == (True, False)
    data = {"act": "save", "answer_E2": "yes", "revision": 0}
    assert post(coordinator, f"{LIST}/{application.mask_code}/decide", data).status_code == 403


def test_coordinator_declares_a_conflict_of_their_own(
    coordinator: FlaskClient, session: Session, world: World, application: Application
) -> None:
    data = {"code": application.mask_code, "assessor": world.coordinator.id, "reason": "Cousins"}
    assert post(coordinator, "/g/alvmark/bt-2026/assessment/conflict", data).status_code == 303
    page = coordinator.get(f"{LIST}/{application.mask_code}").text
    assert ("declared conflict of interest" in page, "Save the decisions" in page) == (True, False)


def test_coordinator_sees_the_texts_as_assessors_read_them(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    application.motivation = "Write to Lozano soon"
    session.add(application)
    session.commit()
    page = coordinator.get(f"{LIST}/{application.mask_code}").text
    masked = page[page.index("Show the masked texts") :]
    assert "Write to <span" in masked
    assert "Lozano" not in masked[: masked.index("</details>")]
