"""The group settles the borderline zone with the keyboard alone, and in a browser that runs no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from recruit.demo.region import PASSWORD
from recruit.models import BorderlineDecision, InterviewList, ZoneDecision
from recruit.services.settling import settlement_of
from tests.browser.conftest import PATIENCE, Serve
from tests.browser.hands import Keyboard, Plain
from tests.browser.places import prepare
from tests.demo import Demo

ZONE = "/g/{region}/{done}/interview-list/{list}/zone"


@pytest.fixture(params=["keyboard", "plain"])
def settling(
    request: pytest.FixtureRequest,
    browser: Browser,
    demo: Demo,
    serve: Serve,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Keyboard | Plain, Demo, str]]:
    """A coordinator who has signed in, a draft with a zone, and the address of the zone."""
    copy = demo.copy(tmp_path_factory.mktemp("zone") / "data")
    with copy.session() as session:
        address = ZONE.format(**prepare(session))
    scripts = request.param == "keyboard"
    context = browser.new_context(
        base_url=serve(copy.settings), locale="en-GB", java_script_enabled=True, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=email]", "samordnare@alvmark.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    if not scripts:
        state = context.storage_state()
        base = page.url.split("/g/")[0]
        context.close()
        context = browser.new_context(base_url=base, storage_state=state, java_script_enabled=False)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
    page.goto("/language/en?next=/login")
    yield (Keyboard(page) if scripts else Plain(page)), copy, address
    context.close()


def test_zone_is_settled_and_nothing_typed_is_lost(settling: tuple[Keyboard | Plain, Demo, str]) -> None:
    hands, demo, address = settling
    with demo.session() as session:
        drawn = _draft(session)
        settlement = settlement_of(drawn)
        assert settlement is not None
        codes = settlement.codes
    page: Page = hands.page
    page.goto(address)
    above = [code for code in codes if page.locator(f"#side_{code}-0").is_checked()]
    down, up = above[-1], next(code for code in codes if code not in above)
    hands.choose(f"side_{down}", "below")
    hands.write(f"reason_{down}", "Tackade nej till orten.")
    hands.choose(f"side_{up}", "above")
    for code in (down, up):
        page.locator(f"[name=kind_{code}]").select_option("breadth")
    page.locator("[name=kind]").select_option("breadth")
    hands.write("rationale", "Vi läste alla igen.")
    hands.send()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_contain_text(f"Write why {up} is moved across the line")
    expect(page.locator(f"[name=reason_{down}]")).to_have_value("Tackade nej till orten.")
    expect(page.locator("[name=rationale]")).to_have_value("Vi läste alla igen.")
    hands.write(f"reason_{up}", "Har arbetat här.")
    hands.send()
    expect(page.get_by_text("The borderline zone is settled.")).to_be_visible()
    with demo.session() as session:
        assert session.exec(
            select(ZoneDecision.rationale).where(ZoneDecision.list_id == _draft(session).id)
        ).all() == ["Vi läste alla igen."]
        rows = session.exec(
            select(BorderlineDecision).where(BorderlineDecision.list_id == _draft(session).id)
        ).all()
        assert {row.reason for row in rows} == {"", "Tackade nej till orten.", "Har arbetat här."}


def _draft(session: Session) -> InterviewList:
    return session.exec(select(InterviewList).where(InterviewList.version == 2)).one()
