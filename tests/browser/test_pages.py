"""Every page of every role: WCAG 2.2 AA by axe-core, no sideways scrolling, a quiet console, the right language."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page

from recruit.demo.region import PASSWORD
from tests.browser import sight
from tests.browser.applicants import CAREFUL
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.places import ASSESSOR, prepare
from tests.demo import Demo

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Rows of a table that are looked at in every look; all of them in the first. Rows are alike, and axe reads each word.
ROWS = 4
#: What can differ between light and dark, or between widths, in a page that axe has passed once.
LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
#: All rules; those that can differ between looks; all but the dearest, as colours are the same in any language.
ALL = {"runOnly": {"type": "tag", "values": TAGS}}
LOOK = {"runOnly": {"type": "rule", "values": LOOKS}}
WORDS = {**ALL, "rules": {"color-contrast": {"enabled": False}}}
PHONE, DESK = (390, 844), (1280, 900)
#: How a page is looked at in its first language: one loading, both widths, both colour schemes.
EVERY_LOOK = [(PHONE, "light", ALL), (PHONE, "dark", LOOK), (DESK, "light", LOOK), (DESK, "dark", ALL)]
OTHER = {"sv": "en", "en": "sv"}
#: Words that have so little room that they stand letter by letter below each other.
SQUEEZED = """[...document.querySelectorAll("main *, header *")].filter(each => {
    const {width, height} = each.getBoundingClientRect();
    const hidden = each.closest("thead, .visually-hidden")?.getBoundingClientRect().width <= 1;
    const narrow = !hidden && width && width < 40 && height > 90;
    return narrow && !each.childElementCount && each.textContent.trim().length > 6;
}).map(each => `${each.tagName} squeezes “${each.textContent.trim().slice(0, 30)}”`)"""
#: How the title of a page with errors begins.
ERROR = {"sv": "Fel:", "en": "Error:"}
MEMBER = "{}@alvmark.example"
PEOPLE = {
    "coordinator": MEMBER.format("samordnare"),
    "assessor": ASSESSOR,
    "auditor": MEMBER.format("granskare"),
    "administrator": MEMBER.format("administrator"),
}


def send_empty(page: Page) -> None:
    """Press the main button of the page's form with nothing in its boxes."""
    for box in page.locator("main form input.input, main form textarea").all():
        if box.is_visible():
            box.fill("")
    with page.expect_navigation():
        page.locator("main form button.button").first.click()


def send_unanswered(page: Page) -> None:
    """The same, with nothing chosen either."""
    page.evaluate(
        "document.querySelectorAll('main form :checked').forEach(each => { each.checked = false; })"
    )
    send_empty(page)


def answer_nothing(page: Page) -> None:
    """Empty the answer and send it, which asks first."""
    page.fill("main form textarea", "")
    page.locator("main form button.button").first.click()
    with page.expect_navigation():
        page.locator("dialog[open] button.button").first.click()


def hold_nothing(page: Page) -> None:
    """Stop disposal without saying of what; the plan's own button asks first."""
    with page.expect_navigation():
        page.locator("form[action$='/keeping/holds'] button").click()


def draw_secret(page: Page) -> None:
    """Begin to set up a second factor, or begin anew."""
    with page.expect_navigation():
        page.locator("form[action*='/second-factor/begin'] button").click()


def be_asked_for_code(page: Page) -> None:
    """Sign in as somebody with a second factor, as far as to its question."""
    page.fill("[name=email]", CAREFUL)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")


def give_no_code(page: Page) -> None:
    """The same, and press the button without a code."""
    be_asked_for_code(page)
    send_empty(page)


def ask_all(page: Page) -> None:
    """Ask everybody on the page for something."""
    _for_all(page, "ask")


def set_for_all(page: Page) -> None:
    """Set a requirement for everybody on the page."""
    _for_all(page, "set")


def _for_all(page: Page, act: str) -> None:
    page.check("input[name=scope][value=page]", force=True)
    with page.expect_navigation():
        page.click(f"button[name=act][value={act}]")


def answer_no(page: Page) -> None:
    """Choose the last answer of a question and go on, to the end of the questions."""
    while page.locator("main form input[type=radio]").count():
        page.locator("main form input[type=radio]").last.check()
        with page.expect_navigation():
            page.locator("main form button.button").first.click()


