"""Several people who act in the same moment: real threads, a session each, on both databases."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.database import AllRegions, make_session, transaction
from recruit.errors import Conflict
from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentStatus,
    Attachment,
    AttachmentKind,
    ConflictOfInterest,
    Eligibility,
    Intake,
    InterviewList,
    Level,
    ListStatus,
    OutgoingMail,
    RecordEntry,
    Role,
)
from recruit.services import application as applications
from recruit.services import assessment, conflicts, eligibility, interview, panels, ranking
from recruit.services.publishing import publish
from recruit.services.third import ask_third
from recruit.services.verification import verify
from recruit.storage import Storage
from tests.recruit.application_helpers import PDF, begin, open_intake
from tests.recruit.assessment_helpers import (
    KEYS,
    LATER,
    application_of,
    assignments_of,
    eligible_intake,
    handed_out,
    set_all,
)
from tests.recruit.factories import NOW, World, applicant, member
from tests.recruit.ranking_helpers import LATER as RANKED_AT
from tests.recruit.ranking_helpers import closed_intake, confirmed, one_line, ranked, settle

Act = Callable[[Session], Any]
PATIENCE = 30  # seconds: longer than any lock is held here


def at_once(engine: Engine, *acts: Act) -> list[Any]:
    """What each act returns or raises, all begun in the same moment, each in a transaction of its own."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def carry_out(number: int, act: Act) -> None:
        with make_session(engine, scope=AllRegions("tests")) as session:
            try:
                barrier.wait(PATIENCE)
                with transaction(session):
                    outcomes[number] = act(session)
            except Exception as error:
                outcomes[number] = error

    _run([threading.Thread(target=carry_out, args=each) for each in enumerate(acts)])
    return outcomes


def overtaken(engine: Engine, first: Act, second: Act) -> Any:
    """What `second` returns or raises when it begins after `first` has acted and before that is committed."""
    acted, outcome = threading.Event(), []

    def hurry() -> None:
        with make_session(engine, scope=AllRegions("tests")) as session:
            assert acted.wait(PATIENCE)
            try:
                with transaction(session):
                    outcome.append(second(session))
            except Exception as error:
                outcome.append(error)

    thread = threading.Thread(target=hurry)
    thread.start()
    with make_session(engine, scope=AllRegions("tests")) as session, transaction(session):
        first(session)
        session.flush()
        acted.set()
        thread.join(0.4)  # it waits for this transaction, or has gone past it
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return outcome[0]


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)


def start(intake_id: int | None, account_id: int | None) -> Act:
    def act(session: Session) -> Any:
        return applications.start(
            session,
            intake=session.get_one(Intake, intake_id),
            account=session.get_one(Account, account_id),
            actor=Actor(account_id),
            now=NOW,
        ).id

    return act


def test_start_by_eight_at_once_gives_eight_applications_and_a_whole_chain(
    session: Session, engine: Engine, world: World
) -> None:
    intake = open_intake(session, world)
    people = [applicant(session, f"at-once-{number}@example.org") for number in range(8)]
    session.commit()
    outcomes = at_once(engine, *(start(intake.id, each.id) for each in people))
    assert [each for each in outcomes if not isinstance(each, int)] == []
    assert len(set(outcomes)) == 8
    assert verify(session, region_id=world.region.id or 0).findings == []
    started = select(RecordEntry.subject_id).where(RecordEntry.action == "application.started")
    assert sorted(session.exec(started)) == sorted(outcomes)


def test_start_by_a_double_click_gives_one_application(
    session: Session, engine: Engine, world: World
) -> None:
    intake = open_intake(session, world)
    account = applicant(session)
    session.commit()
    outcomes = at_once(engine, *[start(intake.id, account.id)] * 4)
    found = session.exec(select(Application.id)).one()
    assert outcomes == [found] * 4


def test_attach_waits_while_the_intake_is_being_closed_and_is_refused_after_it(
    session: Session, engine: Engine, world: World, tmp_path: Path
) -> None:
    draft = begin(session, open_intake(session, world), applicant(session))
    session.commit()

    def close(own: Session) -> Any:
        own.get_one(Intake, draft.intake_id).closes_at = NOW - timedelta(seconds=1)

    outcome = overtaken(engine, close, attaching(draft, Storage(tmp_path)))
    assert isinstance(outcome, Conflict)
    assert "time to apply has passed" in str(outcome.message)


