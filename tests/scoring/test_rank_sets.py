"""Sets of ranks: the critical value, every pair by brute force, and what must hold whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring import rank_sets as module
from scoring.errors import TableError
from scoring.rank_sets import critical_value, rank_sets


@pytest.mark.parametrize(
    ("comparisons", "confidence", "df", "value"),
    [
        # One comparison: the table of the normal distribution and of Student's t.
        (1, 0.95, np.inf, 1.959964),
        (1, 0.99, np.inf, 2.575829),
        (1, 0.95, 10, 2.228139),
        (1, 0.95, 1, 12.706205),
        # Independent comparisons: the quantile of the largest absolute value, from its definition.
        (10, 0.95, np.inf, float(stats.norm.ppf((1 + 0.95**0.1) / 2))),
        (99, 0.90, np.inf, float(stats.norm.ppf((1 + 0.90 ** (1 / 99)) / 2))),
        (5, 0.95, 20, float(stats.t.ppf((1 + 0.95**0.2) / 2, 20))),
    ],
)
def test_critical_value(comparisons: int, confidence: float, df: float, value: float) -> None:
    assert critical_value(comparisons, confidence, df) == pytest.approx(value, abs=1e-6)


def test_critical_value_is_below_that_of_bonferroni_and_keeps_its_digits() -> None:
    assert critical_value(50) < stats.norm.isf(0.025 / 50)
    assert critical_value(10**9) == pytest.approx(stats.norm.isf(-np.log(0.95) / 2e9), rel=1e-6)
    assert critical_value(0) == 0


def test_sidak_holds_for_comparisons_that_share_an_application() -> None:
    """All differences with one application at once, from the multivariate normal distribution."""
    covariance = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    q = critical_value(4)
    inside = stats.multivariate_normal(np.zeros(4), covariance).cdf(
        np.full(4, q), lower_limit=np.full(4, -q), rng=np.random.default_rng(1)
    )
    assert 0.95 < inside < 0.97


def brute_force(
    totals: np.ndarray, own: np.ndarray, shared: np.ndarray, critical: float
) -> tuple[list[int], list[int]]:
    gap = totals[:, None] - totals[None, :]
    between = ((shared[:, None, :] - shared[None, :, :]) ** 2).sum(axis=2)
    needed = critical * np.sqrt(own[:, None] + own[None, :] + between)
    return (1 + (-gap > needed).sum(axis=1)).tolist(), (len(totals) - (gap > needed).sum(axis=1)).tolist()


@given(st.integers(0, 2**32 - 1), st.integers(1, 150), st.integers(0, 4), st.booleans())
def test_equals_every_pair_by_brute_force(seed: int, n: int, factors: int, signed: bool) -> None:
    random = np.random.default_rng(seed)
    totals = random.integers(0, 80, n) / 2
    own = random.random(n) * random.choice([0.1, 4.0])
    shared = random.normal(size=(n, factors)) if signed else random.random((n, factors))
    found = rank_sets(totals, own, shared, df=20)
    low, high = brute_force(totals, own, shared, found.critical)
    assert found.low.tolist() == low
    assert found.high.tolist() == high
    assert found.exact


@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.booleans())
def test_bound_for_very_many_applications_is_never_narrower(seed: int, n: int, signed: bool) -> None:
    random = np.random.default_rng(seed)
    totals, own = random.normal(0, 9, n), random.random(n)
    shared = random.normal(size=(n, 3)) if signed else random.random((n, 3))
    exact = rank_sets(totals, own, shared)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_EXACT", 0)
        bound = rank_sets(totals, own, shared)
    assert (bound.low <= exact.low).all()
    assert (bound.high >= exact.high).all()
    assert exact.exact
    assert not bound.exact


@given(st.lists(st.integers(0, 12), min_size=1, max_size=25), st.floats(0, 50))
def test_holds_all_places_of_equal_totals(totals: list[int], variance: float) -> None:
    found = rank_sets(totals, np.full(len(totals), variance))
    for at, total in enumerate(totals):
        first = 1 + sum(each > total for each in totals)
        last = sum(each >= total for each in totals)
        assert 1 <= found.low[at] <= first <= last <= found.high[at] <= len(totals)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=20), st.floats(0.01, 20), st.floats(1.1, 9))
def test_is_wider_with_more_noise_and_more_confidence(
    totals: list[float], variance: float, more: float
) -> None:
    n = len(totals)
    narrow = rank_sets(totals, np.full(n, variance))
    for wide in (
        rank_sets(totals, np.full(n, variance * more)),
        rank_sets(totals, np.full(n, variance), confidence=0.99),
        rank_sets(totals, np.full(n, variance), df=5),
        rank_sets(totals, np.full(n, variance), np.eye(n)),
    ):
        assert (wide.low <= narrow.low).all()
        assert (wide.high >= narrow.high).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_neither_order_nor_a_shift_nor_a_mirror_matters(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    totals, own = random.integers(0, 40, n).astype(float), random.random(n)
    found = rank_sets(totals, own)
    order = random.permutation(n)
    shuffled = rank_sets(totals[order], own[order])
    assert shuffled.low.tolist() == found.low[order].tolist()
    assert shuffled.high.tolist() == found.high[order].tolist()
    shifted = rank_sets(totals + 16, own)
    assert shifted.low.tolist() == found.low.tolist()
    mirrored = rank_sets(-totals, own)
    assert (n + 1 - mirrored.high).tolist() == found.low.tolist()


def test_certain_totals_have_one_place_each_and_hopeless_ones_all() -> None:
    certain = rank_sets([3, 1, 2], [0, 0, 0])
    assert certain.low.tolist() == certain.high.tolist() == [1, 3, 2]
    hopeless = rank_sets([3, 1, 2], [1e6, 1e6, 1e6])
    assert hopeless.low.tolist() == [1, 1, 1]
    assert hopeless.high.tolist() == [3, 3, 3]


def test_two_applications_are_told_apart_from_1_96_standard_errors_on() -> None:
    se = np.sqrt(2)
    assert rank_sets([1.959 * se, 0], [1, 1]).high.tolist() == [2, 2]
    assert rank_sets([1.961 * se, 0], [1, 1]).high.tolist() == [1, 2]


def test_same_panel_cancels_its_severity() -> None:
    own, same = [0.1, 0.1], [[2.0, 2.0], [2.0, 2.0]]
    apart = [[4.0, 0.0], [0.0, 4.0]]
    assert rank_sets([2, 0], own, same).high.tolist() == [1, 2]
    assert rank_sets([2, 0], own, apart).high.tolist() == [2, 2]


def test_covers_the_true_places_of_known_variances() -> None:
    """500 draws of 12 applications whose true totals lie close: each set holds the true place in at least 95 %."""
    random = np.random.default_rng(20_270_302)
    true = np.arange(12.0)
    held = []
    for _ in range(500):
        found = rank_sets(true + 3 * random.standard_normal(12), np.full(12, 9.0))
        place = 12 - np.arange(12)
        held.append((found.low <= place) & (place <= found.high))
    assert np.mean(held, axis=0).min() >= 0.95


@pytest.mark.parametrize(
    ("totals", "variances", "loadings", "words"),
    [
        ([1, np.nan], [1, 1], None, "totals: a number is missing"),
        ([1, np.inf], [1, 1], None, "totals: a number is missing or infinite"),
        ([1, 2], [1, -1], None, "variances: expected 0 or more, got -1"),
        ([1, 2], [1], None, "shape"),
        ([1, 2], [1, np.nan], None, "variances: a number is missing"),
        ([1, 2], [1, 1], [[1.0]], "shape"),
        ([1, 2], [1, 1], [[1.0], [np.inf]], "loadings"),
    ],
)
def test_refuses_numbers_that_are_none(totals: list, variances: list, loadings: list, words: str) -> None:
    with pytest.raises(TableError, match=words):
        rank_sets(totals, variances, loadings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": 0.0}, "confidence"),
        ({"df": 0}, "df"),
        ({"df": float("nan")}, "df"),
    ],
)
def test_refuses_settings_out_of_range(settings: dict, words: str) -> None:
    with pytest.raises(TableError, match=words):
        rank_sets([1, 2], [1, 1], **settings)
    with pytest.raises(TableError, match="comparisons"):
        critical_value(-1)


def test_nobody_and_one_alone() -> None:
    assert rank_sets([], []).low.tolist() == []
    alone = rank_sets([5], [4])
    assert (alone.low.tolist(), alone.high.tolist()) == ([1], [1])
