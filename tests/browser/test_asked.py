"""Those who are asked answer on a phone: a referee by the keyboard alone, applicants without script and with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from recruit.database import AllRegions, make_engine, make_session
from recruit.models import AttachmentKind, Intake
from recruit.queries import references
from recruit.services import completion, reference_asking
from recruit.services.completion import Wanted
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.hands import Keyboard, Plain
from tests.browser.served import with_open_intake
from tests.browser.sight import badly_focused, badly_told, width_of
from tests.demo import moment
from tests.recruit import application_helpers
from tests.recruit.application_helpers import PDF
from tests.recruit.factories import PASSWORD, applicant, world_of
from tests.recruit.reference_helpers import tokens

PHONE = {"width": 390, "height": 844}
LATER = "later@example.org"


@dataclass(frozen=True)
class Asked:
    """Where it is served, the link of a referee, and the references of two applicants: one is asked for a document, the
    other, whose intake has closed, to go through a section."""

    address: str
    link: str
    reference: str
    closed: str


@pytest.fixture(scope="module")
def asked(serve: Serve, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """One sent application whose referee is asked, and whose applicant is asked for a better diploma."""
    settings = with_open_intake(tmp_path_factory.mktemp("asked"), sqlite_template)
    engine = make_engine(settings.database)
    now = moment()
    with make_session(engine, scope=AllRegions("tests")) as session:
        actor, intake = world_of(session).actor, session.exec(select(Intake)).one()
        account = applicant(session, language="en")
        session.commit()
        sent = application_helpers.sent(session, intake, account, settings.attachments, now=now)
        due = now.date() + timedelta(days=14)
        common = {"intake": intake, "due_on": due, "base_url": "", "actor": actor, "now": now}
        referee = references.of_application(session, sent)[0].referee
        reference_asking.ask(session, referees=[referee.public_id], **common)
        diploma = Wanted(kind=AttachmentKind.DIPLOMA, requirement="E5", text="The scan cannot be read.")
        completion.ask(session, codes=[sent.mask_code], wanted=diploma, **common)
        session.commit()
        link, reference = f"/reference/{tokens(session)[0]}?lang=en", sent.reference
        closed = ask_after_closing(session, settings.attachments)
    engine.dispose()
    return Asked(serve(settings), link, reference, closed)


def ask_after_closing(session: Session, folder: Path) -> str:
    """Somebody whose intake has closed is asked to go through the section on education: gives the reference."""
    world, account = world_of(session), applicant(session, LATER, language="en")
    now = moment()
    then = now - timedelta(days=32)
    intake = application_helpers.open_intake(session, world, now=then, slug="closed", days=30)
    sent = application_helpers.sent(session, intake, account, folder, now=then)
    completion.ask(
        session,
        intake=intake,
        codes=[sent.mask_code],
        wanted=Wanted(topic="education"),
        due_on=now.date() + timedelta(days=14),
        base_url="",
        actor=world.actor,
        now=now,
    )
    session.commit()
    return sent.reference


@pytest.fixture
def page(browser: Browser, asked: Asked, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A phone; with `@pytest.mark.parametrize("page", [False], indirect=True)` one without JavaScript."""
    context = browser.new_context(
        base_url=asked.address,
        viewport=PHONE,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
        java_script_enabled=getattr(request, "param", True),
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def is_seen(page: Page) -> None:
    """The focus has a mark wherever Tab takes it, and nothing is wider than the phone."""
    assert width_of(page) <= PHONE["width"]
    assert badly_focused(page) == []


def to_each_error(hands: Keyboard, names: list[str]) -> None:
    """Every line of the summary leads into its field, and back by the keyboard to the next line."""
    summary = hands.page.locator("[data-error-summary]")
    expect(summary).to_be_visible()
    targets = [link.get_attribute("href") or "" for link in summary.locator("a").all()]
    assert len(targets) == len(names)
    for target, name in zip(targets, names, strict=True):
        summary.focus()  # where the page puts it, and Shift+Tab leads to
        hands.follow(target, within="[data-error-summary]")
        assert hands.page.evaluate("document.activeElement.name") == name, target


QUESTIONS = ["relation", "known_from", "known_until"]
SCALES = ["safety", "asks_for_help", "responsibility", "collaboration"]


def test_referee_answers_with_the_keyboard_alone(page: Page, asked: Asked) -> None:
    hands = Keyboard(page)
    page.goto(asked.link)
    expect(page.locator("h1")).to_have_text("Give a reference")
    is_seen(page)
    hands.send()
    expect(page.locator("h1")).to_have_text("Your reference")
    assert page.get_by_text("What can be asked of a doctor who has come as far.").count() == len(SCALES)
    is_seen(page)
    hands.send()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert badly_told(page, "Error:") == []
    to_each_error(hands, [*QUESTIONS, *SCALES, "would_employ"])
    is_seen(page)
    page.goto(page.url)
    hands.choose("relation", "supervisor")
    hands.write("known_from", "2024")
    hands.write("known_until", "now")
    for number, name in enumerate(SCALES):
        hands.choose(name, str(number))
    hands.send()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    to_each_error(hands, ["would_employ"])
    expect(page.locator("[name=asks_for_help][value='1']")).to_be_checked()
    hands.choose("would_employ", "yes")
    hands.write("comment", "Lugn när det gäller. משה")
    hands.send()
    expect(page.locator("h1")).to_have_text("Your reference is received")
    hands.follow("/form")
    expect(page.locator("[name=comment]")).to_have_value("Lugn när det gäller. משה")
    hands.choose("safety", "4")
    hands.send()
    expect(page.locator("h1")).to_have_text("Your reference is received")


@pytest.mark.parametrize("page", [False], indirect=True)
def test_applicant_sends_what_is_asked_for_without_script(page: Page, asked: Asked, tmp_path: Path) -> None:
    fake, paper = tmp_path / "fake.pdf", tmp_path / "diploma.pdf"
    fake.write_bytes(b"only words")
    paper.write_bytes(PDF + b"%better\n%%EOF")
    hands = Plain(page)
    page.goto(f"/login?next=/my/{asked.reference}")
    hands.write("email", "ada@example.org")
    hands.write("password", PASSWORD)
    hands.send()
    expect(page).to_have_url(re.compile(f"/my/{asked.reference}$"))
    page.get_by_role("link", name="Answer now").click()
    expect(page.locator("main")).to_contain_text("The scan cannot be read.")
    hands.send()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    hands.write("answer", "A new scan, 王小明.")
    hands.attach("file", fake)
    hands.send()
    expect(page.locator("[data-error-summary]")).to_contain_text("fake.pdf is called .pdf")
    expect(page.locator("[name=answer]")).to_have_value("A new scan, 王小明.")
    hands.attach("file", paper)
    hands.send()
    expect(page.locator("main")).to_contain_text("Your answer has come in")
    expect(page.locator("main")).to_contain_text("A new scan, 王小明.")
    page.goto(f"/my/{asked.reference}")
    expect(page.get_by_role("link", name="Answer now")).to_have_count(0)


def test_script_sends_the_file_of_a_section_that_is_asked_for_after_closing(
    page: Page, asked: Asked, tmp_path: Path
) -> None:
    licence, diploma = tmp_path / "licence.txt", tmp_path / "better.pdf"
    licence.write_bytes(b"only words")
    diploma.write_bytes(PDF + b"%better\n%%EOF")
    page.goto(f"/login?next=/my/{asked.closed}")
    page.fill("[name=email]", LATER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.get_by_role("link", name="Answer now").click()
    page.get_by_role("link", name="Open the section").click()
    expect(page.locator("h1")).to_have_text("Education")
    page.set_input_files("[name=document]", licence)
    expect(page.locator(".upload-file.is-problem")).to_contain_text("licence.txt is not a PDF")
    page.get_by_role("button", name="Remove licence.txt").click()
    page.set_input_files("[name=document]", diploma)
    expect(page.locator(".upload-file.is-kept")).to_contain_text(diploma.name)
    expect(page.locator("[data-files]")).to_contain_text(diploma.name)
    assert width_of(page) <= PHONE["width"]
    page.locator("main form button.button").first.click()
    expect(page.locator("h1")).to_have_text("Complete your application")
    expect(page.locator("main")).to_contain_text("You have changed your application since you were asked.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator("main")).to_contain_text("Your answer has come in")
    page.goto(f"/my/{asked.closed}/education")
    expect(page.locator("h1")).to_have_text("The time to apply has passed")
