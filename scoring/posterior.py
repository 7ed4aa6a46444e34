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
from scipy import sparse

from scoring.blocks import Block, Parted

Floats = NDArray[np.float64]

_NUMBERS_AT_ONCE = 1_000_000
#: Least standard deviation of true points: where nothing else differs, draws differ by this, and never tie.
_HAIR = 1e-9


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

    def draws(self, seed: int, number: int) -> Iterator[Floats]:
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


def posterior(
    parted: Parted, variances: Sequence[Variances], between: Floats, leaning: Sequence[bool]
) -> Posterior:
    """The posterior of the true points of all applications of `parted`, NaN where one is incomplete.

    ``between``: Σ, shape (B, B); ``leaning``: for each block whether the form informs it (β is estimated).
    """
    n, blocks = len(parted.ids), parted.blocks
    total = len(blocks)
    form = centred(parted.form)
    if not total:
        none = np.zeros((n, 0))
        return Posterior(
            parted.form, none, np.full(n, _HAIR), np.zeros(0), np.zeros((0, 0)), parted.form_weights
        )
    parts = [
        _design(block, form, each, leans)
        for block, each, leans in zip(blocks, variances, leaning, strict=True)
    ]
    z = sparse.block_diag([design for design, _ in parts], format="csr")
    prior = np.concatenate([precision for _, precision in parts])
    weight = np.concatenate(
        [np.full(len(block.value), 1 / each.residual) for block, each in zip(blocks, variances, strict=True)]
    )
    y = np.concatenate([block.value for block in blocks])
    member = np.concatenate([block.application * total + at for at, block in enumerate(blocks)])
    gather = sparse.csr_matrix((weight, (member, np.arange(len(y)))), shape=(n * total, len(y)))
    w, t = gather @ z, gather @ y  # Uᵀ R⁻¹ Z and Uᵀ R⁻¹ y
    counts: Floats = np.asarray(gather.sum(axis=1), dtype=np.float64).reshape(
        n, total
    )  # the diagonal of Uᵀ R⁻¹ U, per application
    given_g = _given_g(counts, between)  # covariance of u_i given g, (n, B, B)
    shrink = sparse.block_diag(given_g, format="csr") if total > 1 else sparse.diags(given_g.ravel())

    scaled = z.multiply(weight[:, None]).tocsr()
    precision = (z.T @ scaled - w.T @ (shrink @ w)).toarray() + np.diag(prior)
    right = scaled.T @ y - w.T @ (shrink @ t)
    # With a floor relative to the diagonal: μ and all severities of a block move together almost freely.
    lower = np.linalg.cholesky(precision)
    root = np.linalg.inv(lower).T
    centre = root @ (root.T @ right)

    add_up = sparse.kron(sparse.identity(n), np.ones((1, total)), format="csr")
    reach = add_up @ shrink
    slope = (_expected(parts, form, leaning, n) - reach @ w).toarray()
    offset = parted.form + reach @ t
    spread = np.sqrt(given_g.sum(axis=(1, 2)).clip(0) + sum(each.hidden for each in variances))
    spread = np.maximum(spread, _HAIR)
    return Posterior(offset, slope, spread, centre, root, parted.form_weights)


def block_effects(parted: Parted, variances: Variances, between: float, leans: bool) -> Floats:
    """What the model expects of each value of the only block, the application's own u set aside, shape (r,)."""
    found = posterior(parted, [variances], np.array([[between]]), [leans])
    design, _ = _design(parted.blocks[0], centred(parted.form), variances, leans)
    return np.asarray(design @ found.centre)


def centred(form: Floats) -> Floats:
    """The form's points, from their mean and in standard deviations; 0 where unknown or all alike."""
    known = np.isfinite(form)
    if not known.any():
        return np.zeros_like(form)
    spread = form[known].std()
    return np.where(known, (form - form[known].mean()) / spread, 0.0) if spread > 0 else np.zeros_like(form)


def _design(
    block: Block, form: Floats, variances: Variances, leans: bool
) -> tuple[sparse.csr_matrix, Floats]:
    """Columns of a block: 1, the form if it informs, minus one for each assessor; and their prior precisions."""
    rows = len(block.value)
    fixed = [np.ones(rows)] + ([form[block.application]] if leans else [])
    columns = [sparse.csr_matrix(np.column_stack(fixed))]
    precisions = [np.zeros(len(fixed))]
    if variances.assessors > 0:
        many = len(block.assessors)
        columns.append(
            sparse.csr_matrix((-np.ones(rows), (np.arange(rows), block.assessor)), shape=(rows, many))
        )
        precisions.append(np.full(many, 1 / variances.assessors))
    return sparse.hstack(columns, format="csr"), np.concatenate(precisions)


def _expected(
    parts: Sequence[tuple[sparse.csr_matrix, Floats]], form: Floats, leaning: Sequence[bool], n: int
) -> sparse.csr_matrix:
    """How the expected points of each application depend on g: Σ_b (μ_b + β_b·F_i), severities 0."""
    columns = []
    for (design, _), leans in zip(parts, leaning, strict=True):
        own = np.zeros((n, design.shape[1]))
        own[:, 0] = 1
        if leans:
            own[:, 1] = form
        columns.append(sparse.csr_matrix(own))
    return sparse.csr_matrix(sparse.hstack(columns))


def _given_g(counts: Floats, between: Floats) -> Floats:
    """(I + Σ D_i)⁻¹ Σ for each application, shape (n, B, B); D_i the precisions of what was seen of it."""
    patterns, which = np.unique(counts, axis=0, return_inverse=True)
    size = len(between)
    solved = np.stack([np.linalg.solve(np.eye(size) + between * row, between) for row in patterns])
    solved = (solved + solved.transpose(0, 2, 1)) / 2
    return np.asarray(solved[which.ravel()])
