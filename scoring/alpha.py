"""Krippendorff's α: how far assessors agree beyond what chance would give, from any design with gaps.

α = 1 − D_o / D_e: disagreement observed within units over disagreement expected if levels fell on units at random.
Of a unit with m ≥ 2 levels every ordered pair counts 1/(m − 1), which is the coincidence matrix of Krippendorff;
a unit with one level has no pair, takes no part, and is counted. The difference δ² of two levels is

- nominal: 0 if equal, else 1;
- ordinal: the square of how many levels lie between them, counted in the pairable levels themselves: with R the
  cumulative count up to the middle of a level, (Σ_{g=c}^{k} n_g − (n_c + n_k)/2)² = (R_k − R_c)²;
- interval: (c − k)²;
- ratio: ((c − k)/(c + k))².

The interval is a percentile bootstrap over units, or over groups of units that belong together, such as all criteria
of an application: what was drawn once is drawn again, and R and D_e are computed anew each time. Krippendorff's own
algorithm draws single pairs, as if those of a unit were independent, and keeps D_e; Zapf et al. (2016) recommend units.

Sources: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, and (2019), Content Analysis, 4th ed., ch. 12;
Zapf, Castell, Morawietz & Karch (2016), BMC Medical Research Methodology 16:93.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from scoring.assessed import LEVEL_SCALE, Assessed, Floats, Scale, read_assessed
from scoring.errors import LevelError, TableError
from scoring.order import Integers

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval", "ratio")

#: Why there is no α: no unit has two levels; all pairable levels are equal, so that chance would agree as well; the
#: ratio of numbers below 0 means nothing.
Reason = Literal["", "no_pairs", "no_variation", "ratio_below_zero"]
#: Why there is no interval: no α; one unit, or one group of units, cannot vary; too many samples had no variation.
IntervalReason = Literal["", "no_value", "one_unit", "too_little_variation"]

#: More samples than this share without an α, and the percentiles of the others would say too much.
MOST_UNDEFINED = 0.05
_DRAWS = 2000
#: Cells of the largest table that is held at once: draws × groups, and units × different levels.
_CHUNK = 4_000_000
_LARGEST = 100_000_000


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's α and what it rests on.

    ``value``: at most 1; 0 is chance, below 0 is systematic disagreement; None with a ``reason``. ``low``, ``high``:
    None with an ``interval_reason``. ``n_units``: with at least one level; ``n_pairable``: with at least two, which is
    what α rests on; ``n_levels``: the levels in those. ``undefined``: bootstrap samples, of ``draws``, without α.
    """

    metric: Metric
    value: float | None
    low: float | None
    high: float | None
    reason: Reason
    interval_reason: IntervalReason
    confidence: float
    n_units: int
    n_pairable: int
    n_levels: int
    draws: int
    undefined: int
    seed: int


def krippendorff_alpha(
    levels: pd.DataFrame | NDArray[np.float64],
    metric: Metric,
    *,
    confidence: float = 0.95,
    seed: int = 0,
    draws: int = _DRAWS,
    scale: Scale = LEVEL_SCALE,
) -> Alpha:
    """Krippendorff's α of one metric.

    Parameters
    ----------
    levels : DataFrame or array
        A table with the columns of ``LONG_COLUMNS``: each application × criterion is a unit, and the bootstrap draws
        applications. Or an array of shape (assessors, units) with NaN where an assessor gave no level.
    metric : "nominal", "ordinal", "interval" or "ratio"
    confidence, seed, draws
        Of the bootstrap; 0 draws leave the interval out.
    scale : (low, high)
        Where the levels of a table must lie; an array may hold any finite numbers.

    Raises
    ------
    TableError
        For a table that `scoring.assessed.read_assessed` refuses, or a setting that is out of range.
    LevelError
        For a level outside the scale, or an infinite number in an array.
    """
    if isinstance(levels, pd.DataFrame):
        units = units_of(read_assessed(levels, scale=scale))
    else:
        units = _units_of_matrix(levels)
    return alphas(units, (metric,), confidence=confidence, seed=seed, draws=draws)[metric]


