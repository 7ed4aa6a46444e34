"""The lot that decides what the criteria leave tied: SHA-256 over the seed and the application id.

Anyone with the seed and the ids can draw the lot again with any SHA-256 program. So that nobody can choose a
seed to suit somebody, its commitment is published before and the seed itself afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.errors import SeedError


def lot_key(seed: str, id: str) -> bytes:
    """SHA-256 of the UTF-8 bytes of the seed followed by those of the id; the lowest wins."""
    return hashlib.sha256(seed.encode() + id.encode()).digest()


def lot_order(seed: str, ids: Sequence[str] | NDArray[np.object_]) -> NDArray[np.int64]:
    """Rank of each id in the lot, shape (n,), 0 first; a permutation of 0..n-1.

    Equal ids have equal keys: they keep the order in which they are given.
    """
    start = hashlib.sha256(seed.encode())
    digests = []
    for id in ids:
        digest = start.copy()
        digest.update(id.encode())
        digests.append(digest.digest())
    words = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(len(digests), 4)
    order = np.lexsort((words[:, 3], words[:, 2], words[:, 1], words[:, 0]))
    places = np.empty(len(digests), dtype=np.int64)
    places[order] = np.arange(len(digests))
    return places


def new_seed() -> str:
    """A seed that nobody can guess: 32 random bytes as 64 hexadecimal characters."""
    return secrets.token_hex(32)


def commitment(seed: str) -> str:
    """SHA-256 of the UTF-8 bytes of a seed, in hexadecimal.

    Published before anything is known, it shows afterwards that the seed was not chosen to suit anyone.
    A seed that can be guessed gives no such protection from those who would look ahead: take ``new_seed()``.
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def check_reveal(seed: str, published: str) -> None:
    """Raise SeedError unless ``seed`` is the one that ``published``, its commitment, was made from."""
    made = commitment(seed)
    if not secrets.compare_digest(made.encode(), published.strip().lower().encode()):
        raise SeedError(
            f"the seed does not belong to the commitment: its SHA-256 is {made}, published was {published}; "
            "check that the seed was copied whole, without spaces or line breaks"
        )
