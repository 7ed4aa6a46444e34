"""Tests of item bias: every criterion and group within strata of people who are matched, against permutations."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.group_codes import Groups
from scoring.mantel import Mantel, OddsRatio, Strata, mantel, odds_ratio_mh
from scoring.permutation import Verdict, judged, two_sided_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = frozenset[int]

_CELLS_AT_ONCE = 1 << 21
Match = Literal["total", "rest"]


class Tested(NamedTuple):
    """Mantel's test, the p by permutation, and the p had the group the lowest levels of each stratum."""

    mantel: Mantel
    p: float
    worst: float


class Study:
    """Tests of all criteria and groups; what is matched on the same is permuted once.

    ``values``: levels, shape (applications, criteria), complete. Groups and criteria go by their numbers; ``out`` are
    the criteria that no longer count in the match.
    """

    def __init__(
        self, values: Floats, groups: Groups, seed: int, count: int, strata: int, match: Match
    ) -> None:
        self.values, self.groups, self.seed, self.count = values, groups, seed, count
        self.strata, self.match = strata, match
        self._nulls: dict[tuple[int, Keys], tuple[Strata, Floats]] = {}

    def _matched(self, c: int, out: Keys) -> Ints:
        with_own = self.match == "total"
        counted = [i for i in range(self.values.shape[1]) if i not in out and (with_own or i != c)]
        total = np.round(self.values[:, counted].sum(axis=1), 9)
        different, code = np.unique(total, return_inverse=True)
        if len(different) <= self.strata:
            return code.astype(np.int64)
        edges = np.unique(np.quantile(total, np.arange(1, self.strata) / self.strata))
        cut = np.searchsorted(edges, total, side="left")
        return np.unique(cut, return_inverse=True)[1].astype(np.int64)

    def _null(self, c: int, out: Keys) -> tuple[Strata, Floats]:
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
            self._nulls[(c, out)] = (Strata(code, level), np.concatenate(sums))
        return self._nulls[(c, out)]

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Every group with every criterion."""
        return [(g, c) for g in range(len(self.groups.names)) for c in range(self.values.shape[1])]

    def of(self, g: int, c: int, out: Keys) -> Tested:
        """One group and one criterion, which itself counts in the match."""
        strata, null = self._null(c, out)
        inside = self.groups.code == g
        test = mantel(strata.level, inside, strata.code)
        if not np.isfinite(test.chi2):
            return Tested(test, float("nan"), float("nan"))
        own = null[:, [g]]
        observed = np.array([strata.level[inside].sum()])
        lowest = 0.0
        for k in range(strata.count):
            here = strata.code == k
            lowest += np.sort(strata.level[here])[: int((inside & here).sum())].sum()
        p, worst = (float(two_sided_p(own, each)[0]) for each in (observed, np.array([lowest])))
        return Tested(test, p, worst)

    def dichotomised(self, g: int, c: int, out: Keys) -> tuple[float | None, OddsRatio]:
        """The cut nearest to the middle, and the odds ratio of reaching it."""
        level = self.values[:, c]
        cuts = np.unique(level)[1:]
        if not len(cuts):
            return None, OddsRatio(None, None, None, None, None)
        shares = np.array([(level >= cut).mean() for cut in cuts])
        cut = float(cuts[int(np.argmin(np.abs(shares - 0.5)))])
        code = self._null(c, out)[0].code
        return cut, odds_ratio_mh(level >= cut, self.groups.code == g, code)

    def purified(self, alpha: float) -> list[Keys]:
        """For each group the criteria that no longer count in the match."""
        first = [self.of(g, c, frozenset()) for g, c in self.cells]
        verdicts = judged(
            np.array([each.p for each in first]), np.array([each.worst for each in first]), alpha
        )[1]
        criteria = self.values.shape[1]
        return [
            self._purify(g, verdicts[g * criteria : (g + 1) * criteria], alpha)
            for g in range(len(self.groups.names))
        ]

    def _purify(self, g: int, verdicts: tuple[Verdict, ...], alpha: float) -> Keys:
        """The one that stands out most goes first, then the rest are looked at anew."""
        out: Keys = frozenset()
        criteria = self.values.shape[1]
        while "alarm" in verdicts and criteria - len(out) > 2:
            tests = [self.of(g, c, out - {c}) for c in range(criteria)]
            p = np.array([each.p for each in tests])
            verdicts = judged(p, p, alpha)[1]
            left = [c for c in range(criteria) if verdicts[c] == "alarm" and c not in out]
            if not left:
                break
            out = out | {max(left, key=lambda c: tests[c].mantel.chi2)}
        return out
