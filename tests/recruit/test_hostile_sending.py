"""Sending in a hurry or in bad faith: twice at once, with the back button, from two tabs, and without end."""

import threading
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from recruit import clock
from recruit.actor import Actor
from recruit.database import AllRegions, begin_writing, make_session, transaction
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    ExperiencePeriod,
    Intake,
    OutgoingMail,
    RecordEntry,
    RecordValue,
    Referee,
)
from recruit.routes import application as routes
from recruit.routes import application_files as file_routes
from recruit.services import application as services
from recruit.storage import Storage
from tests.databases import ONE_DATABASE
from tests.recruit.application_helpers import PDF, begin, fill_in, open_intake
from tests.recruit.factories import World, applicant, csrf_token, post, sign_in


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def draft(session: Session, intake: Intake, app: Flask) -> Application:
    """Complete, and not yet sent."""
    account = applicant(session, language="en")
    session.commit()
    made = begin(session, intake, account, now=clock.now())
    fill_in(session, made, app.extensions["recruit_settings"].attachments, now=clock.now())
    return made


@pytest.fixture
def browser(client: FlaskClient, session: Session, draft: Application) -> FlaskClient:
    sign_in(client, session.get_one(Account, draft.account_id))
    return client


def entries(session: Session, action: str = "") -> int:
    session.rollback()
    found = select(func.count()).select_from(RecordEntry)
    return session.exec(found.where(RecordEntry.action == action) if action else found).one()