def attaching(draft: Application, storage: Storage) -> Act:
    def attach(own: Session) -> Any:
        return applications.attach(
            own,
            application=own.get_one(Application, draft.id),
            kind=AttachmentKind.CV,
            filename="cv.pdf",
            content=PDF,
            storage=storage,
            actor=Actor(draft.account_id),
            now=NOW,
        ).row.id

    return attach


def test_attach_by_a_double_click_stores_one_file(
    session: Session, engine: Engine, world: World, tmp_path: Path
) -> None:
    draft = begin(session, open_intake(session, world), applicant(session))
    attach = attaching(draft, Storage(tmp_path))
    outcomes = at_once(engine, attach, attach)
    assert outcomes == [session.exec(select(Attachment.id)).one()] * 2


def one_assignment(session: Session, world: World) -> tuple[int, Actor]:
    """An assignment with every level set to 3, and whose it is."""
    intake = handed_out(session, world)
    assignment = assignments_of(session, intake, world.assessors[0])[0]
    set_all(session, assignment, 3)
    session.commit()
    return assignment.id or 0, Actor(assignment.assessor_id)


def submit(assignment_id: int, actor: Actor) -> Act:
    def act(session: Session) -> None:
        found = session.get_one(Assignment, assignment_id)
        assessment.submit(session, assignment=found, actor=actor, now=LATER)

    return act


def change_levels(assignment_id: int, actor: Actor) -> Act:
    def act(session: Session) -> None:
        found = session.get_one(Assignment, assignment_id)
        levels = dict.fromkeys(KEYS, (0, ""))
        assessment.set_levels(session, assignment=found, levels=levels, actor=actor, now=LATER)

    return act


def declare(application_id: int | None, assessor_id: int | None) -> Act:
    def act(session: Session) -> Any:
        return conflicts.declare_conflict(
            session,
            application=session.get_one(Application, application_id),
            assessor_id=assessor_id or 0,
            reason="We are cousins.",
            actor=Actor(assessor_id),
            now=LATER,
        )

    return act


def levels_of(session: Session, assignment_id: int) -> set[int]:
    return set(session.exec(select(Level.level).where(Level.assignment_id == assignment_id)))


def test_levels_saved_in_a_second_window_while_submitting_are_refused(
    session: Session, engine: Engine, world: World
) -> None:
    task = one_assignment(session, world)
    outcome = overtaken(engine, submit(*task), change_levels(*task))
    assert isinstance(outcome, Conflict)
    assert levels_of(session, task[0]) == {3}


def test_submit_while_levels_are_saved_records_the_levels_that_stand(
    session: Session, engine: Engine, world: World
) -> None:
    task = one_assignment(session, world)
    assert overtaken(engine, change_levels(*task), submit(*task)) is None
    assert levels_of(session, task[0]) == {0}
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "assessment.submitted")).one()
    assert entry.subject_id == task[0]
    assert verify(session, region_id=world.region.id or 0).findings == []


def test_levels_kept_open_in_a_second_window_do_not_change_after_submission(
    session: Session, engine: Engine, world: World
) -> None:
    number, actor = one_assignment(session, world)
    with make_session(engine, scope=AllRegions("tests"), writes=False) as window:
        opened = window.get_one(Assignment, number)
        window.commit()
        with make_session(engine, scope=AllRegions("tests")) as other, transaction(other):
            submit(number, actor)(other)
        levels = dict.fromkeys(KEYS, (0, ""))
        with pytest.raises(Conflict, match="submitted"), transaction(window):
            assessment.set_levels(window, assignment=opened, levels=levels, actor=actor, now=LATER)
    assert levels_of(session, number) == {3}


def test_conflict_declared_while_submitting_sets_the_assessment_aside(
    session: Session, engine: Engine, world: World
) -> None:
    number, actor = one_assignment(session, world)
    application = application_of(session, session.get_one(Assignment, number))
    session.commit()
    outcome = overtaken(engine, submit(number, actor), declare(application.id, actor.account_id))
    assert len(outcome) == 1
    session.expire_all()
    assert session.get_one(Assignment, number).status is AssignmentStatus.RECUSED
    assert levels_of(session, number) == {3}  # what was submitted is kept, though it does not count


