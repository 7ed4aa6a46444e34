"""The bar: who was qualified and got no offer, beside posts left vacant; and what another bar would have done.

Each figure is a count of what happened, or of what would have been, with everything else as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError
from scoring.group_codes import flags, group_label, read_groups, same_length
from scoring.intervals import wilson
from scoring.permutation import Verdict, number
from scoring.requirement_gaps import RequirementGaps, by_requirement
from scoring.verdicts import judge

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Passed:
    """Of one group's ``n``, how many passed; rate with Wilson's interval, tests against all others."""

    group: str
    n: int
    passed: int
    interval: tuple[float, float] | None
    p: float
    adjusted_p: float
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "n": self.n,
            "passed": self.passed,
            "rate": self.passed / self.n if self.n else None,
            "interval": None if self.interval is None else list(self.interval),
            "p": number(self.p),
            "adjusted_p": number(self.adjusted_p),
            "verdict": self.verdict,
        }


def _passed(names: Sequence[str], n: Ints, passed: Ints, alpha: float) -> list[tuple[Passed, ...]]:
    """Figures of several populations, shape (m, groups), as one family of tests."""
    judgement = judge(passed, n, alpha)
    return [
        tuple(
            Passed(
                name, int(n[i, g]), int(passed[i, g]), ends[g], float(judgement.fisher[i, g]),
                float(judgement.adjusted[i, g]), judgement.verdicts[i][g],
            )
            for g, name in enumerate(names)
        )
        for i, ends in enumerate(wilson(passed[k], n[k]) for k in range(len(n)))
    ]  # fmt: skip


@dataclass(frozen=True)
class Rejected:
    """The qualified and the posts, by site and in all. A group's ``n`` are its qualified, ``passed`` had an offer."""

    qualified: int
    without_offer: int
    missing: int
    posts: int
    filled: int
    sites: dict[str, dict[str, int]]
    groups: tuple[Passed, ...]

    @property
    def vacant(self) -> int:
        """Posts that nobody holds."""
        return self.posts - self.filled

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "qualified": self.qualified,
            "without_offer": self.without_offer,
            "missing": self.missing,
            "posts": self.posts,
            "filled": self.filled,
            "vacant": self.vacant,
            "sites": self.sites,
            "groups": {
                each.group: each.to_dict() | {"without_offer": each.n - each.passed} for each in self.groups
            },
        }


def qualified_but_rejected(
    above: ArrayLike,
    offered: ArrayLike,
    group: Iterable[Any],
    posts: Mapping[str, tuple[int, int]],
    *,
    alpha: float = 0.05,
) -> Rejected:
    """Who was above the published threshold and got no offer, beside the posts left vacant.

    Parameters
    ----------
    above, offered : array of bool, shape (n,); nobody below the threshold is counted here, with or without an offer.
    group : n values; missing ones are counted.
    posts : for each site, how many posts there were and how many of them were filled.
    """
    labels = list(group)
    qualified, offer = flags(above, "above"), flags(offered, "offered")
    same_length(above=qualified, offered=offer, group=labels)
    for site, (number_of, filled) in posts.items():
        if not 0 <= filled <= number_of:
            raise TableError(f"site {site!r}: {filled} of {number_of} posts filled: expected 0 to that many")
    groups = read_groups(labels)
    n, given = (_count(groups.code, rows, len(groups.names)) for rows in (qualified, qualified & offer))
    return Rejected(
        qualified=int(qualified.sum()),
        without_offer=int((qualified & ~offer).sum()),
        missing=int((qualified & (groups.code < 0)).sum()),
        posts=sum(number_of for number_of, _ in posts.values()),
        filled=sum(filled for _, filled in posts.values()),
        sites={
            str(site): {"posts": number_of, "filled": filled, "vacant": number_of - filled}
            for site, (number_of, filled) in posts.items()
        },
        groups=_passed(groups.names, n[None, :], given[None, :], alpha)[0],
    )


def _count(code: Ints, rows: Bools, groups: int) -> Ints:
    return np.bincount(code[rows & (code >= 0)], minlength=groups).astype(np.int64)


