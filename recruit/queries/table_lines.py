"""What the table of applications tells of each application on a page."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import CTE, Integer, String, Subquery, distinct, func, type_coerce
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col

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
    LanguageEvidence,
    LicenceStatus,
    Referee,
    RequirementDecision,
    Site,
    SitePreference,
    WorkPermit,
)
from recruit.queries.among import named
from recruit.queries.table_filter import PROOFS


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
    first_site: str | None
    decided: int
    unclear: int
    referees: int
    answered: int
    assigned: int
    assessed: int
    without_copy: int
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


def lines(session: Session, ids: Sequence[int], mandatory: Sequence[AttachmentKind]) -> list[Line]:
    """The lines of these applications, in their order; `mandatory`: documents demanded of everybody. One query."""
    rows = {row[0]: row for row in session.execute(_told(), {"ids": ids}).all()} if ids else {}
    proofs = itemgetter(*(Line._fields.index(column) for column, _value in PROOFS.values()))
    attached = Line._fields.index("attached")
    lacking = _lacking(mandatory)
    return [Line._make((*row, lacking(row[attached], *proofs(row)))) for row in (rows[each] for each in ids)]


def _lacking(mandatory: Sequence[AttachmentKind]) -> Callable[..., tuple[AttachmentKind, ...]]:
    """What finds the documents that are lacking, of those attached and what the applicant says is held. Hundreds of
    rows have a handful of answers, found once each."""

    @cache
    def found(attached: str | None, *proofs: Any) -> tuple[AttachmentKind, ...]:
        told = zip(PROOFS.items(), proofs, strict=True)
        wanted = {*mandatory, *(kind for (kind, (_column, value)), proof in told if proof is value)}
        there = set((attached or "").split(","))
        return tuple(kind for kind in AttachmentKind if kind in wanted and kind.value not in there)

    return found


@cache  # no value of a request is in it, and putting it together takes as long as reading the rows
def _told() -> Any:
    """What reads a line, in its order, for each of the parameter `ids`. Every other table is read once for all of them:
    asked for each line by itself, PostgreSQL reads whole tables where it guesses wrong."""
    given = named("ids").cte("given")
    others = (
        _decided(given),
        _referees(given),
        _assigned(given),
        _attached(given),
        _asked(given),
    )
    statement = select_columns(
        col(Application.id),
        col(Application.mask_code),
        col(Application.reference),
        col(Application.case_number),
        col(Application.given_name),
        col(Application.family_name),
        col(Application.native_name),
        col(Application.submitted_at),
        col(Application.status),
        col(Application.eligibility),
        col(Application.licence),
        col(Application.language_evidence),
        col(Application.work_permit),
        col(Application.licence_on),
        col(Application.language_on),
        col(Application.work_permit_on),
        col(Site.name),
        *(_or_zero(each) for other in others for each in other.c if each.name != "application_id"),
    )
    statement = statement.select_from(given).join(Application, col(Application.id) == given.c.id)
    first = (col(SitePreference.application_id) == Application.id) & (col(SitePreference.rank) == 1)
    statement = statement.outerjoin(SitePreference, first)
    statement = statement.outerjoin(Site, col(Site.id) == SitePreference.site_id)
    for other in others:
        statement = statement.outerjoin(other, other.c.application_id == Application.id)
    return statement


def _or_zero(column: Any) -> Any:
    """The column, and 0 for an application that the table says nothing of, where it is a number."""
    return func.coalesce(column, 0).label(column.name) if isinstance(column.type, Integer) else column


def _decided(given: CTE) -> Subquery:
    unclear = func.count().filter(col(RequirementDecision.answer) == Answer.UNCLEAR)
    return _of(given, RequirementDecision, func.count().label("decided"), unclear.label("unclear"))


def _referees(given: CTE) -> Subquery:
    answered = func.count().filter(col(Referee.answered_at).is_not(None))
    return _of(given, Referee, func.count().label("referees"), answered.label("answered"))


def _assigned(given: CTE) -> Subquery:
    done = func.count().filter(col(Assignment.status) == AssignmentStatus.SUBMITTED)
    active = Assignment.stage == "screening", col(Assignment.status) != AssignmentStatus.RECUSED
    return _of(given, Assignment, func.count().label("assigned"), done.label("assessed"), wanted=active)


def _attached(given: CTE) -> Subquery:
    """How many CVs assessors cannot see, and the kinds that are there, some perhaps more than once."""
    is_cv, is_original = col(Attachment.kind) == AttachmentKind.CV, col(Attachment.redacts_id).is_(None)
    # A copy is of its original's kind, and goes with it.
    kept_from = func.count().filter(is_cv, is_original) - func.count(
        distinct(col(Attachment.redacts_id))
    ).filter(is_cv)
    kinds = func.aggregate_strings(type_coerce(col(Attachment.kind), String), ",").filter(is_original)
    return _of(given, Attachment, kept_from.label("without_copy"), kinds.label("attached"))


def _asked(given: CTE) -> Subquery:
    waits = col(CompletionRequest.answered_at).is_(None), col(CompletionRequest.cancelled_at).is_(None)
    return _of(
        given,
        CompletionRequest,
        func.count().filter(*waits).label("asked"),
        func.min(col(CompletionRequest.due_on)).filter(*waits).label("due_on"),
        func.max(col(CompletionRequest.answered_at))
        .filter(col(CompletionRequest.handled_at).is_(None))
        .label("came_in_at"),
    )


def _of(given: CTE, model: Any, *figures: Any, wanted: Sequence[Any] = ()) -> Subquery:
    """Figures over the rows of a table that belong to each of the given applications."""
    return (
        select_columns(model.application_id, *figures)
        .where(model.application_id.in_(select_columns(given.c.id)), *wanted)
        .group_by(model.application_id)
        .subquery()
    )
