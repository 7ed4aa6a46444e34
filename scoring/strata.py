"""A gap within strata: every stratum is compared with itself, and the comparisons are added up.

A stratum is a site, an intake, a licence route, or each combination of them. All functions take the strata along
the first axis and any shape behind it, so that many groups are tested against all others at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class StratifiedCounts:
    """Head counts of a group and of those it is compared with, arrays of int, shape (strata, …).

    `selected` of the group's `n`, `other_selected` of the others' `other_n`. Build it with `stratified`.
    """

    selected: Ints
    n: Ints
    other_selected: Ints
    other_n: Ints

    @property
    def informative(self) -> Bools:
        """Strata where both sides have somebody, and somebody but not everybody was selected."""
        chosen, total = self.selected + self.other_selected, self.n + self.other_n
        return (self.n > 0) & (self.other_n > 0) & (chosen > 0) & (chosen < total)


@dataclass(frozen=True)
class CochranMantelHaenszel:
    """χ² with one degree of freedom and its p, without and with continuity correction, shape (…)."""

    statistic: Floats
    p: Floats
    corrected: Floats
    corrected_p: Floats


@dataclass(frozen=True)
class CommonOddsRatio:
    """An odds ratio common to all strata with its interval, shape (…); NaN where it is infinite or undefined."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Heterogeneity:
    """Whether the strata have one odds ratio: χ², degrees of freedom and p, shape (…); NaN where undefined."""

    statistic: Floats
    df: Ints
    p: Floats


def stratified(
    selected: ArrayLike, n: ArrayLike, other_selected: ArrayLike, other_n: ArrayLike
) -> StratifiedCounts:
    """Checked counts, one row per stratum.

    Raises TableError naming stratum and count where a count is no whole number from 0, or more are selected
    than there are.
    """
    named = {"selected": selected, "n": n, "other_selected": other_selected, "other_n": other_n}
    read = {name: _whole(name, values) for name, values in named.items()}
    if len({values.shape for values in read.values()}) > 1:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in read.items())
        raise TableError(f"counts of strata: expected four arrays of one shape, got {shapes}")
    for part, whole in (("selected", "n"), ("other_selected", "other_n")):
        over = np.argwhere(read[part] > read[whole])
        if len(over):
            at = tuple(over[0].tolist())
            raise TableError(
                f"stratum {at[0] + 1}: {part} is {read[part][at]}, more than {whole}, which is {read[whole][at]}"
            )
    return StratifiedCounts(**read)


def _whole(name: str, values: ArrayLike) -> Ints:
    numbers = np.atleast_1d(np.asarray(values, dtype=np.float64))
    # NaN fails every comparison.
    bad = np.argwhere(~((numbers >= 0) & (numbers == np.floor(numbers)) & (numbers < 2**31)))
    if len(bad):
        at = tuple(bad[0].tolist())
        raise TableError(f"stratum {at[0] + 1}: {name}: expected a whole number from 0, got {numbers[at]:g}")
    return numbers.astype(np.int64)


def cochran_mantel_haenszel(counts: StratifiedCounts) -> CochranMantelHaenszel:
    """The test that the odds ratio is 1 in every stratum, against one that pulls the same way in all.

    With a of the group selected in a stratum: T = Σ(a − E a), χ² = T²/Σ Var a, and with continuity correction
    (|T| − ½)²/Σ Var a, 0 where |T| is below ½. Without any informative stratum χ² is 0 and p is 1.

    Sources: Cochran (1954), Biometrics 10, 417-451; Mantel & Haenszel (1959), J. Natl. Cancer Inst. 22, 719-748.
    """
    from scipy.special import chdtrc

    expected, variance = _moments(counts)
    gap = np.abs((counts.selected - expected).sum(axis=0))
    spread = variance.sum(axis=0)
    plain, corrected = (
        np.divide(each**2, spread, out=np.zeros_like(spread), where=spread > 0)
        for each in (gap, np.maximum(gap - 0.5, 0.0))
    )
    return CochranMantelHaenszel(plain, chdtrc(1, plain), corrected, chdtrc(1, corrected))


