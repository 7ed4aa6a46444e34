"""What an audit costs: points in time on large tables, memory, and a library that does part of it.

Run with ``python -m tests.bench.audit_speed`` (or ``make bench``). The tables are drawn from a seed that is printed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from scoring.composition import kitagawa
from scoring.exact_strata import exact_conditional_p
from scoring.intervals import wilson
from scoring.monitoring import audit, audit_stages, funnel
from scoring.strata import breslow_day, cochran_mantel_haenszel, mantel_haenszel, stratified, woolf
from scoring.suppression import suppress

SEED, RATE = 20_270_202, 0.3
ROWS, MANY, COUNTRIES = 100_000, 1_000_000, 30
STAGES = ("applied", "eligible", "listed", "called")
ATTRIBUTES = ("sex", "age", "country", "route")


def people(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Four attributes, the countries within routes, strata of site × intake, three decisions after applying."""
    country = rng.integers(0, COUNTRIES, rows)
    table = pd.DataFrame(
        {
            "sex": rng.choice(["woman", "man", ""], rows, p=[0.5, 0.44, 0.06]),
            "age": rng.choice(["25-29", "30-34", "35+", ""], rows, p=[0.5, 0.3, 0.15, 0.05]),
            "country": np.array([f"C{i:02}" for i in range(COUNTRIES)])[country],
            "route": np.array(["EU", "exam", "programme"])[country % 3],
            "site": rng.choice([f"S{i:02}" for i in range(10)], rows),
            "intake": rng.choice(["2026", "2027"], rows),
            "applied": np.ones(rows, dtype=bool),
            "eligible": rng.random(rows) < 0.5,
        }
    )
    table["listed"] = table.eligible & (rng.random(rows) < 0.6)
    return table.assign(called=table.listed & (rng.random(rows) < 0.6))


def whole(table: pd.DataFrame) -> None:
    """The funnel, the strata and the shrunken rates of every group at every stage."""
    strata, parents = ["site", "intake"], {"country": "route"}
    audit_stages(table, ATTRIBUTES, funnel(STAGES), strata=strata, parents=parents).to_dict()


def timed(run: Callable[[], object], repeats: int = 3) -> float:
    """Seconds of the fastest of some runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def speed(rng: np.random.Generator) -> None:
    whole(people(rng, 300))  # imports, once
    table = people(rng, ROWS)
    start = time.process_time()
    seconds = timed(lambda: whole(table))
    busy = (time.process_time() - start) / 3
    print(
        f"{ROWS:,} applications, 4 attributes ({COUNTRIES} countries), {len(STAGES)} stages, 20 strata: "
        f"funnel, strata, shrunken rates, detectable gaps in {seconds:.2f} s, {busy:.2f} s of one core "
        "(target about 2 s)"
    )


def strata(rng: np.random.Generator) -> None:
    n, others = rng.integers(0, 6, 5_000), rng.integers(0, 6, 5_000)
    counts = stratified(rng.binomial(n, RATE), n, rng.binomial(others, RATE), others)
    functions = (cochran_mantel_haenszel, mantel_haenszel, breslow_day, woolf, kitagawa)
    sums = timed(lambda: [function(counts) for function in functions])
    exact = timed(lambda: exact_conditional_p(counts))
    print(
        f"5,000 strata, {int((n + others).sum()):,} persons: sums {sums:.3f} s, exact conditional p {exact:.3f} s"
    )


def suppression(rng: np.random.Generator) -> None:
    for rows in (180, 10_000, ROWS):
        report = audit_stages(people(rng, rows), ATTRIBUTES, funnel(STAGES)).to_dict()
        seconds = timed(lambda report=report: suppress(report), 1)  # type: ignore[misc]
        print(
            f"Suppressing small cells, {rows:,} applications, 4 attributes, {len(STAGES)} stages: {seconds:.3f} s"
        )


def against_fairlearn(rng: np.random.Generator) -> None:
    """Selection rates with intervals: Wilson's for every group beside a hundred bootstrap samples."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from fairlearn.metrics import MetricFrame, selection_rate
    except ImportError:
        print("Fairlearn is not installed: no comparison")
        return
    table = people(rng, 20_000)
    outcome = table.eligible.to_numpy()
    codes, names = pd.factorize(table.country)

    def rates_and_intervals() -> object:
        groups, _ = pd.factorize(table.country)
        n = np.bincount(groups)
        return wilson(np.bincount(groups[outcome], minlength=len(n)), n)

    def theirs() -> tuple[pd.Series, object]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = MetricFrame(
                metrics=selection_rate,
                y_true=outcome,
                y_pred=outcome,
                sensitive_features=table.country,
                n_boot=100,
                ci_quantiles=[0.025, 0.975],
                random_state=1,
            )
            return frame.by_group, frame.by_group_ci

    bare = timed(rates_and_intervals, 5)
    mine = timed(lambda: audit(table, ["country"], "eligible").to_dict())
    start = time.perf_counter()
    by_group, _ = theirs()
    other = time.perf_counter() - start
    rates = np.bincount(codes[outcome], minlength=len(names)) / np.bincount(codes)
    same = np.allclose(by_group.loc[list(names)].to_numpy(dtype=float), rates)
    print(
        f"Selection rates of {COUNTRIES} groups, {len(table):,} persons (target: 100 times as fast). Fairlearn's "
        f"MetricFrame with 100 bootstrap samples {other:.2f} s.\n"
        f"  The same rates with Wilson's intervals {bare:.4f} s: {other / bare:,.0f} times as fast. The whole audit of "
        f"them, tests, verdicts, shrunken rates and detectable gaps too, {mine:.3f} s: {other / mine:,.0f} times. "
        f"Same rates: {same}"
    )


def memory(seed: int) -> None:
    """The same as `speed` with ten times the rows, in a process of its own, of which the greatest memory is told."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench.audit_speed", "--only-memory", "--seed", str(seed)],
        check=True,
        capture_output=True,
        text=True,
    )
    print(said.stdout, end="")


def _memory_here(rng: np.random.Generator) -> None:
    table = people(rng, MANY)
    start, busy = time.perf_counter(), time.process_time()
    whole(table)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{MANY:,} applications, the same: {seconds:.1f} s, {busy:.1f} s of one core; at most {peak:.2f} GB with the "
        "table (target 2 GB)"
    )


def main() -> None:
    """All of it; the seed can be set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only-memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_memory:
        _memory_here(np.random.default_rng(options.seed))
        return
    print(f"Seed {options.seed}")
    speed(np.random.default_rng(options.seed))
    memory(options.seed)
    strata(np.random.default_rng(options.seed + 1))
    suppression(np.random.default_rng(options.seed + 2))
    against_fairlearn(np.random.default_rng(options.seed + 3))


if __name__ == "__main__":
    main()
