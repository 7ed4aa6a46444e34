"""The rows of a table read once, and the persons of each group counted at every stage and in every stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.audit_plan import Plan, Stage
from scoring.errors import TableError
from scoring.figures import Attribute, Counts
from scoring.group_codes import group_label
from scoring.strata_figures import StrataCounts
from scoring.verdicts import judge

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_YES = frozenset({"1", "yes", "ja", "true"})
_NO = frozenset({"0", "no", "nej", "false"})


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
    text = group_label(value)
    folded = "" if text is None else text.casefold()
    return 1 if folded in _YES else 0 if folded in _NO else -1


def _shown(value: Any) -> str:
    return "nothing" if group_label(value) is None else f"'{value}'"


class People:
    """The rows of a table read once: outcomes, populations, strata and groups as codes."""

    def __init__(self, table: pd.DataFrame, weights: Ints, plan: Plan) -> None:
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


def require_columns(table: pd.DataFrame, names: Sequence[str]) -> None:
    present = [str(column) for column in table.columns]
    for name in names:
        if present.count(name) == 0:
            known = ", ".join(present) or "no columns"
            raise TableError(f"column '{name}' is missing; the table has {known}")
        if present.count(name) > 1:
            raise TableError(f"column '{name}' stands twice in the table: rename or remove one")


def weights_of(table: pd.DataFrame, count: str | None) -> Ints:
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
    labels = [group_label(value) for value in values]
    names = list(dict.fromkeys(label for label in labels if label is not None))
    index = {name: i for i, name in enumerate(names)}
    of_value = np.array([-1 if label is None else index[label] for label in labels] + [-1], dtype=np.int64)
    code = of_value[codes]
    if is_ordered(column):
        given = {group_label(category): i for i, category in enumerate(column.cat.categories)}
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


def is_ordered(column: pd.Series[Any]) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) and bool(column.dtype.ordered)


def _sum(code: Ints, weights: Ints, groups: int) -> Ints:
    """Persons per group; the last is missing."""
    sums = np.bincount(code + 1, weights=weights, minlength=groups + 1)
    return np.rint(np.roll(sums, -1)).astype(np.int64)


def shared_margins(
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