def _moments(counts: StratifiedCounts) -> tuple[Floats, Floats]:
    """Mean and variance of the group's selected in each stratum, its margins given and no gap."""
    n, other = counts.n.astype(np.float64), counts.other_n.astype(np.float64)
    chosen = (counts.selected + counts.other_selected).astype(np.float64)
    total = n + other
    expected = np.divide(n * chosen, total, out=np.zeros_like(total), where=total > 0)
    top, bottom = n * other * chosen * (total - chosen), total**2 * (total - 1)
    return expected, np.divide(top, bottom, out=np.zeros_like(total), where=bottom > 0)


def mantel_haenszel(counts: StratifiedCounts, confidence: float = 0.95) -> CommonOddsRatio:
    """The common odds ratio Σ(ad/N)/Σ(bc/N), odds of the group over odds of the others.

    Its interval is Robins, Breslow and Greenland's, on the scale of the logarithm. An estimate of 0 has the
    low end 0 and no high end (NaN).

    Sources: Mantel & Haenszel (1959); Robins, Breslow & Greenland (1986), Biometrics 42, 311-323.
    """
    from scipy.special import ndtri

    a, b, c, d, total = _cells(counts)
    some = total > 0
    r = np.divide(a * d, total, out=np.zeros_like(total), where=some)
    s = np.divide(b * c, total, out=np.zeros_like(total), where=some)
    p = np.divide(a + d, total, out=np.zeros_like(total), where=some)
    q = np.where(some, 1 - p, 0.0)
    big_r, big_s = r.sum(axis=0), s.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(big_s > 0, big_r / big_s, np.nan)
        variance = (
            (p * r).sum(axis=0) / (2 * big_r**2)
            + (p * s + q * r).sum(axis=0) / (2 * big_r * big_s)
            + (q * s).sum(axis=0) / (2 * big_s**2)
        )
        half = float(ndtri((1 + confidence) / 2)) * np.sqrt(variance)
        low, high = value * np.exp(-half), value * np.exp(half)
    none = value == 0
    return CommonOddsRatio(value, np.where(none, 0.0, low), np.where(none, np.nan, high))


