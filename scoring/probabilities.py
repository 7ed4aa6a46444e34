"""How probable it is that an application truly is among the first, or among those that a rule selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from scoring.errors import TableError
from scoring.posterior import Floats, Mixture, Posterior


def probability_top(points: Posterior | Mixture, k: int, *, seed: int, draws: int) -> Floats:
    """The share of draws in which each application is among the k highest, shape (n,); they add up to k (or n)."""
    n = points.n
    if k >= n:
        return np.ones(n)
    counts = np.zeros(n, dtype=np.int64)
    for drawn in points.draws(seed, draws):
        lowest = np.partition(drawn, n - k, axis=1)[:, n - k, None]
        counts += np.count_nonzero(drawn >= lowest, axis=0)
    return np.asarray(counts / draws)


def selected_probability(
    points: Posterior | Mixture,
    names: Sequence[str],
    select: Callable[[Sequence[str]], Iterable[str]],
    *,
    seed: int,
    draws: int,
) -> Floats:
    """The share of draws in which ``select`` takes each of ``names``, shape (n,).

    ``select`` gets the names in the order of their true points in a draw, best first, and gives those it takes:
    `lambda order: [each.application for each in draw_lines_by_group(order, …).called]`.
    Raises TableError for an id that it takes twice, or that is none of the names.
    """
    position = {name: at for at, name in enumerate(names)}
    ids = np.array(names, dtype=object)
    counts = np.zeros(len(ids), dtype=np.int64)
    for drawn in points.draws(seed, draws):
        for order in np.argsort(-drawn, axis=1):
            taken = list(select(ids[order].tolist()))
            if len(set(taken)) < len(taken) or not position.keys() >= set(taken):
                raise TableError("select: took an application twice, or one that is not in the order")
            counts[[position[id] for id in taken]] += 1
    return np.asarray(counts / draws)
