"""The search for the fewest one-level steps that give or lose an outcome, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.level_steps import Option
from scoring.outcome_rules import Rules, passes

Options = Mapping[str, Sequence[Option]]
Choice = tuple[Option, ...]
_Vector = tuple[Fraction, ...]


def fewest_up(rules: Rules, options: Options) -> Choice | None:
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


def fewest_down(rules: Rules, options: Options) -> Choice | None:
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
