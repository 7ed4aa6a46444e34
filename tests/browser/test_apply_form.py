"""The application form in a real browser: what helps while answering, and that the pages stay light."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.database import AllRegions, make_engine, make_session
from recruit.demo.files import png
from recruit.models import Application, Intake
from recruit.services import application as services
from recruit.settings import Settings
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.sight import width_of
from tests.demo import moment
from tests.recruit.application_helpers import PDF, PERIOD, begin, open_intake
from tests.recruit.factories import PASSWORD, applicant, make_world

PHONE = {"width": 390, "height": 844}
PICTURE = png(120, 80, 128)
_NUMBERS = count(1)


@dataclass
class Site:
    """The application as it is served, and its database."""

    address: str
    settings: Settings

    def change(self, act: Callable[[Session], None]) -> None:
        """Change the database from outside."""
        engine = make_engine(self.settings.database)
        with make_session(engine, scope=AllRegions("tests")) as session:
            act(session)
            session.commit()
        engine.dispose()


def _open(session: Session) -> None:
    open_intake(session, make_world(session), now=moment())


@pytest.fixture(scope="module")
def site(serve: Serve, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A region with one open intake, served."""
    folder = tmp_path_factory.mktemp("apply-form")
    (folder / "recruit.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(data_dir=str(folder), secret_key="a secret", mail_url="catch:", rate_limits=False)
    made = Site("", settings)
    made.change(_open)
    made.address = serve(settings)
    return made


@dataclass
class Applicant:
    """A signed-in person with a draft."""

    page: Page
    reference: str
    email: str

    def go(self, path: str = "") -> Page:
        """A page of the draft."""
        self.page.goto(f"/my/{self.reference}{path}")
        return self.page


@pytest.fixture
def person(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Applicant]:
    """On a phone; with `@pytest.mark.parametrize("person", [False], indirect=True)` without JavaScript."""
    email = f"person{next(_NUMBERS)}@example.org"
    told: list[str] = []

    def start(session: Session) -> None:
        account = applicant(session, email, language="en")
        session.commit()
        begun = begin(session, session.exec(select(Intake)).one(), account, now=moment())
        services.save_period(session, application=begun, period=PERIOD, actor=Actor(account.id), now=moment())
        told.append(begun.reference)

    site.change(start)
    context = browser.new_context(
        base_url=site.address,
        viewport=PHONE,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
        java_script_enabled=getattr(request, "param", True),
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form button")
    yield Applicant(page, told[0], email)
    context.close()


def kept(site: Site, person: Applicant) -> Application:
    """The application as it is kept now."""
    found: list[Application] = []

    def look(session: Session) -> None:
        row = session.exec(select(Application).where(Application.reference == person.reference)).one()
        session.refresh(row)
        session.expunge(row)
        found.append(row)

    site.change(look)
    return found[0]


def test_line_of_time_is_drawn_within_the_width_of_a_phone(person: Applicant) -> None:
    page = person.go("/experience")
    bar = page.locator(".periods rect.c-1").first.bounding_box()
    assert bar is not None
    assert 0 <= bar["x"] < bar["x"] + bar["width"] <= PHONE["width"]
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("cell", name="1 January 2025")).to_be_visible()
    assert width_of(page) == PHONE["width"]


def test_institutions_offered_follow_the_country_and_free_text_stays(person: Applicant) -> None:
    page = person.go("/education")
    offered = "() => [...document.getElementById('institution').list.options].map(o => o.dataset.country)"
    assert len(set(page.evaluate(offered))) > 30
    page.get_by_role("combobox").first.fill("Latvi")
    page.keyboard.press("Enter")
    assert set(page.evaluate(offered)) == {"LV"}
    page.fill("#institution", "An academy of my own")
    page.fill("#graduation_year", "2021")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue").click()
    person.go("/education")
    expect(page.locator("#institution")).to_have_value("An academy of my own")


@pytest.mark.parametrize("person", [False], indirect=True)
def test_institutions_of_all_countries_are_offered_without_script(person: Applicant) -> None:
    page = person.go("/education")
    assert page.locator("#institutions option[data-country=LV]").count() == 2
    assert page.locator("#institution").get_attribute("list") == "institutions"


@pytest.mark.parametrize("person", [True, False], indirect=True)
def test_date_written_whole_in_one_box_is_taken_and_told(site: Site, person: Applicant) -> None:
    page = person.go("/licence")
    page.check("[name=licence][value=expected]")
    page.check("[name=licence_route][value=proficiency_test]")
    page.fill("#licence_on-day", "1 mars 2027")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("1 mars 2027 was read as Monday 1 March 2027.")).to_be_visible()
    assert str(kept(site, person).licence_on) == "2027-03-01"


