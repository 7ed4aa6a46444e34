import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scoring.errors import LevelError, TableError
from scoring.severity import exact_adjustments, severity, severity_by_criterion


def table(rows, **more):
    """Rows such as "a x 3": application, assessor, level."""
    parts = [row.split() for row in rows]
    frame = pd.DataFrame(parts, columns=["application", "assessor", "level"]).astype({"level": float})
    return frame.assign(**more)


def long_of(matrix):
    application, assessor = np.nonzero(~np.isnan(matrix))
    return pd.DataFrame(
        {
            "application": [f"a{i:03d}" for i in application],
            "assessor": [f"s{j:02d}" for j in assessor],
            "level": matrix[application, assessor],
        }
    )


def incomplete(seed, applications=30, assessors=6, most=3, rounded=False):
    random = np.random.default_rng(seed)
    matrix = np.full((applications, assessors), np.nan)
    strict = 0.5 * random.normal(size=assessors)
    for i in range(applications):
        some = random.choice(assessors, random.integers(1, most + 1), replace=False)
        matrix[i, some] = 2 + random.normal() - strict[some] + 0.6 * random.normal(size=len(some))
    return long_of(np.clip(np.round(matrix), 0, 4) if rounded else matrix)


def by_mixedlm(frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = smf.mixedlm("level ~ C(assessor) - 1", frame, groups="application").fit(reml=True)
    effects = found.fe_params.to_numpy()
    return effects.mean() - effects, found


@pytest.mark.parametrize("seed", range(5))
def test_incomplete_tables_equal_mixedlm(seed):
    frame = incomplete(seed, rounded=seed % 2 == 1)
    expected, theirs = by_mixedlm(frame)
    found = severity(frame)
    assert found.connected
    assert np.abs(found.table["severity"] - expected).max() < 5e-4
    assert found.components.residual == pytest.approx(theirs.scale, rel=1e-3)
    assert found.components.applications == pytest.approx(theirs.cov_re.iloc[0, 0], rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_standard_errors_are_those_of_generalised_least_squares(seed):
    frame = incomplete(seed)
    found = severity(frame)
    u = pd.get_dummies(frame["application"]).to_numpy(float)
    x = pd.get_dummies(frame["assessor"]).to_numpy(float)
    v = found.components.applications * u @ u.T + found.components.residual * np.eye(len(frame))
    covariance = np.linalg.inv(x.T @ np.linalg.inv(v) @ x)
    contrast = np.full((6, 6), 1 / 6) - np.eye(6)
    expected = np.sqrt(np.diag(contrast @ covariance @ contrast.T))
    assert found.table["se"].to_numpy() == pytest.approx(expected, rel=1e-6)
    t = stats.t.ppf(0.975, found.components.df_residual)
    assert (found.table["high"] - found.table["severity"]).to_numpy() == pytest.approx(t * expected, rel=1e-6)
    assert (found.table["severity"] - found.table["low"]).to_numpy() == pytest.approx(t * expected, rel=1e-6)


def test_two_who_assessed_everything_are_a_paired_t_test():
    random = np.random.default_rng(4)
    matrix = random.normal(size=(12, 1)) + [0, 0.4] + 0.5 * random.normal(size=(12, 2))
    found = severity(long_of(matrix), 0.9).table
    paired = stats.ttest_rel(matrix[:, 1], matrix[:, 0]).confidence_interval(0.9)
    # Severity is half of the difference: each is compared with the mean of the two.
    assert found["severity"].tolist() == pytest.approx(
        [(matrix[:, 1] - matrix[:, 0]).mean() / 2, (matrix[:, 0] - matrix[:, 1]).mean() / 2]
    )
    assert (found["low"][0], found["high"][0]) == pytest.approx((paired.low / 2, paired.high / 2))


def test_shrout_and_fleiss_by_hand():
    # A complete table: mean of all less own mean; its error is √(MS error · (1 − 1/k) / n), with MS error 1.0194.
    matrix = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
    )
    found = severity(long_of(matrix)).table
    assert found["severity"].tolist() == pytest.approx((matrix.mean() - matrix.mean(axis=0)).tolist())
    assert found["se"].tolist() == pytest.approx([np.sqrt(1.0194444 * 0.75 / 6)] * 4, rel=1e-6)
    assert found["n"].tolist() == [6] * 4


def test_panels_that_share_nothing_are_centred_apart():
    rows = ["a x 1", "a y 3", "b x 2", "b y 3", "c z 4", "c w 1", "d z 4", "d w 2"]
    found = severity(table(rows))
    by_name = found.table.set_index("assessor")
    assert not found.connected
    assert by_name["panel"].to_dict() == {"w": 0, "x": 1, "y": 1, "z": 0}
    assert by_name["severity"].to_dict() == pytest.approx({"w": 1.25, "x": 0.75, "y": -0.75, "z": -1.25})
    assert by_name["identifiable"].all()


def test_who_shares_no_application_has_no_severity_and_the_reason():
    rows = ["a x 1", "a y 3", "b x 2", "b y 3.5", "c z 4", "d z 2"]
    found = severity(table(rows))
    alone = found.table.iloc[2]
    assert (alone["assessor"], alone["n"], alone["reason"]) == ("z", 2, "no_shared_application")
    assert not alone["identifiable"]
    assert alone[["severity", "se", "low", "high"]].isna().all()
    assert found.table["identifiable"].tolist() == [True, True, False]
    assert found.records()[2]["severity"] is None
    assert found.records()[0]["reason"] == ""


def test_one_assessor_for_each_application_says_so_for_everybody():
    found = severity(table(["a x 1", "b x 2", "c y 3"]))
    assert found.table["reason"].tolist() == ["no_shared_application"] * 2
    assert found.components is None


@pytest.mark.parametrize(
    "rows",
    [
        ["a x 1", "a y 3"],
        ["a x 1", "a y 3", "b y 2", "b z 2"],
        ["a x 1", "a y 3", "b z 1", "c z 2"],
    ],
)
def test_too_few_levels_are_said(rows):
    found = severity(table(rows)).table
    shared = found["reason"] != "no_shared_application"
    assert (found["reason"][shared] == "too_few_levels").all()
    assert found["severity"].isna().all()


def test_levels_that_are_all_the_same_have_no_interval():
    found = severity(table(["a x 2", "a y 2", "b x 2", "b y 2", "c y 2"])).table
    assert found["reason"].tolist() == ["no_spread"] * 2
    assert found[["severity", "se", "low", "high"]].isna().all(axis=None)


def test_exact_additive_levels_give_exact_severities():
    found = severity(table(["a x 2", "a y 3", "b x 1", "b y 2", "c x 3", "c y 4"])).table
    assert found["severity"].tolist() == pytest.approx([0.5, -0.5])
    assert found["se"].tolist() == [0, 0]


def test_form_is_no_assessor():
    rows = ["a x 1", "a y 3", "b x 2", "b y 3"]
    with_form = table([*rows, "a form 4", "c form 0"])
    assert severity(with_form).table.equals(severity(table(rows)).table)
    nobody = severity(table(["a form 1"]))
    assert len(nobody.table) == 0
    assert nobody.components is None


def test_numbers_of_any_kind():
    frame = table(["a x 1", "a y 3", "b x 2", "b y 3"])
    decimals = frame.assign(level=[Decimal(int(value)) for value in frame["level"]])
    assert severity(decimals).table.equals(severity(frame).table)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, None, "3", True])
