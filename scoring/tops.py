"""Representation in every top k of an order: what random orders hold there, and where a group falls short.

Sources: Zehlike, Bonchi, Castillo, Hajian, Megahed & Baeza-Yates (2017), CIKM, 1569-1578 (FA*IR's m(k), here a detector
only). Of random orders the number of a group in the top k is hypergeometric, so its band needs no drawing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, gammaln

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: So many different k a curve has at most; between them an even step.
POINTS = 120
_SAME = 1e-9


@dataclass(frozen=True)
class TopCurve:
    """One group in the tops of `k`: how many each holds, and what random orders hold; arrays of the same length.

    ``low`` to ``high``: at least 95 % of random orders, at each k by itself. ``needed``: m(k) at the level that random
    orders fall short of anywhere in a share α: fewer than that is what the verdict is about.
    """

    held: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    needed: tuple[int, ...]


@dataclass(frozen=True)
class Short:
    """The first top k that holds fewer of a group than are needed."""

    k: int
    held: int
    needed: int


@dataclass(frozen=True)
class Tops:
    """The tops of an order: each ``k`` at which a tie ends, and how many of a group are in it.

    ``size`` of the group and ``n`` of all; ``held`` has the length of ``k``.
    """

    k: Ints
    held: Ints
    size: int
    n: int

    def needed(self, level: float) -> Ints:
        """m(k) at a level, for every k."""
        return smallest_counts(self.k, self.size / self.n, level)

    def first_short(self, level: float) -> Short | None:
        """The first top that holds fewer than m(k); None where none does."""
        needed = self.needed(level)
        short = np.flatnonzero(self.held < needed)
        if not len(short):
            return None
        i = int(short[0])
        return Short(int(self.k[i]), int(self.held[i]), int(needed[i]))

    def curve(self, at: Ints, level: float, confidence: float = 0.95) -> TopCurve:
        """What is drawn, at the indices ``at`` of ``k``."""
        ends = [random_counts(self.n, self.size, int(k), confidence) for k in self.k[at]]
        return TopCurve(
            tuple(self.held[at].tolist()),
            tuple(low for low, _ in ends),
            tuple(high for _, high in ends),
            tuple(self.needed(level)[at].tolist()),
        )


def drawn(k: Ints, also: Iterable[int]) -> Ints:
    """Which of the tops a curve shows, as indices: all of them or `POINTS` evenly, the last, and those of ``also``."""
    step = max(1, -(-len(k) // POINTS))
    every = np.arange(0, len(k), step)
    return np.unique(np.concatenate([every, [len(k) - 1], np.searchsorted(k, sorted(also))])).astype(np.int64)


def random_counts(n: int, size: int, k: int, confidence: float = 0.95) -> tuple[int, int]:
    """Between what the number of a group of ``size`` in the first ``k`` of ``n`` lies in so many random orders."""
    lowest, highest = max(0, k + size - n), min(size, k)
    count = np.arange(lowest, highest + 1)
    log_p = _log_choose(size, count) + _log_choose(n - size, k - count) - _log_choose(n, np.array(k))
    below = np.cumsum(np.exp(log_p))
    tail = (1 - confidence) / 2
    above = 1 - np.concatenate([[0.0], below[:-1]])
    low = int(count[np.flatnonzero(below > tail - _SAME)[0]])
    high = int(count[np.flatnonzero(above > tail - _SAME)[-1]])
    return low, high


def _log_choose(n: int, k: NDArray[np.int64]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def smallest_counts(k: ArrayLike, share: float, level: float) -> Ints:
    """FA*IR's m(k): the smallest count x with binomial F(x; k, share) above the level, for each k.

    An order fails where a top k holds fewer than that of the group.
    """
    places = np.atleast_1d(np.asarray(k, dtype=np.int64))
    counts = np.zeros(len(places), dtype=np.int64)
    short = bdtr(counts, places, share) <= level
    while short.any():
        counts[short] += 1
        short = short & (bdtr(np.minimum(counts, places), places, share) <= level) & (counts < places)
    return counts


def levels_of(tails: Floats, alpha: float) -> Floats:
    """The level at which a share of at most α of the random orders falls short in some top k, shape (groups,)."""
    ordered = np.sort(tails, axis=0)
    allowed = int(np.floor(alpha * (len(tails) + 1))) - 1
    if allowed < 0:
        return np.zeros(tails.shape[1])
    level = ordered[allowed]
    # Ties of the null at the level would let more than α through: go below them.
    more = (tails <= level * (1 + 1e-12)).sum(axis=0) > allowed + 1
    for g in np.flatnonzero(more):
        smaller = ordered[ordered[:, g] < level[g] * (1 - 1e-12), g]
        level[g] = smaller[-1] if len(smaller) else 0.0
    return np.asarray(level)
