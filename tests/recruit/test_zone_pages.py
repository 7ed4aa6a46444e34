"""Pages of the borderline zone: the discussion, the lot, a third assessment, and the advertisement about it."""

import hashlib
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.frames import RunCertainty
from recruit.models import (
    Application,
    BorderlineDecision,
    ConflictOfInterest,
    Intake,
    InterviewList,
    ListStatus,
    ThirdAssessment,
    ZoneDecision,
)
from recruit.services import interview, settling
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import SEEDS
from tests.recruit.page_helpers import count_queries, english, main_of, other_client
from tests.recruit.ranking_helpers import LATER, assessed, ranked
from tests.recruit.test_release_gate import interviewed  # noqa: F401
from tests.recruit.zone_helpers import called, draw, zone_of, zoned

BASE = "/g/alvmark/bt-2026/interview-list"
ZONE = f"{BASE}/1/zone"


@pytest.fixture
def drawn(session: Session, world: World) -> InterviewList:
    """A draft that calls four, with four in a zone for the group to discuss."""
    return draw(session, world, *zoned(session, world))


@pytest.fixture
def typed(session: Session, drawn: InterviewList) -> Callable[..., dict[str, str]]:
    """What a browser would send: everybody where points have them, with changes."""

    def make(**changes: str) -> dict[str, str]:
        inside = called(session, drawn)
        values = {"rationale": "Vi har läst allt.", "kind": "points_kept", "seen": drawn.content_sha256}
        for code in zone_of(drawn).codes:
            values |= {
                f"side_{code}": "above" if code in inside else "below",
                f"kind_{code}": "breadth",
                f"reason_{code}": "",
            }
        return values | changes

    return make


# --- the zone and its discussion ---


