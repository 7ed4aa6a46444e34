"""What free choices did to a gap: decisions beside what the rule proposed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.group_codes import flags, read_groups, same_length
from scoring.intervals import wilson
from scoring.permutation import Verdict, number
from scoring.verdicts import judge

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class OverrideGap:
    """How decisions that differ from the rule's proposal moved one group, against all others.

    ``down``: turned away though proposed; ``up``: taken in though not proposed. ``proposed_gap`` + ``moved`` is the
    decided gap, exactly.
    """

    group: str
    n: int
    proposed: int
    down: int
    up: int
    proposed_gap: Fraction | None
    moved: Fraction | None
    down_interval: tuple[float, float] | None
    up_interval: tuple[float, float] | None
    down_p: float
    up_p: float
    down_adjusted_p: float
    up_adjusted_p: float
    down_verdict: Verdict
    up_verdict: Verdict


@dataclass(frozen=True)
class OverrideGaps:
    """All groups; see `by_override`."""

    missing: int
    alpha: float
    groups: tuple[OverrideGap, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "missing": self.missing,
            "alpha": self.alpha,
            "groups": {
                each.group: {
                    "n": each.n,
                    "proposed": each.proposed,
                    "proposed_gap": None if each.proposed_gap is None else float(each.proposed_gap),
                    "moved": None if each.moved is None else float(each.moved),
                    "down": {
                        "n": each.proposed,
                        "count": each.down,
                        "interval": None if each.down_interval is None else list(each.down_interval),
                        "p": number(each.down_p),
                        "adjusted_p": number(each.down_adjusted_p),
                        "verdict": each.down_verdict,
                    },
                    "up": {
                        "n": each.n - each.proposed,
                        "count": each.up,
                        "interval": None if each.up_interval is None else list(each.up_interval),
                        "p": number(each.up_p),
                        "adjusted_p": number(each.up_adjusted_p),
                        "verdict": each.up_verdict,
                    },
                }
                for each in self.groups
            },
        }


def by_override(
    proposed: ArrayLike, decided: ArrayLike, group: Iterable[Any], *, alpha: float = 0.05
) -> OverrideGaps:
    """What free choices did: decisions beside what the rule proposed, per group against all others.

    Parameters
    ----------
    proposed, decided : array of bool, shape (n,): in, by the rule and by the decision.
    group : n values; missing ones are counted and left out.

    Notes
    -----
    Two kinds of tests, one family: the share kept of those proposed, and the share not taken in of the others.
    """
    labels = list(group)
    rule, taken = flags(proposed, "proposed"), flags(decided, "decided")
    same_length(proposed=rule, decided=taken, group=labels)
    groups = read_groups(labels)
    known = groups.code >= 0

    def of(rows: Bools) -> Ints:
        return np.bincount(groups.code[known & rows], minlength=len(groups.names)).astype(np.int64)

    into, out = of(rule), of(~rule)
    down, up = of(rule & ~taken), of(~rule & taken)
    judgement = judge(np.stack([into - down, up]), np.stack([into, out]), alpha)
    n, ends, up_ends = groups.sizes, wilson(down, into), wilson(up, out)
    rows = []
    for g, name in enumerate(groups.names):
        size, others = int(n[g]), int(n.sum() - n[g])
        gap = moved = None
        if others:
            gap = Fraction(int(into[g]), size) - Fraction(int(into.sum() - into[g]), others)
            net = up - down
            moved = Fraction(int(net[g]), size) - Fraction(int(net.sum() - net[g]), others)
        rows.append(
            OverrideGap(
                name, size, int(into[g]), int(down[g]), int(up[g]), gap, moved, ends[g], up_ends[g],
                float(judgement.fisher[0, g]), float(judgement.fisher[1, g]),
                float(judgement.adjusted[0, g]), float(judgement.adjusted[1, g]),
                judgement.verdicts[0][g], judgement.verdicts[1][g],
            )
        )  # fmt: skip
    return OverrideGaps(groups.missing, alpha, tuple(rows))
