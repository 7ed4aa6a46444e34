"""How much of a gap comes from who applied where, and how much from different rates in the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.strata import StratifiedCounts

Floats = NDArray[np.float64]
Pattern = Literal["vanishes", "turns", "stays", "appears", "absent", "unclear"]


@dataclass(frozen=True)
class Kitagawa:
    """The gap between two rates and its two parts, shape (…); NaN where either side is empty.

    ``gap = composition + rate``. composition: the two are spread differently over the strata. rate: they have
    different rates in the same stratum.
    """

    gap: Floats
    composition: Floats
    rate: Floats


@dataclass(frozen=True)
class Standardised:
    """Both rates had the two been spread alike over the strata, shape (…), and their difference.

    covered: the share of all persons who are in strata with somebody of either side, the only ones compared.
    NaN where there is no such stratum.
    """

    rate: Floats
    other_rate: Floats
    difference: Floats
    covered: Floats


def kitagawa(counts: StratifiedCounts) -> Kitagawa:
    """Split the gap, rate of the group less rate of the others, over the strata of the first axis.

    With r the rates and p the shares of each side's persons: composition = Σ (p − p′)(r + r′)/2 and
    rate = Σ (r − r′)(p + p′)/2. Where one side of a stratum is empty its rate is not known: it is taken to be the
    other's, so that all of that stratum counts as composition.

    Source: Kitagawa (1955), J. Am. Stat. Assoc. 50, 1168-1194.
    """
    share, other_share = _shares(counts.n), _shares(counts.other_n)
    rate, other_rate = _rates(counts)
    composition = ((share - other_share) * (rate + other_rate) / 2).sum(axis=0)
    within = ((rate - other_rate) * (share + other_share) / 2).sum(axis=0)
    both = (counts.n.sum(axis=0) > 0) & (counts.other_n.sum(axis=0) > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = counts.selected.sum(axis=0) / counts.n.sum(axis=0)
        gap = gap - counts.other_selected.sum(axis=0) / counts.other_n.sum(axis=0)
    return Kitagawa(*(np.where(both, each, np.nan) for each in (gap, composition, within)))


def _shares(n: NDArray[np.int64]) -> Floats:
    whole = n.sum(axis=0)
    return np.asarray(np.divide(n, whole, out=np.zeros(n.shape), where=whole > 0))


def _rates(counts: StratifiedCounts) -> tuple[Floats, Floats]:
    """Rates of both sides in each stratum; an empty side has the other's, two empty sides have 0."""
    here, there = counts.n > 0, counts.other_n > 0
    rate = np.divide(counts.selected, counts.n, out=np.zeros(counts.n.shape), where=here)
    other = np.divide(counts.other_selected, counts.other_n, out=np.zeros(counts.n.shape), where=there)
    return np.where(here, rate, other), np.where(there, other, rate)


def standardise(counts: StratifiedCounts) -> Standardised:
    """Direct standardisation to all persons of both sides, over the strata with somebody of either.

    A stratum where one side is empty compares nothing and is left out; `covered` says how many persons are left.
    """
    both = (counts.n > 0) & (counts.other_n > 0)
    people = counts.n + counts.other_n
    weight = np.where(both, people, 0).astype(np.float64)
    whole, everybody = weight.sum(axis=0), people.sum(axis=0)
    rate, other = _rates(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        mine, theirs = (weight * rate).sum(axis=0) / whole, (weight * other).sum(axis=0) / whole
        covered = np.where(whole > 0, whole / everybody, np.nan)
    return Standardised(mine, theirs, mine - theirs, covered)


def pattern(
    pooled_p: float,
    pooled_gap: float,
    stratified_p: float,
    odds_ratio: float | None,
    interval: tuple[float, float] | None,
    pooled_odds_ratio: float | None,
    alpha: float = 0.05,
) -> Pattern:
    """What becomes of a pooled gap within strata, in one word.

    Parameters
    ----------
    pooled_p, pooled_gap, pooled_odds_ratio : Fisher's p, rate less rate of the others, odds ratio, all strata
        taken together; the odds ratio None where it is infinite or undefined.
    stratified_p, odds_ratio, interval : exact conditional or Cochran–Mantel–Haenszel p, Mantel–Haenszel odds
        ratio and its interval; None as above.
    alpha : a gap counts as there when its p is at most this.

    Notes
    -----
    *stays*: there pooled and within strata, the same way. *turns*: there in both, the opposite way. *appears*: only
    within strata. *vanishes*: only pooled, and the pooled odds ratio lies outside the interval of the stratified
    one. *unclear*: only pooled, but within strata too little is known to say that it is gone. *absent*: in neither.
    """
    there, within = pooled_p <= alpha, stratified_p <= alpha
    if within and there:
        up = odds_ratio is None or odds_ratio > 1
        return "stays" if up == (pooled_gap > 0) else "turns"
    if within:
        return "appears"
    if not there:
        return "absent"
    if interval is None or pooled_odds_ratio is None:
        return "unclear"
    return "unclear" if interval[0] <= pooled_odds_ratio <= interval[1] else "vanishes"
