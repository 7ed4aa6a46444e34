"""The lot can be drawn again by anyone, and depends on nothing but seed and id."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import ScoringError, SeedError
from scoring.lot import check_reveal, commitment, lot_key, lot_order, new_seed


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


def test_commitment_is_sha256_of_the_seed() -> None:
    # NIST's example of a message of three letters, FIPS 180-4.
    assert commitment("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert commitment("å") == hashlib.sha256(b"\xc3\xa5").hexdigest()
    assert commitment("abc") == lot_key("abc", "").hex()


def test_new_seeds_are_64_hexadecimal_characters_and_differ() -> None:
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) == 50
    assert all(len(seed) == 64 and set(seed) <= set("0123456789abcdef") for seed in seeds)


def test_the_seed_that_was_committed_to_is_accepted() -> None:
    seed = new_seed()
    check_reveal(seed, commitment(seed))
    check_reveal(seed, f" {commitment(seed).upper()}\n")


@pytest.mark.parametrize("seed", ["abd", "abc ", "ABC", ""])
def test_any_other_seed_is_refused(seed: str) -> None:
    with pytest.raises(SeedError, match="does not belong to the commitment") as refusal:
        check_reveal(seed, commitment("abc"))
    assert commitment(seed) in str(refusal.value)
    assert isinstance(refusal.value, ScoringError)


@pytest.mark.parametrize("published", ["", "åäö", "ba7816bf", commitment("abc")[:-1]])
def test_what_is_no_commitment_is_refused(published: str) -> None:
    with pytest.raises(SeedError):
        check_reveal("abc", published)
