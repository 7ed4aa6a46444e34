"""Intakes whose list has a borderline zone."""

from dataclasses import replace

from sqlmodel import Session

from recruit.models import (
    EntryKind,
    Intake,
    InterviewList,
    RankingRun,
)
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services import intake as intakes
from recruit.services import interview
from recruit.services.settling import Settlement, settlement_of
from scoring.criteria import Borderline
from scoring.profile import default_profile
from tests.recruit.factories import World, approved_profile
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.ranking_helpers import LATER, assessed, one_line, ranked

#: Levels of the two assessors: two far ahead, four that nothing but chance tells apart, two far behind.
LEVELS = ((4, 4), (4, 4), (3, 2), (2, 3), (3, 2), (2, 3), (1, 1), (1, 1))


def zoned(
    session: Session, world: World, settle: str = "discuss", **more: object
) -> tuple[Intake, RankingRun]:
    """A closed intake whose line at 4 has a zone, and its run; the profile settles the zone as told."""
    if settle != "discuss":
        profile = default_profile()
        rule = replace(profile.stages["screening"], borderline=Borderline(settle=settle))  # type: ignore[arg-type]
        changed = replace(profile, stages={**profile.stages, "screening": rule})
        row = approved_profile(session, world, changed.to_toml(), CLOSES)
        more["profile_id"] = row.id
    intake = opened_intake(session, world, **more)
    for one, other in LEVELS:
        assessed(session, world, intake, one, second=other)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake, ranked(session, world, intake)


def draw(session: Session, world: World, intake: Intake, run: RankingRun, places: int = 4) -> InterviewList:
    made = interview.draft(
        session, intake=intake, run=run, groups=one_line(places, 2), actor=world.actor, now=LATER
    )
    session.commit()
    return made


def zone_of(drawn: InterviewList) -> Settlement:
    settlement = settlement_of(drawn)
    assert settlement is not None
    return settlement


def called(session: Session, drawn: InterviewList) -> set[str]:
    entries = queries.entries(session, interview_list=drawn)
    return {each.mask_code for each in entries if each.kind is EntryKind.CALLED}


def order_of(session: Session, run: RankingRun) -> list[str]:
    return [code for code, _id in rankings.ranked_applications(session, run=run)]
