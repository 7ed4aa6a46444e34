"""Tests within strata: published values, statsmodels, brute force."""

import itertools
import math
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.contingency_tables import StratifiedTable

from scoring.errors import TableError
from scoring.exact_strata import exact_conditional_p, sum_distribution
from scoring.strata import (
    breslow_day,
    cochran_mantel_haenszel,
    generalised_cmh,
    mantel_haenszel,
    stratified,
    woolf,
)

# Bickel, Hammel & O'Connell (1975): men admitted, rejected, women admitted, rejected, departments A to F.
BERKELEY = np.array(
    [
        [512, 313, 89, 19],
        [353, 207, 17, 8],
        [120, 205, 202, 391],
        [138, 279, 131, 244],
        [53, 138, 94, 299],
        [22, 351, 24, 317],
    ]
)
# Others, computed with statsmodels in the tests: a sparse one, one that pulls apart, one with empty cells.
SPARSE = np.array([[1, 2, 0, 3], [2, 1, 1, 1], [0, 4, 2, 3], [3, 1, 1, 4], [1, 1, 1, 1]])
APART = np.array([[20, 30, 10, 40], [15, 35, 30, 20], [12, 18, 14, 16]])
GAPS = np.array([[5, 0, 3, 4], [9, 6, 4, 11], [2, 8, 1, 9], [7, 3, 3, 7]])


def of(cells):
    a, b, c, d = np.asarray(cells).T
    return stratified(a, a + b, c, c + d)


def peer(cells):
    return StratifiedTable([np.array([[a, b], [c, d]], dtype=float) for a, b, c, d in cells])


def test_berkeley_1973():
    counts = of(BERKELEY)
    found = cochran_mantel_haenszel(counts)
    assert float(found.statistic) == pytest.approx(1.52461, abs=5e-6)
    assert float(found.p) == pytest.approx(0.216924, abs=5e-7)
    assert float(found.corrected) == pytest.approx(1.42695, abs=5e-6)
    assert float(found.corrected_p) == pytest.approx(0.232263, abs=5e-7)
    ratio = mantel_haenszel(counts)
    assert float(ratio.value) == pytest.approx(0.9046968, abs=5e-8)
    assert (round(float(ratio.low), 5), round(float(ratio.high), 5)) == (0.77191, 1.06033)


def test_berkeley_pooled_is_the_marginal_chi_square():
    men_in, men_out, women_in, women_out = BERKELEY.sum(axis=0)
    found = chi2_contingency([[men_in, men_out], [women_in, women_out]], correction=False)
    pooled = cochran_mantel_haenszel(of([[men_in, men_out, women_in, women_out]]))
    total = int(BERKELEY.sum())
    # One stratum: Cochran–Mantel–Haenszel is Pearson's χ² times (N − 1)/N.
    assert found.statistic == pytest.approx(92.2053, abs=5e-5)
    assert float(pooled.statistic) == pytest.approx(found.statistic * (total - 1) / total)


def test_berkeley_is_heterogeneous():
    """As R prints them: DescTools' BreslowDayTest(UCBAdmissions) and vcd's woolf_test(UCBAdmissions)."""
    counts = of(BERKELEY)
    plain, logs = breslow_day(counts), woolf(counts)
    assert (round(float(plain.statistic), 3), int(plain.df), round(float(plain.p), 6)) == (
        18.826,
        5,
        0.002071,
    )
    assert (round(float(logs.statistic), 3), int(logs.df), round(float(logs.p), 6)) == (17.902, 5, 0.003072)


def test_rabbits_and_penicillin():
    """The sparse tables of R's mantelhaen.test: cured and died, of those treated at once and after 1½ hours."""
    counts = of([[0, 6, 0, 5], [3, 3, 0, 6], [6, 0, 2, 4], [5, 1, 6, 0], [2, 0, 5, 0]])
    found, ratio = cochran_mantel_haenszel(counts), mantel_haenszel(counts)
    assert (round(float(found.corrected), 4), round(float(found.corrected_p), 5)) == (3.9286, 0.04747)
    assert round(float(ratio.value), 6) == 7
    assert (round(float(ratio.low), 6), round(float(ratio.high), 6)) == (1.026713, 47.725133)
    assert round(float(exact_conditional_p(counts)), 5) == 0.03994


