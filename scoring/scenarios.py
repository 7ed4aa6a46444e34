"""How uncertain the variances are: equally probable sets of them, over which P(among the first k) is averaged.

With few applications the estimated variance between them may be 0 by chance, and a probability that took it for
the truth would be far too sure. Before any level is seen, the angles arctan(σ_u/σ_e) and arctan(σ_a/σ_e) are uniform
on 0 to 90° (a half-Cauchy prior on the ratios, Gelman 2006, Bayesian Analysis 1, 515-534; for u the reliability of
one assessor then has the arcsine distribution) and log σ_e is flat. Given the levels, each angle has the density of
the restricted likelihood with the other at its estimate, and σ²_e given both is a scaled inverse chi-squared.
The quantiles at the middles of equal shares are combined by a Latin hypercube (McKay, Beckman & Conover 1979).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from scoring.crossed import Crossed, Likelihood

Floats = NDArray[np.float64]

#: How many sets of variances.
SCENARIOS = 16
#: With more levels than this in a block the variances are taken as known: their error no longer shows.
MOST_LEVELS = 2_000
#: How finely the density of an angle is looked at: how many slices, and, in radians, where it ends and how far to
#: look out first. Where minus twice its logarithm is so much higher than at its top it is negligible.
_GRID, _EDGE, _FIRST_STEP = 14, 1e-3, 0.1
_NEGLIGIBLE = 14.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One set of variances of a block: between applications, between assessors, of the error."""

    applications: float
    assessors: float
    residual: float


def scenarios(
    design: Crossed, values: Floats, ratios: tuple[float, float], random: np.random.Generator
) -> tuple[Scenario, ...]:
    """``SCENARIOS`` sets of variances, equally probable given the values, shape (n,), which are not all equal.

    ``ratios``: the most likely variances of applications and assessors over that of the error.
    """
    scale = float(values.std())
    likelihood = Likelihood(design, (values - values.mean()) / scale)
    u = _quantiles(lambda ratio: likelihood.at(ratio, ratios[1]).objective, ratios[0])
    a = _quantiles(lambda ratio: likelihood.at(ratios[0], ratio).objective, ratios[1])
    upper = (np.arange(SCENARIOS) + 0.5) / SCENARIOS
    chi_squared = chdtri(likelihood.df, upper)
    answer = []
    for at_u, at_a, at_e in zip(
        range(SCENARIOS), random.permutation(SCENARIOS), random.permutation(SCENARIOS), strict=True
    ):
        residual = likelihood.at(u[at_u], a[at_a]).squares / chi_squared[at_e] * scale**2
        answer.append(Scenario(float(u[at_u] * residual), float(a[at_a] * residual), float(residual)))
    return tuple(answer)


def _quantiles(objective: Callable[[float], float], likely: float) -> Floats:
    """The ratios at the middles of equal shares of the distribution of the angle, shape (SCENARIOS,).

    ``likely``: the ratio from which to look out, both ways, until the density is negligible.
    """

    def height(angle: float) -> float:
        return objective(float(np.tan(angle) ** 2))

    middle = float(np.clip(np.arctan(np.sqrt(likely)), _EDGE, np.pi / 2 - _EDGE))
    lowest, ends = height(middle), []
    for direction, end in ((-1, _EDGE), (1, np.pi / 2 - _EDGE)):
        step, angle = _FIRST_STEP, middle
        while angle != end:
            angle = min(end, angle + step) if direction > 0 else max(end, angle - step)
            if height(angle) - lowest > _NEGLIGIBLE:
                break
            step *= 2
        ends.append(angle)
    edges = np.linspace(ends[0], ends[1], _GRID + 1)
    heights = np.array([height(float(angle)) for angle in (edges[1:] + edges[:-1]) / 2])
    mass = np.exp((heights.min() - heights) / 2)
    share = np.concatenate([[0.0], np.cumsum(mass)]) / mass.sum()
    angles = np.interp((np.arange(SCENARIOS) + 0.5) / SCENARIOS, share, edges)
    return np.asarray(np.tan(angles) ** 2)
