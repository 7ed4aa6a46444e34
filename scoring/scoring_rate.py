"""The scoring rate: the share of each group that scored above the median of all.

For tools that give a score and no selection, New York City Local Law 144 asks for it in place of a selection rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import TableError
from scoring.monitoring import Audit, audit

_ABOVE, _COUNT = "scored above the median", "persons with a score"


@dataclass(frozen=True)
class ScoringRate:
    """`median` of all who have a score; `n` of them, `without` who have none; `audit` of who is above it."""

    median: float
    n: int
    without: int
    audit: Audit

    def to_dict(self, boschloo: bool | None = None) -> dict[str, dict[str, Any]]:
        """Per attribute the figures of `Audit.to_dict`, "selected" being above the median, and the median."""
        figures = self.audit.to_dict(boschloo)
        whole = {"median": self.median, "n": self.n, "without_score": self.without}
        return {name: whole | attribute for name, attribute in figures["attributes"].items()}


def scoring_rate(
    table: pd.DataFrame,
    by: Sequence[str],
    score: str,
    count: str | None = None,
    alpha: Fraction = Fraction(1, 20),
    strata: Sequence[str] = (),
    parents: Mapping[str, str] | None = None,
) -> ScoringRate:
    """Audit who scored strictly above the overall median, a family of tests of its own per attribute.

    Parameters
    ----------
    table, by, count, alpha, strata, parents : as in `scoring.monitoring.audit`.
    score : name of a column of numbers; NaN and None are missing. Who has no score is counted and left out. The
        median is that of everybody with a score, those without group data too.

    Notes
    -----
    With an even number the median is the mean of the two in the middle; whoever has the median itself is not above
    it, so that with many ties fewer than half are.

    Source: Rules of the City of New York § 5-300, "scoring rate".

    Raises TableError naming the column, or the row and its value; also where nobody has a score.
    """
    if list(table.columns).count(score) != 1:
        known = ", ".join(map(str, table.columns)) or "no columns"
        raise TableError(f"column '{score}' must stand once in the table, which has {known}")
    values = _numbers(table[score])
    known_rows = ~np.isnan(values)
    kept = table[known_rows]
    if len(kept) == 0:
        raise TableError(f"column '{score}': nobody has a score, so there is no median")
    weights = (
        np.ones(len(table)) if count is None else pd.to_numeric(table[count], errors="coerce").to_numpy(float)
    )
    # `audit` refuses counts that are none; here they only must not disturb the median.
    whole = np.where(np.isfinite(weights) & (weights >= 0), weights, 0)
    low, high = _middle(values[known_rows], whole[known_rows])
    found = audit(
        kept.assign(**{_ABOVE: values[known_rows] > low}),
        by,
        _ABOVE,
        count,
        alpha,
        strata=strata,
        parents=parents,
    )
    return ScoringRate((low + high) / 2, found.applied, int(whole[~known_rows].sum()), found)


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    if pd.api.types.is_bool_dtype(column.dtype):
        raise TableError(f"column '{column.name}': expected numbers, got yes and no")
    texts = column.map(lambda value: float(value) if isinstance(value, Decimal) else value)
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    blank = column.isna().to_numpy() | (column.astype(str).str.strip() == "").to_numpy()
    bad = np.flatnonzero((np.isnan(numbers) & ~blank) | np.isinf(numbers))
    if len(bad):
        row = int(bad[0])
        raise TableError(
            f"column '{column.name}', row {row + 1} below the header: expected a number, got '{column.iloc[row]}'"
        )
    return numbers


def _middle(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    """The two scores in the middle, the same one twice with an odd number; above the lower is above the median."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    total = int(reached[-1])
    if total == 0:
        raise TableError("nobody has a score: the counts add up to 0")
    places = (total + 1) // 2, total // 2 + 1
    low, high = (float(values[order][np.searchsorted(reached, place)]) for place in places)
    return low, high
