"""How far assessors agree, in all and per criterion: correlations, α, severity and the largest disagreements.

In all, over several criteria:

- α takes each application × criterion as a unit, and its bootstrap draws applications with all their criteria. Where
  criteria differ in how high they lie, assessors who see that agree by it: read α per criterion beside it.
- ICC and severity go by one value for each pair of application and assessor, the mean of the levels over the criteria,
  since that is what the points are made of; all criteria weigh alike. A pair without a level on some criterion is kept:
  each level is taken from the mean of its criterion, so that who assessed the harder ones is not counted as stricter.

Nobody is left out: an application with one assessor informs the variances (`scoring.icc`) and the severities, and is
counted among the units that have no pair for α. Values from the form are nobody's judgement: they are counted and left
out. Agreement among those already chosen is lower than among all who applied, since they differ less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from scoring.alpha import METRICS, Alpha, Metric, alphas, units_of
from scoring.assessed import LEVEL_SCALE, Assessed, Scale, read_assessed
from scoring.errors import TableError
from scoring.icc import Icc, icc
from scoring.severity import Severity, severity
from scoring.spread import disagreements, disagreements_of, spread

__all__ = ["Agreement", "Figures", "Note", "agreement", "disagreements", "spread"]

Per = Literal["all", "criterion"]
#: What a reader must know about the figures; ``count`` says how many.
#: form_left_out: levels from the form. one_assessor, one_application, all_equal: why hardly anything can be said.
#: assessed_once: applications × criteria with one level. partly_assessed: pairs of application and assessor that lack
#: a level on some criterion. separate_panels: groups of assessors that share no application. few_units: so few pairs
#: for α that its interval is rough.
NoteCode = Literal[
    "form_left_out",
    "one_assessor",
    "one_application",
    "all_equal",
    "assessed_once",
    "partly_assessed",
    "separate_panels",
    "few_units",
]

#: With fewer pairable units a bootstrap has too few different samples to be trusted.
FEW_UNITS = 10
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Note:
    """A caveat: ``criterion`` is None where it is about all."""

    code: NoteCode
    count: int
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Agreement on one criterion, or in all."""

    icc: Icc
    alpha: dict[Metric, Alpha]
    severity: Severity
    n_levels: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values: numbers under ``icc`` and ``alpha``, [low, high] beside them, a reason where there is none."""
        rows = {row.pop("assessor"): row for row in self.severity.records()}
        return {
            "n": {
                "levels": self.n_levels,
                "applications": self.icc.n_applications,
                "assessors": self.icc.n_assessors,
                "units": self.alpha["ordinal"].n_units,
                "pairable_units": self.alpha["ordinal"].n_pairable,
            },
            "icc": {key: _rounded(form.value) for key, form in self.icc.forms.items()},
            "icc_interval": {
                key: [_rounded(form.low), _rounded(form.high)] for key, form in self.icc.forms.items()
            },
            "icc_reason": {key: form.reason for key, form in self.icc.forms.items() if form.reason},
            "icc_k": _rounded(self.icc.k),
            "icc_method": self.icc.method,
            "alpha": {metric: _rounded(each.value) for metric, each in self.alpha.items()},
            "alpha_interval": {
                metric: [_rounded(each.low), _rounded(each.high)] for metric, each in self.alpha.items()
            },
            "alpha_reason": {
                metric: each.reason or each.interval_reason
                for metric, each in self.alpha.items()
                if each.reason or each.interval_reason
            },
            "severity": {
                assessor: {
                    key: _rounded(value) if isinstance(value, float) else value for key, value in row.items()
                }
                for assessor, row in rows.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that can be said about how far assessors agree.

    ``overall``: over all criteria; ``criteria``: per criterion, empty unless asked for. ``disagreements``: as
    `scoring.spread.disagreements`. ``confidence``: of all intervals; ``seed``: of the bootstrap.
    """

    overall: Figures
    criteria: dict[str, Figures]
    disagreements: pd.DataFrame
    notes: tuple[Note, ...]
    scale: Scale
    confidence: float
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: those of ``overall``, and of each criterion under ``criteria`` if asked for."""
        content: dict[str, Any] = {
            "scale": list(self.scale),
            "confidence": self.confidence,
            "seed": self.seed,
            **self.overall.to_dict(),
        }
        if self.criteria:
            content["criteria"] = {key: figures.to_dict() for key, figures in self.criteria.items()}
        content["disagreements"] = [
            {key: _rounded(value) if isinstance(value, float) else value for key, value in row.items()}
            for row in self.disagreements.to_dict("records")
        ]
        content["notes"] = [
            {"code": note.code, "count": note.count, "criterion": note.criterion} for note in self.notes
        ]
        return content


def agreement(
    levels: pd.DataFrame,
    per: Per = "all",
    *,
    scale: Scale = LEVEL_SCALE,
    confidence: float = 0.95,
    seed: int = 0,
    draws: int = 2000,
    applications: Sequence[str] | None = None,
    assessors: Sequence[str] | None = None,
    criteria: Sequence[str] | None = None,
) -> Agreement:
    """How far assessors agree.

    Parameters
    ----------
    levels : DataFrame
        Columns application, assessor, level, and criterion if there is more than one.
    per : "all" or "criterion"
        Whether to give the figures of each criterion as well.
    scale : (low, high)
        The lowest and the highest level.
    confidence, seed, draws
        Of the intervals; seed and draws are those of the bootstrap of α.
    applications, assessors, criteria : sequences of text, optional
        If given, no others may appear.

    Raises
    ------
    TableError
        For a setting that is out of range, a table that `scoring.assessed.read_assessed` refuses, or one in which
        nobody but the form gave a level.
    LevelError
        For a level that is missing, no finite number or outside the scale.

    What cannot be estimated is None with a reason, never a guess.
    """
    if per not in ("all", "criterion"):
        raise TableError(f"per {per!r}: expected 'all' or 'criterion'")
    read = read_assessed(
        levels, scale=scale, applications=applications, assessors=assessors, criteria=criteria
    )
    if not len(read):
        raise TableError(f"no assessor gave a level: all {read.from_form} rows are from the form")

    def figures(part: Assessed) -> Figures:
        totals = _totals(part)
        return Figures(
            icc(totals, confidence),
            alphas(units_of(part), METRICS, confidence=confidence, seed=seed, draws=draws),
            severity(totals, confidence),
            len(part),
        )

    overall = figures(read)
    notes = [Note("form_left_out", read.from_form)] if read.from_form else []
    notes += _notes(read, overall, None)
    by_criterion: dict[str, Figures] = {}
    if per == "criterion":
        for key in read.criteria:
            part = read.of_criterion(key)
            by_criterion[key] = figures(part) if len(read.criteria) > 1 else overall
            if len(read.criteria) > 1:
                notes += _notes(part, by_criterion[key], key)
    low, high = scale
    return Agreement(
        overall,
        by_criterion,
        disagreements_of(read),
        tuple(notes),
        (float(low), float(high)),
        confidence,
        seed,
    )


def _totals(read: Assessed) -> pd.DataFrame:
    """One value for each pair of application and assessor: columns application, assessor, level."""
    pair = read.application * max(1, len(read.assessors)) + read.assessor
    pairs, position, n = np.unique(pair, return_inverse=True, return_counts=True)
    criteria = np.unique(read.criterion)
    if len(criteria) == 1:
        means = read.level[np.argsort(pair, kind="stable")]
    else:
        centre = np.zeros(len(read.criteria))
        if bool((n < len(criteria)).any()):
            counts = np.bincount(read.criterion, minlength=len(read.criteria))
            sums = np.bincount(read.criterion, weights=read.level, minlength=len(read.criteria))
            centre = sums / np.maximum(counts, 1)
            centre -= centre[criteria].mean()
        # Rounded, so that equal means do not differ by the order in which they were added up.
        means = np.round(np.bincount(position, weights=read.level - centre[read.criterion]) / n, 12)
    return pd.DataFrame(
        {
            "application": np.array(read.applications, dtype=object)[pairs // max(1, len(read.assessors))],
            "assessor": np.array(read.assessors, dtype=object)[pairs % max(1, len(read.assessors))],
            "level": means,
        }
    )


def _notes(read: Assessed, figures: Figures, criterion: str | None) -> list[Note]:
    found: list[Note] = []

    def note(code: NoteCode, count: int) -> None:
        found.append(Note(code, count, criterion))

    if figures.icc.n_assessors == 1:
        note("one_assessor", len(read))
    if figures.icc.n_applications == 1:
        note("one_application", len(read))
    if float(np.ptp(read.level)) == 0:
        note("all_equal", len(read))
    ordinal = figures.alpha["ordinal"]
    if ordinal.n_units > ordinal.n_pairable:
        note("assessed_once", ordinal.n_units - ordinal.n_pairable)
    if 0 < ordinal.n_pairable < FEW_UNITS:
        note("few_units", ordinal.n_pairable)
    pair = read.application * max(1, len(read.assessors)) + read.assessor
    n = np.unique(pair, return_counts=True)[1]
    if int(n.min()) < len(np.unique(read.criterion)):
        note("partly_assessed", int((n < len(np.unique(read.criterion))).sum()))
    if not figures.severity.connected:
        note("separate_panels", int(figures.severity.table["panel"].nunique()))
    return found


def _rounded(value: float | None) -> float | None:
    """Nine decimals: the last digits of a float depend on the machine. None for what is missing."""
    return None if value is None or value != value else round(float(value), _DECIMALS) + 0.0
