"""Reading an assessor's steps: where one was, how fast one goes, what can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlmodel import Session, col, select

from recruit.models import Assignment, Intake, Level, LevelStep

#: A longer time between two steps is a pause, and no work on an application.
PAUSE = timedelta(minutes=10)
#: So many of the latest steps tell the pace.
LATEST = 400
#: Fewer applications tell nothing of a pace.
FEWEST = 3


def steps_of(session: Session, assignment: Assignment) -> Sequence[LevelStep]:
    """Every step of an assignment, oldest first."""
    found = select(LevelStep).where(LevelStep.assignment_id == assignment.id)
    return session.exec(found.order_by(col(LevelStep.id))).all()


def is_begun() -> Any:
    """SQL: something is written in the assignment, be it a note that waits for its level."""
    levels = select(Level.id).where(col(Level.assignment_id) == col(Assignment.id))
    steps = select(LevelStep.id).where(col(LevelStep.assignment_id) == col(Assignment.id))
    return levels.exists() | steps.exists()


def standing(levels: Mapping[str, Level], steps: Sequence[LevelStep], key: str) -> tuple[int | None, str]:
    """What stands on a criterion: a level with its note, or a note that waits for its level."""
    row = levels.get(key)
    if row is not None:
        return row.level, row.note
    last = next((each for each in reversed(steps) if each.criterion == key), None)
    return None, last.note_after if last is not None and last.level_after is None else ""


def revisions(steps: Sequence[LevelStep]) -> dict[str, int]:
    """Criterion -> the number of its newest step."""
    return {each.criterion: each.id or 0 for each in steps}


def last_change(steps: Sequence[LevelStep]) -> LevelStep | None:
    """The last change that has not been taken back."""
    undone = {each.undoes_id for each in steps}
    return next((each for each in reversed(steps) if each.undoes_id is None and each.id not in undone), None)


@dataclass(frozen=True)
class Pace:
    """An assessor's own pace. `minutes` for an application, None while too few tell; `today`: what was worked on since
    midnight; `last`: the assignment and the criterion of the last step.
    """

    minutes: float | None
    today: frozenset[int]
    last: tuple[int, str] | None


def pace(session: Session, *, intake: Intake, stage: str, assessor_id: int, midnight: datetime) -> Pace:
    """How long the assessor's latest applications took, pauses left out, and which they worked on today.

    The time before a step belongs to the application of that step: one reads, then sets a level.
    """
    found = (
        select(LevelStep.taken_at, LevelStep.assignment_id, LevelStep.criterion)
        .join(Assignment, col(Assignment.id) == col(LevelStep.assignment_id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.assessor_id == assessor_id,
        )
        .order_by(col(LevelStep.id).desc())
        .limit(LATEST)
    )
    latest = list(reversed(session.exec(found).all()))
    spent: dict[int, float] = {}
    for (before, *_earlier), (at, assignment, _key) in pairwise(latest):
        if timedelta(0) <= at - before <= PAUSE:
            spent[assignment] = spent.get(assignment, 0.0) + (at - before).total_seconds() / 60
    today = frozenset(assignment for at, assignment, _key in latest if at >= midnight)
    minutes = sum(spent.values()) / len(spent) if len(spent) >= FEWEST else None
    return Pace(minutes, today, (latest[-1][1], latest[-1][2]) if latest else None)
