"""What a number of one-level steps can make of one criterion's levels, combined by mean or median."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.criteria import TOP_LEVEL


@dataclass(frozen=True, slots=True)
class Cell:
    """One assessor's level of one criterion; no assessor where only the combined level is known."""

    assessor: str | None
    level: Fraction


@dataclass(frozen=True, slots=True)
class Option:
    """``steps`` in all make the criterion's combined ``level``; ``levels``, ``cell_steps``: per assessor."""

    steps: int
    level: Fraction
    levels: tuple[Fraction, ...]
    cell_steps: tuple[int, ...]


def moved(level: Fraction, steps: int) -> Fraction | None:
    """A level after a number of steps, down if negative; None outside 0 to 4.

    A step goes to the next whole level, so that what is proposed always has a written anchor: one step up
    from 5/2 is 3.
    """
    after = math.floor(level) + steps if steps > 0 else math.ceil(level) + steps
    if steps == 0:
        return level
    return Fraction(after) if 0 <= after <= TOP_LEVEL else None


def steps_to(level: Fraction, target: Fraction) -> int | None:
    """The fewest steps up that bring a level to a target or over it; None if that is above the scale."""
    if level >= target:
        return 0
    steps = math.ceil(target) - math.floor(level)
    return None if moved(level, steps) is None else steps


def upward(cells: Sequence[Cell], combine: str) -> tuple[Option, ...]:
    """The highest combined level that each number of steps can give, as far as each gives more than fewer do.

    The first option is no step at all. ``combine``: "mean" or "median".
    """
    levels = tuple(cell.level for cell in cells)
    found = _highest_medians(levels) if combine == "median" else _highest_means(levels)
    options = [Option(0, _combined(levels, combine), levels, (0,) * len(levels))]
    for steps, cell_steps in sorted(found.items()):
        after = tuple(_moved(level, each) for level, each in zip(levels, cell_steps, strict=True))
        level = _combined(after, combine)
        if level > options[-1].level:
            options.append(Option(steps, level, after, cell_steps))
    return tuple(options)


def downward(cells: Sequence[Cell], combine: str) -> tuple[Option, ...]:
    """The lowest combined level that each number of steps can give: ``upward`` on the scale turned over."""
    turned = upward([Cell(cell.assessor, TOP_LEVEL - cell.level) for cell in cells], combine)
    return tuple(
        Option(
            option.steps,
            TOP_LEVEL - option.level,
            tuple(TOP_LEVEL - level for level in option.levels),
            option.cell_steps,
        )
        for option in turned
    )


def _combined(levels: Sequence[Fraction], combine: str) -> Fraction:
    return Fraction(statistics.median(levels) if combine == "median" else statistics.mean(levels))


def _moved(level: Fraction, steps: int) -> Fraction:
    after = moved(level, steps)
    assert after is not None
    return after


def _highest_means(levels: Sequence[Fraction]) -> dict[int, tuple[int, ...]]:
    """For each number of steps, how to share them among the assessors for the highest sum."""
    best: dict[int, tuple[Fraction, tuple[int, ...]]] = {0: (Fraction(0), ())}
    for level in levels:
        grown: dict[int, tuple[Fraction, tuple[int, ...]]] = {}
        for taken, (total, shared) in best.items():
            for steps in range(TOP_LEVEL + 1):
                after = moved(level, steps)
                if after is None:
                    break
                new = (total + after, (*shared, steps))
                if taken + steps not in grown or new > grown[taken + steps]:
                    grown[taken + steps] = new
        best = grown
    return {steps: shared for steps, (_total, shared) in best.items()}


def _highest_medians(levels: Sequence[Fraction]) -> dict[int, tuple[int, ...]]:
    """For each number of steps that is the fewest for some median, which levels to raise.

    The median is at least (low + high) / 2 where at least half of the levels are at least ``high`` and one
    more at least ``low``; where the number of levels is odd, low and high are the one in the middle.
    """
    half = (len(levels) + 1) // 2
    targets = sorted({*levels, *(Fraction(level) for level in range(TOP_LEVEL + 1))})
    best: dict[int, tuple[Fraction, tuple[int, ...]]] = {}
    for low in targets:
        for high in targets:
            if high < low or (len(levels) % 2 and high != low):
                continue
            cell_steps = _raised(levels, low, high, (len(levels) // 2 + 1, half))
            if cell_steps is None:
                continue
            after = [_moved(level, each) for level, each in zip(levels, cell_steps, strict=True)]
            new = (_combined(after, "median"), cell_steps)
            taken = sum(cell_steps)
            if taken not in best or new > best[taken]:
                best[taken] = new
    return {steps: shared for steps, (_median, shared) in best.items()}


def _raised(
    levels: Sequence[Fraction], low: Fraction, high: Fraction, needed: tuple[int, int]
) -> tuple[int, ...] | None:
    """The fewest steps with which ``needed[0]`` levels are at least ``low`` and ``needed[1]`` ``high``.

    Goes through the levels one by one and keeps, for each pair of numbers reached, the cheapest way there:
    which level it is cheapest to raise is not plain where a first step is only a part of a level.
    """
    best: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {(0, 0): (0, ())}
    for level in levels:
        ways = {0, *(each for each in (steps_to(level, low), steps_to(level, high)) if each is not None)}
        grown: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {}
        for (lows, highs), (taken, shared) in best.items():
            for steps in sorted(ways):
                after = _moved(level, steps)
                state = (min(needed[0], lows + (after >= low)), min(needed[1], highs + (after >= high)))
                new = (taken + steps, (*shared, steps))
                if state not in grown or new < grown[state]:
                    grown[state] = new
        best = grown
    return best[needed][1] if needed in best else None
