"""Ranking runs, and what they are made from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.frames import Applicant, counted_until, form_levels, form_values, ranking_inputs
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    ConflictOfInterest,
    Disagreement,
    Eligibility,
    EntryKind,
    ExperiencePeriod,
    Intake,
    InterviewList,
    InterviewListEntry,
    Level,
    LevelChange,
    ListStatus,
    RankingRelease,
    RankingRow,
    RankingRun,
    RequirementDecision,
)
from recruit.models.application import GOES_ON
from recruit.queries import intake as intakes
from recruit.queries import lots
from recruit.queries.assessment import EXTERNAL, THIRD, assessed_criteria
from recruit.queries.assessment_pool import each_needs
from recruit.queries.naming import called
from recruit.queries.third_assessments import third_counts
from scoring.profile import Profile

PAGE_SIZE = 250
#: A run's inputs and results are megabytes: they are read when they are asked for.
WITHOUT_CONTENT = (defer(RankingRun.inputs), defer(RankingRun.results))  # type: ignore[arg-type]


def assessor_pseudonym(intake: Intake, public_id: str) -> str:
    """The name of an assessor in a run's inputs: the same in every run of an intake, useless outside it."""
    return hashlib.sha256(f"{intake.id}:{public_id}".encode()).hexdigest()[:8]


@dataclass(frozen=True)
class RunLine:
    """A run in the list of runs: who made it, and how many applications it has in all and with a place."""

    stage: str
    number: int
    created_at: datetime
    made_by: str
    results_sha256: str
    applications: int
    placed: int


def runs(session: Session, *, intake: Intake) -> list[RunLine]:
    """All runs of an intake, newest first. One query."""
    found = (
        select(  # type: ignore[call-overload]
            RankingRun.stage,
            RankingRun.number,
            RankingRun.created_at,
            called(session),
            RankingRun.results_sha256,
            func.count(col(RankingRow.id)),
            func.count(col(RankingRow.place)),
        )
        .join(Account, col(Account.id) == RankingRun.created_by_id)
        .join(RankingRow, col(RankingRow.run_id) == RankingRun.id)
        .where(RankingRun.intake_id == intake.id)
        .group_by(col(RankingRun.id), col(Account.id))
        .order_by(col(RankingRun.id).desc())
    )
    return [RunLine(*row) for row in session.execute(found)]


def list_of_run(session: Session, *, run: RankingRun) -> InterviewList | None:
    """The newest interview list that was drawn on a run, or None."""
    found = select(InterviewList).where(InterviewList.run_id == run.id)
    return session.exec(found.order_by(col(InterviewList.version).desc()).limit(1)).first()


def list_and_maker(session: Session, *, run: RankingRun) -> tuple[InterviewList | None, str]:
    """The same, and who made the run as the reader sees that person. One query."""
    found = (
        select(InterviewList, called(session))
        .select_from(Account)
        .outerjoin(InterviewList, col(InterviewList.run_id) == run.id)
        .where(Account.id == run.created_by_id)
        .order_by(col(InterviewList.version).desc())
    )
    row = session.exec(found.limit(1)).first()
    return (row[0], row[1] or "") if row else (None, "")


def release_of(session: Session, *, run: RankingRun) -> RankingRelease | None:
    """When and by whom a run was released, or None."""
    return session.exec(select(RankingRelease).where(RankingRelease.run_id == run.id)).first()


def run_by_number(session: Session, *, intake: Intake, stage: str, number: int) -> RankingRun:
    """One run; its inputs and results are read when they are asked for. Raises NotFound."""
    found = select(RankingRun).where(
        RankingRun.intake_id == intake.id, RankingRun.stage == stage, RankingRun.number == number
    )
    run = session.exec(found.options(*WITHOUT_CONTENT)).first()
    if run is None:
        raise NotFound(_("There is no such ranking run in this intake."))
    return run


def latest_run(session: Session, *, intake: Intake, stage: str) -> RankingRun | None:
    """The newest run of a stage, or None."""
    found = select(RankingRun).where(RankingRun.intake_id == intake.id, RankingRun.stage == stage)
    newest = found.order_by(col(RankingRun.number).desc()).limit(1)
    return session.exec(newest.options(*WITHOUT_CONTENT)).first()


def candidates(session: Session, *, intake: Intake, stage: str) -> list[Application]:
    """The applications that a run of the stage would rank, in order of their id.

    Screening: submitted, and eligible with or without conditions. After the interview: of those, the ones
    called on the latest confirmed list, and reserves who have been assessed at an interview.
    """
    found = select(Application).where(*_in_the_running(intake, stage))
    return list(session.exec(found.order_by(col(Application.id))))


