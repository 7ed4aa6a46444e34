"""Reading requests for completion: an application's, an intake's, and which of them let one change what."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit import clock
from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    AttachmentKind,
    CompletionRequest,
    CompletionState,
    Eligibility,
    Intake,
)
from recruit.queries.completeness import TOPIC_OF_DOCUMENT
from recruit.queries.naming import called


class Asked(NamedTuple):
    """A request in the list, with what is shown of its application and who asked; None when nobody did."""

    public_id: str
    kind: AttachmentKind | None
    topic: str | None
    requirement: str | None
    text: str
    asked_at: datetime
    due_on: date
    first_due_on: date
    reminded_at: datetime | None
    answered_at: datetime | None
    answer: str
    late: bool
    handled_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    asked_by: str | None
    application_id: int
    mask_code: str
    given_name: str | None
    family_name: str | None
    native_name: str | None
    withdrawn: bool

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.answered_at is None and self.cancelled_at is None


def today(now: datetime | None = None) -> date:
    """The day on Swedish clocks: a request is due until it ends."""
    return clock.in_stockholm(now or clock.now()).date()


def state(request: CompletionRequest | Asked, day: date) -> CompletionState:
    """Where a request stands on a day."""
    if request.cancelled_at is not None:
        return CompletionState.CANCELLED
    if request.answered_at is not None:
        return CompletionState.HANDLED if request.handled_at else CompletionState.CAME_IN
    return CompletionState.OVERDUE if day > request.due_on else CompletionState.OPEN


def in_state(wanted: CompletionState, day: date) -> list[Any]:
    """SQL conditions for that state on a day."""
    waits: list[Any] = [
        col(CompletionRequest.answered_at).is_(None),
        col(CompletionRequest.cancelled_at).is_(None),
    ]
    came: list[Any] = [col(CompletionRequest.answered_at).is_not(None)]
    conditions: dict[CompletionState, list[Any]] = {
        CompletionState.OPEN: [*waits, col(CompletionRequest.due_on) >= day],
        CompletionState.OVERDUE: [*waits, col(CompletionRequest.due_on) < day],
        CompletionState.CAME_IN: [*came, col(CompletionRequest.handled_at).is_(None)],
        CompletionState.HANDLED: [*came, col(CompletionRequest.handled_at).is_not(None)],
        CompletionState.CANCELLED: [col(CompletionRequest.cancelled_at).is_not(None)],
    }
    return conditions[wanted]


def has(wanted: CompletionState, day: date) -> Any:
    """SQL: the application has a request in that state."""
    return (
        select(CompletionRequest.id)
        .where(CompletionRequest.application_id == Application.id, *in_state(wanted, day))
        .exists()
    )


def open_requests(session: Session, intake: Intake, now: datetime | None = None) -> tuple[int, int]:
    """How many requests of an intake are open, and how many of these are past their date. One query.

    Those of withdrawn applications are not waited for.
    """
    late = func.sum(case((col(CompletionRequest.due_on) < today(now), 1), else_=0))
    found = session.exec(
        select(func.count(col(CompletionRequest.id)), func.coalesce(late, 0))
        .join(Application, col(Application.id) == col(CompletionRequest.application_id))
        .where(
            CompletionRequest.intake_id == intake.id,
            col(CompletionRequest.answered_at).is_(None),
            col(CompletionRequest.cancelled_at).is_(None),
            Application.status == ApplicationStatus.SUBMITTED,
        )
    ).one()
    return int(found[0]), int(found[1])


def counts(session: Session, intake: Intake, day: date) -> dict[CompletionState, int]:
    """How many requests of an intake there are in each state. One query."""
    columns = [func.sum(case((and_(*in_state(each, day)), 1), else_=0)) for each in CompletionState]
    found = session.execute(
        select_columns(*columns).where(col(CompletionRequest.intake_id) == intake.id)
    ).one()
    return {each: int(number or 0) for each, number in zip(CompletionState, found, strict=True)}


def page(
    session: Session,
    intake: Intake,
    wanted: CompletionState | None,
    day: date,
    *,
    number: int,
    per_page: int,
) -> list[Asked]:
    """One page of an intake's requests, the first to be due first. One query; `counts` tells how many there are."""
    conditions = [CompletionRequest.intake_id == intake.id, *(in_state(wanted, day) if wanted else [])]
    order: list[Any] = [col(CompletionRequest.due_on), col(CompletionRequest.id)]
    if wanted in (CompletionState.CAME_IN, CompletionState.HANDLED):
        order = [col(CompletionRequest.answered_at).desc(), col(CompletionRequest.id)]
    of_request = Asked._fields[: Asked._fields.index("asked_by")]
    rows = session.execute(
        select_columns(
            *(getattr(CompletionRequest, each) for each in of_request),
            called(session),
            col(Application.id),
            col(Application.mask_code),
            col(Application.given_name),
            col(Application.family_name),
            col(Application.native_name),
            col(Application.status) == ApplicationStatus.WITHDRAWN,
        )
        .join(Application, col(Application.id) == col(CompletionRequest.application_id))
        .join(Account, col(Account.id) == col(CompletionRequest.asked_by_id), isouter=True)
        .where(*conditions)
        .order_by(*order)
        .offset((number - 1) * per_page)
        .limit(per_page)
    )
    return [Asked._make(row) for row in rows]


