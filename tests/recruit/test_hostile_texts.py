"""Hostile texts, numbers and addresses: cleaned or refused with what was typed kept, and never an error."""

from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.models import Account, Application, Intake
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, csrf_token, post, sign_in
from tests.recruit.page_helpers import english

LONG = "å" * 50_000


def raw(client: FlaskClient, url: str, body: bytes) -> int:
    """Post bytes as they are: no browser would send them."""
    token = csrf_token(client, "/forgot").encode()
    kind = "application/x-www-form-urlencoded"
    return client.post(url, data=body + b"&csrf_token=" + token, content_type=kind).status_code


def test_zeros_marks_and_broken_letters_are_cleaned_away(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    url = f"/my/{draft.reference}/own_words"
    words = b"I%00 want%1b[31m to%e2%80%ae learn%ef%bb%bf%07.%0d%0a%ff%ed%a0%80 Line two"
    body = b"revision=%d&motivation=%s&learning_needs=Primary%%00+care" % (draft.revision, words)
    assert raw(browser, url, body) == 303
    session.rollback()
    session.refresh(draft)
    assert draft.motivation is not None
    first, second = draft.motivation.split("\n")
    assert first == "I want[31m to learn."
    assert second.endswith(" Line two")
    assert second.isascii()  # what is no letter stays as it was written, in digits
    assert draft.learning_needs == "Primary care"


#: Where texts are written, and a field of each.
FIELDS = {
    "about_you": ("given_name", "family_name", "native_name", "phone", "city"),
    "education": ("institution",),
    "language": ("language_note",),
    "own_words": ("motivation", "learning_needs", "scientific_work", "other_work"),
    "experience/new": ("employer",),
}


@ONE_DATABASE
def test_fifty_thousand_characters_are_refused_and_come_back(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    for page, names in FIELDS.items():
        for name in names:
            sent = {name: LONG, "revision": draft.revision, "language_evidence": "other"}
            answer = post(browser, f"/my/{draft.reference}/{page}", sent)
            assert answer.status_code == 422, (page, name)
            assert LONG in answer.text, (page, name)
    session.rollback()
    session.refresh(draft)
    assert (draft.given_name, draft.motivation, draft.institution) == (None, None, None)


HOSTILE = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>=cmd|' /C calc'!A0"


@ONE_DATABASE
def test_markup_in_answers_is_shown_as_it_was_written(browser: FlaskClient, draft: Application) -> None:
    url = f"/my/{draft.reference}/own_words"
    sent = {"motivation": HOSTILE, "learning_needs": HOSTILE, "revision": draft.revision}
    assert post(browser, url, sent).status_code == 303
    for page in (url, f"/my/{draft.reference}/check"):
        shown = browser.get(page).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert HOSTILE in unescape(shown)


BAD = ("a%00b", "%ff%fe", "9" * 30, "..%2f..%2fetc%2fpasswd", "x" * 3000, "%0d%0aX:1", "'")
#: Addresses of each, and their filters.
ADDRESSES = {
    "nobody": ("/i/alvmark/{}", "/i/{}/bt", "/sign-in/{}", "/verify/{}", "/reset/{}", "/reference/{}/form",
               "/language/{}", "/login?next={}", "/?q={}"),
    "applicant": ("/my/{}", "/my/{}/own_words", "/my/{}/attachments/{}", "/i/alvmark/{}/apply", "/me/sessions/{}/end",
                  "/my?page={}"),
    "coordinator": ("/g/{}/", "/g/alvmark/{}/applications", "/g/alvmark/spring/applications/{}",
                    "/g/alvmark/spring/ranking/{}/1", "/g/alvmark/spring/ranking/screening/{}",
                    "/g/alvmark/profiles/{}/1", "/g/alvmark/spring/completions/new?code={}",
                    "/g/alvmark/spring/applications?q={0}&page={0}&per={0}&sort={0}&code={0}",
                    "/g/alvmark/record?page={0}&q={0}&who={0}&from={0}&code={0}",
                    "/g/alvmark/spring/assessment?stage={0}&code={0}"),
}  # fmt: skip


@pytest.mark.parametrize("who", ADDRESSES)
def test_hostile_addresses_lead_nowhere_and_break_nothing(
    client: FlaskClient, session: Session, world: World, draft: Application, who: str
) -> None:
    if who != "nobody":
        coordinator = who == "coordinator"
        sign_in(client, world.coordinator if coordinator else session.get_one(Account, draft.account_id))
    wrong = []
    for address in ADDRESSES[who]:
        for bad in BAD:
            for method in ("GET",) if "?" in address else ("GET", "POST"):
                status = client.open(address.format(bad, bad), method=method).status_code
                if status >= 500:
                    wrong.append((method, address, bad, status))
    assert wrong == []


def test_zeros_and_endless_numbers_in_forms_of_the_group_break_nothing(
    client: FlaskClient, world: World, intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    bad = dict.fromkeys(("name", "code", "referee", "reason", "words", "comment", "state", "act"), "a\x00b")
    bad |= dict.fromkeys(("page", "seen", "revision", "places", "to", "over"), "9" * 30)
    wrong = {}
    for page in (
        "applications",
        "applications/selected",
        "references",
        "letters/new",
        "completions/new",
        "panels",
    ):
        status = post(client, f"/g/alvmark/{intake.slug}/{page}", {**bad, "scope": "page"}).status_code
        if status >= 500:
            wrong[page] = status
    assert wrong == {}


@ONE_DATABASE
def test_form_of_very_many_fields_or_bytes_is_refused(browser: FlaskClient, draft: Application) -> None:
    url = f"/my/{draft.reference}/own_words"
    assert raw(browser, url, b"motivation=" + b"x" * 2_200_000) == 413
    token = csrf_token(browser, "/forgot")
    part = '--b\r\nContent-Disposition: form-data; name="f{}"\r\n\r\n1\r\n'
    body = "".join(part.format(number) for number in range(1500)) + "--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    answer = browser.post(url, data=body, content_type=kind, headers={"X-CSRFToken": token})
    assert answer.status_code == 413


@ONE_DATABASE
@pytest.mark.parametrize("year", ["0", "0000", "10000", "99999999999999999999", "-1", "MMXXV"])
def test_dates_out_of_this_world_are_refused_at_their_field(
    browser: FlaskClient, draft: Application, year: str
) -> None:
    english(browser)
    sent = {
        "employer": "Alvmark", "country": "SE", "area": "internal_medicine", "fte_percent": "100",
        "starts_on-day": "1", "starts_on-month": "1", "starts_on-year": year, "revision": draft.revision,
        "ends_on-day": "1", "ends_on-month": "2", "ends_on-year": year,
    }  # fmt: skip
    answer = post(browser, f"/my/{draft.reference}/experience/new", sent)
    assert answer.status_code == 422
    assert "error" in answer.text
