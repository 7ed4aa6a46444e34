"""Permutation nulls: what a figure would be if people had been dealt out to the groups at random.

A p-value counts the observed arrangement among the permuted ones, so that it is valid at any number of permutations.
Source: Phipson & Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9, article 39.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.errors import TableError
from scoring.exact_tests import benjamini_hochberg

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Verdict = Literal["alarm", "watch", "no_conclusion", "no_concern"]

#: How many permutations there are at least, where none are asked for.
PERMUTATIONS = 1999
#: And at most, unless the family of tests is so large that fewer could not show anything.
MOST = 19_999
_CELLS_AT_ONCE = 1 << 21
# Sums of the same numbers in another order differ by rounding only.
_SAME = 1e-9
_ROUNDING = 1 + 1e-9


def permutations_for(tests: int, alpha: float, asked: int | None) -> int:
    """How many permutations: as many as asked for, or enough for one of so many tests to reach α after adjustment.

    What decides there is a p of α/tests: ten times as many as it takes to see one so small, where that is not too many.
    """
    if not 0 < alpha < 1:
        raise TableError(f"alpha: expected a level over 0 and under 1, got {alpha}")
    if asked is None:
        needed = max(1, tests) / alpha
        return max(PERMUTATIONS, min(MOST, ceil(10 * needed) - 1), ceil(4 * needed) - 1)
    if asked < 1:
        raise TableError(f"permutations: expected a whole number from 1, got {asked}")
    return int(asked)


def permuted(seed: int, n: int, permutations: int) -> Iterator[Ints]:
    """Random orders of 0..n-1 in pieces of shape (≤ chunk, n), in all ``permutations`` of them."""
    random = np.random.default_rng(seed)
    chunk = max(1, _CELLS_AT_ONCE // max(1, n))
    for start in range(0, permutations, chunk):
        rows = min(chunk, permutations - start)
        # Columns are shuffled along rows: each row is a permutation of its own.
        yield random.permuted(np.tile(np.arange(n, dtype=np.int64), (rows, 1)), axis=1)


def upper_p(null: Floats, observed: Floats) -> Floats:
    """One-sided p-values: how often the null, shape (permutations, m), is at least the observed, shape (m,)."""
    slack = _SAME * np.maximum(1.0, np.abs(observed))
    return np.asarray((1 + (null >= observed - slack).sum(axis=0)) / (1 + len(null)))


def two_sided_p(null: Floats, observed: Floats) -> Floats:
    """Twice the smaller one-sided p-value, at most 1; shapes as in `upper_p`."""
    return np.asarray(np.minimum(1.0, 2 * np.minimum(upper_p(null, observed), upper_p(-null, -observed))))


def null_interval(null: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Between what the figure lies in so large a share of permutations, each shape (m,)."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(null, [tail, 1 - tail], axis=0)
    return np.asarray(low), np.asarray(high)


def judged(p: Floats, worst: Floats, alpha: float = 0.05) -> tuple[Floats, tuple[Verdict, ...]]:
    """Adjusted p-values and verdicts of one family, by the rules of `scoring.verdicts`.

    Parameters
    ----------
    p : array of float, shape (m,); NaN where there is nothing to test: such a member is in no family.
    worst : array of float, shape (m,)
        The p-value that the member would have had in the arrangement that is worst for it: no conclusion where even
        that, adjusted with the others as they are, stays above α.
    """
    adjusted = np.full(len(p), np.nan)
    tested = np.isfinite(p)
    adjusted[tested] = benjamini_hochberg(p[tested])
    level = alpha * _ROUNDING
    verdicts: list[Verdict] = []
    for i in range(len(p)):
        if not tested[i]:
            verdicts.append("no_conclusion")
        elif adjusted[i] <= level:
            verdicts.append("alarm")
        elif p[i] <= level:
            verdicts.append("watch")
        else:
            verdicts.append("no_concern" if _could_alarm(i, p, worst, tested, level) else "no_conclusion")
    return adjusted, tuple(verdicts)


def _could_alarm(i: int, p: Floats, worst: Floats, tested: NDArray[np.bool_], level: float) -> bool:
    if not np.isfinite(worst[i]) or worst[i] > level:
        return False
    if worst[i] * tested.sum() <= level:
        return True
    redone = np.where(np.arange(len(p)) == i, worst, p)
    at = int(tested[:i].sum())
    return bool(benjamini_hochberg(redone[tested])[at] <= level)


def number(value: float | np.floating) -> float | None:
    """A figure as JSON knows it: what cannot be computed is null, never a number."""
    return float(value) if np.isfinite(value) else None
