"""When somebody last looked at an intake: what has changed since is told from there."""

from datetime import datetime, timedelta

from sqlmodel import Session

from recruit.models import Intake, Visit
from recruit.models.types import id_of
from recruit.queries import changes

#: A look after so long a pause begins a new visit.
PAUSE = timedelta(hours=1)
#: Looks closer together than this are not written down one by one.
GRAIN = timedelta(minutes=5)


def is_written(visit: Visit | None, now: datetime) -> bool:
    """Whether a look at this moment is already covered by what is written."""
    return visit is not None and now - visit.seen_at < GRAIN


def look(session: Session, *, intake: Intake, account_id: int, now: datetime) -> datetime | None:
    """Note that somebody looks at an intake. Returns when their previous visit ended; None during the first.

    No entry in the record: who looked at what when is nobody's business but their own.
    """
    found = changes.visit_of(session, intake, account_id=account_id)
    if found is None:
        session.add(
            Visit(region_id=intake.region_id, account_id=account_id, intake_id=id_of(intake), seen_at=now)
        )
        session.flush()
        return None
    if now - found.seen_at >= PAUSE:
        found.since = found.seen_at
    if not is_written(found, now):
        found.seen_at = now
        session.add(found)
        session.flush()
    return found.since
