"""What an applicant sees of where the application stands: only what is released, and the same work for everybody."""

import hashlib
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import Session, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    DecisionLetter,
    Eligibility,
    EntryKind,
    Intake,
    InterviewListEntry,
    ListPublication,
    MeritsRequest,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    RecordEntry,
    ReleasedKind,
    WithdrawalReason,
)
from recruit.queries import interview as lists
from recruit.queries import released as queries
from recruit.services import application as applications
from recruit.services import merits, releasing
from tests.recruit.account_helpers import newest_mail
from tests.recruit.factories import World, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER as RANKED_AT
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked

LATER = RANKED_AT + timedelta(days=20)
URL = "https://bt.example"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is some weeks after the list."""
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """Two above the line, one in reserve, two not on the list."""
    found = closed_intake(session, world)
    confirmed(session, world, found, ranked(session, world, found), 2, 1)
    return found


def of_kind(session: Session, intake: Intake, kind: EntryKind) -> list[Application]:
    newest = lists.latest_confirmed(session, intake=intake)
    assert newest is not None
    found = (
        select(Application)
        .join(InterviewListEntry)
        .where(InterviewListEntry.list_id == newest.id, InterviewListEntry.kind == kind)
    )
    return list(session.exec(found.order_by(InterviewListEntry.position)))  # type: ignore[arg-type]


def publish(session: Session, world: World, intake: Intake) -> None:
    newest = lists.latest_confirmed(session, intake=intake)
    assert newest is not None
    session.add(
        ListPublication(
            region_id=intake.region_id,
            list_id=newest.id or 0,
            published_at=LATER,
            published_by_id=world.coordinator.id or 0,
        )
    )
    session.commit()


def happened(session: Session, world: World, application: Application, *kinds: OutcomeKind) -> None:
    for number, kind in enumerate(kinds):
        ends = kind in (OutcomeKind.DECLINED, OutcomeKind.DROPPED_OUT)
        session.add(
            Outcome(
                region_id=application.region_id,
                intake_id=application.intake_id,
                application_id=application.id or 0,
                kind=kind,
                happened_on=(RANKED_AT + timedelta(days=number + 1)).date(),
                reason=OutcomeReason.NOT_SAID if ends else None,
                set_at=RANKED_AT,
                set_by_id=world.coordinator.id or 0,
            )
        )
    session.commit()


def release(session: Session, world: World, intake: Intake, *keys: str) -> int:
    chosen = keys or [each.key for each in queries.waiting(session, intake)]
    number = releasing.release(
        session, intake=intake, keys=chosen, base_url=URL, actor=world.actor, now=LATER
    )
    session.commit()
    return number


def seen(client: FlaskClient, session: Session, application: Application) -> str:
    """The applicant's page, as the applicant reads it in English."""
    reader = client.application.test_client()
    account, address = session.get_one(Account, application.account_id), f"/my/{application.reference}/status"
    sign_in(reader, account)
    session.rollback()  # what was read must not stand in the way of what is written next
    with reader.session_transaction() as cookie:
        cookie["language"] = "en"
    page = reader.get(address)
    assert page.status_code == 200
    return page.text


