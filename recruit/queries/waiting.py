"""Counts of what waits that other subjects keep, for the intake's home."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from recruit.models import Intake, IntakeStatus
from recruit.queries import calibration, completion, disagreement, letters, possible_conflicts, profile
from recruit.queries.standing import Standing


@dataclass(frozen=True)
class Elsewhere:
    """How many of each wait. `overdue` of `completions` are past their date; `profiles` are of the whole region."""

    completions: int
    overdue: int
    conflicts: int
    calibrating: int
    disagreements: int
    undelivered: int
    profiles: int


def elsewhere(session: Session, intake: Intake, standing: Standing, now: datetime) -> Elsewhere:
    """What waits beside decisions and assessments.

    Disagreements are counted while levels are set and no list is confirmed: before, there are none, and afterwards
    nobody waits for them. A profile waits only for an intake that has not opened.
    """
    open_, overdue = completion.open_requests(session, intake, now)
    conflicts, calibrating, undelivered = session.execute(
        select(
            possible_conflicts.how_many_undecided(intake).scalar_subquery(),
            calibration.how_many_wait(intake).scalar_subquery(),
            letters.how_many_undelivered(intake).scalar_subquery(),
        )
    ).one()
    levels_move = standing.assessments_done > 0 and standing.called is None
    return Elsewhere(
        completions=open_,
        overdue=overdue,
        conflicts=int(conflicts) if standing.called is None else 0,
        calibrating=int(calibrating),
        disagreements=disagreement.how_many(session, intake=intake, stage="screening").open
        if levels_move
        else 0,
        undelivered=int(undelivered),
        profiles=profile.waiting_for_approval(session) if intake.status is IntakeStatus.DRAFT else 0,
    )
