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
