"""The exact conditional test of a gap within strata, for strata too sparse for a χ².

Given its margins, the group's selected in a stratum are hypergeometric when the odds ratio is 1. The test looks at
their sum over strata, whose distribution is the convolution of all of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.strata import StratifiedCounts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Two sums count as equally probable when they differ by less than rounding can explain (as in R).
_SAME = 1 + 1e-7
# Below this a probability is left out: it is nothing beside any p-value that is told from 0.
_NOTHING = 1e-60
_ONE_BY_ONE = 48
_AT_ONCE = 256


def exact_conditional_p(counts: StratifiedCounts) -> float:
    """Two-sided p that the odds ratio is 1 in every stratum, from counts of shape (strata,).

    The probabilities of all sums (group's selected over all strata) that are no more probable than the observed
    one, added up: Fisher's rule, and Fisher's test where there is one stratum. Without informative strata p is 1;
    a p below 1e-60 is 0.

    Sources: Birch (1964), J. R. Stat. Soc. B 26, 313-324; Mehta, Patel & Gray (1985), J. Am. Stat. Assoc. 80,
    969-973.
    """
    kept = counts.informative
    x, n = counts.selected[kept], counts.n[kept]
    chosen, total = x + counts.other_selected[kept], n + counts.other_n[kept]
    if len(x) == 0:
        return 1.0
    first, p = sum_distribution(n, chosen, total)
    at = int(x.sum()) - first
    if not 0 <= at < len(p):
        return 0.0
    return min(1.0, float(p[p <= p[at] * _SAME].sum()))


def sum_distribution(n: Ints, chosen: Ints, total: Ints) -> tuple[int, Floats]:
    """The least sum and the probabilities of it and those after it, odds ratio 1, shape (sums,).

    `n` of a stratum's `total` are the group's, `chosen` of them are selected; shapes (strata,).
    """
    low, parts = _hypergeometrics(n, chosen, total)
    while len(parts) > _ONE_BY_ONE:
        low, parts = _pairs(low, parts)
    first, whole = int(low[0]), parts[0]
    for start, part in zip(low[1:].tolist(), parts[1:], strict=True):
        first, whole = _trimmed(first + start, np.convolve(whole, part))
    return first, whole / whole.sum()


def _trimmed(first: int, p: Floats) -> tuple[int, Floats]:
    kept = np.flatnonzero(p > _NOTHING)
    return first + int(kept[0]), p[kept[0] : kept[-1] + 1]


def _hypergeometrics(n: Ints, chosen: Ints, total: Ints) -> tuple[Ints, list[Floats]]:
    """Of each stratum the least number and the probabilities from it on, strata of like width side by side."""
    from scipy.special import gammaln

    unique, count = np.unique(np.stack([n, chosen, total], axis=1), axis=0, return_counts=True)
    n, chosen, total = unique.T
    low = np.maximum(0, n + chosen - total)
    width = np.minimum(n, chosen) - low + 1
    f = np.asarray(gammaln(np.arange(int(total.max()) + 1) + 1.0))
    lows: list[int] = []
    parts: list[Floats] = []
    order = np.argsort(width, kind="stable")
    for start in range(0, len(order), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        own, picked, whole = (each[rows, None] for each in (n, chosen, total))
        column = np.arange(int(width[rows].max()))
        inside = column < width[rows, None]
        k = np.where(inside, low[rows, None] + column, low[rows, None])
        log_p = f[own] + f[whole - own] + f[picked] + f[whole - picked] - f[whole]
        log_p = log_p - f[k] - f[own - k] - f[picked - k] - f[whole - own - picked + k]
        p = np.where(inside, np.exp(np.maximum(log_p, -700.0)), 0.0)
        p /= p.sum(axis=1, keepdims=True)
        for i, row in zip(rows.tolist(), p, strict=True):
            first, kept = _trimmed(int(low[i]), row)
            lows += [first] * int(count[i])
            parts += [kept] * int(count[i])
    return np.array(lows, dtype=np.int64), parts


def _pairs(low: Ints, parts: list[Floats]) -> tuple[Ints, list[Floats]]:
    """Neighbours added two and two: half as many distributions, all pairs of a block at once."""
    odd = len(parts) % 2
    left, right = parts[0 : len(parts) - odd : 2], parts[1 : len(parts) : 2]
    lows = (low[0 : len(parts) - odd : 2] + low[1 : len(parts) : 2]).tolist()
    found: list[Floats] = []
    for start in range(0, len(left), _AT_ONCE):
        found += _convolved(left[start : start + _AT_ONCE], right[start : start + _AT_ONCE])
    cut = [_trimmed(first, p) for first, p in zip(lows, found, strict=True)]
    firsts, sums = [first for first, _ in cut], [p for _, p in cut]
    if odd:
        firsts, sums = [*firsts, int(low[-1])], [*sums, parts[-1]]
    return np.array(firsts, dtype=np.int64), sums


def _convolved(left: list[Floats], right: list[Floats]) -> list[Floats]:
    a, b = _padded(left), _padded(right)
    if a.shape[1] > b.shape[1]:
        a, b = b, a
    out = np.zeros((len(a), a.shape[1] + b.shape[1] - 1))
    for shift in range(a.shape[1]):
        out[:, shift : shift + b.shape[1]] += a[:, shift : shift + 1] * b
    return list(out)


def _padded(parts: list[Floats]) -> Floats:
    out = np.zeros((len(parts), max(map(len, parts))))
    for i, part in enumerate(parts):
        out[i, : len(part)] = part
    return out
