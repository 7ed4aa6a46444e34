"""The transformers: scikit-learn's own checks, the ranking's order in a Pipeline, and every refusal."""

import doctest
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

from scoring.criteria import Gate
from scoring.errors import LevelError, TableError
from scoring.estimators import AssessorCombiner, BandEncoder, Gates, Ranker, WeightedSum
from scoring.exact_levels import exact_fraction, exact_numerators, rounded_quotients, weighted_totals
from scoring.ranking import rank, rank_wide
from tests.scoring.test_combining import with_rule
from tests.scoring.test_ranking import KEYS, cases, profile_of, wide

NAN = np.nan
LIBRARY = Path(__file__).parents[2] / "docs" / "library.md"


def not_applicable(estimator: Any) -> dict[str, str]:
    """Checks that ask for what a ranking cannot be, with the reason."""
    if not isinstance(estimator, Ranker):
        return {}
    return {
        "check_methods_subset_invariance": "a place depends on all rows that are ranked, so not on some alone",
    }


ESTIMATORS = [
    BandEncoder(),
    BandEncoder(bands={}),
    AssessorCombiner(scale=None),
    AssessorCombiner("median", scale=None),
    WeightedSum(scale=None),
    WeightedSum(passthrough=True, scale=None),
    Gates(scale=None),
    Gates(0, {1: 1}, 2, scale=None),
    Ranker(),
    Ranker(threshold=1, passthrough=True),
]


def checks() -> list[Any]:
    """scikit-learn's checks, without those of other array libraries, which need a SciPy that is told to allow them."""
    found = []
    for estimator in ESTIMATORS:
        for own, check in estimator_checks_generator(
            estimator, expected_failed_checks=not_applicable(estimator), mark=None
        ):
            name = getattr(check, "func", check).__name__
            if "array_api" in name:
                continue
            reason = not_applicable(estimator).get(name)
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            found.append(pytest.param(own, check, marks=marks, id=f"{own}-{name}"))
    return found


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def frame(**columns: list[float]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=[f"a{number}" for number in range(rows)])


# By hand


def test_band_encoder_keeps_missing_missing_and_other_columns_as_they_are() -> None:
    values = frame(months=[0, 0.1, 4, 6.999, 12, NAN], case=[1, 2, 3, 4, 0, NAN])
    encoder = BandEncoder({"months": ["over 0", 4, 7, 12]}).set_output(transform="pandas")
    levels = encoder.fit_transform(values)
    assert levels["months"].tolist()[:5] == [0, 1, 2, 2, 4]
    assert np.isnan(levels["months"].iloc[5])
    pd.testing.assert_series_equal(levels["case"], values["case"])
    assert [str(each) for each in encoder.bands_["months"]] == ["over 0", "4", "7", "12"]


def test_band_encoder_of_a_sequence_holds_for_all_columns() -> None:
    assert BandEncoder([Decimal("0.1"), 2]).fit_transform([[0.1, 1.9], [0.09, 2]]).tolist() == [
        [1, 1],
        [0, 2],
    ]


@pytest.mark.parametrize(("combine", "expected"), [("mean", [2, 4 / 3, 4]), ("median", [2.5, 1, 4])])
def test_assessor_combiner_by_hand(combine: str, expected: list[float]) -> None:
    levels = frame(
        case__ann=[0, 1, NAN], case__bo=[2, 1, NAN], case__cy=[3, 2, 4], form=[1, 2, 3], case__d=[3, NAN, NAN]
    )
    combiner = AssessorCombiner(combine).set_output(transform="pandas")
    found = combiner.fit_transform(levels)
    assert found.columns.tolist() == ["case", "form"]
    assert found["case"].tolist() == expected
    assert found["form"].tolist() == [1, 2, 3]
    assert (
        AssessorCombiner(combine).fit_transform(frame(c__x=[NAN, 1], c__y=[NAN, 1])).ravel().tolist()[1] == 1
    )


def test_combiner_of_numbers_that_are_no_levels_goes_by_fractions() -> None:
    values = np.array([[0.1, 0.2, NAN], [np.pi, 1e-9, 1e9], [NAN, NAN, NAN]])
    names = ["c__x", "c__y", "c__z"]
    for combine, plain in (("mean", np.nanmean), ("median", np.nanmedian)):
        found = AssessorCombiner(combine, scale=None).fit_transform(pd.DataFrame(values, columns=names))
        assert found[:2, 0] == pytest.approx(plain(values[:2], axis=1))
        assert np.isnan(found[2, 0])


def test_weighted_sum_by_hand() -> None:
    """4·10 + 3·10 + 2.5·15 + 0·5 + 1·5 of 4·45 is 62.5 %; a missing level is never zero."""
    weights = {"a": 10, "b": Decimal(10), "c": 15.0, "d": Fraction(5), "e": 5, "f": 0}
    levels = frame(a=[4, 4], b=[3, 3], c=[2.5, NAN], d=[0, 0], e=[1, 1], f=[NAN, NAN])
    weighted = WeightedSum(weights).set_output(transform="pandas")
    points = weighted.fit_transform(levels)["points"]
    assert points.iloc[0] == 62.5
    assert np.isnan(points.iloc[1])
    assert weighted.weights_["c"] == Fraction(100, 3)
    assert "f" not in weighted.weights_


