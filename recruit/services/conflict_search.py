"""Searching for possible conflicts of interest: what points to one becomes a question for the coordinator."""

from datetime import datetime

from sqlmodel import Session, select

from recruit.acquaintance import find
from recruit.models import ConflictAnswer, Intake, PossibleConflict
from recruit.models.types import id_of
from recruit.queries import possible_conflicts as queries
from recruit.services.holding import hold_intake


def search(session: Session, *, intake: Intake, now: datetime) -> int:
    """Compare all applicants with all assessors anew; returns how many questions are unanswered.

    What was answered stays answered, unless a sign has come that was not known then. Unanswered questions whose signs
    are gone are gone. No entry in the record: nobody decides anything here.
    """
    hold_intake(session, intake.id)
    signs = find(queries.applicants(session, intake), queries.assessors(session, intake.region_id))
    known = {
        (row.application_id, row.assessor_id): row
        for row in session.exec(select(PossibleConflict).where(PossibleConflict.intake_id == intake.id))
    }
    for pair, row in known.items():
        if row.answer is None and pair not in signs:
            session.delete(row)
    for pair, kinds in sorted(signs.items()):
        row = known.get(pair) or PossibleConflict(
            region_id=intake.region_id,
            intake_id=id_of(intake),
            application_id=pair[0],
            assessor_id=pair[1],
            kinds="",
            found_at=now,
        )
        _note(row, kinds, now)
        session.add(row)
    session.flush()
    return queries.undecided(session, intake)


def _note(row: PossibleConflict, kinds: tuple[str, ...], now: datetime) -> None:
    new = set(kinds) - set(row.answered_kinds.split(","))
    if row.answer is ConflictAnswer.NO_CONFLICT and new:
        row.answer, row.found_at = None, now
    row.kinds = ",".join(kinds)
