"""Reading requests for merits, and what is known of the merits of those who were called or hired, without names."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    DecisionContact,
    EntryKind,
    ExperiencePeriod,
    Intake,
    InterviewListEntry,
    MeritsRequest,
    Outcome,
    OutcomeKind,
)
from recruit.queries import interview as lists
from recruit.queries import released


@dataclass(frozen=True)
class Merits:
    """What one person's application says of education and work; `hired`: has accepted a post."""

    application: Application
    periods: tuple[ExperiencePeriod, ...]
    hired: bool


def of_application(session: Session, application: Application) -> Sequence[MeritsRequest]:
    """An applicant's own requests, newest first."""
    mine = select(MeritsRequest).where(MeritsRequest.application_id == application.id)
    return session.exec(mine.order_by(col(MeritsRequest.id).desc())).all()


def in_intake(session: Session, intake: Intake) -> list[tuple[MeritsRequest, Application]]:
    """An intake's requests with their applications, those unanswered first."""
    found = (
        select(MeritsRequest, Application)
        .join(Application, col(Application.id) == col(MeritsRequest.application_id))
        .where(MeritsRequest.intake_id == intake.id)
        .order_by(col(MeritsRequest.answered_at).is_not(None), col(MeritsRequest.number))
    )
    return list(session.exec(found))


def how_many_unanswered(intake: Intake) -> Any:
    """The statement that counts an intake's requests that wait for an answer, of applications not disposed of."""
    return (
        select(func.count(col(MeritsRequest.id)))
        .join(Application, col(Application.id) == col(MeritsRequest.application_id))
        .where(
            MeritsRequest.intake_id == intake.id,
            col(MeritsRequest.answered_at).is_(None),
            col(Application.disposed_at).is_(None),
        )
    )


def one(session: Session, intake: Intake, public_id: str) -> MeritsRequest:
    """One request of an intake. Raises NotFound."""
    found = session.exec(
        select(MeritsRequest).where(
            MeritsRequest.intake_id == intake.id, MeritsRequest.public_id == public_id
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


def may_ask(session: Session, application: Application) -> bool:
    """Whether something has been decided that the applicant has been let know."""
    told = released.released(session, application)
    return told.listed or bool(told.steps)


def of_called_and_hired(session: Session, intake: Intake) -> list[Merits]:
    """The merits of those called by the published list and those who accepted, in the order of their codes."""
    published = lists.newest_published(session, intake_id=intake.id or 0)
    called = select(InterviewListEntry.application_id).where(
        InterviewListEntry.list_id == (published.id if published else None),
        InterviewListEntry.kind == EntryKind.CALLED,
    )
    hired = set(
        session.exec(
            select(Outcome.application_id).where(
                Outcome.intake_id == intake.id, Outcome.kind == OutcomeKind.ACCEPTED
            )
        )
    )
    ids = set(session.exec(called)) | hired
    people = session.exec(
        select(Application).where(col(Application.id).in_(ids)).order_by(col(Application.mask_code))
    ).all()
    periods: dict[int, list[ExperiencePeriod]] = defaultdict(list)
    worked = select(ExperiencePeriod).where(col(ExperiencePeriod.application_id).in_(ids))
    for row in session.exec(worked.order_by(col(ExperiencePeriod.starts_on), col(ExperiencePeriod.id))):
        periods[row.application_id].append(row)
    return [Merits(each, tuple(periods[each.id or 0]), each.id in hired) for each in people]


def contact_of(session: Session, *, region_id: int) -> DecisionContact | None:
    """Where a region's decision letters send people, if it has said."""
    return session.exec(select(DecisionContact).where(DecisionContact.region_id == region_id)).first()