@dataclass(frozen=True)
class Place:
    """A page: whose, where, what to do there first, and its status."""

    role: str
    path: str
    do: Callable[[Page], None] | None = None
    status: int = 200

    def __str__(self) -> str:
        return f"{self.role} {self.path}{' after ' + self.do.__name__ if self.do else ''}"


#: Applicants who have come further than a form.
FURTHER = ("called", "reserve", "passed", "unmet", "gone", "asked", "replied", "late", "unsent")
TOPICS = [
    "about_you",
    "licence",
    "start",
    "education",
    "language",
    "experience",
    "references",
    "own_words",
    "sites",
    "monitoring",
    "attachments",
]
PLACES = [
    Place("public", "/"),
    Place("public", "/i/{region}/{open}"),
    Place("public", "/i/{region}/{done}"),
    Place("public", "/login"),
    Place("public", "/login", send_empty, 422),
    Place("public", "/register"),
    Place("public", "/register", send_empty, 422),
    Place("public", "/check-mail"),
    Place("public", "/sign-in/x", status=404),
    Place("public", "/new-address/x", status=404),
    Place("public", "/verify/x"),
    Place("public", "/forgot"),
    Place("public", "/reset/x"),
    Place("public", "/demo/mail"),
    Place("public", "/definitions"),
    Place("public", "/login", be_asked_for_code, 303),
    Place("public", "/login", give_no_code, 303),
    Place("public", "/forgot", send_empty, 422),
    Place("public", "/guide/need"),
    Place("public", "/guide/need/at", answer_no, 303),
    Place("public", "/guide/need/at", send_unanswered, 422),
    Place("public", "/i/{region}/{open}/can-i-apply/licence"),
    Place("public", "/i/{region}/{open}/can-i-apply/licence", send_unanswered, 422),
    Place("public", "/reference/{link}"),
    Place("public", "/reference/{link}/form"),
    Place("public", "/reference/{link}/form", send_empty, 422),
    Place("public", "/reference/{link}/decline"),
    Place("public", "/reference/{link}/decline", send_empty, 422),
    Place("public", "/reference/{replied_link}/form"),
    Place("public", "/reference/{replied_link}/done"),
    Place("public", "/reference/declined"),
    Place("public", "/reference/unknown", status=404),
    Place("public", "/nowhere", status=404),
    Place("public", "/privacy"),
    Place("public", "/privacy?since=1"),
    Place("public", "/accessibility"),
    Place("sender", "/me"),
    Place("sender", "/me/data"),
    Place("sender", "/me/delete"),
    Place("sender", "/my/{sent}/correction"),
    Place("sender", "/my/{sent}/correction", send_empty, 422),
    Place("drafter", "/me/delete"),
    Place("sender", "/me", send_empty, 422),
    Place("sender", "/me/second-factor"),
    Place("drafter", "/me/second-factor", draw_secret, 303),
    Place("sender", "/my"),
    Place("sender", "/my/{sent}"),
    *(Place("sender", f"/my/{{sent}}/{topic}") for topic in TOPICS),
    Place("sender", "/my/{sent}/about_you", send_empty, 422),
    Place("sender", "/my/{sent}/experience/{period}"),
    Place("sender", "/my/{sent}/experience/new", send_empty, 422),
    Place("sender", "/my/{sent}/experience/{period}/remove"),
    Place("sender", "/my/{sent}/attachments/{own_file}/remove"),
    Place("sender", "/my/{sent}/attachments/new?replaces={own_file}"),
    Place("sender", "/my/{sent}/attachments/{own_file}/issued"),
    Place("sender", "/my/{sent}/check"),
    Place("sender", "/my/{sent}/receipt"),
    Place("sender", "/my/{sent}/withdraw"),
    Place("sender", "/my/{sent}/status"),
    Place("expects", "/my/{expecting}/status"),
    Place("expects", "/my/{expecting}/expected/licence"),
    Place("expects", "/my/{expecting}/expected/licence", send_empty, 422),
    Place("sender", "/my/{sent}/referees"),
    Place("sender", "/my/{sent}/referees/{own_referee}"),
    Place("sender", "/my/{sent}/referees/{own_referee}", send_empty, 422),
    *(
        Place("drafter", f"/my/{{draft}}/{topic}", send_empty, 422)
        for topic in ("education", "language", "references", "own_words")
    ),
    *(Place("drafter", f"/my/{{draft}}/{topic}", send_unanswered, 422) for topic in ("licence", "start")),
    Place("drafter", "/my/{draft}/experience"),
    Place("drafter", "/my/{draft}/attachments", send_empty, 422),
    Place("drafter", "/i/{region}/{done}/apply"),
    Place("drafter", "/my/{draft}"),
    Place("drafter", "/my/{draft}/education"),
    Place("drafter", "/my/{draft}/check"),
    Place("drafter", "/my/{draft}/withdraw"),
    Place("drafter", "/my/{sent}", status=404),
    *(
        Place(who, f"/my/{{{who}}}/{page}")
        for who in ("called", "reserve", "passed", "unmet")
        for page in ("status", "decision")
    ),
    Place("called", "/my"),
    Place("called", "/my/{called}/receipt"),
    Place("called", "/my/{called}/withdraw"),
    Place("called", "/my/{called}/about_you", status=409),  # the time to apply has passed
    Place("reserve", "/my/{reserve}/result"),
    Place("reserve", "/my/{reserve}/merits"),
    Place("passed", "/my/{passed}/result"),
    Place("passed", "/my/{passed}/merits"),  # with an answer
    Place("unmet", "/my/{unmet}/merits"),  # waits for one
    Place("gone", "/my"),
    Place("gone", "/my/{gone}/receipt"),
    Place("gone", "/my/{gone}/status"),
    Place("gone", "/my/{gone}/check"),
    Place("asked", "/my"),
    Place("asked", "/my/{asked}/status"),
    Place("asked", "/my/{asked}/completion/{asked_request}"),
    Place("asked", "/my/{asked}/completion/{asked_request}", send_empty, 422),
    Place("replied", "/my/{replied}/completion/{replied_request}"),
    Place("late", "/my/{late}/completion/{late_request}"),
    Place("unsent", "/my"),  # begun, and not sent before the time to apply ended
    Place("unsent", "/my/{unsent}", status=409),
    Place("unsent", "/my/{unsent}/own_words", status=409),
    Place("unsent", "/my/{unsent}/attachments", status=409),
    Place("unsent", "/my/{unsent}/check"),
    Place("unsent", "/my/{unsent}/withdraw"),
    Place("coordinator", "/g/{region}/"),
    Place("coordinator", "/g/{region}/new"),
    Place("coordinator", "/g/{region}/new", send_empty, 422),
    Place("coordinator", "/g/{region}/planned/"),
    Place("coordinator", "/g/{region}/planned/edit"),
    Place("coordinator", "/g/{region}/{done}/"),
    Place("coordinator", "/g/{region}/{half}/"),
    Place("coordinator", "/g/{region}/{open}/"),
    Place("coordinator", "/g/{region}/{half}/plan"),
    Place("coordinator", "/g/{region}/planned/plan?propose=1"),
    Place("coordinator", "/g/{region}/{done}/clone"),
    Place("coordinator", "/g/{region}/{done}/clone", send_empty, 422),
    Place("coordinator", "/g/{region}/{done}/lessons"),
    Place("coordinator", "/g/{region}/{half}/lessons"),
    Place("assessor", "/g/{region}/{half}/lessons", status=409),  # own assessments are not in
    Place("coordinator", "/g/{region}/{open}/extend"),
    Place("coordinator", "/g/{region}/{open}/close"),
    Place("coordinator", "/g/{region}/{half}/applications"),
    Place("coordinator", "/g/{region}/{half}/applications?requirement=E1&answer=no&stage=all"),
    Place("coordinator", "/g/{region}/{half}/applications", ask_all),
    Place("coordinator", "/g/{region}/{half}/applications", set_for_all),
    Place("coordinator", "/g/{region}/{done}/released"),
    Place("coordinator", "/g/{region}/{done}/merits"),
    Place("coordinator", "/g/{region}/{done}/merits/{waiting_request}"),
    Place("coordinator", "/g/{region}/{done}/merits/{waiting_request}", answer_nothing, 422),
    Place("coordinator", "/g/{region}/{done}/merits/{answered_request}"),
    Place("coordinator", "/g/{region}/decision-letters"),
    Place("coordinator", "/g/{region}/{open}/references"),
    Place("coordinator", "/g/{region}/{open}/references/setting"),
    Place("coordinator", "/g/{region}/{half}/completions"),
    Place("coordinator", "/g/{region}/{half}/completions/extend"),
    Place("coordinator", "/g/{region}/{done}/applications/{code}"),
    Place("coordinator", "/g/{region}/{done}/applications/{code}/rights"),
    Place("coordinator", "/g/{region}/{done}/applications/{code}/attachments/{attachment}/copy"),
    Place("coordinator", "/g/{region}/{done}/applications/{code}/referees/{referee}"),
    Place("coordinator", "/me/notices"),
    Place("coordinator", "/g/{region}/letters"),
    Place("coordinator", "/g/{region}/letters/called"),
    Place("coordinator", "/g/{region}/letters/called", send_empty, 422),
    Place("coordinator", "/g/{region}/{done}/letters"),
    Place("coordinator", "/g/{region}/{done}/letters/new"),
    Place("coordinator", "/g/{region}/{done}/letters/1"),
    Place("coordinator", "/g/{region}/{done}/letters/undelivered"),
    Place("coordinator", "/g/{region}/{done}/applications/{code}/mail"),
    Place("coordinator", "/g/{region}/{half}/letters/1"),
    Place("coordinator", "/g/{region}/{half}/letters/1/text"),
    Place("coordinator", "/g/{region}/profiles/"),
    Place("coordinator", "/g/{region}/profiles/bt/1"),
    Place("coordinator", "/g/{region}/profiles/new"),
    Place("coordinator", "/g/{region}/profiles/bt/2"),
    Place("coordinator", "/g/{region}/profiles/bt/compare"),
    Place("coordinator", "/g/{region}/profiles/new-draft"),
    Place("coordinator", "/g/{region}/profiles/draft-1/"),
    Place("coordinator", "/g/{region}/profiles/draft-1/edit/weights"),
    Place("coordinator", "/g/{region}/profiles/draft-1/edit/criteria/c3?checked=1"),
    Place("coordinator", "/g/{region}/profiles/draft-1/edit/requirements/r5"),
    Place("coordinator", "/g/{region}/profiles/draft-1/edit/rules/screening"),
    Place("coordinator", "/g/{region}/profiles/draft-1/edit/never"),
    Place("coordinator", "/g/{region}/profiles/draft-1/preview?who=assessor"),
    Place("coordinator", "/g/{region}/profiles/draft-1/differences"),
    Place("coordinator", "/g/{region}/{half}/assessment"),
    Place("coordinator", "/g/{region}/{half}/assessment/conflict"),
    Place("coordinator", "/g/{region}/{half}/assessment/assessors"),
    Place("coordinator", "/g/{region}/{half}/assessment/assessors/limits"),
    Place("coordinator", "/g/{region}/{half}/assessment/assessors/{assessor}"),
    Place("coordinator", "/g/{region}/{half}/assessment/possible-conflicts"),
    Place("coordinator", "/g/{region}/{half}/assessment/possible-conflicts?show=answered"),
    Place("coordinator", "/g/{region}/{half}/assessment/possible-conflicts/{question}"),
    Place("coordinator", "/g/{region}/{half}/assessment/plans/{plan}"),
    Place("coordinator", "/g/{region}/{half}/assessment/external"),
    Place("coordinator", "/g/{region}/{half}/assessment/calibration"),
    Place("coordinator", "/g/{region}/{open}/assessment/calibration"),
    Place("coordinator", "/g/{region}/{half}/assess/calibration/screening"),
    Place("coordinator", "/g/{region}/{half}/assessment/set-aside"),
    Place("coordinator", "/g/{region}/{half}/ranking"),
    Place("coordinator", "/g/{region}/{half}/disagreements"),
    Place("coordinator", "/g/{region}/{half}/disagreements/screening/{discussed}"),
    Place("coordinator", "/g/{region}/{done}/meeting"),
    *(
        Place("coordinator", f"/g/{{region}}/{{done}}/meeting/{step}")
        for step in ("order", "zone", "monitor", "decisions", "minutes", "release")
    ),
    Place("coordinator", "/g/{region}/{done}/meeting/minutes/1.html"),
    Place("coordinator", "/g/{region}/{done}/ranking"),
    Place("coordinator", "/g/{region}/{done}/ranking/screening/{run}"),
    Place("coordinator", "/g/{region}/{done}/interview-list"),
    Place("coordinator", "/g/{region}/{done}/interview-list/draft"),
    Place("coordinator", "/g/{region}/{done}/interview-list/draft", send_empty, 422),
    Place("coordinator", "/g/{region}/{done}/interview-list/1"),
    Place("coordinator", "/g/{region}/{done}/interview-list/{list}"),
    Place("coordinator", "/g/{region}/{done}/interview-list/{list}/zone"),
    Place("coordinator", "/g/{region}/{done}/interview-list/{list}/zone", send_empty, 422),
    Place("coordinator", "/g/{region}/{done}/monitoring"),
    Place("coordinator", "/g/{region}/{half}/monitoring"),
    Place("coordinator", "/g/{region}/record"),
    Place("coordinator", "/g/{region}/record/verify"),
    Place("coordinator", "/g/{region}/people", status=403),
    Place("assessor", "/g/{region}/"),
    Place("assessor", "/g/{region}/{half}/assess"),
    Place("assessor", "/g/{region}/{done}/assess"),
    Place("assessor", "/g/{region}/{half}/assess/{to_score}"),
    Place("assessor", "/g/{region}/{half}/assess/{scored}"),
    Place("assessor", "/g/{region}/{half}/assess/{to_score}/recuse"),
    Place("assessor", "/g/{region}/{half}/assess/{to_score}/cannot"),
    Place("assessor", "/g/{region}/{half}/assess/K1"),
    Place("assessor", "/g/{region}/{half}/assess/calibration/screening"),
    Place("assessor", "/g/{region}/{half}/assess/{copy}/documents/{copy_file}/pages"),
    Place("auditor", "/g/{region}/"),
    Place("auditor", "/g/{region}/{done}/"),
    Place("auditor", "/g/{region}/{done}/ranking/screening/{run}"),
    Place("auditor", "/g/{region}/{done}/monitoring"),
    Place("auditor", "/g/{region}/{done}/monitoring/sources"),
    Place("auditor", "/g/{region}/{done}/monitoring/sources?by=country"),
    Place("auditor", "/g/{region}/{done}/monitoring/order"),
    Place("auditor", "/g/{region}/{done}/monitoring/order?by=country"),
    Place("auditor", "/g/{region}/{done}/interview-list/1"),
    Place("auditor", "/g/{region}/{done}/interview-list/{list}"),
    Place("auditor", "/g/{region}/{done}/interview-list/{list}/zone"),
    Place("auditor", "/g/{region}/record"),
    Place("administrator", "/g/{region}/"),
    Place("administrator", "/g/{region}/people"),
    Place("administrator", "/g/{region}/people/add"),
    Place("administrator", "/g/{region}/people/sites"),
    Place("administrator", "/g/{region}/people/case-numbers"),
    Place("administrator", "/g/{region}/people/signing-in"),
    Place("administrator", "/g/{region}/keeping"),
    Place("administrator", "/g/{region}/keeping", hold_nothing, 422),
    Place("auditor", "/g/{region}/audit"),
    Place("auditor", "/g/{region}/audit/check"),
    Place("coordinator", "/g/{region}/{done}/disclosure"),
    Place("coordinator", "/g/{region}/{done}/disclosure/1"),
    Place("administrator", "/g/{region}/people/{assessor}"),
    Place("administrator", "/g/{region}/record"),
]


