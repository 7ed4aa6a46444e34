"""What others have done in an intake since somebody last looked, counted by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import Intake, RecordEntry, Visit

#: Steps on the way to something that is told as well, or that nobody waits for.
NOT_NEWS = frozenset({"assessment.levels_saved", "application.changed", "application.started"})


@dataclass(frozen=True)
class News:
    """So many entries of one kind, about so many applications (0 for what is about none), the last one when."""

    action: str
    entries: int
    applications: int
    last: datetime

    @property
    def number(self) -> int:
        """What people count: applications, where it is about such, else entries."""
        return self.applications or self.entries


def since(session: Session, intake: Intake, *, moment: datetime, besides: int) -> Sequence[News]:
    """Entries of the record after a moment that are not by the account `besides`, the latest kind first. One query."""
    last = func.max(RecordEntry.at)
    rows = session.execute(
        select_columns(
            col(RecordEntry.action),
            func.count(col(RecordEntry.id)),
            func.count(func.distinct(RecordEntry.application_id)),
            last,
        )
        .where(
            col(RecordEntry.intake_id) == intake.id,
            col(RecordEntry.at) > moment,
            func.coalesce(RecordEntry.actor_id, 0) != besides,
            col(RecordEntry.action).not_in(NOT_NEWS),
        )
        .group_by(col(RecordEntry.action))
        .order_by(last.desc(), col(RecordEntry.action))
    )
    return [News(action, int(entries), int(applications), at) for action, entries, applications, at in rows]


def visit_of(session: Session, intake: Intake, *, account_id: int) -> Visit | None:
    """When somebody last looked at an intake; None if never."""
    chosen = select(Visit).where(Visit.account_id == account_id, Visit.intake_id == intake.id)
    return session.exec(chosen).first()
