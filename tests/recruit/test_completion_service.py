"""Requests for completion: who is asked, the answer that comes back to its place, time, taking back, reminding."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.models import (
    Answer,
    Application,
    AttachmentKind,
    CompletionRequest,
    Eligibility,
    Intake,
    OutgoingMail,
    RecordEntry,
)
from recruit.queries import completion as queries
from recruit.queries import eligibility as one
from recruit.services import application as applications
from recruit.services import attachments, completion, completion_answers, disposal, eligibility
from recruit.services.completion import Wanted
from recruit.services.eligibility import Decision
from recruit.storage import Storage
from scoring.profile import default_profile
from tests.recruit.application_helpers import PDF
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import CLOSES, opened_intake, submitted
from tests.recruit.kept import kept

KEYS = [each.key for each in default_profile().requirements]
AFTER = CLOSES + timedelta(days=2)
DUE = queries.today(AFTER) + timedelta(days=14)
DIPLOMA = Wanted(kind=AttachmentKind.DIPLOMA, requirement="E5", text="The scan cannot be read.")
URL = "https://bt.example"


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake, opened."""
    return opened_intake(session, world)


def decided(session: Session, world: World, application: Application, **answers: Answer) -> None:
    """Every requirement decided yes, but for those given."""
    chosen = [Decision(key, answers.get(key, Answer.YES), "Looked at.") for key in KEYS]
    eligibility.decide_many(
        session, application=application, decisions=chosen, actor=world.actor, now=CLOSES + timedelta(days=1)
    )


def ask(
    session: Session, world: World, intake: Intake, *who: Application, wanted: Wanted = DIPLOMA
) -> completion.Done:
    """Asked two days after the closing time, to be answered within two weeks."""
    return completion.ask(
        session,
        intake=intake,
        codes=[each.mask_code for each in who],
        wanted=wanted,
        due_on=DUE,
        base_url=URL,
        actor=world.actor,
        now=AFTER,
    )


def upload(
    session: Session, application: Application, folder: Path, now: datetime, content: bytes = PDF + b"new"
) -> None:
    attachments.attach(
        session,
        application=application,
        kind=AttachmentKind.DIPLOMA,
        filename="diploma.pdf",
        content=content,
        storage=Storage(folder),
        actor=Actor(application.account_id),
        now=now,
    )


def mails(session: Session, application: Application) -> list[OutgoingMail]:
    chosen = select(OutgoingMail).where(OutgoingMail.application_id == application.id)
    return list(session.exec(chosen.order_by(col(OutgoingMail.id))))


