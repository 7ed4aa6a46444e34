"""How a selection fell out between groups: rates, their uncertainty, tests and verdicts, at every stage.

This is the one place where a protected attribute meets an outcome. Nothing that ranks imports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import TableError
from scoring.exact_tests import odds_ratio
from scoring.intervals import newcombe, wilson
from scoring.verdicts import Judgement, judge, reason, summary, worst

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FOUR_FIFTHS = Fraction(4, 5)
_YES = frozenset({"1", "yes", "ja", "true"})
_NO = frozenset({"0", "no", "nej", "false"})


@dataclass(frozen=True)
class Stage:
    """One stage: who reached it, and the population they are a share of.

    `reached_column` and `from_column` name columns of 1/0, yes/no, ja/nej or true/false; `from_column` None
    is all who applied. Nobody may reach a stage without being in its population.
    """

    key: str
    reached_column: str
    from_column: str | None = None


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
    """One attribute's counts and what the tests say of them."""

    counts: Counts
    judgement: Judgement


@dataclass(frozen=True)
class Audit:
    """The result of `audit` and `audit_stages`; `to_dict` gives it as JSON-ready data.

    `shared_margins` lists sets of groups of two attributes that hold exactly the same persons, such as all
    countries of one group of countries: suppression must know that one table follows from another.
    """

    stages: tuple[Stage, ...]
    staged: bool
    alpha: Fraction
    applied: int
    n: tuple[int, ...]
    selected: tuple[int, ...]
    attributes: Mapping[str, Attribute]
    shared_margins: tuple[dict[str, list[str | None]], ...]

    def to_dict(self) -> dict[str, Any]:
        """All figures as dicts, lists, strings, ints, floats, bools and None; same input, same bytes."""
        whole: dict[str, Any] = {"alpha": float(self.alpha), "n": self.applied}
        if self.staged:
            whole["stages"] = [
                {"key": stage.key, "from": self._population(stage), "n": n, "selected": selected}
                for stage, n, selected in zip(self.stages, self.n, self.selected, strict=True)
            ]
        else:
            whole["selected"] = self.selected[0]
        whole["attributes"] = {name: self._attribute(a) for name, a in self.attributes.items()}
        whole["shared_margins"] = [dict(part) for part in self.shared_margins]
        return whole

    def _population(self, stage: Stage) -> str | None:
        """Key of the stage whose reached are this stage's population; None is all who applied."""
        if stage.from_column is None:
            return None
        before = {earlier.reached_column: earlier.key for earlier in self.stages}
        return before.get(stage.from_column, stage.from_column)

    def _attribute(self, attribute: Attribute) -> dict[str, Any]:
        verdicts = attribute.judgement.verdicts
        groups = [worst(column) for column in zip(*verdicts, strict=True)]
        end = {
            "ordered": attribute.counts.ordered,
            "comparisons": attribute.judgement.comparisons,
            "verdict": worst(groups),
            "summary": summary(groups),
        }
        stages = [_stage(attribute, t, self.staged) for t in range(len(self.stages))]
        if not self.staged:
            return stages[0] | end
        return {"stages": {stage.key: part for stage, part in zip(self.stages, stages, strict=True)}} | end


def audit(
    table: pd.DataFrame,
    by: Sequence[str],
    selected: str,
    count: str | None = None,
    alpha: Fraction = Fraction(1, 20),
) -> Audit:
    """Audit one selection: who was selected, of which groups.

    Parameters
    ----------
    table : DataFrame, one row per person, or per cell where `count` is given.
    by : names of columns with groups. NaN, None and blank are missing; the text "NA" is a group.
    selected : name of a column of 1/0, yes/no, ja/nej or true/false, in any case; nothing may be missing.
    count : name of a column with how many persons the row stands for, whole numbers from 0.
    alpha : level of the tests, over 0 and under 1.

    Raises
    ------
    TableError, naming the column, or the row and its value.
    """
    if len(table) == 0:
        raise TableError("the table has no rows: there is nothing to audit")
    stage = Stage("selected", selected)
    return _audit(table, by, (stage,), count, alpha, staged=False)


def audit_stages(
    table: pd.DataFrame, by: Sequence[str], stages: Sequence[Stage], alpha: Fraction = Fraction(1, 20)
) -> Audit:
    """Audit a selection in stages, one row per applicant; one family of tests per attribute over all stages.

    Each stage is tested as a share of its own population and shown as a share of all who applied as well.
    Parameters and errors as in `audit`; a table without rows gives an audit of nobody.
    """
    if not stages:
        raise TableError("no stages: name at least one stage to audit")
    _refuse_twice([stage.key for stage in stages], "stage")
    return _audit(table, by, tuple(stages), None, alpha, staged=True)


