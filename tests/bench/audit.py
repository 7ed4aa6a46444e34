"""What the bias monitor's statistics cost and how often they are wrong, with nothing to find.

Run with ``python -m tests.bench.audit`` (or ``make bench``). All is drawn from a seed that is printed.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from scoring.composition import kitagawa
from scoring.exact_strata import exact_conditional_p
from scoring.intervals import wilson
from scoring.monitoring import audit_stages, funnel
from scoring.shrinkage import shrink
from scoring.strata import breslow_day, cochran_mantel_haenszel, mantel_haenszel, stratified, woolf
from scoring.verdicts import judge

SEED, SELECTIONS, RATE = 20_270_202, 2_000, 0.3
ROWS, COUNTRIES = 100_000, 30
STAGES = ("applied", "eligible", "listed", "called")


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
    audit_stages(
        table,
        ["sex", "age", "country", "route"],
        funnel(STAGES),
        strata=["site", "intake"],
        parents={"country": "route"},
    ).to_dict()


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
    strata(rng)


def strata(rng: np.random.Generator) -> None:
    n, others = rng.integers(0, 6, 5_000), rng.integers(0, 6, 5_000)
    counts = stratified(rng.binomial(n, RATE), n, rng.binomial(others, RATE), others)
    functions = (cochran_mantel_haenszel, mantel_haenszel, breslow_day, woolf, kitagawa)
    sums = timed(lambda: [function(counts) for function in functions])
    exact = timed(lambda: exact_conditional_p(counts))
    print(
        f"5,000 strata, {int((n + others).sum()):,} persons: sums {sums:.3f} s, exact conditional p {exact:.3f} s"
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

    def ours() -> object:
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

    mine = timed(ours, 5)
    start = time.perf_counter()
    by_group, _ = theirs()
    other = time.perf_counter() - start
    rates = np.bincount(codes[outcome], minlength=len(names)) / np.bincount(codes)
    same = np.allclose(by_group.loc[list(names)].to_numpy(dtype=float), rates)
    print(
        f"Selection rates of {COUNTRIES} groups, {len(table):,} persons, with intervals: {mine:.4f} s; Fairlearn's "
        f"MetricFrame with 100 bootstrap samples {other:.2f} s, {other / mine:,.0f} times as long (target 100); same "
        f"rates: {same}"
    )


def alarms(rng: np.random.Generator, selections: int) -> None:
    """Null selections: share with an alarm, per attribute."""
    print(f"Null selections at a rate of {RATE}, {selections} of each: share with an alarm (at most 5 %)")
    for name, sizes in (
        ("30 groups of 1–10", lambda: rng.integers(1, 11, 30)),
        ("2 groups of 100", lambda: np.array([100, 100])),
    ):
        found, fifths = 0, 0
        for _ in range(selections):
            n = sizes()
            s = rng.binomial(n, RATE)
            found += "alarm" in judge(s[None, :], n[None, :]).verdicts[0]
            rate = s / n
            fifths += bool((5 * rate < 4 * rate.max() - 1e-9).any())
        share = found / selections
        error = float(np.sqrt(share * (1 - share) / selections))
        print(
            f"  {name:18} {share:6.2%} (Monte Carlo error {error:.2%}); the four-fifths rule {fifths / selections:.1%}"
        )


def within_strata(rng: np.random.Generator, selections: int) -> None:
    """Null selections in which site sets the rate and the groups are spread differently over sites."""
    pooled = exact = plain = 0
    for _ in range(selections):
        rate = np.array([0.1, 0.3, 0.6, 0.8])
        n, others = rng.multinomial(40, [0.5, 0.3, 0.1, 0.1]), rng.multinomial(60, [0.1, 0.1, 0.3, 0.5])
        counts = stratified(rng.binomial(n, rate), n, rng.binomial(others, rate), others)
        s, other_s = int(counts.selected.sum()), int(counts.other_selected.sum())
        pooled += judge(np.array([[s, other_s]]), np.array([[40, 60]])).verdicts[0][0] == "alarm"
        exact += exact_conditional_p(counts) <= 0.05
        plain += float(cochran_mantel_haenszel(counts).p) <= 0.05
    print(
        f"Composition alone (40 against 60 over 4 sites): pooled alarm {pooled / selections:.1%}, exact conditional p "
        f"at most .05 {exact / selections:.1%}, Cochran–Mantel–Haenszel {plain / selections:.1%}"
    )


def coverage() -> None:
    """Exact coverage of Wilson's interval, every count weighed by its binomial probability."""
    from scipy.stats import binom

    rates = np.arange(1, 100) / 100
    print("Wilson's 95 % interval over rates .01 to .99: mean coverage (at least 94 %), least")
    for n in (2, 5, 10, 30, 100):
        ends = [pair for pair in wilson(np.arange(n + 1), np.full(n + 1, n)) if pair is not None]
        low, high = np.array(ends).T
        inside = (low[None, :] <= rates[:, None]) & (rates[:, None] <= high[None, :])
        covered = (inside * binom.pmf(np.arange(n + 1)[None, :], n, rates[:, None])).sum(axis=1)
        print(f"  n = {n:3}: {covered.mean():.1%}, {covered.min():.1%} at {rates[covered.argmin()]:.2f}")


def shrunken(rng: np.random.Generator, selections: int) -> None:
    """Thirty small countries whose true rates differ: error and coverage of raw and shrunken rates."""
    raw = drawn = 0.0
    inside = total = 0
    for _ in range(selections):
        n = rng.integers(1, 11, COUNTRIES)
        true = rng.beta(6, 14, COUNTRIES)
        s = rng.binomial(n, true)
        found = shrink(s, n)
        raw += float(((s / n - true) ** 2).mean())
        drawn += float(((found.rate - true) ** 2).mean())
        inside += int(((found.low <= true) & (true <= found.high)).sum())
        total += COUNTRIES
    print(
        f"Thirty countries of 1–10, true rates beta(6, 14): root mean square error {np.sqrt(raw / selections):.3f} "
        f"of the raw rate, {np.sqrt(drawn / selections):.3f} shrunken, whose 95 % interval covers {inside / total:.1%}"
    )


def main() -> None:
    """All of it; the seed can be set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--selections", type=int, default=SELECTIONS)
    options = parser.parse_args()
    print(f"Seed {options.seed}")
    speed(np.random.default_rng(options.seed))
    against_fairlearn(np.random.default_rng(options.seed + 1))
    alarms(np.random.default_rng(options.seed + 2), options.selections)
    within_strata(np.random.default_rng(options.seed + 3), options.selections // 2)
    shrunken(np.random.default_rng(options.seed + 4), options.selections // 4)
    coverage()


if __name__ == "__main__":
    main()
