"""Letters: what may be written, the dry run, sending just that, and what is said when something has changed."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from recruit import merging
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.merging import Texts
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Intake,
    InterviewList,
    LetterKind,
    LetterRecipient,
    LetterSending,
    MailState,
    OutgoingMail,
    RecipientMark,
    RecordEntry,
)
from recruit.models.types import id_of
from recruit.queries import letters as queries
from recruit.queries.letters import Audience
from recruit.services import application as applications
from recruit.services import letter_texts, letters, mail, mail_log, publishing
from recruit.services.disposal import dispose_values
from tests.recruit.factories import World
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, ranked
from tests.recruit.test_at_once import overtaken

GRACE = timedelta(minutes=5)
TEXTS = Texts("Till {given_name}", "Hej {given_name}!", "To {given_name}", "Hello {given_name}, {title}!")


def _published(session: Session, world: World) -> InterviewList:
    """Two called, one in reserve, one not called."""
    intake = closed_intake(session, world, levels=(4, 3, 2, 1))
    run = ranked(session, world, intake)
    made = confirmed(session, world, intake, run, places=2, reserves=1)
    publishing.publish(session, interview_list=made, actor=world.actor, now=LATER)
    session.commit()
    return made


published = pytest.fixture(kept(InterviewList)(_published))


@pytest.fixture
def intake(session: Session, published: InterviewList) -> Intake:
    found = session.get_one(Intake, published.intake_id)
    session.commit()
    return found


def draft(
    session: Session, world: World, intake: Intake, kind: LetterKind = LetterKind.CALLED
) -> LetterSending:
    audience = queries.OUTCOMES.get(kind, Audience.SUBMITTED)
    ids = queries.audiences(session, intake=intake)[audience]
    made = letters.begin(session, intake=intake, kind=kind, application_ids=ids, actor=world.actor, now=LATER)
    session.commit()
    return made


def sent(session: Session, world: World, intake: Intake, made: LetterSending) -> LetterSending:
    found = letters.send(
        session,
        intake=intake,
        number=made.number,
        seen=made.revision,
        actor=world.actor,
        now=LATER,
        grace=GRACE,
    )
    session.commit()
    return found


def rows(session: Session, made: LetterSending) -> list[LetterRecipient]:
    found = select(LetterRecipient).where(LetterRecipient.sending_id == made.id)
    return list(session.exec(found.order_by(col(LetterRecipient.id))))


def outbox(session: Session, made: LetterSending) -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.sending_id == made.id)
    return list(session.exec(found.order_by(col(OutgoingMail.id))))


def in_outbox(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(OutgoingMail).where(col(OutgoingMail.sending_id).is_not(None))
    ).one()


# --- merge fields ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hej {givenname}", "{given_name}"),
        ("Hej {Title}", "{title}"),
        ("Hej {given_name.__class__}", "{given_name}"),
        ("Hej {0}", "{0}"),
        ("Hej {", "stands alone"),
        ("Hej {{title}}", "stands alone"),
    ],
)
def test_unknown_merge_field_is_refused_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        merging.check(Texts("a", text, "b", "c"))
    assert refused.value.field == "body_sv"
    assert said in str(refused.value.message)


def test_what_a_value_says_is_never_a_field() -> None:
    values = dict.fromkeys(merging.FIELDS, "x") | {"given_name": "{contact}"}
    assert merging.merge("Hej {given_name}, {title}", values) == ("Hej {contact}, x", "")
    assert merging.merge("{title}{region}", values | {"region": ""})[1] == "region"


@pytest.mark.parametrize("kind", list(LetterKind))
def test_house_texts_can_be_merged_and_differ_by_language(kind: LetterKind) -> None:
    from recruit.house_letters import house_text

    texts = house_text(kind)
    merging.check(texts)
    assert texts.body_sv != texts.body_en
    assert "{contact}" in texts.body_sv
    assert "{contact}" in texts.body_en


# --- texts of the region ---


def test_second_who_saves_a_text_is_told_and_sees_the_first(session: Session, world: World) -> None:
    region = world.region.id or 0
    common = {"region_id": region, "kind": LetterKind.CALLED, "now": LATER}
    first = letter_texts.save(session, **common, texts=TEXTS, seen=0, actor=world.actor)
    session.commit()
    assert first is not None
    other = Texts("annat", "b", "c", "d")
    with pytest.raises(letter_texts.ChangedMeanwhile) as refused:
        letter_texts.save(session, **common, texts=other, seen=0, actor=world.second)
    assert refused.value.text.texts == TEXTS
    letter_texts.save(session, **common, texts=other, seen=1, actor=world.second)
    assert [row.version for row in queries.versions(session, region_id=region, kind=LetterKind.CALLED)] == [
        2,
        1,
    ]
    assert letter_texts.save(session, **common, texts=other, seen=2, actor=world.second) is None


# --- the dry run ---


def test_letters_about_the_outcome_wait_for_the_published_list(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    everybody = queries.audiences(session, intake=intake)[Audience.SUBMITTED]
    with pytest.raises(Conflict, match="published"):
        letters.begin(
            session,
            intake=intake,
            kind=LetterKind.CALLED,
            application_ids=everybody,
            actor=world.actor,
            now=LATER,
        )


def test_audiences_follow_the_published_list(session: Session, intake: Intake) -> None:
    found = queries.audiences(session, intake=intake)
    assert [len(found[each]) for each in (Audience.CALLED, Audience.RESERVE, Audience.NOT_CALLED)] == [
        2,
        1,
        1,
    ]
    assert len(found[Audience.SUBMITTED]) == 4


def test_each_reads_the_own_language(session: Session, world: World, intake: Intake) -> None:
    first = session.exec(select(Account).join(Application, col(Application.account_id) == Account.id)).first()
    assert first is not None
    first.language = "en"
    session.add(first)
    session.commit()
    made = draft(session, world, intake, LetterKind.INFORMATION)
    texts = {row.language: row.subject for row in rows(session, made)}
    assert texts["en"].startswith("To you who have applied")
    assert texts["sv"].startswith("Till dig som sökt")


def test_case_number_is_the_applications_own_and_else_the_intakes(
    session: Session, world: World, intake: Intake
) -> None:
    first, *others = session.exec(select(Application).where(Application.intake_id == intake.id)).all()
    first.case_number = "RÄ 2026/1184-007"
    for each in others:
        each.case_number = None
    session.commit()
    made = draft(session, world, intake, LetterKind.INFORMATION)
    texts = merging.Texts("Ärende {case_number}", "Hej", "Case {case_number}", "Hello")
    letters.write(session, intake=intake, number=made.number, texts=texts, seen=made.revision, now=LATER)
    tried = {row.application_id: row.subject for row in rows(session, made)}
    assert tried[first.id].endswith(" RÄ 2026/1184-007")
    assert {tried[each.id].partition(" ")[2] for each in others} == {intake.case_number}


def test_marked_are_left_out_and_only_a_letter_before_leaves_a_choice(
    session: Session, world: World, intake: Intake
) -> None:
    sent(session, world, intake, draft(session, world, intake))
    again = draft(session, world, intake)
    marked = rows(session, again)
    assert [(row.mark, row.included) for row in marked] == [(RecipientMark.HAD_BEFORE, False)] * 2
    session.get_one(Account, session.get_one(Application, marked[0].application_id).account_id).active = False
    letters.repeat(session, intake=intake, number=again.number, seen=again.revision, now=LATER)
    marked = rows(session, again)
    assert marked[0].mark is RecipientMark.NO_ADDRESS
    ids = [row.id or 0 for row in marked]
    letters.choose(session, intake=intake, number=again.number, shown=ids, included=ids, seen=again.revision)
    session.commit()
    assert [row.included for row in rows(session, again)] == [False, True]
    assert len(outbox(session, sent(session, world, intake, again))) == 1


def test_field_without_a_value_leaves_out(session: Session, world: World, intake: Intake) -> None:
    intake.interviews_from = intake.interviews_until = None
    session.add(intake)
    session.commit()
    made = draft(session, world, intake)
    assert {(row.mark, row.lacking, row.included) for row in rows(session, made)} == {
        (RecipientMark.LACKS_VALUE, "interviews", False)
    }


# --- sending ---


def test_what_is_sent_is_what_was_read(session: Session, world: World, intake: Intake) -> None:
    made = draft(session, world, intake)
    before = in_outbox(session)
    sent(session, world, intake, made)
    mails = outbox(session, made)
    assert before == 0
    assert [(m.recipient, m.subject, m.body) for m in mails] == [
        (r.recipient, r.subject, r.body) for r in rows(session, made)
    ]
    assert {m.next_try_at for m in mails} == {LATER + GRACE}
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "letter.sent")).one()
    assert entry.intake_id == intake.id
    with pytest.raises(Conflict, match="twice"):
        sent(session, world, intake, made)
    session.rollback()
    assert in_outbox(session) == 2


def test_stale_dry_run_is_refused_with_what_has_changed(
    session: Session, world: World, intake: Intake
) -> None:
    made = draft(session, world, intake)
    first, second = rows(session, made)
    one = session.get_one(Application, first.application_id)
    applications.withdraw(session, application=one, reason=None, actor=Actor(one.account_id), now=LATER)
    account = session.get_one(Account, session.get_one(Application, second.application_id).account_id)
    account.email = "new@example.org"
    session.add(account)
    session.commit()
    with pytest.raises(letters.Stale) as refused:
        sent(session, world, intake, made)
    session.rollback()
    assert sorted((each.what, each.mark) for each in refused.value.differences) == [
        ("mark", RecipientMark.WITHDRAWN),
        ("recipient", RecipientMark.NONE),
    ]
    assert in_outbox(session) == 0
    letters.repeat(session, intake=intake, number=made.number, seen=made.revision, now=LATER)
    session.commit()
    sent(session, world, intake, made)
    assert [mail.recipient for mail in outbox(session, made)] == ["new@example.org"]


def test_two_at_once_on_a_draft(session: Session, world: World, intake: Intake) -> None:
    made = draft(session, world, intake, LetterKind.INFORMATION)
    seen = made.revision
    letters.write(session, intake=intake, number=made.number, texts=TEXTS, seen=seen, now=LATER)
    session.commit()
    with pytest.raises(Conflict, match="Somebody else"):
        letters.send(
            session, intake=intake, number=made.number, seen=seen, actor=world.second, now=LATER, grace=GRACE
        )
    session.rollback()
    assert in_outbox(session) == 0


def test_gap_in_a_house_text_is_not_sent(session: Session, world: World, intake: Intake) -> None:
    made = draft(session, world, intake, LetterKind.INFORMATION)
    with pytest.raises(Invalid, match="Skriv"):
        sent(session, world, intake, made)


def test_stop_and_go_on(session: Session, world: World, intake: Intake) -> None:
    made = sent(session, world, intake, draft(session, world, intake))
    gone = outbox(session, made)[0]
    gone.state = MailState.SENT
    session.add(gone)
    session.commit()
    assert letters.stop(session, intake=intake, number=made.number, actor=world.actor, now=LATER) == 1
    with pytest.raises(Conflict):
        letters.stop(session, intake=intake, number=made.number, actor=world.actor, now=LATER)
    again = letters.go_on(
        session, intake=intake, number=made.number, actor=world.actor, now=LATER, grace=GRACE
    )
    session.expire_all()
    assert again == 1
    assert [mail.state for mail in outbox(session, made)] == [MailState.SENT, MailState.WAITING]


def test_withdrawing_stops_a_letter_that_has_not_gone_yet(
    session: Session, world: World, intake: Intake
) -> None:
    made = sent(session, world, intake, draft(session, world, intake))
    one = session.get_one(Application, outbox(session, made)[0].application_id)
    applications.withdraw(session, application=one, reason=None, actor=Actor(one.account_id), now=LATER)
    session.commit()
    session.expire_all()
    assert [mail.state for mail in outbox(session, made)] == [MailState.STOPPED, MailState.WAITING]
    letters.stop(session, intake=intake, number=made.number, actor=world.actor, now=LATER)
    again = letters.go_on(
        session, intake=intake, number=made.number, actor=world.actor, now=LATER, grace=GRACE
    )
    assert again == 1  # the other one's only


def test_withdrawing_while_letters_are_being_sent_stops_them(
    session: Session, engine: Engine, world: World, intake: Intake
) -> None:
    made = draft(session, world, intake)
    number, seen = made.number, made.revision
    one = session.exec(select(LetterRecipient).order_by(col(LetterRecipient.id))).first()
    assert one is not None
    application_id = one.application_id
    session.commit()

    def send(own: Session) -> object:
        return letters.send(
            own,
            intake=own.get_one(Intake, intake.id),
            number=number,
            seen=seen,
            actor=world.actor,
            now=LATER,
            grace=GRACE,
        )

    def withdraw(own: Session) -> object:
        found = own.get_one(Application, application_id)
        return applications.withdraw(
            own, application=found, reason=None, actor=Actor(found.account_id), now=LATER
        ).id

    assert overtaken(engine, send, withdraw) == application_id
    session.expire_all()
    states = {mail.application_id: mail.state for mail in outbox(session, made)}
    assert states.pop(application_id) is MailState.STOPPED
    assert set(states.values()) == {MailState.WAITING}


# --- the log ---


def failed_mail(session: Session, world: World, intake: Intake) -> tuple[Application, OutgoingMail]:
    made = outbox(session, sent(session, world, intake, draft(session, world, intake)))[0]
    made.state, made.failed_at = MailState.BOUNCED, LATER
    session.add(made)
    session.commit()
    return session.get_one(Application, made.application_id), made


def test_resend_goes_once_to_the_present_address(session: Session, world: World, intake: Intake) -> None:
    application, failed = failed_mail(session, world, intake)
    assert queries.undelivered(session, intake) == 1
    session.get_one(Account, application.account_id).email = "new@example.org"
    options = {"application": application, "mail_id": failed.id or 0, "actor": world.actor, "now": LATER}
    made = mail_log.resend(session, **options)
    assert (made.recipient, made.body) == ("new@example.org", failed.body)
    assert made.message_id != failed.message_id
    assert queries.undelivered(session, intake) == 0
    with pytest.raises(Conflict, match="on its way"):
        mail_log.resend(session, **options)


def test_settled_no_longer_waits(session: Session, world: World, intake: Intake) -> None:
    application, failed = failed_mail(session, world, intake)
    mail_log.settle(session, application=application, mail_id=failed.id or 0, actor=world.actor, now=LATER)
    assert queries.undelivered(session, intake) == 0


def test_disposal_takes_the_mail_along(session: Session, world: World, intake: Intake) -> None:
    application, failed = failed_mail(session, world, intake)
    sending = session.get_one(LetterSending, failed.sending_id)
    applications.withdraw(
        session, application=application, reason=None, actor=Actor(application.account_id), now=LATER
    )
    dispose_values(session, application=application, reason="plan 1", actor=world.actor, now=LATER + GRACE)
    session.commit()
    for table in (OutgoingMail, LetterRecipient):
        left = select(func.count()).select_from(table).where(col(table.application_id) == application.id)
        assert session.exec(left).one() == 0
    assert len(outbox(session, sending)) == 1


def test_disposal_takes_the_text_of_a_letter_to_one_alone(
    session: Session, world: World, intake: Intake
) -> None:
    many = sent(session, world, intake, draft(session, world, intake))
    one = session.get_one(Application, outbox(session, many)[0].application_id)
    alone = letters.begin(
        session,
        intake=intake,
        kind=LetterKind.FREE,
        application_ids=[id_of(one)],
        actor=world.actor,
        now=LATER,
    )
    texts = Texts("Till Ada", "Din sjukskrivning", "To Ada", "Your sick leave")
    letters.write(session, intake=intake, number=alone.number, texts=texts, seen=alone.revision, now=LATER)
    session.commit()
    applications.withdraw(session, application=one, reason=None, actor=Actor(one.account_id), now=LATER)
    dispose_values(session, application=one, reason="Beslut 1", actor=world.actor, now=LATER)
    session.commit()
    session.expire_all()
    assert (alone.subject_sv, alone.body_sv, alone.subject_en, alone.body_en) == ("–", "", "–", "")
    assert many.body_sv


def test_mail_about_an_erased_draft_goes_with_it(session: Session, world: World) -> None:
    application = submitted(session, opened_intake(session, world), complete=False)
    application.status, application.submitted_at = ApplicationStatus.DRAFT, None
    mail.post(
        session,
        recipient="ada@example.org",
        language="sv",
        template="account_verify",
        values={"link": "https://x"},
        now=LATER,
        region_id=application.region_id,
        application_id=application.id,
    )
    session.commit()
    session.delete(application)
    session.commit()
    assert session.exec(select(func.count()).select_from(OutgoingMail)).one() == 0
