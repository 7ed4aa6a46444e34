"""Laying aside what an applicant removes, so that it can be put back (`services.undoing`)."""

import json
from datetime import datetime, timedelta

from sqlmodel import Session

from recruit.models import Attachment, ExperiencePeriod, RemovedKind, RemovedPart

#: How long a removal can be undone.
WINDOW = timedelta(minutes=30)


def lay_aside(session: Session, row: Attachment | ExperiencePeriod, now: datetime) -> None:
    """Delete a row of an application and keep it beside, a file with its bytes."""
    file = row if isinstance(row, Attachment) else None
    session.add(
        RemovedPart(
            region_id=row.region_id,
            application_id=row.application_id,
            kind=RemovedKind.FILE if file else RemovedKind.PERIOD,
            name=row.filename if isinstance(row, Attachment) else row.employer,
            content=json.dumps(row.model_dump(mode="json"), ensure_ascii=False),
            storage_name=file.storage_name if file else None,
            removed_at=now,
            until=now + WINDOW,
        )
    )
    session.delete(row)
    session.flush()
