"""What the coordinator sees of a stage: loads, progress, and the panels of the applications."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentStatus,
    ConflictOfInterest,
    Eligibility,
    Intake,
)
from recruit.models.types import id_of
from recruit.queries.assessment_pool import (
    PER_PAGE,
    assessors,
    in_pool,
)
from recruit.queries.assigning import per_application


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
    """Loads and progress of a stage. A fixed number of queries, which count and read no application."""
    chosen = in_pool(session, intake, stage)
    each = per_application(session, intake=intake, stage=stage)
    applications = session.exec(select(func.count(col(Application.id))).where(*chosen)).one()
    standing = (
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        col(Assignment.status) != AssignmentStatus.RECUSED,
    )
    submitted = func.sum(case((col(Assignment.status) == AssignmentStatus.SUBMITTED, 1), else_=0))
    panels = (
        select(func.count(col(Assignment.id)).label("members"), submitted.label("submitted"))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*standing, *chosen)
        .group_by(col(Assignment.application_id))
        .subquery()
    )
    covered, complete = session.exec(
        select(
            func.coalesce(func.sum(case((panels.c.members >= each, 1), else_=0)), 0),
            func.coalesce(func.sum(case((panels.c.submitted >= each, 1), else_=0)), 0),
        )
    ).one()
    shares = session.exec(
        select(Assignment.assessor_id, func.count(col(Assignment.id)), submitted)
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*standing, *chosen)
        .group_by(col(Assignment.assessor_id))
    )
    counts = {who: (int(assigned), int(done)) for who, assigned, done in shares}
    return Progress(
        applications=int(applications),
        each=each,
        covered=int(covered),
        wanted=int(applications) * each,
        assigned=sum(assigned for assigned, _done in counts.values()),
        submitted=sum(done for _assigned, done in counts.values()),
        complete=int(complete),
        loads=tuple(_loads(session, intake, counts)),
    )


def _loads(session: Session, intake: Intake, counts: Mapping[int, tuple[int, int]]) -> list[Load]:
    active = assessors(session, intake.region_id)
    active_ids = {id_of(each) for each in active}
    away = set(counts) - active_ids
    gone = (
        session.exec(select(Account).where(col(Account.id).in_(away)).order_by(col(Account.id))).all()
        if away
        else []
    )
    everybody = sorted([*active, *gone], key=id_of)
    return [
        Load(
            number=number,
            account_id=id_of(each),
            public_id=each.public_id,
            name=each.name or each.email,
            assigned=counts.get(id_of(each), (0, 0))[0],
            submitted=counts.get(id_of(each), (0, 0))[1],
            active=id_of(each) in active_ids,
        )
        for number, each in enumerate(everybody, start=1)
    ]


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
) -> Page:
    """The applications of a stage with their panels, by code, a page at a time; `search` narrows to codes
    that contain it.
    """
    chosen = in_pool(session, intake, stage)
    wanted = search.strip().upper()
    if wanted:
        chosen = (*chosen, col(Application.mask_code).contains(wanted, autoescape=True))
    total = int(session.exec(select(func.count(col(Application.id))).where(*chosen)).one())
    pages = max(1, -(-total // per_page))
    number = min(max(number, 1), pages)
    shown = session.exec(
        select(Application)
        .where(*chosen)
        .order_by(col(Application.mask_code))
        .offset((number - 1) * per_page)
        .limit(per_page)
    ).all()
    ids = [id_of(each) for each in shown]
    by_application = _grouped(
        session.exec(
            select(Assignment)
            .where(
                col(Assignment.application_id).in_(ids),
                Assignment.stage == stage,
                Assignment.status != AssignmentStatus.RECUSED,
            )
            .order_by(col(Assignment.assessor_id))
        )
    )
    conflicts: dict[int, list[int]] = {}
    declared = select(ConflictOfInterest.application_id, ConflictOfInterest.assessor_id).where(
        col(ConflictOfInterest.application_id).in_(ids)
    )
    for application, assessor in session.exec(declared.order_by(col(ConflictOfInterest.assessor_id))):
        conflicts.setdefault(application, []).append(assessor)
    return Page([_panel_row(each, by_application, conflicts) for each in shown], number, pages, total)


def _grouped(rows: Iterable[Assignment]) -> dict[int, list[Assignment]]:
    grouped: dict[int, list[Assignment]] = {}
    for row in rows:
        grouped.setdefault(row.application_id, []).append(row)
    return grouped


def _panel_row(
    application: Application,
    panels: Mapping[int, Collection[Assignment]],
    conflicts: Mapping[int, Collection[int]],
) -> PanelRow:
    number = id_of(application)
    return PanelRow(
        code=application.mask_code,
        conditional=application.eligibility is Eligibility.CONDITIONAL,
        panel=tuple(
            (each.assessor_id, each.status is AssignmentStatus.SUBMITTED) for each in panels.get(number, ())
        ),
        conflicts=tuple(conflicts.get(number, ())),
    )
