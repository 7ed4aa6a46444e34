"""How much of the spread of levels lies between applications, between assessors, and in neither.

The model is the two-way crossed one: level = mean (+ covariates of the application) + u(application) + a(assessor)
+ e. Not everybody needs to have assessed everything. The variances are estimated by restricted maximum likelihood
(REML), never below 0; on complete data with estimates above 0 they equal those of the analysis of variance.

Sources: Patterson & Thompson (1971), Biometrika 58, 545-554; Searle, Casella & McCulloch (1992), Variance Components;
Robinson (1991), Statistical Science 6, 15-32 for the predictions of u.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from scoring.crossed import FLOOR, Crossed, Floats, Ints, Likelihood
from scoring.errors import TableError
from scoring.ratios import best_ratios

Assessors = Literal["random", "fixed"]

#: The square of a larger number, added up, is no number.
_LARGEST_VALUE = 1e100
#: Below this correlation structure the variances cannot be told apart; see Crossed.separability.
_SEPARABLE = 1e-9


@dataclass(frozen=True, slots=True)
class Components:
    """Estimated variances, all at least 0, in squared units of the levels.

    ``applications``: between applications; ``assessors``: between assessors (where they are fixed, the variance of
    their estimated effects is not a component, and this is 0); ``residual``: what neither explains. ``mean``: the
    expected level, of assessors weighted alike and with covariates of 0. ``df_residual``: the number of levels less
    the rank of applications and assessors together.
    """

    applications: float
    assessors: float
    residual: float
    mean: float
    n_levels: int
    n_applications: int
    n_assessors: int
    df_residual: int

    def ratios(self) -> tuple[float, float]:
        """The variances of applications and of assessors over the residual; large instead of infinite."""
        between = self.applications + self.assessors
        if between == 0:
            return 0.0, 0.0
        residual = max(self.residual, FLOOR * between)
        return self.applications / residual, self.assessors / residual


def fit_components(
    application: ArrayLike,
    assessor: ArrayLike,
    value: ArrayLike,
    *,
    assessors: Assessors = "random",
    covariates: ArrayLike | None = None,
) -> Components:
    """The variances of applications, assessors and residual, by REML.

    Parameters
    ----------
    application, assessor : array of int, shape (n,)
        Codes from 0, without gaps; the order of the rows makes no difference beyond rounding.
    value : array of float, shape (n,)
        Levels or totals, finite.
    assessors : "random" or "fixed"
    covariates : array of float, shape (applications, p), optional
        What is known of each application and may shift its expected level; not the constant.

    Raises
    ------
    TableError
        For arrays that do not match, gaps in the codes, values that are not finite, covariates that repeat each
        other, or where the variances cannot be told apart (a single application, one level for each, …), saying which.
    """
    return fit(application, assessor, value, assessors=assessors, covariates=covariates).components


def fit(
    application: ArrayLike,
    assessor: ArrayLike,
    value: ArrayLike,
    *,
    assessors: Assessors = "random",
    covariates: ArrayLike | None = None,
) -> Fitted:
    """As `fit_components`, with what follows from the fit: effects, predictions and posterior draws."""
    design, values = prepared(application, assessor, value, assessors=assessors, covariates=covariates)
    centre, spread = float(values.mean()), float(values.std())
    if float(np.ptp(values)) == 0:
        likelihood = Likelihood(design, np.zeros(design.n))
        ratios, variances = (0.0, 0.0), (0.0, 0.0, 0.0)
    else:
        likelihood = Likelihood(design, (values - centre) / spread)
        ratios = best_ratios(likelihood)
        squares = likelihood.at(*ratios).squares
        residual = likelihood.residual(squares)
        u, a = (ratio * squares / likelihood.df for ratio in ratios)
        variances = (u * spread**2, a * spread**2, residual * spread**2)
    found = likelihood.at(*ratios)
    first = design.n_assessors if design.fixed else 1
    components = Components(
        *variances,
        mean=centre + spread * float(found.solution[:first].mean()),
        n_levels=design.n,
        n_applications=design.n_applications,
        n_assessors=design.n_assessors,
        df_residual=design.residual_df,
    )
    return Fitted(design, components, values)


class Fitted:
    """What follows once the variances are known: effects, predictions, draws.

    Can also be made with variances from elsewhere: ``Fitted(design, components, values)``.
    """

    def __init__(self, design: Crossed, components: Components, values: Floats) -> None:
        self.design, self.components, self.values = design, components, values
        self._ratios = components.ratios()
        # The inverse does not depend on the values, and zeros have a likelihood whatever the unit of the levels.
        self._inverse = Likelihood(design, np.zeros(design.n)).at(*self._ratios).inverse
        self._weight = self._ratios[0] / (1 + self._ratios[0] * design.counts)

    def fixed_effects(self) -> tuple[Floats, Floats]:
        """The fixed effects, shape (p,), and their covariance, shape (p, p): mean or assessors, then covariates.

        The covariance takes the variances as known.
        """
        p = self.design.n_fixed
        centre = self.values.mean()
        solution = self._u_and_rest(self.values - centre)[1][:p]
        solution[: self.design.n_assessors if self.design.fixed else 1] += centre
        return solution, self._inverse[:p, :p] * self.components.residual

    def solve(self, values: Floats | None = None) -> Floats:
        """The predictions of u for many right-hand sides: values of shape (n, d) give (applications, d).

        These are the posterior means given the variances (best linear unbiased predictions). Shape (n,) gives
        (applications,); without values, those of the fit. Memory: some copies of the answer.
        """
        y = self.values if values is None else values
        return self._u_and_rest(y)[0]

    def true_values(self, values: Floats | None = None) -> Floats:
        """As `solve`, with mean and covariates: what assessors weighted alike are expected to give the application."""
        y = self.values if values is None else values
        u, solution = self._u_and_rest(y)
        design = self.design
        first = design.n_assessors if design.fixed else 1
        answer: Floats = u + solution[:first].mean(axis=0)
        if design.n_covariates:
            answer = answer + self._covariates() @ solution[first : design.n_fixed]
        return answer

    def _covariates(self) -> Floats:
        first = self.design.n_assessors if self.design.fixed else 1
        sums = self.design.sums[:, first : first + self.design.n_covariates].toarray()
        answer: Floats = sums / self.design.counts[:, None]
        return answer

    def _u_and_rest(self, y: Floats) -> tuple[Floats, Floats]:
        design = self.design
        weight = self._weight if y.ndim == 1 else self._weight[:, None]
        sums = _dense(design.by_application @ y)
        right = _dense(design.columns.T @ y) - _dense(design.sums.T @ (weight * sums))
        solution: Floats = self._inverse @ right
        u: Floats = weight * (sums - _dense(design.sums @ solution))
        return u, solution

    def posterior_draws(
        self, seed: int | np.random.Generator, draws: int, *, chunk: int = 200
    ) -> Iterator[Floats]:
        """Draws of the true values of `true_values` given the levels, in pieces of shape (applications, ≤ chunk).

        Normal errors, a flat prior on mean and covariates, and the variances taken as known: levels are simulated
        from the model and the prediction error of each simulation is added to the prediction from the real ones.
        """
        random = np.random.default_rng(seed)
        design, components = self.design, self.components
        centre = self.true_values()[:, None]
        assessors = design.columns[:, design.n_fixed :]
        for start in range(0, draws, chunk):
            size = min(chunk, draws - start)
            u = random.standard_normal((design.n_applications, size)) * np.sqrt(components.applications)
            e = random.standard_normal((design.n, size)) * np.sqrt(components.residual)
            e += _dense(design.by_application.T @ u)
            if not design.fixed:
                a = random.standard_normal((design.n_assessors, size)) * np.sqrt(components.assessors)
                e += _dense(assessors @ a)
            yield centre + u - self.true_values(e)


def _dense(values: Any) -> Floats:
    """What a product of a sparse and a dense array is, which its type does not say."""
    return np.asarray(values, dtype=np.float64)


def prepared(
    application: ArrayLike,
    assessor: ArrayLike,
    value: ArrayLike,
    *,
    assessors: Assessors = "random",
    covariates: ArrayLike | None = None,
) -> tuple[Crossed, Floats]:
    """The design and the values, after the checks that `fit_components` documents."""
    if assessors not in ("random", "fixed"):
        raise TableError(f"assessors {assessors!r}: expected 'random' or 'fixed'")
    codes = {"application": _codes(application, "application"), "assessor": _codes(assessor, "assessor")}
    values = np.asarray(value, dtype=np.float64)
    n = len(codes["application"])
    if codes["assessor"].shape != (n,) or values.shape != (n,):
        raise TableError(
            f"application of shape ({n},), assessor of shape {codes['assessor'].shape} and value of shape "
            f"{values.shape}: expected one of each per level"
        )
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise TableError(
            f"row {row + 1}: value {values[row]}: expected a finite number; leave missing levels out"
        )
    if float(np.abs(values).max()) > _LARGEST_VALUE:
        row = int(np.argmax(np.abs(values)))
        raise TableError(
            f"row {row + 1}: value {values[row]}: too large to be squared; expected a level or a total"
        )
    extra = _covariates(covariates, int(codes["application"].max()) + 1)
    design = Crossed(codes["application"], codes["assessor"], fixed=assessors == "fixed", covariates=extra)
    _check_identifiable(design)
    return design, values


def _codes(codes: ArrayLike, name: str) -> Ints:
    array = np.asarray(codes)
    if array.ndim != 1 or not len(array) or not np.issubdtype(array.dtype, np.integer):
        raise TableError(
            f"{name}: expected at least one whole number, got {array.dtype} of shape {array.shape}"
        )
    numbers = array.astype(np.int64)
    if int(numbers.min()) < 0:
        raise TableError(f"{name}: expected codes from 0, got {int(numbers.min())}")
    if int(numbers.max()) >= len(numbers):
        raise TableError(f"{name}: code {int(numbers.max())} leaves gaps; number those that occur from 0")
    unused = np.flatnonzero(np.bincount(numbers) == 0)
    if len(unused):
        raise TableError(f"{name}: nothing has the code {int(unused[0])}; number those that occur from 0")
    return numbers


def _covariates(covariates: ArrayLike | None, applications: int) -> Floats:
    if covariates is None:
        return np.zeros((applications, 0))
    extra = np.asarray(covariates, dtype=np.float64)
    if extra.ndim != 2 or len(extra) != applications:
        raise TableError(
            f"covariates of shape {extra.shape}: expected one row for each of {applications} applications"
        )
    if not np.isfinite(extra).all():
        raise TableError("covariates: expected finite numbers")
    with_mean = np.column_stack([np.ones(applications), extra])
    if np.linalg.matrix_rank(with_mean) < with_mean.shape[1]:
        raise TableError("covariates: one is constant or follows from the others; leave it out")
    return extra


def _check_identifiable(design: Crossed) -> None:
    """Raise TableError if the variances cannot be told apart, with the plainest reason that applies."""
    if design.n_applications == 1:
        raise TableError("there is a single application: no variance between applications can be estimated")
    if int(design.counts.max()) == 1:
        raise TableError(
            "every application has one level only: differences between applications and disagreement of "
            "assessors cannot be told apart; let some be assessed by two"
        )
    if design.n_assessors == 1 and not design.fixed:
        raise TableError("there is a single assessor: no variance between assessors can be estimated")
    if design.separability() < _SEPARABLE:
        raise TableError(
            "too few assessors share applications: variances between applications, between assessors and "
            "residual cannot be told apart; let more applications be assessed by the same two"
        )
