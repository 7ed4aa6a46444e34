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

from .criteria import TOP_LEVEL, Profile
from .errors import LevelError, TableError
from .levels import SCALE, check_not_a_rank, fraction_text, points_text, scaled_levels
from .lot import lot_order
from .order import Integers, Order, order_matrix

__all__ = ["Order", "Ranking", "check_not_a_rank", "order_matrix", "rank", "rank_wide"]

#: The columns of the table of levels, one row per application, assessor and criterion.
LONG_COLUMNS = ("application", "assessor", "criterion", "level")

#: The status of an application, in the order in which the table of a ranking shows them.
STATUSES = ("ranked", "below_threshold", "gate", "incomplete")
_RANKED, _BELOW, _GATE, _INCOMPLETE = range(4)

Flags = NDArray[np.bool_]


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
    _check_columns(levels, LONG_COLUMNS)
    ids, rows = _applications(levels["application"], applications)
    known = [each.key for each in profile.criteria]
    criterion = _positions(levels["criterion"], known, "criterion", "is not in the profile; expected one of")
    assessor = _assessors(levels["assessor"])
    _check_no_twins(levels, rows, assessor, criterion, len(known))
    scaled = _long_levels(levels)

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
    _check_columns(levels, ("application", *required), optional=known)
    ids, rows = _applications(levels["application"], applications)
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


# What comes in


def _check_columns(frame: pd.DataFrame, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    columns = [str(name) for name in frame.columns]
    twins = sorted({name for name in columns if columns.count(name) > 1})
    if twins:
        raise TableError(f"column {twins[0]!r} comes more than once; keep one")
    for name in required:
        if name not in columns:
            raise TableError(
                f"column {name!r} is missing; the table has {', '.join(columns) or 'no columns'}"
            )
    for name in columns:
        if name not in required and name not in optional:
            expected = ", ".join(dict.fromkeys((*required, *optional)))
            raise TableError(f"column {name!r} is unknown; expected only {expected}")


def _applications(
    column: pd.Series[Any], applications: Sequence[str] | None
) -> tuple[NDArray[np.object_], Integers]:
    """All ids, and the position in them of each row's application."""
    _check_texts(column, "application")
    if applications is None:
        codes, uniques = pd.factorize(column)
        ids = np.asarray(uniques, dtype=object)
        rows = codes.astype(np.int64)
    else:
        listed = pd.Series(list(applications), dtype=object, name="application")
        _check_texts(listed, "application")
        twins = listed[listed.duplicated()]
        if len(twins):
            raise TableError(f"application {twins.iloc[0]!r} is listed more than once; keep one")
        ids = listed.to_numpy(dtype=object)
        rows = _positions(column, list(ids), "application", "is not among the applications that are ranked:")
    if not len(ids):
        raise TableError("there are no applications to rank: the table has 0 rows")
    return ids, rows


def _check_texts(column: pd.Series[Any], name: str) -> None:
    missing = column.isna().to_numpy(dtype=bool)
    if missing.any():
        raise TableError(f"row {int(np.argmax(missing)) + 1}: no {name}; expected a text")
    if pd.api.types.infer_dtype(column, skipna=False) not in ("string", "empty"):
        for row, value in enumerate(column, 1):
            if not isinstance(value, str):
                raise TableError(f"row {row}: {name} {value!r}: expected a text")
    empty = (column == "").to_numpy(dtype=bool)
    if empty.any():
        raise TableError(f"row {int(np.argmax(empty)) + 1}: {name} is empty; expected a text")


def _positions(column: pd.Series[Any], known: Sequence[str], name: str, complaint: str) -> Integers:
    positions: Integers = pd.Index(known).get_indexer(pd.Index(column)).astype(np.int64)
    if (positions < 0).any():
        row = int(np.argmin(positions))
        some = ", ".join(list(known)[:12]) + (", …" if len(known) > 12 else "")
        raise TableError(f"row {row + 1}: {name} {column.iloc[row]!r} {complaint} {some}")
    return positions


def _assessors(column: pd.Series[Any]) -> Integers:
    _check_texts(column, "assessor")
    return pd.factorize(column)[0].astype(np.int64)


def _check_no_twins(
    levels: pd.DataFrame, rows: Integers, assessor: Integers, criterion: Integers, criteria: int
) -> None:
    """Two levels by one assessor for the same would count one application's assessor twice."""
    assessors = int(assessor.max(initial=0)) + 1
    cells = (rows * assessors + assessor) * criteria + criterion
    ordered = np.sort(cells)
    twins = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twins):
        first, second = np.flatnonzero(cells == twins[0])[:2]
        row = levels.iloc[second]
        raise TableError(
            f"rows {first + 1} and {second + 1}: assessor {row['assessor']!r} has two levels for application "
            f"{row['application']!r}, criterion {row['criterion']!r}; keep one"
        )


