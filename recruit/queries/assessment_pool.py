"""What there is to assess at a stage, by whom, and who may not: what the other pages of assessing start from."""

from collections.abc import Iterable
from typing import Any

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
    ConflictOfInterest,
    Eligibility,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    Level,
    ListStatus,
    Membership,
    Role,
    StageSetting,
)
from recruit.models.application import GOES_ON
from recruit.models.types import id_of
from scoring.profile import Criterion, Profile

#: Levels that came from a file, such as a theory test's, stand under this stage, apart from assessors' own.
EXTERNAL = "external"
#: A calibration round's assignments stand under this stage: they count nowhere else.
CALIBRATION = "calibration"
PER_PAGE = 50
#: How many assessors each application has at a stage, where the coordinator has not set another number.
PER_APPLICATION = 2


def each_needs(stage: str) -> Any:
    """How many assessors the application of the row has at a stage, for a condition on `Application`."""
    setting = select(StageSetting.per_application).where(
        StageSetting.intake_id == Application.intake_id, StageSetting.stage == stage
    )
    return func.coalesce(setting.correlate(Application).scalar_subquery(), PER_APPLICATION)


def of_stage(intake: Intake, stage: str) -> Any:
    """How many assessors each application of the intake has at a stage, for a query that reads more."""
    setting = select(StageSetting.per_application).where(
        StageSetting.intake_id == intake.id, StageSetting.stage == stage
    )
    return func.coalesce(setting.scalar_subquery(), PER_APPLICATION)


def assessed_criteria(profile: Profile, stage: str) -> tuple[Criterion, ...]:
    """The criteria that assessors set levels on at a stage: its own, not those of the stage before."""
    return tuple(each for each in profile.criteria if each.kind == "assessed" and each.stage == stage)


def assessors(session: Session, region_id: int) -> list[Account]:
    """The region's active assessors in the order in which they came, which numbers them for the group."""
    return list(session.exec(active_assessors(Account, region_id).order_by(col(Account.id))))


def active_assessors(what: Any, region_id: int) -> Any:
    """The statement that reads `what` of them, for a query that reads more."""
    return (
        select(what)
        .join_from(Account, Membership, col(Membership.account_id) == col(Account.id))
        .where(
            Membership.region_id == region_id, Membership.role == Role.ASSESSOR, col(Account.active).is_(True)
        )
    )


def pool(session: Session, intake: Intake, stage: str) -> list[Application]:
    """The applications to assess at a stage: at screening all that passed eligibility, at the interview those
    called.
    """
    found = select(Application).where(*in_pool(intake, stage))
    return list(session.exec(found.order_by(col(Application.id))))


def in_pool(intake: Intake, stage: str) -> tuple[Any, ...]:
    """The conditions on `Application` that `pool` reads by."""
    passed: tuple[Any, ...] = (
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        col(Application.eligibility).in_(GOES_ON),
    )
    if stage != "interview":
        return passed
    entries = select(InterviewListEntry.application_id).where(
        InterviewListEntry.list_id == confirmed_last(InterviewList.id, intake).scalar_subquery(),
        InterviewListEntry.kind == EntryKind.CALLED,
    )
    return (*passed, col(Application.id).in_(entries))


def confirmed_list(session: Session, intake: Intake) -> InterviewList | None:
    """The latest confirmed interview list, or None."""
    found: InterviewList | None = session.exec(confirmed_last(InterviewList, intake)).first()
    return found


def confirmed_last(what: Any, intake: Intake) -> Any:
    """The statement that reads `what` of that list, for a query that reads more."""
    return (
        select(what)
        .where(InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED)
        .order_by(col(InterviewList.version).desc())
        .limit(1)
    )


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
