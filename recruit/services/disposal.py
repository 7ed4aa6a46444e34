"""Disposal (gallring) of the record's values: the chain stays and still verifies, what it was about is gone."""

from datetime import datetime

from sqlmodel import Session, col, delete, func, select, update

from recruit.actor import Actor
from recruit.errors import Invalid, NotFound
from recruit.models import (
    Application,
    Disagreement,
    DiscussionMessage,
    LetterRecipient,
    LevelChange,
    Outcome,
    OutgoingMail,
    RecordEntry,
    RecordValue,
    WaitingNotice,
)
from recruit.services import (
    completion,
    conflicts,
    disclosure,
    letters,
    record,
    requirement_setting,
    setting_aside,
)
from recruit.services.chain import DISPOSED


def dispose_values(
    session: Session, *, application: Application, reason: str, actor: Actor, now: datetime
) -> int:
    """Delete every old and new value that the record holds about an application; returns how many.

    What somebody wrote about a decline or a drop-out, and in discussions, goes with them; the outcome and its code, and
    which levels were changed, stay for the figures.
    So does why there is a conflict of interest or none, and what was asked and answered in words when the
    application was completed, and all mail about it: how many a letter was sent to stands in the record. Files that
    were handed out go too; their checksums stay.

    The disposal is itself an entry: it names the entries whose values went. Raises Invalid without a reason (the
    decision it rests on), NotFound when there is nothing to dispose of.
    """
    if not reason.strip():
        raise Invalid("name the decision that the disposal rests on", field="reason")
    entries = _entries_about(session, application)
    values = col(RecordValue.entry_id).in_(entries)
    count = session.exec(select(func.count()).select_from(RecordValue).where(values)).one()
    if count == 0:
        raise NotFound(f"the record holds no values about application {application.reference}")
    touched = session.exec(select(RecordValue.entry_id).where(values).distinct()).all()
    session.exec(delete(RecordValue).where(values))
    letters.forget(session, application=application)
    for table in (OutgoingMail, LetterRecipient, WaitingNotice):
        session.exec(delete(table).where(col(table.application_id) == application.id))
    session.exec(update(Outcome).where(col(Outcome.application_id) == application.id).values(note=""))
    _empty_discussions(session, application)
    conflicts.forget(session, application=application)
    completion.forget(session, application=application)
    disclosure.dispose(session, application)
    requirement_setting.forget(session, application=application)
    setting_aside.forget(session, application=application)
    assert application.id is not None
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action=DISPOSED,
        subject=("application", application.id),
        intake_id=application.intake_id,
        changes={
            "entries": (None, sorted(entries[entry_id] for entry_id in touched)),
            "values": (None, count),
        },
        reason=reason,
    )
    return int(count)


def _empty_discussions(session: Session, application: Application) -> None:
    """What assessors wrote in discussions goes; that levels were changed, and how, stays for the figures."""
    own = col(Disagreement.application_id) == application.id
    of_them = select(Disagreement.id).where(own)
    session.exec(
        update(DiscussionMessage).where(col(DiscussionMessage.disagreement_id).in_(of_them)).values(text="")
    )
    session.exec(update(LevelChange).where(col(LevelChange.disagreement_id).in_(of_them)).values(reason=""))
    session.exec(update(Disagreement).where(own).values(reason="", end_reason=""))


def _entries_about(session: Session, application: Application) -> dict[int, int]:
    """Id -> number of every entry about the application or a part of it, also parts whose rows are gone."""
    about = select(RecordEntry.id, RecordEntry.number).where(
        RecordEntry.region_id == application.region_id,
        RecordEntry.application_id == application.id,
        RecordEntry.action != DISPOSED,
    )
    return {entry_id: number for entry_id, number in session.exec(about) if entry_id is not None}