def _big(folder: Path, name: str, octets: int = 3_000_000) -> Path:
    """A PDF of some size."""
    made = folder / name
    made.write_bytes(PDF.replace(b"%%EOF", b"%" + name.encode() * (octets // len(name)) + b"\n%%EOF"))
    return made


def test_upload_shows_progress_and_takes_several_files_while_answers_stay(
    person: Applicant, tmp_path: Path
) -> None:
    page = person.go("/education")
    page.fill("#institution", "Typed before")
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 700_000},
    )
    page.set_input_files("#document", [_big(tmp_path, "one.pdf"), _big(tmp_path, "two.pdf")])
    bar = page.get_by_role("progressbar", name="Sending one.pdf")
    expect(bar).to_be_visible()
    expect(bar).not_to_have_js_property("value", 0)
    expect(page.get_by_text("one.pdf is kept.").first).to_be_attached()
    expect(page.get_by_text("two.pdf is kept.").first).to_be_attached()
    expect(page.locator("[data-files] a.file-name")).to_have_count(2)
    expect(page.locator("#institution")).to_have_value("Typed before")


def test_file_chosen_before_the_script_has_come_is_sent_by_it(person: Applicant, tmp_path: Path) -> None:
    page, held = person.page, list[Route]()
    page.context.route("**/upload.js*", lambda route: held.append(route))
    page.goto(f"/my/{person.reference}/education", wait_until="commit")
    page.set_input_files("#document", _big(tmp_path, "early.pdf", 1_000))
    assert held
    held[0].continue_()
    expect(page.get_by_text("early.pdf is kept.").first).to_be_attached()
    expect(page.locator("[data-files] a.file-name")).to_have_count(1)
    expect(page.locator("#document")).to_have_js_property("value", "")


def test_upload_can_be_cancelled(person: Applicant, tmp_path: Path) -> None:
    page = person.go("/education")
    page.context.route("**/attachments/new*", lambda route: None)
    page.set_input_files("#document", _big(tmp_path, "slow.pdf"))
    page.get_by_role("button", name="Cancel slow.pdf").click()
    expect(page.locator(".upload-file")).to_have_count(0)
    expect(page.locator("#document")).to_be_focused()
    expect(page.locator(".upload [role=status]")).to_have_text("slow.pdf was not sent.")


def _held(page: Page, file: Path) -> Route:
    """Choose a file, and hold back the request that sends it."""
    held: list[Route] = []
    page.context.route("**/attachments/new*", lambda route: held.append(route))
    with page.expect_request("**/attachments/new*"):
        page.set_input_files("#document", file)
    while not held:
        page.wait_for_timeout(20)
    return held[0]


def test_focus_on_cancel_goes_to_the_field_when_the_file_has_come_in(
    person: Applicant, tmp_path: Path
) -> None:
    page = person.go("/education")
    on_its_way = _held(page, _big(tmp_path, "held.pdf", 20_000))
    page.get_by_role("button", name="Cancel held.pdf").focus()
    on_its_way.continue_()
    expect(page.locator("[data-files] a.file-name")).to_have_text(["held.pdf"])
    expect(page.locator("#document")).to_be_focused()


def test_focus_on_cancel_goes_to_trying_again_when_the_connection_is_lost(
    person: Applicant, tmp_path: Path
) -> None:
    page = person.go("/education")
    on_its_way = _held(page, _big(tmp_path, "held.pdf", 20_000))
    page.get_by_role("button", name="Cancel held.pdf").focus()
    on_its_way.abort()
    expect(page.get_by_role("button", name="Try again held.pdf")).to_be_focused()


def test_upload_goes_on_when_the_connection_is_back_and_loses_no_answer(
    person: Applicant, tmp_path: Path
) -> None:
    page = person.go("/education")
    page.fill("#institution", "Typed before")
    page.context.set_offline(True)
    page.set_input_files("#document", _big(tmp_path, "diploma.pdf", 20_000))
    expect(page.get_by_text("The connection was lost before diploma.pdf had come in.").first).to_be_visible()
    expect(page.get_by_role("button", name="Try again diploma.pdf")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-files] a.file-name")).to_have_text(["diploma.pdf"])
    expect(page.locator("#institution")).to_have_value("Typed before")


def test_upload_says_of_each_file_what_is_wrong(person: Applicant, tmp_path: Path) -> None:
    page = person.go("/attachments")
    (tmp_path / "notes.docx").write_bytes(b"words")
    (tmp_path / "fake.pdf").write_bytes(b"words")
    page.select_option("#kind", "cv")
    page.set_input_files(
        "#file", [tmp_path / "notes.docx", tmp_path / "fake.pdf", _big(tmp_path, "large.pdf", 11 << 20)]
    )
    expect(page.get_by_text("notes.docx is not a PDF, PNG or JPEG.").first).to_be_visible()
    expect(page.get_by_text("large.pdf is larger than 10 MB.").first).to_be_visible()
    expect(page.get_by_text("fake.pdf is ready to send.").first).to_be_visible()
    page.get_by_role("button", name="Add the file").click()
    expect(
        page.get_by_text("fake.pdf is called .pdf, but its content is something else").first
    ).to_be_visible()
    expect(page.locator("[data-files] a.file-name")).to_have_count(0)


def test_files_dropped_wait_for_their_sort_and_show_a_small_picture(person: Applicant) -> None:
    page = person.go("/attachments")
    page.evaluate(
        """octets => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(octets)], "photo.png", {type: "image/png"}));
          const event = new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true});
          document.querySelector("[data-upload]").dispatchEvent(event);
        }""",
        list(PICTURE),
    )
    expect(page.locator(".upload-file canvas")).to_be_attached()
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_text("Choose what the file is, then send it.").first).to_be_visible()
    expect(page.locator("#kind")).to_be_focused()
    page.select_option("#kind", "cv")
    page.get_by_role("button", name="Add the file").click()
    expect(page.locator("[data-files] a.file-name")).to_have_text(["photo.png"])
    page.get_by_text("Look at the first page").click()
    expect(page.locator("[data-files] img")).not_to_have_js_property("naturalWidth", 0)


