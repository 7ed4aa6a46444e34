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

from scoring.errors import TableError
from scoring.group_codes import Groups, finite, read_groups, same_length
from scoring.parity_figures import Figures, ties
from scoring.parity_result import GroupParity, Parity
from scoring.permutation import (
    Verdict,
    judged,
    null_interval,
    permutations_for,
    permuted,
    two_sided_p,
    upper_p,
)
from scoring.tops import drawn, levels_of, smallest_counts

__all__ = ["GroupParity", "Parity", "parity", "smallest_counts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: So many first places are looked at for representation, where nothing else is said.
LONGEST_TOP = 1_000


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
    if upto is not None and upto < 1:
        raise TableError(f"upto: expected a whole number from 1, got {upto}")
    labels = list(group)
    places = finite(place, "place")
    same_length(place=places, group=labels)
    everybody = read_groups(labels)
    known = everybody.code >= 0
    groups, block = everybody.only(known), ties(places[known])
    top = min(len(block.start), LONGEST_TOP if upto is None else upto)
    count = permutations_for(len(groups.names), alpha, permutations)
    figures = Figures(block, groups, top)
    asked = _Asked(everybody.missing, seed, count, alpha)
    if len(groups.names) < 2:
        return _of_one(groups, figures, asked)
    return _compared(groups, figures, asked)


@dataclass(frozen=True)
class _Asked:
    missing: int
    seed: int
    permutations: int
    alpha: float


@dataclass(frozen=True)
class _Orders:
    """The figures of the order as it is, shape (groups,), and of random ones, shape (permutations, groups).

    ``own``: the places (from 0) of the people sorted by group.
    """

    own: Ints
    ndkl: float
    exposure: Floats
    tails: Floats
    null_ndkl: Floats
    null_exposure: Floats
    null_tails: Floats


def _drawn(groups: Groups, figures: Figures, asked: _Asked) -> _Orders:
    own = np.argsort(groups.code[figures.block.people], kind="stable")
    ndkl, exposure, tails = figures.of(own[None, :])
    null = [figures.of(rows) for rows in permuted(asked.seed, len(own), asked.permutations)]
    return _Orders(
        own,
        float(ndkl[0]),
        exposure[0],
        tails[0],
        *(np.concatenate([part[i] for part in null]) for i in range(3)),
    )


def _compared(groups: Groups, figures: Figures, asked: _Asked) -> Parity:
    """Two groups or more."""
    orders = _drawn(groups, figures, asked)
    ndkl_p, verdict = _divergence(figures, orders, asked.alpha)
    ends = null_interval(orders.null_ndkl[:, None])
    exposures = _exposures(groups, figures, orders, asked.alpha)
    shown, tops = _tops(groups, figures, orders, asked.alpha)
    return Parity(
        n=len(orders.own),
        missing=asked.missing,
        ties=figures.block.tied,
        upto=figures.top,
        seed=asked.seed,
        permutations=asked.permutations,
        alpha=asked.alpha,
        ndkl=orders.ndkl,
        ndkl_null_mean=float(orders.null_ndkl.mean()),
        ndkl_null=(float(ends[0][0]), float(ends[1][0])),
        ndkl_p=ndkl_p,
        verdict=verdict,
        tops=shown,
        groups=tuple(
            GroupParity(group=name, n=size, **exposure, **top)
            for name, size, exposure, top in zip(
                groups.names, groups.sizes.tolist(), exposures, tops, strict=True
            )
        ),
    )


def _divergence(figures: Figures, orders: _Orders, alpha: float) -> tuple[float, Verdict]:
    """The p of NDKL, one-sided, and its verdict; the worst for it is the smallest group first, the largest last."""
    null = orders.null_ndkl[:, None]
    p, worst = (upper_p(null, np.array([each])) for each in (orders.ndkl, figures.most_divergent()))
    return float(p[0]), judged(p, worst, alpha)[1][0]


def _exposures(groups: Groups, figures: Figures, orders: _Orders, alpha: float) -> list[dict[str, Any]]:
    """The part of every group's `GroupParity` that is about its exposure."""
    null, worst = orders.null_exposure, figures.worst_exposure()
    p, worst_p = two_sided_p(null, orders.exposure), two_sided_p(null, worst)
    adjusted, verdicts = judged(p, worst_p, alpha)
    low, high = null_interval(null)
    sizes = groups.sizes
    others = (figures.weights.sum() - orders.exposure * sizes) / (len(orders.own) - sizes)
    return [
        {
            "exposure": float(orders.exposure[g]),
            "ratio": float(orders.exposure[g] / others[g]),
            "exposure_null": (float(low[g]), float(high[g])),
            "p": float(p[g]),
            "adjusted_p": float(adjusted[g]),
            "verdict": verdicts[g],
        }
        for g in range(len(sizes))
    ]


def _tops(
    groups: Groups, figures: Figures, orders: _Orders, alpha: float
) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
    """The k of the curves, and the part of every group's `GroupParity` that is about the tops."""
    # Small tails are the extreme ones.
    null, worst = -orders.null_tails, -figures.worst_tails()
    p, worst_p = upper_p(null, -orders.tails), upper_p(null, worst)
    adjusted, verdicts = judged(p, worst_p, alpha)
    level = levels_of(orders.null_tails, alpha)
    tops = [figures.tops(orders.own, g) for g in range(len(groups.names))]
    shorts = [each.first_short(float(level[g])) for g, each in enumerate(tops)]
    at = drawn(tops[0].k, [short.k for short in shorts if short])
    return tuple(tops[0].k[at].tolist()), [
        {
            "top_p": float(p[g]),
            "top_adjusted_p": float(adjusted[g]),
            "top_verdict": verdicts[g],
            "top_level": float(level[g]),
            "short": shorts[g],
            "curve": each.curve(at, float(level[g])),
        }
        for g, each in enumerate(tops)
    ]


def _of_one(groups: Groups, figures: Figures, asked: _Asked) -> Parity:
    """Nobody, or one group alone: nothing to compare, and said so."""
    nan, none = float("nan"), (float("nan"), float("nan"))
    rows = tuple(
        GroupParity(
            name, int(size), float(figures.weights.mean()), nan, none,
            nan, nan, "no_conclusion", nan, nan, "no_conclusion", nan, None, None,
        )
        for name, size in zip(groups.names, groups.sizes, strict=True)
    )  # fmt: skip
    block = figures.block
    return Parity(
        len(block.start), asked.missing, block.tied, figures.top, asked.seed, asked.permutations, asked.alpha,
        0.0 if rows else nan, nan, none, nan, "no_conclusion", (), rows,
    )  # fmt: skip
