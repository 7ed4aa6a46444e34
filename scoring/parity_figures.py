"""Divergence, exposure and smallest tail of many orders of the same people at once.

Sources: Geyik, Ambler & Kenthapadi (2019), KDD, 2221-2231 (NDKL); Singh & Joachims (2018), KDD, 2219-2228 (exposure).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, xlogy

from scoring.group_codes import Groups
from scoring.tops import Tops

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Places closed up, best first: who stands there, where the tie that holds the place starts and ends (from 0)."""

    people: Ints
    start: Ints
    end: Ints

    @property
    def tied(self) -> int:
        """How many share their place with somebody."""
        return int((self.end - self.start > 1).sum())


def ties(places: Floats) -> Block:
    """The order by place, shape (n,): best first, people with the same place in one tie."""
    people = np.argsort(places, kind="stable").astype(np.int64)
    ordered = places[people]
    n = len(ordered)
    return Block(
        people,
        np.searchsorted(ordered, ordered, "left").astype(np.int64).reshape(n),
        np.searchsorted(ordered, ordered, "right").astype(np.int64).reshape(n),
    )


class Figures:
    """The figures of many orders at once.

    An order comes as the places (from 0) of the people sorted by group, shape (orders, n). ``top``: so many first
    places are looked at for representation.
    """

    def __init__(self, block: Block, groups: Groups, top: int) -> None:
        self.block, self.sizes, self.top = block, groups.sizes, top
        n = len(block.start)
        discount = 1 / np.log2(np.arange(2, n + 2))
        sums = np.concatenate([[0.0], np.cumsum(discount)])
        # Within a tie everybody has the mean exposure of its places.
        self.weights = (sums[block.end] - sums[block.start]) / np.maximum(block.end - block.start, 1)
        # NDKL looks where a tie ends, with the weight of the whole tie.
        last = np.arange(1, n + 1) == block.end
        self.checked = np.flatnonzero(last)
        self.share_of_weight = (sums[block.end] - sums[block.start])[self.checked] / max(sums[-1], 1e-300)
        self.first = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64)

    def of(self, places: Ints) -> tuple[Floats, Floats, Floats]:
        """NDKL, shape (orders,); mean exposure and smallest tail, each of shape (orders, groups)."""
        orders, n = places.shape
        steps = np.empty((orders, n))
        exposure, tails = (np.empty((orders, len(self.sizes))) for _ in range(2))
        rows = np.arange(orders)[:, None]
        for g, (first, size) in enumerate(zip(self.first, self.sizes, strict=True)):
            own = np.sort(places[:, first : first + size], axis=1)
            exposure[:, g] = self.weights[own].mean(axis=1)
            tails[:, g] = self.tail(own, g)
            # Σ c ln c grows by this with each further person of the group.
            c = np.arange(size + 1)
            steps[rows, own] = np.diff(xlogy(c, c)) - np.log(size / n)
        prefix = self.checked + 1
        divergence = np.cumsum(steps, axis=1)[:, self.checked] / prefix - np.log(prefix)
        return np.maximum(divergence, 0.0) @ self.share_of_weight, exposure, tails

    def tail(self, own: Ints, g: int) -> Floats:
        """The smallest F(count; k, share) over the tops, shape (orders,), from sorted places, shape (orders, size)."""
        orders, size = own.shape
        share = self.sizes[g] / len(self.block.start)
        start = self.block.start[own]
        # The tail only falls while k grows and nobody of the group comes, so it is smallest before each of them.
        index = np.broadcast_to(np.arange(size), (orders, size))
        fresh = np.concatenate([np.ones((orders, 1), bool), start[:, 1:] != start[:, :-1]], axis=1)
        held = np.maximum.accumulate(np.where(fresh, index, 0), axis=1)
        ends = self.block.end[self.checked[self.checked < self.top]] if self.top else np.empty(0, np.int64)
        longest = int(ends[-1]) if len(ends) else 0
        within = (start > 0) & (start <= longest)
        tail = np.where(within, bdtr(held, np.maximum(start, 1), share), 1.0)
        if longest:
            tail = np.column_stack([tail, bdtr((self.block.end[own] <= longest).sum(axis=1), longest, share)])
        return np.asarray(tail.min(axis=1))

    def worst_exposure(self) -> Floats:
        """Exposure of each group had it the last places, shape (groups,)."""
        return np.array([self.weights[self._last(size)].mean() for size in self.sizes.tolist()])

    def worst_tails(self) -> Floats:
        """The smallest tail of each group had it the last places, shape (groups,)."""
        return np.array(
            [self.tail(self._last(size)[None, :], g)[0] for g, size in enumerate(self.sizes.tolist())]
        )

    def _last(self, size: int) -> Ints:
        n = len(self.block.start)
        return np.arange(n - size, n)

    def most_divergent(self) -> float:
        """The divergence with the smallest group first and the largest last."""
        n = len(self.block.start)
        places = np.empty((1, n), dtype=np.int64)
        at = 0
        for g in range(len(self.sizes) - 1, -1, -1):
            first, size = int(self.first[g]), int(self.sizes[g])
            places[0, first : first + size] = np.arange(at, at + size)
            at += size
        return float(self.of(places)[0][0])

    def tops(self, own: Ints, g: int) -> Tops:
        """A group in every top of one order, shape (n,), that ends with a tie."""
        places = own[self.first[g] : self.first[g] + self.sizes[g]]
        k = self.block.end[self.checked]
        k = k[k <= self.top]
        held = np.searchsorted(np.sort(self.block.end[places]), k, "right").astype(np.int64)
        return Tops(k, held, int(self.sizes[g]), len(self.block.start))
