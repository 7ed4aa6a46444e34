"""Evidence over the intakes so far, valid however often one looks."""

from __future__ import annotations

from typing import Any

from recruit.analysis.reasons import NO_LINE, NotComputed
from recruit.analysis.settings import ALPHA, Work
from recruit.audited_frames import counts_frame


def called(work: Work) -> dict[str, Any]:
    """Called, of the eligible."""
    return _evidence(work, "called", of="eligible")


def eligible(work: Work) -> dict[str, Any]:
    """Eligible, of all who applied. Eligibility has no fixed number; given the margins the bets are as fair."""
    return _evidence(work, "eligible", of=None)


def _evidence(work: Work, selected: str, of: str | None) -> dict[str, Any]:
    from scoring.sequential import e_process

    audited = work.audited
    if not audited.order_of_intakes:
        raise NotComputed(NO_LINE)
    return work.each_attribute(
        lambda name: e_process(
            counts_frame(audited.intakes, name, of=of, selected=selected),
            intakes=audited.order_of_intakes,
            alpha=float(ALPHA),
        ).to_dict()
    )
