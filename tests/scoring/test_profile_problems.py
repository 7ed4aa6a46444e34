"""Everything that is wrong with a profile at once, each at its place."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest

from scoring.errors import ProfileError
from scoring.profile import default_profile, default_profile_text
from scoring.profile_problems import read_whole
from scoring.profile_toml import profile_of_table


def table() -> dict[str, Any]:
    return tomllib.loads(default_profile_text(), parse_float=Decimal)


def test_whole_profile_has_no_problem_and_is_given() -> None:
    assert read_whole(table()) == (default_profile(), [])


def test_all_mistakes_are_found_in_order_with_their_places() -> None:
    broken = table()
    broken["criteria"][0]["bands"][1] = "x"
    broken["criteria"][2]["anchors"][3]["en"] = ""
    broken["criteria"][2]["weight"] = "many"
    broken["criteria"][3]["key"] = "references"
    broken["criteria"][3]["anchors"][0]["sv"] = " "
    broken["criteria"][4]["kind"] = "guess"
    broken["requirements"][1]["rule"] = ""
    broken["gates"].append({"stage": "interview"})
    broken["stages"]["screening"]["threshold"] = 101
    broken["stages"]["interview"]["ties"] = ["nobody"]
    broken["stages"]["interview"]["borderline"] = {"low": Decimal("0.9"), "high": Decimal("0.1")}
    profile, problems = read_whole(broken)
    assert profile is None
    places = [each.at for each in problems if each.at != ("criteria",)]
    assert places == [
        ("criteria", 3, "key"),
        ("criteria", 0, "bands", 1),
        ("criteria", 2, "weight"),
        ("criteria", 2, "anchors", 3, "en"),
        ("criteria", 3, "anchors", 0, "sv"),
        ("criteria", 4, "kind"),
        ("requirements", 1, "rule"),
        ("gates", 1),
        ("stages", "screening", "threshold"),
        ("stages", "interview", "ties", 0),
        ("stages", "interview", "borderline", "high"),
    ]


def test_first_problem_is_what_the_reader_says() -> None:
    broken = table()
    broken["criteria"][5]["weight"] = 21
    with pytest.raises(ProfileError) as refused:
        profile_of_table(broken)
    assert str(read_whole(broken)[1][0].error) == str(refused.value)
    assert broken["criteria"][5]["weight"] == 21


@pytest.mark.parametrize("broken", [{}, {"criteria": 3}, {"key": "x", "criteria": [3], "stages": []}])
def test_what_hides_everything_else_stands_alone(broken: dict[str, Any]) -> None:
    profile, problems = read_whole(broken)
    assert profile is None
    assert problems