@dataclass(frozen=True, slots=True)
class Units:
    """Pairable units as counts.

    ``values``: the different levels, ascending, shape (v,); ``patterns``: the different ways in which levels fall on a
    unit, as counts per value, shape (p, v); ``groups``: how many units of each pattern each group that is drawn
    together has, shape (g, p). ``n_units``: units with any level.
    """

    values: Floats
    patterns: Floats
    groups: sparse.csr_array
    n_units: int

    @property
    def n_pairable(self) -> int:
        return int(self.groups.sum())


def units_of(assessed: Assessed) -> Units:
    """Units are application × criterion; those of an application are drawn together."""
    unit = assessed.application * max(1, len(assessed.criteria)) + assessed.criterion
    return _units(unit, assessed.application, assessed.level)


def _units_of_matrix(matrix: NDArray[np.float64]) -> Units:
    numbers = np.asarray(matrix, dtype=np.float64)
    if numbers.ndim != 2:
        raise TableError(f"levels of shape {numbers.shape}: expected (assessors, units)")
    if np.isinf(numbers).any():
        assessor, unit = np.argwhere(np.isinf(numbers))[0]
        raise LevelError(
            f"assessor {assessor}, unit {unit}: level {numbers[assessor, unit]}: expected a finite number"
        )
    unit, assessor = np.nonzero(~np.isnan(numbers.T))
    return _units(unit.astype(np.int64), unit.astype(np.int64), numbers[assessor, unit])


def _units(unit: Integers, group: Integers, level: Floats) -> Units:
    """From one row per level; rows of a unit are of one group."""
    sizes = np.bincount(unit, minlength=1)
    pairable = sizes[unit] > 1
    values, column = np.unique(level[pairable], return_inverse=True)
    _, first, row = np.unique(unit[pairable], return_index=True, return_inverse=True)
    if len(first) * len(values) > _LARGEST:
        raise TableError(
            f"{len(values):,} different levels on {len(first):,} units are too many for α; round the levels"
        )
    counts = np.zeros((len(first), len(values)))
    np.add.at(counts, (row, column), 1.0)
    patterns, pattern = np.unique(counts, axis=0, return_inverse=True)
    names, at = np.unique(group[pairable][first], return_inverse=True)
    groups = sparse.csr_array((np.ones(len(first)), (at, pattern.ravel())), shape=(len(names), len(patterns)))
    return Units(values, patterns, groups, int((sizes > 0).sum()))


def alphas(
    units: Units,
    metrics: Sequence[Metric] = METRICS,
    *,
    confidence: float = 0.95,
    seed: int = 0,
    draws: int = _DRAWS,
) -> dict[Metric, Alpha]:
    """α of several metrics from the same bootstrap samples. Raises TableError for a setting that is out of range."""
    if not 0 < confidence < 1:
        raise TableError(f"confidence {confidence!r}: expected a number between 0 and 1, such as 0.95")
    if draws < 0:
        raise TableError(f"draws {draws!r}: expected 0 or more")
    for metric in metrics:
        if metric not in METRICS:
            raise TableError(f"metric {metric!r}: expected one of {', '.join(METRICS)}")
    reasons: dict[Metric, Reason] = {metric: _reason(units, metric) for metric in metrics}
    sound = [metric for metric in metrics if not reasons[metric]]
    everything = np.asarray(units.groups.sum(axis=0), dtype=np.float64)[None, :]
    values = {metric: float(_values(units, everything, metric)[0]) for metric in sound}
    samples: dict[Metric, list[Floats]] = {metric: [] for metric in sound}
    if sound and units.groups.shape[0] > 1:
        for weights in _samples(units.groups, draws, seed):
            for metric in sound:
                samples[metric].append(_values(units, weights, metric))
    return {
        metric: _result(
            units, metric, values.get(metric), samples.get(metric, []), reasons[metric], confidence, seed
        )
        for metric in metrics
    }


