"""What decides one application's outcome, given everybody else's levels: threshold, gates, and who must be beaten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.criteria import Gate

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
