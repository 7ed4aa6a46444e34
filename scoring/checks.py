"""The release gate: what a ranking and a list must pass before they can be confirmed.

``check_ranking``, ``check_list`` and ``check_settled`` give a finding per check; ``refuse`` raises if any that
blocks has failed; ``difference`` says what has changed since the version before.
"""

from scoring.findings import Finding, ReleaseRefused, refuse
from scoring.list_checks import (
    Difference,
    Move,
    Position,
    check_list,
    check_settled,
    difference,
    positions,
)
from scoring.ranking_checks import check_ranking

__all__ = [
    "Difference",
    "Finding",
    "Move",
    "Position",
    "ReleaseRefused",
    "check_list",
    "check_ranking",
    "check_settled",
    "difference",
    "positions",
    "refuse",
]
