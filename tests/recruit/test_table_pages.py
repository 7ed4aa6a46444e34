"""The table of applications: filters, what it remembers, kept views, selections of rows, and requests on its pages."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import (
    Account,
    Answer,
    Application,
    Assignment,
    Attachment,
    CompletionRequest,
    Intake,
    LicenceStatus,
    RequirementDecision,
    TableView,
)
from recruit.queries import completion
from recruit.services import eligibility
from recruit.services.handing import hand_out
from tests.databases import ONE_DATABASE
from tests.recruit.application_helpers import PDF, open_intake
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.kept import kept
from tests.recruit.page_helpers import count_queries, english, other_client

LIST = "/g/alvmark/spring/applications"
REQUESTS = "/g/alvmark/spring/completions"


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake that is open today."""
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def coordinator(client: FlaskClient, world: World, intake: Intake) -> FlaskClient:
    """The coordinator's browser, in English; after the intake, which is laid in with all that stood beside it."""
    sign_in(client, world.coordinator)
    english(client)
    return client


def shown(client: FlaskClient, query: str = "") -> list[str]:
    """Mask codes in the table, in order."""
    return re.findall(r'class="code" href="[^"]*/applications/(\w+)"', client.get(LIST + query).text)


def decide(session: Session, world: World, application: Application, answer: Answer) -> None:
    eligibility.decide(
        session,
        application=application,
        requirement="E5",
        answer=answer,
        reason="Seen.",
        actor=world.actor,
        now=clock.now(),
    )


def asking(*who: Application, **more: str) -> dict[str, object]:
    """The form of a request for the diploma."""
    due = completion.today() + timedelta(days=10)
    return {
        "codes": " ".join(each.mask_code for each in who),
        "what": "document",
        "kind": "diploma",
        "requirement": "E5",
        "text": "Not readable.",
        "due_on-day": str(due.day),
        "due_on-month": str(due.month),
        "due_on-year": str(due.year),
        **more,
    }


