"""The auditor's pages on where a gap comes from and how the groups lie in the order."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.models import Account, Role
from tests.recruit.factories import World, member, sign_in
from tests.recruit.intake_helpers import opened_intake
from tests.recruit.sources_helpers import NOT_COMPUTED, stored
from tests.recruit.test_ranking_pages import english

BASE = "/g/alvmark/bt-2026/monitoring"
SOURCES, ORDER = f"{BASE}/sources", f"{BASE}/order"


def page(client: FlaskClient, url: str) -> str:
    """Its text, with plain spaces and quotes."""
    response = client.get(url)
    assert response.status_code == 200
    return unescape(response.text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def auditor(session: Session, world: World, client: FlaskClient) -> FlaskClient:
    """Signed in, reading English, with an analysis of the invented selection."""
    stored(session, opened_intake(session, world))
    sign_in(client, world.auditor)
    english(client)
    return client


def marked(text: str) -> list[str]:
    """The addresses of what is chosen among attributes and groups."""
    return re.findall(r'href="([^"]+)" aria-current="true"', text)


def test_the_page_begins_with_the_gravest_attribute_and_group(auditor: FlaskClient) -> None:
    text = page(auditor, SOURCES)
    assert marked(text) == [
        f"{SOURCES}?by=licence_route",
        f"{SOURCES}?by=licence_route&group=third_country#group",
    ]
    assert "From outside the EU/EEA against all others" in text
    assert "24 of 40 in the group got a no (60%), against 4 of 80" in text


def test_every_source_has_its_sentence_plot_and_table(auditor: FlaskClient) -> None:
    text = page(auditor, SOURCES)
    for source in ("stage", "requirement", "override", "criterion", "item_bias", "assessor"):
        card = text.partition(f'id="source-{source}"')[2].partition("</section>")[0]
        assert "verdict--" in card
        assert "<svg" in card.partition("<figure")[2]
        assert "<details>" in card
    zone = text.partition('id="source-zone"')[2].partition("</section>")[0]
    assert NOT_COMPUTED["reason"]["en"] in zone
    assert "<figure" not in zone


def test_the_whole_gap_stands_below_its_parts(auditor: FlaskClient) -> None:
    card = page(auditor, SOURCES).partition('id="source-stage"')[2].partition("</figure>")[0]
    shown = re.findall(r'class="plot-n">([+−0-9.]+)', card)
    parts = [float(each.replace("−", "-")) for each in shown]
    assert parts[-1] == -67.5
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.11)


def test_another_attribute_and_group_are_chosen_by_links(auditor: FlaskClient) -> None:
    text = page(auditor, f"{SOURCES}?by=sex&group=female")
    assert marked(text) == [f"{SOURCES}?by=sex", f"{SOURCES}?by=sex&group=female#group"]
    assert "5 have not answered, and are counted but in no group." in text


def test_thirty_countries_are_chosen_from_a_list_that_leaves_none_out(auditor: FlaskClient) -> None:
    text = page(auditor, f"{SOURCES}?by=country")
    choices = text.partition('<select class="select" id="filter-group"')[2].partition("</select>")[0]
    assert choices.count("<option") == 30
    assert page(auditor, f"{SOURCES}?by=country&group=CH").count("Switzerland against all others") == 1


def test_an_attribute_of_one_group_says_that_there_is_nothing_to_compare(auditor: FlaskClient) -> None:
    assert "There is nothing to compare." in page(auditor, f"{SOURCES}?by=age_band")
    assert "There are no two groups in the order to compare." in page(auditor, f"{ORDER}?by=age_band")


def test_an_attribute_without_any_figures_says_why(auditor: FlaskClient) -> None:
    text = page(auditor, f"{SOURCES}?by=country_group")
    assert text.count(NOT_COMPUTED["reason"]["en"]) == 7
    assert 'id="group"' not in text


@pytest.mark.parametrize("query", ["?by=height", "?by=sex&group=nobody", "?group=female"])
def test_what_the_analysis_does_not_have_is_not_found(auditor: FlaskClient, query: str) -> None:
    response = auditor.get(f"{SOURCES}{query}")
    assert response.status_code == 404
    assert "The analysis has no such attribute or group." in response.text


def test_the_order_begins_with_the_gravest_attribute(auditor: FlaskClient) -> None:
    text = page(auditor, ORDER)
    assert marked(text) == [f"{ORDER}?by=licence_route#attribute"]
    assert "The groups are mixed less evenly over the order than chance usually gives" in text
    assert "of the first 10, 0 are of them, against at least 1 in nearly all random orders" in text


def test_the_order_says_that_nobody_is_re_ranked(auditor: FlaskClient) -> None:
    assert "Nowhere in the system is anybody re-ranked by group" in page(auditor, ORDER)


def test_every_group_that_is_drawn_has_its_curve_and_band(auditor: FlaskClient) -> None:
    text = page(auditor, ORDER)
    curves = text.partition('class="top-curves"')[2].partition('<section class="card" id')[0]
    assert curves.count('class="top-line"') == curves.count('class="top-ground"') == 2
    assert "All 120: 33% are the group's" in curves


def test_small_countries_are_folded_and_named(auditor: FlaskClient) -> None:
    text = page(auditor, f"{ORDER}?by=country")
    folded = re.search(r"<summary>(\d+) countries with fewer than five each", text)
    assert folded is not None
    drawn = text.count('class="top-line"')
    assert drawn + int(folded.group(1)) == 30
    table = text.partition('aria-label="Groups in the order"')[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == 30


def test_an_unknown_attribute_of_the_order_is_not_found(auditor: FlaskClient) -> None:
    assert auditor.get(f"{ORDER}?by=height").status_code == 404


def test_both_pages_are_in_swedish(auditor: FlaskClient) -> None:
    with auditor.session_transaction() as cookie:
        cookie["language"] = "sv"
    assert "Var uppstår skillnaden?" in page(auditor, SOURCES)
    assert "Ingenstans i systemet ordnas någon om efter grupp" in page(auditor, ORDER)


def test_sections_that_could_not_be_computed_say_why(
    session: Session, world: World, client: FlaskClient
) -> None:
    stored(session, opened_intake(session, world), {"sources": NOT_COMPUTED, "order": NOT_COMPUTED})
    sign_in(client, world.auditor)
    english(client)
    for url in (SOURCES, ORDER):
        assert NOT_COMPUTED["reason"]["en"] in page(client, url)


def test_without_an_analysis_the_pages_lead_to_where_one_is_made(
    session: Session, world: World, client: FlaskClient
) -> None:
    opened_intake(session, world)
    sign_in(client, world.auditor)
    for url in (SOURCES, ORDER):
        response = client.get(url)
        assert (response.status_code, response.location) == (302, f"{BASE}/analysis")


def both(session: Session, world: World) -> Account:
    """A coordinator who is also an auditor."""
    account = member(session, world.region, "both@example.org", Role.COORDINATOR, Role.AUDITOR)
    session.commit()
    return account


@pytest.mark.parametrize("who", ["coordinator", "assessor", "both"])
def test_whoever_recruits_does_not_see_them(
    session: Session, world: World, client: FlaskClient, who: str
) -> None:
    stored(session, opened_intake(session, world))
    people: dict[str, Any] = {"coordinator": world.coordinator, "assessor": world.assessors[0]}
    sign_in(client, people.get(who) or both(session, world))
    for url in (SOURCES, ORDER):
        assert client.get(url).status_code == 403
