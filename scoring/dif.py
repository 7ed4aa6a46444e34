"""Item bias: does a criterion go with the group among people who are alike on the other criteria?

People are matched on their total and compared within strata of it. The total holds the criterion looked at, as in
Holland & Thayer: matched on the rest alone, people with the same rest are not alike where the groups differ in what is
measured, and a criterion without any bias is called biased in 31 of 100 studies of 600 people (groups .7 standard
deviations apart, six criteria) instead of 5. The rest total can be asked for.

Sources: Mantel (1963), J. Am. Stat. Assoc. 58, 690-700 (levels as scores); Mantel & Haenszel (1959), J. Natl. Cancer
Inst. 22, 719-748; Holland & Thayer (1988) for Δ = −2.35 ln α; Robins, Breslow & Greenland (1986), Biometrics 42,
311-323 for its variance; Dorans & Schmitt (1991) for the standardised mean difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from scoring.criteria import TOP_LEVEL
from scoring.errors import TableError
from scoring.group_codes import Groups, finite, flags, read_groups, same_length
from scoring.permutation import Verdict, judged, number, permutations_for, two_sided_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Into so many strata of like size the totals are cut, if there are more different ones.
STRATA = 20
#: The factor that turns a log odds ratio into the delta scale of the Educational Testing Service.
DELTA = -2.35
_CELLS_AT_ONCE = 1 << 21
Match = Literal["total", "rest"]


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
    sums = _Strata(pd.factorize(np.asarray(stratum), sort=True)[0].astype(np.int64), y)
    total, expected, variance, smd, se, used = sums.mantel(group)
    if not variance > 0:
        return Mantel(float("nan"), float("nan"), smd, se, used)
    chi2 = (total - expected) ** 2 / variance
    return Mantel(chi2, float(chdtrc(1, chi2)), smd, se, used)


class _Strata:
    """Levels in strata, and what can be said of any group in them."""

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


@dataclass(frozen=True)
class ItemBias:
    """One criterion and one group against all others; ``p`` by permutation within strata, two-sided.

    ``cut``: the level that dichotomises (reached or not), for the odds ratio: the one nearest to the middle of all.
    ``anchors``: the other criteria that people were matched on.
    """

    criterion: str
    group: str
    n: int
    others: int
    mantel: Mantel
    p: float
    adjusted_p: float
    verdict: Verdict
    cut: float | None
    odds_ratio: OddsRatio
    anchors: tuple[str, ...]


@dataclass(frozen=True)
class ItemBiases:
    """All criteria and groups; see `item_bias`."""

    n: int
    missing: int
    incomplete: int
    seed: int
    permutations: int
    alpha: float
    match: Match
    purified: dict[str, tuple[str, ...]]
    rows: tuple[ItemBias, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        groups: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            groups.setdefault(row.group, {})[row.criterion] = {
                "n": row.n,
                "others": row.others,
                "used": row.mantel.used,
                "chi2": number(row.mantel.chi2),
                "chi2_p": number(row.mantel.p),
                "smd": number(row.mantel.smd),
                "smd_se": number(row.mantel.smd_se),
                "p": number(row.p),
                "adjusted_p": number(row.adjusted_p),
                "verdict": row.verdict,
                "cut": row.cut,
                "alpha_mh": row.odds_ratio.alpha,
                "delta": row.odds_ratio.delta,
                "delta_se": row.odds_ratio.delta_se,
                "ets_class": row.odds_ratio.ets_class,
                "ets_class_tested": row.odds_ratio.ets_class_tested,
                "anchors": list(row.anchors),
            }
        return {
            "n": self.n,
            "missing": self.missing,
            "incomplete": self.incomplete,
            "seed": self.seed,
            "permutations": self.permutations,
            "alpha": self.alpha,
            "match": self.match,
            "purified": {group: list(keys) for group, keys in self.purified.items()},
            "groups": groups,
        }


def item_bias(
    levels: pd.DataFrame,
    group: Iterable[Any],
    *,
    seed: int,
    permutations: int | None = None,
    match: Match = "total",
    strata: int = STRATA,
    alpha: float = 0.05,
) -> ItemBiases:
    """Item bias of every criterion for every group against all others.

    Parameters
    ----------
    levels : DataFrame, one row per application, one column per criterion, two criteria or more
        Levels 0 to 4. Applications that lack one are counted as incomplete and left out.
    group : one value per row; missing ones are counted and left out.
    seed, permutations : of the permutations within strata.
    match : "total", the sum of the levels of the criteria that do not stand out and of the one looked at; or "rest",
        without the one looked at.
    strata : at most so many strata of it: each different total if there are no more, otherwise quantiles.

    Notes
    -----
    Purified: for each group, the criterion that stands out most (adjusted p at most α) no longer counts in what the
    others are matched on, then the others are looked at anew, until none stands out or two criteria are left. Whatever
    all criteria share cannot be seen: if the total itself is biased, so is the match.

    Raises
    ------
    TableError for fewer than two criteria, or levels that are no numbers from 0 to 4.
    """
    labels = list(group)
    same_length(levels=levels, group=labels)
    keys = [str(each) for each in levels.columns]
    if len(keys) < 2 or len(set(keys)) != len(keys):
        raise TableError(
            "levels: expected two or more criteria, each with its own name; people are matched on the rest"
        )
    if match not in ("total", "rest"):
        raise TableError(f"match {match!r}: expected 'total' or 'rest'")
    if strata < 1:
        raise TableError(f"strata: expected a whole number from 1, got {strata}")
    values, complete = _read(levels, keys)
    everybody = read_groups(labels)
    kept = complete & (everybody.code >= 0)
    groups, values = everybody.only(kept), values[kept]
    tests = len(groups.names) * len(keys)
    count = permutations_for(tests, alpha, permutations)
    rows: list[ItemBias] = []
    purified = {}
    if len(groups.names) > 1:
        study = _Study(values, groups, seed, count, strata, match)
        first = [study.of(g, c, frozenset()) for g in range(len(groups.names)) for c in range(len(keys))]
        verdicts = judged(np.array([p for _, p, _ in first]), np.array([w for *_, w in first]), alpha)[1]
        found: dict[tuple[int, int], tuple[Mantel, float, float]] = {}
        for g, name in enumerate(groups.names):
            out = _purify(study, g, len(keys), verdicts[g * len(keys) : (g + 1) * len(keys)], alpha)
            purified[name] = tuple(keys[c] for c in sorted(out))
            found |= {(g, c): study.of(g, c, out - {c}) for c in range(len(keys))}
        cells = list(found)
        adjusted, verdicts = judged(
            np.array([found[cell][1] for cell in cells]), np.array([found[cell][2] for cell in cells]), alpha
        )
        for at, (g, c) in enumerate(cells):
            test, p, _ = found[(g, c)]
            out = frozenset(keys.index(key) for key in purified[groups.names[g]]) - {c}
            cut, odds = study.dichotomised(g, c, out)
            rows.append(
                ItemBias(
                    keys[c], groups.names[g], int(groups.sizes[g]), len(values) - int(groups.sizes[g]), test, p,
                    float(adjusted[at]), verdicts[at], cut, odds,
                    tuple(key for i, key in enumerate(keys) if i != c and i not in out),
                )
            )  # fmt: skip
    incomplete = int((~complete).sum())
    return ItemBiases(
        len(values), everybody.missing, incomplete, seed, count, alpha, match, purified, tuple(rows)
    )  # fmt: skip


def _read(levels: pd.DataFrame, keys: list[str]) -> tuple[Floats, Bools]:
    columns = []
    for i, key in enumerate(keys):
        column = levels.iloc[:, i]
        present = column.notna().to_numpy(dtype=bool)
        numbers = np.full(len(column), np.nan)
        numbers[present] = finite(column[present].to_numpy(), f"criterion {key!r}, level")
        outside = np.flatnonzero(present & ~((numbers >= 0) & (numbers <= TOP_LEVEL)))
        if len(outside):
            row = int(outside[0])
            raise TableError(
                f"row {row + 1}: criterion {key!r}, level {numbers[row]}: expected 0 to {TOP_LEVEL}"
            )
        columns.append(numbers)
    values = np.stack(columns, axis=1)
    return values, np.asarray(~np.isnan(values).any(axis=1))


def _purify(
    study: _Study, g: int, criteria: int, verdicts: tuple[Verdict, ...], alpha: float
) -> frozenset[int]:
    """The criteria that no longer count in the match, the one that stands out most first."""
    out: frozenset[int] = frozenset()
    while "alarm" in verdicts and criteria - len(out) > 2:
        tests = [study.of(g, c, out - {c}) for c in range(criteria)]
        p = np.array([each[1] for each in tests])
        verdicts = judged(p, p, alpha)[1]
        left = [c for c in range(criteria) if verdicts[c] == "alarm" and c not in out]
        if not left:
            break
        chi2 = [tests[c][0].chi2 for c in left]
        out = out | {left[int(np.argmax(chi2))]}
    return out


class _Study:
    """Tests of all criteria and groups; what is matched on the same is permuted once."""

    def __init__(
        self, values: Floats, groups: Groups, seed: int, count: int, strata: int, match: Match
    ) -> None:
        self.values, self.groups, self.seed, self.count = values, groups, seed, count
        self.strata, self.match = strata, match
        self._nulls: dict[tuple[int, frozenset[int]], tuple[_Strata, Floats]] = {}

    def _matched(self, c: int, out: frozenset[int]) -> Ints:
        with_own = self.match == "total"
        counted = [i for i in range(self.values.shape[1]) if i not in out and (with_own or i != c)]
        total = np.round(self.values[:, counted].sum(axis=1), 9)
        different, code = np.unique(total, return_inverse=True)
        if len(different) <= self.strata:
            return code.astype(np.int64)
        edges = np.unique(np.quantile(total, np.arange(1, self.strata) / self.strata))
        cut = np.searchsorted(edges, total, side="left")
        return np.unique(cut, return_inverse=True)[1].astype(np.int64)

    def _null(self, c: int, out: frozenset[int]) -> tuple[_Strata, Floats]:
        """The strata, and the sums of levels of every group in permutations within them, shape (count, groups)."""
        if (c, out) not in self._nulls:
            code, level = self._matched(c, out), self.values[:, c]
            # Slots by stratum, then group; levels by stratum, then size: the order of rows leaves no trace.
            slots = np.lexsort((self.groups.code, code))
            levels = level[np.lexsort((level, code))]
            stratum, owner = code[slots].astype(np.float64), self.groups.code[slots]
            onto = (owner[:, None] == np.arange(len(self.groups.names))[None, :]).astype(np.float64)
            random = np.random.default_rng(self.seed)
            step = max(1, _CELLS_AT_ONCE // len(level))
            sums = []
            for start in range(0, self.count, step):
                rows = min(step, self.count - start)
                shuffled = np.argsort(stratum + random.random((rows, len(level))), axis=1)
                sums.append(levels[shuffled] @ onto)
            self._nulls[(c, out)] = (_Strata(code, level), np.concatenate(sums))
        return self._nulls[(c, out)]

    def of(self, g: int, c: int, out: frozenset[int]) -> tuple[Mantel, float, float]:
        """Mantel's test, the p by permutation, and the p had the group the lowest levels of each stratum."""
        strata, null = self._null(c, out)
        inside = self.groups.code == g
        test = mantel(strata.level, inside, strata.code)
        if not np.isfinite(test.chi2):
            return test, float("nan"), float("nan")
        own = null[:, [g]]
        observed = np.array([strata.level[inside].sum()])
        lowest = 0.0
        for k in range(strata.count):
            here = strata.code == k
            lowest += np.sort(strata.level[here])[: int((inside & here).sum())].sum()
        return test, float(two_sided_p(own, observed)[0]), float(two_sided_p(own, np.array([lowest]))[0])

    def dichotomised(self, g: int, c: int, out: frozenset[int]) -> tuple[float | None, OddsRatio]:
        """The cut nearest to the middle, and the odds ratio of reaching it."""
        level = self.values[:, c]
        cuts = np.unique(level)[1:]
        if not len(cuts):
            return None, OddsRatio(None, None, None, None, None)
        shares = np.array([(level >= cut).mean() for cut in cuts])
        cut = float(cuts[int(np.argmin(np.abs(shares - 0.5)))])
        code = self._null(c, out)[0].code
        return cut, odds_ratio_mh(level >= cut, self.groups.code == g, code)
