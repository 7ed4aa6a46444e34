"""Asking referees by mail: the request, its link, reminding, more time, taking back, and another address.

A link carries a token that nobody can guess; only its SHA-256 is kept here. The mail's text, which has the token, is
emptied of it once the mail server has the message (`recruit.hidden_links`). Several links may lead to one form: a
reminder does not end the first. A changed address ends them all.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from sqlmodel import Session, col, delete, select, update

from recruit.actor import SYSTEM, Actor
from recruit.errors import Conflict, Invalid, Refusal
from recruit.hidden_links import PLACE
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    EntryKind,
    Intake,
    InterviewListEntry,
    Notice,
    OutgoingMail,
    Referee,
    ReferenceAsking,
    ReferenceLink,
    ReferenceRequest,
    ReferenceSetting,
    Region,
)
from recruit.models.types import id_of
from recruit.queries import interview as lists
from recruit.queries import references as queries
from recruit.queries.references import Asked
from recruit.services import mail, notices, record
from recruit.services.impartiality import refuse_its_assessor, refuse_partial
from recruit.services.selection import LeftOut

LONGEST_TIME = timedelta(days=180)
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Done:
    """How many referees were written to, and who was left out and why."""

    number: int
    left_out: tuple[LeftOut, ...]


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def set_terms(
    session: Session,
    *,
    intake: Intake,
    asking: ReferenceAsking,
    days: int,
    remind_days: int,
    actor: Actor,
    now: datetime,
) -> ReferenceSetting:
    """How the intake asks its referees from now on. Raises Invalid naming days or remind_days when out of range."""
    if not 3 <= days <= 90:
        raise Invalid(_("Give referees between 3 and 90 days."), field="days")
    if not 1 <= remind_days <= 30 or remind_days >= days:
        raise Invalid(
            _("Remind between 1 and 30 days before, and after the mail has gone."), field="remind_days"
        )
    old = queries.terms(session, id_of(intake))
    row = session.exec(select(ReferenceSetting).where(ReferenceSetting.intake_id == intake.id)).first()
    row = row or ReferenceSetting(
        region_id=intake.region_id, intake_id=id_of(intake), set_at=now, set_by_id=actor.person()
    )
    row.asking, row.days, row.remind_days, row.set_at, row.set_by_id = (
        asking,
        days,
        remind_days,
        now,
        actor.person(),
    )
    session.add(row)
    session.flush()
    changes = {name: (getattr(old, name), getattr(row, name)) for name in ("asking", "days", "remind_days")}
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="reference.terms_set",
        subject=("intake", id_of(intake)),
        changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
        intake_id=intake.id,
    )
    return row


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
        _ask_one(session, found, intake, due_on, base_url, actor, now)

    return _each(session, intake, referees, actor, one)


def resend(
    session: Session, *, intake: Intake, referees: Sequence[str], base_url: str, actor: Actor, now: datetime
) -> Done:
    """Send the mail again with a new link; links from before stay valid. Who has no open request is left out."""

    def one(found: Asked) -> None:
        request = _open(found)
        if queries.today(now) > request.due_on:
            raise Conflict(_("The last day has passed. Give more time instead."))
        _send(session, request, found.referee, found.application, intake, "reference_asked", base_url, now)
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
        _send(session, request, found.referee, found.application, intake, "reference_asked", base_url, now)
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


def _ask_one(
    session: Session,
    found: Asked,
    intake: Intake,
    due_on: date,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> ReferenceRequest:
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
    _send(session, request, found.referee, found.application, intake, "reference_asked", base_url, now)
    _record(session, request, "reference.asked", {"due_on": (None, due_on)}, actor, now)
    return request


def end_links(session: Session, request: ReferenceRequest) -> None:
    """No link leads to this form any more."""
    session.exec(delete(ReferenceLink).where(col(ReferenceLink.request_id) == request.id))


def _send(
    session: Session,
    request: ReferenceRequest,
    referee: Referee,
    application: Application,
    intake: Intake,
    template: str,
    base_url: str,
    now: datetime,
) -> None:
    """Put the mail into the outbox, with a link of its own."""
    token = secrets.token_urlsafe(32)
    session.add(
        ReferenceLink(
            region_id=request.region_id, request_id=id_of(request), digest=digest_of(token), made_at=now
        )
    )
    languages = ("sv", "en") if referee.language == "both" else (referee.language,)
    region = session.get_one(Region, application.region_id)
    texts = [
        mail.render(
            template,
            language,
            {
                "name": referee.name,
                "applicant": " ".join(filter(None, (application.given_name, application.family_name))),
                "title": intake.title_sv if language == "sv" else intake.title_en,
                "region": region.name,
                "contact": region.contact_email,
                "due": format_date(request.due_on, "EEEE d MMMM y", locale=language),
                "link": f"{base_url.rstrip('/')}{PLACE}{token}?lang={language}",
                "other": len(languages) > 1,
            },
        )
        for language in languages
    ]
    made = OutgoingMail(
        region_id=application.region_id,
        application_id=application.id,
        message_id=mail.new_message_id(),
        recipient=referee.email,
        subject=" / ".join(subject for subject, _body in texts)[:300],
        body="\n* * *\n\n".join(body for _subject, body in texts),
        language=languages[0],
        created_at=now,
        next_try_at=now,
    )
    session.add(made)
    session.flush()
    request.mail_id, request.sent_to = made.id, referee.email
    session.add(request)
    session.flush()


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
    _send(session, request, referee, application, intake, "reference_asked", base_url, now)


def tell_group(
    session: Session, kind: Notice, application: Application, intake: Intake, now: datetime
) -> None:
    """The coordinators, each as they have chosen."""
    notices.tell(
        session,
        kind=kind,
        region_id=application.region_id,
        now=now,
        intake=intake,
        application_id=application.id,
        code=application.mask_code,
    )


def remind(session: Session, *, base_url: str, now: datetime) -> int:
    """Remind the referees whose last day is near and who were not reminded; returns how many.

    How near is the intake's setting. Who was asked less than a day ago has just read of it. Each request is taken up by
    one process alone.
    """
    today = queries.today(now)
    setting = (
        select(ReferenceRequest, Referee, Application, ReferenceSetting)
        .join(Referee, col(Referee.id) == col(ReferenceRequest.referee_id))
        .join(Application, col(Application.id) == col(ReferenceRequest.application_id))
        .outerjoin(ReferenceSetting, col(ReferenceSetting.intake_id) == col(ReferenceRequest.intake_id))
        .where(
            col(Referee.answered_at).is_(None),
            col(ReferenceRequest.declined_at).is_(None),
            col(ReferenceRequest.revoked_at).is_(None),
            col(ReferenceRequest.reminded_at).is_(None),
            col(ReferenceRequest.due_on) >= today,
            col(ReferenceRequest.due_on) <= today + timedelta(days=30),
            col(ReferenceRequest.asked_at) <= now - timedelta(days=1),
            Application.status == ApplicationStatus.SUBMITTED,
        )
        .order_by(col(ReferenceRequest.id))
    )
    reminded = 0
    for request, referee, application, terms in session.exec(setting).all():
        near = terms.remind_days if terms else queries.USUAL.remind_days
        if request.due_on > today + timedelta(days=near):
            continue
        claim = update(ReferenceRequest).where(
            col(ReferenceRequest.id) == request.id, col(ReferenceRequest.reminded_at).is_(None)
        )
        if session.exec(claim.values(reminded_at=now)).rowcount != 1:
            continue
        intake = session.get_one(Intake, request.intake_id)
        _send(session, request, referee, application, intake, "reference_reminder", base_url, now)
        reminded += 1
    return reminded


def ask_by_rule(session: Session, *, base_url: str, now: datetime) -> int:
    """Ask the referees whom the intakes' settings say are to be asked by now; returns how many.

    AT_CALL waits until the list is published: whoever sees that the referees are asked would otherwise know of being
    called.
    """
    wanted = select(ReferenceSetting).where(ReferenceSetting.asking != ReferenceAsking.BY_HAND)
    asked = 0
    for terms in session.exec(wanted.order_by(col(ReferenceSetting.id))).all():
        session.refresh(terms, with_for_update=True)
        intake = session.get_one(Intake, terms.intake_id)
        due_on = queries.today(now) + timedelta(days=terms.days)
        for found in _unasked(session, intake, terms.asking):
            _ask_one(session, found, intake, due_on, base_url, SYSTEM, now)
            asked += 1
    return asked


def _unasked(session: Session, intake: Intake, asking: ReferenceAsking) -> Iterable[Asked]:
    unasked = (
        select(Referee, Application)
        .join(Application, col(Application.id) == col(Referee.application_id))
        .outerjoin(ReferenceRequest, col(ReferenceRequest.referee_id) == col(Referee.id))
        .where(
            Application.intake_id == intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Referee.answered_at).is_(None),
            col(ReferenceRequest.id).is_(None),
        )
        .order_by(col(Referee.id))
        .limit(MOST_AT_ONCE)
    )
    if asking is ReferenceAsking.AT_CALL:
        published = lists.newest_published(session, intake_id=id_of(intake))
        called = select(InterviewListEntry.application_id).where(
            InterviewListEntry.list_id == (published.id if published else None),
            InterviewListEntry.kind == EntryKind.CALLED,
        )
        unasked = unasked.where(col(Application.id).in_(called))
    return [Asked(referee, application, None, None) for referee, application in session.exec(unasked).all()]


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
