"""What `scoring.parity` finds of an order, and the same ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scoring.permutation import Verdict, number
from scoring.tops import Short, TopCurve


@dataclass(frozen=True)
class GroupParity:
    """One group in the order.

    ``exposure``: mean of 1/log2(1 + place) over its people; ``ratio``: that over the mean of all others;
    ``exposure_null``: between what the mean lies in 95 % of random orders. ``top_p``: how often some top k of a random
    order holds as improbably few of the group; ``short``: the first k with fewer than are needed, FA*IR's m(k) at the
    level ``top_level`` that random orders fall short of in a share α. ``curve``: over the ``tops`` of the whole; None
    where there is nothing to compare.
    """

    group: str
    n: int
    exposure: float
    ratio: float
    exposure_null: tuple[float, float]
    p: float
    adjusted_p: float
    verdict: Verdict
    top_p: float
    top_adjusted_p: float
    top_verdict: Verdict
    top_level: float
    short: Short | None
    curve: TopCurve | None

    @property
    def first_below(self) -> int | None:
        """The first k that holds too few, None where none does."""
        return self.short.k if self.short else None

    @property
    def held(self) -> int | None:
        """How many that top holds."""
        return self.short.held if self.short else None

    @property
    def needed(self) -> int | None:
        """How many it would have to hold."""
        return self.short.needed if self.short else None


@dataclass(frozen=True)
class Parity:
    """How the groups of an attribute lie in an order; see `parity`. ``tops``: the k of every group's curve."""

    n: int
    missing: int
    ties: int
    upto: int
    seed: int
    permutations: int
    alpha: float
    ndkl: float
    ndkl_null_mean: float
    ndkl_null: tuple[float, float]
    ndkl_p: float
    verdict: Verdict
    tops: tuple[int, ...]
    groups: tuple[GroupParity, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "n": self.n,
            "missing": self.missing,
            "ties": self.ties,
            "upto": self.upto,
            "seed": self.seed,
            "permutations": self.permutations,
            "alpha": self.alpha,
            "ndkl": {
                "value": number(self.ndkl),
                "null_mean": number(self.ndkl_null_mean),
                "null_interval": [number(each) for each in self.ndkl_null],
                "p": number(self.ndkl_p),
                "verdict": self.verdict,
            },
            "tops": list(self.tops),
            "groups": {each.group: _plain(each) for each in self.groups},
        }


def _plain(each: GroupParity) -> dict[str, Any]:
    return {
        "n": each.n,
        "exposure": {
            "mean": number(each.exposure),
            "ratio": number(each.ratio),
            "null_interval": [number(end) for end in each.exposure_null],
            "p": number(each.p),
            "adjusted_p": number(each.adjusted_p),
            "verdict": each.verdict,
        },
        "top": {
            "p": number(each.top_p),
            "adjusted_p": number(each.top_adjusted_p),
            "level": number(each.top_level),
            "first_below": each.first_below,
            "held": each.held,
            "needed": each.needed,
            "verdict": each.top_verdict,
            "curve": None
            if each.curve is None
            else {
                "held": list(each.curve.held),
                "low": list(each.curve.low),
                "high": list(each.curve.high),
                "needed": list(each.curve.needed),
            },
        },
    }
