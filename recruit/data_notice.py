"""The notice of how data and automation are used: versions, each a text in both languages, and what changed.

A version's text lies in `templates/notice/<number>.<language>.txt`: "# " begins a heading, "- " a line of a list, other
lines are paragraphs. A change is a new version: a sent application keeps which one was in force.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from recruit import clock
from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _

FOLDER = Path(__file__).parents[1] / "templates" / "notice"


@dataclass(frozen=True)
class Version:
    """A version and from which day it holds."""

    number: int
    since: date


VERSIONS = (Version(1, date(2026, 1, 1)),)


@dataclass(frozen=True)
class Line:
    """A heading, a paragraph or a line of a list. `change`: "added" or "removed" since another version, or ""."""

    kind: str
    text: str
    change: str = ""


def in_force(now: datetime) -> Version:
    """The version that holds now."""
    today = clock.in_stockholm(now).date()
    return max(
        (each for each in VERSIONS if each.since <= today), key=lambda each: each.number, default=VERSIONS[0]
    )


def version(number: int) -> Version:
    """A version by its number. Raises NotFound."""
    found = next((each for each in VERSIONS if each.number == number), None)
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def lines(number: int, language: str, folder: Path = FOLDER) -> tuple[Line, ...]:
    """The text of a version, line by line; in English where it is not translated."""
    own = folder / f"{number}.{language}.txt"
    return _read(own if own.is_file() else folder / f"{number}.en.txt")


def differences(older: int, newer: int, language: str, folder: Path = FOLDER) -> list[Line]:
    """The newer text with what was added since the older one, and what was removed where it stood."""
    before, after = lines(older, language, folder), lines(newer, language, folder)
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            found += after[new_start:new_end]
            continue
        found += [Line(each.kind, each.text, "removed") for each in before[start:end]]
        found += [Line(each.kind, each.text, "added") for each in after[new_start:new_end]]
    return found


def runs(told: Iterable[Line]) -> list[list[Line]]:
    """Lines of the same kind that follow each other, together: a list's lines are one list."""
    return [list(group) for _kind, group in groupby(told, key=lambda each: each.kind)]


@lru_cache(maxsize=32)
def _read(path: Path) -> tuple[Line, ...]:
    kinds = {"# ": "heading", "- ": "item"}
    return tuple(
        Line(kinds[text[:2]], text[2:]) if text[:2] in kinds else Line("paragraph", text)
        for text in path.read_text("utf-8").splitlines()
        if text.strip()
    )