def pressed_at_once(app: Flask, browser: FlaskClient, address: str, times: int = 4) -> list[int]:
    """The statuses when the same button is pressed so many times in one moment, in one browser."""
    token = csrf_token(browser, "/forgot")
    cookie = browser.get_cookie("session")
    assert cookie is not None
    barrier, statuses = threading.Barrier(times), []

    def press() -> None:
        tab = app.test_client()
        tab.set_cookie("session", cookie.value)
        barrier.wait(30)
        statuses.append(tab.post(address, data={"csrf_token": token}).status_code)

    threads = [threading.Thread(target=press) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return statuses


def test_pressing_send_four_times_at_once_sends_once_with_one_receipt(
    app: Flask, browser: FlaskClient, session: Session, draft: Application
) -> None:
    assert pressed_at_once(app, browser, f"/my/{draft.reference}/submit") == [303] * 4
    assert entries(session, "application.submitted") == 1
    session.refresh(draft)
    assert draft.status is ApplicationStatus.SUBMITTED
    (mail,) = session.exec(select(OutgoingMail).where(OutgoingMail.application_id == draft.id)).all()
    assert draft.reference in mail.subject


def test_pressing_begin_four_times_at_once_begins_one_application(
    app: Flask, client: FlaskClient, session: Session, intake: Intake
) -> None:
    account = applicant(session)
    session.commit()
    sign_in(client, account)
    assert pressed_at_once(app, client, f"/i/alvmark/{intake.slug}/apply") == [303] * 4
    assert entries(session, "application.started") == 1
    assert len(session.exec(select(Application)).all()) == 1


@pytest.fixture
def meanwhile(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let another tab save its change after a request has read the application and before it is its turn to write. On
    SQLite only: PostgreSQL holds the application from when it is read, and the other tab waits.
    """

    def save(change: Callable[..., Any], during: Any = routes) -> None:
        def then(session: Session) -> None:
            with make_session(engine, scope=AllRegions("the other tab")) as other, transaction(other):
                draft = other.exec(select(Application)).one()
                change(other, application=draft, actor=Actor(draft.account_id), now=clock.now())
            begin_writing(session)

        monkeypatch.setattr(during, "begin_writing", then)

    return save


@pytest.fixture
def storage(app: Flask) -> Storage:
    return Storage(app.extensions["recruit_settings"].attachments)


@ONE_DATABASE
def test_document_removed_in_another_tab_while_it_is_sent_keeps_it_from_being_sent(
    meanwhile: Callable[..., None],
    storage: Storage,
    browser: FlaskClient,
    session: Session,
    draft: Application,
) -> None:
    files = select(Attachment).where(Attachment.kind == AttachmentKind.DIPLOMA)
    wanted = session.exec(files).one().public_id
    session.rollback()

    def remove(other: Session, **by: Any) -> None:
        row = other.exec(select(Attachment).where(Attachment.public_id == wanted)).one()
        services.remove_attachment(other, attachment=row, storage=storage, **by)

    meanwhile(remove)
    assert post(browser, f"/my/{draft.reference}/submit").status_code == 422
    session.refresh(draft)
    assert draft.status is ApplicationStatus.DRAFT
    assert draft.case_number is None


def save_words(session: Session, **by: Any) -> None:
    later: dict[str, Any] = {"motivation": "What came later", "learning_needs": "The later needs"}
    services.save_topic(session, topic="own_words", answers=later, **by)


def save_work(session: Session, **by: Any) -> None:
    row = session.exec(select(ExperiencePeriod)).one()
    kept = {name: getattr(row, name) for name in ("country", "area", "starts_on", "ends_on", "fte_percent")}
    later = services.PeriodAnswers("What came later", **kept)
    services.save_period(session, period=later, public_id=row.public_id, **by)


def save_referee(session: Session, **by: Any) -> None:
    rows = session.exec(select(Referee).order_by(col(Referee.position))).all()
    later = [services.RefereeAnswers("What came later", "", "", row.email) for row in rows]
    services.save_referees(session, referees=later, **by)


@ONE_DATABASE
@pytest.mark.parametrize("save", [save_words, save_work, save_referee])
def test_what_is_saved_in_another_tab_while_it_is_sent_is_what_the_record_has(
    save: Callable[..., None],
    meanwhile: Callable[..., None],
    browser: FlaskClient,
    session: Session,
    draft: Application,
) -> None:
    session.rollback()
    meanwhile(save)
    assert post(browser, f"/my/{draft.reference}/submit").status_code == 303
    session.rollback()
    (kept,) = session.exec(select(RecordValue.new).where(RecordValue.field == "content")).all()
    assert "What came later" in str(kept)


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_another_tab_waits_until_the_application_has_been_sent(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    browser: FlaskClient,
    session: Session,
    draft: Application,
) -> None:
    """Held from when it is read: what is saved meanwhile is a change of what was sent, and the record has both."""
    session.rollback()
    waited = []

    def save() -> None:
        with make_session(engine, scope=AllRegions("the other tab")) as other, transaction(other):
            found = other.exec(select(Application)).one()
            save_words(other, application=found, actor=Actor(found.account_id), now=clock.now())

    tab = threading.Thread(target=save)

    def then(sending: Session) -> None:
        tab.start()
        tab.join(0.5)
        waited.append(tab.is_alive())
        begin_writing(sending)

    monkeypatch.setattr(routes, "begin_writing", then)
    assert post(browser, f"/my/{draft.reference}/submit").status_code == 303
    tab.join(30)
    assert waited == [True]
    assert entries(session, "application.submitted") == entries(session, "application.changed") == 1
    (sent,) = session.exec(select(RecordValue.new).where(RecordValue.field == "content")).all()
    assert "What came later" not in str(sent)
    session.refresh(draft)
    assert draft.status is ApplicationStatus.SUBMITTED
    assert draft.motivation == "What came later"


@ONE_DATABASE
def test_back_button_and_old_pages_do_nothing_twice(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    """Pages from before are sent again after the application has gone: answered as before, or told what has changed."""
    here = f"/my/{draft.reference}"
    old = {"motivation": "Older words", "learning_needs": "Older", "revision": "0"}
    assert post(browser, f"{here}/submit").status_code == 303
    before = entries(session)
    assert post(browser, f"{here}/submit").status_code == 303
    assert post(browser, "/i/alvmark/spring/apply").status_code == 303
    stale = post(browser, f"{here}/own_words", old)
    assert stale.status_code == 409
    assert "Older words" in stale.text  # nothing typed is lost
    assert entries(session) == before
    assert post(browser, f"{here}/withdraw", {"reason": "other"}).status_code in (303, 422)


@ONE_DATABASE
def test_another_persons_and_unknown_applications_answer_alike(
    browser: FlaskClient, session: Session, intake: Intake, draft: Application
) -> None:
    """Nobody learns from the answers which references there are."""
    other = applicant(session, "other@example.org", language="en")
    session.commit()
    theirs = begin(session, intake, other, now=clock.now()).reference
    unknown = theirs[:-1] + ("X" if theirs[-1] != "X" else "Z")
    for part in (
        "",
        "/about_you",
        "/check",
        "/attachments",
        "/receipt",
        "/attachments/" + "a" * 32,
        "/status",
    ):
        answers = [browser.get(f"/my/{reference}{part}") for reference in (theirs, unknown)]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].text.replace(theirs, "") == answers[1].text.replace(unknown, "")


@ONE_DATABASE
def test_draft_erased_in_another_tab_while_it_is_sent_is_not_found(
    meanwhile: Callable[..., None],
    storage: Storage,
    browser: FlaskClient,
    session: Session,
    draft: Application,
) -> None:
    address = f"/my/{draft.reference}/submit"
    session.rollback()
    meanwhile(partial(services.erase_draft, storage=storage))
    answer = post(browser, address)
    assert answer.status_code == 404
    assert "no application with this reference" in answer.text


@ONE_DATABASE
def test_file_that_comes_while_another_tab_sends_is_a_change_of_what_was_sent(
    meanwhile: Callable[..., None], browser: FlaskClient, session: Session, draft: Application
) -> None:
    """What the upload had read was a draft, whose changes the record does not tell."""
    address = f"/my/{draft.reference}/attachments/new"
    session.rollback()
    meanwhile(services.submit, during=file_routes)
    new = {"kind": "merit", "file": (BytesIO(PDF), "course.pdf")}
    answer = post(browser, address, new, headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["state"] == "kept"
    assert entries(session, "application.submitted") == entries(session, "application.changed") == 1
    (field,) = session.exec(
        select(RecordValue.field).where(col(RecordValue.field).startswith("attachment."))
    ).all()
    kept = session.exec(select(Attachment).where(Attachment.kind == AttachmentKind.MERIT)).one()
    assert field == f"attachment.{kept.public_id}"
