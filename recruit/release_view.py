"""The release gate as people read it: every check as a sentence, and who may approve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recruit.i18n import gettext as _
from recruit.queries.release import Staff
from recruit.services import gate

if TYPE_CHECKING:
    from scoring.checks import Finding


@dataclass(frozen=True)
class Check:
    """One check: whether it passed, and the sentence that says so."""

    ok: bool
    words: str


def checks(findings: Iterable[Finding]) -> list[Check]:
    """Every check in order; one that has found something says what, with examples."""
    passed = _passed()
    return [
        Check(True, passed.get(each.code, each.code)) if each.ok else Check(False, str(gate.sentence(each)))
        for each in findings
    ]


def _passed() -> dict[str, str]:
    """What each check says when it has found nothing wrong; the codes are those of `gate.SENTENCES`."""
    return {
        "stored": _("The stored result is what the run's inputs give when they are ranked again."),
        "unusable": _("The run's inputs can be ranked."),
        "kept_rows": _("The places on the pages are those of the result."),
        "profile": _("The ranking was made with the intake's locked criteria profile."),
        "columns": _("The levels have every column that they need."),
        "rows": _("Every level has an application, an assessor and a criterion of the profile."),
        "levels_in_range": _("Every level is a whole number from 0 to 4."),
        "levels_once": _("No assessor has given two levels for the same application and criterion."),
        "no_rank": _("No column of levels is a ranking from 1 to n in disguise."),
        "nobody_lost": _("Nobody who should be in the ranking is missing."),
        "nobody_unknown": _("Nobody is in the ranking who should not be."),
        "nobody_doubled": _("Nobody is in the ranking twice."),
        "adjustments": _("The assessors' severities are those that the levels give."),
        "levels": _("The combined levels are those that the assessors' levels give."),
        "contributions": _("The points of each criterion are those that the levels give."),
        "totals": _("Every total is the sum of its parts."),
        "points": _("The points that are shown are the totals."),
        "statuses": _("Those who have a place are those who should have one."),
        "places": _("Places go from 1 to the last without a gap."),
        "order": _("The order is that of totals, tie criteria and lot."),
        "decided_by": _("What is said to have decided each place has decided it."),
        "order_once": _("Nobody is twice in the order that the list is drawn from."),
        "listed_once": _("Nobody is on the list twice."),
        "listed_known": _("Everybody on the list has a place in the ranking."),
        "called": _("Those called are those whom the line gives."),
        "reserves": _("The reserves are those whom the line gives, in its order."),
        "zone": _("The borderline zone is the one that the levels give."),
        "settled": _("Settling the zone has moved nobody outside it."),
        "content": _("The list is the one that its checksum was made from."),
    }


@dataclass(frozen=True)
class Approval:
    """Whether the reader may approve, as far as the person goes, and who else may.

    `own` says what the reader has done that speaks against it; `others` are the names of the coordinators who may.
    Where there is nobody, `administrators` are those to ask, and `may_add` tells whether the reader is one of them.
    """

    may: bool
    own: str
    others: list[str]
    administrators: list[str]
    may_add: bool


def approval(staff: Staff, *, reader: int | None, done: Sequence[tuple[int | None, str]]) -> Approval:
    """Who may approve what others have done. `done`: each account with the sentence to it if it is the reader's."""
    acted = {account for account, _words in done}
    free = {account: name for account, name in staff.coordinators.items() if account not in acted}
    return Approval(
        may=reader in free,
        own=next((words for account, words in done if account == reader), ""),
        others=[name for account, name in free.items() if account != reader],
        administrators=list(staff.administrators.values()),
        may_add=reader in staff.administrators,
    )