def test_assign_twice_at_once_gives_each_application_two(
    session: Session, engine: Engine, world: World
) -> None:
    intake = eligible_intake(session, world, 12)

    def assign(own: Session) -> Any:
        found = own.get_one(Intake, intake.id)
        return panels.assign(own, intake=found, actor=world.actor, now=LATER).new

    assert sorted(at_once(engine, assign, assign)) == [0, 24]
    assert len(session.exec(select(Assignment.id)).all()) == 24


def test_assign_again_while_somebody_submits_keeps_what_is_submitted(
    session: Session, engine: Engine, world: World
) -> None:
    number, actor = one_assignment(session, world)
    application = application_of(session, session.get_one(Assignment, number))
    application.eligibility = Eligibility.INELIGIBLE  # so that assigning would take it back
    session.add(application)
    session.commit()

    def assign(own: Session) -> Any:
        found = own.exec(select(Intake)).one()
        return panels.assign(own, intake=found, actor=world.actor, now=LATER).taken_back

    assert overtaken(engine, submit(number, actor), assign) == 1  # the other assessor's, not begun
    session.expire_all()
    assert session.get_one(Assignment, number).status is AssignmentStatus.SUBMITTED
    assert levels_of(session, number) == {3}


def test_conflicts_of_both_assessors_at_once_give_two_replacements(
    session: Session, engine: Engine, world: World
) -> None:
    handed_out(session, world, 4)
    application = session.exec(select(Application).order_by(col(Application.id))).first()
    assert application is not None
    panel = select(Assignment.assessor_id).where(Assignment.application_id == application.id)
    pair = session.exec(panel).all()
    session.commit()
    outcomes = at_once(engine, *(declare(application.id, assessor_id) for assessor_id in pair))
    assert [len(each) for each in outcomes] == [1, 1]
    standing = panel.where(Assignment.status == AssignmentStatus.ASSIGNED)
    left = session.exec(standing).all()
    assert (len(left), set(left) & set(pair)) == (2, set())


def test_conflict_declared_twice_at_once_is_recorded_once(
    session: Session, engine: Engine, world: World
) -> None:
    number, actor = one_assignment(session, world)
    application = application_of(session, session.get_one(Assignment, number))
    session.commit()
    outcomes = at_once(engine, *[declare(application.id, actor.account_id)] * 2)
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "list"]
    assert len(session.exec(select(ConflictOfInterest)).all()) == 1


def test_withdraw_while_assigning_and_ranking_goes_through(
    session: Session, engine: Engine, world: World
) -> None:
    intake = closed_intake(session, world)
    people = session.exec(select(Application).order_by(col(Application.id))).all()
    session.commit()

    def withdraw(application: Application) -> Act:
        def act(own: Session) -> Any:
            found = own.get_one(Application, application.id)
            actor = Actor(found.account_id)
            applications.withdraw(own, application=found, reason=None, actor=actor, now=RANKED_AT)

        return act

    def rank(own: Session) -> Any:
        ranking.run(own, intake=own.get_one(Intake, intake.id), actor=world.actor, now=RANKED_AT)

    def assign(own: Session) -> Any:
        found = own.get_one(Intake, intake.id)
        panels.assign(own, intake=found, actor=world.actor, now=RANKED_AT)

    outcomes = at_once(engine, *map(withdraw, people[:3]), rank, rank, assign)
    assert outcomes == [None] * 6
    assert verify(session, region_id=world.region.id or 0).findings == []


def test_decide_while_assigning_does_not_lock_up(session: Session, engine: Engine, world: World) -> None:
    intake = eligible_intake(session, world, 4)
    people = session.exec(select(Application).order_by(col(Application.id))).all()
    session.commit()

    def decide(application: Application) -> Act:
        def act(own: Session) -> Any:
            found = own.get_one(Application, application.id)
            proposals = eligibility.proposals_for(own, application=found)
            chosen = [eligibility.Decision(key, each.answer) for key, each in proposals.items()]
            eligibility.decide_many(
                own, application=found, decisions=chosen, actor=world.actor, now=LATER + timedelta(hours=1)
            )

        return act

    def assign(own: Session) -> Any:
        found = own.get_one(Intake, intake.id)
        panels.assign(own, intake=found, actor=world.actor, now=LATER)

    assert at_once(engine, *map(decide, people), assign) == [None] * 5


