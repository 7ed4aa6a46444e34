"""Intervals for rates and for differences between rates that hold up in small groups.

No bootstrap: with two persons in a group a bootstrap interval covers the truth 42 times of 100, and a single
rejected applicant gets the interval [0, 0].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[float, float]


def _interval(low: float, high: float, least: float) -> Pair:
    # The formulas leave the scale by a rounding error at its ends; the ends themselves are exact.
    return (max(least, low) + 0.0, min(1.0, high) + 0.0)


def wilson(selected: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> list[Pair | None]:
    """Wilson score intervals of rates.

    Parameters
    ----------
    selected, n : array of int, shape (m,)
        How many were selected, and of how many; 0 <= selected <= n.
    confidence : float in (0, 1)

    Returns
    -------
    list of (low, high) in 0 to 1; None where n is 0, since nobody means no rate, not a rate of zero.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.
    """
    from statsmodels.stats.proportion import proportion_confint

    s, total = _counts(selected), _counts(n)
    answer: list[Pair | None] = [None] * len(total)
    some = np.flatnonzero(total > 0)
    low, high = proportion_confint(s[some], total[some], alpha=1 - confidence, method="wilson")
    for i, lo, hi in zip(some.tolist(), np.atleast_1d(low), np.atleast_1d(high), strict=True):
        ends = _interval(float(lo), float(hi), 0.0)
        answer[i] = (0.0 if s[i] == 0 else ends[0], 1.0 if s[i] == total[i] else ends[1])
    return answer


def newcombe(
    selected: ArrayLike, n: ArrayLike, other_selected: ArrayLike, other_n: ArrayLike, confidence: float = 0.95
) -> list[Pair | None]:
    """Newcombe's hybrid score intervals of the difference rate − rate of the others.

    Shapes as in `wilson`; ends lie between −1 and 1; None where either side is empty.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    s1, n1, s2, n2 = (_counts(a) for a in (selected, n, other_selected, other_n))
    answer: list[Pair | None] = [None] * len(n1)
    some = np.flatnonzero((n1 > 0) & (n2 > 0))
    if len(some) == 0:
        return answer
    low, high = confint_proportions_2indep(
        s1[some], n1[some], s2[some], n2[some], method="newcomb", compare="diff", alpha=1 - confidence
    )
    for i, lo, hi in zip(some.tolist(), np.atleast_1d(low), np.atleast_1d(high), strict=True):
        answer[i] = _interval(float(lo), float(hi), -1.0)
    return answer


def _counts(values: ArrayLike) -> NDArray[np.int64]:
    return np.atleast_1d(np.asarray(values, dtype=np.int64))
