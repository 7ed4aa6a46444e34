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
    place_in_lot, row_at = _dense_lot(lot)
    packed = _packed(levels, weights, tie_columns, lowest, highest)
    if packed is None:
        totals: Integers = levels @ weights
        keys = [totals, *(levels[:, column] for column in tie_columns)]
        order = np.lexsort((place_in_lot, *(-key for key in reversed(keys)))).astype(np.int64, copy=False)
    else:
        key, totals = packed
        key |= place_in_lot
        key.sort()
        key &= (1 << _width(rows - 1)) - 1
        order = row_at[key]
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


def _packed(
    levels: Integers, weights: Integers, tie_columns: Sequence[int], lowest: int, highest: int
) -> tuple[Integers, Integers] | None:
    """Total and ties, highest first, in the upper bits of one integer per row, and the totals; None if too large.

    The levels lie from ``lowest`` to ``highest``. The lower bits are left free for the place in the lot. Total and
    ties are sums over the levels, so one product gives them all; taking columns out one by one would be slower.
    """
    rows, width = len(levels), _width(highest - lowest)
    shift = width * len(tie_columns)
    lot_bits = _width(rows - 1)
    if rows == 0 or shift + lot_bits > _BITS:
        return None
    both = [int(weight) << shift for weight in weights]
    tie_weights = [0] * len(both)
    for position, column in enumerate(tie_columns):
        tie_weights[column] += 1 << (width * (len(tie_columns) - 1 - position))
    both = [weight + tie for weight, tie in zip(both, tie_weights, strict=True)]
    if max(1, -lowest, highest) * sum(abs(weight) for weight in both) >= 1 << (_BITS - 1):
        return None
    sums: Integers = levels @ np.array(both, dtype=np.int64)
    top = int(sums.max())
    if _width(top - int(sums.min())) + lot_bits > _BITS:
        return None
    # Above its lowest value the part of the ties fills the lower bits, so that a shift leaves the total.
    totals = sums - lowest * sum(tie_weights)
    totals >>= shift
    np.subtract(top, sums, out=sums)
    sums <<= lot_bits
    return sums, totals


def _width(largest: int) -> int:
    return largest.bit_length()
