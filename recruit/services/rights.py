"""What people may ask of what is held about them: a copy, a correction, and the end of their account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    CorrectionOutcome,
    CorrectionRequest,
    Intake,
    Membership,
    Region,
)
from recruit.models.types import id_of
from recruit.services import application as applications
from recruit.services import mail, record
from recruit.services.changing import letter_values, tell
from recruit.services.disposal import empty_account, was_sent
from recruit.services.impartiality import refuse_its_assessor, refuse_partial
from recruit.storage import Storage

LONGEST = 2000
#: So many requests that nobody has answered are enough.
MOST_OPEN = 5


def record_copy(
    session: Session,
    *,
    applications: Iterable[Application],
    actor: Actor,
    now: datetime,
    by_post: bool = False,
) -> None:
    """Record that everything held was put together; `by_post`: a coordinator did, for somebody who wrote."""
    for each in applications:
        record.write(
            session,
            region_id=each.region_id,
            actor=actor,
            now=now,
            action="rights.exported",
            subject=("application", id_of(each)),
            intake_id=each.intake_id,
            reason="by post" if by_post else None,
        )


def refuse_copy(session: Session, *, application: Application, actor: Actor) -> None:
    """Raise NotAllowed or Conflict for a coordinator who may not read the application, NotFound for a draft and for one
    that is gone.
    """
    refuse_partial(session, application=application, actor=actor)
    refuse_its_assessor(session, application=application, actor=actor)
    if application.status is ApplicationStatus.DRAFT or application.disposed_at is not None:
        raise NotFound(_("There is no such application."))


def ask_correction(
    session: Session, *, application: Application, wanted: str, actor: Actor, now: datetime
) -> CorrectionRequest:
    """Ask the group to correct a sent application. The region is told by mail, without what was written.

    Raises Invalid for no or too long a text, Conflict for a draft and when many requests wait already.
    """
    wanted = wanted.strip()
    if not wanted:
        raise Invalid(_("Write what is wrong, and what it should be."), field="wanted")
    if len(wanted) > LONGEST:
        raise Invalid(_("Use at most %(max)s characters.", max=LONGEST), field="wanted")
    session.refresh(application, with_for_update={"key_share": True})
    if application.status is ApplicationStatus.DRAFT:
        raise Conflict(_("You can change a draft yourself."))
    waiting = [each for each in corrections(session, application) if each.answered_at is None]
    if len(waiting) >= MOST_OPEN:
        raise Conflict(_("Several of your requests wait for an answer already. Write to the region."))
    row = CorrectionRequest(
        region_id=application.region_id,
        intake_id=application.intake_id,
        application_id=id_of(application),
        wanted=wanted,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    _write(session, row, "rights.correction_asked", {"wanted": (None, wanted)}, actor, now)
    _tell_region(session, application, now)
    return row


def answer_correction(
    session: Session,
    *,
    application: Application,
    public_id: str,
    outcome: CorrectionOutcome,
    answer: str,
    actor: Actor,
    now: datetime,
) -> CorrectionRequest:
    """Answer a request; the applicant is told by mail. Raises Invalid without a reason, NotFound, Conflict when it is
    answered, NotAllowed for who may not decide on the application.
    """
    refuse_copy(session, application=application, actor=actor)
    found = session.exec(
        select(CorrectionRequest)
        .where(CorrectionRequest.application_id == application.id, CorrectionRequest.public_id == public_id)
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound(_("There is no such request."))
    if found.answered_at is not None:
        raise Conflict(_("The request has been answered already."))
    answer = answer.strip()
    if not answer:
        raise Invalid(_("Write what was done, or why not."), field="answer")
    if len(answer) > LONGEST:
        raise Invalid(_("Use at most %(max)s characters.", max=LONGEST), field="answer")
    found.outcome, found.answer = outcome, answer
    found.answered_at, found.answered_by_id = now, actor.person()
    session.add(found)
    session.flush()
    changes = {"outcome": (None, outcome), "answer": (None, answer)}
    _write(session, found, "rights.correction_answered", changes, actor, now)
    intake = session.get_one(Intake, application.intake_id)
    tell(session, application, intake, "correction_answered", now, outcome=outcome.value, answer=answer)
    return found


def corrections(session: Session, application: Application) -> list[CorrectionRequest]:
    """The requests for correction of an application, the newest first."""
    kept = select(CorrectionRequest).where(CorrectionRequest.application_id == application.id)
    return list(session.exec(kept.order_by(col(CorrectionRequest.id).desc())))


def delete_account(
    session: Session, *, account: Account, storage: Storage, actor: Actor, now: datetime
) -> int:
    """End an account at once, with its drafts; returns how many went. Needs a session that sees every region.

    Raises Conflict while something that was sent is kept, or for a member of a recruitment group.
    """
    session.refresh(account, with_for_update={"key_share": True})
    if session.exec(select(Membership.id).where(Membership.account_id == account.id).limit(1)).first():
        raise Conflict(_("You have a role in a recruitment group. An administrator has to end it first."))
    mine = session.exec(
        select(Application).where(
            Application.account_id == account.id, col(Application.disposed_at).is_(None)
        )
    ).all()
    if any(each.status is not ApplicationStatus.DRAFT or was_sent(session, each) for each in mine):
        raise Conflict(
            _("What you have sent is a public record. The account goes when the last of it is disposed of.")
        )
    for each in mine:
        applications.erase_draft(session, application=each, storage=storage, actor=actor, now=now)
    empty_account(session, account=account)
    return len(mine)


def _tell_region(session: Session, application: Application, now: datetime) -> None:
    region, intake = (
        session.get_one(Region, application.region_id),
        session.get_one(Intake, application.intake_id),
    )
    mail.post(
        session,
        recipient=region.contact_email,
        language="sv",
        template="correction_asked",
        values={**letter_values(session, application, intake, now), "name": "", "title": intake.title_sv},
        now=now,
        region_id=region.id,
        application_id=application.id,
    )


def _write(
    session: Session,
    row: CorrectionRequest,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
) -> None:
    record.write(
        session,
        region_id=row.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("correction_request", id_of(row)),
        intake_id=row.intake_id,
        application_id=row.application_id,
        changes=changes,
    )
