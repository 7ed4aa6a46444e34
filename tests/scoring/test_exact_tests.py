import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact, hypergeom

from scoring.exact_tests import GapTest, benjamini_hochberg, boschloo, exact_p, odds_ratio

BH_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_fisher_and_midp_of_48_of_80_against_12_of_40():
    p = exact_p(48, 80, 12, 40)
    assert (round(p.fisher[0], 8), round(p.midp[0], 8)) == (0.00340922, 0.00214224)


def test_fisher_when_none_of_a_small_group_is_selected():
    # 200 applicants, 60 selected, none of 8, 9 or 10.
    p = exact_p([0, 0, 0], [8, 9, 10], [60, 60, 60], [192, 191, 190])
    assert p.fisher.round(3).tolist() == [0.108, 0.060, 0.034]


def test_fisher_of_the_lady_tasting_tea():
    assert round(exact_p(3, 4, 1, 4).fisher[0], 4) == 0.4857


def test_tables_without_evidence_give_one():
    p = exact_p([0, 0, 5, 3], [0, 4, 5, 3], [3, 0, 7, 0], [5, 9, 7, 0])
    assert p.fisher.tolist() == [1.0, 1.0, 1.0, 1.0]
    assert p.midp.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_no_tables_give_no_values():
    assert exact_p([], [], [], []).fisher.tolist() == []


sides = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(st.lists(st.tuples(sides, sides), min_size=1, max_size=12))
def test_fisher_agrees_with_scipy_and_midp_with_its_definition(pairs):
    p = exact_p(*(np.array([pair[i][j] for pair in pairs]) for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))))
    for i, ((s, n), (os, on)) in enumerate(pairs):
        assert p.fisher[i] == pytest.approx(fisher_exact([[s, n - s], [os, on - os]])[1], rel=1e-6)
        under = hypergeom(n + on, s + os, n)
        lower, upper = under.cdf(s) - under.pmf(s) / 2, under.sf(s) + under.pmf(s) / 2
        assert p.midp[i] == pytest.approx(min(1.0, 2 * min(lower, upper)), rel=1e-6)


@settings(deadline=None)
@given(sides, sides)
def test_p_is_the_same_for_the_group_the_others_and_the_not_selected(a, b):
    (s, n), (os, on) = a, b
    p = exact_p([s, os, n - s], [n, on, n], [os, s, on - os], [on, n, on])
    assert p.fisher.round(10).tolist() == [round(p.fisher[0], 10)] * 3
    assert p.midp.round(10).tolist() == [round(p.midp[0], 10)] * 3


def test_fisher_of_a_hundred_thousand_agrees_with_scipy():
    p = exact_p(15_000, 50_000, 15_400, 50_000)
    assert p.fisher[0] == pytest.approx(fisher_exact([[15_000, 35_000], [15_400, 34_600]])[1], rel=1e-6)


def test_boschloo_takes_the_group_as_a_column():
    gap = boschloo(48, 80, 12, 40)
    assert (round(gap.p, 8), gap.method) == (0.00200596, "boschloo")


def test_boschloo_above_a_thousand_is_midp_and_says_so():
    gap = boschloo(300, 600, 200, 401)
    assert gap == GapTest(float(exact_p(300, 600, 200, 401).midp[0]), "midp")


def test_boschloo_without_evidence_is_one():
    assert [boschloo(0, 0, 3, 5).p, boschloo(0, 4, 0, 5).p, boschloo(4, 4, 5, 5).p] == [1.0, 1.0, 1.0]


def test_benjamini_hochberg_rejects_four_of_the_1995_example():
    adjusted = benjamini_hochberg(BH_1995)
    assert int((adjusted <= 0.05).sum()) == 4
    assert adjusted[:5].round(6).tolist() == [0.0015, 0.003, 0.0095, 0.035625, 0.0603]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=40))
def test_benjamini_hochberg_agrees_with_scipy(p):
    assert benjamini_hochberg(p).tolist() == (false_discovery_control(p).tolist() if p else [])


def test_benjamini_hochberg_keeps_the_order_given_and_takes_none():
    assert benjamini_hochberg(BH_1995[::-1]).tolist() == benjamini_hochberg(BH_1995).tolist()[::-1]
    assert benjamini_hochberg([]).tolist() == []


def test_odds_ratio_of_berkeley_pooled_over_departments():
    men, women = (1198, 1198 + 1493), (557, 557 + 1278)
    ratio = odds_ratio(*men, *women)
    assert ratio is not None
    assert round(ratio, 4) == 1.8411


def test_odds_ratio_without_a_finite_value_is_none():
    assert [odds_ratio(3, 3, 1, 2), odds_ratio(1, 2, 0, 2), odds_ratio(0, 0, 1, 2)] == [None, None, None]