class Site:
    """The served demo in one tab, in which person after person looks at it: their cookies are changed, and nothing else
    of theirs is left. A window for each would cost more than most of their pages."""

    def __init__(self, browser: Browser, address: str, names: dict[str, object]) -> None:
        self.address, self.names = address, names
        own = {who: str(names[f"{who}_email"]) for who in FURTHER}
        self.people = PEOPLE | own | {who: str(names[who]) for who in ("sender", "drafter", "expects")}
        self._cookies: dict[tuple[str, str], Any] = {}
        self._context = browser.new_context(locale="sv-SE", reduced_motion="reduce")
        self._context.set_default_timeout(PATIENCE)
        self._context.add_init_script(AXE_SCRIPT)
        self.page = self._context.new_page()
        #: What the console has said since the page was opened.
        self.said: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        own_status = (
            message.text.startswith("Failed to load resource") and message.location["url"] == self.page.url
        )
        if message.type in ("error", "warning") and not own_status:
            self.said.append(f"{message.text} ({message.location['url']})")

    def open(self, place: Place, language: str) -> Page:
        """Go there as the person, in the language and with a clean browser, and do there what is to be done."""
        self._become(place.role, language)
        self.page.set_viewport_size(_size(PHONE))
        self.said.clear()
        path = place.path.format(**self.names)
        answer = self.page.goto(self.address + path)
        if place.do is None:
            assert answer is not None
            assert answer.status == place.status, path
        else:
            with self.page.expect_response(lambda response: response.request.method == "POST") as posted:
                place.do(self.page)
            assert posted.value.status == place.status, path
        return self.page

    def _become(self, role: str, language: str) -> None:
        if self.page.url.startswith(self.address):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        if (role, language) not in self._cookies:
            self._cookies[role, language] = self._sign_in(role, language)
        self._context.clear_cookies()
        self._context.add_cookies(self._cookies[role, language])

    def _sign_in(self, role: str, language: str) -> Any:
        """The cookies of a browser in which the person is signed in, without its pages: other tests go through them."""
        self._context.clear_cookies()
        asking = self._context.request
        if role != "public":
            form = asking.get(f"{self.address}/login").text()
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
            assert token
            told = {"csrf_token": token.group(1), "email": self.people[role], "password": PASSWORD}
            answer = asking.post(f"{self.address}/login", form=told, max_redirects=0)
            assert answer.status == 303, role
        asking.get(f"{self.address}/language/{language}?next=/login", max_redirects=0)
        return self._context.cookies()

    def close(self) -> None:
        """Close the tab."""
        self._context.close()


