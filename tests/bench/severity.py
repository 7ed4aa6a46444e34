"""Severity against MixedLM of statsmodels, and how often the intervals of agreement cover.

Run with ``python -m tests.bench.severity`` (or ``make bench``). Seconds and shares are printed, never asserted.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from scoring.icc import icc
from scoring.severity import severity

SEED = 20261
LIMIT = 20.0
REPEATS, INTAKES = 5, 400


def panel(random: np.random.Generator, applications: int, assessors: int, each: int = 2) -> pd.DataFrame:
    """Levels from 0 to 4 that ``each`` of the assessors, drawn for each application, gave."""
    application = np.repeat(np.arange(applications), each)
    assessor = np.argsort(random.random((applications, assessors)), axis=1)[:, :each].ravel()
    merit, strict = random.normal(2, 1, applications), random.normal(0, 0.4, assessors)
    levels = merit[application] - strict[assessor] + random.normal(0, 0.6, len(application))
    return pd.DataFrame(
        {
            "application": [f"A{i:05d}" for i in application],
            "assessor": [f"S{j:02d}" for j in assessor],
            "level": np.clip(np.round(levels), 0, 4),
        }
    )


def by_mixedlm(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Severities and their errors as MixedLM gives them, and the seconds of building and fitting the model."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = smf.mixedlm("level ~ C(assessor) - 1", frame, groups="application").fit(reml=True)
    taken = time.perf_counter() - start
    effects = found.fe_params.to_numpy()
    count = len(effects)
    contrast = np.full((count, count), 1 / count) - np.eye(count)
    covariance = found.cov_params().to_numpy()[:count, :count]
    return contrast @ effects, np.sqrt(np.diag(contrast @ covariance @ contrast.T)), taken


def speed() -> None:
    """500 applications × 2 of 20, then 10,000 × 2 of 60."""
    random = np.random.default_rng(SEED)
    frame = panel(random, 500, 20)
    severity(frame)  # imports and caches are not counted for either
    by_mixedlm(frame)
    mine, theirs = [], []
    for _ in range(REPEATS):
        start = time.perf_counter()
        found = severity(frame)
        mine.append(time.perf_counter() - start)
        expected, errors, taken = by_mixedlm(frame)
        theirs.append(taken)
    apart = float(np.abs(found.table["severity"] - expected).max())
    errors_apart = float(np.abs(found.table["se"] - errors).max())
    ratio = min(theirs) / min(mine)
    print(f"severity, 500 applications × 2 of 20 assessors, best of {REPEATS}, seed {SEED}")
    print(f"  MixedLM (REML)                      {min(theirs):8.3f} s")
    print(f"  severity                            {min(mine):8.3f} s")
    print(f"  times as fast                       {ratio:8.1f}")
    print(f"  at least {LIMIT:g}: {'yes' if ratio >= LIMIT else 'no'}")
    print(f"  largest difference of a severity    {apart:8.1e}")
    print(f"  largest difference of an error      {errors_apart:8.1e}")
    print(f"  equal to 3 digits: {'yes' if max(apart, errors_apart) < 5e-4 else 'no'}")
    large = panel(random, 10_000, 60)
    for name, run in (("severity", severity), ("icc", icc)):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            run(large)
            times.append(time.perf_counter() - start)
        print(f"  {name + ', 10,000 × 2 of 60, best of 3':<35} {min(times):8.3f} s")


def coverage() -> None:
    """How often the intervals of ICC(A,1) and ICC(C,1) hold the truth where not everybody assessed everything."""
    random = np.random.default_rng(SEED)
    print(f"95 % intervals on incomplete tables, {INTAKES} simulated intakes each, seed {SEED}")
    print("  applications, assessors, each   variances u, a, e   ICC(A,1)  width   ICC(C,1)  width")
    for applications, assessors, each, u, a, e in (
        (10, 5, (2, 3), 1.0, 0.3, 0.5),
        (40, 6, (1, 2, 3), 1.0, 0.2, 0.5),
        (40, 6, (2,), 0.2, 0.05, 0.8),
        (100, 3, (1, 2), 1.0, 0.5, 0.5),
        (100, 20, (2,), 1.0, 0.2, 0.5),
    ):
        hits: dict[str, list[bool]] = {"2,1": [], "3,1": []}
        widths: dict[str, list[float]] = {"2,1": [], "3,1": []}
        truth = {"2,1": u / (u + a + e), "3,1": u / (u + e)}
        for _ in range(INTAKES):
            values = random.normal(0, u**0.5, (applications, 1)) + random.normal(0, a**0.5, assessors)
            values = values + random.normal(0, e**0.5, (applications, assessors))
            order = np.argsort(random.random((applications, assessors)), axis=1).argsort(axis=1)
            values[order >= random.choice(each, applications)[:, None]] = np.nan
            found = icc(values)
            for key, true in truth.items():
                form = found[key]
                if form.low is not None and form.high is not None:
                    hits[key].append(form.low <= true <= form.high)
                    widths[key].append(form.high - form.low)
        shares = [f"{np.mean(hits[key]):8.3f} {np.mean(widths[key]):6.2f}" for key in truth]
        design = f"{applications:>5}, {assessors:>2}, {'–'.join(map(str, sorted({each[0], each[-1]})))}"
        print(f"  {design:<30}  {f'{u:g}, {a:g}, {e:g}':<18}  {'   '.join(shares)}", flush=True)


def main() -> None:
    speed()
    coverage()


if __name__ == "__main__":
    main()
