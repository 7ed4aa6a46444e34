"""Referees asked by mail: the link, its form, time, taking back, reminding, another address, who sees what."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.limits import limiter
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    DeclineReason,
    Intake,
    Level,
    MailState,
    OutgoingMail,
    RecordEntry,
    Referee,
    ReferenceAsking,
    ReferenceLink,
    ReferenceRequest,
    Relation,
)
from recruit.queries import references as queries
from recruit.services import disposal, mail_log, referee_answers, reference_asking
from recruit.services import references as entering
from recruit.services.application import RefereeAnswers, save_referees
from recruit.services.referee_answers import Answers, Stale
from recruit.settings import Settings
from recruit.web import build_app
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.intake_helpers import CLOSES, opened_intake, submitted
from tests.recruit.kept import kept

URL = "https://bt.example"
DUE = date(2026, 9, 30)
ANSWERS = Answers(3, 4, 2, 3, True, Relation.SUPERVISOR, "2024", "2025", "Saw Ada at the clinic in Riga.")


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake, opened."""
    return opened_intake(session, world)


@pytest.fixture
def application(session: Session, intake: Intake) -> Application:
    """A sent application with two referees; committed."""
    found = submitted(session, intake)
    session.commit()
    return found


def referees(session: Session, application: Application) -> list[Referee]:
    return [each.referee for each in queries.of_application(session, application)]


