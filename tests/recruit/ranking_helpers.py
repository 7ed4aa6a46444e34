"""Builders for tests about rankings, lists and the monitoring: assessed applications in a closed intake."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from recruit.models import (
    AgeBand,
    Application,
    Assignment,
    AssignmentStatus,
    Eligibility,
    EntryKind,
    Intake,
    InterviewList,
    Level,
    MonitoringAnswer,
    RankingRun,
    Sex,
    SitePreference,
)
from recruit.queries import interview as queries
from recruit.services import intake as intakes
from recruit.services import interview, ranking
from recruit.services.lines import LineGroup
from recruit.services.settling import settlement_of
from recruit.services.zone import decide_zone
from tests.recruit.factories import World
from tests.recruit.intake_helpers import CLOSES, opened_intake, submitted

LATER = CLOSES + timedelta(days=10)
SCREENING = ("references", "science", "other_work")


def assessed(
    session: Session,
    world: World,
    intake: Intake,
    levels: int | Mapping[str, int],
    *,
    eligibility: Eligibility = Eligibility.ELIGIBLE,
    sex: Sex | None = None,
    sites: Sequence[int] = (),
    second: int | Mapping[str, int] | None = None,
    **answers: Any,
) -> Application:
    """A submitted application, decided and assessed by two assessors: the same levels twice, unless told."""
    application = submitted(session, intake, complete=False, **answers)
    application.eligibility = eligibility
    session.add(application)
    common = {"region_id": intake.region_id, "application_id": application.id}
    session.add(MonitoringAnswer(**common, sex=sex, age_band=AgeBand.UNDER_30))
    for number, site in enumerate(sites, 1):
        session.add(SitePreference(**common, site_id=site, rank=number))
    for assessor, given in zip(world.assessors, (levels, levels if second is None else second), strict=False):
        assessment(session, intake, application, assessor.id or 0, given)
    session.flush()
    return application


def assessment(
    session: Session,
    intake: Intake,
    application: Application,
    assessor_id: int,
    levels: int | Mapping[str, int],
    *,
    stage: str = "screening",
    keys: Sequence[str] = SCREENING,
) -> Assignment:
    """A submitted assessment with the same level on every criterion, or the levels given."""
    assignment = Assignment(
        region_id=intake.region_id,
        intake_id=intake.id,
        application_id=application.id,
        assessor_id=assessor_id,
        stage=stage,
        status=AssignmentStatus.SUBMITTED,
        assigned_at=CLOSES,
        submitted_at=CLOSES,
    )
    session.add(assignment)
    session.flush()
    whole = dict.fromkeys(keys, levels) if isinstance(levels, int) else levels
    session.add_all(
        Level(
            region_id=intake.region_id, assignment_id=assignment.id, criterion=key, level=level, set_at=CLOSES
        )
        for key, level in whole.items()
    )
    session.flush()
    return assignment


def closed_intake(
    session: Session, world: World, levels: Sequence[int] = (4, 3, 3, 2, 2), **more: Any
) -> Intake:
    """A closed intake with one assessed application per level, committed."""
    intake = opened_intake(session, world)
    for level in levels:
        assessed(session, world, intake, level, **more)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake


def ranked(session: Session, world: World, intake: Intake, stage: str = "screening") -> RankingRun:
    """A run, committed."""
    run = ranking.run(session, intake=intake, stage=stage, actor=world.actor, now=LATER)
    session.commit()
    return run


def one_line(places: int, reserves: int = 0) -> list[LineGroup]:
    """One line for the whole intake."""
    return [LineGroup("", (), places, reserves)]


def confirmed(
    session: Session, world: World, intake: Intake, run: RankingRun, places: int, reserves: int = 0
) -> Any:
    """A confirmed list, committed."""
    drawn = interview.draft(
        session, intake=intake, run=run, groups=one_line(places, reserves), actor=world.actor, now=LATER
    )
    settle(session, world, drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    return drawn


def settle(session: Session, world: World, drawn: InterviewList) -> None:
    """What the group must write about the borderline zone before confirming; the order of points stays."""
    settlement = settlement_of(drawn)
    assert settlement is not None
    if not (settlement.zone or settlement.undeterminable) or settlement.settle != "discuss":
        return
    entries = queries.entries(session, interview_list=drawn)
    called = {each.mask_code for each in entries if each.kind is EntryKind.CALLED}
    decide_zone(
        session,
        interview_list=drawn,
        above=[code for code in settlement.codes if code in called],
        reasons={},
        rationale="The levels say all there is.",
        actor=world.actor,
        now=LATER,
    )
