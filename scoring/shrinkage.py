"""Rates of many small groups, each drawn towards the rate of the groups that it is like.

Groups are pooled within a parent first (countries within a licence route): their true rates are taken to come from
one beta distribution around the parent's rate, as wide as the groups' own counts say. A group with many persons
keeps its rate; a group with few is drawn towards its parent's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Method = Literal["empirical_bayes", "alike", "too_few_groups", "no_variation", "nobody"]
Within = Literal["parent", "all"]

FEWEST_GROUPS = 3
_GRID = 161


@dataclass(frozen=True)
class Shrunk:
    """Posterior rates per group, arrays of shape (groups,); NaN where there is none.

    ``pooled``: the rate a group is drawn to. ``weight``: how many persons the prior is worth. ``below``: the
    probability that the group's true rate is below the pooled rate. ``method`` of each group:

    - *empirical_bayes*: the weight is the one that makes the pool's counts most probable;
    - *alike*: the pool's rates differ no more than chance makes them differ. The weight is all persons of the pool,
      since a prior cannot be worth more than what it was learnt from;
    - *too_few_groups*: fewer than three groups even in the whole; how far they differ cannot be learnt, and the
      prior is worth one person;
    - *no_variation*: nobody or everybody of the pool was selected. The rate stays, the interval is Jeffreys' of
      the group alone, and `below` is not defined;
    - *nobody*: the group is empty.

    ``within``: whether the pool is the group's parent or, with fewer than three groups in it, all groups.
    """

    rate: Floats
    low: Floats
    high: Floats
    below: Floats
    pooled: Floats
    weight: Floats
    method: tuple[Method, ...]
    within: tuple[Within, ...]


def shrink(
    selected: ArrayLike, n: ArrayLike, parent: ArrayLike | None = None, confidence: float = 0.95
) -> Shrunk:
    """Beta-binomial empirical Bayes with the mean fixed at the pooled rate.

    Parameters
    ----------
    selected, n : array of int, shape (groups,); 0 <= selected <= n.
    parent : array of int, shape (groups,): which parent a group belongs to, -1 for none (pooled with all groups).

    Notes
    -----
    A group's rate is Beta(mμ, m(1 − μ)), μ the pool's selected over its persons and m, from 1 to the pool's
    persons, the weight that maximises the beta-binomial likelihood of its groups' counts. The posterior mean
    (s + mμ)/(n + m) lies between the group's own rate and μ. The interval holds the middle `confidence` of the
    posterior; it does not hold the uncertainty of μ and m, and is somewhat narrow where a pool has few groups.

    Source: Griffin & Krutchkoff (1971), Biometrika 58, 597-603; Carlin & Louis (2000), Bayes and Empirical Bayes
    Methods for Data Analysis, ch. 3.

    Raises TableError naming the group by its place where more are selected than there are, or a count is negative.
    """
    s, size = (np.atleast_1d(np.asarray(a, dtype=np.int64)) for a in (selected, n))
    bad = np.flatnonzero((s < 0) | (s > size))
    if len(bad):
        at = int(bad[0])
        raise TableError(
            f"group {at + 1}: selected is {s[at]} of n {size[at]}: expected a number from 0 to n"
        )
    of = np.full(len(s), -1) if parent is None else np.asarray(parent, dtype=np.int64)
    some = size > 0
    pool = np.where(some, of, -1)
    for each in np.unique(pool[pool >= 0]).tolist():
        if (pool == each).sum() < FEWEST_GROUPS:
            pool[pool == each] = -1
    mean, weight = np.full(len(s), np.nan), np.full(len(s), np.nan)
    method = np.full(len(s), "nobody", dtype=object)
    for each in np.unique(pool[some]).tolist():
        # What is pooled with all groups learns from all of them, those with a parent of their own too.
        source = some if each == -1 else pool == each
        mean[pool == each], weight[pool == each], method[pool == each] = _prior(s[source], size[source])
    method[~some] = "nobody"
    mean[~some], weight[~some] = np.nan, np.nan
    within: list[Within] = ["parent" if each >= 0 else "all" for each in pool.tolist()]
    return _posterior(s, size, mean, weight, tuple(method.tolist()), tuple(within), confidence)


def _prior(selected: Ints, n: Ints) -> tuple[float, float, Method]:
    """Mean, weight and how they were found, from the groups of one pool, each with somebody in it."""
    persons = int(n.sum())
    mean = int(selected.sum()) / persons
    if mean in (0.0, 1.0):
        return mean, np.nan, "no_variation"
    if len(n) < FEWEST_GROUPS:
        return mean, 1.0, "too_few_groups"
    weight = _likeliest_weight(selected, n, mean, persons)
    return mean, weight, "alike" if weight >= persons else "empirical_bayes"


def _likeliest_weight(selected: Ints, n: Ints, mean: float, persons: int) -> float:
    """The weight from 1 to all persons with the greatest likelihood, to a thousandth of itself or better."""
    kinds, count = np.unique(np.stack([selected, n]), axis=1, return_counts=True)
    low, high = 0.0, float(np.log(persons))
    for _ in range(3):
        grid = np.linspace(low, high, _GRID)
        best = int(np.argmax(_log_likelihood(kinds, count, mean, np.exp(grid))))
        if best == _GRID - 1 and high == float(np.log(persons)):
            return float(persons)
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, _GRID - 1)])
    return float(np.exp(grid[best]))


def _log_likelihood(kinds: Ints, count: Ints, mean: float, weight: Floats) -> Floats:
    """Of the counts, without what does not depend on the weight; shape of `weight`."""
    from scipy.special import betaln

    a, b = mean * weight, (1 - mean) * weight
    s, rest = kinds[0][:, None], (kinds[1] - kinds[0])[:, None]
    return np.asarray((count[:, None] * (betaln(s + a, rest + b) - betaln(a, b))).sum(axis=0))


def _posterior(
    s: Ints,
    n: Ints,
    mean: Floats,
    weight: Floats,
    method: tuple[Method, ...],
    within: tuple[Within, ...],
    confidence: float,
) -> Shrunk:
    from scipy.special import betainc, betaincinv

    still = np.array([each == "no_variation" for each in method], dtype=bool)
    tail = (1 - confidence) / 2
    a = np.where(still, s + 0.5, s + weight * mean)
    b = np.where(still, n - s + 0.5, n - s + weight * (1 - mean))
    low, high = betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)
    return Shrunk(
        rate=np.where(still, mean, a / (a + b)),
        low=np.where(still & (s == 0), 0.0, low),
        high=np.where(still & (s == n), 1.0, high),
        below=np.where(still, np.nan, betainc(a, b, mean)),
        pooled=mean,
        weight=weight,
        method=method,
        within=within,
    )