def test_weighted_sum_gives_equal_totals_equal_floats() -> None:
    """.1, .2 and .7 in floats would give two different sums for what is the same total."""
    levels = np.array([[4 / 3, 4 / 3, 4 / 3], [0, 3, 1 + 1 / 21]])
    points = WeightedSum([0.1, 0.2, 0.7]).fit_transform(levels).ravel()
    assert points[0] == points[1] == 100 / 3


def test_gates_by_hand() -> None:
    levels = frame(c=[4, 4, 4, 2, 4, NAN, 1.5], d=[4, 1, 0, 2, 1, 0, 4], e=[4, 1, 4, 1.5, 4, 0, 4])
    gates = Gates(0, {1: 1}, 2).set_output(transform="pandas").fit_transform(levels)
    assert gates["passes"].tolist()[:5] == [1, 0, 0, 0, 1]
    assert np.isnan(gates["passes"].iloc[5])
    assert gates["passes"].iloc[6] == 1
    assert gates.columns.tolist() == ["c", "d", "e", "passes"]


def test_ranker_by_hand() -> None:
    rows = frame(points=[50, 60, 50, 39.9, NAN, 90], case=[2, 1, 3, 4, 4, 4], passes=[1, 1, 1, 1, 1, 0])
    places = Ranker(ties=["case"], threshold=40).set_output(transform="pandas").fit_transform(rows)["place"]
    assert places.iloc[:3].tolist() == [3, 1, 2]
    assert places.iloc[3:].isna().all()
    assert Ranker(passthrough=True).fit(rows).get_feature_names_out().tolist() == ["place", *rows.columns]


# The ranking's own order


def pipeline(
    weights: dict[str, int], ties: tuple[str, ...], threshold: int, gates: tuple[Gate, ...]
) -> Pipeline:
    steps = [
        Gates(each.forbidden_level, each.max_count, each.mean_at_least, criteria=list(weights))
        for each in gates
    ]
    return make_pipeline(
        *steps,
        WeightedSum(weights, passthrough=True),
        Ranker(ties=ties, threshold=threshold, seed="s"),
    ).set_output(transform="pandas")


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(["mean", "median"]))
def test_pipeline_gives_the_places_of_the_ranking(case: Any, combine: str) -> None:
    long_frame, plain = case
    profile = with_rule(plain, combine=combine)
    rule = profile.stages["screening"]
    levels = long_frame.assign(level=long_frame["level"].astype(float)).pivot_table(
        index="application", columns=["criterion", "assessor"], values="level", dropna=False, observed=False
    )
    levels.columns = [f"{key}__{assessor}" for key, assessor in levels.columns]
    for key in KEYS:
        if not any(name.startswith(f"{key}__") for name in levels):
            levels[f"{key}__nobody"] = NAN
    weights = {each.key: int(each.weight) for each in profile.criteria}
    places = make_pipeline(
        AssessorCombiner(combine), pipeline(weights, rule.ties, int(rule.threshold), profile.gates)
    ).set_output(transform="pandas")
    found = places.fit_transform(levels)["place"]
    table = rank(long_frame, profile, "screening", "s").table
    ranked = table[table["status"] == "ranked"]
    assert found.dropna().to_dict() == dict(zip(ranked["application"], ranked["place"], strict=True))


def test_pipeline_gives_the_places_of_rank_wide_with_many_ties() -> None:
    random = np.random.default_rng(12)
    weights, ties = {"c": 10, "d": 15, "e": 20}, ("d", "c")
    rows = {f"a{n}": tuple(random.integers(0, 5, 3)) for n in range(1000)}
    table = rank_wide(wide(rows, KEYS), profile_of(weights, 40, ties), "screening", "s").table
    found = pipeline(weights, ties, 40, ()).fit_transform(wide(rows, KEYS).set_index("application"))["place"]
    ranked = table[table["status"] == "ranked"]
    assert found.dropna().to_dict() == dict(zip(ranked["application"], ranked["place"], strict=True))


def test_ten_thousand_ties_go_by_the_lot_alone() -> None:
    rows = pd.DataFrame({"points": 50.0}, index=[f"a{n}" for n in range(10_000)])
    one, two = (Ranker(seed=seed).fit_transform(rows).ravel() for seed in ("one", "two"))
    assert sorted(one) == list(range(1, 10_001))
    assert (one != two).any()
    shuffled = rows.sample(frac=1, random_state=1)
    again = pd.Series(Ranker(seed="one").fit_transform(shuffled).ravel(), index=shuffled.index)
    assert again.loc[rows.index].tolist() == one.tolist()


