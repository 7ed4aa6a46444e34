"""The borderline zone: its ends are included, and each way of settling it touches nobody else."""

import hashlib
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.borderline import Parts, order_after_discussion, order_after_lot, part, zone
from scoring.criteria import Borderline
from scoring.errors import TableError

ORDER = ["a", "b", "c", "d", "e", "f"]
P_TOP = [1.0, 0.97, 0.5, 0.96, 0.95, 0.0]
PARTS = Parts(("a", "b"), ("c", "d", "e"), ("f",))


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


def test_parts_keep_the_order() -> None:
    parts = part(ORDER, P_TOP)
    assert parts == Parts(("a", "b", "d"), ("c", "e"), ("f",))
    assert part([], []) == Parts((), (), ())


def test_lot_is_by_sha_256_of_seed_and_id() -> None:
    drawn = sorted("cde", key=lambda id: hashlib.sha256(f"seed{id}".encode()).hexdigest())
    assert order_after_lot(PARTS, "seed") == ("a", "b", *drawn, "f")


@given(
    st.text(max_size=9),
    st.lists(st.sampled_from("abcdefghij"), unique=True),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_lot_moves_nobody_outside_the_zone(seed: str, ids: list[str], first: int, second: int) -> None:
    first, second = sorted((min(first, len(ids)), min(second, len(ids))))
    parts = Parts(tuple(ids[:first]), tuple(ids[first:second]), tuple(ids[second:]))
    after = order_after_lot(parts, seed)
    assert after[:first] == parts.certain
    assert set(after[first:second]) == set(parts.zone)
    assert after[second:] == parts.rest
    turned = Parts(parts.certain, parts.zone[::-1], parts.rest)
    assert order_after_lot(turned, seed) == after


def test_discussion_puts_those_decided_first_and_the_others_by_points() -> None:
    assert order_after_discussion(PARTS, ["e", "c", "d"]) == ("a", "b", "e", "c", "d", "f")
    assert order_after_discussion(PARTS, ["e"]) == ("a", "b", "e", "c", "d", "f")
    assert order_after_discussion(PARTS, []) == ("a", "b", "c", "d", "e", "f")


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        (["a"], "'a' is not in the borderline zone"),
        (["f"], "'f' is not in the borderline zone"),
        (["c", "x"], "'x' has no place"),
        (["c", "c"], "'c' comes twice in what was decided"),
    ],
)
def test_discussion_refuses_decisions_outside_the_zone(decided: list[str], words: str) -> None:
    with pytest.raises(TableError, match=words):
        order_after_discussion(PARTS, decided)


@pytest.mark.parametrize(("low", "high"), [(-0.1, 0.9), (0.5, 0.4), (0.1, 1.1), (float("nan"), 0.9)])
def test_refuses_bounds_that_are_none(low: float, high: float) -> None:
    with pytest.raises(TableError, match="0 <= low <= high <= 1"):
        zone([0.5], low, high)


@pytest.mark.parametrize("p", [float("nan"), -0.1, 1.1, float("inf")])
def test_refuses_probabilities_that_are_none(p: float) -> None:
    with pytest.raises(TableError, match="p_top"):
        zone(np.array([0.5, p]))


def test_refuses_an_order_that_does_not_match() -> None:
    with pytest.raises(TableError, match="each of 2 ids"):
        part(["a", "b"], [0.5])
    with pytest.raises(TableError, match="'a' comes twice in the order"):
        part(["a", "a"], [0.5, 0.5])
    twice = Parts(("a",), ("a",), ())
    with pytest.raises(TableError, match="'a' comes twice in the parts"):
        order_after_lot(twice, "seed")
    with pytest.raises(TableError, match="'a' comes twice in the parts"):
        order_after_discussion(twice, [])
