"""A strict order of many rows by weighted total, tie columns and lot, in integers throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.errors import LevelError, TableError

Integers = NDArray[np.int64]

_BITS = 63


@dataclass(frozen=True, slots=True)
class Order:
    """``order``: row numbers, best first; ``places``: 1 for the best, per row; ``totals``: per row.

    All three have shape (n,) and are int64.
    """

    order: Integers
    places: Integers
    totals: Integers


def order_matrix(levels: Integers, weights: Integers, tie_columns: Sequence[int], lot: Integers) -> Order:
    """Order rows by total (highest first), then by the tie columns (highest first), then by the lot.

    ``levels``: shape (n, m), numerators of the levels on one denominator; ``weights``: shape (m,);
    ``tie_columns``: indices of columns, the first to decide first; ``lot``: shape (n,), all different,
    lowest first. Nothing may be missing: a row without a level does not belong in an order.

    Where they fit, total, ties and lot are packed into one 63-bit key, because sorting plain integers
    is much faster than sorting indices by several keys; where they do not, the keys are sorted one by
    one, with the same result.

    Raises TableError for shapes that do not match or a lot that repeats, LevelError for numbers so
    large that a total would not be exact.
    """
    rows, lowest, highest = _checked(levels, weights, lot)
    totals: Integers = levels @ weights
    # Copied, since reading one column of a matrix again and again is slow.
    ties = [np.ascontiguousarray(levels[:, column]) for column in tie_columns]
    place_in_lot, row_at = _dense_lot(lot)
    packed = _packed(totals, ties, lowest, highest)
    if packed is None:
        keys = [totals, *ties]
        order = np.lexsort((place_in_lot, *(-key for key in reversed(keys)))).astype(np.int64, copy=False)
    else:
        packed |= place_in_lot
        packed.sort()
        packed &= (1 << _width(rows - 1)) - 1
        order = row_at[packed]
    places = np.empty(rows, dtype=np.int64)
    places[order] = np.arange(1, rows + 1)
    return Order(order, places, totals)


def _checked(levels: Integers, weights: Integers, lot: Integers) -> tuple[int, int, int]:
    """The number of rows, the lowest level and the highest, after the checks that the caller documents."""
    if levels.ndim != 2 or weights.shape != levels.shape[1:] or lot.shape != levels.shape[:1]:
        raise TableError(
            f"levels of shape {levels.shape}, weights of shape {weights.shape} and lot of shape {lot.shape}: "
            "expected (n, m), (m,) and (n,)"
        )
    for name, array in (("levels", levels), ("weights", weights), ("lot", lot)):
        if array.dtype != np.int64:
            raise TableError(f"{name}: expected int64, got {array.dtype}")
    lowest, highest = int(levels.min(initial=0)), int(levels.max(initial=0))
    largest = max(-lowest, highest)
    if largest * sum(abs(int(weight)) for weight in weights) >= 1 << (_BITS - 1):
        raise LevelError(
            f"levels up to {largest} are too large to be added exactly; use a smaller common denominator"
        )
    return len(levels), lowest, highest


def _dense_lot(lot: Integers) -> tuple[Integers, Integers]:
    """The lot as a permutation of 0..n-1, and the row at each of its places."""
    rows = len(lot)
    row_at = np.full(rows, -1, dtype=np.int64)
    if rows and int(lot.min()) >= 0 and int(lot.max()) < rows:
        row_at[lot] = np.arange(rows)
        if int(row_at.min()) >= 0:
            return lot, row_at
    row_at = np.argsort(lot, kind="stable").astype(np.int64, copy=False)
    drawn = lot[row_at]
    if bool((drawn[1:] == drawn[:-1]).any()):
        raise TableError("lot: expected all different, got the same number twice")
    places = np.empty(rows, dtype=np.int64)
    places[row_at] = np.arange(rows)
    return places, row_at


def _packed(totals: Integers, ties: Sequence[Integers], lowest: int, highest: int) -> Integers | None:
    """Total and ties, highest first, in the upper bits of one integer per row; None if they do not fit.

    The ties lie from ``lowest`` to ``highest``. The lower bits are left free for the place in the lot.
    """
    rows = len(totals)
    if rows == 0:
        return None
    top = int(totals.max())
    width = _width(highest - lowest)
    if _width(top - int(totals.min())) + width * len(ties) + _width(rows - 1) > _BITS:
        return None
    packed: Integers = top - totals
    for tie in ties:
        packed <<= width
        packed |= highest - tie
    packed <<= _width(rows - 1)
    return packed


def _width(largest: int) -> int:
    return largest.bit_length()