@pytest.fixture(scope="module")
def site(
    browser: Browser, demo: Demo, serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The demo, with a draft of a list and a planned intake besides."""
    copy = demo.copy(tmp_path_factory.mktemp("pages") / "data")
    with copy.session() as session:
        names = prepare(session)
    site = Site(browser, serve(copy.settings), names)
    yield site
    site.close()


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}


def _axe(page: Page, rules: dict[str, Any]) -> list[str]:
    options = {**rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [
        f"{each['id']} at {node['target'][0]}: {(node['any'] or node['all'] or node['none'])[0]['message']}"
        for each in found
        for node in each["nodes"][:5]
    ]


def _shorten(page: Page) -> None:
    """Keep the first rows of every table and list."""
    rows = f"tbody > tr:nth-child(n+{ROWS + 1}), ol > li:nth-child(n+{ROWS + 1})"
    page.evaluate("rows => document.querySelectorAll(rows).forEach(each => each.remove())", rows)


def _overflow(page: Page) -> list[str]:
    """The page must not scroll sideways, and a card that clips must not cut anything off."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    cut = page.evaluate(
        """[...document.querySelectorAll(".card--flush, .segmented")]
        .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => `${each.className} cuts its content`)"""
    )
    cut += page.evaluate(SQUEEZED)
    if width <= room:
        return list(cut)
    wide = page.evaluate(
        """[...document.querySelectorAll("main *, header *, footer *")]
        .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 4).map(each => each.tagName + "." + each.className)"""
    )
    return [f"{width} px wide in {room}: {wide}", *cut]


