"""What if: the list under other weights, without one criterion or one assessor, with means against medians.

Only shows: nothing here changes a ranking, a profile or a level. Lists are compared as "the first k of those
who have a place", and shares are exact counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from scoring.criteria import Combine, Profile
from scoring.level_tables import FORM
from scoring.other_weights import (
    Matrix,
    Number,
    Standings,
    check_places,
    checked_weights,
    matrix_of,
    reweighted,
    standings,
    standings_table,
)
from scoring.ranking import Ranking, rank
from scoring.ranking_table import INCOMPLETE

__all__ = [
    "LeftOut",
    "ListChange",
    "MeanMedian",
    "OtherWeights",
    "Outcome",
    "change_with",
    "leave_one_assessor_out",
    "leave_one_criterion_out",
    "list_change",
    "mean_against_median",
    "outcome_of",
    "with_weights",
]


@dataclass(frozen=True, slots=True)
class ListChange:
    """Two lists of the first ``k``. ``before`` and ``after``: who is on them, best first; fewer than k if fewer
    have a place.

    ``comes_in`` and ``goes_out``: by their place on the list where they are. ``stays``: how many are on both;
    ``share``: of those before, None if there was nobody. ``unrankable``: who had all levels before and now
    lacks some, so that they are out for want of a level, not for a low one. ``rankable``: the other way.
    """

    k: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    comes_in: tuple[str, ...]
    goes_out: tuple[str, ...]
    stays: int
    share: Fraction | None
    unrankable: tuple[str, ...]
    rankable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherWeights:
    """The order under other weights. ``weights``: rescaled to a sum of 100, 0 for those that do not count.

    ``table``: columns application, status, place, points (text), place_before; those with a place first.
    """

    weights: Mapping[str, Fraction]
    table: pd.DataFrame
    change: ListChange


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The list without one criterion or one assessor, ``name``.

    ``change`` is None where it cannot be told, and ``reason`` says why: "only_criterion" (nothing else counts).
    """

    name: str
    change: ListChange | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class MeanMedian:
    """The list with the way of combining levels that the profile has, ``used``, against the ``other``."""

    used: Combine
    other: Combine
    change: ListChange


def with_weights(
    ranking: Ranking, profile: Profile, weights: Mapping[str, Number], *, k: int
) -> OtherWeights:
    """The order of a ranking's levels under other weights, as if the profile had had them.

    ``weights``: a number of 0 or more for every criterion of the ranking; only their ratios matter. A criterion
    of weight 0 does not count: no level of it is needed, and gates and the tie rule leave it out. The
    threshold stays at its points of 100, gates stay as they are, and so does the lot. ``k``: the length of
    the list; 0 or more than have a place are no error.

    Raises ProfileError for weights that are lacking, unknown, negative, not finite or all 0, or a profile that
    the ranking was not made with; TableError for a ``k`` that is no whole number of 0 or more.
    """
    check_places(k)
    matrix = matrix_of(ranking, profile)
    exact = checked_weights(weights, ranking.criteria)
    found = standings(matrix, reweighted(profile, ranking.stage, exact), ranking.stage)
    table = standings_table(matrix, found, ranking)
    total = sum(exact.values(), Fraction(0))
    return OtherWeights(
        weights={key: 100 * each / total for key, each in exact.items()},
        table=table,
        change=list_change(outcome_of(ranking), _outcome(matrix, found), k),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is compared: ids of those with a place, best first, and of those who lack a level."""

    ranked: tuple[str, ...]
    incomplete: frozenset[str]


def outcome_of(ranking: Ranking) -> Outcome:
    """What a ranking came to."""
    lacking = ranking.table.loc[ranking.table["status"] == "incomplete", "application"]
    return Outcome(ranking.ranked, frozenset(lacking))


def _outcome(matrix: Matrix, found: Standings) -> Outcome:
    return Outcome(found.ranked(matrix.ids), frozenset(matrix.ids[found.status == INCOMPLETE]))


def change_with(
    ranking: Ranking, profile: Profile, matrix: Matrix, weights: Mapping[str, Number], k: int
) -> ListChange:
    """The change of the list alone, for many weights in a row; ``matrix`` is that of the ranking."""
    exact = checked_weights(weights, ranking.criteria)
    found = standings(matrix, reweighted(profile, ranking.stage, exact), ranking.stage)
    return list_change(outcome_of(ranking), _outcome(matrix, found), k)


def list_change(before: Outcome, after: Outcome, k: int) -> ListChange:
    """What differs between the first ``k`` of two orders."""
    old, new = before.ranked[:k], after.ranked[:k]
    there, now = set(old), set(new)
    stays = len(there & now)
    return ListChange(
        k=k,
        before=old,
        after=new,
        comes_in=tuple(id for id in new if id not in there),
        goes_out=tuple(id for id in old if id not in now),
        stays=stays,
        share=Fraction(stays, len(old)) if old else None,
        unrankable=tuple(sorted(after.incomplete - before.incomplete)),
        rankable=tuple(sorted(before.incomplete - after.incomplete)),
    )


def leave_one_criterion_out(ranking: Ranking, profile: Profile, *, k: int) -> tuple[LeftOut, ...]:
    """The list with each criterion in turn given weight 0, the others in the same ratios as before.

    Raises as ``with_weights``.
    """
    check_places(k)
    matrix = matrix_of(ranking, profile)
    weights: dict[str, Number] = {**profile.weights_at(ranking.stage)}
    result = []
    for key in ranking.criteria:
        others = {**weights, key: 0}
        if any(others.values()):
            result.append(LeftOut(key, change_with(ranking, profile, matrix, others, k), None))
        else:
            result.append(LeftOut(key, None, "only_criterion"))
    return tuple(result)


def leave_one_assessor_out(
    levels: pd.DataFrame,
    profile: Profile,
    stage: str,
    seed: str,
    *,
    k: int,
    applications: Sequence[str] | None = None,
) -> tuple[LeftOut, ...]:
    """The list without the levels of each assessor in turn, by name; values from the form always stay.

    ``levels``, ``stage``, ``seed``, ``applications``: as for ``scoring.ranking.rank``. Whoever has no other
    assessor on some criterion then has no place: they are named in ``unrankable``, and somebody else is on
    the list instead, which says nothing about how strict the assessor was.

    Raises as ``rank`` does; TableError for a ``k`` that is no whole number of 0 or more.
    """
    check_places(k)
    before = rank(levels, profile, stage, seed, applications)
    ids = before.table["application"].tolist()
    result = []
    for name in sorted(set(levels["assessor"]) - {FORM}):
        rest = levels[levels["assessor"] != name]
        after = rank(rest, profile, stage, seed, ids)
        result.append(LeftOut(name, list_change(outcome_of(before), outcome_of(after), k), None))
    return tuple(result)


def mean_against_median(
    levels: pd.DataFrame,
    profile: Profile,
    stage: str,
    seed: str,
    *,
    k: int,
    applications: Sequence[str] | None = None,
) -> MeanMedian:
    """The list with the mean of the assessors' levels against the list with their median.

    With one or two assessors per application the two are the same. Parameters and errors as for
    ``leave_one_assessor_out``.
    """
    check_places(k)
    before = rank(levels, profile, stage, seed, applications)
    rule = profile.stages[stage]
    other: Combine = "median" if rule.combine == "mean" else "mean"
    stages = {**profile.stages, stage: replace(rule, combine=other)}
    after = rank(levels, replace(profile, stages=stages), stage, seed, applications)
    return MeanMedian(rule.combine, other, list_change(outcome_of(before), outcome_of(after), k))
