import json
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from scoring.errors import LevelError, TableError
from scoring.icc import icc
from scoring.icc_forms import NAMES
from scoring.icc_reml import reml_forms
from scoring.judgements import read_judgements

GAP = np.nan
# Shrout & Fleiss (1979), table 2.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
# The data "anxiety" of the R package irr: 20 persons, 3 raters.
ANXIETY = np.array(
    [
        [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
    ],
    dtype=float,
).T
# The data "icc" of the Python package pingouin: 8 wines, 4 judges.
WINE = np.array(
    [
        [1, 1, 3, 6, 6, 7, 8, 9],
        [2, 3, 8, 4, 5, 5, 7, 9],
        [0, 3, 1, 3, 5, 6, 7, 9],
        [1, 2, 4, 3, 6, 2, 9, 8],
    ],
    dtype=float,
).T
KEYS = ["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]


def long_of(matrix):
    application, assessor = np.nonzero(~np.isnan(matrix))
    return pd.DataFrame(
        {
            "application": [f"a{i:03d}" for i in application],
            "assessor": [f"s{j:02d}" for j in assessor],
            "level": matrix[application, assessor],
        }
    )


def with_gaps(seed, applications=25, assessors=5, share=0.5):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(applications, 1)) + 0.5 * random.normal(size=assessors)
    matrix = matrix + 0.6 * random.normal(size=(applications, assessors))
    matrix[random.random(matrix.shape) > share] = GAP
    return matrix[~np.isnan(matrix).all(axis=1)]


def values(found):
    return [found[key].value for key in KEYS]


def ends(found, key, digits):
    return round(found[key].low, digits), round(found[key].high, digits)


def test_shrout_and_fleiss():
    found = icc(SHROUT_FLEISS)
    assert list(found.forms) == KEYS
    assert [round(value, 6) for value in values(found)] == [
        0.165742,
        0.289764,
        0.714841,
        0.442797,
        0.620051,
        0.909316,
    ]
    assert (found.k, found.method, found.n_levels) == (4, "anova", 24)


def test_intervals_of_shrout_and_fleiss_are_those_of_psych():
    # The documentation of psych::ICC (R) prints these for the same data.
    found = icc(SHROUT_FLEISS)
    assert {key: ends(found, key, 2) for key in KEYS} == {
        "1,1": (-0.13, 0.72),
        "2,1": (0.02, 0.76),
        "3,1": (0.34, 0.95),
        "1,k": (-0.88, 0.91),
        "2,k": (0.07, 0.93),
        "3,k": (0.68, 0.99),
    }


def test_anxiety_of_irr():
    # irr::icc(anxiety, "twoway", "agreement") prints ICC(A,1) = 0.198, −0.039 < ICC < 0.494.
    found = icc(ANXIETY)
    assert round(found["ICC(A,1)"].value, 3) == 0.198
    assert ends(found, "2,1", 3) == (-0.039, 0.494)


def test_wine_of_pingouin():
    # The documentation of pingouin.intraclass_corr: ICC 0.7275 with [0.434, 0.927] by the one-way model.
    found = icc(WINE)
    assert round(found["1,1"].value, 4) == 0.7275
    assert ends(found, "1,1", 3) == (0.434, 0.927)


@pytest.mark.parametrize("seed", range(3))
def test_complete_tables_equal_the_formulas_with_mean_squares_of_statsmodels(seed):
    matrix = with_gaps(seed, applications=9, assessors=4, share=1)
    n, k = matrix.shape
    fitted = smf.ols("level ~ C(application) + C(assessor)", long_of(matrix)).fit()
    squares = sm.stats.anova_lm(fitted)["mean_sq"]
    rows, columns, error = squares.iloc[0], squares.iloc[1], squares.iloc[2]
    within = (columns * (k - 1) + error * (n - 1) * (k - 1)) / (n * (k - 1))
    # McGraw & Wong (1996), table 4.
    expected = [
        (rows - within) / (rows + (k - 1) * within),
        (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n),
        (rows - error) / (rows + (k - 1) * error),
        (rows - within) / rows,
        (rows - error) / (rows + (columns - error) / n),
        (rows - error) / rows,
    ]
    assert values(icc(matrix)) == pytest.approx(expected)


def test_interval_of_one_way_by_the_noncentral_way_round():
    # An end is the correlation at which the observed F has a tail of 2.5 %: F · (1−ρ)/(1+(k−1)ρ) ~ F(n−1, n(k−1)).
    from scipy import stats

    n, k = WINE.shape
    means = WINE.mean(axis=1)
    f = k * means.var(ddof=1) / (((WINE - means[:, None]) ** 2).sum() / (n * (k - 1)))

    def tail(rho):
        return stats.f.sf(f * (1 - rho) / (1 + (k - 1) * rho), n - 1, n * (k - 1))

    found = icc(WINE)["1,1"]
    assert found.low == pytest.approx(brentq(lambda rho: tail(rho) - 0.025, -0.3, 0.99))
    assert found.high == pytest.approx(brentq(lambda rho: tail(rho) - 0.975, -0.3, 0.999))


def test_reml_on_a_complete_table_gives_what_mean_squares_give():
    for matrix in (SHROUT_FLEISS, ANXIETY, WINE):
        forms = reml_forms(read_judgements(long_of(matrix)), matrix.shape[1], 0.95)
        assert [forms[key].value for key in KEYS] == pytest.approx(values(icc(matrix)), rel=1e-6)


def quietly(run):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run()


@pytest.mark.parametrize("seed", range(3))
def test_incomplete_tables_equal_mixedlm(seed):
    matrix = with_gaps(seed)
    frame = long_of(matrix).assign(all=1)
    found = icc(matrix)
    k = 1 / np.mean(1 / (~np.isnan(matrix)).sum(axis=1))
    assert found.method == "reml"
    assert found.k == pytest.approx(k)
    assert found.n_levels == len(frame)
    one = quietly(lambda: smf.mixedlm("level ~ 1", frame, groups="application").fit(reml=True))
    three = quietly(lambda: smf.mixedlm("level ~ C(assessor)", frame, groups="application").fit(reml=True))
    parts = {"u": "0 + C(application)", "a": "0 + C(assessor)"}
    model = smf.mixedlm("level ~ 1", frame, groups="all", vc_formula=parts)
    two = quietly(lambda: model.fit(reml=True))
    crossed = dict(zip(model.exog_vc.names, two.vcomp, strict=True))
    for key, u, rest in (
        ("1", one.cov_re.iloc[0, 0], one.scale),
        ("2", crossed["u"], crossed["a"] + two.scale),
        ("3", three.cov_re.iloc[0, 0], three.scale),
    ):
        assert found[f"{key},1"].value == pytest.approx(u / (u + rest), abs=5e-4)
        assert found[f"{key},k"].value == pytest.approx(u / (u + rest / k), abs=5e-4)


def test_ends_by_profile_likelihood_are_where_the_likelihood_has_fallen_by_1_92():
    matrix = with_gaps(4)
    frame = long_of(matrix)
    y = frame["level"].to_numpy()
    u = pd.get_dummies(frame["application"]).to_numpy(float)
    x = np.ones((len(y), 1))

    def objective(correlation):
        # One-way: the whole covariance matrix, the residual variance profiled out.
        v = np.eye(len(y)) + correlation / (1 - correlation) * u @ u.T
        inverse = np.linalg.inv(v)
        information = x.T @ inverse @ x
        rest = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
        squares = (len(y) - 1) * np.log(rest @ inverse @ rest)
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + squares

    form = icc(matrix)["1,1"]
    lowest = objective(form.value)
    assert objective(form.low) - lowest == pytest.approx(3.841459, abs=1e-4)
    assert objective(form.high) - lowest == pytest.approx(3.841459, abs=1e-4)


def test_applications_with_a_single_level_inform():
    matrix = with_gaps(5)
    alone = (~np.isnan(matrix)).sum(axis=1) == 1
    assert alone.any()
    assert icc(matrix)["2,1"].value != pytest.approx(icc(matrix[~alone])["2,1"].value, abs=1e-6)
    assert icc(matrix).n_applications == len(matrix)


def test_a_wider_level_gives_a_wider_interval():
    for matrix in (WINE, with_gaps(6)):
        narrow, wide = icc(matrix, 0.8), icc(matrix, 0.99)
        for key in KEYS:
            assert wide[key].low <= narrow[key].low <= narrow[key].value <= narrow[key].high <= wide[key].high


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (np.empty((0, 0)), "no_levels"),
        ([[GAP, GAP]], "no_levels"),
        ([[1, 2]], "one_application"),
        ([[1], [2]], "one_assessor"),
        ([[1, GAP], [2, GAP]], "one_assessor"),
        ([[1, GAP], [GAP, 2]], "one_level_each"),
        ([[2, 2], [2, 2]], "no_variance"),
        ([[2, 2], [2, GAP]], "no_variance"),
    ],
)
def test_what_cannot_be_said_has_a_reason(matrix, reason):
    found = icc(np.array(matrix, dtype=float))
    assert {form.reason for form in found.forms.values()} == {reason}
    assert all(form.value is form.low is form.high is None for form in found.forms.values())
    assert found.method is None


