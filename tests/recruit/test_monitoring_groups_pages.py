"""The auditor's pages on groups: a gap within strata, many small countries, combinations and points."""

from typing import Any

import pandas as pd
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.models import Intake, Role
from tests.recruit.factories import World, member, sign_in
from tests.recruit.kept import kept
from tests.recruit.monitoring_figures import figures, people, stored
from tests.recruit.page_helpers import Get, monitoring_reader
from tests.recruit.ranking_helpers import closed_intake
from tests.recruit.test_strata_words import BERKELEY

PAGES = ("strata", "countries", "combinations")


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """The figures of 200 invented applicants; to be read only."""
    return figures()


@pytest.fixture(scope="module")
def berkeley() -> dict[str, Any]:
    """Berkeley 1973 as an intake: everybody eligible, admitted is called, departments are sites."""
    rows = []
    for site, (men_in, men_out, women_in, women_out) in zip("ABCDEF", BERKELEY, strict=True):
        for sex, called, count in (
            ("male", 1, men_in),
            ("male", 0, men_out),
            ("female", 1, women_in),
            ("female", 0, women_out),
        ):
            rows += [(sex, site, 1, called)] * count
    table = pd.DataFrame(rows, columns=["sex", "site", "eligible", "called"])
    table["sex"] = pd.Categorical(table["sex"], categories=["female", "male"], ordered=True)
    return figures(table)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake; what the pages show is in its stored analysis."""
    found = closed_intake(session, world, levels=())
    session.commit()
    return found


@pytest.fixture
def get(session: Session, world: World, client: FlaskClient, intake: Intake) -> Get:
    """One of the pages as the auditor reads it."""
    return monitoring_reader(client, world, intake)


def test_berkeley_is_explained_on_the_page(
    session: Session, intake: Intake, get: Get, client: FlaskClient, berkeley: dict[str, Any]
) -> None:
    stored(session, intake, berkeley)
    text = get("strata")
    assert "Women against men, from eligible to called" in text
    assert "In all, 30% (557 of 1835) went on, against 45% (1198 of 2691)." in text
    assert "Within each site the difference is gone: more of the group applied where few go on." in text
    assert all(figure in text for figure in ("−14.2", "−17.8", "+3.6"))  # the gap is what its parts add up to
    assert "Vanishes" in text
    # χ², its p, the odds ratio (women over men) with its interval, as published.
    assert all(figure in text for figure in ("1.52", "0.217", "1.43", "0.232", "1.11", "0.94–1.30"))
    assert "n = 933" in text  # the stratum's size: 512 + 313 + 89 + 19
    client.get("/language/sv")
    swedish = get("strata")
    assert (
        "Inom varje ort är skillnaden borta: fler av gruppen sökte till orter där få går vidare." in swedish
    )
    assert "Försvinner" in swedish


def test_strata_are_chosen_by_kind_and_step(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    assert "Lindfors sjukhus" in get("strata?by=site&stage=eligible")
    route = get("strata?by=licence_route&stage=called")
    assert "EU/EEA recognition n =" in route
    assert "Each stratum is a group of its own here" in route
    # An intake by its title, and by its address where the region has no such intake any more.
    by_intake = get("strata?by=intake")
    assert "bt-2025 n =" in by_intake
    assert f"{intake.title_en} n =" in by_intake
    assert "There are no strata of this kind." in get("strata?by=height", 404)
    assert "There is no such step in this intake." in get("strata?stage=height", 404)


def test_a_country_that_stands_out_is_drawn_beside_the_rest(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    figures_of = whole["stratified_by"]["site"]["country"]["eligible"]
    found = [group for group, row in figures_of["groups"].items() if row["pattern"] != "absent"]
    assert found == ["SY"]
    text = get("strata?by=site&stage=eligible")
    first = next(each for each in figures_of["tables"] if each["stratum"] == ["Hamra hälsocentral"])
    size, mine = (sum(cell["n"] for cell in first["groups"].values()), first["groups"]["SY"])
    others = sum(cell["selected"] for cell in first["groups"].values()) - mine["selected"]
    rest = f"The rest {others} of {size - mine['n']}"
    assert f"Syria {mine['selected']} of {mine['n']} {rest}" in text
    assert "33 groups without a sure gap are in the table only." in text


def test_a_part_that_could_not_be_computed_says_why(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    reason = {"reason": {"sv": "Bara en omgång.", "en": "Only one intake."}}
    by = whole["stratified_by"] | {"intake": reason}
    by["site"] = by["site"] | {
        "sex": {"reason": {"sv": "Ingen har svarat.", "en": "Nobody has answered this."}}
    }
    stored(session, intake, whole | {"stratified_by": by, "funnel": reason})
    assert "Only one intake." in get("strata?by=intake")
    assert "Nobody has answered this." in get("strata?by=site")
    assert "Only one intake." in get("countries")
    assert "Only one intake." in get("combinations")


def test_missing_answers_are_counted_with_their_bounds_where_they_are_voluntary(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    missing = whole["funnel"]["attributes"]["sex"]["stages"]["eligible"]["missing"]
    assert missing["n"] > 0
    said = f"Not answered: {missing['selected']} of {missing['n']}. Counted as missing, never tested."
    for page in ("strata?by=site&stage=eligible", "combinations?stage=eligible"):
        text = get(page)
        assert said in text
        assert "Had everybody answered, a rate could lie up to" in text
    low, high = missing["bounds"]["female"]["rate"]
    assert f"{low * 100:.0f}%–{high * 100:.0f}%" in get("strata?by=site&stage=eligible")


def test_every_country_is_shown_with_its_own_and_its_shrunken_rate(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    text = get("countries?stage=eligible")
    rows = whole["funnel"]["attributes"]["country"]["stages"]["eligible"]["groups"]
    assert f"200 people from {len(rows)} countries." in text
    for code in ("LV", "SY", "NA"):
        row = rows[code]
        assert f"{row['selected']} of {row['n']} → {row['shrunk_rate'] * 100:.0f}%" in text
    pool = rows["LV"]["shrunk_towards"]
    assert f"EU/EEA recognition: {pool * 100:.0f}%" in text
    assert "2 of 2 therefore says next to nothing" in text


def test_what_a_country_could_ever_have_shown_is_said(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    rows = whole["funnel"]["attributes"]["country"]["stages"]["eligible"]["groups"]
    blind = [row for row in rows.values() if row["detectable"]["low"] is None]
    largest = max(row["n"] for row in blind)
    text = get("countries?stage=eligible")
    assert (
        f"For {len(blind)} of {len(rows)} countries, not even 0 who went on would have been an alarm." in text
    )
    assert f"of {largest}, not even 0." in text
    seen = rows["LV"]["detectable"]
    assert f"Alarm at {seen['low']} or fewer, or at {seen['high']} or more of {rows['LV']['n']}." in text


def test_a_country_outside_the_limits_is_named(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    table = people()
    table.loc[table.country == "LV", ["eligible", "called"]] = 0
    stored(session, intake, figures(table.assign(points=1.0)))
    text = get("countries")
    assert "Outside the outer limit: Latvia." in text
    assert "An alarm for" in text
    assert "There is no such step in this intake." in get("countries?stage=height", 404)


def test_combinations_large_enough_are_compared_and_the_others_listed(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    text = get("combinations?stage=eligible")
    crossed = whole["funnel"]["intersections"]["sex × licence_route"]
    assert crossed["too_small"] == ["male × third_country"]
    women, men = (
        crossed["stages"]["eligible"]["groups"][f"{sex} × third_country"] for sex in ("female", "male")
    )
    assert f"Women × From outside the EU/EEA {women['selected']} of {women['n']}" in text
    assert "where at least 20 applicants are asked for" in text
    assert f"Men × From outside the EU/EEA: {men['of_applied']['n']}" in text


def test_the_scoring_rate_says_what_ties_at_the_median_do(session: Session, intake: Intake, get: Get) -> None:
    table = people()
    table["points"] = [50.0 if number % 4 else 90.0 for number in range(len(table))]
    stored(session, intake, figures(table))
    text = get("combinations")
    assert "200 have points. The median of all of them is 50.00, and 50 of them (25%) have more." in text
    assert "many have exactly the median, and count as not above it" in text


def test_without_points_there_is_no_scoring_rate(session: Session, intake: Intake, get: Get) -> None:
    stored(session, intake, figures(people().drop(columns="points")))
    assert "Nobody has points yet, so there is no median." in get("combinations")


@pytest.mark.parametrize("page", PAGES)
def test_only_an_auditor_outside_the_group_reads_them(
    session: Session, world: World, client: FlaskClient, intake: Intake, whole: dict[str, Any], page: str
) -> None:
    stored(session, intake, whole)
    address = f"/g/{world.region.slug}/{intake.slug}/monitoring/{page}"
    both = member(session, world.region, "both@example.org", Role.AUDITOR, Role.COORDINATOR)
    session.commit()
    assert client.get(address).status_code == 302
    for account, status in ((world.coordinator, 403), (both, 403), (world.auditor, 200)):
        sign_in(client, account)
        assert client.get(address).status_code == status


def test_the_pages_have_no_inline_style_or_script(
    session: Session, intake: Intake, get: Get, whole: dict[str, Any]
) -> None:
    stored(session, intake, whole)
    for page in PAGES:
        html = get(page, html=True)
        assert " style=" not in html
        assert "<script>" not in html
