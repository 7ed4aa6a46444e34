"""Requests for the merits of those who were called or hired (Discrimination Act 2 kap. 4 §): asked, and answered."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, func, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    DecisionContact,
    Intake,
    MeritsRequest,
    Notice,
    Region,
)
from recruit.models.types import id_of
from recruit.queries import merits as queries
from recruit.services import changing, notices, record
from recruit.services.holding import hold_intake
from recruit.services.impartiality import refuse_its_assessor, refuse_partial

LONGEST_TEXT, LONGEST_ANSWER = 2000, 10_000


def ask(
    session: Session, *, application: Application, text: str, actor: Actor, now: datetime
) -> MeritsRequest:
    """Ask for the merits; the coordinators are told at once. Asking again while one is open gives the open one.

    Raises Conflict unless the application was sent and its outcome released, Invalid for too long a text.
    """
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("Use at most %(limit)s characters.", limit=LONGEST_TEXT), field="text")
    hold_intake(session, application.intake_id)
    if application.status is ApplicationStatus.DRAFT or not queries.may_ask(session, application):
        raise Conflict(_("There is no decision to ask about yet."))
    held = [each for each in queries.of_application(session, application) if each.answered_at is None]
    if held:
        return held[0]
    last = session.exec(
        select(func.max(MeritsRequest.number)).where(MeritsRequest.intake_id == application.intake_id)
    ).one()
    made = MeritsRequest(
        region_id=application.region_id,
        intake_id=application.intake_id,
        application_id=id_of(application),
        number=(last or 0) + 1,
        text=text.strip(),
        asked_at=now,
    )
    session.add(made)
    session.flush()
    _record(session, made, "merits.asked", {"text": (None, made.text or None)}, actor, now)
    notices.tell(
        session,
        kind=Notice.MERITS_ASKED,
        region_id=application.region_id,
        now=now,
        intake=session.get_one(Intake, application.intake_id),
        application_id=application.id,
        code=application.mask_code,
    )
    return made


def answer(
    session: Session, *, request: MeritsRequest, text: str, base_url: str, actor: Actor, now: datetime
) -> MeritsRequest:
    """Answer a request in words; the applicant is told by mail and reads it on their page. It stays as it is.

    Raises Invalid for an empty or too long answer, Conflict when it is answered, NotAllowed for one's own application.
    """
    session.refresh(request, with_for_update={"key_share": True})
    application = session.get_one(Application, request.application_id)
    refuse_partial(session, application=application, actor=actor)
    refuse_its_assessor(session, application=application, actor=actor)
    if request.answered_at is not None:
        raise Conflict(_("The request is answered already."))
    if not text.strip():
        raise Invalid(_("Write the answer."), field="answer")
    if len(text) > LONGEST_ANSWER:
        raise Invalid(_("Use at most %(limit)s characters.", limit=LONGEST_ANSWER), field="answer")
    request.answer, request.answered_at, request.answered_by_id = text.strip(), now, actor.person()
    session.add(request)
    session.flush()
    _record(session, request, "merits.answered", {"answer": (None, request.answer)}, actor, now)
    intake = session.get_one(Intake, request.intake_id)
    link = f"{base_url.rstrip('/')}/my/{application.reference}/merits"
    changing.tell(session, application, intake, "merits_answered", now, link=link)
    return request


def set_contact(
    session: Session,
    *,
    region: Region,
    notice_board: str,
    court: str,
    contact: str,
    actor: Actor,
    now: datetime,
) -> DecisionContact:
    """Where the region's decision letters send people."""
    row = queries.contact_of(session, region_id=id_of(region)) or DecisionContact(
        region_id=id_of(region), changed_at=now, changed_by_id=actor.person()
    )
    values = {"notice_board": notice_board.strip(), "court": court.strip(), "contact": contact.strip()}
    changes = {name: (getattr(row, name) or None, new or None) for name, new in values.items()}
    row.sqlmodel_update({**values, "changed_at": now, "changed_by_id": actor.person()})
    session.add(row)
    session.flush()
    record.write(
        session,
        region_id=id_of(region),
        actor=actor,
        now=now,
        action="letter.contact_set",
        subject=("region", id_of(region)),
        changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
    )
    return row


def _record(
    session: Session,
    request: MeritsRequest,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
) -> None:
    record.write(
        session,
        region_id=request.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("merits_request", id_of(request)),
        application_id=request.application_id,
        changes={"number": (None, request.number), **changes},
        intake_id=request.intake_id,
    )
