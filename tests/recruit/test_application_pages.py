"""The applicant's pages, as a browser without script meets them."""

import logging
import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from forms.cleaning import clean_line
from recruit import clock
from recruit.actor import Actor
from recruit.demo.files import pdf
from recruit.display import countries
from recruit.institutions import INSTITUTIONS
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Attachment,
    Eligibility,
    Intake,
    OutgoingMail,
)
from recruit.queries import application as queries
from recruit.services import application as services
from recruit.services import attachments
from recruit.services import intake as intakes
from recruit.storage import Storage
from tests.recruit.application_helpers import ANSWERS, PDF, PNG, begin, fill_in, open_intake, sent
from tests.recruit.factories import World, applicant, csrf_token, post, sign_in
from tests.recruit.kept import kept

ABOUT = {name: value or "" for name, value in ANSWERS["about_you"].items()}


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def account(session: Session, intake: Intake) -> Account:
    made = applicant(session, language="en")
    session.commit()
    return made


@pytest.fixture
def browser(client: FlaskClient, account: Account) -> FlaskClient:
    sign_in(client, account)
    return client


@pytest.fixture
def files(app: Flask) -> Path:
    folder: Path = app.extensions["recruit_settings"].attachments
    return folder


@pytest.fixture
def draft(session: Session, intake: Intake, account: Account) -> Application:
    return begin(session, intake, account, now=clock.now())


@pytest.fixture
def complete(session: Session, draft: Application, files: Path) -> Application:
    fill_in(session, draft, files, now=clock.now())
    return draft


@pytest.fixture
def submitted(session: Session, complete: Application) -> Application:
    services.submit(session, application=complete, actor=Actor(complete.account_id), now=clock.now())
    session.commit()
    return complete


def close(session: Session, world: World, intake: Intake) -> None:
    intakes.close(session, intake=intake, actor=world.actor, now=clock.now(), reason="Enough")
    session.commit()


def fresh(session: Session, application: Application) -> Application:
    session.rollback()
    session.refresh(application)
    return application


def revision(page: str) -> str:
    found = re.search(r'name="revision"[^>]*value="(\d+)"', page)
    assert found
    return found.group(1)


def my(application: Application, *parts: str) -> str:
    return "/".join(("/my", application.reference, *parts))


def upload(content: bytes = PDF, name: str = "cv.pdf", kind: str = "cv") -> dict[str, Any]:
    return {"kind": kind, "file": (BytesIO(content), name)}


def send(client: FlaskClient, url: str, content: bytes, name: str = "cv.pdf") -> TestResponse:
    """An upload whose body is in memory: werkzeug's client leaves the temporary files of large ones open."""
    token = csrf_token(client, "/forgot")
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in (("csrf_token", token), ("kind", "cv"))
    )
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = parts.encode() + head.encode() + content + b"\r\n--b--\r\n"
    return client.post(url, data=body, content_type="multipart/form-data; boundary=b")


def test_start_begins_once_and_goes_on_after(browser: FlaskClient, session: Session, intake: Intake) -> None:
    url = f"/i/alvmark/{intake.slug}/apply"
    assert browser.get(url).status_code == 200
    first, second = post(browser, url), post(browser, url)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location == browser.get(url).location
    assert len(session.exec(select(Application)).all()) == 1


def test_start_without_account_asks_to_sign_in(client: FlaskClient, intake: Intake) -> None:
    response = client.get(f"/i/alvmark/{intake.slug}/apply")
    assert response.status_code == 302
    assert response.location.startswith("/login?next=")


def test_task_list_names_the_next_thing_to_do(browser: FlaskClient, draft: Application) -> None:
    page = browser.get(my(draft)).text
    assert "0 of 10 topics done." in page
    assert "Continue with About you" in page
    assert "Opens when the other topics are done." in page