def normalise_selected(series: pd.Series[Any]) -> Bools:
    """Read 1/0, yes/no, ja/nej, true/false in any case as booleans, shape (rows,).

    A missing outcome is an error, never "not selected". Raises TableError naming row and value.
    """
    codes, values = pd.factorize(series, use_na_sentinel=True)
    meaning = np.array([_yes_or_no(value) for value in values] + [-1], dtype=np.int64)
    read = meaning[codes]
    bad = np.flatnonzero(read < 0)
    if len(bad):
        row = int(bad[0])
        raise TableError(
            f"column '{series.name}', row {row + 1} below the header: expected 1/0, yes/no, ja/nej or "
            f"true/false, got {_shown(series.iloc[row])}"
        )
    return np.asarray(read == 1)


def _yes_or_no(value: object) -> int:
    text = _label(value)
    folded = "" if text is None else text.casefold()
    return 1 if folded in _YES else 0 if folded in _NO else -1


def _shown(value: Any) -> str:
    return "nothing" if _label(value) is None else f"'{value}'"


def _label(value: Any) -> str | None:
    """The name of a group, or None where it is missing. The text "NA" is Namibia, not a missing value."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).strip() or None


def _audit(
    table: pd.DataFrame,
    by: Sequence[str],
    stages: tuple[Stage, ...],
    count: str | None,
    alpha: Fraction,
    staged: bool,
) -> Audit:
    if not 0 < alpha < 1:
        raise TableError(f"alpha: expected a level over 0 and under 1, got {alpha}")
    if not by:
        raise TableError("no attribute to audit by: name at least one column with groups")
    _refuse_twice(by, "attribute")
    used = [s.reached_column for s in stages] + [s.from_column for s in stages if s.from_column is not None]
    _require_columns(table, [*by, *used, *([count] if count is not None else [])])
    weights = _weights(table, count)
    outcome = {column: normalise_selected(table[column]) for column in dict.fromkeys(used)}
    populations = [_population_of(stage, outcome, len(table)) for stage in stages]
    codes = {name: _groups(table[name], weights) for name in by}
    attributes = {}
    for name, (groups, code) in codes.items():
        counts = _count(groups, _is_ordered(table[name]), code, weights, stages, outcome, populations)
        attributes[name] = Attribute(counts, judge(counts.selected, counts.n, float(alpha)))
    return Audit(
        stages=stages,
        staged=staged,
        alpha=Fraction(alpha),
        applied=int(weights.sum()),
        n=tuple(int(weights[population].sum()) for population in populations),
        selected=tuple(int(weights[outcome[stage.reached_column]].sum()) for stage in stages),
        attributes=attributes,
        shared_margins=_shared_margins(codes, weights),
    )


def _refuse_twice(names: Sequence[str], what: str) -> None:
    for name in names:
        if list(names).count(name) > 1:
            raise TableError(f"{what} '{name}' is named twice: name it once")


def _require_columns(table: pd.DataFrame, names: Sequence[str]) -> None:
    present = [str(column) for column in table.columns]
    for name in names:
        if present.count(name) == 0:
            known = ", ".join(present) or "no columns"
            raise TableError(f"column '{name}' is missing; the table has {known}")
        if present.count(name) > 1:
            raise TableError(f"column '{name}' stands twice in the table: rename or remove one")


def _weights(table: pd.DataFrame, count: str | None) -> Ints:
    if count is None:
        return np.ones(len(table), dtype=np.int64)
    numbers = pd.to_numeric(table[count], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~((numbers >= 0) & (numbers == np.floor(numbers)) & (numbers < 2**31)))
    if len(bad):
        row = int(bad[0])
        raise TableError(
            f"column '{count}', row {row + 1} below the header: expected a whole number from 0, "
            f"got {_shown(table[count].iloc[row])}"
        )
    return numbers.astype(np.int64)


def _population_of(stage: Stage, outcome: Mapping[str, Bools], rows: int) -> Bools:
    if stage.from_column is None:
        return np.ones(rows, dtype=bool)
    population = outcome[stage.from_column]
    strayed = np.flatnonzero(outcome[stage.reached_column] & ~population)
    if len(strayed):
        raise TableError(
            f"row {int(strayed[0]) + 1} below the header: '{stage.reached_column}' is yes but "
            f"'{stage.from_column}' is no; nobody reaches a stage without the one before"
        )
    return population


def _groups(column: pd.Series[Any], weights: Ints) -> tuple[tuple[str, ...], Ints]:
    """Names of the groups in their order, and each row's group as an index, -1 where it is missing.

    Ordered categories keep their order; other groups come by size, then by name.
    """
    codes, values = pd.factorize(column, use_na_sentinel=True)
    labels = [_label(value) for value in values]
    names = list(dict.fromkeys(label for label in labels if label is not None))
    index = {name: i for i, name in enumerate(names)}
    of_value = np.array([-1 if label is None else index[label] for label in labels] + [-1], dtype=np.int64)
    code = of_value[codes]
    if _is_ordered(column):
        given = {_label(category): i for i, category in enumerate(column.cat.categories)}
        order = sorted(range(len(names)), key=lambda i: given[names[i]])
    else:
        size = _sum(code, weights, len(names))
        order = sorted(range(len(names)), key=lambda i: (-int(size[i]), names[i]))
    place = np.empty(len(names) + 1, dtype=np.int64)
    place[order] = np.arange(len(names))
    place[-1] = -1
    return tuple(names[i] for i in order), place[code]


def _is_ordered(column: pd.Series[Any]) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) and bool(column.dtype.ordered)


def _sum(code: Ints, weights: Ints, groups: int) -> Ints:
    """Persons per group; the last is missing."""
    sums = np.bincount(code + 1, weights=weights, minlength=groups + 1)
    return np.rint(np.roll(sums, -1)).astype(np.int64)


def _count(
    groups: tuple[str, ...],
    ordered: bool,
    code: Ints,
    weights: Ints,
    stages: Sequence[Stage],
    outcome: Mapping[str, Bools],
    populations: Sequence[Bools],
) -> Counts:
    def of(rows: Bools) -> Ints:
        return _sum(code[rows], weights[rows], len(groups))

    applied = _sum(code, weights, len(groups))
    n = np.stack([of(population) for population in populations])
    selected = np.stack([of(outcome[stage.reached_column]) for stage in stages])
    return Counts(
        groups=groups,
        ordered=ordered,
        applied=applied[:-1],
        n=n[:, :-1],
        selected=selected[:, :-1],
        missing_applied=int(applied[-1]),
        missing_n=n[:, -1],
        missing_selected=selected[:, -1],
    )


def _shared_margins(
    codes: Mapping[str, tuple[tuple[str, ...], Ints]], weights: Ints
) -> tuple[dict[str, list[str | None]], ...]:
    """Sets of groups of two attributes with exactly the same persons; None stands for those missing.

    They are the connected parts of the graph that joins a group of one attribute with a group of the other
    where somebody is in both. One part that holds everybody says nothing new.
    """
    from itertools import combinations

    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    shared: list[dict[str, list[str | None]]] = []
    some = weights > 0
    for (first, (names1, code1)), (second, (names2, code2)) in combinations(codes.items(), 2):
        m1, m2 = len(names1) + 1, len(names2) + 1
        left = np.where(code1[some] < 0, m1 - 1, code1[some])
        right = np.where(code2[some] < 0, m2 - 1, code2[some]) + m1
        graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(m1 + m2, m1 + m2))
        part = connected_components(graph.tocsr(), directed=False)[1]
        present = np.zeros(m1 + m2, dtype=bool)
        present[left], present[right] = True, True
        parts = list(dict.fromkeys(part[present].tolist()))
        if len(parts) < 2:
            continue
        labels: list[str | None] = [*names1, None, *names2, None]
        for each in parts:
            inside = np.flatnonzero((part == each) & present).tolist()
            shared.append(
                {first: [labels[i] for i in inside if i < m1], second: [labels[i] for i in inside if i >= m1]}
            )
    return tuple(shared)


def _stage(attribute: Attribute, t: int, staged: bool) -> dict[str, Any]:
    """All figures of one attribute at one stage."""
    counts, judgement = attribute.counts, attribute.judgement
    n, s = counts.n[t], counts.selected[t]
    other_n, other_s = n.sum() - n, s.sum() - s
    rates = [Fraction(int(a), int(b)) if b else None for a, b in zip(s, n, strict=True)]
    highest = max((rate for rate in rates if rate is not None), default=None)
    intervals, gaps = wilson(s, n), newcombe(s, n, other_s, other_n)
    of_applied = wilson(s, counts.applied) if staged else []
    groups: dict[str, Any] = {}
    for g, name in enumerate(counts.groups):
        figures = (int(s[g]), int(n[g]), int(other_s[g]), int(other_n[g]))
        verdict = judgement.verdicts[t][g]
        ratio = _ratio(rates[g], highest)
        row: dict[str, Any] = {
            "n": figures[1],
            "selected": figures[0],
            "rate": _rate(figures[0], figures[1]),
            "impact_ratio": None if ratio is None else float(ratio),
            "below_four_fifths": None if ratio is None else ratio < FOUR_FIFTHS,
            "interval": _pair(intervals[g]),
            "difference": _difference(*figures),
            "difference_interval": _pair(gaps[g]),
            "odds_ratio": odds_ratio(*figures),
            "fisher_p": _number(judgement.fisher[t, g]),
            "midp": _number(judgement.midp[t, g]),
            "adjusted_p": _number(judgement.adjusted[t, g]),
            "verdict": verdict,
            "reason": reason(verdict, *figures),
        }
        if staged:
            applied = int(counts.applied[g])
            row["of_applied"] = {
                "n": applied,
                "selected": figures[0],
                "rate": _rate(figures[0], applied),
                "interval": _pair(of_applied[g]),
            }
        groups[name] = row
    return {"groups": groups, "missing": _missing(counts, t, staged)}


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
