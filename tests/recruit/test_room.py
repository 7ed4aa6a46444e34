"""Room for files: what one person may take, what the disk keeps free, who is told, and that nothing typed is lost."""

import html
import io
import re
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session, col, select

from recruit import clock, limits, reminders, storage
from recruit.database import make_engine
from recruit.limits import limiter
from recruit.models import Account, Application, Attachment, Membership, OutgoingMail, Role
from recruit.services import attachments
from recruit.storage import MEGABYTE
from recruit.web import build_app
from tests.databases import ONE_DATABASE
from tests.recruit.application_helpers import PDF, begin, open_intake
from tests.recruit.factories import World, applicant, member, post, sign_in
from tests.recruit.hostile import send_named

Usage = namedtuple("Usage", "total used free")
HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
LeaveFree = Callable[[int], None]


@pytest.fixture
def leave_free(monkeypatch: pytest.MonkeyPatch) -> LeaveFree:
    """Says that the disk has so many megabytes left."""

    def leave(megabytes: int) -> None:
        usage = Usage(0, 0, megabytes * MEGABYTE)
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda _folder: usage)

    return leave


def kept(session: Session) -> list[Attachment]:
    session.rollback()
    return list(session.exec(select(Attachment)))


def test_no_file_takes_what_is_kept_free_and_what_is_typed_is_saved(
    browser: FlaskClient, session: Session, draft: Application, leave_free: LeaveFree
) -> None:
    leave_free(500)
    here = f"/my/{draft.reference}"
    refused = send_named(browser, f"{here}/attachments/new", PDF, "cv.pdf")
    assert refused.status_code == 422
    assert "There is no room for more files here just now." in refused.text
    education = {"education_country": "UA", "institution": "Bogomolets", "graduation_year": "2019"}
    with_file = education | {"revision": draft.revision, "document": (io.BytesIO(PDF), "diploma.pdf")}
    answer = post(browser, f"{here}/education", with_file)
    assert answer.status_code == 422
    assert "Bogomolets" in answer.text
    assert kept(session) == []
    without = post(browser, f"{here}/education", education | {"revision": draft.revision})
    assert without.status_code == 303, "what is typed is saved without the file"
    leave_free(501)
    assert send_named(browser, f"{here}/attachments/new", PDF, "cv.pdf").status_code == 303
    assert len(kept(session)) == 1


@ONE_DATABASE
def test_script_is_told_that_it_may_try_again(
    browser: FlaskClient, draft: Application, leave_free: LeaveFree
) -> None:
    leave_free(1)
    address = f"/my/{draft.reference}/attachments/new"
    browser.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = send_named(browser, address, PDF, "cv.pdf")
    assert answer.status_code == 507
    assert answer.json is not None
    assert answer.json["state"] == "full"
    assert "no room" in answer.json["message"]