def _look(site: Site, looks: list[tuple[tuple[int, int], Any, dict[str, Any]]], language: str) -> list[str]:
    """What is wrong with the page that is open, in each of these sizes and colour schemes, by these rules."""
    page, wrong = site.page, []
    for number, (size, scheme, rules) in enumerate(looks):
        if number == 1:
            _shorten(page)
        page.set_viewport_size(_size(size))
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{language} {size[0]} {scheme}: {each}" for each in _axe(page, rules) + _overflow(page)]
    return wrong + [f"{language} console: {each}" for each in site.said]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_page_is_accessible_in_every_look(site: Site, place: Place) -> None:
    index = PLACES.index(place)
    first = ("sv", "en")[index % 2]
    page = site.open(place, first)
    assert page.locator("html").get_attribute("lang") == first
    wrong = sight.badly_told(page, ERROR[first])
    if any(before.path == place.path for before in PLACES[:index]):
        _shorten(page)
    wrong += _look(site, EVERY_LOOK, first)
    if place.role not in PEOPLE:  # whoever applies or gives a reference
        wrong += sight.moving(page) + sight.badly_read(page) + sight.badly_focused(page)
    other = OTHER[first]
    page = site.open(place, other)
    assert page.locator("html").get_attribute("lang") == other
    _shorten(page)
    wrong += _look(site, [(PHONE, "light", WORDS)], other)
    assert wrong == []


