"""Which of a region's intakes an analysis does not count, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from recruit.models import Intake, InterviewList, ListStatus

#: Why an intake is not counted: it closes after the analysed one, no list of it is confirmed, or one was afterwards.
LATER, NO_LIST, AFTERWARDS = "later", "no_list", "afterwards"


@dataclass(frozen=True)
class LeftOut:
    """An intake that is not counted, and the code of why."""

    intake: Intake
    why: str


def of_region(session: Session, *, intake: Intake) -> list[Intake]:
    """All intakes of the intake's region in the order in which they close. One query."""
    found = select(Intake).where(Intake.region_id == intake.region_id)
    return list(session.exec(found.order_by(col(Intake.closes_at), col(Intake.id))))


def left_out(
    session: Session, *, intake: Intake, counted: Collection[str], everybody: list[Intake]
) -> list[LeftOut]:
    """Those of the region's intakes that are not among the `counted` (slugs). One query."""
    confirmed = set(
        session.exec(
            select(InterviewList.intake_id).where(
                InterviewList.status == ListStatus.CONFIRMED, InterviewList.region_id == intake.region_id
            )
        )
    )
    here = (intake.closes_at, intake.id or 0)
    return [
        LeftOut(
            each,
            LATER
            if (each.closes_at, each.id or 0) > here
            else AFTERWARDS
            if each.id in confirmed
            else NO_LIST,
        )
        for each in everybody
        if each.slug not in counted
    ]
