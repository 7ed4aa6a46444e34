"""Asking referees by mail: the link, time, taking back, another address, the queue."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import Application, Intake, MailState, OutgoingMail, ReferenceLink
from recruit.queries import references as queries
from recruit.services import mail_log, referee_answers, referee_change, reference_asking, reference_mail
from recruit.services.application import RefereeAnswers, save_referees
from tests.recruit import reference_helpers
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import CLOSES
from tests.recruit.reference_helpers import DUE, URL, answer, ask, referees, tokens

intake = pytest.fixture(reference_helpers.intake)
application = pytest.fixture(reference_helpers.application)
token = pytest.fixture(reference_helpers.token)


def test_ask_mails_a_link_of_which_only_the_hash_is_kept(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    first = referees(session, application)[0]
    assert ask(session, world, intake, first).number == 1
    mail = session.exec(select(OutgoingMail)).one()
    assert mail.recipient == first.email
    assert mail.subject.count(" / ") == 1  # both languages, unless the applicant has chosen one
    assert "Öppna formuläret" in mail.body
    assert "Open the form" in mail.body
    link = session.exec(select(ReferenceLink)).one()
    token = tokens(session)[0]
    assert token not in link.digest
    assert link.digest == reference_mail.digest_of(token)
    again = ask(session, world, intake, first)
    assert (again.number, len(again.left_out)) == (0, 1)


def test_mail_is_in_the_language_that_the_applicant_chose(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    first = referees(session, application)[0]
    first.language = "en"
    session.add(first)
    ask(session, world, intake, first)
    mail = session.exec(select(OutgoingMail)).one()
    assert (mail.language, "Hej" in mail.body, "Hello" in mail.body) == ("en", False, True)


def test_ask_refuses_a_day_that_gives_no_time(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(session, world, intake, *referees(session, application), due_on=NOW.date())
    assert refused.value.field == "due_on"
    with pytest.raises(Invalid):
        ask(session, world, intake)


def test_ask_leaves_out_ones_own_application(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    done = reference_asking.ask(
        session,
        intake=intake,
        referees=[each.public_id for each in referees(session, application)],
        due_on=DUE,
        base_url=URL,
        actor=Actor(application.account_id),
        now=NOW,
    )
    assert (done.number, len(done.left_out)) == (0, 2)


def test_more_time_makes_an_old_link_live_again(
    session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    after = NOW + timedelta(days=40)
    done = reference_asking.extend(
        session,
        intake=intake,
        referees=[referees(session, application)[0].public_id],
        due_on=after.date() + timedelta(days=7),
        base_url=URL,
        actor=world.actor,
        now=after,
    )
    assert done.number == 1
    assert referee_answers.open_link(session, token=token, now=after).referee.position == 1
    assert len(tokens(session)) == 2


def change(session: Session, application: Application, email: str, name: str = "Ny Referent") -> None:
    found = queries.of_application(session, application)[0]
    referee_change.change_address(
        session,
        application=application,
        found=found,
        answers=RefereeAnswers(name, "Överläkare", "Hamra", email),
        base_url=URL,
        actor=Actor(application.account_id),
        now=CLOSES + timedelta(days=1),
    )
    session.commit()


def test_changed_address_gets_a_link_and_the_old_one_is_dead(
    session: Session, application: Application, token: str
) -> None:
    """Also after the closing time; the draft of another person is not handed on."""
    referee_answers.put_aside(session, token=token, typed={"comment": "mine"}, revision=0, now=NOW)
    change(session, application, "ny@example.org")
    with pytest.raises(NotFound):
        referee_answers.open_link(session, token=token, now=NOW)
    fresh = referee_answers.open_link(session, token=tokens(session)[-1], now=NOW)
    assert (fresh.referee.email, referee_answers.kept(fresh)) == ("ny@example.org", {})
    other = session.exec(select(OutgoingMail).where(OutgoingMail.recipient == "ny@example.org")).all()
    assert len(other) == 1


def test_address_of_the_other_referee_is_refused(session: Session, application: Application) -> None:
    second = referees(session, application)[1]
    with pytest.raises(Invalid) as refused:
        change(session, application, second.email.upper())
    assert refused.value.field == "email"


def test_referee_who_has_answered_stays(session: Session, application: Application, token: str) -> None:
    answer(session, token)
    with pytest.raises(Conflict):
        change(session, application, "ny@example.org")
    with pytest.raises(Conflict):
        save_referees(
            session,
            application=application,
            referees=[RefereeAnswers("Ny", "Läkare", "Hamra", "ny@example.org")],
            actor=Actor(application.account_id),
            now=NOW,
        )


def test_referees_mail_is_not_sent_again_to_the_applicant(
    session: Session, world: World, application: Application, token: str
) -> None:
    mail = session.exec(select(OutgoingMail)).one()
    mail.state = MailState.SENT
    session.add(mail)
    session.flush()
    with pytest.raises(Conflict):
        mail_log.resend(session, application=application, mail_id=mail.id or 0, actor=world.actor, now=NOW)


def test_queue_counts_a_mail_that_came_back(
    session: Session, intake: Intake, application: Application, token: str
) -> None:
    mail = session.exec(select(OutgoingMail)).one()
    mail.state = MailState.BOUNCED
    session.add(mail)
    session.flush()
    day = queries.today(NOW)
    counts = queries.counts(session, intake, day)
    assert {name: counts[name] for name in ("", "missing", "not_asked", "waiting", "undelivered")} == {
        "": 2,
        "missing": 2,
        "not_asked": 1,
        "waiting": 0,
        "undelivered": 1,
    }
    for state in queries.STATES:
        assert len(queries.page(session, intake, state, day, number=1)) == counts[state]