def of_applications(session: Session, ids: Sequence[int]) -> dict[int, list[CompletionRequest]]:
    """The requests of several applications, each application's in the order in which they were asked. One query."""
    found: dict[int, list[CompletionRequest]] = {}
    chosen = select(CompletionRequest).where(col(CompletionRequest.application_id).in_(ids))
    for each in session.exec(chosen.order_by(col(CompletionRequest.id))):
        found.setdefault(each.application_id, []).append(each)
    return found


def of_application(session: Session, application: Application) -> list[CompletionRequest]:
    """What has been asked of one application, the latest first."""
    return of_applications(session, [application.id or 0]).get(application.id or 0, [])[::-1]


def of_own(session: Session, application_ids: Sequence[int]) -> dict[int, int]:
    """For the applicant's list: how many requests wait for an answer, by application."""
    found = of_applications(session, application_ids)
    return {key: sum(each.is_open for each in requests) for key, requests in found.items()}


def own(session: Session, application: Application, public_id: str) -> CompletionRequest:
    """One request of the application. Raises NotFound when it is not one of its own."""
    chosen = select(CompletionRequest).where(
        CompletionRequest.application_id == application.id, CompletionRequest.public_id == public_id
    )
    found = session.exec(chosen).first()
    if found is None:
        raise NotFound(_("There is no such request for completion of this application."))
    return found


def in_intake(session: Session, intake: Intake, public_id: str) -> CompletionRequest:
    """One request of the intake. Raises NotFound when it is none of its own."""
    chosen = select(CompletionRequest).where(
        CompletionRequest.intake_id == intake.id, CompletionRequest.public_id == public_id
    )
    found = session.exec(chosen).first()
    if found is None:
        raise NotFound(_("There is no such request for completion in this intake."))
    return found


def may_answer(request: CompletionRequest, application: Application, now: datetime) -> bool:
    """Whether the applicant may still answer: until the date, and after it as long as eligibility is not decided."""
    if not request.is_open or application.status is not ApplicationStatus.SUBMITTED:
        return False
    return today(now) <= request.due_on or application.eligibility is Eligibility.PENDING


def admitting(
    session: Session,
    application: Application,
    *,
    topic: str = "",
    document: AttachmentKind | None = None,
    now: datetime,
) -> CompletionRequest | None:
    """The open request that lets the applicant change this topic, or add this document, after the closing time."""
    if application.status is not ApplicationStatus.SUBMITTED:
        return None  # nothing is asked of a draft, and nothing more of who has withdrawn
    if document is not None:
        topic = TOPIC_OF_DOCUMENT.get(document, "")
    for each in reversed(of_application(session, application)):
        asks = each.kind is document if each.kind else bool(topic) and each.topic == topic
        if asks and may_answer(each, application, now):
            return each
    return None
