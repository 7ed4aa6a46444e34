"""Groups of countries and licence routes."""

import pytest
from babel import Locale

from recruit.country_groups import (
    BALTIC,
    COUNTRY_GROUPS,
    NORDIC,
    OTHER_EU_EEA,
    ROUTE_GROUPS,
    country_group,
    route_group,
)
from recruit.models import LicenceRoute


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("SE", "nordic"),
        ("IS", "nordic"),
        ("LV", "baltic"),
        ("RO", "other_eu_eea"),
        ("CH", "other_eu_eea"),
        ("LI", "other_eu_eea"),
        ("GB", "outside_eu_eea"),
        ("NA", "outside_eu_eea"),
        ("XK", "outside_eu_eea"),
        ("UA", "outside_eu_eea"),
        (None, None),
        ("", None),
    ],
)
def test_country_group_of(code: str | None, group: str | None) -> None:
    assert country_group(code) == group


def test_country_groups_hold_all_of_the_eu_and_eea_once() -> None:
    members = [
        *(
            "AT",
            "BE",
            "BG",
            "HR",
            "CY",
            "CZ",
            "DK",
            "EE",
            "FI",
            "FR",
            "DE",
            "GR",
            "HU",
            "IE",
            "IT",
            "LV",
            "LT",
        ),
        *("LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "CH"),
    ]
    assert [code for code in members if country_group(code) == "outside_eu_eea"] == []
    assert NORDIC & BALTIC == NORDIC & OTHER_EU_EEA == BALTIC & OTHER_EU_EEA == frozenset()


def test_country_groups_name_countries_that_exist() -> None:
    known = Locale.parse("en").territories
    assert [code for code in NORDIC | BALTIC | OTHER_EU_EEA if code not in known] == []


def test_route_group_knows_every_route() -> None:
    assert {route_group(route) for route in LicenceRoute} == set(ROUTE_GROUPS)
    assert route_group(None) is None
    assert len(COUNTRY_GROUPS) == 4
