"""The figures of one attribute at one stage, as JSON-ready data: rates, uncertainty, tests, verdicts, bounds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.boschloo import boschloo_p
from scoring.detectable import Detectable, detectable, funnel_limits
from scoring.exact_tests import odds_ratio
from scoring.intervals import newcombe, wilson
from scoring.shrinkage import Shrunk, shrink
from scoring.strata_figures import StrataCounts, strata_figures
from scoring.verdicts import Judgement, Reason, entry_reason, reason, too_small_reason

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FOUR_FIFTHS = Fraction(4, 5)
FUNNEL = {"95": 0.95, "99.8": 0.998}


@dataclass(frozen=True)
class Counts:
    """Head counts of one attribute. Arrays have the shape (stages, groups), `missing_*` (stages,)."""

    groups: tuple[str, ...]
    ordered: bool
    applied: Ints
    n: Ints
    selected: Ints
    missing_applied: int
    missing_n: Ints
    missing_selected: Ints


@dataclass(frozen=True)
class Attribute:
    """One attribute's counts and what the tests say of them.

    `asked`, shape (stages, groups): which cells are members of the family of tests. `parent`, shape (groups,): the
    pool that a group's rate is drawn to first, -1 for none; `parent_names`: what the pools are called. `strata`: the
    counts stratum by stratum, if there are any. `smallest`: the least number who applied for a group to be tested,
    where there is such a setting.
    """

    counts: Counts
    judgement: Judgement
    asked: Bools
    parent: Ints | None = None
    parent_names: tuple[str, ...] = ()
    strata: StrataCounts | None = None
    smallest: int | None = None
    alpha: float = 0.05

    @cached_property
    def seen(self) -> Detectable:
        """What every group could have shown at every stage."""
        return detectable(self.counts.selected, self.counts.n, self.alpha, self.asked)


@dataclass(frozen=True)
class Extent:
    """What is computed beside the figures that every audit has."""

    boschloo: bool
    small_groups: bool


def stage_figures(attribute: Attribute, t: int, staged: bool, extent: Extent) -> dict[str, Any]:
    """All figures of one attribute at one stage."""
    counts = attribute.counts
    n, s = counts.n[t], counts.selected[t]
    rows = _compared(attribute, t)
    if extent.boschloo:
        for row in rows.values():
            row["boschloo_p"] = _boschloo(row, int(s.sum()), int(n.sum()))
    if extent.small_groups:
        for row, extra in zip(rows.values(), _drawn_together(attribute, t), strict=True):
            row |= extra
    if staged:
        intervals = wilson(s, counts.applied)
        for g, row in enumerate(rows.values()):
            applied = int(counts.applied[g])
            row["of_applied"] = {
                "n": applied,
                "selected": row["selected"],
                "rate": _rate(row["selected"], applied),
                "interval": _pair(intervals[g]),
            }
    part: dict[str, Any] = {"groups": rows, "missing": _missing(counts, t, staged)}
    if attribute.strata is not None:
        part["stratified"] = strata_figures(attribute.strata, t, counts.groups, attribute.alpha)
    return part


def _compared(attribute: Attribute, t: int) -> dict[str, dict[str, Any]]:
    """Each group's rate, compared with the highest and with all others; tests and verdict."""
    counts, judgement = attribute.counts, attribute.judgement
    n, s = counts.n[t], counts.selected[t]
    other_n, other_s = n.sum() - n, s.sum() - s
    rates = [Fraction(int(a), int(b)) if b else None for a, b in zip(s, n, strict=True)]
    highest = max((rate for rate in rates if rate is not None), default=None)
    intervals, gaps = wilson(s, n), newcombe(s, n, other_s, other_n)
    groups: dict[str, dict[str, Any]] = {}
    for g, name in enumerate(counts.groups):
        figures = (int(s[g]), int(n[g]), int(other_s[g]), int(other_n[g]))
        ratio = _ratio(rates[g], highest)
        groups[name] = {
            "n": figures[1],
            "selected": figures[0],
            "rate": _rate(figures[0], figures[1]),
            "impact_ratio": None if ratio is None else float(ratio),
            "below_four_fifths": None if ratio is None else ratio < FOUR_FIFTHS,
            "interval": _pair(intervals[g]),
            "difference": _difference(*figures),
            "difference_interval": _pair(gaps[g]),
            "interval_difference": _pair(gaps[g]),
            "odds_ratio": odds_ratio(*figures),
            "fisher_p": _number(judgement.fisher[t, g]),
            "midp": _number(judgement.midp[t, g]),
            "boschloo_p": None,
            "adjusted_p": _number(judgement.adjusted[t, g]),
            "verdict": judgement.verdicts[t][g],
            "reason": _reason(attribute, t, g, figures),
        }
    return groups


