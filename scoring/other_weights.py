"""The order that a ranking's levels would have under other weights. Nothing is changed anywhere.

What is worked out is the ranking as if the profile had had the other weights: the threshold stays at the same
number of points of 100, a criterion of weight 0 does not count (no level of it is needed, gates and ties do not
look at it), and gates otherwise stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import Gate, Profile
from scoring.errors import ProfileError, TableError
from scoring.levels import points_text
from scoring.lot import lot_order
from scoring.order import Integers, order_matrix
from scoring.ranking import Ranking
from scoring.ranking_table import BELOW, GATE, INCOMPLETE, RANKED, STATUSES
from scoring.weighing import integer_weights, stopped_by_gates

Flags = NDArray[np.bool_]
Number = int | float | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Matrix:
    """The levels of a ranking, one row per application in the order of its table, one column per criterion.

    ``given``: numerators over ``given_denominator``, shape (n, m), 0 where not ``present``; threshold and
    gates look at these. ``ordering`` over ``ordering_denominator``: what the order goes by, the same unless
    it is severity-adjusted. ``lot``: place of each application in the lot, shape (n,), lowest first.
    """

    ids: NDArray[np.object_]
    keys: tuple[str, ...]
    given: Integers
    given_denominator: int
    ordering: Integers
    ordering_denominator: int
    present: Flags
    lot: Integers


@dataclass(frozen=True, slots=True)
class Standings:
    """Where each application stands, in the order of the matrix; all of shape (n,).

    ``status``: number in ``STATUSES``; ``places``: 1 is best, 0 without a place; ``totals``: what the order
    goes by, over ``denominator``, 0 if incomplete.
    """

    status: Integers
    places: Integers
    totals: Integers
    denominator: int

    def ranked(self, ids: NDArray[np.object_]) -> tuple[str, ...]:
        """Ids of those who have a place, best first."""
        rows = np.flatnonzero(self.status == RANKED)
        return tuple(ids[rows[np.argsort(self.places[rows])]])


def matrix_of(ranking: Ranking, profile: Profile) -> Matrix:
    """The levels of a ranking. Raises ProfileError for a profile that the ranking was not made with."""
    if profile.digest() != ranking.profile_digest:
        raise ProfileError("", "the ranking was made with another profile; give the version that it names")
    ids = ranking.table["application"].to_numpy(dtype=object)
    given, denominator, present = _numerators(ranking, "level")
    ordering, ordering_denominator = given, denominator
    if ranking.places != "raw":
        ordering, ordering_denominator, _present = _numerators(ranking, "adjusted_level")
    lot = lot_order(ranking.seed, ids)
    return Matrix(ids, ranking.criteria, given, denominator, ordering, ordering_denominator, present, lot)


def _numerators(ranking: Ranking, kind: str) -> tuple[Integers, int, Flags]:
    columns = [ranking.table[f"{kind}_{key}"].to_numpy(dtype=object) for key in ranking.criteria]
    texts = {text for column in columns for text in column if text is not None}
    fractions = {text: Fraction(text) for text in texts}
    common = math.lcm(*(each.denominator for each in fractions.values()))
    scaled = {text: int(each * common) for text, each in fractions.items()} | {None: 0}
    numbers = np.array([[scaled[text] for text in column] for column in columns], dtype=np.int64)
    present = np.array([[text is not None for text in column] for column in columns], dtype=bool)
    return np.ascontiguousarray(numbers.T), common, np.ascontiguousarray(present.T)


def checked_weights(weights: Mapping[str, Number], keys: Sequence[str]) -> dict[str, Fraction]:
    """A weight of 0 or more for every criterion of a ranking, exactly as given, not rescaled.

    Raises ProfileError for a criterion that is lacking or unknown, a weight that is no finite number of 0 or
    more, or weights that are all 0.
    """
    for key in weights:
        if key not in keys:
            raise ProfileError.expected("weights", f"one of the criteria {', '.join(keys)}", key)
    result = {}
    for key in keys:
        if key not in weights:
            raise ProfileError(
                f"weights.{key}", "is missing; give every criterion of the ranking a weight, 0 included"
            )
        result[key] = checked_number(weights[key], f"weights.{key}")
    if not any(result.values()):
        raise ProfileError("weights", "all are 0; at least one criterion must count")
    return result


def checked_number(number: Any, name: str) -> Fraction:
    """A finite number of 0 or more as a fraction; ProfileError for anything else."""
    try:
        exact = Fraction(str(number)) if isinstance(number, float) else Fraction(number)
        if isinstance(number, bool | str):
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise ProfileError.expected(name, "a number of 0 or more", number) from None
    if exact < 0:
        raise ProfileError.expected(name, "a number of 0 or more", number)
    return exact


def check_places(k: int) -> None:
    """Raise TableError unless ``k``, the length of the list, is a whole number of 0 or more."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 0:
        raise TableError(f"k: expected a whole number of 0 or more, got {k!r}")


