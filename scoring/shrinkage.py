"""Rates of many small groups, each drawn towards the rate of the groups that it is like.

Groups are pooled within a parent first (countries within a licence route): their true rates are taken to come from
one beta distribution around the parent's rate, as wide as the groups' own counts say. A group with many persons
keeps its rate; a group with few is drawn towards its parent's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Method = Literal["empirical_bayes", "alike", "too_few_groups", "no_variation", "nobody"]
Within = Literal["parent", "all"]

FEWEST_GROUPS = 3
_GRID, _NODES = 41, 41


@dataclass(frozen=True)
class Shrunk:
    """Posterior rates per group, arrays of shape (groups,); NaN where there is none.

    ``pooled``: the rate a group is drawn to. ``weight``: how many persons the prior is most likely worth. ``below``:
    the probability that the group's true rate is below the pooled rate. ``method`` of each group:

    - *empirical_bayes*: the pool's rates differ more than chance makes them differ;
    - *alike*: they do not, and the likeliest weight is all persons of the pool;
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
    """Beta-binomial empirical Bayes with the mean fixed at the pooled rate, averaged over the prior's weight.

    Parameters
    ----------
    selected, n : array of int, shape (groups,); 0 <= selected <= n.
    parent : array of int, shape (groups,): which parent a group belongs to, -1 for none (pooled with all groups).

    Notes
    -----
    A group's rate is Beta(mμ, m(1 − μ)), μ the pool's selected over its persons and m from 1 to the pool's persons N:
    a prior cannot be worth more than what it was learnt from. How far small groups differ is hardly known, and one
    best m makes intervals that cover 77 % where they say 95 %. So the posterior is averaged over m, with weights of
    the beta-binomial likelihood of the pool's counts times n̄/(m + n̄)², n̄ the mean size of its groups (the share
    that a group is drawn, m/(m + n̄), is anything from 0 to 1 alike), what lies beyond N at N. The mean of
    (s + mμ)/(n + m) lies between the group's own rate and μ; the interval holds the middle `confidence`.

    Sources: Griffin & Krutchkoff (1971), Biometrika 58, 597-603; Deely & Lindley (1981), J. Am. Stat. Assoc. 76,
    833-841; the prior of m, Christiansen & Morris (1997), J. Am. Stat. Assoc. 92, 618-632.

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
    within: list[Within] = ["parent" if each >= 0 else "all" for each in pool.tolist()]
    rate, low, high, below, pooled, weight = (np.full(len(s), np.nan) for _ in range(6))
    found = Shrunk(rate, low, high, below, pooled, weight, (), tuple(within))
    method: list[Method] = ["nobody"] * len(s)
    for each in np.unique(pool[some]).tolist():
        # What is pooled with all groups learns from all of them, those with a parent of their own too.
        source = some if each == -1 else pool == each
        prior = _prior(s[source], size[source])
        rows = np.flatnonzero(some & (pool == each))
        found.pooled[rows], found.weight[rows] = prior.mean, prior.likeliest
        for row in rows.tolist():
            method[row] = prior.method
        if prior.method == "no_variation":
            _jeffreys(found, rows, s, size, confidence)
        else:
            _mixture(found, rows, s, size, prior, confidence)
    return replace(found, method=tuple(method))


@dataclass(frozen=True)
class _Prior:
    """The pool's rate, weights m and how probable each is, the likeliest weight, and how they were found."""

    mean: float
    weights: Floats
    probability: Floats
    likeliest: float
    method: Method