def test_nothing_unreleased_changes_a_byte_or_a_query(
    app: Flask, client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    """One is called and offered, one in reserve, and nobody has let them know."""
    called, reserve = (of_kind(session, intake, kind)[0] for kind in (EntryKind.CALLED, EntryKind.RESERVE))
    happened(session, world, called, OutcomeKind.CALLED, OutcomeKind.OFFERED)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    pages, work = [], []
    for application in (called, reserve):
        reader = client.application.test_client()
        sign_in(reader, session.get_one(Account, application.account_id))
        address = f"/my/{application.reference}/status"
        reader.get(address)
        engine = app.extensions["recruit_engine"]
        event.listen(engine, "before_cursor_execute", note)
        text = reader.get(address).text
        event.remove(engine, "before_cursor_execute", note)
        account = session.get_one(Account, application.account_id)
        for own in (application.reference, account.email, account.name):
            text = text.replace(own, "*") if own else text
        pages.append(_without_token(text))
        work.append(list(statements))
        statements.clear()
    assert pages[0] == pages[1]
    assert work[0] == work[1]


def _without_token(page: str) -> str:
    times = r"\d{1,2}:\d{2}|csrf_token\" value=\"[^\"]+"
    return re.sub(times, "*", page)


def test_offer_is_seen_when_it_is_released(
    client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    publish(session, world, intake)
    called = of_kind(session, intake, EntryKind.CALLED)[0]
    assert "You are called to an interview" in seen(client, session, called)
    happened(session, world, called, OutcomeKind.OFFERED)
    assert "You are offered a post" not in seen(client, session, called)
    assert release(session, world, intake) == 1
    assert "You are offered a post" in seen(client, session, called)
    mail = newest_mail(session)
    assert f"/my/{called.reference}/status" in mail.body
    assert "offer" not in mail.body  # the mail says that there is something, the page says what


def test_what_is_removed_stays_until_that_is_released(
    client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    publish(session, world, intake)
    called = of_kind(session, intake, EntryKind.CALLED)[0]
    happened(session, world, called, OutcomeKind.OFFERED)
    release(session, world, intake)
    session.delete(session.exec(select(Outcome)).one())
    session.commit()
    assert "You are offered a post" in seen(client, session, called)
    waiting = queries.waiting(session, intake)
    assert [(each.kind, each.on) for each in waiting] == [(ReleasedKind.OFFERED, None)]
    release(session, world, intake)
    assert "You are offered a post" not in seen(client, session, called)
    assert queries.waiting(session, intake) == []


def test_reserve_sees_the_number_and_that_the_posts_are_filled(
    client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    publish(session, world, intake)
    reserve = of_kind(session, intake, EntryKind.RESERVE)[0]
    waiting = seen(client, session, reserve)
    assert "You are in reserve, number 1" in waiting
    assert "Planned days may move" in waiting
    releasing.tell_filled(session, intake=intake, actor=world.actor, now=LATER)
    releasing.tell_filled(session, intake=intake, actor=world.actor, now=LATER)
    session.commit()
    ended = seen(client, session, reserve)
    assert "The posts are filled" in ended
    assert "Planned days may move" not in ended
    releasing.take_back_filled(session, intake=intake, actor=world.actor, now=LATER)
    session.commit()
    assert "You are in reserve, number 1" in seen(client, session, reserve)
    told = select(RecordEntry).where(RecordEntry.action == "status.filled")
    assert len(session.exec(told).all()) == 2


def test_stale_and_empty_choices_are_refused(session: Session, world: World, intake: Intake) -> None:
    called = of_kind(session, intake, EntryKind.CALLED)[0]
    happened(session, world, called, OutcomeKind.OFFERED)
    key = queries.waiting(session, intake)[0].key
    row = session.exec(select(Outcome)).one()
    row.happened_on = date(2026, 11, 1)
    session.add(row)
    session.commit()
    with pytest.raises(Conflict):
        release(session, world, intake, key)
    with pytest.raises(Invalid):
        releasing.release(session, intake=intake, keys=[], base_url=URL, actor=world.actor, now=LATER)


def test_nobody_releases_their_own(session: Session, world: World, intake: Intake) -> None:
    called = of_kind(session, intake, EntryKind.CALLED)[0]
    happened(session, world, called, OutcomeKind.OFFERED)
    with pytest.raises(NotAllowed):
        releasing.release(
            session,
            intake=intake,
            keys=[each.key for each in queries.waiting(session, intake)],
            base_url=URL,
            actor=Actor(called.account_id),
            now=LATER,
        )


def withdraw(session: Session, application: Application, code: WithdrawalReason | None) -> None:
    applications.withdraw(
        session,
        application=application,
        reason=None,
        code=code,
        actor=Actor(application.account_id),
        now=LATER,
    )
    session.commit()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], None),
        ([OutcomeKind.OFFERED], OutcomeKind.DECLINED),
        ([OutcomeKind.OFFERED, OutcomeKind.ACCEPTED], OutcomeKind.DROPPED_OUT),
    ],
)
def test_withdrawing_ends_an_offer(
    session: Session, world: World, intake: Intake, before: list[OutcomeKind], after: OutcomeKind | None
) -> None:
    called = of_kind(session, intake, EntryKind.CALLED)[0]
    happened(session, world, called, *before)
    withdraw(session, called, WithdrawalReason.OTHER_POST)
    assert (called.status, called.withdrawal_code) == (ApplicationStatus.WITHDRAWN, "other_post")
    found = session.exec(select(Outcome).where(Outcome.application_id == called.id)).all()
    ended = [(each.kind, each.reason) for each in found if each.reason is not None]
    assert ended == ([(after, OutcomeReason.OTHER_POST)] if after else [])


