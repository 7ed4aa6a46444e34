"""Intraclass correlations of an incomplete table, by REML, with intervals by profile likelihood.

An interval holds the correlations for which minus twice the restricted log likelihood, minimised over all other
variances, lies within the quantile of chi-squared with one degree of freedom of its minimum. It needs no draws, stays
between 0 and 1 and may reach either. In simulations (``make bench``) it covered .93 to .97 of the time at 95 %, with 10
to 100 applications of 1 to 3 assessors each, from 3 to 20 assessors.

Sources: ten Hove, Jorgensen & van der Ark (2024), Psychological Methods 29, 967-979 for the definitions on incomplete
tables; Venzon & Moolgavkar (1988), Applied Statistics 37, 87-94 for the intervals.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtri

from scoring.components import Assessors, prepared
from scoring.crossed import Ints, Likelihood
from scoring.errors import TableError
from scoring.icc_forms import Form, Reason, of_mean
from scoring.judgements import Judgements
from scoring.ratios import best_ratios

#: Above this an end is 1.
_HIGHEST = 1 - 1e-9
#: How far above the likeliest the other ratio is searched, on the scale log(1 + levels each × ratio).
_FURTHER = 8.0


def reml_forms(judgements: Judgements, k: float, level: float) -> dict[str, Form]:
    """The six forms at this confidence, applications with a single level included.

    (1,·) is from the one-way model, (2,·) from assessors random, (3,·) from assessors fixed; ``k`` is the number of
    assessors that the forms for a mean are for. The caller has seen to it that the values differ.
    """
    alone = np.zeros_like(judgements.assessor)
    forms = {
        "1,1": _form(judgements, alone, "fixed", level),
        "2,1": _form(judgements, judgements.assessor, "random", level),
        "3,1": _form(judgements, judgements.assessor, "fixed", level),
    }
    return {**forms, **{f"{key[0]},k": of_mean(form, k) for key, form in forms.items()}}


def _form(judgements: Judgements, assessor: Ints, assessors: Assessors, level: float) -> Form:
    try:
        design, values = prepared(judgements.application, assessor, judgements.values, assessors=assessors)
    except TableError:
        # The codes are sound by construction: what is left is that the variances cannot be told apart.
        return Form(None, None, None, _unidentifiable(judgements))
    spread = float(values.std())
    likelihood = Likelihood(design, (values - values.mean()) / spread)
    u, a = best_ratios(likelihood)
    if likelihood.residual(likelihood.at(u, a).squares) == 0:
        between = u + a
        if between == 0:
            return Form(None, None, None, "undefined")
        if a == 0:
            return Form(1.0, None, None)
        if u == 0:
            return Form(0.0, None, None)
        value = u / between
    else:
        value = u / (u + a + 1)
    minimum = likelihood.objective(u, a)
    allowed = float(chdtri(1, 1 - level))

    def excess(correlation: float) -> float:
        found = (
            _profile(likelihood, correlation, a) if assessors == "random" else _alone(likelihood, correlation)
        )
        return found - minimum - allowed

    low = 0.0 if value == 0 or excess(0.0) <= 0 else float(brentq(excess, 0.0, value, xtol=1e-7))
    high = (
        1.0
        if value >= _HIGHEST or excess(_HIGHEST) <= 0
        else float(brentq(excess, value, _HIGHEST, xtol=1e-7))
    )
    return Form(value, low, high)


def _alone(likelihood: Likelihood, correlation: float) -> float:
    """The objective where the variance of applications is this share of it and the residual."""
    return likelihood.objective(correlation / (1 - correlation), 0.0)


def _profile(likelihood: Likelihood, correlation: float, start: float) -> float:
    """The objective where applications have this share of all variance, minimised over the share of assessors."""
    each = likelihood.design.n / likelihood.design.n_assessors

    def objective(point: float) -> float:
        a = float(np.expm1(point)) / each
        return likelihood.objective(correlation * (1 + a) / (1 - correlation), a)

    highest = float(np.log1p(each * start)) + _FURTHER
    found = minimize_scalar(objective, bounds=(0.0, highest), method="bounded", options={"xatol": 1e-4})
    return min(float(found.fun), objective(0.0))


def _unidentifiable(judgements: Judgements) -> Reason:
    if int(np.bincount(judgements.application).max()) == 1:
        return "one_level_each"
    return "too_few_shared"