def _prior(selected: Ints, n: Ints) -> _Prior:
    """Of the groups of one pool, each with somebody in it."""
    persons = int(n.sum())
    mean = int(selected.sum()) / persons
    if mean in (0.0, 1.0):
        return _Prior(mean, np.empty(0), np.empty(0), np.nan, "no_variation")
    if len(n) < FEWEST_GROUPS:
        return _Prior(mean, np.ones(1), np.ones(1), 1.0, "too_few_groups")
    kinds, count = np.unique(np.stack([selected, n]), axis=1, return_counts=True)
    # The trapezoid rule on the logarithm of m.
    weights = np.exp(np.linspace(0.0, np.log(persons), _NODES))
    size = persons / len(n)
    prior = weights * size / (weights + size) ** 2 * (np.log(persons) / (_NODES - 1))
    prior[[0, -1]] /= 2
    prior[-1] += size / (persons + size)
    log_likelihood = _log_likelihood(kinds, count, mean, weights)
    probability = prior * np.exp(log_likelihood - log_likelihood.max())
    likeliest = _likeliest_weight(kinds, count, mean, persons)
    method: Method = "alike" if likeliest >= persons else "empirical_bayes"
    return _Prior(mean, weights, probability / probability.sum(), likeliest, method)


def _likeliest_weight(kinds: Ints, count: Ints, mean: float, persons: int) -> float:
    """The weight from 1 to all persons with the greatest likelihood, to a thousandth of itself or better."""
    low, high = 0.0, float(np.log(persons))
    for _ in range(4):
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


def _jeffreys(found: Shrunk, rows: Ints, s: Ints, n: Ints, confidence: float) -> None:
    from scipy.special import betaincinv

    tail, mine, size = (1 - confidence) / 2, s[rows], n[rows]
    a, b = mine + 0.5, size - mine + 0.5
    found.rate[rows] = found.pooled[rows]
    found.low[rows] = np.where(mine == 0, 0.0, betaincinv(a, b, tail))
    found.high[rows] = np.where(mine == size, 1.0, betaincinv(a, b, 1 - tail))


def _mixture(found: Shrunk, rows: Ints, s: Ints, n: Ints, prior: _Prior, confidence: float) -> None:
    """The posterior of each group: beta distributions, one for each weight of the prior."""
    from scipy.special import betainc

    # Groups with the same counts have the same posterior.
    (mine, size), back = np.unique(np.stack([s[rows], n[rows]]), axis=1, return_inverse=True)
    back = back.reshape(-1)
    a = mine[:, None] + prior.weights * prior.mean
    b = (size - mine)[:, None] + prior.weights * (1 - prior.mean)
    found.rate[rows] = ((a / (a + b)) * prior.probability).sum(axis=1)[back]
    found.below[rows] = (betainc(a, b, prior.mean) * prior.probability).sum(axis=1)[back]
    tail = (1 - confidence) / 2
    for target, ends in ((tail, found.low), (1 - tail, found.high)):
        ends[rows] = _quantile(a, b, prior.probability, target)[back]


def _quantile(a: Floats, b: Floats, probability: Floats, target: float) -> Floats:
    """Where the mixtures' distribution functions reach the target: Newton's steps, kept between bounds."""
    from scipy.special import betainc, betaincinv, betaln, xlog1py, xlogy

    kept = probability > 1e-10
    a, b, probability = a[:, kept], b[:, kept], probability[kept] / probability[kept].sum()
    # It lies between the quantiles of the single parts.
    parts = betaincinv(a, b, target)
    low, high, x = parts.min(axis=1), parts.max(axis=1), (parts * probability).sum(axis=1)
    scale = betaln(a, b)
    for _ in range(60):
        at = x[:, None]
        off = (betainc(a, b, at) * probability).sum(axis=1) - target
        low, high = np.where(off < 0, x, low), np.where(off < 0, high, x)
        density = (np.exp(xlogy(a - 1, at) + xlog1py(b - 1, -at) - scale) * probability).sum(axis=1)
        step = x - np.divide(off, density, out=np.full_like(off, np.inf), where=density > 1e-300)
        inside = (step > low) & (step < high)
        after = np.where(inside, step, (low + high) / 2)
        if np.all(np.abs(after - x) <= 1e-9):
            return np.asarray(after)
        x = after
    return np.asarray(x)
