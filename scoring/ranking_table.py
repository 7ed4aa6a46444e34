"""The table of a ranking, as people and files read it: texts, places and what decided them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.levels import fraction_text, points_text
from scoring.order import Integers
from scoring.weighing import Flags

#: The status of an application, in the order in which the table of a ranking shows them.
STATUSES = ("ranked", "below_threshold", "gate", "incomplete")
RANKED, BELOW, GATE, INCOMPLETE = range(4)


def ranking_table(
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
    complete = status != INCOMPLETE
    ranked = status == RANKED
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


@dataclass(frozen=True, slots=True)
class AdjustedRows:
    """Levels adjusted for severity, shape (n, m), as numerators, and the weights that make points of them."""

    numerators: Integers
    level_denominator: int
    weights: Integers
    denominator: int

    def at(self, rows: Integers) -> AdjustedRows:
        """The same for some rows, in their order."""
        return AdjustedRows(self.numerators[rows], self.level_denominator, self.weights, self.denominator)


def with_adjusted(
    table: pd.DataFrame,
    adjusted: AdjustedRows,
    raw_places: Integers,
    status: NDArray[np.int64],
    present: Flags,
    keys: tuple[str, ...],
    tie_columns: list[int],
) -> pd.DataFrame:
    """The table of a ranking whose order goes by adjusted levels, with these beside those that were given.

    All arrays are in the order of the table; ``raw_places`` holds the place by the levels as given.
    """
    ranked, complete = status == RANKED, status != INCOMPLETE
    totals = adjusted.numerators @ adjusted.weights
    columns: dict[str, Any] = {
        "raw_place": _integers(raw_places, ranked),
        "adjusted_total": _integers(totals, complete),
        "adjusted_points": _texts(totals, complete, lambda total: points_text(total, adjusted.denominator)),
    }
    for column, key in enumerate(keys):
        columns[f"adjusted_level_{key}"] = _texts(
            adjusted.numerators[:, column],
            present[:, column],
            lambda level: fraction_text(level, adjusted.level_denominator),
        )
    result = table.assign(**{name: _column(values) for name, values in columns.items()})
    decided = _decided_by(adjusted.numerators, totals, ranked, keys, tie_columns)
    return result.assign(decided_by=pd.Series(decided, dtype=object))


def _column(values: Any) -> Any:
    return values if isinstance(values, pd.arrays.IntegerArray) else pd.Series(values, dtype=object)


def _integers(values: Integers, known: Flags) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.where(known, values, 0).astype(np.int64), ~known)


def _texts(values: Integers, known: Flags, text: Callable[[int], str]) -> NDArray[np.object_]:
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