def _reason(units: Units, metric: Metric) -> Reason:
    if not len(units.patterns):
        return "no_pairs"
    if len(units.values) < 2:
        return "no_variation"
    return "ratio_below_zero" if metric == "ratio" and units.values[0] < 0 else ""


def _result(
    units: Units,
    metric: Metric,
    value: float | None,
    samples: list[Floats],
    reason: Reason,
    confidence: float,
    seed: int,
) -> Alpha:
    drawn = np.concatenate(samples) if samples else np.array([])
    defined = drawn[~np.isnan(drawn)]
    undefined = len(drawn) - len(defined)
    why: IntervalReason = ""
    low = high = None
    if value is None:
        why = "no_value"
    elif units.groups.shape[0] < 2:
        why = "one_unit"
    elif undefined > MOST_UNDEFINED * len(drawn):
        why = "too_little_variation"
    elif len(drawn):
        tail = (1 - confidence) / 2
        low, high = (float(each) for each in np.quantile(defined, [tail, 1 - tail]))
    return Alpha(
        metric=metric,
        value=value,
        low=low,
        high=high,
        reason=reason,
        interval_reason=why,
        confidence=confidence,
        n_units=units.n_units,
        n_pairable=units.n_pairable,
        n_levels=int(units.groups.sum(axis=0) @ units.patterns.sum(axis=1)),
        draws=len(drawn),
        undefined=undefined,
        seed=seed,
    )


def _samples(groups: sparse.csr_array, draws: int, seed: int) -> Iterator[Floats]:
    """How often each pattern comes in each sample of as many groups as there are, shape (some draws, p)."""
    random = np.random.default_rng(seed)
    count = groups.shape[0]
    step = max(1, _CHUNK // count)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = random.integers(0, count, size=(rows, count)) + np.arange(rows)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        yield np.asarray(times.astype(np.float64) @ groups)


def _values(units: Units, weights: Floats, metric: Metric) -> Floats:
    """α for each row of weights of the patterns, shape (d, p) to (d,); NaN where nothing varies."""
    patterns = units.patterns
    sizes = patterns.sum(axis=1)
    marginals = weights @ patterns
    total = marginals.sum(axis=1)
    if metric == "nominal":
        within = (sizes**2 - (patterns**2).sum(axis=1)) / (sizes - 1)
        observed = weights @ within
        expected = total**2 - (marginals**2).sum(axis=1)
    elif metric == "ratio":
        sums = units.values[:, None] + units.values
        # Two zeros are equal: their difference is 0, not 0/0.
        delta = ((units.values[:, None] - units.values) / np.where(sums > 0, sums, 1)) ** 2
        observed = weights @ (((patterns @ delta) * patterns).sum(axis=1) / (sizes - 1))
        expected = ((marginals @ delta) * marginals).sum(axis=1)
    else:
        # Both are squared distances of scores; centred, so that no digits are lost where levels are far from 0.
        if metric == "interval":
            scores = np.broadcast_to(units.values, marginals.shape)
        else:
            scores = np.cumsum(marginals, axis=1) - marginals / 2
        mean = (scores * marginals).sum(axis=1, keepdims=True) / total[:, None]
        scores = scores - mean
        squares = (scores**2) @ patterns.T
        within = 2 * (sizes * squares - (scores @ patterns.T) ** 2) / (sizes - 1)
        observed = (weights * within).sum(axis=1)
        expected = 2 * (total * (scores**2 * marginals).sum(axis=1) - (scores * marginals).sum(axis=1) ** 2)
    varied = (marginals > 0).sum(axis=1) > 1
    ratio = observed * (total - 1) / np.where(varied, expected, 1.0)
    return np.where(varied, np.minimum(1.0 - ratio, 1.0), np.nan)