def test_page_waits_for_the_files_that_are_on_their_way(
    site: Site, person: Applicant, tmp_path: Path
) -> None:
    page = person.go("/language")
    page.check("[name=language_evidence][value=certificate]")
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 1_000_000},
    )
    page.set_input_files("#document", _big(tmp_path, "c1.pdf", 1_500_000))
    page.get_by_role("button", name="Save and continue").click()
    expect(page).to_have_url(re.compile(f"/my/{person.reference}$"))
    assert kept(site, person).language_evidence is not None
    person.go("/language")
    expect(page.locator("[data-files] a.file-name")).to_have_text(["c1.pdf"])


@pytest.mark.parametrize("person", [False], indirect=True)
def test_several_files_are_sent_without_script(person: Applicant, tmp_path: Path) -> None:
    page = person.go("/attachments")
    (tmp_path / "fake.pdf").write_bytes(b"words")
    page.select_option("#kind", "cv")
    page.set_input_files("#file", [_big(tmp_path, "cv.pdf", 5000), tmp_path / "fake.pdf"])
    with page.expect_navigation():
        page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_text("cv.pdf is kept.")).to_be_visible()
    expect(page.locator("#file-error")).to_contain_text("fake.pdf is called .pdf")


def test_answer_typed_offline_is_kept_and_sent_when_the_connection_is_back(
    site: Site, person: Applicant
) -> None:
    page = person.go("/own_words")
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline. Go on writing")).to_be_visible()
    page.fill("#motivation", "Typed on a train")
    page.fill("#learning_needs", "Tunnels")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("There is no connection. What you have typed is kept here")).to_be_visible()
    expect(page.locator("#motivation")).to_have_value("Typed on a train")
    assert kept(site, person).motivation is None
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile(f"/my/{person.reference}$"))
    assert kept(site, person).motivation == "Typed on a train"
    page = person.go("/own_words")
    expect(page.locator(".keep-state")).to_be_hidden()
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


