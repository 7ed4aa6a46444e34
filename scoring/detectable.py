"""What a group could ever have shown: the counts that would raise an alarm, and the limits of a funnel plot."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError
from scoring.exact_tests import benjamini_hochberg, exact_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROUNDING = 1 + 1e-9
# Persons at a stage up to which every test is redone for each count tried.
LARGEST_REDONE = 2_000
_GUESSES = 5


@dataclass(frozen=True)
class Detectable:
    """Counts that would be an alarm, arrays of shape (stages, groups); -1 where no count would.

    ``low``: the largest count of selected, below the others' rate, that would be an alarm. ``high``: the smallest
    above it. ``low_gap`` and ``high_gap``: the differences of rates at these counts, NaN where there is none: the
    smallest gaps that could have been seen. ``redone``, shape (stages,): whether all other tests were done anew for
    each count tried, as the verdict does; otherwise their p-values are taken as observed.
    """

    low: Ints
    high: Ints
    low_gap: Floats
    high_gap: Floats
    redone: Bools


def detectable(
    selected: ArrayLike, n: ArrayLike, alpha: float = 0.05, asked: Bools | None = None
) -> Detectable:
    """For every group at every stage, the counts nearest to the others' rate that would raise an alarm.

    Parameters
    ----------
    selected, n : array of int, shape (stages, groups), one family of tests as in `scoring.verdicts.judge`.
    asked : which cells are members of the family; all with somebody on either side where it is left out.

    Notes
    -----
    The other groups' counts and those of the other stages stay as observed. A count is an alarm when Fisher's p
    against all others, Benjamini–Hochberg-adjusted over the family, is at most `alpha`. Where a stage has more
    than `LARGEST_REDONE` persons the other tests are not redone for each count: what one group's count does to
    them is then beyond notice.
    """
    s, size = (np.atleast_2d(np.asarray(each, dtype=np.int64)) for each in (selected, n))
    bad = np.argwhere((s < 0) | (s > size))
    if len(bad):
        t, g = bad[0].tolist()
        raise TableError(f"stage {t + 1}, group {g + 1}: selected is {s[t, g]} of n {size[t, g]}")
    others, rest = s.sum(axis=1, keepdims=True) - s, size.sum(axis=1, keepdims=True) - size
    tested = (size > 0) & (rest > 0) & (True if asked is None else asked)
    p = np.full(s.shape, np.nan)
    p[tested] = exact_p(s[tested], size[tested], others[tested], rest[tested]).fisher
    low, high = np.full(s.shape, -1), np.full(s.shape, -1)
    redone = size.sum(axis=1) <= LARGEST_REDONE
    for t in range(len(s)):
        groups = np.flatnonzero(tested[t])
        if len(groups) == 0:
            continue
        stage = _Stage(t, groups, s, size, p, tested, alpha * _ROUNDING)
        for side, found in ((-1, low), (1, high)):
            found[t, groups] = stage.redone(side) if redone[t] else stage.as_observed(side)
    return Detectable(low, high, *_gaps(low, high, size, others, rest), redone)


def _gaps(low: Ints, high: Ints, n: Ints, others: Ints, rest: Ints) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        low_gap, high_gap = (np.where(count >= 0, count / n - others / rest, np.nan) for count in (low, high))
    return low_gap, high_gap


class _Stage:
    """The groups of one stage within their family: which of a group's counts would be an alarm?"""

    def __init__(
        self, stage: int, groups: Ints, s: Ints, n: Ints, p: Floats, tested: Bools, level: float
    ) -> None:
        self.groups, self.s, self.sizes, self.level = groups, s[stage], n[stage], level
        self.n = n[stage, groups]
        self.others, self.rest = s[stage].sum() - s[stage, groups], n[stage].sum() - self.n
        elsewhere = np.delete(p, stage, axis=0)
        self.elsewhere = elsewhere[np.isfinite(elsewhere)]
        self.p, self.family = p[stage, groups], int(tested.sum())

    def start(self, side: int) -> tuple[Ints, Ints]:
        """The count nearest to the others' rate on one side, and how many steps outwards the group has."""
        middle = self.n * self.others / self.rest
        start = (np.floor(middle) if side < 0 else np.ceil(middle)).astype(np.int64)
        return start, np.where(side < 0, start, self.n - start)

    def fisher(self, which: Ints, count: Ints) -> Floats:
        return exact_p(count, self.n[which], self.others[which], self.rest[which]).fisher

    def as_observed(self, side: int) -> Ints:
        """With the p-values of all others as they are: a group is an alarm below a fixed p, found by halving."""
        ranks = np.arange(1, self.family + 1)
        limits = self.level * ranks / self.family
        everything = np.sort(np.concatenate([self.p, self.elsewhere]))
        reached = np.searchsorted(everything, limits, side="right")[None, :] - (
            self.p[:, None] <= limits[None, :]
        )
        # The greatest rank r for which r − 1 others are at most its limit.
        critical = limits[0] * np.where(reached >= ranks - 1, ranks, 0).max(axis=1)
        return self._border(side, np.maximum(critical, 1e-300))

    def _border(self, side: int, critical: Floats) -> Ints:
        """The nearest count whose p is at most the critical one, between counts known not to be and known to be.

        The normal deviate of p is almost a straight line in the count: a few guesses along it, then halving.
        """
        from scipy.special import ndtri

        start, steps = self.start(side)
        share = self.others / self.rest
        spread = np.sqrt(np.maximum(share * (1 - share) * self.n * (1 + self.n / self.rest), 0.25))
        aim = -ndtri(critical / 2)
        low, high, guess = np.zeros_like(steps), steps + 1, np.ceil(aim * spread)
        for turn in itertools.count():
            open_ = np.flatnonzero(low < high)
            if len(open_) == 0:
                return np.where(low <= steps, start + side * low, -1)
            halves = (low + high) // 2
            at = np.clip(guess, low, high - 1).astype(np.int64) if turn < _GUESSES else halves
            at = at[open_]
            p = self.fisher(open_, start[open_] + side * at)
            alarm = p <= critical[open_]
            high[open_] = np.where(alarm, at, high[open_])
            low[open_] = np.where(alarm, low[open_], at + 1)
            ahead = (aim[open_] + ndtri(np.maximum(p, 1e-300) / 2)) * spread[open_]
            guess[open_] = at + np.where(
                alarm, np.minimum(np.floor(ahead), -1), np.maximum(np.ceil(ahead), 1)
            )
        raise AssertionError  # the halving ends

    def redone(self, side: int) -> Ints:
        """With all tests of the stage done anew, since a group's count is among every other group's others."""
        start, steps = self.start(side)
        which = np.repeat(np.arange(len(steps)), steps + 1)
        step = np.arange(len(which)) - np.repeat(np.cumsum(steps + 1) - steps - 1, steps + 1)
        count = start[which] + side * step
        own = self.fisher(which, count)
        possible = own <= self.level
        which, count, own = which[possible], count[possible], own[possible]
        answer = np.full(len(steps), -1)
        # Nearest first: one count of each group at a time, until it is an alarm.
        while len(which):
            nearest = np.unique(which, return_index=True)[1]
            alarm = self._alarms(which[nearest], count[nearest], own[nearest])
            answer[which[nearest[alarm]]] = count[nearest[alarm]]
            settled = np.isin(which, which[nearest[alarm]])
            settled[nearest] = True
            which, count, own = which[~settled], count[~settled], own[~settled]
        return answer

    def _alarms(self, which: Ints, count: Ints, own: Floats) -> Bools:
        """An adjusted p lies between p and p times the size of the family: most counts are settled by that."""
        answer = own * self.family <= self.level
        rows = np.flatnonzero(~answer)
        if len(rows) == 0:
            return answer
        members = self.groups[which[rows]]
        counts = np.repeat(self.s[None, :], len(rows), axis=0)
        counts[np.arange(len(rows)), members] = count[rows]
        others = (counts.sum(axis=1, keepdims=True) - counts)[:, self.groups]
        sizes = np.broadcast_to(self.n, others.shape)
        rest = self.sizes.sum() - sizes
        p = exact_p(counts[:, self.groups].ravel(), sizes.ravel(), others.ravel(), rest.ravel()).fisher
        for row, mine, here in zip(rows.tolist(), which[rows].tolist(), p.reshape(sizes.shape), strict=True):
            adjusted = benjamini_hochberg(np.concatenate([here, self.elsewhere]))
            answer[row] = adjusted[mine] <= self.level
        return answer


