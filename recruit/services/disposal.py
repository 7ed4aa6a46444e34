"""Disposal (gallring): everything personal about an application goes, what was decided and counted stays.

`recruit.disposing.register` says what becomes of every table. The chain stays whole and still verifies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy import delete as delete_rows
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, delete, func, select, update

from recruit import clock, passwords
from recruit.actor import Actor
from recruit.disposing.belonging import about
from recruit.disposing.register import EMPTIED, GOES, application_emptied
from recruit.disposing.searching import stored, words_of
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    BrowserSession,
    DisclosureFile,
    DisposalReceipt,
    EmailToken,
    Intake,
    InterviewList,
    Meeting,
    Membership,
    NoticeChoice,
    OutgoingMail,
    RecordEntry,
    RecordValue,
    RecoveryCode,
    SecondFactor,
    ZoneDecision,
    metadata,
)
from recruit.models.types import id_of
from recruit.queries import disposal as queries
from recruit.services import application as applications
from recruit.services import disclosure, letters, record
from recruit.services.chain import DISPOSED
from recruit.storage import Storage, delete_with

#: What the applicant told, beside the words in rows of decisions: these go with the whole application.
OWN = frozenset({"experience_period", "site_preference", "monitoring_answer", "attachment", "referee"})
#: Tables of a part that goes by a term of its own.
PARTS = {
    "monitoring": ("monitoring_answer",),
    "mail": ("letter_recipient", "waiting_notice", "outgoing_mail"),
}


@dataclass(frozen=True)
class Gone:
    """What one disposal did, as its receipt has it, and the words to look for afterwards (kept nowhere).

    Values, not the row: the next application's disposal reads every row anew, and the search has a session of its own.
    """

    receipt_id: int
    disposed_at: datetime
    counts: str
    files: int
    backups_until: date
    words: frozenset[str]


@dataclass
class Done:
    """What a run of the plan did in one region."""

    gone: list[Gone]
    drafts: int = 0
    monitoring: int = 0
    mails: int = 0
    disclosure_files: int = 0
    held: int = 0


def dispose_values(
    session: Session, *, application: Application, reason: str, actor: Actor, now: datetime
) -> int:
    """Delete every old and new value that the record holds about an application, and all words about it beside
    decisions; returns how many values.

    What stays are outcomes with their codes, levels and which of them were changed, that something was asked and
    answered, and the checksums of files that were handed out. The disposal is itself an entry: it names the entries
    whose values went. Raises Invalid without a reason (the decision it rests on), NotFound when there is nothing to
    dispose of.
    """
    _check_reason(reason)
    values, rows = _words_go(session, application, reason, actor, now)
    if not values and not rows:
        raise NotFound(f"there is nothing to dispose of about application {application.reference}")
    return values


def dispose(
    session: Session,
    *,
    application: Application,
    reason: str,
    storage: Storage,
    actor: Actor,
    now: datetime,
) -> Gone:
    """Dispose of a sent application: its answers, files, mail, words of others about it, and the account if nothing
    is left of the person. Needs a session that sees every region, since an account is of no region.

    Raises Conflict when it has been done, when it is held, or for a draft that was never sent (which is erased).
    """
    _check_reason(reason)
    session.refresh(application, with_for_update={"key_share": True})
    refuse_disposal(session, application)
    words = words_of(session, application)
    files = session.scalars(stored(application)).all()
    for name in files:
        delete_with(session, storage, name)
    # Own rows first: the entry that tells of the disposal says what went of every table.
    own = {name: _delete(session, name, application) for name in GOES if name in OWN}
    values, rows = _words_go(session, application, reason, actor, now, own)
    _empty_application(session, application, now)
    _empty_account(session, application)
    _empty_shared(session, application.intake_id, reason, actor, now)
    terms, _revision = queries.plan_of(session, region_id=application.region_id)
    receipt = DisposalReceipt(
        region_id=application.region_id,
        intake_id=application.intake_id,
        application_id=id_of(application),
        reason=reason.strip(),
        counts=record.canonical({**rows, "application": 1} | ({"record_value": values} if values else {})),
        files=len(files),
        disposed_at=now,
        backups_until=clock.in_stockholm(now).date() + timedelta(days=terms["backup_days"]),
    )
    session.add(receipt)
    session.flush()
    return Gone(
        receipt_id=id_of(receipt),
        disposed_at=now,
        counts=receipt.counts,
        files=receipt.files,
        backups_until=receipt.backups_until,
        words=words,
    )


def refuse_disposal(session: Session, application: Application) -> None:
    """Raise Conflict, saying why, unless the application may be disposed of now."""
    if application.disposed_at is not None:
        raise Conflict(_("%(reference)s has been disposed of already.", reference=application.reference))
    if application.status is ApplicationStatus.DRAFT and not was_sent(session, application):
        raise Conflict(_("This application has not been sent. A draft is erased instead."))
    if queries.in_force(session, application):
        raise Conflict(_("Disposal of %(reference)s is held.", reference=application.reference))
    if queries.asked_for(session, application):
        raise Conflict(
            _(
                "Somebody has asked to see %(reference)s, and the request is not decided yet.",
                reference=application.reference,
            )
        )


def was_sent(session: Session, application: Application) -> bool:
    """Whether the application was sent at some time."""
    try:
        applications.refuse_if_ever_sent(session, application=application)
    except Conflict:
        return True
    return False


def carry_out(
    session: Session, *, due: queries.Due, storage: Storage, reason: str, actor: Actor, now: datetime
) -> Done:
    """Do what is due of one intake: erase drafts, dispose of applications, delete parts that are kept for less time."""
    done = Done([], held=due.held)
    for number in due.drafts:
        draft = session.get_one(Application, number)
        applications.erase_draft(session, application=draft, storage=storage, actor=actor, now=now)
        done.drafts += 1
    for number in due.applications:
        found = session.get_one(Application, number)
        done.gone.append(
            dispose(session, application=found, reason=reason, storage=storage, actor=actor, now=now)
        )
    done.monitoring = _part_goes(session, due.intake, "monitoring", due.monitoring, reason, actor, now)
    done.mails = _part_goes(session, due.intake, "mail", due.mails, reason, actor, now)
    done.disclosure_files = _files_go(session, due.intake, due.disclosure_files, reason, actor, now)
    return done


def proved(session: Session, *, gone: Gone, searched: int, found: int) -> None:
    """Keep with a receipt what the search after the disposal found."""
    receipt = session.get_one(DisposalReceipt, gone.receipt_id)
    receipt.searched, receipt.found = searched, found
    session.add(receipt)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("name the decision that the disposal rests on", field="reason")


def _words_go(
    session: Session,
    application: Application,
    reason: str,
    actor: Actor,
    now: datetime,
    rows: dict[str, int] | None = None,
) -> tuple[int, dict[str, int]]:
    """The record's values and all words beside decisions, with the entry that tells of it. How many of which table."""
    entries = _entries_about(session, application)
    values = col(RecordValue.entry_id).in_(entries)
    count = session.exec(select(func.count()).select_from(RecordValue).where(values)).one()
    touched = session.exec(select(RecordValue.entry_id).where(values).distinct()).all()
    session.exec(delete(RecordValue).where(values))
    letters.forget(session, application=application)
    disclosure.dispose(session, application)
    gone = dict(rows or {})
    for name in GOES:
        if name not in OWN and name != "record_value":
            gone[name] = _delete(session, name, application)
    for name, columns in EMPTIED.items():
        gone[name] = _empty(session, name, columns, application)
    session.expire_all()
    gone = {name: number for name, number in gone.items() if number}
    if count or gone:
        record.write(
            session,
            region_id=application.region_id,
            actor=actor,
            now=now,
            action=DISPOSED,
            subject=("application", id_of(application)),
            intake_id=application.intake_id,
            changes={
                "entries": (None, sorted(entries[entry_id] for entry_id in touched)),
                "values": (None, count),
                "rows": (None, gone),
            },
            reason=reason,
        )
    return int(count), gone


