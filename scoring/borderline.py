"""The borderline zone, where the line cannot tell applications apart, and the ways of settling it.

An application is in the zone if its probability of truly being among the first k lies from ``low`` to ``high``,
both included. Above ``high`` it is certain to be in, below ``low`` certain not to be, as far as anything is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError
from scoring.lot import lot_key

Bounds = Decimal | float


@dataclass(frozen=True, slots=True)
class Parts:
    """An order parted at the zone; within each part the order stays as it was.

    ``certain``: above the zone; ``zone``: in it; ``rest``: below it. An application may stand before one of
    an earlier part in the order, where its assessors were milder than others.
    """

    certain: tuple[str, ...]
    zone: tuple[str, ...]
    rest: tuple[str, ...]


def zone(p_top: ArrayLike, low: Bounds = 0.05, high: Bounds = 0.95) -> NDArray[np.bool_]:
    """Which applications are in the zone, shape (n,): ``low <= p_top <= high``.

    Raises TableError for a probability that is missing or outside 0 to 1, or bounds that are not
    ``0 <= low <= high <= 1``.
    """
    p, lowest, highest = _checked(p_top, low, high)
    return np.asarray((p >= lowest) & (p <= highest))


def part(order: Sequence[str], p_top: ArrayLike, low: Bounds = 0.05, high: Bounds = 0.95) -> Parts:
    """The three parts of an order, best first; ``p_top`` has a probability for each of its ids.

    Raises TableError as ``zone`` does, for an id that comes twice, or for lengths that differ.
    """
    p, lowest, highest = _checked(p_top, low, high)
    _check_once(order, "in the order")
    if p.shape != (len(order),):
        raise TableError(f"p_top: expected a probability for each of {len(order)} ids, got shape {p.shape}")
    which = np.where(p > highest, 0, np.where(p >= lowest, 1, 2))
    names = [tuple(id for id, each in zip(order, which, strict=True) if each == k) for k in range(3)]
    return Parts(*names)


def order_after_lot(parts: Parts, seed: str) -> tuple[str, ...]:
    """Those certainly in, then the zone by SHA-256 of seed and id (lowest first), then the rest.

    The same lot as that which decides ties: ``scoring.lot``. Raises TableError for an id that comes twice.
    """
    _check_once((*parts.certain, *parts.zone, *parts.rest), "in the parts")
    return (*parts.certain, *sorted(parts.zone, key=lambda id: (lot_key(seed, id), id)), *parts.rest)


def order_after_discussion(parts: Parts, decided: Sequence[str]) -> tuple[str, ...]:
    """Those certainly in, then the zone with those decided first, in that order, then the rest.

    ``decided``: ids of the zone, the first to be called first. Those of the zone on whom nothing was decided
    follow in the order of the points. Raises TableError for an id that is unknown, not in the zone, or
    decided twice.
    """
    _check_once((*parts.certain, *parts.zone, *parts.rest), "in the parts")
    _check_once(decided, "in what was decided")
    inside, outside = set(parts.zone), {*parts.certain, *parts.rest}
    for id in decided:
        if id in outside:
            raise TableError(
                f"application {id!r} is not in the borderline zone; its place follows from its points"
            )
        if id not in inside:
            raise TableError(
                f"application {id!r} has no place in the ranking; decide only on those of the zone"
            )
    chosen = set(decided)
    return (*parts.certain, *decided, *(id for id in parts.zone if id not in chosen), *parts.rest)


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
