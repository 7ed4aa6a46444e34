"""The coordinator's pages of an intake, the auditor's and the assessor's share of them, and profiles."""

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import (
    Account,
    Application,
    Attachment,
    AttachmentKind,
    CriteriaProfile,
    DeadlineExtension,
    Eligibility,
    Intake,
    IntakeStatus,
    Posts,
)
from recruit.services import profiles, publishing
from scoring.profile import default_profile
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import draft_intake, opened_intake, submitted
from tests.recruit.page_helpers import count_queries
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, ranked


@pytest.fixture
def coordinator(client: FlaskClient, world: World) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def typed(world: World, **changes: object) -> dict[str, object]:
    """The form as a coordinator fills it in."""
    opens, closes = clock.now() + timedelta(days=2), clock.now() + timedelta(days=30)
    start = date(closes.year + 1, 9, 1)
    data: dict[str, object] = {
        "title_sv": "Bastjänstgöring",
        "title_en": "Basic service",
        "slug": "bt-next",
        "case_number": "RÄ 1",
        "form": "standalone",
        "profile_id": world.profile.id,
        "opens_time": "08:00",
        "closes_time": "23.59",
        f"posts_{world.sites[0].id}": "4",
        f"acute_{world.sites[0].id}": "Medicin",
        "kind_0": "acute_care",
        "months_0": "3",
        "kind_1": "primary_care",
        "months_1": "7,5",
    }
    for name, day in (("opens_on", opens), ("closes_on", closes), ("starts_on", start)):
        data |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
    return {**data, **changes}


def test_new_intake_is_saved_as_draft(coordinator: FlaskClient, session: Session, world: World) -> None:
    response = post(coordinator, "/g/alvmark/new", typed(world))
    assert (response.status_code, response.location) == (303, "/g/alvmark/bt-next/")
    intake = session.exec(select(Intake)).one()
    assert (intake.status, clock.in_stockholm(intake.closes_at).strftime("%H:%M")) == (
        IntakeStatus.DRAFT,
        "23:59",
    )
    assert [each.number for each in session.exec(select(Posts))] == [4]
    assert coordinator.get("/g/alvmark/bt-next/edit").text.count('value="7.5"') == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "BT 2027"}, "small letters"),
        ({"closes_time": "25:00"}, "25:00 is not a time"),
        ({"closes_on-month": "13"}, "13 is not a month"),
        ({"months_0": "x"}, "x is not a number of months"),
        ({"kind_0": ""}, "Choose the kind of placement"),
        ({"profile_id": "999999"}, "not one of the answers"),
        ({"title_sv": ""}, "Write a title in Swedish"),
        ({"starts_on-year": "2020"}, "must come after the closing time"),
    ],
)
def test_new_intake_with_a_fault_names_it_and_keeps_the_rest(
    coordinator: FlaskClient, session: Session, world: World, changes: dict[str, object], words: str
) -> None:
    response = post(coordinator, "/g/alvmark/new", typed(world, **changes))
    assert response.status_code == 422
    assert words in response.text
    assert "RÄ 1" in response.text
    assert session.exec(select(Intake)).all() == []


def test_new_intake_without_posts_is_refused(coordinator: FlaskClient, world: World) -> None:
    response = post(coordinator, "/g/alvmark/new", typed(world, **{f"posts_{world.sites[0].id}": ""}))
    assert response.status_code == 422
    assert "Give at least one post at one site" in response.text


def test_edit_after_opening_is_refused(coordinator: FlaskClient, session: Session, world: World) -> None:
    opened_intake(session, world)
    assert coordinator.get("/g/alvmark/bt-2026/edit").status_code == 409
    assert post(coordinator, "/g/alvmark/bt-2026/edit", typed(world)).status_code == 409


