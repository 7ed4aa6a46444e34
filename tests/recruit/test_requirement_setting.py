"""Setting one requirement for many: what would change, who is left out, what happened in between, the undo."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.models import Answer, Application, Intake
from recruit.queries import eligibility as one
from recruit.services import application as applications
from recruit.services import eligibility, requirement_setting
from recruit.services.requirement_setting import Setting
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.kept import kept

THEN = NOW + timedelta(days=3)
NO = Setting("E5", Answer.NO, "The diploma is missing.")


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake, opened."""
    return opened_intake(session, world)


def decide(session: Session, actor: Actor, application: Application, answer: Answer) -> None:
    eligibility.decide(
        session,
        application=application,
        requirement="E5",
        answer=answer,
        reason="Seen.",
        actor=actor,
        now=THEN,
    )


def answers(session: Session, *who: Application) -> list[Answer | None]:
    """What is decided about E5 for each."""
    found = []
    for each in who:
        standing = {row.requirement: row.answer for row in one.decisions_of(session, each)}
        found.append(standing.get("E5"))
    return found


def set_for(
    session: Session, world: World, intake: Intake, *who: Application, setting: Setting = NO
) -> tuple[requirement_setting.RequirementSetting, requirement_setting.Plan]:
    """Looked at and set at once."""
    shown = requirement_setting.plan(
        session,
        intake=intake,
        codes=[each.mask_code for each in who],
        setting=setting,
        actor=world.actor,
    )
    seen = [each.seen for each in shown.changes]
    return requirement_setting.set_many(
        session, intake=intake, seen=seen, setting=setting, actor=world.actor, now=THEN
    )


def undo(session: Session, intake: Intake, public_id: str, actor: Actor) -> tuple[int, list[str]]:
    restored, left_out = requirement_setting.undo(
        session, intake=intake, public_id=public_id, actor=actor, now=THEN + timedelta(hours=1)
    )
    return restored, [each.code for each in left_out]


def test_plan_leaves_out_what_is_decided_and_says_why(session: Session, world: World, intake: Intake) -> None:
    free, so, other = (submitted(session, intake) for _ in range(3))
    decide(session, world.actor, so, Answer.NO)
    decide(session, world.actor, other, Answer.YES)
    codes = [each.mask_code for each in (free, so, other)]
    found = requirement_setting.plan(session, intake=intake, codes=codes, setting=NO, actor=world.actor)
    assert [each.application.id for each in found.changes] == [free.id]
    assert {each.code: str(each.why) for each in found.left_out} == {
        so.mask_code: "It is decided so already.",
        other.mask_code: "It is decided otherwise already.",
    }
    with pytest.raises(Invalid) as refused:
        requirement_setting.plan(
            session, intake=intake, codes=codes, setting=Setting("E5", Answer.NO, " "), actor=world.actor
        )
    assert refused.value.field == "reason"


def test_undo_restores_earlier_decisions_and_their_deciders(
    session: Session, world: World, intake: Intake
) -> None:
    free, other = submitted(session, intake), submitted(session, intake)
    decide(session, world.second, other, Answer.YES)
    over = Setting("E5", Answer.NO, NO.reason, over=True)
    made, _plan = set_for(session, world, intake, free, other, setting=over)
    assert answers(session, free, other) == [Answer.NO, Answer.NO]
    with pytest.raises(Conflict, match="your own last"):
        undo(session, intake, made.public_id, world.second)
    assert undo(session, intake, made.public_id, world.actor) == (2, [])
    assert answers(session, free, other) == [None, Answer.YES]
    assert one.decisions_of(session, other)[0].decided_by_id == world.chair.id
    with pytest.raises(Conflict, match="your own last"):
        undo(session, intake, made.public_id, world.actor)


def test_undo_leaves_what_has_been_decided_since(session: Session, world: World, intake: Intake) -> None:
    same, moved = submitted(session, intake), submitted(session, intake)
    made, _plan = set_for(session, world, intake, same, moved)
    decide(session, world.second, moved, Answer.YES)
    assert undo(session, intake, made.public_id, world.actor) == (1, [moved.mask_code])
    assert answers(session, same, moved) == [None, Answer.YES]


def test_whoever_moved_in_between_is_left_out_and_the_rest_is_done(
    session: Session, world: World, intake: Intake
) -> None:
    stays, gone, redecided = (submitted(session, intake) for _ in range(3))
    codes = [each.mask_code for each in (stays, gone, redecided)]
    shown = requirement_setting.plan(session, intake=intake, codes=codes, setting=NO, actor=world.actor)
    applications.withdraw(session, application=gone, reason="", actor=Actor(gone.account_id), now=THEN)
    decide(session, world.second, redecided, Answer.YES)
    _made, done = requirement_setting.set_many(
        session,
        intake=intake,
        seen=[each.seen for each in shown.changes],
        setting=NO,
        actor=world.actor,
        now=THEN,
    )
    assert [each.application.id for each in done.changes] == [stays.id]
    assert {each.code for each in done.left_out} == {gone.mask_code, redecided.mask_code}
    assert answers(session, stays, gone, redecided) == [Answer.NO, None, Answer.YES]


def test_second_post_of_the_same_form_changes_nothing(session: Session, world: World, intake: Intake) -> None:
    application = submitted(session, intake)
    shown = requirement_setting.plan(
        session, intake=intake, codes=[application.mask_code], setting=NO, actor=world.actor
    )
    post = {"intake": intake, "seen": [each.seen for each in shown.changes], "setting": NO, "now": THEN}
    requirement_setting.set_many(session, actor=world.actor, **post)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="decided so already"):
        requirement_setting.set_many(session, actor=world.actor, **post)  # type: ignore[arg-type]