def _long_levels(levels: pd.DataFrame) -> Integers:
    def where(row: int) -> str:
        at = levels.iloc[row]
        return (
            f"row {row + 1}: application {at['application']!r}, assessor {at['assessor']!r}, "
            f"criterion {at['criterion']!r}"
        )

    try:
        return scaled_levels(levels["level"], where, missing_allowed=False)[0]
    except LevelError:
        # Levels that are out of range may be a rank, for which there is a better thing to say.
        for (name, assessor), part in levels.groupby(["criterion", "assessor"], sort=True):
            check_not_a_rank(part["level"], f"level of criterion {name} by assessor {assessor}")
        raise


# The arithmetic


def _rank(
    ids: NDArray[np.object_], sums: Integers, counts: Integers, profile: Profile, stage: str, seed: str
) -> Ranking:
    """Rank from sums of levels (times ``SCALE``) and numbers of assessors, both of shape (n, m)."""
    keys = tuple(each.key for each in profile.required_at(stage))
    rule = profile.stages[stage]
    present = counts > 0
    complete = present.all(axis=1)
    numerators, level_denominator = _means(sums, counts)
    weights, denominator = _integer_weights(profile, stage, level_denominator)
    totals = numerators @ weights
    threshold = math.ceil(Fraction(rule.threshold) * denominator)
    stopped = _stopped_by_gates(numerators, level_denominator, keys, profile, stage)
    gated = np.logical_or.reduce(list(stopped.values()), axis=0) if stopped else np.zeros(len(ids), bool)
    status = np.select([~complete, gated, totals < threshold], [_INCOMPLETE, _GATE, _BELOW], _RANKED)

    lot = lot_order(seed, ids)
    ranked = np.flatnonzero(status == _RANKED)
    tie_columns = [keys.index(key) for key in rule.ties]
    order = order_matrix(numerators[ranked], weights, tie_columns, lot[ranked]).order
    others = np.flatnonzero(status != _RANKED)
    known_totals = np.where(complete, totals, 0)[others]
    others = others[np.lexsort((lot[others], -known_totals, status[others] == _INCOMPLETE))]
    rows = np.concatenate([ranked[order], others])

    table = _table(
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


def _means(sums: Integers, counts: Integers) -> tuple[Integers, int]:
    """Mean levels as numerators on the smallest common denominator; 0 where there is no level."""
    assessors = [int(each) for each in np.flatnonzero(np.bincount(counts.ravel())) if each]
    common = math.lcm(*assessors)
    # Weights have at most four decimals: this leaves room for them in 63 bits.
    if common * SCALE * TOP_LEVEL >= 1 << 62:
        raise LevelError(
            f"the numbers of assessors per application ({', '.join(map(str, assessors))}) have no common "
            "denominator that can be added exactly; use fewer different numbers of assessors"
        )
    numerators = sums * (common // np.maximum(counts, 1))
    shared = math.gcd(int(np.gcd.reduce(numerators, axis=None)), common * SCALE)
    return numerators // shared, common * SCALE // shared


def _integer_weights(profile: Profile, stage: str, level_denominator: int) -> tuple[Integers, int]:
    """Integer weights, and the denominator that turns Σ weight · numerator into points."""
    exact = list(profile.weights_at(stage).values())
    common = math.lcm(*(each.denominator for each in exact))
    weights = [int(each * common) for each in exact]
    denominator = common * level_denominator * TOP_LEVEL
    shared = math.gcd(denominator, *weights)
    if denominator // shared * 100 >= 1 << 62:
        raise LevelError(
            "the levels and weights have no common denominator that can be added exactly; "
            "use weights with fewer decimals, or fewer different numbers of assessors"
        )
    return np.array([each // shared for each in weights], dtype=np.int64), denominator // shared


def _stopped_by_gates(
    numerators: Integers, level_denominator: int, keys: tuple[str, ...], profile: Profile, stage: str
) -> dict[str, Flags]:
    """For each test of the gates of the stage, which applications fail it."""
    stopped: dict[str, Flags] = {}

    def fail(test: str, flags: Flags) -> None:
        stopped[test] = stopped[test] | flags if test in stopped else flags

    for gate in profile.gates:
        if gate.stage != stage:
            continue
        looked_at = numerators[:, [keys.index(key) for key in profile.gate_criteria(gate)]]
        if gate.forbidden_level is not None:
            reached = looked_at >= (gate.forbidden_level + 1) * level_denominator
            fail("forbidden_level", ~np.asarray(reached.all(axis=1)))
        for level, most in gate.max_count.items():
            fail("max_count", (looked_at < (level + 1) * level_denominator).sum(axis=1) > most)
        if gate.mean_at_least is not None:
            needed = math.ceil(gate.mean_at_least * level_denominator * looked_at.shape[1])
            fail("mean_at_least", looked_at.sum(axis=1) < needed)
    return stopped


# What comes out


def _table(
    *,
    ids: NDArray[np.object_],
    status: NDArray[np.int64],
    numerators: Integers,
    present: Flags,
    totals: Integers,
    stopped: dict[str, Flags],
    keys: tuple[str, ...],
    weights: Integers,
    denominator: int,
    level_denominator: int,
    tie_columns: list[int],
) -> pd.DataFrame:
    """The table of a ranking, from rows that already are in its order."""
    complete = status != _INCOMPLETE
    ranked = status == _RANKED
    columns: dict[str, Any] = {
        "application": ids,
        "status": np.array(STATUSES, dtype=object)[status],
        "place": _integers(np.arange(1, len(ids) + 1), ranked),
        "total": _integers(totals, complete),
        "points": _texts(totals, complete, lambda total: points_text(total, denominator)),
        "missing": _names_of(~present, keys),
        "gates": _names_of(_columns(stopped, complete), tuple(stopped)),
    }
    for column, key in enumerate(keys):
        here, given = numerators[:, column], present[:, column]
        columns[f"level_{key}"] = _texts(here, given, lambda level: fraction_text(level, level_denominator))
    for column, key in enumerate(keys):
        columns[f"contribution_{key}"] = _integers(
            numerators[:, column] * weights[column], present[:, column]
        )
    columns["decided_by"] = _decided_by(numerators, totals, ranked, keys, tie_columns)
    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


def _column(values: Any) -> Any:
    return values if isinstance(values, pd.arrays.IntegerArray) else pd.Series(values, dtype=object)


def _integers(values: Integers, known: Flags) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.where(known, values, 0).astype(np.int64), ~known)


def _texts(values: Integers, known: Flags, text: Any) -> NDArray[np.object_]:
    """A text for each value, written once per different value; None where it is not known."""
    different, positions = np.unique(values, return_inverse=True)
    texts = np.array([text(int(value)) for value in different], dtype=object)
    result: NDArray[np.object_] = texts[positions]
    result[~known] = None
    return result


def _columns(flags: dict[str, Flags], only: Flags) -> Flags:
    if not flags:
        return np.zeros((len(only), 0), dtype=bool)
    return np.column_stack(list(flags.values())) & only[:, None]


def _names_of(flags: Flags, names: tuple[str, ...]) -> NDArray[np.object_]:
    """For each row the tuple of the names that are flagged, built once per different pattern."""
    result = np.empty(len(flags), dtype=object)
    result.fill(())
    flagged = np.flatnonzero(flags.any(axis=1)) if flags.shape[1] else np.array([], dtype=np.int64)
    if len(flagged):
        patterns, positions = np.unique(flags[flagged], axis=0, return_inverse=True)
        tuples = [tuple(np.array(names, dtype=object)[pattern]) for pattern in patterns]
        for row, position in zip(flagged, positions.ravel(), strict=True):
            result[row] = tuples[position]
    return result


def _decided_by(
    numerators: Integers, totals: Integers, ranked: Flags, keys: tuple[str, ...], tie_columns: list[int]
) -> NDArray[np.object_]:
    """What separates each ranked row from the one before it."""
    decided = np.full(len(totals), None, dtype=object)
    count = int(ranked.sum())
    if count < 2:
        return decided
    separated = [totals[1:count] != totals[: count - 1]]
    separated += [numerators[1:count, each] != numerators[: count - 1, each] for each in tie_columns]
    names = ["total", *(keys[each] for each in tie_columns)]
    by = np.full(count - 1, "lot", dtype=object)
    for flags, name in zip(reversed(separated), reversed(names), strict=True):
        by[flags] = name
    decided[1:count] = by
    return decided


def _plain(value: Any) -> Any:
    return None if value is pd.NA else list(value) if isinstance(value, tuple) else value
