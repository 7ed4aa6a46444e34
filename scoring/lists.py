"""The line through a ranking: who is called to interview, and who stands in reserve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.errors import TableError


@dataclass(frozen=True, slots=True)
class Entry:
    """One application on the list. ``position`` counts from 1 within its kind and group.

    ``group`` is the group of posts, None where there is one line for the whole intake.
    """

    application: str
    kind: Literal["called", "reserve"]
    group: str | None
    position: int


@dataclass(frozen=True, slots=True)
class InterviewDraw:
    """``entries``: those called in order of rank, then the reserves; ``left_out``: ranked, but neither."""

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]

    @property
    def called(self) -> tuple[Entry, ...]:
        """Those who are called, in order of rank."""
        return tuple(entry for entry in self.entries if entry.kind == "called")

    @property
    def reserves(self) -> tuple[Entry, ...]:
        """Those in reserve, in order of rank."""
        return tuple(entry for entry in self.entries if entry.kind == "reserve")


def draw_line(ranked_ids: Sequence[str], places: int, reserves: int) -> InterviewDraw:
    """Call the first ``places`` of the order, and put the next ``reserves`` in reserve.

    ``ranked_ids``: only those who have a place in the ranking, best first. Fewer than asked for is no
    error. Raises TableError for a negative number or an id that comes twice.
    """
    _check_ids(ranked_ids)
    _check_number("places", places)
    _check_number("reserves", reserves)
    called = [Entry(id, "called", None, n) for n, id in enumerate(ranked_ids[:places], 1)]
    rest = ranked_ids[places:]
    waiting = [Entry(id, "reserve", None, n) for n, id in enumerate(rest[:reserves], 1)]
    return InterviewDraw(tuple(called + waiting), tuple(rest[reserves:]))


def draw_lines_by_group(
    ranked_ids: Sequence[str],
    preferences: Mapping[str, Sequence[str]],
    places: Mapping[str, int],
    reserves: Mapping[str, int],
) -> InterviewDraw:
    """One line per group of posts, by serial dictatorship: nobody gains by hiding a preference.

    Down the order, each is called to the first of the own preferred groups that has a place left. Then,
    down the order again, each of the others becomes a reserve of the first preferred group that has a
    reserve place left. ``preferences``: the groups that each would accept, the most wanted first; an
    empty list is never called. A group that ``reserves`` leaves out has no reserve places.

    Raises TableError for an id that comes twice or has no entry in the preferences, a group that is
    unknown or preferred twice, or a negative number.
    """
    _check_ids(ranked_ids)
    for group, number in places.items():
        _check_number(f"places of group {group!r}", number)
    for group, number in reserves.items():
        _check_group(group, places, "reserves")
        _check_number(f"reserves of group {group!r}", number)
    for id in ranked_ids:
        _check_preferences(id, preferences, places)
    called, rest = _walk(ranked_ids, preferences, places, "called")
    waiting, left_out = _walk(rest, preferences, reserves, "reserve")
    return InterviewDraw((*called, *waiting), left_out)


def draw_settled(
    by_points: InterviewDraw, zone: Sequence[str], preferences: Mapping[str, Sequence[str]]
) -> InterviewDraw:
    """Lines by group of posts after the borderline zone was settled: nobody outside it gains or loses.

    Who is not in the zone keeps what points gave: called, in reserve or neither, and the group. The places that its
    members had by points are the zone's. Down ``zone`` each is called to the first of the own preferred groups that
    has one of these left; then, down it again, the others get the zone's places in reserve in the same way. A place
    that no member left wishes for stays empty. With the zone in the order of points, all is as by points.

    ``by_points``: the lines drawn on the order of points; ``zone``: all members, in the order settled.
    Raises TableError for an id that comes twice or has no preferences.
    """
    _check_ids(zone)
    for id in zone:
        if id not in preferences:
            raise TableError(f"application {id!r} of the zone has no preferences; give a list of groups")
    inside, waiting = set(zone), tuple(zone)
    entries: list[Entry] = []
    for kind, old in (("called", by_points.called), ("reserve", by_points.reserves)):
        seats: dict[str, list[int]] = {}
        for entry in old:
            if entry.application in inside:
                seats.setdefault(entry.group or "", []).append(entry.position)
        room = {group: len(positions) for group, positions in seats.items()}
        given, waiting = _walk(waiting, preferences, room, "called" if kind == "called" else "reserve")
        kept = [entry for entry in old if entry.application not in inside]
        moved = [
            Entry(each.application, each.kind, each.group, seats[each.group or ""][each.position - 1])
            for each in given
        ]
        entries += _numbered([*kept, *moved])
    left = {*by_points.left_out} - inside
    out = (*(id for id in by_points.left_out if id in left), *waiting)
    return InterviewDraw(tuple(entries), out)


def _numbered(entries: Sequence[Entry]) -> list[Entry]:
    """By position and group, with positions counted anew where one stays empty."""
    counts: dict[str | None, int] = {}
    result = []
    for each in sorted(entries, key=lambda entry: (entry.position, entry.group or "")):
        counts[each.group] = counts.get(each.group, 0) + 1
        result.append(Entry(each.application, each.kind, each.group, counts[each.group]))
    return result


def _walk(
    ids: Sequence[str],
    preferences: Mapping[str, Sequence[str]],
    places: Mapping[str, int],
    kind: Literal["called", "reserve"],
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    taken = dict.fromkeys(places, 0)
    entries, rest = [], []
    for id in ids:
        group = next((each for each in preferences[id] if taken.get(each, 0) < places.get(each, 0)), None)
        if group is None:
            rest.append(id)
            continue
        taken[group] += 1
        entries.append(Entry(id, kind, group, taken[group]))
    return tuple(entries), tuple(rest)


def _check_ids(ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise TableError(f"application {id!r} comes twice in the order; keep one")
        seen.add(id)


def _check_number(name: str, number: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise TableError(f"{name}: expected a whole number of 0 or more, got {number!r}")


def _check_group(group: str, places: Mapping[str, int], where: str) -> None:
    if group not in places:
        raise TableError(f"{where}: unknown group {group!r}; expected one of {', '.join(places) or 'none'}")


def _check_preferences(id: str, preferences: Mapping[str, Sequence[str]], places: Mapping[str, int]) -> None:
    if id not in preferences:
        raise TableError(f"application {id!r} has no preferences; give a list of groups, which may be empty")
    wanted = preferences[id]
    for group in wanted:
        _check_group(group, places, f"preferences of application {id!r}")
    if len(set(wanted)) != len(wanted):
        raise TableError(f"preferences of application {id!r}: a group comes twice; keep one")
