"""The likelihood of applications crossed with assessors, from sums that are made once.

The model: level = fixed part + u(application) + a(assessor) + e, with independent normal u, a and e. The
applications, of which there may be thousands, are absorbed: all that the likelihood needs of them are cross-products
of their sums, one matrix for each number of levels that an application can have. An evaluation then costs
O(different numbers × assessors² + assessors³), however many applications there are.

Source: the restricted likelihood of Patterson & Thompson (1971), Biometrika 58, 545-554, with the residual variance
profiled out, in the form of Henderson's mixed model equations (Searle, Casella & McCulloch 1992, chapters 6 and 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What is added to the sum of squares within (of values scaled to variance 1, per level) where an additive model fits
#: exactly: the likelihood has no maximum there, and this has one in the limit.
FLOOR = 1e-8
#: A share of the sum of squares that is rounding and nothing else.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The restricted likelihood at one pair of variance ratios.

    ``objective``: minus twice the restricted log likelihood, up to a constant; ``gradient``: its derivatives by the
    two ratios, shape (2,); ``inverse``: of the matrix of the mixed model equations; times the residual variance it
    is the covariance of ``solution``: fixed effects, then assessors; ``squares``: the residual sum of squares.
    """

    objective: float
    gradient: Floats
    inverse: Floats
    solution: Floats
    squares: float


class Crossed:
    """Who assessed whom, and the sums of it.

    ``application``, ``assessor``: codes from 0, all in use, shape (n,). ``covariates``: shape (applications, p).
    ``fixed``: whether the assessors are fixed effects, which then take the place of the mean. The caller has checked
    all of it. ``columns`` has the fixed effects first (mean or assessors, then covariates), then random assessors.
    """

    def __init__(self, application: Ints, assessor: Ints, *, fixed: bool, covariates: Floats) -> None:
        self.n = len(application)
        self.fixed = fixed
        self.n_applications = int(application.max()) + 1
        self.n_assessors = int(assessor.max()) + 1
        self.n_covariates = covariates.shape[1]
        rows, ones = np.arange(self.n), np.ones(self.n)
        self.by_application = sparse.csr_array(
            (ones, (application, rows)), shape=(self.n_applications, self.n)
        )
        assessors = sparse.csr_array((ones, (rows, assessor)), shape=(self.n, self.n_assessors))
        mean = sparse.csr_array(ones[:, None])
        extra = sparse.csr_array(covariates[application])
        parts = [assessors, extra] if fixed else [mean, extra, assessors]
        self.columns = sparse.csr_array(sparse.hstack(parts))
        self.n_fixed = self.n_covariates + (self.n_assessors if fixed else 1)
        self.sums = sparse.csr_array(self.by_application @ self.columns)
        self.counts = np.bincount(application, minlength=self.n_applications)
        self.sizes = np.unique(self.counts)
        self.per_size = np.array([(self.counts == size).sum() for size in self.sizes])
        self.products = np.array([self._products_of(size) for size in self.sizes])
        self.cross = (self.columns.T @ self.columns).toarray()
        within = self.cross - np.tensordot(1 / self.sizes, self.products, 1)
        # What is the same for all levels of an application does not vary within it, rounding or not.
        constant = np.zeros(within.shape[0], dtype=bool)
        first = self.n_assessors if fixed else 0
        constant[first : first + self.n_covariates + (0 if fixed else 1)] = True
        within[constant, :] = 0.0
        within[:, constant] = 0.0
        self.within = within
        self.residual_df = self._residual_df()

    def _products_of(self, size: int) -> Floats:
        some = self.sums[np.flatnonzero(self.counts == size)]
        answer: Floats = (some.T @ some).toarray()
        return answer

    def _residual_df(self) -> int:
        """Levels less the rank of applications and assessors together, both taken as fixed."""
        joined = sparse.coo_array(self.sums[:, self._assessor_columns()])
        size = self.n_applications + self.n_assessors
        edges = sparse.csr_array(
            (np.ones(joined.nnz), (joined.coords[0], joined.coords[1] + self.n_applications)),
            shape=(size, size),
        )
        panels, _ = connected_components(edges, directed=False)
        return int(self.n - (size - panels))

    def _assessor_columns(self) -> slice:
        return slice(0, self.n_assessors) if self.fixed else slice(self.n_fixed, None)

    def separability(self) -> float:
        """How far the variances can be told apart: 0 if not at all, 1 if they are orthogonal.

        It is the smallest eigenvalue of the correlations between the covariance matrices of the random effects and
        the residual, once the fixed effects are taken out. Traces need the sums alone.
        """
        x, z = slice(0, self.n_fixed), slice(self.n_fixed, None)
        df = self.n - self.n_fixed
        if df <= 0:
            return 0.0
        generalised = np.linalg.pinv(self.cross[x, x], hermitian=True)
        total = self.products.sum(axis=0)
        weighted = np.tensordot(self.sizes.astype(np.float64), self.products, 1)
        share = generalised @ total[x, x]
        u = float(self.n - np.trace(share))
        uu = float((self.counts.astype(np.float64) ** 2).sum())
        uu += float(-2 * np.sum(generalised * weighted[x, x]) + np.sum(share * share.T))
        gram = np.array([[df, u], [u, uu]])
        if not self.fixed:
            onto = generalised @ self.cross[x, z]
            rest = self.cross[z, z] - self.cross[z, x] @ onto
            ua = np.trace(total[z, z] - 2 * onto.T @ total[x, z] + onto.T @ total[x, x] @ onto)
            a, aa = np.trace(rest), np.sum(rest * rest)
            gram = np.array([[df, u, a], [u, uu, ua], [a, ua, aa]], dtype=np.float64)
        lengths = np.sqrt(np.maximum(np.diag(gram), 0.0))
        # Effects that the fixed part explains altogether leave nothing but rounding.
        if bool((lengths <= 1e-7 * self.n).any()) and bool((lengths <= 1e-9 * lengths.max()).any()):
            return 0.0
        return float(np.linalg.eigvalsh(gram / np.outer(lengths, lengths))[0])


