"""One application whose assessors differ: both sides' levels and notes, and what was written and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementWay,
    DiscussionMessage,
    Intake,
    Level,
    LevelChange,
)
from recruit.models.application import GOES_ON
from recruit.models.types import id_of


@dataclass(frozen=True)
class Given:
    """One level of one assessor. `first` is what it was before it was changed in a discussion, else the same."""

    level: int
    note: str
    first: int


@dataclass(frozen=True)
class Side:
    """One assessor's assessment. `number` is how the group speaks of the assessor."""

    assignment_id: int
    assessor_id: int
    number: int
    given: Mapping[str, Given]


@dataclass(frozen=True)
class Said:
    """What an assessor wrote, or a level that one changed: then `criterion`, `old` and `new` are there."""

    number: int
    assessor_id: int
    at: datetime
    text: str
    criterion: str = ""
    old: int | None = None
    new: int | None = None


def sides(
    session: Session, *, application: Application, stage: str, numbers: Mapping[int, int]
) -> list[Side]:
    """All submitted assessments of an application at a stage, by the assessors' numbers. Three queries."""
    assignments = session.exec(
        select(Assignment)
        .where(
            Assignment.application_id == application.id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .order_by(col(Assignment.assessor_id))
    ).all()
    ids = [id_of(each) for each in assignments]
    changes = select(LevelChange).where(col(LevelChange.assignment_id).in_(ids))
    first = {
        (each.assignment_id, each.criterion): each.old
        for each in session.exec(changes.order_by(col(LevelChange.id).desc()))
    }
    given: dict[int, dict[str, Given]] = {each: {} for each in ids}
    for row in session.exec(select(Level).where(col(Level.assignment_id).in_(ids))):
        before = first.get((row.assignment_id, row.criterion), row.level)
        given[row.assignment_id][row.criterion] = Given(row.level, row.note, before)
    return [
        Side(id_of(each), each.assessor_id, numbers.get(each.assessor_id, 0), given[id_of(each)])
        for each in assignments
    ]


def said(session: Session, *, disagreement: Disagreement, numbers: Mapping[int, int]) -> list[Said]:
    """Everything that was written and changed in a discussion, in order of time. Two queries."""
    messages = session.exec(
        select(DiscussionMessage)
        .where(DiscussionMessage.disagreement_id == disagreement.id)
        .order_by(col(DiscussionMessage.id))
    ).all()
    changes = session.exec(
        select(LevelChange, Assignment.assessor_id)
        .join(Assignment, col(Assignment.id) == col(LevelChange.assignment_id))
        .where(LevelChange.disagreement_id == disagreement.id)
        .order_by(col(LevelChange.id))
    ).all()
    found = [
        *(Said(numbers.get(m.author_id, 0), m.author_id, m.written_at, m.text) for m in messages),
        *(
            Said(numbers.get(who, 0), who, c.changed_at, c.reason, c.criterion, c.old, c.new)
            for c, who in changes
        ),
    ]
    return sorted(found, key=lambda each: each.at)


@dataclass(frozen=True)
class OwnDiscussion:
    """A discussion that an assessor takes part in, as their own pages list it."""

    code: str
    stage: str
    opened_at: datetime
    settled_at: datetime | None


def own(session: Session, *, intake: Intake, assessor_id: int) -> Sequence[OwnDiscussion]:
    """The discussions that an assessor takes part in, those open first. One query."""
    found = (
        select(Application.mask_code, Disagreement.stage, Disagreement.opened_at, Disagreement.settled_at)
        .select_from(Disagreement)
        .join(Application, col(Application.id) == col(Disagreement.application_id))
        .join(
            Assignment,
            (col(Assignment.application_id) == col(Application.id))
            & (col(Assignment.stage) == col(Disagreement.stage)),
        )
        .where(
            Disagreement.intake_id == intake.id,
            Disagreement.way == DisagreementWay.DISCUSSION,
            Assignment.assessor_id == assessor_id,
            Assignment.status == AssignmentStatus.SUBMITTED,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
        .order_by(col(Disagreement.settled_at).is_not(None), col(Disagreement.id))
    )
    return [OwnDiscussion(*row) for row in session.exec(found)]


def of_assessor(
    session: Session, *, intake: Intake, code: str, stage: str, assessor_id: int
) -> tuple[Disagreement, Application]:
    """The newest discussion of an application that the assessor takes part in.

    Raises NotFound to anybody else, as if there were none, and once the application has been withdrawn.
    """
    found = (
        select(Disagreement, Application)
        .join(Application, col(Application.id) == col(Disagreement.application_id))
        .join(
            Assignment,
            (col(Assignment.application_id) == col(Application.id))
            & (col(Assignment.stage) == col(Disagreement.stage)),
        )
        .where(
            Disagreement.intake_id == intake.id,
            Disagreement.stage == stage,
            Disagreement.way == DisagreementWay.DISCUSSION,
            Application.mask_code == code,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
            Assignment.assessor_id == assessor_id,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .order_by(col(Disagreement.id).desc())
        .limit(1)
    )
    row = session.exec(found).first()
    if row is None:
        raise NotFound(_("You take part in no discussion of that application."))
    return row[0], row[1]
