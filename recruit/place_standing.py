"""Where one application stands to a line: called, in reserve or neither, and how certain the places are with it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from recruit import explanation_view
from recruit.frames import RunCertainty, certainty
from recruit.models import EntryKind, InterviewList, RankingRun
from recruit.queries import interview as lists
from recruit.run_analysis import RunAnalysis
from recruit.services import settling
from recruit.services.lines import line_groups, line_on


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


def standing_on(
    session: Session, drawn: InterviewList, run: RankingRun, taken: RunAnalysis, code: str
) -> Standing:
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
        settled=explanation_view.settled(
            settlement, code, called=called, by_points=code in line.called(line.ranked)
        ),
    )


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