@dataclass(frozen=True)
class ThresholdEffect:
    """How many of each group would be above each threshold; see `threshold_effect`."""

    missing: int
    incomplete: int
    thresholds: tuple[Fraction, ...]
    above: tuple[int, ...]
    groups: tuple[tuple[Passed, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; ``above`` counts those without group data too."""
        return {
            "missing": self.missing,
            "incomplete": self.incomplete,
            "thresholds": [
                {
                    "threshold": float(threshold),
                    "above": above,
                    "groups": {each.group: each.to_dict() for each in row},
                }
                for threshold, above, row in zip(self.thresholds, self.above, self.groups, strict=True)
            ],
        }


def threshold_effect(
    points: Sequence[Any], group: Iterable[Any], thresholds: Sequence[Any], *, alpha: float = 0.05
) -> ThresholdEffect:
    """The effect of the threshold: who would be at or above it, per group, for each of some thresholds.

    Parameters
    ----------
    points : n totals on 0 to 100, as Fractions where floats are not exact
        None or NaN is incomplete: left out and counted.
    group : n values; missing ones are counted.
    thresholds : those to try, compared exactly. All of them and all groups are one family of tests.
    """
    labels = list(group)
    same_length(points=points, group=labels)
    lines = tuple(_exact(each, f"threshold {i + 1}") for i, each in enumerate(thresholds))
    if not lines or any(each is None for each in lines):
        raise TableError("thresholds: expected at least one number from 0 to 100")
    exact = [_exact(each, f"row {i + 1}: points") for i, each in enumerate(points)]
    there = np.array([each is not None for each in exact])
    groups = read_groups(labels)
    n, above, everybody = [], [], []
    for line in lines:
        rows = np.array([each is not None and line is not None and each >= line for each in exact])
        n.append(_count(groups.code, there, len(groups.names)))
        above.append(_count(groups.code, rows, len(groups.names)))
        everybody.append(int(rows.sum()))
    return ThresholdEffect(
        missing=int((there & (groups.code < 0)).sum()),
        incomplete=int((~there).sum()),
        thresholds=tuple(each for each in lines if each is not None),
        above=tuple(everybody),
        groups=tuple(_passed(groups.names, np.stack(n), np.stack(above), alpha)),
    )


def _exact(value: Any, where: str) -> Fraction | None:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return None
    try:
        number_ = Fraction(value.item() if isinstance(value, np.number) else value)
    except (TypeError, ValueError, OverflowError):
        raise TableError(f"{where} {value}: expected a number from 0 to 100") from None
    if isinstance(value, bool) or not 0 <= number_ <= 100:
        raise TableError(f"{where} {value}: expected a number from 0 to 100")
    return number_


def without_each_requirement(
    answers: pd.DataFrame,
    group: Iterable[Any],
    *,
    mandatory: Collection[str] | None = None,
    alpha: float = 0.05,
) -> RequirementGaps:
    """The effect of dropping each requirement on the number eligible per group; `requirement_gaps.by_requirement`."""
    return by_requirement(answers, group, mandatory=mandatory, alpha=alpha)


@dataclass(frozen=True)
class LaterStart:
    """Start ``weeks`` later, and so many more would have what was expected by then, ``gained`` in all."""

    weeks: int
    start: date
    gained: int
    groups: dict[str, int]
    missing: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "weeks": self.weeks,
            "start": self.start.isoformat(),
            "gained": self.gained,
            "groups": dict(self.groups),
            "missing": self.missing,
        }


def start_later(
    expected: Iterable[Any],
    otherwise_eligible: ArrayLike,
    group: Iterable[Any],
    start: date,
    *,
    weeks: int = 26,
) -> tuple[LaterStart, ...]:
    """Start n weeks later would gain k applicants whose licence was expected: each n at which k grows.

    Parameters
    ----------
    expected : n dates (or ISO texts) at which the licence was expected; missing for those who have it or expect none.
    otherwise_eligible : array of bool, shape (n,): everything else that is mandatory is met. Others gain nothing.
    group : n values; those without are counted beside the groups.
    start : the start as it is. Who expected the licence by then is no gain.
    weeks : up to how many weeks later.

    Raises TableError for a date that cannot be read, naming the row.
    """
    labels, dates = [group_label(each) for each in group], [_date(each, i) for i, each in enumerate(expected)]
    ready = flags(otherwise_eligible, "otherwise_eligible")
    same_length(expected=dates, otherwise_eligible=ready, group=labels)
    if weeks < 1:
        raise TableError(f"weeks: expected a whole number from 1, got {weeks}")
    names = sorted({each for each in labels if each is not None})
    needed = [-((start - each).days // 7) if each is not None and each > start else 0 for each in dates]
    answer = []
    for later in sorted({w for w, ok in zip(needed, ready, strict=True) if ok and 1 <= w <= weeks}):
        gained = [i for i, w in enumerate(needed) if ready[i] and 1 <= w <= later]
        counts = {name: sum(labels[i] == name for i in gained) for name in names}
        answer.append(
            LaterStart(
                later, start + timedelta(weeks=later), len(gained), counts,
                sum(labels[i] is None for i in gained),
            )
        )  # fmt: skip
    return tuple(answer)


def _date(value: Any, row: int) -> date | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) or value == "":
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise TableError(
            f"row {row + 1}: expected date {value!r}: expected a date such as 2026-09-01"
        ) from None
