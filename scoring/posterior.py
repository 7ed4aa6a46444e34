"""What the levels say of the true points: their joint distribution, exact given the variances.

In block b (see `scoring.blocks`) the points that assessor j gave application i are

    X_ijb = μ_b + β_b·F_i + u_ib − s_jb + e_ijb

with F_i the points of the form (as far from their mean as they lie), u_i = (u_i1, …, u_iB) ~ N(0, Σ), severities
s_jb ~ N(0, σ²_ab) and errors e_ijb ~ N(0, σ²_eb), all independent; μ and β have flat priors. The true points are
θ_i = F_i + Σ_b (μ_b + β_b·F_i + u_ib) + coarseness. Given g = (μ, β, s) the applications are independent of one
another, so that g, of few numbers, is drawn first and each θ_i given g: exact, without a matrix of applications.

Source of the algebra: Lindley & Smith (1972), J. R. Stat. Soc. B 34, 1-41; Henderson (1975), Biometrics 31, 423-447.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.blocks import Parted

Floats = NDArray[np.float64]

_NUMBERS_AT_ONCE = 1_000_000
#: Least standard deviation of true points: where nothing else differs, draws differ by this, and never tie.
_HAIR = 1e-9
#: What stands for a variance of severities of 0, as a share of that of the error.
_NO_SEVERITY = 1e-9


@dataclass(frozen=True, slots=True)
class Variances:
    """Of one block, in squared points: between assessors, of the error, and what whole levels hide.

    ``hidden`` is coarseness that does not show as disagreement, because assessors agree more than levels are fine.
    """

    assessors: float
    residual: float
    hidden: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """Given g ~ N(``centre``, ``root`` rootᵀ), θ_i is ``offset`` + ``slope`` g + ``spread`` z + coarseness of the form.

    Shapes: offset and spread (n,), slope (n, G), centre (G,), root (G, G), form_weights (f,).
    """

    offset: Floats
    slope: Floats
    spread: Floats
    centre: Floats
    root: Floats
    form_weights: Floats

    @property
    def n(self) -> int:
        """How many applications."""
        return len(self.offset)

    def mean(self) -> Floats:
        """The expected true points of each application, shape (n,)."""
        return np.asarray(self.offset + self.slope @ self.centre)

    def covariance(self) -> Floats:
        """The covariance of the true points, shape (n, n): for few applications."""
        lean = self.slope @ self.root
        own = self.spread**2 + (self.form_weights**2).sum() / 12
        return np.asarray(lean @ lean.T + np.diag(own))

    def only(self, rows: NDArray[np.int64]) -> Posterior:
        """The same of some applications, in the order given."""
        return Posterior(
            self.offset[rows], self.slope[rows], self.spread[rows], self.centre, self.root, self.form_weights
        )

    def draws(self, seed: int | np.random.Generator, number: int) -> Iterator[Floats]:
        """Draws of all true points, in pieces of shape (≤ number, n); the same seed gives the same draws."""
        random = np.random.default_rng(seed)
        n = len(self.offset)
        size = max(1, _NUMBERS_AT_ONCE // max(n, 1))
        turned = np.ascontiguousarray((self.slope @ self.root).T)
        middle = self.mean()
        for start in range(0, number, size):
            many = min(size, number - start)
            points = random.standard_normal((many, n))
            points *= self.spread
            points += random.standard_normal((many, len(self.centre))) @ turned
            points += middle
            for weight in self.form_weights:
                exact = random.random((many, n))
                exact -= 0.5
                exact *= weight
                points += exact
            yield points


@dataclass(frozen=True, slots=True)
class Mixture:
    """Posteriors that are equally probable, since the variances are not known exactly."""

    parts: tuple[Posterior, ...]

    @property
    def n(self) -> int:
        """How many applications."""
        return len(self.parts[0].offset)

    def mean(self) -> Floats:
        """The expected true points of each application, shape (n,)."""
        return np.asarray(np.mean([each.mean() for each in self.parts], axis=0))

    def only(self, rows: NDArray[np.int64]) -> Mixture:
        """The same of some applications, in the order given."""
        return Mixture(tuple(each.only(rows) for each in self.parts))

    def draws(self, seed: int, number: int) -> Iterator[Floats]:
        """As `Posterior.draws`; of each posterior as many, but for the rest of the division."""
        random = np.random.default_rng(seed)
        share, rest = divmod(number, len(self.parts))
        for at, each in enumerate(self.parts):
            yield from each.draws(random, share + (at < rest))


class Judged:
    """What the posterior needs of the levels, summed once for any variances.

    Per block: ``counts`` and ``totals`` of each application, shape (n,); ``sums``, the columns of the design (1, the
    form if it informs the block, minus one for the assessor) added up per application, shape (n, G_b); ``cross``
    and ``right``, their products with one another and with the values; ``expected``, shape (n, G_b), what the true
    points take from the columns. ``leaning``: for each block whether the form informs it (β is estimated).
    """

    def __init__(self, parted: Parted, leaning: Sequence[bool]) -> None:
        n, form = len(parted.ids), centred(parted.form)
        self.form, self.form_weights = parted.form, parted.form_weights
        self.counts: list[Floats] = []
        self.totals: list[Floats] = []
        self.sums: list[Floats] = []
        self.cross: list[Floats] = []
        self.right: list[Floats] = []
        self.expected: list[Floats] = []
        self.fixed: list[int] = []
        for block, leans in zip(parted.blocks, leaning, strict=True):
            known = np.column_stack([np.ones(n)] + ([form] if leans else []))
            counts = block.counts(n).astype(np.float64)
            many = len(block.assessors)
            met = np.bincount(block.application * many + block.assessor, minlength=n * many).reshape(n, many)
            sums = np.column_stack([known * counts[:, None], -met])
            inner = -(known.T @ met)
            by_assessor = np.bincount(block.assessor, weights=block.value, minlength=many).astype(np.float64)
            totals = np.bincount(block.application, weights=block.value, minlength=n).astype(np.float64)
            self.counts.append(counts)
            self.totals.append(totals)
            self.sums.append(sums)
            self.cross.append(
                np.block([[known.T @ (known * counts[:, None]), inner], [inner.T, np.diag(met.sum(axis=0))]])
            )
            self.right.append(np.concatenate([known.T @ totals, -by_assessor]))
            self.expected.append(np.column_stack([known, np.zeros((n, many))]))
            self.fixed.append(known.shape[1])

    def posterior(self, variances: Sequence[Variances], between: Floats) -> Posterior:
        """The posterior of the true points of all applications, NaN where one is incomplete.

        ``between``: Σ, shape (B, B).
        """
        n, total = len(self.form), len(self.counts)
        residuals = np.array([each.residual for each in variances])
        counts = np.column_stack([np.zeros((n, 0)), *self.counts])
        given_g = _given_g(counts / residuals, between)  # covariance of u_i given g, (n, B, B)
        reach = given_g.sum(axis=1) / residuals  # what the mean of Σ_b u_ib takes from the sums of each block
        offset = self.form + sum((reach[:, b] * self.totals[b] for b in range(total)), np.zeros(n))
        slope = [self.expected[b] - reach[:, b, None] * self.sums[b] for b in range(total)]
        precision, right = [[np.zeros((0, 0))] * total for _ in range(total)], []
        for b in range(total):
            added = self.right[b] / residuals[b]
            for c in range(total):
                shared = given_g[:, b, c] / (residuals[b] * residuals[c])
                precision[b][c] = -(self.sums[b].T @ (shared[:, None] * self.sums[c]))
                added = added - self.sums[b].T @ (shared * self.totals[c])
            prior = np.zeros(len(added))
            prior[self.fixed[b] :] = 1 / max(variances[b].assessors, _NO_SEVERITY * residuals[b])
            precision[b][b] = precision[b][b] + self.cross[b] / residuals[b] + np.diag(prior)
            right.append(added)
        hidden = sum(each.hidden for each in variances)
        spread = np.maximum(np.sqrt(given_g.sum(axis=(1, 2)).clip(0) + hidden), _HAIR)
        if not total:
            nothing = np.zeros((0, 0))
            return Posterior(offset, np.zeros((n, 0)), spread, np.zeros(0), nothing, self.form_weights)
        root = np.linalg.inv(np.linalg.cholesky(np.block(precision))).T
        centre = root @ (root.T @ np.concatenate(right))
        return Posterior(offset, np.hstack(slope), spread, centre, root, self.form_weights)

    def effects(self, variances: Sequence[Variances], between: Floats) -> tuple[Floats, ...]:
        """Per block the mean of what an application's levels leave, fixed effects and severities taken out, (n,)."""
        centre = self.posterior(variances, between).centre
        ends = np.cumsum([each.shape[1] for each in self.sums])
        left = []
        for totals, sums, counts, end in zip(self.totals, self.sums, self.counts, ends, strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):
                left.append(np.asarray((totals - sums @ centre[end - sums.shape[1] : end]) / counts))
        return tuple(left)


def centred(form: Floats) -> Floats:
    """The form's points, from their mean and in standard deviations; 0 where unknown or all alike."""
    known = np.isfinite(form)
    if not known.any():
        return np.zeros_like(form)
    spread = form[known].std()
    return np.where(known, (form - form[known].mean()) / spread, 0.0) if spread > 0 else np.zeros_like(form)


def _given_g(counts: Floats, between: Floats) -> Floats:
    """(I + Σ D_i)⁻¹ Σ for each application, shape (n, B, B); D_i the precisions of what was seen of it."""
    patterns, which = np.unique(counts, axis=0, return_inverse=True)
    size = len(between)
    solved = np.stack([np.linalg.solve(np.eye(size) + between * row, between) for row in patterns])
    solved = (solved + solved.transpose(0, 2, 1)) / 2
    return np.asarray(solved[which.ravel()])
