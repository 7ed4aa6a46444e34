"""From levels and weights to integers on one denominator, and the gates that look at the levels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scoring.combining import Combined
from scoring.criteria import TOP_LEVEL, Gate, Profile
from scoring.errors import LevelError
from scoring.order import Integers

Flags = NDArray[np.bool_]


def level_numerators(combined: Combined) -> tuple[Integers, int]:
    """Levels, shape (n, m), as numerators on the smallest common denominator; and that denominator.

    Where nobody gave a level the numerator is 0, which says nothing: the caller knows it from the count.
    Raises LevelError where the denominator would be too large for exact sums.
    """
    counts = combined.counts
    numbers = [int(each) for each in np.flatnonzero(np.bincount(counts.ravel())) if each]
    common = math.lcm(*numbers)
    if common * combined.largest >= 1 << 62:
        raise LevelError(
            f"the numbers of assessors per application ({', '.join(map(str, numbers))}) have no common "
            "denominator that can be added exactly; use fewer different numbers of assessors"
        )
    numerators = combined.sums * (common // np.maximum(counts, 1))
    shared = math.gcd(int(np.gcd.reduce(numerators, axis=None)), common * combined.scale)
    return numerators // shared, common * combined.scale // shared


def integer_weights(profile: Profile, stage: str, level_denominator: int) -> tuple[Integers, int]:
    """Integer weights, shape (m,), and the denominator that turns Σ weight · numerator into points.

    Raises LevelError where the denominator would be too large for exact sums.
    """
    exact = list(profile.weights_at(stage).values())
    common = math.lcm(*(each.denominator for each in exact))
    weights = [int(each * common) for each in exact]
    denominator = common * level_denominator * TOP_LEVEL
    shared = math.gcd(denominator, *weights)
    if denominator // shared * 100 >= 1 << 62:
        raise LevelError(
            "the levels and weights have no common denominator that can be added exactly; "
            "use weights with fewer decimals, or fewer different numbers of assessors"
        )
    return np.array([each // shared for each in weights], dtype=np.int64), denominator // shared


def stopped_by_gates(
    numerators: Integers, level_denominator: int, keys: tuple[str, ...], profile: Profile, stage: str
) -> dict[str, Flags]:
    """For each test of the gates of the stage, which applications fail it, shape (n,); {} without gates.

    Only complete applications are judged by it: a missing level counts as 0 here.
    """
    stopped: dict[str, Flags] = {}
    for gate in profile.gates:
        if gate.stage != stage:
            continue
        looked_at = numerators[:, [keys.index(key) for key in profile.gate_criteria(gate)]]
        for test, flags in gate_failures(gate, looked_at, level_denominator).items():
            stopped[test] = stopped[test] | flags if test in stopped else flags
    return stopped


def gate_failures(gate: Gate, looked_at: Integers, level_denominator: int) -> dict[str, Flags]:
    """For each test of one gate, who fails it, shape (n,); ``looked_at``: numerators, shape (n, criteria)."""
    failures: dict[str, Flags] = {}
    if gate.forbidden_level is not None:
        reached = looked_at >= (gate.forbidden_level + 1) * level_denominator
        failures["forbidden_level"] = ~np.asarray(reached.all(axis=1), dtype=bool)
    for level, most in gate.max_count.items():
        too_many = np.asarray((looked_at < (level + 1) * level_denominator).sum(axis=1) > most, dtype=bool)
        failures["max_count"] = failures.get("max_count", np.zeros(len(looked_at), dtype=bool)) | too_many
    if gate.mean_at_least is not None:
        needed = math.ceil(gate.mean_at_least * level_denominator * looked_at.shape[1])
        failures["mean_at_least"] = np.asarray(looked_at.sum(axis=1) < needed, dtype=bool)
    return failures
