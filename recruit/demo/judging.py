"""The group at work: references come in, eligibility is decided, assessors set levels.

Assessors see an applicant's ability through noise of their own. In the finished intake one of the eight is harsher
towards applicants educated outside the EU and EEA: the monitor by assessor has something true to find. The rule is
`HARSH`; the people's ability does not depend on their country.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.demo.people import Person
from recruit.demo.region import Group
from recruit.models import Answer, Application, Assignment, CameBy, Intake, Referee
from recruit.queries import assessment as assessments
from recruit.queries import intake as intakes
from recruit.services import assessment, conflicts, eligibility, panels, references
from recruit.services.eligibility import Decision
from recruit.services.references import ReferenceAnswers

HARSH = 4  # the fifth assessor, "bedomare5"
HARSHER_BY = 1  # levels
COMMENTS = (
    "Lugn vid sjuka patienter. Ber om hjälp i rätt tid.",
    "Pålitlig och noggrann. Skriver ännu kortfattat på svenska.",
    "Behöver stöd med prioritering, tar emot återkoppling väl.",
    "Omtyckt av patienter och kollegor.",
)


WAYS = (CameBy.TELEPHONE, CameBy.EMAIL, CameBy.TELEPHONE, CameBy.LETTER)


@dataclass(frozen=True)
class Judged:
    """An application with the person behind it, as only the demo's author knows it."""

    application: Application
    person: Person


def enter_references(
    session: Session, judged: list[Judged], group: Group, chance: random.Random, now: datetime
) -> None:
    """Referees answer; one in ten of those with only one willing referee never does."""
    by_application = _referees(session, judged)
    for number, each in enumerate(judged):
        referees = by_application.get(each.application.id or 0, [])
        for referee in referees[:1] if each.person.one_referee else referees:
            references.enter_reference(
                session,
                referee=referee,
                answers=replace(_reference(each.person, chance), came_by=WAYS[number % len(WAYS)]),
                actor=group.actor,
                now=now,
            )


def _referees(session: Session, judged: list[Judged]) -> dict[int, list[Referee]]:
    wanted = {each.application.id for each in judged}
    found: dict[int, list[Referee]] = {}
    for referee in session.exec(select(Referee).order_by(Referee.application_id, Referee.position)):  # type: ignore[arg-type]
        if referee.application_id in wanted:
            found.setdefault(referee.application_id, []).append(referee)
    return found


def _reference(person: Person, chance: random.Random) -> ReferenceAnswers:
    def seen() -> int:
        return _level(person.ability + 0.3, chance, noise=0.7)

    return ReferenceAnswers(
        safety=seen(),
        asks_for_help=seen(),
        responsibility=seen(),
        collaboration=seen(),
        would_employ=person.ability > -1.2,
        masked_setting=chance.choice(("medicinklinik", "akutmottagning", "vårdcentral"))
        + ", handledande läkare",
        masked_comment=chance.choice(COMMENTS),
    )


def decide_eligibility(
    session: Session, judged: list[Judged], group: Group, now: datetime, leave: int = 0
) -> None:
    """Decide every requirement, as proposed unless the documents say otherwise. The last `leave` stay undecided."""
    for each in judged[: len(judged) - leave]:
        proposals = eligibility.proposals_for(session, application=each.application)
        decisions = [_decision(key, proposal.answer, each.person) for key, proposal in proposals.items()]
        eligibility.decide_many(
            session, application=each.application, decisions=decisions, actor=group.actor, now=now
        )


def _decision(key: str, proposed: Answer, person: Person) -> Decision:
    if key == "E5" and person.forgets_diploma:
        return Decision(key, Answer.NO, "Det bifogade intyget är inget examensbevis.")
    if proposed is Answer.UNCLEAR:
        settled = Answer.NO if person.number % 2 else Answer.YES
        return Decision(key, settled, "Klarlagt i telefonsamtal med den sökande.")
    return Decision(key, proposed)


def assign(session: Session, intake: Intake, group: Group, now: datetime) -> None:
    """One declared conflict of interest, then two assessors for each application."""
    pool = assessments.pool(session, intake, "screening")
    assessor = group.assessors[1]
    assert assessor.id is not None
    conflicts.declare_conflict(
        session,
        application=pool[0],
        assessor_id=assessor.id,
        reason="Tidigare handledare.",
        actor=group.actor,
        now=now,
    )
    panels.assign(session, intake=intake, actor=group.actor, now=now)


def assess(
    session: Session,
    judged: Mapping[int, Person],
    intake: Intake,
    group: Group,
    chance: random.Random,
    now: datetime,
    *,
    share: float = 1.0,
    harsh: bool = False,
) -> int:
    """Assessors set levels and submit; returns how many assessments. About `share` of each assessor's queue is done."""
    criteria = assessments.assessed_criteria(intakes.profile_of(session, intake), "screening")
    mine: dict[int, list[Assignment]] = {}
    for task in assessments.assignments(session, intake, "screening"):
        mine.setdefault(task.assessor_id, []).append(task)
    done = 0
    for position, assessor in enumerate(group.assessors):
        assert assessor.id is not None
        queue = mine.get(assessor.id, [])
        lean = chance.gauss(0, 0.15)
        pace = min(1.0, share * chance.uniform(0.5, 1.5)) if share < 1 else 1.0
        for number, task in enumerate(queue[: round(len(queue) * pace)]):
            person = judged[task.application_id]
            lower = HARSHER_BY if harsh and position == HARSH and not person.from_eu_eea else 0
            levels = {
                criterion.key: (max(0, _level(person.ability + lean, chance, noise=0.55) - lower), "")
                for criterion in criteria
            }
            when = now + timedelta(minutes=7 * number)
            actor = Actor(assessor.id)
            assessment.set_levels(session, assignment=task, levels=levels, actor=actor, now=when)
            assessment.submit(session, assignment=task, actor=actor, now=when)
            done += 1
    return done


def _level(quality: float, chance: random.Random, noise: float) -> int:
    return max(0, min(4, round(2.2 + 0.9 * quality + chance.gauss(0, noise))))
