import numpy as np
import pytest

from scoring.errors import TableError
from scoring.permutation import (
    judged,
    null_interval,
    number,
    permutations_for,
    permuted,
    two_sided_p,
    upper_p,
)


def test_p_values_count_the_observed_arrangement():
    null = np.arange(1.0, 20.0)[:, None]  # 1 to 19
    assert upper_p(null, np.array([19.0])).tolist() == [2 / 20]
    assert upper_p(null, np.array([25.0])).tolist() == [1 / 20]
    assert two_sided_p(null, np.array([10.0])).tolist() == [1.0]
    assert two_sided_p(null, np.array([0.0])).tolist() == [2 / 20]


def test_rounding_is_no_difference():
    null = np.full((9, 1), 0.1 + 0.2)
    assert upper_p(null, np.array([0.3])).tolist() == [1.0]
    assert upper_p(-null, np.array([-0.3])).tolist() == [1.0]


def test_permutations_are_permutations_the_same_each_time():
    one = np.concatenate(list(permuted(5, 7, 100)))
    assert one.shape == (100, 7)
    assert (np.sort(one, axis=1) == np.arange(7)).all()
    assert (one == np.concatenate(list(permuted(5, 7, 100)))).all()
    counts = np.bincount(np.concatenate(list(permuted(5, 3, 6000)))[:, 0])
    assert np.abs(counts - 2000).max() < 4 * np.sqrt(2000 * 2 / 3)


def test_enough_permutations_for_many_groups():
    assert permutations_for(2, 0.05, None) == 1999
    assert permutations_for(30, 0.05, None) == 5_999
    assert permutations_for(200, 0.05, None) == 19_999
    assert permutations_for(1000, 0.05, None) == 79_999
    assert permutations_for(200, 0.05, 99) == 99
    with pytest.raises(TableError, match="permutations"):
        permutations_for(1, 0.05, 0)
    with pytest.raises(TableError, match="alpha"):
        permutations_for(1, 1.0, None)


def test_verdicts_by_the_rules():
    p = np.array([0.001, 0.04, 0.5, 0.5, np.nan])
    adjusted, verdicts = judged(p, np.array([0.001, 0.001, 0.001, 0.2, np.nan]))
    assert verdicts == ("alarm", "watch", "no_concern", "no_conclusion", "no_conclusion")
    assert adjusted[:4].tolist() == pytest.approx([0.004, 0.08, 0.5, 0.5])
    assert np.isnan(adjusted[4])


def test_no_conclusion_redoes_the_adjustment():
    # Of two, .03 would be .06 beside .5, but .03 beside .02.
    assert judged(np.array([0.5, 0.6]), np.array([0.03, 0.03]))[1] == ("no_conclusion", "no_conclusion")
    assert judged(np.array([0.02, 0.6]), np.array([0.02, 0.03]))[1] == ("alarm", "no_concern")


def test_interval_and_numbers():
    low, high = null_interval(np.arange(1001.0)[:, None])
    assert (low[0], high[0]) == pytest.approx((25, 975))
    assert number(float("nan")) is None
    assert number(np.float64(2)) == 2.0
