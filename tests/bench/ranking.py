"""How long the ranking takes, beside the least that NumPy needs for the same numbers.

Run with ``python -m tests.bench.ranking`` (or ``make bench``). Seconds are printed, never asserted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from scoring.lot import lot_order
from scoring.order import Integers, order_matrix
from scoring.profile import default_profile
from scoring.ranking import rank, rank_wide

APPLICATIONS, CRITERIA, REPEATS = 1_000_000, 10, 7
FRAME_APPLICATIONS = 100_000
LIMIT = 3.0


def seconds(run: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def floor(levels: Integers, weights: Integers) -> Integers:
    """One integer matrix–vector product and one argsort: no tie rule, no lot, no places."""
    return np.argsort(levels @ weights)


def matrix_benchmark() -> None:
    """The ordering alone: integer matrix and lot in, order and places out."""
    random = np.random.default_rng(1)
    # Means over two assessors on a denominator of 2: levels 0 to 4 in halves.
    levels = random.integers(0, 9, size=(APPLICATIONS, CRITERIA), dtype=np.int64)
    weights = np.array([10, 10, 15, 20, 15, 10, 10, 5, 5, 0], dtype=np.int64)
    lot = random.permutation(APPLICATIONS).astype(np.int64)
    ties = [3, 4, 2]
    floors, orders = [], []
    for _ in range(REPEATS):
        floors.append(seconds(lambda: floor(levels, weights)))
        orders.append(seconds(lambda: order_matrix(levels, weights, ties, lot)))
    ratio = min(orders) / min(floors)
    print(f"order of {APPLICATIONS:,} applications × {CRITERIA} criteria, best of {REPEATS}")
    print(f"  NumPy floor (product and argsort)   {min(floors):8.3f} s")
    print(f"  order_matrix (ties, lot, places)    {min(orders):8.3f} s")
    print(f"  ratio                               {ratio:8.2f}")
    print(f"  within {LIMIT:g}x: {'yes' if ratio <= LIMIT else 'no'}")


def frame_benchmark() -> None:
    """The whole ranking, from a table of levels to the finished table, lot included."""
    random = np.random.default_rng(2)
    profile = default_profile()
    ids = [f"A{number:06d}" for number in range(FRAME_APPLICATIONS)]
    wide = {"application": ids}
    parts = []
    for criterion in profile.required_at("screening"):
        assessors = ["form"] if criterion.kind == "from_form" else ["first", "second"]
        for assessor in assessors:
            levels = random.integers(0, 5, FRAME_APPLICATIONS)
            wide[criterion.key] = levels
            parts.append(
                pd.DataFrame(
                    {"application": ids, "assessor": assessor, "criterion": criterion.key, "level": levels}
                )
            )
    long = pd.concat(parts, ignore_index=True)
    table = pd.DataFrame(wide)
    print(f"ranking of {FRAME_APPLICATIONS:,} applications, from table to table, best of 3")
    for name, run in (
        (f"lot_order, {len(ids):,} ids", lambda: lot_order("seed", ids)),
        (f"rank, {len(long):,} levels", lambda: rank(long, profile, "screening", "seed")),
        ("rank_wide", lambda: rank_wide(table, profile, "screening", "seed")),
    ):
        print(f"  {name:<35} {min(seconds(run) for _ in range(3)):8.3f} s")


def main() -> None:
    matrix_benchmark()
    frame_benchmark()


if __name__ == "__main__":
    main()
