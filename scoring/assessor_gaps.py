"""Whether an assessor is stricter towards one group than the other assessors are, after severity.

Who is strict towards everybody is no matter here: what is compared is each assessor's gap between a group and all
others with the same gap of the other assessors, on a model with random applications, so that a group whose
applications are weaker in everybody's eyes does no harm. A gap that all assessors share cannot be seen by this.

Sources: Searle, Casella & McCulloch (1992), Variance Components, for the model; the variances by REML as in
`scoring.components`; Benjamini & Hochberg (1995) over groups and assessors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.special import stdtr, stdtrit

from scoring.components import fit
from scoring.errors import TableError
from scoring.exact_tests import benjamini_hochberg
from scoring.group_codes import Groups, finite, read_groups
from scoring.level_tables import FORM, LONG_COLUMNS
from scoring.permutation import Verdict, judged, number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Why there is no figure.
ONE_GROUP = "saw_one_group"
ALONE = "panel_without_others"
TOO_SMALL = "group_too_small"
NOT_IDENTIFIABLE = "variances_not_identifiable"
NO_SPREAD = "no_spread_left"
#: A difference of so much between an assessor and the others is one that must not be missed.
MATTERS = 1.0
#: So many of the group, and of the others, must an assessor have assessed: one application is no pattern.
FEWEST = 2


@dataclass(frozen=True)
class AssessorGap:
    """One assessor and one group.

    ``n``, ``others_n``: how many of the group, and of the others, the assessor assessed. ``effect``: the assessor's
    gap between the group and the others (levels given to the group less levels given to the others) minus the same
    gap of the panel's other assessors; below 0: stricter towards the group than they are. ``reason``: a code where
    there is no figure, otherwise None.
    """

    group: str
    assessor: str
    n: int
    others_n: int
    effect: float
    se: float
    low: float
    high: float
    p: float
    adjusted_p: float
    verdict: Verdict
    reason: str | None


@dataclass(frozen=True)
class AssessorGaps:
    """All assessors and groups; see `by_assessor`."""

    n: int
    missing: int
    incomplete: int
    alpha: float
    confidence: float
    rows: tuple[AssessorGap, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        groups: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            groups.setdefault(row.group, {})[row.assessor] = {
                "n": row.n,
                "others_n": row.others_n,
                "effect": number(row.effect),
                "se": number(row.se),
                "interval": None if row.reason else [number(row.low), number(row.high)],
                "p": number(row.p),
                "adjusted_p": number(row.adjusted_p),
                "verdict": row.verdict,
                "reason": row.reason,
            }
        return {
            "n": self.n,
            "missing": self.missing,
            "incomplete": self.incomplete,
            "alpha": self.alpha,
            "confidence": self.confidence,
            "groups": groups,
        }


def by_assessor(
    levels: pd.DataFrame,
    group: Mapping[str, Any],
    *,
    weights: Mapping[str, Any] | None = None,
    alpha: float = 0.05,
    confidence: float = 0.95,
    matters: float = MATTERS,
) -> AssessorGaps:
    """Assessor × group after severity.

    Parameters
    ----------
    levels : DataFrame with the columns application, assessor, criterion, level
        Of one criterion, or of several: then each assessor's weighted mean over the criteria stands for the
        application, and assessments that lack one are counted as incomplete and left out. What came from the form
        is no assessor's.
    group : the group of each application; missing ones are counted and left out.
    weights : of the criteria, over 0; None weighs them alike.
    matters : the difference in levels that must not be missed: no conclusion where it would not have been an alarm,
        nor where an assessor saw fewer than two of the group or of the others.

    Notes
    -----
    Per group: level = assessor × (group or others) + u(application) + e, u and e independent and normal, variances by
    REML; the effect is the contrast with the other assessors' gaps weighted by their precision. Whoever stands out is
    taken out of what the others are held against, so that one assessor's gap does not make the others look lenient;
    of two assessors it cannot be said which. Intervals and p are Student's with the residual degrees of freedom. Only
    assessors are compared who saw both sides and whose panels overlap; the rest have a reason instead of a figure.

    Raises
    ------
    TableError for missing columns, levels that are no numbers, weights that are not over 0, or two levels of the same.
    """
    frame, incomplete = _means(levels, weights)
    if not 0 < alpha < 1 or not 0 < confidence < 1:
        raise TableError(f"alpha {alpha}, confidence {confidence}: expected numbers over 0 and under 1")
    labels = read_groups([group.get(each) for each in frame["application"]])
    known = labels.code >= 0
    missing = frame.loc[~known, "application"].nunique()
    frame = frame[known].reset_index(drop=True)
    groups = labels.only(known)
    if frame.empty:
        return AssessorGaps(0, int(missing), incomplete, alpha, confidence, ())
    application = pd.factorize(frame["application"], sort=True)[0].astype(np.int64)
    assessor, names = pd.factorize(frame["assessor"], sort=True)
    design = _Design(application, assessor.astype(np.int64), frame["level"].to_numpy(dtype=np.float64))
    found = [each for g in range(len(groups.names)) for each in design.gaps(groups, g, alpha)]
    p = np.array([each.p for each in found])
    worst = np.array([_p(matters, each.se, each.df) for each in found])
    adjusted, verdicts = judged(p, worst, alpha)
    rows = []
    for at, each in enumerate(found):
        verdict = verdicts[at] if min(each.n, each.others_n) >= FEWEST else "no_conclusion"
        half = float(stdtrit(each.df, (1 + confidence) / 2)) * each.se if each.reason is None else np.nan
        rows.append(
            AssessorGap(
                groups.names[each.group], str(names[each.assessor]), each.n, each.others_n, each.effect, each.se,
                each.effect - half, each.effect + half, each.p, float(adjusted[at]), verdict, each.reason,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (groups.names.index(row.group), row.assessor))
    return AssessorGaps(
        int(application.max()) + 1, int(missing), incomplete, alpha, confidence, tuple(rows)
    )  # fmt: skip


def _means(levels: pd.DataFrame, weights: Mapping[str, Any] | None) -> tuple[pd.DataFrame, int]:
    """One level per application and assessor, in a fixed order; and how many assessments lacked a criterion."""
    for name in LONG_COLUMNS:
        if name not in levels.columns:
            raise TableError(f"column {name!r} is missing; expected {', '.join(LONG_COLUMNS)}")
    frame = levels.loc[(levels["assessor"] != FORM).to_numpy(), list(LONG_COLUMNS)].reset_index(drop=True)
    frame = frame.assign(level=finite(frame["level"].to_numpy(), "level"))
    criteria = sorted(set(frame["criterion"].astype(str)))
    share = {key: float((weights or {}).get(key, 0 if weights else 1)) for key in criteria}
    if any(not np.isfinite(each) or each < 0 for each in share.values()):
        raise TableError(f"weights {share}: expected numbers over 0")
    frame = frame[frame["criterion"].astype(str).map(share).to_numpy(dtype=np.float64) > 0]
    counted = [key for key in criteria if share[key] > 0]
    twice = frame.duplicated(["application", "assessor", "criterion"])
    if twice.any():
        first = frame[twice].iloc[0]
        raise TableError(
            f"assessor {first['assessor']!r} has two levels for application {first['application']!r}, "
            f"criterion {first['criterion']!r}; keep one"
        )
    if frame.empty:
        return frame[["application", "assessor", "level"]], 0
    wide = frame.pivot(index=["application", "assessor"], columns="criterion", values="level")[counted]
    complete = wide.notna().all(axis=1).to_numpy()
    factor = np.array([share[key] for key in counted])
    mean = (wide.to_numpy(dtype=np.float64) @ (factor / factor.sum()))[complete]
    answer = wide.index[complete].to_frame(index=False).assign(level=mean)
    return answer.sort_values(["application", "assessor"], ignore_index=True), int((~complete).sum())


@dataclass(frozen=True)
class _Found:
    group: int
    assessor: int
    n: int
    others_n: int
    effect: float = float("nan")
    se: float = float("nan")
    df: float = float("nan")
    reason: str | None = None

    @property
    def p(self) -> float:
        return _p(self.effect, self.se, self.df)


def _p(effect: float, se: float, df: float) -> float:
    return float(2 * stdtr(df, -abs(effect) / se)) if se > 0 and df > 0 else float("nan")


class _Design:
    """Levels with application and assessor as codes, each of shape (n,)."""

    def __init__(self, application: Ints, assessor: Ints, level: Floats) -> None:
        self.application, self.assessor, self.level = application, assessor, level
        self.assessors = int(assessor.max()) + 1
        applications = int(application.max()) + 1
        size = applications + self.assessors
        edges = sparse.csr_array(
            (np.ones(len(level)), (application, assessor + applications)), shape=(size, size)
        )
        self.panel = connected_components(edges, directed=False)[1][applications:]

    def gaps(self, groups: Groups, g: int, alpha: float) -> Iterator[_Found]:
        """All assessors towards one group."""
        inside = groups.code == g
        n = np.bincount(self.assessor[inside], minlength=self.assessors)
        rest = np.bincount(self.assessor[~inside], minlength=self.assessors)
        both = (n > 0) & (rest > 0)
        # Panels of one are no comparison: the assessor's applications may simply be others.
        peers = np.array([(both & (self.panel == panel)).sum() for panel in self.panel])
        found, reason = self._effects(inside, both & (peers > 1), alpha)
        for a in range(self.assessors):
            why = ONE_GROUP if not both[a] else ALONE if peers[a] < 2 else reason
            counts = (g, a, int(n[a]), int(rest[a]))
            if why is None and found[a][1] <= 1e-9:
                why = NO_SPREAD
            yield _Found(*counts, reason=why) if why else _Found(*counts, *found[a])

    def _effects(
        self, inside: Bools, compared: Bools, alpha: float
    ) -> tuple[dict[int, tuple[float, float, float]], str | None]:
        """Effect, standard error and degrees of freedom of each assessor that is compared; or why there are none."""
        if not compared.any():
            return {}, ALONE
        people = [len(np.unique(self.application[side])) for side in (inside, ~inside)]
        if min(people) < 2:
            return {}, TOO_SMALL
        used = compared[self.assessor]
        application = np.unique(self.application[used], return_inverse=True)[1]
        cell, code = np.unique(2 * self.assessor[used] + inside[used], return_inverse=True)
        try:
            fitted = fit(application, code, self.level[used], assessors="fixed")
        except TableError:
            return {}, NOT_IDENTIFIABLE
        means, covariance = fitted.fixed_effects()
        df = float(fitted.components.df_residual)
        # Cells come in pairs: others, group.
        who = cell[::2] // 2
        contrast = np.zeros((len(who), len(cell)))
        contrast[np.arange(len(who)), 2 * np.arange(len(who))] = -1
        contrast[np.arange(len(who)), 2 * np.arange(len(who)) + 1] = 1
        gap, spread = contrast @ means, contrast @ covariance @ contrast.T
        effects = _purified(gap, spread, self.panel[who].astype(np.int64), df, alpha)
        return {a: (*each, df) for a, each in zip(who.tolist(), effects, strict=True)}, None


def _purified(gap: Floats, spread: Floats, panel: Ints, df: float, alpha: float) -> list[tuple[float, float]]:
    """Effect and standard error of each assessor, shape (m,), against those of the panel who do not stand out.

    One assessor's gap would otherwise pull the figure that the others are held against, and make the others look
    lenient. Whoever stands out most leaves the reference, until nobody does or two are left.
    """
    reference = np.ones(len(gap), dtype=bool)
    while True:
        effects = [_against(i, gap, spread, panel, reference) for i in range(len(gap))]
        p = np.array([_p(effect, se, df) for effect, se in effects])
        p = np.where(np.isfinite(p), p, 1.0)
        out = (benjamini_hochberg(p) <= alpha) & reference
        out &= np.array([(reference & (panel == each)).sum() > 2 for each in panel])
        if not out.any():
            return effects
        size = [abs(effect) / se if se > 0 else 0.0 for effect, se in effects]
        reference[int(np.argmax(np.where(out, size, -1.0)))] = False


def _against(i: int, gap: Floats, spread: Floats, panel: Ints, reference: Bools) -> tuple[float, float]:
    """One assessor's gap less the mean gap of the reference, weighted by precision; and its standard error."""
    others = (panel == panel[i]) & reference & (np.arange(len(gap)) != i)
    precision = others / np.maximum(np.diag(spread), 1e-12)
    against = -precision / precision.sum()
    against[i] = 1.0
    return float(against @ gap), float(np.sqrt(max(0.0, against @ spread @ against)))