def drafted(session: Session, world: World) -> InterviewList:
    """A draft that calls two of a closed intake."""
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    return interview.draft(
        session, intake=intake, run=run, groups=one_line(2), actor=world.actor, now=RANKED_AT
    )


def test_confirm_by_two_in_the_same_moment_lets_one_win(
    session: Session, engine: Engine, world: World
) -> None:
    drawn = drafted(session, world)
    settle(session, world, drawn)
    third = member(session, world.region, "third@alvmark.example", Role.COORDINATOR)
    session.commit()
    people = [world.chair.id, third.id]

    def confirm(person: int | None) -> Act:
        def act(own: Session) -> Any:
            found = own.get_one(InterviewList, drawn.id)
            interview.confirm(own, interview_list=found, actor=Actor(person), now=RANKED_AT)
            return person

        return act

    outcomes = at_once(engine, *map(confirm, people))
    winners = [each for each in outcomes if each in people]
    losers = [each for each in outcomes if isinstance(each, Conflict)]
    assert (len(winners), len(losers)) == (1, 1)
    assert "already confirmed by" in str(losers[0].message)
    session.expire_all()
    kept = session.get_one(InterviewList, drawn.id)
    assert (kept.status, kept.confirmed_by_id) == (ListStatus.CONFIRMED, winners[0])
    confirmed = select(RecordEntry).where(RecordEntry.action == "interview.confirmed")
    assert len(session.exec(confirmed).all()) == 1


def test_withdrawal_while_confirming_waits_and_confirming_after_it_is_refused(
    session: Session, engine: Engine, world: World
) -> None:
    drawn = drafted(session, world)
    settle(session, world, drawn)
    session.commit()
    first = session.exec(select(Application).order_by(col(Application.id))).first()
    assert first is not None

    def withdraw(own: Session) -> Any:
        found = own.get_one(Application, first.id)
        applications.withdraw(
            own, application=found, reason=None, actor=Actor(found.account_id), now=RANKED_AT
        )

    def confirm(own: Session) -> Any:
        found = own.get_one(InterviewList, drawn.id)
        interview.confirm(own, interview_list=found, actor=world.second, now=RANKED_AT)

    outcome = overtaken(engine, withdraw, confirm)
    assert isinstance(outcome, Conflict)
    assert "has changed since run" in str(outcome.message)
    session.expire_all()
    assert session.get_one(InterviewList, drawn.id).status is ListStatus.DRAFT


def test_publish_twice_at_once_tells_everybody_once(session: Session, engine: Engine, world: World) -> None:
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)

    def act(own: Session) -> Any:
        publish(
            own,
            interview_list=own.get_one(InterviewList, drawn.id),
            actor=world.second,
            now=RANKED_AT,
        )
        return "published"

    outcomes = at_once(engine, act, act)
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "str"]
    to_applicants = col(OutgoingMail.application_id).is_not(None)
    told = session.exec(
        select(OutgoingMail).where(to_applicants, col(OutgoingMail.subject).contains("intervju"))
    ).all()
    assert len(told) == 5
    assert verify(session, region_id=world.region.id or 0).findings == []


@pytest.mark.parametrize("act", [ask_third, publish])
def test_draft_discarded_in_another_window_is_refused_with_a_sentence(
    session: Session, engine: Engine, world: World, act: Callable[..., Any]
) -> None:
    number = drafted(session, world).id
    session.commit()
    with make_session(engine, scope=AllRegions("tests"), writes=False) as window:
        opened = window.get_one(InterviewList, number)
        window.commit()
        with make_session(engine, scope=AllRegions("tests")) as other, transaction(other):
            found = other.get_one(InterviewList, number)
            interview.discard(other, interview_list=found, actor=world.actor, now=RANKED_AT)
        with pytest.raises(Conflict, match="has been discarded in the meantime"), transaction(window):
            act(window, interview_list=opened, actor=world.actor, now=RANKED_AT)
