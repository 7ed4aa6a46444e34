"""Undoing what an applicant removed by mistake: a file or a period is put back as it was, for a while.

What is removed is gone from the application at once, so that nothing else has to know: it is laid aside in a table of
its own, the bytes of a file with it. There it stays for `WINDOW`, or until the application is sent, and then goes for
good with the hourly work.
"""

import json
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from recruit.actor import Actor
from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, Attachment, ExperiencePeriod, RemovedKind, RemovedPart
from recruit.models.types import id_of
from recruit.services import answers, attachments
from recruit.services.changing import changing
from recruit.storage import Storage, delete_with

_NO_LONGER = (
    update(RemovedPart)
    .where(
        col(RemovedPart.application_id) == bindparam("application"), col(RemovedPart.until) > bindparam("now")
    )
    .values(until=bindparam("now"))
    .execution_options(synchronize_session=False)  # nobody holds any in the session
)


def put_back(
    session: Session,
    *,
    application: Application,
    public_id: str,
    storage: Storage,
    actor: Actor,
    now: datetime,
) -> RemovedKind:
    """Put a removed file or period back and say which it was. A file that has been added again meanwhile is kept once.

    Raises NotFound when its time is over or it is back already, Invalid when there is no room for it any more, and as
    `services.changing.changing`.
    """
    part = _part(session, application, public_id, now)
    kind, content = part.kind, json.loads(part.content)
    if kind is RemovedKind.FILE:
        file = Attachment.model_validate(content)
        with changing(
            session,
            application=application,
            revision=None,
            topic="attachments",
            document=file.kind,
            actor=actor,
            now=now,
        ) as changes:
            _take_up(session, application, public_id, now)
            back = attachments.take_back(session, application=application, row=file, changes=changes)
            if not back:
                delete_with(session, storage, file.storage_name)
            changes.overwrites = False
        return kind
    with changing(
        session, application=application, revision=None, topic="experience", actor=actor, now=now
    ) as changes:
        _take_up(session, application, public_id, now)
        row = ExperiencePeriod.model_validate(content)
        answers.take_back(session, application=application, row=row, changes=changes)
    return kind


def _part(
    session: Session, application: Application, public_id: str, now: datetime, *, lock: bool = False
) -> RemovedPart:
    wanted = select(RemovedPart).where(
        RemovedPart.application_id == application.id,
        RemovedPart.public_id == public_id,
        col(RemovedPart.until) > now,
    )
    found = session.exec(wanted.with_for_update() if lock else wanted).first()
    if found is None:
        raise NotFound(_("It can no longer be put back, or it is back already. You can add it again."))
    return found


def _take_up(session: Session, application: Application, public_id: str, now: datetime) -> None:
    """Under the application's lock and the part's own: a second click, or the hourly work, finds nothing."""
    session.delete(_part(session, application, public_id, now, lock=True))
    session.flush()


def no_longer(session: Session, *, application: Application, now: datetime) -> None:
    """Nothing that was removed so far can be put back any more."""
    session.exec(_NO_LONGER, params={"application": id_of(application), "now": now})


def forget_expired(session: Session, *, storage: Storage, now: datetime) -> int:
    """Delete for good what can no longer be put back, in every region of the session; returns how many."""
    wanted = select(RemovedPart).where(col(RemovedPart.until) <= now)
    # What is being put back just now is passed over: its bytes must stay.
    expired = session.exec(wanted.with_for_update(skip_locked=True)).all()
    for part in expired:
        if part.storage_name is not None:
            delete_with(session, storage, part.storage_name)
        session.delete(part)
    session.flush()
    return len(expired)
