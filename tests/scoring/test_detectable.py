"""What a group could have shown, against trying every count with the verdict rule itself."""

import numpy as np
import pytest
from scipy.stats import binom

from scoring import detectable as module
from scoring.detectable import detectable, funnel_limits
from scoring.errors import TableError
from scoring.exact_tests import benjamini_hochberg, exact_p
from scoring.verdicts import judge


def nearest(n, others, rest, alarms):
    """(largest below the others' rate, smallest above) of the counts that are alarms; −1 for none."""
    low = [k for k in range(n + 1) if alarms[k] and k * rest < others * n]
    high = [k for k in range(n + 1) if alarms[k] and k * rest > others * n]
    return (max(low) if low else -1, min(high) if high else -1)


@pytest.mark.parametrize("seed", range(12))
def test_every_count_tried_with_the_verdict_rule_gives_the_same(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 25, (int(rng.integers(1, 3)), int(rng.integers(2, 6))))
    s = rng.binomial(n, 0.5)
    found = detectable(s, n)
    for (t, g), size in np.ndenumerate(n):
        others, rest = int(s[t].sum() - s[t, g]), int(n[t].sum() - size)
        if size == 0 or rest == 0:
            assert (found.low[t, g], found.high[t, g]) == (-1, -1)
            continue
        alarms = []
        for k in range(size + 1):
            tried = s.copy()
            tried[t, g] = k
            alarms.append(judge(tried, n).verdicts[t][g] == "alarm")
        assert (found.low[t, g], found.high[t, g]) == nearest(int(size), others, rest, alarms)


@pytest.mark.parametrize("seed", range(6))
def test_in_large_stages_the_other_p_values_stay_as_observed(seed, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_REDONE", 0)
    rng = np.random.default_rng(seed)
    n = rng.multinomial(int(rng.integers(100, 3_000)), rng.dirichlet(np.ones(5)), 2)
    s = rng.binomial(n, rng.random())
    found, observed = detectable(s, n), judge(s, n).fisher
    assert not found.redone.any()
    for (t, g), size in np.ndenumerate(n):
        others, rest = int(s[t].sum() - s[t, g]), int(n[t].sum() - size)
        if size == 0 or rest == 0:
            continue
        k = np.arange(size + 1)
        own = exact_p(k, *(np.full_like(k, each) for each in (size, others, rest))).fisher
        alarms = []
        for p in own:
            family = observed.copy()
            family[t, g] = p
            tested = np.isfinite(family)
            adjusted = np.full(family.shape, np.nan)
            adjusted[tested] = benjamini_hochberg(family[tested])
            alarms.append(adjusted[t, g] <= 0.05 * (1 + 1e-9))
        assert (found.low[t, g], found.high[t, g]) == nearest(int(size), others, rest, alarms)


def test_none_of_ten_would_show_and_none_of_eight_would_not():
    # 200 applicants, 60 selected: 0 of 8 gives .108, 0 of 9 .060, 0 of 10 .034; two groups are two tests alike.
    for n, low in ((8, -1), (9, -1), (10, 0)):
        found = detectable([[0, 60]], [[n, 200 - n]])
        assert found.low[0, 0] == low
    assert found.low_gap[0, 0] == pytest.approx(-60 / 190)


def test_group_that_no_conclusion_is_possible_for_has_no_low_count():
    rng = np.random.default_rng(1)
    n = rng.integers(1, 11, (2, 30))
    s = rng.binomial(n, 0.3)
    found, verdicts = detectable(s, n), judge(s, n).verdicts
    for t in range(2):
        for g in range(30):
            if verdicts[t][g] == "no_conclusion":
                assert found.low[t, g] == -1


def test_cells_that_are_not_asked_about_are_not_in_the_family():
    s, n = np.array([[2, 30, 4]]), np.array([[40, 60, 10]])
    asked = np.array([[True, True, False]])
    found = detectable(s, n, asked=asked)
    assert (found.low[0, 2], found.high[0, 2]) == (-1, -1)
    assert found.low[0, 0] >= detectable(s, n).low[0, 0]


def test_impossible_counts_name_stage_and_group():
    with pytest.raises(TableError, match="stage 1, group 2: selected is 5 of n 4"):
        detectable([[1, 5]], [[4, 4]])


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.5, 0.97])
@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_funnel_limits_are_scipys_binomial_quantiles(rate, confidence):
    n = np.array([1, 2, 5, 10, 30, 100, 400])
    low, high = funnel_limits(n, rate, confidence)
    tail = (1 - confidence) / 2
    assert (low * n).tolist() == pytest.approx(binom.ppf(tail, n, rate).tolist())
    assert (high * n).tolist() == pytest.approx(binom.ppf(1 - tail, n, rate).tolist())
    # Strictly outside is at most as probable as it should be.
    assert (binom.cdf(np.rint(low * n) - 1, n, rate) <= tail + 1e-12).all()
    assert (binom.sf(np.rint(high * n), n, rate) <= tail + 1e-12).all()


def test_funnel_without_anybody_or_variation():
    low, high = funnel_limits([0, 5], 0.0, 0.95)
    assert np.isnan(low[0])
    assert (low[1], high[1]) == (0, 0)
    assert funnel_limits([5], 1.0, 0.95)[0].tolist() == [1]
    with pytest.raises(TableError, match="expected a rate from 0 to 1"):
        funnel_limits([5], 1.5, 0.95)
