"""Who assesses what: a plan that keeps every limit, changes as little as possible and mixes panels well.

Ids in, ids out. The same ids in any order give the same plan. Three things in this order of weight: every limit holds,
as few as possible of the pairs that stand are changed, loads are in proportion to what each can take. Then panels are
mixed by exchanges that change neither (`assigning_mixing`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scoring.assigning_board import Board
from scoring.assigning_flow import improve
from scoring.assigning_mixing import Overlap, mix, overlap
from scoring.assigning_shortage import Impossible, Shortage, refuse_limits, refuse_obvious

__all__ = ["Impossible", "Overlap", "Pair", "Plan", "Shortage", "Terms", "plan"]

Pair = tuple[int, int]


@dataclass(frozen=True)
class Terms:
    """What one assessor can take in all: at least, at most (None is no limit); where they work ("" is not known)."""

    least: int = 0
    most: int | None = None
    workplace: str = ""


@dataclass(frozen=True)
class Plan:
    """Who assesses what once the plan is carried out.

    Attributes
    ----------
    panels : application -> its assessors.
    added, dropped : (application, assessor) pairs that come and go, in order.
    loads : assessor -> how many applications they have.
    overlap : how well assessors can be compared with each other.
    one_workplace : applications of which two or more assessors share a workplace.
    """

    panels: Mapping[int, frozenset[int]]
    added: tuple[Pair, ...]
    dropped: tuple[Pair, ...]
    loads: Mapping[int, int]
    overlap: Overlap
    one_workplace: tuple[int, ...] = field(default=())


def plan(
    *,
    needs: Mapping[int, int],
    assessors: Mapping[int, Terms],
    barred: Collection[Pair] = frozenset(),
    fixed: Mapping[int, Collection[int]] | None = None,
    kept: Mapping[int, Collection[int]] | None = None,
) -> Plan:
    """Give every application exactly as many assessors as it needs.

    `needs`: application -> how many. `barred` pairs never come about. `fixed` panels stay whatever happens, also beyond
    what the application needs and what the assessor can take; so may assessors in them who are not in `assessors`.
    `kept` pairs go only where a limit cannot hold otherwise, and then as few of them as possible.

    Raises Impossible, with every shortage that was found, when no plan keeps the limits.
    """
    board = Board.of(needs, assessors, frozenset(barred), fixed or {}, kept or {})
    refuse_obvious(board)
    board.start()
    improve(board)
    refuse_limits(board)
    mix(board)
    added, dropped = board.changes()
    return Plan(
        panels=board.panels(),
        added=added,
        dropped=dropped,
        loads=board.final_loads(),
        overlap=overlap(board),
        one_workplace=board.of_one_workplace(),
    )
