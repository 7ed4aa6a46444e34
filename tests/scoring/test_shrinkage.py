"""Shrunken rates against scipy's beta-binomial and beta distributions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import beta, betabinom

from scoring.errors import TableError
from scoring.shrinkage import shrink

VARIED = ([1, 9, 0, 14, 3, 20, 2], [10, 12, 8, 20, 15, 25, 9])
# Efron & Morris (1975) batting averages: hits in the first 45 times at bat of eighteen players.
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]


def likeliest(selected, n):
    """The weight by scipy's own distribution and optimiser."""
    s, size = np.array(selected), np.array(n)
    mean = s.sum() / size.sum()

    def against(log_weight):
        weight = np.exp(log_weight)
        return -betabinom.logpmf(s, size, mean * weight, (1 - mean) * weight).sum()

    found = minimize_scalar(
        against, bounds=(0, np.log(size.sum())), method="bounded", options={"xatol": 1e-9}
    )
    return float(np.exp(found.x))


def integrated(selected, n, g, function):
    """The mean of a function of (m, posterior) over the posterior of the weight m, by scipy's quadrature."""
    s, size = np.array(selected), np.array(n)
    persons, mean, average = size.sum(), s.sum() / size.sum(), size.mean()

    def likelihood(m):
        return np.exp(betabinom.logpmf(s, size, m * mean, m * (1 - mean)).sum() + 30)

    def posterior(m):
        return beta(s[g] + m * mean, size[g] - s[g] + m * (1 - mean))

    def whole(value):
        def inside(log_m):
            m = np.exp(log_m)
            return likelihood(m) * average / (m + average) ** 2 * m * value(m)

        beyond = likelihood(persons) * average / (persons + average) * value(persons)
        return quad(inside, 0, np.log(persons), epsabs=0, epsrel=1e-8)[0] + beyond

    return whole(lambda m: function(posterior(m))) / whole(lambda m: 1.0)


@pytest.mark.parametrize(
    ("selected", "n"),
    [
        VARIED,
        ([0, 5, 10, 2, 8], [10, 10, 10, 10, 10]),
        ([3, 1, 30, 7, 12, 2], [4, 9, 60, 30, 15, 11]),
        ([1, 0, 2, 1, 3], [3, 1, 7, 2, 9]),
        (HITS, [45] * 18),
    ],
)
def test_posterior_is_the_integral_over_the_weight(selected, n):
    found, mean = shrink(selected, n), sum(selected) / sum(n)
    # Where the likelihood is flat the optimiser stops a little before the end of the range.
    assert found.weight[0] == pytest.approx(likeliest(selected, n), rel=0.03)
    for g in range(3):
        assert found.rate[g] == pytest.approx(integrated(selected, n, g, lambda p: p.mean()), abs=2e-4)
        assert found.below[g] == pytest.approx(integrated(selected, n, g, lambda p: p.cdf(mean)), abs=2e-3)
        for end, share in ((found.low[g], 0.025), (found.high[g], 0.975)):
            assert integrated(selected, n, g, lambda p, x=end: p.cdf(x)) == pytest.approx(share, abs=1e-3)


def test_intervals_cover_true_rates_that_differ():
    rng = np.random.default_rng(5)
    inside = []
    for _ in range(60):
        n = rng.integers(1, 11, 30)
        true = rng.beta(6, 14, 30)
        found = shrink(rng.binomial(n, true), n)
        inside.append((found.low <= true) & (true <= found.high))
    assert np.mean(inside) >= 0.93


def test_batting_averages_are_drawn_most_of_the_way_together():
    found = shrink(HITS, [45] * 18)
    assert found.pooled[0] == pytest.approx(sum(HITS) / (18 * 45))
    own = np.array(HITS) / 45
    assert float(np.ptp(found.rate)) < float(np.ptp(own)) / 2
    assert found.rate.argmax() == own.argmax()


def test_groups_are_pooled_with_their_parent():
    selected, n, route = [9, 8, 7, 1, 2, 0], [10, 11, 9, 10, 12, 9], [0, 0, 0, 1, 1, 1]
    found = shrink(selected, n, route)
    assert found.pooled.tolist() == pytest.approx([24 / 30] * 3 + [3 / 31] * 3)
    assert set(found.within) == {"parent"}
    alone = shrink(selected[:3], n[:3])
    assert found.rate[:3].tolist() == alone.rate.tolist()