def test_reasons_can_differ_between_forms():
    # Two judges alone with each application: nothing tells assessors from residual, but one-way can be said.
    apart = np.array([[1, 2, GAP, GAP, GAP, GAP], [GAP, GAP, 3, 5, GAP, GAP], [GAP, GAP, GAP, GAP, 7, 6]])
    found = icc(apart)
    assert found["1,1"].reason == ""
    assert found["2,1"].reason == found["3,k"].reason == "too_few_shared"


def test_perfect_agreement_is_1_and_perfect_disagreement_is_said():
    agreed = np.repeat(np.arange(4.0)[:, None], 3, axis=1)
    assert values(icc(agreed)) == [1] * 6
    agreed[0, 0] = GAP
    assert values(icc(agreed)) == [1] * 6
    same = np.repeat(np.arange(3.0)[None, :], 4, axis=0)
    for matrix in (same, np.where(np.arange(12).reshape(4, 3) == 0, GAP, same)):
        found = icc(matrix)
        assert found["3,1"].reason == "undefined"
        assert found["2,1"].value == pytest.approx(0, abs=1e-9)
    assert icc(np.array([[1.0, 2], [2, 1]]))["1,k"].reason == "undefined"


def test_consistency_without_residual_is_1():
    shifted = np.arange(4.0)[:, None] + [0, 0.5, 2]
    assert icc(shifted)["3,1"].value == 1
    shifted[3, 2] = GAP
    found = icc(shifted)
    # Nothing varied that an interval could come from.
    assert (found["3,1"].value, found["3,1"].low, found["3,1"].high) == (1, None, None)
    assert 0 < found["2,1"].value < 1


