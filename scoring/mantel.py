"""Mantel's test and the Mantel–Haenszel odds ratio within strata: a group against all others, matched.

Sources: Mantel (1963), J. Am. Stat. Assoc. 58, 690-700 (levels as scores); Mantel & Haenszel (1959), J. Natl. Cancer
Inst. 22, 719-748; Holland & Thayer (1988) for Δ = −2.35 ln α; Robins, Breslow & Greenland (1986), Biometrics 42,
311-323 for its variance; Dorans & Schmitt (1991) for the standardised mean difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from scoring.group_codes import finite, flags, same_length

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: The factor that turns a log odds ratio into the delta scale of the Educational Testing Service.
DELTA = -2.35


@dataclass(frozen=True)
class Mantel:
    """Mantel's test of ordinal levels: χ² with 1 degree of freedom (no continuity correction) and its p.

    ``smd``: mean level of the group less that of the others, over strata with the group's shares; ``smd_se`` under no
    difference. ``used``: of how many people, those in strata that hold both sides. NaN where nothing can differ.
    """

    chi2: float
    p: float
    smd: float
    smd_se: float
    used: int


def mantel(level: ArrayLike, inside: ArrayLike, stratum: ArrayLike) -> Mantel:
    """Mantel's (1963) test and the standardised mean difference.

    Parameters
    ----------
    level : array of numbers, shape (n,)
    inside : array of bool, shape (n,): in the group looked at.
    stratum : array, shape (n,): what people are matched on.
    """
    y, group = finite(level, "level"), flags(inside, "inside")
    same_length(level=y, inside=group, stratum=np.asarray(stratum))
    sums = Strata(pd.factorize(np.asarray(stratum), sort=True)[0].astype(np.int64), y)
    total, expected, variance, smd, se, used = sums.mantel(group)
    if not variance > 0:
        return Mantel(float("nan"), float("nan"), smd, se, used)
    chi2 = (total - expected) ** 2 / variance
    return Mantel(chi2, float(chdtrc(1, chi2)), smd, se, used)


class Strata:
    """Levels in strata, and what can be said of any group in them. ``code``: the stratum of each row, from 0."""

    def __init__(self, code: Ints, level: Floats) -> None:
        self.code, self.level, self.count = code, level, int(code.max()) + 1
        self.n = self._sum(np.ones(len(code)))
        self.total, self.squares = self._sum(level), self._sum(level**2)

    def _sum(self, values: Floats) -> Floats:
        return np.bincount(self.code, weights=values, minlength=self.count).astype(np.float64)

    def mantel(self, group: Bools) -> tuple[float, float, float, float, float, int]:
        """Σ of levels of the group, expected Σ and its variance; SMD and its SE; people used."""
        own, levels = self._sum(group.astype(np.float64)), self._sum(np.where(group, self.level, 0.0))
        rest = self.n - own
        both = (own > 0) & (rest > 0)
        own, rest, n = own[both], rest[both], self.n[both]
        total, squares, levels = self.total[both], self.squares[both], levels[both]
        if not len(n):
            return 0.0, 0.0, 0.0, float("nan"), float("nan"), 0
        expected = own * total / n
        variance = own * rest / (n**2 * (n - 1)) * np.maximum(0.0, n * squares - total**2)
        share = own / own.sum()
        smd = float(share @ (levels / own - (total - levels) / rest))
        se = float(np.sqrt((share**2 * (1 / own + 1 / rest) ** 2) @ variance))
        return float(levels.sum()), float(expected.sum()), float(variance.sum()), smd, se, int(n.sum())


@dataclass(frozen=True)
class OddsRatio:
    """The Mantel–Haenszel odds ratio of the others over the group, as α of the DIF literature, and Δ = −2.35 ln α.

    Δ below 0: harder to reach for the group. ``ets_class`` by |Δ| alone: A below 1, B to 1.5, C above;
    ``ets_class_tested`` is the rule of the Educational Testing Service: A also where Δ does not differ from 0, and C
    only where |Δ| exceeds 1 beyond chance, at .05. None where α is 0, infinite or undefined.
    """

    alpha: float | None
    delta: float | None
    delta_se: float | None
    ets_class: str | None
    ets_class_tested: str | None


def odds_ratio_mh(reached: ArrayLike, inside: ArrayLike, stratum: ArrayLike) -> OddsRatio:
    """Mantel–Haenszel's odds ratio over strata, of having reached a level; the group is the focal one."""
    hit, group = flags(reached, "reached"), flags(inside, "inside")
    same_length(reached=hit, inside=group, stratum=np.asarray(stratum))
    code = pd.factorize(np.asarray(stratum), sort=True)[0]
    a, b, c, d = (
        np.bincount(code[rows], minlength=int(code.max()) + 1).astype(np.float64)
        for rows in (~group & hit, ~group & ~hit, group & hit, group & ~hit)
    )
    n = a + b + c + d
    r, s = a * d / n, b * c / n
    over, under = float(r.sum()), float(s.sum())
    if over == 0 or under == 0:
        return OddsRatio(None, None, None, None, None)
    p, q = (a + d) / n, (b + c) / n
    variance = float(
        (p @ r) / (2 * over**2) + (p @ s + q @ r) / (2 * over * under) + (q @ s) / (2 * under**2)
    )
    alpha = over / under
    delta, se = DELTA * float(np.log(alpha)), -DELTA * float(np.sqrt(variance))
    size = abs(delta)
    by_size = "A" if size < 1 else "B" if size <= 1.5 else "C"
    tested = by_size
    if se > 0:
        if size < 1.959963984540054 * se:
            tested = "A"
        elif by_size == "C" and size - 1 <= 1.6448536269514722 * se:
            tested = "B"
    return OddsRatio(alpha, delta, se, by_size, tested)
