"""The lot that decides what the criteria leave tied: SHA-256 over the seed and the application id.

Anyone with the seed and the ids can draw the lot again with any SHA-256 program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


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
