"""An application that has been disposed of: it stands in lists and counts; nobody is written to or decides on it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.errors import Conflict
from recruit.models import Account, Answer, Application, Intake, InterviewList, OutgoingMail
from recruit.queries import interview, letters, release, released
from recruit.services import eligibility, publishing, selection
from recruit.services import intake as intakes
from recruit.services.disposal import dispose
from recruit.storage import Storage
from tests.recruit.application_helpers import begin, open_intake, sent
from tests.recruit.factories import NOW, World, applicant, post, sign_in
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked


def gone(session: Session, world: World, application: Application, folder: Path) -> Application:
    """Disposed of while the person has a draft elsewhere, so that the account stays; committed."""
    begin(
        session, open_intake(session, world, slug="another"), session.get_one(Account, application.account_id)
    )
    dispose(
        session, application=application, reason="RS 12", storage=Storage(folder), actor=world.actor, now=NOW
    )
    session.commit()
    return application


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    """An open intake."""
    return open_intake(session, world)


@pytest.fixture
def disposed(session: Session, world: World, intake: Intake, tmp_path: Path) -> Application:
    """Of a person who still has an account."""
    folder = tmp_path / "data" / "attachments"
    return gone(session, world, sent(session, intake, applicant(session), folder), folder)


def test_its_page_says_so_and_shows_no_address(
    session: Session, world: World, intake: Intake, disposed: Application, client: FlaskClient
) -> None:
    account = session.get_one(Account, disposed.account_id)
    assert account.active, "the person has a draft elsewhere"
    address = account.email
    sign_in(client, world.coordinator)
    url = f"/g/{world.region.slug}/{intake.slug}/applications/{disposed.mask_code}"
    page = client.get(url)
    assert page.status_code == 200
    assert "Gallrad" in page.text
    assert address not in page.text
    assert 'name="answer_E1"' not in page.text, "nothing is decided any more"
    for false in (
        "Den sökande har inte svarat",
        "Inte besvarad",
        "Inget är bifogat",
        "Ingen referent",
        "/rights",
    ):
        assert false not in page.text, "what is gone is not said never to have been there"
    assert post(client, f"{url}/decide", {"answer_E1": "no", "reason_E1": "Nej."}).status_code == 409


def test_its_person_is_told_by_old_links(
    session: Session, disposed: Application, client: FlaskClient
) -> None:
    sign_in(client, session.get_one(Account, disposed.account_id))
    assert disposed.reference not in client.get("/my").text
    for path in ("", "/status", "/receipt", "/attachments"):
        page = client.get(f"/my/{disposed.reference}{path}")
        assert page.status_code == 404
        assert "Regionen har gallrat ansökan." in page.text
        assert 'href="/my"' in page.text, "the way to those that are left"


def test_nothing_more_is_released_to_its_person(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "attachments"
    application = sent(session, intake, applicant(session), folder)
    eligibility.decide(
        session,
        application=application,
        requirement="E1",
        answer=Answer.NO,
        reason="Nej.",
        actor=world.actor,
        now=NOW,
    )
    assert [each.code for each in released.waiting(session, intake)] == [application.mask_code]
    gone(session, world, application, folder)
    assert released.waiting(session, intake) == []


def test_nobody_decides_on_it_and_no_act_for_many_takes_it_along(
    session: Session, world: World, intake: Intake, disposed: Application
) -> None:
    with pytest.raises(Conflict, match="disposed of"):
        eligibility.decide(
            session,
            application=disposed,
            requirement="E1",
            answer=Answer.NO,
            reason="Nej.",
            actor=world.actor,
            now=NOW,
        )
    found = selection.chosen(session, intake=intake, codes=[disposed.mask_code], actor=world.actor)
    assert found.applications == ()
    assert [str(each.why) for each in found.left_out] == ["It has been disposed of."]
    assert disposed.id not in frozenset().union(*letters.audiences(session, intake=intake).values())


def test_no_mail_about_the_intake_goes_to_the_person(
    session: Session, world: World, intake: Intake, disposed: Application
) -> None:
    intakes.extend(
        session,
        intake=intake,
        closes_at=intake.closes_at + timedelta(days=7),
        reason="Få sökande.",
        actor=world.actor,
        now=NOW,
    )
    mailed = select(OutgoingMail).where(OutgoingMail.application_id == disposed.id)
    assert session.exec(mailed).all() == []


def test_a_list_names_no_address_and_its_publication_mails_the_others(
    session: Session, world: World, tmp_path: Path
) -> None:
    intake = closed_intake(session, world)
    drawn: InterviewList = confirmed(session, world, intake, ranked(session, world, intake), 2)
    first = interview.entries(session, interview_list=drawn)[0]
    application = gone(session, world, session.get_one(Application, first.application_id), tmp_path)
    entry = next(
        each
        for each in interview.entries(session, interview_list=drawn)
        if each.application_id == application.id
    )
    assert (entry.email, entry.name, entry.reference) == ("", "", application.reference)
    expected = release.to_tell(session, interview_list=drawn)
    publishing.publish(session, interview_list=drawn, actor=world.actor, now=NOW)
    told = set(session.exec(select(OutgoingMail.application_id)).all()) - {None}
    assert application.id not in told
    assert expected == len(told) > 0, "the others are told, as the page had said"
