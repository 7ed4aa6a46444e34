"""Confidence sets of places: between which places an application can truly stand, given the disagreement.

Each application is compared with every other one. Those whose total is higher by more than chance explains
certainly stand before it, those whose total is lower by more than that certainly after; between them lie the
places that cannot be ruled out.

Source: Mogstad, Romano, Shaikh and Wilhelm (2023), "Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries", Review of Economic Studies, doi:10.1093/restud/rdad006
(the marginal confidence set). The critical value is Šidák's (1967), J. Am. Stat. Assoc. 62, 626-633: it holds
whatever the dependence between the comparisons, which share an application and may share assessors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Above this many applications, what two panels share is no longer counted in their favour.
MOST_EXACT = 20_000
#: How many different variances are told apart above ``MOST_EXACT``.
_CLASSES = 50
_ROWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class RankSets:
    """``low`` and ``high``: first and last place that cannot be ruled out, shape (n,), 1 is best.

    ``critical``: how many standard errors two totals must differ by; infinite where nothing can be told.
    ``exact``: whether each pair had its own standard error, or (very many applications) an upper bound.
    """

    low: Ints
    high: Ints
    critical: float
    exact: bool


def critical_value(comparisons: int, confidence: float = 0.95, df: float = np.inf) -> float:
    """Šidák's two-sided critical value for a number of comparisons, from Student's t with ``df``.

    All of them hold together with at least ``confidence``, whatever their dependence. 0 comparisons give 0.
    Raises TableError for a negative number, a confidence outside (0, 1) or degrees of freedom not over 0.
    """
    from scipy.stats import t

    if comparisons < 0:
        raise TableError(f"comparisons: expected 0 or more, got {comparisons}")
    if not 0 < confidence < 1:
        raise TableError(f"confidence: expected a number between 0 and 1, got {confidence}")
    if not df > 0:
        raise TableError(f"df: expected degrees of freedom over 0, got {df}")
    if comparisons == 0:
        return 0.0
    # 1 - confidence^(1/m), without losing digits where m is large.
    each = -np.expm1(np.log(confidence) / comparisons)
    return float(t.isf(each / 2, df))


def rank_sets(
    totals: ArrayLike,
    variances: ArrayLike,
    loadings: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    df: float = np.inf,
) -> RankSets:
    """The marginal confidence set of the place of each application, the highest total first.

    Parameters
    ----------
    totals : array of float, shape (n,)
        Equal totals share a set, which holds all their places.
    variances : array of float, shape (n,)
        Of the error of each total that no other total shares; 0 or more.
    loadings : array of float, shape (n, m), optional
        What totals share, as factors of variance 1: the variance of the difference between i and j is
        ``variances[i] + variances[j] + |loadings[i] - loadings[j]|²``. For assessors whose severity has the
        standard deviation σ, the loadings are σ times the share of each assessor in the panel.
    confidence : float in (0, 1)
    df : degrees of freedom of the estimated variances; infinite if they are known.

    Returns
    -------
    RankSets; the set of each application holds its true place with at least ``confidence``.

    Raises TableError for shapes that do not match, or numbers that are missing, infinite or negative.
    """
    points, own, shared = _checked(totals, variances, loadings)
    n = len(points)
    critical = critical_value(max(n - 1, 0), confidence, df)
    order = np.argsort(-points, kind="stable")
    exact = n <= MOST_EXACT
    if exact:
        before, after = _count_exactly(points[order], own[order], shared[order], critical)
    else:
        before, after = _count_by_class(points[order], _bounds(own, shared)[order], critical)
    low, high = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    low[order] = 1 + before
    high[order] = n - after
    return RankSets(low, high, critical, exact)


def _count_exactly(points: Floats, own: Floats, shared: Floats, critical: float) -> tuple[Ints, Ints]:
    """How many stand certainly before and after each; points fall.

    Each pair is looked at once: who stands certainly after i has i certainly before. Pairs that are nearer
    than any, or farther than every, standard error allows need no standard error of their own.
    """
    n = len(points)
    before, after = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    squares = own + np.einsum("ij,ij->i", shared, shared)
    widest = critical * np.sqrt(2 * _bounds(own, shared).max(initial=0))
    narrowest = critical * np.sqrt(2 * own.min(initial=np.inf)) if n else 0.0
    for start in range(0, n, _ROWS_AT_ONCE):
        rows = slice(start, min(start + _ROWS_AT_ONCE, n))
        first = max(start, int(np.searchsorted(-points, narrowest - points[start], side="right")))
        # A hair more than the widest, lest rounding pass over a pair that stands just on it.
        last = int(np.searchsorted(-points, widest * (1 + 1e-9) + 1e-9 - points[rows.stop - 1], side="right"))
        columns = slice(first, max(last, first))
        variance = shared[rows] @ shared[columns].T
        variance *= -2
        variance += squares[rows, None]
        variance += squares[None, columns]
        np.maximum(variance, 0, out=variance)
        variance *= critical**2
        gap = points[rows, None] - points[None, columns]
        np.maximum(gap, 0, out=gap)  # pairs of this slice that lie the other way round
        gap *= gap
        certain = gap > variance
        after[rows] += np.count_nonzero(certain, axis=1) + (n - columns.stop)
        before[columns] += np.count_nonzero(certain, axis=0)
        before[columns.stop :] += rows.stop - rows.start
    return before, after


def _count_by_class(points: Floats, variances: Floats, critical: float) -> tuple[Ints, Ints]:
    """The same with variances alone, rounded up to few different ones; points fall."""
    steps = np.unique(variances)
    if len(steps) > _CLASSES:
        steps = np.unique(np.quantile(variances, np.linspace(0, 1, _CLASSES), method="higher"))
    kind = np.searchsorted(steps, variances)
    before, after = np.zeros(len(points), dtype=np.int64), np.zeros(len(points), dtype=np.int64)
    rising = -points
    for other, theirs in enumerate(steps):
        column = rising[kind == other]
        needed = critical * np.sqrt(steps[kind] + theirs)
        before += np.searchsorted(column, rising - needed, side="left")
        after += len(column) - np.searchsorted(column, rising + needed, side="right")
    return before, after


def _bounds(own: Floats, shared: Floats) -> Floats:
    """For each total a variance such that those of any two add up to no less than that of their difference.

    |a - b|² is at most |a|² + |b|² where no loading is negative, and at most 2|a|² + 2|b|² anyway.
    """
    squares: Floats = np.einsum("ij,ij->i", shared, shared)
    return own + (1 if (shared >= 0).all() else 2) * squares


def _checked(
    totals: ArrayLike, variances: ArrayLike, loadings: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    points = np.asarray(totals, dtype=np.float64)
    own = np.asarray(variances, dtype=np.float64)
    shared = np.zeros((len(points), 0)) if loadings is None else np.asarray(loadings, dtype=np.float64)
    if points.ndim != 1 or own.shape != points.shape or shared.ndim != 2 or len(shared) != len(points):
        raise TableError(
            f"totals of shape {points.shape}, variances of shape {own.shape} and loadings of shape {shared.shape}: "
            "expected (n,), (n,) and (n, m)"
        )
    for name, array in (("totals", points), ("variances", own), ("loadings", shared)):
        if not np.isfinite(array).all():
            raise TableError(f"{name}: a number is missing or infinite; leave the application out")
    if (own < 0).any():
        raise TableError(f"variances: expected 0 or more, got {own.min():g}")
    return points, own, shared
