"""Reading what an intake taught: comments, what was agreed, drop-outs, and what the next intake begins with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import (
    Account,
    Assignment,
    AssignmentStatus,
    DeadlineExtension,
    Intake,
    LessonComment,
    LessonSummary,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    Retrospective,
)
from recruit.queries.naming import called
from recruit.queries.outcome import CHAIN, ENDS


@dataclass(frozen=True)
class Comment:
    """A comment with the name of who wrote it."""

    row: LessonComment
    author: str


@dataclass(frozen=True)
class Lessons:
    """The group's part of a retrospective. `summary` is the newest version that was agreed, None before the first."""

    comments: Sequence[Comment]
    summary: LessonSummary | None
    agreed_by: str
    closed_at: datetime | None

    @property
    def is_closed(self) -> bool:
        """Whether nobody comments any more."""
        return self.closed_at is not None


@dataclass(frozen=True)
class Taught:
    """What an earlier intake passes on."""

    intake: Intake
    summary: LessonSummary


@dataclass(frozen=True)
class Left:
    """So many left for this reason after having come so far."""

    reason: OutcomeReason
    after: OutcomeKind
    number: int


def of(session: Session, intake: Intake) -> Lessons:
    """Comments in the order in which they were written, and the newest summary. Three queries."""
    rows = session.exec(
        select(LessonComment, called(session))
        .join(Account, col(Account.id) == col(LessonComment.written_by_id))
        .where(LessonComment.intake_id == intake.id, col(LessonComment.removed_at).is_(None))
        .order_by(col(LessonComment.written_at), col(LessonComment.id))
    )
    comments = [Comment(row, name) for row, name in rows]
    agreed = session.exec(
        select(LessonSummary, called(session))
        .join(Account, col(Account.id) == col(LessonSummary.agreed_by_id))
        .where(LessonSummary.intake_id == intake.id)
        .order_by(col(LessonSummary.version).desc())
        .limit(1)
    ).first()
    state = session.exec(select(Retrospective).where(Retrospective.intake_id == intake.id)).first()
    return Lessons(
        comments,
        agreed[0] if agreed else None,
        agreed[1] if agreed else "",
        state.closed_at if state else None,
    )


def assesses(session: Session, intake: Intake, *, account_id: int) -> bool:
    """Whether somebody has or had an application of the intake to assess."""
    chosen = select(Assignment.id).where(
        Assignment.intake_id == intake.id, Assignment.assessor_id == account_id
    )
    return session.exec(chosen.limit(1)).first() is not None


def assessed(session: Session, *, account_id: int) -> set[int]:
    """Ids of the intakes in which somebody has or had an application to assess. One query."""
    return set(
        session.exec(select(Assignment.intake_id).where(Assignment.assessor_id == account_id).distinct())
    )


def may_read(session: Session, *, account_id: int) -> set[int]:
    """Of those, the intakes whose lessons the assessor may read: nothing of their own is left to submit. One query."""
    left = func.sum(
        case(
            (
                (col(Assignment.status) == AssignmentStatus.ASSIGNED)
                & col(Assignment.stage).in_(("screening", "interview")),
                1,
            ),
            else_=0,
        )
    )
    mine = select(Assignment.intake_id).where(Assignment.assessor_id == account_id)
    return set(session.exec(mine.group_by(col(Assignment.intake_id)).having(left == 0)))


def taught(session: Session, *, region_id: int, intake: Intake | None = None) -> Taught | None:
    """What the next intake begins with: of the one that it was cloned from, else the region's newest. One query."""
    rows = session.exec(
        select(LessonSummary, Intake)
        .join(Intake, col(Intake.id) == col(LessonSummary.intake_id))
        .where(Intake.region_id == region_id)
        .order_by(col(LessonSummary.agreed_at).desc(), col(LessonSummary.version).desc())
    ).all()
    found = [Taught(source, summary) for summary, source in rows if intake is None or source.id != intake.id]
    source_id = intake.cloned_from_id if intake else None
    return next((each for each in found if each.intake.id == source_id), found[0] if found else None)


def first_closing_day(session: Session, intake: Intake) -> date:
    """The last day to apply as it was first advertised, before any extension."""
    first = session.exec(
        select(DeadlineExtension)
        .where(DeadlineExtension.intake_id == intake.id)
        .order_by(col(DeadlineExtension.id))
        .limit(1)
    ).first()
    return clock.in_stockholm(first.old_closes_at if first else intake.closes_at).date()


def left(session: Session, intake: Intake) -> list[Left]:
    """Who declined or dropped out, by reason and by how far they had come; most first. One query."""
    rows = session.exec(select(Outcome).where(Outcome.intake_id == intake.id))
    ways: dict[int, dict[OutcomeKind, OutcomeReason | None]] = {}
    for row in rows:
        ways.setdefault(row.application_id, {})[row.kind] = row.reason
    ended = [way for way in ways.values() if any(kind in way for kind in ENDS)]
    counts = Counter((_reason(way), _furthest(way)) for way in ended)
    order = list(OutcomeKind)
    return sorted(
        (Left(reason, after, number) for (reason, after), number in counts.items()),
        key=lambda each: (-each.number, order.index(each.after), each.reason.value),
    )


def _reason(way: Mapping[OutcomeKind, OutcomeReason | None]) -> OutcomeReason:
    return next((way[kind] for kind in ENDS if way.get(kind)), None) or OutcomeReason.NOT_SAID


def _furthest(way: Mapping[OutcomeKind, OutcomeReason | None]) -> OutcomeKind:
    return next((kind for kind in reversed(CHAIN) if kind in way), OutcomeKind.CALLED)
