"""A borderline zone that third assessments settle: asked for once, waited for, or done without."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    ConflictOfInterest,
    InterviewList,
    ThirdAssessment,
)
from recruit.queries import assessment as assessments
from recruit.queries import ranking as rankings
from recruit.services import assessment, conflicts, interview, panels
from recruit.services.third import ask_third
from recruit.services.verification import verify
from recruit.services.zone import decide_zone
from tests.recruit.factories import World
from tests.recruit.ranking_helpers import LATER, SCREENING, ranked
from tests.recruit.zone_helpers import called, draw, zone_of, zoned


def test_third_assessment_is_asked_for_once_then_points_decide(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "third_assessment")
    drawn = draw(session, world, intake, run)
    zone = zone_of(drawn).codes
    with pytest.raises(Conflict, match="asks for a third assessment"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    given = ask_third(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    assert set(given) == set(zone)
    assert session.exec(select(InterviewList)).all() == []
    first_two = {each.id for each in world.assessors[:2]}
    others = [each.id for each in world.assessors[2:]]
    assert sorted(given.values()) == sorted(others * 2)  # even, and nobody twice
    assert not first_two & set(given.values())
    assert len(session.exec(select(ThirdAssessment)).all()) == 4
    with pytest.raises(DBAPIError, match="never taken back"):
        session.execute(text("DELETE FROM third_assessment"))
    session.rollback()
    assert sorted(rankings.unsubmitted(session, intake=intake, stage="screening")) == sorted(zone)
    for task in session.exec(select(Assignment).where(Assignment.status == AssignmentStatus.ASSIGNED)):
        actor = Actor(task.assessor_id)
        levels = dict.fromkeys(SCREENING, (3, ""))
        assessment.set_levels(session, assignment=task, levels=levels, actor=actor, now=LATER)
        assessment.submit(session, assignment=task, actor=actor, now=LATER)
    session.commit()
    again = draw(session, world, intake, ranked(session, world, intake))
    assert zone_of(again).third_asked
    assert zone_of(again).zone  # there may still be a zone: there is no further round
    with pytest.raises(Conflict, match="no further round"):
        ask_third(session, interview_list=again, actor=world.actor, now=LATER)
    interview.confirm(session, interview_list=again, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=intake.region_id).findings == []


def test_replanning_leaves_third_assessors_where_they_are(session: Session, world: World) -> None:
    """Neither a plan of the whole stage nor one of some applications takes back what the zone has asked for."""
    intake, run = zoned(session, world, "third_assessment")
    given = ask_third(session, interview_list=draw(session, world, intake, run), actor=world.actor, now=LATER)
    session.commit()
    for only in (None, {min(given)}):
        plan = panels.propose(session, intake=intake, only=only, actor=world.actor, now=LATER)
        done = panels.carry_out(session, intake=intake, plan=plan, actor=world.actor, now=LATER)
        session.commit()
        assert (done.new, done.taken_back) == (0, 0)
    waiting = session.exec(
        select(Application.mask_code, Assignment.assessor_id)
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(Assignment.status == AssignmentStatus.ASSIGNED)
    )
    assert dict(waiting.all()) == given


def _stand_down(session: Session, world: World, code: str, assessor_id: int) -> list[int]:
    one = session.exec(select(Application).where(Application.mask_code == code)).one()
    given = conflicts.declare_conflict(
        session, application=one, assessor_id=assessor_id, reason="Kusiner.", actor=world.actor, now=LATER
    )
    session.commit()
    return given


def _submit_all(session: Session, but: str = "") -> None:
    waiting = select(Assignment).join(Application).where(Assignment.status == AssignmentStatus.ASSIGNED)
    for task in session.exec(waiting.where(Application.mask_code != but)).all():
        actor = Actor(task.assessor_id)
        levels = dict.fromkeys(SCREENING, (3, ""))
        assessment.set_levels(session, assignment=task, levels=levels, actor=actor, now=LATER)
        assessment.submit(session, assignment=task, actor=actor, now=LATER)
    session.commit()


def test_third_assessor_who_stands_down_is_replaced_and_waited_for(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "third_assessment")
    given = ask_third(session, interview_list=draw(session, world, intake, run), actor=world.actor, now=LATER)
    session.commit()
    drawn = draw(session, world, intake, ranked(session, world, intake))
    with pytest.raises(Conflict, match="submitted assessments each"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    interview.discard(session, interview_list=drawn, actor=world.actor, now=LATER)
    code, assessor_id = min(given.items())
    (replacement,) = _stand_down(session, world, code, assessor_id)
    assert replacement in {each.id for each in world.assessors[2:]} - {assessor_id}
    assert assessments.third_waiting(session, intake=intake, stage="screening") == sorted(given)
    assert assessments.third_missing(session, intake=intake, stage="screening") == []
    _submit_all(session)
    assert assessments.third_waiting(session, intake=intake, stage="screening") == []
    drawn = draw(session, world, intake, ranked(session, world, intake))
    assert not zone_of(drawn).third_missing
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)


def test_third_assessment_that_nobody_is_left_to_make_takes_a_rationale(
    session: Session, world: World
) -> None:
    intake, run = zoned(session, world, "third_assessment")
    given = ask_third(session, interview_list=draw(session, world, intake, run), actor=world.actor, now=LATER)
    session.commit()
    code, assessor_id = min(given.items())
    (replacement,) = _stand_down(session, world, code, assessor_id)
    _submit_all(session, but=code)
    stale = draw(session, world, intake, ranked(session, world, intake))
    assert not zone_of(stale).third_missing  # somebody is still to make it
    assert _stand_down(session, world, code, replacement) == []
    assert assessments.third_missing(session, intake=intake, stage="screening") == [code]
    with pytest.raises(Conflict, match="Something has changed since run 2"):
        interview.confirm(session, interview_list=stale, actor=world.second, now=LATER)
    interview.discard(session, interview_list=stale, actor=world.actor, now=LATER)
    drawn = draw(session, world, intake, ranked(session, world, intake))
    settlement = zone_of(drawn)
    assert (settlement.third_missing, settlement.of_the_group) == ((code,), True)
    with pytest.raises(Conflict, match=f"Nobody is left to make the third assessment of {code}"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    by_points = called(session, drawn)
    above = [each for each in settlement.codes if each in by_points]
    values = {"reasons": {}, "rationale": "Ingen är ojävig.", "actor": world.actor, "now": LATER}
    if above:
        with pytest.raises(Invalid, match="cannot decide it otherwise"):
            decide_zone(session, interview_list=drawn, above=[], **values)  # type: ignore[arg-type]
    decide_zone(session, interview_list=drawn, above=above, **values)  # type: ignore[arg-type]
    session.commit()
    assert called(session, drawn) == by_points
    assert zone_of(drawn).third_missing == (code,)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=intake.region_id).findings == []


def test_third_assessment_never_goes_to_somebody_with_a_conflict(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "third_assessment")
    drawn = draw(session, world, intake, run)
    one = session.exec(select(Application).where(Application.mask_code == zone_of(drawn).codes[0])).one()
    for assessor in world.assessors[2:]:
        session.add(
            ConflictOfInterest(
                region_id=one.region_id,
                application_id=one.id,
                assessor_id=assessor.id,
                reason="Kusiner.",
                declared_at=LATER,
                declared_by_id=assessor.id,
            )
        )
    session.commit()
    with pytest.raises(Conflict, match="Too few assessors"):
        ask_third(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.rollback()
    assert session.exec(select(ThirdAssessment)).all() == []