def _cells(counts: StratifiedCounts) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Group selected, group not, others selected, others not, all: one two-by-two table per stratum."""
    a, c = counts.selected.astype(np.float64), counts.other_selected.astype(np.float64)
    b, d = counts.n - a, counts.other_n - c
    return a, b, c, d, a + b + c + d


def breslow_day(counts: StratifiedCounts, tarone: bool = False) -> Heterogeneity:
    """Whether all strata have the Mantel–Haenszel odds ratio.

    χ² = Σ (a − A)²/Var, where A is what the common odds ratio makes of the stratum's margins; with `tarone`,
    (Σ a − Σ A)²/Σ Var is taken away, which makes χ² exact in large samples. Degrees of freedom: informative strata
    less one. Undefined (NaN) where the common odds ratio is 0, infinite or undefined, or with fewer than two
    informative strata. Not for sparse strata: there it says little.

    Sources: Breslow & Day (1980), Statistical Methods in Cancer Research I, 142; Tarone (1985), Biometrika 72,
    91-95.
    """
    ratio = mantel_haenszel(counts).value
    informative = counts.informative
    fine = np.isfinite(ratio) & (ratio > 0)
    a, fitted, variance = _fitted(counts, np.where(fine, ratio, 1.0))
    variance = np.where(informative, variance, 1.0)
    off = np.where(informative, a - fitted, 0.0)
    statistic = (off**2 / variance).sum(axis=0)
    if tarone:
        spread = np.where(informative, variance, 0.0).sum(axis=0)
        statistic -= np.divide(off.sum(axis=0) ** 2, spread, out=np.zeros_like(spread), where=spread > 0)
    return _homogeneous(np.maximum(statistic, 0.0), informative.sum(axis=0), fine)


def _fitted(counts: StratifiedCounts, ratio: Floats) -> tuple[Floats, Floats, Floats]:
    """Observed a, a under the odds ratio (a root of a quadratic), and its asymptotic variance."""
    n, other = counts.n.astype(np.float64), counts.other_n.astype(np.float64)
    a = counts.selected.astype(np.float64)
    chosen = a + counts.other_selected
    # (1 − ψ)A² + (other − chosen + ψ(n + chosen))A − ψ n chosen = 0, in the form that does not cancel at ψ = 1.
    linear = other - chosen + ratio * (n + chosen)
    root = np.sqrt(np.maximum(linear**2 + 4 * (1 - ratio) * ratio * n * chosen, 0.0))
    bottom = linear + root
    fitted = np.divide(2 * ratio * n * chosen, bottom, out=np.zeros_like(bottom), where=bottom > 0)
    cells = (fitted, n - fitted, chosen - fitted, other - chosen + fitted)
    inverse = sum(
        (np.divide(1.0, cell, out=np.full_like(cell, np.inf), where=cell > 0) for cell in cells),
        start=np.zeros_like(fitted),
    )
    return a, fitted, 1 / inverse


def woolf(counts: StratifiedCounts) -> Heterogeneity:
    """Whether all strata have one odds ratio: Σ w (log ψ − mean)², w = 1/(1/a + 1/b + 1/c + 1/d).

    A stratum with an empty cell has ½ added to each of its cells. Strata that are not informative are left out.

    Source: Woolf (1955), Annals of Human Genetics 19, 251-253; the ½ from Haldane (1956), ibid. 20, 309-311.
    """
    informative = counts.informative
    cells = np.stack(_cells(counts)[:4])
    cells = np.where((cells == 0).any(axis=0), cells + 0.5, cells)
    log_ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    weight = np.where(informative, 1 / (1 / cells).sum(axis=0), 0.0)
    whole = weight.sum(axis=0)
    mean = np.divide((weight * log_ratio).sum(axis=0), whole, out=np.zeros_like(whole), where=whole > 0)
    statistic = (weight * (log_ratio - mean) ** 2).sum(axis=0)
    return _homogeneous(statistic, informative.sum(axis=0), np.ones_like(whole, dtype=bool))


def _homogeneous(statistic: Floats, strata: Ints, fine: Bools) -> Heterogeneity:
    from scipy.special import chdtrc

    df = np.maximum(strata - 1, 0)
    tested = fine & (df > 0)
    value = np.where(tested, statistic, np.nan)
    return Heterogeneity(
        value, df, np.where(tested, chdtrc(np.maximum(df, 1), np.where(tested, value, 0)), np.nan)
    )


def generalised_cmh(selected: ArrayLike, n: ArrayLike) -> Heterogeneity:
    """Whether any of several groups differs from the rest within strata; with two groups it is the test above.

    Parameters
    ----------
    selected, n : array of int, shape (strata, groups).

    Notes
    -----
    χ² = T′V⁻T, T the groups' Σ(selected − expected) and V their covariance given all margins, without continuity
    correction; degrees of freedom are the rank of V (groups with somebody in an informative stratum, less one for
    each set of them that shares strata). Nothing informative gives χ² 0, p 1.

    Source: Landis, Heyman & Koch (1978), International Statistical Review 46, 237-254, general association.
    """
    from scipy.special import chdtrc

    s, size = np.asarray(selected, dtype=np.float64), np.asarray(n, dtype=np.float64)
    stratified(s, size, np.zeros_like(s), np.zeros_like(s))
    total, chosen = size.sum(axis=1), s.sum(axis=1)
    some = total > 1
    s, size, total, chosen = s[some], size[some], total[some], chosen[some]
    gap = (s - size * (chosen / total)[:, None]).sum(axis=0)
    scale = chosen * (total - chosen) / (total**2 * (total - 1))
    covariance = np.diag(size.T @ (scale * total)) - (size * scale[:, None]).T @ size
    # The pseudo-inverse leaves out the combinations that the margins fix.
    values, vectors = np.linalg.eigh(covariance)
    kept = values > max(float(values.max(initial=0.0)), 1e-12) * 1e-9
    df = int(kept.sum())
    statistic = float((((vectors.T @ gap)[kept]) ** 2 / values[kept]).sum())
    p = float(chdtrc(df, statistic)) if df else 1.0
    return Heterogeneity(np.asarray(statistic), np.asarray(df), np.asarray(p))