def reweighted(profile: Profile, stage: str, weights: Mapping[str, Fraction]) -> Profile:
    """The profile with other weights at one stage; only for working out an order, since they need not sum to 100."""
    common = math.lcm(*(each.denominator for each in weights.values()))
    criteria = tuple(
        replace(each, weight=Decimal(int(weights[each.key] * common))) if each.key in weights else each
        for each in profile.criteria
    )
    counted = {each.key for each in criteria if each.required}
    rule = profile.stages[stage]
    rules = {**profile.stages, stage: replace(rule, ties=tuple(key for key in rule.ties if key in counted))}
    gates = tuple(each for each in (_counted(gate, counted) for gate in profile.gates) if each is not None)
    return replace(profile, criteria=criteria, gates=gates, stages=rules)


def _counted(gate: Gate, counted: set[str]) -> Gate | None:
    """A gate that looks at no criterion of weight 0; None if nothing is left that it could look at."""
    if not gate.criteria:
        return gate
    criteria = tuple(key for key in gate.criteria if key in counted)
    return replace(gate, criteria=criteria) if criteria else None


def standings(matrix: Matrix, profile: Profile, stage: str) -> Standings:
    """Where each application stands with the weights of a profile, which ``reweighted`` may have made."""
    keys = tuple(each.key for each in profile.required_at(stage))
    columns = [matrix.keys.index(key) for key in keys]
    rule = profile.stages[stage]
    status = statuses(matrix, profile, stage, columns)
    given = np.ascontiguousarray(matrix.given[:, columns])
    weights, denominator = integer_weights(profile, stage, matrix.given_denominator)
    low = given @ weights < math.ceil(Fraction(rule.threshold) * denominator)
    status = np.where((status == RANKED) & low, BELOW, status)
    ranked = np.flatnonzero(status == RANKED)
    ordering = np.ascontiguousarray(matrix.ordering[:, columns])
    weights, denominator = integer_weights(profile, stage, matrix.ordering_denominator)
    ties = [keys.index(key) for key in rule.ties]
    places = np.zeros(len(status), dtype=np.int64)
    places[ranked] = order_matrix(ordering[ranked], weights, ties, matrix.lot[ranked]).places
    totals = np.where(status == INCOMPLETE, 0, ordering @ weights)
    return Standings(status, places, totals, denominator)


def statuses(matrix: Matrix, profile: Profile, stage: str, columns: Sequence[int]) -> Integers:
    """Incomplete, stopped by a gate, or ranked (which the threshold may yet take away), shape (n,)."""
    keys = tuple(matrix.keys[column] for column in columns)
    given = np.ascontiguousarray(matrix.given[:, columns])
    stopped = stopped_by_gates(given, matrix.given_denominator, keys, profile, stage)
    gated = np.logical_or.reduce(list(stopped.values()), axis=0) if stopped else np.zeros(len(given), bool)
    complete = matrix.present[:, columns].all(axis=1)
    return np.select([~complete, gated], [INCOMPLETE, GATE], RANKED).astype(np.int64)


def standings_table(matrix: Matrix, found: Standings, before: Ranking) -> pd.DataFrame:
    """Columns application, status, place, points (text, by what the order goes by) and place_before.

    Those with a place come first, then the others in the order that they have in the ranking.
    """
    known = found.status != INCOMPLETE
    points = [
        points_text(int(total), found.denominator) if there else None
        for total, there in zip(found.totals, known, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "application": matrix.ids,
            "status": np.array(STATUSES, dtype=object)[found.status],
            "place": pd.array(found.places, dtype="Int64"),
            # As objects, like in the ranking's table: None, not NaN, where there are none.
            "points": pd.Series(points, dtype=object),
            "place_before": before.table["place"].array,
        }
    )
    frame.loc[found.status != RANKED, "place"] = pd.NA
    return frame.sort_values("place", kind="stable", na_position="last", ignore_index=True)
