"""Files that an applicant sends with the application."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.at_once import insert_at_once
from recruit.clock import in_stockholm
from recruit.display import day
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    Attachment,
    AttachmentKind,
    RemovedKind,
    RemovedPart,
)
from recruit.models.types import id_of
from recruit.queries import application as queries
from recruit.queries.application import Files
from recruit.queries.completion import admitting
from recruit.queries.expected import HERE
from recruit.services import completion_answers
from recruit.services.changing import Changes, changing
from recruit.services.content import described
from recruit.services.laying_aside import lay_aside
from recruit.storage import Storage, Stored, clean_filename, delete_with, put_with, remove_without

MAX_BYTES_IN_ALL = 50 * 1024 * 1024
MAX_FILES = 30
#: All files of one account, whatever applications they belong to.
MAX_BYTES_OF_ACCOUNT = 500 * 1024 * 1024
#: Nothing that an applicant sends was issued before this year: nobody who applies had been born.
EARLIEST_YEAR = 1950
#: How many removed files of an application can be put back at a time.
MOST_LAID_ASIDE = 5


@dataclass(frozen=True)
class Kept:
    """A file that has been kept, and those with the same content that were there before, perhaps itself."""

    row: Attachment
    twins: Sequence[Attachment]

    @property
    def is_new(self) -> bool:
        """Whether it was not there before."""
        return self.row not in self.twins


def attach(
    session: Session,
    *,
    application: Application,
    kind: AttachmentKind,
    filename: str,
    content: bytes,
    storage: Storage,
    laid: Stored | None = None,
    before: Files | None = None,
    issued_on: date | None = None,
    answer: str = "",
    here: bool = False,
    actor: Actor,
    now: datetime,
) -> Kept:
    """Add a file. The same content twice under the same kind is kept once, and the first is returned.

    `laid`: the content lies in storage already, put there before this transaction. It is removed again when the
    transaction is rolled back, and when the same content was there before.

    `before`: what was there, read before this transaction; it is read again when the application has been saved since.
    Files that come to another application of the same account at the same moment may then pass the account's limit.

    The file answers a request for completion that asks for this kind, with `answer` beside it. `here`: it is what the
    application says will come, so the answer changes with it. Raises Invalid (field "file") for one that storage
    refuses or when there would be too much, and as `tell_issued`.
    """
    if laid is not None:
        remove_without(session, storage, laid)
    _check_issued(issued_on, now)
    sha256 = laid.sha256 if laid is not None else hashlib.sha256(content).hexdigest()
    new = _row(application, kind, issued_on, laid, filename, actor, now) if laid is not None else None
    with changing(
        session,
        application=application,
        revision=None,
        topic="attachments",
        document=kind,
        actor=actor,
        now=now,
    ) as changes:
        if before is None or not before.are_of(application):
            before = queries.files(session, application)
        twins = [each for each in before.present if each.sha256 == sha256]
        asked = admitting(session, application, document=kind, now=now)
        if here:
            changes.set(application, HERE[kind])
        changes.overwrites = bool(changes.values)
        row = next((each for each in twins if each.kind is kind), None)
        if row is None:
            _check_room(before.present, len(content), clean_filename(filename))
            _check_account(before.bytes_in_all + len(content))
            if new is None:
                stored = put_with(session, storage, content, filename)
                new = _row(application, kind, issued_on, stored, filename, actor, now)
            row = new
            insert_at_once(session, row)
            changes.note(f"attachment.{row.public_id}", None, described(row))
        elif issued_on is not None:
            _set_issued(row, issued_on, changes)
    if laid is not None and row.storage_name != laid.storage_name:
        delete_with(session, storage, laid.storage_name)
    if asked is not None and asked.kind is kind:
        completion_answers.mark_answered(
            session,
            request=asked,
            application=application,
            answer=answer,
            attachment=row,
            actor=actor,
            now=now,
        )
    return Kept(row, twins)


def _row(
    application: Application,
    kind: AttachmentKind,
    issued_on: date | None,
    stored: Stored,
    filename: str,
    actor: Actor,
    now: datetime,
) -> Attachment:
    return Attachment(
        region_id=application.region_id,
        application_id=id_of(application),
        kind=kind,
        issued_on=issued_on,
        **stored.columns(filename, by=actor.person(), at=now),
    )


def tell_issued(
    session: Session,
    *,
    application: Application,
    attachment: Attachment,
    issued_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep when a document was issued, as the applicant says. How old it may be is for people to weigh.

    Raises Invalid (field "issued_on") for a day in the future or before anybody who applies was born, and as
    `services.changing.changing`.
    """
    _check_issued(issued_on, now)
    with changing(
        session,
        application=application,
        revision=None,
        topic="attachments",
        document=attachment.kind,
        actor=actor,
        now=now,
    ) as changes:
        _set_issued(attachment, issued_on, changes)
        session.add(attachment)
        changes.overwrites = False


def _set_issued(attachment: Attachment, issued_on: date, changes: Changes) -> None:
    before = described(attachment)
    attachment.issued_on = issued_on
    changes.note(f"attachment.{attachment.public_id}", before, described(attachment))


def _check_issued(issued_on: date | None, now: datetime) -> None:
    if issued_on is None:
        return
    if issued_on > in_stockholm(now).date():
        raise Invalid(
            _("%(day)s is in the future. Write the day on which it was issued.", day=day(issued_on)),
            field="issued_on",
        )
    if issued_on.year < EARLIEST_YEAR:
        raise Invalid(
            _("%(day)s is too long ago. Write the day on which it was issued.", day=day(issued_on)),
            field="issued_on",
        )


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


def _check_account(size: int) -> None:
    if size > MAX_BYTES_OF_ACCOUNT:
        raise Invalid(
            _("Your applications hold 500 MB of files together, which is the most. Remove files first."),
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
        changes.note(f"attachment.{attachment.public_id}", described(attachment), None)
        lay_aside(session, attachment, now)
        _forget_oldest(session, application, storage)
        changes.overwrites = False


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
    changes.note(f"attachment.{row.public_id}", None, described(row))
    return True


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
