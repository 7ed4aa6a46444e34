"""What a report says to look at: the way of a gap is told only where its difference may be seen."""

from typing import Any

import pytest

from recruit.report.actions import actions


def funnel(difference: float | None) -> dict[str, Any]:
    row = {"n": 40, "selected": 8, "verdict": "alarm", "difference": difference}
    part = {"groups": {"f": row}, "missing": {"n": None, "selected": None}}
    return {"n": 100, "attributes": {"sex": {"verdict": "alarm", "stages": {"called": part}}}}


@pytest.mark.parametrize(
    ("difference", "words", "never"),
    [
        (-0.3, "go on less often than others", "more often"),
        (0.3, "go on more often than others", "less often"),
        (None, "the outcome differs from that of all others", "often than others"),
    ],
)
def test_way_of_a_gap_is_that_of_its_difference(difference: float | None, words: str, never: str) -> None:
    """Where those who did not answer are hidden, the difference is too: a published report must not guess its sign."""
    (action,) = actions(funnel(difference))
    assert (action.rule, action.level) == ("gap_alarm", "alarm")
    assert words in action.words["en"]
    assert never not in action.words["en"]


@pytest.mark.parametrize(
    ("pattern", "adjusted_p", "rules"),
    [
        ("appears", 0.01, ["strata_appears"]),
        ("appears", 0.4, []),
        ("turns", 0.4, []),
        ("turns", None, ["strata_turns"]),
        ("vanishes", 0.9, ["strata_vanishes"]),
        ("absent", 0.01, []),
    ],
)
def test_gap_within_strata_is_told_of_where_the_number_of_groups_does_not_explain_it(
    pattern: str, adjusted_p: float | None, rules: list[str]
) -> None:
    """Of thirty countries one nearly always differs within some stratum."""
    groups = {
        "SY": {"pattern": pattern, "adjusted_p": adjusted_p},
        "PL": {"pattern": "absent", "adjusted_p": 1.0},
    }
    whole = {"alpha": 0.05, "stratified_by": {"site": {"country": {"called": {"groups": groups}}}}}
    found = actions({"n": 100, "attributes": {}}, whole)
    assert [each.rule for each in found] == rules
