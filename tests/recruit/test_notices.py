"""Notices to the group: to whom, how often, without names."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.models import (
    Application,
    AssignmentStatus,
    Intake,
    Membership,
    Notice,
    NoticePace,
    OutgoingMail,
    WaitingNotice,
)
from recruit.services import application as applications
from recruit.services import notices
from recruit.services.assessment import submit
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, applicant, post, sign_in
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import assessment


@pytest.fixture
def applied(session: Session, world: World) -> Application:
    made = submitted(
        session, opened_intake(session, world), complete=False, given_name="Hemlig", family_name="Sökande"
    )
    session.commit()
    return made


def posted(session: Session, email: str) -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.recipient == email).order_by(col(OutgoingMail.id))
    return list(session.exec(found))


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=clock.STOCKHOLM)


def test_withdrawal_is_told_at_once_to_every_coordinator_without_a_name(
    session: Session, world: World, applied: Application
) -> None:
    session.info["base_url"] = "https://bt.example.org"
    applications.withdraw(
        session, application=applied, reason="Hemligt skäl", actor=Actor(applied.account_id), now=NOW
    )
    session.commit()
    for email in (world.coordinator.email, world.chair.email):
        (mail,) = posted(session, email)
        assert applied.mask_code in mail.subject
        assert f"/applications/{applied.mask_code}" in mail.body
        assert not any(
            secret in mail.subject + mail.body for secret in ("Hemlig", "Sökande", applied.reference)
        )
    assert posted(session, world.auditor.email) == []


def tell(
    session: Session, world: World, intake: Intake | None = None, now: datetime = NOW, **extra: object
) -> None:
    options = {"kind": Notice.MAIL_FAILED, "besides": world.chair.id} | extra
    notices.tell(session, region_id=world.region.id or 0, now=now, intake=intake, **options)  # type: ignore[arg-type]
    session.commit()


def test_daily_goes_as_one_mail_next_morning_once(
    session: Session, world: World, applied: Application
) -> None:
    intake = session.get_one(Intake, applied.intake_id)
    for hour in (9, 12, 23):
        tell(session, world, intake, local(1, hour).astimezone(clock.STOCKHOLM))
    assert posted(session, world.coordinator.email) == []
    assert notices.post_daily(session, now=local(2, 6)) == 0
    assert notices.post_daily(session, now=local(2, 7)) == 1
    assert notices.post_daily(session, now=local(2, 8)) == 0
    session.commit()
    (mail,) = posted(session, world.coordinator.email)
    assert "3 brev" in mail.body
    assert posted(session, world.chair.email) == []


def test_morning_that_the_server_slept_through_is_made_up_for(session: Session, world: World) -> None:
    tell(session, world, now=local(1, 9))
    assert notices.post_daily(session, now=local(4, 15)) == 1
    assert session.exec(select(WaitingNotice)).all() == []


def test_whoever_has_left_the_group_is_told_nothing_any_more(session: Session, world: World) -> None:
    tell(session, world, now=local(1, 9))
    for role in session.exec(select(Membership).where(Membership.account_id == world.coordinator.id)):
        session.delete(role)
    session.flush()
    assert notices.post_daily(session, now=local(2, 9)) == 0
    assert session.exec(select(WaitingNotice)).all() == []


def test_each_chooses_and_never_means_never(session: Session, world: World) -> None:
    tell(session, world, now=NOW)
    notices.choose(session, account=world.coordinator, paces={Notice.MAIL_FAILED: NoticePace.NEVER})
    tell(session, world, now=NOW)
    assert notices.post_daily(session, now=NOW + timedelta(days=2)) == 0
    notices.choose(session, account=world.coordinator, paces={Notice.MAIL_FAILED: NoticePace.AT_ONCE})
    tell(session, world, number=4)
    (mail,) = posted(session, world.coordinator.email)
    assert mail.subject.startswith("4 brev")


def test_only_members_who_are_meant_are_told(session: Session, world: World) -> None:
    first, second = world.assessors[:2]
    outsider = submitted(session, opened_intake(session, world), complete=False).account_id
    tell(session, world, kind=Notice.ASSIGNED, number=2, to=[first.id or 0, outsider])
    assert [mail.subject for mail in posted(session, first.email)] == ["Du har fått 2 ansökningar att bedöma"]
    assert posted(session, second.email) == []


@pytest.mark.parametrize("kind", list(Notice))
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_kind_has_words(session: Session, world: World, kind: Notice, language: str) -> None:
    world.chair.language = language
    session.add(world.chair)
    notices.choose(session, account=world.chair, paces={kind: NoticePace.AT_ONCE})
    for code, number in (("K7M4", 1), ("", 3)):
        tell(session, world, kind=kind, code=code, number=number, besides=None, to=[world.chair.id])
    assert all(
        len(mail.subject) > 15 and mail.subject[0].isalnum() for mail in posted(session, world.chair.email)
    )


def test_the_page_keeps_what_is_chosen(client: FlaskClient, session: Session, world: World) -> None:
    sign_in(client, world.assessors[0])
    english(client)
    page = client.get("/me/notices").text
    assert "I have applications to assess" in page
    assert "An applicant has withdrawn" not in page
    kinds = [Notice.ASSIGNED, Notice.CALIBRATION_OPENED, Notice.DISCUSSION_OPENED]
    wanted = {kind.value: "daily" for kind in kinds}
    assert post(client, "/me/notices", {**wanted, "assigned": "sometimes"}).status_code == 422
    assert post(client, "/me/notices", wanted).status_code == 303
    assert notices.paces(session, account=world.assessors[0])[Notice.ASSIGNED] is NoticePace.DAILY


@ONE_DATABASE
def test_whoever_is_told_nothing_has_nothing_to_save(
    client: FlaskClient, session: Session, world: World
) -> None:
    account = applicant(session)
    session.commit()
    sign_in(client, account)
    english(client)
    page = client.get("/me/notices").text
    assert "there is nothing to choose" in page
    assert ">Save<" not in page


def test_last_assessment_of_a_stage_is_told(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    application = submitted(session, intake, complete=False)
    assignments = [assessment(session, intake, application, who.id or 0, 3) for who in world.assessors[:2]]
    for each in assignments:
        each.status, each.submitted_at = AssignmentStatus.ASSIGNED, None
        session.add(each)
    session.commit()
    for each, told in zip(assignments, (0, 1), strict=True):
        submit(session, assignment=each, actor=Actor(each.assessor_id), now=NOW)
        session.commit()
        assert len(posted(session, world.coordinator.email)) == told
