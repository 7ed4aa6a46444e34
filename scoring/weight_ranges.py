"""How much of a list stays while the weights vary within stated ranges: drawn at random, and at the corners."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import Profile
from scoring.errors import LevelError, ProfileError, TableError
from scoring.order import Integers
from scoring.other_weights import (
    Matrix,
    Number,
    check_places,
    checked_number,
    matrix_of,
    reweighted,
    statuses,
)
from scoring.ranking import Ranking
from scoring.ranking_table import RANKED
from scoring.sensitivity import ListChange, change_with

__all__ = ["Corner", "WeightRanges", "weight_ranges"]

#: Weights are drawn as whole numbers of this many parts of a point, so that totals are exact and ties are ties.
PARTS = 1000
MOST_DRAWS = 1_000_000

_CELLS_AT_ONCE = 1 << 19

Bounds = Mapping[str, tuple[Number, Number]]


@dataclass(frozen=True, slots=True)
class Corner:
    """The list with one criterion at an end of its range and all others at their own weights, rescaled.

    ``weight``: before rescaling, in points of 100.
    """

    criterion: str
    end: str
    weight: Fraction
    change: ListChange


@dataclass(frozen=True, slots=True)
class WeightRanges:
    """How the first ``k`` fare. ``listed``: who is on the list now, best first.

    ``ranges``: lowest and highest weight of each criterion, in points of 100 before rescaling. ``mean_share``
    and ``least_stays``: of those listed, the share that stays on average over the draws, and how many stay in
    the worst one; None if nobody is listed. ``always``: how many are on the list in every draw.

    ``table``: everybody who is listed or ever was in a draw: application, place (now), listed, times (in how
    many draws among the first k) and share; by place now, those without one last.

    ``corners``: two per criterion, exact. ``moves_most``: the criterion whose corner lets the fewest stay, the
    first of the profile if several do; None if no corner changes the list.
    """

    k: int
    draws: int
    seed: int
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    listed: tuple[str, ...]
    mean_share: Fraction | None
    least_stays: int | None
    always: int
    table: pd.DataFrame
    corners: tuple[Corner, ...]
    moves_most: str | None


def weight_ranges(
    ranking: Ranking,
    profile: Profile,
    ranges: Number | Bounds,
    *,
    k: int,
    seed: int,
    draws: int = 1000,
) -> WeightRanges:
    """Vary the weights within ranges.

    Parameters
    ----------
    ranking, profile : the ranking and the profile that it was made with.
    ranges : a share above 0 and at most 1: each weight may be up to that share of itself lower or higher; or for
        criteria by key the lowest and highest weight in points of 100, the others staying as they are.
    k : the length of the list.
    seed : for ``numpy.random.default_rng``; the same seed gives the same draws.
    draws : how many, 1 to ``MOST_DRAWS``.

    Notes
    -----
    Each weight is drawn by itself, uniformly from the thousandths of a point in its range, and then all are
    rescaled to a sum of 100, so that a weight as used may lie outside its range. Threshold, gates, tie rule and
    lot are those of ``with_weights``. A criterion counts in every draw, however small its weight, unless the
    highest end of its range is 0; at a corner of exactly 0 it does not.

    Raises
    ------
    ProfileError for ranges that are no such numbers, or where nothing could count; TableError for ``k`` or
    ``draws`` out of range; LevelError for levels too fine to be added exactly.
    """
    check_places(k)
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= MOST_DRAWS:
        raise TableError(f"draws: expected a whole number from 1 to {MOST_DRAWS}, got {draws!r}")
    matrix = matrix_of(ranking, profile)
    own = profile.weights_at(ranking.stage)
    exact = _ranges(ranges, own)
    weights = _draw(exact, draws, seed)
    listed = ranking.ranked[:k]
    times, stays = _times(matrix, profile, ranking.stage, exact, weights, k, len(listed))
    corners = _corners(ranking, profile, matrix, exact, own, k)
    worst = min(corners, key=lambda each: each.change.stays)
    return WeightRanges(
        k=k,
        draws=draws,
        seed=seed,
        ranges=exact,
        listed=listed,
        mean_share=Fraction(int(stays.sum()), draws * len(listed)) if listed else None,
        least_stays=int(stays.min()) if listed else None,
        always=int((times[: len(listed)] == draws).sum()),
        table=_table(ranking, times, draws, len(listed)),
        corners=corners,
        moves_most=worst.criterion if worst.change.goes_out or worst.change.comes_in else None,
    )


def _ranges(ranges: Number | Bounds, own: Mapping[str, Fraction]) -> dict[str, tuple[Fraction, Fraction]]:
    if not isinstance(ranges, Mapping):
        share = checked_number(ranges, "ranges")
        if not 0 < share <= 1:
            raise ProfileError.expected("ranges", "a share above 0 and at most 1", ranges)
        return {key: (weight * (1 - share), weight * (1 + share)) for key, weight in own.items()}
    result = {key: (weight, weight) for key, weight in own.items()}
    for key, ends in ranges.items():
        if key not in own:
            raise ProfileError.expected("ranges", f"one of the criteria {', '.join(own)}", key)
        try:
            low, high = ends
        except (TypeError, ValueError):
            raise ProfileError.expected(f"ranges.{key}", "a lowest and a highest weight", ends) from None
        exact = checked_number(low, f"ranges.{key}"), checked_number(high, f"ranges.{key}")
        if not exact[0] <= exact[1] <= 100:
            raise ProfileError.expected(f"ranges.{key}", "0 ≤ lowest ≤ highest ≤ 100", list(map(str, exact)))
        result[key] = exact
    if not any(high for _low, high in result.values()):
        raise ProfileError("ranges", "all weights are 0; at least one criterion must count")
    return result


def _draw(ranges: Mapping[str, tuple[Fraction, Fraction]], draws: int, seed: int) -> Integers:
    """Weights in thousandths of a point, shape (draws, m)."""
    lows, highs = [], []
    for low, high in ranges.values():
        first, last = math.ceil(low * PARTS), math.floor(high * PARTS)
        if first > last:  # a weight that stays as it is, such as 100/3
            first = last = round(low * PARTS)
        counts = 1 if high else 0
        lows.append(max(first, counts))
        highs.append(max(last, counts))
    random = np.random.default_rng(seed)
    return random.integers(np.array(lows), np.array(highs), size=(draws, len(lows)), endpoint=True)


def _times(
    matrix: Matrix,
    profile: Profile,
    stage: str,
    ranges: Mapping[str, tuple[Fraction, Fraction]],
    weights: Integers,
    k: int,
    listed: int,
) -> tuple[Integers, Integers]:
    """In how many draws each application is among the first k, (n,), and how many of those listed, (draws,).

    Those listed are the first rows of the matrix. Total, ties and lot are one number per application, so that
    the k-th largest of them is the line.
    """
    counted = {key: Fraction(high > 0) for key, (_low, high) in ranges.items()}
    other = reweighted(profile, stage, counted)
    columns = [matrix.keys.index(each.key) for each in other.required_at(stage)]
    may = np.flatnonzero(statuses(matrix, other, stage, columns) == RANKED)
    times = np.zeros(len(matrix.ids), dtype=np.int64)
    stays = np.zeros(len(weights), dtype=np.int64)
    if not len(may) or k == 0:
        return times, stays
    given, ordering = matrix.given[may], matrix.ordering[may]
    raw = matrix.ordering is matrix.given
    largest = int(weights.sum(axis=1).max())
    highest = max(4 * matrix.given_denominator, int(np.abs(ordering).max(initial=0)))
    if (largest * highest + 1) * len(may) >= 1 << 62:
        raise LevelError(
            "the levels have no common denominator that is small enough to vary the weights exactly"
        )
    ties = [matrix.keys.index(key) for key in other.stages[stage].ties]
    behind = np.lexsort((matrix.lot[may], *(-ordering[:, each] for each in reversed(ties))))
    ahead = np.empty(len(may), dtype=np.int64)
    ahead[behind] = np.arange(len(may))[::-1]
    # The lowest total with a place: threshold of 100 points, with weights that sum to something else.
    part = Fraction(other.stages[stage].threshold) * 4 * matrix.given_denominator / 100
    bounds = np.array([math.ceil(part * int(total)) for total in weights.sum(axis=1)], dtype=np.int64)
    at_once = max(1, _CELLS_AT_ONCE // len(may))
    for start in range(0, len(weights), at_once):
        some = weights[start : start + at_once]
        totals = _totals(given, some)
        out = totals < bounds[start : start + at_once, None]
        keys = (totals if raw else _totals(ordering, some)) * len(may) + ahead
        for number, (key, low) in enumerate(zip(keys, out, strict=True)):
            inside = _first(key, low, k)
            rows = may[inside]
            times[rows] += 1
            stays[start + number] = int((rows < listed).sum())
    return times, stays


def _totals(levels: Integers, weights: Integers) -> Integers:
    """Totals, shape (draws, n), exact: in floats where these hold all of it, which is much faster."""
    if int(np.abs(levels).max(initial=0)) * int(weights.sum(axis=1).max()) < 1 << 53:
        return (weights.astype(np.float64) @ levels.T.astype(np.float64)).astype(np.int64)
    return weights @ levels.T


def _first(keys: Integers, out: NDArray[np.bool_], k: int) -> Integers:
    """The rows of the k largest keys, in no order, of those that are not out."""
    rows = np.flatnonzero(~out)
    if len(rows) <= k:
        return rows
    left = keys[rows]
    return rows[np.argpartition(left, len(left) - k)[len(left) - k :]]


def _corners(
    ranking: Ranking,
    profile: Profile,
    matrix: Matrix,
    ranges: Mapping[str, tuple[Fraction, Fraction]],
    own: Mapping[str, Fraction],
    k: int,
) -> tuple[Corner, ...]:
    corners = []
    for key, (low, high) in ranges.items():
        for end, weight in (("low", low), ("high", high)):
            weights: dict[str, Number] = {**own, key: weight}
            # The only criterion cannot be left out: its weight does not matter as long as it has one.
            if not any(weights.values()):
                weights[key] = own[key]
            corners.append(Corner(key, end, weight, change_with(ranking, profile, matrix, weights, k)))
    return tuple(corners)


def _table(ranking: Ranking, times: Integers, draws: int, listed: int) -> pd.DataFrame:
    """The rows of the ranking that are listed or ever were in a draw; the first rows are those listed."""
    rows = np.flatnonzero((times > 0) | (np.arange(len(times)) < listed))
    return pd.DataFrame(
        {
            "application": ranking.table["application"].to_numpy(dtype=object)[rows],
            "place": ranking.table["place"].array[rows],
            "listed": rows < listed,
            "times": times[rows],
            "share": times[rows] / draws,
        }
    )
