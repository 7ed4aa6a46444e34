"""Where two values of JSON differ first: in words that name the place and both values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Figures are floats, whose last digits depend on the processor and on the release of SciPy.
TOLERANCE = 1e-9


def difference(there: Any, made: Any, path: str = "", tolerance: float = 0.0) -> str | None:
    """A sentence about the first difference between what a file has and what was made anew; None if there is none.

    Numbers may differ by `tolerance`, relatively or absolutely.
    """
    where = f"{path}: " if path else ""
    if isinstance(there, dict) and isinstance(made, dict):
        for key in sorted(there.keys() | made.keys()):
            if key not in there or key not in made:
                return f"{where}{key!r} is only in {'the file' if key in there else 'what was recomputed'}"
            found = difference(there[key], made[key], f"{path}.{key}" if path else key, tolerance)
            if found:
                return found
        return None
    if isinstance(there, list) and isinstance(made, list):
        if len(there) != len(made):
            return f"{where}the file has {len(there)} values, recomputed {len(made)}"
        for index, (one, other) in enumerate(zip(there, made, strict=True), 1):
            found = difference(one, other, f"{path}[{index}]", tolerance)
            if found:
                return found
        return None
    if _same(there, made, tolerance):
        return None
    return f"{where}the file has {shown(there)}, recomputed {shown(made)}"


def _same(there: Any, made: Any, tolerance: float) -> bool:
    numbers = (int, float)
    if isinstance(there, bool) or isinstance(made, bool) or tolerance == 0:
        return type(there) is type(made) and bool(there == made)
    if isinstance(there, numbers) and isinstance(made, numbers):
        return abs(there - made) <= tolerance * max(1.0, abs(there), abs(made))
    return type(there) is type(made) and bool(there == made)


def table_difference(
    there: Mapping[str, Sequence[Any]], made: Mapping[str, Sequence[Any]], key: str
) -> str | None:
    """The first row and column in which two tables of columns differ; `key` is the column that names a row."""
    if there.keys() != made.keys():
        column = min(there.keys() ^ made.keys())
        return f"column {column} is only in {'the file' if column in there else 'what was recomputed'}"
    names = [key, *sorted(there.keys() - {key})]
    rows = {len(column) for column in there.values()}
    if rows != {len(made[key])}:
        return f"the file has {'/'.join(map(str, sorted(rows)))} rows, recomputed {len(made[key])}"
    for row in range(len(made[key])):
        for name in names:
            if not _same(there[name][row], made[name][row], 0):
                return (
                    f"row {row + 1} ({key} {shown(made[key][row])}), column {name}: "
                    f"the file has {shown(there[name][row])}, recomputed {shown(made[name][row])}"
                )
    return None


def rows_difference(there: Sequence[Any], made: Sequence[Mapping[str, Any]], key: str) -> str | None:
    """The same for tables that are lists of rows."""
    for row, (one, other) in enumerate(zip(there, made, strict=False), 1):
        for name in [key, *sorted(other.keys() - {key})]:
            if name not in one or not _same(one[name], other[name], 0):
                return (
                    f"row {row} ({key} {shown(other[key])}), column {name}: "
                    f"the file has {shown(one.get(name))}, recomputed {shown(other[name])}"
                )
        if one.keys() != other.keys():
            return f"row {row}: column {min(one.keys() - other.keys())!r} is only in the file"
    if len(there) != len(made):
        return f"the file has {len(there)} rows, recomputed {len(made)}"
    return None


def shown(value: Any) -> str:
    """A value as a message shows it, shortened."""
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 100 else text[:97] + "…"
