"""The scoring rate of New York City Local Law 144."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import TableError
from scoring.scoring_rate import scoring_rate


def rates(scores, groups=None, **more):
    table = pd.DataFrame({"sex": groups or ["f"] * len(scores), "points": scores, **more})
    found = scoring_rate(table, ["sex"], "points", *more)
    return found, found.to_dict()["sex"]


def test_share_strictly_above_the_overall_median():
    found, sex = rates([50, 60, 70, 80, 90, 100], ["f", "f", "f", "m", "m", "m"])
    assert found.median == 75
    assert {g: row["rate"] for g, row in sex["groups"].items()} == {"f": 0.0, "m": 1.0}
    assert sex["groups"]["m"]["impact_ratio"] == 1.0


def test_whoever_has_the_median_is_not_above_it():
    found, sex = rates([1, 2, 2, 2, 9])
    assert (found.median, sex["groups"]["f"]["selected"]) == (2, 1)


def test_odd_number_of_persons_has_the_one_in_the_middle():
    found, sex = rates([1, 5, 9])
    assert (found.median, sex["groups"]["f"]["selected"]) == (5, 1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=30))
def test_agrees_with_numpys_median(scores):
    found, sex = rates(scores)
    assert found.median == np.median(scores)
    assert sex["groups"]["f"]["selected"] == int((np.array(scores) > np.median(scores)).sum())


def test_counted_rows_are_persons():
    one = rates([1, 1, 1, 2, 3, 3])
    counted = rates([3, 1, 2], count=[2, 3, 1])
    assert one[0].median == counted[0].median
    assert one[1]["groups"] == counted[1]["groups"]


def test_missing_scores_are_counted_and_missing_groups_are_in_the_median():
    found, sex = rates([1.0, np.nan, 3.0, 5.0, 7.0], ["f", "f", "m", "m", None])
    assert (found.n, found.without, found.median) == (4, 1, 4.0)
    assert (sex["without_score"], sex["missing"]["n"], sex["groups"]["m"]["selected"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (["12", "much"], "column 'points', row 2 below the header: expected a number, got 'much'"),
        ([1.0, np.inf], "row 2 below the header: expected a number, got 'inf'"),
        ([None, None], "nobody has a score"),
        ([True, False], "expected numbers, got yes and no"),
    ],
)
def test_scores_that_are_none_are_refused(scores, said):
    with pytest.raises(TableError, match=said):
        rates(scores)


def test_missing_column_is_named():
    with pytest.raises(TableError, match="column 'points' must stand once"):
        scoring_rate(pd.DataFrame({"sex": ["f"]}), ["sex"], "points")
