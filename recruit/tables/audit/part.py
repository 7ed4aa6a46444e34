"""A part of a report: a heading, a sentence, and a table; and the words and numbers that it is written in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recruit.tables.audit.words import words
from recruit.tables.words import figure, p_value, percent

MOST_NAMED = 6
"""So many names stand in a sentence."""


@dataclass(frozen=True)
class Row:
    """One line: a cell for each column; `name` stands in the sentence where the verdict is one to look at."""

    name: str
    cells: tuple[str, ...]
    verdict: str | None = None


@dataclass(frozen=True)
class Part:
    """A heading, what was found in a sentence, and the table."""

    title: str
    said: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    alarm: bool = False

    @property
    def notable(self) -> bool:
        """Whether something in it is to be looked at."""
        return self.alarm or any(row.verdict in ("alarm", "watch") for row in self.rows)


class Writer:
    """Words and numbers in one language; what groups of an attribute are called."""

    def __init__(self, language: str, group: Callable[[str], str]) -> None:
        self.language, self.t, self.group = language, words(language), group

    def number(self, value: float | None, decimals: int = 2) -> str:
        return figure(value, self.language, decimals)

    def p(self, value: float | None) -> str:
        return p_value(value, self.language)

    def percent(self, value: float | None) -> str:
        return percent(value, self.language)

    def pair(self, ends: Any, how: Callable[[float | None], str]) -> str:
        return "–" if ends is None or None in ends else f"{how(ends[0])} … {how(ends[1])}"

    def columns(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.t[key] for key in keys)

    def reason(self, code: str) -> str:
        return self.t.get(code, code)

    def found(self, rows: Sequence[Row]) -> str:
        """Alarms and watches by name, or that there are none."""
        sentences = []
        for verdict in ("alarm", "watch"):
            names = [row.name for row in rows if row.verdict == verdict]
            if names:
                listed = ", ".join(names[:MOST_NAMED])
                if len(names) > MOST_NAMED:
                    listed = self.t["and_more"].format(names=listed, n=len(names) - MOST_NAMED)
                sentences.append(self.t[f"said_{verdict}"].format(names=listed))
        if sentences:
            return " ".join(sentences)
        silent = all(row.verdict == "no_conclusion" for row in rows)
        return self.t["said_no_conclusion" if silent else "said_none"]

    def without(self, figures: Mapping[str, Any], **keys: str) -> str:
        """How many are counted and not tested; nothing where there are none."""
        said = [
            self.t["without"].format(n=figures[key], what=self.t[f"what_{what}"])
            for key, what in keys.items()
            if figures.get(key)
        ]
        return "".join(f" {each}" for each in said)


def gravest(*verdicts: str) -> str:
    """The one to look at first; that nothing can be concluded is no finding."""
    return min(verdicts, key=("alarm", "watch", "no_concern", "no_conclusion").index)
