"""A coordinator asks a referee; the referee answers on a phone, without script too; the applicant sees that it came."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select

from recruit.models import Account, Application, ApplicationStatus, Intake, OutgoingMail, Referee
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.sight import width_of
from tests.browser.test_completion import signed_in
from tests.demo import Demo

LEVELS = {"safety": "3", "asks_for_help": "4", "responsibility": "2", "collaboration": "3"}


def unanswered(session: Session) -> tuple[str, Application, Referee, str]:
    """The open intake, one of its sent applications with a referee, and its applicant's address."""
    intake = session.exec(select(Intake).order_by(col(Intake.opens_at).desc())).first()
    assert intake is not None
    chosen = select(Application).where(
        Application.intake_id == intake.id, Application.status == ApplicationStatus.SUBMITTED
    )
    application = session.exec(chosen.order_by(col(Application.mask_code))).first()
    assert application is not None
    first = select(Referee).where(Referee.application_id == application.id).order_by(col(Referee.position))
    referee = session.exec(first).first()
    assert referee is not None
    return intake.slug, application, referee, session.get_one(Account, application.account_id).email


def phone(browser: Browser, base: str, *, script: bool) -> Page:
    """A stranger's telephone, in English."""
    context = browser.new_context(
        base_url=base,
        locale="en-GB",
        viewport={"width": 390, "height": 844},
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def put_aside(page: Page, link: str) -> None:
    """Open the link, write something, and save it for later."""
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Give a reference")
    press(page, "main form button")
    assert width_of(page) <= 390
    page.fill("[name=comment]", "Calm when it matters. <b>משה</b>")
    page.check("[name=safety][value='3']", force=True)
    press(page, "button[value=save]")
    expect(page.locator(".flashes")).to_contain_text("go on later")


def finish(page: Page, link: str) -> None:
    """Go on in another browser: what was saved is there; what lacks is said; then it is sent."""
    page.goto(link)
    press(page, "main form button")
    expect(page.locator("[name=comment]")).to_have_value("Calm when it matters. <b>משה</b>")
    expect(page.locator("[name=safety][value='3']")).to_be_checked()
    press(page, "button[value=send]")
    expect(page.locator(".error-summary")).to_contain_text("Choose how you know the person")
    for name, value in {**LEVELS, "relation": "supervisor", "would_employ": "yes"}.items():
        page.check(f"[name={name}][value='{value}']", force=True)
    page.fill("[name=known_from]", "2024")
    page.fill("[name=known_until]", "now")
    press(page, "button[value=send]")
    expect(page.locator("h1")).to_have_text("Your reference is received")


@pytest.mark.browser
def test_referee_answers_on_a_phone(browser: Browser, demo: Demo, serve: Serve, tmp_path: Path) -> None:
    copy = demo.copy(tmp_path / "data")
    with copy.session() as session:
        slug, application, referee, email = unanswered(session)
        code, reference, name, whom = (
            application.mask_code,
            application.reference,
            referee.name,
            referee.public_id,
        )
    base = serve(copy.settings)
    coordinator = signed_in(browser, base, "samordnare@alvmark.example", 1280)
    coordinator.goto(f"/g/alvmark/{slug}/references?state=missing")
    coordinator.check(f"input[value='{whom}'][type=checkbox]", force=True)
    press(coordinator, "button[value=ask]")
    expect(coordinator.locator(".flashes")).to_contain_text("1 referee is asked")
    with copy.session() as session:
        body = session.exec(select(OutgoingMail.body).order_by(col(OutgoingMail.id).desc())).first() or ""
    link = re.findall(r"/reference/\S+lang=en", body)[0]

    put_aside(phone(browser, base, script=True), link)
    finish(phone(browser, base, script=False), link)

    applicant = signed_in(browser, base, email, 390)
    applicant.goto(f"/my/{reference}/referees")
    row = applicant.locator("li.task", has_text=name)
    expect(row).to_contain_text("Received")
    expect(applicant.locator("main")).not_to_contain_text("Calm when it matters")
    assert width_of(applicant) <= 390

    coordinator.goto(f"/g/alvmark/{slug}/applications/{code}/referees/{whom}")
    expect(coordinator.locator("main")).to_contain_text("Calm when it matters")
    for page in (coordinator, applicant):
        page.context.close()