def test_open_extend_close_by_hand(coordinator: FlaskClient, session: Session, world: World) -> None:
    post(coordinator, "/g/alvmark/new", typed(world))
    assert post(coordinator, "/g/alvmark/bt-next/open").status_code == 303
    assert post(coordinator, "/g/alvmark/bt-next/open").status_code == 409
    intake = session.exec(select(Intake)).one()
    later = clock.in_stockholm(intake.closes_at) + timedelta(days=7)
    when = {"closes_on-day": later.day, "closes_on-month": later.month, "closes_on-year": later.year}
    early = {**when, "closes_on-year": 2020, "closes_time": "12:00", "reason": "x"}
    assert post(coordinator, "/g/alvmark/bt-next/extend", early).status_code == 422
    assert post(coordinator, "/g/alvmark/bt-next/extend", {**when, "closes_time": "12:00"}).status_code == 422
    whole = {**when, "closes_time": "12:00", "reason": "Too few"}
    assert post(coordinator, "/g/alvmark/bt-next/extend", whole).status_code == 303
    session.rollback()
    assert [each.reason for each in session.exec(select(DeadlineExtension))] == ["Too few"]
    refused = post(coordinator, "/g/alvmark/bt-next/close", {"reason": ""})
    assert refused.status_code == 422


@pytest.mark.parametrize(("person", "status"), [("auditor", 200), ("administrator", 403)])
def test_intake_page_by_role(
    client: FlaskClient, session: Session, world: World, person: str, status: int
) -> None:
    opened_intake(session, world)
    sign_in(client, getattr(world, person))
    response = client.get("/g/alvmark/bt-2026/")
    assert response.status_code == status
    assert client.get("/g/alvmark/").status_code == 200
    assert post(client, "/g/alvmark/bt-2026/close", {"reason": "x"}).status_code == 403


def test_next_step_follows_the_state(coordinator: FlaskClient, session: Session, world: World) -> None:
    intake = draft_intake(session, world)
    page = "/g/alvmark/bt-2026/"
    assert "are locked" in coordinator.get(page).text
    intake.status, intake.opened_at = IntakeStatus.OPEN, NOW
    session.add(intake)
    submitted(session, intake)
    session.commit()
    assert "The time to apply is over" in coordinator.get(page).text
    assert post(coordinator, "/g/alvmark/bt-2026/close").status_code == 303
    text = coordinator.get(page).text
    assert "Decide the eligibility of 1 application" in text


def test_next_step_after_confirming_is_to_publish(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2))
    first = confirmed(session, world, intake, ranked(session, world, intake), places=2)
    pages = ("/g/alvmark/bt-2026/", "/g/alvmark/")
    for page in pages:
        assert "Publish the interview list" in coordinator.get(page).text
    publishing.publish(session, interview_list=first, actor=world.second, now=LATER)
    session.commit()
    for page in pages:
        assert "Publish the interview list" not in coordinator.get(page).text


