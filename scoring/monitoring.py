"""How a selection fell out between groups: rates, their uncertainty, tests and verdicts, at every stage.

This is the one place where a protected attribute meets an outcome. Nothing that ranks imports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import TableError
from scoring.figures import FOUR_FIFTHS, Attribute, Counts, Extent, stage_figures
from scoring.strata_figures import StrataCounts
from scoring.verdicts import judge, summary, worst

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

__all__ = [
    "BOSCHLOO_AT_MOST",
    "FOUR_FIFTHS",
    "SMALLEST_INTERSECTION",
    "Attribute",
    "Audit",
    "Counts",
    "Stage",
    "audit",
    "audit_stages",
    "funnel",
    "normalise_selected",
]

SMALLEST_INTERSECTION = 20
# Boschloo's test takes milliseconds per group up to here, and seconds beyond.
BOSCHLOO_AT_MOST = 1_000
_YES = frozenset({"1", "yes", "ja", "true"})
_NO = frozenset({"0", "no", "nej", "false"})


@dataclass(frozen=True)
class Stage:
    """One stage: who reached it, and the population they are a share of.

    `reached_column` and `from_column` name columns of 1/0, yes/no, ja/nej or true/false; `from_column` None
    is all who applied. Nobody may reach a stage without being in its population. `entry`: where a funnel begins,
    such as with those who applied; if nobody was turned away there, it is shown and not tested.
    """

    key: str
    reached_column: str
    from_column: str | None = None
    entry: bool = False


def funnel(columns: Sequence[str]) -> tuple[Stage, ...]:
    """Stages in their order, each a share of the one before: applied, eligible, screened, listed, called, …

    Raises TableError where there is none, or a column is named twice.
    """
    if not columns:
        raise TableError("no stages: name at least one stage to audit")
    _refuse_twice(columns, "stage")
    first, *rest = columns
    later = [Stage(name, name, before) for before, name in zip(columns, rest, strict=False)]
    return (Stage(first, first, entry=True), *later)


@dataclass(frozen=True)
class Audit:
    """The result of `audit` and `audit_stages`; `to_dict` gives it as JSON-ready data.

    `shared_margins` lists sets of groups of two attributes that hold exactly the same persons, such as all
    countries of one group of countries: suppression must know that one table follows from another. With
    `bottom_line` the last of the stages is the outcome as a share of all who applied, shown beside the chain.
    """

    stages: tuple[Stage, ...]
    staged: bool
    alpha: Fraction
    applied: int
    n: tuple[int, ...]
    selected: tuple[int, ...]
    attributes: Mapping[str, Attribute]
    shared_margins: tuple[dict[str, list[str | None]], ...]
    intersections: Mapping[str, Attribute] = field(default_factory=dict)
    bottom_line: bool = False

    def to_dict(self, boschloo: bool | None = None, small_groups: bool = True) -> dict[str, Any]:
        """All figures as dicts, lists, strings, ints, floats, bools and None; same input, same bytes.

        `boschloo`: whether Boschloo's test is computed; None is up to `BOSCHLOO_AT_MOST` persons in all. The key
        `boschloo` says "computed" or "left_out", and where it is left out every `boschloo_p` is None.
        `small_groups`: whether each group has its shrunken rate, control limits and detectable counts; they take most
        of the time, and a report that will be suppressed loses them anyway.
        """
        computed = self.applied <= BOSCHLOO_AT_MOST if boschloo is None else boschloo
        extent = Extent(boschloo=computed, small_groups=small_groups)
        whole: dict[str, Any] = {"alpha": float(self.alpha), "n": self.applied}
        if self.staged:
            whole["stages"] = [
                {"key": stage.key, "from": self._population(stage), "n": n, "selected": selected}
                for stage, n, selected in zip(self._shown, self.n, self.selected, strict=False)
            ]
        if self.bottom_line or not self.staged:
            whole["selected"] = self.selected[-1]
        whole["boschloo"] = "computed" if computed else "left_out"
        whole["attributes"] = {name: self._attribute(a, extent) for name, a in self.attributes.items()}
        whole["shared_margins"] = [dict(part) for part in self.shared_margins]
        if self.intersections:
            whole["intersections"] = {
                name: self._attribute(a, extent) | _too_small(a) for name, a in self.intersections.items()
            }
        return whole

    @property
    def _shown(self) -> tuple[Stage, ...]:
        """The stages of a chain, without the bottom line."""
        return self.stages[:-1] if self.bottom_line else self.stages

    def _population(self, stage: Stage) -> str | None:
        """Key of the stage whose reached are this stage's population; None is all who applied."""
        if stage.from_column is None:
            return None
        before = {earlier.reached_column: earlier.key for earlier in self.stages}
        return before.get(stage.from_column, stage.from_column)

    def _attribute(self, attribute: Attribute, extent: Extent) -> dict[str, Any]:
        verdicts = attribute.judgement.verdicts
        groups = [worst(column) for column in zip(*verdicts, strict=True)]
        end = {
            "ordered": attribute.counts.ordered,
            "comparisons": attribute.judgement.comparisons,
            "verdict": worst(groups),
            "summary": summary(groups),
        }
        whole: dict[str, Any] = {}
        if self.staged:
            whole["stages"] = {
                stage.key: stage_figures(attribute, t, True, extent) for t, stage in enumerate(self._shown)
            }
        if self.bottom_line or not self.staged:
            whole |= stage_figures(attribute, len(self.stages) - 1, False, extent)
        return whole | end


