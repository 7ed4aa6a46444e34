"""The selection as scikit-learn transformers: bands, assessors, gates, weights and ties, to compose in a Pipeline.

Each takes a table with one row per application. Columns are known by name, or as x0, x1, … in an array. Missing is
NaN and stays so: it is never zero. With the same levels, weights, ties and seed the places are those of
`scoring.ranking.rank`, which remains the one that decides and is recomputed; this is for study and teaching.

This is the only module of the library that needs scikit-learn.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import (
    _check_feature_names_in,
    check_is_fitted,
    validate_data,
)

from scoring.assessed import LEVEL_SCALE, Floats, Scale
from scoring.bands import Bound, level_from_value, parse_bound
from scoring.combining import combine_levels
from scoring.criteria import COMBINE, TOP_LEVEL, Gate
from scoring.errors import LevelError, TableError
from scoring.exact_levels import exact_numerators, rounded_quotients, weighted_totals
from scoring.lot import lot_order
from scoring.order import Integers
from scoring.weighing import gate_failures

__all__ = ["AssessorCombiner", "BandEncoder", "Gates", "Ranker", "WeightedSum"]

Number = int | float | Decimal | Fraction
Bands = Sequence[Bound | int | Decimal | str]

#: Numerators that add up to more are no levels, and are combined one cell after the other.
_COMBINED_FAST = 1 << 40


class _Transformer(TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """What the five have in common: numbers in, NaN allowed, columns by name, names of the columns out."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters against the columns of ``X``; nothing is learnt from its rows.

        Raises TableError for a parameter that is no such, or names a column that is not there; LevelError for a
        level or weight that is not one.
        """
        values = self._checked(X, reset=True)
        self._prepare(self._names())
        self._check_values(values)
        return self

    def transform(self, X: Any) -> Any:
        """The columns that the class describes, one row for each of ``X``. Raises as ``fit`` does."""
        check_is_fitted(self)
        values = self._checked(X, reset=False)
        self._check_values(values)
        return self._transformed(values, X)

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray[np.object_]:
        """Names of the columns that come out."""
        check_is_fitted(self, "n_features_in_")
        names = [str(each) for each in _check_feature_names_in(self, input_features)]
        return np.array(self._names_out(names), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.positive_only = self._lowest() == 0
        return tags

    def _checked(self, X: Any, *, reset: bool) -> Floats:
        values: Floats = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=1
        )
        return values

    def _names(self) -> list[str]:
        return [str(each) for each in _check_feature_names_in(self)]

    def _columns(self, wanted: Sequence[str], parameter: str) -> list[int]:
        """Positions of columns by name; TableError for one that is not there."""
        names = self._names()
        for name in wanted:
            if name not in names:
                raise TableError(f"{parameter}: column {name!r} is missing; the table has {', '.join(names)}")
        return [names.index(name) for name in wanted]

    def _lowest(self) -> float | None:
        """The lowest number allowed, if there is one."""
        scale: Scale | None = getattr(self, "scale", None)
        return scale[0] if scale is not None else None

    def _check_values(self, values: Floats) -> None:
        """Raise LevelError for a level outside the scale."""
        self._check_scale(values, range(values.shape[1]))

    def _check_scale(self, values: Floats, columns: Sequence[int]) -> None:
        scale: Scale | None = getattr(self, "scale", None)
        if scale is None:
            return
        for column in columns:
            wrong = ~np.isnan(values[:, column]) & ~(
                (values[:, column] >= scale[0]) & (values[:, column] <= scale[1])
            )
            if wrong.any():
                row = int(np.argmax(wrong))
                raise LevelError(
                    f"row {row + 1}, column {self._names()[column]!r}: level {_shown(values[row, column])}: "
                    f"expected {scale[0]:g} to {scale[1]:g}"
                )

    @abstractmethod
    def _prepare(self, names: list[str]) -> None:
        """Check the parameters, and keep what follows from the columns under names that end in ``_``."""

    @abstractmethod
    def _names_out(self, names: list[str]) -> list[str]:
        """The names of the columns that come out, for those that come in."""

    @abstractmethod
    def _transformed(self, values: Floats, given: Any) -> Floats:
        """What comes out for ``values``; ``given`` is what ``transform`` was called with."""


class BandEncoder(_Transformer):
    """Levels from values, such as months worked, by half-open bands.

    Parameters
    ----------
    bands : sequence, or mapping of column to sequence
        Lower bounds of levels 1, 2, …, rising: numbers, or texts such as ``"over 0"`` for a bound that itself has the
        level below. A sequence holds for all columns; a mapping for those it names, and the others stay as they are.

    Attributes
    ----------
    bands_ : dict of column to tuple of `scoring.bands.Bound`

    A value is 0 or more; a float counts as the decimal it prints as.
    """

    def __init__(self, bands: Bands | Mapping[str, Bands] = (1, 2, 3, 4)) -> None:
        self.bands = bands

    def _lowest(self) -> float | None:
        return None if isinstance(self.bands, Mapping) else 0.0

    def _prepare(self, names: list[str]) -> None:
        given = self.bands if isinstance(self.bands, Mapping) else dict.fromkeys(names, self.bands)
        self._columns(list(given), "bands")
        self.bands_ = {name: tuple(parse_bound(each) for each in bounds) for name, bounds in given.items()}
        for name, bounds in self.bands_.items():
            keys = [each.sort_key for each in bounds]
            if not keys or keys != sorted(set(keys)):
                shown = ", ".join(map(str, bounds)) or "none"
                raise LevelError(f"bands of column {name!r}: expected rising lower bounds, got {shown}")

    def _check_values(self, values: Floats) -> None:
        for column, name in enumerate(self._names()):
            wrong = values[:, column] < 0
            if name in self.bands_ and wrong.any():
                row = int(np.argmax(wrong))
                raise LevelError(
                    f"Negative values in data: row {row + 1}, column {name!r}: value {_shown(values[row, column])}: "
                    "expected a number of 0 or more"
                )

    def _names_out(self, names: list[str]) -> list[str]:
        return names

    def _transformed(self, values: Floats, given: Any) -> Floats:
        result = values.copy()
        for name, bounds in self.bands_.items():
            column = self._names().index(name)
            known = ~np.isnan(values[:, column])
            different, positions = np.unique(values[known, column], return_inverse=True)
            levels = np.array(
                [level_from_value(float(value), bounds) for value in different], dtype=np.float64
            )
            result[known, column] = levels[positions]
        return result


class AssessorCombiner(_Transformer):
    """One level per criterion from a column for each criterion and assessor, by mean or median.

    Parameters
    ----------
    combine : "mean" or "median"
        The median of an even number is the mean of the two in the middle.
    separator : str
        The column ``case__ann`` holds Ann's levels on the criterion ``case``; a column without separator is a
        criterion of its own.
    scale : (lowest, highest) level, or None for any numbers

    Attributes
    ----------
    criteria_ : tuple of str, in the order of their first columns

    An assessor without a level is NaN and does not count; a criterion that nobody assessed is NaN.
    """

    def __init__(
        self, combine: str = "mean", separator: str = "__", scale: Scale | None = LEVEL_SCALE
    ) -> None:
        self.combine = combine
        self.separator = separator
        self.scale = scale

    def _prepare(self, names: list[str]) -> None:
        if self.combine not in COMBINE:
            raise TableError(f"combine {self.combine!r}: expected one of {', '.join(COMBINE)}")
        if not self.separator:
            raise TableError("separator is empty; expected a text such as '__'")
        self.criteria_ = tuple(self._names_out(names))

    def _names_out(self, names: list[str]) -> list[str]:
        return list(dict.fromkeys(name.split(self.separator, 1)[0] for name in names))

    def _transformed(self, values: Floats, given: Any) -> Floats:
        criterion = [self.criteria_.index(name.split(self.separator, 1)[0]) for name in self._names()]
        row, column = np.nonzero(~np.isnan(values))
        numerators, denominator = exact_numerators(values[row, column])
        shape = (len(values), len(self.criteria_))
        result = np.full(shape, np.nan)
        cells = row * shape[1] + np.array(criterion, dtype=np.int64)[column]
        if (
            numerators.dtype == object
            or len(numerators) * int(np.abs(numerators).max(initial=0)) >= _COMBINED_FAST
        ):
            return self._by_fractions(cells, numerators, denominator, result)
        found = combine_levels(cells, numerators, shape, self.combine, denominator)  # type: ignore[arg-type]
        known = found.counts > 0
        result[known] = found.sums[known] / (found.counts[known] * denominator)
        return result

    def _by_fractions(
        self, cells: Integers, numerators: NDArray[Any], denominator: int, result: Floats
    ) -> Floats:
        """The same for numbers that are no levels, one cell after the other."""
        groups: dict[int, list[int]] = {}
        for cell, numerator in zip(cells, numerators, strict=True):
            groups.setdefault(int(cell), []).append(int(numerator))
        flat = result.ravel()
        for cell, group in groups.items():
            group.sort()
            middle = group[(len(group) - 1) // 2 : len(group) // 2 + 1]
            part = group if self.combine == "mean" else middle
            flat[cell] = sum(part) / (len(part) * denominator)
        return flat.reshape(result.shape)


class WeightedSum(_Transformer):
    """Points from 0 to 100: Σ weight · level / top level, with the weights rescaled to 100.

    Parameters
    ----------
    weights : None, sequence, or mapping of column to weight
        None weighs all columns alike; a sequence has one weight for each column; a mapping weighs the columns that it
        names. Weights are 0 or more; a float counts as the decimal it prints as.
    passthrough : bool
        Whether all columns that came in follow after the points.
    scale : (lowest, highest) level, or None for any numbers
    top_level : the level that gives full points

    Attributes
    ----------
    weights_ : dict of column to Fraction, those over 0, adding up to 100

    Comes out: ``points``. A row that lacks a level of weight over 0 has NaN. Points are computed in whole numbers and
    rounded once, so that equal totals are equal.
    """

    def __init__(
        self,
        weights: Sequence[Number] | Mapping[str, Number] | None = None,
        passthrough: bool = False,
        scale: Scale | None = LEVEL_SCALE,
        top_level: int = TOP_LEVEL,
    ) -> None:
        self.weights = weights
        self.passthrough = passthrough
        self.scale = scale
        self.top_level = top_level

    def _prepare(self, names: list[str]) -> None:
        weights = [1] * len(names) if self.weights is None else self.weights
        if not isinstance(weights, Mapping):
            if len(weights) != len(names):
                raise TableError(f"weights: expected {len(names)}, one for each column, got {len(weights)}")
            weights = dict(zip(names, weights, strict=True))
        self._columns(list(weights), "weights")
        exact = {name: _weight(name, weight) for name, weight in weights.items()}
        total = sum(exact.values(), Fraction(0))
        if total <= 0:
            raise LevelError("weights: all are 0; expected at least one over 0")
        self.weights_ = {name: weight * 100 / total for name, weight in exact.items() if weight}

    def _check_values(self, values: Floats) -> None:
        self._check_scale(values, self._columns(list(self.weights_), "weights"))

    def _names_out(self, names: list[str]) -> list[str]:
        return ["points", *names] if self.passthrough else ["points"]

    def _transformed(self, values: Floats, given: Any) -> Floats:
        levels = values[:, self._columns(list(self.weights_), "weights")]
        complete = ~np.isnan(levels).any(axis=1)
        numerators, level_denominator = exact_numerators(levels[complete])
        common = math.lcm(*(weight.denominator for weight in self.weights_.values()))
        weights = [int(weight * common) for weight in self.weights_.values()]
        points = np.full((len(values), 1), np.nan)
        totals = weighted_totals(numerators, weights)
        points[complete, 0] = rounded_quotients(totals, common * level_denominator * self.top_level)
        return np.hstack([points, values]) if self.passthrough else points


class Gates(_Transformer):
    """What must be passed whatever the total; a mean counts at the level that it has reached.

    Parameters
    ----------
    forbidden_level : no criterion may be at this level or below
    max_count : at most so many criteria at each level or below, as {level: number}
    mean_at_least : the unweighted mean of the criteria
    criteria : names of the columns looked at; None looks at all
    scale : (lowest, highest) level, or None for any numbers

    Attributes
    ----------
    criteria_ : tuple of str, the columns looked at

    Come out: all columns that came in, and ``passes``: 1 or 0, NaN where a level that is looked at is missing.
    """

    def __init__(
        self,
        forbidden_level: int | None = None,
        max_count: Mapping[int, int] | None = None,
        mean_at_least: Number | None = None,
        criteria: Sequence[str] | None = None,
        scale: Scale | None = LEVEL_SCALE,
    ) -> None:
        self.forbidden_level = forbidden_level
        self.max_count = max_count
        self.mean_at_least = mean_at_least
        self.criteria = criteria
        self.scale = scale

    def _prepare(self, names: list[str]) -> None:
        self.criteria_ = tuple(names if self.criteria is None else self.criteria)
        self._columns(self.criteria_, "criteria")
        if not self.criteria_:
            raise TableError("criteria: expected at least one column")
        _limit("mean_at_least", self.mean_at_least)

    def _check_values(self, values: Floats) -> None:
        self._check_scale(values, self._columns(self.criteria_, "criteria"))

    def _names_out(self, names: list[str]) -> list[str]:
        return [*names, "passes"]

    def _transformed(self, values: Floats, given: Any) -> Floats:
        levels = values[:, self._columns(self.criteria_, "criteria")]
        complete = ~np.isnan(levels).any(axis=1)
        numerators, denominator = exact_numerators(levels[complete])
        least = _limit("mean_at_least", self.mean_at_least)
        gate = Gate("interview", self.forbidden_level, self.max_count or {}, least)
        failed = np.zeros(len(numerators), dtype=bool)
        for flags in gate_failures(gate, numerators, denominator).values():
            failed |= flags
        passes = np.full((len(values), 1), np.nan)
        passes[complete, 0] = np.where(failed, 0.0, 1.0)
        return np.hstack([values, passes])


class Ranker(_Transformer):
    """Places: by points, then by the tie columns, then by a lot that anyone can draw again.

    Parameters
    ----------
    total : the column that the order goes by, highest first; None takes ``points``, or else the first column
    ties : columns that break ties, the first to decide first, highest first
    threshold : nobody below takes a place; None has no line
    gate : the column in which 1 means passed; None takes ``passes`` if it is there
    seed : of the lot, which goes by SHA-256 of the seed and the row's label: its index in a DataFrame, else its number
    passthrough : bool
        Whether all columns that came in follow after the place.

    Attributes
    ----------
    total_, gate_ : the columns used; ``gate_`` may be None

    Comes out: ``place``: 1 is best; NaN for a row below the threshold, stopped by the gate, or with a missing total,
    gate or tie column. A place depends on all rows: rank all of them at once.
    """

    def __init__(
        self,
        total: str | None = None,
        ties: Sequence[str] = (),
        threshold: Number | None = None,
        gate: str | None = None,
        seed: str = "",
        passthrough: bool = False,
    ) -> None:
        self.total = total
        self.ties = ties
        self.threshold = threshold
        self.gate = gate
        self.seed = seed
        self.passthrough = passthrough

    def _prepare(self, names: list[str]) -> None:
        self.total_ = self.total or ("points" if "points" in names else names[0])
        self.gate_ = self.gate or ("passes" if "passes" in names else None)
        self._columns([self.total_, *self.ties, *([self.gate_] if self.gate_ else [])], "total, ties or gate")
        _limit("threshold", self.threshold)

    def _names_out(self, names: list[str]) -> list[str]:
        return ["place", *names] if self.passthrough else ["place"]

    def _transformed(self, values: Floats, given: Any) -> Floats:
        keys = values[:, self._columns([self.total_, *self.ties], "total or ties")]
        takes_place = ~np.isnan(keys).any(axis=1)
        least = _limit("threshold", self.threshold)
        if least is not None:
            takes_place &= keys[:, 0] >= float(least)
        if self.gate_ is not None:
            takes_place &= values[:, self._columns([self.gate_], "gate")[0]] == 1
        ranked = np.flatnonzero(takes_place)
        lot = lot_order(self.seed, _labels(given, len(values)))[ranked]
        order = np.lexsort((lot, *(-keys[ranked, column] for column in reversed(range(keys.shape[1])))))
        places = np.full((len(values), 1), np.nan)
        places[ranked[order], 0] = np.arange(1, len(ranked) + 1)
        return np.hstack([places, values]) if self.passthrough else places


def _labels(given: Any, rows: int) -> list[str]:
    """The index of a DataFrame as texts, or the numbers of the rows; TableError for one that repeats."""
    if not (hasattr(given, "index") and hasattr(given, "iloc")):
        return [str(row) for row in range(rows)]
    labels = [str(label) for label in given.index]
    seen: set[str] = set()
    for label in labels:
        if label in seen:
            raise TableError(f"index {label!r} comes more than once; the lot needs one label for each row")
        seen.add(label)
    return labels


def _shown(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _exact(number: Number) -> Fraction:
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _limit(name: str, limit: Number | None) -> Fraction | None:
    """A limit, exactly; TableError for one that is no number."""
    try:
        return None if limit is None else _exact(limit)
    except (TypeError, ValueError, OverflowError):
        raise TableError(f"{name}: expected a number, got {limit!r}") from None


def _weight(name: str, weight: Number) -> Fraction:
    try:
        if isinstance(weight, bool):
            raise TypeError
        exact = _exact(weight)
    except (TypeError, ValueError, OverflowError):
        exact = Fraction(-1)
    if exact < 0:
        raise LevelError(f"weight of column {name!r}: expected a number of 0 or more, got {weight!r}")
    return exact
