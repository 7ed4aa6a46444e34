"""What an applicant has removed and can still put back."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.models import Application, RemovedKind, RemovedPart


def can_be_put_back(
    session: Session, application: Application, kind: RemovedKind, now: datetime
) -> Sequence[RemovedPart]:
    """An application's removed files or periods whose time is not over, the latest first. One query."""
    found = select(RemovedPart).where(
        RemovedPart.application_id == application.id, RemovedPart.kind == kind, col(RemovedPart.until) > now
    )
    return session.exec(found.order_by(col(RemovedPart.id).desc())).all()
