"""The variances that the model of certainty needs, from the levels themselves: per block, and between blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.blocks import Block, Parted
from scoring.components import Components, Fitted, fit
from scoring.errors import TableError
from scoring.posterior import Judged, Mixture, Variances, centred
from scoring.scenarios import MOST_LEVELS, Scenario, scenarios

Floats = NDArray[np.float64]

#: With fewer applications in a block, the form is not used to inform it.
FEWEST_FOR_FORM = 10
#: No two blocks are taken to hang together more than this.
_LARGEST_CORRELATION = 0.95


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

    fits: tuple[Fitted, ...]
    variances: tuple[Variances, ...]
    between: Floats
    leaning: tuple[bool, ...]

    @property
    def components(self) -> tuple[Components, ...]:
        """The estimated variances of each block."""
        return tuple(each.components for each in self.fits)

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
    fits = tuple(each for each, _ in fitted)
    leaning = tuple(leans for _, leans in fitted)
    variances = tuple(_used(each.components, block) for each, block in zip(fits, parted.blocks, strict=True))
    diagonal = np.array([each.components.applications for each in fits])
    between = _between(parted, variances, diagonal, leaning)
    return Estimates(fits, variances, between, leaning)


def true_points(parted: Parted, estimates: Estimates, seed: int) -> Mixture:
    """The distribution of the true points given the levels, with the variances as uncertain as they are."""
    random = np.random.default_rng(seed)
    drawn: list[tuple[Scenario | Components, ...]] = [estimates.components]
    uncertain = [_uncertain(each) for each in estimates.fits]
    if any(uncertain):
        per_block = [
            scenarios(each.design, each.values, each.components.ratios(), random) if wide else None
            for each, wide in zip(estimates.fits, uncertain, strict=True)
        ]
        many = max(len(each) for each in per_block if each)
        # Blocks are independent of one another: their scenarios meet in random order.
        orders = [random.permutation(many) for _ in per_block]
        drawn = [
            tuple(
                each[order[at]] if each else fit.components
                for each, order, fit in zip(per_block, orders, estimates.fits, strict=True)
            )
            for at in range(many)
        ]
    spread = np.sqrt(np.diag(estimates.between))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.nan_to_num(estimates.between / np.outer(spread, spread), posinf=0.0, neginf=0.0)
    np.fill_diagonal(correlation, 1.0)
    parts, judged = [], Judged(parted, estimates.leaning)
    for chosen in drawn:
        variances = [_used(each, block) for each, block in zip(chosen, parted.blocks, strict=True)]
        sds = np.sqrt([each.applications for each in chosen])
        parts.append(judged.posterior(variances, correlation * np.outer(sds, sds)))
    return Mixture(tuple(parts))


def _uncertain(fit: Fitted) -> bool:
    return len(fit.values) <= MOST_LEVELS and float(np.ptp(fit.values)) > 0


def _used(found: Scenario | Components, block: Block) -> Variances:
    """No error is smaller than what whole levels hide."""
    return Variances(
        assessors=found.assessors,
        residual=max(found.residual, block.coarseness),
        hidden=max(0.0, block.coarseness - found.residual),
    )


def _fit(block: Block, form: Floats) -> tuple[Fitted, bool]:
    codes, application = np.unique(block.application, return_inverse=True)
    if int(np.bincount(application.ravel()).max()) == 1:
        raise Undeterminable("one_assessor_each")
    extra = form[codes]
    leans = len(codes) >= FEWEST_FOR_FORM and float(np.ptp(extra)) > 0
    try:
        found = fit(
            application.ravel(), block.assessor, block.value, covariates=extra[:, None] if leans else None
        )
    except TableError as reason:
        raise Undeterminable("too_few_shared") from reason
    if not found.components.df_residual > 0:
        # Every level is spent on effects: an error of 0 would be the fit's doing, not the assessors'.
        raise Undeterminable("too_few_shared")
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
    means = np.column_stack(Judged(parted, leaning).effects(variances, between))
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