def ask(
    session: Session, world: World, intake: Intake, *who: Referee, due_on: date = DUE
) -> reference_asking.Done:
    done = reference_asking.ask(
        session,
        intake=intake,
        referees=[each.public_id for each in who],
        due_on=due_on,
        base_url=URL,
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    return done


def tokens(session: Session) -> list[str]:
    """The tokens of the links in all mails to referees, in the order in which they went."""
    bodies = session.exec(select(OutgoingMail.body).order_by(col(OutgoingMail.id))).all()
    return [found.group(1) for body in bodies if (found := re.search(r"/reference/([\w-]{43})", body))]


@pytest.fixture
def token(session: Session, world: World, intake: Intake, application: Application) -> str:
    """The link of the first referee, who has been asked."""
    ask(session, world, intake, referees(session, application)[0])
    return tokens(session)[-1]


def answer(session: Session, token: str, answers: Answers = ANSWERS, **changes: object) -> ReferenceRequest:
    values = {"revision": 0, "by": None, "now": NOW, **changes}
    row = referee_answers.answer(session, token=token, answers=answers, **values)  # type: ignore[arg-type]
    session.commit()
    return row


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
    assert link.digest == reference_asking.digest_of(token)
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


def test_reminded_once_near_the_last_day(session: Session, token: str) -> None:
    early = NOW + timedelta(days=2)
    near = NOW + timedelta(days=27)
    assert reference_asking.remind(session, base_url=URL, now=early) == 0
    assert reference_asking.remind(session, base_url=URL, now=near) == 1
    assert reference_asking.remind(session, base_url=URL, now=near) == 0
    first, second = tokens(session)
    assert first != second
    for each in (first, second):  # a reminder does not end the first link
        assert referee_answers.open_link(session, token=each, now=near)


def test_nobody_is_reminded_who_has_answered(session: Session, token: str) -> None:
    answer(session, token)
    assert reference_asking.remind(session, base_url=URL, now=NOW + timedelta(days=27)) == 0


def set_terms(session: Session, world: World, intake: Intake, asking: ReferenceAsking) -> None:
    reference_asking.set_terms(
        session, intake=intake, asking=asking, days=10, remind_days=2, actor=world.actor, now=NOW
    )


def test_rule_asks_when_the_application_is_sent(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    assert reference_asking.ask_by_rule(session, base_url=URL, now=NOW) == 0  # by hand is the usual
    set_terms(session, world, intake, ReferenceAsking.AT_SUBMISSION)
    assert reference_asking.ask_by_rule(session, base_url=URL, now=NOW) == 2
    assert reference_asking.ask_by_rule(session, base_url=URL, now=NOW) == 0
    assert {each.request.due_on for each in queries.of_application(session, application) if each.request} == {
        queries.today(NOW) + timedelta(days=10)
    }


def test_rule_asks_nobody_as_called_before_a_list_is_published(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    set_terms(session, world, intake, ReferenceAsking.AT_CALL)
    assert reference_asking.ask_by_rule(session, base_url=URL, now=NOW) == 0


def test_terms_must_leave_time(session: Session, world: World, intake: Intake) -> None:
    with pytest.raises(Invalid) as refused:
        reference_asking.set_terms(
            session,
            intake=intake,
            asking=ReferenceAsking.BY_HAND,
            days=5,
            remind_days=5,
            actor=world.actor,
            now=NOW,
        )
    assert refused.value.field == "remind_days"


def change(session: Session, application: Application, email: str, name: str = "Ny Referent") -> None:
    found = queries.of_application(session, application)[0]
    reference_asking.change_address(
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


def test_disposal_empties_what_a_referee_wrote(
    session: Session, world: World, application: Application, token: str
) -> None:
    answer(session, token)
    disposal.dispose_values(session, application=application, reason="Decision 1", actor=world.actor, now=NOW)
    row = session.exec(select(ReferenceRequest)).one()
    assert (row.comment, row.known_from, row.sent_to) == ("", "", "")
    assert session.exec(select(ReferenceLink)).all() == []


@pytest.fixture
def today_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's clock stands at NOW."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


pages = pytest.mark.usefixtures("today_is_now")

FORM = {
    "relation": "supervisor",
    "known_from": "2024",
    "known_until": "2025",
    "safety": "3",
    "asks_for_help": "4",
    "responsibility": "2",
    "collaboration": "3",
    "would_employ": "yes",
    "comment": "<script>alert(1)</script> good",
    "revision": "0",
}


@pages
def test_referee_needs_no_account_no_cookie_and_no_token_of_a_session(
    client: FlaskClient, session: Session, application: Application, token: str
) -> None:
    start = client.get(f"/reference/{token}?lang=en")
    assert start.status_code == 200
    assert application.family_name in start.text
    stranger = client.application.test_client(use_cookies=False)
    saved = stranger.post(
        f"/reference/{token}/form", data={"act": "save", "comment": "half", "revision": "0"}
    )
    assert saved.status_code == 303
    page = stranger.get(f"/reference/{token}/form").text
    assert "half" in page
    sent = stranger.post(f"/reference/{token}/form", data={**FORM, "revision": "1", "act": "send"})
    assert sent.headers["Location"].endswith("/done")
    again = stranger.get(f"/reference/{token}/form").text
    assert "&lt;script&gt;alert(1)" in again
    assert "<script>alert(1)" not in again


@pages
def test_form_keeps_what_was_typed_when_it_is_too_long_or_stale(
    client: FlaskClient, session: Session, token: str
) -> None:
    long = "å" * 50_000
    refused = client.post(f"/reference/{token}/form", data={**FORM, "comment": long, "act": "send"})
    assert refused.status_code == 422
    assert long in refused.text
    stale = client.post(f"/reference/{token}/form", data={**FORM, "revision": "7", "act": "send"})
    assert stale.status_code == 409
    assert "alert(1)" in stale.text
    assert client.post(f"/reference/{token}/form", data={**FORM, "act": "send"}).status_code == 303


@pages
def test_dead_links_give_one_page_and_give_back_what_was_typed(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    reference_asking.revoke(
        session,
        intake=intake,
        referees=[referees(session, application)[0].public_id],
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    dead, unknown = client.get(f"/reference/{token}"), client.get(f"/reference/{'x' * 43}")
    assert (dead.status_code, unknown.status_code) == (404, 404)
    assert dead.text.replace(token, "") == unknown.text.replace("x" * 43, "")
    for each in (token, "x" * 43):
        posted = client.post(f"/reference/{each}/form", data={**FORM, "act": "send"})
        assert posted.status_code == 404
        assert "&lt;script&gt;alert(1)" in posted.text


@pages
def test_applicant_sees_that_it_came_in_and_not_what_it_says(
    client: FlaskClient, session: Session, application: Application, token: str
) -> None:
    answer(session, token)
    sign_in(client, session.get_one(Account, application.account_id))
    page = client.get(f"/my/{application.reference}/referees").text
    assert "Inkommen" in page
    assert "Riga" not in page
    assert "Inte tillfrågad än" in page


@pages
def test_somebody_elses_referees_are_not_there(
    client: FlaskClient, session: Session, intake: Intake, application: Application
) -> None:
    other = submitted(session, intake)
    session.commit()
    sign_in(client, session.get_one(Account, other.account_id))
    assert client.get(f"/my/{application.reference}/referees").status_code == 404
    mine = referees(session, application)[0].public_id
    assert client.get(f"/my/{other.reference}/referees/{mine}").status_code == 404


@pages
def test_mail_log_does_not_show_the_link(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    sign_in(client, world.coordinator)
    page = client.get(f"/g/{world.region.slug}/{intake.slug}/applications/{application.mask_code}/mail").text
    assert "/reference/…" in page
    assert token not in page


@pages
def test_coordinator_gets_a_proposal_without_what_tells_who_it_is(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    answer(session, token)
    sign_in(client, world.coordinator)
    first = referees(session, application)[0]
    path = f"/g/{world.region.slug}/{intake.slug}/applications/{application.mask_code}/referees/"
    page = client.get(path + first.public_id).text
    proposal = re.search(r'<textarea[^>]*name="masked_comment"[^>]*>([^<]*)<', page)
    assert proposal is not None
    assert "Ada" not in proposal.group(1)
    assert "[…]" in proposal.group(1)


def test_trying_links_is_limited(
    database_url: str, session: Session, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        limiter, "enabled", True
    )  # building an application sets it for all; this puts it back
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x"))
    client = app.test_client()
    tries = [client.get(f"/reference/{number:043}").status_code for number in range(31)]
    assert tries == [404] * 30 + [429]
    app.extensions["recruit_engine"].dispose()


def test_right_link_is_not_counted_as_a_try(
    database_url: str,
    session: Session,
    token: str,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
    today_is_now: None,
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x"))
    client = app.test_client()
    assert {client.get(f"/reference/{token}").status_code for _number in range(40)} == {200}
    app.extensions["recruit_engine"].dispose()
