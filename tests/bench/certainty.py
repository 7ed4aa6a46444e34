"""Whether the certainty of places is what it says, on simulated intakes, and how long it takes.

Run with ``python -m tests.bench.certainty`` (or ``make bench``). The intakes are not drawn from the model that is
fitted: levels are whole, rounded and cut off at 0 and 4; an assessor's impression of an applicant colours all
criteria; what counts for the form has ends with many on them. All is drawn from seeds that are printed.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import beta

from scoring.blocks import Block, Parted
from scoring.certainty import certainty
from scoring.probabilities import probability_top
from scoring.profile import default_profile
from scoring.rank_sets import rank_sets
from scoring.ranking import rank
from scoring.total_errors import total_errors
from scoring.variances import estimate, true_points

SEED, INTAKES, OTHERS, DRAWS, LIMIT = 20_270_301, 2_000, 300, 1_000, 0.03
SPEED_APPLICATIONS, SPEED_ASSESSORS, SPEED_DRAWS, REPEATS = 10_000, 60, 1_000, 3
PROFILE = default_profile()
CUTS = np.arange(0.5, 4)


@dataclass(frozen=True)
class World:
    """How the simulated applicants and assessors are; standard deviations in levels.

    ``together``: correlation of the merits of two criteria. ``skewed``: merits from a beta distribution, with
    the same mean and spread. ``latent``: the true points are those of the merit itself, not the mean level over
    all possible assessors.
    """

    name: str
    stage: str = "screening"
    together: float = 0.3
    skewed: bool = False
    latent: bool = False
    halo: float = 0.35
    severity: float = 0.3
    error: float = 0.5


WORLDS = (
    World("screening, merits correlated .3"),
    World("screening, merits correlated .7", together=0.7),
    World("screening, skewed merits", skewed=True),
    World("interview after all, correlated .5", stage="interview", together=0.5),
)
#: Run with ``--all``.
MORE_WORLDS = (
    World("screening, merits independent", together=0.0),
    World("screening, truth is the merit itself", latent=True),
    World("screening, much disagreement", halo=0.6, severity=0.5, error=0.8),
)


def intake(world: World, random: np.random.Generator) -> tuple[pd.DataFrame, pd.Series]:
    """Levels of one intake, and the true points by application."""
    n, assessors = int(random.integers(60, 151)), int(random.integers(8, 13))
    criteria = PROFILE.required_at(world.stage)
    weights = PROFILE.weights_at(world.stage)
    common = random.standard_normal(n)
    ids = np.array([f"A{number:03d}" for number in random.permutation(1000)[:n]], dtype=object)
    severity = {
        each: world.severity * random.standard_normal(assessors) for each in ("screening", "interview")
    }
    panels = {
        each: np.argsort(random.random((n, assessors)), axis=1)[:, :2] for each in ("screening", "interview")
    }
    halo = {each: world.halo * random.standard_normal((n, 2)) for each in ("screening", "interview")}
    truth = np.zeros(n)
    parts: list[tuple[object, ...]] = []
    for each in criteria:
        normal = np.sqrt(world.together) * common + np.sqrt(1 - world.together) * random.standard_normal(n)
        merit = 2.3 + 0.8 * normal
        if world.skewed:
            share = beta(1.4, 2.6)
            merit = 2.3 + 0.8 * (share.ppf(ndtr(normal)) - share.mean()) / share.std()
        weight = float(weights[each.key]) / 4
        if each.kind == "from_form":
            exact = np.clip(2 + 1.4 * normal, 0, 4)
            truth += weight * exact
            parts.append((ids, "form", each.key, np.floor(exact + 0.5)))
            continue
        noise = np.sqrt(world.halo**2 + world.severity**2 + world.error**2)
        mean_level = ndtr((merit[:, None] - CUTS) / noise).sum(axis=1)
        truth += weight * (np.clip(merit, 0, 4) if world.latent else mean_level)
        panel = panels[each.stage]
        seen = merit[:, None] + halo[each.stage] - severity[each.stage][panel]
        seen = seen + world.error * random.standard_normal((n, 2))
        for at in range(2):
            names = np.array([f"J{number:02d}" for number in panel[:, at]], dtype=object)
            parts.append((ids, names, each.key, np.clip(np.floor(seen[:, at] + 0.5), 0, 4)))
    frames = [
        pd.DataFrame(dict(zip(("application", "assessor", "criterion", "level"), part, strict=True)))
        for part in parts
    ]
    return pd.concat(frames, ignore_index=True), pd.Series(truth, index=ids)


@dataclass
class Tally:
    """What was found over the intakes of one world."""

    covered: list[np.ndarray]
    width: list[float]
    share: list[float]
    predicted: list[np.ndarray]
    observed: list[np.ndarray]


def simulate(world: World, intakes: int, seed: int) -> Tally:
    """Run intakes through ranking and certainty, and set what is said beside the truth."""
    random = np.random.default_rng(seed)
    tally = Tally([], [], [], [], [])
    for number in range(intakes):
        levels, truth = intake(world, random)
        ranking = rank(levels, PROFILE, world.stage, "lot")
        places = len(ranking.ranked)
        k = max(1, round(places * random.uniform(0.1, 0.5)))
        found = certainty(levels, ranking, PROFILE, k=k, seed=number, draws=DRAWS).table
        if found["p_top"].isna().any():
            raise AssertionError("an intake could not be determined")
        true_points = truth[found["application"]].to_numpy()
        true_place = 1 + (true_points[None, :] > true_points[:, None]).sum(axis=1)
        low, high = (found[name].to_numpy(dtype=int) for name in ("rank_low", "rank_high"))
        tally.covered.append((low <= true_place) & (true_place <= high))
        tally.width.append(float((high - low + 1).mean()))
        tally.share.append(float((high - low + 1).mean() / places))
        tally.predicted.append(found["p_top"].to_numpy(dtype=float))
        tally.observed.append(true_place <= k)
    return tally


def calibration(tally: Tally) -> list[tuple[int, float, float]]:
    """Per tenth of predicted probability in which anybody falls: how many, mean prediction, share truly among the k."""
    predicted, observed = np.concatenate(tally.predicted), np.concatenate(tally.observed)
    tenth = np.minimum((predicted * 10).astype(int), 9)
    return [
        (
            int((tenth == each).sum()),
            float(predicted[tenth == each].mean()),
            float(observed[tenth == each].mean()),
        )
        for each in range(10)
        if (tenth == each).any()
    ]


def coverage_benchmark(worlds: tuple[World, ...], intakes: int, others: int) -> None:
    for at, world in enumerate(worlds):
        number = others if at else intakes
        start = time.perf_counter()
        tally = simulate(world, number, SEED + at)
        covered = np.concatenate(tally.covered)
        print(
            f"{world.name}: {number:,} intakes, seed {SEED + at}, {time.perf_counter() - start:.0f} s\n"
            f"  rank sets hold the true place {covered.mean():.2%} (in the worst intake "
            f"{min(each.mean() for each in tally.covered):.1%}); mean width {np.mean(tally.width):.1f} places, "
            f"{np.mean(tally.share):.0%} of those with a place"
        )
        rows = calibration(tally)
        worst = max(abs(seen - said) for _, said, seen in rows)
        chance = max(2 * np.sqrt(said * (1 - said) / n) for n, said, _ in rows)
        print("  P(top k)  said " + " ".join(f"{said:5.3f}" for _, said, _ in rows))
        print("            seen " + " ".join(f"{seen:5.3f}" for _, _, seen in rows))
        print(f"            n    {' '.join(f'{n:5d}' for n, _, _ in rows)}")
        within = "yes" if worst <= LIMIT else "NO"
        print(
            f"            largest difference {worst:.3f} (two standard errors of so few: {chance:.3f}), "
            f"within {LIMIT}: {within}",
            flush=True,
        )


def many_levels(random: np.random.Generator) -> Parted:
    """One block of three criteria: applications assessed by two each, and the form's two criteria beside it."""
    n, weights = SPEED_APPLICATIONS, np.array([25 / 3, 25 / 9, 25 / 9])
    first = random.integers(0, SPEED_ASSESSORS, n)
    second = (first + random.integers(1, SPEED_ASSESSORS, n)) % SPEED_ASSESSORS
    assessor = np.column_stack([first, second]).ravel()
    application = np.repeat(np.arange(n), 2)
    severity = 3 * random.standard_normal(SPEED_ASSESSORS)
    value = 32 + (9 * random.standard_normal(n))[application] - severity[assessor]
    value += 6 * random.standard_normal(2 * n)
    names = tuple(f"J{number:02d}" for number in range(SPEED_ASSESSORS))
    block = Block(("references", "science", "other_work"), weights, names, application, assessor, value, 0)
    form = 50 / 9 * random.integers(0, 5, (n, 2)).sum(axis=1)
    ids = np.array([f"A{number:05d}" for number in range(n)], dtype=object)
    return Parted(ids, form, np.array([50 / 9, 50 / 9]), (block,), False)


