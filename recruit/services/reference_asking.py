"""Asking referees by mail, by hand: the request, sending again, more time, taking back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, Refusal
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, ReferenceRequest
from recruit.models.types import id_of
from recruit.queries import references as queries
from recruit.queries.references import Asked
from recruit.services import record
from recruit.services.impartiality import refuse_its_assessor, refuse_partial
from recruit.services.reference_mail import end_links, send
from recruit.services.selection import LeftOut

LONGEST_TIME = timedelta(days=180)
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Done:
    """How many referees were written to, and who was left out and why."""

    number: int
    left_out: tuple[LeftOut, ...]


def check_day(due_on: date, now: datetime) -> None:
    """Raise Invalid for a last day that is not later than today, or too far away."""
    today = queries.today(now)
    if due_on <= today:
        raise Invalid(
            _("The last day to answer must be later than today, so that there is time."), field="due_on"
        )
    if due_on > today + LONGEST_TIME:
        raise Invalid(_("Choose a day within half a year."), field="due_on")


def ask(
    session: Session,
    *,
    intake: Intake,
    referees: Sequence[str],
    due_on: date,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Done:
    """Ask those of the referees (public ids) who have not been asked, or whose request was taken back, each by mail.

    Raises Invalid for nobody chosen and for the day; those who cannot be asked are left out and named by code.
    """
    check_day(due_on, now)

    def one(found: Asked) -> None:
        if found.request is not None and found.request.revoked_at is None:
            raise Conflict(_("The referee is asked already."))
        _refuse_answered(found)
        ask_one(session, found, intake, due_on, base_url, actor, now)

    return _each(session, intake, referees, actor, one)


def resend(
    session: Session, *, intake: Intake, referees: Sequence[str], base_url: str, actor: Actor, now: datetime
) -> Done:
    """Send the mail again with a new link; links from before stay valid. Who has no open request is left out."""

    def one(found: Asked) -> None:
        request = _open(found)
        if queries.today(now) > request.due_on:
            raise Conflict(_("The last day has passed. Give more time instead."))
        send(session, request, found.referee, found.application, intake, "reference_asked", base_url, now)
        _record(session, request, "reference.sent_again", {}, actor, now)

    return _each(session, intake, referees, actor, one)


def extend(
    session: Session,
    *,
    intake: Intake,
    referees: Sequence[str],
    due_on: date,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Done:
    """Give referees with an open request until a later day, and tell them. Nobody gets less time than they had."""
    check_day(due_on, now)

    def one(found: Asked) -> None:
        request = _open(found)
        if due_on <= request.due_on:
            raise Conflict(_("The referee has until %(day)s already.", day=request.due_on))
        old, request.due_on, request.reminded_at = request.due_on, due_on, None
        session.add(request)
        send(session, request, found.referee, found.application, intake, "reference_asked", base_url, now)
        _record(session, request, "reference.extended", {"due_on": (old, due_on)}, actor, now)

    return _each(session, intake, referees, actor, one)


def revoke(session: Session, *, intake: Intake, referees: Sequence[str], actor: Actor, now: datetime) -> Done:
    """Take requests back: every link to them is dead at once. What was put aside as a draft goes."""

    def one(found: Asked) -> None:
        request = _open(found)
        end_links(session, request)
        request.revoked_at, request.draft, request.draft_at = now, "", None
        session.add(request)
        _record(session, request, "reference.revoked", {}, actor, now)

    return _each(session, intake, referees, actor, one)


def _each(session: Session, intake: Intake, referees: Sequence[str], actor: Actor, act: Any) -> Done:
    if not referees:
        raise Invalid(_("Choose at least one referee."), field="referees")
    if len(referees) > MOST_AT_ONCE:
        raise Invalid(
            _("Choose at most %(number)s referees at a time.", number=MOST_AT_ONCE), field="referees"
        )
    number, left_out = 0, []
    for found in queries.in_intake(session, intake, referees):
        try:
            refuse_partial(session, application=found.application, actor=actor)
            refuse_its_assessor(session, application=found.application, actor=actor)
            if found.request is not None:
                session.refresh(found.request, with_for_update={"key_share": True})
            act(found)
            number += 1
        except Refusal as refusal:
            left_out.append(LeftOut(found.application.mask_code, refusal.message))
    return Done(number, tuple(left_out))


def _refuse_answered(found: Asked) -> None:
    if found.referee.answered_at is not None:
        raise Conflict(_("The referee has answered."))


def _open(found: Asked) -> ReferenceRequest:
    """The request, if an answer is waited for."""
    _refuse_answered(found)
    if found.request is None or not found.request.is_open:
        raise Conflict(_("Nothing is waited for from this referee."))
    return found.request


def ask_one(
    session: Session,
    found: Asked,
    intake: Intake,
    due_on: date,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> ReferenceRequest:
    """Ask one referee, who has no request or one that was taken back, and send the mail."""
    request = found.request or ReferenceRequest(
        region_id=found.referee.region_id,
        intake_id=id_of(intake),
        application_id=id_of(found.application),
        referee_id=id_of(found.referee),
        asked_at=now,
        due_on=due_on,
        first_due_on=due_on,
        sent_to=found.referee.email,
    )
    request.asked_at, request.asked_by_id = now, actor.account_id
    request.due_on = request.first_due_on = due_on
    request.revoked_at = request.reminded_at = None
    session.add(request)
    session.flush()
    send(session, request, found.referee, found.application, intake, "reference_asked", base_url, now)
    _record(session, request, "reference.asked", {"due_on": (None, due_on)}, actor, now)
    return request


def _record(
    session: Session,
    request: ReferenceRequest,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
) -> None:
    session.flush()
    record.write(
        session,
        region_id=request.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("referee", request.referee_id),
        application_id=request.application_id,
        changes=changes,
        intake_id=request.intake_id,
    )