def test_levels_that_are_no_number_are_refused(bad):
    frame = table(["a x 1", "a y 3"])
    frame["level"] = pd.Series([1.0, bad], dtype=object)
    with pytest.raises(LevelError, match="application 'a', assessor 'y'"):
        severity(frame)


def test_bad_tables_are_refused():
    good = table(["a x 1", "a y 3", "b x 2", "b y 3"])
    with pytest.raises(TableError, match="two values"):
        severity(table(["a x 1", "a x 2"]))
    with pytest.raises(TableError, match="'assessor' is missing"):
        severity(good.drop(columns="assessor"))
    with pytest.raises(TableError, match="'sex' is unknown"):
        severity(good.assign(sex="f"))
    with pytest.raises(TableError, match="more than one"):
        severity(good.assign(criterion=["p", "p", "q", "q"]))
    with pytest.raises(TableError, match="no assessor"):
        severity(good.assign(assessor=["x", None, "x", "y"]))
    with pytest.raises(TableError, match="between 0 and 1"):
        severity(good, 95)


def two_criteria():
    first = table(["a x 1", "a y 3", "b x 2", "b y 3.5", "c z 4", "d z 2"], criterion="knowledge")
    second = table(["a x 4", "a y 3", "b x 2", "b y 2"], criterion="ethics")
    form = table(["a form 4", "b form 3"], criterion="experience")
    return pd.concat([first, second, form], ignore_index=True)


def test_per_criterion():
    found = severity_by_criterion(two_criteria())
    assert list(found) == ["ethics", "experience", "knowledge"]
    assert len(found["experience"].table) == 0
    assert found["ethics"].table["severity"].tolist() == pytest.approx([-0.25, 0.25])


def test_per_criterion_refuses_bad_tables():
    frame = two_criteria()
    assert severity_by_criterion(frame.iloc[:0]) == {}
    with pytest.raises(TableError, match="'criterion' is missing"):
        severity_by_criterion(frame.drop(columns="criterion"))
    with pytest.raises(TableError, match="row 1: criterion nan"):
        severity_by_criterion(frame.assign(criterion=[np.nan, *frame["criterion"][1:]]))
    with pytest.raises(LevelError, match="criterion 'ethics'"):
        severity_by_criterion(frame.assign(level=frame["level"].where(frame.index != 7)))


def test_exact_adjustments_are_decimals_and_zero_where_nothing_is_known():
    frame = two_criteria()
    expected = {
        ("x", "knowledge"): Decimal("0.875"),
        ("y", "knowledge"): Decimal("-0.875"),
        ("z", "knowledge"): Decimal("0.000"),
        ("form", "experience"): Decimal("0.000"),
    }
    found = exact_adjustments(frame, ["knowledge", "experience"])
    assert found == expected
    assert {str(value) for value in found.values()} == {"0.875", "-0.875", "0.000"}
    shuffled = frame.sample(frac=1, random_state=3)
    assert exact_adjustments(shuffled, ["experience", "knowledge"]) == expected


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(-4, 4))
def test_shifting_shuffling_and_renaming(seed, shift):
    frame = incomplete(seed, applications=12, assessors=5, most=3, rounded=True)
    found = severity(frame)
    shuffled = frame.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(severity(shuffled).table, found.table, check_exact=True)
    moved = severity(frame.assign(level=frame["level"] + shift)).table
    figures = ["severity", "se", "low", "high"]
    np.testing.assert_allclose(moved[figures], found.table[figures], atol=1e-6)
    renamed = frame.assign(assessor=frame["assessor"].map(lambda name: "z" + str(9 - int(name[1:]))))
    other = severity(renamed).table.iloc[::-1]
    np.testing.assert_allclose(other[figures], found.table[figures], atol=1e-6)
    for _, panel in found.table[found.table["identifiable"]].groupby("panel"):
        assert panel["severity"].sum() == pytest.approx(0, abs=1e-9)
    assert (found.table["identifiable"] == found.table["severity"].notna()).all()