@pytest.mark.parametrize(
    "cells", [BERKELEY, SPARSE, APART, GAPS], ids=["berkeley", "sparse", "apart", "gaps"]
)
def test_everything_agrees_with_statsmodels(cells):
    counts, theirs = of(cells), peer(cells)
    mine = cochran_mantel_haenszel(counts)
    for statistic, p, correction in (
        (mine.statistic, mine.p, False),
        (mine.corrected, mine.corrected_p, True),
    ):
        expected = theirs.test_null_odds(correction=correction)
        assert float(statistic) == pytest.approx(expected.statistic)
        assert float(p) == pytest.approx(expected.pvalue)
    ratio = mantel_haenszel(counts)
    assert float(ratio.value) == pytest.approx(theirs.oddsratio_pooled)
    assert (float(ratio.low), float(ratio.high)) == pytest.approx(theirs.oddsratio_pooled_confint())
    for tarone in (False, True):
        expected = theirs.test_equal_odds(adjust=tarone)
        found = breslow_day(counts, tarone)
        assert float(found.statistic) == pytest.approx(expected.statistic)
        assert float(found.p) == pytest.approx(expected.pvalue)
        assert int(found.df) == len(cells) - 1


@pytest.mark.parametrize("cells", [BERKELEY, APART, GAPS], ids=["berkeley", "apart", "gaps"])
def test_woolf_is_its_definition(cells):
    logs, weights = [], []
    for row in cells:
        a, b, c, d = (value + 0.5 for value in row) if 0 in row else map(float, row)
        logs.append(math.log(a * d / (b * c)))
        weights.append(1 / (1 / a + 1 / b + 1 / c + 1 / d))
    mean = sum(w * x for w, x in zip(weights, logs, strict=True)) / sum(weights)
    expected = sum(w * (x - mean) ** 2 for w, x in zip(weights, logs, strict=True))
    assert float(woolf(of(cells)).statistic) == pytest.approx(expected)


def exactly(cells):
    """The distribution of the sum as fractions, by enumeration of every combination of tables."""
    sums: dict[int, Fraction] = {0: Fraction(1)}
    for a, b, c, d in cells:
        n, chosen, total = a + b, a + c, a + b + c + d
        whole = math.comb(total, chosen)
        step = {
            k: Fraction(math.comb(n, k) * math.comb(total - n, chosen - k), whole)
            for k in range(max(0, n + chosen - total), min(n, chosen) + 1)
        }
        sums_next: dict[int, Fraction] = {}
        for (x, p), (y, q) in itertools.product(sums.items(), step.items()):
            sums_next[x + y] = sums_next.get(x + y, Fraction(0)) + p * q
        sums = sums_next
    return sums


@pytest.mark.parametrize(
    "cells", [BERKELEY[:2], SPARSE, APART, GAPS], ids=["berkeley", "sparse", "apart", "gaps"]
)
def test_exact_p_agrees_with_enumeration_in_fractions(cells):
    cells = cells.tolist()
    sums = exactly(cells)
    here = sums[sum(a for a, *_ in cells)]
    expected = sum(p for p in sums.values() if p <= here)
    assert exact_conditional_p(of(cells)) == pytest.approx(float(expected), rel=1e-9)


def test_exact_p_of_one_stratum_is_fishers():
    assert exact_conditional_p(of([[48, 32, 12, 28]])) == pytest.approx(0.00340922, abs=5e-9)
    assert exact_conditional_p(of([[3, 1, 1, 3]])) == pytest.approx(fisher_exact([[3, 1], [1, 3]])[1])


tables = st.lists(
    st.tuples(*[st.integers(0, 7)] * 4).map(list).filter(lambda row: sum(row) > 0), min_size=1, max_size=9
)


