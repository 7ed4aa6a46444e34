"""The borderline zone: its ends are included, and each way of settling it touches nobody else."""

import hashlib
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.borderline import order_after_discussion, order_after_lot, order_settled, zone
from scoring.criteria import Borderline
from scoring.errors import TableError

ORDER = ["a", "b", "c", "d", "e", "f"]
ZONE = ["b", "d", "e"]


def test_both_ends_are_in_the_zone() -> None:
    usual = Borderline()
    p = [0.0, 0.0499, 0.05, 0.5, 0.95, 0.9501, 1.0]
    expected = [False, False, True, True, True, False, False]
    assert zone(p, usual.low, usual.high).tolist() == expected
    assert zone(p).tolist() == expected


@given(st.integers(1, 20_000), st.integers(1, 98))
def test_a_share_of_draws_that_equals_an_end_is_in(draws: int, percent: int) -> None:
    low = Decimal(percent) / 100
    p = draws * percent / (draws * 100)
    assert zone([p], low, Decimal("0.99")).tolist() == [True]


def test_lot_is_by_sha_256_of_seed_and_id() -> None:
    first, second, third = sorted(ZONE, key=lambda id: hashlib.sha256(f"seed{id}".encode()).hexdigest())
    after = order_after_lot(ORDER, ZONE, "seed")
    assert after == ["a", first, "c", second, third, "f"]
    assert after.zone == (first, second, third)


@given(st.text(max_size=9), st.lists(st.sampled_from(ORDER), unique=True))
def test_lot_moves_nobody_outside_the_zone(seed: str, inside: list[str]) -> None:
    after = order_after_lot(ORDER, inside, seed)
    assert [id for id in after if id in inside] == list(after.zone)
    assert sorted(after.zone) == sorted(inside)
    for before, now in zip(ORDER, after, strict=True):
        assert before == now or {before, now} <= set(inside)
    assert order_after_lot(ORDER, inside[::-1], seed) == after


def test_discussion_puts_those_decided_first_and_the_others_by_points() -> None:
    assert order_after_discussion(ORDER, ZONE, ["e", "b", "d"]) == ["a", "e", "c", "b", "d", "f"]
    assert order_after_discussion(ORDER, ZONE[::-1], ["e"]) == ["a", "e", "c", "b", "d", "f"]
    assert order_after_discussion(ORDER, ZONE, []) == ORDER


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        (["a"], "'a' is not in the borderline zone"),
        (["f"], "'f' is not in the borderline zone"),
        (["x"], "'x' has no place"),
        (["b", "b"], "'b' comes twice in what was decided"),
    ],
)
def test_discussion_refuses_decisions_outside_the_zone(decided: list[str], words: str) -> None:
    with pytest.raises(TableError, match=words):
        order_after_discussion(ORDER, ZONE, decided)


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.9), (0.5, 0.4), (0.1, 1.1), (float("nan"), 0.9)])
def test_refuses_bounds_that_are_none(low: float, high: float) -> None:
    with pytest.raises(TableError, match="0 <= low <= high <= 1"):
        zone([0.5], low, high)


@pytest.mark.parametrize("p", [float("nan"), -0.1, 1.1, float("inf")])
def test_refuses_probabilities_that_are_none(p: float) -> None:
    with pytest.raises(TableError, match="p_top"):
        zone(np.array([0.5, p]))


def test_refuses_an_order_that_does_not_match() -> None:
    with pytest.raises(TableError, match="'a' comes twice in the order"):
        order_settled(["a", "a"], [])
    with pytest.raises(TableError, match="'a' comes twice in the zone"):
        order_after_lot(["a"], ["a", "a"], "seed")
    for refused in (lambda: order_settled(ORDER, ["x"]), lambda: order_after_discussion(ORDER, ["x"], [])):
        with pytest.raises(TableError, match="'x' of the zone has no place"):
            refused()
