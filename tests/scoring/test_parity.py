import itertools
import json
from math import log, log2

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from scoring.errors import TableError
from scoring.parity import parity, smallest_counts
from scoring.tops import random_counts


def ndkl_by_definition(groups):
    """Geyik, Ambler & Kenthapadi's formula, word by word."""
    n, names = len(groups), sorted(set(groups))
    share = {g: groups.count(g) / n for g in names}
    total = 0.0
    for i in range(1, n + 1):
        here = {g: groups[:i].count(g) / i for g in names}
        total += sum(here[g] * log(here[g] / share[g]) for g in names if here[g]) / log2(i + 1)
    return total / sum(1 / log2(i + 1) for i in range(1, n + 1))


def mean_ndkl(groups, each):
    """Of all random orders, exactly: the expected divergence of each prefix is a sum over a hypergeometric."""
    n = groups * each
    total = 0.0
    for i in range(1, n + 1):
        c = np.arange(1, each + 1)
        total += groups * (hypergeom(n, each, i).pmf(c) @ (c / i * np.log(c * groups / i))) / log2(i + 1)
    return total / sum(1 / log2(i + 1) for i in range(1, n + 1))


@pytest.mark.parametrize("order", ["AABB", "ABAB", "ABCABC", "CCCABBA", "AAAAAAAAAB", "BAAAAAAAAA"])
def test_ndkl_is_the_papers_formula(order):
    assert parity(range(1, len(order) + 1), order, seed=1, permutations=9).ndkl == pytest.approx(
        ndkl_by_definition(list(order))
    )


def test_ndkl_by_hand():
    # A, B at shares 1/2: ln 2 at the first place with weight 1, 0 at the second with weight 1/log2 3.
    assert parity([1, 2], "AB", seed=1, permutations=9).ndkl == pytest.approx(log(2) / (1 + 1 / log2(3)))


def test_a_random_order_of_thirty_groups_of_three_diverges_by_seventy_eight_hundredths():
    found = parity(range(90), [f"c{i % 30}" for i in range(90)], seed=7)
    assert mean_ndkl(30, 3) == pytest.approx(0.78, abs=0.01)  # .7742 to four digits
    assert found.ndkl_null_mean == pytest.approx(mean_ndkl(30, 3), abs=0.004)


def test_null_mean_of_other_sizes_agrees_with_the_exact_mean():
    for groups, each in ((2, 10), (5, 4)):
        found = parity(range(groups * each), list(range(groups)) * each, seed=2)
        assert found.ndkl_null_mean == pytest.approx(mean_ndkl(groups, each), rel=0.06)


def test_exposure_by_hand():
    # Places 1, 3 against 2, 4.
    found = {each.group: each for each in parity([1, 2, 3, 4], "ABAB", seed=1, permutations=9).groups}
    a, b = (1 + 1 / 2) / 2, (1 / log2(3) + 1 / log2(5)) / 2
    assert found["A"].exposure == pytest.approx(a)
    assert found["B"].exposure == pytest.approx(b)
    assert found["A"].ratio == pytest.approx(a / b)
    assert found["B"].ratio == pytest.approx(b / a)


def enumerated(order):
    """Exposure, and smallest binomial tail, of A in every order of the same people."""
    n, size = len(order), order.count("A")
    exposures, tails = [], []
    for where in itertools.combinations(range(n), size):
        exposures.append(np.mean([1 / log2(i + 2) for i in where]))
        held = np.cumsum([i in where for i in range(n)])
        tails.append(min(binom.cdf(held[k - 1], k, size / n) for k in range(1, n + 1)))
    return np.array(exposures), np.array(tails)


