"""The table of applications: a page of it, the codes that match a filter, the search for a name, and kept views."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import String, case, func, type_coerce
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, or_, select

from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    AttachmentKind,
    CompletionRequest,
    Eligibility,
    Intake,
    LanguageEvidence,
    LicenceStatus,
    Referee,
    RequirementDecision,
    Site,
    SitePreference,
    TableView,
    WorkPermit,
)
from recruit.queries.table_filter import PROOFS, Filter, conditions, lacks_copy

PER_PAGE, MOST_PER_PAGE = 50, 250
SIZES = (50, 100, 250)


class Line(NamedTuple):
    """One application in the table, as the coordinator sees it. `lacking`: the documents that should be there.

    `asked`: open requests for completion, the first due on `due_on`; `came_in_at`: an answer nobody has looked at.
    """

    id: int
    code: str
    reference: str
    case_number: str | None
    given_name: str | None
    family_name: str | None
    native_name: str | None
    submitted_at: datetime | None
    status: ApplicationStatus
    eligibility: Eligibility
    licence: LicenceStatus | None
    language_evidence: LanguageEvidence | None
    work_permit: WorkPermit | None
    licence_on: date | None
    language_on: date | None
    work_permit_on: date | None
    decided: int
    unclear: int
    referees: int
    answered: int
    assigned: int
    assessed: int
    first_site: str | None
    copies_lacking: bool
    attached: str | None
    asked: int
    due_on: date | None
    came_in_at: datetime | None
    lacking: tuple[AttachmentKind, ...] = ()

    @property
    def complete_on(self) -> date | None:
        """When the last of what is expected comes, of what has a date."""
        return max(
            (each for each in (self.licence_on, self.language_on, self.work_permit_on) if each), default=None
        )


def page(
    session: Session, intake: Intake, chosen: Filter, day: date, *, number: int, per_page: int
) -> tuple[list[Line], int]:
    """One page of the table and how many there are in all; a page past the end gives the first. One query, or two."""
    found = conditions(intake, chosen, day)
    rows = _rows(session, found, chosen, (number - 1) * per_page, per_page)
    if not rows and number > 1:
        rows = _rows(session, found, chosen, 0, per_page)
    lacking = _lacking(chosen.documents)
    return [Line._make((*row[1:], lacking(row))) for row in rows], int(rows[0][0]) if rows else 0


def _rows(session: Session, found: list[Any], chosen: Filter, offset: int, limit: int) -> Sequence[Any]:
    """The page's rows, each led by how many there are in all. First whose they are, then what is told of them: what is
    told must not be computed for all that are sorted."""
    total = select(func.count(col(Application.id))).where(*found).scalar_subquery()
    order = _order(chosen)
    ids = select(Application.id).where(*found).order_by(*order).offset(offset).limit(limit).subquery()
    told = select_columns(total, *_columns()).join(ids, ids.c.id == col(Application.id))
    return session.execute(told.order_by(*order)).all()


def _lacking(mandatory: Sequence[AttachmentKind]) -> Callable[[Any], tuple[AttachmentKind, ...]]:
    """What finds the documents that a row lacks. Hundreds of rows have a handful of answers, found once each."""

    @cache
    def found(attached: str | None, *proofs: Any) -> tuple[AttachmentKind, ...]:
        told = zip(PROOFS.items(), proofs, strict=True)
        wanted = {*mandatory, *(kind for (kind, (_column, value)), proof in told if proof is value)}
        there = set((attached or "").split(","))
        return tuple(kind for kind in AttachmentKind if kind in wanted and kind.value not in there)

    columns = attrgetter("attached", *(column for column, _value in PROOFS.values()))
    return lambda row: found(*columns(row))


@cache  # no value of a request is in it, and putting it together takes as long as reading the rows
def _columns() -> tuple[Any, ...]:
    active = Assignment.stage == "screening", col(Assignment.status) != AssignmentStatus.RECUSED
    told = [
        Application.id,
        Application.mask_code,
        Application.reference,
        Application.case_number,
        Application.given_name,
        Application.family_name,
        Application.native_name,
        Application.submitted_at,
        Application.status,
        Application.eligibility,
        Application.licence,
        Application.language_evidence,
        Application.work_permit,
        Application.licence_on,
        Application.language_on,
        Application.work_permit_on,
    ]
    waits = [col(CompletionRequest.answered_at).is_(None), col(CompletionRequest.cancelled_at).is_(None)]
    kinds = func.aggregate_strings(type_coerce(col(Attachment.kind), String), ",")
    return (
        *told,
        _number(RequirementDecision),
        _number(RequirementDecision, RequirementDecision.answer == Answer.UNCLEAR),
        _number(Referee),
        _number(Referee, col(Referee.answered_at).is_not(None)),
        _number(Assignment, *active),
        _number(Assignment, *active, Assignment.status == AssignmentStatus.SUBMITTED),
        _first_site(),
        lacks_copy(),
        _of(Attachment, kinds, col(Attachment.redacts_id).is_(None)).label("attached"),
        _number(CompletionRequest, *waits),
        _of(CompletionRequest, func.min(CompletionRequest.due_on), *waits),
        _of(
            CompletionRequest,
            func.max(CompletionRequest.answered_at),
            col(CompletionRequest.handled_at).is_(None),
        ),
    )


def codes(session: Session, intake: Intake, chosen: Filter, day: date, most: int) -> list[str]:
    """The codes of all that match a filter, at most so many. One query."""
    matching = select(Application.mask_code).where(*conditions(intake, chosen, day))
    return list(session.exec(matching.order_by(*_order(chosen)).limit(most)))


def _number(model: Any, *wanted: Any) -> Any:
    return _of(model, func.count(model.id), *wanted)


def _of(model: Any, figure: Any, *wanted: Any) -> Any:
    """A figure over the application's rows of a table."""
    return (
        select(figure)
        .where(model.application_id == Application.id, *wanted)
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
    waits = [col(CompletionRequest.answered_at).is_(None), col(CompletionRequest.cancelled_at).is_(None)]
    columns: dict[str, list[Any]] = {
        "code": [col(Application.mask_code)],
        "submitted": [col(Application.submitted_at)],
        "name": [func.lower(col(Application.family_name)), func.lower(col(Application.given_name))],
        "eligibility": [col(Application.eligibility)],
        "due": [func.coalesce(_of(CompletionRequest, func.min(CompletionRequest.due_on), *waits), date.max)],
    }
    order = columns.get(chosen.sort, columns["submitted"])
    found = [each.desc() if chosen.descending else each for each in order]
    if chosen.sort == "name" and chosen.masked:
        # A place in the alphabet would tell an initial of those whom the person assesses.
        found.insert(0, case((col(Application.id).in_(chosen.masked), 1), else_=0))
    return [*found, col(Application.id)]


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


def views(session: Session, intake: Intake, account_id: int) -> Sequence[TableView]:
    """The person's own views of an intake's table, with the one left last (name ""), and those that others share."""
    seen = or_(TableView.account_id == account_id, (col(TableView.name) != "") & col(TableView.shared))
    chosen = select(TableView).where(TableView.intake_id == intake.id, seen)
    return session.exec(chosen.order_by(func.lower(col(TableView.name)), col(TableView.id))).all()
