"""How a selection fell out between groups: rates, their uncertainty, tests and verdicts, at every stage.

This is the one place where a protected attribute meets an outcome. Nothing that ranks imports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import pandas as pd

from scoring.audit_plan import Plan, Stage, funnel, refuse_twice
from scoring.errors import TableError
from scoring.figures import FOUR_FIFTHS, Attribute, Counts, Extent, stage_figures
from scoring.head_counts import (
    People,
    is_ordered,
    normalise_selected,
    require_columns,
    shared_margins,
    weights_of,
)
from scoring.verdicts import summary, worst

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
    plan = Plan(
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
    refuse_twice([stage.key for stage in stages], "stage")
    if bottom_line is not None:
        stages = [*stages, Stage("", bottom_line)]
    plan = Plan(
        tuple(by), tuple(stages), count, alpha, True, tuple(strata), parents or {}, intersections, smallest
    )
    return replace(_audit(table, plan), bottom_line=bottom_line is not None)


def _audit(table: pd.DataFrame, plan: Plan) -> Audit:
    plan.check()
    crossed = [name for part in plan.intersections for name in part]
    needed = [*plan.by, *plan.outcomes, *plan.strata, *plan.parents.values(), *crossed]
    require_columns(table, [*needed, *([plan.count] if plan.count is not None else [])])
    weights = weights_of(table, plan.count)
    people = People(table, weights, plan)
    codes = {name: people.groups(name) for name in plan.by}
    attributes = {}
    for name, (groups, code) in codes.items():
        attribute = people.attribute(groups, is_ordered(table[name]), code)
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
        shared_margins=shared_margins(codes, weights),
        intersections=intersections,
    )
