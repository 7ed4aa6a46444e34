"""What a person sees who reads with large text, on a narrow screen, or goes by keyboard: measured in an open page."""

from pathlib import Path

from playwright.sync_api import Page

#: Width of the window and size of text in per cent: WCAG 1.4.10 (reflow), 1.4.4 (text), and the latter on a phone.
SIZES = [(320, 100), (1280, 200), (390, 200)]

_MEASURES = Path(__file__).with_suffix(".js").read_text("utf-8").partition("\n")[2].rstrip()


def width_of(page: Page) -> int:
    """How wide the page is, in px. A click returns when the next page begins to come, so its end is waited for."""
    page.wait_for_load_state()
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def badly_read(page: Page) -> list[str]:
    """What is lost with large text or on a narrow screen. Leaves the page with its own size of text."""
    wrong = []
    for width, per_cent in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        _size_text(page, f"{per_cent}%")
        found = _measured(page, "text")
        wide = width_of(page)
        wrong += [f"{width} px, text {per_cent} %: {each}" for each in found]
        if wide > width:
            wrong.append(f"{wide} px wide in {width}, text {per_cent} %")
    _size_text(page, "")
    return wrong


def _size_text(page: Page, size: str) -> None:
    page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)


def badly_focused(page: Page) -> list[str]:
    """What can have the focus without a mark, or covered by something else."""
    page.keyboard.press("Tab")  # from here on the browser marks what has the focus
    return _measured(page, "focus")


def moving(page: Page) -> list[str]:
    """What moves in a page that was asked for no motion."""
    return _measured(page, "motion")


def badly_told(page: Page, word: str) -> list[str]:
    """What is wrong with how errors are told; `word` begins the title of a page with errors."""
    return _measured(page, "errors", word)


def _measured(page: Page, what: str, word: str = "") -> list[str]:
    found: list[str] = page.evaluate(f"word => {_MEASURES}.{what}(word)", word)
    return found
