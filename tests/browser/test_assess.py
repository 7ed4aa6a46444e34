"""An assessor scores a masked application with the keyboard alone, and nothing in the page tells who applies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, col, select

from recruit.demo.region import PASSWORD
from recruit.display import countries
from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentStatus,
    Attachment,
    Intake,
    Level,
    Referee,
)
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.places import ASSESSOR
from tests.browser.sight import width_of
from tests.demo import Demo

DESK = {"width": 1280, "height": 900}


@dataclass
class Desk:
    """An assessor who has signed in, and the demo that she works in."""

    page: Page
    demo: Demo
    intake: str

    def open(self, code: str) -> None:
        """Go to an application."""
        self.page.goto(f"/g/alvmark/{self.intake}/assess/{code}")


@pytest.fixture
def desk(
    browser: Browser, demo: Demo, serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """In the intake that is being assessed."""
    copy = demo.copy(tmp_path_factory.mktemp("assess") / "data")
    with copy.session() as session:
        intake = _intake(session).slug
    context = browser.new_context(
        base_url=serve(copy.settings),
        viewport=DESK,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=email]", ASSESSOR)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/g/alvmark/")
    yield Desk(page, copy, intake)
    context.close()


def _intake(session: Session) -> Intake:
    """The one that opened second."""
    return session.exec(select(Intake).order_by(col(Intake.opens_at)).offset(1)).first()  # type: ignore[return-value]


def _tasks(session: Session) -> list[tuple[Application, Assignment]]:
    """What the assessor has left, in the order of the codes."""
    found = (
        select(Application, Assignment)
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .join(Account, col(Account.id) == col(Assignment.assessor_id))
        .where(
            Account.email == ASSESSOR,
            Assignment.intake_id == _intake(session).id,
            Assignment.status == AssignmentStatus.ASSIGNED,
        )
    )
    return list(session.exec(found.order_by(col(Application.mask_code))))


def _levels(session: Session, assignment_id: int | None) -> dict[str, int]:
    rows = session.exec(select(Level).where(Level.assignment_id == assignment_id))
    return {row.criterion: row.level for row in rows}


def test_assessor_scores_with_the_keyboard_alone(desk: Desk) -> None:
    with desk.demo.session() as session:
        application, assignment = _tasks(session)[0]
    page, press = desk.page, desk.page.keyboard.press
    desk.open(application.mask_code)
    criteria = page.locator("[data-criterion]")
    keys = [each.get_attribute("data-criterion") or "" for each in criteria.all()]
    current = page.locator("[data-criterion].is-current")
    expect(current).to_have_attribute("data-criterion", keys[0])
    given = {}
    for number, key in enumerate(keys):
        expect(current).to_have_attribute("data-criterion", key)
        press(str(given.setdefault(key, number % 5)))
        press("j")
    press("k")
    press("k")
    expect(current).to_have_attribute("data-criterion", keys[-3])
    press("4")
    given[keys[-3]] = 4
    with page.expect_navigation():
        press("Enter")
    expect(page).not_to_have_url(re.compile(application.mask_code))
    with desk.demo.session() as session:
        assert _levels(session, assignment.id) == given
        kept = session.get_one(Assignment, assignment.id)
        assert kept.status is AssignmentStatus.ASSIGNED  # saved; submitting is a step of its own


def test_letters_typed_into_a_rationale_are_no_commands(desk: Desk) -> None:
    with desk.demo.session() as session:
        application, _assignment = _tasks(session)[0]
    page = desk.page
    desk.open(application.mask_code)
    page.keyboard.press("m")
    page.keyboard.type("k4j")
    current = page.locator("[data-criterion].is-current")
    expect(current.locator("[data-rationale]")).to_have_value("k4j")
    expect(current.locator("input[type=radio]:checked")).to_have_count(0)


def _identity(session: Session, application: Application) -> set[str]:
    """Everything that would tell who somebody is."""
    account = session.get_one(Account, application.account_id)
    referees = session.exec(select(Referee).where(Referee.application_id == application.id))
    files = session.exec(select(Attachment).where(Attachment.application_id == application.id))
    names = countries("sv") + countries("en")
    told = {
        application.given_name,
        application.family_name,
        application.native_name,
        application.phone,
        application.institution,
        application.reference,
        account.email,
        *(name for code, name in names if code == application.education_country and code != "SE"),
        *(each.name for each in referees),
        # A redacted copy's random address is what the assessor is to have; an original's is not.
        *(each.public_id for each in files if each.redacts_id is None),
    }
    return {each for each in told if each}


def test_page_tells_nothing_of_who_applies(desk: Desk) -> None:
    with desk.demo.session() as session:
        tasks = [
            (application.mask_code, _identity(session, application)) for application, _ in _tasks(session)
        ]
    assert tasks
    found = {}
    for code, identity in tasks:
        answer = desk.page.request.get(f"/g/alvmark/{desk.intake}/assess/{code}")
        assert answer.status == 200
        words = answer.text()
        shown = {each for each in identity if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", words)}
        if shown:
            found[code] = shown
    assert found == {}


def test_several_applications_by_the_keyboard_alone(desk: Desk) -> None:
    """From the queue: levels, rationales, undo, help, the next application, until none is left, and submitting."""
    with desk.demo.session() as session:
        left = len(_tasks(session))
        ids = [assignment.id for _application, assignment in _tasks(session)]
    page, press = desk.page, desk.page.keyboard.press
    page.goto(f"/g/alvmark/{desk.intake}/assess")
    page.locator(".next-step a").focus()
    press("Enter")
    for number in range(left):
        page.wait_for_selector("[data-criterion].is-current")
        here = page.url
        criteria = page.locator("[data-criterion]").count()
        for _back in range(criteria):
            press("k")
        if number == 0:
            press("?")
            expect(page.locator("[data-keys-help]")).to_be_visible()
            press("Escape")
            press("4")
            expect(page.locator(".saving-state--done")).to_be_visible()
            with page.expect_navigation():
                press("z")
            expect(page.locator("[data-criterion] input:checked")).to_have_count(0)
            for _back in range(criteria):
                press("k")
        for position in range(criteria):
            press("3")
            if position == 0:
                press("m")
                page.keyboard.type(f"Exempel {number}")
                press("Escape")
            press("j")
        with page.expect_navigation():
            press("Enter")
        expect(page).not_to_have_url(here)
    expect(page).to_have_url(re.compile(r"/assess\?"))
    with desk.demo.session() as session:
        rows = session.exec(select(Level).where(col(Level.assignment_id).in_(ids))).all()
        assert {row.level for row in rows} == {3}
        assert sum(row.note.startswith("Exempel") for row in rows) == left


def test_what_is_set_without_a_connection_is_saved_when_it_comes_back(desk: Desk) -> None:
    with desk.demo.session() as session:
        application, assignment = _tasks(session)[-1]
    page = desk.page
    desk.open(application.mask_code)
    page.context.set_offline(True)
    page.keyboard.press("2")
    page.keyboard.press("m")
    page.keyboard.type("Skrivet utan nät")
    state = page.locator("[data-saving-state]")
    expect(state).to_contain_text("Ingen förbindelse")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")  # does not leave the page while something is unsaved
    expect(state).to_contain_text("Ingen förbindelse")
    expect(page.locator("[data-criterion].is-current [data-rationale]")).to_have_value("Skrivet utan nät")
    page.context.set_offline(False)
    expect(state).to_have_text(re.compile(r"sparat \d\d\.\d\d"))
    with desk.demo.session() as session:
        rows = session.exec(select(Level).where(Level.assignment_id == assignment.id)).all()
        assert [(row.level, row.note) for row in rows] == [(2, "Skrivet utan nät")]


def test_signed_out_while_writing_loses_nothing(desk: Desk) -> None:
    with desk.demo.session() as session:
        application, assignment = _tasks(session)[-1]
    page = desk.page
    desk.open(application.mask_code)
    other = page.context.new_page()
    other.goto("/g/alvmark/")
    other.locator("form[action*=logout] button").click()
    other.wait_for_load_state()
    page.keyboard.press("1")
    state = page.locator("[data-saving-state]")
    expect(state).to_contain_text("Du har loggats ut")
    other.goto("/login")
    other.fill("[name=email]", ASSESSOR)
    other.fill("[name=password]", PASSWORD)
    other.press("[name=password]", "Enter")
    other.wait_for_url("**/g/alvmark/")
    expect(state).to_have_text(re.compile(r"sparat \d\d\.\d\d"))
    with desk.demo.session() as session:
        assert list(_levels(session, assignment.id).values()) == [1]


def test_two_windows_are_told_of_each_other(desk: Desk) -> None:
    with desk.demo.session() as session:
        application, assignment = _tasks(session)[-1]
    page = desk.page
    desk.open(application.mask_code)
    other = page.context.new_page()
    other.goto(page.url)
    page.keyboard.press("1")
    expect(page.locator(".saving-state--done")).to_be_visible()
    other.keyboard.press("3")
    alert = other.locator("[data-criterion].is-current [data-elsewhere]")
    expect(alert).to_contain_text("nivå 1")
    other.keyboard.press("4")
    expect(other.locator(".saving-state--done")).to_be_visible()
    with desk.demo.session() as session:
        assert list(_levels(session, assignment.id).values()) == [4]


def _with_document(session: Session) -> Application:
    """One that the assessor has, with a redacted copy."""
    copies = set(
        session.exec(select(Attachment.application_id).where(col(Attachment.redacts_id).is_not(None)))
    )
    return next(application for application, _assignment in _tasks(session) if application.id in copies)


def test_documents_stand_beside_the_scores(desk: Desk) -> None:
    with desk.demo.session() as session:
        code = _with_document(session).mask_code
    page = desk.page
    desk.open(code)
    address = page.url
    page.keyboard.press("d")
    picture = page.locator("[data-paper-pane] img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("picture => picture.naturalWidth") > 500
    before = picture.bounding_box()
    page.keyboard.press("+")
    after = picture.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]
    page.keyboard.press("2")  # the levels are still at hand
    expect(page.locator(".saving-state--done")).to_be_visible()
    assert page.url == address
    page.keyboard.press("d")
    expect(page.locator("[data-paper-pane]")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1280, 800)])
def test_anchors_stay_in_sight_and_targets_are_large(desk: Desk, width: int, height: int) -> None:
    with desk.demo.session() as session:
        code = _tasks(session)[-1][0].mask_code
    page = desk.page
    page.set_viewport_size({"width": width, "height": height})
    desk.open(code)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    key = page.locator("[data-criterion].is-current .level").first
    box = key.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= height - 44
    small = page.evaluate(
        "[...document.querySelectorAll('.judge .level, .judge .button')].filter(e => e.offsetParent !== null)"
        ".map(e => e.getBoundingClientRect()).filter(r => r.width < 44 || r.height < 44).length"
    )
    assert small == 0
    assert width_of(page) <= page.evaluate("innerWidth")
