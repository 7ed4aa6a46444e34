"""An applicant names another referee, or corrects one, after the application is sent."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, ApplicationStatus, Intake, Notice, Referee, ReferenceRequest
from recruit.models.types import id_of
from recruit.queries import references as queries
from recruit.queries.references import Asked
from recruit.services import record
from recruit.services.reference_mail import end_links, send, tell_group


def change_address(
    session: Session,
    *,
    application: Application,
    found: Asked,
    answers: Any,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Referee:
    """The applicant corrects a referee, or names another person, while there is no answer; the old links are dead.

    `answers` is `services.application.RefereeAnswers`. Where the referee had been asked the new address gets the mail,
    with the same last day (or the usual time, when that is too near), and the coordinators are told. Raises Conflict
    when there is an answer or the application is not sent, Invalid for an address that the other referee has.
    """
    session.refresh(application, with_for_update={"key_share": True})
    referee = found.referee
    session.refresh(referee, with_for_update={"key_share": True})
    if application.status is not ApplicationStatus.SUBMITTED:
        raise Conflict(_("The application is not submitted, or has been withdrawn."))
    if referee.answered_at is not None:
        raise Conflict(_("This referee has answered, so the name and the address stay as they are."))
    others = select(Referee.email).where(
        Referee.application_id == application.id, col(Referee.id) != referee.id
    )
    if answers.email.lower() in {each.lower() for each in session.exec(others)}:
        raise Invalid(_("Both referees have the same address. Name two people."), field="email")
    values = {
        name: getattr(answers, name) for name in ("name", "title", "workplace", "email", "phone", "language")
    }
    changes = {
        name: (getattr(referee, name), new) for name, new in values.items() if getattr(referee, name) != new
    }
    if not changes:
        return referee
    referee.sqlmodel_update(values)
    session.add(referee)
    session.flush()
    record.write(
        session,
        region_id=referee.region_id,
        actor=actor,
        now=now,
        action="reference.referee_changed",
        subject=("referee", id_of(referee)),
        application_id=application.id,
        changes=changes,
        intake_id=application.intake_id,
    )
    intake = session.get_one(Intake, application.intake_id)
    request = queries.request_of(session, referee, lock=True)
    if request is not None and ("email" in changes or request.declined_at is not None):
        _ask_anew(session, request, referee, application, intake, base_url, now)
    tell_group(session, Notice.REFERENCE_TROUBLE, application, intake, now)
    return referee


def _ask_anew(
    session: Session,
    request: ReferenceRequest,
    referee: Referee,
    application: Application,
    intake: Intake,
    base_url: str,
    now: datetime,
) -> None:
    if request.revoked_at is not None:
        return
    end_links(session, request)
    terms = queries.terms(session, id_of(intake))
    if request.due_on <= queries.today(now) + timedelta(days=terms.remind_days):
        request.due_on = queries.today(now) + timedelta(days=terms.days)
    request.declined_at = request.decline_reason = request.draft_at = request.reminded_at = None
    request.draft, request.revision = "", request.revision + 1
    send(session, request, referee, application, intake, "reference_asked", base_url, now)
