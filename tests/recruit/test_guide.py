"""Do I need basic service, and can I apply: short flows without an account, carried into the application."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.models import Application, Intake, LanguageEvidence, LicenceStatus
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, applicant, post, sign_in
from tests.recruit.page_helpers import english, main_of
from tests.recruit.test_public_pages import open_now

pytestmark = ONE_DATABASE
HERE = "/i/alvmark/bt-2026/can-i-apply"
DATE = ("day", "month", "year")


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    """An open intake that starts in ninety days."""
    found = open_now(session, world)
    session.commit()
    return found


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    """A browser in English without an account."""
    english(client)
    return client


def answer(client: FlaskClient, path: str, **values: Any) -> str:
    """Answer one question; returns where that leads."""
    response = post(client, path, values)
    assert response.status_code == 303, main_of(response.text)
    return response.location


def on(name: str, day: date) -> dict[str, int]:
    """A date as three boxes."""
    return {f"{name}-{part}": value for part, value in zip(DATE, (day.day, day.month, day.year), strict=True)}


def through(client: FlaskClient, intake: Intake, **changes: Any) -> str:
    """Go through "Can I apply?" as somebody whom nothing stops, but for `changes`; returns the answer's words."""
    given: dict[str, dict[str, Any]] = {
        "at": {"swedish_at": "no"},
        "st": {"st_before_july_2021": "no"},
        "certificate": {"earlier_bt_certificate": "no"},
        "licence": {"licence": "held"},
        "route": {"licence_route": "eu_recognition"},
        "swedish": {"language_evidence": "certificate"},
        "permit": {"work_permit": "not_needed"},
        "start": {"can_start": "yes"},
    } | changes
    where = client.get(HERE).location
    while where != HERE:
        where = answer(client, where, **given[where.rsplit("/", 1)[1]])
    return main_of(client.get(HERE).text)


@pytest.mark.parametrize(
    ("answers", "title", "rule"),
    [
        ([("at", "swedish_at", "yes")], "You do not need basic service", "HSLF-FS 2021:8"),
        (
            [("at", "swedish_at", "no"), ("st", "st_before_july_2021", "yes")],
            "You do not need basic service",
            "before 1 July 2021",
        ),
        (
            [
                ("at", "swedish_at", "no"),
                ("st", "st_before_july_2021", "no"),
                ("certificate", "earlier_bt_certificate", "yes"),
            ],
            "You do not need basic service",
            "done once",
        ),
        (
            [
                ("at", "swedish_at", "no"),
                ("st", "st_before_july_2021", "unsure"),
                ("certificate", "earlier_bt_certificate", "no"),
            ],
            "It depends on your service",
            "Socialstyrelsen",
        ),
        (
            [
                ("at", "swedish_at", "no"),
                ("st", "st_before_july_2021", "no"),
                ("certificate", "earlier_bt_certificate", "no"),
                ("route", "licence_route", "complementary_programme"),
            ],
            "Probably not",
            "leads to AT",
        ),
        (
            [
                ("at", "swedish_at", "no"),
                ("st", "st_before_july_2021", "no"),
                ("certificate", "earlier_bt_certificate", "no"),
                ("route", "licence_route", "proficiency_test"),
            ],
            "You need basic service",
            "at least six months",
        ),
    ],
)
def test_need_ends_in_an_answer_with_its_rule(
    reader: FlaskClient, answers: list[tuple[str, str, str]], title: str, rule: str
) -> None:
    for question, name, value in answers:
        where = reader.get("/guide/need").location
        assert where == f"/guide/need/{question}"  # one question after another, none too many
        answer(reader, where, **{name: value})
    page = main_of(reader.get("/guide/need").text)
    assert title in page
    assert rule in page


def test_nobody_is_stopped_by_nothing(reader: FlaskClient, intake: Intake) -> None:
    page = through(reader, intake)
    assert "You can apply" in page
    assert "Names and e-mail addresses of 2 referees" in page
    assert "Licence" in page[page.index("Have this at hand") :]
    assert "Apply with these answers" in page


