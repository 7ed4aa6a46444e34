"""Assessors who differ: the queue, the three ways to deal with it, and that levels change only by their owner."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementEnd,
    DiscussionMessage,
    Intake,
    Level,
    LevelChange,
    OutgoingMail,
    RecordEntry,
)
from recruit.models.types import id_of
from recruit.queries import disagreement as queries
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import discussion as discussions
from recruit.queries import ranking as rankings
from recruit.services import (
    assessment,
    conflicts,
    disagreement,
    discussion,
    disposal,
    interview,
    panels,
    ranking,
)
from recruit.services import intake as intakes
from recruit.services.verification import verify
from tests.recruit.factories import World
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, assessed, one_line, ranked, settle

STAGE = "screening"
AFTER = LATER + timedelta(days=1)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """Four assessed: far apart by three levels, by two, by one, and not at all."""
    made = opened_intake(session, world)
    for first, second in ((4, 1), (1, 3), (3, 2), (2, 2)):
        assessed(session, world, made, first, second=second)
    intakes.close(session, intake=made, actor=world.actor, now=CLOSES)
    session.commit()
    return made


@pytest.fixture
def far(session: Session, intake: Intake) -> Application:
    """The application whose assessors are three levels apart."""
    return first(session, intake)


def first(session: Session, intake: Intake) -> Application:
    found = select(Application).where(Application.intake_id == intake.id).order_by(Application.id)  # type: ignore[arg-type]
    return session.exec(found).all()[0]


def opened(session: Session, world: World, far: Application) -> Disagreement:
    return disagreement.open_discussion(
        session, application=far, stage=STAGE, reason="Tre nivåer isär.", actor=world.actor, now=LATER
    )


def actors(world: World) -> list[Actor]:
    return [Actor(each.id) for each in world.assessors]


# --- the queue ---


def test_queue_has_what_matters_most_first_and_says_what_is_to_be_dealt_with(
    session: Session, intake: Intake
) -> None:
    found = queries.queue(session, intake=intake, stage=STAGE)
    assert [each.levels for each in found.items] == [3, 2, 1]
    assert [each.to_handle for each in found.items] == [True, True, False]
    assert queries.how_many(session, intake=intake, stage=STAGE).open == 2
    weights = rankings.intakes.profile_of(session, intake).weights_at(STAGE)
    mine = sum(weights[key] for key in ("references", "science", "other_work"))
    assert found.items[0].points == mine * 3 / 4


def test_pages_of_the_queue_are_the_queue_and_parts_are_counted_as_they_are_listed(
    session: Session, world: World, intake: Intake, far: Application
) -> None:
    opened(session, world, far)
    whole = [each.code for each in queries.queue(session, intake=intake, stage=STAGE).items]
    pages = [queries.queue(session, intake=intake, stage=STAGE, size=1, page=page) for page in (1, 2, 3, 4)]
    assert [each.code for page in pages for each in page.items] == whole
    assert all(each.apart for page in pages for each in page.items)
    counted = queries.counts(session, intake=intake, stage=STAGE)
    assert counted == {"to_handle": 1, "open": 1, "settled": 0, "may_be_left": 1}
    being_discussed = queries.queue(session, intake=intake, stage=STAGE, part="open").items
    assert [each.code for each in being_discussed] == [far.mask_code]


def test_threshold_is_a_setting_that_changes_no_decision(
    session: Session, world: World, intake: Intake
) -> None:
    disagreement.set_threshold(session, intake=intake, stage=STAGE, levels=3, actor=world.actor, now=LATER)
    assert queries.how_many(session, intake=intake, stage=STAGE).open == 1
    assert len(queries.queue(session, intake=intake, stage=STAGE).items) == 3
    for levels in (0, 5):
        with pytest.raises(Invalid):
            disagreement.set_threshold(
                session, intake=intake, stage=STAGE, levels=levels, actor=world.actor, now=LATER
            )


def test_nothing_is_told_before_all_have_submitted(
    session: Session, world: World, intake: Intake, far: Application
) -> None:
    row = session.exec(select(Assignment).where(Assignment.application_id == far.id)).first()
    assert row is not None
    row.status, row.submitted_at = AssignmentStatus.ASSIGNED, None
    session.add(row)
    session.flush()
    assert far.mask_code not in {
        each.code for each in queries.queue(session, intake=intake, stage=STAGE).items
    }
    for act in (disagreement.open_discussion, disagreement.ask_third, disagreement.leave):
        with pytest.raises(Conflict, match="Not all assessors"):
            act(session, application=far, stage=STAGE, reason="Nu.", actor=world.actor, now=LATER)  # type: ignore[operator]


def test_queue_says_who_could_cross_the_line(session: Session, world: World, intake: Intake) -> None:
    run = ranked(session, world, intake)
    interview.draft(session, intake=intake, run=run, groups=one_line(2), actor=world.actor, now=LATER)
    found = {each.levels: each.crosses for each in queries.queue(session, intake=intake, stage=STAGE).items}
    assert found[3] == "falls"  # by the lower levels alone below those with twos
    assert found[2] == "rises"


# --- a third assessment ---


@pytest.fixture
def third(session: Session, world: World) -> int:
    """The only assessor who is free of the application."""
    world.assessors[3].active = False
    session.add(world.assessors[3])
    session.commit()
    return id_of(world.assessors[2])


def test_third_assessment_makes_the_application_incomplete_until_it_is_in(
    session: Session, world: World, intake: Intake, far: Application, third: int
) -> None:
    ranked(session, world, intake)
    chosen = disagreement.ask_third(
        session, application=far, stage=STAGE, reason="Tre isär.", actor=world.actor, now=LATER
    )
    assert chosen == third
    told = session.exec(select(OutgoingMail.subject, OutgoingMail.recipient)).all()
    assert [who for subject, who in told if "1 ansökan att bedöma" in subject] == [world.assessors[2].email]
    assert rankings.unsubmitted(session, intake=intake, stage=STAGE) == [far.mask_code]
    assert decided_on.third_still_out(session, intake=intake, stage=STAGE) == [far.mask_code]
    row = session.exec(select(Assignment).where(Assignment.assessor_id == third)).one()
    keys = dict.fromkeys(("references", "science", "other_work"), (4, ""))
    assessment.set_levels(session, assignment=row, levels=keys, actor=Actor(third), now=AFTER)
    assessment.submit(session, assignment=row, actor=Actor(third), now=AFTER)
    assert rankings.unsubmitted(session, intake=intake, stage=STAGE) == []
    made = ranking.run(session, intake=intake, actor=world.actor, now=AFTER)
    levels = [
        level
        for code, who, _key, level in json.loads(made.inputs)["levels"]
        if code == far.mask_code and who != "form"
    ]
    assert sorted(set(levels)) == [1, 4]
    assert len(levels) == 9
    with pytest.raises(Conflict, match="three assessments already"):
        disagreement.ask_third(
            session, application=far, stage=STAGE, reason="En till.", actor=world.actor, now=AFTER
        )


def test_replanning_leaves_the_third_assessor_where_they_are(
    session: Session, world: World, intake: Intake, far: Application
) -> None:
    chosen = disagreement.ask_third(
        session, application=far, stage=STAGE, reason="Tre isär.", actor=world.actor, now=LATER
    )
    session.commit()
    plan = panels.propose(session, intake=intake, actor=world.actor, now=LATER)
    done = panels.carry_out(session, intake=intake, plan=plan, actor=world.actor, now=LATER)
    session.commit()
    assert (done.new, done.taken_back) == (0, 0)
    waiting = select(Assignment).where(Assignment.status == AssignmentStatus.ASSIGNED)
    assert [(each.application_id, each.assessor_id) for each in session.exec(waiting)] == [(far.id, chosen)]


def test_third_assessor_who_steps_aside_leaves_it_open_until_the_group_goes_on_without(
    session: Session, world: World, intake: Intake, far: Application, third: int
) -> None:
    disagreement.ask_third(
        session, application=far, stage=STAGE, reason="Tre isär.", actor=world.actor, now=LATER
    )
    decided = decided_on.decisions_on(session, application_id=id_of(far), stage=STAGE)[0]
    with pytest.raises(Conflict, match="on its way"):
        disagreement.give_up_third(session, decided=decided, reason="Nu.", actor=world.actor, now=AFTER)
    assert (
        conflicts.declare_conflict(
            session, application=far, assessor_id=third, reason="Kollega.", actor=world.actor, now=AFTER
        )
        == []
    )
    # Two have submitted, but three were asked for: not complete.
    assert rankings.unsubmitted(session, intake=intake, stage=STAGE) == [far.mask_code]
    disagreement.give_up_third(
        session, decided=decided, reason="Ingen är ojävig.", actor=world.actor, now=AFTER
    )
    assert rankings.unsubmitted(session, intake=intake, stage=STAGE) == []


def test_third_assessor_who_steps_aside_is_replaced(
    session: Session, world: World, intake: Intake, far: Application, third: int
) -> None:
    fourth = world.assessors[3]
    fourth.active = True
    session.add(fourth)
    session.commit()
    chosen = disagreement.ask_third(
        session, application=far, stage=STAGE, reason="Tre isär.", actor=world.actor, now=LATER
    )
    replaced = conflicts.declare_conflict(
        session, application=far, assessor_id=chosen, reason="Kollega.", actor=world.actor, now=AFTER
    )
    assert replaced == [next(each for each in (third, id_of(fourth)) if each != chosen)]


# --- a discussion ---


def test_discussion_is_for_its_assessors_alone_and_tells_them(
    session: Session, world: World, intake: Intake, far: Application, third: int
) -> None:
    found = opened(session, world, far)
    session.flush()
    told = [each.recipient for each in session.exec(select(OutgoingMail)) if far.mask_code in each.body]
    assert sorted(told) == sorted(each.email for each in world.assessors[:2])
    seen = discussions.of_assessor(
        session, intake=intake, code=far.mask_code, stage=STAGE, assessor_id=world.assessors[0].id or 0
    )
    assert seen[0].id == found.id
    for outsider in (third, world.coordinator.id or 0):
        with pytest.raises(NotFound):
            discussions.of_assessor(
                session, intake=intake, code=far.mask_code, stage=STAGE, assessor_id=outsider
            )
        with pytest.raises(NotFound):
            discussion.write_message(session, discussion=found, text="Hej", actor=Actor(outsider), now=LATER)
        with pytest.raises(NotFound):
            discussion.change_levels(
                session,
                discussion=found,
                levels={"science": (2, "x")},
                seen={"science": 4},
                actor=Actor(outsider),
                now=LATER,
            )


def test_level_changes_only_by_its_owner_and_old_and_new_are_kept(
    session: Session, world: World, intake: Intake, far: Application
) -> None:
    before = ranked(session, world, intake)
    found = opened(session, world, far)
    mine, other = actors(world)[:2]
    change: dict[str, Any] = {"discussion": found, "seen": {"science": 4, "references": 4}, "now": AFTER}
    with pytest.raises(Invalid) as refused:
        discussion.change_levels(session, levels={"science": (2, " ")}, actor=mine, **change)
    assert refused.value.field == "science"
    with pytest.raises(Conflict):  # the other's own level is another: what was seen is not theirs
        discussion.change_levels(session, levels={"science": (2, "Läst om.")}, actor=other, **change)
    number = discussion.change_levels(
        session, levels={"science": (2, "Läst om."), "references": (4, "")}, actor=mine, **change
    )
    assert number == 1
    kept = session.exec(select(LevelChange)).one()
    assert (kept.criterion, kept.old, kept.new, kept.reason) == ("science", 4, 2, "Läst om.")
    rows = session.exec(
        select(Level.level)
        .join(Assignment)
        .where(Assignment.application_id == far.id, Level.criterion == "science")
    ).all()
    assert sorted(rows) == [1, 2]
    with pytest.raises(Refusal, match="discuss"):
        ranking.run(session, intake=intake, actor=world.actor, now=AFTER)
    end = discussion.settle(session, discussion=found, reason="Enades.", actor=world.actor, now=AFTER)
    assert end is DisagreementEnd.CHANGED
    with pytest.raises(Conflict, match="settled"):
        discussion.change_levels(session, levels={"science": (3, "Igen.")}, actor=mine, **change)
    assert not ranking.is_current(session, intake=intake, run=before)
    after = ranking.run(session, intake=intake, actor=world.actor, now=AFTER)
    assert after.number == before.number + 1
    assert decided_on.first_levels(session, intake=intake, run_at=AFTER) == {
        (far.mask_code, world.assessors[0].public_id, "science"): 4
    }
    session.commit()
    assert list(verify(session, region_id=world.region.id or 0).findings) == []


def test_what_was_written_can_be_neither_changed_nor_removed_and_disposal_empties_it(
    session: Session, world: World, intake: Intake, far: Application
) -> None:
    found = opened(session, world, far)
    mine = actors(world)[0]
    discussion.write_message(session, discussion=found, text="Se intyget.", actor=mine, now=AFTER)
    discussion.change_levels(
        session,
        discussion=found,
        levels={"science": (3, "Läst om.")},
        seen={"science": 4},
        actor=mine,
        now=AFTER,
    )
    discussion.settle(session, discussion=found, reason="Klart.", actor=world.actor, now=AFTER)
    session.commit()
    for statement in (
        "UPDATE discussion_message SET text = 'annat'",
        "DELETE FROM discussion_message",
        "UPDATE level_change SET new = 0",
        "UPDATE level_change SET new = 0, reason = ''",
        "DELETE FROM level_change",
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            session.connection().execute(text(statement))
        session.rollback()
    session.refresh(far)
    disposal.dispose_values(session, application=far, reason="Beslut 7.", actor=world.actor, now=AFTER)
    session.commit()
    session.expire_all()
    assert session.exec(select(DiscussionMessage.text)).all() == [""]
    change = session.exec(select(LevelChange)).one()
    assert (change.old, change.new, change.reason) == (4, 3, "")
    assert session.exec(select(Disagreement.reason)).all() == [""]


def test_settling_what_one_has_not_read_is_refused(session: Session, world: World, far: Application) -> None:
    found = opened(session, world, far)
    discussion.write_message(session, discussion=found, text="Se intyget.", actor=actors(world)[0], now=AFTER)
    with pytest.raises(Conflict, match="More has been written"):
        discussion.settle(session, discussion=found, reason="Klart.", actor=world.actor, now=AFTER, seen=0)
    end = discussion.settle(session, discussion=found, reason="Klart.", actor=world.actor, now=AFTER, seen=1)
    assert end is DisagreementEnd.KEPT


def test_own_assessor_and_somebody_with_a_conflict_decide_nothing(
    session: Session, world: World, far: Application
) -> None:
    with pytest.raises(NotAllowed, match="one of the assessors"):
        disagreement.leave(
            session, application=far, stage=STAGE, reason="Låt vara.", actor=actors(world)[0], now=LATER
        )


def test_second_decision_on_the_same_application_is_refused(
    session: Session, world: World, far: Application
) -> None:
    opened(session, world, far)
    with pytest.raises(Conflict, match="since you opened"):
        disagreement.leave(session, application=far, stage=STAGE, reason="x", actor=world.actor, now=LATER)


# --- undo, and release ---


def test_undo_where_nothing_has_followed(
    session: Session, world: World, intake: Intake, far: Application, third: int
) -> None:
    common: dict[str, Any] = {"actor": world.actor, "now": LATER}

    def newest() -> Disagreement:
        return decided_on.decisions_on(session, application_id=id_of(far), stage=STAGE)[-1]

    for act in (disagreement.leave, disagreement.ask_third, disagreement.open_discussion):
        act(session, application=far, stage=STAGE, reason="Nu.", **common)  # type: ignore[operator]
        disagreement.undo(session, decided=newest(), **common)
        assert decided_on.decisions_on(session, application_id=id_of(far), stage=STAGE) == []
    assert session.exec(select(Assignment).where(Assignment.assessor_id == third)).all() == []
    found = opened(session, world, far)
    discussion.write_message(session, discussion=found, text="Hej.", actor=actors(world)[0], now=AFTER)
    with pytest.raises(Conflict, match="written in the discussion"):
        disagreement.undo(session, decided=found, **common)
    discussion.settle(session, discussion=found, reason="Klart.", actor=world.actor, now=AFTER)
    disagreement.undo(session, decided=found, **common)
    assert decided_on.discussed(session, intake=intake, stage=STAGE) == [far.mask_code]


def test_no_discussion_is_opened_once_a_list_is_confirmed_nor_a_list_while_one_is_open(
    session: Session, world: World, intake: Intake, far: Application
) -> None:
    run = ranked(session, world, intake)
    drawn = interview.draft(session, intake=intake, run=run, groups=one_line(2), actor=world.actor, now=LATER)
    settle(session, world, drawn)
    session.commit()
    opened(session, world, far)
    with pytest.raises(Conflict, match="still discuss"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.rollback()
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    for act in (disagreement.leave, disagreement.open_discussion):
        with pytest.raises(Conflict, match="has been released"):
            act(session, application=far, stage=STAGE, reason="Nu.", actor=world.actor, now=AFTER)  # type: ignore[operator]


def test_record_tells_each_step(session: Session, world: World, far: Application) -> None:
    found = opened(session, world, far)
    discussion.change_levels(
        session,
        discussion=found,
        levels={"science": (3, "Läst om.")},
        seen={"science": 4},
        actor=actors(world)[0],
        now=AFTER,
    )
    discussion.settle(session, discussion=found, reason="Klart.", actor=world.actor, now=AFTER)
    about = select(RecordEntry).where(RecordEntry.application_id == far.id)
    entries = session.exec(about.order_by(col(RecordEntry.number))).all()
    assert [each.action for each in entries][-3:] == [
        "assessment.discussion_opened",
        "assessment.level_changed",
        "assessment.discussion_settled",
    ]
