"""Boschloo's test against the published value, scipy, and a plain sum over all tables."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, boschloo_exact, hypergeom

from scoring.boschloo import boschloo_p


def test_48_of_80_against_12_of_40():
    assert boschloo_p(48, 80, 12, 40) == pytest.approx(0.00200596, abs=5e-9)


@pytest.mark.parametrize(
    "counts",
    [(7, 19, 13, 21), (0, 8, 60, 192), (2, 10, 49, 127), (1, 1, 3, 40), (30, 50, 18, 60), (5, 5, 0, 4)],
)
def test_agrees_with_scipy(counts):
    s1, n1, s2, n2 = counts
    # scipy takes each column as a group.
    table = [[s1, s2], [n1 - s1, n2 - s2]]
    tails = [boschloo_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    assert boschloo_p(*counts) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-5)


def summed(s1, n1, s2, n2):
    """One-sided, every table looked at, the common rate on a fine grid."""

    def statistic(x, y):
        return float(hypergeom.cdf(x, n1 + n2, x + y, n1))

    limit = statistic(s1, s2) * (1 + 1e-7)
    region = [(x, y) for x in range(n1 + 1) for y in range(n2 + 1) if statistic(x, y) <= limit]
    rates = np.sin(np.linspace(0, math.pi / 2, 2_001)) ** 2
    return float(sum(binom.pmf(x, n1, rates) * binom.pmf(y, n2, rates) for x, y in region).max())


@pytest.mark.parametrize("counts", [(1, 6, 5, 7), (0, 3, 4, 9), (4, 9, 2, 11)])
def test_agrees_with_a_sum_over_all_tables(counts):
    s1, n1, s2, n2 = counts
    tails = summed(*counts), summed(n1 - s1, n1, n2 - s2, n2)
    assert boschloo_p(*counts) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-4)


sides = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None, max_examples=50)
@given(sides, sides)
def test_sides_and_outcomes_may_be_exchanged(a, b):
    (s, n), (other_s, other_n) = a, b
    p = boschloo_p(s, n, other_s, other_n)
    assert 0 < p <= 1
    assert boschloo_p(other_s, other_n, s, n) == pytest.approx(p, rel=1e-6)
    assert boschloo_p(n - s, n, other_n - other_s, other_n) == pytest.approx(p, rel=1e-6)


def test_nothing_to_test_is_one():
    assert [boschloo_p(0, 0, 3, 5), boschloo_p(0, 4, 0, 5), boschloo_p(4, 4, 5, 5)] == [1.0, 1.0, 1.0]


@pytest.mark.filterwarnings("error")
def test_more_than_a_thousand_persons_overflow_nothing():
    assert 0.5 < boschloo_p(667, 1390, 555, 1181) < 0.7