def _in_the_running(intake: Intake, stage: str) -> list[Any]:
    going_on: list[Any] = [
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        col(Application.eligibility).in_(GOES_ON),
    ]
    if stage == "interview":
        interviewed = select(Assignment.application_id).where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        last = (
            select(InterviewList.id)
            .where(InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED)
            .order_by(col(InterviewList.version).desc())
            .limit(1)
        )
        called = select(InterviewListEntry.application_id).where(
            InterviewListEntry.list_id == last.scalar_subquery(), InterviewListEntry.kind == EntryKind.CALLED
        )
        going_on.append(or_(col(Application.id).in_(called), col(Application.id).in_(interviewed)))
    return going_on


def inputs(session: Session, *, intake: Intake, stage: str) -> dict[str, Any]:
    """What a run of the stage would be made from now, as `frames.ranking_inputs` gives it."""
    profile = intakes.profile_of(session, intake)
    applications = candidates(session, intake=intake, stage=stage)
    periods = _periods(session, intake)
    assessed = _levels(session, intake, stage)
    # One assessor's levels alone are not yet what was promised: until all are in, the application is incomplete.
    waiting = set(unsubmitted(session, intake=intake, stage=stage))
    until = counted_until(intake)
    return ranking_inputs(
        profile=profile,
        stage=stage,
        seed=_seed(session, intake, stage),
        applicants=[
            Applicant(
                mask_code=each.mask_code,
                form=form_levels(
                    profile,
                    stage,
                    form_values(periods.get(each.id, ()), no_experience=each.no_experience, until=until),  # type: ignore[arg-type]
                ),
                assessed=() if each.mask_code in waiting else assessed.get(each.id, ()),  # type: ignore[arg-type]
            )
            for each in applications
        ],
    )


def _seed(session: Session, intake: Intake, stage: str) -> str:
    drawn = lots.row_of(session, intake_id=intake.id or 0, stage=stage)
    return drawn.seed if drawn is not None else ""


def _periods(session: Session, intake: Intake) -> dict[int, list[ExperiencePeriod]]:
    found = (
        select(ExperiencePeriod)
        .join(Application, col(Application.id) == ExperiencePeriod.application_id)
        .where(Application.intake_id == intake.id)
        .order_by(col(ExperiencePeriod.id))
    )
    grouped: dict[int, list[ExperiencePeriod]] = defaultdict(list)
    for period in session.exec(found):
        grouped[period.application_id].append(period)
    return grouped


def _levels(session: Session, intake: Intake, stage: str) -> dict[int, list[tuple[str, str, int]]]:
    """Levels of submitted assessments, of the stage and those before it, and imported levels."""
    stages = ("screening", "interview", EXTERNAL) if stage == "interview" else (stage, EXTERNAL)
    found = (
        select(Assignment.application_id, Account.public_id, Level.criterion, Level.level)
        .join(Assignment, col(Assignment.id) == Level.assignment_id)
        .join(Account, col(Account.id) == Assignment.assessor_id)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.status == AssignmentStatus.SUBMITTED,
            col(Assignment.stage).in_(stages),
        )
    )
    grouped: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    names: dict[str, str] = {}
    for application_id, public_id, criterion, level in session.exec(found):
        name = names.setdefault(public_id, assessor_pseudonym(intake, public_id))
        grouped[application_id].append((name, criterion, level))
    return grouped


def undecided(session: Session, *, intake: Intake) -> int:
    """How many submitted applications have no decision on eligibility yet."""
    found = select(func.count()).where(
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        Application.eligibility == Eligibility.PENDING,
    )
    return session.exec(found.select_from(Application)).one()


