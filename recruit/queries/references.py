"""Reading what referees were asked: an intake's queue, an application's, one by its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit import clock
from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    UNDELIVERED,
    Application,
    ApplicationStatus,
    Assignment,
    Intake,
    Level,
    MailState,
    OutgoingMail,
    Referee,
    ReferenceAsking,
    ReferenceLink,
    ReferenceRequest,
    ReferenceSetting,
)

#: Where a referee stands, in the order of the filter.
STATES = ("missing", "not_asked", "waiting", "overdue", "undelivered", "declined", "received", "flagged")
PER_PAGE = 50


@dataclass(frozen=True)
class Asked:
    """A referee with the application, what was asked (None: nothing yet) and how its newest mail fared."""

    referee: Referee
    application: Application
    request: ReferenceRequest | None
    mail: MailState | None

    def state(self, day: date) -> str:
        """One of `STATES` but missing and flagged; "revoked" where the request was taken back."""
        request = self.request
        if self.referee.answered_at is not None:
            return "received"
        if request is None:
            return "not_asked"
        if request.declined_at is not None:
            return "declined"
        if request.revoked_at is not None:
            return "revoked"
        if self.mail in UNDELIVERED:
            return "undelivered"
        return "overdue" if day > request.due_on else "waiting"


@dataclass(frozen=True)
class Terms:
    """How an intake asks its referees."""

    asking: ReferenceAsking
    days: int
    remind_days: int


USUAL = Terms(ReferenceAsking.BY_HAND, 14, 3)


def terms(session: Session, intake_id: int) -> Terms:
    """How an intake asks; the usual where nobody has set anything."""
    row = session.exec(select(ReferenceSetting).where(ReferenceSetting.intake_id == intake_id)).first()
    return Terms(row.asking, row.days, row.remind_days) if row else USUAL


def _joined() -> Any:
    return (
        select(Referee, Application, ReferenceRequest, col(OutgoingMail.state))
        .join(Application, col(Application.id) == col(Referee.application_id))
        .outerjoin(ReferenceRequest, col(ReferenceRequest.referee_id) == col(Referee.id))
        .outerjoin(OutgoingMail, col(OutgoingMail.id) == col(ReferenceRequest.mail_id))
    )


def of_application(session: Session, application: Application) -> list[Asked]:
    """An application's referees in the order in which they were named. One query."""
    found = _joined().where(Referee.application_id == application.id).order_by(col(Referee.position))
    return [Asked(*row) for row in session.exec(found)]


def _conditions(state: str, day: date) -> list[Any]:
    request = ReferenceRequest
    waits = and_(
        col(Referee.answered_at).is_(None),
        col(request.id).is_not(None),
        col(request.declined_at).is_(None),
        col(request.revoked_at).is_(None),
    )
    stuck = func.coalesce(col(OutgoingMail.state).in_(UNDELIVERED), False)
    conditions: dict[str, list[Any]] = {
        "missing": [col(Referee.answered_at).is_(None)],
        "not_asked": [col(Referee.answered_at).is_(None), col(request.id).is_(None)],
        "waiting": [waits, ~stuck, col(request.due_on) >= day],
        "overdue": [waits, ~stuck, col(request.due_on) < day],
        "undelivered": [waits, stuck],
        "declined": [col(request.declined_at).is_not(None)],
        "received": [col(Referee.answered_at).is_not(None)],
        "flagged": [or_(col(request.from_session).is_(True), col(request.from_address).is_(True))],
    }
    return conditions.get(state, [])


def _sent(intake: Intake) -> list[Any]:
    return [Application.intake_id == intake.id, Application.status == ApplicationStatus.SUBMITTED]


def counts(session: Session, intake: Intake, day: date) -> dict[str, int]:
    """How many referees of sent applications stand where; "" is all. One query."""
    columns = [func.count().label("whole")]
    columns += [func.count().filter(and_(*_conditions(state, day))).label(state) for state in STATES]
    found = (
        select_columns(*columns)
        .select_from(Referee)
        .join(Application, col(Application.id) == col(Referee.application_id))
        .outerjoin(ReferenceRequest, col(ReferenceRequest.referee_id) == col(Referee.id))
        .outerjoin(OutgoingMail, col(OutgoingMail.id) == col(ReferenceRequest.mail_id))
        .where(*_sent(intake))
    )
    row = session.execute(found).one()
    return {"": row.whole, **{state: getattr(row, state) for state in STATES}}


def page(session: Session, intake: Intake, state: str, day: date, *, number: int) -> list[Asked]:
    """A page of the referees of sent applications in a state ("" is all), by application. One query."""
    found = (
        _joined()
        .where(*_sent(intake), *_conditions(state, day))
        .order_by(col(Application.mask_code), col(Referee.position))
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE)
    )
    return [Asked(*row) for row in session.exec(found)]


def in_intake(session: Session, intake: Intake, public_ids: Sequence[str]) -> list[Asked]:
    """Those of the referees that are named in sent applications of the intake, by application."""
    found = _joined().where(*_sent(intake), col(Referee.public_id).in_(public_ids))
    return [Asked(*row) for row in session.exec(found.order_by(col(Application.mask_code), col(Referee.id)))]


def request_of(session: Session, referee: Referee, *, lock: bool = False) -> ReferenceRequest | None:
    """What a referee was asked; None when nothing yet."""
    found = select(ReferenceRequest).where(ReferenceRequest.referee_id == referee.id)
    if lock:
        found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.exec(found).first()


def by_digest(session: Session, digest: str) -> ReferenceRequest | None:
    """The request that a link leads to, by the SHA-256 of its token."""
    found = (
        select(ReferenceRequest)
        .join(ReferenceLink, col(ReferenceLink.request_id) == col(ReferenceRequest.id))
        .where(ReferenceLink.digest == digest)
    )
    return session.exec(found).first()


def own_referee(session: Session, application: Application, public_id: str) -> Asked:
    """One referee of an applicant's own application. Raises NotFound."""
    found = next((a for a in of_application(session, application) if a.referee.public_id == public_id), None)
    if found is None:
        raise NotFound(_("There is no such referee of this application."))
    return found


def read_by_assessors(session: Session, application_id: int, since: datetime | None) -> bool:
    """Whether an assessor has set a level on the application, since `since` if that is given.

    From then on an answer stays as it is: somebody has assessed what it says.
    """
    levels = (
        select(Level.id)
        .join(Assignment, col(Assignment.id) == col(Level.assignment_id))
        .where(Assignment.application_id == application_id)
    )
    if since is not None:
        levels = levels.where(col(Level.set_at) >= since)
    return session.exec(levels.limit(1)).first() is not None


def today(now: datetime | None = None) -> date:
    """The day on Swedish clocks: an answer is due until it ends."""
    return clock.in_stockholm(now or clock.now()).date()
