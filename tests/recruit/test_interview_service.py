"""Interview lists: drawing the line, confirming once, versions and their difference."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.database import AllRegions, make_session, transaction
from recruit.errors import Conflict, Invalid
from recruit.models import (
    Application,
    ApplicationStatus,
    AssignmentStatus,
    Eligibility,
    EntryKind,
    InterviewList,
    InterviewListEntry,
    ListStatus,
    Membership,
    RecordEntry,
    Role,
    SetAsideReason,
)
from recruit.queries import intake as intakes
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services import conflicts, interview, list_content, setting_aside
from recruit.services.lines import LineGroup, line_groups
from tests.recruit.factories import World, member
from tests.recruit.ranking_helpers import (
    LATER,
    assessed,
    assessment,
    closed_intake,
    confirmed,
    one_line,
    ranked,
    settle,
)


def draw(session: Session, world: World, intake, run, groups) -> InterviewList:  # type: ignore[no-untyped-def]
    made = interview.draft(session, intake=intake, run=run, groups=groups, actor=world.actor, now=LATER)
    session.commit()
    return made


def test_draft_calls_the_first_and_puts_the_next_in_reserve(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    drawn = draw(session, world, intake, run, one_line(2, 2))
    entries = queries.entries(session, interview_list=drawn)
    order = [code for code, _ in rankings.ranked_applications(session, run=run)]
    assert [(e.mask_code, e.kind, e.position, e.place) for e in entries] == [
        (order[0], EntryKind.CALLED, 1, 1),
        (order[1], EntryKind.CALLED, 2, 2),
        (order[2], EntryKind.RESERVE, 1, 3),
        (order[3], EntryKind.RESERVE, 2, 4),
    ]
    assert (drawn.version, drawn.status, drawn.chain_head) == (1, ListStatus.DRAFT, None)


def test_draft_marks_conditional_entries(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(3, 3))
    expected = assessed(session, world, intake, 4, eligibility=Eligibility.CONDITIONAL)
    session.commit()
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2))
    entries = queries.entries(session, interview_list=drawn)
    assert [(e.application_id == expected.id, e.conditional) for e in entries] == [
        (True, True),
        (False, False),
    ]


def test_draft_by_group_follows_preferences_in_order_of_rank(session: Session, world: World) -> None:
    north, south = world.sites[0].id or 0, world.sites[1].id or 0
    intake = closed_intake(session, world, levels=())
    first = assessed(session, world, intake, 4, sites=(north, south))
    second = assessed(session, world, intake, 3, sites=(north, south))
    third = assessed(session, world, intake, 2, sites=(north,))
    anywhere = assessed(session, world, intake, {"references": 2, "science": 2, "other_work": 1})
    session.commit()
    groups = [LineGroup("Nord", (north,), 1, 1), LineGroup("Syd", (south,), 1, 1)]
    drawn = draw(session, world, intake, ranked(session, world, intake), groups)
    stands = {
        e.application_id: (e.kind.value, e.group_name, e.position)
        for e in queries.entries(session, interview_list=drawn)
    }
    assert stands == {
        first.id: ("called", "Nord", 1),
        second.id: ("called", "Syd", 1),
        third.id: ("reserve", "Nord", 1),
        anywhere.id: ("reserve", "Syd", 1),
    }


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([], "how many places"),
        (one_line(0, 3), "At least one place"),
        (one_line(-1), "whole numbers"),
        ([LineGroup("A", (1,), 1, 0)], "in no group"),
        ([LineGroup("A", (1,), 1, 0), LineGroup("A", (2,), 1, 0)], "name of its own"),
        ([LineGroup("A", (1, 2), 1, 0), LineGroup("B", (2,), 1, 0)], "more than one group"),
        ([LineGroup("A", (1, 2), 1, 0), LineGroup("B", (), 1, 0)], "has no site"),
        ([LineGroup("A", (1, 2), 1, 0), LineGroup("B", (99,), 1, 0)], "no posts"),
    ],
)
def test_draft_of_a_line_that_cannot_be_drawn_is_refused(
    session: Session, world: World, groups: list[LineGroup], message: str
) -> None:
    numbers = {1: world.sites[0].id or 0, 2: world.sites[1].id or 0}
    groups = [
        LineGroup(g.name, tuple(numbers.get(s, 9999) for s in g.site_ids), g.places, g.reserves)
        for g in groups
    ]
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    with pytest.raises(Invalid, match=message):
        interview.draft(session, intake=intake, run=run, groups=groups, actor=world.actor, now=LATER)
    assert session.exec(select(InterviewList)).all() == []


def test_draft_beside_another_draft_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    draw(session, world, intake, run, one_line(2))
    with pytest.raises(Conflict, match="a draft already"):
        interview.draft(session, intake=intake, run=run, groups=one_line(3), actor=world.actor, now=LATER)


def test_draft_on_a_run_that_is_no_longer_current_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    assessed(session, world, intake, 4)
    session.commit()
    with pytest.raises(Conflict, match="has changed since run 1"):
        interview.draft(session, intake=intake, run=run, groups=one_line(2), actor=world.actor, now=LATER)


def test_confirm_locks_the_list_and_carries_the_chain_head(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    found = confirmed(session, world, intake, ranked(session, world, intake), 2, 1)
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "interview.confirmed")).one()
    assert (found.status, found.confirmed_by_id, found.confirmed_at) == (
        ListStatus.CONFIRMED,
        world.chair.id,
        LATER,
    )
    assert found.chain_head == entry.hash
    assert list_content.content_digest(session, found) == found.content_sha256
    with pytest.raises(Conflict, match="already confirmed by"):
        interview.discard(session, interview_list=found, actor=world.actor, now=LATER)


def test_confirm_by_two_at_once_lets_one_win(session: Session, engine: Engine, world: World) -> None:
    intake = closed_intake(session, world)
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2))
    settle(session, world, drawn)
    other = Actor(member(session, world.region, "third@alvmark.example", Role.COORDINATOR).id)
    session.commit()
    identity = drawn.id
    session.close()
    with (
        make_session(engine, scope=AllRegions("tests"), writes=False) as one,
        make_session(engine, scope=AllRegions("tests"), writes=False) as two,
    ):
        seen_by_one, seen_by_two = one.get_one(InterviewList, identity), two.get_one(InterviewList, identity)
        one.rollback()
        two.rollback()
        with transaction(one):
            interview.confirm(one, interview_list=seen_by_one, actor=world.second, now=LATER)
        with (
            pytest.raises(Conflict, match="already confirmed by"),
            transaction(two),
        ):
            interview.confirm(two, interview_list=seen_by_two, actor=other, now=LATER + timedelta(seconds=1))
    with make_session(engine, scope=AllRegions("tests")) as after:
        assert after.get_one(InterviewList, identity).confirmed_by_id == world.chair.id
        actions = after.exec(
            select(RecordEntry.action).where(RecordEntry.action == "interview.confirmed")
        ).all()
        assert len(actions) == 1


def test_confirm_of_something_else_than_was_seen_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2))
    with pytest.raises(Conflict, match="drawn anew"), transaction(session):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER, seen="0" * 64)
    session.refresh(drawn)
    assert drawn.status is ListStatus.DRAFT


def test_confirm_after_a_withdrawal_is_refused_and_changes_nothing(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2))
    first = session.exec(select(Application)).first()
    assert first is not None
    first.status = ApplicationStatus.WITHDRAWN
    session.commit()
    with pytest.raises(Conflict, match="has changed since run"), transaction(session):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.refresh(drawn)
    assert (drawn.status, drawn.confirmed_at, drawn.chain_head) == (ListStatus.DRAFT, None, None)


def test_confirm_while_an_assessment_is_awaited_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    one = session.exec(select(Application)).first()
    assert one is not None
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2))
    waiting = assessment(session, intake, one, world.assessors[2].id or 0, {})
    waiting.status, waiting.submitted_at = AssignmentStatus.ASSIGNED, None
    session.commit()
    with pytest.raises(Conflict, match=one.mask_code), transaction(session):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)


def test_confirm_while_an_assessor_has_stepped_aside_without_a_replacement_is_refused(
    session: Session, world: World
) -> None:
    intake = closed_intake(session, world)
    one = session.exec(select(Application)).first()
    assert one is not None
    assert rankings.unsubmitted(session, intake=intake, stage="screening") == []
    for other in world.assessors[2:]:
        member = select(Membership).where(Membership.account_id == other.id)
        session.delete(session.exec(member).one())
    session.flush()
    replaced = conflicts.declare_conflict(
        session,
        application=one,
        assessor_id=world.assessors[0].id or 0,
        reason="We are cousins.",
        actor=world.actor,
        now=LATER,
    )
    run = ranked(session, world, intake)
    drawn = draw(session, world, intake, run, one_line(2))
    assert replaced == []
    assert rankings.unsubmitted(session, intake=intake, stage="screening") == [one.mask_code]
    assert (
        rankings.watch(
            session, intake=intake, profile=intakes.profile_of(session, intake), run=run, ranked=5
        ).waiting
        == 1
    )
    with pytest.raises(Conflict, match=one.mask_code), transaction(session):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)


def test_nothing_is_handed_out_or_set_aside_at_a_stage_whose_list_is_confirmed(
    session: Session, world: World
) -> None:
    intake = closed_intake(session, world, levels=(4, 3))
    one = session.exec(select(Application)).first()
    assert one is not None
    confirmed(session, world, intake, ranked(session, world, intake), 1)
    replaced = conflicts.declare_conflict(
        session,
        application=one,
        assessor_id=world.assessors[0].id or 0,
        reason="We are cousins.",
        actor=world.actor,
        now=LATER,
    )
    assert replaced == []
    waiting = assessment(session, intake, one, world.assessors[2].id or 0, {})
    waiting.status, waiting.submitted_at = AssignmentStatus.ASSIGNED, None
    session.commit()
    with pytest.raises(Conflict, match="selection at this stage is made"):
        setting_aside.set_aside(
            session,
            assignment=waiting,
            reason=SetAsideReason.TIME,
            words="",
            actor=Actor(waiting.assessor_id),
            now=LATER,
        )
    session.refresh(waiting)
    assert waiting.status is AssignmentStatus.ASSIGNED


def test_confirm_takes_conditions_as_they_stand(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4, 3), eligibility=Eligibility.CONDITIONAL)
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2))
    for application in session.exec(select(Application)):
        application.eligibility = Eligibility.ELIGIBLE
    settle(session, world, drawn)
    session.commit()
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert [e.conditional for e in queries.entries(session, interview_list=drawn)] == [False, False]
    assert list_content.content_digest(session, drawn) == drawn.content_sha256


def test_discard_removes_the_draft_and_frees_its_version(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    drawn = draw(session, world, intake, run, one_line(2))
    interview.discard(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    assert session.exec(select(InterviewListEntry)).all() == []
    assert draw(session, world, intake, run, one_line(3)).version == 1
    actions = session.exec(
        select(RecordEntry.action)
        .where(col(RecordEntry.action).startswith("interview."))
        .order_by(col(RecordEntry.number))
    ).all()
    assert actions == ["interview.drafted", "interview.discarded", "interview.drafted"]


def test_difference_names_added_removed_and_moved(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2))
    first = confirmed(session, world, intake, ranked(session, world, intake), 2, 1)
    before = queries.entries(session, interview_list=first)
    assert queries.difference(session, interview_list=first, present=before) is None
    gone = session.get_one(Application, before[0].application_id)
    gone.status = ApplicationStatus.WITHDRAWN
    best = assessed(session, world, intake, 4)
    session.commit()
    second = confirmed(session, world, intake, ranked(session, world, intake), 3, 0)
    changed = queries.difference(
        session, interview_list=second, present=queries.entries(session, interview_list=second)
    )
    assert changed is not None
    assert second.version == 2
    assert changed.previous == 1
    assert [e.application_id for e in changed.added] == [best.id]
    assert [e.application_id for e in changed.removed] == [gone.id]
    assert [(old.kind.value, new.kind.value) for old, new in changed.moved] == [("reserve", "called")]


def test_line_groups_reads_back_what_was_drawn(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    drawn = draw(session, world, intake, ranked(session, world, intake), one_line(2, 1))
    assert line_groups(drawn) == one_line(2, 1)
