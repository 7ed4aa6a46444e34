"""Builders for tests about assessing: a closed intake whose applications are eligible, and assessors who
score.
"""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import Account, Application, Assignment, Eligibility, Intake, Referee
from recruit.queries import assessment as queries
from recruit.services import assessment as service
from recruit.services import intake as intakes
from recruit.services import panels
from tests.recruit.factories import World
from tests.recruit.intake_helpers import CLOSES, opened_intake, submitted

LATER = CLOSES + timedelta(days=3)
KEYS = ("references", "science", "other_work")


def eligible_intake(session: Session, world: World, number: int = 6, **answers: Any) -> Intake:
    """A closed intake with so many eligible applications, committed."""
    intake = opened_intake(session, world)
    for _each in range(number):
        application = submitted(session, intake, **answers)
        application.eligibility = Eligibility.ELIGIBLE
        session.add(application)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake


def handed_out(session: Session, world: World, number: int = 6, **answers: Any) -> Intake:
    """The same, handed out to the assessors."""
    intake = eligible_intake(session, world, number, **answers)
    panels.assign(session, intake=intake, actor=world.actor, now=LATER)
    session.commit()
    return intake


def assignments_of(session: Session, intake: Intake, assessor: Account) -> list[Assignment]:
    """What an assessor has at screening."""
    return [
        each for each in queries.assignments(session, intake, "screening") if each.assessor_id == assessor.id
    ]


def application_of(session: Session, assignment: Assignment) -> Application:
    """The application that an assignment is about."""
    return session.get_one(Application, assignment.application_id)


def set_all(session: Session, assignment: Assignment, level: int = 3, note: str = "") -> None:
    """Set the same level on every criterion."""
    service.set_levels(
        session,
        assignment=assignment,
        levels=dict.fromkeys(KEYS, (level, note)),
        actor=Actor(assignment.assessor_id),
        now=LATER,
    )


def submit(session: Session, assignment: Assignment, level: int = 3) -> None:
    """Set every level and submit."""
    set_all(session, assignment, level)
    service.submit(session, assignment=assignment, actor=Actor(assignment.assessor_id), now=LATER)


def answered(session: Session, application: Application) -> list[Referee]:
    """The referees with answers to the fixed form."""
    found = list(queries.evidence_of(session, application).referees)
    for referee in found:
        referee.safety, referee.asks_for_help, referee.responsibility, referee.collaboration = 3, 4, 3, 3
        referee.would_employ, referee.answered_at = True, LATER
        referee.masked_setting = "handledande överläkare, medicinklinik, sex veckor"
        referee.masked_comment = "Lugn vid sjuka patienter. Ringde mig tidigt vid en sepsis."
        session.add(referee)
    session.flush()
    return found
