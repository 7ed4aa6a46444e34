"""A gap in the rate from application to the last stage, split by stage so that the parts add up to it exactly.

Source: Shapley (1953), A value for n-person games; each order in which the stages could be made equal counts the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError
from scoring.group_codes import flags, read_groups, same_length
from scoring.intervals import newcombe
from scoring.permutation import Verdict, number
from scoring.verdicts import judge

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class StagePart:
    """One stage for one group against all others.

    ``contribution``: the Shapley share of this stage in the difference of the rates from start to end; None if the
    group or the others are nobody. ``log_ratio``: ln of the ratio of the two rates at this stage, None where one is 0
    or missing; where all are there they add up to the log ratio of the rates from start to end.
    """

    stage: str
    n: int
    reached: int
    others_n: int
    others_reached: int
    contribution: Fraction | None
    log_ratio: float | None
    interval: tuple[float, float] | None
    p: float
    adjusted_p: float
    verdict: Verdict


@dataclass(frozen=True)
class StageGap:
    """One group's gap from the first stage to the last, and its parts: they add up to it exactly."""

    group: str
    gap: Fraction | None
    parts: tuple[StagePart, ...]


@dataclass(frozen=True)
class StageGaps:
    """All groups' gaps by stage; see `by_stage`."""

    missing: int
    alpha: float
    groups: tuple[StageGap, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "missing": self.missing,
            "alpha": self.alpha,
            "groups": {
                each.group: {
                    "gap": None if each.gap is None else float(each.gap),
                    "stages": {part.stage: _plain_stage(part) for part in each.parts},
                }
                for each in self.groups
            },
        }


def _plain_stage(part: StagePart) -> dict[str, Any]:
    return {
        "n": part.n,
        "reached": part.reached,
        "others_n": part.others_n,
        "others_reached": part.others_reached,
        "contribution": None if part.contribution is None else float(part.contribution),
        "log_ratio": part.log_ratio,
        "interval": None if part.interval is None else list(part.interval),
        "p": number(part.p),
        "adjusted_p": number(part.adjusted_p),
        "verdict": part.verdict,
    }


def by_stage(reached: Mapping[str, ArrayLike], group: Iterable[Any], *, alpha: float = 0.05) -> StageGaps:
    """Split each group's gap in the rate from application to the last stage, by stage.

    Parameters
    ----------
    reached : for each stage in its order, whether each applicant reached it, shape (n,); nobody reaches a stage
        without the one before. Everybody applied.
    group : n values; missing ones are counted and left out.

    Notes
    -----
    The rate from start to end is a product of conditional rates. The Shapley split of the difference of two products
    averages, over all orders of the stages, what making that stage's rates equal would take away; it is exact and
    defined at rates of 0. A stage that nobody of one side came to has no rate there and gets no part of the gap.

    Raises TableError for a stage that grows, naming row and stage.
    """
    labels = list(group)
    names = list(reached)
    if not names:
        raise TableError("no stages: name at least one")
    columns = [flags(reached[name], name) for name in names]
    same_length(group=labels, **dict(zip(names, columns, strict=True)))
    for before, after, name in zip(columns, columns[1:], names[1:], strict=False):
        strayed = np.flatnonzero(after & ~before)
        if len(strayed):
            raise TableError(f"row {int(strayed[0]) + 1}: reached {name!r} but not the stage before")
    groups = read_groups(labels)
    known = groups.code >= 0
    counts = [groups.sizes] + [
        np.bincount(groups.code[known & each], minlength=len(groups.names)).astype(np.int64)
        for each in columns
    ]
    return split_stages(names, groups.names, np.stack(counts), missing=groups.missing, alpha=alpha)


def split_stages(
    stages: Sequence[str], groups: Sequence[str], counts: Ints, *, missing: int = 0, alpha: float = 0.05
) -> StageGaps:
    """`by_stage` from counts, shape (stages + 1, groups), the first row being all who applied."""
    counts = np.asarray(counts, dtype=np.int64)
    if counts.shape != (len(stages) + 1, len(groups)):
        raise TableError(f"counts of shape {counts.shape}: expected ({len(stages) + 1}, {len(groups)})")
    bad = np.argwhere((np.diff(counts, axis=0) > 0) | (counts[1:] < 0))
    if len(bad):
        t, g = bad[0].tolist()
        raise TableError(
            f"stage {stages[t]!r}, group {groups[g]!r}: {counts[t + 1, g]} of {counts[t, g]}: expected 0 to that many"
        )
    n, s = counts[:-1], counts[1:]
    judgement = judge(s, n, alpha)
    answer = []
    for g, name in enumerate(groups):
        others = counts.sum(axis=1) - counts[:, g]
        own_rates, other_rates = _rates(counts[:, g]), _rates(others)
        empty = counts[0, g] == 0 or others[0] == 0
        shares = [None] * len(stages) if empty else shapley_of_products(own_rates, other_rates)
        intervals = newcombe(s[:, g], n[:, g], others[1:], others[:-1])
        parts = tuple(
            StagePart(
                stage,
                int(n[t, g]),
                int(s[t, g]),
                int(others[t]),
                int(others[t + 1]),
                shares[t],
                _log_ratio(own_rates[t], other_rates[t]),
                intervals[t],
                float(judgement.fisher[t, g]),
                float(judgement.adjusted[t, g]),
                judgement.verdicts[t][g],
            )
            for t, stage in enumerate(stages)
        )
        gap = None
        if not empty:
            gap = Fraction(int(counts[-1, g]), int(counts[0, g])) - Fraction(int(others[-1]), int(others[0]))
        answer.append(StageGap(name, gap, parts))
    return StageGaps(missing, alpha, tuple(answer))


def _rates(counts: Ints) -> list[Fraction | None]:
    pairs = zip(counts[1:].tolist(), counts[:-1].tolist(), strict=True)
    return [Fraction(s, n) if n else None for s, n in pairs]


def _log_ratio(a: Fraction | None, b: Fraction | None) -> float | None:
    return float(np.log(float(a / b))) if a and b else None


def shapley_of_products(a: Sequence[Fraction | None], b: Sequence[Fraction | None]) -> list[Fraction | None]:
    """The Shapley shares of Π a − Π b, which add up to it exactly; a missing rate takes that of the other side."""
    own = [_first(x, y) for x, y in zip(a, b, strict=True)]
    rest = [_first(y, x) for x, y in zip(a, b, strict=True)]
    stages = len(own)
    weights = [Fraction(factorial(k) * factorial(stages - 1 - k), factorial(stages)) for k in range(stages)]
    shares: list[Fraction | None] = []
    for t in range(stages):
        # Coefficient k: the sum over all sets of k other stages at own rates, the rest at the others'.
        sums = [Fraction(1)]
        for i in range(stages):
            if i != t:
                longer = [*sums, Fraction(0)]
                sums = [
                    longer[k] * rest[i] + (longer[k - 1] * own[i] if k else 0) for k in range(len(longer))
                ]
        shares.append(
            (own[t] - rest[t]) * sum((w * e for w, e in zip(weights, sums, strict=True)), Fraction(0))
        )
    return shares


def _first(one: Fraction | None, other: Fraction | None) -> Fraction:
    if one is not None:
        return one
    return other if other is not None else Fraction(0)
