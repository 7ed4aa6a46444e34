"""The smallest changes in one application's levels that would have changed its outcome, exactly.

Only the one application changes; the levels of all others stay. So whether it is called depends on one other
application alone: the one that would hold the last place above the line if it were not there. An outcome is a
place (complete, past the gates, at or above the threshold) or a place above the line.

More of a criterion never hurts: its weight is positive, ties go to the higher level and gates only ask for
more. For each number of steps it is therefore enough to look at the best level that so many steps can give.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from scoring.criteria import TOP_LEVEL, Gate
from scoring.level_steps import Cell, Option, downward, moved, upward

Levels = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Bar:
    """What must be beaten to be above the line: total, levels of the tie criteria, and who wins the lot."""

    total: Fraction
    ties: tuple[Fraction, ...]
    wins_lot: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides the outcome. ``worth``: points per level of each criterion; ``gates``: with their criteria.

    ``bar`` is None where the outcome is a place in the ranking, or where there is room for all.
    """

    worth: Mapping[str, Fraction]
    ties: tuple[str, ...]
    threshold: Fraction
    gates: tuple[tuple[Gate, tuple[str, ...]], ...]
    bar: Bar | None

    def total(self, levels: Levels) -> Fraction:
        """Exact points on 0–100."""
        return sum((worth * levels[key] for key, worth in self.worth.items()), Fraction(0))

    def reached(self, levels: Levels) -> bool:
        """Whether an application with these levels has the outcome."""
        total = self.total(levels)
        if total < self.threshold or not all(
            passes(gate, [levels[key] for key in keys]) for gate, keys in self.gates
        ):
            return False
        return self.beats_bar((total, *(levels[key] for key in self.ties)))

    def beats_bar(self, key: tuple[Fraction, ...]) -> bool:
        """Whether total and tie levels, in this order, are enough to be above the line."""
        if self.bar is None:
            return True
        other = (self.bar.total, *self.bar.ties)
        return key > other or (key == other and self.bar.wins_lot)


def passes(gate: Gate, levels: Sequence[Fraction]) -> bool:
    """Whether a gate lets these levels through, by the definition in ``Gate``."""
    if gate.forbidden_level is not None and any(level < gate.forbidden_level + 1 for level in levels):
        return False
    for bound, most in gate.max_count.items():
        if sum(level < bound + 1 for level in levels) > most:
            return False
    return gate.mean_at_least is None or sum(levels) >= gate.mean_at_least * len(levels)


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
        chosen = _fewest_down(rules, options)
    else:
        options = {key: upward(own, combine) for key, own in cells.items()}
        chosen = _fewest_up(rules, options)
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


Options = Mapping[str, Sequence[Option]]
Choice = tuple[Option, ...]
_Vector = tuple[Fraction, ...]


def _fewest_up(rules: Rules, options: Options) -> Choice | None:
    """Gates that the levels fail are counted up on the way; those that they pass stay passed."""
    most = {key: own[-1].level for key, own in options.items()}
    if not rules.reached(most):
        return None
    lowest: dict[str, int] = {}
    needs: list[tuple[Fraction, Callable[[str, Fraction], Fraction]]] = []
    for gate, keys in rules.gates:
        if passes(gate, [options[key][0].level for key in keys]):
            continue
        if gate.forbidden_level is not None:
            for key in keys:
                lowest[key] = max(lowest.get(key, 0), gate.forbidden_level + 1)
        for bound, most_below in gate.max_count.items():
            needs.append((Fraction(len(keys) - most_below), _counter(keys, bound + 1)))
        if gate.mean_at_least is not None:
            needs.append((gate.mean_at_least * len(keys), _adder(keys)))
    allowed = {
        key: [option for option in own if option.level >= lowest.get(key, 0)] for key, own in options.items()
    }

    def value(key: str, option: Option) -> _Vector:
        return (
            rules.worth[key] * option.level,
            *(option.level if key == tie else Fraction(0) for tie in rules.ties),
        )

    def gate_value(key: str, option: Option) -> _Vector:
        return tuple(count(key, option.level) for _need, count in needs)

    caps = tuple(need for need, _count in needs)

    def done(value: _Vector, gates: _Vector) -> bool:
        enough = all(got >= need for got, need in zip(gates, caps, strict=True))
        return enough and value[0] >= rules.threshold and rules.beats_bar(value)

    return _search(allowed, value, gate_value, caps, done)


def _counter(keys: Sequence[str], at_least: int) -> Callable[[str, Fraction], Fraction]:
    return lambda key, level: Fraction(key in keys and level >= at_least)


def _adder(keys: Sequence[str]) -> Callable[[str, Fraction], Fraction]:
    return lambda key, level: level if key in keys else Fraction(0)