def _too_small(attribute: Attribute) -> dict[str, Any]:
    """The setting of the intersections and the groups below it, which are listed and not tested."""
    counts = attribute.counts
    few = [
        name for name, n in zip(counts.groups, counts.applied, strict=True) if n < (attribute.smallest or 0)
    ]
    return {"smallest": attribute.smallest, "too_small": few}


def audit(
    table: pd.DataFrame,
    by: Sequence[str],
    selected: str,
    count: str | None = None,
    alpha: Fraction = Fraction(1, 20),
    *,
    strata: Sequence[str] = (),
    parents: Mapping[str, str] | None = None,
    intersections: Sequence[Sequence[str]] = (),
    smallest: int = SMALLEST_INTERSECTION,
) -> Audit:
    """Audit one selection: who was selected, of which groups.

    Parameters
    ----------
    table : DataFrame, one row per person, or per cell where `count` is given.
    by : names of columns with groups. NaN, None and blank are missing; the text "NA" is a group.
    selected : name of a column of 1/0, yes/no, ja/nej or true/false, in any case; nothing may be missing.
    count : name of a column with how many persons the row stands for, whole numbers from 0.
    alpha : level of the tests, over 0 and under 1.
    strata : names of columns (site, intake, …); each combination of their values is a stratum. Who has none of
        one of them is counted and left out of the stratified figures.
    parents : for an attribute the column whose groups its groups are pooled in first for the shrunken rates
        (country: licence route). A group that is in several goes with the one where most of it is.
    intersections : sets of columns whose combinations are groups too; those with fewer than `smallest` who applied
        are listed and not tested.

    Raises
    ------
    TableError, naming the column, or the row and its value.
    """
    if len(table) == 0:
        raise TableError("the table has no rows: there is nothing to audit")
    stage = Stage("selected", selected)
    plan = _Plan(
        tuple(by), (stage,), count, alpha, False, tuple(strata), parents or {}, intersections, smallest
    )
    return _audit(table, plan)


def audit_stages(
    table: pd.DataFrame,
    by: Sequence[str],
    stages: Sequence[Stage],
    alpha: Fraction = Fraction(1, 20),
    *,
    count: str | None = None,
    strata: Sequence[str] = (),
    parents: Mapping[str, str] | None = None,
    intersections: Sequence[Sequence[str]] = (),
    smallest: int = SMALLEST_INTERSECTION,
    bottom_line: str | None = None,
) -> Audit:
    """Audit a selection in stages, one row per applicant; one family of tests per attribute over all stages.

    Each stage is tested as a share of its own population and shown as a share of all who applied as well.
    `funnel` makes a chain of stages of columns in their order. `bottom_line` names a column with the outcome of the
    whole, a share of all who applied: its figures stand beside the stages, and its tests are in the same family.
    Parameters and errors as in `audit`; a table without rows gives an audit of nobody. Somebody who reached a stage
    without the one before is refused, with the row and both columns named.
    """
    if not stages:
        raise TableError("no stages: name at least one stage to audit")
    _refuse_twice([stage.key for stage in stages], "stage")
    if bottom_line is not None:
        stages = [*stages, Stage("", bottom_line)]
    plan = _Plan(
        tuple(by), tuple(stages), count, alpha, True, tuple(strata), parents or {}, intersections, smallest
    )
    return replace(_audit(table, plan), bottom_line=bottom_line is not None)


