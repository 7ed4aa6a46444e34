"""Before the second intake is handed out: what assessors can take, where they work, and whom they may know."""

from datetime import datetime

from sqlmodel import Session

from recruit.demo.region import Group
from recruit.models import ConflictAnswer, Intake
from recruit.models.types import id_of
from recruit.queries import possible_conflicts as questions
from recruit.services import assessor_limits, conflict_search, possible_conflicts
from recruit.services.assessor_limits import Terms

#: By the assessor's place in the group. Nobody works where the first intake's applicants have worked, but the last.
TERMS = (
    Terms(workplace="Älvstads sjukhus"),
    Terms(workplace="Älvstads sjukhus"),
    Terms(workplace="Hamra hälsocentral", most=20),
    Terms(workplace="Hamra hälsocentral"),
    Terms(workplace="Älvstads sjukhus", least=12, most=24),
    Terms(workplace="Region Älvmark, studierektorskansliet"),
    Terms(workplace="Vårdcentralen Björken", most=12),
    Terms(workplace="Lindfors sjukhus"),
)
KNOWS = "Var klinisk handledare för den sökande under tjänstgöringen."
KNOWS_NOT = "Har arbetat på olika kliniker vid olika tid, enligt bedömaren själv."
LEFT = 2  # questions that still wait


def prepare(session: Session, intake: Intake, group: Group, now: datetime) -> int:
    """Set what each can take, and answer most of the questions that the search finds; returns how many there were."""
    for assessor, terms in zip(group.assessors, TERMS, strict=True):
        assessor_limits.set_terms(
            session,
            intake=intake,
            assessor_id=id_of(assessor),
            terms=terms,
            revision=0,
            actor=group.actor,
            now=now,
        )
    found = conflict_search.search(session, intake=intake, now=now)
    waiting = list(questions.page(session, intake=intake).items)
    for number, each in enumerate(waiting[: max(0, len(waiting) - LEFT)]):
        possible_conflicts.answer(
            session,
            intake=intake,
            question_id=id_of(each.row),
            answer=ConflictAnswer.CONFLICT if number == 0 else ConflictAnswer.NO_CONFLICT,
            reason=KNOWS if number == 0 else KNOWS_NOT,
            actor=group.actor,
            now=now,
        )
    return found
