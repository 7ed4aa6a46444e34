"""Why no plan is possible: which limit cannot hold, with numbers. Part of `scoring.assigning`."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scoring.assigning_board import Board, Matrix
from scoring.errors import ScoringError

Kind = Literal[
    "assessors",
    "application",
    "time",
    "most_in_all",
    "competing",
    "least_in_all",
    "least_of_one",
    "least_of_some",
]


@dataclass(frozen=True)
class Shortage:
    """One thing that cannot be.

    - assessors: an application needs `needed`, only `found` may get something new.
    - application: each of `applications` needs `needed` and has at most `found` without a bar.
    - time: enough may assess each of `applications`, and only `found` of them can take more.
    - most_in_all: `needed` assessments in all, and all together can take `found`.
    - competing: `applications` need `needed` assessments of `assessors`, who can take `found`.
    - least_in_all: all together are to have at least `needed`, and there are `found`.
    - least_of_one, least_of_some: `assessors` are to have at least `needed`, and `found` can go to them.
    """

    kind: Kind
    needed: int
    found: int
    applications: tuple[int, ...] = ()
    assessors: tuple[int, ...] = ()


class Impossible(ScoringError):
    """No plan keeps the limits. `shortages` says why, at least one."""

    def __init__(self, shortages: tuple[Shortage, ...]) -> None:
        super().__init__(
            "; ".join(f"{each.kind}: {each.needed} needed, {each.found} found" for each in shortages)
        )
        self.shortages = shortages


def refuse_obvious(board: Board) -> None:
    """Raise Impossible for what can be seen before planning: too few people, or no one left for an application."""
    found = _too_few(board) or [*_bare(board), *_sums(board)]
    if found:
        raise Impossible(tuple(found))


def _too_few(board: Board) -> list[Shortage]:
    wanted = board.need - board.fixed.sum(axis=1)
    able = int((board.available & (board.most > 0)).sum())
    most_wanted = int(board.need[wanted > 0].max(initial=0))
    if most_wanted > able and (wanted > able).any():
        return [Shortage("assessors", most_wanted, able)]
    return []


def _bare(board: Board) -> list[Shortage]:
    """Applications that too few can assess: for conflicts of interest, or because those without one have no time."""
    fixed = board.fixed.sum(axis=1)
    unconflicted = board.allowed.sum(axis=1) + fixed
    options = (board.allowed & (board.most > board.fixed.sum(axis=0))).sum(axis=1) + fixed
    short: dict[tuple[Kind, int, int], list[int]] = {}
    for row in np.nonzero(options < board.need)[0]:
        kind: Kind = "application" if unconflicted[row] < board.need[row] else "time"
        found = unconflicted[row] if kind == "application" else options[row]
        short.setdefault((kind, int(board.need[row]), int(found)), []).append(board.applications[row])
    return [
        Shortage(kind, needed, found, tuple(which)) for (kind, needed, found), which in sorted(short.items())
    ]


def _sums(board: Board) -> list[Shortage]:
    total = int(board.need.sum())
    most, least = int(board.most.sum()), int(board.least.sum())
    found = []
    if most < total:
        found.append(Shortage("most_in_all", total, most))
    outside = int(board.fixed[:, ~board.available].sum())
    if least > total - outside:
        found.append(Shortage("least_in_all", least, total - outside))
    can = board.allowed.sum(axis=0) + board.fixed.sum(axis=0)
    found += [
        Shortage("least_of_one", int(board.least[who]), int(can[who]), (), (board.people[who],))
        for who in np.nonzero(board.least > can)[0]
    ]
    return found


def refuse_limits(board: Board) -> None:
    """Raise Impossible when the best plan still breaks a limit: then every plan does.

    Whoever the work of an overloaded assessor could be moved to, over however many others, has no room either: these
    people and their applications are what does not fit (Hall 1935). For too small loads the other way round.
    """
    loads = board.loads()
    can_go = (board.movable.astype(np.float32).T @ board.free.astype(np.float32)) > 0
    found = []
    over, under = loads > board.most, loads < board.least
    if over.any():
        found.append(_competing(board, loads, _reach(can_go, over)))
    if under.any():
        found.append(_least(board, loads, _reach(can_go.T, under)))
    if found:
        raise Impossible(tuple(found))


def _reach(can_go: Matrix, start: Matrix) -> Matrix:
    reached = start.copy()
    while True:
        further = reached | can_go[reached].any(axis=0)
        if (further == reached).all():
            return reached
        reached = further


def _competing(board: Board, loads: Matrix, who: Matrix) -> Shortage:
    needed, room = int(loads[who].sum()), int(board.most[who].sum())
    if (who | ~board.available).all():
        return Shortage("most_in_all", int(loads.sum()), int(board.most.sum()))
    rows = np.nonzero(board.movable[:, who].any(axis=1))[0]
    return Shortage(
        "competing", needed, room, _ids(board.applications, rows), _ids(board.people, np.nonzero(who)[0])
    )


def _least(board: Board, loads: Matrix, who: Matrix) -> Shortage:
    needed, got = int(board.least[who].sum()), int(loads[who].sum())
    if (who | ~board.available).all():
        return Shortage("least_in_all", needed, got)
    kind: Kind = "least_of_one" if who.sum() == 1 else "least_of_some"
    return Shortage(kind, needed, got, (), _ids(board.people, np.nonzero(who)[0]))


def _ids(names: list[int], rows: Matrix) -> tuple[int, ...]:
    return tuple(names[row] for row in rows)
