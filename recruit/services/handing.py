"""Assignments as rows: handed out, held, taken back. Every assignment of an assessor begins and ends here."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.models import Assignment, AssignmentStatus, Intake, Notice
from recruit.models.types import id_of
from recruit.queries.steps import is_begun
from recruit.services import notices

Pair = tuple[int, int]


def hand_out(
    session: Session, intake: Intake, stage: str, application_id: int, assessor_id: int, now: datetime
) -> None:
    """Give an assessor an application at a stage."""
    session.add(
        Assignment(
            region_id=intake.region_id,
            intake_id=id_of(intake),
            application_id=application_id,
            assessor_id=assessor_id,
            stage=stage,
            assigned_at=now,
        )
    )


def tell_given(
    session: Session, intake: Intake, given: Iterable[Pair], now: datetime, *, besides: int | None = None
) -> None:
    """Tell each assessor of (application, assessor) pairs how many they have got. `besides` is who did it and knows."""
    new = Counter(assessor for _application, assessor in given)
    for assessor, number in sorted(new.items()):
        notices.tell(
            session,
            kind=Notice.ASSIGNED,
            region_id=intake.region_id,
            now=now,
            intake=intake,
            number=number,
            to=[assessor],
            besides=besides,
        )


def take_back(session: Session, intake: Intake, stage: str, pairs: Collection[Pair]) -> list[Pair]:
    """Take back what has not been submitted; returns the pairs that were taken back, of those in `pairs`.

    What somebody has begun is kept out of sight as if they had stepped aside, so that it comes back with the pair.
    """
    wanted = set(pairs)
    if not wanted:
        return []
    standing = select(Assignment).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.status == AssignmentStatus.ASSIGNED,
        col(Assignment.assessor_id).in_({assessor for _application, assessor in wanted}),
    )
    # Held first: one that is being submitted in this moment stays.
    going = [each for each in held(session, standing) if (each.application_id, each.assessor_id) in wanted]
    written = _written(session, [id_of(each) for each in going])
    for each in going:
        if id_of(each) in written:
            each.status = AssignmentStatus.RECUSED
            session.add(each)
        else:
            session.delete(each)
    session.flush()
    return [
        (each.application_id, each.assessor_id)
        for each in going
        if each.status is not AssignmentStatus.SUBMITTED
    ]


def _written(session: Session, ids: list[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):  # databases take so many values at a time
        part = ids[start : start + 500]
        begun = select(Assignment.id).where(col(Assignment.id).in_(part), is_begun())
        found.update(number for number in session.exec(begun) if number is not None)
    return found


def held(session: Session, statement: Any) -> list[Assignment]:
    """Assignments as they are now, locked in the order of their ids."""
    statement = statement.order_by(col(Assignment.id)).with_for_update(key_share=True)
    return list(session.exec(statement.execution_options(populate_existing=True)))


def members_of(assignments: Iterable[Assignment]) -> dict[int, set[int]]:
    """The assessors of each application, by their ids."""
    panels: dict[int, set[int]] = {}
    for each in assignments:
        panels.setdefault(each.application_id, set()).add(each.assessor_id)
    return panels


def recusals(session: Session, intake: Intake, stage: str) -> set[Pair]:
    """(application, assessor) pairs where the assessor has stepped aside at a stage."""
    statement = select(Assignment.application_id, Assignment.assessor_id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.status == AssignmentStatus.RECUSED,
    )
    return {(application, assessor) for application, assessor in session.exec(statement)}
