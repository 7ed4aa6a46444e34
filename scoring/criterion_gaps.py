"""A gap in mean points between groups, split by criterion so that the parts add up to it exactly.

Sources: the parts of a weighted sum are arithmetic; Welch (1947), Biometrika 34, 28-35, for the intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import TOP_LEVEL
from scoring.errors import TableError
from scoring.group_codes import Groups, read_groups, same_length
from scoring.permutation import Verdict, judged, number, permutations_for, permuted, two_sided_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """What one criterion adds to the gap of one group against all others, in points of 100.

    ``contribution`` = weight/4 · (mean − mean of the others), exact. ``interval``: Welch's, 95 %, None where a side
    has fewer than two or nothing varies. ``p``: two-sided, against people dealt out to the groups at random.
    """

    criterion: str
    weight: Fraction
    mean: Fraction
    others_mean: Fraction
    contribution: Fraction
    interval: tuple[float, float] | None
    p: float
    adjusted_p: float
    verdict: Verdict


@dataclass(frozen=True)
class GroupGap:
    """The gap in mean points of one group, and its parts: they add up to it exactly."""

    group: str
    n: int
    others: int
    gap: Fraction | None
    p: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class CriterionGaps:
    """The gaps in mean points of all groups, by criterion; see `by_criterion`."""

    n: int
    missing: int
    incomplete: int
    seed: int
    permutations: int
    alpha: float
    groups: tuple[GroupGap, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; exact figures as floats, with their fractions as text beside the gap."""
        return {
            "n": self.n,
            "missing": self.missing,
            "incomplete": self.incomplete,
            "seed": self.seed,
            "permutations": self.permutations,
            "alpha": self.alpha,
            "groups": {each.group: _plain_gap(each) for each in self.groups},
        }


def _plain_gap(each: GroupGap) -> dict[str, Any]:
    return {
        "n": each.n,
        "others": each.others,
        "gap": None if each.gap is None else float(each.gap),
        "gap_exact": None if each.gap is None else str(each.gap),
        "p": number(each.p),
        "criteria": {
            part.criterion: {
                "weight": float(part.weight),
                "mean": float(part.mean),
                "others_mean": float(part.others_mean),
                "contribution": float(part.contribution),
                "contribution_exact": str(part.contribution),
                "interval": None if part.interval is None else list(part.interval),
                "p": number(part.p),
                "adjusted_p": number(part.adjusted_p),
                "verdict": part.verdict,
            }
            for part in each.parts
        },
    }


def by_criterion(
    levels: pd.DataFrame,
    weights: Mapping[str, Any],
    group: Iterable[Any],
    *,
    seed: int,
    permutations: int | None = None,
    alpha: float = 0.05,
) -> CriterionGaps:
    """Split each group's gap in mean points, against all others, by criterion.

    Parameters
    ----------
    levels : DataFrame, one row per application, one column per criterion
        Levels 0 to 4 as the ranking uses them (means or medians over assessors), Fractions if they are not exact as
        floats. Applications that lack a level are counted as incomplete and left out.
    weights : weight of each criterion, over 0; rescaled exactly to a sum of 100.
    group : one value per row; missing ones are counted and left out.

    Notes
    -----
    The tests of all groups and criteria are one family. A criterion's p says whether its levels go with the group; it
    does not say whether they should: compare `scoring.dif`, which matches on the other criteria.

    Raises
    ------
    TableError for criteria without a column, weights that are not over 0, levels outside 0 to 4.
    """
    labels = list(group)
    same_length(levels=levels, group=labels)
    share = _weights(weights, levels)
    exact = {key: _column(levels[key], key) for key in share}
    complete = np.logical_and.reduce([~np.isnan(each.floats) for each in exact.values()])
    everybody = read_groups(labels)
    kept = complete & (everybody.code >= 0)
    groups = everybody.only(kept)
    count = permutations_for(len(groups.names) * len(share), alpha, permutations)
    values = np.stack([each.floats[kept] for each in exact.values()], axis=1)
    sums = [each.sums(kept, everybody.code, everybody.names, groups) for each in exact.values()]
    tests = _Tests(values, groups, np.array([float(each) for each in share.values()]), seed, count, alpha)
    rows = []
    n = int(kept.sum())
    for g, name in enumerate(groups.names):
        size = int(groups.sizes[g])
        others = n - size
        parts: list[Part] = []
        for c, (key, weight) in enumerate(share.items()) if others else ():
            mean, rest = sums[c][g] / size, (sum(sums[c], Fraction(0)) - sums[c][g]) / others
            parts.append(
                Part(
                    key, weight, mean, rest, weight / TOP_LEVEL * (mean - rest),
                    tests.interval(g, c), *tests.of(g, c),
                )
            )  # fmt: skip
        gap = sum((part.contribution for part in parts), Fraction(0)) if others else None
        rows.append(GroupGap(name, size, others, gap, tests.total(g), tuple(parts)))
    return CriterionGaps(
        n, everybody.missing, int((~complete).sum()), seed, count, alpha, tuple(rows)
    )  # fmt: skip


