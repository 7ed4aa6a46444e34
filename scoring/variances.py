"""The variances that the model of certainty needs, from the levels themselves: per block, and between blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.blocks import Block, Parted
from scoring.components import Components, fit_components
from scoring.errors import TableError
from scoring.posterior import Variances, block_effects, centred

Floats = NDArray[np.float64]

#: With fewer applications in a block, the form is not used to inform it.
FEWEST_FOR_FORM = 10
#: No two blocks are taken to hang together more than this.
_LARGEST_CORRELATION = 0.95
#: Variance of the median of 0, 1, 2, … standard normal values.
_MEDIAN = np.array([np.nan, 1, 0.5, 0.44867, 0.29822, 0.28683, 0.21474, 0.21045])


class Undeterminable(Exception):
    """The variances cannot be told; ``code`` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Estimates:
    """Per block the components and what the model uses of them; ``between``: Σ of `scoring.posterior`, (B, B).

    ``leaning``: for each block whether the form informs it.
    """

    components: tuple[Components, ...]
    variances: tuple[Variances, ...]
    between: Floats
    leaning: tuple[bool, ...]

    @property
    def df(self) -> float:
        """Degrees of freedom of the errors: the fewest of any block, infinite without blocks."""
        return min((float(each.df_residual) for each in self.components), default=np.inf)

    def to_dicts(self, blocks: tuple[Block, ...]) -> tuple[dict[str, Any], ...]:
        """What was estimated, for people and files: standard deviations in points of 0–100."""
        return tuple(
            {
                "criteria": block.criteria,
                "n_levels": each.n_levels,
                "n_applications": each.n_applications,
                "n_assessors": each.n_assessors,
                "sd_applications": float(np.sqrt(each.applications)),
                "sd_assessors": float(np.sqrt(each.assessors)),
                "sd_error": float(np.sqrt(used.residual)),
                "sd_coarseness": float(np.sqrt(block.coarseness)),
                "df": each.df_residual,
                "informed_by_form": leans,
            }
            for block, each, used, leans in zip(
                blocks, self.components, self.variances, self.leaning, strict=True
            )
        )


def estimate(parted: Parted) -> Estimates:
    """REML per block, and the covariances between blocks from what applications score in both.

    Raises Undeterminable with the code "one_assessor_each" or "too_few_shared".
    """
    form = centred(parted.form)
    fitted = [_fit(block, form) for block in parted.blocks]
    components = tuple(each for each, _ in fitted)
    leaning = tuple(leans for _, leans in fitted)
    variances = tuple(
        Variances(
            assessors=each.assessors,
            residual=max(each.residual, block.coarseness),
            hidden=max(0.0, block.coarseness - each.residual),
        )
        for each, block in zip(components, parted.blocks, strict=True)
    )
    diagonal = np.array([each.applications for each in components])
    between = _between(parted, variances, diagonal, leaning)
    return Estimates(components, variances, between, leaning)


def total_errors(parted: Parted, estimates: Estimates, combine: str) -> tuple[Floats, Floats]:
    """What `scoring.rank_sets` needs of every total: the variance of its own error, and what it shares.

    Means: error and coarseness are the application's own, severity is shared with those of the same assessors.
    Medians: those of one panel are taken as independent of those of any other, with the variance of the median
    of normal errors, which is on the safe side. NaN for applications that are incomplete.
    """
    n = len(parted.ids)
    own = np.full(n, (parted.form_weights**2).sum() / 12)
    loadings = []
    for block, used in zip(parted.blocks, estimates.variances, strict=True):
        counts = block.counts(n)
        own += used.hidden
        with np.errstate(divide="ignore", invalid="ignore"):
            if combine == "median":
                own += (used.residual + used.assessors) * median_variance(counts)
                continue
            own += np.where(counts > 0, used.residual / counts, np.nan)
            share = np.bincount(
                block.application * len(block.assessors) + block.assessor, minlength=n * len(block.assessors)
            ).reshape(n, -1)
            loadings.append(np.sqrt(used.assessors) * share / counts[:, None])
    return own, np.column_stack([np.zeros((n, 0)), *loadings])


def median_variance(counts: NDArray[np.int64]) -> Floats:
    """Variance of the median of independent standard normal values; NaN for none of them.

    Exact to five digits up to seven values, beyond that the limit π / 2n, which is never too small. Source of
    the first: Teichroew (1956), Ann. Math. Stat. 27, 410-426.
    """
    counts = np.asarray(counts)
    with np.errstate(divide="ignore"):
        beyond = np.pi / (2 * counts)
    return np.where(counts < len(_MEDIAN), _MEDIAN[np.minimum(counts, len(_MEDIAN) - 1)], beyond)


def _fit(block: Block, form: Floats) -> tuple[Components, bool]:
    codes, application = np.unique(block.application, return_inverse=True)
    if int(np.bincount(application.ravel()).max()) == 1:
        raise Undeterminable("one_assessor_each")
    extra = form[codes]
    leans = len(codes) >= FEWEST_FOR_FORM and float(np.ptp(extra)) > 0
    try:
        found = fit_components(
            application.ravel(), block.assessor, block.value, covariates=extra[:, None] if leans else None
        )
    except TableError as reason:
        raise Undeterminable("too_few_shared") from reason
    return found, leans


def _between(
    parted: Parted, variances: tuple[Variances, ...], diagonal: Floats, leaning: tuple[bool, ...]
) -> Floats:
    """Σ: the variances on its diagonal; beside it the covariance of the applications' residuals in two blocks.

    Errors of different blocks are independent, so that this covariance is that of the applications alone.
    """
    total = len(parted.blocks)
    between = np.diag(diagonal)
    if total < 2:
        return between
    means = np.full((len(parted.ids), total), np.nan)
    for at, block in enumerate(parted.blocks):
        alone = replace(parted, blocks=(block,))
        left = block.value - block_effects(alone, variances[at], float(diagonal[at]), leaning[at])
        sums = np.bincount(block.application, weights=left, minlength=len(parted.ids))
        counts = np.bincount(block.application, minlength=len(parted.ids))
        means[counts > 0, at] = sums[counts > 0] / counts[counts > 0]
    for first in range(total):
        for second in range(first):
            both = np.isfinite(means[:, [first, second]]).all(axis=1)
            spare = int(both.sum()) - 1 - int(leaning[first] or leaning[second])
            if spare < FEWEST_FOR_FORM:
                continue
            a, b = means[both, first], means[both, second]
            largest = _LARGEST_CORRELATION * np.sqrt(diagonal[first] * diagonal[second])
            covariance = float(((a - a.mean()) * (b - b.mean())).sum() / spare)
            between[first, second] = between[second, first] = np.clip(covariance, -largest, largest)
    return _possible(between)


def _possible(between: Floats) -> Floats:
    """The matrix with its diagonal kept and its correlations drawn together until none is impossible."""
    diagonal = np.diag(np.diag(between))
    for share in np.linspace(1, 0, 21):
        mixed = share * between + (1 - share) * diagonal
        if np.linalg.eigvalsh(mixed).min() >= 0:
            return np.asarray(mixed)
    return diagonal