def _reason(attribute: Attribute, t: int, g: int, figures: tuple[int, int, int, int]) -> Reason:
    if attribute.asked[t, g] or figures[1] == 0 or figures[3] == 0:
        return reason(attribute.judgement.verdicts[t][g], *figures)
    if attribute.smallest is not None and attribute.counts.applied[g] < attribute.smallest:
        return too_small_reason(int(attribute.counts.applied[g]), attribute.smallest)
    return entry_reason()


def _boschloo(row: dict[str, Any], selected: int, n: int) -> float | None:
    """None where nothing is tested."""
    if row["fisher_p"] is None:
        return None
    return boschloo_p(row["selected"], row["n"], selected - row["selected"], n - row["n"])


def _drawn_together(attribute: Attribute, t: int) -> list[dict[str, Any]]:
    """Per group what rests on all groups: the shrunken rate, limits of the funnel, what could have been seen."""
    counts = attribute.counts
    n, s = counts.n[t], counts.selected[t]
    shrunk, seen = shrink(s, n, attribute.parent), attribute.seen
    limits = {}
    for name, confidence in FUNNEL.items() if n.sum() else ():
        limits[name] = funnel_limits(n, int(s.sum()) / int(n.sum()), confidence)
    rows = []
    for g in range(len(n)):
        rows.append(
            _shrunk(shrunk, g)
            | {
                "shrunk_pool": _pool(attribute, shrunk, g),
                "funnel": {
                    name: _finite(limits[name][0][g], limits[name][1][g]) if limits else None
                    for name in FUNNEL
                },
                "detectable": _detectable(seen, t, g),
            }
        )
    return rows


def _shrunk(shrunk: Shrunk, g: int) -> dict[str, Any]:
    return {
        "shrunk_rate": _number(shrunk.rate[g]),
        "shrunk_interval": _finite(shrunk.low[g], shrunk.high[g]),
        "shrunk_below": _number(shrunk.below[g]),
        "shrunk_towards": _number(shrunk.pooled[g]),
        "shrunk_method": shrunk.method[g],
        "shrunk_within": shrunk.within[g],
    }


def _pool(attribute: Attribute, shrunk: Shrunk, g: int) -> str | None:
    """The parent whose rate the group is drawn towards; None where it is the rate of all."""
    if attribute.parent is None or shrunk.within[g] == "all":
        return None
    return attribute.parent_names[int(attribute.parent[g])]


def _detectable(seen: Detectable, t: int, g: int) -> dict[str, Any]:
    """The nearest counts that would be an alarm and the gaps that they are; None where no count would be."""
    low, high = int(seen.low[t, g]), int(seen.high[t, g])
    return {
        "low": None if low < 0 else low,
        "low_difference": _number(seen.low_gap[t, g]),
        "high": None if high < 0 else high,
        "high_difference": _number(seen.high_gap[t, g]),
        "others_tested_anew": bool(seen.redone[t]),
    }


def _finite(low: float, high: float) -> list[float] | None:
    return None if np.isnan(low) or np.isnan(high) else [float(low), float(high)]


def _missing(counts: Counts, t: int, staged: bool) -> dict[str, Any]:
    """Those without group data, and between what each group's figures could lie had the data been known.

    Lowest: all of them who were not selected belong to the group, and none who were selected. Highest: all
    who were selected belong to it, and none who were not. The rest belong to the others.
    """
    n, s = int(counts.missing_n[t]), int(counts.missing_selected[t])
    all_n, all_s = int(counts.n[t].sum()), int(counts.selected[t].sum())
    bounds = {}
    for g, name in enumerate(counts.groups):
        gn, gs = int(counts.n[t, g]), int(counts.selected[t, g])
        on, os = all_n - gn, all_s - gs
        low, high = (gs, gn + n - s), (gs + s, gn + s)
        bounds[name] = {
            "rate": _ends(_rate(*low), _rate(*high)),
            "difference": _ends(_difference(*low, os + s, on + s), _difference(*high, os, on + n - s)),
        }
    missing: dict[str, Any] = {"n": n, "selected": s, "rate": _rate(s, n), "bounds": bounds}
    if staged:
        applied = counts.missing_applied
        missing["of_applied"] = {"n": applied, "selected": s, "rate": _rate(s, applied)}
    return missing


def _ratio(rate: Fraction | None, highest: Fraction | None) -> Fraction | None:
    """A rate over the highest rate, exact: .48 over .60 is not below four fifths. None if all rates are 0."""
    return rate / highest if rate is not None and highest else None


def _rate(selected: int, n: int) -> float | None:
    return selected / n if n else None


def _difference(selected: int, n: int, other_selected: int, other_n: int) -> float | None:
    if n == 0 or other_n == 0:
        return None
    return float(Fraction(selected, n) - Fraction(other_selected, other_n))


def _ends(low: float | None, high: float | None) -> list[float] | None:
    return None if low is None or high is None else [low, high]


def _pair(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else list(interval)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
