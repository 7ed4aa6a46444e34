"""A profile tried on earlier intakes: by hand, against scipy, and what the trial cannot tell."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scoring.criteria import Gate, Profile
from scoring.errors import LevelError, TableError
from scoring.ranking import rank
from scoring.trial import Rules, spearman, try_profile
from tests.scoring.selections import long, panel, profile_of, selections

PROFILE = profile_of({"c": 50, "d": 30, "e": 20}, threshold=50, ties=("d",))


def test_try_profile_by_hand() -> None:
    """Twelve applicants: c varies, d is 4 for eleven of them, e goes up as c does."""
    levels = panel({f"a{n:02}": (n % 4 + 1, 4 if n else 0, n % 4) for n in range(12)})
    trial = try_profile(levels, PROFILE, "screening", posts=10)
    c, d, e = trial.criteria
    assert (c.n, c.without, c.counts, c.verdicts) == (12, 0, (0, 3, 3, 3, 3), ())
    assert (c.mean, c.commonest, c.ceiling, c.floor) == (2.5, Fraction(1, 4), Fraction(1, 4), 0)
    assert c.sd == pytest.approx((15 / 11) ** 0.5)
    assert (d.counts, d.commonest, d.ceiling) == ((1, 0, 0, 0, 11), Fraction(11, 12), Fraction(11, 12))
    assert d.verdicts == ("hardly_differs", "ceiling")
    assert e.floor == Fraction(1, 4)
    pairs = {(each.first, each.second): each for each in trial.pairs}
    assert pairs["c", "e"].verdict == "near_copies"
    assert pairs["c", "e"].spearman == pytest.approx(1)
    assert pairs["c", "d"].verdict == "distinct"
    [intake] = trial.intakes
    # c, d, e of 1, 4, 0 give 42.5 points; 2, 4, 1 60; 3, 4, 2 77.5; 4, 4, 3 95. a00 has 12.5.
    assert intake.bar is not None
    assert (intake.bar.above, intake.bar.complete, intake.bar.below, intake.bar.stopped) == (9, 12, 3, 0)
    assert (intake.bar.posts, intake.bar.needed, intake.bar.verdict) == (10, 15, "too_high")
    assert intake.ties is not None
    assert (intake.ties.ranked, intake.ties.tied, intake.ties.largest) == (9, 9, 3)
    assert (intake.ties.lines, intake.ties.cut, intake.ties.by_lot, intake.ties.at_posts) == (8, 6, 6, None)
    assert (intake.unknown, intake.ignored, intake.incomplete) == ((), (), 0)


@pytest.mark.parametrize(
    ("posts", "verdict", "needed", "at_posts"),
    [(None, "no_posts", None, None), (0, "enough", 0, None), (1, "enough", 2, 2), (2, "enough", 3, 0),
     (3, "tight", 5, None), (4, "too_high", 6, None)],
)  # fmt: skip
def test_try_profile_weighs_the_threshold_against_the_posts(
    posts: int | None, verdict: str, needed: int | None, at_posts: int | None
) -> None:
    levels = panel({"a": (4, 4, 4), "b": (4, 4, 4), "f": (3, 3, 3), "g": (0, 0, 0)})
    [intake] = try_profile(levels, PROFILE, "screening", posts=posts).intakes
    assert intake.bar is not None
    assert intake.ties is not None
    assert (intake.bar.verdict, intake.bar.needed, intake.ties.at_posts) == (verdict, needed, at_posts)


def test_try_profile_of_intakes_that_lack_criteria() -> None:
    """What an intake never asked is unknown: no total, and nobody counts as having had 0."""
    old = long(*((f"a{n}", "x", key, n % 5) for n in range(10) for key in ("c", "charm")))
    new = panel({f"a{n}": (n % 5, n % 3, ()) for n in range(10)})
    trial = try_profile([old, new], PROFILE, "screening", posts=[3, 4])
    assert [each.unknown for each in trial.intakes] == [("d", "e"), ("e",)]
    assert [each.ignored for each in trial.intakes] == [("charm",), ()]
    assert all(each.ties is None and each.bar is None and each.incomplete == 10 for each in trial.intakes)
    c, d, e = trial.criteria
    assert (c.n, c.intakes, c.without) == (20, (0, 1), 0)
    assert (d.n, d.intakes, d.without) == (10, (1,), 0)
    assert (e.n, e.intakes, e.verdicts, e.sd, e.floor) == (0, (), ("unknown",), None, None)
    assert [(each.n, each.verdict) for each in trial.pairs] == [
        (10, "distinct"),
        (0, "too_few"),
        (0, "too_few"),
    ]


def test_try_profile_counts_who_has_no_level_where_others_have() -> None:
    levels = panel({"a": (4, 4, ()), "b": (4, 4, 4)})
    trial = try_profile(levels, PROFILE, "screening", posts=1)
    assert (trial.criteria[2].n, trial.criteria[2].without) == (1, 1)
    [intake] = trial.intakes
    assert intake.incomplete == 1
    assert intake.bar is not None
    assert (intake.bar.above, intake.bar.complete) == (1, 1)


def test_try_profile_with_all_equal_and_with_too_few() -> None:
    many = try_profile(panel({f"a{n}": (2, 0, 4) for n in range(10)}), PROFILE, "screening")
    assert many.criteria[0].verdicts == ("all_equal", "hardly_differs")
    assert many.criteria[1].verdicts == ("all_equal", "hardly_differs", "floor")
    assert many.criteria[2].verdicts == ("all_equal", "hardly_differs", "ceiling")
    assert {(each.spearman, each.verdict) for each in many.pairs} == {(None, "undefined")}
    one = try_profile(panel({"a": (4, 4, 4)}), PROFILE, "screening", posts=1)
    assert {each.verdicts for each in one.criteria} == {("too_few",)}
    assert one.criteria[0].sd is None
    assert one.intakes[0].ties is not None
    assert (one.intakes[0].ties.lines, one.intakes[0].ties.tied, one.intakes[0].ties.largest) == (0, 0, 1)


def test_try_profile_of_ten_thousand_ties() -> None:
    levels = pd.DataFrame(
        {"application": [f"a{n}" for n in range(10_000)], "assessor": "x", "criterion": "c", "level": 3}
    )
    profile = profile_of({"c": 1})
    [intake] = try_profile(levels, profile, "screening", posts=25).intakes
    assert intake.ties is not None
    assert (intake.ties.cut, intake.ties.by_lot, intake.ties.at_posts) == (9999, 9999, 10_000)


def test_try_profile_with_own_rules_and_a_gate() -> None:
    profile = profile_of({"c": 1}, gates=(Gate("screening", 0, {}, None),))
    levels = panel({"a": (0,), "b": (3,), "f": (4,)}, ("c",))
    rules = Rules(fewest=1, same=Fraction(1, 3), end=Fraction(1, 3), interviews_per_post=Fraction(2))
    trial = try_profile(levels, profile, "screening", posts=1, rules=rules)
    assert trial.criteria[0].verdicts == ("hardly_differs", "ceiling", "floor")
    assert trial.intakes[0].bar is not None
    assert (trial.intakes[0].bar.stopped, trial.intakes[0].bar.verdict) == (1, "enough")


@pytest.mark.parametrize(
    ("posts", "message"),
    [
        (-1, "whole number"),
        (True, "whole number"),
        ([1], "one number for each of 2"),
        ([1, 1.5], "whole number"),
    ],
)
def test_try_profile_with_posts_that_are_none_is_refused(posts: Any, message: str) -> None:
    levels = panel({"a": (4, 4, 4)})
    with pytest.raises(TableError, match=message):
        try_profile([levels, levels], PROFILE, "screening", posts=posts)


def test_try_profile_on_nothing_is_refused() -> None:
    with pytest.raises(TableError, match="no intakes"):
        try_profile([], PROFILE, "screening")
    with pytest.raises(TableError, match="no applications"):
        try_profile(panel({"a": (4, 4, 4)}).iloc[:0], PROFILE, "screening")
    with pytest.raises(TableError, match="column 'level' is missing"):
        try_profile(panel({"a": (4, 4, 4)}).drop(columns="level"), PROFILE, "screening")
    for level in (float("nan"), float("inf"), 5):
        with pytest.raises(LevelError):
            try_profile(panel({"a": (4, 4, level)}), PROFILE, "screening")


# Spearman


def test_spearman_of_published_values() -> None:
    """IQ and hours of television of ten persons, as in Wikipedia's article on Spearman's ρ: -29/165."""
    iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    assert spearman([Fraction(n) for n in iq], [Fraction(n) for n in hours]) == pytest.approx(-29 / 165)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_spearman_is_scipys_with_ties(pairs: list[tuple[int, int]]) -> None:
    first, second = ([Fraction(pair[side], 2) for pair in pairs] for side in (0, 1))
    found = spearman(first, second)
    if len(set(first)) < 2 or len(set(second)) < 2:
        assert found is None
    else:
        expected = stats.spearmanr([float(n) for n in first], [float(n) for n in second]).statistic
        assert found == pytest.approx(expected)
        assert spearman(second, first) == pytest.approx(found)


@settings(max_examples=50, deadline=None)
@given(selections(most=12, fewest_assessors=0), st.integers(0, 12))
def test_try_profile_counts_add_up(case: tuple[pd.DataFrame, Profile], posts: int) -> None:
    levels, profile = case
    trial = try_profile(levels, profile, "screening", posts=posts)
    [intake] = trial.intakes
    ranking = rank(levels, profile, "screening", "s")
    for each in trial.criteria:
        assert sum(each.counts) == each.n
        assert each.n + each.without == (intake.applicants if each.n else 0)
    assert (intake.bar is None) == bool(intake.unknown)
    if intake.bar is not None and intake.ties is not None:
        assert intake.bar.above == intake.ties.ranked == len(ranking.ranked)
        assert intake.bar.complete + intake.incomplete == intake.applicants
        totals = ranking.table.loc[ranking.table["status"] == "ranked", "total"].tolist()
        assert intake.ties.cut == sum(a == b for a, b in pairwise(totals))
        assert intake.ties.tied == sum(totals.count(total) > 1 for total in totals)
