"""What the coordinator sees of a stage: loads, progress, and the panels of the applications."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    PER_APPLICATION,
    PER_PAGE,
    assessors,
    assignments,
    pool,
)


@dataclass(frozen=True)
class Load:
    """One assessor's share at a stage. `number` is how the group speaks of them: Assessor 1."""

    number: int
    account_id: int
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
    """How a stage stands: applications in the pool, how many have enough assessors, assessments wanted and
    submitted.
    """

    applications: int
    covered: int
    wanted: int
    assigned: int
    submitted: int
    complete: int
    loads: tuple[Load, ...]


def progress(
    session: Session, *, intake: Intake, stage: str, per_application: int = PER_APPLICATION
) -> Progress:
    """Loads and progress of a stage."""
    codes = {id_of(each) for each in pool(session, intake, stage)}
    standing = [each for each in assignments(session, intake, stage) if each.application_id in codes]
    panels: dict[int, list[AssignmentStatus]] = {application: [] for application in codes}
    for each in standing:
        panels[each.application_id].append(each.status)
    submitted = {
        application: sum(status is AssignmentStatus.SUBMITTED for status in panel)
        for application, panel in panels.items()
    }
    return Progress(
        applications=len(codes),
        covered=sum(len(panel) >= per_application for panel in panels.values()),
        wanted=len(codes) * per_application,
        assigned=len(standing),
        submitted=sum(submitted.values()),
        complete=sum(count >= per_application for count in submitted.values()),
        loads=tuple(_loads(session, intake, standing)),
    )


def _loads(session: Session, intake: Intake, standing: Sequence[Assignment]) -> list[Load]:
    active = assessors(session, intake.region_id)
    active_ids = {id_of(each) for each in active}
    away = {each.assessor_id for each in standing} - active_ids
    gone = (
        session.exec(select(Account).where(col(Account.id).in_(away)).order_by(col(Account.id))).all()
        if away
        else []
    )
    everybody = sorted([*active, *gone], key=id_of)
    counts = {id_of(each): [0, 0] for each in everybody}
    for each in standing:
        counts[each.assessor_id][0] += 1
        counts[each.assessor_id][1] += each.status is AssignmentStatus.SUBMITTED
    return [
        Load(
            number=number,
            account_id=id_of(each),
            name=each.name or each.email,
            assigned=counts[id_of(each)][0],
            submitted=counts[id_of(each)][1],
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
    wanted = search.strip().upper()
    everything = [each for each in pool(session, intake, stage) if wanted in each.mask_code]
    everything.sort(key=lambda each: each.mask_code)
    pages = max(1, -(-len(everything) // per_page))
    number = min(max(number, 1), pages)
    shown = everything[(number - 1) * per_page : number * per_page]
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
    return Page(
        [_panel_row(each, by_application, conflicts) for each in shown], number, pages, len(everything)
    )


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
