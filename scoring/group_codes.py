"""Which group each row belongs to, read the same way by every measure of the monitor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Groups:
    """Names, largest group first and then by name, and the code of each row, -1 where the group is missing."""

    names: tuple[str, ...]
    code: Ints

    @property
    def sizes(self) -> Ints:
        """How many rows each group has, shape (groups,)."""
        return np.bincount(self.code[self.code >= 0], minlength=len(self.names)).astype(np.int64)

    @property
    def missing(self) -> int:
        """How many rows have no group."""
        return int((self.code < 0).sum())

    def only(self, rows: NDArray[np.bool_]) -> Groups:
        """The groups of some of the rows, named and ordered anew."""
        return read_groups([self.names[c] if c >= 0 else None for c in self.code[rows].tolist()])


def read_groups(values: Iterable[Any]) -> Groups:
    """Read a column of groups. NaN, None and blank are missing; the text "NA" is a group (Namibia)."""
    codes, uniques = pd.factorize(pd.Series(list(values), dtype=object), use_na_sentinel=True)
    labels = [group_label(value) for value in uniques]
    names = list(dict.fromkeys(label for label in labels if label is not None))
    index = {name: i for i, name in enumerate(names)}
    of_value = np.array([-1 if label is None else index[label] for label in labels] + [-1], dtype=np.int64)
    code = of_value[codes]
    size = np.bincount(code[code >= 0], minlength=len(names))
    order = sorted(range(len(names)), key=lambda i: (-int(size[i]), names[i]))
    place = np.full(len(names) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(names))
    return Groups(tuple(names[i] for i in order), place[code])


def group_label(value: Any) -> str | None:
    """The name of a group, or None where it is missing."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).strip() or None


def finite(values: ArrayLike, name: str) -> Floats:
    """A column of numbers, shape (n,); TableError naming the first row that is no finite number."""
    series = pd.Series(np.asarray(values).ravel() if np.ndim(values) != 1 else np.asarray(values))
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        row = int(bad[0])
        raise TableError(f"row {row + 1}: {name} {series.iloc[row]}: expected a finite number")
    return numbers


def flags(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    """A column of true and false (or 1 and 0), shape (n,); TableError naming the first row that is neither."""
    column = np.asarray(values)
    if column.dtype == bool:
        return column
    numbers = finite(column, name)
    bad = np.flatnonzero((numbers != 0) & (numbers != 1))
    if len(bad):
        row = int(bad[0])
        raise TableError(f"row {row + 1}: {name} {column[row]}: expected true or false")
    return np.asarray(numbers == 1)


def same_length(**columns: Any) -> int:
    """How many rows the columns have; TableError if they differ or there are none."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) != 1:
        shown = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise TableError(f"columns of different length: {shown}; expected one value per row in each")
    n = next(iter(lengths.values()))
    if n == 0:
        raise TableError("the table has no rows: there is nothing to measure")
    return n