def test_as_many_parameters_as_levels_is_no_crash():
    # A chain of assessors: every additive model fits exactly.
    chain = np.array([[1, 2, GAP], [GAP, 2, 3]])
    found = icc(chain)
    assert (found["2,1"].value, found["2,1"].low, found["2,1"].high) == (0, None, None)
    assert found["3,1"].reason == "too_few_shared"
    agreed = icc(np.array([[1, 1, GAP], [GAP, 2, 2]]))
    assert agreed["2,1"].value == pytest.approx(1, abs=1e-6)


def test_names_and_plain_values():
    found = icc(with_gaps(7))
    for key, name in NAMES.items():
        assert found[key] is found[name]
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["2,1"]["value"] == found["2,1"].value
    assert plain["method"] == "reml"
    with pytest.raises(KeyError):
        found["4,1"]


def test_tables_and_arrays_agree_and_the_form_is_left_out():
    matrix = with_gaps(8)
    frame = long_of(matrix)
    form = pd.DataFrame({"application": ["a000", "a999"], "assessor": "form", "level": [4.0, 0.0]})
    assert icc(pd.concat([form, frame])).to_dict() == icc(frame).to_dict()
    assert values(icc(frame)) == pytest.approx(values(icc(matrix)))


def test_bad_input_is_refused():
    with pytest.raises(TableError, match="applications × assessors"):
        icc(np.arange(3.0))
    with pytest.raises(LevelError, match="application 1, assessor 2"):
        icc(np.array([[1, np.inf], [2, 3]]))
    with pytest.raises(LevelError, match="expected numbers"):
        icc(np.array([["a", "b"]]))
    with pytest.raises(TableError, match="between 0 and 1"):
        icc(WINE, 1.0)
    with pytest.raises(TableError, match="two values"):
        icc(pd.concat([long_of(WINE), long_of(WINE).iloc[:1]]))
    with pytest.raises(LevelError, match="level nan"):
        icc(long_of(WINE).assign(level=np.nan))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(-5, 5), st.sampled_from([0.5, 2.0, 10.0]), st.booleans())
def test_shifting_scaling_and_shuffling(seed, shift, scale, complete):
    matrix = with_gaps(seed, applications=8, assessors=4, share=1 if complete else 0.7)
    found = icc(matrix)
    random = np.random.default_rng(seed)
    shuffled = matrix[random.permutation(len(matrix))][:, random.permutation(4)]
    for other in (icc(shift + scale * matrix), icc(shuffled)):
        for key in KEYS:
            mine, theirs = found[key], other[key]
            assert mine.reason == theirs.reason
            if mine.value is not None:
                assert theirs.value == pytest.approx(mine.value, abs=1e-5)
                assert theirs.low == pytest.approx(mine.low, abs=1e-3)
                assert theirs.high == pytest.approx(mine.high, abs=1e-3)
                assert mine.low is None or mine.low <= mine.value
                assert mine.high is None or mine.value <= mine.high <= 1
    frame = long_of(matrix)
    assert icc(frame.sample(frac=1, random_state=seed)).to_dict() == icc(frame).to_dict()