@settings(deadline=None)
@given(tables)
def test_exact_p_agrees_with_enumeration_of_any_tables(cells):
    sums = exactly(cells)
    here = sums[sum(row[0] for row in cells)]
    expected = float(sum(p for p in sums.values() if p <= here))
    assert exact_conditional_p(of(cells)) == pytest.approx(expected, rel=1e-6)


@settings(deadline=None)
@given(tables)
def test_sides_may_be_exchanged_and_strata_may_come_in_any_order(cells):
    there, back = of(cells), of([[c, d, a, b] for a, b, c, d in reversed(cells)])
    for function in (cochran_mantel_haenszel, exact_conditional_p, woolf, breslow_day):
        first, second = function(there), function(back)
        for one, other in zip(
            vars(first).values() if hasattr(first, "__dict__") else [first],
            vars(second).values() if hasattr(second, "__dict__") else [second],
            strict=True,
        ):
            assert np.allclose(one, other, rtol=1e-7, atol=1e-9, equal_nan=True)
    ratio, inverse = (float(mantel_haenszel(counts).value) for counts in (there, back))
    if ratio > 0 and inverse > 0:
        assert ratio == pytest.approx(1 / inverse)


@settings(deadline=None)
@given(tables)
def test_strata_that_tell_nothing_change_nothing(cells):
    idle = [[0, 0, 3, 2], [0, 4, 0, 3], [2, 0, 5, 0], [1, 1, 0, 0]]
    plain, more = of(cells), of(cells + idle)
    assert exact_conditional_p(more) == pytest.approx(exact_conditional_p(plain))
    assert float(cochran_mantel_haenszel(more).p) == pytest.approx(float(cochran_mantel_haenszel(plain).p))
    assert int(breslow_day(more).df) == int(breslow_day(plain).df)


def test_nothing_to_test_is_a_p_of_one_and_no_odds_ratio():
    counts = of([[0, 4, 0, 3], [0, 0, 2, 1]])
    assert (float(cochran_mantel_haenszel(counts).p), exact_conditional_p(counts)) == (1.0, 1.0)
    assert np.isnan(mantel_haenszel(counts).value)
    assert np.isnan(breslow_day(counts).p)
    assert np.isnan(woolf(counts).p)


def test_odds_ratio_of_zero_has_a_low_end_and_no_high_one_and_infinite_is_missing():
    none = mantel_haenszel(of([[0, 4, 3, 1], [0, 2, 1, 1]]))
    assert (float(none.value), float(none.low), np.isnan(none.high)) == (0.0, 0.0, True)
    assert np.isnan(mantel_haenszel(of([[4, 0, 1, 3]])).value)


def test_correction_never_turns_a_gap_of_less_than_half_a_person_round():
    found = cochran_mantel_haenszel(of([[2, 2, 2, 3]]))
    assert (float(found.statistic) > 0, float(found.corrected), float(found.corrected_p)) == (True, 0.0, 1.0)


def test_many_groups_at_once_are_each_on_its_own():
    rng = np.random.default_rng(7)
    n = rng.integers(0, 20, (12, 5))
    s = rng.binomial(n, 0.4)
    whole = stratified(s, n, s.sum(axis=1, keepdims=True) - s, n.sum(axis=1, keepdims=True) - n)
    together = cochran_mantel_haenszel(whole)
    for g in range(5):
        alone = stratified(s[:, g], n[:, g], s.sum(axis=1) - s[:, g], n.sum(axis=1) - n[:, g])
        assert together.statistic[g] == pytest.approx(float(cochran_mantel_haenszel(alone).statistic))
        assert breslow_day(whole).statistic[g] == pytest.approx(float(breslow_day(alone).statistic))


def test_generalised_test_of_two_groups_is_the_ordinary_one():
    counts = of(BERKELEY)
    found = generalised_cmh(
        np.stack([counts.selected, counts.other_selected], axis=1),
        np.stack([counts.n, counts.other_n], axis=1),
    )
    assert float(found.statistic) == pytest.approx(1.52461, abs=5e-6)
    assert int(found.df) == 1


