"""Counts of what waits that other subjects keep, for the intake's home."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

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
    levels_move = standing.assessments_done > 0 and standing.called is None
    return Elsewhere(
        completions=open_,
        overdue=overdue,
        conflicts=possible_conflicts.undecided(session, intake) if standing.called is None else 0,
        calibrating=calibration.waiting(session, intake),
        disagreements=disagreement.open_count(session, intake, "screening") if levels_move else 0,
        undelivered=letters.undelivered(session, intake),
        profiles=profile.waiting_for_approval(session) if intake.status is IntakeStatus.DRAFT else 0,
    )
