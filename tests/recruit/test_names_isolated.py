"""A name in letters from right to left is isolated on every page that shows one, and stands in no title."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import bidirectional

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from recruit import clock
from recruit.database import transaction
from recruit.demo.region import PASSWORD
from recruit.models import Account, Application, Attachment, Intake, Referee
from recruit.web import build_app
from tests.demo import Demo, moment
from tests.recruit.crawling import GROUP, OWN, walked
from tests.recruit.factories import post

#: The addresses of those who apply, those of the first intake first.
OLDEST_FIRST = (
    select(Account.email)
    .join(Application, col(Application.account_id) == col(Account.id))
    .join(Intake, col(Intake.id) == col(Application.intake_id))
    .order_by(col(Intake.opens_at), col(Application.id))
)
#: Elements without content, which have no end.
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
COORDINATOR, ADMINISTRATOR = "samordnare@alvmark.example", "administrator@alvmark.example"


class _Names(HTMLParser):
    """Texts with letters from right to left that no element isolates from what stands beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.seen, self.bare = 0, list[str]()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            given = dict(attributes)
            heard_only = "visually-hidden" in (given.get("class") or "")
            isolates = tag in ("bdi", "option", "textarea") or given.get("dir") == "auto" or heard_only
            self.open.append((tag, isolates))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if any(bidirectional(letter) in ("R", "AL") for letter in text):
            self.seen += 1
            if not any(isolates for _tag, isolates in self.open) and "\u2068" not in text:
                self.bare.append(f"{self.open[-1][0] if self.open else ''}: {' '.join(text.split())[:60]}")


def rename_everybody(session: Session) -> None:
    """Give whoever has a name, and every file, one in Hebrew letters."""
    for number, each in enumerate(session.exec(select(Application))):
        each.given_name, each.family_name, each.native_name = "משה", f"כהן {number}", "משה כהן"
        session.add(each)
    for number, account in enumerate(session.exec(select(Account))):
        account.name = f"נועם {number}"
        session.add(account)
    for number, referee in enumerate(session.exec(select(Referee))):
        referee.name, referee.workplace = f"דבורה {number}", "בית חולים (3)"
        session.add(referee)
    for file in session.exec(select(Attachment)):
        file.filename = "תעודה (1).pdf"
        session.add(file)


@contextmanager
def application_on(demo: Demo) -> Iterator[Flask]:
    app = build_app(demo.settings)
    yield app
    app.extensions["recruit_engine"].dispose()


def bare_names(app: Flask, email: str, start: tuple[str, ...]) -> tuple[int, list[str]]:
    """How many names somebody meets on the way, and those that nothing isolates."""
    client = app.test_client()
    assert post(client, "/login", {"email": email, "password": PASSWORD}).status_code == 303
    seen, bare = 0, []
    for path, answer, _linked in walked(app, client, start, read_each=1):
        if answer.mimetype == "text/html":
            names = _Names()
            names.feed(answer.text)
            seen += names.seen
            bare += [f"{path} {each}" for each in names.bare]
    return seen, bare


def test_names_are_isolated_on_every_page(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", moment)
    copy = demo.copy(tmp_path / "renamed")
    with copy.session() as session, transaction(session):
        rename_everybody(session)
        applicants = list(session.exec(OLDEST_FIRST))
    people = [(COORDINATOR, GROUP), (ADMINISTRATOR, GROUP), (applicants[0], OWN), (applicants[-1], OWN)]
    with application_on(copy) as app:
        met = {email: bare_names(app, email, start) for email, start in people}
    assert {email: bare for email, (_seen, bare) in met.items()} == {email: [] for email, _start in people}
    assert [email for email, (seen, _bare) in met.items() if not seen] == []


def test_a_bare_name_is_found() -> None:
    names = _Names()
    names.feed("<title>משה</title><p>For <bdi>משה</bdi><br>and משה</p><p dir=auto>משה</p><h1>x</h1>")
    assert (names.seen, names.bare) == (4, ["title: משה", "p: and משה"])
