"""What the card of a source holds: a plot, and the same figures in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from recruit.figure_words import between, p_value
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.sources_figures import Cell
from recruit.sources_names import Names, item_name


@dataclass(frozen=True)
class Table:
    """Column heads, (verdict, cells) for each row, and which columns hold words."""

    label: str
    heads: list[str]
    rows: list[tuple[str, list[str]]]
    words: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Shown:
    """The plot of a card with what it is measured in, its notes, and its table."""

    unit: str
    plot: Markup
    table: Table
    notes: list[str] = field(default_factory=list)


def name_of(cell: Cell, names: Names) -> str:
    """What a cell's item is called in the reader's language."""
    return item_name(cell, names, language())


def tested(cell: Cell) -> list[str]:
    """The p and the adjusted p of a cell."""
    return [p_value(cell.p, language()), p_value(cell.adjusted_p, language())]


def count_of(count: int | None, n: int | None) -> str:
    """So many of so many."""
    return _("%(selected)s of %(n)s", selected=count, n=n)


def percentage(interval: Sequence[float] | None) -> str:
    """An interval of shares in percentage points."""
    return between(None if interval is None else [100 * end for end in interval], language(), 1)
