"""Files that an applicant sends with the application."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    Attachment,
    AttachmentKind,
    CompletionRequest,
    RemovedKind,
    RemovedPart,
)
from recruit.models.types import id_of
from recruit.queries import application as queries
from recruit.queries.completion import admitting
from recruit.queries.expected import HERE
from recruit.services import completion_answers
from recruit.services.changing import Changes, changing
from recruit.services.laying_aside import lay_aside
from recruit.storage import Storage, Stored, clean_filename, delete_with, put_with, remove_without

MAX_BYTES_IN_ALL = 50 * 1024 * 1024
MAX_FILES = 30
#: How many removed files of an application can be put back at a time.
MOST_LAID_ASIDE = 5


def attach(
    session: Session,
    *,
    application: Application,
    kind: AttachmentKind,
    filename: str,
    content: bytes,
    storage: Storage,
    laid: Stored | None = None,
    answer: str = "",
    here: bool = False,
    actor: Actor,
    now: datetime,
) -> Attachment:
    """Add a file. The same content twice under the same kind is kept once, and the first is returned.

    `laid`: the content lies in storage already, put there before this transaction. It is removed again when the
    transaction is rolled back, and when the same content was there before.

    The file answers a request for completion that asks for this kind, with `answer` beside it. `here`: it is what the
    application says will come, so the answer changes with it. Raises Invalid (field "file") for one that storage
    refuses or when there would be too much.
    """
    row, _twins = attach_beside(
        session,
        application=application,
        kind=kind,
        filename=filename,
        content=content,
        storage=storage,
        laid=laid,
        answer=answer,
        here=here,
        actor=actor,
        now=now,
    )
    return row


def attach_beside(
    session: Session,
    *,
    application: Application,
    kind: AttachmentKind,
    filename: str,
    content: bytes,
    storage: Storage,
    laid: Stored | None = None,
    answer: str = "",
    here: bool = False,
    actor: Actor,
    now: datetime,
) -> tuple[Attachment, list[Attachment]]:
    """Add a file as `attach` does; also gives the files with the same content that were there before."""
    if laid is not None:
        remove_without(session, storage, laid)
    row, asked, twins = _keep(
        session, application, kind, filename, content, storage, laid, actor, now, here=here
    )
    if laid is not None and row.storage_name != laid.storage_name:
        delete_with(session, storage, laid.storage_name)
    if asked is not None:
        completion_answers.mark_answered(
            session,
            request=asked,
            application=application,
            answer=answer,
            attachment=row,
            actor=actor,
            now=now,
        )
    return row, twins


def _keep(
    session: Session,
    application: Application,
    kind: AttachmentKind,
    filename: str,
    content: bytes,
    storage: Storage,
    laid: Stored | None,
    actor: Actor,
    now: datetime,
    *,
    here: bool,
) -> tuple[Attachment, CompletionRequest | None, list[Attachment]]:
    """The file's row, the request for just this kind of document that it answers, if there is one, and its twins."""
    sha256 = laid.sha256 if laid is not None else hashlib.sha256(content).hexdigest()
    with changing(
        session,
        application=application,
        revision=None,
        topic="attachments",
        document=kind,
        actor=actor,
        now=now,
    ) as changes:
        present = queries.attachments(session, application)
        twins = [each for each in present if each.sha256 == sha256]
        asked = admitting(session, application, document=kind, now=now)
        if asked is not None and asked.kind is not kind:
            asked = None
        if here:
            changes.set(application, HERE[kind])
        if not changes.values:
            application.revision -= 1  # a file overwrites no answer: forms open elsewhere are not stale
        same = next((each for each in twins if each.kind is kind), None)
        if same is not None:
            return same, asked, twins
        _check_room(present, len(content), clean_filename(filename))
        stored = laid or put_with(session, storage, content, filename)
        row = Attachment(
            region_id=application.region_id,
            application_id=id_of(application),
            kind=kind,
            **stored.columns(filename, by=actor.person(), at=now),
        )
        session.add(row)
        changes.note(f"attachment.{row.public_id}", None, _described(row))
    return row, asked, twins


def _check_room(present: Sequence[Attachment], size: int, name: str) -> None:
    if len(present) >= MAX_FILES:
        raise Invalid(
            _("There are %(number)s files already, which is the most. Remove one first.", number=MAX_FILES),
            field="file",
        )
    if sum(row.size for row in present) + size > MAX_BYTES_IN_ALL:
        raise Invalid(
            _(
                "With %(name)s your files would be larger than 50 MB together. Remove a file first.",
                name=name,
            ),
            field="file",
        )


def remove_attachment(
    session: Session,
    *,
    application: Application,
    attachment: Attachment,
    storage: Storage,
    actor: Actor,
    now: datetime,
) -> None:
    """Remove a file and the redacted copies made of it. A sent application keeps its mandatory documents.

    The file, not the copies, can be put back for a while (`services.undoing`).
    """
    with changing(
        session, application=application, revision=None, topic="attachments", actor=actor, now=now
    ) as changes:
        copies = session.exec(select(Attachment).where(col(Attachment.redacts_id) == attachment.id)).all()
        for row in copies:
            delete_with(session, storage, row.storage_name)
            session.delete(row)
            session.flush()
        changes.note(f"attachment.{attachment.public_id}", _described(attachment), None)
        lay_aside(session, attachment, now)
        _forget_oldest(session, application, storage)
        application.revision -= 1


def _forget_oldest(session: Session, application: Application, storage: Storage) -> None:
    """Only the latest can be put back: whoever adds and removes again and again would fill the disk."""
    aside = select(RemovedPart).where(
        RemovedPart.application_id == application.id, RemovedPart.kind == RemovedKind.FILE
    )
    for part in session.exec(aside.order_by(col(RemovedPart.id).desc()).offset(MOST_LAID_ASIDE)).all():
        delete_with(session, storage, str(part.storage_name))
        session.delete(part)
    session.flush()


def take_back(session: Session, *, application: Application, row: Attachment, changes: Changes) -> bool:
    """Inside `changing`: add a file that had been removed, as it was; False when its twin has been added meanwhile.

    Raises Invalid when there would be too much.
    """
    present = queries.attachments(session, application)
    if any(each.kind is row.kind and each.sha256 == row.sha256 for each in present):
        return False
    _check_room(present, row.size, row.filename)
    session.add(row)
    changes.note(f"attachment.{row.public_id}", None, _described(row))
    return True


def _described(row: Attachment) -> list[str]:
    return [row.kind.value, row.filename, row.sha256]


def erase_files(session: Session, *, application: Application, storage: Storage) -> None:
    """Remove every file of the application, copies and those that could be put back included."""
    rows = session.exec(
        select(Attachment)
        .where(Attachment.application_id == application.id)
        .order_by(col(Attachment.redacts_id).is_(None), col(Attachment.id))
    ).all()
    for row in rows:
        delete_with(session, storage, row.storage_name)
        session.delete(row)
        session.flush()
    aside = select(RemovedPart).where(RemovedPart.application_id == application.id)
    for part in session.exec(aside).all():
        if part.storage_name is not None:
            delete_with(session, storage, part.storage_name)
        session.delete(part)
    session.flush()
