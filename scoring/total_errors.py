"""By how much chance moves the totals of a ranking: what `scoring.rank_sets` needs of every total."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.blocks import Block, Parted
from scoring.components import fit
from scoring.criteria import StageRule
from scoring.errors import TableError
from scoring.variances import Estimates

Floats = NDArray[np.float64]

#: Variance of the median of 0, 1, 2, … standard normal values.
_MEDIAN = np.array([np.nan, 1, 0.5, 0.44867, 0.29822, 0.28683, 0.21474, 0.21045])


def total_errors(parted: Parted, estimates: Estimates, rule: StageRule) -> tuple[Floats, Floats]:
    """The variance of what is each total's own error, shape (n,), and the loadings of what totals share, (n, m).

    Means: error and coarseness are the application's own, severity is shared with those of the same assessors.
    Medians: the variance of the median of normal values, that of severity included, with nothing shared: on the
    safe side. Where the order goes by severity-adjusted levels, what is shared is the error of the estimated
    severities; that it also takes up some of the applications' own error is left out, again on the safe side.
    NaN for applications that are incomplete.
    """
    n = len(parted.ids)
    own = np.full(n, (parted.form_weights**2).sum() / 12)
    loadings = []
    for block, used in zip(parted.blocks, estimates.variances, strict=True):
        counts = block.counts(n)
        own += used.hidden
        adjusted = _severity_root(block) if rule.places == "severity_adjusted" else None
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(counts > 0, 1 / counts, np.nan)
            if rule.combine == "median":
                factor = median_variance(counts)
                own += factor * (0.0 if adjusted is not None else used.assessors)
            own += factor * used.residual
            met = np.bincount(
                block.application * len(block.assessors) + block.assessor, minlength=n * len(block.assessors)
            ).reshape(n, -1)
            share = met / counts[:, None]
        if adjusted is not None:
            loadings.append(share @ adjusted)
        elif rule.combine == "mean":
            loadings.append(np.sqrt(used.assessors) * share)
    return own, np.column_stack([np.zeros((n, 0)), *loadings])


def _severity_root(block: Block) -> Floats | None:
    """A root of the covariance of the estimated severities, shape (J, J); None where panels share nothing.

    What all severities have in common stays in it; it is lost when the shares of two panels are subtracted.
    """
    if block.panels() > 1:
        return None
    application = np.unique(block.application, return_inverse=True)[1].ravel()
    try:
        _, covariance = fit(application, block.assessor, block.value, assessors="fixed").fixed_effects()
    except TableError:
        return None
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(values.clip(0)))


def median_variance(counts: NDArray[np.int64]) -> Floats:
    """Variance of the median of independent standard normal values; NaN for none of them.

    Up to seven values from tables, beyond that the limit π / 2n, which is never too small. Source of the first:
    Teichroew (1956), Ann. Math. Stat. 27, 410-426.
    """
    counts = np.asarray(counts)
    with np.errstate(divide="ignore"):
        beyond = np.pi / (2 * counts)
    return np.where(counts < len(_MEDIAN), _MEDIAN[np.minimum(counts, len(_MEDIAN) - 1)], beyond)
