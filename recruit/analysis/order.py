"""How the groups lie in the order."""

from __future__ import annotations

from typing import Any

from recruit.analysis.reasons import NOBODY_PLACED, NotComputed
from recruit.analysis.settings import ALPHA, Work


def order(work: Work) -> dict[str, Any]:
    """NDKL, exposure and tops of those with a place."""
    from scoring.parity import parity

    ranked = work.ranked
    placed = ranked[ranked["place"].notna()]
    if placed.empty:
        raise NotComputed(NOBODY_PLACED)
    places = placed["place"].astype("int64")
    return work.each_attribute(
        lambda name: parity(places, placed[name], seed=work.seed, alpha=float(ALPHA)).to_dict()
    )