def funnel_limits(n: ArrayLike, rate: float, confidence: float) -> tuple[Floats, Floats]:
    """Exact binomial control limits of a funnel plot, as rates, for groups of n at one common rate.

    A group whose rate lies strictly below the low limit or strictly above the high one had, at that common rate, a
    probability of at most (1 − confidence)/2 of being there. NaN where n is 0. Shapes as `n`.

    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202; whole numbers of persons, not interpolated.
    """
    from scipy.special import bdtr

    size = np.atleast_1d(np.asarray(n, dtype=np.int64))
    if not 0 <= rate <= 1 or not 0 < confidence < 1:
        raise TableError(
            f"funnel: expected a rate from 0 to 1 and a confidence between, got {rate}, {confidence}"
        )
    tail = (1 - confidence) / 2

    def first(target: float) -> Ints:
        """The least count whose probability, with all below it, is at least the target."""
        low, high = np.zeros_like(size), size.copy()
        while (low < high).any():
            middle = (low + high) // 2
            enough = bdtr(middle, size, rate) >= target * (1 - 1e-12)
            high, low = np.where(enough, middle, high), np.where(enough, low, np.minimum(middle + 1, high))
        return low

    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (np.where(size > 0, first(target) / size, np.nan) for target in (tail, 1 - tail))
    return low, high
