"""Item bias: does a criterion go with the group among people who are alike on the other criteria?

People are matched on their total and compared within strata of it. The total holds the criterion looked at, as in
Holland & Thayer: matched on the rest alone, people with the same rest are not alike where the groups differ in what is
measured, and a criterion without any bias is called biased in 31 of 100 studies of 600 people (groups .7 standard
deviations apart, six criteria) instead of 5. The rest total can be asked for.

Sources: Holland & Thayer (1988), in Test Validity, 129-145; those of the statistics in `scoring.mantel`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import TOP_LEVEL
from scoring.dif_study import Keys, Match, Study
from scoring.errors import TableError
from scoring.group_codes import finite, read_groups, same_length
from scoring.mantel import Mantel, OddsRatio, mantel, odds_ratio_mh
from scoring.permutation import Verdict, judged, number, permutations_for

__all__ = ["ItemBias", "ItemBiases", "item_bias", "mantel", "odds_ratio_mh", "strata_for"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Into so many strata of like size the totals are cut at most, if there are more different ones; and at least.
STRATA, FEWEST_STRATA = 20, 4
#: In smaller strata too many people have nobody of the other side to be compared with.
PEOPLE_PER_STRATUM = 5


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
    """All criteria and groups; see `item_bias`. ``strata``: how many there are at most."""

    n: int
    missing: int
    incomplete: int
    seed: int
    permutations: int
    alpha: float
    match: Match
    strata: int
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
            "strata": self.strata,
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
    strata: int | None = None,
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
    strata : at most so many strata of it: each different total if there are no more, otherwise quantiles. None takes
        one per five people, 4 to 20.

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
    keys = _checked(levels, labels, match, strata)
    values, complete = _read(levels, keys)
    everybody = read_groups(labels)
    kept = complete & (everybody.code >= 0)
    groups, values = everybody.only(kept), values[kept]
    most = strata_for(len(values)) if strata is None else strata
    count = permutations_for(len(groups.names) * len(keys), alpha, permutations)
    purified: dict[str, tuple[str, ...]] = {}
    rows: tuple[ItemBias, ...] = ()
    if len(groups.names) > 1:
        study = Study(values, groups, seed, count, most, match)
        out = study.purified(alpha)
        purified = {
            name: tuple(keys[c] for c in sorted(each)) for name, each in zip(groups.names, out, strict=True)
        }
        rows = _rows(study, keys, out, alpha)
    incomplete = int((~complete).sum())
    return ItemBiases(
        len(values), everybody.missing, incomplete, seed, count, alpha, match, most, purified, rows
    )  # fmt: skip


def strata_for(n: int) -> int:
    """Into how many strata at most the totals of n people are cut: five people or more in each, on average."""
    return max(FEWEST_STRATA, min(STRATA, n // PEOPLE_PER_STRATUM))


def _checked(levels: pd.DataFrame, labels: list[Any], match: str, strata: int | None) -> list[str]:
    """The names of the criteria."""
    same_length(levels=levels, group=labels)
    keys = [str(each) for each in levels.columns]
    if len(keys) < 2 or len(set(keys)) != len(keys):
        raise TableError(
            "levels: expected two or more criteria, each with its own name; people are matched on the rest"
        )
    if match not in ("total", "rest"):
        raise TableError(f"match {match!r}: expected 'total' or 'rest'")
    if strata is not None and strata < 1:
        raise TableError(f"strata: expected a whole number from 1, got {strata}")
    return keys


def _rows(study: Study, keys: list[str], out: list[Keys], alpha: float) -> tuple[ItemBias, ...]:
    """Every group and criterion once more, matched on what still counts."""
    tests = [study.of(g, c, out[g] - {c}) for g, c in study.cells]
    adjusted, verdicts = judged(
        np.array([each.p for each in tests]), np.array([each.worst for each in tests]), alpha
    )
    rows = []
    for at, (g, c) in enumerate(study.cells):
        cut, odds = study.dichotomised(g, c, out[g] - {c})
        size = int(study.groups.sizes[g])
        anchors = tuple(key for i, key in enumerate(keys) if i != c and i not in out[g])
        rows.append(
            ItemBias(
                keys[c], study.groups.names[g], size, len(study.values) - size, tests[at].mantel, tests[at].p,
                float(adjusted[at]), verdicts[at], cut, odds, anchors,
            )
        )  # fmt: skip
    return tuple(rows)


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