def _delete(session: Session, name: str, application: Application) -> int:
    table = metadata().tables[name]
    return _rows(session, delete_rows(table).where(about(table, id_of(application))))


def _empty(session: Session, name: str, columns: dict[str, Any], application: Application) -> int:
    """Empty the columns where there is something in one of them; returns of how many rows."""
    table = metadata().tables[name]
    filled: ColumnElement[bool] = or_(*(table.c[column] != value for column, value in columns.items()))
    statement = update_rows(table).where(about(table, id_of(application)), filled)
    return _rows(session, statement.values(**columns))


def _rows(session: Session, statement: Any) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _empty_application(session: Session, application: Application, now: datetime) -> None:
    session.exec(
        update(Application)
        .where(col(Application.id) == application.id)
        .values(**application_emptied(), disposed_at=now)
    )
    session.expire(application)


def _empty_account(session: Session, application: Application) -> None:
    """The person's account goes with the last of their applications, unless they are in a group. Its row stays: the
    record's chain names who acted by its number.
    """
    account = session.get_one(Account, application.account_id)
    left = select(Application.id).where(
        Application.account_id == account.id, col(Application.disposed_at).is_(None)
    )
    member = select(Membership.id).where(Membership.account_id == account.id)
    if session.exec(left.limit(1)).first() is None and session.exec(member.limit(1)).first() is None:
        empty_account(session, account=account)


