"""Where one application stands to a line: called, in reserve or neither, and how certain the places are with it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from recruit.frames import RunCertainty, certainty
from recruit.i18n import gettext as _
from recruit.models import EntryKind, InterviewList, RankingRun
from recruit.queries import interview as lists
from recruit.run_analysis import RunAnalysis
from recruit.services import settling
from recruit.services.lines import line_groups, line_on
from recruit.services.settling import LOT, THIRD, Settlement


@dataclass(frozen=True)
class Standing:
    """One application and a line.

    `places` is where the line lies in the order for this application, None where there is no line; `called` is None
    then too. `reserve` is its number among the reserves. `settled` tells how the borderline zone was settled for it.
    """

    places: int | None
    called: bool | None
    reserve: int | None
    certainty: RunCertainty | None
    settled: str


def standing_on(session: Session, drawn: InterviewList, run: RankingRun, code: str) -> Standing:
    """What a list says of one application of its run."""
    from scoring.explanation import own_line

    line = line_on(session, run=run, groups=line_groups(drawn))
    settlement = settling.settlement_of(drawn)
    order = line.ranked if settlement is None else settlement.on(line.ranked)
    entry = next(
        (each for each in lists.entries(session, interview_list=drawn) if each.mask_code == code), None
    )
    called = entry is not None and entry.kind is EntryKind.CALLED
    if line.wishes is None:
        places = line.places
    else:
        wishes = {**line.wishes, code: line.wishes.get(code, ())}
        places = own_line(order, code, wishes, {group.name: group.places for group in line.groups})
    return Standing(
        places=places,
        called=called,
        reserve=entry.position if entry is not None and not called else None,
        certainty=settling.certainty_of(run, line),
        settled=_settled(settlement, code, called=called, by_points=code in line.called(line.ranked)),
    )


def _settled(settlement: Settlement | None, code: str, *, called: bool, by_points: bool) -> str:
    """How the borderline zone was settled for one application in it; empty outside the zone.

    ``called``: what the list says; ``by_points``: whether the order of points would have called it.
    """
    if settlement is None or code not in (*settlement.codes, *settlement.third_missing):
        return ""
    if settlement.settle == LOT:
        return _(
            "In the borderline zone the order is drawn by lot, with a seed whose checksum was published when the"
            " intake opened."
        )
    if settlement.settle == THIRD and code in settlement.third_missing:
        return _(
            "In the borderline zone a third assessment was asked for, but nobody was left who could make it. The group"
            " has written down why points decide without it."
        )
    if settlement.settle == THIRD:
        return _("In the borderline zone a third assessment was asked for, and then points decide.")
    if settlement.rationale_sha256 is None:
        return _("The group has not settled the borderline zone yet; until then points decide.")
    if called == by_points:
        return _("The group discussed the borderline zone and let points decide about this application.")
    moved = (
        _("The group discussed the borderline zone and moved this application above the line.")
        if called
        else _("The group discussed the borderline zone and moved this application below the line.")
    )
    return moved + " " + _("Its reasons are written down; you can ask for them.")


def standing_at(run: RankingRun, taken: RunAnalysis, code: str, places: int | None) -> Standing:
    """What a line through the whole order at `places` would say of one application; None is no line."""
    if places is None:
        return Standing(None, None, None, None, "")
    ranked = taken.ranking.ranked
    called = ranked.index(code) < places if code in ranked else None
    return Standing(places, called, None, certainty(run, places), "")


def single_line(drawn: InterviewList) -> int | None:
    """How many are called by a list with one line for the whole intake; None with lines per group of posts."""
    groups = line_groups(drawn)
    return groups[0].places if len(groups) == 1 and not groups[0].site_ids else None