def test_zone_shows_codes_figures_and_no_names(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    zone = zone_of(drawn)
    for person in (world.coordinator, world.auditor):
        reader = other_client(client, person)
        page = reader.get(ZONE).text
        assert all(f"/ranking/screening/1/{code}" in page for code in zone.codes)
        assert re.findall(r'<strong>(\d)</strong></td>\s*<th scope="row"><a class="code"', page) == list(
            "3456"
        )
        words = main_of(page)
        assert "between 5% and 95%" in words.replace("\xa0", " ")
        assert "locked when the intake opened, before any level was given" in words
        for application in session.exec(select(Application)):
            assert not application.family_name or application.family_name not in words
    assert "Save what the group has decided" not in page
    assert "<form" not in page[page.index("<main") :]


def test_zone_is_settled_on_the_page_and_confirmed_by_another(
    session: Session,
    world: World,
    client: FlaskClient,
    drawn: InterviewList,
    typed: Callable[..., dict[str, str]],
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    before = main_of(client.get(f"{BASE}/1").text)
    assert "Settle the borderline zone" in before
    assert "The borderline zone is not settled" in before
    zone = zone_of(drawn).codes
    up, down = f"reason_{zone[3]}", f"reason_{zone[1]}"
    sent = typed(
        **{f"side_{zone[1]}": "below", f"side_{zone[3]}": "above", up: "Har arbetat här.", down: "Tvärtom."}
    )
    response = post(client, ZONE, sent)
    assert (response.status_code, response.location) == (303, f"{BASE}/1")
    session.rollback()
    assert called(session, drawn) & set(zone) == {zone[0], zone[3]}
    reasons = {each.reason for each in session.exec(select(BorderlineDecision))}
    assert reasons == {"", "Har arbetat här.", "Tvärtom."}
    again = client.get(ZONE).text  # what was decided stands in the form, to be changed
    assert "Har arbetat här." in again
    assert re.search(rf'id="side_{zone[3]}-0"[^>]*checked|checked[^>]*id="side_{zone[3]}-0"', again)
    own = main_of(client.get(f"{BASE}/1").text)
    assert "You drew this draft" in own
    assert "It can be confirmed by Chair ." in own
    assert f"{BASE}/1/confirm" not in client.get(f"{BASE}/1").text
    second = other_client(client, world.chair)
    page = second.get(f"{BASE}/1").text
    assert f"{BASE}/1/confirm" in page
    assert post(second, f"{BASE}/1/confirm", {"seen": drawn.content_sha256}).status_code == 303
    shown = main_of(second.get(ZONE).text)
    assert "Har arbetat här." in shown
    assert "Vi har läst allt." in shown


@pytest.mark.parametrize(
    ("change", "message", "target"),
    [
        ({"rationale": " "}, "Write why the group settles the zone as it does", "rationale"),
        (
            {"side_1": "below"},
            "The zone has 2 places above the line, and you have put 1 there.",
            "zone-choices",
        ),
        (
            {"side_1": "below", "side_3": "above", "reason_1": "Nu."},
            "Write why {3} is moved across",
            "reason_{3}",
        ),
        ({"kind": ""}, "Choose the kind of reason", "kind"),
        (
            {"side_1": "below", "side_3": "above", "reason_1": "Nu.", "reason_3": "Nu.", "kind_3": ""},
            "Choose the kind of reason for {3}",
            "kind_{3}",
        ),
        ({"side_1": ""}, "is not one of the answers", "side_{1}-0"),
        ({"rationale": "Hon är 29 år."}, "“Hon” tells a person's sex, age or country", "rationale"),
        (
            {
                "side_1": "below",
                "side_3": "above",
                "reason_1": "Arbetade i Polen.",
                "reason_3": "Bredare.",
            },
            "“Polen” in the reason for {1} tells a person's sex, age or country",
            "reason_{1}",
        ),
    ],
)
def test_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    session: Session,
    world: World,
    client: FlaskClient,
    drawn: InterviewList,
    typed: Callable[..., dict[str, str]],
    change: dict[str, str],
    message: str,
    target: str,
) -> None:
    zone = zone_of(drawn).codes
    named = {
        re.sub(r"_(\d)$", lambda found: f"_{zone[int(found[1])]}", key): value
        for key, value in change.items()
    }
    sign_in(client, world.coordinator)
    english(client)
    kept = {f"reason_{zone[0]}": "Det här ska stå kvar."}
    response = post(client, ZONE, typed(**(kept | named)))
    assert response.status_code == 422
    page = unescape(response.text)
    assert message.format(*zone) in page
    assert f'href="#{target.format(*zone)}"' in page
    assert "Det här ska stå kvar." in page
    if "rationale" not in change:
        assert "Vi har läst allt." in page
    assert session.exec(select(ZoneDecision)).all() == []


def test_zone_that_somebody_else_settled_meanwhile_is_not_overwritten_unseen(
    session: Session,
    world: World,
    client: FlaskClient,
    drawn: InterviewList,
    typed: Callable[..., dict[str, str]],
) -> None:
    first, second = other_client(client, world.coordinator), other_client(client, world.chair)
    old = typed(rationale="Den andras skäl.")
    assert post(first, ZONE, typed()).status_code == 303
    response = post(second, ZONE, old)
    assert response.status_code == 409
    assert "Den andras skäl." in response.text
    session.rollback()
    assert session.exec(select(ZoneDecision.rationale)).all() == ["Vi har läst allt."]
    seen = re.search(r'name="seen"[^>]*value="([0-9a-f]{64})"', response.text)
    assert seen is not None
    assert post(second, ZONE, {**old, "seen": seen.group(1)}).status_code == 303


def test_zone_with_an_own_conflict_says_so_instead_of_a_form(
    session: Session,
    world: World,
    client: FlaskClient,
    drawn: InterviewList,
    typed: Callable[..., dict[str, str]],
) -> None:
    one = session.exec(select(Application).where(Application.mask_code == zone_of(drawn).codes[0])).one()
    session.add(
        ConflictOfInterest(
            region_id=one.region_id,
            application_id=one.id,
            assessor_id=world.coordinator.id,
            reason="Kusiner.",
            declared_at=LATER,
            declared_by_id=world.coordinator.id,
        )
    )
    session.commit()
    reader = other_client(client, world.coordinator)
    page = main_of(reader.get(ZONE).text)
    assert f"You have an interest of your own in {one.mask_code}" in page
    assert "Save what the group has decided" not in page
    assert post(reader, ZONE, typed()).status_code == 403


def test_zone_warns_who_would_leave_nobody_to_confirm(
    world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    assert "nobody is left who can confirm" in main_of(other_client(client, world.chair).get(ZONE).text)
    assert "nobody is left" not in main_of(other_client(client, world.coordinator).get(ZONE).text)


def test_zone_that_cannot_be_told_takes_a_rationale_alone(
    session: Session, world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake, run = zoned(session, world)
    unknown = RunCertainty(4, (), False, ("too_few_shared",), (), 0.95)
    monkeypatch.setattr(settling, "certainty_of", lambda run, line: unknown)
    drawn = draw(session, world, intake, run)
    reader = other_client(client, world.coordinator)
    page = main_of(reader.get(ZONE).text)
    assert "Why the line is drawn there" in page
    assert "too few applications were judged by more than one assessor" in page
    assert "Those nearest the line" in page
    assert post(reader, ZONE, {"rationale": "", "seen": drawn.content_sha256}).status_code == 422
    sent = {"rationale": "Avståndet är stort.", "kind": "tie", "seen": drawn.content_sha256}
    assert post(reader, ZONE, sent).status_code == 303
    assert session.exec(select(ZoneDecision.rationale)).all() == ["Avståndet är stort."]


def test_zone_of_a_list_from_before_there_were_zones_is_not_found(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    drawn.settlement = None
    session.add(drawn)
    session.commit()
    reader = other_client(client, world.coordinator)
    assert reader.get(ZONE).status_code == 404
    assert reader.get(f"{BASE}/1").status_code == 200


# --- by lot, and by a third assessment ---


def test_lot_shows_its_order_and_after_confirming_how_to_repeat_it(
    session: Session, world: World, client: FlaskClient
) -> None:
    drawn = draw(session, world, *zoned(session, world, "lot"))
    seed = SEEDS["screening"]
    reader = other_client(client, world.coordinator)
    page = reader.get(ZONE).text
    order = re.findall(r'<li><a class="code"[^>]*>(\w+)</a>', page)
    assert order == list(zone_of(drawn).order)
    assert hashlib.sha256(seed.encode()).hexdigest() in page
    assert f">{seed}<" not in page
    assert "Hidden until the list is confirmed" in page
    assert "Save what" not in page
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    page = reader.get(ZONE).text
    assert f">{seed}<" in page
    assert all(hashlib.sha256(f"{seed}{code}".encode()).hexdigest() in page for code in order)


def test_third_assessment_is_asked_for_on_the_page(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake, run = zoned(session, world, "third_assessment")
    draw(session, world, intake, run)
    reader = other_client(client, world.coordinator)
    page = unescape(reader.get(ZONE).text)
    assert "Ask for a third assessment of 4 applications" in page
    assert 'data-confirm="Ask for a third assessment of 4 applications and discard this draft?' in page
    audited = other_client(client, world.auditor).get(ZONE).text
    assert "<form" not in audited[audited.index("<main") :]
    response = post(reader, f"{ZONE}/third")
    assert (response.status_code, response.location) == (303, BASE)
    assert len(session.exec(select(ThirdAssessment)).all()) == 4
    assert session.exec(select(InterviewList)).all() == []
    draw(session, world, intake, ranked(session, world, intake))
    page = main_of(reader.get(ZONE).text)
    assert "Third assessments are still to come for" in page
    assert "Ask for a third" not in page
    assert post(reader, f"{ZONE}/third").status_code == 409


# --- how much is asked of the database ---


def test_pages_take_the_same_number_of_queries_however_many_are_in_the_zone(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    counts = []
    reader = other_client(client, world.coordinator)
    for page in (f"{BASE}/1", ZONE):
        counts.append([count_queries(reader.application, reader, page)])
    interview.discard(session, interview_list=drawn, actor=world.actor, now=LATER)
    intake = session.exec(select(Intake)).one()
    for _each in range(12):
        assessed(session, world, intake, 3, second=2)
    session.commit()
    larger = draw(session, world, intake, ranked(session, world, intake), 8)
    assert len(zone_of(larger).codes) > 8
    for number, page in enumerate((f"{BASE}/{larger.version}", f"{BASE}/{larger.version}/zone")):
        counts[number].append(count_queries(reader.application, reader, page))
    assert [len(set(each)) for each in counts] == [1, 1], counts


# --- the advertisement ---


def test_advertisement_says_how_levels_combine_and_how_the_zone_is_settled(
    session: Session, world: World, client: FlaskClient
) -> None:
    drawn = draw(session, world, *zoned(session, world, "lot"))
    english(client)
    page = unescape(client.get("/i/alvmark/bt-2026").text).replace("\xa0", " ")
    assert "is the mean of what its assessors give" in page
    assert "The order goes by the levels as they were given" in page
    assert "is between 5% and 95% form the borderline zone. They are drawn by lot" in page
    assert "The borderline zone is settled by the same lot." in page
    assert all(hashlib.sha256(seed.encode()).hexdigest() in page for seed in SEEDS.values())
    assert not any(f">{seed}<" in page for seed in SEEDS.values())
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    page = client.get("/i/alvmark/bt-2026").text
    assert f"printf %s '{SEEDS['screening']}' | sha256sum" in unescape(page)
    assert f">{SEEDS['screening']}<" in page
    assert f">{SEEDS['interview']}<" not in page
    assert session.exec(select(InterviewList)).one().status is ListStatus.CONFIRMED


def test_advertisement_in_swedish_says_the_same(session: Session, world: World, client: FlaskClient) -> None:
    zoned(session, world)
    page = unescape(client.get("/i/alvmark/bt-2026", headers={"Accept-Language": "sv"}).text)
    assert "medelvärdet av vad bedömarna ger" in page
    assert "Gruppen diskuterar dem utan namn" in page
    assert "Så kontrollerar du lottningen" in page
