"""Pages on one place: the explanation for the group, two side by side, and the applicant's own result."""

import re

from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import Account, Application, InterviewList, ZoneReason
from recruit.queries import interview as lists
from recruit.services import interview, publishing
from recruit.services.settling import settlement_of
from recruit.services.zone import decide_zone
from tests.recruit.factories import World, make_world, sign_in
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import LATER, assessed, closed_intake, confirmed, one_line, ranked

BASE = "/g/alvmark/bt-2026/ranking/screening/1"


def codes(session: Session) -> list[str]:
    """Mask codes in the order of the ranking: the factories' levels fall by application."""
    return [each.mask_code for each in session.exec(select(Application).order_by(Application.id))]  # type: ignore[arg-type]


def owner(session: Session, code: str) -> tuple[Account, Application]:
    application = session.exec(select(Application).where(Application.mask_code == code)).one()
    return session.exec(select(Account).where(Account.id == application.account_id)).one(), application


def test_place_says_where_the_points_come_from_and_what_would_have_been_enough(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), places=2)
    sign_in(client, world.auditor)
    english(client)
    page = client.get(f"{BASE}/{codes(session)[4]}")
    assert page.status_code == 200
    assert re.search(r"Not called to interview, from place [45]\.", page.text)
    assert "The line is drawn after 2 applications." in page.text
    assert "What would have been enough" in page.text
    assert page.text.count("Assessor ") == 6  # three assessed criteria, two assessors each


def test_place_of_one_above_the_line_says_what_would_have_moved_it_below(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), places=2)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{BASE}/{codes(session)[0]}")
    assert "Called to interview, from place 1." in page.text
    assert "What would have moved it below the line" in page.text


