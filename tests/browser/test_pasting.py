"""Signing in takes no feat of memory: passwords and codes can be pasted and filled in, and a link does without them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP
from sqlmodel import select

from recruit import clock
from recruit.database import AllRegions, make_engine, make_session
from recruit.models import Account
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.served import with_open_intake
from tests.recruit.factories import PASSWORD, applicant

EMAIL = "ada@example.org"


@pytest.fixture(scope="module")
def address(serve: Serve, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A region with one open intake and one account, served."""
    settings = with_open_intake(tmp_path_factory.mktemp("pasting"), sqlite_template)
    engine = make_engine(settings.database)
    with make_session(engine, scope=AllRegions("tests")) as session:
        applicant(session, EMAIL, language="en")
        session.commit()
        assert session.exec(select(Account.id).where(Account.email == EMAIL)).one()
    engine.dispose()
    return serve(settings)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A browser that may read what has been copied."""
    context = browser.new_context(base_url=address, locale="en-GB", reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def paste(page: Page, name: str, text: str) -> None:
    """Paste into a field, as from a password manager's window; the field says what it is for."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    field = page.locator(f"[name='{name}']").first
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")
    expect(field).to_have_value(text)


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_everything_that_signs_in_can_be_pasted(page: Page) -> None:
    page.goto("/login")
    expect(page.get_by_role("button", name="Send me a link")).to_be_visible()  # without remembering anything
    paste(page, "email", EMAIL)
    paste(page, "password", PASSWORD)
    press(page, "Sign in")
    page.goto("/me/second-factor")
    press(page, "Set up a second factor")
    app = TOTP(
        page.locator(".qr-secret").inner_text().replace(" ", "")
    )  # can be copied too, without a camera
    paste(page, "code", app.at(clock.now()))
    press(page, "Use the second factor")
    code = page.locator(".recovery-codes li").first.inner_text()
    page.context.clear_cookies()
    page.goto("/login")
    paste(page, "email", EMAIL)
    paste(page, "password", PASSWORD)
    press(page, "Sign in")
    paste(page, "code", app.at(clock.now()))
    press(page, "Sign in")
    expect(page.locator("[data-error-summary]")).to_be_visible()  # that one has been used
    paste(page, "code", f" {code} ")
    press(page, "Sign in")
    expect(page).to_have_url(re.compile("/my$"))
    page.goto("/me")
    expect(page.locator("main")).to_contain_text(EMAIL)


#: Pages with fields that a password manager knows, what each field is for, and whether one is signed in.
FIELDS = {
    "/login": {"email": "username", "password": "current-password"},
    "/register": {"name": "name", "email": "email", "password": "new-password"},
    "/forgot": {"email": "email"},
    "/reset/unknown": {"password": "new-password", "again": "new-password"},
    "/verify/unknown": {"password": "current-password"},
}


@pytest.mark.parametrize("path", FIELDS)
def test_fields_say_what_they_are_for_and_take_what_is_pasted(page: Page, path: str) -> None:
    page.goto(path)
    for name, purpose in FIELDS[path].items():
        field = page.locator(f"main [name='{name}']")
        assert field.get_attribute("autocomplete") == purpose
        kind = "password" if name in ("password", "again") else "email" if name == "email" else "text"
        assert (field.get_attribute("type") or "text") == kind
        paste(page, name, "ada@example.org" if kind == "email" else "tre ord i rad")