def test_filters_of_requirement_country_and_documents(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    first = submitted(session, intake, education_country="UA")
    second = submitted(session, intake, education_country="SE", complete=False, licence=LicenceStatus.HELD)
    decide(session, world, first, Answer.NO)
    session.commit()
    one, two = first.mask_code, second.mask_code
    assert shown(coordinator, "?requirement=E5&answer=no") == [one]
    assert shown(coordinator, "?requirement=E5&answer=undecided") == [two]
    assert shown(coordinator, "?country=nordic") == [two]
    assert shown(coordinator, "?country=outside_eu_eea") == [one]
    assert shown(coordinator, "?missing=document-diploma") == [two]
    assert shown(coordinator, "?missing=document-licence") == [two]
    assert shown(coordinator, "?assessed=none&stage=ineligible") == [one]
    assert shown(coordinator, "?stage=called") == []
    assert shown(coordinator, "?requirement=E99&answer=no&country=mars&stage=nowhere") == [one, two]


def test_filter_that_would_tell_leaves_out_whom_the_person_assesses(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    """Sorted by name they come last: a place in the alphabet would tell an initial."""
    masked = submitted(session, intake, education_country="SE", family_name="Aaa")
    known = submitted(session, intake, education_country="SE", family_name="Zzz")
    session.add(
        Assignment(
            region_id=intake.region_id,
            intake_id=intake.id or 0,
            application_id=masked.id or 0,
            assessor_id=world.coordinator.id or 0,
            stage="screening",
            assigned_at=clock.now(),
        )
    )
    session.commit()
    page = coordinator.get(LIST + "?country=nordic").text
    assert known.mask_code in page
    assert masked.mask_code not in page
    by_name = coordinator.get(LIST + "?sort=name").text
    assert by_name.index(known.mask_code) < by_name.index(f"{masked.mask_code}</th>")


def test_view_left_last_comes_back_until_it_is_reset(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    submitted(session, intake)
    session.commit()
    coordinator.get(LIST + "?stage=pending&sort=code&q=SECRET&page=3")
    again = coordinator.get(LIST)
    assert again.status_code == 303
    assert again.location == f"{LIST}?stage=pending&sort=code"
    coordinator.get(LIST + "?reset=1")
    assert coordinator.get(LIST).status_code == 200
    other = other_client(coordinator, world.chair)
    assert other.get(LIST).status_code == 200


def test_views_are_kept_shared_renamed_and_removed_by_their_owner(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    keep = {"name": "Diploma is no", "query": "requirement=E5&answer=no&q=7K4M", "shared": "1"}
    post(coordinator, f"{LIST}/views", keep)
    view = session.exec(select(TableView).where(TableView.name != "")).one()
    assert view.query == "requirement=E5&answer=no"
    other = other_client(coordinator, world.chair)
    assert "Diploma is no" in other.get(LIST).text
    assert post(other, f"{LIST}/views/{view.public_id}", {"act": "remove"}).status_code == 404
    post(coordinator, f"{LIST}/views/{view.public_id}", {"name": "No diploma"})
    assert "No diploma" not in other.get(LIST).text
    assert "No diploma" in coordinator.get(LIST + "?reset=1", follow_redirects=True).text
    post(coordinator, f"{LIST}/views/{view.public_id}", {"act": "remove"}, follow_redirects=True)
    assert "No diploma" not in coordinator.get(LIST + "?reset=1", follow_redirects=True).text


def test_selecting_nothing_says_so(coordinator: FlaskClient, session: Session, intake: Intake) -> None:
    submitted(session, intake)
    session.commit()
    answer = post(coordinator, f"{LIST}/selected", {"scope": "ticked", "act": "ask"}, follow_redirects=True)
    assert "Tick at least one application" in answer.text


def test_all_that_match_are_asked_but_only_after_the_preview(
    coordinator: FlaskClient, session: Session, intake: Intake
) -> None:
    first, second = submitted(session, intake), submitted(session, intake, complete=False)
    session.commit()
    data = {"scope": "all", "act": "ask", "filter": "missing=document-diploma"}
    form = post(coordinator, f"{LIST}/selected", data).text
    assert f'name="codes" value="{second.mask_code}"' in form
    preview = post(coordinator, f"{REQUESTS}/new", asking(first, second))
    assert "Nothing is sent yet" in preview.text
    assert "Not readable." in preview.text
    assert session.exec(select(CompletionRequest)).all() == []
    session.rollback()
    sent = post(coordinator, f"{REQUESTS}/new", asking(first, second, step="send"), follow_redirects=True)
    assert "2 applicants are asked" in sent.text
    again = post(coordinator, f"{REQUESTS}/new", asking(first, second, step="send"), follow_redirects=True)
    assert "Nobody is left to ask" in again.text
    session.rollback()
    assert len(session.exec(select(CompletionRequest)).all()) == 2


@ONE_DATABASE
def test_bad_request_keeps_what_was_typed(coordinator: FlaskClient, session: Session, intake: Intake) -> None:
    application = submitted(session, intake)
    session.commit()
    bad = asking(application, **{"due_on-year": "2020", "text": "Typed with care."})
    answer = post(coordinator, f"{REQUESTS}/new", bad)
    assert answer.status_code == 422
    assert "must be later than today" in answer.text
    assert "Typed with care." in answer.text
    both = post(coordinator, f"{REQUESTS}/new", {**bad, "what": "document", "kind": ""})
    assert "must be later than today" in both.text
    assert "Choose the document that you ask for" in both.text
    nothing = post(coordinator, f"{REQUESTS}/new", {"codes": application.mask_code, "what": "document"})
    assert nothing.status_code == 422
    assert "Choose the document that you ask for" in nothing.text


def test_setting_is_shown_first_then_done_and_undone(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    first, second = submitted(session, intake), submitted(session, intake)
    decide(session, world, second, Answer.YES)
    session.commit()
    chosen = {"scope": "page", "act": "set", "shown": f"{first.mask_code} {second.mask_code}"}
    assert "Set a requirement" in post(coordinator, f"{LIST}/selected", chosen).text
    setting = {
        "codes": f"{first.mask_code} {second.mask_code}",
        "requirement": "E5",
        "answer": "no",
        "reason": "Missing.",
    }
    preview = post(coordinator, f"{LIST}/requirement", setting).text
    assert "decided otherwise already" in preview
    seen = re.search(r'name="seen" value="([^"]*)"', preview)
    assert seen is not None
    done = post(coordinator, f"{LIST}/requirement", {**setting, "seen": seen[1], "step": "set"})
    table = coordinator.get(done.location).text
    assert "E5 is set to no for 1 application." in table
    undo = re.search(r'name="setting" value="(\w+)"', table)
    assert undo is not None
    back = post(coordinator, f"{LIST}/requirement/undo", {"setting": undo[1]}, follow_redirects=True)
    assert "What stood before is back for 1 application." in back.text
    session.rollback()
    assert [each.application_id for each in session.exec(select(RequirementDecision))] == [second.id]


def test_preview_in_each_language_says_whose_letter_it_is(
    coordinator: FlaskClient, session: Session, intake: Intake
) -> None:
    first, second = submitted(session, intake), submitted(session, intake)
    session.get_one(Account, second.account_id).language = "en"
    session.commit()
    preview = post(coordinator, f"{REQUESTS}/new", asking(first, second)).text
    for each in (first, second):
        assert f"as {each.mask_code} gets it" in preview


def test_no_to_what_is_being_assessed_says_that_it_leaves_the_assessment(
    coordinator: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    first, second = submitted(session, intake), submitted(session, intake)
    hand_out(session, intake, "screening", first.id or 0, world.assessors[0].id or 0, NOW)
    session.commit()
    setting = {"codes": f"{first.mask_code} {second.mask_code}", "requirement": "E5", "reason": "Missing."}
    preview = post(coordinator, f"{LIST}/requirement", {**setting, "answer": "no"}).text
    assert "1 of them is being assessed" in preview
    assert f"{first.mask_code} would no longer be eligible" in preview
    assert (
        "is being assessed"
        not in post(coordinator, f"{LIST}/requirement", {**setting, "answer": "unclear"}).text
    )
    told = "This application is being assessed"
    assert told in coordinator.get(f"{LIST}/{first.mask_code}").text
    assert told not in coordinator.get(f"{LIST}/{second.mask_code}").text


def test_applicant_answers_and_the_table_says_that_it_came_in(
    coordinator: FlaskClient, session: Session, intake: Intake, world: World
) -> None:
    application = submitted(session, intake, phone="+46 70 123 45 67", city="Älvstad", sites_seen=True)
    session.commit()
    post(coordinator, f"{REQUESTS}/new", asking(application, step="send"))
    request = session.exec(select(CompletionRequest)).one()
    session.rollback()
    from recruit.models import Account

    person = session.get_one(Account, application.account_id)
    session.rollback()
    applicant = other_client(coordinator, person)
    mine = f"/my/{application.reference}/completion/{request.public_id}"
    assert mine in applicant.get(f"/my/{application.reference}").text
    empty = post(applicant, mine, {"answer": ""}, content_type="multipart/form-data")
    assert empty.status_code == 422
    file = (io.BytesIO(PDF + b"better"), "diploma.pdf")
    sent = post(applicant, mine, {"file": file, "answer": "Here."}, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    assert shown(coordinator, "?asked=came_in") == [application.mask_code]
    own = coordinator.get(f"{LIST}/{application.mask_code}").text
    assert own.count("Came in") >= 2
    looked = post(coordinator, f"{REQUESTS}/{request.public_id}/looked-at")
    assert looked.status_code == 303
    assert shown(coordinator, "?asked=came_in") == []
    session.rollback()
    assert len(session.exec(select(Attachment).where(Attachment.kind == "diploma")).all()) == 2


def test_nobody_reads_another_persons_request(
    coordinator: FlaskClient, session: Session, intake: Intake, world: World
) -> None:
    application = submitted(session, intake)
    session.commit()
    post(coordinator, f"{REQUESTS}/new", asking(application, step="send"))
    request = session.exec(select(CompletionRequest)).one()
    assert coordinator.get(f"/my/{application.reference}/completion/{request.public_id}").status_code == 404


@pytest.mark.parametrize("page", [LIST + "?per=250", REQUESTS + "?per=250"])
def test_queries_do_not_grow_with_rows(
    app: Flask, coordinator: FlaskClient, session: Session, intake: Intake, world: World, page: str
) -> None:
    numbers = []
    made: list[Application] = []
    for rows in (1, 3, 50):
        new = [submitted(session, intake) for _ in range(rows - len(made))]
        made += new
        session.commit()
        post(coordinator, f"{REQUESTS}/new", asking(*new, step="send"))
        numbers.append(count_queries(app, coordinator, page))
    assert numbers[0] == numbers[1] == numbers[2]
    assert numbers[0] <= 10


@ONE_DATABASE
@pytest.mark.usefixtures("intake")
@pytest.mark.parametrize("page", ["9" * 30, "-5", "x"])
def test_a_page_that_no_table_has_is_shown_all_the_same(coordinator: FlaskClient, page: str) -> None:
    for address in (f"{LIST}?stage=all&", f"{REQUESTS}?", "/g/alvmark/spring/letters/undelivered?"):
        assert coordinator.get(f"{address}page={page}").status_code == 200
    assert coordinator.get(f"{LIST}?site={page}").status_code == 200