class Likelihood:
    """The restricted likelihood of values, shape (n,), scaled to variance 1 by the caller, on a design."""

    def __init__(self, design: Crossed, values: Floats) -> None:
        self.design = design
        self.df = design.n - design.n_fixed
        c = design.cross.shape[0]
        sums = np.asarray(design.by_application @ values, dtype=np.float64)
        means = sums / design.counts
        self.within = np.zeros((c + 1, c + 1))
        self.within[:c, :c] = design.within
        deviations = values - design.by_application.T @ means
        right = np.asarray(design.columns.T @ deviations, dtype=np.float64)
        self.within[:c, c] = self.within[c, :c] = right
        squares = float(deviations @ deviations)
        # Additive data have no residual: the floor keeps the likelihood from running to infinity.
        self.floored = self._left_over(squares) <= _ROUNDING * design.n
        self.within[c, c] = squares + (FLOOR * design.n if self.floored else 0.0)
        self.products = np.zeros((len(design.sizes), c + 1, c + 1))
        self.products[:, :c, :c] = design.products
        for at, size in enumerate(design.sizes):
            some = np.flatnonzero(design.counts == size)
            with_values = np.asarray(design.sums[some].T @ sums[some], dtype=np.float64)
            self.products[at, :c, c] = self.products[at, c, :c] = with_values
            self.products[at, c, c] = sums[some] @ sums[some]
        self._flat = self.products.reshape(len(design.sizes), -1)

    def _left_over(self, squares: float) -> float:
        """The sum of squares that applications and assessors, both fixed, leave."""
        c = self.within.shape[0] - 1
        part = self.within[:c, c]
        explained = part @ np.linalg.pinv(self.within[:c, :c], rcond=1e-10, hermitian=True) @ part
        return max(0.0, squares - float(explained))

    def residual(self, squares: float) -> float:
        """The residual variance that goes with a residual sum of squares; 0 where all of it is the floor.

        Where applications and assessors together have as many parameters as there are levels, an additive model
        always fits, and the residual variance can still be estimated: by how little u and a would have to vary.
        """
        variance = squares / self.df
        nothing = self.floored and (self.design.residual_df > 0 or variance <= 10 * FLOOR * self.design.n)
        return 0.0 if nothing else variance

    def objective(self, application_ratio: float, assessor_ratio: float) -> float:
        """The objective of `at` alone, in a fraction of its time.

        One Cholesky factor of the mixed model equations with the values as their last column has both the
        determinant and, as the square of its last element, the residual sum of squares.
        """
        c, p = self.design.cross.shape[0], self.design.n_fixed
        shrunken = 1 + application_ratio * self.design.sizes
        matrix = self._flat.T @ (1 / (self.design.sizes * shrunken))
        matrix = matrix.reshape(c + 1, c + 1) + self.within
        root = float(np.sqrt(assessor_ratio))
        matrix[p:c] *= root
        matrix[:, p:c] *= root
        matrix.flat[p * (c + 2) : c * (c + 2) : c + 2] += 1
        try:
            diagonal = np.linalg.cholesky(matrix).diagonal()
        except np.linalg.LinAlgError:  # all but additive: the longer way bears more
            return self.at(application_ratio, assessor_ratio).objective
        logs = np.log(diagonal)
        determinants = self.design.per_size @ np.log(shrunken) + 2 * logs[:c].sum()
        return float(determinants + 2 * self.df * logs[c])

    def at(self, application_ratio: float, assessor_ratio: float) -> Evaluation:
        """The likelihood where the variances are these multiples, at least 0, of the residual variance."""
        design, sizes = self.design, self.design.sizes
        shrunken = 1 + application_ratio * sizes
        whole = self.within + np.tensordot(1 / (sizes * shrunken), self.products, 1)
        slope = -np.tensordot(1 / shrunken**2, self.products, 1)
        c, p = design.cross.shape[0], design.n_fixed
        triangle = np.linalg.cholesky(whole[:p, :p])
        inverse = np.zeros((c, c))
        inverse[:p, :p] = np.linalg.inv(whole[:p, :p])
        # The fixed effects go first: mean and assessors together would be all but singular.
        onto = inverse[:p, :p] @ whole[:p, p:]
        rest = whole[p:, p:] - whole[p:, :p] @ onto
        spread, right = rest[:-1, :-1], rest[:-1, -1]
        matrix = np.eye(c - p) + assessor_ratio * spread
        shrinking = np.linalg.inv(matrix)
        projected = shrinking @ right
        effects = assessor_ratio * projected
        solution = np.concatenate([onto[:, -1] - onto[:, :-1] @ effects, effects])
        inverse[p:, p:] = assessor_ratio * shrinking
        inverse[:p, p:] = -onto[:, :-1] @ inverse[p:, p:]
        inverse[p:, :p] = inverse[:p, p:].T
        inverse[:p, :p] -= inverse[:p, p:] @ onto[:, :-1].T
        contrast = np.append(-solution, 1.0)
        # As a sum of what is left and what the shrinking costs: wrong in the second order only where the solution is.
        squares = float(contrast @ whole @ contrast + assessor_ratio * (projected @ projected))
        determinants = design.per_size @ np.log(shrunken) + 2 * np.log(np.diag(triangle)).sum()
        determinants += np.linalg.slogdet(matrix)[1]
        by_application = (
            design.per_size @ (sizes / shrunken)
            + np.sum(inverse * slope[:c, :c])
            + self.df * (contrast @ slope @ contrast) / squares
        )
        by_assessor = np.sum(shrinking * spread) - self.df * (projected @ projected) / squares
        return Evaluation(
            objective=float(determinants + self.df * np.log(squares)),
            gradient=np.array([by_application, by_assessor]),
            inverse=inverse,
            solution=solution,
            squares=squares,
        )