def test_what_was_typed_is_back_after_the_page_was_left_until_it_is_taken_away(person: Applicant) -> None:
    page = person.go("/education")
    page.get_by_role("combobox").first.fill("Latvi")
    page.keyboard.press("Enter")
    page.fill("#institution", "Half a na")
    page = person.go("/education")
    expect(page.get_by_text("had not been saved. It is back in the form")).to_be_visible()
    expect(page.locator("#institution")).to_have_value("Half a na")
    expect(page.get_by_role("combobox").first).to_have_value("Latvia")
    page.get_by_role("button", name="Take away what was not saved").click()
    expect(page.locator("#institution")).to_have_value("")
    expect(page.locator(".keep-state")).to_be_hidden()


def test_session_that_ended_while_typing_loses_nothing(site: Site, person: Applicant) -> None:
    page = person.go("/own_words")
    page.fill("#motivation", "A long text")
    page.fill("#learning_needs", "More")
    page.context.clear_cookies()
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue").click()
    assert kept(site, person).motivation is None
    page.goto("/login")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form button")
    page = person.go("/own_words")
    expect(page.locator("#motivation")).to_have_value("A long text")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue").click()
    assert kept(site, person).motivation == "A long text"


def test_signing_out_takes_what_was_typed_along(person: Applicant) -> None:
    page = person.go("/own_words")
    page.fill("#motivation", "Nobody else should read this")
    assert "Nobody else" in page.evaluate("JSON.stringify(sessionStorage)")
    assert page.evaluate("localStorage.length") == 0
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    assert page.evaluate("sessionStorage.length") == 0


def test_two_tabs_with_the_same_topic_show_both_and_lose_neither(site: Site, person: Applicant) -> None:
    page = person.go("/own_words")
    other = page.context.new_page()
    other.goto(page.url)
    for tab, words in ((other, "From the other tab"), (page, "From this tab")):
        tab.fill("#motivation", words)
        tab.fill("#learning_needs", "Much")
        with tab.expect_navigation():
            tab.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("Saved in another window", exact=True)).to_be_visible()
    expect(page.locator(".notice").get_by_text("From the other tab")).to_be_visible()
    expect(page.locator("#motivation")).to_have_value("From this tab")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue").click()
    assert kept(site, person).motivation == "From this tab"


BLOCKING = """() => performance.getEntriesByType("resource")
  .filter((each) => each.renderBlockingStatus === "blocking").map((each) => each.name)"""
LIMIT = 50_000  # bytes of script and style, compressed, as an applicant's page may take
PAGES = [
    "", "/about_you", "/licence", "/start", "/education", "/language", "/experience", "/experience/new", "/references",
    "/own_words", "/attachments", "/sites", "/monitoring", "/check", "/withdraw",
]  # fmt: skip


def test_pages_of_the_form_stay_under_50_kb_and_their_first_paint_waits_for_no_script(
    person: Applicant,
) -> None:
    page = person.go()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    asked: set[str] = set()
    session.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    session.on("Network.responseReceived", lambda told: asked.add(told["response"]["url"]))
    session.on(
        "Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]})
    )
    for path in PAGES:
        kinds.clear()
        sizes.clear()
        person.go(path)
        page.wait_for_load_state("networkidle")
        counted = {key: sizes.get(key, 0) for key, kind in kinds.items() if kind in ("Script", "Stylesheet")}
        assert len(counted) >= 4, path
        assert sum(counted.values()) < LIMIT, (path, sum(counted.values()))
        # What the first paint waits for: a few stylesheets and no script. Whatever it is comes from here.
        waited_for = page.evaluate(BLOCKING)
        assert len(waited_for) <= 4, (path, waited_for)
        assert all(each.endswith(".css") for each in waited_for), (path, waited_for)
    home = "{0.scheme}://{0.netloc}/".format(urlsplit(page.url))
    assert {each for each in asked if not each.startswith((home, "data:"))} == set()