@dataclass(frozen=True)
class _Plan:
    """What is audited; fields as in `audit`."""

    by: tuple[str, ...]
    stages: tuple[Stage, ...]
    count: str | None
    alpha: Fraction
    staged: bool
    strata: tuple[str, ...]
    parents: Mapping[str, str]
    intersections: Sequence[Sequence[str]]
    smallest: int

    @property
    def outcomes(self) -> list[str]:
        used = [s.reached_column for s in self.stages]
        return [*used, *(s.from_column for s in self.stages if s.from_column is not None)]

    def check(self) -> None:
        if not 0 < self.alpha < 1:
            raise TableError(f"alpha: expected a level over 0 and under 1, got {self.alpha}")
        if not self.by:
            raise TableError("no attribute to audit by: name at least one column with groups")
        _refuse_twice(self.by, "attribute")
        _refuse_twice(self.strata, "column of strata")
        for attribute in self.parents:
            if attribute not in self.by:
                raise TableError(f"parents: '{attribute}' is none of the attributes {', '.join(self.by)}")
        for part in self.intersections:
            if len(part) < 2:
                raise TableError(f"intersection {list(part)}: name at least two columns")
            _refuse_twice(part, "column of an intersection")
        if self.smallest < 1:
            raise TableError(f"smallest intersection: expected a whole number from 1, got {self.smallest}")


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


def _audit(table: pd.DataFrame, plan: _Plan) -> Audit:
    plan.check()
    crossed = [name for part in plan.intersections for name in part]
    needed = [*plan.by, *plan.outcomes, *plan.strata, *plan.parents.values(), *crossed]
    _require_columns(table, [*needed, *([plan.count] if plan.count is not None else [])])
    weights = _weights(table, plan.count)
    people = _People(table, weights, plan)
    codes = {name: people.groups(name) for name in plan.by}
    attributes = {}
    for name, (groups, code) in codes.items():
        attribute = people.attribute(groups, _is_ordered(table[name]), code)
        if name in plan.parents:
            column = plan.parents[name]
            parent = people.parents(column, code, len(groups))
            attribute = replace(attribute, parent=parent, parent_names=people.groups(column)[0])
        attributes[name] = attribute
    intersections = {}
    for part in plan.intersections:
        groups, code = people.crossed(part)
        intersections[" × ".join(part)] = people.attribute(groups, False, code, plan.smallest)
    return Audit(
        stages=plan.stages,
        staged=plan.staged,
        alpha=Fraction(plan.alpha),
        applied=int(weights.sum()),
        n=tuple(int(weights[population].sum()) for population in people.populations),
        selected=tuple(int(weights[people.outcome[stage.reached_column]].sum()) for stage in plan.stages),
        attributes=attributes,
        shared_margins=_shared_margins(codes, weights),
        intersections=intersections,
    )


