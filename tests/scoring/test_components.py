import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from scoring.components import Components, Fitted, fit, fit_components, prepared
from scoring.crossed import Crossed, Likelihood
from scoring.errors import TableError

# Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)


def crossed(matrix):
    """Codes and values of a table of applications × assessors, NaN where nobody assessed."""
    application, assessor = np.nonzero(~np.isnan(matrix))
    return application, assessor, matrix[application, assessor]


def incomplete(seed, applications=14, assessors=5, most=4):
    random = np.random.default_rng(seed)
    counts = random.integers(1, most + 1, applications)
    application = np.repeat(np.arange(applications), counts)
    assessor = np.concatenate([random.choice(assessors, count, replace=False) for count in counts])
    assessor = np.unique(assessor, return_inverse=True)[1]
    u, a = random.normal(size=applications), random.normal(size=assessors)
    return application, assessor, u[application] + a[assessor] + random.normal(size=len(application))


def by_mean_squares(matrix):
    """The variances that the analysis of variance gives: (rows − error)/k, (columns − error)/n, error."""
    n, k = matrix.shape
    centred = matrix - matrix.mean()
    rows, columns = centred.mean(1), centred.mean(0)
    error = ((centred - rows[:, None] - columns) ** 2).sum() / ((n - 1) * (k - 1))
    return (
        (k * (rows**2).sum() / (n - 1) - error) / k,
        (n * (columns**2).sum() / (k - 1) - error) / n,
        error,
    )


def matrices(application, assessor, covariates, fixed):
    u, a = np.eye(application.max() + 1)[application], np.eye(assessor.max() + 1)[assessor]
    x = np.hstack([a if fixed else np.ones((len(application), 1)), covariates[application]])
    return x, u, a


def by_brute_force(application, assessor, values, covariates, fixed):
    """Restricted likelihood with whole covariance matrices, maximised by a simplex."""
    x, u, a = matrices(application, assessor, covariates, fixed)

    def objective(logs):
        v = np.exp(logs[0]) * u @ u.T + np.exp(logs[1]) * np.eye(len(values))
        if not fixed:
            v = v + np.exp(logs[2]) * a @ a.T
        inverse = np.linalg.inv(v)
        information = x.T @ inverse @ x
        rest = values - x @ np.linalg.solve(information, x.T @ inverse @ values)
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + rest @ inverse @ rest

    start = np.zeros(2 if fixed else 3)
    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000}
    return np.exp(minimize(objective, start, method="Nelder-Mead", options=options).x)


def test_complete_table_of_shrout_and_fleiss_equals_its_mean_squares():
    # Their table 3: between targets 11.24, between judges 32.49, residual 1.02.
    found = fit_components(*crossed(SHROUT_FLEISS))
    assert 4 * found.applications + found.residual == pytest.approx(11.24, abs=0.005)
    assert 6 * found.assessors + found.residual == pytest.approx(32.49, abs=0.005)
    assert found.residual == pytest.approx(1.02, abs=0.005)
    assert (found.applications, found.assessors, found.residual) == pytest.approx(
        by_mean_squares(SHROUT_FLEISS), rel=1e-9
    )
    assert (found.n_levels, found.n_applications, found.n_assessors, found.df_residual) == (24, 6, 4, 15)
    assert found.mean == pytest.approx(SHROUT_FLEISS.mean())


def test_one_way_by_a_single_fixed_assessor_equals_the_mean_square_within():
    # Shrout & Fleiss (1979), table 3: within targets 6.26.
    application, _, values = crossed(SHROUT_FLEISS)
    found = fit_components(application, np.zeros_like(application), values, assessors="fixed")
    assert found.residual == pytest.approx(6.26, abs=0.005)
    assert found.applications == pytest.approx((11.241667 - 6.263889) / 4, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_complete_tables_equal_the_analysis_of_variance(seed):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(12, 1)) + random.normal(size=5) + 0.7 * random.normal(size=(12, 5))
    expected = by_mean_squares(matrix)
    found = fit_components(*crossed(matrix))
    assert (found.applications, found.assessors, found.residual) == pytest.approx(expected, rel=1e-8)
    fixed = fit_components(*crossed(matrix), assessors="fixed")
    assert (fixed.applications, fixed.assessors, fixed.residual) == pytest.approx(
        (expected[0], 0, expected[2]), rel=1e-8
    )


@pytest.mark.parametrize("assessors", ["random", "fixed"])
@pytest.mark.parametrize("seed", range(3))
def test_incomplete_tables_equal_brute_force_with_covariates(seed, assessors):
    application, assessor, values = incomplete(seed)
    covariates = np.random.default_rng(seed + 100).normal(size=(14, 2))
    found = fit_components(application, assessor, values, assessors=assessors, covariates=covariates)
    expected = by_brute_force(application, assessor, values, covariates, assessors == "fixed")
    got = [found.applications, found.residual, found.assessors]
    assert got[: len(expected)] == pytest.approx(expected, rel=1e-5)