def test_generalised_test_of_one_stratum_is_pearsons():
    s, n = np.array([[14, 9, 20, 3]]), np.array([[30, 28, 41, 17]])
    expected = chi2_contingency(np.concatenate([s, n - s]), correction=False)
    found = generalised_cmh(s, n)
    total = int(n.sum())
    assert float(found.statistic) == pytest.approx(expected.statistic * (total - 1) / total)
    assert int(found.df) == 3


def test_generalised_test_agrees_with_its_definition():
    rng = np.random.default_rng(11)
    n = rng.integers(1, 15, (6, 4))
    s = rng.binomial(n, 0.4)
    gap, covariance = np.zeros(3), np.zeros((3, 3))
    for size, chosen in zip(n, s, strict=True):
        total, m = size.sum(), chosen.sum()
        share = size[:3] / total
        gap += chosen[:3] - m * share
        covariance += m * (total - m) / (total - 1) * (np.diag(share) - np.outer(share, share))
    assert float(generalised_cmh(s, n).statistic) == pytest.approx(gap @ np.linalg.solve(covariance, gap))


def test_generalised_test_leaves_out_what_the_margins_fix():
    # Two pairs of groups that never meet: two independent comparisons.
    n = np.array([[20, 20, 0, 0], [0, 0, 30, 30]])
    s = np.array([[12, 6, 0, 0], [0, 0, 11, 14]])
    found = generalised_cmh(s, n)
    apart = [
        generalised_cmh(s[k : k + 1, g], n[k : k + 1, g]).statistic for k, g in ((0, [0, 1]), (1, [2, 3]))
    ]
    assert int(found.df) == 2
    assert float(found.statistic) == pytest.approx(float(sum(apart)))
    empty = generalised_cmh(np.zeros((1, 3)), np.zeros((1, 3)))
    assert (int(empty.df), float(empty.p)) == (0, 1.0)


def test_sum_of_hypergeometrics_is_a_distribution_with_the_right_mean():
    rng = np.random.default_rng(2)
    n, rest = rng.integers(1, 30, 200), rng.integers(1, 30, 200)
    chosen = rng.integers(0, n + rest + 1)
    first, p = sum_distribution(n, chosen, n + rest)
    assert p.sum() == pytest.approx(1)
    assert float((np.arange(first, first + len(p)) * p).sum()) == pytest.approx(
        float((n * chosen / (n + rest)).sum())
    )


def test_five_thousand_strata_take_a_moment():
    rng = np.random.default_rng(3)
    n, rest = rng.integers(0, 5, 5_000), rng.integers(0, 5, 5_000)
    counts = stratified(rng.binomial(n, 0.4), n, rng.binomial(rest, 0.4), rest)
    start = time.process_time()
    exact = exact_conditional_p(counts)
    found = cochran_mantel_haenszel(counts)
    breslow_day(counts), woolf(counts), mantel_haenszel(counts)
    assert time.process_time() - start < 2
    assert exact == pytest.approx(float(found.corrected_p), abs=0.01)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (([3, 5], [4, 4], [0, 0], [1, 1]), "stratum 2: selected is 5, more than n, which is 4"),
        (([3, 5], [4, 9], [0, 2], [1, 1]), "stratum 2: other_selected is 2, more than other_n, which is 1"),
        (([3, -1], [4, 4], [0, 0], [1, 1]), "stratum 2: selected: expected a whole number from 0, got -1"),
        (([3, 1.5], [4, 4], [0, 0], [1, 1]), "stratum 2: selected: expected a whole number from 0, got 1.5"),
        (
            ([3, np.nan], [4, 4], [0, 0], [1, 1]),
            "stratum 2: selected: expected a whole number from 0, got nan",
        ),
        (([3], [4, 4], [0, 0], [1, 1]), "four arrays of one shape"),
    ],
)
def test_impossible_counts_name_stratum_and_count(counts, said):
    with pytest.raises(TableError, match=said):
        stratified(*counts)
