"""Levels by assessor, checked and in one order whatever the order of the rows, for the statistics of agreement.

Exact levels of a ranking are read by `scoring.level_tables`; here any finite number on a stated scale will do,
so that published data of other scales can be checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import TOP_LEVEL
from scoring.errors import LevelError, TableError
from scoring.level_tables import (
    FORM,
    LONG_COLUMNS,
    check_columns,
    check_no_twins,
    check_texts,
    positions_of,
    read_applications,
    read_assessors,
)
from scoring.order import Integers

Floats = NDArray[np.float64]

#: The lowest and the highest number that a level may be.
Scale = tuple[float, float]
LEVEL_SCALE: Scale = (0.0, float(TOP_LEVEL))
#: The criterion of a table that has no such column.
ONLY_CRITERION = "level"


@dataclass(frozen=True, slots=True)
class Assessed:
    """Levels that people gave, ordered by criterion, application and assessor.

    ``applications``, ``assessors``, ``criteria``: the names, sorted; ``application``, ``assessor``, ``criterion``:
    the position of each level's in them, int64; ``level``: float64; all four of shape (k,). ``from_form``: how many
    levels came from the form and were left out, since nobody assessed them.
    """

    applications: tuple[str, ...]
    assessors: tuple[str, ...]
    criteria: tuple[str, ...]
    application: Integers
    assessor: Integers
    criterion: Integers
    level: Floats
    from_form: int = 0

    def __len__(self) -> int:
        return len(self.level)

    def of_criterion(self, key: str) -> Assessed:
        """The levels on one criterion; all names stay, so that positions mean the same."""
        here = self.criterion == self.criteria.index(key)
        return Assessed(
            self.applications,
            self.assessors,
            self.criteria,
            self.application[here],
            self.assessor[here],
            self.criterion[here],
            self.level[here],
        )

    def frame(self) -> pd.DataFrame:
        """The same as a table with the columns of ``LONG_COLUMNS``."""
        names = (self.applications, self.assessors, self.criteria)
        codes = (self.application, self.assessor, self.criterion)
        columns: dict[str, Any] = {
            column: np.array(known, dtype=object)[code]
            for column, known, code in zip(LONG_COLUMNS, names, codes, strict=False)
        }
        return pd.DataFrame(columns | {"level": self.level})


def read_assessed(
    levels: pd.DataFrame,
    *,
    scale: Scale = LEVEL_SCALE,
    applications: Sequence[str] | None = None,
    assessors: Sequence[str] | None = None,
    criteria: Sequence[str] | None = None,
) -> Assessed:
    """Read a table of levels by assessor.

    ``levels``: the columns of ``LONG_COLUMNS``; without a column criterion all levels are of the criterion
    ``ONLY_CRITERION``. Rows of the assessor ``"form"`` are checked, counted and left out. ``scale``: the lowest and
    the highest level. ``applications``, ``assessors``, ``criteria``: if given, no others may appear.

    Raises TableError for a scale that is none, columns or ids that are missing, unknown or empty, or two levels for
    the same; LevelError for a level that is missing, no finite number or outside the scale. Both name the row.
    """
    low, high = _checked_scale(scale)
    if "criterion" not in levels.columns:
        levels = levels.assign(criterion=ONLY_CRITERION)
    check_columns(levels, LONG_COLUMNS)
    if not len(levels):
        raise TableError("the table has no levels: it has 0 rows")
    ids, application = read_applications(levels["application"], applications)
    assessor_names, assessor = _names(levels["assessor"], assessors, "assessor")
    criterion_names, criterion = _names(levels["criterion"], criteria, "criterion")
    check_no_twins(levels, application, read_assessors(levels["assessor"]), criterion, len(criterion_names))
    values = _numbers(levels, low, high)

    people = np.asarray(levels["assessor"] != FORM, dtype=bool)
    parts = [(ids, application), (assessor_names, assessor), (criterion_names, criterion)]
    sorted_parts = [_sorted(names, codes[people]) for names, codes in parts]
    (applications_, a), (assessors_, b), (criteria_, c) = sorted_parts
    order = np.lexsort((b, a, c))
    return Assessed(
        applications_,
        assessors_,
        criteria_,
        a[order],
        b[order],
        c[order],
        values[people][order],
        int((~people).sum()),
    )


def _checked_scale(scale: Scale) -> Scale:
    low, high = float(scale[0]), float(scale[1])
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise TableError(f"scale {scale[0]} to {scale[1]}: expected two finite numbers, the lower one first")
    return low, high


def _names(
    column: pd.Series[Any], listed: Sequence[str] | None, name: str
) -> tuple[NDArray[np.object_], Integers]:
    """All names, and the position in them of each row's. TableError for an unknown one."""
    check_texts(column, name)
    if listed is None:
        codes, names = pd.factorize(column)
        return np.asarray(names, dtype=object), codes.astype(np.int64)
    known = [*dict.fromkeys([*listed, *([FORM] if name == "assessor" else [])])]
    positions = positions_of(column, known, name, "is unknown; expected one of")
    return np.array(known, dtype=object), positions


def _sorted(names: NDArray[np.object_], codes: Integers) -> tuple[tuple[str, ...], Integers]:
    """The names that occur, sorted, and the positions in them."""
    used = np.unique(codes)
    kept = sorted(str(names[code]) for code in used)
    at = {name: position for position, name in enumerate(kept)}
    position_of = np.full(len(names), -1, dtype=np.int64)
    for code in used:
        position_of[code] = at[str(names[code])]
    return tuple(kept), position_of[codes]


def _numbers(levels: pd.DataFrame, low: float, high: float) -> Floats:
    column = levels["level"]
    dtype = column.dtype
    if pd.api.types.is_integer_dtype(dtype) or pd.api.types.is_float_dtype(dtype):
        values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = np.array([_number(value) for value in column], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= low) & (values <= high))
    if wrong.any():
        raise LevelError(_complaint(levels, int(np.argmax(wrong)), low, high))
    return values


def _number(value: Any) -> float:
    """The value as a float; infinite where it is no number, NaN where it is missing."""
    if value is None or value is pd.NA:
        return float("nan")
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal | Fraction):
        return float("inf")
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _complaint(levels: pd.DataFrame, row: int, low: float, high: float) -> str:
    at = levels.iloc[row]
    where = (
        f"row {row + 1}: application {at['application']!r}, assessor {at['assessor']!r}, "
        f"criterion {at['criterion']!r}"
    )
    value = at["level"]
    if pd.isna(value):
        return f"{where}: no level; leave the row out, since missing is never zero"
    shown = repr(value) if isinstance(value, str) else str(value)
    shown = shown if len(shown) <= 40 else shown[:40] + "…"
    return f"{where}: level {shown}: expected a number from {low:g} to {high:g}; is the scale another one?"
