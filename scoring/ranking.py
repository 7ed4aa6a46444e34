"""The ranking of one stage: an exact weighted sum, a threshold, gates, a tie rule and a lot.

points = Σ weight · level / 4, with the weights of the stage rescaled to 100. All of it is computed in
integers on one common denominator, so that equal is equal and anyone can check it by hand. What goes in
is an opaque application id and levels: nothing about a person can enter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.combining import (
    ADJUSTED_SCALE,
    Combined,
    adjusted_scaled,
    combine_levels,
    severity_adjustments,
)
from scoring.criteria import Profile
from scoring.errors import LevelError, TableError
from scoring.level_tables import (
    LONG_COLUMNS,
    check_columns,
    check_no_twins,
    positions_of,
    read_applications,
    read_assessors,
    read_levels,
)
from scoring.levels import check_not_a_rank, scaled_levels
from scoring.lot import lot_order
from scoring.order import Order, order_matrix
from scoring.ranking_result import Ranking
from scoring.ranking_table import (
    BELOW,
    GATE,
    INCOMPLETE,
    RANKED,
    STATUSES,
    AdjustedRows,
    ranking_table,
    with_adjusted,
)
from scoring.weighing import integer_weights, level_numerators, stopped_by_gates

__all__ = [
    "LONG_COLUMNS",
    "STATUSES",
    "Order",
    "Ranking",
    "check_not_a_rank",
    "order_matrix",
    "rank",
    "rank_wide",
]


def rank(
    levels: pd.DataFrame,
    profile: Profile,
    stage: str,
    seed: str,
    applications: Sequence[str] | None = None,
) -> Ranking:
    """Rank applications from levels by assessor.

    ``levels``: one row per application, assessor and criterion, with exactly the columns
    ``LONG_COLUMNS``; ids are text, levels 0 to 4. Values from the form come as rows of an assessor
    ``"form"``. Rows of criteria that do not count at the stage are checked and then left out.
    A criterion's level is the exact mean or median over those who assessed it, as the profile says; none at
    all makes the application incomplete. ``applications``: all ids that must appear, also those without any
    level. Where the profile lets the order go by severity-adjusted levels, each level is first moved by the
    severity of its assessor; threshold and gates still look at the levels as given.

    Raises TableError for columns or ids that are missing, unknown or duplicate; LevelError for a level
    that is missing, out of range or not exactly representable; ProfileError for an unknown stage.
    """
    required = profile.required_at(stage)
    check_columns(levels, LONG_COLUMNS)
    ids, rows = read_applications(levels["application"], applications)
    known = [each.key for each in profile.criteria]
    criterion = positions_of(
        levels["criterion"], known, "criterion", "is not in the profile; expected one of"
    )
    assessor = read_assessors(levels["assessor"])
    check_no_twins(levels, rows, assessor, criterion, len(known))
    scaled = read_levels(levels)

    column_of = np.full(len(known), -1, dtype=np.int64)
    for column, each in enumerate(required):
        column_of[known.index(each.key)] = column
    columns = column_of[criterion]
    counts_here = columns >= 0
    cells = rows[counts_here] * len(required) + columns[counts_here]
    shape = (len(ids), len(required))
    given = scaled[counts_here]
    rule = profile.stages[stage]
    combined = combine_levels(cells, given, shape, rule.combine)
    if rule.places == "raw":
        return _rank(ids, combined, profile, stage, seed)
    adjustments = severity_adjustments(levels, tuple(each.key for each in required))
    moved = adjusted_scaled(levels.loc[counts_here, ["assessor", "criterion"]], given, adjustments)
    adjusted = _Adjusted(
        combine_levels(cells, moved, shape, rule.combine, ADJUSTED_SCALE),
        tuple((assessor, criterion, f"{by:.3f}") for (assessor, criterion), by in adjustments.items()),
    )
    return _rank(ids, combined, profile, stage, seed, adjusted)


def rank_wide(
    levels: pd.DataFrame,
    profile: Profile,
    stage: str,
    seed: str,
    applications: Sequence[str] | None = None,
) -> Ranking:
    """Rank applications from a table with one row per application and one column per criterion.

    ``levels``: a column ``application`` and a column of levels 0 to 4 for each criterion that counts at
    the stage; an empty cell is a missing level. Columns of other criteria of the profile are checked and
    then left out. ``applications``: as for ``rank``.

    The levels are taken as combined already.

    Raises as ``rank`` does, and TableError for a column that looks like a rank, or where the order goes by
    severity-adjusted levels, since a table without assessors cannot tell their severity.
    """
    required = [each.key for each in profile.required_at(stage)]
    known = [each.key for each in profile.criteria]
    if profile.stages[stage].places != "raw":
        raise TableError(
            f"the order at {stage} goes by severity-adjusted levels, which takes the level of each assessor; "
            "give one row per application, assessor and criterion"
        )
    check_columns(levels, ("application", *required), optional=known)
    ids, rows = read_applications(levels["application"], applications)
    seen = np.bincount(rows, minlength=len(ids))
    if (seen > 1).any():
        raise TableError(f"application {ids[int(np.argmax(seen))]!r} has more than one row; keep one")
    sums = np.zeros((len(ids), len(required)), dtype=np.int64)
    counts = np.zeros_like(sums)
    names = levels["application"].to_numpy(dtype=object)
    for key in known:
        if key not in levels.columns:
            continue
        check_not_a_rank(levels[key], key)
        scaled, present = scaled_levels(
            levels[key],
            lambda row, key=key: f"application {names[row]!r}, criterion {key!r}",  # type: ignore[misc]
            missing_allowed=True,
        )
        if key in required:
            sums[rows, required.index(key)] = scaled
            counts[rows, required.index(key)] = present
    return _rank(ids, Combined(sums, counts), profile, stage, seed)


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """The levels that the order goes by instead, and what they were moved by."""

    combined: Combined
    adjustments: tuple[tuple[str, str, str], ...]


def _rank(
    ids: NDArray[np.object_],
    combined: Combined,
    profile: Profile,
    stage: str,
    seed: str,
    adjusted: _Adjusted | None = None,
) -> Ranking:
    """Rank n applications on m criteria from levels that are combined."""
    keys = tuple(each.key for each in profile.required_at(stage))
    rule = profile.stages[stage]
    present = combined.counts > 0
    complete = present.all(axis=1)
    numerators, level_denominator = level_numerators(combined)
    weights, denominator = integer_weights(profile, stage, level_denominator)
    totals = numerators @ weights
    threshold = math.ceil(Fraction(rule.threshold) * denominator)
    stopped = stopped_by_gates(numerators, level_denominator, keys, profile, stage)
    gated = np.logical_or.reduce(list(stopped.values()), axis=0) if stopped else np.zeros(len(ids), bool)
    status = np.select([~complete, gated, totals < threshold], [INCOMPLETE, GATE, BELOW], RANKED)

    lot = lot_order(seed, ids)
    ranked = np.flatnonzero(status == RANKED)
    tie_columns = [keys.index(key) for key in rule.ties]
    order, by = order_matrix(numerators[ranked], weights, tie_columns, lot[ranked]), None
    if adjusted is not None:
        by = _adjusted_rows(adjusted, profile, stage)
        raw_places = np.zeros(len(ids), dtype=np.int64)
        raw_places[ranked] = order.places
        order = order_matrix(by.numerators[ranked], by.weights, tie_columns, lot[ranked])
    others = np.flatnonzero(status != RANKED)
    known_totals = np.where(complete, totals, 0)[others]
    others = others[np.lexsort((lot[others], -known_totals, status[others] == INCOMPLETE))]
    rows = np.concatenate([ranked[order.order], others])

    table = ranking_table(
        ids=ids[rows],
        status=status[rows],
        numerators=numerators[rows],
        present=present[rows],
        totals=totals[rows],
        stopped={name: flags[rows] for name, flags in stopped.items()},
        keys=keys,
        weights=weights,
        denominator=denominator,
        level_denominator=level_denominator,
        tie_columns=tie_columns,
    )
    if by is not None:
        table = with_adjusted(
            table, by.at(rows), raw_places[rows], status[rows], present[rows], keys, tie_columns
        )
    return Ranking(
        stage=stage,
        seed=seed,
        profile_digest=profile.digest(),
        denominator=denominator,
        level_denominator=level_denominator,
        criteria=keys,
        weights=tuple(int(each) for each in weights),
        threshold=threshold,
        ties=rule.ties,
        table=table,
        combine=rule.combine,
        places=rule.places,
        adjustments=adjusted.adjustments if adjusted is not None else (),
        adjusted_denominator=by.denominator if by is not None else None,
    )


def _adjusted_rows(adjusted: _Adjusted, profile: Profile, stage: str) -> AdjustedRows:
    numerators, level_denominator = level_numerators(adjusted.combined)
    weights, denominator = integer_weights(profile, stage, level_denominator)
    if int(np.abs(numerators).max(initial=0)) * int(weights.sum()) >= 1 << 62:
        raise LevelError(
            "the adjusted levels and the weights have no common denominator that can be added exactly; "
            "use weights with fewer decimals, or fewer different numbers of assessors"
        )
    return AdjustedRows(numerators, level_denominator, weights, denominator)
