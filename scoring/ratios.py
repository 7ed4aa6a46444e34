"""The search for the ratios of variances that are most likely."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy.optimize import minimize

from scoring.crossed import Floats, Likelihood

#: The largest multiple of the residual variance that a variance is searched up to.
LARGEST_RATIO = 1e10
#: Where the search starts: the best of these, on the scale log(1 + levels each × ratio).
_STARTS = (0.0, 0.5, 1.5, 3.0, 6.0)

_Objective = Callable[[Floats], tuple[float, Floats]]


def best_ratios(likelihood: Likelihood) -> tuple[float, float]:
    """The ratios to the residual variance, of applications and assessors, that are most likely."""
    design = likelihood.design
    each = np.array([design.n / design.n_applications, design.n / design.n_assessors])
    dimensions = 1 if design.fixed else 2
    highest = np.log1p(each * LARGEST_RATIO)

    def ratios(point: Floats) -> Floats:
        answer = np.zeros(2)
        answer[:dimensions] = np.expm1(point) / each[:dimensions]
        return answer

    def objective(point: Floats) -> tuple[float, Floats]:
        at = likelihood.at(*ratios(point))
        slope: Floats = (at.gradient / each)[:dimensions] * np.exp(point)
        return at.objective, slope

    starts = (np.array(point) for point in product(_STARTS, repeat=dimensions))
    start = min(starts, key=lambda point: likelihood.objective(*ratios(point)))
    bounds = [(0.0, float(high)) for high in highest[:dimensions]]
    found = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11, "gtol": 1e-8}
    )
    point = _polished(objective, np.asarray(found.x, dtype=np.float64), highest[:dimensions])
    u, a = ratios(point)
    return float(u), float(a)


def _polished(objective: _Objective, point: Floats, highest: Floats) -> Floats:
    """Newton's method on the slope: the search by values stops at half of the digits."""
    slope = objective(point)[1]
    for _ in range(50):
        free = np.flatnonzero((point > 0) & (point < highest))
        if not len(free):
            break
        step = 1e-5
        hessian = np.empty((len(free), len(free)))
        for at, coordinate in enumerate(free):
            shift = np.zeros_like(point)
            shift[coordinate] = min(step, point[coordinate])
            ahead, behind = objective(point + shift)[1], objective(point - shift)[1]
            hessian[at] = (ahead - behind)[free] / (2 * shift[coordinate])
        try:
            np.linalg.cholesky(hessian)
        except np.linalg.LinAlgError:
            break
        trial = point.copy()
        trial[free] = np.clip(point[free] - np.linalg.solve(hessian, slope[free]), 0, highest[free])
        found = objective(trial)[1]
        if not np.abs(found[free]).max() < np.abs(slope[free]).max():
            break
        point, slope = trial, found
    return point