def _fewest_down(rules: Rules, options: Options) -> Choice | None:
    """One of these is enough to lose the outcome: too few points, or one test of one gate."""
    searches = [
        _lowered(
            options,
            lambda key, level: (
                -rules.worth[key] * level,
                *(-level if key == tie else Fraction(0) for tie in rules.ties),
            ),
            lambda value: -value[0] < rules.threshold or not rules.beats_bar(tuple(-each for each in value)),
        )
    ]
    for gate, keys in rules.gates:
        if gate.forbidden_level is not None:
            searches.append(
                _lowered(options, _below(keys, gate.forbidden_level + 1), lambda value: value[0] > 0)
            )
        for bound, most in gate.max_count.items():
            searches.append(
                _lowered(options, _below(keys, bound + 1), lambda value, most=most: value[0] > most)  # type: ignore[misc]
            )
        if gate.mean_at_least is not None:
            needed = gate.mean_at_least * len(keys)
            searches.append(
                _lowered(
                    options,
                    lambda key, level, keys=keys: (-level if key in keys else Fraction(0),),  # type: ignore[misc]
                    lambda value, needed=needed: -value[0] < needed,  # type: ignore[misc]
                )
            )
    found = [each for each in searches if each is not None]
    return min(found, key=lambda each: sum(option.steps for option in each), default=None)


def _below(keys: Sequence[str], bound: int) -> Callable[[str, Fraction], _Vector]:
    return lambda key, level: (Fraction(key in keys and level < bound),)


def _lowered(
    options: Options, value: Callable[[str, Fraction], _Vector], lost: Callable[[_Vector], bool]
) -> Choice | None:
    return _search(
        options,
        lambda key, option: value(key, option.level),
        lambda _key, _option: (),
        (),
        lambda value, _gates: lost(value),
    )


@dataclass(frozen=True, slots=True)
class _State:
    value: _Vector
    gates: _Vector
    choice: Choice


def _search(
    options: Options,
    value: Callable[[str, Option], _Vector],
    gate_value: Callable[[str, Option], _Vector],
    caps: _Vector,
    done: Callable[[_Vector, _Vector], bool],
) -> Choice | None:
    """The choice of one option per criterion with the fewest steps of which ``done`` is true.

    A dynamic programme over the criteria: for each number of steps the best states so far. Values are
    compared as tuples, first element first, and add up, so that a state which is no better in its value and
    in no gate can be dropped; gates count up to what they need.
    """
    if not all(options.values()):
        return None
    limit = _enough(options, value, gate_value, caps, done)
    if limit is None:
        return None
    states: dict[int, list[_State]] = {0: [_State((), tuple(Fraction(0) for _ in caps), ())]}
    for key, own in options.items():
        gains = [(option, value(key, option), gate_value(key, option)) for option in own]
        reached: dict[int, list[_State]] = {}
        for steps, here in sorted(states.items()):
            for option, gain, gates in gains:
                if steps + option.steps > limit:
                    break
                for state in here:
                    new = _State(
                        _added(state.value, gain) if state.value else gain,
                        tuple(map(min, _added(state.gates, gates), caps)),
                        (*state.choice, option),
                    )
                    _keep(reached.setdefault(steps + option.steps, []), new)
        states = reached
    for steps in sorted(states):
        fits = [state for state in states[steps] if done(state.value, state.gates)]
        if fits:
            return max(fits, key=lambda state: state.value).choice
    return None


def _enough(
    options: Options,
    value: Callable[[str, Option], _Vector],
    gate_value: Callable[[str, Option], _Vector],
    caps: _Vector,
    done: Callable[[_Vector, _Vector], bool],
) -> int | None:
    """A number of steps that certainly is enough, so that the search need not look beyond it.

    Found by always taking the one next option that adds most value. None if even all of them are too little:
    then nothing is enough.
    """
    at = dict.fromkeys(options, 0)
    while True:
        chosen = [(key, options[key][number]) for key, number in at.items()]
        values = _summed([value(key, option) for key, option in chosen])
        gates = _summed([gate_value(key, option) for key, option in chosen])
        if done(values, tuple(map(min, gates, caps))):
            return sum(option.steps for _key, option in chosen)
        nexts = [
            (value(key, options[key][number + 1]), key)
            for key, number in at.items()
            if number + 1 < len(options[key])
        ]
        if not nexts:
            return None
        gains = [
            (tuple(a - b for a, b in zip(new, value(key, options[key][at[key]]), strict=True)), key)
            for new, key in nexts
        ]
        at[max(gains)[1]] += 1


def _added(one: _Vector, other: _Vector) -> _Vector:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _summed(vectors: Sequence[_Vector]) -> _Vector:
    return tuple(sum(each, Fraction(0)) for each in zip(*vectors, strict=True))


def _keep(states: list[_State], new: _State) -> None:
    """Add a state unless another is at least as good in all; drop those that it beats."""
    if any(_covers(state, new) for state in states):
        return
    states[:] = [state for state in states if not _covers(new, state)]
    states.append(new)


def _covers(one: _State, other: _State) -> bool:
    return one.value >= other.value and all(a >= b for a, b in zip(one.gates, other.gates, strict=True))
