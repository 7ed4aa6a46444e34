"""Reading assessments: who has what, how far they have come, and what one assessor may see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    ConflictOfInterest,
    Eligibility,
    EntryKind,
    ExperiencePeriod,
    Intake,
    InterviewList,
    InterviewListEntry,
    Level,
    ListStatus,
    Membership,
    Referee,
    Role,
    ThirdAssessment,
)
from recruit.models.application import GOES_ON
from recruit.models.types import id_of
from scoring.profile import Criterion, Profile

#: Levels that came from a file, such as a theory test's, stand under this stage, apart from assessors' own.
EXTERNAL = "external"
PER_PAGE = 50
#: How many assessors each application has at a stage.
PER_APPLICATION = 2


def assessed_criteria(profile: Profile, stage: str) -> tuple[Criterion, ...]:
    """The criteria that assessors set levels on at a stage: its own, not those of the stage before."""
    return tuple(each for each in profile.criteria if each.kind == "assessed" and each.stage == stage)


def assessors(session: Session, region_id: int) -> list[Account]:
    """The region's active assessors in the order in which they came, which numbers them for the group."""
    statement = (
        select(Account)
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            Membership.region_id == region_id, Membership.role == Role.ASSESSOR, col(Account.active).is_(True)
        )
        .order_by(col(Account.id))
    )
    return list(session.exec(statement))


