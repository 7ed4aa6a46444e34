"""How often the monitor and its parts are wrong where there is nothing to find, beside simpler rules.

Run with ``python -m tests.bench.false_alarms`` (or ``make bench``). All is drawn from a seed that is printed, with no
difference between the groups: whatever is found is found by chance.
"""

from __future__ import annotations

import argparse

import numpy as np

from scoring.exact_strata import exact_conditional_p
from scoring.exact_tests import benjamini_hochberg, exact_p
from scoring.intervals import wilson
from scoring.shrinkage import shrink
from scoring.strata import cochran_mantel_haenszel, stratified
from scoring.verdicts import judge

SEED, SELECTIONS, RATE, GROUPS = 20_270_202, 2_000, 0.3, 30
AT_MOST = 0.05


def below_four_fifths(selected: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Whether any group's rate is below four fifths of the highest, per selection, in whole numbers."""
    best = (selected / n).argmax(axis=1)[:, None]
    most, of = (np.take_along_axis(a, best, axis=1) for a in (selected, n))
    return np.any(5 * selected * of < 4 * most * n, axis=1)


def four_fifths(rng: np.random.Generator) -> None:
    print(f"Four-fifths rule, two equal groups at a rate of {RATE}: cries wolf in")
    for size in (10, 30, 100, 300):
        n = np.full((20_000, 2), size)
        print(f"  {below_four_fifths(rng.binomial(n, RATE), n).mean():6.1%} with {size} in each group")


def null_selections(rng: np.random.Generator, selections: int) -> None:
    """One attribute, one stage: the share of selections in which anything at all is found."""
    print(
        f"Null selections at a rate of {RATE}, {selections} of each. Any group with … (an alarm: at most 5 %)"
    )
    for name, n in (
        ("30 groups of 1–10", rng.integers(1, 11, (selections, GROUPS))),
        ("2 groups of 100", np.full((selections, 2), 100)),
    ):
        selected = rng.binomial(n, RATE)
        others = [a.sum(axis=1, keepdims=True) - a for a in (selected, n)]
        p = exact_p(selected.ravel(), n.ravel(), others[0].ravel(), others[1].ravel()).fisher.reshape(n.shape)
        found = [{*judge(s[None, :], k[None, :]).verdicts[0]} for s, k in zip(selected, n, strict=True)]
        print(f"  {name}")
        for what, each in (
            ("the verdict alarm", np.array(["alarm" in verdicts for verdicts in found])),
            ("the verdict watch", np.array(["watch" in verdicts for verdicts in found])),
            ("below four fifths", below_four_fifths(selected, n)),
            ("Fisher's p at most .05, unadjusted", (p <= AT_MOST).any(axis=1)),
            (
                "the same, Benjamini–Hochberg-adjusted",
                [(benjamini_hochberg(row) <= AT_MOST).any() for row in p],
            ),
        ):
            share = float(np.mean(each))
            error = float(np.sqrt(share * (1 - share) / selections))
            kept = ""
            if what == "the verdict alarm":
                answer = "yes" if share <= AT_MOST + 2 * error else "NO"
                kept = f" (at most 5 % within two Monte Carlo errors: {answer})"
            print(f"    {what:40} {share:6.2%} ± {error:.2%}{kept}")


def within_strata(rng: np.random.Generator, selections: int) -> None:
    """Null selections in which site sets the rate and the groups are spread differently over sites."""
    pooled = exact = plain = 0
    for _ in range(selections):
        rate = np.array([0.1, 0.3, 0.6, 0.8])
        n, others = rng.multinomial(40, [0.5, 0.3, 0.1, 0.1]), rng.multinomial(60, [0.1, 0.1, 0.3, 0.5])
        counts = stratified(rng.binomial(n, rate), n, rng.binomial(others, rate), others)
        s, other_s = int(counts.selected.sum()), int(counts.other_selected.sum())
        pooled += judge(np.array([[s, other_s]]), np.array([[40, 60]])).verdicts[0][0] == "alarm"
        exact += exact_conditional_p(counts) <= AT_MOST
        plain += float(cochran_mantel_haenszel(counts).p) <= AT_MOST
    print(
        f"Composition alone (40 against 60 over 4 sites), {selections} selections: pooled alarm "
        f"{pooled / selections:.1%}, exact conditional p at most .05 {exact / selections:.1%}, "
        f"Cochran–Mantel–Haenszel {plain / selections:.1%}"
    )


def shrunken(rng: np.random.Generator, selections: int) -> None:
    """Thirty small countries whose true rates differ: error and coverage of raw and shrunken rates."""
    raw = drawn = 0.0
    inside = 0
    for _ in range(selections):
        n = rng.integers(1, 11, GROUPS)
        true = rng.beta(6, 14, GROUPS)
        s = rng.binomial(n, true)
        found = shrink(s, n)
        raw += float(((s / n - true) ** 2).mean())
        drawn += float(((found.rate - true) ** 2).mean())
        inside += int(((found.low <= true) & (true <= found.high)).sum())
    print(
        f"Thirty countries of 1–10, true rates beta(6, 14), {selections} times: root mean square error "
        f"{np.sqrt(raw / selections):.3f} of the raw rate, {np.sqrt(drawn / selections):.3f} shrunken, whose 95 % "
        f"interval covers {inside / (GROUPS * selections):.1%}"
    )


def coverage() -> None:
    """Exact coverage of Wilson's interval, every count weighed by its binomial probability."""
    from scipy.stats import binom

    rates = np.arange(1, 100) / 100
    print("Wilson's 95 % interval, exact coverage over rates .01 to .99: mean (at least 94 %), least")
    for n in (2, 5, 10, 30, 100):
        ends = [pair for pair in wilson(np.arange(n + 1), np.full(n + 1, n)) if pair is not None]
        low, high = np.array(ends).T
        inside = (low[None, :] <= rates[:, None]) & (rates[:, None] <= high[None, :])
        covered = (inside * binom.pmf(np.arange(n + 1)[None, :], n, rates[:, None])).sum(axis=1)
        print(f"  n = {n:3}: {covered.mean():.1%}, {covered.min():.1%} at {rates[covered.argmin()]:.2f}")


def main() -> None:
    """All of it; the seed can be set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--selections", type=int, default=SELECTIONS)
    options = parser.parse_args()
    print(f"Seed {options.seed}")
    four_fifths(np.random.default_rng(options.seed))
    null_selections(np.random.default_rng(options.seed + 1), options.selections)
    within_strata(np.random.default_rng(options.seed + 2), options.selections // 2)
    shrunken(np.random.default_rng(options.seed + 3), options.selections // 4)
    coverage()


if __name__ == "__main__":
    main()