def test_ineligible_is_told_only_when_released(
    client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    from recruit.models import Answer, RequirementDecision

    called = of_kind(session, intake, EntryKind.CALLED)[0]
    called.eligibility = Eligibility.INELIGIBLE
    row = session.exec(
        select(RequirementDecision).where(RequirementDecision.application_id == called.id)
    ).first()
    row = row or RequirementDecision(
        region_id=called.region_id,
        application_id=called.id or 0,
        requirement="E1",
        proposed=Answer.NO,
        answer=Answer.NO,
        reason="No licence",
        decided_at=RANKED_AT,
        decided_by_id=world.coordinator.id or 0,
    )
    session.add_all([row, called])
    session.commit()
    assert [each.kind for each in queries.waiting(session, intake)] == [ReleasedKind.NOT_ELIGIBLE]
    assert "does not meet the requirements" not in seen(client, session, called)
    release(session, world, intake)
    assert "does not meet the requirements" in seen(client, session, called)
    assert queries.waiting(session, intake) == []


# --- the decision letter and requests for merits ---


def reader_of(client: FlaskClient, session: Session, application: Application) -> FlaskClient:
    """The applicant's browser, in English."""
    account = session.get_one(Account, application.account_id)
    made = client.application.test_client()
    sign_in(made, account)
    session.rollback()
    with made.session_transaction() as cookie:
        cookie["language"] = "en"
    return made


def test_letter_is_not_there_before_anything_is_released(
    client: FlaskClient, session: Session, intake: Intake
) -> None:
    called = of_kind(session, intake, EntryKind.CALLED)[0]
    address = f"/my/{called.reference}/"
    browser = reader_of(client, session, called)
    for page in ("decision", "decision.pdf", "merits"):
        assert browser.get(address + page).status_code == 404
    assert post(browser, address + "merits", {"text": ""}).status_code == 404


def test_letter_tells_why_and_where_to_turn_and_is_kept_with_its_checksum(
    client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    publish(session, world, intake)
    merits.set_contact(
        session,
        region=world.region,
        notice_board="https://alvmark.example/anslag",
        court="Förvaltningsrätten i Karlstad",
        contact="HR, 010-123 45 67",
        actor=world.actor,
        now=LATER,
    )
    session.commit()
    reserve = of_kind(session, intake, EntryKind.RESERVE)[0]
    address = f"/my/{reserve.reference}/"
    browser = reader_of(client, session, reserve)
    page = browser.get(address + "decision").text
    for words in (
        "You are in reserve, number 1",
        "three weeks",
        "Förvaltningsrätten i Karlstad",
        "HR, 010-123",
    ):
        assert words in page
    first, second = (browser.get(address + "decision.pdf") for _time in range(2))
    assert first.data[:4] == b"%PDF"
    assert first.data == second.data
    kept = session.exec(select(DecisionLetter)).one()
    assert kept.sha256 == hashlib.sha256(first.data).hexdigest()
    made = select(RecordEntry).where(RecordEntry.action == "letter.decision_made")
    assert len(session.exec(made).all()) == 1


def test_merits_are_asked_for_once_and_answered_without_names(
    client: FlaskClient, session: Session, world: World, intake: Intake
) -> None:
    publish(session, world, intake)
    reserve = of_kind(session, intake, EntryKind.RESERVE)[0]
    called = [each.family_name for each in of_kind(session, intake, EntryKind.CALLED)]
    asking = reader_of(client, session, reserve)
    path = f"/my/{reserve.reference}/merits"
    for _click in range(2):
        assert post(asking, path, {"text": "<b>Who?</b>"}).status_code == 303
    session.rollback()
    row = session.exec(select(MeritsRequest)).one()
    group = f"/g/{world.region.slug}/{intake.slug}/merits/{row.public_id}"
    coordinator, public_id = world.coordinator, row.public_id
    session.rollback()
    sign_in(client, coordinator)
    session.rollback()
    home, queue = group.removesuffix(f"merits/{public_id}"), group.removesuffix(f"/{public_id}")
    assert f'href="{queue}">Besvara dem<' in client.get(home).text
    proposed = client.get(group).text
    assert "&lt;b&gt;Who?" in proposed
    assert "Person 2" in proposed
    assert not [name for name in called if name and name in proposed]
    assert post(client, group, {"answer": " "}).status_code == 422
    assert post(client, group, {"answer": "Person 1: ten months."}).status_code == 303
    assert post(client, group, {"answer": "Other words."}).status_code == 422
    assert f'href="{queue}">Besvara dem<' not in client.get(home).text
    session.rollback()
    assert session.exec(select(MeritsRequest).where(MeritsRequest.public_id == public_id)).one().answer == (
        "Person 1: ten months."
    )
    session.rollback()
    assert "Person 1: ten months." in asking.get(path).text


def test_nobody_answers_their_own_request(session: Session, world: World, intake: Intake) -> None:
    publish(session, world, intake)
    reserve = of_kind(session, intake, EntryKind.RESERVE)[0]
    own = Actor(reserve.account_id)
    row = merits.ask(session, application=reserve, text="", actor=own, now=LATER)
    with pytest.raises(NotAllowed):
        merits.answer(session, request=row, text="Me", base_url=URL, actor=own, now=LATER)
