"""How the groups lie in an order, each figure beside what a random order of the same people gives.

Without that null the figures mislead: a random order of thirty groups of three has a mean divergence of .78. They
describe an order that has been drawn. Nothing here, or anywhere, ranks anew by group.

Sources: Geyik, Ambler & Kenthapadi (2019), KDD, 2221-2231 (NDKL); Singh & Joachims (2018), KDD, 2219-2228 (exposure);
Zehlike, Bonchi, Castillo, Hajian, Megahed & Baeza-Yates (2017), CIKM, 1569-1578 (FA*IR).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, xlogy

from scoring.errors import TableError
from scoring.group_codes import Groups, finite, read_groups, same_length
from scoring.permutation import (
    Verdict,
    judged,
    null_interval,
    number,
    permutations_for,
    permuted,
    two_sided_p,
    upper_p,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: So many first places are looked at for representation, where nothing else is said.
LONGEST_TOP = 1_000


@dataclass(frozen=True)
class GroupParity:
    """One group in the order.

    ``exposure``: mean of 1/log2(1 + place) over its people; ``ratio``: that over the mean of all others;
    ``exposure_null``: between what the mean lies in 95 % of random orders. ``top_p``: how often some top k of a random
    order holds as improbably few of the group; ``first_below``: the first k with fewer than ``needed``, FA*IR's m(k)
    at the level ``top_level`` that random orders fall short of in a share α.
    """

    group: str
    n: int
    exposure: float
    ratio: float
    exposure_null: tuple[float, float]
    p: float
    adjusted_p: float
    verdict: Verdict
    top_p: float
    top_adjusted_p: float
    top_verdict: Verdict
    top_level: float
    first_below: int | None
    held: int | None
    needed: int | None


@dataclass(frozen=True)
class Parity:
    """How the groups of an attribute lie in an order; see `parity`."""

    n: int
    missing: int
    ties: int
    upto: int
    seed: int
    permutations: int
    alpha: float
    ndkl: float
    ndkl_null_mean: float
    ndkl_null: tuple[float, float]
    ndkl_p: float
    verdict: Verdict
    groups: tuple[GroupParity, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "n": self.n,
            "missing": self.missing,
            "ties": self.ties,
            "upto": self.upto,
            "seed": self.seed,
            "permutations": self.permutations,
            "alpha": self.alpha,
            "ndkl": {
                "value": number(self.ndkl),
                "null_mean": number(self.ndkl_null_mean),
                "null_interval": [number(each) for each in self.ndkl_null],
                "p": number(self.ndkl_p),
                "verdict": self.verdict,
            },
            "groups": {each.group: _plain(each) for each in self.groups},
        }


def _plain(each: GroupParity) -> dict[str, Any]:
    return {
        "n": each.n,
        "exposure": {
            "mean": number(each.exposure),
            "ratio": number(each.ratio),
            "null_interval": [number(end) for end in each.exposure_null],
            "p": number(each.p),
            "adjusted_p": number(each.adjusted_p),
            "verdict": each.verdict,
        },
        "top": {
            "p": number(each.top_p),
            "adjusted_p": number(each.top_adjusted_p),
            "level": number(each.top_level),
            "first_below": each.first_below,
            "held": each.held,
            "needed": each.needed,
            "verdict": each.top_verdict,
        },
    }


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


def parity(
    place: ArrayLike,
    group: Iterable[Any],
    *,
    seed: int,
    permutations: int | None = None,
    upto: int | None = None,
    alpha: float = 0.05,
) -> Parity:
    """NDKL, exposure and representation in every top k of an order, each against random orders of the same people.

    Parameters
    ----------
    place : array of numbers, shape (n,)
        1 is best; only the order counts. People with the same place are tied: NDKL and the tops are taken where a tie
        ends (with the weights of all its places), exposure is the mean over the places of the tie, and random orders
        have ties in the same places.
    group : n values; NaN, None and blank are missing. Those are counted, left out, and the order closes up.
    seed, permutations : of the random orders; None takes 1999, more where there are many groups.
    upto : how many first places the tops go to; None takes all, at most 1000.
    alpha : level of alarm and watch.

    Notes
    -----
    NDKL: Σ over prefixes of KL(groups in the prefix ‖ groups in all)/log2(1 + i), over Σ 1/log2(1 + i); natural
    logarithm; 0 is the same mix everywhere. Its p is one-sided, exposure's two-sided. The top of a group: the smallest
    binomial probability F(count; k, share) over all k, as in FA*IR; what that pays for looking at every k is not
    FA*IR's adjustment, which supposes independent draws, but how small it gets in random orders. Each of the two
    families (exposure, top) is Benjamini–Hochberg-adjusted over the groups.

    Raises
    ------
    TableError for a place that is no finite number or columns that differ in length.
    """
    labels = list(group)
    places = finite(place, "place")
    same_length(place=places, group=labels)
    everybody = read_groups(labels)
    known = everybody.code >= 0
    groups = everybody.only(known)
    block = _ties(places[known])
    n = len(block.start)
    top = min(n, LONGEST_TOP if upto is None else upto)
    if upto is not None and upto < 1:
        raise TableError(f"upto: expected a whole number from 1, got {upto}")
    count = permutations_for(len(groups.names), alpha, permutations)
    figures = _Figures(block, groups, top)
    if len(groups.names) < 2:
        return _of_one(groups, figures, everybody.missing, seed, count, alpha, top)
    own = np.argsort(groups.code[block.people], kind="stable")[None, :]
    observed, null = figures.of(own), [figures.of(rows) for rows in permuted(seed, n, count)]
    ndkl, exposure, tails = (np.concatenate([part[i] for part in null]) for i in range(3))
    worst = figures.worst()
    p = two_sided_p(exposure, observed[1][0])
    # Small tails are the extreme ones.
    tops = upper_p(-tails, -observed[2][0])
    worst_p = np.array([two_sided_p(exposure[:, [g]], worst[0][[g]])[0] for g in range(len(p))])
    worst_top = np.array([upper_p(-tails[:, [g]], -worst[1][[g]])[0] for g in range(len(p))])
    adjusted, verdicts = judged(p, worst_p, alpha)
    top_adjusted, top_verdicts = judged(tops, worst_top, alpha)
    low, high = null_interval(exposure)
    level = _levels(tails, alpha)
    ndkl_p = upper_p(ndkl[:, None], observed[0])
    divergent = figures.most_divergent()
    total = figures.weights.sum()
    rows = []
    for g, name in enumerate(groups.names):
        size, mean = int(figures.sizes[g]), float(observed[1][0][g])
        others = (total - mean * size) / (n - size)
        below = figures.first_below(own[0], g, float(level[g]))
        rows.append(
            GroupParity(
                group=name,
                n=size,
                exposure=mean,
                ratio=float(mean / others),
                exposure_null=(float(low[g]), float(high[g])),
                p=float(p[g]),
                adjusted_p=float(adjusted[g]),
                verdict=verdicts[g],
                top_p=float(tops[g]),
                top_adjusted_p=float(top_adjusted[g]),
                top_verdict=top_verdicts[g],
                top_level=float(level[g]),
                first_below=None if below is None else below[0],
                held=None if below is None else below[1],
                needed=None if below is None else below[2],
            )
        )
    ends = null_interval(ndkl[:, None])
    return Parity(
        n=n,
        missing=everybody.missing,
        ties=block.tied,
        upto=top,
        seed=seed,
        permutations=count,
        alpha=alpha,
        ndkl=float(observed[0][0]),
        ndkl_null_mean=float(ndkl.mean()),
        ndkl_null=(float(ends[0][0]), float(ends[1][0])),
        ndkl_p=float(ndkl_p[0]),
        verdict=judged(ndkl_p, upper_p(ndkl[:, None], np.array([divergent])), alpha)[1][0],
        groups=tuple(rows),
    )


def _of_one(
    groups: Groups, figures: _Figures, missing: int, seed: int, count: int, alpha: float, top: int
) -> Parity:
    """Nobody, or one group alone: nothing to compare, and said so."""
    nan, none = float("nan"), (float("nan"), float("nan"))
    rows = tuple(
        GroupParity(
            name, int(size), float(figures.weights.mean()), nan, none,
            nan, nan, "no_conclusion", nan, nan, "no_conclusion", nan, None, None, None,
        )
        for name, size in zip(groups.names, groups.sizes, strict=True)
    )  # fmt: skip
    ndkl = 0.0 if rows else nan
    n, tied = len(figures.block.start), figures.block.tied
    return Parity(n, missing, tied, top, seed, count, alpha, ndkl, nan, none, nan, "no_conclusion", rows)


@dataclass(frozen=True)
class _Block:
    """Places closed up, best first: who stands there, where the tie that holds the place starts and ends (from 0)."""

    people: Ints
    start: Ints
    end: Ints

    @property
    def tied(self) -> int:
        return int((self.end - self.start > 1).sum())


def _ties(places: Floats) -> _Block:
    people = np.argsort(places, kind="stable").astype(np.int64)
    ordered = places[people]
    n = len(ordered)
    return _Block(
        people,
        np.searchsorted(ordered, ordered, "left").astype(np.int64).reshape(n),
        np.searchsorted(ordered, ordered, "right").astype(np.int64).reshape(n),
    )


class _Figures:
    """The figures of many orders at once.

    An order comes as the places (from 0) of the people sorted by group, shape (orders, n).
    """

    def __init__(self, block: _Block, groups: Groups, top: int) -> None:
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
            tails[:, g] = self._tail(own, g)
            # Σ c ln c grows by this with each further person of the group.
            c = np.arange(size + 1)
            steps[rows, own] = np.diff(xlogy(c, c)) - np.log(size / n)
        prefix = self.checked + 1
        divergence = np.cumsum(steps, axis=1)[:, self.checked] / prefix - np.log(prefix)
        return np.maximum(divergence, 0.0) @ self.share_of_weight, exposure, tails

    def _tail(self, own: Ints, g: int) -> Floats:
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

    def worst(self) -> tuple[Floats, Floats]:
        """Exposure and tail of each group had it the last places, each of shape (groups,)."""
        n = len(self.block.start)
        pairs = []
        for g, size in enumerate(self.sizes.tolist()):
            own = np.arange(n - size, n)[None, :]
            pairs.append((self.weights[own].mean(), self._tail(own, g)[0]))
        return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])

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

    def first_below(self, places: Ints, g: int, level: float) -> tuple[int, int, int] | None:
        """The first top k that holds fewer than m(k): k, how many it holds, and m(k)."""
        own = np.sort(places[self.first[g] : self.first[g] + self.sizes[g]])
        k = self.block.end[self.checked]
        k = k[k <= self.top]
        held = np.searchsorted(np.sort(self.block.end[own]), k, "right")
        needed = smallest_counts(k, self.sizes[g] / len(self.block.start), level)
        short = np.flatnonzero(held < needed)
        if not len(short):
            return None
        i = int(short[0])
        return int(k[i]), int(held[i]), int(needed[i])


def _levels(tails: Floats, alpha: float) -> Floats:
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
