"""An applicant follows the way on a phone: each step is seen when the group lets it be seen, and not before."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select

from recruit.models import (
    Account,
    Application,
    EntryKind,
    Intake,
    InterviewListEntry,
    Outcome,
    OutcomeKind,
)
from tests.browser.conftest import Serve
from tests.browser.sight import width_of
from tests.browser.test_completion import signed_in
from tests.demo import Demo

PHONE = 390


def who_accepted(session: Session) -> tuple[str, Application, str]:
    """The intake that is over, somebody in it who was called, offered and accepted and no more, and the address."""
    ended = select(Outcome.application_id).where(
        col(Outcome.kind).in_((OutcomeKind.DROPPED_OUT, OutcomeKind.DECLINED, OutcomeKind.STARTED))
    )
    found = (
        select(Intake, Application, Account)
        .join(Application, col(Application.intake_id) == col(Intake.id))
        .join(Account, col(Account.id) == col(Application.account_id))
        .join(Outcome, col(Outcome.application_id) == col(Application.id))
        .join(InterviewListEntry, col(InterviewListEntry.application_id) == col(Application.id))
        .where(InterviewListEntry.kind == EntryKind.CALLED)
        .where(Outcome.kind == OutcomeKind.ACCEPTED, col(Application.id).not_in(ended))
        .order_by(col(Application.id))
    )
    row = session.exec(found).first()
    assert row is not None
    intake, application, account = row
    return intake.slug, application, account.email


def release(page: Page, slug: str, key: str) -> None:
    """Tick one step alone and let the applicant see it."""
    page.goto(f"/g/alvmark/{slug}/released")
    page.uncheck("[data-tick-all]")
    expect(page.locator("input[name=key]:checked")).to_have_count(0)
    page.check(f"input[name=key][value^='{key}:']")
    page.locator("form:has(input[name=key]) .buttons button").click()
    page.locator("dialog[open] button.button").first.click()
    expect(page.locator(".flashes")).to_contain_text("1 step is released")


@pytest.mark.browser
def test_each_step_is_seen_when_it_is_released(
    browser: Browser, demo: Demo, serve: Serve, tmp_path: Path
) -> None:
    copy = demo.copy(tmp_path / "data")
    with copy.session() as session:
        slug, application, email = who_accepted(session)
        code, reference = application.mask_code, application.reference
    base = serve(copy.settings)
    applicant = signed_in(browser, base, email, PHONE)
    coordinator = signed_in(browser, base, "samordnare@alvmark.example", 1280)
    status = f"/my/{reference}/status"
    applicant.goto(status)
    heading = applicant.locator("h1")
    expect(heading).to_have_text("You are called to an interview")
    for kind, words in (("offered", "You are offered a post"), ("accepted", "You have accepted the post")):
        applicant.reload()
        expect(heading).not_to_have_text(words)
        release(coordinator, slug, f"{code}:{kind}")
        applicant.reload()
        expect(heading).to_have_text(words)
        expect(applicant.locator("main")).to_contain_text("You are called to an interview")
        assert width_of(applicant) <= PHONE
    applicant.click("main a:has-text('Decision letter')")
    expect(applicant.locator("main")).to_contain_text("If you think the decision is wrong")
    applicant.goto(status)
    applicant.click("main a:has-text('Withdraw')")
    applicant.locator("main form button.button").last.click()
    expect(heading).to_have_text("Your application is withdrawn")
    applicant.goto(status)
    expect(heading).to_have_text("Your application is withdrawn")
    for page in (coordinator, applicant):
        page.context.close()
