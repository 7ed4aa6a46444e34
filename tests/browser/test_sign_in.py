"""Signing in on a phone: by a mailed link from the advertisement to the first form, with a second factor, and again
after the session has ended while somebody was writing.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pyotp import TOTP

from recruit import clock
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.served import with_open_intake
from tests.browser.sight import width_of

PHONE = {"width": 390, "height": 844}
INTAKE = "/i/alvmark/spring"


@pytest.fixture(scope="module")
def address(serve: Serve, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A region with one open intake, served."""
    return serve(with_open_intake(tmp_path_factory.mktemp("sign-in"), sqlite_template))


@pytest.fixture
def contexts(browser: Browser, address: str) -> Iterator[list[BrowserContext]]:
    """Two phones; the second runs no script."""
    made = []
    for script in (True, False):
        context = browser.new_context(
            base_url=address,
            viewport=PHONE,  # type: ignore[arg-type]
            locale="en-GB",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE)
        made.append(context)
    yield made
    for context in made:
        context.close()


def mailed(context: BrowserContext, email: str) -> str:
    """The path of the link in the newest mail to an address."""
    page = context.new_page()
    page.goto("/demo/mail")
    page.get_by_text(email).first.wait_for()
    link = page.locator(".letter-text a[href*='/sign-in/']").first.get_attribute("href")
    page.close()
    assert link
    return urlsplit(link).path


def is_in_order(page: Page) -> None:
    """Nothing to be moved sideways on a phone, and nothing that axe finds."""
    assert width_of(page) <= page.evaluate("innerWidth"), page.url
    found = Axe().run(page).response["violations"]
    assert [(each["id"], page.url) for each in found] == []


def ask_link(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look in your mail").wait_for()


def test_from_the_advertisement_by_a_link_on_another_phone_to_the_first_form(
    contexts: list[BrowserContext],
) -> None:
    first, second = contexts
    page = first.new_page()
    page.goto(INTAKE)
    page.get_by_role("link", name="Start applying").first.click()
    expect(page).to_have_url(re.compile(r"/login\?next=/i/alvmark/spring/apply$"))
    is_in_order(page)
    ask_link(page, "newcomer@example.org")
    is_in_order(page)
    other = second.new_page()
    other.goto(mailed(first, "newcomer@example.org"))
    other.get_by_label("Your name").fill("Thị Hoa Nguyễn")
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(re.compile(f"{INTAKE}/apply$"))
    other.locator("main form[method=post] button").first.click()
    expect(other).to_have_url(re.compile(r"/my/[A-Z0-9-]+$"))
    other.goto(other.url + "/about_you")
    expect(other.get_by_role("heading", level=1, name="About you")).to_be_visible()
    page.goto("/my")
    expect(page).to_have_url(re.compile("/login"))  # the phone that asked is not signed in by it


def test_second_factor_is_set_up_and_asked_for(contexts: list[BrowserContext]) -> None:
    first, second = contexts
    email = "careful@example.org"
    page = first.new_page()
    page.goto("/register?next=/me")
    page.get_by_label("Your name").fill("Karin Careful")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Create account").click()
    page.goto(mailed(first, email))
    is_in_order(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/me$"))
    is_in_order(page)
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_role("button", name="Set up a second factor").click()
    expect(page.get_by_role("img", name="QR code")).to_have_js_property("complete", True)
    assert (
        page.locator(".qr img").evaluate("image => image.naturalWidth") > 100
    )  # the policy lets it be shown
    is_in_order(page)
    app = TOTP(page.locator(".qr-secret").inner_text().replace(" ", ""))
    page.get_by_label("Code from the app").fill(app.at(clock.now()))
    page.get_by_role("button", name="Use the second factor").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    is_in_order(page)
    other = second.new_page()
    other.goto("/login")
    ask_link(other, email)
    other.goto(mailed(second, email))
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(re.compile("/second-factor$"))
    other.get_by_label("Code", exact=True).fill(codes[3])
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(re.compile("/my$"))
    expect(other.get_by_text("You used a recovery code. Codes left: 9.")).to_be_visible()
    page.goto("/me/second-factor")
    is_in_order(page)
    page.get_by_label("Code or password").fill(codes[4])
    page.get_by_role("button", name="Remove the second factor").click()
    expect(page).to_have_url(re.compile("/me$"))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_what_was_written_outlives_the_session(contexts: list[BrowserContext], script: bool) -> None:
    context = contexts[0 if script else 1]
    email = f"writer{script}@example.org".lower()
    page = context.new_page()
    page.goto(f"/register?next={INTAKE}/apply")
    page.get_by_label("Your name").fill("Åsa Writer")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Create account").click()
    page.goto(mailed(context, email))
    page.get_by_role("button", name="Sign in").click()
    page.locator("main form[method=post] button").first.click()
    page.goto(page.url + "/own_words")
    words = "First line\nsecond line – “quoted” ÅÄÖ 王"
    page.locator("[name=motivation]").fill(words)
    page.locator("[name=learning_needs]").fill("Primary care")
    context.clear_cookies()
    page.locator("main form[method=post] button").first.click()
    expect(page.get_by_text("What you wrote is kept on this page.")).to_be_visible()
    ask_link(page, email)
    window = context.new_page()
    window.goto(mailed(context, email))
    window.get_by_role("button", name="Sign in").click()
    expect(window).to_have_url(re.compile("/my$"))
    page.get_by_role("button", name="I have opened the link: save what I wrote").click()
    if script:
        is_in_order(page)
    page.get_by_role("button", name="Save what I wrote").click()
    expect(page).to_have_url(re.compile(r"/my/[A-Z0-9-]+$"))
    page.goto(page.url + "/own_words")
    expect(page.locator("[name=motivation]")).to_have_value(words)