def unsubmitted(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Mask codes of applications in the running that lack an assessment at the stage.

    Either somebody has been given the application and has not submitted, or fewer have submitted than it is to have:
    an assessor has stepped aside and nobody has come instead. Where a third assessment was asked for since the
    assessors differ, it is to have three.
    """
    found = select(Application.mask_code).where(
        *_in_the_running(intake, stage), _lacks_an_assessment(intakes.profile_of(session, intake), stage)
    )
    return list(session.exec(found.order_by(Application.mask_code)))


def _lacks_an_assessment(profile: Profile, stage: str) -> Any:
    own = select(func.count(col(Assignment.id))).where(
        Assignment.application_id == Application.id, Assignment.stage == stage
    )
    asked = own.where(Assignment.status == AssignmentStatus.ASSIGNED)
    submitted = own.where(Assignment.status == AssignmentStatus.SUBMITTED)
    criteria = assessed_criteria(profile, stage)
    needed: Any = each_needs(stage) if any(each.required for each in criteria) else 0
    # Where assessors differ and a third assessment was asked for, two are no longer enough.
    third = select(Disagreement.id).where(
        Disagreement.application_id == Application.id, Disagreement.stage == stage, third_counts()
    )
    count = submitted.correlate(Application).scalar_subquery()
    return or_(
        asked.correlate(Application).scalar_subquery() > 0,
        count < needed,
        and_(third.correlate(Application).exists(), count < THIRD),
    )


@dataclass(frozen=True)
class Watch:
    """What may have happened since a run. `stale` is cheap: compare the inputs when it is True.

    `waiting`: applications that lack an assessment at the stage, as `unsubmitted` lists them.
    """

    stale: bool
    waiting: int


def watch(session: Session, *, intake: Intake, profile: Profile, run: RankingRun, ranked: int) -> Watch:
    """Whether a run of `ranked` applications may be out of date. One query."""
    going_on = (
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        col(Application.eligibility).in_(GOES_ON),
    )
    waiting = (
        select(func.count())
        .select_from(Application)
        .where(*_in_the_running(intake, run.stage), _lacks_an_assessment(profile, run.stage))
    )
    row = session.exec(
        select(
            select(func.count()).select_from(Application).where(*going_on).scalar_subquery(),
            _changed_since(intake, run.created_at),
            waiting.scalar_subquery(),
        )
    ).one()
    others = run.stage == "screening" and row[0] != ranked
    return Watch(stale=others or bool(row[1]), waiting=row[2])


def _changed_since(intake: Intake, since: datetime) -> Any:
    applications = select(Application.id).where(Application.intake_id == intake.id)
    return or_(
        applications.where(
            or_(
                col(Application.changed_at) >= since,
                col(Application.withdrawn_at) >= since,
                col(Application.submitted_at) >= since,
            )
        ).exists(),
        select(Assignment.id)
        .where(Assignment.intake_id == intake.id, col(Assignment.submitted_at) >= since)
        .exists(),
        # Imported levels can be imported anew under the assignment of the first time.
        select(Level.id)
        .join(Assignment, col(Assignment.id) == Level.assignment_id)
        .where(Assignment.intake_id == intake.id, Assignment.stage == EXTERNAL, Level.set_at >= since)
        .exists(),
        select(LevelChange.id)
        .join(Assignment, col(Assignment.id) == LevelChange.assignment_id)
        .where(Assignment.intake_id == intake.id, LevelChange.changed_at >= since)
        .exists(),
        select(RequirementDecision.id)
        .where(
            col(RequirementDecision.application_id).in_(applications), RequirementDecision.decided_at >= since
        )
        .exists(),
        select(ConflictOfInterest.id)
        .where(
            col(ConflictOfInterest.application_id).in_(applications), ConflictOfInterest.declared_at >= since
        )
        .exists(),
    )


@dataclass(frozen=True)
class Placed:
    """One row of a run as the pages show it. `conditional` and `withdrawn` are as they stand now."""

    mask_code: str
    position: int
    status: str
    place: int | None
    points_milli: int | None
    conditional: bool
    withdrawn: bool


def _placed() -> Any:
    return (
        select(  # type: ignore[call-overload]
            Application.mask_code,
            RankingRow.position,
            RankingRow.status,
            RankingRow.place,
            RankingRow.points_milli,
            Application.eligibility,
            Application.status,
        )
        .join(Application, col(Application.id) == RankingRow.application_id)
        .order_by(col(RankingRow.position))
    )


def rows(session: Session, *, run: RankingRun, start: int = 0, size: int = PAGE_SIZE) -> list[Placed]:
    """So many of a run's rows in its order, from position `start` on, which counts from 0."""
    found = _placed().where(RankingRow.run_id == run.id).offset(start).limit(size)
    return _as_placed(session.exec(found))


def row_of(session: Session, *, run: RankingRun, mask_code: str) -> Placed | None:
    """One application's row in a run, or None."""
    found = _placed().where(RankingRow.run_id == run.id, Application.mask_code == mask_code)
    return next(iter(_as_placed(session.exec(found))), None)


def _as_placed(found: Any) -> list[Placed]:
    return [
        Placed(
            code,
            position,
            status,
            place,
            points,
            eligibility is Eligibility.CONDITIONAL,
            now is ApplicationStatus.WITHDRAWN,
        )
        for code, position, status, place, points, eligibility, now in found
    ]


def ranked_applications(
    session: Session, *, run: RankingRun, first: int | None = None
) -> list[tuple[str, int]]:
    """(mask code, application id) of those who have a place in a run, best first; of the `first` so many alone."""
    found = (
        select(Application.mask_code, Application.id)
        .join(RankingRow, col(RankingRow.application_id) == Application.id)
        .where(RankingRow.run_id == run.id, RankingRow.status == "ranked")
        .order_by(col(RankingRow.position))
        .limit(first)
    )
    return [(code, identity) for code, identity in session.exec(found) if identity is not None]


def ids_of(session: Session, *, intake: Intake, mask_codes: Sequence[str]) -> dict[str, int]:
    """Ids of applications by mask code."""
    found = select(Application.mask_code, Application.id).where(Application.intake_id == intake.id)
    wanted = set(mask_codes)
    return {
        code: identity for code, identity in session.exec(found) if code in wanted and identity is not None
    }
