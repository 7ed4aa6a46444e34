"""The application form in a real browser: what helps while answering, and that the pages stay light."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.database import AllRegions, make_engine, make_session
from recruit.models import Application, Intake
from recruit.services import application as services
from recruit.settings import Settings
from tests.browser.conftest import PATIENCE, Serve
from tests.demo import moment
from tests.recruit.application_helpers import PERIOD, begin, open_intake
from tests.recruit.factories import PASSWORD, applicant, make_world

PHONE = {"width": 390, "height": 844}
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
    yield Applicant(page, told[0])
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
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


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
