"""The evidence over intakes, the order, and where a gap comes from: false alarms, and power by size.

python -m tests.bench.sources --seed 20261122 --selections 100
"""

import argparse
import time
from collections import Counter

import numpy as np
import pandas as pd
from scipy.special import logsumexp
from scipy.stats import nchypergeom_fisher

from scoring.alternatives import alternatives
from scoring.decomposition import by_assessor, by_criterion, by_requirement
from scoring.dif import item_bias
from scoring.parity import parity
from scoring.proxies import proxies
from scoring.sequential import ODDS_RATIOS, Mixing, e_process, log_likelihood_ratios

SEED = 20261122
SEQUENCES = 2_000
SELECTIONS = 25
INTAKES = 20
ALPHA = 0.05
SIZES = (10, 20, 40, 80)
KEYS = ["knowledge", "language", "practice", "motivation", "team"]
REQUIREMENTS = ["licence", "papers", "language_proof", "references"]
ASSESSORS = 6


def share(count: int | float, of: int) -> str:
    rate = count / of
    return f"{rate:6.1%} ± {np.sqrt(rate * (1 - rate) / of):.1%}"


def evidence(selected: np.ndarray, n: np.ndarray, mixing: Mixing) -> np.ndarray:
    """Log evidence of many sequences with all groups always there, counts of shape (sequences, intakes, groups)."""
    everybody, chosen = n.sum(axis=2, keepdims=True), selected.sum(axis=2, keepdims=True)
    flat = [np.broadcast_to(a, n.shape).ravel() for a in (selected, n, chosen, everybody)]
    logs = log_likelihood_ratios(*flat, ODDS_RATIOS).reshape(*n.shape, -1)
    size = np.log(len(ODDS_RATIOS))
    if mixing == "earned":
        products = logsumexp(np.cumsum(logs, axis=1), axis=3) - size
    else:
        products = np.cumsum(logsumexp(logs, axis=3) - size, axis=1)
    return logsumexp(products, axis=2) - np.log(n.shape[2])


def as_table(selected: np.ndarray, n: np.ndarray) -> pd.DataFrame:
    intakes, groups = n.shape
    return pd.DataFrame(
        {
            "intake": np.repeat([f"{t:02}" for t in range(intakes)], groups),
            "group": np.tile([f"g{g:02}" for g in range(groups)], intakes),
            "n": n.ravel(),
            "selected": selected.ravel(),
        }
    )


def null_sequences(rng: np.random.Generator, sequences: int) -> None:
    print(
        f"E-process, no bias, {sequences} sequences of {INTAKES} intakes looked at every time; E ≥ {1 / ALPHA:.0f} in"
    )
    for name, sizes in (
        ("30 groups of 1–10", lambda: rng.integers(1, 11, 30)),
        ("2 groups of 100", lambda: np.array([100, 100])),
    ):
        alarms, slowest = dict.fromkeys(("earned", "equal"), 0), 0.0
        for _ in range(sequences // 100):
            n = np.broadcast_to(sizes(), (100, INTAKES, 30 if name[0] == "3" else 2))
            places = int(0.3 * n[0, 0].sum())
            selected = rng.multivariate_hypergeometric(n[0, 0], places, n.shape[:2])
            for mixing in alarms:
                log_e = evidence(selected, n, mixing)
                alarms[mixing] += int((log_e.max(axis=1) >= -np.log(ALPHA)).sum())
            start = time.perf_counter()
            whole = e_process(as_table(selected[0], n[0]))
            slowest = max(slowest, time.perf_counter() - start)
            assert np.allclose(whole.log_evidence, evidence(selected[:1], n[:1], "earned")[0])
        for mixing, count in alarms.items():
            print(f"  {name:20} weights {mixing:6} {share(count, sequences)}")
        print(f"  {'':20} one sequence {slowest * 1000:.0f} ms")


def power_over_intakes(rng: np.random.Generator, sequences: int) -> None:
    print("E-process, the odds of one group halved, the rest of 200 one group, 60 places: alarm within")
    for size in (5, 10, 30, 100):
        n = np.broadcast_to(np.array([size, 200 - size]), (sequences, INTAKES, 2))
        x = nchypergeom_fisher(200, size, 60, 0.5).rvs((sequences, INTAKES), random_state=rng)
        selected = np.stack([x, 60 - x], axis=2)
        found = {}
        for mixing in ("earned", "equal"):
            over = evidence(selected, n, mixing) >= -np.log(ALPHA)
            found[mixing] = {t: over[:, :t].any(axis=1).mean() for t in (1, 5, 10, 20)}
        print(
            f"  group of {size:3}: "
            + "; ".join(
                f"weights {mixing}: " + ", ".join(f"{t} {rate:.0%}" for t, rate in row.items())
                for mixing, row in found.items()
            )
        )


def null_orders(rng: np.random.Generator, selections: int) -> None:
    print(f"Parity of {selections} random orders; any alarm of the attribute, by exposure, by tops, by NDKL")
    for name, sizes in (("30 groups of 1–10", None), ("2 groups of 100", np.array([100, 100]))):
        alarms, seconds = Counter(), 0.0
        for _ in range(selections):
            n = rng.integers(1, 11, 30) if sizes is None else sizes
            groups = rng.permutation(np.repeat(np.arange(len(n)), n))
            start = time.perf_counter()
            found = parity(np.arange(len(groups)), groups, seed=1)
            seconds += time.perf_counter() - start
            alarms["exposure"] += any(each.verdict == "alarm" for each in found.groups)
            alarms["tops"] += any(each.top_verdict == "alarm" for each in found.groups)
            alarms["NDKL"] += found.verdict == "alarm"
        shares = ", ".join(f"{key} {share(alarms[key], selections)}" for key in ("exposure", "tops", "NDKL"))
        print(f"  {name:20} {shares}; {seconds / selections:.2f} s each")


class World:
    """A selection with one thing wrong, or nothing: levels by two of six assessors each, and eligibility answers."""

    def __init__(self, rng: np.random.Generator, size: int, planted: str) -> None:
        n = 3 * size
        inside = np.arange(n) < size
        self.group = np.where(inside, "G", "O")
        ability = rng.normal(2.2, 0.6, n) - 0.3 * inside
        severity = rng.normal(0, 0.3, ASSESSORS)
        true = ability[:, None] + rng.normal(0, 0.5, (n, len(KEYS)))
        rows = []
        for i in range(n):
            for a in rng.choice(ASSESSORS, 2, replace=False):
                level = true[i] - severity[a] + rng.normal(0, 0.5, len(KEYS))
                if planted == "assessor" and a == 0 and inside[i]:
                    level = level - 1
                if planted == "criterion" and inside[i]:
                    level[1] -= 1
                level = np.clip(np.rint(level), 0, 4)
                rows += [(f"x{i:04}", f"a{a}", key, each) for key, each in zip(KEYS, level, strict=True)]
        self.long = pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])
        self.wide = self.long.pivot_table(index="application", columns="criterion", values="level")[KEYS]
        met = rng.random((n, len(REQUIREMENTS))) < 0.9
        if planted == "requirement":
            met[inside, 1] = rng.random(size) < 0.3
        self.answers = pd.DataFrame(met, columns=REQUIREMENTS)

    def alarms(self) -> set[str]:
        """The sources that are put down as an alarm, of all kinds."""
        names = dict(zip(self.wide.index, self.group, strict=True))
        found = {
            f"assessor {row.assessor}" for row in by_assessor(self.long, names).rows if row.verdict == "alarm"
        }
        bias = item_bias(self.wide, self.group, seed=1)
        found |= {f"criterion {row.criterion}" for row in bias.rows if row.verdict == "alarm"}
        for each in by_requirement(self.answers, self.group).groups:
            found |= {f"requirement {part.requirement}" for part in each.parts if part.verdict == "alarm"}
        return found


