"""Why an application has the place that it has, as data: no sentences, only figures and the profile's own texts.

Everything is exact: points are fractions, and what would have changed the outcome is found by exact
arithmetic, with threshold, gates, tie rule and lot taken into account.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from scoring.criteria import TOP_LEVEL, Gate, Profile, Text
from scoring.errors import ProfileError, TableError
from scoring.level_steps import Cell
from scoring.level_tables import LONG_COLUMNS, check_columns
from scoring.levels import points_text
from scoring.outcome_rules import Rules
from scoring.ranking import Ranking
from scoring.smallest_changes import (
    CriterionChange,
    FewestSteps,
    LevelBound,
    LevelChange,
    combined,
    fewest_steps,
    single_changes,
)
from scoring.standing import (
    Line,
    Neighbour,
    adjusted_total_of,
    bar,
    check_line,
    own_line,
    row_of,
    standing,
    total_of,
)

__all__ = [
    "Anchor",
    "Change",
    "CriterionChange",
    "CriterionPart",
    "Explanation",
    "FewestSteps",
    "GateTest",
    "LevelBound",
    "LevelChange",
    "Line",
    "Neighbour",
    "explain",
    "own_line",
]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A whole level of the scale and what it stands for."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class CriterionPart:
    """What one criterion gave.

    ``weight``: rescaled to a sum of 100 at the stage, which is also the points that level 4 gives.
    ``level``: exact mean or median over the assessors, None if nobody gave one; ``below`` and ``above``: the
    anchors between which it lies, one and the same where it is whole. ``contribution``: points;
    ``not_reached``: what the best level would have given more. ``assessors``: the level of each, in order of
    name; () where levels by assessor are not given."""

    key: str
    name: Text
    kind: str
    weight: Fraction
    level: Fraction | None
    below: Anchor | None
    above: Anchor | None
    contribution: Fraction | None
    contribution_points: str | None
    not_reached: Fraction | None
    assessors: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class GateTest:
    """One test of one gate. ``test``: "forbidden_level", "max_count" or "mean_at_least".

    ``criteria``: what it looks at. ``level``: the level that it counts at or below, None for the mean.
    ``limit``: how many may be there, or the mean asked for; ``value``: how many are, or the mean.
    """

    test: str
    criteria: tuple[str, ...]
    level: int | None
    limit: Fraction
    value: Fraction
    passed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest changes in levels with which one outcome would have been another.

    ``outcome``: "line" (called or not) or "place" (a place in the ranking or none); ``reached``: whether the
    application has it, so that the changes are the ones that would have lost it. ``single``: one criterion
    alone, for every criterion. ``fewest``: over all criteria together, None if nothing in the levels changes
    the outcome. ``impossible``: why nothing does: "no_places" (the line calls nobody), "levels" (no levels
    from 0 to 4 do), or None.
    """

    outcome: Literal["line", "place"]
    reached: bool
    single: tuple[CriterionChange, ...]
    fewest: FewestSteps | None
    impossible: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that decides one application's place.

    ``status`` and ``decided_by`` as in the table of the ranking; ``ranked``: how many have a place, of
    ``applications``. ``total``: exact points, None if incomplete, and ``points``: the same as text.
    ``threshold`` and ``above_threshold`` (total less threshold) in points. ``missing``: criteria without a
    level. ``changes``: empty if incomplete, since a missing level is no low one. ``changes_unknown``: why
    there are none across the line: "severity_adjusted" where the order goes by severity-adjusted levels, since
    one level changed would move the severity of its assessor and so the totals of others; else None.
    ``adjusted_total``, ``adjusted_points``, ``raw_place``: None unless the order goes by those.
    """

    application: str
    stage: str
    status: str
    place: int | None
    ranked: int
    applications: int
    total: Fraction | None
    points: str | None
    criteria: tuple[CriterionPart, ...]
    missing: tuple[str, ...]
    threshold: Fraction
    above_threshold: Fraction | None
    gates: tuple[GateTest, ...]
    decided_by: str | None
    adjusted_total: Fraction | None
    adjusted_points: str | None
    raw_place: int | None
    line: Line | None
    changes: tuple[Change, ...]
    changes_unknown: str | None


def explain(
    ranking: Ranking,
    profile: Profile,
    application: str,
    *,
    line: int | None = None,
    levels: pd.DataFrame | None = None,
) -> Explanation:
    """Explain one application's place.

    Parameters
    ----------
    ranking : the ranking, and ``profile`` the profile that it was made with.
    application : id of one of its applications.
    line : how many are called; None if there is no line, and then the outcome is a place in the ranking. Where
        there is one line per group of posts, ``own_line`` gives the number.
    levels : the table of levels by assessor that the ranking was made from (columns ``LONG_COLUMNS``). Without
        it one step is one whole level of the combined level.

    Raises
    ------
    TableError for an unknown application, a line that is no whole number of 0 or more, or levels that do not
    give this ranking's; ProfileError for a profile that the ranking was not made with.
    """
    if profile.digest() != ranking.profile_digest:
        raise ProfileError("", "the ranking was made with another profile; give the version that it names")
    if line is not None:
        check_line(line)
    row = row_of(ranking, application)
    rule = profile.stages[ranking.stage]
    total, adjusted = total_of(ranking, row), adjusted_total_of(ranking, row)
    ranked = row["status"] == "ranked"
    given = _cells(levels, profile, ranking, row) if levels is not None else {}
    own = {key: _level(row, key) for key in ranking.criteria}
    known = {key: level for key, level in own.items() if level is not None}
    threshold = Fraction(rule.threshold)
    gates = [(gate, profile.gate_criteria(gate)) for gate in profile.gates if gate.stage == ranking.stage]
    changes: tuple[Change, ...] = ()
    if total is not None:
        cells = {key: given.get(key) or (Cell(None, level),) for key, level in known.items()}
        changes = _changes(ranking, profile, row, cells, gates, line)
    return Explanation(
        application=application,
        stage=ranking.stage,
        status=row["status"],
        place=int(row["place"]) if ranked else None,
        ranked=len(ranking.ranked),
        applications=len(ranking.table),
        total=total,
        points=row["points"],
        criteria=tuple(_part(ranking, profile, row, key, given.get(key, ())) for key in ranking.criteria),
        missing=tuple(row["missing"]),
        threshold=threshold,
        above_threshold=None if total is None else total - threshold,
        gates=()
        if total is None
        else tuple(test for gate, keys in gates for test in _tests(gate, keys, known)),
        decided_by=row["decided_by"],
        adjusted_total=adjusted,
        adjusted_points=None if adjusted is None else points_text(adjusted.numerator, adjusted.denominator),
        raw_place=int(row["raw_place"]) if ranked and ranking.places != "raw" else None,
        line=None if line is None else standing(ranking, row, line),
        changes=changes,
        changes_unknown="severity_adjusted" if line is not None and ranking.places != "raw" else None,
    )


def _level(row: Mapping[str, Any], key: str) -> Fraction | None:
    text = row[f"level_{key}"]
    return None if text is None else Fraction(text)


def _part(
    ranking: Ranking, profile: Profile, row: Mapping[str, Any], key: str, assessors: tuple[Cell, ...]
) -> CriterionPart:
    criterion = profile.criterion(key)
    weight = profile.weights_at(ranking.stage)[key]
    level = _level(row, key)
    contribution = None if level is None else Fraction(int(row[f"contribution_{key}"]), ranking.denominator)

    def anchor(whole: int) -> Anchor:
        return Anchor(whole, criterion.anchors[whole])

    return CriterionPart(
        key=key,
        name=criterion.name,
        kind=criterion.kind,
        weight=weight,
        level=level,
        below=None if level is None else anchor(math.floor(level)),
        above=None if level is None else anchor(math.ceil(level)),
        contribution=contribution,
        contribution_points=None if contribution is None else ranking.points(int(row[f"contribution_{key}"])),
        not_reached=None if contribution is None else weight - contribution,
        assessors=assessors,
    )


def _cells(
    levels: pd.DataFrame, profile: Profile, ranking: Ranking, row: Mapping[str, Any]
) -> dict[str, tuple[Cell, ...]]:
    """The application's levels by assessor, checked to be those that the ranking was made from."""
    check_columns(levels, LONG_COLUMNS)
    id = row["application"]
    own = levels[levels["application"] == id]
    cells: dict[str, list[Cell]] = {}
    for assessor, key, level in zip(own["assessor"], own["criterion"], own["level"], strict=True):
        if key in ranking.criteria:
            cells.setdefault(key, []).append(Cell(assessor, _exact(level, id, assessor, key)))
    sorted_cells = {
        key: tuple(sorted(cells[key], key=lambda cell: str(cell.assessor)))
        for key in ranking.criteria
        if key in cells
    }
    together = combined(sorted_cells, profile.stages[ranking.stage].combine)
    for key in ranking.criteria:
        if together.get(key) != _level(row, key):
            raise TableError(
                f"application {id!r}, criterion {key!r}: the levels give {together.get(key, 'none')}, the ranking has "
                f"{row[f'level_{key}'] or 'none'}; give the levels that the ranking was made from"
            )
    return sorted_cells


