import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from scoring.intervals import newcombe, wilson


def rounded(interval, digits=4):
    return None if interval is None else tuple(round(end, digits) for end in interval)


def test_wilson_reproduces_published_values():
    assert [rounded(i) for i in wilson([81, 0], [263, 20])] == [(0.2553, 0.3662), (0.0, 0.1611)]


def test_wilson_of_nobody_is_none_and_not_zero():
    assert wilson([0, 1], [0, 1])[0] is None
    assert wilson([], []) == []


def test_wilson_at_the_ends_of_the_scale_is_exact():
    nobody, everybody = wilson([0, 7], [7, 7])
    assert nobody is not None
    assert everybody is not None
    assert nobody[0] == 0.0
    assert everybody[1] == 1.0


def test_wilson_of_a_single_rejected_applicant_is_wide():
    assert rounded(wilson([0], [1])[0]) == (0.0, 0.7935)


def test_wilson_covers_91_percent_at_two_persons_and_a_rate_of_three_tenths():
    intervals = wilson([0, 1, 2], [2, 2, 2])
    covered = sum(
        binom.pmf(s, 2, 0.3) for s, i in enumerate(intervals) if i is not None and i[0] <= 0.3 <= i[1]
    )
    assert round(float(covered), 2) == 0.91


def test_newcombe_reproduces_the_paper_of_1998():
    # Newcombe (1998), table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 5/56 − 0/29, 10/10 − 0/10.
    intervals = newcombe([56, 9, 5, 10], [70, 10, 56, 10], [48, 3, 0, 0], [80, 10, 29, 10])
    assert [rounded(i) for i in intervals] == [
        (0.0524, 0.3339),
        (0.1705, 0.8090),
        (-0.0381, 0.1926),
        (0.6075, 1.0),
    ]


def test_newcombe_with_an_empty_side_is_none():
    assert newcombe([0, 3], [0, 5], [3, 0], [5, 0]) == [None, None]


counts = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(counts, st.sampled_from([0.9, 0.95, 0.99]))
def test_wilson_agrees_with_statsmodels(a, confidence):
    interval = wilson([a[0]], [a[1]], confidence)[0]
    theirs = proportion_confint(*a, alpha=1 - confidence, method="wilson")
    assert np.allclose(interval, theirs, rtol=0, atol=1e-12)


@settings(deadline=None)
@given(counts, counts, st.sampled_from([0.9, 0.95, 0.99]))
def test_newcombe_agrees_with_statsmodels(a, b, confidence):
    interval = newcombe([a[0]], [a[1]], [b[0]], [b[1]], confidence)[0]
    theirs = confint_proportions_2indep(*a, *b, method="newcomb", compare="diff", alpha=1 - confidence)
    assert np.allclose(interval, theirs, rtol=0, atol=1e-12)


@given(counts, counts)
def test_newcombe_holds_the_difference_and_mirrors(a, b):
    there = newcombe(a[0], a[1], b[0], b[1])[0]
    back = newcombe(b[0], b[1], a[0], a[1])[0]
    assert there is not None
    assert back is not None
    difference = a[0] / a[1] - b[0] / b[1]
    assert there[0] - 1e-12 <= difference <= there[1] + 1e-12
    assert rounded(there, 10) == tuple(0.0 - round(end, 10) for end in reversed(back))