def empty_account(session: Session, *, account: Account) -> None:
    """Take everything personal from an account, and all mail to it that is about no application. Nobody can sign in."""
    session.exec(
        delete(OutgoingMail).where(
            col(OutgoingMail.recipient) == account.email, col(OutgoingMail.application_id).is_(None)
        )
    )
    session.exec(delete(EmailToken).where(col(EmailToken.email) == account.email))
    for table in (EmailToken, NoticeChoice, BrowserSession, SecondFactor, RecoveryCode):
        session.exec(delete(table).where(col(table.account_id) == account.id))
    account.email, account.name = f"{account.public_id}@disposed.invalid", ""
    account.password_hash, account.verified_at = passwords.NO_PASSWORD, None
    account.active, account.session_epoch = False, account.session_epoch + 1
    session.add(account)
    session.flush()


def _empty_shared(session: Session, intake_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """With the last application of an intake go the words of its minutes and on its borderline zones, by code."""
    left = select(Application.id).where(
        Application.intake_id == intake_id, col(Application.disposed_at).is_(None)
    )
    if session.exec(left.limit(1)).first() is not None:
        return
    of_it = col(Meeting.intake_id) == intake_id
    session.exec(update(Meeting).where(of_it).values(notes="", guests="", protocol=None))
    lists = select(InterviewList.id).where(InterviewList.intake_id == intake_id)
    session.exec(update(ZoneDecision).where(col(ZoneDecision.list_id).in_(lists)).values(rationale=""))
    _rationales_go(session, session.get_one(Intake, intake_id), reason, actor, now)
    session.expire_all()


def _rationales_go(session: Session, intake: Intake, reason: str, actor: Actor, now: datetime) -> None:
    """The record keeps the rationales of the zone's decisions too."""
    rows = session.exec(
        select(RecordValue.id, RecordEntry.number)
        .join(RecordEntry, col(RecordEntry.id) == col(RecordValue.entry_id))
        .where(
            RecordEntry.intake_id == intake.id,
            RecordEntry.action == "interview.zone_decided",
            RecordValue.field == "reason",
        )
    ).all()
    if not rows:
        return
    session.exec(delete(RecordValue).where(col(RecordValue.id).in_([value for value, _number in rows])))
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action=DISPOSED,
        subject=("intake", id_of(intake)),
        intake_id=intake.id,
        changes={
            "entries": (None, sorted(number for _value, number in rows)),
            "values": (None, len(rows)),
        },
        reason=reason,
    )


def _part_goes(
    session: Session,
    intake: Intake,
    part: str,
    ids: tuple[int, ...],
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Delete one part of several applications; returns of how many. One entry tells of it."""
    count = 0
    for number in ids:
        application = session.get_one(Application, number)
        if part == "mail":
            letters.forget(session, application=application)
        count += sum(_delete(session, name, application) for name in PARTS[part]) > 0
    _tell_part(session, intake, part, count, reason, actor, now)
    return count


def _files_go(
    session: Session, intake: Intake, ids: tuple[int, ...], reason: str, actor: Actor, now: datetime
) -> int:
    session.exec(delete(DisclosureFile).where(col(DisclosureFile.id).in_(ids)))
    _tell_part(session, intake, "disclosure", len(ids), reason, actor, now)
    return len(ids)


def _tell_part(
    session: Session, intake: Intake, part: str, count: int, reason: str, actor: Actor, now: datetime
) -> None:
    if count:
        record.write(
            session,
            region_id=intake.region_id,
            actor=actor,
            now=now,
            action="disposal.part_gone",
            subject=("intake", id_of(intake)),
            intake_id=id_of(intake),
            changes={"part": (None, part), "number": (None, count)},
            reason=reason,
        )


def _entries_about(session: Session, application: Application) -> dict[int, int]:
    """Id -> number of every entry about the application or a part of it, also parts whose rows are gone."""
    entries = select(RecordEntry.id, RecordEntry.number).where(
        RecordEntry.region_id == application.region_id,
        RecordEntry.application_id == application.id,
        RecordEntry.action != DISPOSED,
    )
    return {entry_id: number for entry_id, number in session.exec(entries) if entry_id is not None}