def test_pipelines_clone_and_set_their_parameters() -> None:
    one = pipeline({"c": 1}, (), 0, ())
    two = clone(one).set_params(weightedsum__weights={"d": 1})
    levels = frame(c=[1, 2], d=[2, 1])
    assert one.fit_transform(levels)["place"].tolist() == [2, 1]
    assert two.fit_transform(levels)["place"].tolist() == [1, 2]


def test_the_example_of_the_documentation_runs_as_printed() -> None:
    text = LIBRARY.read_text()
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.S))
    found = doctest.DocTestParser().get_doctest(code, {}, "library.md", str(LIBRARY), 0)
    assert len(found.examples) >= 5
    lines = re.findall(r"```python\n(.*?)```", text, re.S)[0].splitlines()
    assert sum(line.startswith((">>>", "...")) for line in lines) == 10
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(found).failed == 0


# Exact numbers


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**5), 10**5), st.integers(1, 1 << 18))
def test_exact_fraction_of_a_rounded_fraction_is_that_fraction(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    if abs(exact) <= 1000:
        assert exact_fraction(float(exact)) == exact


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), max_size=8), st.integers(1, 9))
def test_exact_numerators_of_any_floats_round_trip(values: list[float], weight: int) -> None:
    given_values = np.array(values, dtype=float).reshape(-1, 1)
    numerators, denominator = exact_numerators(given_values)
    assert rounded_quotients(numerators, denominator).ravel().tolist() == [each + 0.0 for each in values]
    totals = weighted_totals(numerators, [weight])
    assert [Fraction(int(total), denominator) for total in totals] == [
        weight * exact_fraction(each) for each in values
    ]


# What is refused


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (BandEncoder({"months": [1]}), "bands: column 'months' is missing; the table has c, d"),
        (BandEncoder([2, 1]), "bands of column 'c': expected rising lower bounds, got 2, 1"),
        (BandEncoder([]), "bands of column 'c': expected rising lower bounds, got none"),
        (BandEncoder(["about 1"]), "lower bound 'about 1': expected a number"),
        (AssessorCombiner("mode"), "combine 'mode': expected one of mean, median"),
        (AssessorCombiner(separator=""), "separator is empty"),
        (WeightedSum([1]), "weights: expected 2, one for each column, got 1"),
        (WeightedSum({"e": 1}), "weights: column 'e' is missing"),
        (WeightedSum([0, 0]), "weights: all are 0; expected at least one over 0"),
        (WeightedSum([1, -1]), "weight of column 'd': expected a number of 0 or more, got -1"),
        (Ranker(threshold=NAN), "threshold: expected a number, got nan"),
        (Ranker(threshold=float("inf")), "threshold: expected a number, got inf"),
        (Gates(mean_at_least=NAN), "mean_at_least: expected a number, got nan"),
        (WeightedSum([1, NAN]), "weight of column 'd': expected a number of 0 or more, got nan"),
        (WeightedSum([1, float("inf")]), "weight of column 'd'"),
        (WeightedSum([1, True]), "weight of column 'd'"),
        (Gates(criteria=["e"]), "criteria: column 'e' is missing"),
        (Gates(criteria=[]), "criteria: expected at least one column"),
        (Ranker(total="e"), "total, ties or gate: column 'e' is missing"),
        (Ranker(ties=["e"]), "total, ties or gate: column 'e' is missing"),
    ],
)
def test_a_parameter_that_is_no_such_is_refused_when_fitted(estimator: Any, message: str) -> None:
    with pytest.raises((LevelError, TableError), match=message):
        estimator.fit(frame(c=[1, 2], d=[3, 4]))


@pytest.mark.parametrize("estimator", [AssessorCombiner(), WeightedSum(), Gates(0)])
@pytest.mark.parametrize("level", [5, -1, 4.0001])
def test_a_level_outside_the_scale_is_refused(estimator: Any, level: float) -> None:
    fitted = estimator.fit(frame(c=[1, 2], d=[3, 4]))
    for run in (fitted.transform, estimator.fit):
        with pytest.raises(LevelError, match=f"row 2, column 'd': level {level:g}: expected 0 to 4"):
            run(frame(c=[1, 2], d=[3, level]))


@pytest.mark.parametrize("estimator", [BandEncoder(), AssessorCombiner(), WeightedSum(), Gates(), Ranker()])
def test_an_infinite_number_is_refused(estimator: Any) -> None:
    with pytest.raises(ValueError, match="infinity"):
        estimator.fit(frame(c=[1, float("inf")]))


def test_a_value_below_zero_has_no_band() -> None:
    message = "Negative values in data: row 2, column 'months': value -1: expected a number of 0 or more"
    with pytest.raises(LevelError, match=message):
        BandEncoder({"months": [1]}).fit(frame(months=[1, -1]))


def test_a_label_that_repeats_has_no_lot() -> None:
    rows = pd.DataFrame({"points": [1.0, 2]}, index=["a", "a"])
    with pytest.raises(TableError, match="index 'a' comes more than once"):
        Ranker().fit_transform(rows)