def test_only_an_open_intake_shows_the_form_that_extends_it(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    closed_intake(session, world, levels=(3,))
    session.commit()
    refused = coordinator.get("/g/alvmark/bt-2026/extend")
    assert refused.status_code == 409
    assert "Only an open intake can be extended" in refused.text


def test_draft_changed_by_two_is_told_and_keeps_what_was_typed(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    draft_intake(session, world)
    session.commit()
    page = "/g/alvmark/bt-2026/edit"
    seen = re.search(r'name="seen" value="(\w+)"', coordinator.get(page).text)
    assert seen
    mine = {"slug": "bt-2026", "seen": seen[1]}
    assert post(coordinator, page, typed(world, **mine, title_en="The first")).status_code == 303
    refused = post(coordinator, page, typed(world, **mine, title_en="The second"))
    assert refused.status_code == 409
    assert "Somebody else has changed this meanwhile" in refused.text
    assert 'value="The second"' in refused.text
    assert "<bdi>The first</bdi>" in refused.text
    session.expire_all()
    assert session.exec(select(Intake.title_en)).one() == "The first"
    again = re.search(r'name="seen" value="(\w+)"', refused.text)
    assert again
    mine["seen"] = again[1]
    assert post(coordinator, page, typed(world, **mine, title_en="The second")).status_code == 303


def test_draft_is_opened_only_when_its_profile_is_approved(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    toml = default_profile().to_toml().replace("threshold = 40", "threshold = 45")
    row = profiles.save(session, region_id=world.region.id or 0, toml=toml, actor=world.actor, now=NOW)
    draft_intake(session, world, profile_id=row.id)
    session.commit()
    pages = ("/g/alvmark/", "/g/alvmark/bt-2026/")
    for page in pages:
        text = coordinator.get(page).text
        assert "The criteria profile is to be approved" in text
        assert "Open the intake" not in text
    profiles.approve(session, profile=row, actor=world.second, now=NOW)
    session.commit()
    for page in pages:
        text = coordinator.get(page).text
        assert "The criteria profile is to be approved" not in text
        assert "Open the intake" in text


def test_what_waits_names_the_one_it_waits_on_and_nothing_that_is_past(
    client: FlaskClient, session: Session, world: World
) -> None:
    intake = closed_intake(session, world, levels=(3,))
    waiting = submitted(session, intake, complete=False)
    for application in session.exec(select(Application)):
        session.add(
            Attachment(
                region_id=intake.region_id,
                application_id=application.id or 0,
                kind=AttachmentKind.CV,
                filename="cv.pdf",
                storage_name=f"cv-{application.id}",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                uploaded_at=NOW,
                uploaded_by_id=application.account_id,
            )
        )
    session.commit()

    def page(account: Account) -> str:
        sign_in(client, account)
        client.get("/language/en")
        return client.get("/g/alvmark/bt-2026/").text

    waits_on = r'data-label="Waits on">{}</td>'
    assert waits_on.format("You") in page(world.coordinator)
    assert waits_on.format("The coordinator") in page(world.auditor)
    assert waits_on.format("You") not in page(world.auditor)
    assert "CVs without a redacted copy" not in page(world.auditor)  # the only eligible one is assessed
    waiting.eligibility = Eligibility.ELIGIBLE
    session.add(waiting)
    session.commit()
    assert "CVs without a redacted copy" in page(world.auditor)


@pytest.mark.parametrize("page", ["/g/alvmark/bt-2026/", "/g/alvmark/bt-2026/applications", "/g/alvmark/"])
def test_number_of_queries_does_not_grow_with_rows(
    app: Flask, coordinator: FlaskClient, session: Session, world: World, page: str
) -> None:
    intake = opened_intake(session, world)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            submitted(session, intake)
        session.commit()
        counts.append(count_queries(app, coordinator, page))
    assert counts[0] == counts[1]
    if page.endswith("applications"):
        assert counts[0] <= 10


def test_profile_uploaded_broken_names_the_key_and_keeps_the_text(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    broken = default_profile().to_toml().replace("weight = 15", "weight = 16", 1)
    response = post(coordinator, "/g/alvmark/profiles/new", {"toml": broken})
    assert response.status_code == 422
    assert "101" in response.text
    assert "weight = 16" in response.text
    assert len(session.exec(select(CriteriaProfile)).all()) == 1


def test_profile_file_becomes_next_version(coordinator: FlaskClient, world: World) -> None:
    text = default_profile().to_toml().replace("threshold = 40", "threshold = 45")
    file = (io.BytesIO(b"\xef\xbb\xbf" + text.encode()), "bt.toml")
    response = post(
        coordinator, "/g/alvmark/profiles/new", {"file": file, "toml": ""}, content_type="multipart/form-data"
    )
    assert (response.status_code, response.location) == (303, "/g/alvmark/profiles/bt/2")
    assert "45 of 100" in coordinator.get("/g/alvmark/profiles/bt/2").text
    assert coordinator.get("/g/alvmark/profiles/bt/2.toml").text == text
    assert coordinator.get("/g/alvmark/profiles/bt/9").status_code == 404


def test_profile_file_in_another_encoding_is_refused(coordinator: FlaskClient) -> None:
    file = (io.BytesIO("å".encode("cp1252")), "bt.toml")
    response = post(
        coordinator, "/g/alvmark/profiles/new", {"file": file}, content_type="multipart/form-data"
    )
    assert response.status_code == 422
    assert "not UTF-8" in response.text


def test_profile_list_shows_what_is_locked(coordinator: FlaskClient, session: Session, world: World) -> None:
    assert "Free" in coordinator.get("/g/alvmark/profiles/").text
    opened_intake(session, world)
    assert "Locked" in coordinator.get("/g/alvmark/profiles/").text


def test_profile_note_is_in_the_readers_language(coordinator: FlaskClient, world: World) -> None:
    page = f"/g/alvmark/profiles/{world.profile.key}/{world.profile.version}"
    assert "Settle weights, anchors and thresholds" in coordinator.get(page).text
    coordinator.get("/language/sv")
    assert "Bestäm vikter, nivåbeskrivningar och gränser" in coordinator.get(page).text
