"""How old documents may be: told by the applicant, said at once, and weighed by the group."""

import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.clock import in_stockholm
from recruit.disclosing.material import unread
from recruit.errors import Invalid
from recruit.models import (
    Account,
    Answer,
    Application,
    Attachment,
    AttachmentKind,
    Intake,
    LanguageEvidence,
    RecordEntry,
    RecordValue,
    RemovedPart,
)
from recruit.queries import application as queries
from recruit.queries.disposal import months_later
from recruit.queries.document_age import AgeLimits
from recruit.rights.content import everything
from recruit.services import application as services
from recruit.services import completion, eligibility, expected_documents, undoing
from recruit.services import intake as intakes
from recruit.services.completion import Wanted
from recruit.services.content import content_sha256
from recruit.storage import Storage
from scoring.profile import default_profile_text
from tests.recruit.application_helpers import PDF, begin, fill_in, open_intake
from tests.recruit.factories import World, applicant, approved_profile, post, sign_in

MONTHS = 3
LIMITED = default_profile_text().replace(
    'attachments = ["cv", "diploma"]', f'attachments = ["cv", "diploma"]\nmonths_old_at_most = {MONTHS}'
)


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    """An intake that asks for documents of at most three months."""
    world.profile = approved_profile(session, world, LIMITED)
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def account(session: Session, intake: Intake) -> Account:
    made = applicant(session, language="en")
    session.commit()
    return made


@pytest.fixture
def storage(app: Flask) -> Storage:
    return Storage(app.extensions["recruit_settings"].attachments)


@pytest.fixture
def draft(session: Session, intake: Intake, account: Account, storage: Storage) -> Application:
    """Complete but for when its documents were issued."""
    made = begin(session, intake, account, now=clock.now())
    fill_in(session, made, storage.folder, now=clock.now())
    return made


@pytest.fixture
def browser(client: FlaskClient, account: Account) -> FlaskClient:
    sign_in(client, account)
    return client


def file(session: Session, application: Application, kind: AttachmentKind) -> Attachment:
    chosen = select(Attachment).where(
        Attachment.application_id == application.id,
        Attachment.kind == kind,
        col(Attachment.redacts_id).is_(None),
    )
    return session.exec(chosen.order_by(col(Attachment.id).desc())).first() or pytest.fail("no such file")


def tell(session: Session, application: Application, kind: AttachmentKind, day: date) -> None:
    services.tell_issued(
        session,
        application=application,
        attachment=file(session, application, kind),
        issued_on=day,
        actor=Actor(application.account_id),
        now=clock.now(),
    )


def dated(session: Session, application: Application, day: date) -> None:
    """Both documents that have a limit; committed."""
    tell(session, application, AttachmentKind.CV, day)
    tell(session, application, AttachmentKind.DIPLOMA, day)
    session.commit()


def submit(session: Session, application: Application) -> None:
    services.submit(session, application=application, actor=Actor(application.account_id), now=clock.now())
    session.commit()


def earliest(session: Session, application: Application) -> date:
    found = queries.dossier(session, application).ages.earliest(AttachmentKind.CV)
    assert found is not None
    return found


def today() -> date:
    return in_stockholm(clock.now()).date()


def address(application: Application, row: Attachment) -> str:
    return f"/my/{application.reference}/attachments/{row.public_id}/issued"


def boxes(day: date) -> dict[str, str]:
    return {"issued_on-day": str(day.day), "issued_on-month": str(day.month), "issued_on-year": str(day.year)}


