"""What the coordinator sees of a stage: loads, progress, and the panels of the applications."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, case, func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentPlan,
    AssignmentStatus,
    ConflictOfInterest,
    Eligibility,
    Intake,
    InterviewList,
)
from recruit.queries.assessment_pool import (
    PER_PAGE,
    active_assessors,
    confirmed_last,
    in_pool,
    of_stage,
)
from recruit.queries.assigning import carried_out_last
from recruit.queries.possible_conflicts import how_many_undecided
from recruit.queries.unchanged import kept


@dataclass(frozen=True)
class Load:
    """One assessor's share at a stage. `number` is how the group speaks of them: Assessor 1."""

    number: int
    account_id: int
    public_id: str
    name: str
    assigned: int
    submitted: int
    active: bool

    @property
    def left(self) -> int:
        """How many are still to be submitted."""
        return self.assigned - self.submitted


@dataclass(frozen=True)
class Progress:
    """How a stage stands: applications in the pool, how many assessors each is to have, how many have enough, and
    assessments wanted and submitted.
    """

    applications: int
    each: int
    covered: int
    wanted: int
    assigned: int
    submitted: int
    complete: int
    loads: tuple[Load, ...]


def progress(session: Session, *, intake: Intake, stage: str) -> Progress:
    """Loads and progress of a stage. A query for who there is; what is counted is kept until the record goes on."""
    made = kept(session, lambda: _counted(session, intake, stage), "progress", intake.id, stage)
    return replace(made, loads=tuple(_loads(session, intake, stage)))


def _counted(session: Session, intake: Intake, stage: str) -> Progress:
    chosen = in_pool(intake, stage)
    each = of_stage(intake, stage)
    panels = (
        select(func.count(col(Assignment.id)).label("members"), _submitted().label("submitted"))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*_standing(intake, stage), *chosen)
        .group_by(col(Assignment.application_id))
        .subquery()
    )
    wanted, applications, *counts = session.execute(
        select_columns(
            each,
            select(func.count(col(Application.id))).where(*chosen).scalar_subquery(),
            func.sum(case((panels.c.members >= each, 1), else_=0)),
            func.sum(case((panels.c.submitted >= each, 1), else_=0)),
            func.sum(panels.c.members),
            func.sum(panels.c.submitted),
        )
    ).one()
    covered, complete, assigned, submitted = (int(count or 0) for count in counts)
    return Progress(
        applications=int(applications),
        each=int(wanted),
        covered=covered,
        wanted=int(applications) * int(wanted),
        assigned=assigned,
        submitted=submitted,
        complete=complete,
        loads=(),
    )


def _standing(intake: Intake, stage: str) -> tuple[Any, ...]:
    return (
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        col(Assignment.status) != AssignmentStatus.RECUSED,
    )


def _submitted() -> Any:
    return func.sum(case((col(Assignment.status) == AssignmentStatus.SUBMITTED, 1), else_=0))


def _loads(session: Session, intake: Intake, stage: str) -> list[Load]:
    """The region's active assessors, and whoever else has something, numbered in the order in which they came."""
    shares = kept(session, lambda: _shares(session, intake, stage), "shares", intake.id, stage)
    active = col(Account.id).in_(active_assessors(Account.id, intake.region_id))
    people: list[Any] = [Account.id, Account.public_id, Account.name, Account.email]
    rows = session.execute(
        select_columns(*people, active)
        .where(active | col(Account.id).in_(list(shares)))
        .order_by(col(Account.id))
    )
    return [
        Load(number, account_id, public_id, name or email, *shares.get(account_id, (0, 0)), bool(is_active))
        for number, (account_id, public_id, name, email, is_active) in enumerate(rows, start=1)
    ]


def _shares(session: Session, intake: Intake, stage: str) -> dict[int, tuple[int, int]]:
    """How many each has been given, and has submitted, by account id."""
    found = (
        select(col(Assignment.assessor_id), func.count(col(Assignment.id)), _submitted())
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*_standing(intake, stage), *in_pool(intake, stage))
        .group_by(col(Assignment.assessor_id))
    )
    return {who: (int(assigned), int(submitted)) for who, assigned, submitted in session.exec(found)}


@dataclass(frozen=True)
class Beside:
    """What the page of the panels says beside them: possible conflicts of interest that nobody has answered, the plan
    that was carried out last, and whether there are interviews to assess.
    """

    questions: int
    last_plan: int | None
    can_interview: bool


def beside(session: Session, *, intake: Intake, stage: str) -> Beside:
    """All of it in one query."""
    questions, plan, called = session.execute(
        select_columns(
            how_many_undecided(intake).scalar_subquery(),
            carried_out_last(AssignmentPlan.id, intake, stage).scalar_subquery(),
            confirmed_last(InterviewList.id, intake).scalar_subquery(),
        )
    ).one()
    return Beside(int(questions), plan, called is not None)


@dataclass(frozen=True)
class PanelRow:
    """One application on the coordinator's page: its panel as (assessor id, submitted?) and declared
    conflicts.
    """

    code: str
    conditional: bool
    panel: tuple[tuple[int, bool], ...]
    conflicts: tuple[int, ...]


@dataclass(frozen=True)
class Page:
    """One page of a stage's applications."""

    items: Sequence[PanelRow]
    number: int
    pages: int
    total: int


def panels(
    session: Session,
    *,
    intake: Intake,
    stage: str,
    number: int = 1,
    per_page: int = PER_PAGE,
    search: str = "",
    among: int | None = None,
) -> Page:
    """The applications of a stage with their panels, by code, a page at a time; `search` narrows to codes
    that contain it. `among`: how many the stage has, where that is known; else they are counted.
    """
    chosen = in_pool(intake, stage)
    wanted = search.strip().upper()
    if wanted:
        chosen = (*chosen, col(Application.mask_code).contains(wanted, autoescape=True))
    if wanted or among is None:
        among = int(session.exec(select(func.count(col(Application.id))).where(*chosen)).one())
    total = among
    pages = max(1, -(-total // per_page))
    number = min(max(number, 1), pages)
    shown = (
        select(col(Application.id))
        .where(*chosen)
        .order_by(col(Application.mask_code))
        .offset((number - 1) * per_page)
        .limit(per_page)
        .subquery()
    )
    found: dict[int, PanelRow] = {}
    told: list[Any] = [Application.id, Application.mask_code, Application.eligibility]
    for key, code, eligibility, assessor, state in session.execute(
        select_columns(*told, col(Assignment.assessor_id), col(Assignment.status))
        .select_from(Application)
        .outerjoin(
            Assignment,
            (col(Assignment.application_id) == col(Application.id)) & and_(*_standing(intake, stage)),
        )
        .where(col(Application.id).in_(select(shown.c.id)))
        .order_by(col(Application.mask_code), col(Assignment.assessor_id))
    ):
        row = found.get(key) or PanelRow(code, eligibility is Eligibility.CONDITIONAL, (), ())
        if assessor is not None:
            row = replace(row, panel=(*row.panel, (assessor, state is AssignmentStatus.SUBMITTED)))
        found[key] = row
    declared = select(ConflictOfInterest.application_id, ConflictOfInterest.assessor_id).where(
        col(ConflictOfInterest.application_id).in_(found)
    )
    for key, assessor in session.exec(declared.order_by(col(ConflictOfInterest.assessor_id))):
        found[key] = replace(found[key], conflicts=(*found[key].conflicts, assessor))
    return Page(list(found.values()), number, pages, total)
