"""A mail as HTML, as the mail programs show it: nothing that axe finds, nothing to be moved sideways on a phone."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from recruit.mail_html import as_html, isolated
from tests.browser.sight import width_of

#: What the guidelines ask. What axe recommends beyond them is for pages: a mail is shown within one.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BODIES = {
    "en": (
        f"Hello {isolated('محمد عبد الله')}!\n\nWe have your application.\n\n"
        "Reference: AB12-CD34\nCase number: RS 2026-00017-3\n\n"
        "https://bt.example/my/AB12-CD34/status-of-an-application-whose-address-is-much-longer-than-a-phone-is-wide\n\n"
        "Questions? Write to bt@region.example."
    ),
    "sv": (
        f"Hej {isolated('משה כהן-לוי')}!\n\nVi har din ansökan.\n\nReferens: AB12-CD34\nÄrende: RS 2026-00017-3\n\n"
        "https://bt.example/my/AB12-CD34/Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller/ansökan\n\n"
        "Frågor? Skriv till bt@region.example."
    ),
}


@pytest.mark.parametrize("language", BODIES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_mail_is_in_order(
    browser: Browser, language: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """The page that shows one lets nothing run, axe neither; this is what it shows, beside that rule."""
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    try:
        page.set_content(
            as_html(
                subject="Din ansökan" if language == "sv" else "Your application",
                body=BODIES[language],
                language=language,
                sender="Region Älvmark",
            )
        )
        assert width_of(page) <= page.evaluate("innerWidth")
        found = Axe().run(page, options={"runOnly": WCAG}).response
        assert len(found["passes"]) > 5
        assert [each["id"] for each in found["violations"]] == []
    finally:
        page.close()
