"""The lot can be drawn again by anyone, and depends on nothing but seed and id."""

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.lot import lot_key, lot_order


def test_lot_key_is_sha256_of_seed_then_id() -> None:
    assert lot_key("abc", "") == bytes.fromhex(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert lot_key("a", "bc") == lot_key("abc", "")
    assert lot_key("å", "ß") == hashlib.sha256("åß".encode()).digest()


@given(st.text(max_size=5), st.lists(st.text(max_size=4), unique=True, max_size=30))
def test_lot_order_is_that_of_the_keys(seed: str, ids: list[str]) -> None:
    drawn = sorted(ids, key=lambda id: lot_key(seed, id))
    assert lot_order(seed, ids).tolist() == [drawn.index(id) for id in ids]


def test_lot_order_of_the_same_ids_in_another_order_is_the_same() -> None:
    ids = [f"A{number}" for number in range(100)]
    forwards = dict(zip(ids, lot_order("s", ids), strict=True))
    backwards = dict(zip(ids[::-1], lot_order("s", ids[::-1]), strict=True))
    assert forwards == backwards
    assert lot_order("t", ids).tolist() != lot_order("s", ids).tolist()


def test_lot_order_of_nobody_is_empty() -> None:
    assert lot_order("s", []).shape == (0,)
    assert lot_order("s", []).dtype == np.int64
