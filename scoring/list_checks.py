"""What an interview list must pass before it can be confirmed, and what differs between two versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from scoring.findings import Finding, finding
from scoring.lists import Entry
from scoring.ranking import Ranking

__all__ = ["Difference", "Move", "Position", "check_list", "check_settled", "difference", "positions"]

#: (application, kind, group, position)
_Place = tuple[str, str, str | None, int]


def check_list(
    entries: Sequence[Entry],
    order: Sequence[str],
    places: int | Mapping[str, int],
    reserves: int | Mapping[str, int],
    preferences: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Finding, ...]:
    """All checks of one list, in a fixed order, all blocking.

    Parameters
    ----------
    entries : what is checked, in any order.
    order : ids from which the list is drawn, best first: those with a place in the ranking, or the order in
        which the borderline zone was settled.
    places, reserves : numbers for the whole intake, or a number for each group of posts.
    preferences : with groups, the groups that each application would accept, the most wanted first.

    Returns
    -------
    Findings ``order_once`` (nobody twice in the order), ``listed_once``, ``listed_known`` (all are in the
    order), ``called`` and ``reserves``: exactly those whom the line gives, with group and position. The line
    is worked out here again, without ``scoring.lists``.
    """
    expected = (
        _one_line(order, places, reserves)
        if isinstance(places, int) and isinstance(reserves, int)
        else _lines(order, places, reserves, preferences)
    )
    counts = Counter(order)
    listed = Counter(entry.application for entry in entries)
    found = [
        finding("order_once", len(order), [id for id, count in counts.items() if count > 1]),
        finding("listed_once", len(entries), [id for id, count in listed.items() if count > 1]),
        finding("listed_known", len(entries), [id for id in listed if id not in counts]),
    ]
    if expected is None:
        reason = {"reason": "places, reserves and preferences do not fit together"}
        return (*found, Finding("called", False, True, reason), Finding("reserves", False, True, reason))
    got = [(entry.application, entry.kind, entry.group, entry.position) for entry in entries]
    for code, kind in (("called", "called"), ("reserves", "reserve")):
        asked = {each for each in expected if each[1] == kind}
        there = {each for each in got if each[1] == kind}
        wrong = [{"lacks": list(each)} for each in sorted(asked - there, key=str)]
        wrong += [{"has": list(each)} for each in sorted(there - asked, key=str)]
        found.append(finding(code, len(asked), wrong))
    return tuple(found)


def _one_line(order: Sequence[str], places: int, reserves: int) -> list[_Place]:
    return [
        (id, "called", None, number) if number <= places else (id, "reserve", None, number - places)
        for number, id in enumerate(order, 1)
        if number <= places + reserves
    ]


def _lines(
    order: Sequence[str],
    places: int | Mapping[str, int],
    reserves: int | Mapping[str, int],
    preferences: Mapping[str, Sequence[str]] | None,
) -> list[_Place] | None:
    if isinstance(places, int) or isinstance(reserves, int) or preferences is None:
        return None
    if any(id not in preferences for id in order) or any(
        group not in places for wanted in preferences.values() for group in wanted
    ):
        return None
    result: list[_Place] = []
    taken: Counter[tuple[str, str]] = Counter()
    listed: set[str] = set()
    for kind, room in (("called", places), ("reserve", reserves)):
        for id in order:
            if id in listed:
                continue
            for group in preferences[id]:
                if taken[kind, group] < room.get(group, 0):
                    taken[kind, group] += 1
                    listed.add(id)
                    result.append((id, kind, group, taken[kind, group]))
                    break
    return result


def check_settled(ranked: Sequence[str], settled: Sequence[str], zone: Sequence[str]) -> tuple[Finding, ...]:
    """Whether settling the borderline zone has moved nobody who is not in it.

    ``ranked``: those with a place in the ranking; ``settled``: the order afterwards; ``zone``: its members. Findings,
    both blocking: ``settled_everybody`` (the same ids, each once) and ``settled_outside`` (whoever is not in the
    zone stands where the ranking has them, and all of the zone have a place in it).
    """
    asked, there, inside = Counter(ranked), Counter(settled), set(zone)
    wrong = [id for id in {**asked, **there} if asked[id] != 1 or there[id] != 1]
    moved: list[dict[str, object]] = [
        {"place": place, "expected": id, "found": got}
        for place, (id, got) in enumerate(zip(ranked, settled, strict=False), 1)
        if (id not in inside and id != got) or (id in inside and got not in inside)
    ]
    moved += [{"application": id} for id in zone if id not in asked]
    outside = len(asked.keys() - inside)
    return (finding("settled_everybody", len(asked), wrong), finding("settled_outside", outside, moved))


@dataclass(frozen=True, slots=True)
class Position:
    """Where an application stands. ``kind``: its status in a ranking, or "called" or "reserve" on a list.

    ``group``: the group of posts, if any; ``place``: from 1, None without one.
    """

    kind: str
    group: str | None
    place: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """One application in which two versions differ; None where it is not there."""

    application: str
    old: Position | None
    new: Position | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two versions. ``moved``: in both, at another position; ``same``: how many stay."""

    added: tuple[Move, ...]
    removed: tuple[Move, ...]
    moved: tuple[Move, ...]
    same: int

    @property
    def nothing(self) -> bool:
        """Whether the two are the same."""
        return not (self.added or self.removed or self.moved)


def positions(version: Ranking | Iterable[Entry]) -> dict[str, Position]:
    """Where each application of a ranking or of a list stands."""
    if isinstance(version, Ranking):
        columns = (version.table[name] for name in ("application", "status", "place"))
        return {
            id: Position(status, None, None if pd.isna(place) else int(place))
            for id, status, place in zip(*columns, strict=True)
        }
    return {entry.application: Position(entry.kind, entry.group, entry.position) for entry in version}


def difference(old: Ranking | Iterable[Entry], new: Ranking | Iterable[Entry]) -> Difference:
    """What differs between two rankings or two lists; added and moved in the new order, removed in the old."""
    before, after = positions(old), positions(new)
    added = tuple(Move(id, None, where) for id, where in after.items() if id not in before)
    removed = tuple(Move(id, where, None) for id, where in before.items() if id not in after)
    both = [Move(id, before[id], where) for id, where in after.items() if id in before]
    moved = tuple(each for each in both if each.old != each.new)
    return Difference(added, removed, moved, len(both) - len(moved))