def _weights(weights: Mapping[str, Any], levels: pd.DataFrame) -> dict[str, Fraction]:
    exact = {}
    for key, weight in weights.items():
        if key not in levels.columns:
            raise TableError(f"criterion {key!r} has a weight but no column of levels")
        if isinstance(weight, float) and not np.isfinite(weight):
            raise TableError(f"criterion {key!r}: weight {weight}: expected a number over 0")
        exact[key] = Fraction(weight)
        if exact[key] <= 0:
            raise TableError(f"criterion {key!r}: weight {weight}: expected a number over 0")
    if not exact:
        raise TableError("no criteria: give the weight of at least one")
    total = sum(exact.values(), Fraction(0))
    return {key: weight * 100 / total for key, weight in exact.items()}


@dataclass(frozen=True)
class _Exact:
    """A column of levels: the different ones as Fractions, which of them each row has (-1: none), and floats."""

    different: list[Fraction]
    code: Ints
    floats: Floats

    def sums(self, kept: Bools, codes: Ints, names: Sequence[str], groups: Groups) -> list[Fraction]:
        """The exact sum of levels of each group, in the order of ``groups``."""
        cells = codes[kept] * len(self.different) + self.code[kept]
        counts = np.bincount(cells, minlength=len(names) * len(self.different))
        counts = counts.reshape(len(names), len(self.different))
        at = {name: i for i, name in enumerate(names)}
        return [
            sum(
                (int(k) * level for k, level in zip(counts[at[name]], self.different, strict=True) if k),
                Fraction(0),
            )
            for name in groups.names
        ]


def _column(column: pd.Series[Any], key: str) -> _Exact:
    code, uniques = pd.factorize(column, use_na_sentinel=True)
    different: list[Fraction] = []
    for value in uniques:
        bad = isinstance(value, bool) or not isinstance(value, int | float | Fraction | Decimal | np.number)
        if not bad:
            plain = value.item() if isinstance(value, np.number) else value
            bad = isinstance(plain, float | Decimal) and not np.isfinite(float(plain))
        if bad or not 0 <= Fraction(plain) <= TOP_LEVEL:
            row = int(np.flatnonzero(code == len(different))[0])
            raise TableError(f"row {row + 1}: criterion {key!r}, level {value}: expected 0 to {TOP_LEVEL}")
        different.append(Fraction(plain))
    floats = np.array([*(float(each) for each in different), np.nan])[code]
    return _Exact(different, code.astype(np.int64), floats)


class _Tests:
    """Permutation tests of every group and criterion, and of the points; Welch's intervals."""

    def __init__(
        self, values: Floats, groups: Groups, weights: Floats, seed: int, count: int, alpha: float
    ) -> None:
        n, criteria = values.shape
        self.values, self.weights, self.code = values, weights, groups.code
        shape = (len(groups.names), criteria)
        self.p, self.adjusted = np.full(shape, np.nan), np.full(shape, np.nan)
        self.points_p = np.full(shape[0], np.nan)
        self.verdicts: list[Verdict] = ["no_conclusion"] * (shape[0] * criteria)
        if shape[0] < 2:
            return
        # Sorted values: the order of the rows then leaves no trace in the permutations.
        columns = np.column_stack([values, values @ weights])
        first = np.concatenate([[0], np.cumsum(groups.sizes)[:-1]])
        chunks = list(permuted(seed, n, count)) if n * count < 1 << 23 else None
        worst = np.full(shape, np.nan)
        for c in range(criteria + 1):
            column = np.sort(columns[:, c])
            orders = chunks if chunks is not None else permuted(seed, n, count)
            null = np.concatenate([np.add.reduceat(column[rows], first, axis=1) for rows in orders])
            observed = np.bincount(groups.code, weights=columns[:, c], minlength=shape[0]).astype(np.float64)
            p = two_sided_p(null, observed)
            if c == criteria:
                self.points_p = p
                continue
            self.p[:, c] = p
            lowest = np.concatenate([[0.0], np.cumsum(column)])[groups.sizes]
            worst[:, c] = two_sided_p(null, lowest)
        adjusted, verdicts = judged(self.p.ravel(), worst.ravel(), alpha)
        self.adjusted, self.verdicts = adjusted.reshape(shape), list(verdicts)

    def of(self, g: int, c: int) -> tuple[float, float, Verdict]:
        """p, adjusted p and verdict."""
        verdict = self.verdicts[g * self.values.shape[1] + c]
        return float(self.p[g, c]), float(self.adjusted[g, c]), verdict

    def total(self, g: int) -> float:
        """The p of the group's gap in points, not adjusted."""
        return float(self.points_p[g])

    def interval(self, g: int, c: int) -> tuple[float, float] | None:
        """Welch's interval of the contribution."""
        own, rest = self.values[self.code == g, c], self.values[self.code != g, c]
        return welch(own, rest, float(self.weights[c]) / TOP_LEVEL)


def welch(
    own: Floats, rest: Floats, scale: float = 1.0, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Welch's interval of the difference of means times a scale; None where it cannot be computed."""
    from scipy.special import stdtrit

    if len(own) < 2 or len(rest) < 2:
        return None
    a, b = own.var(ddof=1) / len(own), rest.var(ddof=1) / len(rest)
    if a + b == 0:
        return None
    df = (a + b) ** 2 / (a * a / (len(own) - 1) + b * b / (len(rest) - 1))
    half = float(stdtrit(df, (1 + confidence) / 2) * np.sqrt(a + b))
    middle = float(own.mean() - rest.mean())
    return scale * (middle - half), scale * (middle + half)