def test_planted_faults_are_found(site: Site) -> None:
    page = site.open(Place("public", "/login"), "en")
    page.evaluate(
        """() => {
            const main = document.querySelector("main .wrap");
            main.insertAdjacentHTML("beforeend", "<p id='pale'>pale</p><img src='/static/img/logo.svg'>");
            document.getElementById("pale").style.color = "#bbbbbb";
            document.getElementById("pale").style.width = "2000px";
            main.insertAdjacentHTML("beforeend", "<p id='thin'>letter by letter</p>");
            document.getElementById("thin").style.width = "12px";
            document.getElementById("thin").style.overflowWrap = "anywhere";
            console.error("a fault");
        }"""
    )
    found = " ".join(_look(site, [(PHONE, "light", ALL)], "en"))
    faults = (
        "color-contrast at #pale",
        "image-alt",
        "px wide in 390",
        "P squeezes “letter",
        "console: a fault",
    )
    assert [fault for fault in faults if fault not in found] == []


def test_faults_in_one_look_alone_are_found(site: Site) -> None:
    page = site.open(Place("public", "/login"), "en")
    page.evaluate(
        """() => {
            const main = document.querySelector("main .wrap");
            main.insertAdjacentHTML("beforeend", `<p id="dim">dim</p><p id="wide">wide</p><p id="faint">faint</p>
                <p id="small"><button>a</button><button>b</button></p><input id="nameless">`);
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`
                @media (prefers-color-scheme: dark) and (max-width: 400px) { #dim { color: #333; } }
                @media (prefers-color-scheme: light) and (min-width: 1000px) { #faint { color: #ddd; } }
                @media (max-width: 400px) { #wide { width: 500px; } #nameless { display: none; } }
                @media (min-width: 1000px) { #small button { all: unset; font-size: 8px; height: 8px; } }`);
            document.adoptedStyleSheets.push(sheet);
        }"""
    )
    found = _look(site, EVERY_LOOK, "en")
    faults = (
        ("en 390 dark", "color-contrast at #dim"),
        ("en 1280 light", "color-contrast at #faint"),
        ("en 390 light", "px wide in 390"),
        ("en 1280 light", "target-size at"),
        ("en 1280 dark", "label at #nameless"),
    )
    assert [fault for fault in faults if not any(all(part in each for part in fault) for each in found)] == []
    assert [each for each in found if "#dim" in each and "390 dark" not in each] == []