def pool(session: Session, intake: Intake, stage: str) -> list[Application]:
    """The applications to assess at a stage: at screening all that passed eligibility, at the interview those
    called.
    """
    statement = (
        select(Application)
        .where(
            Application.intake_id == intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
        .order_by(col(Application.id))
    )
    if stage == "interview":
        called = confirmed_list(session, intake)
        if called is None:
            return []
        statement = statement.join(
            InterviewListEntry, col(InterviewListEntry.application_id) == col(Application.id)
        ).where(InterviewListEntry.list_id == called.id, InterviewListEntry.kind == EntryKind.CALLED)
    return list(session.exec(statement))


def confirmed_list(session: Session, intake: Intake) -> InterviewList | None:
    """The latest confirmed interview list, or None."""
    statement = (
        select(InterviewList)
        .where(InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED)
        .order_by(col(InterviewList.version).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def undecided(session: Session, intake: Intake) -> list[str]:
    """Codes of the submitted applications whose eligibility nobody has decided yet."""
    statement = (
        select(Application.mask_code)
        .where(
            Application.intake_id == intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            Application.eligibility == Eligibility.PENDING,
        )
        .order_by(col(Application.mask_code))
    )
    return list(session.exec(statement))


def assignments(session: Session, intake: Intake, stage: str) -> list[Assignment]:
    """Every assignment of a stage that stands: assigned or submitted."""
    statement = (
        select(Assignment)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .order_by(col(Assignment.id))
    )
    return list(session.exec(statement))


def barred(session: Session, applications: Iterable[Application]) -> set[tuple[int, int]]:
    """(application, assessor) pairs that may not meet: a declared conflict, or somebody's own application."""
    own = {(id_of(each), each.account_id) for each in applications}
    ids = [application for application, _account in own]
    statement = select(ConflictOfInterest.application_id, ConflictOfInterest.assessor_id)
    if len(ids) == 1:  # a region's conflicts are few; read them all rather than list a thousand ids
        statement = statement.where(ConflictOfInterest.application_id == ids[0])
    return own | {(application, assessor) for application, assessor in session.exec(statement)}


# --- one assessor ---


@dataclass(frozen=True)
class QueueItem:
    """One application in an assessor's queue. `levels_set` counts the levels set so far of
    `levels_needed`.
    """

    code: str
    status: AssignmentStatus
    levels_set: int
    levels_needed: int

    @property
    def done(self) -> bool:
        """Whether the assessment has been submitted."""
        return self.status is AssignmentStatus.SUBMITTED

    @property
    def ready(self) -> bool:
        """Whether every level is set, so that the assessment can be submitted."""
        return not self.done and self.levels_set >= self.levels_needed

    @property
    def begun(self) -> bool:
        """Whether some level has been saved, but the assessment is not submitted."""
        return not self.done and self.levels_set > 0


def has_unsubmitted(session: Session, *, intake: Intake, stage: str, assessor_id: int | None) -> bool:
    """Whether the person still has an assessment of their own to submit at the stage."""
    own = select(Assignment.id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.assessor_id == assessor_id,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    return session.exec(own.limit(1)).first() is not None


def stages_of(session: Session, *, intake: Intake, assessor_id: int) -> list[str]:
    """The stages in which the assessor has something, the latest last."""
    statement = (
        select(Assignment.stage)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == assessor_id,
            Assignment.stage != EXTERNAL,
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .distinct()
    )
    found = set(session.exec(statement))
    return [stage for stage in ("screening", "interview") if stage in found]


def queue(
    session: Session, *, intake: Intake, stage: str, assessor_id: int, profile: Profile
) -> list[QueueItem]:
    """The assessor's own applications at a stage, in an order that does not change while they work."""
    statement = (
        select(col(Application.mask_code), col(Assignment.status), func.count(col(Level.id)))
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .join(Level, col(Level.assignment_id) == col(Assignment.id), isouter=True)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.assessor_id == assessor_id,
            Assignment.status != AssignmentStatus.RECUSED,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
        .group_by(col(Assignment.id), col(Application.mask_code), col(Assignment.status))
        .order_by(col(Assignment.id))
    )
    needed = len(assessed_criteria(profile, stage))
    return [QueueItem(code, status, count, needed) for code, status, count in session.exec(statement)]


def own_assignment(
    session: Session, *, intake: Intake, code: str, assessor_id: int, stage: str | None = None
) -> tuple[Assignment, Application]:
    """The assessor's own assignment for an application. Raises NotFound for anybody else's, a recused one or
    a withdrawn application, exactly as if there were none. Without `stage` the latest stage counts.
    """
    statement = (
        select(Assignment, Application)
        .join(Application, col(Assignment.application_id) == col(Application.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == assessor_id,
            Assignment.stage != EXTERNAL,
            Assignment.status != AssignmentStatus.RECUSED,
            Application.mask_code == code,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
        .order_by(col(Assignment.id).desc())
    )
    if stage is not None:
        statement = statement.where(Assignment.stage == stage)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(_("You have no such application to assess."))
    return found[0], found[1]


def levels_of(session: Session, assignment: Assignment) -> dict[str, Level]:
    """Criterion -> the level that this assessor has set."""
    statement = select(Level).where(Level.assignment_id == assignment.id).order_by(col(Level.criterion))
    return {row.criterion: row for row in session.exec(statement)}


@dataclass(frozen=True)
class Evidence:
    """The rows behind a masked view. Nothing here reaches a template before `recruit.masking` has chosen from
    it.
    """

    periods: Sequence[ExperiencePeriod]
    referees: Sequence[Referee]
    copies: Sequence[Attachment]


def evidence_of(session: Session, application: Application) -> Evidence:
    """Periods, referees and redacted copies of an application."""
    periods = select(ExperiencePeriod).where(ExperiencePeriod.application_id == application.id)
    referees = select(Referee).where(Referee.application_id == application.id)
    copies = select(Attachment).where(
        Attachment.application_id == application.id, col(Attachment.redacts_id).is_not(None)
    )
    return Evidence(
        periods=session.exec(
            periods.order_by(col(ExperiencePeriod.starts_on), col(ExperiencePeriod.id))
        ).all(),
        referees=session.exec(referees.order_by(col(Referee.position))).all(),
        copies=session.exec(copies.order_by(col(Attachment.id))).all(),
    )


# --- the coordinator ---


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


def third_asked(session: Session, *, intake: Intake, stage: str) -> bool:
    """Whether a round of third assessments has been asked for at a stage."""
    asked = select(ThirdAssessment.id).where(
        ThirdAssessment.intake_id == intake.id, ThirdAssessment.stage == stage
    )
    return session.exec(asked.limit(1)).first() is not None


#: So many assessments an application has for which a third one has been asked.
THIRD = 3


def has_third(session: Session, *, application_id: int, stage: str) -> bool:
    """Whether a third assessment of the application has been asked for at a stage."""
    asked = select(ThirdAssessment.id).where(
        ThirdAssessment.application_id == application_id, ThirdAssessment.stage == stage
    )
    return session.exec(asked.limit(1)).first() is not None


def third_waiting(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Codes of the applications with a third assessment asked for and fewer than three submitted; who has withdrawn
    or is not eligible does not count.
    """
    return sorted(_third_panels(session, intake, stage))


def third_missing(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Those of `third_waiting` for whom no assessment is on its way: nobody was free to replace one who stood down."""
    panels = _third_panels(session, intake, stage)
    return sorted(code for code, panel in panels.items() if AssignmentStatus.ASSIGNED not in panel)


def _third_panels(session: Session, intake: Intake, stage: str) -> dict[str, list[AssignmentStatus]]:
    """Mask code -> the statuses of its panel, of those whose third assessment is not in."""
    statement = (
        select(col(Application.mask_code), col(Assignment.status))
        .join(ThirdAssessment, col(ThirdAssessment.application_id) == col(Application.id))
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(
            ThirdAssessment.intake_id == intake.id,
            ThirdAssessment.stage == stage,
            Assignment.stage == stage,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility).in_(GOES_ON),
        )
    )
    panels: dict[str, list[AssignmentStatus]] = {}
    for code, status in session.exec(statement):
        panels.setdefault(code, []).append(status)
    return {code: panel for code, panel in panels.items() if panel.count(AssignmentStatus.SUBMITTED) < THIRD}


def fewer_than(
    session: Session, *, intake: Intake, stage: str, codes: Collection[str], number: int
) -> list[str]:
    """Which of these codes have fewer than so many assessors at a stage, submitted or not."""
    counted = (
        select(Application.mask_code, func.count(col(Assignment.id)))
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status != AssignmentStatus.RECUSED,
        )
        .group_by(col(Application.mask_code))
    )
    panels = dict(session.exec(counted).all())
    return sorted(code for code in codes if panels.get(code, 0) < number)


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


def by_code(session: Session, *, intake: Intake, code: str) -> Application:
    """The submitted application with this mask code. Raises NotFound."""
    statement = select(Application).where(
        Application.intake_id == intake.id,
        Application.mask_code == code.strip().upper(),
        Application.status == ApplicationStatus.SUBMITTED,
    )
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(_("There is no application %(code)s in this intake.", code=code))
    return found


def external_counts(session: Session, intake: Intake) -> dict[str, int]:
    """External criterion -> how many applications have a level on it."""
    statement = (
        select(Level.criterion, func.count(col(Level.id)))
        .join(Assignment, col(Level.assignment_id) == col(Assignment.id))
        .where(Assignment.intake_id == intake.id, Assignment.stage == EXTERNAL)
        .group_by(col(Level.criterion))
    )
    return dict(session.exec(statement).all())