def test_task_list_says_what_is_missing_in_words(
    browser: FlaskClient, session: Session, complete: Application
) -> None:
    common = {"application": complete, "actor": Actor(complete.account_id), "now": clock.now()}
    for row in queries.attachments(session, complete):
        services.remove_attachment(session, attachment=row, storage=Storage(Path("/nonexistent")), **common)
    services.save_referees(
        session,
        referees=[services.RefereeAnswers("Anna", "Consultant", "Hamra", "anna@example.org")],
        **common,
    )
    session.commit()
    page = browser.get(my(complete)).text
    assert "File missing" in page
    assert "1 of 2" in page
    assert "One more referee to add." in page
    assert "1 period, 6 months in total" in page
    assert "Opens when these are done" not in page


def test_topic_saves_and_returns_to_the_list(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    page = browser.get(my(draft, "about_you")).text
    response = post(browser, my(draft, "about_you"), {**ABOUT, "revision": revision(page)})
    assert (response.status_code, response.location) == (303, my(draft))
    assert fresh(session, draft).native_name == "Дарія Коваленко"
    assert "<bdi>Дарія Коваленко</bdi>" in browser.get(my(draft)).text


def test_topic_from_the_check_page_returns_there(browser: FlaskClient, draft: Application) -> None:
    response = post(browser, my(draft, "about_you") + "?from=check", {**ABOUT, "revision": "0"})
    assert response.location == my(draft, "check")


def test_topic_with_errors_saves_nothing_and_keeps_what_was_typed(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    response = post(browser, my(draft, "about_you"), {**ABOUT, "phone": "", "revision": "0"})
    assert response.status_code == 422
    assert 'href="#phone"' in response.text
    assert "Write a telephone number" in response.text
    assert 'value="Kovalenko"' in response.text
    assert fresh(session, draft).family_name is None


def test_topic_put_aside_may_be_incomplete(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    answers = {"given_name": "Ada", "revision": "0", "save": "later"}
    assert post(browser, my(draft, "about_you"), answers).status_code == 303
    assert fresh(session, draft).given_name == "Ada"
    assert 'value="Ada"' in browser.get(my(draft, "about_you")).text


def test_topic_of_a_sent_application_cannot_be_put_aside(
    browser: FlaskClient, submitted: Application
) -> None:
    answers = {**ABOUT, "phone": "", "revision": str(submitted.revision), "save": "later"}
    assert post(browser, my(submitted, "about_you"), answers).status_code == 422


def test_stale_form_is_told_and_keeps_what_was_typed(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    assert post(browser, my(draft, "about_you"), {**ABOUT, "revision": "0"}).status_code == 303
    late = {**ABOUT, "city": "Lindfors", "revision": "0"}
    response = post(browser, my(draft, "about_you"), late)
    assert response.status_code == 409
    assert "saved in another window" in response.text
    assert 'value="Lindfors"' in response.text
    assert fresh(session, draft).city == "Älvstad"
    late["revision"] = revision(response.text)
    assert post(browser, my(draft, "about_you"), late).status_code == 303
    assert fresh(session, draft).city == "Lindfors"


def seen(page: str) -> dict[str, str]:
    """What a form is based on."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return {"revision": revision(page), "seen": found[1]}


def test_another_topic_saved_in_another_window_is_no_conflict(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    opened = seen(browser.get(my(draft, "about_you")).text)
    other = {"motivation": "I want to.", "learning_needs": "All.", "revision": "0"}
    assert post(browser, my(draft, "own_words"), other).status_code == 303
    assert post(browser, my(draft, "about_you"), {**ABOUT, **opened}).status_code == 303
    session.refresh(draft)
    assert (draft.given_name, draft.motivation) == ("Dariia", "I want to.")


def test_same_topic_saved_on_another_device_shows_both_and_the_next_save_wins(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    opened = seen(browser.get(my(draft, "about_you")).text)
    there = {**ABOUT, "given_name": "Daria", "city": "Malmö", **opened}
    assert post(browser, my(draft, "about_you"), there).status_code == 303
    asked = post(browser, my(draft, "about_you"), {**ABOUT, "city": "Umeå", **opened})
    assert asked.status_code == 409
    assert "What was saved there" in asked.text
    assert "<bdi>Malmö</bdi>" in asked.text
    assert 'value="Umeå"' in asked.text
    again = {**ABOUT, "city": "Umeå", **seen(asked.text)}
    assert post(browser, my(draft, "about_you"), again).status_code == 303
    session.refresh(draft)
    assert draft.city == "Umeå"


def test_period_changed_on_another_device_shows_both(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    typed = {"employer": "Hamra", "country": "SE", "area": "surgery", "fte_percent": "50", "ongoing": "y"}
    typed |= {"starts_on-day": "2025-01-01"}
    opened = seen(browser.get(my(draft, "experience", "new")).text)
    assert post(browser, my(draft, "experience", "new"), {**typed, **opened}).status_code == 303
    assert (
        post(browser, my(draft, "experience", "new"), {**typed, "employer": "Lindfors", **opened}).status_code
        == 303
    )
    row = next(each for each in queries.periods(session, draft) if each.employer == "Hamra")
    url = my(draft, "experience", row.public_id)
    opened = seen(browser.get(url).text)
    assert post(browser, url, {**typed, "employer": "Hamra sjukhus", **opened}).status_code == 303
    asked = post(browser, url, {**typed, "employer": "Hamra hospital", **opened})
    assert asked.status_code == 409
    assert "<dt>Hamra sjukhus</dt>" in asked.text
    assert 'value="Hamra hospital"' in asked.text


def test_topic_without_revision_or_token_is_refused(browser: FlaskClient, draft: Application) -> None:
    assert post(browser, my(draft, "about_you"), ABOUT).status_code == 409
    assert browser.post(my(draft, "about_you"), data=ABOUT).status_code == 400


def test_topic_unknown_is_not_found(browser: FlaskClient, draft: Application) -> None:
    assert browser.get(my(draft, "nowhere")).status_code == 404


def test_licence_with_its_document_in_one_form(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    answers = {"licence": "held", "licence_route": "eu_recognition", "revision": "0"}
    response = post(browser, my(draft, "licence"), {**answers, "document": (BytesIO(PNG), "licence.png")})
    assert response.status_code == 303
    (row,) = session.exec(select(Attachment)).all()
    assert (row.kind.value, row.media_type) == ("licence", "image/png")


def test_licence_with_a_wrong_document_saves_neither(
    browser: FlaskClient, session: Session, draft: Application, files: Path
) -> None:
    answers = {"licence": "held", "licence_route": "eu_recognition", "revision": "0"}
    response = post(
        browser, my(draft, "licence"), {**answers, "document": (BytesIO(b"<html>"), "licence.pdf")}
    )
    assert response.status_code == 422
    assert 'href="#document"' in response.text
    assert "licence.pdf is called .pdf" in response.text
    assert fresh(session, draft).licence is None
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_licence_expected_without_month_says_which_part(browser: FlaskClient, draft: Application) -> None:
    typed = {"licence": "expected", "licence_on-day": "12", "licence_on-month": "", "licence_on-year": "2027"}
    response = post(
        browser, my(draft, "licence"), {**typed, "licence_route": "eu_recognition", "revision": "0"}
    )
    assert response.status_code == 422
    assert 'href="#licence_on-month"' in response.text
    assert "Write which month you expect your licence" in response.text


def test_education_namibia_is_kept_as_na(browser: FlaskClient, session: Session, draft: Application) -> None:
    answers = {"education_country": "NA", "institution": "UNAM", "graduation_year": "2019", "revision": "0"}
    assert post(browser, my(draft, "education"), answers).status_code == 303
    assert fresh(session, draft).education_country == "NA"
    page = browser.get(my(draft, "education")).text
    assert '<option selected value="NA">Namibia</option>' in page
    assert '<option value="XK">Kosovo</option>' in page
    assert "Namibia" in browser.get(my(draft, "check")).text


def test_institution_is_suggested_by_country_and_free_text_is_kept_as_it_is(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    page = browser.get(my(draft, "education")).text
    assert 'list="institutions"' in page
    assert '<option value="Univerzita Karlova" data-country="CZ">Czechia</option>' in page
    assert '<option value="Örebro universitet" data-country="SE">Sweden</option>' in page
    typed = {
        "education_country": "SE",
        "institution": "جامعة بغداد",
        "graduation_year": "2020",
        "revision": "0",
    }
    assert post(browser, my(draft, "education"), typed).status_code == 303
    session.refresh(draft)
    assert (draft.education_country, draft.institution) == ("SE", "جامعة بغداد")


def test_suggested_institutions_are_of_known_countries_sorted_out_and_fit_the_field() -> None:
    known = {code for code, _name in countries("en")}
    assert set(INSTITUTIONS) <= known
    assert len(INSTITUTIONS) >= 30
    for names in INSTITUTIONS.values():
        assert len(set(names)) == len(names)
        assert all(clean_line(name) == name and len(name) <= 200 for name in names)


def test_period_is_added_changed_and_removed(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    typed = {
        "employer": "Hamra",
        "country": "SE",
        "area": "primary_care",
        "starts_on-day": "1",
        "starts_on-month": "1",
        "starts_on-year": "2025",
        "ongoing": "y",
        "fte_percent": "50",
        "revision": "0",
    }
    assert post(browser, my(draft, "experience", "new"), typed).status_code == 303
    session.rollback()
    (row,) = queries.periods(session, draft)
    assert (row.fte_percent, row.ends_on) == (50, None)
    url = my(draft, "experience", row.public_id)
    assert 'value="Hamra"' in browser.get(url).text
    assert post(browser, url, {**typed, "fte_percent": "0", "revision": "1"}).status_code == 422
    assert post(browser, url, {**typed, "fte_percent": "80"}).status_code == 409
    assert post(browser, url, {**typed, "fte_percent": "80", "revision": "1"}).status_code == 303
    assert browser.get(url + "/remove").status_code == 200
    assert post(browser, url + "/remove").status_code == 303
    assert post(browser, url + "/remove").status_code == 404


def test_dates_are_taken_as_they_are_written_and_it_is_said_how_they_were_read(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    typed = {"licence": "expected", "licence_route": "proficiency_test", "revision": "0"}
    url = my(draft, "licence")
    asked = post(browser, url, {**typed, "licence_on-day": "03/04/2027"})
    assert asked.status_code == 422
    assert "03/04/2027 can mean 2027-04-03 or 2027-03-04" in asked.text
    assert 'value="03/04/2027"' in asked.text
    again = post(
        browser, url, {**typed, "licence_on-day": "1 mars 2027", "licence": "expected", "licence_route": ""}
    )
    assert again.status_code == 422
    assert "1 mars 2027 was read as Monday 1 March 2027." in again.text
    assert (
        post(browser, url, {**typed, "licence_on-day": "1/3", "licence_on-year": "٢٠٢٧"}).status_code == 303
    )
    assert "1/3 ٢٠٢٧ was read as Monday 1 March 2027." in browser.get(my(draft)).text
    session.refresh(draft)
    assert draft.licence_on == date(2027, 3, 1)


def test_references_one_now_and_one_later(browser: FlaskClient, session: Session, draft: Application) -> None:
    first = {
        "referee1-name": "Åsa Öberg",
        "referee1-title": "Consultant",
        "referee1-workplace": "Hamra",
        "referee1-email": "asa@example.org",
        "revision": "0",
    }
    assert post(browser, my(draft, "references"), first).status_code == 303
    page = browser.get(my(draft, "references")).text
    assert 'value="Åsa Öberg"' in page
    half = {**first, "referee2-name": "Omar", "revision": revision(page)}
    response = post(browser, my(draft, "references"), half)
    assert response.status_code == 422
    assert 'href="#referee2-email"' in response.text


def test_sites_and_monitoring_are_saved(
    browser: FlaskClient, session: Session, world: World, draft: Application
) -> None:
    ids = [str(site.id) for site in world.sites]
    answers = {"choice1": ids[1], "choice2": ids[0], "revision": "0"}
    assert post(browser, my(draft, "sites"), answers).status_code == 303
    assert (
        post(browser, my(draft, "monitoring"), {"sex": "", "age_band": "35_39", "revision": "1"}).status_code
        == 303
    )
    session.rollback()
    assert [str(site_id) for site_id in queries.site_ids(session, draft)] == [ids[1], ids[0]]
    page = browser.get(my(draft, "check")).text
    assert "35–39" not in page
    assert re.search(r'checked[^>]*value="35_39"', browser.get(my(draft, "monitoring")).text)


def test_upload_list_download_replace_remove(
    browser: FlaskClient, session: Session, draft: Application, files: Path
) -> None:
    assert post(browser, my(draft, "attachments", "new"), upload(name="Мой план.pdf")).status_code == 303
    page = browser.get(my(draft, "attachments")).text
    assert "Мой план.pdf" in page
    (row,) = session.exec(select(Attachment)).all()
    url = my(draft, "attachments", row.public_id)
    response = browser.get(url)
    assert (response.data, response.mimetype) == (PDF, "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    replace = f"{my(draft, 'attachments', 'new')}?replaces={row.public_id}"
    assert browser.get(replace).status_code == 200
    assert post(browser, replace, upload(PNG, "cv.png")).status_code == 303
    assert browser.get(url).status_code == 404
    session.rollback()
    (row,) = session.exec(select(Attachment)).all()
    assert row.filename == "cv.png"
    assert post(browser, my(draft, "attachments", row.public_id, "remove")).status_code == 303
    session.rollback()
    assert session.exec(select(Attachment)).all() == []
    assert len([path for path in files.rglob("*") if path.is_file()]) == 2  # both can be put back for a while


def test_upload_of_the_same_file_again_or_in_place_of_itself_keeps_it_and_says_so(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    new = my(draft, "attachments", "new")
    post(browser, new, upload(name="cv.pdf"))
    assert post(browser, new, upload(name="cv.pdf")).status_code == 303
    assert "cv.pdf was already among your files" in browser.get(my(draft, "attachments")).text
    (row,) = session.exec(select(Attachment)).all()
    session.rollback()
    assert post(browser, f"{new}?replaces={row.public_id}", upload(name="cv.pdf")).status_code == 303
    assert len(session.exec(select(Attachment)).all()) == 1


def test_upload_that_keeps_nothing_leaves_no_file_behind(
    browser: FlaskClient, draft: Application, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_FILES", 1)
    new = my(draft, "attachments", "new")
    assert post(browser, new, upload()).status_code == 303
    assert post(browser, new, upload()).status_code == 303  # there already
    refused = post(browser, new, upload(PNG, "cv.png"))
    assert refused.status_code == 422
    assert "There are 1 files already" in refused.text
    assert [each.read_bytes() for each in files.rglob("*") if each.is_file()] == [PDF]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "cv.pdf", "cv.pdf is empty"),
        (b"hello", "cv.txt", "cv.txt is not a PDF, PNG or JPEG"),
        (PDF.ljust(11 * 1024 * 1024), "cv.pdf", "cv.pdf is larger than 10 MB"),
    ],
)
def test_upload_refused_says_why_at_the_field(
    browser: FlaskClient, session: Session, draft: Application, content: bytes, name: str, words: str
) -> None:
    response = send(browser, my(draft, "attachments", "new"), content, name)
    assert response.status_code == 422
    assert words in response.text
    assert 'href="#file"' in response.text
    assert session.exec(select(Attachment)).all() == []


def test_upload_of_several_files_keeps_the_good_and_says_of_each_other_why_not(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    several = [
        (BytesIO(PDF), "cv.pdf"),
        (BytesIO(b"words"), "letter.pdf"),
        (BytesIO(b""), "empty.pdf"),
        (BytesIO(PNG), "cv2.png"),
    ]
    response = post(browser, my(draft, "attachments", "new"), {"kind": "cv", "file": several})
    assert response.status_code == 422
    for words in (
        "cv.pdf is kept.",
        "cv2.png is kept.",
        "letter.pdf is called .pdf, but",
        "empty.pdf is empty",
    ):
        assert words in response.text
    assert sorted(row.filename for row in session.exec(select(Attachment))) == ["cv.pdf", "cv2.png"]


def test_upload_of_the_same_content_as_another_sort_is_kept_and_told(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    post(browser, my(draft, "attachments", "new"), upload(name="cv.pdf"))
    post(browser, my(draft, "attachments", "new"), upload(name="diploma.pdf", kind="diploma"))
    page = browser.get(my(draft, "attachments")).text
    assert "diploma.pdf has the same content as cv.pdf, which you sent as “CV”." in page
    assert len(session.exec(select(Attachment)).all()) == 2


def test_upload_by_script_is_answered_in_json(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    url, script = my(draft, "attachments", "new"), {"Accept": "application/json"}
    kept = post(browser, url, upload(), headers=script)
    assert (kept.status_code, kept.json) == (200, {"state": "kept", "message": "cv.pdf is kept."})
    again = post(browser, url, upload(name="copy.pdf"), headers=script)
    assert again.json == {"state": "same", "message": "cv.pdf was already among your files and is kept once."}
    refused = post(browser, url, upload(b"words"), headers=script)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["state"] == "refused"
    assert "cv.pdf is called .pdf, but its content is something else" in refused.json["message"]
    nothing = post(browser, url, {"kind": ""}, headers=script)
    assert nothing.json == {"state": "refused", "message": "Choose what the file is"}
    replaced = post(
        browser, f"{url}?replaces={_file(session, draft).public_id}", upload(PNG, "cv.png"), headers=script
    )
    assert replaced.json == {"state": "kept", "message": "cv.png is kept."}
    session.rollback()
    assert _file(session, draft).filename == "cv.png"


def _file(session: Session, application: Application) -> Attachment:
    (row,) = queries.attachments(session, application)
    return row


def test_preview_is_a_picture_of_the_first_page_made_anew(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    post(browser, my(draft, "attachments", "new"), upload(pdf("CV", ["One line"]), "cv.pdf"))
    url = my(draft, "attachments", _file(session, draft).public_id, "preview.jpg")
    response = browser.get(url)
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    assert response.data.startswith(b"\xff\xd8\xff")
    assert url in browser.get(my(draft, "attachments")).text


def test_preview_of_a_damaged_file_is_not_found(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    post(browser, my(draft, "attachments", "new"), upload())
    assert (
        browser.get(my(draft, "attachments", _file(session, draft).public_id, "preview.jpg")).status_code
        == 404
    )


def test_upload_beyond_the_request_limit_gets_a_friendly_page(
    browser: FlaskClient, draft: Application
) -> None:
    response = send(browser, my(draft, "attachments", "new"), b"0" * 13 * 1024 * 1024)
    assert response.status_code == 413
    assert "Choose a file smaller than 10 MB." in response.text
    assert my(draft, "attachments") in response.text


def test_upload_without_choosing_anything(browser: FlaskClient, draft: Application) -> None:
    response = post(browser, my(draft, "attachments", "new"), {"kind": ""})
    assert response.status_code == 422
    assert "Choose what the file is" in response.text
    assert "Choose a file" in response.text


def test_check_shows_what_is_missing_and_offers_no_sending(browser: FlaskClient, draft: Application) -> None:
    page = browser.get(my(draft, "check")).text
    assert "This is missing before you can send" in page
    assert "Send the application" not in page
    response = post(browser, my(draft, "submit"))
    assert response.status_code == 422
    assert "The application is not complete." in response.text


def test_submit_twice_gives_one_sending_and_the_same_receipt(
    browser: FlaskClient, session: Session, complete: Application
) -> None:
    assert "Send the application" in browser.get(my(complete, "check")).text
    first, second = post(browser, my(complete, "submit")), post(browser, my(complete, "submit"))
    assert first.location == second.location == my(complete, "receipt")
    page = browser.get(first.location).text
    assert "We have your application" in page
    assert complete.reference in page
    (mail,) = session.exec(select(OutgoingMail).where(OutgoingMail.application_id == complete.id)).all()
    assert my(complete, "receipt") in mail.body
    assert mail.subject == f"We have your application {complete.reference}"


def stations(page: str) -> list[str]:
    """The states of the receipt's steps."""
    return re.findall(r'<li class="is-(\w+)"', page[page.index('class="timeline"') :])


def test_receipt_marks_as_done_only_what_has_happened(
    browser: FlaskClient, session: Session, world: World, intake: Intake, submitted: Application
) -> None:
    page = browser.get(my(submitted, "receipt")).text
    assert stations(page)[:4] == ["done", "to_come", "to_come", "to_come"]
    intake.decision_on = clock.now().date() - timedelta(days=3)
    intake.opens_at, intake.closes_at = clock.now() - timedelta(days=9), clock.now() - timedelta(days=8)
    session.commit()
    assert stations(browser.get(my(submitted, "receipt")).text)[:4] == ["done", "now", "to_come", "to_come"]
    submitted.eligibility = Eligibility.ELIGIBLE
    session.commit()
    assert stations(browser.get(my(submitted, "receipt")).text)[:4] == ["done", "done", "now", "to_come"]


def test_receipt_promises_no_reasons_in_writing(
    browser: FlaskClient, session: Session, submitted: Application
) -> None:
    (mail,) = session.exec(select(OutgoingMail).where(OutgoingMail.application_id == submitted.id)).all()
    for text in (browser.get(my(submitted, "receipt")).text, mail.body):
        assert "you can ask for the reason" in text.lower()
        assert "in writing" not in text
        assert "Always with reasons" not in text


def test_sent_application_can_be_changed_until_closing(
    browser: FlaskClient, session: Session, submitted: Application
) -> None:
    assert "You have sent this application" in browser.get(my(submitted)).text
    answers = {**ABOUT, "city": "Hamra", "revision": str(submitted.revision)}
    assert post(browser, my(submitted, "about_you"), answers).status_code == 303
    assert "Your change is saved and counts at once." in browser.get(my(submitted)).text
    assert fresh(session, submitted).city == "Hamra"


def test_sent_application_keeps_its_mandatory_documents(
    browser: FlaskClient, session: Session, submitted: Application
) -> None:
    cv = next(row for row in queries.attachments(session, submitted) if row.kind.value == "cv")
    response = post(browser, my(submitted, "attachments", cv.public_id, "remove"))
    assert response.status_code == 422
    assert "Add your CV." in response.text
    replace = f"{my(submitted, 'attachments', 'new')}?replaces={cv.public_id}"
    assert post(browser, replace, upload(PNG, "new.png")).status_code == 303


def test_after_closing_every_change_gets_a_page_that_explains(
    browser: FlaskClient, session: Session, world: World, intake: Intake, complete: Application
) -> None:
    close(session, world, intake)
    for parts in ((), ("about_you",), ("experience", "new"), ("attachments",), ("attachments", "new")):
        response = browser.get(my(complete, *parts))
        assert response.status_code == 409, parts
        assert "The time to apply has passed" in response.text
    for parts in (("about_you",), ("submit",), ("attachments", "new"), ("experience", "new")):
        response = post(browser, my(complete, *parts), {**ABOUT, "revision": str(complete.revision)})
        assert response.status_code == 409, parts
        assert "Your draft was not sent" in response.text
    assert fresh(session, complete).status is ApplicationStatus.DRAFT
    assert browser.get(my(complete, "check")).status_code == 200


def test_withdrawal_that_can_be_undone_is_not_said_to_be_final(
    browser: FlaskClient, submitted: Application
) -> None:
    page = browser.get(my(submitted, "withdraw")).text
    assert "you can take the application up again" in page
    assert "cannot be undone" not in page


def test_after_closing_a_sent_application_shows_its_receipt_and_can_be_withdrawn(
    browser: FlaskClient, session: Session, world: World, intake: Intake, submitted: Application
) -> None:
    close(session, world, intake)
    assert browser.get(my(submitted)).location == my(submitted, "receipt")
    assert "Change your application" not in browser.get(my(submitted, "receipt")).text
    assert post(browser, my(submitted, "submit")).location == my(submitted, "receipt")
    assert "A withdrawal cannot be undone." in browser.get(my(submitted, "withdraw")).text
    assert post(browser, my(submitted, "withdraw"), {"reason": "Moved"}).status_code == 303
    assert fresh(session, submitted).withdrawal_reason == "Moved"
    assert "Your application is withdrawn" in browser.get(my(submitted, "receipt")).text


def test_draft_is_erased_on_request(browser: FlaskClient, session: Session, draft: Application) -> None:
    assert "Erase the draft?" in browser.get(my(draft, "withdraw")).text
    assert post(browser, my(draft, "withdraw")).location == "/my"
    assert session.exec(select(Application)).all() == []


def test_somebody_elses_application_does_not_exist(
    client: FlaskClient, session: Session, intake: Intake, submitted: Application
) -> None:
    other = applicant(session, "other@example.org")
    session.commit()
    sign_in(client, other)
    attachment = queries.attachments(session, submitted)[0].public_id
    period = queries.periods(session, submitted)[0].public_id
    for parts in (
        (),
        ("about_you",),
        ("check",),
        ("receipt",),
        ("withdraw",),
        ("attachments", attachment),
        ("attachments", attachment, "remove"),
        ("attachments", attachment, "preview.jpg"),
        ("experience", period),
    ):
        assert client.get(my(submitted, *parts)).status_code == 404, parts
    for parts in (
        ("about_you",),
        ("submit",),
        ("withdraw",),
        ("attachments", "new"),
        ("experience", period, "remove"),
    ):
        assert post(client, my(submitted, *parts), {"revision": "0"}).status_code == 404, parts
    mine = begin(session, intake, other, now=clock.now())
    assert client.get(my(mine, "attachments", attachment)).status_code == 404
    assert client.get(my(mine, "experience", period)).status_code == 404


def test_my_applications_shows_only_my_own_in_all_regions(
    browser: FlaskClient, session: Session, intake: Intake, draft: Application, files: Path
) -> None:
    other = sent(session, intake, applicant(session, "other@example.org"), files, now=clock.now())
    page = browser.get("/my").text
    assert draft.reference in page
    assert other.reference not in page
    assert "Not sent" in page


def test_names_are_escaped_everywhere(browser: FlaskClient, session: Session, draft: Application) -> None:
    evil = "<script>alert(1)</script>"
    post(browser, my(draft, "about_you"), {**ABOUT, "given_name": evil, "native_name": evil, "revision": "0"})
    post(browser, my(draft, "attachments", "new"), upload(name=f"{evil}.pdf"))
    for parts in ((), ("about_you",), ("check",), ("attachments",)):
        assert "<script>alert" not in browser.get(my(draft, *parts)).text, parts


def test_logs_hold_no_personal_data(
    browser: FlaskClient, draft: Application, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(browser, my(draft, "about_you"), {**ABOUT, "revision": "0"})
        post(browser, my(draft, "attachments", "new"), upload(name="kovalenko.pdf"))
    assert not re.search("kovalenko", caplog.text, re.IGNORECASE)


def test_task_list_costs_the_same_however_much_is_told(
    browser: FlaskClient, app: Flask, session: Session, complete: Application
) -> None:
    from sqlalchemy import event

    engine = app.extensions["recruit_engine"]

    def queries_for(url: str) -> int:
        counted: list[str] = []

        def note(*arguments: object) -> None:
            counted.append(str(arguments[2]))

        event.listen(engine, "before_cursor_execute", note)
        assert browser.get(url).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(counted)

    before = queries_for(my(complete))
    for number in range(3):
        period = services.PeriodAnswers(**{**vars_of_period(), "employer": f"Clinic {number}"})
        services.save_period(
            session, application=complete, period=period, actor=Actor(complete.account_id), now=clock.now()
        )
    session.commit()
    assert queries_for(my(complete)) == before <= 14


def vars_of_period() -> dict[str, Any]:
    from tests.recruit.application_helpers import PERIOD

    return {**vars(PERIOD), "ends_on": PERIOD.ends_on + timedelta(days=1) if PERIOD.ends_on else None}
