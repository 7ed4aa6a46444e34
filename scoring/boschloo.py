"""Boschloo's unconditional test of a gap, fast enough for thirty small groups at every stage.

Fisher's one-sided p is taken as the statistic. For every common true rate π the probability of a table at least as
extreme is computed, and the p-value is its maximum over π.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SAME = 1 + 1e-7
_PEAKS, _CLOSER = 4, 9


@lru_cache(maxsize=1 << 14)
def boschloo_p(selected: int, n: int, other_selected: int, other_n: int) -> float:
    """Two-sided p: the smaller of both one-sided tests doubled, at most 1.

    An empty side, or nobody or everybody selected, gives 1.

    Source: Boschloo (1970), Statistica Neerlandica 24, 1-9.
    """
    s1, n1, s2, n2 = selected, n, other_selected, other_n
    if n1 == 0 or n2 == 0 or s1 + s2 in (0, n1 + n2):
        return 1.0
    if n1 > n2:
        s1, n1, s2, n2 = s2, n2, s1, n1
    below = _one_sided(s1, n1, s2, n2)
    above = _one_sided(n1 - s1, n1, n2 - s2, n2)
    return min(1.0, 2 * min(below, above))


def _one_sided(s1: int, n1: int, s2: int, n2: int) -> float:
    """P that the first side has so few compared with the second, at its maximum over the common rate."""
    least = _least_of_second(s1, n1, s2, n2)
    # π = sin² of an even grid: finest where binomials are narrowest. Then nearer and nearer to its highest peaks.
    grid = np.linspace(0.0, np.pi / 2, 49 + 4 * math.isqrt(n1 + n2))
    step = float(grid[1])
    p = _probability(least, n1, n2, np.sin(grid) ** 2)
    best = float(p.max())
    walls = np.concatenate([[-1.0], p, [-1.0]])
    peaks = np.flatnonzero((p >= walls[:-2]) & (p >= walls[2:]))
    centres = grid[peaks[np.argsort(-p[peaks], kind="stable")[:_PEAKS]]]
    for _ in range(3):
        around = np.clip(centres[:, None] + np.linspace(-step, step, _CLOSER), 0.0, np.pi / 2)
        p = _probability(least, n1, n2, np.sin(around.ravel()) ** 2).reshape(around.shape)
        best = max(best, float(p.max()))
        centres = np.take_along_axis(around, p.argmax(axis=1)[:, None], axis=1)[:, 0]
        step /= (_CLOSER - 1) / 2
    return min(1.0, best)


def _least_of_second(s1: int, n1: int, s2: int, n2: int) -> Ints:
    """For each count of the first side the least of the second that is as extreme; n2 + 1 where none is."""
    p = _fisher_below(n1, n2)
    first, chosen = np.arange(n1 + 1)[None, :], np.arange(n1 + n2 + 1)[:, None]
    extreme = (p <= p[s1 + s2, s1] * _SAME) & (chosen >= first) & (chosen <= first + n2)
    # Fisher's p falls as the second side gains: from the least on, all are as extreme.
    return np.where(extreme.any(axis=0), extreme.argmax(axis=0) - first[0], n2 + 1)


def _fisher_below(n1: int, n2: int) -> Floats:
    """One-sided Fisher p that the first side has so few or fewer, shape (selected in all, selected of it)."""
    from scipy.special import gammaln

    f = np.asarray(gammaln(np.arange(n1 + n2 + 1) + 1.0))
    chosen, k = np.arange(n1 + n2 + 1)[:, None], np.arange(n1 + 1)[None, :]
    inside = (k >= chosen - n2) & (k <= chosen)
    rest = np.clip(chosen - k, 0, n2)
    log_p = (f[n1] - f[k] - f[n1 - k]) + (f[n2] - f[rest] - f[n2 - rest])
    log_p += f[chosen] + f[n1 + n2 - chosen] - f[n1 + n2]
    p = np.exp(np.where(inside, log_p, -np.inf))
    below: Floats = np.cumsum(p, axis=1)
    return below


def _probability(least: Ints, n1: int, n2: int, rates: Floats) -> Floats:
    """P of the tables as extreme at each common rate, shape (rates,)."""
    from scipy.special import bdtrc, gammaln, xlog1py, xlogy

    k = np.arange(n1 + 1)
    log_choose = gammaln(n1 + 1.0) - gammaln(k + 1.0) - gammaln(n1 - k + 1.0)
    here = np.flatnonzero(least <= n2)
    k, cut = k[here, None], least[here, None]
    first = np.exp(log_choose[here, None] + xlogy(k, rates) + xlog1py(n1 - k, -rates))
    # Everybody of the second side or more than −1 of it: the whole tail.
    tail = np.where(cut == 0, 1.0, bdtrc(np.maximum(cut - 1, 0), n2, rates))
    return np.asarray((first * tail).sum(axis=0))