RIGHT = {"assessor": "assessor a0", "criterion": "criterion language", "requirement": "requirement papers"}


def planted_gaps(rng: np.random.Generator, selections: int) -> None:
    print(
        f"Planted: one of six assessors a level stricter towards G; a criterion that costs G a level; a requirement\n"
        f"that 30 % of G and 90 % of the others meet. {selections} selections each, G a third of all, and .5 standard\n"
        f"deviations weaker. Three kinds of sources are looked at, each with its own 5 %; 'another too': a wrong one."
    )
    print(f"  {'planted':12}" + "".join(f"{f'G = {size}':>36}" for size in SIZES))
    for planted in ("nothing", *RIGHT):
        cells = []
        for size in SIZES:
            worlds = [World(rng, size, planted).alarms() for _ in range(selections)]
            right = RIGHT.get(planted)
            found = sum(right in each for each in worlds)
            other = sum(bool(each - {right}) for each in worlds)
            cells.append(
                f"any alarm {share(other, selections)}"
                if right is None
                else f"found {found / selections:4.0%}, another too {other / selections:4.0%}"
            )
        print(f"  {planted:12}" + "".join(f"{cell:>36}" for cell in cells), flush=True)


def times(rng: np.random.Generator) -> None:
    world = World(rng, 67, "nothing")
    countries = rng.choice([f"c{i:02}" for i in range(30)], len(world.group))
    names = dict(zip(world.wide.index, countries, strict=True))
    n = len(countries)
    intake = np.repeat(["a", "b", "c"], [n // 3, n // 3, n - 2 * (n // 3)])
    weights, bounds = dict.fromkeys(KEYS, 20), dict.fromkeys(KEYS, (10, 40))
    print(f"Seconds for {n} applications, 30 countries (proxies and alternatives: two groups)")
    for name, run in (
        ("by criterion", lambda: by_criterion(world.wide, weights, countries, seed=1)),
        ("by assessor", lambda: by_assessor(world.long, names)),
        ("by requirement", lambda: by_requirement(world.answers, countries)),
        ("item bias", lambda: item_bias(world.wide, countries, seed=1)),
        ("order", lambda: parity(np.arange(n), countries, seed=1)),
        ("proxies", lambda: proxies(world.wide, world.group, seed=1)),
        (
            "alternatives",
            lambda: alternatives(
                world.wide, weights, bounds, world.group, intake, dict.fromkeys("abc", 20),
                of="G", holdout=["c"], seed=1,
            ),
        ),
    ):  # fmt: skip
        start = time.perf_counter()
        run()
        print(f"  {name:15} {time.perf_counter() - start:6.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--sequences", type=int, default=SEQUENCES)
    parser.add_argument("--selections", type=int, default=SELECTIONS)
    settings = parser.parse_args()
    print(f"Seed {settings.seed}")
    rng = np.random.default_rng(settings.seed)
    null_sequences(rng, settings.sequences)
    power_over_intakes(rng, min(500, settings.sequences))
    null_orders(rng, 4 * settings.selections)
    planted_gaps(rng, settings.selections)
    times(rng)


if __name__ == "__main__":
    main()
