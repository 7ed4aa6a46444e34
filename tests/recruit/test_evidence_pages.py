"""The auditor's pages on what builds up and what could be otherwise: over time, proxies, other weights, the bar."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.models import Intake, Role
from tests.recruit.evidence_figures import figures
from tests.recruit.factories import World, member, sign_in
from tests.recruit.kept import kept
from tests.recruit.monitoring_figures import stored
from tests.recruit.page_helpers import Get, monitoring_reader
from tests.recruit.ranking_helpers import closed_intake

PAGES = ("over-time", "proxies", "bar")
BEFORE = [f"bt-{number}" for number in range(1, 8)]


@pytest.fixture(scope="module")
def several() -> dict[str, Any]:
    """Eight intakes in which the women lose a level and a half on one criterion; to be read only."""
    return figures([*BEFORE, "newest"])


@pytest.fixture(scope="module")
def one() -> dict[str, Any]:
    """One intake without a gap in levels; to be read only."""
    return figures(["newest"], gap=0)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake; what the pages show is in its stored analysis."""
    found = closed_intake(session, world, levels=())
    session.commit()
    return found


@pytest.fixture
def get(world: World, client: FlaskClient, intake: Intake) -> Get:
    """One of the pages as the auditor reads it."""
    return monitoring_reader(client, world, intake)


def test_evidence_over_several_intakes_is_said_as_money_and_drawn(
    session: Session, intake: Intake, get: Get, client: FlaskClient, several: dict[str, Any]
) -> None:
    found = several["over_time"]["called"]["sex"]
    assert found["alarm"]  # else the figures were invented badly
    stored(session, intake, several)
    text = get("over-time")
    assert "Sex. The evidence began at 1 and is" in text
    assert "alarm at 20." in text
    assert "Stands out by itself: Women, Men." in text
    assert f"8 intakes, n = {sum(each['n'] for each in found['e_values'])}." in text
    assert "Alarm at 20" in text
    assert "One intake so far" not in text
    last = found["e_values"][-1]
    assert f"8. newest {last['selected']} of {last['n']}" in text
    html = get("over-time", html=True)
    assert html.count('class="curve curve--') >= 6  # three lines, and each in the key
    client.get("/language/sv")
    assert "Bevisvärdet började på 1 och är" in get("over-time")


def test_one_intake_is_shown_and_said_to_be_one(
    session: Session, intake: Intake, get: Get, one: dict[str, Any]
) -> None:
    stored(session, intake, one | {"intakes": [intake.slug]})
    text = get("over-time?of=eligible")
    assert "One intake so far" in text
    assert "1 intake, n = 60." in text
    assert "No intake of the region is left out." in text
    assert "Only sex was tried." in text


def test_intakes_that_are_not_counted_are_named_with_the_reason(
    session: Session, intake: Intake, get: Get, one: dict[str, Any]
) -> None:
    stored(session, intake, one)
    assert f"{intake.title_en}: left out, no interview list is confirmed." in get("over-time")


def test_proxies_name_what_carries_a_prediction_and_refuse_small_groups(
    session: Session, intake: Intake, get: Get, several: dict[str, Any]
) -> None:
    found = max(several["proxies"]["sex"]["groups"].values(), key=lambda each: each["auc"])
    assert found["verdict"] == "alarm"
    stored(session, intake, several)
    text = get("proxies?by=sex")
    assert f"the criteria point out the right one in {found['auc'] * 100:.0f}" in text
    assert "seldom so much" in text
    strongest = max(found["importance"], key=found["importance"].get)
    assert strongest == "swedish_work"
    bars = text[text.index("Which criteria carry it") :]
    assert re.search(r"Clinical work in Sweden \+0[.]\d\d", bars)
    small = get("proxies?by=age_band")
    assert "40 and over 6 fewer than 15 in the group" in small
    assert "30–34 54 fewer than 15 in all other groups together" in small


def test_other_weights_say_their_yardstick_and_what_became_of_them_where_they_were_tested(
    session: Session, intake: Intake, get: Get, several: dict[str, Any]
) -> None:
    found = several["alternatives"]["sex"]["groups"]["female"]
    assert found["points"]
    stored(session, intake, several)
    text = get("proxies?by=sex")
    assert "Shown to people, applied by nobody" in text
    assert "Yardstick: the order by the present weights, since no outcomes are known yet." in text
    assert "tested in newest, which the search never saw" in text
    lost = sum(bool(each["caveats"]) for each in found["points"])
    assert text.count("is lost where it was tested") >= lost
    assert "Clinical work in Sweden 12.5–37.5" in text
    assert "Men: not called more seldom than the others." in text
    held, all_of = sum(not each["caveats"] for each in found["points"]), len(found["points"])
    assert (f"{held} of {all_of} set" if held else f"{all_of} set") in text
    assert "of weights" in text


def test_outcomes_are_the_yardstick_where_they_are_known(session: Session, intake: Intake, get: Get) -> None:
    stored(session, intake, figures(["first", "newest"], outcomes=True))
    assert "Yardstick: outcomes." in get("proxies?by=sex")