@pytest.mark.parametrize(
    ("on", "first"),
    [
        (date(2027, 5, 31), date(2027, 2, 28)),
        (date(2028, 5, 31), date(2028, 2, 29)),
        (date(2027, 1, 15), date(2026, 10, 15)),
        (date(2027, 3, 31), date(2026, 12, 31)),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_last_of_the_month(on: date, first: date) -> None:
    ages = AgeLimits(on, {AttachmentKind.CV: MONTHS})
    assert ages.earliest(AttachmentKind.CV) == first
    row = Attachment(kind=AttachmentKind.CV, issued_on=first)
    assert not ages.too_old(row)
    row.issued_on = first - timedelta(days=1)
    assert ages.too_old(row)
    assert not ages.too_old(Attachment(kind=AttachmentKind.OTHER, issued_on=date(1990, 1, 1)))


def test_of_several_files_one_that_is_recent_enough_will_do() -> None:
    ages = AgeLimits(date(2027, 5, 31), {AttachmentKind.CV: MONTHS})
    old, new, undated = (
        Attachment(kind=AttachmentKind.CV, issued_on=day)
        for day in (date(2026, 1, 1), date(2027, 5, 1), None)
    )

    def failing(files: Sequence[Attachment]) -> tuple[int, int]:
        too_old, unsure = ages.fails(files)
        return len(too_old), len(unsure)

    assert [failing(each) for each in ([], [old], [undated], [old, undated], [old, undated, new])] == [
        (0, 0),
        (1, 0),
        (0, 1),
        (0, 1),
        (0, 0),
    ]


def test_without_a_limit_nobody_is_asked_and_nothing_is_counted(
    session: Session, world: World, tmp_path: Path
) -> None:
    plain = begin(session, open_intake(session, world, now=clock.now()), applicant(session), now=clock.now())
    fill_in(session, plain, tmp_path, now=clock.now())
    dossier = queries.dossier(session, plain)
    assert (dict(dossier.ages.months), queries.missing(session, plain)) == ({}, [])
    before = content_sha256(dossier)
    tell(session, plain, AttachmentKind.CV, date(1999, 1, 1))
    assert eligibility.proposals_for(session, application=plain)["E5"].answer is Answer.YES
    assert content_sha256(queries.dossier(session, plain)) != before  # what is told is part of what is sent


def test_a_draft_without_dates_names_each_file_and_cannot_be_sent(
    session: Session, draft: Application
) -> None:
    found = [(each.topic, str(each.message)) for each in queries.missing(session, draft)]
    assert found == [
        ("education", "Write when diploma.pdf was issued."),
        ("attachments", "Write when cv.pdf was issued."),
    ]
    with pytest.raises(services.Incomplete):
        submit(session, draft)
    session.rollback()
    dated(session, draft, today())
    assert queries.missing(session, draft) == []
    submit(session, draft)


def test_a_document_that_comes_later_lacks_no_date(
    session: Session, world: World, account: Account, tmp_path: Path
) -> None:
    toml = default_profile_text().replace(
        'attachments = ["language"]', 'attachments = ["language"]\nmonths_old_at_most = 24'
    )
    world.profile = approved_profile(session, world, toml)
    intake = open_intake(session, world, now=clock.now(), slug="language")
    application = begin(session, intake, account, now=clock.now())
    storage = fill_in(session, application, tmp_path, now=clock.now())
    common: dict[str, Any] = {"application": application, "actor": Actor(account.id), "now": clock.now()}
    assert [each.attachment != "" for each in queries.missing(session, application)] == [True]
    services.remove_attachment(
        session, attachment=file(session, application, AttachmentKind.LANGUAGE), storage=storage, **common
    )
    answers = {
        "language_evidence": LanguageEvidence.EXPECTED,
        "language_on": intake.starts_on,
        "language_note": None,
    }
    services.save_topic(session, topic="language", answers=answers, **common)
    assert queries.missing(session, application) == []
    submit(session, application)
    row = expected_documents.add(
        session,
        kind=AttachmentKind.LANGUAGE,
        filename="c1.pdf",
        content=PDF + b"c1",
        storage=storage,
        issued_on=months_later(today(), -30),
        **common,
    )
    session.commit()
    assert queries.dossier(session, application).ages.too_old(row)
    proposed = eligibility.proposals_for(session, application=application)["E2"]
    assert (proposed.answer, str(proposed.reason)) == (Answer.NO, "Older than allowed: language certificate.")


def test_the_group_is_proposed_what_follows_from_the_dates(session: Session, draft: Application) -> None:
    def proposed() -> tuple[Answer, str]:
        found = eligibility.proposals_for(session, application=draft)["E5"]
        return found.answer, str(found.reason)

    assert proposed() == (Answer.UNCLEAR, "It is not told when this was issued: CV, medical degree.")
    limit = earliest(session, draft)
    dated(session, draft, limit)
    assert proposed() == (Answer.YES, "Every mandatory document is attached.")
    tell(session, draft, AttachmentKind.DIPLOMA, limit - timedelta(days=1))
    assert proposed() == (Answer.NO, "Older than allowed: medical degree.")


def test_an_extension_makes_no_document_too_old(
    session: Session, world: World, intake: Intake, draft: Application
) -> None:
    limit = earliest(session, draft)
    later = intake.closes_at + timedelta(days=60)
    intakes.extend(
        session, intake=intake, closes_at=later, reason="Too few", actor=world.actor, now=clock.now()
    )
    session.commit()
    assert earliest(session, draft) == limit


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2999, 1, 1), "is in the future"), (date(1949, 12, 31), "is too long ago")],
)
def test_impossible_dates_are_refused_and_leave_no_file(
    session: Session, draft: Application, storage: Storage, day: date, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        tell(session, draft, AttachmentKind.CV, day)
    before = {path.name for path in storage.folder.rglob("*")}
    laid = storage.put(PDF + b"new", "new.pdf")
    with pytest.raises(Invalid, match=words) as refused:
        services.attach(
            session,
            application=draft,
            kind=AttachmentKind.CV,
            filename="new.pdf",
            content=PDF + b"new",
            storage=storage,
            laid=laid,
            issued_on=day,
            actor=Actor(draft.account_id),
            now=clock.now(),
        )
    assert refused.value.field == "issued_on"
    session.rollback()
    assert {path.name for path in storage.folder.rglob("*")} - before <= {laid.storage_name[:2]}


def test_today_counts_on_swedish_clocks(session: Session, draft: Application) -> None:
    tomorrow = today() + timedelta(days=1)
    told: dict[str, Any] = {
        "application": draft,
        "attachment": file(session, draft, AttachmentKind.CV),
        "actor": Actor(draft.account_id),
        "now": datetime.combine(tomorrow, time(23, 30), UTC),  # past midnight in Sweden
    }
    with pytest.raises(Invalid):
        services.tell_issued(session, issued_on=tomorrow + timedelta(days=2), **told)
    services.tell_issued(session, issued_on=tomorrow + timedelta(days=1), **told)


def test_a_date_changed_after_sending_is_recorded_and_its_requirement_decided_again(
    session: Session, world: World, draft: Application
) -> None:
    dated(session, draft, today())
    submit(session, draft)
    tell(session, draft, AttachmentKind.CV, date(2020, 2, 1))
    session.commit()
    entry = session.exec(select(RecordEntry).order_by(col(RecordEntry.id).desc())).first()
    assert entry is not None
    assert entry.action == "application.changed"
    name = f"attachment.{file(session, draft, AttachmentKind.CV).public_id}"
    value = session.exec(
        select(RecordValue).where(RecordValue.entry_id == entry.id, RecordValue.field == name)
    ).one()
    assert json.loads(value.old or "")[-1] == today().isoformat()
    assert json.loads(value.new or "")[-1] == "2020-02-01"


def test_a_sent_application_takes_a_file_before_its_date_is_told(
    session: Session, draft: Application, storage: Storage
) -> None:
    dated(session, draft, today())
    submit(session, draft)
    services.attach(
        session,
        application=draft,
        kind=AttachmentKind.CV,
        filename="newer.pdf",
        content=PDF + b"newer",
        storage=storage,
        actor=Actor(draft.account_id),
        now=clock.now(),
    )
    session.commit()
    assert [str(each.message) for each in queries.missing(session, draft)] == [
        "Write when newer.pdf was issued."
    ]


def test_the_date_comes_back_with_a_file_that_is_put_back(
    session: Session, draft: Application, storage: Storage
) -> None:
    tell(session, draft, AttachmentKind.CV, date(2026, 2, 3))
    common: dict[str, Any] = {"application": draft, "actor": Actor(draft.account_id), "now": clock.now()}
    services.remove_attachment(
        session, attachment=file(session, draft, AttachmentKind.CV), storage=storage, **common
    )
    session.commit()
    part = session.exec(select(RemovedPart.public_id)).one()
    undoing.put_back(session, public_id=part, storage=storage, **common)
    session.commit()
    session.expire_all()
    assert file(session, draft, AttachmentKind.CV).issued_on == date(2026, 2, 3)


def test_the_date_is_told_in_everything_held_and_in_a_disclosure(
    session: Session, account: Account, draft: Application
) -> None:
    dated(session, draft, date(2026, 2, 3))
    submit(session, draft)
    held = everything(session, account=account, now=clock.now())["applications"][0]["files"]
    assert {each["filename"]: each["issued_on"] for each in held} == {
        "cv.pdf": "2026-02-03",
        "diploma.pdf": "2026-02-03",
        "c1.pdf": None,
    }
    items = [each for each in unread(session, draft, ["attachments"]) if each.key.startswith("issued.")]
    assert [(each.label, each.text) for each in items] == [
        ("Meritförteckning (CV): cv.pdf, utfärdad", "3 februari 2026"),
        ("Examensbevis: diploma.pdf, utfärdad", "3 februari 2026"),
    ]


# The pages


def test_an_upload_leads_to_its_date_and_says_when_it_is_too_old(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    new = {"kind": "cv", "file": (io.BytesIO(PDF + b"x"), "other.pdf")}
    answer = post(browser, f"/my/{draft.reference}/attachments/new", new)
    row = file(session, draft, AttachmentKind.CV)
    assert answer.location == address(draft, row)
    page = browser.get(address(draft, row)).text
    assert "It may be at most 3 months old at the closing date" in page
    answer = post(browser, address(draft, row), {"issued_on-day": "1 mars 2020"})
    assert answer.status_code == 303
    session.rollback()
    session.refresh(row)
    assert row.issued_on == date(2020, 3, 1)
    page = browser.get(answer.location).text
    assert "1 mars 2020 was read as Sunday 1 March 2020." in page
    assert "other.pdf: Older than 3 months at the closing date" in page
    assert "the region sees the date and decides" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Write the date on which it was issued"),
        ({"issued_on-day": "soon"}, "soon is not a day"),
        ({"issued_on-day": "31", "issued_on-month": "2", "issued_on-year": "2026"}, "There is no day 31"),
        ({"issued_on-day": "1", "issued_on-month": "2"}, "Write the year in which it was issued"),
        ({"issued_on-day": "1", "issued_on-month": "2", "issued_on-year": "2090"}, "is in the future"),
        ({"issued_on-day": "1", "issued_on-month": "2", "issued_on-year": "1949"}, "is not a year"),
    ],
)
def test_a_date_that_does_not_hold_is_refused_at_the_field(
    browser: FlaskClient, session: Session, draft: Application, typed: dict[str, str], words: str
) -> None:
    row = file(session, draft, AttachmentKind.CV)
    answer = post(browser, address(draft, row), typed)
    assert answer.status_code == 422
    assert words in answer.text
    session.rollback()
    session.refresh(row)
    assert row.issued_on is None


