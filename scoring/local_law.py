"""The table that New York City Local Law 144 asks for: rates and impact ratios per category.

It is a form of presentation, no test: impact ratios of small categories say next to nothing (docs/measures.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scoring.errors import ScoringError


@dataclass(frozen=True)
class Category:
    """One row. `n` persons of whom `selected` were selected (or scored above the median); None is hidden.

    `rate` is None for a category without persons, `ratio` where there is no rate above 0 to compare with, or where
    a category's figures are hidden: the ratio of another would tell about them.
    """

    name: str
    n: int | None
    selected: int | None
    rate: float | None
    ratio: float | None


def categories(counts: Mapping[str, tuple[int | None, int | None]]) -> list[Category]:
    """The rows of one attribute, in the order given. `counts`: category -> (selected, n), None where hidden.

    Those of unknown category are no category: the table states their number beside it.

    Source: Rules of the City of New York §§ 5-300 and 5-301: the rate of a category over that of the category with
    the highest rate; with scores, the share scoring above the median of all in place of the share selected.

    Raises ScoringError naming the category for counts that contradict each other.
    """
    for name, (selected, n) in counts.items():
        if selected is not None and n is not None and not 0 <= selected <= n:
            raise ScoringError(f"category '{name}': {selected} of {n} cannot be selected")
    rates = {
        name: Fraction(selected, n) if n and selected is not None else None
        for name, (selected, n) in counts.items()
    }
    hidden = any(None in pair for pair in counts.values())
    best = max((rate for rate in rates.values() if rate is not None), default=Fraction(0))
    return [
        Category(
            name,
            n,
            selected,
            None if rates[name] is None else float(rates[name]),  # type: ignore[arg-type]
            None if hidden or rates[name] is None or not best else float(rates[name] / best),  # type: ignore[operator]
        )
        for name, (selected, n) in counts.items()
    ]
