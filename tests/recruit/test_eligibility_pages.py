"""The table of applications and one application: filters, search, decisions, references, copies."""

import io

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    Eligibility,
    Intake,
    Referee,
    RequirementDecision,
    SitePreference,
)
from recruit.queries.application import attachments
from recruit.queries.assessment import evidence_of
from tests.recruit.factories import World, make_world, post, sign_in
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.kept import kept

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
LIST = "/g/alvmark/bt-2026/applications"


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An open intake."""
    return opened_intake(session, world)


@pytest.fixture
def coordinator(client: FlaskClient, world: World) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


@pytest.fixture
def application(session: Session, intake: Intake) -> Application:
    """A submitted, complete application."""
    found = submitted(session, intake)
    session.commit()
    return found


def fresh(session: Session) -> Session:
    """The session, about to see what others have committed."""
    session.rollback()
    return session


def shown(client: FlaskClient, query: str = "") -> list[str]:
    """Mask codes in the table, in order."""
    import re

    return re.findall(r'class="code" href="[^"]*/applications/(\w+)"', client.get(LIST + query).text)


def test_table_filters_and_sorts(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake, application: Application
) -> None:
    lacking = submitted(session, intake, complete=False)
    gone = submitted(session, intake)
    gone.status = ApplicationStatus.WITHDRAWN
    draft = submitted(session, intake)
    draft.status = ApplicationStatus.DRAFT
    session.add(
        SitePreference(
            region_id=intake.region_id, application_id=lacking.id, site_id=world.sites[0].id, rank=1
        )
    )
    application.eligibility = Eligibility.ELIGIBLE
    session.commit()
    first, second = application.mask_code, lacking.mask_code
    assert shown(coordinator) == [first, second]
    assert shown(coordinator, "?sort=submitted&dir=desc") == [second, first]
    assert shown(coordinator, "?status=withdrawn") == [gone.mask_code]
    assert shown(coordinator, "?eligibility=eligible") == [first]
    assert shown(coordinator, "?missing=document") == [second]
    assert shown(coordinator, "?missing=reference") == [first]
    assert shown(coordinator, "?missing=copy") == [first]
    assert shown(coordinator, "?missing=decision") == [second]
    assert shown(coordinator, f"?site={world.sites[0].id}") == [second]
    assert shown(coordinator, f"?q={second.lower()}") == [second]
    assert shown(coordinator, f"?q={application.reference}") == [first]
    assert shown(coordinator, "?page=99&sort=code") == sorted([first, second])
    assert shown(coordinator, "?sort=x&per=x&page=x&missing=x&status=x&eligibility=x") == [first, second]


def test_search_by_name_is_posted_and_knows_accents(
    coordinator: FlaskClient, session: Session, intake: Intake, application: Application
) -> None:
    greek = submitted(session, intake, given_name="Νίκος", family_name="Παπαδόπουλος")
    session.commit()
    page = post(coordinator, LIST, {"name": "παπαδοπουλος"})
    assert greek.mask_code in page.text
    assert application.mask_code not in page.text
    assert post(coordinator, LIST, {"name": " "}).status_code == 422


def test_application_page_shows_proposals_and_no_decision(
    coordinator: FlaskClient, application: Application
) -> None:
    page = coordinator.get(f"{LIST}/{application.mask_code}").text
    assert page.count("Proposed: Yes.") == 8
    assert "Decided:" not in page


def test_accepting_yes_proposals_is_one_act(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    keys = [f"E{number}" for number in range(1, 9)]
    data = {"act": "accept", "accept": keys, "revision": application.revision}
    assert post(coordinator, f"{LIST}/{application.mask_code}/decide", data).status_code == 303
    fresh(session).refresh(application)
    assert application.eligibility is Eligibility.ELIGIBLE


def test_accepting_what_is_no_longer_proposed_is_refused(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    application.can_start = False
    session.add(application)
    session.commit()
    data = {"act": "accept", "accept": ["E8"], "revision": application.revision}
    assert post(coordinator, f"{LIST}/{application.mask_code}/decide", data).status_code == 409
    assert fresh(session).exec(select(RequirementDecision)).all() == []


def test_decision_against_the_proposal_needs_a_reason(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    page = f"{LIST}/{application.mask_code}/decide"
    data = {"act": "save", "answer_E1": "no", "answer_E2": "yes", "revision": application.revision}
    refused = post(coordinator, page, data)
    assert refused.status_code == 422
    assert "Give a reason for E1" in refused.text
    assert fresh(session).exec(select(RequirementDecision)).all() == []
    assert post(coordinator, page, {**data, "reason_E1": "Revoked"}).status_code == 303
    rows = {each.requirement: each for each in fresh(session).exec(select(RequirementDecision))}
    assert (rows["E1"].answer, rows["E1"].reason, rows["E2"].answer) == (Answer.NO, "Revoked", Answer.YES)


def test_decision_on_a_stale_page_is_refused(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    data = {"act": "save", "answer_E2": "yes", "revision": application.revision}
    application.revision += 1
    session.add(application)
    session.commit()
    assert post(coordinator, f"{LIST}/{application.mask_code}/decide", data).status_code == 409


def form_of(page: str) -> dict[str, object]:
    """What a browser would post of the form as it is shown."""
    import re

    hidden = dict(re.findall(r'name="(seen_E\d|revision)" value="([^"]*)"', page))
    chosen = re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page)
    for each in (field for field in chosen if " checked" in field):
        name, value = re.search(r'name="(\w+)"', each), re.search(r'value="(\w+)"', each)
        assert name
        assert value
        hidden[name.group(1)] = value.group(1)
    for name, reason in re.findall(r'<textarea[^>]*name="(reason_E\d)"[^>]*>\s*([^<]*)</textarea>', page):
        hidden[name] = reason
    return {**hidden, "act": "save"}


def test_decision_after_another_coordinators_is_refused_and_kept_in_the_form(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    page = f"{LIST}/{application.mask_code}"
    mine = form_of(coordinator.get(page).text)
    other = {**mine, "answer_E1": "no", "reason_E1": "Revoked by the board"}
    assert post(coordinator, f"{page}/decide", other).status_code == 303

    refused = post(coordinator, f"{page}/decide", {**mine, "answer_E2": "yes", "reason_E2": "Seen"})
    assert refused.status_code == 409
    assert "Somebody has decided on this application" in refused.text
    shown = form_of(refused.text)
    assert (shown["answer_E1"], shown["reason_E1"]) == ("no", "Revoked by the board")
    assert (shown["answer_E2"], shown["reason_E2"]) == ("yes", "Seen")
    assert [each.requirement for each in fresh(session).exec(select(RequirementDecision))] == ["E1"]
    accept = {**mine, "act": "accept", "accept": ["E1", "E2"]}
    assert post(coordinator, f"{page}/decide", accept).status_code == 409

    assert post(coordinator, f"{page}/decide", shown).status_code == 303
    rows = fresh(session).exec(select(RequirementDecision).order_by(RequirementDecision.requirement)).all()
    assert [(each.requirement, each.answer) for each in rows] == [("E1", Answer.NO), ("E2", Answer.YES)]


def test_nothing_chosen_or_unknown_answer_is_refused(
    coordinator: FlaskClient, application: Application
) -> None:
    page = f"{LIST}/{application.mask_code}/decide"
    assert post(coordinator, page, {"act": "save", "revision": application.revision}).status_code == 422
    data = {"act": "save", "answer_E1": "maybe", "revision": application.revision}
    assert post(coordinator, page, data).status_code == 422


def test_reference_answers_are_entered(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    referee = session.exec(select(Referee)).first()
    assert referee is not None
    page = f"{LIST}/{application.mask_code}/referees/{referee.public_id}"
    answers = {"safety": "3", "asks_for_help": "4", "responsibility": "2", "collaboration": "0"}
    assert post(coordinator, page, answers).status_code == 422
    told = {**answers, "would_employ": "no", "came_by": "email", "masked_setting": "Akuten"}
    assert post(coordinator, page, told).status_code == 303
    fresh(session).refresh(referee)
    assert (referee.collaboration, referee.would_employ, referee.masked_setting) == (0, False, "Akuten")
    assert "checked" in coordinator.get(page).text


def test_referees_filled_in_form_is_kept_for_the_coordinator_only(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    referee = session.exec(select(Referee)).first()
    assert referee is not None
    page = f"{LIST}/{application.mask_code}/referees/{referee.public_id}"

    def upload(content: bytes, name: str) -> int:
        data = {"act": "file", "file": (io.BytesIO(content), name)}
        return post(coordinator, page, data, content_type="multipart/form-data").status_code

    assert upload(b"MZ not a pdf", "form.pdf") == 422
    assert upload(PDF, "form.pdf") == 303
    kept = fresh(session).exec(select(Attachment).where(Attachment.kind == AttachmentKind.REFERENCE)).one()
    assert kept.filename == "Referens – Referent 1.pdf"
    assert kept.public_id in coordinator.get(f"{LIST}/{application.mask_code}").text
    got = coordinator.get(f"{LIST}/{application.mask_code}/attachments/{kept.public_id}")
    assert (got.status_code, got.data) == (200, PDF)
    assert kept not in evidence_of(session, application).copies
    assert kept not in attachments(session, application)
    assert referee.answered_at is None


def test_redacted_copy_is_checked_kept_and_replaced(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    original = session.exec(select(Attachment).where(Attachment.kind == AttachmentKind.CV)).one()
    page = f"{LIST}/{application.mask_code}/attachments/{original.public_id}/copy"
    original_id = original.id

    def upload(content: bytes, name: str) -> int:
        data = {"file": (io.BytesIO(content), name)}
        return post(coordinator, page, data, content_type="multipart/form-data").status_code

    assert upload(b"MZ not a pdf", "cv.pdf") == 422
    assert upload(b"", "cv.pdf") == 422
    assert upload(PDF, "cv.pdf") == 303
    assert upload(PDF + b"\n%%EOF\n", "cv2.pdf") == 303
    copies = fresh(session).exec(select(Attachment).where(Attachment.redacts_id == original_id)).all()
    assert [each.filename for each in copies] == ["cv2.pdf"]
    got = coordinator.get(f"{LIST}/{application.mask_code}/attachments/{copies[0].public_id}")
    assert (got.status_code, got.headers["Content-Disposition"]) == (200, "attachment; filename=cv2.pdf")


def test_degree_is_never_copied(coordinator: FlaskClient, session: Session, application: Application) -> None:
    original = session.exec(select(Attachment).where(Attachment.kind == AttachmentKind.DIPLOMA)).one()
    page = f"{LIST}/{application.mask_code}/attachments/{original.public_id}/copy"
    data = {"file": (io.BytesIO(PDF), "x.pdf")}
    assert post(coordinator, page, data, content_type="multipart/form-data").status_code == 422


def test_application_of_another_region_or_a_draft_is_not_found(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    other = submitted(session, opened_intake(session, make_world(session, "norrdal")))
    session.commit()
    assert coordinator.get(f"{LIST}/{other.mask_code}").status_code == 404
    assert coordinator.get(f"/g/norrdal/bt-2026/applications/{other.mask_code}").status_code == 404
    application.status = ApplicationStatus.DRAFT
    session.add(application)
    session.commit()
    assert coordinator.get(f"{LIST}/{application.mask_code}").status_code == 404


HEADERS = (
    "application;referee;safety;asks_for_help;responsibility;collaboration;would_employ;masked_setting\n"
)


def upload_answers(client: FlaskClient, rows: str) -> tuple[int, str]:
    file = (io.BytesIO((HEADERS + rows).encode()), "svar.csv")
    response = post(client, f"{LIST}/references", {"file": file}, content_type="multipart/form-data")
    return response.status_code, response.text


def test_answers_are_uploaded_from_a_file(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    code = application.mask_code
    rows = (
        f"{code};referent1@example.org;3;4;2;1;ja;Akuten\n{code.lower()};REFERENT2@example.org;0;0;0;0;no;\n"
    )
    assert upload_answers(coordinator, rows)[0] == 303
    found = fresh(session).exec(select(Referee).order_by(Referee.position)).all()  # type: ignore[arg-type]
    assert [(each.safety, each.collaboration, each.would_employ, each.masked_setting) for each in found] == [
        (3, 1, True, "Akuten"),
        (0, 0, False, None),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("CODE;nobody@example.org;3;4;2;1;ja;", "has no referee with the address nobody@example.org"),
        ("CODE;referent1@example.org;5;4;2;1;ja;", "safety"),
        ("CODE;referent1@example.org;;4;2;1;ja;", "Give a whole number from 0 to 4"),
        ("CODE;referent1@example.org;3;4;2;1;kanske;", "kanske"),
        ("CODE;referent1@example.org;3;4;2;1;ja;\nCODE;referent1@example.org;3;4;2;1;ja;", "stands twice"),
    ],
)
def test_answers_in_a_file_with_a_fault_change_nothing(
    coordinator: FlaskClient, session: Session, application: Application, row: str, words: str
) -> None:
    good = f"{application.mask_code};referent2@example.org;3;3;3;3;ja;\n"
    status, text = upload_answers(coordinator, good + row.replace("CODE", application.mask_code) + "\n")
    assert status == 422
    assert words in text
    assert [each.answered_at for each in fresh(session).exec(select(Referee))] == [None, None]
