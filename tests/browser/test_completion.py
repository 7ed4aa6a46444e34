"""A coordinator asks those in chosen rows for a document; one sends it from a phone; the table says that it came."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select

from recruit.demo.files import pdf
from recruit.demo.region import PASSWORD
from recruit.models import Account, Application, CompletionRequest, Eligibility, Intake
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.sight import width_of
from tests.demo import Demo


def signed_in(browser: Browser, base: str, email: str, width: int) -> Page:
    """A window of that width in which somebody has signed in, in English."""
    context = browser.new_context(
        base_url=base, locale="en-GB", viewport={"width": width, "height": 860}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/language/en?next=/login")
    return page


def two_eligible(session: Session) -> tuple[str, list[Application], list[str]]:
    """The intake that is being assessed, two of its eligible applications and their applicants' addresses."""
    intake = session.exec(select(Intake).order_by(col(Intake.opens_at))).all()[1]
    chosen = select(Application).where(
        Application.intake_id == intake.id, Application.eligibility == Eligibility.ELIGIBLE
    )
    found = list(session.exec(chosen.order_by(col(Application.submitted_at)).limit(2)))
    return intake.slug, found, [session.get_one(Account, each.account_id).email for each in found]


def ask_for_diploma(page: Page, slug: str, codes: list[str]) -> None:
    """Tick the rows, ask, look at the letter, send."""
    page.goto(f"/g/alvmark/{slug}/applications?stage=eligible")
    for code in codes:
        page.check(f"input[name=code][value='{code}']")
    expect(page.locator("[data-select-count]")).to_have_text("2 ticked")
    expect(page.locator("[data-select-bar]")).to_be_in_viewport()
    page.click("button[value=ask]")
    expect(page.locator("select[name=kind]")).to_be_hidden()
    page.check("input[name=what][value=document]")
    page.select_option("select[name=kind]", "diploma")
    page.select_option("select[name=requirement]", "E5")
    page.fill("textarea[name=text]", "The scan cannot be read.")
    page.click(".intake-form .buttons button")
    expect(page.locator("main")).to_contain_text("Nothing is sent yet")
    page.click("button[value=send]")
    page.locator("dialog[open] button.button").first.click()
    expect(page.locator(".flashes")).to_contain_text("2 applicants are asked")


def send_document(page: Page, reference: str, file: Path) -> None:
    """From one's list of applications to the answer, on a phone."""
    # Chromium hands choosers of files over from when somebody listens: one that opens right then can be lost.
    page.on("filechooser", lambda _chooser: None)
    page.goto("/my")
    expect(page.locator("main")).to_contain_text("The region asks you to complete it.")
    page.goto(f"/my/{reference}")
    page.click("main a:has-text('Answer now')")
    assert width_of(page) <= 390
    expect(page.locator(".file-chosen")).to_have_text("No file chosen")
    page.focus("[name=file]")
    with page.expect_file_chooser():
        page.keyboard.press("Enter")
    with page.expect_file_chooser() as chooser:
        page.locator(".file").click()
    chooser.value.set_files(file)
    expect(page.locator(".file-chosen")).to_have_text(file.name)
    page.click("main form button.button")
    expect(page.locator("main")).to_contain_text("Your answer has come in")


@pytest.mark.browser
def test_document_is_asked_for_and_comes_back(
    browser: Browser, demo: Demo, serve: Serve, tmp_path: Path
) -> None:
    copy = demo.copy(tmp_path / "data")
    with copy.session() as session:
        slug, (first, second), emails = two_eligible(session)
        codes, reference = [first.mask_code, second.mask_code], first.reference
    base = serve(copy.settings)
    coordinator = signed_in(browser, base, "samordnare@alvmark.example", 1280)
    ask_for_diploma(coordinator, slug, codes)
    file = tmp_path / "diploma.pdf"
    file.write_bytes(pdf("Diploma", ["A better scan"]))
    applicant = signed_in(browser, base, emails[0], 390)
    send_document(applicant, reference, file)
    coordinator.goto(f"/g/alvmark/{slug}/applications?asked=came_in")
    row = coordinator.locator("tr", has=coordinator.locator(f"input[value='{codes[0]}']"))
    expect(row).to_contain_text("Came in")
    expect(row).to_contain_text("Not decided")
    coordinator.goto(f"/g/alvmark/{slug}/applications/{codes[0]}")
    expect(coordinator.locator("#E5")).to_contain_text("Came in")
    with copy.session() as session:
        found = session.exec(select(CompletionRequest).order_by(col(CompletionRequest.id).desc())).all()[:2]
        assert sorted(each.answered_at is not None for each in found) == [False, True]
    for page in (coordinator, applicant):
        page.context.close()
