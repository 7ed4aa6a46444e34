"""Whether the scored criteria tell the groups apart."""

from __future__ import annotations

from typing import Any

from recruit.analysis.settings import ALPHA, Work

#: Groups below this are refused, and in large intakes below a twentieth of all: each group is fitted to hundreds of
#: times, more the more groups there are, and countries of a few per cent would take the time of all other sections.
SMALLEST, SMALLEST_SHARE = 15, 20


def proxies(work: Work) -> dict[str, Any]:
    """Cross-validated prediction of each group from the criteria, of those in the run."""
    from scoring.proxies import proxies as predicted

    ranked, levels = work.ranked, work.rounded_levels
    smallest = max(SMALLEST, len(ranked) // SMALLEST_SHARE)
    return work.each_attribute(
        lambda name: predicted(
            levels, ranked[name], seed=work.seed, smallest=smallest, alpha=float(ALPHA)
        ).to_dict()
    )