def test_crossed_random_effects_equal_mixedlm():
    application, assessor, values = incomplete(11, applications=40, assessors=8)
    frame = pd.DataFrame({"u": application, "a": assessor, "y": values, "all": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = smf.mixedlm("y ~ 1", frame, groups="all", vc_formula={"u": "0 + C(u)", "a": "0 + C(a)"})
        theirs = model.fit(reml=True)
    found = fit_components(application, assessor, values)
    by_name = dict(zip(model.exog_vc.names, theirs.vcomp, strict=True))
    assert found.applications == pytest.approx(by_name["u"], abs=5e-4)
    assert found.assessors == pytest.approx(by_name["a"], abs=5e-4)
    assert found.residual == pytest.approx(theirs.scale, abs=5e-4)


@pytest.mark.parametrize(("u", "a"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.7), (0.4, 0.9), (30.0, 2.0)])
def test_gradient_is_the_slope_of_the_objective(u, a):
    design, values = prepared(*incomplete(5))
    likelihood = Likelihood(design, values)
    step = 1e-6
    ahead = np.array([likelihood.at(u + step, a).objective, likelihood.at(u, a + step).objective])
    slope = (ahead - likelihood.at(u, a).objective) / step
    assert likelihood.at(u, a).gradient == pytest.approx(slope, rel=1e-3, abs=1e-3)


def test_predictions_are_those_of_the_whole_covariance_matrix():
    application, assessor, values = incomplete(7)
    covariates = np.random.default_rng(8).normal(size=(14, 1))
    fitted = fit(application, assessor, values, covariates=covariates)
    c = fitted.components
    x, u, a = matrices(application, assessor, covariates, fixed=False)
    v = c.applications * u @ u.T + c.assessors * a @ a.T + c.residual * np.eye(len(values))
    inverse = np.linalg.inv(v)
    covariance = np.linalg.inv(x.T @ inverse @ x)
    effects = covariance @ x.T @ inverse @ values
    predicted = c.applications * u.T @ inverse @ (values - x @ effects)
    assert fitted.fixed_effects()[0] == pytest.approx(effects)
    assert fitted.fixed_effects()[1] == pytest.approx(covariance)
    assert fitted.solve() == pytest.approx(predicted)
    assert fitted.solve(np.column_stack([values, 2 * values]))[:, 1] == pytest.approx(2 * predicted)
    assert fitted.true_values() == pytest.approx(effects[0] + covariates[:, 0] * effects[1] + predicted)
    assert c.mean == pytest.approx(effects[0])


@pytest.mark.parametrize("assessors", ["random", "fixed"])
def test_posterior_draws_have_the_mean_and_the_covariance_of_the_mixed_model_equations(assessors):
    application, assessor, values = incomplete(3)
    fitted = fit(application, assessor, values, assessors=assessors)
    c = fitted.components
    draws = np.concatenate(list(fitted.posterior_draws(1, 20000, chunk=7000)), axis=1)
    assert draws.shape == (14, 20000)
    fixed = assessors == "fixed"
    x, u, a = matrices(application, assessor, np.zeros((14, 0)), fixed)
    w = np.hstack([x, u] if fixed else [x, u, a])
    penalty = np.zeros(w.shape[1])
    penalty[x.shape[1] :][:14] = c.residual / c.applications
    penalty[x.shape[1] + 14 :] = c.residual / c.assessors if not fixed else 0
    inverse = np.linalg.inv(w.T @ w + np.diag(penalty)) * c.residual
    target = np.zeros((14, w.shape[1]))
    target[:, : x.shape[1]] = 1 / x.shape[1]
    target[np.arange(14), x.shape[1] + np.arange(14)] = 1
    covariance = target @ inverse @ target.T
    spread = np.sqrt(np.diag(covariance))
    assert np.abs((draws.mean(axis=1) - fitted.true_values()) / spread).max() < 0.03
    assert np.abs((np.cov(draws) - covariance) / np.outer(spread, spread)).max() < 0.05
    again = np.concatenate(list(fitted.posterior_draws(1, 20000, chunk=7000)), axis=1)
    assert np.array_equal(draws, again)


@pytest.mark.parametrize("assessors", ["random", "fixed"])
def test_equal_levels_give_zeros(assessors):
    application, assessor, _ = crossed(SHROUT_FLEISS)
    fitted = fit(application, assessor, np.full(24, 0.1), assessors=assessors)
    assert fitted.components == Components(0, 0, 0, pytest.approx(0.1), 24, 6, 4, 15)
    assert np.array_equal(fitted.solve(), np.zeros(6))
    assert fitted.true_values() == pytest.approx(np.full(6, 0.1))


def test_additive_levels_have_no_residual_and_the_variances_of_their_parts():
    application, assessor = (part.ravel() for part in np.indices((5, 3)))
    found = fit_components(application, assessor, application + 1.0 * assessor)
    assert found.residual == 0
    assert found.applications == pytest.approx(np.var(range(5), ddof=1), rel=1e-6)
    assert found.assessors == pytest.approx(np.var(range(3), ddof=1), rel=1e-6)
    only = fit(application, assessor, application * 1.0)
    assert (only.components.assessors, only.components.residual) == (0, 0)
    assert only.true_values() == pytest.approx(np.arange(5.0), abs=1e-6)


def test_applications_that_differ_less_than_chance_have_no_variance():
    found = fit_components(*crossed(np.array([[1.0, 2, 3], [3, 1, 2], [2, 3, 1]])))
    assert (found.applications, found.assessors) == (0, 0)
    assert found.residual == pytest.approx(6 / 8)


def test_a_chain_of_assessors_has_no_residual_degrees_of_freedom():
    chain = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 2, 3]), np.arange(6.0) ** 2
    assert fit_components(*chain).df_residual == 0


