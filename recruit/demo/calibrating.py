"""The group calibrates before it assesses; an assessor puts an application aside."""

import random
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.demo.region import Group
from recruit.models import Assignment, AssignmentStatus, Intake, SetAsideReason
from recruit.queries import assessment as assessments
from recruit.queries import calibration_cases
from recruit.queries import intake as intakes
from recruit.services import assessment, calibration, setting_aside

STAGE = "screening"
NOTES = {
    "references": (
        "Nivå 3 kräver ett eget exempel i minst en referens. Omdömen utan exempel stannar på 2, hur vänliga de än är."
    ),
    "science": "Ett kvalitetsprojekt på en AT- eller BT-plats räknas som projekt även om det inte är presenterat.",
}
RATIONALES = (
    "Tydligt exempel i en av referenserna.",
    "Vänlig men utan exempel.",
    "Projektet är genomfört, men inte redovisat.",
    "Oklart vad den egna delen var.",
)


def calibrate(session: Session, intake: Intake, group: Group, now: datetime, seed: str) -> int:
    """A round of five cases, which all hand in; the differences are talked about, and two notes written. Gives how many
    levels were set.
    """
    chance = random.Random(seed)  # noqa: S311 (its own, so that nothing else of the demo changes)
    profile = intakes.profile_of(session, intake)
    found = calibration_cases.candidates(session, intake, STAGE, profile)
    chosen = calibration_cases.varied(found, calibration.USUAL)
    if len(chosen) < calibration.FEWEST:
        return 0
    keys = [each.key for each in chosen]
    calibration.open_round(session, intake=intake, stage=STAGE, cases=keys, actor=group.actor, now=now)
    criteria = assessments.assessed_criteria(profile, STAGE)
    about = {each.application_id: each.standing or 2.0 for each in chosen}
    handed = select(Assignment).where(
        Assignment.intake_id == intake.id, Assignment.stage == assessments.CALIBRATION
    )
    count = 0
    for number, task in enumerate(session.exec(handed.order_by(col(Assignment.id))).all()):
        at = now + timedelta(hours=2, minutes=3 * number)
        levels = {
            each.key: (
                min(4, max(0, round(about[task.application_id] + chance.gauss(0, 0.9)))),
                chance.choice(RATIONALES) if chance.random() < 0.3 else "",
            )
            for each in criteria
        }
        actor = Actor(task.assessor_id)
        assessment.set_levels(session, assignment=task, levels=levels, actor=actor, now=at)
        assessment.submit(session, assignment=task, actor=actor, now=at)
        count += len(levels)
    for key, text in NOTES.items():
        if key in {each.key for each in criteria}:
            calibration.agree(
                session,
                intake=intake,
                stage=STAGE,
                criterion=key,
                text=text,
                seen=0,
                actor=group.actor,
                now=now + timedelta(days=1),
            )
    return count


def put_aside(session: Session, intake: Intake, group: Group, now: datetime) -> None:
    """The last assessor cannot read a document, and somebody else gets the application."""
    waiting = select(Assignment).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == STAGE,
        Assignment.assessor_id == group.assessors[-1].id,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    task = session.exec(waiting.order_by(col(Assignment.id).desc())).first()
    if task is not None:
        setting_aside.set_aside(
            session,
            assignment=task,
            reason=SetAsideReason.UNREADABLE,
            words="Sidan 2 i meritintyget är för suddig för att läsa.",
            actor=Actor(task.assessor_id),
            now=now,
        )
