"""Who assesses what: seconds, loads and mixing, beside a random plan, a greedy one, and a bare linear programme.

Run with ``python -m tests.bench.assigning`` (or ``make bench``). Seconds and shares are printed, never asserted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from scoring.assigning import Pair, Plan, Terms, plan
from scoring.assigning_board import Board
from scoring.assigning_mixing import overlap

SEED = 20262
SIZES = ((200, 20), (1_000, 40), (5_000, 100))
EACH = 2
BARRED = 0.02
LIMIT = 20.0


def case(applications: int, assessors: int) -> tuple[dict[int, int], dict[int, Terms], set[Pair]]:
    """Needs, limits and bars: one in fifty pairs is barred, people work in seven places, one in five takes half."""
    random = np.random.default_rng(SEED)
    rows, columns = np.nonzero(random.random((applications, assessors)) < BARRED)
    fair = -(-applications * EACH // assessors)
    terms = {
        who: Terms(0, fair * 3 // 4 if who % 5 == 0 else fair * 3 // 2, f"place {who % 7}")
        for who in range(assessors)
    }
    return (
        dict.fromkeys(range(applications), EACH),
        terms,
        set(zip(rows.tolist(), columns.tolist(), strict=True)),
    )


def figures(
    needs: Mapping[int, int], terms: Mapping[int, Terms], barred: set[Pair], panels: Mapping[int, set[int]]
) -> str:
    """Loads, limits that are broken, mixing, and panels of one workplace, of any plan."""
    board = Board.of(needs, terms, barred, panels, {})
    loads = board.loads()
    over = sum(int(loads[number]) > (terms[who].most or 0) for number, who in enumerate(board.people))
    found = overlap(board)
    mixed = 100 * (found.efficiency or 0)
    return (
        f"loads {loads.min()}–{loads.max()}, {over} over their limit, linked in {len(found.groups)} group(s), "
        f"mixing {mixed:.1f} %, {len(board.of_one_workplace())} panels of one workplace"
    )


def at_random(needs: Mapping[int, int], terms: Mapping[int, Terms], barred: set[Pair]) -> dict[int, set[int]]:
    """Any two who may."""
    random = np.random.default_rng(SEED)
    panels = {}
    for application in needs:
        free = [who for who in terms if (application, who) not in barred]
        panels[application] = set(random.choice(free, EACH, replace=False).tolist())
    return panels


def greedy(needs: Mapping[int, int], terms: Mapping[int, Terms], barred: set[Pair]) -> dict[int, set[int]]:
    """Each time whoever has the least to do."""
    loads = dict.fromkeys(terms, 0)
    panels = {}
    for application in needs:
        free = sorted(
            (who for who in terms if (application, who) not in barred), key=lambda who: (loads[who], who)
        )
        panels[application] = set(free[:EACH])
        for who in panels[application]:
            loads[who] += 1
    return panels


def programme(needs: Mapping[int, int], terms: Mapping[int, Terms], barred: set[Pair]) -> dict[int, set[int]]:
    """The limits alone as a linear programme by HiGHS: no evenness, no mixing, the floor of what it takes."""
    pairs = [(a, who) for a in needs for who in terms if (a, who) not in barred]
    a, who = (np.array(side) for side in zip(*pairs, strict=True))
    number = np.arange(len(pairs))
    ones = np.ones(len(pairs))
    each: Any = csr_matrix((ones, (a, number)))
    whose: Any = csr_matrix((ones, (who, number)))
    found = linprog(
        np.random.default_rng(SEED).random(len(pairs)),
        A_eq=each,
        b_eq=np.fromiter(needs.values(), dtype=float),
        A_ub=whose,
        b_ub=np.array([one.most for one in terms.values()], dtype=float),
        bounds=(0, 1),
        method="highs",
    )
    panels: dict[int, set[int]] = {one: set() for one in needs}
    chosen: Any = found.x
    for position in np.nonzero(chosen > 0.5)[0]:
        panels[pairs[position][0]].add(pairs[position][1])
    return panels


def main() -> None:
    """Print every size: the plan, the others, and planning anew when one falls ill."""
    for applications, assessors in SIZES:
        needs, terms, barred = case(applications, assessors)
        print(
            f"{applications} applications × {EACH}, {assessors} assessors, {BARRED:.0%} of the pairs barred"
        )
        start = time.perf_counter()
        made: Plan = plan(needs=needs, assessors=terms, barred=barred)
        seconds = time.perf_counter() - start
        mine = {each: set(panel) for each, panel in made.panels.items()}
        limit = f" (limit {LIMIT:.0f} s)" if applications == SIZES[-1][0] else ""
        print(f"  plan       {seconds:6.2f} s{limit}  {figures(needs, terms, barred, mine)}")
        for name, other in (("at random", at_random), ("greedy", greedy), ("HiGHS", programme)):
            start = time.perf_counter()
            panels = other(needs, terms, barred)
            print(
                f"  {name:10} {time.perf_counter() - start:6.2f} s  {figures(needs, terms, barred, panels)}"
            )
        ill = 1
        kept = {each: panel - {ill} for each, panel in mine.items()}
        rest = {who: each for who, each in terms.items() if who != ill}
        start = time.perf_counter()
        again = plan(needs=needs, assessors=rest, barred=barred, kept=kept)
        print(
            f"  one falls ill: {time.perf_counter() - start:.2f} s, {len(again.added)} pairs for the "
            f"{made.loads[ill]} that are missing, {len(again.dropped)} others moved"
        )


if __name__ == "__main__":
    main()