@pytest.mark.parametrize("assessors", ["random", "fixed"])
def test_equal_levels_on_a_chain_give_zeros(assessors):
    chain = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 2]), np.ones(5)
    found = fit_components(*chain, assessors=assessors)
    assert (found.applications, found.assessors, found.residual, found.df_residual) == (0, 0, 0, 0)


def test_variances_from_elsewhere_can_be_used():
    application, assessor, values = crossed(SHROUT_FLEISS)
    design = Crossed(application, assessor, fixed=False, covariates=np.zeros((6, 0)))
    given_ = Components(1.0, 0.0, 4.0, 0.0, 24, 6, 4, 15)
    means = SHROUT_FLEISS.mean(axis=1)
    # Without a variance of assessors the mean is shrunken by u / (u + e/k) = 1/2.
    assert Fitted(design, given_, values).solve() == pytest.approx((means - means.mean()) / 2)


@pytest.mark.parametrize(
    ("application", "assessor", "message"),
    [
        ([0, 0, 0], [0, 1, 2], "a single application"),
        ([0, 1, 2], [0, 0, 0], "one level only"),
        ([0, 1, 2, 3], [0, 0, 1, 1], "one level only"),
        ([0, 0, 1, 1, 2, 2], [0, 1, 2, 3, 4, 5], "too few assessors share"),
        ([0, 0, 1, 1], [0, 0, 0, 0], "a single assessor"),
    ],
)
def test_what_cannot_be_told_apart_is_said(application, assessor, message):
    with pytest.raises(TableError, match=message):
        fit_components(application, assessor, np.arange(len(application)) ** 2.0)


def test_fixed_assessors_without_shared_applications_are_refused():
    # One application shared by two who judged nothing else, the rest one each: no contrast separates the variances.
    with pytest.raises(TableError, match="too few assessors share"):
        fit_components([0, 0, 1, 2, 3], [0, 1, 2, 2, 2], [1.0, 3, 2, 4, 7], assessors="fixed")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], []), "at least one"),
        (([0.5, 1], [0, 1], [1, 2]), "whole number"),
        (([0, -1], [0, 1], [1, 2]), "from 0"),
        (([0, 2], [0, 1], [1, 2]), "gaps"),
        (([0, 2, 2], [0, 1, 0], [1, 2, 3]), "nothing has the code 1"),
        (([0, 1], [0], [1, 2]), "one of each"),
        (([0, 1], [0, 1], [1]), "one of each"),
        (([0, 1], [0, 1], [1, np.nan]), "row 2"),
        (([0, 1], [0, 1], [np.inf, 1]), "row 1"),
        (([0, 1], [0, 1], [1e300, 1]), "too large"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(TableError, match=message):
        fit_components(*arguments)


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        (np.ones((6, 1)), "constant"),
        (np.arange(6.0), "one row for each"),
        (np.ones((5, 1)), "one row for each"),
        (np.full((6, 1), np.nan), "finite"),
    ],
)
def test_bad_covariates_are_refused(covariates, message):
    with pytest.raises(TableError, match=message):
        fit_components(*crossed(SHROUT_FLEISS), covariates=covariates)


def test_unknown_kind_of_assessors_is_refused():
    with pytest.raises(TableError, match="'random' or 'fixed'"):
        fit_components(*crossed(SHROUT_FLEISS), assessors="neither")  # type: ignore[arg-type]


def variances(found):
    return np.array([found.applications, found.assessors, found.residual])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(-100, 100), st.floats(0.1, 50), st.sampled_from(["random", "fixed"]))
def test_shifting_scaling_shuffling_and_renaming(seed, shift, scale, assessors):
    application, assessor, values = incomplete(seed, applications=10, assessors=4, most=3)
    try:
        found = variances(fit_components(application, assessor, values, assessors=assessors))
    except TableError:
        return
    moved = variances(fit_components(application, assessor, shift + scale * values, assessors=assessors))
    # The likelihood can be flat: what must agree are shares of the whole.
    assert moved / scale**2 == pytest.approx(found, rel=1e-4, abs=1e-4 * found.sum())
    random = np.random.default_rng(seed)
    rows = random.permutation(len(values))
    names, people = random.permutation(10), random.permutation(assessor.max() + 1)
    other = fit_components(
        names[application[rows]], people[assessor[rows]], values[rows], assessors=assessors
    )
    assert variances(other) == pytest.approx(found, rel=1e-4, abs=1e-4 * found.sum())
    assert (found >= 0).all()
