"""The page before sending: what lacks for which requirement, what does not fit together, and what comes later."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Invalid
from recruit.models import Account, Application, ApplicationStatus, ClinicalArea, Intake
from recruit.queries import application as queries
from recruit.queries.contradictions import contradictions
from recruit.queries.expected import expected
from recruit.services import application as services
from recruit.services.topics import TOPIC_COLUMNS
from tests.recruit.application_helpers import begin, fill_in, open_intake
from tests.recruit.factories import World, applicant, post, sign_in
from tests.recruit.kept import kept

TODAY = date(2026, 9, 20)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def account(session: Session, intake: Intake) -> Account:
    made = applicant(session, language="en")
    session.commit()
    return made


@pytest.fixture
def draft(session: Session, intake: Intake, account: Account, tmp_path: Path) -> Application:
    """A complete draft."""
    made = begin(session, intake, account, now=clock.now())
    fill_in(session, made, tmp_path, now=clock.now())
    made.licence_on = intake.starts_on
    session.commit()
    return made


@pytest.fixture
def browser(client: FlaskClient, account: Account) -> FlaskClient:
    sign_in(client, account)
    return client


def found(session: Session, draft: Application, today: date = TODAY) -> list[tuple[str, bool]]:
    """The fields that do not fit, and whether they are errors."""
    return [(each.field, each.error) for each in contradictions(queries.dossier(session, draft), today)]


def test_answers_that_fit_together_give_nothing_to_look_at(session: Session, draft: Application) -> None:
    assert found(session, draft) == []


@pytest.mark.parametrize(
    ("answers", "field", "error"),
    [
        ({"licence_on": date(2026, 9, 19)}, "licence_on-day", True),
        ({"licence_on": date(2026, 12, 1), "graduation_year": 2027}, "licence_on-day", True),
        ({"licence": "held", "licence_on": None, "graduation_year": 2027}, "graduation_year", True),
        ({"licence_on": date(2030, 1, 1)}, "licence_on-day", False),
        ({"licence_route": "swedish_degree"}, "licence_route", False),
        ({"language_evidence": "expected", "language_on": date(2026, 1, 1)}, "language_on-day", True),
        ({"language_evidence": "expected", "language_on": date(2031, 1, 1)}, "language_on-day", False),
        ({"work_permit": "expected", "work_permit_on": date(2026, 1, 1)}, "work_permit_on-day", True),
        ({"swedish_at": True}, "swedish_at", False),
        ({"earlier_bt_certificate": True}, "earlier_bt_certificate", False),
        ({"can_start": False}, "can_start", False),
        ({"graduation_year": 2026}, "graduation_year", False),
    ],
)
def test_answers_that_do_not_fit_are_errors_or_questions(
    session: Session, draft: Application, answers: dict[str, Any], field: str, error: bool
) -> None:
    for topic, columns in TOPIC_COLUMNS.items():
        own = {name: value for name, value in answers.items() if name in columns}
        if own:
            services.save_topic(
                session,
                application=draft,
                topic=topic,
                answers=own,
                actor=Actor(draft.account_id),
                now=clock.now(),
            )
    assert found(session, draft)[0] == (field, error)


def test_specialist_training_before_the_degree_is_an_error_and_a_question(
    session: Session, draft: Application
) -> None:
    draft.st_before_july_2021, draft.graduation_year = True, 2023
    assert found(session, draft) == [("st_before_july_2021", True), ("st_before_july_2021", False)]


@pytest.mark.parametrize("last", [date(2026, 12, 1), None])
def test_work_in_the_future_is_asked_about(session: Session, draft: Application, last: date | None) -> None:
    first = date(2026, 9, 1) if last else date(2026, 10, 1)
    period = services.save_period(
        session,
        application=draft,
        period=services.PeriodAnswers("Hamra", "SE", ClinicalArea.SURGERY, first, last, 100),
        actor=Actor(draft.account_id),
        now=clock.now(),
    )
    assert found(session, draft) == [(period.public_id, False)]


def test_what_comes_later_is_told_with_its_day_and_requirement(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    (licence,) = expected(draft, queries.dossier(session, draft).intake)
    assert (licence.rule, licence.on, licence.in_time) == ("licence_by_start", draft.licence_on, True)
    page = browser.get(f"/my/{draft.reference}/check").text
    assert "This may come later" in page
    assert "For the requirement “Swedish licence by the start”." in page
    assert f'href="/my/{draft.reference}/licence?from=check#licence_on-day"' in page
    assert "Send the application" in page
    assert post(browser, f"/my/{draft.reference}/submit").status_code == 303


def test_what_lacks_is_told_for_its_requirement_with_a_link_to_its_field(
    browser: FlaskClient, session: Session, intake: Intake, account: Account
) -> None:
    empty = begin(session, intake, account, now=clock.now())
    page = browser.get(f"/my/{empty.reference}/check").text
    root = f'href="/my/{empty.reference}/'
    for link, requirement in (
        ('about_you?from=check#given_name"', ""),
        ('start?from=check#swedish_at"', "You need basic service"),
        ('language?from=check#language_evidence"', "Swedish at level C1 or equivalent"),
        ('education?from=check#document"', "Mandatory documents"),
        ('references?from=check#referee1-name"', "Two references"),
        ('sites?from=check#no_preference"', ""),
    ):
        at = page.index((root + link).replace("&", "&amp;"))
        line = page[at : page.index("</li>", at)]
        assert ("For the requirement" in line) == bool(requirement), line
        assert requirement in line
    assert f'{root}attachments?from=check&amp;kind=cv#file"' in page


def test_error_keeps_the_application_from_being_sent_and_a_question_does_not(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    draft.licence_on = date(2019, 1, 1)
    session.commit()
    page = browser.get(f"/my/{draft.reference}/check").text
    assert "This does not fit together" in page
    assert f"/my/{draft.reference}/submit" not in page
    refused = post(browser, f"/my/{draft.reference}/submit")
    assert refused.status_code == 422
    assert "Two answers do not fit together." in refused.text
    with pytest.raises(Invalid):
        services.submit(session, application=draft, actor=Actor(draft.account_id), now=clock.now())
    session.rollback()
    draft.licence_on, draft.can_start = date(2099, 1, 1), False
    session.commit()
    page = browser.get(f"/my/{draft.reference}/check").text
    assert "Is this right?" in page
    assert "Only you see these questions." in page
    assert post(browser, f"/my/{draft.reference}/submit").status_code == 303
    session.refresh(draft)
    assert draft.status is ApplicationStatus.SUBMITTED
