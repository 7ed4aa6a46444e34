"""Applying: beginning, sending, withdrawing. Saving answers and files is in `answers` and `attachments`, and is
offered here too, so that whoever looks for a verb of this step finds it in one place."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from recruit import data_notice
from recruit.actor import Actor
from recruit.at_once import update_at_once
from recruit.clock import in_stockholm
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    ExperiencePeriod,
    Intake,
    MonitoringAnswer,
    Notice,
    RecordEntry,
    Referee,
    SitePreference,
    WithdrawalReason,
)
from recruit.queries import application as queries
from recruit.queries.completeness import missing
from recruit.queries.contradictions import contradictions
from recruit.services import case_numbers, eligibility, letters, notices, outcome, record, undoing
from recruit.services.answers import (
    PeriodAnswers,
    RefereeAnswers,
    fill_in,
    remove_period,
    save_monitoring,
    save_period,
    save_referees,
    save_sites,
    save_topic,
)
from recruit.services.attachments import (
    Kept,
    attach,
    erase_files,
    remove_attachment,
    tell_issued,
)
from recruit.services.changing import Stale, lock, refuse_unless_open, tell
from recruit.services.content import content_sha256, snapshot
from recruit.storage import Storage

__all__ = [
    "Checked",
    "Incomplete",
    "Kept",
    "PeriodAnswers",
    "RefereeAnswers",
    "Stale",
    "attach",
    "check",
    "erase_draft",
    "fill_in",
    "refuse_if_ever_sent",
    "remove_attachment",
    "remove_period",
    "save_monitoring",
    "save_period",
    "save_referees",
    "save_sites",
    "save_topic",
    "start",
    "submit",
    "tell_issued",
    "withdraw",
]

#: Digits and letters that are not mistaken for each other when read aloud or written by hand.
ALPHABET = "23456789BCDFGHJKMNPQRTVWXYZ"
CODE_LENGTH, REFERENCE_LENGTH = 4, 5


class Incomplete(Invalid):
    """The application lacks something; `missing` lists it."""

    def __init__(self, lacking: list[queries.Missing]) -> None:
        super().__init__(_("The application is not complete. %(message)s", message=lacking[0].message))
        self.missing = lacking


def start(session: Session, *, intake: Intake, account: Account, actor: Actor, now: datetime) -> Application:
    """Begin an application, or return the one that the person has. A withdrawn one may be taken up again as a draft.

    Raises Conflict when the intake does not take applications.
    """
    assert account.id is not None
    assert intake.id is not None
    # One beginning at a time per person, so that a double click begins once.
    session.exec(select(Account.id).where(Account.id == account.id).with_for_update(key_share=True)).one()
    session.refresh(intake, with_for_update={"read": True})
    found = queries.for_intake(session, account_id=account.id, intake=intake)
    if found is not None and found.status is not ApplicationStatus.WITHDRAWN:
        return found
    refuse_unless_open(intake, now)
    if found is not None:
        return _take_up_again(session, found, actor, now)
    application = Application(
        region_id=intake.region_id,
        intake_id=intake.id,
        account_id=account.id,
        reference=_new_reference(session, now),
        mask_code=_new_code(session, intake),
        created_at=now,
        saved_at=now,
    )
    session.add(application)
    session.flush()
    _record(
        session, application, actor, now, "application.started", {"status": (None, ApplicationStatus.DRAFT)}
    )
    return application


def _take_up_again(session: Session, application: Application, actor: Actor, now: datetime) -> Application:
    lock(session, application)
    changes = {"status": (ApplicationStatus.WITHDRAWN, ApplicationStatus.DRAFT)}
    application.status = ApplicationStatus.DRAFT
    application.withdrawn_at = application.submitted_at = application.changed_at = None
    application.withdrawal_reason = application.withdrawal_code = None
    application.saved_at = now
    session.add(application)
    _record(session, application, actor, now, "application.taken_up_again", changes)
    eligibility.reopen(session, application=application, actor=actor, now=now)
    return application


def _random(session: Session, length: int) -> str:
    # Codes must not be guessed. Only the demo puts another source here, to give the same codes every time.
    source = session.info.get("chance", secrets)
    return "".join(source.choice(ALPHABET) for _position in range(length))


def _new_reference(session: Session, now: datetime) -> str:
    while True:
        reference = f"BT{now:%y}-{_random(session, REFERENCE_LENGTH)}"
        if session.exec(select(Application.id).where(Application.reference == reference)).first() is None:
            return reference


def _new_code(session: Session, intake: Intake) -> str:
    taken = set(session.exec(select(Application.mask_code).where(Application.intake_id == intake.id)))
    while True:
        code = _random(session, CODE_LENGTH)
        if code not in taken:
            return code


@dataclass(frozen=True)
class Checked:
    """What a draft holds that can be sent, as the record keeps it, its checksum, and when it had been saved."""

    content: str
    checksum: str
    saved: tuple[int, datetime]

    def is_of(self, application: Application) -> bool:
        """Whether nothing has been saved since."""
        return self.saved == queries.saved(application)


def check(session: Session, *, application: Application, now: datetime) -> Checked:
    """Read a draft and see that it can be sent. Raises Incomplete with everything that lacks, Invalid when two answers
    cannot both be true.
    """
    dossier = queries.dossier(session, application)
    lacking = missing(dossier)
    if lacking:
        raise Incomplete(lacking)
    impossible = [each for each in contradictions(dossier, in_stockholm(now).date()) if each.error]
    if impossible:
        raise Invalid(
            _("Two answers do not fit together. %(message)s", message=impossible[0].message),
            field=impossible[0].topic,
        )
    content = record.canonical(snapshot(dossier))
    return Checked(content, content_sha256(dossier), queries.saved(application))


def submit(
    session: Session,
    *,
    application: Application,
    checked: Checked | None = None,
    actor: Actor,
    now: datetime,
    link: str = "",
) -> Application:
    """Send the application and mail the receipt. Sending it again changes nothing: one sending, one receipt.

    `checked`: it was checked before this transaction, so that nobody waits for that; it is checked again when it has
    been saved since. `link` leads to the receipt page. Raises as `check`, and Conflict when the intake is closed or the
    application withdrawn.
    """
    intake = lock(session, application)
    if application.status is ApplicationStatus.SUBMITTED:
        return application
    if application.status is ApplicationStatus.WITHDRAWN:
        raise Conflict(_("This application is withdrawn. Begin it again from the advertisement."))
    refuse_unless_open(intake, now)
    if checked is None or not checked.is_of(application):
        checked = check(session, application=application, now=now)
    undoing.no_longer(session, application=application, now=now)
    numbered = case_numbers.for_application(session, application, now)
    sent = {
        "status": ApplicationStatus.SUBMITTED,
        "submitted_at": now,
        "saved_at": now,
        "revision": application.revision + 1,
        "notice_version": data_notice.in_force(now).number,
        **{name: new for name, (_old, new) in numbered.items()},
    }
    update_at_once(session, application, sent)
    tell(session, application, intake, "application_receipt", now, link=link, checksum=checked.checksum)
    changes = {
        "status": (ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED),
        "notice_version": (None, application.notice_version),
        "content": (None, checked.content),
        "content_sha256": (None, checked.checksum),
        **numbered,
    }
    _record(session, application, actor, now, "application.submitted", changes)
    return application


def withdraw(
    session: Session,
    *,
    application: Application,
    reason: str | None,
    code: WithdrawalReason | None = None,
    actor: Actor,
    now: datetime,
) -> Application:
    """Withdraw a sent application, at any time; its processing stops. Withdrawing twice changes nothing.

    `code` is the main reason and `reason` the applicant's own words, both voluntary. An offer that is out is declined
    with it, and a post that was accepted is dropped, so that the next in order can be offered it.

    Raises Conflict for a draft, which is erased instead.
    """
    intake = lock(session, application)
    if application.status is ApplicationStatus.WITHDRAWN:
        return application
    if application.status is ApplicationStatus.DRAFT:
        raise Conflict(_("This application has not been sent. A draft is erased instead."))
    application.status = ApplicationStatus.WITHDRAWN
    application.withdrawn_at = now
    application.withdrawal_reason = reason
    application.withdrawal_code = code.value if code else None
    session.add(application)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {
        "status": (ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN)
    }
    if code is not None:
        changes["reason_code"] = (None, code)
    _record(session, application, actor, now, "application.withdrawn", changes, reason=reason)
    letters.stop_for(session, application=application)
    outcome.end_by_withdrawal(session, application=application, code=code, actor=actor, now=now)
    tell(session, application, intake, "application_withdrawn", now)
    notices.tell(
        session,
        kind=Notice.APPLICATION_WITHDRAWN,
        region_id=application.region_id,
        now=now,
        intake=intake,
        application_id=application.id,
        code=application.mask_code,
        besides=actor.account_id,
    )
    return application


def erase_draft(
    session: Session, *, application: Application, storage: Storage, actor: Actor, now: datetime
) -> None:
    """Erase a draft with everything in it. The record keeps that there was one, not what it said.

    Raises Conflict for an application that has been sent: that one is withdrawn instead. What has been sent is a
    public record and is kept, also when it was withdrawn and is a draft again.
    """
    lock(session, application)
    if application.status is not ApplicationStatus.DRAFT:
        raise Conflict(_("This application has been sent. It can be withdrawn, not erased."))
    refuse_if_ever_sent(session, application=application)
    _record(
        session, application, actor, now, "application.erased", {"status": (ApplicationStatus.DRAFT, None)}
    )
    erase_files(session, application=application, storage=storage)
    for table in (ExperiencePeriod, Referee, SitePreference, MonitoringAnswer):
        session.exec(delete(table).where(col(table.application_id) == application.id))
    session.delete(application)
    session.flush()


def refuse_if_ever_sent(session: Session, *, application: Application) -> None:
    """Raise Conflict when the application was sent at some time, by what the record says."""
    sending = select(RecordEntry.id).where(
        RecordEntry.region_id == application.region_id,
        RecordEntry.intake_id == application.intake_id,
        RecordEntry.action == "application.submitted",
        RecordEntry.subject_kind == "application",
        RecordEntry.subject_id == application.id,
    )
    if session.exec(sending.limit(1)).first() is not None:
        raise Conflict(
            _(
                "This application was sent before it was withdrawn and taken up again. What was sent is a public"
                " record and cannot be erased. Until you send it again it takes no part in the selection."
            )
        )


def _record(
    session: Session,
    application: Application,
    actor: Actor,
    now: datetime,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    reason: str | None = None,
) -> None:
    assert application.id is not None
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("application", application.id),
        changes=changes,
        reason=reason,
        intake_id=application.intake_id,
    )
