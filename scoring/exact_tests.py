"""Exact tests of a gap between one group and all others, and the price of testing many groups.

Everything works on many two-by-two tables at once: (selected, n) of the group and of the others. Given its
margins the number selected in the group is hypergeometric when group and selection are unrelated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.boschloo import boschloo_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Two outcomes count as equally probable when they differ by less than rounding can explain (as in R).
_SAME = 1 + 1e-7
_CELLS_AT_ONCE = 1 << 20
BOSCHLOO_LARGEST_N = 1_000


@dataclass(frozen=True)
class ExactP:
    """Two-sided p-values per table, each from 0 to 1, shape (m,)."""

    fisher: Floats
    midp: Floats


def exact_p(selected: ArrayLike, n: ArrayLike, other_selected: ArrayLike, other_n: ArrayLike) -> ExactP:
    """Fisher's two-sided p and the doubled mid-P of many tables.

    Parameters
    ----------
    selected, n, other_selected, other_n : array of int, shape (m,)
        Counts of the group and of all others. An empty side, or nobody or everybody selected, gives p = 1:
        such a table carries no evidence.

    Notes
    -----
    Fisher: the probabilities of all tables that are no more probable than the observed one, added up.
    Mid-P: twice the smaller tail with half of the observed table's probability, at most 1. It can exceed its
    level a little.

    Source: Fisher (1935), The Logic of Inductive Inference; Lancaster (1961), J. Am.
    Stat. Assoc. 56, 223-234.
    """
    counts = (selected, n, other_selected, other_n)
    s1, n1, s2, n2 = (np.atleast_1d(np.asarray(a, dtype=np.int64)) for a in counts)
    tables = np.stack([s1, n1, s1 + s2, n1 + n2], axis=1)
    if len(tables) == 0:
        return ExactP(np.empty(0), np.empty(0))
    unique, inverse = np.unique(tables, axis=0, return_inverse=True)
    fisher, midp = _of_unique(unique)
    inverse = inverse.reshape(-1)
    return ExactP(fisher[inverse], midp[inverse])


def _of_unique(tables: Ints) -> tuple[Floats, Floats]:
    x, n, chosen, total = tables.T
    lowest, width = _window(x, n, chosen, total)
    log_factorial = _log_factorials(int(total.max()).bit_length())
    fisher, midp = np.ones(len(tables)), np.ones(len(tables))
    # Tables of like width share one padded array, so that padding at most doubles the work.
    bucket = np.ceil(np.log2(width)).astype(np.int64)
    for size in np.unique(bucket).tolist():
        rows = np.flatnonzero(bucket == size)
        step = max(1, _CELLS_AT_ONCE >> size)
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            fisher[part], midp[part] = _tails(
                x[part], n[part], chosen[part], total[part], lowest[part], width[part], log_factorial
            )
    return fisher, midp


@lru_cache(maxsize=24)
def _log_factorials(bits: int) -> Floats:
    """Of every whole number below 2 to the power of `bits`."""
    from scipy.special import gammaln

    return np.asarray(gammaln(np.arange(1 << bits) + 1.0))


def _window(x: Ints, n: Ints, chosen: Ints, total: Ints) -> tuple[Ints, Ints]:
    """The least count that is looked at in each table, and how many from it on.

    As far to either side of the mean as the observed count is, and twelve standard deviations more: what lies
    outside is less than a billionth of a billionth of any p-value that it could be part of.
    """
    size = np.maximum(total, 1).astype(np.float64)
    mean = n * (chosen / size)
    spread = np.sqrt(mean * (1 - chosen / size) * ((total - n) / np.maximum(size - 1, 1)))
    reach = np.ceil(np.abs(x - mean) + 12 * spread + 40).astype(np.int64)
    middle = np.rint(mean).astype(np.int64)
    lowest = np.maximum(np.maximum(0, n + chosen - total), middle - reach)
    highest = np.minimum(np.minimum(n, chosen), middle + reach)
    return lowest, highest - lowest + 1


def _tails(
    x: Ints, n: Ints, chosen: Ints, total: Ints, lowest: Ints, width: Ints, log_factorial: Floats
) -> tuple[Floats, Floats]:
    column = np.arange(int(width.max()))[None, :]
    inside = column < width[:, None]
    k = np.where(inside, lowest[:, None] + column, lowest[:, None])
    f = log_factorial
    margins = f[n] + f[total - n] + f[chosen] + f[total - chosen] - f[total]
    rest = (total - n - chosen)[:, None] + k
    log_p = margins[:, None] - f[k] - f[n[:, None] - k] - f[chosen[:, None] - k] - f[rest]
    p = np.where(inside, np.exp(log_p), 0.0)
    p /= p.sum(axis=1, keepdims=True)
    here = np.take_along_axis(p, (x - lowest)[:, None], axis=1)
    fisher = np.where(p <= here * _SAME, p, 0.0).sum(axis=1)
    below = np.where(k < x[:, None], p, 0.0).sum(axis=1)
    above = np.where((k > x[:, None]) & inside, p, 0.0).sum(axis=1)
    midp = 2 * (np.minimum(below, above) + here[:, 0] / 2)
    return np.minimum(1.0, fisher), np.minimum(1.0, midp)


@dataclass(frozen=True)
class GapTest:
    """A two-sided p-value, and by which test it was found."""

    p: float
    method: Literal["boschloo", "midp"]


def boschloo(selected: int, n: int, other_selected: int, other_n: int) -> GapTest:
    """Boschloo's unconditional test of a gap, the smaller one-sided p doubled (at most 1).

    Above a thousand persons in all it takes seconds and says what mid-P says, so mid-P is given there, and
    `method` says so. An empty side gives p = 1.

    Source: Boschloo (1970), Statistica Neerlandica 24, 1-9.
    """
    if n + other_n > BOSCHLOO_LARGEST_N:
        return GapTest(float(exact_p(selected, n, other_selected, other_n).midp[0]), "midp")
    return GapTest(boschloo_p(selected, n, other_selected, other_n), "boschloo")


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """P-values adjusted so that rejecting those at most α keeps the false discovery rate at most α.

    Parameters
    ----------
    p : array of float in 0 to 1, shape (m,), one family; nothing may be missing.

    Source: Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    # Written out: importing scipy.stats for it takes longer than all tests of an audit.
    values = np.asarray(p, dtype=np.float64)
    family = values.size
    order = np.argsort(values, kind="stable")
    stepped = values[order] * (family / np.arange(1, family + 1))
    adjusted = np.empty(family)
    adjusted[order] = np.minimum.accumulate(stepped[::-1])[::-1]
    return np.minimum(adjusted, 1.0)


def odds_ratio(selected: int, n: int, other_selected: int, other_n: int) -> float | None:
    """Odds of the group over the odds of the others; None where infinite or undefined."""
    against = (n - selected) * other_selected
    if against == 0:
        return None
    return selected * (other_n - other_selected) / against
