"""The smallest changes in one application's levels that would have changed its outcome, exactly.

Only the one application changes; the levels of all others stay. So whether it is called depends on one other
application alone: the one that would hold the last place above the line if it were not there. An outcome is a
place (complete, past the gates, at or above the threshold) or a place above the line.

More of a criterion never hurts: its weight is positive, ties go to the higher level and gates only ask for
more. For each number of steps it is therefore enough to look at the best level that so many steps can give.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from scoring.criteria import TOP_LEVEL
from scoring.level_steps import Cell, downward, moved, upward
from scoring.outcome_rules import Levels, Rules
from scoring.step_search import fewest_down, fewest_up


@dataclass(frozen=True, slots=True)
class LevelBound:
    """From which level of one criterion the outcome would have been another, all else unchanged.

    ``reached``: the level itself is enough; otherwise it must be passed, by however little. ``change``: from
    the level as it is, positive upwards.
    """

    level: Fraction
    reached: bool
    change: Fraction


@dataclass(frozen=True, slots=True)
class LevelChange:
    """One level that is moved to another whole level.

    ``assessor`` is None where levels by assessor are not known: then the combined level itself is moved.
    ``before``, ``after``: that level; ``steps``: whole levels between them, a part of one counting as one;
    ``combined_before``, ``combined_after``: the criterion's level over all assessors.
    """

    criterion: str
    assessor: str | None
    before: Fraction
    after: Fraction
    steps: int
    combined_before: Fraction
    combined_after: Fraction


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """What one criterion alone would have had to be.

    ``bound``: as a combined level; None if no level from 0 to 4 changes the outcome. ``one_assessor``: for
    each assessor whose level alone does it with the fewest steps, that change; empty if nobody's does.
    """

    criterion: str
    bound: LevelBound | None
    one_assessor: tuple[LevelChange, ...]


@dataclass(frozen=True, slots=True)
class FewestSteps:
    """The fewest one-level steps over all criteria and assessors together, and one way to take them.

    ``changes`` has one entry per level that moves. Where several ways have as few steps, it is the one that
    moves the total most.
    """

    steps: int
    changes: tuple[LevelChange, ...]


def single_changes(
    rules: Rules, cells: Mapping[str, tuple[Cell, ...]], combine: str
) -> tuple[CriterionChange, ...]:
    """For each criterion the smallest change that gives the outcome, or loses it where it is there.

    ``cells``: each criterion's levels by assessor; ``combine``: "mean" or "median".
    """
    levels = combined(cells, combine)
    up = not rules.reached(levels)
    return tuple(
        CriterionChange(
            key, _bound(rules, levels, key, up), _one_assessor(rules, cells, levels, key, combine, up)
        )
        for key in cells
    )


def combined(cells: Mapping[str, tuple[Cell, ...]], combine: str) -> dict[str, Fraction]:
    """The exact mean or median of each criterion's levels."""
    how: Callable[[list[Fraction]], Fraction] = statistics.median if combine == "median" else statistics.mean
    return {key: Fraction(how([cell.level for cell in own])) for key, own in cells.items()}


def _bound(rules: Rules, levels: Levels, key: str, up: bool) -> LevelBound | None:
    """The levels with the outcome are all those from some level on; find where they begin.

    The outcome can only change where a gate asks for a whole level or a mean, or where the total meets the
    threshold or the bar: between two such levels it is the same, so one level in between stands for all.
    """
    now = levels[key]
    others = rules.total(levels) - rules.worth[key] * now
    marks = {Fraction(level) for level in range(TOP_LEVEL + 1)} | {now}
    marks.add((rules.threshold - others) / rules.worth[key])
    if rules.bar is not None:
        marks.add((rules.bar.total - others) / rules.worth[key])
    for gate, keys in rules.gates:
        if gate.mean_at_least is not None and key in keys:
            rest = sum((levels[each] for each in keys if each != key), Fraction(0))
            marks.add(gate.mean_at_least * len(keys) - rest)
    inside = sorted(mark for mark in marks if 0 <= mark <= TOP_LEVEL)
    # Each mark, and a level between it and the next, from the side of the levels without the outcome.
    tried = [(mark, True) for mark in inside] + [(low, False) for low, _high in pairwise(inside)]
    between = {low: (low + high) / 2 for low, high in pairwise(inside)}
    for mark, reached in sorted(tried, key=lambda each: (each[0], not each[1])):
        if rules.reached({**levels, key: mark if reached else between[mark]}):
            if up:
                return LevelBound(mark, reached, mark - now)
            # Losing it is the other side of the same mark: what is enough to keep it must be gone below.
            return None if mark == 0 and reached else LevelBound(mark, not reached, mark - now)
    return None


def _one_assessor(
    rules: Rules, cells: Mapping[str, tuple[Cell, ...]], levels: Levels, key: str, combine: str, up: bool
) -> tuple[LevelChange, ...]:
    own = cells[key]
    for steps in range(1, TOP_LEVEL + 1):
        found = []
        for at, cell in enumerate(own):
            after = moved(cell.level, steps if up else -steps)
            if after is None:
                continue
            changed = {**cells, key: (*own[:at], Cell(cell.assessor, after), *own[at + 1 :])}
            new = combined({key: changed[key]}, combine)[key]
            if rules.reached({**levels, key: new}) == up:
                found.append(LevelChange(key, cell.assessor, cell.level, after, steps, levels[key], new))
        if found:
            return tuple(found)
    return ()


def fewest_steps(rules: Rules, cells: Mapping[str, tuple[Cell, ...]], combine: str) -> FewestSteps | None:
    """The fewest one-level steps that give the outcome, or lose it where it is there; None if no steps do."""
    levels = combined(cells, combine)
    if rules.reached(levels):
        options = {key: downward(own, combine) for key, own in cells.items()}
        chosen = fewest_down(rules, options)
    else:
        options = {key: upward(own, combine) for key, own in cells.items()}
        chosen = fewest_up(rules, options)
    if chosen is None:
        return None
    changes = []
    for key, option in zip(options, chosen, strict=True):
        for cell, after, steps in zip(cells[key], option.levels, option.cell_steps, strict=True):
            if steps:
                changes.append(
                    LevelChange(key, cell.assessor, cell.level, after, steps, levels[key], option.level)
                )
    return FewestSteps(sum(each.steps for each in chosen), tuple(changes))