@pytest.mark.parametrize("order", ["BBBBAAA", "ABBABBAB", "BBBBBBAA"])
def test_p_values_agree_with_all_permutations(order):
    found = {
        each.group: each for each in parity(range(len(order)), order, seed=3, permutations=19_999).groups
    }["A"]
    exposures, tails = enumerated(order)
    mine = np.mean([1 / log2(i + 2) for i, g in enumerate(order) if g == "A"])
    held = np.cumsum([g == "A" for g in order])
    tail = min(binom.cdf(held[k - 1], k, order.count("A") / len(order)) for k in range(1, len(order) + 1))
    below, above = np.mean(exposures <= mine + 1e-12), np.mean(exposures >= mine - 1e-12)
    assert found.p == pytest.approx(min(1, 2 * min(below, above)), abs=0.015)
    assert found.top_p == pytest.approx(np.mean(tails <= tail + 1e-12), abs=0.015)
    # The level lets at most α of all orders fall short.
    short = np.mean(tails <= found.top_level * (1 + 1e-9))
    assert short <= 0.05 + 0.01


def test_m_of_k_is_that_of_the_fair_paper():
    """Zehlike et al. (2017), table of m(k) at α = .1, for k = 1 to 12."""
    k = np.arange(1, 13)
    assert smallest_counts(k, 0.5, 0.1).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]
    assert smallest_counts(k, 0.3, 0.1).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2]
    assert smallest_counts(k, 0.7, 0.1).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6]


def test_m_of_k_is_that_of_the_authors_package():
    """README of fairsearchcore, k = 20, p = .25, α = .1, without adjustment."""
    expected = [0] * 8 + [1] * 6 + [2] * 5 + [3]
    assert smallest_counts(np.arange(1, 21), 0.25, 0.1).tolist() == expected
    assert (
        smallest_counts(np.arange(1, 60), 0.4, 0.05).tolist() == binom.ppf(0.05, range(1, 60), 0.4).tolist()
    )


def test_a_group_at_the_end_is_found_and_one_in_the_middle_is_not():
    order = ["B"] * 40 + ["A"] * 20
    found = {each.group: each for each in parity(range(60), order, seed=1).groups}["A"]
    assert (found.verdict, found.top_verdict) == ("alarm", "alarm")
    assert found.held == 0
    assert found.needed >= 1
    assert found.first_below < 40
    fair = {each.group: each for each in parity(range(60), ["B", "A", "B"] * 20, seed=1).groups}["A"]
    assert (fair.verdict, fair.top_verdict, fair.first_below) == ("no_concern", "no_concern", None)


def test_small_groups_allow_no_conclusion():
    found = parity(range(30), [f"c{i}" for i in range(30)], seed=1)
    assert {each.top_verdict for each in found.groups} <= {"no_conclusion", "watch"}
    alone = parity(range(20), ["A"] * 19 + ["B"], seed=1)
    assert {each.group: each.verdict for each in alone.groups}["B"] == "no_conclusion"


def test_random_orders_alarm_in_at_most_five_percent():
    rng = np.random.default_rng(11)
    alarms = [0, 0, 0]
    for _ in range(200):
        found = parity(rng.permutation(24), list("AAAAAABBBBBBCCCCCCDDDDDD"), seed=1, permutations=399)
        alarms[0] += any(each.verdict == "alarm" for each in found.groups)
        alarms[1] += any(each.top_verdict == "alarm" for each in found.groups)
        alarms[2] += found.verdict == "alarm"
    assert max(alarms) <= 10 + 2 * np.sqrt(10 * 0.95)


def test_ties_are_taken_where_they_end_and_rows_in_any_order_give_the_same():
    places, groups = [1, 1, 3, 3, 3, 6], list("ABABBA")
    one = parity(places, groups, seed=4)
    two = parity(places[::-1], groups[::-1], seed=4)
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert one.ties == 5
    # Only the prefixes of 2, 5 and 6 count, with the weights of places 1-2, 3-5 and 6.
    w = [1 / log2(i + 1) for i in range(1, 7)]
    at5 = 0.4 * log(0.4 / 0.5) + 0.6 * log(0.6 / 0.5)
    assert one.ndkl == pytest.approx(sum(w[2:5]) * at5 / sum(w))
    a = {each.group: each for each in one.groups}["A"]
    assert a.exposure == pytest.approx((sum(w[:2]) / 2 + sum(w[2:5]) / 3 + w[5]) / 3)
    everyone = parity([1] * 6, groups, seed=4)
    assert everyone.ndkl == pytest.approx(0)
    assert {each.p for each in everyone.groups} == {1.0}
    assert {each.verdict for each in everyone.groups} == {"no_conclusion"}