def test_document_comes_back_after_closing_and_reopens_only_its_requirement(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    application = submitted(session, intake)
    decided(session, world, application, E5=Answer.NO)
    request = ask(session, world, intake, application).requests[0]
    assert application.eligibility is Eligibility.INELIGIBLE
    upload(session, application, tmp_path, AFTER + timedelta(days=3))
    standing = {each.requirement: each.answer for each in one.decisions_of(session, application)}
    assert standing == dict.fromkeys([key for key in KEYS if key != "E5"], Answer.YES)
    assert application.eligibility is Eligibility.PENDING
    assert (request.answered_at, request.late) == (AFTER + timedelta(days=3), False)
    assert request.attachment_id is not None
    actions = [each.action for each in session.exec(select(RecordEntry).order_by(col(RecordEntry.number)))]
    assert set(actions[-2:]) == {"completion.answered", "eligibility.reopened"}
    decided(session, world, application)
    session.refresh(request)
    assert queries.state(request, DUE) is queries.CompletionState.HANDLED


def test_nothing_else_can_be_changed_after_closing(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    application = submitted(session, intake)
    ask(session, world, intake, application)
    with pytest.raises(Conflict, match="time to apply has passed"):
        attachments.attach(
            session,
            application=application,
            kind=AttachmentKind.CV,
            filename="cv.pdf",
            content=PDF + b"other",
            storage=Storage(tmp_path),
            actor=Actor(application.account_id),
            now=AFTER,
        )
    with pytest.raises(Conflict, match="time to apply has passed"):
        applications.save_topic(
            session,
            application=application,
            topic="education",
            answers={"graduation_year": 2020},
            actor=Actor(application.account_id),
            now=AFTER,
        )


def test_topic_that_is_asked_for_can_be_changed_and_then_answered(
    session: Session, world: World, intake: Intake
) -> None:
    application = submitted(session, intake, phone="+46 70 123 45 67", city="Älvstad")
    request = ask(session, world, intake, application, wanted=Wanted(topic="education")).requests[0]
    own = Actor(application.account_id)
    answer = {"request": request, "application": application, "answer": "", "actor": own, "now": AFTER}
    with pytest.raises(Invalid, match="Change the topic first"):
        completion_answers.answer_in_words(session, **answer)  # type: ignore[arg-type]
    applications.save_topic(
        session,
        application=application,
        topic="education",
        answers={"graduation_year": 2021},
        actor=own,
        now=AFTER + timedelta(hours=1),
    )
    completion_answers.answer_in_words(session, **answer)  # type: ignore[arg-type]
    assert request.answered_at is not None
    with pytest.raises(Conflict, match="time to apply has passed"):
        applications.save_topic(
            session,
            application=application,
            topic="education",
            answers={"graduation_year": 2022},
            actor=own,
            now=AFTER + timedelta(hours=2),
        )


@pytest.mark.parametrize(("last", "late"), [(Answer.UNCLEAR, True), (Answer.NO, None)])
def test_after_the_date_an_answer_counts_as_late_until_eligibility_is_decided(
    session: Session, world: World, intake: Intake, tmp_path: Path, last: Answer, late: bool | None
) -> None:
    application = submitted(session, intake)
    decided(session, world, application, E5=last)
    request = ask(session, world, intake, application).requests[0]
    after = AFTER + timedelta(days=16)
    if late is None:
        with pytest.raises(Conflict):
            upload(session, application, tmp_path, after)
        session.refresh(request)
        assert request.answered_at is None
    else:
        upload(session, application, tmp_path, after)
        assert request.late is late


def test_mail_has_date_reference_and_link_without_a_name_in_it(
    session: Session, world: World, intake: Intake
) -> None:
    application = submitted(session, intake)
    request = ask(session, world, intake, application).requests[0]
    mail = mails(session, application)[-1]
    link = next(word for word in mail.body.split() if word.startswith(URL))
    assert link == f"{URL}/my/{application.reference}/completion/{request.public_id}"
    assert application.reference in mail.subject
    assert str(DUE.day) in mail.subject
    assert DIPLOMA.text in mail.body


def test_same_request_twice_goes_out_once(session: Session, world: World, intake: Intake) -> None:
    first, second = submitted(session, intake), submitted(session, intake)
    ask(session, world, intake, first)
    done = ask(session, world, intake, first, second)
    assert [each.application_id for each in done.requests] == [second.id]
    assert [each.code for each in done.left_out] == [first.mask_code]
    assert len(mails(session, first)) == 1
    with pytest.raises(Conflict, match="Nobody is left to ask"):
        ask(session, world, intake, first, second)


def test_withdrawn_unknown_and_own_are_left_out_and_named(
    session: Session, world: World, intake: Intake
) -> None:
    gone, stays = submitted(session, intake), submitted(session, intake)
    own = submitted(session, intake)
    own.account_id = world.coordinator.id or 0
    applications.withdraw(
        session, application=gone, reason="", actor=Actor(gone.account_id), now=NOW + timedelta(days=1)
    )
    found = completion.plan(
        session,
        intake=intake,
        codes=[gone.mask_code, stays.mask_code, own.mask_code, "ZZZZ"],
        wanted=DIPLOMA,
        actor=world.actor,
    )
    assert [each.mask_code for each in found.applications] == [stays.mask_code]
    assert {each.code for each in found.left_out} == {gone.mask_code, own.mask_code, "ZZZZ"}


@pytest.mark.parametrize(
    ("wanted", "due_on", "field"),
    [
        (DIPLOMA, queries.today(AFTER), "due_on"),
        (DIPLOMA, DUE + timedelta(days=400), "due_on"),
        (Wanted(), DUE, "text"),
        (Wanted(kind=AttachmentKind.CV, requirement="E99"), DUE, "requirement"),
        (Wanted(topic="monitoring"), DUE, "topic"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    session: Session, world: World, intake: Intake, wanted: Wanted, due_on: date, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        completion.check(session, intake=intake, wanted=wanted, due_on=due_on, now=AFTER)
    assert refused.value.field == field


@pytest.mark.parametrize("codes", [[], [f"C{number}" for number in range(10_000)]])
def test_selection_of_nothing_or_of_ten_thousand_is_refused(
    session: Session, world: World, intake: Intake, codes: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        completion.plan(session, intake=intake, codes=codes, wanted=DIPLOMA, actor=world.actor)
    assert refused.value.field == "code"


def test_more_time_is_the_same_for_all_who_have_not_answered(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    answered, overdue, gone = (submitted(session, intake) for _ in range(3))
    ask(session, world, intake, answered, overdue, gone)
    upload(session, answered, tmp_path, AFTER)
    applications.withdraw(session, application=gone, reason="", actor=Actor(gone.account_id), now=AFTER)
    later = AFTER + timedelta(days=20)
    assert queries.open_requests(session, intake, later) == (1, 1)
    new = queries.today(later) + timedelta(days=7)
    extend = {"intake": intake, "due_on": new, "base_url": URL, "actor": world.actor, "now": later}
    assert completion.extend(session, reason="Post is late.", **extend) == 1  # type: ignore[arg-type]
    assert queries.open_requests(session, intake, later) == (1, 0)
    assert "Post is late." in mails(session, overdue)[-1].body
    assert len(mails(session, answered)) == 1
    with pytest.raises(Conflict, match="No open request"):
        completion.extend(session, reason="Again.", **extend)  # type: ignore[arg-type]


def test_taken_back_with_a_word_it_can_no_longer_be_answered(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    application = submitted(session, intake)
    request = ask(session, world, intake, application).requests[0]
    common = {"request": request, "base_url": URL, "actor": world.actor, "now": AFTER}
    with pytest.raises(Invalid):
        completion.cancel(session, reason=" ", **common)  # type: ignore[arg-type]
    completion.cancel(session, reason="It was here all the time.", **common)  # type: ignore[arg-type]
    assert "It was here all the time." in mails(session, application)[-1].body
    with pytest.raises(Conflict):
        upload(session, application, tmp_path, AFTER)


def test_reminded_once_three_days_before(session: Session, world: World, intake: Intake) -> None:
    application = submitted(session, intake)
    ask(session, world, intake, application)
    before = AFTER + timedelta(days=10)
    assert completion.remind(session, base_url=URL, now=before) == 0
    due = AFTER + timedelta(days=11)
    assert completion.remind(session, base_url=URL, now=due) == 1
    assert completion.remind(session, base_url=URL, now=due) == 0
    assert len(mails(session, application)) == 2


def test_disposal_empties_the_texts(session: Session, world: World, intake: Intake) -> None:
    application = submitted(session, intake)
    request = ask(session, world, intake, application, wanted=Wanted(text="When did it end?")).requests[0]
    completion_answers.answer_in_words(
        session,
        request=request,
        application=application,
        answer="In May.",
        actor=Actor(application.account_id),
        now=AFTER,
    )
    disposal.dispose_values(
        session, application=application, reason="RÄ 2030/1", actor=world.actor, now=AFTER
    )
    session.refresh(request)
    assert (request.text, request.answer) == ("", "")
    assert session.exec(select(CompletionRequest)).one().answered_at is not None
