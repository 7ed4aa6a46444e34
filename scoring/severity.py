"""How strict each assessor is, beside colleagues who judged some of the same applications.

The model: level = effect of the assessor + u(application) + e, applications random and assessors fixed, estimated by
restricted maximum likelihood (as ``MixedLM`` of statsmodels does). The severity of an assessor is the mean effect of
the assessors of the panel, weighted alike, less the own effect: positive is stricter. In a panel they sum to 0.

A *panel* is a connected part of who-assessed-what. Between panels nobody can tell strict assessors from weak
applications, so severities are comparable only within one.

The interval is Wald's: severity ± t × standard error, with the quantile of Student's t at the residual degrees of
freedom: levels less the rank of applications and assessors together. Where everybody assessed everything it is the
exact interval of the two-way analysis of variance. The standard error takes the variances as known.

Sources: Patterson & Thompson (1971), Biometrika 58, 545-554; Searle, Casella & McCulloch (1992), Variance Components.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.special import stdtrit

from scoring.components import Components, Fitted, fit
from scoring.crossed import Floats, Ints
from scoring.errors import TableError
from scoring.judgements import Judgements, by_criterion, read_judgements

#: Why an assessor has no severity: shares no application with anybody; or the table has too few levels that are shared
#: for its variances and errors to be estimated. Empty where there is a severity.
Reason = Literal["", "no_shared_application", "too_few_levels", "no_spread"]

_PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Severity:
    """The severities of all assessors.

    ``table``: one row per assessor, by name: ``assessor``, ``n`` (levels given), ``severity``, ``se``, ``low``,
    ``high`` (in levels; NaN if and only if ``identifiable`` is false), ``panel`` (from 0, by the first name in it),
    ``identifiable``, ``reason``. ``connected``: whether all are one panel. ``components``: the variances with the
    assessors fixed, None if they could not be estimated. ``level``: of the intervals.
    """

    table: pd.DataFrame
    connected: bool
    components: Components | None
    level: float

    def records(self) -> list[dict[str, Any]]:
        """The rows of the table as plain values, None for figures that are missing."""
        rows = self.table.to_dict("records")
        return [
            {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()} for row in rows
        ]


def severity(frame: pd.DataFrame, level: float = 0.95) -> Severity:
    """The severity of each assessor on one criterion, or on totals.

    Parameters
    ----------
    frame : DataFrame
        Columns application, assessor, level, and criterion if it is one and the same; any finite numbers. Rows of the
        assessor ``"form"`` are nobody's judgement and left out.
    level : float in (0, 1)
        Confidence of each interval, for each assessor alone.

    Raises
    ------
    TableError, LevelError
        As `scoring.judgements.read_judgements`, and for a ``level`` that is out of range.
    """
    if not 0 < level < 1:
        raise TableError(f"level {level!r}: expected a confidence between 0 and 1, such as 0.95")
    judgements = read_judgements(frame)
    count = len(judgements.assessors)
    panels = panels_of(judgements)
    shared = np.bincount(panels, minlength=1)[panels] > 1
    fitted = _fitted(judgements) if shared.any() else None
    enough = fitted is not None and fitted.components.df_residual > 0
    # One and the same level everywhere leaves nothing to estimate errors from: an interval of no width would be a lie.
    spread = len(set(judgements.values.tolist())) > 1
    figures = np.full((4, count), np.nan)
    if fitted is not None and enough and spread:
        effects, errors = _centred(fitted, panels)
        half = float(stdtrit(fitted.components.df_residual, (1 + level) / 2)) * errors
        figures[:, shared] = np.array([effects, errors, effects - half, effects + half])[:, shared]
    too_little = "too_few_levels" if not enough else "" if spread else "no_spread"
    reasons = np.where(shared, too_little, "no_shared_application")
    table = pd.DataFrame(
        {
            "assessor": pd.Series(judgements.assessors, dtype=object),
            "n": np.bincount(judgements.assessor, minlength=count).astype(np.int64),
            **dict(zip(("severity", "se", "low", "high"), figures, strict=True)),
            "panel": panels,
            "identifiable": reasons == "",
            "reason": pd.Series(reasons.tolist(), dtype=object),
        }
    )
    return Severity(table, bool(panels.max(initial=0) == 0), fitted.components if fitted else None, level)


def severity_by_criterion(levels: pd.DataFrame, level: float = 0.95) -> dict[str, Severity]:
    """The severities per criterion of a table of levels, criteria in the order of their keys.

    A criterion that the form alone answers has a table without rows.
    """
    return {name: severity(part, level) for name, part in by_criterion(levels)}


def exact_adjustments(levels: pd.DataFrame, criteria: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    """What to add to each level of an assessor on a criterion to set severity aside, rounded to 3 decimals.

    One entry for each pair of assessor and criterion in the table, for the criteria given; the severity is added,
    since strict assessors give low levels. 0 where it is not identifiable, and for the form. The order of the rows
    makes no difference.
    """
    wanted = set(criteria)
    answer: dict[tuple[str, str], Decimal] = {}
    for name, part in by_criterion(levels):
        if name not in wanted:
            continue
        found = severity(part).table
        known = {
            assessor: _rounded(value) if identifiable else Decimal("0.000")
            for assessor, value, identifiable in zip(
                found["assessor"], found["severity"], found["identifiable"], strict=True
            )
        }
        for assessor in sorted(set(part["assessor"])):
            answer[assessor, name] = known.get(assessor, Decimal("0.000"))
    return answer


def _rounded(value: float) -> Decimal:
    # Adding 0 makes a zero of "minus zero".
    return Decimal(value).quantize(_PLACES, ROUND_HALF_EVEN) + Decimal("0.000")


def panels_of(judgements: Judgements) -> Ints:
    """The panel of each assessor, shape (assessors,): numbers from 0, in the order of their first names."""
    assessors, applications = len(judgements.assessors), len(judgements.applications)
    edges = sparse.csr_array(
        (np.ones(len(judgements.values)), (judgements.assessor, judgements.application + assessors)),
        shape=(assessors + applications, assessors + applications),
    )
    _, labels = connected_components(edges, directed=False)
    return pd.factorize(np.asarray(labels[:assessors]))[0].astype(np.int64)


def _fitted(judgements: Judgements) -> Fitted | None:
    try:
        return fit(judgements.application, judgements.assessor, judgements.values, assessors="fixed")
    except TableError:
        # The codes are sound by construction: what is left is that the variances cannot be told apart.
        return None


def _centred(fitted: Fitted, panels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The severities and their standard errors, from the full covariance of the assessors' effects."""
    effects, covariance = fitted.fixed_effects()
    same = (panels[:, None] == panels[None, :]).astype(np.float64)
    contrast = same / same.sum(axis=1, keepdims=True) - np.eye(len(panels))
    centred: Floats = contrast @ (effects - effects.mean())
    variances = np.einsum("ij,jk,ik->i", contrast, covariance, contrast, optimize=True)
    errors: Floats = np.sqrt(np.maximum(variances, 0.0))
    return centred, errors
