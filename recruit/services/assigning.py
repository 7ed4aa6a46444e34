"""Who assesses what: a balanced plan. Pure: ids in, ids out, the same ids give the same plan."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

Pair = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """What to add.

    Attributes
    ----------
    added : (application, assessor) pairs, in the order of the applications.
    loads : for every available assessor how many applications they have once the plan is carried out.
    short : applications that cannot get enough assessors -> how many they can get in all.
    """

    added: tuple[Pair, ...]
    loads: Mapping[int, int]
    short: Mapping[int, int]


@dataclass
class _Board:
    """The plan while it grows: who has each application, who may not, who may still be exchanged."""

    assessors: list[int]
    barred: Collection[Pair]
    panels: dict[int, set[int]]
    movable: dict[int, set[int]] = field(default_factory=dict)
    loads: Counter[int] = field(default_factory=Counter)
    together: Counter[Pair] = field(default_factory=Counter)

    def free(self, application: int) -> list[int]:
        """Assessors who could be added to the application."""
        panel = self.panels[application]
        return [who for who in self.assessors if who not in panel and (application, who) not in self.barred]

    def add(self, application: int, assessor: int) -> None:
        for other in self.panels[application]:
            self.together[_pair(other, assessor)] += 1
        self.panels[application].add(assessor)
        self.loads[assessor] += 1

    def remove(self, application: int, assessor: int) -> None:
        self.panels[application].discard(assessor)
        self.loads[assessor] -= 1
        for other in self.panels[application]:
            self.together[_pair(other, assessor)] -= 1


def balance(
    *,
    applications: Iterable[int],
    assessors: Iterable[int],
    barred: Collection[Pair] = frozenset(),
    existing: Mapping[int, Collection[int]] | None = None,
    per_application: int = 2,
    elsewhere: Iterable[Collection[int]] = (),
) -> Plan:
    """Give every application `per_application` assessors, beside those it has in `existing`, which stay.

    Nobody gets an application that they are barred from (`barred`: (application, assessor)). As far as the
    barred pairs and the existing panels allow, the loads of any two assessors differ by at most one, and the
    same two people meet as seldom as possible, so that everybody can be compared with everybody. `elsewhere` are
    panels of other applications, which count as work and as meetings but get nobody.
    """
    existing = existing or {}
    panels = {application: set(existing.get(application, ())) for application in sorted(applications)}
    board = _Board(sorted(assessors), frozenset(barred), panels)
    for panel in (*panels.values(), *map(set, elsewhere)):
        board.loads.update(panel)
        board.together.update(_pair(*two) for two in combinations(sorted(panel), 2))
    short: dict[int, int] = {}
    for application in panels:
        _fill(board, application, per_application)
        if len(panels[application]) < per_application:
            short[application] = len(panels[application])
    while _even_out(board):
        pass
    added = tuple((application, who) for application in panels for who in sorted(board.movable[application]))
    return Plan(added, {who: board.loads[who] for who in board.assessors}, short)


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _fill(board: _Board, application: int, per_application: int) -> None:
    """Add the assessors with the least to do; among equals those who have met the panel least."""
    board.movable[application] = set()
    panel = board.panels[application]
    while len(panel) < per_application:
        free = board.free(application)
        if not free:
            return
        chosen = min(free, key=lambda who: (board.loads[who], _met(board, panel, who), who))
        board.add(application, chosen)
        board.movable[application].add(chosen)


def _met(board: _Board, panel: Collection[int], assessor: int) -> int:
    return sum(board.together[_pair(other, assessor)] for other in panel)


def _even_out(board: _Board) -> bool:
    """Move one application's worth of work from somebody to somebody with at least two less; False when
    nobody can.

    The move may go over others: A's application to B, one of B's to C. While no such chain exists, the plan
    is as even as it can be (Harvey, Ladner, Lovász, Tamir: Semi-matchings for bipartite graphs, 2003).
    """
    if (
        not board.assessors
        or max(map(board.loads.__getitem__, board.assessors))
        - min(map(board.loads.__getitem__, board.assessors))
        < 2
    ):
        return False
    for busiest in sorted(board.assessors, key=lambda who: (-board.loads[who], who)):
        chain = _chain(board, busiest)
        if chain:
            for application, giver, taker in chain:
                board.remove(application, giver)
                board.movable[application].discard(giver)
                board.add(application, taker)
                board.movable[application].add(taker)
            return True
    return False


def _chain(board: _Board, start: int) -> list[tuple[int, int, int]]:
    """The shortest chain of (application, giver, taker) from `start` to somebody with at least two less."""
    held: dict[int, list[int]] = {}
    for application, movable in board.movable.items():
        for who in movable:
            held.setdefault(who, []).append(application)
    came: dict[int, tuple[int, int]] = {}
    waiting = deque([start])
    while waiting:
        giver = waiting.popleft()
        for application in held.get(giver, ()):
            for taker in board.free(application):
                if taker == start or taker in came:
                    continue
                came[taker] = (application, giver)
                if board.loads[taker] + 2 <= board.loads[start]:
                    return _trace(came, start, taker)
                waiting.append(taker)
    return []


def _trace(came: Mapping[int, tuple[int, int]], start: int, end: int) -> list[tuple[int, int, int]]:
    chain = []
    taker = end
    while taker != start:
        application, giver = came[taker]
        chain.append((application, giver, taker))
        taker = giver
    return chain[::-1]
