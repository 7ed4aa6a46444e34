"""Two ways of using a form: with nothing but the keyboard, and with a browser that runs no script."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Page

MOST_TABS = 80
SEND = "main form[method=post] button:not([name=save], [type=button])"


class Hands(Protocol):
    """What a person does on a page. Fields are named as they are posted."""

    page: Page

    def write(self, name: str, text: str) -> None:
        """Write into a box."""

    def write_date(self, name: str, day: int, month: int, year: int) -> None:
        """Write into the three boxes of a date."""

    def choose(self, name: str, value: str) -> None:
        """Choose one of several buttons."""

    def pick(self, name: str, typed: str | None, value: str) -> None:
        """Pick from a list; `typed` is what is typed to find it, None where the list is short."""

    def tick(self, name: str) -> None:
        """Tick a box."""

    def attach(self, name: str, file: Path) -> None:
        """Choose a file."""

    def follow(self, ending: str, within: str = "main") -> None:
        """Follow the first link whose address ends so, or has it as a part."""

    def send(self) -> None:
        """Press the main button of the page's form."""

    def send_files(self) -> None:
        """Press the button that sends the chosen files, and wait until they are kept."""


def _link(ending: str, within: str) -> str:
    how = "*=" if ending.endswith("/") else "$="
    return f"{within} a[href{how}'{ending}']"


class _Dates(ABC):
    @abstractmethod
    def write(self, name: str, text: str) -> None:
        """Write into a box."""

    def write_date(self, name: str, day: int, month: int, year: int) -> None:
        for part, number in (("day", day), ("month", month), ("year", year)):
            self.write(f"{name}-{part}", str(number))


class Keyboard(_Dates):
    """Nothing but Tab, arrows, Space, Enter and letters; except for the system's own window for files."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        """Press Tab until an element that matches has the focus."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached with Tab on {self.page.url}")

    def write(self, name: str, text: str) -> None:
        self.reach(f"[name='{name}']")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def choose(self, name: str, value: str) -> None:
        self.reach(f"[type=radio][name='{name}']")
        for _ in range(10):
            if self.page.evaluate("v => document.activeElement.value === v", value):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert self.page.locator(f"[name='{name}']:checked").get_attribute("value") == value

    def pick(self, name: str, typed: str | None, value: str) -> None:
        select = self.page.locator(f"select[name='{name}']")
        if typed is not None:
            self.reach(f"#{name}-find")
            self.page.keyboard.type(typed)
            self.page.keyboard.press("Enter")
        else:
            self.reach(f"select[name='{name}']")
            for _ in range(select.locator("option").count()):
                if select.input_value() == value:
                    break
                self.page.keyboard.press("ArrowDown")
        assert select.input_value() == value

    def tick(self, name: str) -> None:
        self.reach(f"[name='{name}']")
        self.page.keyboard.press("Space")
        assert self.page.locator(f"[name='{name}']").is_checked()

    def attach(self, name: str, file: Path) -> None:
        self.reach(f"[name='{name}']")
        self.page.locator(f"[name='{name}']").set_input_files(file)

    def follow(self, ending: str, within: str = "main") -> None:
        self.reach(_link(ending, within))
        if ending.startswith("#"):
            self.page.keyboard.press("Enter")
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def send(self) -> None:
        self.reach(SEND)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def send_files(self) -> None:
        self.reach(SEND)
        self.page.keyboard.press("Enter")
        self.page.locator(".upload-file.is-kept").first.wait_for()


class Plain(_Dates):
    """Mouse and keyboard, in a browser without script."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def write(self, name: str, text: str) -> None:
        self.page.locator(f"[name='{name}']").fill(text)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"[name='{name}'][value='{value}']").check()

    def pick(self, name: str, typed: str | None, value: str) -> None:
        self.page.locator(f"select[name='{name}']").select_option(value)

    def tick(self, name: str) -> None:
        self.page.locator(f"[name='{name}']").check()

    def attach(self, name: str, file: Path) -> None:
        self.page.locator(f"[name='{name}']").set_input_files(file)

    def follow(self, ending: str, within: str = "main") -> None:
        self.page.locator(_link(ending, within)).first.click()

    def send(self) -> None:
        self.page.locator(SEND).first.click()

    def send_files(self) -> None:
        self.send()
