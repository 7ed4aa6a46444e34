"""Nobody is asked twice for the same (WCAG 2.2, 3.3.7); help stands in the same place on every page (3.2.6)."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

import forms
from recruit import clock
from recruit.models import Account, Application
from tests.databases import ONE_DATABASE
from tests.recruit import reference_helpers
from tests.recruit.application_helpers import begin, open_intake
from tests.recruit.factories import World, applicant, post, sign_in
from tests.recruit.intake_helpers import opened_intake
from tests.recruit.page_helpers import english

pytestmark = ONE_DATABASE  # what pages ask is the same on every database


STATIC = Path(forms.__file__).parents[1] / "recruit" / "static" / "js"
#: Every page of the form.
FORM = ("about_you", "licence", "start", "education", "language", "experience", "experience/new", "references",
        "own_words", "sites", "monitoring", "attachments")  # fmt: skip


@pytest.fixture
def draft(session: Session, world: World) -> Application:
    account = applicant(session, language="en")
    account.name = "Dariia Kovalenko"
    session.commit()
    return begin(session, open_intake(session, world, now=clock.now()), account, now=clock.now())


@pytest.fixture
def browser(client: FlaskClient, session: Session, draft: Application) -> FlaskClient:
    sign_in(client, session.get_one(Account, draft.account_id))
    english(client)
    return client


def main_part(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def asked(page: str) -> list[str]:
    """The questions of a page: its groups of choices and dates by their legends, and each other field by its label."""
    body = main_part(page)
    groups = re.findall(r"<fieldset.*?</fieldset>", body, re.DOTALL)
    found = [
        each for group in groups for each in re.findall(r"<legend[^>]*>(.*?)</legend>", group, re.DOTALL)
    ]
    alone = body
    for group in groups:
        if 'type="radio"' in group or "-day" in group:
            alone = alone.replace(group, "")
    found = [*found, *re.findall(r"<label[^>]*>(.*?)</label>", alone, re.DOTALL)]
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


def values(page: str) -> dict[str, str]:
    """What stands in the text boxes of a page."""
    boxes = re.findall(r"<input[^>]*>", main_part(page))
    found = {}
    for box in boxes:
        name, value = re.search(r'name="([^"]*)"', box), re.search(r'value="([^"]*)"', box)
        found[name[1] if name else ""] = unescape(value[1]) if value else ""
    return found


def test_no_two_pages_of_the_form_ask_the_same(browser: FlaskClient, draft: Application) -> None:
    words = {page: asked(browser.get(f"/my/{draft.reference}/{page}").text) for page in FORM}
    assert {"Given name", "Telephone number"} < set(words["about_you"])
    assert "In which country did you take your medical degree?" in words["education"]
    assert sum(map(len, words.values())) > 30
    counted = Counter(question for each in words.values() for question in set(each))
    twice = {
        question: [page for page in FORM if question in words[page]]
        for question, n in counted.items()
        if n > 1
    }
    assert twice == {}


SUGGESTED = {
    "Dariia Kovalenko": {"given_name": "Dariia", "family_name": "Kovalenko"},
    "Åsa Maria Öberg": {"given_name": "Åsa Maria", "family_name": "Öberg"},
    "Nguye\u0302\u0303n": {"given_name": "Nguye\u0302\u0303n"},
    "O'Brien Null": {"given_name": "O'Brien", "family_name": "Null"},
    "Дарія Коваленко": {"native_name": "Дарія Коваленко"},
    "王小明": {"native_name": "王小明"},
    "": {},
}


@pytest.mark.parametrize("name", SUGGESTED)
def test_name_of_the_account_stands_in_the_form(
    browser: FlaskClient, session: Session, draft: Application, name: str
) -> None:
    session.get_one(Account, draft.account_id).name = name
    session.commit()
    page = browser.get(f"/my/{draft.reference}/about_you").text
    there = {key: value for key, value in values(page).items() if key.endswith("_name") and value}
    assert there == SUGGESTED[name]
    assert ("Taken from your account." in page) is bool(name)


def test_name_that_was_saved_is_not_changed_by_the_account(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    address = f"/my/{draft.reference}/about_you"
    own = {"given_name": "Dasha", "family_name": "K", "phone": "+46 70 123 45 67", "city": "Umeå"}
    assert post(browser, address, {**own, "revision": draft.revision}).status_code == 303
    there = values(browser.get(address).text)
    assert {name: there[name] for name in own} == own
    assert "Taken from your account." not in browser.get(address).text


#: Pages of whoever applies, from the first to the last; {0} is the reference of an application.
APPLICANTS_PAGES = ("/", "/i/alvmark/spring", "/guide/need/at", "/i/alvmark/spring/can-i-apply/licence", "/me", "/my",
                    "/me/data", "/me/delete", "/me/second-factor", "/privacy", "/accessibility", "/nowhere", "/my/{0}",
                    "/my/{0}/check", "/my/{0}/withdraw", "/my/{0}/correction",
                    *(f"/my/{{0}}/{page}" for page in FORM))  # fmt: skip
STRANGERS_PAGES = (
    "/login",
    "/register",
    "/forgot",
    "/check-mail",
    "/reset/x",
    "/verify/x",
    "/sign-in/x",
    "/reference/x",
)
#: {0} is the token of the referee's link.
REFEREES_PAGES = ("/reference/{0}", "/reference/{0}/form", "/reference/{0}/decline", "/reference/declined")

#: What scripts listen to that follows a pointer on its way; dropping a file is the one such way, beside a usual field.
FOLLOWING = ("dragstart", "draggable", "pointermove", "mousemove", "touchmove")


def test_nothing_has_to_be_dragged(browser: FlaskClient, draft: Application) -> None:
    """WCAG 2.2, 2.5.7: no script follows a pointer, and where a file can be dropped it can be chosen."""
    scripts = {each.name: each.read_text("utf-8") for each in STATIC.rglob("*.js")}
    assert [(name, word) for name, text in scripts.items() for word in FOLLOWING if word in text] == []
    assert [name for name, text in scripts.items() if '"drop"' in text] == ["upload.js"]
    for page in ("attachments", "education", "language"):
        shown = browser.get(f"/my/{draft.reference}/{page}").text
        assert re.search(r'<input[^>]*type="file"', main_part(shown)), page


@pytest.fixture
def link(session: Session, world: World) -> str:
    """The token of a referee who has been asked, and has a month left."""
    intake = opened_intake(session, world, slug="asked")
    first = reference_helpers.referees(session, reference_helpers.application(session, intake))[0]
    due_on = (clock.now() + timedelta(days=30)).date()
    reference_helpers.ask(session, world, intake, first, due_on=due_on)
    return reference_helpers.tokens(session)[-1]


def links_of_footer(page: str) -> list[str]:
    footer = page[page.index("<footer") : page.index("</footer>")]
    last = footer[footer.rindex('<p class="row">') :]
    return re.findall(r'href="([^"]*)"', last)


def test_way_to_help_stands_in_the_same_place_on_every_page(
    browser: FlaskClient, draft: Application, link: str
) -> None:
    stranger = browser.application.test_client()
    assert "Save and go on later" in stranger.get(f"/reference/{link}/form?lang=en").text
    wanted = ["/accessibility#help", "/privacy", "/accessibility"]
    wrong = {}
    for client, pages, name in (
        (browser, APPLICANTS_PAGES, draft.reference),
        (stranger, STRANGERS_PAGES, ""),
        (stranger, REFEREES_PAGES, link),
    ):
        for path in pages:
            answer = client.get(path.format(name))
            assert answer.status_code in (200, 404), path
            found = links_of_footer(answer.text)
            if found != wanted:
                wrong[path] = found
    assert wrong == {}
    there = browser.get("/accessibility").text
    help_part = there[there.index('id="help"') :]
    assert "bt@alvmark.example" in help_part