def test_place_without_a_line_tells_the_place_alone(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{BASE}/{codes(session)[0]}")
    assert "Place 1 of 5." in page.text
    assert "The line is drawn" not in page.text
    assert "together weigh 45 of the 100 in the criteria profile" in page.text
    tried = client.get(f"{BASE}/{codes(session)[0]}?places=2")
    assert "The line is drawn after 2 applications." in tried.text


def test_place_names_nobody(session: Session, world: World, client: FlaskClient) -> None:
    intake = closed_intake(session, world, levels=())
    assessed(session, world, intake, 3, given_name="Zebulon", family_name="Quist", second=2)
    session.commit()
    ranked(session, world, intake)
    sign_in(client, world.auditor)
    page = client.get(f"{BASE}/{codes(session)[0]}")
    assert page.status_code == 200
    for name in ("Zebulon", "Quist", *(assessor.name for assessor in world.assessors)):
        assert name not in page.text


def test_place_of_an_unknown_code_is_not_found(session: Session, world: World, client: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    assert client.get(f"{BASE}/ZZZZ").status_code == 404


def test_compare_adds_up_to_the_difference(session: Session, world: World, client: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    english(client)
    first, second = codes(session)[0], codes(session)[4]
    page = client.get(f"{BASE}/compare?first={first}&second={second.lower()}")
    assert page.status_code == 200
    # Level 4 against 2 on references, science and other work: half of 33⅓ + 11⅑ + 11⅑.
    assert f"{first} is ahead by 27.778 points." in page.text
    assert "+16.667" in page.text
    assert page.text.count("+5.556") == 2


def test_compare_with_itself_or_with_nothing_says_what_to_do(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    english(client)
    first = codes(session)[0]
    for second, words in (
        (first, "Choose another application"),
        ("", "Write the code"),
        ("<b>", "is not in this run"),
    ):
        page = client.get(f"{BASE}/compare", query_string={"first": first, "second": second})
        assert page.status_code == 422
        assert words in page.text
    assert client.get(f"{BASE}/compare").status_code == 302


def published(session: Session, world: World, places: int = 2, reserves: int = 1) -> list[str]:
    intake = closed_intake(session, world)
    drawn = confirmed(
        session, world, intake, ranked(session, world, intake), places=places, reserves=reserves
    )
    publishing.publish(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    return codes(session)


def test_result_is_not_there_before_it_is_published(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), places=2)
    account, application = owner(session, codes(session)[0])
    sign_in(client, account)
    assert client.get(f"/my/{application.reference}/result").status_code == 404
    assert "/result" not in client.get(f"/my/{application.reference}").text


def test_result_tells_called_reserve_and_the_rest_apart(
    session: Session, world: World, client: FlaskClient
) -> None:
    ordered = published(session, world)
    for code, words in (
        (ordered[0], "You are called to an interview"),
        (ordered[4], "You are not called to an interview"),
    ):
        account, application = owner(session, code)
        sign_in(client, account)
        english(client)
        page = client.get(f"/my/{application.reference}/result")
        assert (page.status_code, words in page.text) == (200, True)
        assert 'from your form: <span class="nowrap">4–6</span> months' in page.text
        for other in ordered:
            assert other not in page.text
        client.post("/logout")


def test_result_of_somebody_else_is_not_found(session: Session, world: World, client: FlaskClient) -> None:
    ordered = published(session, world)
    account, _own = owner(session, ordered[0])
    _other, application = owner(session, ordered[1])
    sign_in(client, account)
    assert client.get(f"/my/{application.reference}/result").status_code == 404


def test_result_of_the_place_on_reserve_gives_the_number(
    session: Session, world: World, client: FlaskClient
) -> None:
    published(session, world)
    drawn = session.exec(select(InterviewList)).one()
    assert drawn.id is not None
    reserve = next(
        each for each in lists.entries(session, interview_list=drawn) if each.kind.value == "reserve"
    )
    account, application = owner(session, reserve.mask_code)
    sign_in(client, account)
    english(client)
    assert "You are in reserve, number 1" in client.get(f"/my/{application.reference}/result").text


def test_place_in_a_foreign_region_is_not_found(session: Session, world: World, client: FlaskClient) -> None:
    ranked(session, world, closed_intake(session, world))
    other = make_world(session, "beta")
    sign_in(client, other.coordinator)
    assert client.get(f"{BASE}/{codes(session)[0]}").status_code == 404


def moved_zone(session: Session, world: World) -> tuple[str, str]:
    """A published list where the group let one of the zone below the line change sides with one above it."""
    intake = closed_intake(session, world, levels=())
    for first, second in ((4, 3), (3, 2), (2, 3), (2, 2), (3, 1)):
        assessed(session, world, intake, first, second=second)
    session.commit()
    run = ranked(session, world, intake)
    drawn = interview.draft(
        session, intake=intake, run=run, groups=one_line(2, 1), actor=world.actor, now=LATER
    )
    settlement = settlement_of(drawn)
    assert settlement is not None
    called = [
        each.mask_code for each in lists.entries(session, interview_list=drawn) if each.kind.value == "called"
    ]
    inside = [code for code in settlement.codes if code in called]
    down, up = inside[-1], next(code for code in settlement.codes if code not in called)
    decide_zone(
        session,
        interview_list=drawn,
        above=[*inside[:-1], up],
        reasons={up: "Breadth.", down: "Breadth."},
        codes=dict.fromkeys((up, down), ZoneReason.BREADTH),
        rationale="Discussed.",
        actor=world.actor,
        now=LATER,
    )
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    publishing.publish(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    return up, down


def test_whom_the_group_moved_reads_that_and_nothing_of_what_would_have_been_enough(
    session: Session, world: World, client: FlaskClient
) -> None:
    up, down = moved_zone(session, world)
    told = {
        up: (
            "You are called to an interview",
            "stood below the line.",
            "moved this application above the line.",
        ),
        down: ("You are in reserve", "stood above the line.", "moved this application below the line."),
    }
    for code, words in told.items():
        account, application = owner(session, code)
        sign_in(client, account)
        english(client)
        page = client.get(f"/my/{application.reference}/result").text
        for each in words:
            assert each in page
        for wrong in (
            "would have been enough",
            "would have moved it",
            "the lot decides",
            "The line is drawn",
        ):
            assert wrong not in page
        client.post("/logout")
    sign_in(client, world.auditor)
    english(client)
    page = client.get(f"{BASE}/{down}").text
    assert "moved this application below the line." in page
    assert "would have moved it" not in page


def test_result_tells_no_single_assessors_level(session: Session, world: World, client: FlaskClient) -> None:
    ordered = published(session, world)
    account, application = owner(session, ordered[4])
    sign_in(client, account)
    english(client)
    page = client.get(f"/my/{application.reference}/result").text
    assert "What would have been enough" in page
    assert "one of the assessors" not in page


def test_published_result_leads_the_applicant_from_the_list_and_the_receipt(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), places=2)
    account, application = owner(session, codes(session)[0])
    sign_in(client, account)
    english(client)
    receipt, result = (f"/my/{application.reference}/{page}" for page in ("receipt", "result"))
    assert "Your result is ready" not in client.get("/my").text
    assert "A copy is on its way to your e-mail." in client.get(receipt).text
    publishing.publish(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    status = f"/my/{application.reference}/status"
    assert f'href="{status}"' in client.get("/my").text
    assert "<span>Result</span>" in client.get("/my").text
    assert f'href="{result}"' in client.get(status).text
    page = client.get(receipt).text
    assert "<h1>Your result is ready</h1>" in page
    assert f'href="{result}"' in page
    assert "A copy is on its way" not in page
    assert "replaces" not in client.get(result).text


def test_result_of_a_second_version_says_that_it_replaces_the_first(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    for places in (2, 3):
        drawn = confirmed(session, world, intake, ranked(session, world, intake), places=places)
        publishing.publish(session, interview_list=drawn, actor=world.second, now=LATER)
        session.commit()
    account, application = owner(session, codes(session)[0])
    sign_in(client, account)
    english(client)
    page = client.get(f"/my/{application.reference}/result").text
    assert "This result replaces the one that was published before." in page
