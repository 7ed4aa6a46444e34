"""The ranking of one stage: an exact weighted sum, a threshold, gates, a tie rule and a lot.

points = Σ weight · level / 4, with the weights of the stage rescaled to 100. All of it is computed in
integers on one common denominator, so that equal is equal and anyone can check it by hand. What goes in
is an opaque application id and levels: nothing about a person can enter.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import Profile
from scoring.errors import TableError
from scoring.level_tables import (
    LONG_COLUMNS,
    check_columns,
    check_no_twins,
    positions_of,
    read_applications,
    read_assessors,
    read_levels,
)
from scoring.levels import check_not_a_rank, points_text, scaled_levels
from scoring.lot import lot_order
from scoring.order import Integers, Order, order_matrix
from scoring.ranking_table import BELOW, GATE, INCOMPLETE, RANKED, STATUSES, ranking_table
from scoring.weighing import integer_weights, mean_numerators, stopped_by_gates

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


@dataclass(frozen=True, slots=True)
class Ranking:
    """The result of one ranking run. The same levels, profile and seed give the same bytes.

    ``denominator``: points on 0–100 are numerator / denominator. ``criteria``: the keys that count, and
    ``weights``: an integer for each, so that a contribution is ``weight × level × level_denominator``.
    ``threshold``: the lowest numerator that takes a place. ``ties``: the criteria that break ties.

    ``table``: one row per application, those with a place first, then those below the threshold or
    stopped by a gate by falling total, then the incomplete; what is equal goes by the lot. Columns:

    - ``application``; ``status`` (one of ``STATUSES``); ``place``: 1 is best, missing unless ranked;
    - ``total``: numerator, missing if incomplete; ``points``: the same as text with three decimals;
    - ``missing``: keys of the criteria without a level; ``gates``: what stopped it at a gate, if anything
      ("forbidden_level", "max_count", "mean_at_least");
    - ``level_<key>``: mean over the assessors as text, "5/2" or "3"; ``contribution_<key>``: numerator;
      the contributions of a row add up to its total;
    - ``decided_by``: what separates a place from the one before it: "total", the key of a criterion, or
      "lot"; missing for the first place and for those without one.
    """

    stage: str
    seed: str
    profile_digest: str
    denominator: int
    level_denominator: int
    criteria: tuple[str, ...]
    weights: tuple[int, ...]
    threshold: int
    ties: tuple[str, ...]
    table: pd.DataFrame

    @property
    def ranked(self) -> tuple[str, ...]:
        """Ids of those who have a place, best first."""
        return tuple(self.table.loc[self.table["status"] == "ranked", "application"])

    def points(self, numerator: int, decimals: int = 3) -> str:
        """A total or a contribution as points, rounded half to even."""
        return points_text(numerator, self.denominator, decimals)

    def canonical(self) -> bytes:
        """The whole result as sorted UTF-8 JSON; the order of the input rows leaves no trace in it."""
        columns = {name: [_plain(value) for value in self.table[name].tolist()] for name in self.table}
        content = {
            "stage": self.stage,
            "seed": self.seed,
            "profile_digest": self.profile_digest,
            "denominator": self.denominator,
            "level_denominator": self.level_denominator,
            "criteria": self.criteria,
            "weights": self.weights,
            "threshold": self.threshold,
            "ties": self.ties,
            "table": columns,
        }
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()


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
    A criterion's level is the exact mean over those who assessed it; none at all makes the application
    incomplete. ``applications``: all ids that must appear, also those without any level.

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
    # A sum of fewer than 2^39 levels of at most 4 · 4096 is exact in a float of 53 bits.
    sums = np.bincount(cells, weights=scaled[counts_here], minlength=shape[0] * shape[1])
    counts = np.bincount(cells, minlength=shape[0] * shape[1])
    return _rank(
        ids,
        sums.astype(np.int64).reshape(shape),
        counts.astype(np.int64).reshape(shape),
        profile,
        stage,
        seed,
    )


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

    Raises as ``rank`` does, and TableError for a column that looks like a rank.
    """
    required = [each.key for each in profile.required_at(stage)]
    known = [each.key for each in profile.criteria]
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
    return _rank(ids, sums, counts, profile, stage, seed)


def _rank(
    ids: NDArray[np.object_], sums: Integers, counts: Integers, profile: Profile, stage: str, seed: str
) -> Ranking:
    """Rank from sums of levels (times ``SCALE``) and numbers of assessors, both of shape (n, m)."""
    keys = tuple(each.key for each in profile.required_at(stage))
    rule = profile.stages[stage]
    present = counts > 0
    complete = present.all(axis=1)
    numerators, level_denominator = mean_numerators(sums, counts)
    weights, denominator = integer_weights(profile, stage, level_denominator)
    totals = numerators @ weights
    threshold = math.ceil(Fraction(rule.threshold) * denominator)
    stopped = stopped_by_gates(numerators, level_denominator, keys, profile, stage)
    gated = np.logical_or.reduce(list(stopped.values()), axis=0) if stopped else np.zeros(len(ids), bool)
    status = np.select([~complete, gated, totals < threshold], [INCOMPLETE, GATE, BELOW], RANKED)

    lot = lot_order(seed, ids)
    ranked = np.flatnonzero(status == RANKED)
    tie_columns = [keys.index(key) for key in rule.ties]
    order = order_matrix(numerators[ranked], weights, tie_columns, lot[ranked]).order
    others = np.flatnonzero(status != RANKED)
    known_totals = np.where(complete, totals, 0)[others]
    others = others[np.lexsort((lot[others], -known_totals, status[others] == INCOMPLETE))]
    rows = np.concatenate([ranked[order], others])

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
    )


def _plain(value: Any) -> Any:
    return None if value is pd.NA else list(value) if isinstance(value, tuple) else value