def test_with_one_intake_other_weights_are_not_searched(
    session: Session, intake: Intake, get: Get, one: dict[str, Any]
) -> None:
    stored(session, intake, one)
    text = get("proxies?by=sex")
    assert "Only sex was tried." in text  # the stored reason, instead of figures
    assert "Impact, tested" not in text


def test_the_bar_in_words_and_tables(
    session: Session, intake: Intake, get: Get, several: dict[str, Any]
) -> None:
    stored(session, intake, several)
    text = get("bar?by=sex")
    found = several["bar"]["rejected"]["sex"]
    assert (
        f"{found['without_offer']} of the {found['qualified']} above the threshold got no offer, and 7 of 25 posts"
        " are vacant." in text
    )
    tried = several["bar"]["threshold"]["sex"]["thresholds"]
    assert (
        f"At 50 points {tried[2]['above']} are at or above the threshold; at 40 it would be {tried[0]['above']}."
        in text
    )
    rows = several["bar"]["requirements"]["sex"]["groups"].values()
    gained = sum(row["requirements"]["E1"]["eligible_without"] - row["eligible"] for row in rows)
    now = sum(row["eligible"] for row in rows)
    assert f", {gained} more would be eligible than the {now} who are. No other requirement" in text
    last = several["bar"]["later_start"]["sex"]["weeks"][-1]
    assert f"A start 3 weeks later, on 22 February 2027, would gain {last['gained']} applicants whose" in text


def test_a_requirement_is_counted_for_everybody_whoever_answered(
    session: Session, intake: Intake, get: Get, one: dict[str, Any]
) -> None:
    """By sex those who did not answer are in no group; how many more would be eligible is about all of them."""

    def part(missing: int, eligible: int, without: int) -> dict[str, Any]:
        asked = {"eligible_without": without, "eligible_rate_without": 0.5, "verdict": "no_concern"}
        row = {"n": 40, "eligible": eligible, "eligible_rate": 0.4, "undecided": 0}
        requirements = dict.fromkeys(("E1", "E2"), asked)
        return {"missing": missing, "alpha": 0.05, "groups": {"all": row | {"requirements": requirements}}}

    parts = {"sex": part(9, 12, 14), "country": part(0, 20, 25)}
    stored(session, intake, one | {"bar": one["bar"] | {"requirements": parts}})
    text = get("bar?by=sex")
    assert "5 more would be eligible than the 20 who are." in text
    assert "No other requirement" not in text  # both cost as many


def test_what_could_not_be_computed_is_said(
    session: Session, intake: Intake, get: Get, one: dict[str, Any]
) -> None:
    reason = {"reason": {"sv": "Inga erbjudanden.", "en": "No offers yet."}}
    nobody = {"sex": {"start": "2027-02-01", "weeks": []}}
    stored(session, intake, one | {"bar": one["bar"] | {"rejected": reason, "later_start": nobody}})
    text = get("bar?by=sex")
    assert "No offers yet." in text
    assert "Nobody would be gained by a start up to 26 weeks later" in text
    whole = one | {"bar": reason, "proxies": reason, "over_time": reason, "alternatives": reason}
    stored(session, intake, whole, 2)
    for page in PAGES:
        assert "No offers yet." in get(page)


@pytest.mark.parametrize("page", ["over-time?by=height", "over-time?of=hired", "proxies?by=x", "bar?by=x"])
def test_choices_that_there_are_not(
    session: Session, intake: Intake, get: Get, one: dict[str, Any], page: str
) -> None:
    stored(session, intake, one)
    get(page, 404)


def test_the_region_leads_to_the_newest_analysis(
    session: Session, world: World, client: FlaskClient, intake: Intake, get: Get, one: dict[str, Any]
) -> None:
    address = f"/g/{world.region.slug}/monitoring/over-time"
    assert client.get(address).location == f"/g/{world.region.slug}/"
    stored(session, intake, one)
    assert client.get(address).location == f"/g/{world.region.slug}/{intake.slug}/monitoring/over-time"


@pytest.mark.parametrize("page", PAGES)
def test_only_an_auditor_outside_the_group_reads_them(
    session: Session, world: World, client: FlaskClient, intake: Intake, one: dict[str, Any], page: str
) -> None:
    stored(session, intake, one)
    address = f"/g/{world.region.slug}/{intake.slug}/monitoring/{page}"
    both = member(session, world.region, "both@example.org", Role.AUDITOR, Role.COORDINATOR)
    session.commit()
    for account, status in ((world.coordinator, 403), (both, 403), (world.auditor, 200)):
        sign_in(client, account)
        assert client.get(address).status_code == status


def test_the_pages_have_no_inline_style_or_script(
    session: Session, intake: Intake, get: Get, several: dict[str, Any]
) -> None:
    stored(session, intake, several)
    for page in PAGES:
        html = get(page, html=True)
        assert " style=" not in html
        assert "<script>" not in html
