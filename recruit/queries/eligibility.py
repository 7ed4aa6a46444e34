"""Reading applications for those who decide eligibility: one with all that belongs to it, and the table of all."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    AttachmentKind,
    ConflictOfInterest,
    Eligibility,
    ExperiencePeriod,
    Intake,
    Referee,
    RequirementDecision,
    Site,
    SitePreference,
)
from recruit.queries.assessment import EXTERNAL

Told = tuple[Sequence[ExperiencePeriod], Sequence[Referee], Sequence[Attachment]]


def by_code(session: Session, intake: Intake, code: str) -> Application:
    """The application with that mask code; NotFound for a draft: the group does not see drafts."""
    found = session.exec(
        select(Application).where(
            Application.intake_id == intake.id,
            Application.mask_code == code,
            col(Application.status) != ApplicationStatus.DRAFT,
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no application with this code in this intake."))
    return found


def told(session: Session, application: Application) -> Told:
    """Periods (latest first), referees and attachments of one application."""
    periods = select(ExperiencePeriod).where(ExperiencePeriod.application_id == application.id)
    referees = select(Referee).where(Referee.application_id == application.id)
    attachments = select(Attachment).where(Attachment.application_id == application.id)
    return (
        session.exec(
            periods.order_by(col(ExperiencePeriod.starts_on).desc(), col(ExperiencePeriod.id))
        ).all(),
        session.exec(referees.order_by(col(Referee.position))).all(),
        session.exec(attachments.order_by(col(Attachment.kind), col(Attachment.id))).all(),
    )


def decisions_of(session: Session, application: Application) -> Sequence[RequirementDecision]:
    """What has been decided about one application, by requirement."""
    decided = select(RequirementDecision).where(RequirementDecision.application_id == application.id)
    return session.exec(decided.order_by(RequirementDecision.requirement)).all()


def attachment(session: Session, application: Application, public_id: str) -> Attachment:
    """One attachment of the application; NotFound when it is not one of its own."""
    found = session.exec(
        select(Attachment).where(
            Attachment.application_id == application.id, Attachment.public_id == public_id
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no such attachment to this application."))
    return found


def referee(session: Session, application: Application, public_id: str) -> Referee:
    """One referee of the application; NotFound when it is not one of its own."""
    found = session.exec(
        select(Referee).where(Referee.application_id == application.id, Referee.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such referee of this application."))
    return found


def has_conflict(session: Session, application: Application, account_id: int) -> bool:
    """Whether the person has a declared conflict of interest with the application."""
    declared = select(ConflictOfInterest.id).where(
        ConflictOfInterest.application_id == application.id, ConflictOfInterest.assessor_id == account_id
    )
    return session.exec(declared).first() is not None


def assessed_by(session: Session, intake_id: int, account_id: int) -> frozenset[int]:
    """Ids of the applications of an intake that the person assesses or has assessed, without knowing who they are from.

    Imported levels are nobody's assessment.
    """
    own = select(Assignment.application_id).where(
        Assignment.intake_id == intake_id,
        Assignment.assessor_id == account_id,
        Assignment.stage != EXTERNAL,
        Assignment.status != AssignmentStatus.RECUSED,
    )
    return frozenset(session.exec(own))


# --- the table ---

PER_PAGE, MOST_PER_PAGE = 50, 250
REDACTABLE = (AttachmentKind.CV, AttachmentKind.REFERENCE, AttachmentKind.MERIT, AttachmentKind.OTHER)
SORTS = ("code", "submitted", "name", "eligibility")
MISSING = ("decision", "unclear", "document", "reference", "copy")


@dataclass(frozen=True)
class Filter:
    """What the table shows. None and "" mean: whatever. `documents` are the mandatory kinds of the profile."""

    status: ApplicationStatus | None = ApplicationStatus.SUBMITTED
    eligibility: Eligibility | None = None
    site_id: int | None = None
    missing: str = ""
    search: str = ""
    sort: str = "submitted"
    descending: bool = False
    ids: Sequence[int] | None = None
    documents: tuple[AttachmentKind, ...] = ()


@dataclass(frozen=True)
class Line:
    """One application in the table, as the coordinator sees it."""

    id: int
    code: str
    reference: str
    given_name: str | None
    family_name: str | None
    native_name: str | None
    submitted_at: datetime | None
    status: ApplicationStatus
    eligibility: Eligibility
    decided: int
    unclear: int
    documents: int
    referees: int
    answered: int
    first_site: str | None
    copies_lacking: bool
    licence_on: date | None
    language_on: date | None
    work_permit_on: date | None

    @property
    def complete_on(self) -> date | None:
        """When the last of what is expected comes, of what has a date."""
        return max(
            (each for each in (self.licence_on, self.language_on, self.work_permit_on) if each), default=None
        )


def has_unclear() -> Any:
    """SQL: some requirement has been decided as unclear."""
    return (
        select(RequirementDecision.id)
        .where(
            RequirementDecision.application_id == Application.id, RequirementDecision.answer == Answer.UNCLEAR
        )
        .exists()
    )


def lacks_copy() -> Any:
    """SQL: a CV has no redacted copy, so that assessors cannot see it."""
    original, copy = aliased(Attachment), aliased(Attachment)
    # The application's own attachments are found by an index; all copies of all applications are not.
    own = copy.application_id == original.application_id
    redacted = select(copy.id).where(own, copy.redacts_id == original.id).exists()
    return (
        select(original.id)
        .where(
            original.application_id == Application.id,
            col(original.redacts_id).is_(None),
            original.kind == AttachmentKind.CV,
            ~redacted,
        )
        .exists()
    )


def page(
    session: Session, intake: Intake, chosen: Filter, *, number: int, per_page: int
) -> tuple[list[Line], int]:
    """One page of the table and how many there are in all. Two queries, however many rows."""
    conditions = _conditions(intake, chosen)
    total = session.exec(select(func.count(col(Application.id))).where(*conditions)).one()
    statement = (
        select(  # type: ignore[call-overload,misc]
            Application.id,
            Application.mask_code,
            Application.reference,
            Application.given_name,
            Application.family_name,
            Application.native_name,
            Application.submitted_at,
            Application.status,
            Application.eligibility,
            _number(RequirementDecision),
            _number(RequirementDecision, RequirementDecision.answer == Answer.UNCLEAR),
            _documents(chosen.documents),
            _number(Referee),
            _number(Referee, col(Referee.answered_at).is_not(None)),
            _first_site(),
            lacks_copy(),
            Application.licence_on,
            Application.language_on,
            Application.work_permit_on,
        )
        .where(*conditions)
        .order_by(*_order(chosen))
        .offset((number - 1) * per_page)
        .limit(per_page)
    )
    return [Line(*row) for row in session.execute(statement)], int(total)


def _conditions(intake: Intake, chosen: Filter) -> list[Any]:
    conditions: list[Any] = [Application.intake_id == intake.id]
    if chosen.status is None:
        conditions.append(col(Application.status) != ApplicationStatus.DRAFT)
    else:
        conditions.append(Application.status == chosen.status)
    if chosen.eligibility is not None:
        conditions.append(Application.eligibility == chosen.eligibility)
    if chosen.site_id is not None:
        wished = SitePreference.application_id == Application.id, SitePreference.site_id == chosen.site_id
        conditions.append(select(SitePreference.id).where(*wished).exists())
    if chosen.search:
        like = f"%{chosen.search.upper().replace('%', '').replace('_', '')}%"
        conditions.append(or_(col(Application.mask_code).like(like), col(Application.reference).like(like)))
    if chosen.ids is not None:
        conditions.append(col(Application.id).in_(chosen.ids))
    return [*conditions, *_lacking(chosen)]


def _lacking(chosen: Filter) -> list[Any]:
    if chosen.missing == "decision":
        return [Application.eligibility == Eligibility.PENDING]
    if chosen.missing == "unclear":
        return [has_unclear()]
    if chosen.missing == "document":
        return [_documents(chosen.documents) < len(chosen.documents)]
    if chosen.missing == "reference":
        return [
            select(Referee.id)
            .where(Referee.application_id == Application.id, col(Referee.answered_at).is_(None))
            .exists()
        ]
    if chosen.missing == "copy":
        return [lacks_copy()]
    return []


def _number(model: Any, *conditions: Any) -> Any:
    return (
        select(func.count(model.id))
        .where(model.application_id == Application.id, *conditions)
        .correlate(Application)
        .scalar_subquery()
    )


def _documents(kinds: tuple[AttachmentKind, ...]) -> Any:
    """How many of the mandatory kinds are attached."""
    return (
        select(func.count(func.distinct(Attachment.kind)))
        .where(
            Attachment.application_id == Application.id,
            col(Attachment.redacts_id).is_(None),
            col(Attachment.kind).in_(kinds),
        )
        .correlate(Application)
        .scalar_subquery()
    )


def _first_site() -> Any:
    return (
        select(Site.name)
        .join(SitePreference, col(SitePreference.site_id) == col(Site.id))
        .where(SitePreference.application_id == Application.id, SitePreference.rank == 1)
        .correlate(Application)
        .scalar_subquery()
    )


def _order(chosen: Filter) -> list[Any]:
    columns: dict[str, list[Any]] = {
        "code": [col(Application.mask_code)],
        "submitted": [col(Application.submitted_at)],
        "name": [func.lower(col(Application.family_name)), func.lower(col(Application.given_name))],
        "eligibility": [col(Application.eligibility)],
    }
    order = columns.get(chosen.sort, columns["submitted"])
    return [*(each.desc() if chosen.descending else each for each in order), col(Application.id)]


def named(session: Session, intake: Intake, name: str) -> list[int]:
    """Ids of the applications whose names contain every word of `name`, in any script, accents aside. One query."""
    words = _plain(name).split()
    rows = session.execute(
        select(
            Application.id, Application.given_name, Application.family_name, Application.native_name
        ).where(Application.intake_id == intake.id, col(Application.status) != ApplicationStatus.DRAFT)
    )
    found = []
    for number, *names in rows:
        whole = _plain(" ".join(each for each in names if each))
        if all(word in whole for word in words):
            found.append(number)
    return found[:MOST_PER_PAGE]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