def test_files_of_one_account_are_limited_over_its_applications(
    browser: FlaskClient,
    session: Session,
    world: World,
    draft: Application,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = open_intake(session, world, now=clock.now(), slug="autumn")
    second = begin(session, other, session.get_one(Account, draft.account_id), now=clock.now())
    monkeypatch.setattr(attachments, "MAX_BYTES_OF_ACCOUNT", 2 * len(PDF) + 3)
    address = f"/my/{draft.reference}/attachments/new"
    assert send_named(browser, address, PDF, "1.pdf").status_code == 303
    assert send_named(browser, address, PDF + b"%", "2.pdf").status_code == 303
    there = f"/my/{second.reference}/attachments"
    refused = send_named(browser, f"{there}/new", PDF + b"%%", "3.pdf")
    assert refused.status_code == 422
    assert "hold 500 MB of files together" in refused.text
    first = kept(session)[0]
    post(browser, f"/my/{draft.reference}/attachments/{first.public_id}/remove")
    assert send_named(browser, f"{there}/new", PDF + b"%", "3.pdf").status_code == 303


@ONE_DATABASE
def test_megabytes_of_one_sender_are_limited_whatever_accounts_send_them(
    database_url: str,
    tmp_path: Path,
    session: Session,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    built_app: Flask,
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    settings = replace(
        built_app.extensions["recruit_settings"],
        data_dir=str(tmp_path),
        database_url=database_url,
        rate_limits=True,
    )
    app = build_app(settings)
    monkeypatch.setattr(limits, "MEGABYTE", 1)  # so that a request of some bytes weighs as one of megabytes
    intake = open_intake(session, world, now=clock.now())
    statuses = []
    for number in range(3):
        account = applicant(session, f"a{number}@example.org")
        session.commit()
        made = begin(session, intake, account, now=clock.now())
        client = app.test_client()
        sign_in(client, account)
        heavy = PDF + b"%" * 1600 + b"\n%%EOF"
        statuses.append(
            send_named(client, f"/my/{made.reference}/attachments/new", heavy, "cv.pdf").status_code
        )
    assert statuses == [303, 303, 429]
    app.extensions["recruit_engine"].dispose()


def told(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    found = select(OutgoingMail.recipient, OutgoingMail.subject).order_by(col(OutgoingMail.id))
    return [(recipient, subject) for recipient, subject in session.exec(found)]


def test_administrators_are_told_once_a_day_before_files_are_refused(
    app: Flask, session: Session, world: World, leave_free: LeaveFree, caplog: pytest.LogCaptureFixture
) -> None:
    settings, engine = app.extensions["recruit_settings"], app.extensions["recruit_engine"]
    english = member(session, world.region, "english@alvmark.example", Role.ADMINISTRATOR)
    english.language = "en"
    away = member(session, world.region, "away@alvmark.example", Role.ADMINISTRATOR)
    away.active = False
    session.commit()
    now = clock.now()
    leave_free(1000)
    reminders.remind(engine, settings, now=now)
    assert told(session) == []
    leave_free(999)
    for later in (timedelta(0), timedelta(hours=23)):
        reminders.remind(engine, settings, now=now + later)
        assert told(session) == [
            (world.administrator.email, "Det finns lite plats kvar för filer"),
            (english.email, "Little room is left for files"),
        ]
    body = session.exec(select(OutgoingMail.body).where(OutgoingMail.recipient == english.email)).one()
    assert "999 MB are left" in body
    assert "less than 500 MB" in body
    assert "999 MB are free for files" in caplog.text
    reminders.remind(engine, settings, now=now + timedelta(hours=25))
    assert len(told(session)) == 4
    assert session.exec(select(Membership.id).where(Membership.account_id == away.id)).one()


@ONE_DATABASE
def test_limit_can_be_turned_off_and_a_folder_that_is_not_there_yet_has_a_disk(
    app: Flask, session: Session, world: World, leave_free: LeaveFree, tmp_path: Path
) -> None:
    assert storage.free_bytes(tmp_path / "not" / "yet") > 0
    leave_free(0)
    settings = replace(app.extensions["recruit_settings"], keep_free_mb=0)
    reminders.remind(app.extensions["recruit_engine"], settings)
    assert told(session) == []
    assert storage.Storage(tmp_path).put(PDF, "cv.pdf").size == len(PDF)


@ONE_DATABASE
def test_database_that_is_full_gives_back_what_was_typed(
    app: Flask, browser: FlaskClient, session: Session, draft: Application, database_url: str
) -> None:
    """SQLite is given no further page, as on a disk without room; the page holds what was written, to be sent again."""
    usual, full = app.extensions["recruit_engine"], make_engine(database_url)
    event.listen(full, "connect", lambda connection, _record: connection.execute("PRAGMA max_page_count = 1"))
    address = f"/my/{draft.reference}/own_words"
    words = {name: f'"{name}" & <b>\r\n' + "å" * 900 for name in ("motivation", "learning_needs")}
    more = dict.fromkeys(("scientific_work", "other_work"), "å" * 900)
    sent: dict[str, object] = {**words, **more, "revision": str(draft.revision)}
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["recruit_engine"] = full
    answer = post(browser, address, sent, headers=HERE)
    app.extensions["recruit_engine"] = usual
    full.dispose()
    assert answer.status_code == 503
    assert 'name="password"' not in answer.text
    (form,) = re.findall(rf'<form method="post" action="{address}".*?</form>', answer.text, re.DOTALL)
    fields = re.findall(r'name="([^"]*)" value="([^"]*)"', form)
    again = {html.unescape(name): html.unescape(value) for name, value in fields}
    assert again["motivation"] == words["motivation"]
    assert browser.post(address, data=again).status_code == 303
    session.rollback()
    session.refresh(draft)
    assert draft.motivation == words["motivation"].replace("\r\n", "\n")
