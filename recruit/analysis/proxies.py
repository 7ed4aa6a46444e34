"""Whether the scored criteria tell the groups apart."""

from __future__ import annotations

from typing import Any

from recruit.analysis.settings import ALPHA, Work


def proxies(work: Work) -> dict[str, Any]:
    """Cross-validated prediction of each group from the criteria, of those in the run."""
    from scoring.proxies import proxies as predicted

    ranked, levels = work.ranked, work.rounded_levels
    return work.each_attribute(
        lambda name: predicted(levels, ranked[name], seed=work.seed, alpha=float(ALPHA)).to_dict()
    )