def test_missing_groups_are_counted_and_the_order_closes_up():
    found = parity([1, 2, 3, 4, 5], ["A", None, "B", "", "A"], seed=1, permutations=9)
    assert (found.n, found.missing) == (3, 2)
    assert found.ndkl == pytest.approx(ndkl_by_definition(list("ABA")))


@pytest.mark.parametrize("groups", [["A"] * 4, [None] * 4, ["A", None, None, None]])
def test_one_group_or_none_says_so(groups):
    found = parity([1, 2, 3, 4], groups, seed=1).to_dict()
    assert found["ndkl"]["verdict"] == "no_conclusion"
    assert all(each["exposure"]["verdict"] == "no_conclusion" for each in found["groups"].values())
    json.dumps(found, allow_nan=False)


def test_two_hundred_groups_are_answered():
    found = parity(range(400), [f"g{i % 200}" for i in range(400)], seed=1, permutations=199)
    assert len(found.groups) == 200
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_tops_end_where_they_are_told_to():
    order = ["B", "A", "B"] * 10 + ["B"] * 30 + ["A"] * 20
    near = {each.group: each for each in parity(range(80), order, seed=1, upto=20).groups}["A"]
    far = {each.group: each for each in parity(range(80), order, seed=1).groups}["A"]
    assert (near.top_verdict, far.top_verdict) == ("no_concern", "alarm")


def test_bad_input_names_the_row():
    with pytest.raises(TableError, match="row 2: place nan"):
        parity([1, float("nan")], "AB", seed=1)
    with pytest.raises(TableError, match="different length"):
        parity([1], "AB", seed=1)
    with pytest.raises(TableError, match="no rows"):
        parity([], "", seed=1)
    with pytest.raises(TableError, match="upto"):
        parity([1, 2], "AB", seed=1, upto=0)


def test_the_band_of_a_curve_holds_95_percent_of_random_orders_at_every_k():
    for n, size in ((20, 6), (9, 1), (30, 28)):
        for k in range(1, n + 1):
            low, high = random_counts(n, size, k)
            exact = hypergeom(n, size, k)
            assert exact.cdf(low - 1) <= 0.025 + 1e-9 < exact.cdf(low) + 2e-9
            assert exact.sf(high) <= 0.025 + 1e-9 < exact.sf(high - 1) + 2e-9


def test_a_curve_shows_what_the_verdict_rests_on():
    order = ["B"] * 40 + ["A"] * 20
    whole = parity(range(60), order, seed=1)
    found = {each.group: each for each in whole.groups}["A"]
    at = dict(zip(whole.tops, zip(found.curve.held, found.curve.needed, strict=True), strict=True))
    assert list(at) == list(range(1, 61))
    assert [at[k][0] for k in (40, 41, 60)] == [0, 1, 20]
    assert next(k for k, (held, needed) in at.items() if held < needed) == found.first_below
    assert at[found.first_below] == (found.held, found.needed)


def test_a_long_curve_is_thinned_and_keeps_its_ends_and_where_it_falls_short():
    order = ["B"] * 501 + ["A"] * 300
    whole = parity(range(801), order, seed=1, permutations=99)
    found = {each.group: each for each in whole.groups}["A"]
    assert len(whole.tops) < 130
    assert whole.tops[0] == 1
    assert whole.tops[-1] == 801
    assert found.first_below in whole.tops
    assert {len(column) for column in whole.to_dict()["groups"]["A"]["top"]["curve"].values()} == {
        len(whole.tops)
    }


def test_a_curve_has_points_where_ties_end_only():
    whole = parity([1, 1, 3, 3, 3, 6], list("ABABBA"), seed=4)
    assert whole.tops == (2, 5, 6)
    assert {each.group: each.curve.held for each in whole.groups} == {"A": (1, 2, 3), "B": (1, 3, 3)}
