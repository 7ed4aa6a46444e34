"""Exact fractions back out of floats that are rounded fractions, such as the mean of three levels."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.assessed import Floats

#: Fractions with denominators up to this lie further apart (its square) than floats up to 1,000 are rounded.
LARGEST_DENOMINATOR = 1 << 18
_EXACT_FLOAT = 1 << 53
_EXACT_INTEGER = 1 << 62


def exact_fraction(value: float) -> Fraction:
    """The simple fraction that rounds to this float, 4/3 for 1.3333333333333333; else the float's own value."""
    simple = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    return simple if float(simple) == value else Fraction(value)


def exact_numerators(values: Floats) -> tuple[NDArray[Any], int]:
    """Floats, none missing, as integers on one denominator; and that denominator.

    The integers are int64 where they fit, else Python's own in an array of objects.
    """
    different, positions = np.unique(values, return_inverse=True)
    fractions = [exact_fraction(float(value)) for value in different]
    denominator = (
        int(np.lcm.reduce([each.denominator for each in fractions], dtype=object)) if fractions else 1
    )
    numerators = [each.numerator * (denominator // each.denominator) for each in fractions]
    fits = max((abs(each) for each in numerators), default=0) < _EXACT_INTEGER
    table = np.array(numerators, dtype=np.int64 if fits else object)
    return table[positions.reshape(values.shape)], denominator


def weighted_totals(numerators: NDArray[Any], weights: list[int]) -> NDArray[Any]:
    """Σ weight · numerator per row, exactly: int64 where it fits, else Python's integers."""
    largest = max(
        (abs(int(each)) for each in (numerators.min(initial=0), numerators.max(initial=0))), default=0
    )
    if numerators.dtype == object or largest * max(1, sum(weights)) >= _EXACT_INTEGER:
        exact: NDArray[Any] = numerators.astype(object) @ np.array(weights, dtype=object)
        return exact
    totals: NDArray[Any] = numerators @ np.array(weights, dtype=np.int64)
    return totals


def rounded_quotients(numerators: NDArray[Any], denominator: int) -> Floats:
    """numerator / denominator, rounded once: equal fractions give equal floats."""
    largest = max(
        (abs(int(each)) for each in (numerators.min(initial=0), numerators.max(initial=0))), default=0
    )
    if numerators.dtype != object and max(largest, denominator) < _EXACT_FLOAT:
        quotients: Floats = numerators / denominator
        return quotients
    return np.array([int(each) / denominator for each in numerators.ravel()], dtype=np.float64).reshape(
        numerators.shape
    )
