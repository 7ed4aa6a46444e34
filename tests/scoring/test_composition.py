"""Kitagawa's split, direct standardisation, and the word for what becomes of a gap within strata."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.composition import kitagawa, pattern, standardise
from scoring.strata import stratified
from tests.scoring.test_strata import APART, BERKELEY, of


def split_in_fractions(cells):
    """The definition, exact, for strata with somebody of either side."""
    n1, n2 = (sum(row[i] + row[i + 1] for row in cells) for i in (0, 2))
    composition = rate = Fraction(0)
    for a, b, c, d in cells:
        share, other = Fraction(a + b, n1), Fraction(c + d, n2)
        r, q = Fraction(a, a + b), Fraction(c, c + d)
        composition += (share - other) * (r + q) / 2
        rate += (r - q) * (share + other) / 2
    return composition, rate


@pytest.mark.parametrize(
    "cells", [BERKELEY, APART, [[4, 1, 2, 7], [1, 9, 3, 3]], [[30, 20, 6, 4], [2, 8, 20, 80]]]
)
def test_split_is_the_definition_in_fractions(cells):
    cells = np.asarray(cells).tolist()
    found = kitagawa(of(cells))
    composition, rate = split_in_fractions(cells)
    assert (float(found.composition), float(found.rate)) == pytest.approx((float(composition), float(rate)))


def test_berkeley_gap_is_composition():
    found = kitagawa(of(BERKELEY))
    # 1198 of 2691 men and 557 of 1835 women were admitted.
    assert float(found.gap) == pytest.approx(1198 / 2691 - 557 / 1835)
    assert float(found.composition) == pytest.approx(float(found.gap) - float(found.rate))
    assert float(found.rate) < 0 < float(found.composition)


def test_same_rates_in_every_stratum_leave_composition_alone():
    # 60 % and 20 % in both strata; spread 50/10 against 10/100.
    found = kitagawa(of([[30, 20, 6, 4], [2, 8, 20, 80]]))
    assert float(found.rate) == pytest.approx(0)
    assert float(found.composition) == pytest.approx(float(found.gap))


def test_same_spread_leaves_the_rate_alone():
    found = kitagawa(of([[5, 5, 2, 8], [4, 16, 10, 10]]))
    assert float(found.composition) == pytest.approx(0)
    assert float(found.rate) == pytest.approx(float(found.gap))


tables = st.lists(st.tuples(*[st.integers(0, 20)] * 4).map(list), min_size=1, max_size=8)


@settings(deadline=None)
@given(tables)
def test_the_parts_add_up_to_the_gap_and_turn_with_it(cells):
    there, back = kitagawa(of(cells)), kitagawa(of([[c, d, a, b] for a, b, c, d in cells]))
    if np.isnan(there.gap):
        assert np.isnan(there.composition)
        assert np.isnan(there.rate)
        return
    assert float(there.composition + there.rate) == pytest.approx(float(there.gap), abs=1e-12)
    assert float(back.composition) == pytest.approx(-float(there.composition), abs=1e-12)
    assert float(back.rate) == pytest.approx(-float(there.rate), abs=1e-12)


def test_stratum_with_one_side_is_all_composition():
    found = kitagawa(of([[5, 5, 5, 5], [0, 0, 9, 1]]))
    assert float(found.rate) == 0
    assert float(found.composition) == pytest.approx(0.5 - 14 / 20)


def test_nobody_on_one_side_has_no_split():
    assert np.isnan(kitagawa(of([[0, 0, 5, 5]])).gap)
    assert np.isnan(standardise(of([[0, 0, 5, 5]])).difference)


@pytest.mark.parametrize("cells", [BERKELEY, APART, [[5, 5, 2, 8], [4, 16, 10, 10]]])
def test_standardised_rates_are_averages_over_everybody(cells):
    cells = np.asarray(cells).tolist()
    whole = sum(map(sum, cells))
    mine = sum(Fraction(sum(row), whole) * Fraction(row[0], row[0] + row[1]) for row in cells)
    theirs = sum(Fraction(sum(row), whole) * Fraction(row[2], row[2] + row[3]) for row in cells)
    found = standardise(of(cells))
    assert (float(found.rate), float(found.other_rate)) == pytest.approx((float(mine), float(theirs)))
    assert float(found.difference) == pytest.approx(float(mine - theirs))
    assert float(found.covered) == 1


def test_standardisation_leaves_out_where_only_one_side_is_and_says_how_many_remain():
    found = standardise(of([[5, 5, 5, 5], [0, 0, 9, 1], [3, 2, 0, 0]]))
    assert (float(found.rate), float(found.other_rate), float(found.covered)) == (0.5, 0.5, 20 / 35)


def test_many_groups_at_once():
    rng = np.random.default_rng(4)
    n = rng.integers(0, 9, (7, 3))
    s = rng.binomial(n, 0.5)
    others = s.sum(axis=1, keepdims=True) - s, n.sum(axis=1, keepdims=True) - n
    together = kitagawa(stratified(s, n, *others))
    for g in range(3):
        alone = kitagawa(stratified(s[:, g], n[:, g], others[0][:, g], others[1][:, g]))
        assert together.rate[g] == pytest.approx(float(alone.rate))


@pytest.mark.parametrize(
    ("figures", "word"),
    [
        ((1e-9, 0.14, 0.22, 0.905, (0.77, 1.06), 1.84), "vanishes"),
        ((1e-9, 0.14, 0.01, 0.70, (0.5, 0.9), 1.84), "turns"),
        ((1e-9, 0.14, 0.01, 1.50, (1.1, 2.0), 1.84), "stays"),
        ((1e-9, -0.14, 0.01, 0.60, (0.4, 0.9), 0.5), "stays"),
        ((1e-9, -0.14, 0.01, 0.0, None, 0.0), "stays"),
        ((1e-9, 0.14, 0.01, None, None, None), "stays"),
        ((0.3, 0.02, 0.01, 1.50, (1.1, 2.0), 1.1), "appears"),
        ((0.3, 0.02, 0.4, 1.1, (0.8, 1.6), 1.1), "absent"),
        ((0.04, 0.3, 0.2, 1.6, (0.6, 4.0), 2.1), "unclear"),
        ((0.04, 0.3, 0.2, None, None, None), "unclear"),
        ((0.05, 0.3, 0.05, 1.6, (1.0, 4.0), 2.1), "stays"),
    ],
)
def test_the_word_for_a_gap_within_strata(figures, word):
    assert pattern(*figures) == word
