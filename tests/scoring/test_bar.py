import json
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from scoring.bar import qualified_but_rejected, start_later, threshold_effect, without_each_requirement
from scoring.errors import TableError
from scoring.intervals import wilson


def test_qualified_but_rejected_by_hand():
    above = [1, 1, 1, 0, 1, 1, 1, 0]
    offered = [1, 0, 0, 0, 1, 1, 0, 1]
    found = qualified_but_rejected(
        above, offered, [*list("GGGGOOO"), None], {"north": (5, 2), "south": (1, 1)}
    )
    assert (found.qualified, found.without_offer, found.posts, found.filled, found.vacant) == (6, 3, 6, 3, 3)
    said = found.to_dict()
    assert said["sites"]["north"] == {"posts": 5, "filled": 2, "vacant": 3}
    assert (said["groups"]["G"]["n"], said["groups"]["G"]["without_offer"]) == (3, 2)
    assert said["groups"]["G"]["p"] == pytest.approx(fisher_exact([[1, 2], [2, 1]])[1])
    assert said["groups"]["O"]["interval"] == pytest.approx(wilson(2, 3)[0])
    json.dumps(said, allow_nan=False)


def test_qualified_of_whom_many_of_one_group_got_no_offer_raise_the_alarm():
    names = ["G"] * 20 + ["O"] * 40
    found = qualified_but_rejected(
        [True] * 60, [True] * 2 + [False] * 18 + [True] * 30 + [False] * 10, names, {}
    )
    assert {each.group: each.verdict for each in found.groups}["G"] == "alarm"


def test_bad_posts_and_flags_are_named():
    with pytest.raises(TableError, match="site 'x': 3 of 2"):
        qualified_but_rejected([1], [1], "G", {"x": (2, 3)})
    with pytest.raises(TableError, match="row 1: above 2"):
        qualified_but_rejected([2], [1], "G", {})
    with pytest.raises(TableError, match="different length"):
        qualified_but_rejected([1, 1], [1], "G", {})


def test_threshold_is_compared_exactly():
    points = [Fraction(50), Fraction(149, 3), 49.5, None, float("nan"), 70]
    found = threshold_effect(points, ["G", "G", "O", "O", "O", None], [Fraction(149, 3), 50, 0])
    assert found.above == (3, 2, 4)
    assert (found.missing, found.incomplete) == (1, 2)
    assert [[each.passed for each in row] for row in found.groups] == [[0, 2], [0, 1], [1, 2]]
    assert [(each.group, each.n) for each in found.groups[0]] == [("O", 1), ("G", 2)]
    json.dumps(found.to_dict(), allow_nan=False)


def test_lower_thresholds_never_lose_anybody():
    rng = np.random.default_rng(1)
    found = threshold_effect(
        rng.integers(0, 101, 80).tolist(), rng.choice(list("ABC"), 80), range(0, 101, 10)
    )
    assert list(found.above) == sorted(found.above, reverse=True)
    assert {each.verdict for each in found.groups[0]} <= {"no_conclusion", "no_concern"}


def test_bad_points_are_named():
    with pytest.raises(TableError, match="row 1: points 101"):
        threshold_effect([101], "G", [50])
    with pytest.raises(TableError, match="row 1: points x"):
        threshold_effect(["x"], "G", [50])
    with pytest.raises(TableError, match="row 1: points inf"):
        threshold_effect([float("inf")], "G", [50])
    with pytest.raises(TableError, match="thresholds"):
        threshold_effect([50], "G", [])


def test_without_a_requirement():
    answers = pd.DataFrame({"licence": [True, False, False], "papers": [True, True, False]})
    found = without_each_requirement(answers, "GGO").groups[0]
    assert (found.eligible, found.parts[0].eligible_without, found.parts[1].eligible_without) == (1, 2, 1)


def test_start_later_by_hand():
    start = date(2026, 9, 1)
    expected = [
        "2026-09-01",
        "2026-09-02",
        "2026-09-08",
        "2026-09-09",
        date(2026, 9, 22),
        None,
        "2026-09-10",
        "2028-01-01",
    ]
    ready = [1, 1, 1, 1, 1, 1, 0, 1]
    found = start_later(expected, ready, ["G", "G", "O", "G", None, "G", "G", "G"], start)
    assert [(each.weeks, each.gained, each.groups, each.missing) for each in found] == [
        (1, 2, {"G": 1, "O": 1}, 0),
        (2, 3, {"G": 2, "O": 1}, 0),
        (3, 4, {"G": 2, "O": 1}, 1),
    ]
    assert found[0].to_dict()["start"] == "2026-09-08"


def test_nobody_to_gain_and_dates_of_pandas():
    assert start_later([None, ""], [1, 1], "GO", date(2026, 9, 1)) == ()
    found = start_later([pd.Timestamp(2026, 9, 3), pd.NaT], [1, 1], "GO", date(2026, 9, 1))
    assert (found[0].weeks, found[0].gained) == (1, 1)


def test_bad_dates_are_named():
    with pytest.raises(TableError, match="row 2: expected date 'soon'"):
        start_later([None, "soon"], [1, 1], "GO", date(2026, 9, 1))
    with pytest.raises(TableError, match="weeks"):
        start_later([None], [1], "G", date(2026, 9, 1), weeks=0)
