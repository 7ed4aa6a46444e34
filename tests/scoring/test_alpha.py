"""Krippendorff's α: published values, other packages' figures, and a brute force over all pairs."""

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import fleiss_kappa

from scoring.alpha import METRICS, Alpha, Metric, krippendorff_alpha
from scoring.errors import LevelError, TableError
from tests.scoring.test_combining import scores
from tests.scoring.test_ranking import long

NAN = np.nan


def matrix(*rows: str) -> Any:
    """Assessors × units, a character for each level, "-" where there is none; letters count from 10."""
    return np.array([[NAN if each == "-" else float(int(each, 16)) for each in row] for row in rows])


#: Krippendorff (2011), section C: four observers, twelve units, missing data.
FOUR = matrix("123321412---", "1233224125-3", "-3332342251-", "12332441251-")


def brute_force(levels: Any, metric: str) -> float | None:
    """α by its definition: the mean difference of pairs within units over that of all pairs of pairable levels."""
    units = [column[~np.isnan(column)] for column in levels.T]
    units = [unit for unit in units if len(unit) > 1]
    everything = [level for unit in units for level in unit]
    n = len(everything)

    def difference(a: float, b: float) -> float:
        if metric == "nominal":
            return float(a != b)
        if metric == "interval":
            return float(a - b) ** 2
        if metric == "ratio":
            return 0.0 if a == b else float((a - b) / (a + b)) ** 2
        low, high = min(a, b), max(a, b)
        between = sum(low <= each <= high for each in everything)
        ends = (everything.count(a) + everything.count(b)) / 2
        return float(between - ends) ** 2 if a != b else 0.0

    if len(set(everything)) < 2:
        return None
    observed = sum(difference(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2)) / n
    expected = sum(difference(a, b) for a, b in permutations(everything, 2)) / (n * (n - 1))
    return 1 - observed / expected


def alpha(levels: Any, metric: Metric, **settings: Any) -> Alpha:
    return krippendorff_alpha(levels, metric, **({"draws": 0} | settings))


@pytest.mark.parametrize(
    ("metric", "published"),
    [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)],
)
def test_krippendorff_four_observers_with_missing_data(metric: Metric, published: float) -> None:
    """Krippendorff (2011), section C; the same data are ``nmm`` of kripp.alpha in the R package irr."""
    found = alpha(FOUR, metric)
    assert round(found.value or 0, 4) == published
    assert (found.n_units, found.n_pairable, found.n_levels) == (12, 11, 40)


def test_krippendorff_binary_data_of_two_observers() -> None:
    """Krippendorff (2011), section A: α = 0.095."""
    found = alpha(matrix("0100000010", "1110010000"), "nominal")
    assert round(found.value or 0, 3) == 0.095
    assert found.n_levels == 20


def test_krippendorff_nominal_data_of_two_observers() -> None:
    """Krippendorff (2011), section B: α = 0.692."""
    assert round(alpha(matrix("aabbdcccedda", "babbbccceddd"), "nominal").value or 0, 3) == 0.692


def test_nominal_alpha_of_complete_data_follows_from_fleiss_kappa() -> None:
    """Fleiss' κ of the table in Wikipedia's article (14 raters, κ = .210); α = κ + (1 − κ)/n, n levels in all."""
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    kappa = fleiss_kappa(np.array(table))
    assert round(kappa, 3) == 0.210
    levels = np.array([np.repeat(np.arange(5.0), row) for row in table]).T
    assert alpha(levels, "nominal").value == pytest.approx(kappa + (1 - kappa) / 140)


def test_nominal_alpha_of_two_assessors_follows_from_scotts_pi() -> None:
    """Krippendorff (2011): for two observers without gaps, α = π + (1 − π)/n, with Scott's π."""
    a, b = (np.array(list(text)) for text in ("aabbdcccedda", "babbbcccEddd".lower()))
    agreed = float((a == b).mean())
    shares = np.unique(np.concatenate([a, b]), return_counts=True)[1] / 24
    pi = (agreed - (shares**2).sum()) / (1 - (shares**2).sum())
    found = alpha(matrix("aabbdcccedda", "babbbcccEddd"), "nominal")
    assert found.value == pytest.approx(pi + (1 - pi) / 24)


