"""How an intake asks its referees by itself: its setting, whom the setting says to ask, and reminding."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from recruit.actor import SYSTEM, Actor
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    EntryKind,
    Intake,
    InterviewListEntry,
    Referee,
    ReferenceAsking,
    ReferenceRequest,
    ReferenceSetting,
)
from recruit.models.types import id_of
from recruit.queries import interview as lists
from recruit.queries import references as queries
from recruit.queries.references import Asked
from recruit.services import record
from recruit.services.reference_asking import MOST_AT_ONCE, ask_one
from recruit.services.reference_mail import send


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
            ask_one(session, found, intake, due_on, base_url, SYSTEM, now)
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
        send(session, request, referee, application, intake, "reference_reminder", base_url, now)
        reminded += 1
    return reminded
