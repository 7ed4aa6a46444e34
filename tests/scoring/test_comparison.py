"""Two applications side by side: by hand, and properties against the ranking."""

from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.comparison import compare
from scoring.criteria import Profile
from scoring.errors import ProfileError, TableError
from scoring.lot import lot_key
from scoring.ranking import rank
from tests.scoring.selections import panel, profile_of, selections


def test_compare_by_hand() -> None:
    """50/4 · 1/2 = 6.25 for a on c, 30/4 · 1 = 7.5 for b on d, nothing on e."""
    profile = profile_of({"c": 50, "d": 30, "e": 20})
    ranking = rank(panel({"a": ((3, 4), 2, 1), "b": ((3, 3), 3, 1)}), profile, "screening", "s")
    found = compare(ranking, profile, "a", "b")
    assert [(each.criterion, each.levels, each.points, each.so_far) for each in found.differences] == [
        ("d", -1, Fraction(-15, 2), Fraction(-15, 2)),
        ("c", Fraction(1, 2), Fraction(25, 4), Fraction(-5, 4)),
        ("e", 0, 0, Fraction(-5, 4)),
    ]
    assert (found.difference, found.ahead, found.decided_by) == (Fraction(-5, 4), "b", "total")
    assert found.differences[0].name.sv == "d sv"
    assert (found.first.points, found.second.points) == ("63.750", "65.000")


def test_compare_says_which_tie_criterion_or_that_the_lot_decided() -> None:
    profile = profile_of({"c": 40, "d": 40, "e": 20}, ties=("e", "d"))
    levels = panel({"a": (2, 3, 1), "b": (3, 2, 1), "f": (3, 2, 1), "g": (3, 1, 3)})
    ranking = rank(levels, profile, "screening", "s")
    found = compare(ranking, profile, "b", "a")
    assert (found.difference, found.ahead, found.decided_by) == (0, "a", "d")
    assert compare(ranking, profile, "g", "a").decided_by == "e"
    lot = compare(ranking, profile, "b", "f")
    assert lot.decided_by == "lot"
    assert lot.ahead == min("bf", key=lambda id: lot_key("s", id))
    assert lot.first.lot == lot_key("s", "b").hex()


def test_compare_with_one_without_a_place() -> None:
    profile = profile_of({"c": 50, "d": 50}, threshold=50)
    levels = panel({"in": (4, 0), "low": (1, 2), "gap": (4, ()), "none": ((), 0)}, ("c", "d"))
    ranking = rank(levels, profile, "screening", "s")
    assert compare(ranking, profile, "low", "in").decided_by == "status"
    assert compare(ranking, profile, "low", "in").ahead == "in"
    gap = compare(ranking, profile, "in", "gap")
    assert gap.difference is None
    assert [(each.criterion, each.points) for each in gap.differences] == [("c", 0), ("d", None)]
    assert gap.differences[1].first == 0
    assert gap.differences[1].so_far is None
    assert gap.second.missing == ("d",)
    neither = compare(ranking, profile, "none", "gap")
    assert (neither.ahead, neither.decided_by) == (None, None)
    assert all(each.points is None for each in neither.differences)


def test_compare_of_what_cannot_be_compared_is_refused() -> None:
    profile = profile_of({"c": 100})
    ranking = rank(panel({"a": (1,)}, ("c",)), profile, "screening", "s")
    with pytest.raises(TableError, match="compared with itself"):
        compare(ranking, profile, "a", "a")
    with pytest.raises(TableError, match="application 'q' is not in this ranking"):
        compare(ranking, profile, "a", "q")
    with pytest.raises(ProfileError, match="another profile"):
        compare(ranking, replace(profile, key="q"), "a", "b")


@settings(max_examples=60, deadline=None)
@given(selections(most_assessors=3, fewest_assessors=0), st.data())
def test_compare_adds_up_and_turns_over(case: tuple[pd.DataFrame, Profile], data: st.DataObject) -> None:
    levels, profile = case
    ids = sorted(set(levels["application"]))
    assume(len(ids) > 1)
    one, two = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
    ranking = rank(levels, profile, "screening", "s")
    found, turned = compare(ranking, profile, one, two), compare(ranking, profile, two, one)
    assert (found.ahead, found.decided_by) == (turned.ahead, turned.decided_by)
    assert [each.criterion for each in found.differences] == [each.criterion for each in turned.differences]
    if found.difference is not None:
        assert turned.difference == -found.difference
        assert sum(each.points or 0 for each in found.differences) == found.difference
        assert found.differences[-1].so_far == found.difference
    sizes = [abs(each.points) for each in found.differences if each.points is not None]
    assert sizes == sorted(sizes, reverse=True)
    if found.decided_by not in (None, "status"):
        places = {id: place for place, id in enumerate(ranking.ranked)}
        assert found.ahead == min((one, two), key=lambda id: places[id])