def test_nothing_of_one_person_is_left_for_the_next(site: Site) -> None:
    page = site.open(Place("coordinator", "/g/{region}/"), "en")
    page.evaluate("() => { localStorage.setItem('kept', '1'); sessionStorage.setItem('typed:/login', '1'); }")
    page = site.open(Place("public", "/login"), "sv")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.locator("[action$='/logout']").count() == 0
    site.open(Place("auditor", "/g/{region}/record"), "sv")
    site.open(Place("coordinator", "/g/{region}/people", status=403), "en")


def test_faults_planted_in_sight_and_focus_are_found(site: Site) -> None:
    page = site.open(Place("public", "/login", send_empty, 422), "en")
    assert sight.badly_told(page, "Error:") == []
    page.evaluate(
        """() => {
            document.title = "Log in";
            document.querySelector("[name=email]").removeAttribute("aria-invalid");
            document.querySelector("[name=password]").style.outline = "none";
            const main = document.querySelector("main .wrap"), add = (text) => {
                const node = document.createElement("p");
                node.textContent = text;
                main.append(node);
                return node;
            };
            add("under the other");
            add("over the other").style.marginTop = "-1.5em";
            Object.assign(add("cut off at its edge").style, {width: "4em", overflow: "hidden", whiteSpace: "nowrap"});
            add("turning").style.transition = "color 1s";
            const lid = add("a lid");
            Object.assign(lid.style, {position: "fixed", inset: "0 0 auto 0", height: "160px", background: "white"});
        }"""
    )
    found = " ".join(
        [
            *sight.badly_told(page, "Error:"),
            *sight.moving(page),
            *sight.badly_read(page),
            *sight.badly_focused(page),
        ]
    )
    faults = (
        "the title is Log in",
        "#email does not say that it is wrong",
        "moves: P.",
        "under the other lies on over the other",
        "cut: cut off",
        "no mark of focus: INPUT password",
        "covered while it has the focus",
    )
    assert [fault for fault in faults if fault not in found] == [], found