class _People:
    """The rows of a table read once: outcomes, populations, strata and groups as codes."""

    def __init__(self, table: pd.DataFrame, weights: Ints, plan: _Plan) -> None:
        self.table, self.weights, self.plan = table, weights, plan
        self.outcome = {column: normalise_selected(table[column]) for column in dict.fromkeys(plan.outcomes)}
        self.populations = [_population_of(stage, self.outcome, len(table)) for stage in plan.stages]
        self.reached = [self.outcome[stage.reached_column] for stage in plan.stages]
        self.strata = _combined([self.groups(name) for name in plan.strata]) if plan.strata else None

    def groups(self, column: str) -> tuple[tuple[str, ...], Ints]:
        return _groups(self.table[column], self.weights)

    def crossed(self, columns: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
        """Groups of every combination, by size and then by name; missing where one of them is."""
        names, code = _combined([self.groups(name) for name in columns])
        labels = [" × ".join(name) for name in names]
        return _in_order(labels, code, _by_size(labels, code, self.weights))

    def parents(self, column: str, code: Ints, groups: int) -> Ints:
        """For each group the parent where most of its persons are, -1 where no parent is known."""
        names, parent = self.groups(column)
        known = (code >= 0) & (parent >= 0)
        cells = np.bincount(
            code[known] * len(names) + parent[known],
            weights=self.weights[known],
            minlength=groups * len(names),
        ).reshape(groups, len(names))
        if len(names) == 0:
            return np.full(groups, -1, dtype=np.int64)
        return np.where(cells.sum(axis=1) > 0, cells.argmax(axis=1), -1).astype(np.int64)

    def attribute(
        self, groups: tuple[str, ...], ordered: bool, code: Ints, smallest: int | None = None
    ) -> Attribute:
        counts = self._count(groups, ordered, code)
        asked = np.ones(counts.n.shape, dtype=bool)
        for t, stage in enumerate(self.plan.stages):
            # Where a funnel begins and nobody was turned away, nothing was decided.
            asked[t] &= not (stage.entry and bool((self.populations[t] == self.reached[t]).all()))
        if smallest is not None:
            asked &= counts.applied >= smallest
        alpha = float(self.plan.alpha)
        return Attribute(
            counts=counts,
            judgement=judge(counts.selected, counts.n, alpha, asked),
            asked=asked,
            strata=self._count_strata(code, len(groups)),
            smallest=smallest,
            alpha=alpha,
        )

    def _count(self, groups: tuple[str, ...], ordered: bool, code: Ints) -> Counts:
        def of(rows: Bools) -> Ints:
            return _sum(code[rows], self.weights[rows], len(groups))

        applied = _sum(code, self.weights, len(groups))
        n = np.stack([of(population) for population in self.populations])
        selected = np.stack([of(reached) for reached in self.reached])
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

    def _count_strata(self, code: Ints, groups: int) -> StrataCounts | None:
        if self.strata is None:
            return None
        names, stratum = self.strata
        cell = np.where(stratum >= 0, stratum, len(names)) * groups + code

        def of(rows: Bools) -> Ints:
            kept = rows & (code >= 0)
            sums = np.bincount(cell[kept], self.weights[kept], minlength=(len(names) + 1) * groups)
            return np.rint(sums).astype(np.int64).reshape(len(names) + 1, groups)

        n, selected = (np.stack([of(rows) for rows in each]) for each in (self.populations, self.reached))
        return StrataCounts(
            columns=self.plan.strata,
            names=names,
            n=n[:, :-1],
            selected=selected[:, :-1],
            without_n=n[:, -1].sum(axis=1),
            without_selected=selected[:, -1].sum(axis=1),
        )


def _combined(parts: Sequence[tuple[tuple[str, ...], Ints]]) -> tuple[tuple[tuple[str, ...], ...], Ints]:
    """The combinations that occur, by name, and each row's as an index; -1 where a part is missing."""
    stacked = np.stack([code for _, code in parts], axis=1)
    known = (stacked >= 0).all(axis=1)
    unique, inverse = np.unique(stacked[known], axis=0, return_inverse=True)
    names = [tuple(labels[i] for (labels, _), i in zip(parts, row, strict=True)) for row in unique.tolist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    code = np.full(len(stacked), -1, dtype=np.int64)
    code[known] = place[inverse.reshape(-1)]
    return tuple(names[i] for i in order), code


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
        order = _by_size(names, code, weights)
    return _in_order(names, code, order)


def _by_size(names: Sequence[str], code: Ints, weights: Ints) -> list[int]:
    size = _sum(code, weights, len(names))
    return sorted(range(len(names)), key=lambda i: (-int(size[i]), names[i]))


def _in_order(names: Sequence[str], code: Ints, order: Sequence[int]) -> tuple[tuple[str, ...], Ints]:
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
