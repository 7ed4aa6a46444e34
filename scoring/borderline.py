"""The borderline zone, where the line cannot tell applications apart, and the ways of settling it.

An application is in the zone if its probability of truly being among the first k lies from ``low`` to ``high``,
both included. Above ``high`` it is certain to be in, below ``low`` certain not to be, as far as anything is.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError
from scoring.lot import lot_key

Bounds = Decimal | float


class SettledOrder(list[str]):
    """An order after the zone was settled: its members have changed places with each other, nobody else has moved.

    ``zone``: its members in the order in which they are to get the places that are the zone's. A line by groups of
    posts needs it (``scoring.lists.draw_settled``), since there a place in the order alone does not say who is called.
    """

    def __init__(self, ids: Sequence[str], zone: Sequence[str]) -> None:
        super().__init__(ids)
        self.zone = tuple(zone)


def zone(p_top: ArrayLike, low: Bounds = 0.05, high: Bounds = 0.95) -> NDArray[np.bool_]:
    """Which applications are in the zone, shape (n,): ``low <= p_top <= high``.

    Raises TableError for a probability that is missing or outside 0 to 1, or bounds that are not
    ``0 <= low <= high <= 1``.
    """
    p, lowest, highest = _checked(p_top, low, high)
    return np.asarray((p >= lowest) & (p <= highest))


def order_settled(order: Sequence[str], zone: Sequence[str]) -> SettledOrder:
    """An order in which the members of the zone stand, as they are given, in the places that are the zone's.

    ``order``: those with a place, best first; ``zone``: all members of the zone, the first to be called first.
    Raises TableError for an id that comes twice, or one of the zone that has no place.
    """
    _check_once(order, "in the order")
    _check_once(zone, "in the zone")
    placed, inside = set(order), set(zone)
    for id in zone:
        if id not in placed:
            raise TableError(f"application {id!r} of the zone has no place in the ranking; leave it out")
    turn = iter(zone)
    return SettledOrder([next(turn) if id in inside else id for id in order], zone)


def order_after_lot(order: Sequence[str], zone: Sequence[str], seed: str) -> SettledOrder:
    """The places of the zone by SHA-256 of seed and id, lowest first; nobody else moves.

    The same lot as that which decides ties: ``scoring.lot``. Raises TableError as ``order_settled``.
    """
    return order_settled(order, sorted(zone, key=lambda id: (lot_key(seed, id), id)))


def order_after_discussion(order: Sequence[str], zone: Sequence[str], decided: Sequence[str]) -> SettledOrder:
    """The places of the zone to those decided first, in that order, then to its others by points; nobody else moves.

    ``decided``: ids of the zone, the first to be called first. Raises TableError for one that is unknown, not in
    the zone, or decided twice, and as ``order_settled``.
    """
    _check_once(decided, "in what was decided")
    inside, placed = set(zone), set(order)
    for id in decided:
        if id not in placed:
            raise TableError(
                f"application {id!r} has no place in the ranking; decide only on those of the zone"
            )
        if id not in inside:
            raise TableError(
                f"application {id!r} is not in the borderline zone; its place follows from its points"
            )
    chosen = set(decided)
    by_points = [id for id in order if id in inside]
    if len(by_points) != len(zone):
        order_settled(order, zone)  # says which id is wrong
    return order_settled(order, [*decided, *(id for id in by_points if id not in chosen)])


def _checked(p_top: ArrayLike, low: Bounds, high: Bounds) -> tuple[NDArray[np.float64], float, float]:
    p, lowest, highest = np.asarray(p_top, dtype=np.float64), float(low), float(high)
    if not 0 <= lowest <= highest <= 1:
        raise TableError(f"borderline zone: expected 0 <= low <= high <= 1, got low {low} and high {high}")
    if np.isnan(p).any():
        raise TableError(
            "p_top: a probability is missing, so that the zone cannot be told; give one for each"
        )
    if p.size and (p.min() < 0 or p.max() > 1):
        raise TableError(f"p_top: expected probabilities from 0 to 1, got {p.min():g} to {p.max():g}")
    return p, lowest, highest


def _check_once(ids: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise TableError(f"application {id!r} comes twice {where}; keep one")
        seen.add(id)
