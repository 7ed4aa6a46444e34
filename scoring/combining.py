"""One level per application and criterion from the levels of several assessors: mean or median, exactly.

Both come out as a sum of levels and the number of levels in it, so that what follows divides once, on one
common denominator: the mean has all levels in its sum, the median the middle one, or the two in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from scoring.criteria import TOP_LEVEL, Combine
from scoring.errors import LevelError
from scoring.level_tables import FORM
from scoring.levels import SCALE
from scoring.order import Integers

#: What an assessor's levels on a criterion are moved by: (assessor, criterion) -> levels, three decimals.
Adjustments = Mapping[tuple[str, str], Decimal]

_THOUSAND = 1000
#: Differences of means lie within a scale; only a chain of panels that hardly overlap can add them up to more.
_LARGEST_ADJUSTMENT = 100
#: The smallest number of which both 1/4096 and 1/1000 of a level are whole parts.
ADJUSTED_SCALE = math.lcm(SCALE, _THOUSAND)


@dataclass(frozen=True, slots=True)
class Combined:
    """Levels of n applications on m criteria as sums and counts, both of shape (n, m) and int64.

    The level is ``sums / (counts * scale)``; a count of 0 means that nobody gave one. ``largest``: no level
    times ``scale`` is larger than this, or smaller than its negative.
    """

    sums: Integers
    counts: Integers
    scale: int = SCALE
    largest: int = SCALE * TOP_LEVEL


def combine_levels(
    cells: Integers, scaled: Integers, shape: tuple[int, int], combine: Combine, scale: int = SCALE
) -> Combined:
    """Combine levels that fall into the same cell.

    ``cells``: shape (k,), row · m + column of each level; ``scaled``: shape (k,), the level times ``scale``;
    ``shape``: (n, m). The median of an even number is the mean of the two in the middle.
    """
    if combine == "median":
        sums, counts = _middle(cells, scaled, shape[0] * shape[1])
    else:
        # A sum of fewer than 2^26 levels of at most 2^26 is exact in a float of 53 bits.
        sums = np.bincount(cells, weights=scaled, minlength=shape[0] * shape[1]).astype(np.int64)
        counts = np.bincount(cells, minlength=shape[0] * shape[1]).astype(np.int64)
    largest = SCALE * TOP_LEVEL
    if scale != SCALE:
        largest = max(abs(int(scaled.min(initial=0))), abs(int(scaled.max(initial=0))), 1)
    return Combined(sums.reshape(shape), counts.reshape(shape), scale, largest)


def _middle(cells: Integers, scaled: Integers, size: int) -> tuple[Integers, Integers]:
    """The sum of the one or two levels in the middle of each cell, and whether they are one or two."""
    given = np.bincount(cells, minlength=size).astype(np.int64)
    lowest = int(scaled.min(initial=0))
    width = (int(scaled.max(initial=0)) - lowest).bit_length()
    if size.bit_length() + width > 62:
        raise LevelError("there are too many applications to take medians exactly; rank fewer at a time")
    # Sorting plain integers, cell above level, is much faster than sorting by two keys.
    ordered = np.sort((cells << width) | (scaled - lowest))
    levels = (ordered & ((1 << width) - 1)) + lowest
    filled = np.flatnonzero(given)
    counts = given[filled]
    first = np.cumsum(counts) - counts
    even = counts % 2 == 0
    sums = np.zeros(size, dtype=np.int64)
    sums[filled] = levels[first + (counts - 1) // 2] + np.where(even, levels[first + counts // 2], 0)
    terms = np.zeros(size, dtype=np.int64)
    terms[filled] = np.where(even, 2, 1)
    return sums, terms


def severity_adjustments(levels: pd.DataFrame, criteria: tuple[str, ...]) -> dict[tuple[str, str], Decimal]:
    """How many levels each assessor is moved by on each criterion; 0 where severity is not identifiable.

    ``levels``: checked, with the columns of ``LONG_COLUMNS``; every pair of an assessor and one of the
    ``criteria`` that has a level gets a number. Values from the form have no assessor and stay as they are.
    """
    from scoring.severity import exact_adjustments

    rows = levels.loc[levels["criterion"].isin(criteria) & (levels["assessor"] != FORM)]
    return dict(sorted(exact_adjustments(rows, criteria).items()))


def adjusted_scaled(pairs: pd.DataFrame, scaled: Integers, adjustments: Adjustments) -> Integers:
    """Levels moved by the severity of their assessor, times ``ADJUSTED_SCALE``, shape (k,).

    ``pairs``: columns assessor and criterion, k rows; ``scaled``: the levels as given, times ``SCALE``. Nothing
    is cut off at 0 or 4: that would take away differences that the adjustment is there to show. Raises
    LevelError for an adjustment with more than three decimals, or out of all bounds.
    """
    assessor_codes, assessor_names = pd.factorize(pairs["assessor"])
    criterion_codes, criterion_names = pd.factorize(pairs["criterion"])
    moved = np.zeros((len(assessor_names), len(criterion_names)), dtype=np.int64)
    positions = {name: at for at, name in enumerate(assessor_names)}
    columns = {name: at for at, name in enumerate(criterion_names)}
    for (assessor, criterion), adjustment in adjustments.items():
        if assessor in positions and criterion in columns:
            moved[positions[assessor], columns[criterion]] = _thousandths(assessor, criterion, adjustment)
    steps = moved[assessor_codes, criterion_codes]
    return scaled * (ADJUSTED_SCALE // SCALE) + steps * (ADJUSTED_SCALE // _THOUSAND)


def _thousandths(assessor: str, criterion: str, adjustment: Decimal) -> int:
    if adjustment.is_finite() and abs(adjustment) <= _LARGEST_ADJUSTMENT:
        thousandths = adjustment * _THOUSAND
        if thousandths == int(thousandths):
            return int(thousandths)
    raise LevelError(
        f"assessor {assessor!r}, criterion {criterion!r}: adjustment {adjustment}: "
        f"expected a number from -{_LARGEST_ADJUSTMENT} to {_LARGEST_ADJUSTMENT} with at most three decimals"
    )
