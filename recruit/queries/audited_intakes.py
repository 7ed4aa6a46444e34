"""The intakes that an analysis looks back on: everybody in them, who was called, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlmodel import Session, col, select

from recruit.audited_frames import Counted, ranked_in
from recruit.models import (
    Application,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    ListStatus,
    RankingRun,
)
from recruit.queries import monitoring
from recruit.queries import outcome as outcomes


def counted(
    session: Session, intake: Intake, drawn: InterviewList | None
) -> tuple[tuple[str, ...], list[Counted]]:
    """The region's intakes with a confirmed list that closed before this one, and this one if it has a line.

    Returns their slugs in the order in which they closed, and everybody in them. Seven queries.
    """
    newest = _newest_lists(session, intake)
    if drawn is not None:
        newest[drawn.intake_id] = drawn
    of_region = select(Intake).where(Intake.region_id == intake.region_id, col(Intake.id).in_(newest))
    here = (intake.closes_at, intake.id or 0)
    found = sorted(
        (each for each in session.exec(of_region) if (each.closes_at, each.id or 0) <= here),
        key=lambda each: (each.closes_at, each.id or 0),
    )
    ids = [each.id or 0 for each in found]
    happened = outcomes.dated(session, intake_ids=ids)
    called = {key for key, each in happened.items() if each.kinds.keys() & set(outcomes.CHAIN)}
    called |= _above(session, [newest[each] for each in ids])
    codes = dict(
        session.exec(
            select(Application.id, Application.mask_code).where(col(Application.intake_id).in_(ids))
        ).all()
    )
    levels = _levels(session, [newest[each] for each in ids])
    people = monitoring.applied_to(session, intakes=found)
    rows = [
        Counted(
            intake=each.slug,
            groups=row,
            called=row.application_id in called,
            levels=levels.get((each.id or 0, codes[row.application_id]), {}),
            goals_reached=found_out.goals if (found_out := happened.get(row.application_id)) else None,
        )
        for each, everybody in zip(found, people, strict=True)
        for row in everybody.rows
    ]
    return tuple(each.slug for each in found), rows


def _newest_lists(session: Session, intake: Intake) -> dict[int, InterviewList]:
    """The newest confirmed list of each intake of the region."""
    confirmed = select(InterviewList).where(
        InterviewList.status == ListStatus.CONFIRMED, InterviewList.region_id == intake.region_id
    )
    return {each.intake_id: each for each in session.exec(confirmed.order_by(col(InterviewList.version)))}


def _above(session: Session, drawn: Sequence[InterviewList]) -> set[int]:
    """Ids of those above the lines of these lists."""
    above = select(InterviewListEntry.application_id).where(
        col(InterviewListEntry.list_id).in_([each.id for each in drawn]),
        InterviewListEntry.kind == EntryKind.CALLED,
    )
    return set(session.exec(above))


def _levels(
    session: Session, drawn: Sequence[InterviewList]
) -> dict[tuple[int, str], Mapping[str, Fraction]]:
    """What the runs of these lists have as levels, by intake and mask code."""
    runs = select(RankingRun.intake_id, RankingRun.results).where(
        col(RankingRun.id).in_([each.run_id for each in drawn])
    )
    return {
        (intake_id, code): ranked.levels
        for intake_id, results in session.exec(runs)
        for code, ranked in ranked_in(results).items()
    }