def _exact(level: Any, id: str, assessor: str, key: str) -> Fraction:
    try:
        exact = Fraction(level)
    except (TypeError, ValueError, OverflowError):
        exact = Fraction(-1)
    if not 0 <= exact <= TOP_LEVEL:
        raise TableError(
            f"application {id!r}, assessor {assessor!r}, criterion {key!r}: level {level!r}: expected 0 to {TOP_LEVEL}"
        )
    return exact


def _tests(gate: Gate, keys: tuple[str, ...], levels: Mapping[str, Fraction]) -> list[GateTest]:
    """Each test of one gate with what it asks for and what the application has."""
    own = [levels[key] for key in keys]

    def at_or_below(bound: int) -> Fraction:
        return Fraction(sum(level < bound + 1 for level in own))

    tests = []
    if gate.forbidden_level is not None:
        there = at_or_below(gate.forbidden_level)
        tests.append(GateTest("forbidden_level", keys, gate.forbidden_level, Fraction(0), there, there == 0))
    for bound, most in sorted(gate.max_count.items()):
        there = at_or_below(bound)
        tests.append(GateTest("max_count", keys, bound, Fraction(most), there, there <= most))
    if gate.mean_at_least is not None:
        mean = sum(own, Fraction(0)) / len(own)
        tests.append(
            GateTest("mean_at_least", keys, None, gate.mean_at_least, mean, mean >= gate.mean_at_least)
        )
    return tests


