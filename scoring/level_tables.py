"""Tables of levels as they come in: which columns, ids and rows they may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import LevelError, TableError
from scoring.levels import check_not_a_rank, scaled_levels
from scoring.order import Integers

#: The columns of the table of levels, one row per application, assessor and criterion.
LONG_COLUMNS = ("application", "assessor", "criterion", "level")
#: The assessor of values that come from the application form: nobody, so never compared with people.
FORM = "form"


def check_columns(frame: pd.DataFrame, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Raise TableError for a column that is missing, comes twice, or is in neither of the lists."""
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


def read_applications(
    column: pd.Series[Any], applications: Sequence[str] | None
) -> tuple[NDArray[np.object_], Integers]:
    """All ids, shape (a,), and the position in them of each row's application, shape (n,).

    ``applications`` lists the ids that may and must appear; None takes those in the column. Raises
    TableError for an id that is missing, empty, no text, unknown or listed twice, or if there is none.
    """
    check_texts(column, "application")
    if applications is None:
        codes, uniques = pd.factorize(column)
        ids = np.asarray(uniques, dtype=object)
        rows = codes.astype(np.int64)
    else:
        listed = pd.Series(list(applications), dtype=object, name="application")
        check_texts(listed, "application")
        twins = listed[listed.duplicated()]
        if len(twins):
            raise TableError(f"application {twins.iloc[0]!r} is listed more than once; keep one")
        ids = listed.to_numpy(dtype=object)
        rows = positions_of(
            column, list(ids), "application", "is not among the applications that are ranked:"
        )
    if not len(ids):
        raise TableError("there are no applications to rank: the table has 0 rows")
    return ids, rows


def check_texts(column: pd.Series[Any], name: str) -> None:
    """Raise TableError for a value that is missing, empty or no text; the message names its row."""
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


def positions_of(column: pd.Series[Any], known: Sequence[str], name: str, complaint: str) -> Integers:
    """The position of each value among the known ones, which differ; TableError for an unknown value."""
    positions: Integers = pd.Index(known).get_indexer(pd.Index(column)).astype(np.int64)
    if (positions < 0).any():
        row = int(np.argmin(positions))
        some = ", ".join(list(known)[:12]) + (", …" if len(known) > 12 else "")
        raise TableError(f"row {row + 1}: {name} {column.iloc[row]!r} {complaint} {some}")
    return positions


def read_assessors(column: pd.Series[Any]) -> Integers:
    """A number from 0 for each assessor; TableError for one that is missing, empty or no text."""
    check_texts(column, "assessor")
    return pd.factorize(column)[0].astype(np.int64)


def check_no_twins(
    levels: pd.DataFrame, rows: Integers, assessor: Integers, criterion: Integers, criteria: int
) -> None:
    """Raise TableError if an assessor has two levels for the same, which would count double in the mean.

    ``rows``, ``assessor`` and ``criterion``: numbers from 0, shape (n,); ``criteria``: how many there are.
    """
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


def read_levels(levels: pd.DataFrame) -> Integers:
    """Levels times ``SCALE``, shape (n,); LevelError or TableError names the row that has none."""

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
