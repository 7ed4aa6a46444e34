"""The ranking once more, one application at a time in plain fractions, to check the fast one against.

It shares nothing with ``scoring.ranking`` but the profile: it neither calls it nor uses its integers. It is
slow and short, so that it can be read from beginning to end.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.criteria import TOP_LEVEL, Profile

#: (application, assessor, criterion, level)
Row = tuple[str, str, str, Fraction]


@dataclass(frozen=True, slots=True)
class PlainRow:
    """One application. ``total``: points by the levels as given, None if incomplete. ``levels``: as combined.

    ``order_total``: what the order goes by, the same unless levels are adjusted. ``gates``: the tests of gates
    that it fails. ``place`` and ``decided_by`` are None without a place; ``decided_by`` for the first, too.
    """

    application: str
    status: str
    levels: Mapping[str, Fraction]
    contributions: Mapping[str, Fraction]
    total: Fraction | None
    order_total: Fraction | None
    missing: tuple[str, ...]
    gates: tuple[str, ...]
    place: int | None
    decided_by: str | None


def plain_ranking(
    rows: Iterable[Row],
    profile: Profile,
    stage: str,
    seed: str,
    applications: Sequence[str],
    adjustments: Mapping[tuple[str, str], Fraction] | None = None,
) -> dict[str, PlainRow]:
    """What the ranking must be, by application.

    ``rows``: levels that have been checked; ``applications``: all ids that are ranked, those of ``rows`` among
    them. ``adjustments``: where the order goes by adjusted levels, what is added to the levels of each
    (assessor, criterion).
    """
    weights = profile.weights_at(stage)
    rule = profile.stages[stage]
    given: dict[tuple[str, str], list[Fraction]] = {}
    moved: dict[tuple[str, str], list[Fraction]] = {}
    for application, assessor, criterion, level in rows:
        if criterion not in weights:
            continue
        given.setdefault((application, criterion), []).append(level)
        if adjustments is not None:
            by = adjustments.get((assessor, criterion), Fraction(0))
            moved.setdefault((application, criterion), []).append(level + by)

    found: dict[str, PlainRow] = {}
    keys: dict[str, tuple[Fraction, ...]] = {}
    for application in applications:
        levels = _combined(given, application, weights, rule.combine)
        ordering = levels if adjustments is None else _combined(moved, application, weights, rule.combine)
        contributions = {key: weights[key] * level / TOP_LEVEL for key, level in levels.items()}
        missing = tuple(key for key in weights if key not in levels)
        total = order_total = None
        gates: tuple[str, ...] = ()
        status = "incomplete"
        if not missing:
            total = order_total = sum(contributions.values(), Fraction(0))
            if adjustments is not None:
                order_total = sum((weights[key] * ordering[key] for key in weights), Fraction(0)) / TOP_LEVEL
            gates = _failed(profile, stage, levels)
            status = "gate" if gates else "below_threshold" if total < Fraction(rule.threshold) else "ranked"
        if status == "ranked" and order_total is not None:
            keys[application] = (order_total, *(ordering[key] for key in rule.ties))
        found[application] = PlainRow(
            application, status, levels, contributions, total, order_total, missing, gates, None, None
        )
    return found | _placed(found, keys, rule.ties, seed)


def _combined(
    levels: Mapping[tuple[str, str], list[Fraction]],
    application: str,
    criteria: Iterable[str],
    combine: str,
) -> dict[str, Fraction]:
    result = {}
    for key in criteria:
        own = levels.get((application, key))
        if own:
            median = combine == "median"
            result[key] = Fraction(statistics.median(own)) if median else sum(own, Fraction(0)) / len(own)
    return result


def _failed(profile: Profile, stage: str, levels: Mapping[str, Fraction]) -> tuple[str, ...]:
    failed = []
    for gate in profile.gates:
        if gate.stage != stage:
            continue
        own = [levels[key] for key in profile.gate_criteria(gate)]
        # A level between two whole ones counts at the lower one, which it has reached.
        reached = [int(level) for level in own]
        if gate.forbidden_level is not None and min(reached) <= gate.forbidden_level:
            failed.append("forbidden_level")
        if any(sum(level <= bound for level in reached) > most for bound, most in gate.max_count.items()):
            failed.append("max_count")
        if gate.mean_at_least is not None and sum(own, Fraction(0)) / len(own) < gate.mean_at_least:
            failed.append("mean_at_least")
    return tuple(sorted(set(failed)))


def _placed(
    found: Mapping[str, PlainRow],
    keys: Mapping[str, tuple[Fraction, ...]],
    ties: tuple[str, ...],
    seed: str,
) -> dict[str, PlainRow]:
    """Highest total first, then the highest level on each tie criterion, then the lowest SHA-256."""

    def lot(application: str) -> str:
        return hashlib.sha256((seed + application).encode()).hexdigest()

    # The different keys are put in order first, since comparing fractions one by one is slow.
    at = {key: number for number, key in enumerate(sorted(set(keys.values()), reverse=True))}
    order = sorted(keys, key=lambda id: (at[keys[id]], lot(id)))
    names = ("total", *ties)
    result = {}
    for place, id in enumerate(order, 1):
        decided = None
        if place > 1:
            before = keys[order[place - 2]]
            pairs = zip(names, keys[id], before, strict=True)
            decided = next((name for name, own, other in pairs if own != other), "lot")
        result[id] = replace(found[id], place=place, decided_by=decided)
    return result