def test_parent_with_fewer_than_three_groups_falls_back_on_all_of_them_and_says_so():
    selected, n = [9, 8, 7, 1, 2], [10, 11, 9, 10, 12]
    found, whole = shrink(selected, n, [0, 0, 0, 1, 1]), shrink(selected, n)
    assert found.within == ("parent", "parent", "parent", "all", "all")
    assert found.rate[3:].tolist() == whole.rate[3:].tolist()
    assert shrink(selected, n, [0, 0, 0, -1, 1]).rate[3:].tolist() == whole.rate[3:].tolist()


def test_rates_that_differ_no_more_than_chance_are_drawn_wholly_together():
    found = shrink([3, 3, 3, 3], [10, 10, 10, 10])
    assert (set(found.method), found.weight[0]) == ({"alike"}, 40)
    assert found.low[0] < 0.3 < found.high[0]


def test_two_groups_are_hardly_drawn_and_one_is_its_own_rate():
    found = shrink([12, 48], [40, 80])
    assert (set(found.method), found.rate[0]) == ({"too_few_groups"}, pytest.approx((12 + 0.5) / 41))
    assert shrink([3], [9]).rate.tolist() == pytest.approx([1 / 3])


def test_nobody_or_everybody_selected_keeps_the_rate_with_jeffreys_interval():
    none = shrink([0, 0, 0], [1, 5, 20])
    assert (none.rate.tolist(), none.low.tolist(), set(none.method)) == (
        [0, 0, 0],
        [0, 0, 0],
        {"no_variation"},
    )
    assert none.high.tolist() == pytest.approx([beta(0.5, n + 0.5).ppf(0.975) for n in (1, 5, 20)])
    assert np.isnan(none.below).all()
    everybody = shrink([1, 5, 20], [1, 5, 20])
    assert (everybody.rate.tolist(), everybody.high.tolist()) == ([1, 1, 1], [1, 1, 1])


def test_group_of_nobody_has_no_rate():
    found = shrink([0, 3, 9, 1], [0, 10, 12, 9])
    assert (found.method[0], np.isnan(found.rate[0]), np.isnan(found.low[0])) == ("nobody", True, True)
    assert found.rate[1:].tolist() == shrink([3, 9, 1], [10, 12, 9]).rate.tolist()
    assert shrink([], []).method == ()


def test_single_rejected_applicant_has_no_interval_of_nothing():
    found = shrink([0, 9, 0, 14, 3], [1, 12, 8, 20, 15])
    assert found.high[0] > 0.3


groups = st.lists(
    st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=12
)


@settings(deadline=None)
@given(groups)
def test_a_shrunken_rate_lies_between_its_own_and_the_pooled_one_and_in_its_interval(counts):
    s, n = (np.array(each) for each in zip(*counts, strict=True))
    found = shrink(s, n)
    some = n > 0
    own, rate, pooled = s[some] / n[some], found.rate[some], found.pooled[some]
    assert (np.minimum(own, pooled) - 1e-12 <= rate).all()
    assert (rate <= np.maximum(own, pooled) + 1e-12).all()
    assert (found.low[some] <= found.high[some]).all()
    fine = np.array(found.method)[some] != "no_variation"
    assert ((found.below[some][fine] >= 0) & (found.below[some][fine] <= 1)).all()


@settings(deadline=None)
@given(groups)
def test_exchanging_selected_and_not_selected_mirrors_the_rates(counts):
    s, n = (np.array(each) for each in zip(*counts, strict=True))
    there, back = shrink(s, n), shrink(n - s, n)
    assert np.allclose(there.rate, 1 - back.rate, rtol=1e-3, equal_nan=True)
    assert there.method == back.method


def test_more_selected_than_there_are_names_the_group():
    with pytest.raises(TableError, match="group 2: selected is 5 of n 4"):
        shrink([1, 5], [4, 4])
    with pytest.raises(TableError, match="group 1: selected is -1 of n 4"):
        shrink([-1], [4])
