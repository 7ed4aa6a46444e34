"""The stratified figures of one attribute at one stage, as JSON-ready data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.composition import kitagawa, pattern, standardise
from scoring.exact_strata import exact_conditional_p
from scoring.exact_tests import benjamini_hochberg, exact_p, odds_ratio
from scoring.strata import (
    StratifiedCounts,
    breslow_day,
    cochran_mantel_haenszel,
    generalised_cmh,
    mantel_haenszel,
    stratified,
    woolf,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Above this many persons in informative strata χ² says what the exact test says, unless few can be selected.
LARGEST_EXACT = 20_000
# Mantel & Fleiss (1980), Am. J. Epidemiol. 112, 129-134: χ² needs a margin of five around the expected sum.
MANTEL_FLEISS = 5
MOST_STRATA_SHOWN = 60


@dataclass(frozen=True)
class StrataCounts:
    """Head counts of one attribute's groups in strata, those whose stratum is missing left out.

    `columns`: what the strata are made of; `names`: each stratum's value in every column. `n` and `selected` have
    the shape (stages, strata, groups), `without_n` and `without_selected`, shape (stages,), count those who have a
    group and no stratum.
    """

    columns: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    n: Ints
    selected: Ints
    without_n: Ints
    without_selected: Ints


def strata_figures(strata: StrataCounts, t: int, groups: Sequence[str], alpha: float) -> dict[str, Any]:
    """Everything about one stage.

    Two groups: the first against the second. More: each against all others under `groups`, with p-values adjusted
    over them, and the generalised Cochran–Mantel–Haenszel test of all of them with its degrees of freedom.
    """
    n, s = strata.n[t], strata.selected[t]
    whole: dict[str, Any] = {
        "by": list(strata.columns),
        "strata": int((n.sum(axis=1) > 0).sum()),
        "without_stratum": {"n": int(strata.without_n[t]), "selected": int(strata.without_selected[t])},
        "group": None,
        "against": None,
    }
    others = stratified(s, n, s.sum(axis=1, keepdims=True) - s, n.sum(axis=1, keepdims=True) - n)
    if len(groups) == 2:
        whole |= {"group": groups[0], "against": groups[1], "cmh_df": 1}
        whole |= _compared(_columns(others, np.arange(1)), alpha)[0]
    elif len(groups) > 2:
        several = generalised_cmh(s, n)
        whole |= dict.fromkeys(_NOT_FOR_SEVERAL)
        whole |= {
            "cmh": float(several.statistic),
            "cmh_p": float(several.p),
            "cmh_df": int(several.df),
            "kitagawa": {"gap": None, "composition": None, "rate": None},
        }
        each = _compared(others, alpha)
        adjusted = benjamini_hochberg([_p(row) for row in each])
        whole["groups"] = {
            name: row | {"adjusted_p": float(p)} for name, row, p in zip(groups, each, adjusted, strict=True)
        }
    if len(strata.names) <= MOST_STRATA_SHOWN:
        whole["tables"] = _tables(strata, n, s, groups)
    return whole


_NOT_FOR_SEVERAL = (
    "cmh_corrected",
    "cmh_corrected_p",
    "exact_p",
    "odds_ratio_mh",
    "odds_ratio_interval",
    "breslow_day",
    "breslow_day_p",
)


def _p(row: dict[str, Any]) -> float:
    """The exact p, or that of χ² where the exact one is left out."""
    p: float = row["cmh_p"] if row["exact_p"] is None else row["exact_p"]
    return p


def _tables(strata: StrataCounts, n: Ints, s: Ints, groups: Sequence[str]) -> list[dict[str, Any]]:
    """Every stratum's counts and rates, in the order of the strata's names."""
    return [
        {
            "stratum": list(name),
            "groups": {
                group: {
                    "n": int(n[k, g]),
                    "selected": int(s[k, g]),
                    "rate": int(s[k, g]) / int(n[k, g]) if n[k, g] else None,
                }
                for g, group in enumerate(groups)
            },
        }
        for k, name in enumerate(strata.names)
    ]


def _columns(counts: StratifiedCounts, which: Ints) -> StratifiedCounts:
    return StratifiedCounts(
        counts.selected[:, which],
        counts.n[:, which],
        counts.other_selected[:, which],
        counts.other_n[:, which],
    )


def _compared(counts: StratifiedCounts, alpha: float) -> list[dict[str, Any]]:
    """The figures of each group, counts of shape (strata, groups)."""
    cmh, ratio = cochran_mantel_haenszel(counts), mantel_haenszel(counts)
    plain, tarone, logs = breslow_day(counts), breslow_day(counts, tarone=True), woolf(counts)
    split, alike = kitagawa(counts), standardise(counts)
    informative = counts.informative.sum(axis=0)
    pooled = [each.sum(axis=0) for each in (counts.selected, counts.n, counts.other_selected, counts.other_n)]
    pooled_p = exact_p(*pooled).fisher
    rows = []
    for g in range(counts.n.shape[1]):
        exact = _exact(counts, g)
        interval = _pair(ratio.low[g], ratio.high[g])
        together = odds_ratio(*(int(each[g]) for each in pooled))
        row: dict[str, Any] = {
            "informative": int(informative[g]),
            "cmh": float(cmh.statistic[g]),
            "cmh_p": float(cmh.p[g]),
            "cmh_corrected": float(cmh.corrected[g]),
            "cmh_corrected_p": float(cmh.corrected_p[g]),
            "exact_p": exact,
            "exact": "left_out" if exact is None else "computed",
            "odds_ratio_mh": _number(ratio.value[g]),
            "odds_ratio_interval": interval,
            "odds_ratio_pooled": together,
            "fisher_p_pooled": float(pooled_p[g]),
            "breslow_day": _number(plain.statistic[g]),
            "breslow_day_p": _number(plain.p[g]),
            "breslow_day_tarone": _number(tarone.statistic[g]),
            "breslow_day_tarone_p": _number(tarone.p[g]),
            "woolf": _number(logs.statistic[g]),
            "woolf_p": _number(logs.p[g]),
            "heterogeneity_df": int(plain.df[g]),
            "kitagawa": {
                "gap": _number(split.gap[g]),
                "composition": _number(split.composition[g]),
                "rate": _number(split.rate[g]),
            },
            "standardised": {
                "rate": _number(alike.rate[g]),
                "other_rate": _number(alike.other_rate[g]),
                "difference": _number(alike.difference[g]),
                "covered": _number(alike.covered[g]),
            },
        }
        ends = None if interval is None else (interval[0], interval[1])
        gap = 0.0 if np.isnan(split.gap[g]) else float(split.gap[g])
        row["pattern"] = pattern(
            row["fisher_p_pooled"], gap, _p(row), row["odds_ratio_mh"], ends, together, alpha
        )
        rows.append(row)
    return rows


def _exact(counts: StratifiedCounts, g: int) -> float | None:
    """The exact conditional p; None in large tables that are not sparse."""
    one = StratifiedCounts(
        counts.selected[:, g], counts.n[:, g], counts.other_selected[:, g], counts.other_n[:, g]
    )
    kept = one.informative
    n, total = one.n[kept], one.n[kept] + one.other_n[kept]
    if total.sum() > LARGEST_EXACT:
        chosen = one.selected[kept] + one.other_selected[kept]
        least, most = np.maximum(0, n + chosen - total).sum(), np.minimum(n, chosen).sum()
        expected = (n * (chosen / total)).sum()
        if min(expected - least, most - expected) >= MANTEL_FLEISS:
            return None
    return exact_conditional_p(one)


def _pair(low: float, high: float) -> list[float] | None:
    return [float(low), float(high)] if np.isfinite(low) and np.isfinite(high) else None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