def test_the_date_of_somebody_elses_file_is_not_found(
    browser: FlaskClient, session: Session, intake: Intake, draft: Application, storage: Storage
) -> None:
    other = begin(session, intake, applicant(session, "other@example.org"), now=clock.now())
    fill_in(session, other, storage.folder, now=clock.now())
    row = file(session, other, AttachmentKind.CV)
    assert browser.get(address(other, row)).status_code == 404
    assert browser.get(address(draft, row)).status_code == 404
    assert post(browser, address(draft, row), boxes(today())).status_code == 404


def test_the_page_before_sending_says_what_is_too_old_and_sends_all_the_same(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    page = browser.get(f"/my/{draft.reference}/check").text
    assert address(draft, file(session, draft, AttachmentKind.CV)) + "?from=check" in page
    dated(session, draft, date(2020, 3, 1))
    page = browser.get(f"/my/{draft.reference}/check").text
    assert "Older than allowed" in page
    assert "cv.pdf, 1 kB, Issued 1 March 2020. Older than 3 months" in re.sub(r"</?bdi>", "", page)
    answer = post(browser, f"/my/{draft.reference}/submit")
    assert answer.status_code == 303


def test_the_script_is_told_that_a_date_is_wanted(browser: FlaskClient, draft: Application) -> None:
    new = {"kind": "cv", "file": (io.BytesIO(PDF + b"y"), "y.pdf")}
    answer = post(
        browser, f"/my/{draft.reference}/attachments/new", new, headers={"Accept": "application/json"}
    )
    assert answer.json == {
        "state": "kept",
        "message": "y.pdf is kept. Write when it was issued: you find it in the list of your files.",
    }


def test_an_answer_to_a_request_brings_its_date(
    browser: FlaskClient, session: Session, world: World, intake: Intake, draft: Application
) -> None:
    dated(session, draft, today())
    submit(session, draft)
    intakes.close(session, intake=intake, actor=world.actor, now=clock.now(), reason="Enough")
    asked = completion.ask(
        session,
        intake=intake,
        codes=[draft.mask_code],
        wanted=Wanted(kind=AttachmentKind.DIPLOMA, requirement="E5", text="A newer one, please."),
        due_on=today() + timedelta(days=7),
        base_url="http://localhost",
        actor=world.actor,
        now=clock.now(),
    )
    (row,) = asked.requests
    session.commit()
    url = f"/my/{draft.reference}/completion/{row.public_id}"

    def sending(**typed: str) -> Any:
        return post(browser, url, {"file": (io.BytesIO(PDF + b"z"), "z.pdf"), **typed})

    assert "It may be at most 3 months old" in browser.get(url).text
    assert "Write the date on which it was issued" in sending().text
    assert "is in the future" in sending(**{"issued_on-day": "2090-01-01"}).text
    assert sending(**boxes(today())).status_code == 303
    session.rollback()
    assert file(session, draft, AttachmentKind.DIPLOMA).issued_on == today()


def test_the_group_sees_the_date_and_the_age(
    client: FlaskClient, session: Session, world: World, intake: Intake, draft: Application
) -> None:
    dated(session, draft, today())
    tell(session, draft, AttachmentKind.CV, date(2020, 3, 1))
    submit(session, draft)
    intakes.close(session, intake=intake, actor=world.actor, now=clock.now(), reason="Enough")
    session.commit()
    sign_in(client, world.coordinator)
    page = client.get(f"/g/{world.region.slug}/{intake.slug}/applications/{draft.mask_code}").text
    assert "Utfärdad 1 mars 2020." in page
    assert "Äldre än 3 månader vid sista ansökningsdagen" in page
    assert "Äldre än tillåtet: Meritförteckning (CV)." in page


def test_the_advertisement_says_how_old_documents_may_be(
    client: FlaskClient, world: World, intake: Intake
) -> None:
    page = client.get(f"/i/{world.region.slug}/{intake.slug}").text
    assert "Högst 3 månader gamla vid sista ansökningsdagen." in page
