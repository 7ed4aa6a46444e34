"""Applying: the use cases, through their public interface."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import (
    Account,
    AgeBand,
    Answer,
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    Eligibility,
    Intake,
    LicenceStatus,
    MonitoringAnswer,
    OutgoingMail,
    RecordEntry,
    RecordValue,
    Referee,
    RequirementDecision,
    Sex,
)
from recruit.queries import application as queries
from recruit.services import application as services
from recruit.services import eligibility, undoing
from recruit.services import intake as intakes
from recruit.services.laying_aside import WINDOW
from recruit.storage import MAX_FILE_BYTES, Storage
from tests.recruit.application_helpers import (
    ANSWERS,
    PDF,
    PERIOD,
    REFEREES,
    begin,
    fill_in,
    open_intake,
    sent,
)
from tests.recruit.factories import NOW, World, applicant, make_world
from tests.recruit.kept import kept

LATER = NOW + timedelta(days=2)
AFTER = NOW + timedelta(days=31)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world)


@pytest.fixture
def draft(session: Session, intake: Intake) -> Application:
    return begin(session, intake, applicant(session))


@pytest.fixture
def submitted(session: Session, intake: Intake, tmp_path: Path) -> Application:
    return sent(session, intake, applicant(session), tmp_path)


def by(application: Application, **more: Any) -> dict[str, Any]:
    return {"application": application, "actor": Actor(application.account_id), "now": LATER, **more}


def actions(session: Session, application: Application) -> list[str]:
    chosen = select(RecordEntry).where(RecordEntry.subject_kind == "application")
    rows = session.exec(chosen.order_by(RecordEntry.number)).all()  # type: ignore[arg-type]
    return [row.action for row in rows if row.subject_id == application.id]


def subjects(session: Session) -> list[str]:
    """What applicants are told; notices to the group are about no application of their own."""
    told = select(OutgoingMail.subject).where(col(OutgoingMail.application_id).is_not(None))
    return list(session.exec(told.order_by(col(OutgoingMail.id))))


def test_start_gives_a_reference_and_an_unrelated_mask_code(draft: Application) -> None:
    assert re.fullmatch(r"BT26-[2-9BCDFGHJKMNPQRTVWXYZ]{5}", draft.reference)
    assert re.fullmatch(r"[2-9BCDFGHJKMNPQRTVWXYZ]{4}", draft.mask_code)
    assert draft.mask_code not in draft.reference
    assert draft.status is ApplicationStatus.DRAFT


def test_start_twice_gives_the_same_application(session: Session, intake: Intake, draft: Application) -> None:
    account = applicant(session, "other@example.org")
    first = begin(session, intake, account)
    assert begin(session, intake, account).id == first.id
    assert first.id != draft.id


def test_start_after_closing_is_refused(session: Session, intake: Intake) -> None:
    with pytest.raises(Conflict):
        begin(session, intake, applicant(session), now=AFTER)


def test_save_topic_keeps_answers_and_counts_the_revision(session: Session, draft: Application) -> None:
    services.save_topic(session, topic="licence", answers=ANSWERS["licence"], revision=0, **by(draft))
    assert (draft.licence, draft.licence_on, draft.revision) == (
        LicenceStatus.EXPECTED,
        ANSWERS["licence"]["licence_on"],
        1,
    )
    assert draft.saved_at == LATER


def test_save_topic_stale_revision_is_told(session: Session, draft: Application) -> None:
    services.save_topic(session, topic="about_you", answers={"city": "Älvstad"}, revision=0, **by(draft))
    with pytest.raises(services.Stale):
        services.save_topic(session, topic="about_you", answers={"city": "Hamra"}, revision=0, **by(draft))
    assert draft.city == "Älvstad"


@pytest.mark.parametrize(
    ("topic", "answers"),
    [
        ("nowhere", {}),
        ("about_you", {"givenname": "Ada"}),
        ("about_you", {"mask_code": "AAAA"}),
        ("licence", {"licence": "perhaps"}),
        ("education", {"education_country": "ZZ"}),
    ],
)
def test_save_topic_unknown_answer_is_refused(
    session: Session, draft: Application, topic: str, answers: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        services.save_topic(session, topic=topic, answers=answers, **by(draft))


def test_save_topic_after_closing_is_refused(session: Session, draft: Application) -> None:
    with pytest.raises(Conflict):
        services.save_topic(session, topic="about_you", answers={"city": "x"}, **by(draft, now=AFTER))


def test_draft_saves_leave_no_answers_in_the_record(
    session: Session, draft: Application, tmp_path: Path
) -> None:
    fill_in(session, draft, tmp_path)
    assert actions(session, draft) == ["application.started"]


def test_save_period_adds_changes_and_removes(session: Session, draft: Application) -> None:
    services.save_topic(session, topic="experience", answers={"no_experience": True}, **by(draft))
    row = services.save_period(session, period=PERIOD, **by(draft))
    assert draft.no_experience is False
    changed = services.PeriodAnswers(**{**vars(PERIOD), "fte_percent": 50, "ends_on": None})
    services.save_period(session, period=changed, public_id=row.public_id, **by(draft))
    (kept,) = queries.periods(session, draft)
    assert (kept.id, kept.fte_percent, kept.ends_on) == (row.id, 50, None)
    services.remove_period(session, public_id=row.public_id, **by(draft))
    assert queries.periods(session, draft) == []


def test_no_experience_beside_periods_is_refused(session: Session, draft: Application) -> None:
    services.save_period(session, period=PERIOD, **by(draft))
    with pytest.raises(Invalid):
        services.save_topic(session, topic="experience", answers={"no_experience": True}, **by(draft))


def test_period_of_another_application_is_not_found(
    session: Session, intake: Intake, draft: Application
) -> None:
    row = services.save_period(session, period=PERIOD, **by(draft))
    other = begin(session, intake, applicant(session, "other@example.org"))
    with pytest.raises(NotFound):
        services.remove_period(session, public_id=row.public_id, **by(other))


def test_referees_replaced_keep_the_answers_of_who_stays(session: Session, submitted: Application) -> None:
    first, second = queries.referees(session, submitted)
    second.safety = 3
    session.add(second)
    session.commit()
    third = services.RefereeAnswers("Eva", "Consultant", "Hamra", "eva@example.org")
    services.save_referees(session, referees=[REFEREES[1], third], **by(submitted))
    session.commit()
    rows = queries.referees(session, submitted)
    assert [(row.position, row.name, row.safety) for row in rows] == [(1, "Omar Haddad", 3), (2, "Eva", None)]
    assert session.get(Referee, first.id) is None


def test_sites_of_another_region_are_refused(session: Session, draft: Application) -> None:
    elsewhere = make_world(session, "norrmark")
    with pytest.raises(Invalid):
        services.save_sites(session, site_ids=[elsewhere.sites[0].id or 0], **by(draft))


def test_sites_are_kept_in_order(session: Session, world: World, draft: Application) -> None:
    ids = [site.id or 0 for site in world.sites]
    services.save_sites(session, site_ids=[ids[2], ids[0]], **by(draft))
    services.save_sites(session, site_ids=[ids[0], ids[2]], **by(draft))
    assert queries.site_ids(session, draft) == [ids[0], ids[2]]


def test_attach_decides_the_type_by_content(session: Session, draft: Application, tmp_path: Path) -> None:
    row = services.attach(
        session,
        kind=AttachmentKind.CV,
        filename="a/cv.pdf",
        content=PDF,
        storage=Storage(tmp_path),
        **by(draft),
    ).row
    assert (row.filename, row.media_type, row.size) == ("cv.pdf", "application/pdf", len(PDF))
    assert draft.revision == 0


def test_attach_more_than_50_mb_in_all_is_refused(
    session: Session, draft: Application, tmp_path: Path
) -> None:
    storage = Storage(tmp_path)
    bigs = [PDF.ljust(MAX_FILE_BYTES - 9, b" ") + b"%d%%%%EOF" % number for number in range(6)]
    for number in range(5):
        services.attach(
            session,
            kind=AttachmentKind.OTHER,
            filename=f"{number}.pdf",
            content=bigs[number],
            storage=storage,
            **by(draft),
        )
    with pytest.raises(Invalid, match="50 MB"):
        services.attach(
            session,
            kind=AttachmentKind.OTHER,
            filename="6.pdf",
            content=bigs[5],
            storage=storage,
            **by(draft),
        )


def test_attach_of_the_same_file_again_keeps_the_first(
    session: Session, draft: Application, tmp_path: Path
) -> None:
    same: dict[str, Any] = {"content": PDF, "storage": Storage(tmp_path), **by(draft)}
    first = services.attach(session, kind=AttachmentKind.CV, filename="cv.pdf", **same).row
    again = services.attach(session, kind=AttachmentKind.CV, filename="cv (1).pdf", **same).row
    other = services.attach(session, kind=AttachmentKind.OTHER, filename="cv.pdf", **same).row
    assert (again.id, again.filename) == (first.id, "cv.pdf")
    assert [each.id for each in queries.attachments(session, draft)] == [first.id, other.id]


def test_missing_of_a_new_draft_names_every_topic(session: Session, draft: Application) -> None:
    topics = {each.topic for each in queries.missing(session, draft)}
    assert topics == {
        "about_you",
        "licence",
        "start",
        "education",
        "language",
        "experience",
        "references",
        "own_words",
        "sites",
        "attachments",
    }


@pytest.mark.parametrize(
    ("topic", "answers", "message"),
    [
        ("licence", {"licence": "held", "licence_on": None}, "Add a copy of your licence."),
        ("licence", {"licence_on": None}, "Write the date when you expect your licence."),
        ("start", {"work_permit": "held"}, "Add a copy of your work permit."),
        ("start", {"work_permit": "expected"}, "Write the date when you expect your work permit."),
        ("start", {"can_start": None}, "Tell whether you can start on the date."),
        ("language", {"language_evidence": "expected"}, "Write the date when you expect the result."),
        ("language", {"language_evidence": "work_in_swedish"}, "Describe your education or work in Swedish."),
        ("own_words", {"motivation": None}, "Write why you apply."),
    ],
)
def test_missing_follows_from_the_answers(
    session: Session, draft: Application, tmp_path: Path, topic: str, answers: dict[str, Any], message: str
) -> None:
    fill_in(session, draft, tmp_path)
    assert queries.missing(session, draft) == []
    services.save_topic(session, topic=topic, answers=answers, **by(draft))
    assert [(each.topic, str(each.message)) for each in queries.missing(session, draft)] == [(topic, message)]


def test_licence_none_needs_neither_route_nor_document(
    session: Session, draft: Application, tmp_path: Path
) -> None:
    fill_in(session, draft, tmp_path)
    services.save_topic(
        session, topic="licence", answers={"licence": "none", "licence_route": None}, **by(draft)
    )
    assert queries.missing(session, draft) == []


def test_one_referee_of_two_is_one_too_few(session: Session, draft: Application) -> None:
    services.save_referees(session, referees=REFEREES[:1], **by(draft))
    (lacking,) = [each for each in queries.missing(session, draft) if each.topic == "references"]
    assert str(lacking.message) == "One more referee to add."


def test_submit_incomplete_is_refused_with_everything_that_lacks(
    session: Session, draft: Application
) -> None:
    with pytest.raises(services.Incomplete) as refused:
        services.submit(session, **by(draft))
    assert len(refused.value.missing) == len(queries.missing(session, draft))
    assert draft.status is ApplicationStatus.DRAFT


def test_submit_mails_one_receipt_also_when_sent_twice(
    session: Session, draft: Application, tmp_path: Path
) -> None:
    fill_in(session, draft, tmp_path)
    for _time in range(2):
        services.submit(session, link="https://bt.example/my/x", **by(draft))
        session.commit()
    assert (draft.status, draft.submitted_at) == (ApplicationStatus.SUBMITTED, LATER)
    assert subjects(session) == [f"Vi har din ansökan {draft.reference}"]
    (mail,) = session.exec(select(OutgoingMail)).all()
    assert "https://bt.example/my/x" in mail.body
    assert (mail.recipient, mail.application_id, mail.region_id) == (
        "ada@example.org",
        draft.id,
        draft.region_id,
    )
    assert actions(session, draft) == ["application.started", "application.submitted"]


def test_submit_after_closing_is_refused(session: Session, draft: Application, tmp_path: Path) -> None:
    fill_in(session, draft, tmp_path)
    with pytest.raises(Conflict):
        services.submit(session, **by(draft, now=AFTER))


def test_submit_when_the_coordinator_closed_early_is_refused(
    session: Session, world: World, intake: Intake, draft: Application, tmp_path: Path
) -> None:
    fill_in(session, draft, tmp_path)
    intakes.close(session, intake=intake, actor=world.actor, now=LATER, reason="No more posts")
    with pytest.raises(Conflict):
        services.submit(session, **by(draft))


def test_record_of_a_sent_application_never_holds_the_monitoring_answers(
    session: Session, submitted: Application
) -> None:
    services.save_monitoring(session, sex=Sex.OTHER, age_band=AgeBand.FROM_40, **by(submitted))
    values = " ".join(f"{row.field} {row.old} {row.new}" for row in session.exec(select(RecordValue)).all())
    assert not re.search(r"female|under_30|40_over|\bsex\b|age_band", values)
    assert actions(session, submitted)[-1] == "application.changed"


def test_change_after_sending_is_recorded_and_mailed_once_a_sitting(
    session: Session, submitted: Application
) -> None:
    for minute, city in enumerate(("Hamra", "Lindfors")):
        now = LATER + timedelta(minutes=minute)
        services.save_topic(session, topic="about_you", answers={"city": city}, **by(submitted, now=now))
    assert subjects(session)[1:] == [f"Din ansökan {submitted.reference} har ändrats"]
    values = session.exec(select(RecordValue).where(RecordValue.field == "city")).all()
    assert [(row.old, row.new) for row in values] == [("Älvstad", "Hamra"), ("Hamra", "Lindfors")]
    assert submitted.changed_at == LATER + timedelta(minutes=1)


def test_saving_without_a_change_leaves_no_trace(session: Session, submitted: Application) -> None:
    services.save_topic(session, topic="about_you", answers=ANSWERS["about_you"], **by(submitted))
    assert submitted.changed_at is None
    assert actions(session, submitted)[-1] == "application.submitted"


def test_change_that_would_leave_a_sent_application_incomplete_is_refused(
    session: Session, submitted: Application
) -> None:
    with pytest.raises(Invalid, match="must stay complete"):
        services.save_topic(session, topic="own_words", answers={"motivation": None}, **by(submitted))
    session.rollback()
    assert submitted.motivation == "I want to learn."


def test_change_after_a_decision_opens_it_again(
    session: Session, world: World, submitted: Application
) -> None:
    eligibility.decide(
        session,
        application=submitted,
        requirement="E8",
        answer=Answer.YES,
        actor=world.actor,
        now=LATER,
    )
    services.save_topic(session, topic="start", answers={"credit_claim": "Six months"}, **by(submitted))
    assert session.exec(select(RequirementDecision)).all() == []


def test_monitoring_answers_lie_apart_and_can_be_taken_back(session: Session, draft: Application) -> None:
    services.save_monitoring(session, sex=Sex.FEMALE, age_band=None, **by(draft))
    services.save_monitoring(session, sex=None, age_band=None, **by(draft))
    (row,) = session.exec(select(MonitoringAnswer)).all()
    assert (row.sex, row.age_band, draft.monitoring_seen) == (None, None, True)


def test_remove_attachment_takes_the_file_and_its_redacted_copy(
    session: Session, world: World, submitted: Application, tmp_path: Path
) -> None:
    storage = Storage(tmp_path)
    extra = services.attach(
        session, kind=AttachmentKind.MERIT, filename="m.pdf", content=PDF, storage=storage, **by(submitted)
    ).row
    session.commit()
    eligibility.add_redacted(
        session,
        attachment=extra,
        filename="masked.pdf",
        content=PDF,
        storage=storage,
        actor=world.actor,
        now=LATER,
    )
    session.commit()
    before = len([path for path in tmp_path.rglob("*") if path.is_file() and len(path.name) == 48])
    services.remove_attachment(session, attachment=extra, storage=storage, **by(submitted))
    session.commit()
    after = len([path for path in tmp_path.rglob("*") if path.is_file() and len(path.name) == 48])
    assert before - after == 1  # the file itself can be put back for a while
    assert undoing.forget_expired(session, storage=storage, now=LATER + WINDOW) == 1
    session.commit()
    gone = len([path for path in tmp_path.rglob("*") if path.is_file() and len(path.name) == 48])
    assert before - gone == 2
    assert {row.kind for row in session.exec(select(Attachment)).all()} == {
        AttachmentKind.CV,
        AttachmentKind.DIPLOMA,
        AttachmentKind.LANGUAGE,
    }


def test_remove_mandatory_document_of_a_sent_application_is_refused(
    session: Session, submitted: Application, tmp_path: Path
) -> None:
    cv = next(row for row in queries.attachments(session, submitted) if row.kind is AttachmentKind.CV)
    name = cv.storage_name
    with pytest.raises(Invalid, match="Add your CV"):
        services.remove_attachment(session, attachment=cv, storage=Storage(tmp_path), **by(submitted))
    session.rollback()
    assert Storage(tmp_path).open(name) == PDF


def test_withdraw_works_after_closing_and_twice_is_once(session: Session, submitted: Application) -> None:
    for _time in range(2):
        services.withdraw(session, reason="Another post", **by(submitted, now=AFTER))
    assert (submitted.status, submitted.withdrawn_at) == (ApplicationStatus.WITHDRAWN, AFTER)
    assert subjects(session)[1:] == [f"Din ansökan {submitted.reference} är återkallad"]
    assert actions(session, submitted)[-1] == "application.withdrawn"
    with pytest.raises(Conflict):
        services.save_topic(session, topic="about_you", answers={"city": "x"}, **by(submitted))


def test_withdrawn_application_can_be_taken_up_again_while_open(
    session: Session, intake: Intake, submitted: Application
) -> None:
    services.withdraw(session, reason=None, **by(submitted))
    account = session.get_one(type(applicant(session, "x@example.org")), submitted.account_id)
    again = services.start(session, intake=intake, account=account, actor=Actor(account.id), now=LATER)
    assert (again.id, again.status, again.submitted_at) == (submitted.id, ApplicationStatus.DRAFT, None)
    services.submit(session, **by(again))
    assert again.status is ApplicationStatus.SUBMITTED


def test_taken_up_again_stands_without_the_decisions_on_what_was_sent(
    session: Session, intake: Intake, world: World, submitted: Application
) -> None:
    proposals = eligibility.proposals_for(session, application=submitted)
    chosen = [eligibility.Decision(key, each.answer) for key, each in proposals.items()]
    eligibility.decide_many(session, application=submitted, decisions=chosen, actor=world.actor, now=LATER)
    services.withdraw(session, reason=None, **by(submitted))
    account = session.get_one(Account, submitted.account_id)
    again = services.start(session, intake=intake, account=account, actor=Actor(account.id), now=LATER)
    assert again.eligibility is Eligibility.PENDING
    assert session.exec(select(RequirementDecision)).all() == []
    assert actions(session, again)[-2:] == ["application.taken_up_again", "eligibility.reopened"]


def test_taken_up_again_is_not_erased_since_it_was_sent(
    session: Session, intake: Intake, submitted: Application, tmp_path: Path
) -> None:
    services.withdraw(session, reason=None, **by(submitted))
    account = session.get_one(Account, submitted.account_id)
    again = services.start(session, intake=intake, account=account, actor=Actor(account.id), now=LATER)
    with pytest.raises(Conflict, match="public record"):
        services.erase_draft(session, storage=Storage(tmp_path), **by(again))
    assert len(queries.attachments(session, again)) == 3


def test_draft_is_erased_with_everything_in_it(session: Session, draft: Application, tmp_path: Path) -> None:
    storage = fill_in(session, draft, tmp_path)
    services.erase_draft(session, storage=storage, **by(draft))
    session.commit()
    assert session.exec(select(Application)).all() == []
    assert session.exec(select(MonitoringAnswer)).all() == []
    assert [path for path in tmp_path.rglob("*") if path.is_file() and len(path.name) == 48] == []


def test_sent_application_is_not_erased_and_draft_not_withdrawn(
    session: Session, intake: Intake, submitted: Application, tmp_path: Path
) -> None:
    with pytest.raises(Conflict):
        services.erase_draft(session, storage=Storage(tmp_path), **by(submitted))
    other = begin(session, intake, applicant(session, "other@example.org"))
    with pytest.raises(Conflict):
        services.withdraw(session, reason=None, **by(other))


def test_own_application_of_somebody_else_is_not_found(session: Session, draft: Application) -> None:
    other = applicant(session, "other@example.org")
    with pytest.raises(NotFound):
        queries.own(session, account=other, reference=draft.reference)
