"""A person applies and withdraws: with the keyboard alone on a narrow screen, and without JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, Serve
from tests.browser.hands import SEND, Hands, Keyboard, Plain
from tests.browser.served import with_open_intake
from tests.recruit.application_helpers import PDF

PHONE = {"width": 390, "height": 844}
INTAKE = "/i/alvmark/spring"


@pytest.fixture(scope="module")
def address(serve: Serve, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A region with one open intake, served."""
    return serve(with_open_intake(tmp_path_factory.mktemp("apply"), sqlite_template))


@pytest.fixture
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A phone; with `@pytest.mark.parametrize("page", [False], indirect=True)` one without JavaScript."""
    context = browser.new_context(
        base_url=address,
        viewport=PHONE,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
        java_script_enabled=getattr(request, "param", True),
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@dataclass
class Files:
    """Files to send."""

    pdf: Path
    fake: Path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A PDF, and a text that says it is one."""
    made = Files(tmp_path / "diploma.pdf", tmp_path / "fake.pdf")
    made.pdf.write_bytes(PDF)
    made.fake.write_bytes(b"only words")
    return made


def register(hands: Hands, email: str) -> None:
    """Create an account and follow the mailed link."""
    page = hands.page
    page.goto("/register")
    hands.write("name", "Dariia Kovalenko")
    hands.write("email", email)
    hands.write("password", "tre ord i rad")
    hands.send()
    expect(page).to_have_url(re.compile("/check-mail$"))
    page.goto("/demo/mail")
    page.get_by_text(email).first.wait_for()
    hands.follow("/verify/", within=".letter-text")
    hands.write("password", "tre ord i rad")
    hands.send()
    expect(page).to_have_url(re.compile("/my$"))


def begin(hands: Hands) -> str:
    """From the advertisement to the task list; gives the reference."""
    hands.page.goto(INTAKE)
    hands.send()
    expect(hands.page).to_have_url(re.compile(r"/my/[A-Z0-9-]+$"))
    return hands.page.url.rsplit("/", 1)[1]


def tell(hands: Hands, files: Files, reference: str) -> None:
    """Every topic, from the task list and back to it."""
    tasks = re.compile(f"/my/{reference}$")

    def topic(name: str) -> None:
        expect(hands.page).to_have_url(tasks)
        hands.follow(f"/{name}")
        expect(hands.page).to_have_url(re.compile(f"/{name}$"))

    topic("about_you")
    hands.write("given_name", "Dariia")
    hands.write("family_name", "Kovalenko")
    hands.write("native_name", "Дарія Коваленко")
    hands.write("phone", "+46 70 123 45 67")
    hands.write("city", "Älvstad")
    hands.send()
    topic("licence")
    hands.choose("licence", "expected")
    hands.write_date("licence_on", 12, 1, 2027)
    hands.choose("licence_route", "proficiency_test")
    hands.send()
    topic("start")
    for question in ("swedish_at", "st_before_july_2021", "earlier_bt_certificate"):
        hands.choose(question, "no")
    hands.choose("can_start", "yes")
    hands.choose("work_permit", "not_needed")
    hands.send()
    topic("education")
    hands.pick("education_country", "namib", "NA")
    hands.write("institution", "University of Namibia")
    hands.write("graduation_year", "2021")
    hands.attach("document", files.pdf)
    hands.send()
    topic("language")
    hands.choose("language_evidence", "certificate")
    hands.attach("document", files.pdf)
    hands.send()
    topic("experience")
    hands.follow("/experience/new")
    hands.write("employer", "Qendra Klinike")
    hands.pick("country", "kosov", "XK")
    hands.pick("area", None, "surgery")
    hands.write_date("starts_on", 1, 2, 2024)
    hands.write_date("ends_on", 31, 7, 2024)
    hands.write("fte_percent", "80")
    hands.send()
    expect(hands.page.get_by_role("link", name="Qendra Klinike", exact=True)).to_be_visible()
    hands.follow(f"/{reference}")
    topic("references")
    for number, name in ((1, "Anna Berg"), (2, "Omar Haddad")):
        hands.write(f"referee{number}-name", name)
        hands.write(f"referee{number}-title", "Consultant")
        hands.write(f"referee{number}-workplace", "Lindfors")
        hands.write(f"referee{number}-email", f"referee{number}@example.org")
    hands.send()
    topic("own_words")
    hands.write("motivation", "I want to learn.")
    hands.write("learning_needs", "Primary care.")
    hands.send()
    topic("sites")
    hands.tick("no_preference")
    hands.send()
    topic("monitoring")
    hands.choose("sex", "female")
    hands.choose("age_band", "under_30")
    hands.send()
    topic("attachments")
    hands.pick("kind", None, "cv")
    hands.attach("file", files.pdf)
    hands.send_files()
    expect(hands.page).to_have_url(re.compile("/attachments$"))
    hands.follow(f"/{reference}")
    expect(hands.page).to_have_url(tasks)