def test_interval_alpha_of_complete_data_is_one_less_within_over_total_mean_square() -> None:
    """Shrout & Fleiss (1979), table 3, six targets and four judges: mean squares within 6.26, between 11.24."""
    rows = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    total = (5 * 11.24 + 18 * 6.26) / 23
    assert alpha(np.array(rows, dtype=float).T, "interval").value == pytest.approx(1 - 6.26 / total, abs=5e-4)


levels_with_gaps = st.integers(1, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.sampled_from([NAN, 0, 1, 2, 2.5, 4]), min_size=raters, max_size=raters),
        min_size=1,
        max_size=6,
    )
)


@settings(max_examples=150, deadline=None)
@given(levels_with_gaps, st.sampled_from(METRICS))
def test_alpha_equals_a_brute_force(units: list[list[float]], metric: Metric) -> None:
    levels = np.array(units).T
    found = alpha(levels, metric)
    expected = brute_force(levels, metric)
    if expected is None:
        assert found.value is None
        assert found.reason in ("no_pairs", "no_variation")
    else:
        assert found.value == pytest.approx(expected, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(levels_with_gaps, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_who_is_first(units: list[list[float]], random: Any) -> None:
    levels = np.array(units)
    order = list(range(levels.shape[1]))
    random.shuffle(order)
    one, two = (alpha(each.T, "ordinal") for each in (levels, levels[:, order]))
    assert one == two


@settings(max_examples=50, deadline=None)
@given(levels_with_gaps)
def test_ordinal_alpha_looks_at_the_order_of_levels_only(units: list[list[float]]) -> None:
    levels = np.array(units).T
    assert alpha(levels, "ordinal").value == alpha(np.exp(levels), "ordinal").value
    far = alpha(1000 + 10 * levels, "interval").value
    assert far == pytest.approx(alpha(levels, "interval").value, abs=1e-9) or far is None


def test_units_with_one_level_are_counted_never_dropped_in_silence() -> None:
    with_singles = np.column_stack([FOUR, [[NAN], [4], [NAN], [NAN]], [[NAN]] * 4])
    found = alpha(with_singles, "ordinal")
    assert (found.value, found.n_pairable) == (alpha(FOUR, "ordinal").value, 11)
    assert found.n_units == 13


def test_alpha_of_a_table_takes_application_and_criterion_as_the_unit_and_leaves_the_form_out() -> None:
    rows = [*scores(1, 2), *scores(4, 4, criterion="d"), *scores(0, 1, application="b")]
    frame = long(*rows, ("a", "form", "e", 3), ("b", "form", "c", 4))
    found = alpha(frame, "interval")
    assert found.value == alpha(np.array([[1.0, 4, 0], [2, 4, 1]]), "interval").value
    shuffled = frame.sample(frac=1, random_state=3)
    settings: dict[str, Any] = {"draws": 200, "seed": 4}
    assert alpha(shuffled, "ordinal", **settings) == alpha(frame, "ordinal", **settings)


# No α, and the interval


@pytest.mark.parametrize(
    ("levels", "metric", "reason"),
    [
        (matrix("333", "333"), "ordinal", "no_variation"),
        (matrix("1-2", "-3-"), "ordinal", "no_pairs"),
        (matrix("1234"), "nominal", "no_pairs"),
        (np.array([[-1.0, 1], [1, 2]]), "ratio", "ratio_below_zero"),
    ],
)
def test_alpha_that_is_not_defined_says_why(levels: Any, metric: Metric, reason: str) -> None:
    found = alpha(levels, metric, draws=100)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert (found.reason, found.interval_reason) == (reason, "no_value")


def test_two_levels_on_one_unit_have_an_alpha_but_no_interval() -> None:
    found = alpha(matrix("13", "1-"), "interval", draws=100)
    assert (found.value, found.reason) == (None, "no_variation")
    single = alpha(matrix("1", "3"), "interval", draws=100)
    assert (single.value, single.low, single.interval_reason) == (0.0, None, "one_unit")


def test_samples_without_variation_are_counted_and_too_many_leave_no_interval() -> None:
    found = alpha(matrix("11111112", "11111112"), "nominal", draws=1000, seed=5)
    assert found.value == 1.0
    assert found.interval_reason == "too_little_variation"
    # (7/8)^8 of the samples leave out the only unit that differs.
    assert found.undefined / found.draws == pytest.approx((7 / 8) ** 8, abs=0.05)


def test_interval_holds_the_value_narrows_with_confidence_and_follows_the_seed() -> None:
    wide = alpha(FOUR, "ordinal", draws=2000, seed=1)
    narrow = alpha(FOUR, "ordinal", draws=2000, seed=1, confidence=0.5)
    assert wide.low is not None
    assert wide.high is not None
    assert narrow.low is not None
    assert wide.low < narrow.low < (wide.value or 0) <= wide.high
    assert alpha(FOUR, "ordinal", draws=2000, seed=1) == wide
    assert alpha(FOUR, "ordinal", draws=2000, seed=2) != wide


def test_every_sample_equals_a_brute_force_over_the_applications_drawn() -> None:
    """The same draws by hand: five applications with two criteria each, which are drawn together."""
    random = np.random.default_rng(8)
    given_levels = random.integers(0, 5, (5, 2, 3)).astype(float)
    given_levels[1, 0, 2] = given_levels[3, 1, :2] = NAN
    rows = [
        (f"a{id}", f"x{assessor}", key, given_levels[id, at, assessor])
        for id in range(5)
        for at, key in enumerate("cd")
        for assessor in range(3)
        if not np.isnan(given_levels[id, at, assessor])
    ]
    found = alpha(long(*rows), "ordinal", draws=25, seed=2)
    drawn = np.random.default_rng(2).integers(0, 5, size=(25, 5))
    by_hand = [brute_force(given_levels[sample].reshape(10, 3).T, "ordinal") for sample in drawn]
    low, high = np.quantile(np.array(by_hand, dtype=float), [0.025, 0.975])
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_interval_covers_in_repeated_samples() -> None:
    """Two assessors, 60 units; truth from a large sample; coverage of 95 % intervals over 200 samples, seed 11."""
    random = np.random.default_rng(11)

    def sample(units: int) -> Any:
        truth = random.normal(2, 1, units)
        return np.clip(np.round(truth + random.normal(0, 0.7, (2, units))), 0, 4)

    true = alpha(sample(200_000), "ordinal").value or 0
    intervals = [alpha(sample(60), "ordinal", draws=400, seed=n) for n in range(200)]
    covered = np.mean([(each.low or 0) <= true <= (each.high or 0) for each in intervals])
    assert 0.89 <= covered <= 0.99


# What is refused


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"metric": "cardinal"}, "metric 'cardinal': expected one of nominal, ordinal"),
        ({"metric": "nominal", "confidence": 95}, "confidence 95: expected a number between 0 and 1"),
        ({"metric": "nominal", "draws": -1}, "draws -1: expected 0 or more"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message):
        krippendorff_alpha(FOUR, **settings)


def test_bad_levels_are_refused() -> None:
    with pytest.raises(LevelError, match="assessor 1, unit 0: level inf: expected a finite number"):
        krippendorff_alpha(np.array([[1.0], [np.inf]]), "nominal")
    with pytest.raises(TableError, match=r"levels of shape \(2,\): expected \(assessors, units\)"):
        krippendorff_alpha(np.array([1.0, 2]), "nominal")
    with pytest.raises(
        LevelError, match=r"row 2: application 'a', assessor 'x1', criterion 'c': level 9: expected"
    ):
        krippendorff_alpha(long(*scores(1, 9)), "nominal")
    with pytest.raises(TableError, match="0 rows"):
        krippendorff_alpha(pd.DataFrame(columns=["application", "assessor", "criterion", "level"]), "nominal")
    with pytest.raises(TableError, match="different levels on 10,001 units are too many for α"):
        krippendorff_alpha(np.random.default_rng(1).random((2, 10_001)), "interval")