def _changes(
    ranking: Ranking,
    profile: Profile,
    row: Mapping[str, Any],
    cells: Mapping[str, tuple[Cell, ...]],
    gates: Sequence[tuple[Gate, tuple[str, ...]]],
    line: int | None,
) -> tuple[Change, ...]:
    """For one without a place: what would have given one. With a line: what would have moved it across."""
    rule = profile.stages[ranking.stage]

    def change(outcome: Literal["line", "place"]) -> Change:
        if outcome == "line" and line == 0:
            return Change(outcome, False, (), None, "no_places")
        rules = Rules(
            worth={key: weight / TOP_LEVEL for key, weight in profile.weights_at(ranking.stage).items()},
            ties=rule.ties,
            threshold=Fraction(rule.threshold),
            gates=tuple(gates),
            bar=bar(ranking, row["application"], line) if outcome == "line" and line is not None else None,
        )
        fewest = fewest_steps(rules, cells, rule.combine)
        return Change(
            outcome,
            rules.reached(combined(cells, rule.combine)),
            single_changes(rules, cells, rule.combine),
            fewest,
            "levels" if fewest is None else None,
        )

    by_line = () if line is None or ranking.places != "raw" else (change("line"),)
    by_place = () if line is not None and row["status"] == "ranked" else (change("place"),)
    return (*by_place, *by_line)
