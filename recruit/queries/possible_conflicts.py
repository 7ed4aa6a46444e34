"""Possible conflicts of interest: what the search compares, what is undecided, and the coordinator's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from recruit.acquaintance import Applicant, Assessor, Named
from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    ConflictOfInterest,
    Eligibility,
    ExperiencePeriod,
    Intake,
    PossibleConflict,
    Referee,
)
from recruit.models.types import id_of
from recruit.queries.assessment_pool import assessors as active_assessors
from recruit.queries.assigning import workplaces

PER_PAGE = 50


def _in_question() -> tuple[Any, ...]:
    """Of applications: sent, and not turned down."""
    return (
        Application.status == ApplicationStatus.SUBMITTED,
        Application.eligibility != Eligibility.INELIGIBLE,
    )


def _open() -> tuple[Any, ...]:
    declared = select(ConflictOfInterest.id).where(
        ConflictOfInterest.application_id == PossibleConflict.application_id,
        ConflictOfInterest.assessor_id == PossibleConflict.assessor_id,
    )
    return (col(PossibleConflict.answer).is_(None), ~declared.exists())


def undecided(session: Session, intake: Intake) -> int:
    """How many possible conflicts of interest nobody has answered. One query."""
    return int(session.exec(how_many_undecided(intake)).one())


def how_many_undecided(intake: Intake) -> Any:
    """The statement that counts them, for a query that counts more."""
    return (
        select(func.count(col(PossibleConflict.id)))
        .join(Application, col(Application.id) == col(PossibleConflict.application_id))
        .where(PossibleConflict.intake_id == intake.id, *_in_question(), *_open())
    )


def undecided_pairs(session: Session, intake: Intake) -> set[tuple[int, int]]:
    """(application, assessor) pairs that nobody has answered."""
    rows = session.exec(
        select(PossibleConflict.application_id, PossibleConflict.assessor_id).where(
            PossibleConflict.intake_id == intake.id, *_open()
        )
    )
    return {(application, assessor) for application, assessor in rows}


def assessors(session: Session, region_id: int) -> list[Assessor]:
    """The region's assessors as they are compared."""
    places = workplaces(session, region_id=region_id)
    return [
        Assessor(id_of(each), each.name, each.email, places.get(id_of(each), ""))
        for each in active_assessors(session, region_id)
    ]


def applicants(session: Session, intake: Intake, only: Sequence[int] | None = None) -> list[Applicant]:
    """The applicants as they are compared, by id; `only` those applications. Three queries."""
    chosen = [Application.intake_id == intake.id, *_in_question()]
    if only is not None:
        chosen = [col(Application.id).in_(only)]
    people = session.exec(
        select(Application.id, Application.account_id, Application.family_name, Application.native_name)
        .where(*chosen)
        .order_by(col(Application.id))
    ).all()
    employers: dict[int, list[str]] = {}
    for application, employer in session.exec(
        select(ExperiencePeriod.application_id, ExperiencePeriod.employer)
        .join(Application, col(Application.id) == col(ExperiencePeriod.application_id))
        .where(*chosen)
        .order_by(col(ExperiencePeriod.starts_on), col(ExperiencePeriod.id))
    ):
        employers.setdefault(application, []).append(employer)
    referees: dict[int, list[Named]] = {}
    for application, name, email, workplace in session.exec(
        select(Referee.application_id, Referee.name, Referee.email, Referee.workplace)
        .join(Application, col(Application.id) == col(Referee.application_id))
        .where(*chosen)
        .order_by(col(Referee.position))
    ):
        referees.setdefault(application, []).append(Named(name, email, workplace))
    return [
        Applicant(
            application_id=int(number or 0),
            account_id=account,
            family_names=tuple(filter(None, (family, (native or "").split(" ")[-1]))),
            employers=tuple(dict.fromkeys(employers.get(int(number or 0), ()))),
            referees=tuple(referees.get(int(number or 0), ())),
        )
        for number, account, family, native in people
    ]


@dataclass(frozen=True)
class Question:
    """One possible conflict on the coordinator's page."""

    row: PossibleConflict
    application: Application
    assessor: str
    applicant: Applicant

    @property
    def code(self) -> str:
        """The application's mask code."""
        return self.application.mask_code


@dataclass(frozen=True)
class QuestionPage:
    """One page of possible conflicts."""

    items: Sequence[Question]
    number: int
    total: int


def page(session: Session, *, intake: Intake, answered: bool = False, number: int = 1) -> QuestionPage:
    """Those that wait for an answer, or those that have one; by code. A fixed number of queries."""
    wanted = [PossibleConflict.intake_id == intake.id, *_in_question()]
    wanted += [col(PossibleConflict.answer).is_not(None)] if answered else list(_open())
    joined = select(func.count(col(PossibleConflict.id))).join(
        Application, col(Application.id) == col(PossibleConflict.application_id)
    )
    total = int(session.exec(joined.where(*wanted)).one())
    number = min(max(number, 1), max(1, -(-total // PER_PAGE)))
    rows = session.exec(
        _questions()
        .where(*wanted)
        .order_by(col(Application.mask_code), col(PossibleConflict.assessor_id))
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    return QuestionPage(_with_applicants(session, intake, rows), number, total)


def one(session: Session, *, intake: Intake, question_id: int) -> Question:
    """One question of the intake, answered or not. Raises NotFound when it is gone."""
    rows = session.exec(
        _questions().where(PossibleConflict.id == question_id, PossibleConflict.intake_id == intake.id)
    ).all()
    if not rows:
        raise NotFound(_("This question is gone: what pointed to a conflict of interest is no longer there."))
    return _with_applicants(session, intake, rows)[0]


def _questions() -> Any:
    return (
        select(PossibleConflict, Application, Account.name)
        .join(Application, col(Application.id) == col(PossibleConflict.application_id))
        .join(Account, col(Account.id) == col(PossibleConflict.assessor_id))
    )


def _with_applicants(session: Session, intake: Intake, rows: Sequence[Any]) -> list[Question]:
    ids = sorted({row.application_id for row, _application, _name in rows})
    found = {each.application_id: each for each in applicants(session, intake, ids)}
    return [Question(row, application, name, found[row.application_id]) for row, application, name in rows]
