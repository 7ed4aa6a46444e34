"""Intervals for rates and for differences between rates that hold up in small groups.

No bootstrap: with two persons in a group a bootstrap interval covers the truth 42 times of 100, and a single
rejected applicant gets the interval [0, 0].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[float, float]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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
    s, total = _counts(selected), _counts(n)
    answer: list[Pair | None] = [None] * len(total)
    some = np.flatnonzero(total > 0)
    low, high = _score_ends(s[some], total[some], confidence)
    for i, lo, hi in zip(some.tolist(), low.tolist(), high.tolist(), strict=True):
        answer[i] = (lo, hi)
    return answer


def _score_ends(selected: Ints, n: Ints, confidence: float) -> tuple[Floats, Floats]:
    """Both ends of Wilson's interval, n over 0: the rates p with |observed - p| = z √(p(1 - p)/n)."""
    from scipy.special import ndtri

    z = float(ndtri((1 + confidence) / 2))
    rate, width = selected / n, z * z / n
    middle = (rate + width / 2) / (1 + width)
    half = z * np.sqrt(rate * (1 - rate) / n + width / (4 * n)) / (1 + width)
    # Rounding leaves the scale at its ends; the ends themselves are exact.
    low = np.where(selected == 0, 0.0, np.maximum(0.0, middle - half))
    high = np.where(selected == n, 1.0, np.minimum(1.0, middle + half))
    return low, high


def newcombe(
    selected: ArrayLike, n: ArrayLike, other_selected: ArrayLike, other_n: ArrayLike, confidence: float = 0.95
) -> list[Pair | None]:
    """Newcombe's hybrid score intervals of the difference rate − rate of the others.

    Shapes as in `wilson`; ends lie between −1 and 1; None where either side is empty.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    s1, n1, s2, n2 = (_counts(a) for a in (selected, n, other_selected, other_n))
    answer: list[Pair | None] = [None] * len(n1)
    some = np.flatnonzero((n1 > 0) & (n2 > 0))
    s1, n1, s2, n2 = s1[some], n1[some], s2[some], n2[some]
    low1, high1 = _score_ends(s1, n1, confidence)
    low2, high2 = _score_ends(s2, n2, confidence)
    rate1, rate2 = s1 / n1, s2 / n2
    low = rate1 - rate2 - np.hypot(rate1 - low1, high2 - rate2)
    high = rate1 - rate2 + np.hypot(high1 - rate1, rate2 - low2)
    for i, lo, hi in zip(some.tolist(), low.tolist(), high.tolist(), strict=True):
        answer[i] = (max(-1.0, lo) + 0.0, min(1.0, hi) + 0.0)
    return answer


def _counts(values: ArrayLike) -> Ints:
    return np.atleast_1d(np.asarray(values, dtype=np.int64))
