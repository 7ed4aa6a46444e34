"""How far assessors agree: the six intraclass correlations, with intervals, nobody left out.

With the variances of applications u, assessors a and residual e, for one assessor and for the mean of k:

======  =========  ==============  ===================  ==========================================================
key     name       one: (·,1)      mean of k: (·,k)     reading
======  =========  ==============  ===================  ==========================================================
1,1     ICC(1)     u/(u+w)         u/(u+w/k)            each application has assessors of its own; w = a and e
2,1     ICC(A,1)   u/(u+a+e)       u/(u+(a+e)/k)        absolute agreement: a strict colleague counts as disagreement
3,1     ICC(C,1)   u/(u+e)         u/(u+e/k)            consistency: only the order and the distances must agree
======  =========  ==============  ===================  ==========================================================

A *complete* table (everybody assessed everything) is analysed by mean squares, with the intervals of the sources:
exact for (1,·) and (3,·), approximate for (2,·); values may be negative. An *incomplete* one is analysed by REML, which
uses every level, also of applications that have one only; values lie in 0 to 1, k is the harmonic mean of the
number of assessors per application, and intervals are by profile likelihood (`scoring.icc_reml`).

Sources: Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; McGraw & Wong (1996), Psychological Methods 1,
30-46; ten Hove, Jorgensen & van der Ark (2024), Psychological Methods 29, 967-979.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import LevelError, TableError
from scoring.icc_forms import NAMES, Form, MeanSquares, Reason, anova_forms, nothing
from scoring.icc_reml import reml_forms
from scoring.judgements import Judgements, read_judgements


@dataclass(frozen=True, slots=True)
class Icc:
    """The six forms under their keys ``"1,1"``, ``"2,1"``, ``"3,1"``, ``"1,k"``, ``"2,k"``, ``"3,k"``.

    ``k``: the assessors per application that (·,k) is for, the harmonic mean (None without levels). ``method``: "anova"
    for a complete table, "reml" for an incomplete one, None where nothing could be estimated. ``level``: confidence.
    """

    forms: dict[str, Form]
    k: float | None
    n_levels: int
    n_applications: int
    n_assessors: int
    method: Literal["anova", "reml"] | None
    level: float

    def __getitem__(self, key: str) -> Form:
        """A form by its key, or by its name, such as ``"2,1"`` or ``"ICC(A,1)"``."""
        by_name = {name: other for other, name in NAMES.items()}
        return self.forms[by_name.get(key, key)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the forms under their keys (value, low, high, reason), and the counts."""
        answer: dict[str, Any] = {key: asdict(form) for key, form in self.forms.items()}
        for name in ("k", "n_levels", "n_applications", "n_assessors", "method", "level"):
            answer[name] = getattr(self, name)
        return answer


def icc(data: pd.DataFrame | NDArray[np.float64], level: float = 0.95) -> Icc:
    """All six intraclass correlations of one criterion, or of totals.

    Parameters
    ----------
    data : DataFrame or array
        A table with columns application, assessor, level (and criterion, if one and the same), where rows of the
        assessor ``"form"`` are left out; or an array of applications × assessors, NaN where nobody assessed.
    level : float in (0, 1)
        Confidence of the intervals.

    Where there is no figure its ``reason`` says why: "no_levels", "one_application", "one_assessor" (in all),
    "one_level_each" (no application has two), "no_variance" (all levels are equal), "too_few_shared" (the variances
    cannot be told apart), "undefined" (0 divided by 0, or a mean of k whose correlation would have no limit below).

    Raises
    ------
    TableError, LevelError
        For bad input, as `scoring.judgements.read_judgements`, an array that is not two-dimensional or holds
        infinities, and a ``level`` that is out of range.
    """
    if not 0 < level < 1:
        raise TableError(f"level {level!r}: expected a confidence between 0 and 1, such as 0.95")
    judgements = read_judgements(data) if isinstance(data, pd.DataFrame) else _from_matrix(data)
    n = len(judgements.values)
    applications, assessors = len(judgements.applications), len(judgements.assessors)
    k = float(1 / np.mean(1 / np.bincount(judgements.application))) if n else None
    complete = n == applications * assessors
    reason = _reason(judgements)
    if reason:
        forms = nothing(reason)
    elif complete:
        forms = anova_forms(MeanSquares.of(judgements.values.reshape(applications, assessors)), level)
    else:
        assert k is not None  # since there are levels
        forms = reml_forms(judgements, k, level)
    method: Literal["anova", "reml"] | None = None
    if not reason:
        method = "anova" if complete else "reml"
    return Icc(forms, k, n, applications, assessors, method, level)


def _reason(judgements: Judgements) -> Reason:
    """Why nothing can be estimated at all; empty if something can."""
    if not len(judgements.values):
        return "no_levels"
    if len(judgements.applications) == 1:
        return "one_application"
    if len(judgements.assessors) == 1:
        return "one_assessor"
    if int(np.bincount(judgements.application).max()) == 1:
        return "one_level_each"
    if float(np.ptp(judgements.values)) == 0:
        return "no_variance"
    return ""


def _from_matrix(matrix: NDArray[np.float64]) -> Judgements:
    """Rows and columns without any level are nobody's: they are left out."""
    try:
        array = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise LevelError("expected numbers, or NaN where nobody assessed") from error
    if array.ndim != 2:
        raise TableError(f"array of shape {array.shape}: expected applications × assessors")
    if np.isinf(array).any():
        row, column = np.argwhere(np.isinf(array))[0]
        raise LevelError(
            f"application {row + 1}, assessor {column + 1}: level {array[row, column]}: expected finite"
        )
    there = ~np.isnan(array)
    array = array[there.any(axis=1)][:, there.any(axis=0)]
    application, assessor = np.nonzero(~np.isnan(array))
    return Judgements(
        tuple(str(row) for row in np.flatnonzero(there.any(axis=1))),
        tuple(str(column) for column in np.flatnonzero(there.any(axis=0))),
        application.astype(np.int64),
        assessor.astype(np.int64),
        array[application, assessor],
    )