def check_and_send(hands: Hands, reference: str) -> None:
    """Look at all answers, send them, and read the reference on the receipt and in the mail."""
    page = hands.page
    hands.follow("/check")
    for text in ("Дарія Коваленко", "Namibia", "Kosovo", "diploma.pdf"):
        expect(page.locator("main").get_by_text(text).first).to_be_visible()
    hands.send()
    expect(page).to_have_url(re.compile(f"/my/{reference}/receipt$"))
    expect(page.locator("main").get_by_text(reference).first).to_be_visible()
    page.goto("/demo/mail")
    expect(page.locator(".letter-text").first).to_contain_text(reference)


def look_and_withdraw(hands: Hands, reference: str) -> None:
    """See where the application stands, withdraw it, and read that it is withdrawn."""
    page = hands.page
    page.goto(f"/my/{reference}/receipt")
    hands.follow("/status")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    hands.follow("/withdraw")
    hands.choose("code", "other_post")
    hands.write("reason", "מצאתי משרה אחרת")
    hands.send()
    expect(page).to_have_url(re.compile(f"/my/{reference}/receipt$"))
    expect(page.locator("main")).to_contain_text("withdrawn")
    page.goto("/demo/mail")
    expect(page.get_by_text(f"Your application {reference} is withdrawn").first).to_be_visible()


def test_person_applies_with_the_keyboard_on_a_phone(page: Page, files: Files) -> None:
    hands = Keyboard(page)
    register(hands, "keyboard@example.org")
    reference = begin(hands)
    tell(hands, files, reference)
    check_and_send(hands, reference)
    look_and_withdraw(hands, reference)


@pytest.mark.parametrize("page", [False], indirect=True)
def test_person_applies_without_javascript(page: Page, files: Files) -> None:
    hands = Plain(page)
    register(hands, "plain@example.org")
    reference = begin(hands)
    tell(hands, files, reference)
    check_and_send(hands, reference)
    look_and_withdraw(hands, reference)


def test_bad_answers_are_told_in_a_summary_that_takes_focus(page: Page, files: Files) -> None:
    hands = Keyboard(page)
    register(hands, "mistaken@example.org")
    reference = begin(hands)
    page.goto(f"/my/{reference}/about_you")
    expect(page.locator("#family_name")).to_have_value("Kovalenko")  # as the account is called
    page.locator("#family_name").fill("")
    hands.write("given_name", "Dariia")
    hands.write("phone", "my mobile")
    hands.send()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert [link.get_attribute("href") for link in summary.locator("a").all()] == ["#family_name", "#phone"]
    hands.follow("#phone")
    expect(page.locator("#phone")).to_be_focused()
    expect(page.locator("#phone")).to_have_value("my mobile")
    expect(page.locator("#phone")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#given_name")).to_have_value("Dariia")
    page.goto(f"/my/{reference}/attachments")
    hands.pick("kind", None, "cv")
    hands.attach("file", files.fake)
    hands.reach(SEND)
    page.keyboard.press("Enter")
    expect(page.locator(".upload-file.is-problem")).to_contain_text("fake.pdf is called .pdf")
    page.goto(f"/my/{reference}/education")
    hands.send()
    expect(summary).to_be_focused()
    hands.follow("#education_country")
    expect(page.get_by_role("combobox").first).to_be_focused()


def test_incomplete_application_is_told_what_lacks(page: Page) -> None:
    hands = Plain(page)
    register(hands, "hasty@example.org")
    reference = begin(hands)
    page.goto(f"/my/{reference}/check")
    assert page.locator(f"form[action='/my/{reference}/submit']").count() == 0
    links = [link.get_attribute("href") or "" for link in page.locator("main .notice a").all()]
    lacking = {link.partition("#")[0] for link in links}
    assert f"/my/{reference}/about_you?from=check" in lacking
    assert f"/my/{reference}/references?from=check" in lacking