def plain(points: np.ndarray, sd: float, k: int) -> tuple[np.ndarray, np.ndarray]:
    """What NumPy alone would do: draw, sort every draw, note the places, count, and take their quantiles."""
    random = np.random.default_rng(1)
    drawn = points + sd * random.standard_normal((SPEED_DRAWS, len(points)))
    order = np.argsort(-drawn, axis=1)
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, len(points) + 1)[None, :], axis=1)
    return (places <= k).mean(axis=0), np.quantile(places, [0.025, 0.975], axis=0)


def speed_benchmark() -> None:
    random = np.random.default_rng(SEED)
    parted = many_levels(random)
    start = time.perf_counter()
    found = estimate(parted)
    estimating = time.perf_counter() - start
    totals = parted.form + parted.blocks[0].means(SPEED_APPLICATIONS)
    rule = PROFILE.stages["screening"]
    k = SPEED_APPLICATIONS // 10

    def own() -> None:
        probability_top(true_points(parted, found, SEED), k, seed=SEED, draws=SPEED_DRAWS)
        rank_sets(totals, *total_errors(parted, found, rule), df=found.df)

    times: list[tuple[float, float]] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        own()
        middle = time.perf_counter()
        plain(totals, 5.0, k)
        times.append((middle - start, time.perf_counter() - middle))
    ours, theirs = (min(each) for each in zip(*times, strict=True))
    print(
        f"{SPEED_APPLICATIONS:,} applications with 2 of {SPEED_ASSESSORS} assessors × {SPEED_DRAWS:,} draws, "
        f"best of {REPEATS}, seed {SEED}"
    )
    print(f"  plain NumPy simulation (sort, places, quantiles)  {theirs:8.3f} s")
    print(f"  P(top k) and rank sets, given the variances       {ours:8.3f} s")
    print(f"  ratio                                             {ours / theirs:8.2f}")
    print(f"  not slower: {'yes' if ours <= theirs else 'NO'}")
    print(f"  estimating the variances before that (once)       {estimating:8.3f} s", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intakes", type=int, default=INTAKES)
    parser.add_argument("--others", type=int, default=OTHERS, help="intakes of each other world")
    parser.add_argument("--all", action="store_true", help="also the worlds that are usually left out")
    given = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        speed_benchmark()
        coverage_benchmark(WORLDS + (MORE_WORLDS if given.all else ()), given.intakes, given.others)


if __name__ == "__main__":
    main()
