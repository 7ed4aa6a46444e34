"""How often the monitor raises a false alarm, beside simpler rules, and how long it takes.

Run with ``python -m tests.bench.monitoring`` (or ``make bench``). The selections are drawn with no difference
between the groups, from a seed that is printed: whatever is found in them is found by chance.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from scoring.exact_tests import benjamini_hochberg, exact_p
from scoring.monitoring import Stage, audit_stages
from scoring.suppression import suppress
from scoring.verdicts import judge

SEED, SELECTIONS, RATE, GROUPS = 20_270_201, 2_000, 0.3, 30
STAGES = (Stage("eligible", "eligible"), Stage("called", "called", "eligible"))


def below_four_fifths(selected: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Whether any group's rate is below four fifths of the highest, per selection, in whole numbers."""
    rate = selected / n
    best = rate.argmax(axis=1)[:, None]
    most, of = (np.take_along_axis(a, best, axis=1) for a in (selected, n))
    return np.any(5 * selected * of < 4 * most * n, axis=1)


def two_groups(rng: np.random.Generator) -> None:
    print(f"Four-fifths rule, two equal groups at a rate of {RATE}:")
    for size in (10, 30, 100, 300):
        n = np.full((20_000, 2), size)
        print(
            f"  {size:4} per group: cries wolf in {below_four_fifths(rng.binomial(n, RATE), n).mean():6.1%}"
        )


def many_groups(rng: np.random.Generator, selections: int) -> None:
    """Thirty groups of one to ten persons each, all with the same rate."""
    n = rng.integers(1, 11, (selections, GROUPS))
    selected = rng.binomial(n, RATE)
    others = [a.sum(axis=1, keepdims=True) - a for a in (selected, n)]
    p = exact_p(selected.ravel(), n.ravel(), others[0].ravel(), others[1].ravel()).fisher.reshape(n.shape)
    adjusted = np.stack([benjamini_hochberg(row) for row in p])
    found = [{*judge(s[None, :], k[None, :]).verdicts[0]} for s, k in zip(selected, n, strict=True)]
    shares = {
        "below four fifths": below_four_fifths(selected, n).mean(),
        "Fisher's p at most .05, unadjusted": (p <= 0.05).any(axis=1).mean(),
        "the same, Benjamini–Hochberg-adjusted": (adjusted <= 0.05).any(axis=1).mean(),
        "the verdict alarm": np.mean(["alarm" in verdicts for verdicts in found]),
        "the verdict watch": np.mean(["watch" in verdicts for verdicts in found]),
    }
    print(f"{GROUPS} groups of 1–10, no difference between them, {selections} selections. Any group with …")
    for name, share in shares.items():
        print(f"  {name:40} {share:6.1%}")


def applicants(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "sex": rng.choice(["woman", "man", ""], rows, p=[0.5, 0.44, 0.06]),
            "age": rng.choice(["25-29", "30-34", "35+", ""], rows, p=[0.5, 0.3, 0.15, 0.05]),
            "country": rng.choice([f"C{i:02}" for i in range(34)], rows),
            "eligible": rng.random(rows) < 0.5,
        }
    )
    return table.assign(called=table.eligible & (rng.random(rows) < 0.6))


def speed(rng: np.random.Generator) -> None:
    print("Three attributes, 34 countries, two stages:")
    for rows in (180, 10_000, 100_000):
        table = applicants(rng, rows)
        start = time.perf_counter()
        report = audit_stages(table, ["sex", "age", "country"], STAGES).to_dict()
        audited = time.perf_counter()
        suppress(report)
        hidden = time.perf_counter()
        print(f"  {rows:7} applicants: audit {audited - start:.3f} s, suppression {hidden - audited:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--selections", type=int, default=SELECTIONS)
    settings = parser.parse_args()
    print(f"Seed {settings.seed}")
    rng = np.random.default_rng(settings.seed)
    two_groups(rng)
    many_groups(rng, settings.selections)
    applicants_rng = np.random.default_rng(settings.seed)
    audit_stages(applicants(applicants_rng, 50), ["sex"], STAGES).to_dict()  # imports, once
    speed(applicants_rng)


if __name__ == "__main__":
    main()
