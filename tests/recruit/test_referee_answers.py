"""What a referee answers, corrects, puts aside and declines, and what becomes of it."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from recruit.errors import Conflict, NotFound
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    DeclineReason,
    Intake,
    Level,
    OutgoingMail,
    RecordEntry,
    Referee,
    ReferenceLink,
    ReferenceRequest,
    Relation,
)
from recruit.queries import references as queries
from recruit.services import disposal, referee_answers, reference_asking
from recruit.services import references as entering
from recruit.services.referee_answers import Answers, Stale
from tests.recruit import reference_helpers
from tests.recruit.factories import NOW, World
from tests.recruit.reference_helpers import ANSWERS, URL, answer, ask, referees, tokens

intake = pytest.fixture(reference_helpers.intake)
application = pytest.fixture(reference_helpers.application)
token = pytest.fixture(reference_helpers.token)


def test_answer_reaches_the_referee_and_the_record(session: Session, token: str) -> None:
    row = answer(session, token)
    referee = session.get_one(Referee, row.referee_id)
    assert (referee.safety, referee.asks_for_help, referee.would_employ) == (3, 4, True)
    assert referee.masked_comment is None  # assessors read nothing that a coordinator has not written
    assert row.comment == ANSWERS.comment
    actions = session.exec(select(RecordEntry.action).order_by(col(RecordEntry.id))).all()
    assert actions[-2:] == ["reference.asked", "reference.answered"]


def test_the_same_answer_twice_is_one_answer(session: Session, token: str) -> None:
    answer(session, token)
    answer(session, token)
    entries = select(RecordEntry).where(RecordEntry.action == "reference.answered")
    assert len(session.exec(entries).all()) == 1


def test_answer_can_be_corrected_until_an_assessor_has_set_a_level(
    session: Session, world: World, token: str, application: Application
) -> None:
    row = answer(session, token)
    better = Answers(4, 4, 4, 4, True, Relation.SUPERVISOR, "2024", "2025")
    row = answer(session, token, better, revision=row.revision)
    assert session.get_one(Referee, row.referee_id).safety == 4
    task = Assignment(
        region_id=application.region_id,
        intake_id=application.intake_id,
        application_id=application.id or 0,
        assessor_id=world.assessors[0].id or 0,
        stage="screening",
        assigned_at=NOW,
    )
    session.add(task)
    session.flush()
    level = Level(
        region_id=application.region_id, assignment_id=task.id or 0, criterion="c3", level=2, set_at=NOW
    )
    session.add(level)
    session.flush()
    with pytest.raises(NotFound):
        answer(session, token, ANSWERS, revision=row.revision)


def test_two_windows_do_not_overwrite_each_other(session: Session, token: str) -> None:
    referee_answers.put_aside(session, token=token, typed={"comment": "one"}, revision=0, now=NOW)
    with pytest.raises(Stale):
        referee_answers.put_aside(session, token=token, typed={"comment": "two"}, revision=0, now=NOW)
    row = referee_answers.put_aside(session, token=token, typed={"comment": "one"}, revision=0, now=NOW)
    assert row.revision == 1  # the same again changes nothing


def test_decline_ends_the_link_and_tells_the_applicant(
    session: Session, token: str, application: Application
) -> None:
    referee_answers.decline(session, token=token, reason=DeclineReason.TOO_CLOSE, base_url=URL, now=NOW)
    session.commit()
    with pytest.raises(NotFound):
        referee_answers.open_link(session, token=token, now=NOW)
    own = session.get_one(Account, application.account_id)
    mail = session.exec(select(OutgoingMail).where(OutgoingMail.recipient == own.email)).one()
    assert f"/my/{application.reference}/referees" in mail.body
    assert "close" not in mail.body  # why is the group's to know


@pytest.mark.parametrize("why", ["unknown", "late", "revoked", "withdrawn", "entered"])
def test_every_dead_link_is_refused_in_the_same_words(
    session: Session, world: World, intake: Intake, application: Application, token: str, why: str
) -> None:
    first = referees(session, application)[0]
    now, wanted = NOW, token
    if why == "unknown":
        wanted = "x" * 43
    elif why == "late":
        now = NOW + timedelta(days=40)
    elif why == "revoked":
        reference_asking.revoke(
            session, intake=intake, referees=[first.public_id], actor=world.actor, now=NOW
        )
    elif why == "withdrawn":
        application.status = ApplicationStatus.WITHDRAWN
        session.add(application)
        session.flush()
    else:
        given = entering.ReferenceAnswers(2, 2, 2, 2, True)
        entering.enter_reference(session, referee=first, answers=given, actor=world.actor, now=NOW)
    with pytest.raises(NotFound) as refused:
        referee_answers.open_link(session, token=wanted, now=now)
    assert "leads nowhere" in str(refused.value)


def test_applicant_who_answers_is_flagged_not_refused(
    session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    row = answer(session, token, by=application.account_id)
    assert (row.from_session, row.from_address) == (True, False)
    assert queries.counts(session, intake, NOW.date())["flagged"] == 1


def test_mail_to_the_applicants_own_address_is_flagged(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    first = referees(session, application)[0]
    first.email = session.get_one(Account, application.account_id).email.upper()
    session.add(first)
    ask(session, world, intake, first)
    assert answer(session, tokens(session)[-1]).from_address is True


def test_coordinator_writes_the_masked_text_and_not_the_answers(
    session: Session, world: World, token: str
) -> None:
    row = answer(session, token)
    referee = session.get_one(Referee, row.referee_id)
    same = entering.ReferenceAnswers(3, 4, 2, 3, True, masked_comment="Saw […] at the clinic.")
    entering.enter_reference(session, referee=referee, answers=same, actor=world.actor, now=NOW)
    assert referee.masked_comment == "Saw […] at the clinic."
    other = entering.ReferenceAnswers(4, 4, 4, 4, True)
    with pytest.raises(Conflict):
        entering.enter_reference(session, referee=referee, answers=other, actor=world.actor, now=NOW)


def test_disposal_empties_what_a_referee_wrote(
    session: Session, world: World, application: Application, token: str
) -> None:
    answer(session, token)
    disposal.dispose_values(session, application=application, reason="Decision 1", actor=world.actor, now=NOW)
    row = session.exec(select(ReferenceRequest)).one()
    assert (row.comment, row.known_from, row.sent_to) == ("", "", "")
    assert session.exec(select(ReferenceLink)).all() == []