def test_licence_expected_before_the_start_is_a_condition(reader: FlaskClient, intake: Intake) -> None:
    expected = intake.starts_on
    page = through(reader, intake, licence={"licence": "expected", **on("licence_on", expected)})
    assert "You can apply now, on a condition" in page
    assert "no later than the start" in page


def test_licence_expected_after_the_start_names_the_rule_and_what_to_look_for(
    reader: FlaskClient, intake: Intake
) -> None:
    late = intake.starts_on + timedelta(days=1)
    page = through(reader, intake, licence={"licence": "expected", **on("licence_on", late)})
    assert "Not to this intake, as things stand" in page
    assert "after the start" in page
    assert "The rule: Swedish licence by the start." in page
    assert "Look for an intake that starts after" in page
    assert "Apply with these answers" not in page


def test_whoever_expects_no_licence_is_not_asked_how(reader: FlaskClient, intake: Intake) -> None:
    page = through(reader, intake, licence={"licence": "none"}, route=None)
    assert "You have no Swedish licence and expect none." in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"swedish": {"language_evidence": "none"}}, "You cannot show yet"),
        ({"permit": {"work_permit": "none"}}, "You need a work permit and have not applied"),
        ({"start": {"can_start": "no"}}, "You cannot start on"),
        ({"at": {"swedish_at": "yes"}}, "You do not need basic service"),
    ],
)
def test_what_stops_is_said(reader: FlaskClient, intake: Intake, change: dict[str, Any], words: str) -> None:
    page = through(reader, intake, **change)
    assert words in page
    assert "Apply with these answers" not in page


def test_answers_are_carried_into_the_application(
    session: Session, world: World, reader: FlaskClient, intake: Intake
) -> None:
    expected = intake.starts_on - timedelta(days=30)
    through(
        reader,
        intake,
        licence={"licence": "expected", **on("licence_on", expected)},
        st={"st_before_july_2021": "unsure"},
    )
    person = applicant(session)
    session.commit()
    sign_in(reader, person)
    english(reader)
    response = post(reader, "/i/alvmark/bt-2026/apply", follow_redirects=True)
    assert "Your answers from before are filled in." in response.text
    made = session.exec(select(Application)).one()
    assert (made.licence, made.licence_on) == (LicenceStatus.EXPECTED, expected)
    assert made.language_evidence is LanguageEvidence.CERTIFICATE
    assert (made.swedish_at, made.can_start) == (False, True)
    assert made.st_before_july_2021 is None  # not sure is no answer of an application
    with reader.session_transaction() as cookie:
        assert "guide" not in cookie


def test_can_start_is_asked_anew_of_another_intake(
    session: Session, world: World, reader: FlaskClient, intake: Intake
) -> None:
    open_now(session, world, slug="other", starts_on=(clock.now() + timedelta(days=200)).date())
    session.commit()
    through(reader, intake)
    other = "/i/alvmark/other/can-i-apply"
    assert reader.get(other).location == f"{other}/start"


def test_empty_and_unknown_answers_are_refused(reader: FlaskClient, intake: Intake) -> None:
    assert post(reader, "/guide/need/at").status_code == 422
    assert post(reader, "/guide/need/at", {"swedish_at": "perhaps"}).status_code == 422
    page = post(reader, f"{HERE}/licence", {"licence": "expected"})
    assert page.status_code == 422
    assert "Write the date when you expect your licence" in page.text
    assert reader.get("/guide/need/licence").status_code == 404  # a question of the other flow
    assert reader.get("/i/alvmark/nowhere/can-i-apply").status_code == 404


def test_answers_can_be_changed_and_forgotten(reader: FlaskClient) -> None:
    answer(reader, "/guide/need/at", swedish_at="yes")
    page = reader.get("/guide/need/at").text
    assert 'value="yes" checked' in page or "checked" in page
    answer(reader, "/guide/need/at", swedish_at="no")
    assert reader.get("/guide/need").location == "/guide/need/st"
    assert post(reader, "/guide/again").status_code == 303
    assert reader.get("/guide/need").location == "/guide/need/at"
