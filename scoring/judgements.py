"""What people judged, as codes and numbers: the common ground of agreement and severity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from scoring.crossed import Floats, Ints
from scoring.errors import LevelError, TableError
from scoring.level_tables import FORM, LONG_COLUMNS, check_columns, read_applications, read_assessors


@dataclass(frozen=True, slots=True)
class Judgements:
    """One value for each pair of application and assessor that is there, ordered by both names.

    ``application`` and ``assessor``: positions in the names, shape (n,); ``values``: shape (n,), finite.
    """

    applications: tuple[str, ...]
    assessors: tuple[str, ...]
    application: Ints
    assessor: Ints
    values: Floats


def read_judgements(frame: pd.DataFrame) -> Judgements:
    """Read a table of one criterion or of totals: columns application, assessor, level, perhaps criterion.

    Values may be any finite numbers. The form is no assessor: its rows are left out. The order of the rows makes no
    difference to the result, to the last bit.

    Raises
    ------
    TableError
        For a missing, unknown or double column, an id that is missing or no text, more than one criterion, two values
        of an assessor for the same application.
    LevelError
        For a value that is missing, no number, or infinite.
    """
    check_columns(frame, ("application", "assessor", "level"), ("criterion",))
    if "criterion" in frame.columns and frame["criterion"].nunique(dropna=False) > 1:
        some = ", ".join(str(name) for name in frame["criterion"].unique()[:3])
        raise TableError(f"column 'criterion' has more than one: {some}; give the rows of one, or totals")
    if len(frame):
        read_applications(frame["application"], None)
        read_assessors(frame["assessor"])
    values = _numbers(frame)
    people = (frame["assessor"] != FORM).to_numpy(dtype=bool)
    kept = frame.loc[people, ["application", "assessor"]]
    application, applications = pd.factorize(kept["application"].to_numpy(dtype=object), sort=True)
    assessor, assessors = pd.factorize(kept["assessor"].to_numpy(dtype=object), sort=True)
    cells = application.astype(np.int64) * max(1, len(assessors)) + assessor
    order = np.argsort(cells, kind="stable")
    twins = np.flatnonzero(np.diff(cells[order]) == 0)
    if len(twins):
        row = frame.iloc[np.flatnonzero(people)[order[twins[0] + 1]]]
        raise TableError(f"{_where(row)}: two values for the same application; keep one")
    return Judgements(
        tuple(str(name) for name in applications),
        tuple(str(name) for name in assessors),
        application[order].astype(np.int64),
        assessor[order].astype(np.int64),
        values[people][order],
    )


def by_criterion(levels: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The rows of each criterion, by its key; TableError for a table that is not ``LONG_COLUMNS`` with texts."""
    check_columns(levels, LONG_COLUMNS)
    if not len(levels):
        return []
    read_applications(levels["application"], None)
    read_assessors(levels["assessor"])
    named = levels["criterion"].map(lambda name: isinstance(name, str) and name != "").to_numpy(dtype=bool)
    if not named.all():
        row = int(np.argmin(named))
        raise TableError(f"row {row + 1}: criterion {levels['criterion'].iloc[row]!r}: expected a text")
    return [(str(name), part) for name, part in levels.groupby("criterion", sort=True)]


def _numbers(frame: pd.DataFrame) -> Floats:
    column = frame["level"]
    kind = column.dtype
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        numbers = np.array([_number(value) for value in column], dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        row = frame.iloc[bad[0]]
        raise LevelError(
            f"{_where(row)}: level {row['level']}: expected a finite number; leave the row out if there is none"
        )
    return numbers


def _number(value: Any) -> float:
    """The number as a float; NaN for anything else, true and false included."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _where(row: pd.Series[Any]) -> str:
    of = f", criterion {row['criterion']!r}" if "criterion" in row.index else ""
    return f"application {row['application']!r}, assessor {row['assessor']!r}{of}"
