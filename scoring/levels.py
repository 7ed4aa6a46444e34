"""Levels as exact integers: what is accepted as a level, and the checks on columns of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import TOP_LEVEL
from scoring.errors import LevelError, TableError

#: A level must be a whole number of 1/4096: every binary float of that kind is exact.
SCALE = 4096

_INEXACT = (
    "not exactly representable: expected whole levels, or halves, quarters and so on such as 2.5; "
    "give the level of each assessor instead of their mean"
)

_LONGEST_SHOWN = 40

#: With fewer rows, a permutation of 1..n could be levels.
_SHORTEST_RANK = TOP_LEVEL + 2


def scaled_levels(
    values: pd.Series[Any], where: Callable[[int], str], *, missing_allowed: bool
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Levels times 4096 and whether each is there, both of shape (n,).

    Numbers of any kind are accepted that lie in 0..4 and are a whole number of 1/4096: 5/2 is, 0.1 is
    not. What is missing has 0 in the first array, and False in the second. ``where(i)`` names row i.

    Raises LevelError for text, true or false, a number that is out of range, infinite or not exactly
    representable, and for NaN or nothing where ``missing_allowed`` is false.
    """
    numbers, present = _as_floats(values, where)
    if not missing_allowed and not present.all():
        row = int(np.argmin(present))
        raise LevelError(f"{where(row)}: no level; leave the row out, since missing is never zero")
    with np.errstate(invalid="ignore"):
        outside = present & ~((numbers >= 0) & (numbers <= TOP_LEVEL))
        scaled = numbers * SCALE
        inexact = present & ~outside & (scaled != np.floor(scaled))
    if outside.any():
        row = int(np.argmax(outside))
        raise LevelError(f"{where(row)}: level {_shown(values.iloc[row])}: expected 0 to {TOP_LEVEL}")
    if inexact.any():
        row = int(np.argmax(inexact))
        raise LevelError(f"{where(row)}: level {_shown(values.iloc[row])} is {_INEXACT}")
    return np.where(present, scaled, 0).astype(np.int64), present


def _as_floats(
    values: pd.Series[Any], where: Callable[[int], str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    present = values.notna().to_numpy(dtype=bool)
    dtype = values.dtype
    if pd.api.types.is_integer_dtype(dtype) or pd.api.types.is_float_dtype(dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan), present
    numbers = np.full(len(values), np.nan)
    objects = values.to_numpy(dtype=object)
    for row in np.flatnonzero(present):
        numbers[row] = _as_float(objects[row], where, int(row))
    return numbers, present


def _as_float(value: Any, where: Callable[[int], str], row: int) -> float:
    """The number as a float, which must be the same number."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        raise LevelError(f"{where(row)}: level {_shown(value)}: expected a number from 0 to {TOP_LEVEL}")
    if not 0 <= value <= TOP_LEVEL:  # type: ignore[operator]  # every Real and Decimal compares with int
        return float("inf")
    number = float(value)
    if isinstance(value, Decimal | Fraction) and Fraction(value) != Fraction(number):
        raise LevelError(f"{where(row)}: level {_shown(value)} is {_INEXACT}")
    return number


def _shown(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return format(float(value), ".17g").removesuffix(".0")
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def check_not_a_rank(values: Iterable[Any], name: str) -> None:
    """Raise TableError if a column of scores looks like a rank pasted by mistake.

    That is: it has at least 6 values, and they are the whole numbers 1 to n, each once. Levels go
    to 4, so no column of levels can look so. What is missing or no number is left out; a number
    written as text is a number.
    """
    column = values if isinstance(values, pd.Series) else pd.Series(list(values), dtype=object)
    try:
        numbers = pd.to_numeric(column, errors="coerce").dropna()
    except OverflowError:  # a number too large for a float is no rank
        return
    if len(numbers) < _SHORTEST_RANK:
        return
    ordered = np.sort(numbers.to_numpy(dtype=np.float64))
    if bool((ordered == np.arange(1, len(ordered) + 1)).all()):
        raise TableError(
            f"column {name!r} looks like a rank: its values are 1 to {len(ordered)}, each once; "
            f"give the levels from 0 to {TOP_LEVEL} that the rank was made from"
        )


def fraction_text(numerator: int, denominator: int) -> str:
    """A fraction in lowest terms: ``5/2``, or ``3`` where it is whole."""
    return str(Fraction(numerator, denominator))


def points_text(numerator: int, denominator: int, decimals: int = 3) -> str:
    """Exact points rounded half to even, such as ``61.111``; the only place where anything is rounded."""
    scale: int = 10**decimals
    rounded = round(Fraction(int(numerator) * scale, denominator))
    whole, rest = divmod(abs(rounded), scale)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"
