"""What if: by hand, and against ranking with the other weights, criteria and assessors in earnest."""

import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.criteria import Gate, Profile
from scoring.errors import ProfileError, TableError
from scoring.ranking import Ranking, rank, rank_wide
from scoring.sensitivity import (
    leave_one_assessor_out,
    leave_one_criterion_out,
    mean_against_median,
    with_weights,
)
from scoring.weight_ranges import weight_ranges
from tests.scoring.selections import KEYS, panel, profile_of, selections

PROFILE = profile_of({"c": 50, "d": 30, "e": 20}, threshold=20)
LEVELS = panel({"a": (4, 1, 2), "b": (3, 3, 1), "f": (1, 4, 4), "g": (0, 1, 2)})


def ranked(levels: pd.DataFrame = LEVELS, profile: Profile = PROFILE) -> Ranking:
    return rank(levels, profile, "screening", "s")


def places(table: pd.DataFrame) -> dict[str, Any]:
    values = [None if pd.isna(place) else int(place) for place in table["place"]]
    return dict(zip(table["application"], zip(table["status"], values, strict=True), strict=True))


# Other weights


def test_with_weights_by_hand() -> None:
    """As it is a 67.5, b 65, f 62.5, g 17.5; with c at 0 and 3 : 1, a 31.25, b 62.5, f 100, g 31.25."""
    ranking = ranked()
    assert ranking.ranked == ("a", "b", "f")
    found = with_weights(ranking, PROFILE, {"c": 0, "d": 60, "e": 20}, k=2)
    assert found.weights == {"c": 0, "d": 75, "e": 25}
    assert found.table["application"].tolist()[:2] == ["f", "b"]
    assert dict(zip(found.table["application"], found.table["points"], strict=True)) == {
        "a": "31.250", "b": "62.500", "f": "100.000", "g": "31.250"
    }  # fmt: skip
    assert found.table.set_index("application")["place_before"]["b"] == 2
    assert (found.change.before, found.change.after) == (("a", "b"), ("f", "b"))
    assert (found.change.comes_in, found.change.goes_out) == (("f",), ("a",))
    assert (found.change.stays, found.change.share) == (1, Fraction(1, 2))


def test_with_weights_changes_nothing() -> None:
    ranking = ranked()
    before = ranking.canonical()
    with_weights(ranking, PROFILE, {"c": 1, "d": 1, "e": 9}, k=2)
    weight_ranges(ranking, PROFILE, 0.5, k=2, seed=1, draws=5)
    assert ranking.canonical() == before


@settings(max_examples=30, deadline=None)
@given(selections(fewest_assessors=0, most_assessors=3), st.data())
def test_with_weights_is_ranking_with_a_profile_that_has_them(
    case: tuple[pd.DataFrame, Profile], data: st.DataObject
) -> None:
    levels, profile = case
    weights = dict(
        zip(KEYS, data.draw(st.sampled_from([(0, 1, 1), (1, 0, 3), (70, 20, 10), (0, 0, 1)])), strict=True)
    )
    counted = {key for key, weight in weights.items() if weight}
    gates = [
        replace(gate, criteria=tuple(key for key in gate.criteria if key in counted))
        if gate.criteria
        else gate
        for gate in profile.gates
        if not gate.criteria or counted & set(gate.criteria)
    ]
    rule = profile.stages["screening"]
    rule = replace(rule, ties=tuple(key for key in rule.ties if key in counted))
    other = replace(
        profile,
        criteria=tuple(replace(each, weight=Decimal(weights[each.key])) for each in profile.criteria),
        gates=tuple(gates),
        stages={"screening": rule, "interview": rule},
    )
    ids = sorted(set(levels["application"]))
    found = with_weights(rank(levels, profile, "screening", "s"), profile, weights, k=2)
    again = rank(levels, other, "screening", "s", ids)
    assert places(found.table) == places(again.table)
    assert found.change.after == again.ranked[:2]
    points = dict(zip(again.table["application"], again.table["points"], strict=True))
    assert dict(zip(found.table["application"], found.table["points"], strict=True)) == points


@settings(max_examples=30, deadline=None)
@given(selections(fewest_assessors=0), st.integers(0, 8), st.integers(1, 50))
def test_with_weights_in_the_same_ratios_changes_no_place(
    case: tuple[pd.DataFrame, Profile], k: int, times: int
) -> None:
    levels, profile = case
    ranking = rank(levels, profile, "screening", "s")
    same = {key: weight * times for key, weight in profile.weights_at("screening").items()}
    found = with_weights(ranking, profile, same, k=k)
    assert places(found.table) == places(ranking.table)
    assert (found.change.comes_in, found.change.goes_out) == ((), ())
    assert found.change.share == (1 if ranking.ranked[:k] else None)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"c": 1, "d": 1}, "weights.e: is missing"),
        ({"c": 1, "d": 1, "e": 1, "q": 1}, "expected one of the criteria c, d, e, got 'q'"),
        ({"c": 1, "d": 1, "e": -1}, "weights.e: expected a number of 0 or more, got -1"),
        ({"c": 1, "d": 1, "e": float("nan")}, "weights.e: expected a number"),
        ({"c": 1, "d": 1, "e": float("inf")}, "weights.e: expected a number"),
        ({"c": 1, "d": 1, "e": "1"}, "weights.e: expected a number"),
        ({"c": 1, "d": 1, "e": None}, "weights.e: expected a number"),
        ({"c": 1, "d": 1, "e": True}, "weights.e: expected a number"),
        ({"c": 0, "d": 0, "e": 0}, "weights: all are 0"),
    ],
)
def test_with_weights_that_are_none_is_refused(weights: dict[str, Any], message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        with_weights(ranked(), PROFILE, weights, k=1)


@pytest.mark.parametrize("k", [-1, 1.5, True, "1"])
def test_with_weights_of_a_list_of_no_length_is_refused(k: Any) -> None:
    with pytest.raises(TableError, match="k: expected a whole number of 0 or more"):
        with_weights(ranked(), PROFILE, {"c": 1, "d": 1, "e": 1}, k=k)


def test_with_weights_with_another_profile_is_refused() -> None:
    with pytest.raises(ProfileError, match="another profile"):
        with_weights(ranked(), replace(PROFILE, key="q"), {"c": 1, "d": 1, "e": 1}, k=1)


# Within ranges


def test_weight_ranges_by_hand() -> None:
    """One weight alone varies. a leads f while 4c + 70 > c + 200, which is c > 43 1/3."""
    found = weight_ranges(ranked(), PROFILE, {"c": (20, 60)}, k=1, seed=3, draws=4000)
    assert found.listed == ("a",)
    share = dict(zip(found.table["application"], found.table["share"], strict=True))
    # a is first in 16 2/3 of the 40 points; b (3c + 110) never is: a leads it from 40 on, f up to 45.
    assert set(share) == {"a", "f"}
    assert abs(share["a"] - 5 / 12) < 0.03
    assert found.mean_share == Fraction(int(share["a"] * 4000), 4000)
    assert (found.least_stays, found.always, found.moves_most) == (0, 0, "c")
    assert [(each.criterion, each.end, each.change.stays) for each in found.corners] == [
        ("c", "low", 0), ("c", "high", 1), ("d", "low", 1), ("d", "high", 1), ("e", "low", 1), ("e", "high", 1)
    ]  # fmt: skip


def test_weight_ranges_where_nothing_moves() -> None:
    levels = panel({"a": (4, 4, 4), "b": (1, 1, 1)})
    found = weight_ranges(ranked(levels), PROFILE, 1, k=1, seed=1, draws=50)
    assert (found.mean_share, found.least_stays, found.always, found.moves_most) == (1, 1, 1, None)
    assert found.table["times"].tolist() == [50]


def test_weight_ranges_are_the_same_for_the_same_seed() -> None:
    one, two, other = (weight_ranges(ranked(), PROFILE, 0.5, k=1, seed=seed, draws=300) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.table, two.table)
    assert not one.table.equals(other.table)


@settings(max_examples=12, deadline=None)
@given(selections(fewest_assessors=0), st.integers(0, 5), st.integers(0, 9))
def test_weight_ranges_count_what_each_draw_gives(
    case: tuple[pd.DataFrame, Profile], k: int, seed: int
) -> None:
    """The same weights, drawn again here, one by one through with_weights."""
    levels, profile = case
    ranking = rank(levels, profile, "screening", "s")
    found = weight_ranges(ranking, profile, Fraction(1, 2), k=k, seed=seed, draws=6)
    ranges = {key: (weight / 2, weight * 3 / 2) for key, weight in profile.weights_at("screening").items()}
    assert found.ranges == ranges
    lows = [-(-low * 1000 // 1) for low, _high in ranges.values()]
    highs = [high * 1000 // 1 for _low, high in ranges.values()]
    drawn = np.random.default_rng(seed).integers(
        np.array(lows, dtype=np.int64), np.array(highs, dtype=np.int64), size=(6, 3), endpoint=True
    )
    times: dict[str, int] = {}
    stays = []
    for weights in drawn.tolist():
        change = with_weights(ranking, profile, dict(zip(KEYS, weights, strict=True)), k=k).change
        stays.append(change.stays)
        for id in change.after:
            times[id] = times.get(id, 0) + 1
    expected = {id: times.get(id, 0) for id in {*times, *ranking.ranked[:k]}}
    assert dict(zip(found.table["application"], found.table["times"], strict=True)) == expected
    assert found.listed == ranking.ranked[:k]
    if found.listed:
        assert found.mean_share == Fraction(sum(stays), 6 * len(found.listed))
        assert found.least_stays == min(stays)
    else:
        assert (found.mean_share, found.least_stays, found.always) == (None, None, 0)


def test_weight_ranges_of_severity_adjusted_places() -> None:
    profile = profile_of({"c": 50, "d": 50}, threshold=20, places="severity_adjusted")
    levels = panel({f"a{n}": ((n % 4, n % 4 + 1), (n % 3, n % 3 + 2)) for n in range(8)}, ("c", "d"))
    ranking = rank(levels, profile, "screening", "s")
    found = with_weights(ranking, profile, {"c": 1, "d": 1}, k=3)
    assert places(found.table) == places(ranking.table)
    drawn = weight_ranges(ranking, profile, {"c": (50, 50)}, k=3, seed=1, draws=2)
    assert (drawn.mean_share, drawn.listed) == (1, ranking.ranked[:3])


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        (0, "a share above 0 and at most 1"),
        (1.5, "a share above 0 and at most 1"),
        (float("nan"), "ranges: expected a number"),
        ({"q": (1, 2)}, "one of the criteria c, d, e"),
        ({"c": (2, 1)}, "lowest ≤ highest"),
        ({"c": (0, 101)}, "highest ≤ 100"),
        ({"c": 5}, "a lowest and a highest weight"),
        ({"c": (-1, 5)}, "a number of 0 or more"),
        ({"c": (0, 0), "d": (0, 0), "e": (0, 0)}, "all weights are 0"),
    ],
)
def test_weight_ranges_that_are_none_are_refused(ranges: Any, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        weight_ranges(ranked(), PROFILE, ranges, k=1, seed=1)


@pytest.mark.parametrize("draws", [0, -1, 1.0, True, 10**9])
def test_weight_ranges_without_draws_are_refused(draws: Any) -> None:
    with pytest.raises(TableError, match="draws: expected a whole number"):
        weight_ranges(ranked(), PROFILE, 0.5, k=1, seed=1, draws=draws)


def test_weight_ranges_of_one_criterion_and_of_a_weight_of_zero() -> None:
    only = rank_wide(
        pd.DataFrame({"application": ["a", "b"], "c": [4, 2]}), profile_of({"c": 1}), "screening", "s"
    )
    found = weight_ranges(only, profile_of({"c": 1}), {"c": (0, 100)}, k=1, seed=1, draws=10)
    assert (found.mean_share, found.moves_most) == (1, None)
    zero = weight_ranges(ranked(), PROFILE, {"c": (0, 0)}, k=1, seed=1, draws=10)
    assert zero.table.set_index("application")["times"].to_dict() == {"a": 0, "f": 10}


def test_weight_ranges_of_ten_thousand_applications_take_seconds() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.integers(0, 9, (10_000, 3)) / 2, columns=list(KEYS))
    frame.insert(0, "application", [f"a{number}" for number in range(10_000)])
    ranking = rank_wide(frame, PROFILE, "screening", "s")
    start = time.process_time()
    found = weight_ranges(ranking, PROFILE, 0.25, k=100, seed=1, draws=1000)
    assert time.process_time() - start < 20  # about 1, and other tests do not count
    assert found.mean_share is not None
    assert 0 < found.mean_share < 1


def test_weight_ranges_where_ten_thousand_are_tied() -> None:
    frame = pd.DataFrame({"application": [f"a{n}" for n in range(10_000)], **dict.fromkeys(KEYS, 2)})
    found = weight_ranges(rank_wide(frame, PROFILE, "screening", "s"), PROFILE, 0.5, k=10, seed=1, draws=20)
    assert (found.mean_share, found.always) == (1, 10)


# Without one


def test_leave_one_criterion_out_by_hand() -> None:
    """Without c f leads; without d a (3.43) still leads; without e a 2.875 and b 3.0."""
    found = leave_one_criterion_out(ranked(), PROFILE, k=1)
    assert [(each.name, each.change and each.change.after) for each in found] == [
        ("c", ("f",)), ("d", ("a",)), ("e", ("b",))
    ]  # fmt: skip


def test_leave_one_criterion_out_tells_who_lacks_a_level() -> None:
    levels = panel({"a": (4, 4, ()), "b": (2, 2, 2)})
    found = {each.name: each.change for each in leave_one_criterion_out(ranked(levels), PROFILE, k=1)}
    assert found["e"] is not None
    assert (found["e"].comes_in, found["e"].rankable, found["e"].unrankable) == (("a",), ("a",), ())


def test_leave_the_only_criterion_out_cannot_be_told() -> None:
    profile = profile_of({"c": 1})
    [only] = leave_one_criterion_out(ranked(panel({"a": (1,)}, ("c",)), profile), profile, k=1)
    assert (only.change, only.reason) == (None, "only_criterion")


def test_leave_one_assessor_out_by_hand_and_names_who_is_left_without() -> None:
    profile = profile_of({"c": 100})
    levels = panel({"a": ((4, 1),), "b": ((2, 4),), "f": ((3, 3),)}, ("c",))
    levels = pd.concat([levels, panel({"g": (4,)}, ("c",))], ignore_index=True)
    found = {
        each.name: each.change for each in leave_one_assessor_out(levels, profile, "screening", "s", k=2)
    }
    assert set(found) == {"x", "y"}
    assert found["x"] is not None
    assert found["y"] is not None
    # Without x only y's 1, 4 and 3 are left, and nothing for g; without y g 4, a 4, f 3, b 2.
    assert found["x"].after == ("b", "f")
    assert found["x"].unrankable == ("g",)
    assert set(found["y"].after) == {"a", "g"}
    assert found["y"].unrankable == ()


def test_leave_one_assessor_out_leaves_the_form_in() -> None:
    profile = profile_of({"c": 50, "d": 50})
    levels = panel({"a": (4, (1, 2))}, ("c", "d"))
    levels.loc[levels["criterion"] == "c", "assessor"] = "form"
    found = leave_one_assessor_out(levels, profile, "screening", "s", k=1)
    assert [each.name for each in found] == ["x", "y"]
    only = levels[levels["assessor"] != "y"]
    [alone] = leave_one_assessor_out(only, profile, "screening", "s", k=1)
    assert alone.change is not None
    assert (alone.change.after, alone.change.unrankable, alone.change.share) == ((), ("a",), 0)


def test_mean_against_median_by_hand() -> None:
    """a: mean 8/3, median 2; b: mean 7/3, median 3."""
    profile = profile_of({"c": 100})
    levels = panel({"a": ((2, 2, 4),), "b": ((1, 3, 3),)}, ("c",))
    found = mean_against_median(levels, profile, "screening", "s", k=1)
    assert (found.used, found.other) == ("mean", "median")
    assert (found.change.before, found.change.after) == (("a",), ("b",))
    turned = mean_against_median(levels, profile_of({"c": 100}, combine="median"), "screening", "s", k=1)
    assert (turned.used, turned.change.before, turned.change.after) == ("median", ("b",), ("a",))


@settings(max_examples=30, deadline=None)
@given(selections(most_assessors=2))
def test_mean_against_median_of_two_is_the_same(case: tuple[pd.DataFrame, Profile]) -> None:
    levels, profile = case
    change = mean_against_median(levels, profile, "screening", "s", k=3).change
    assert (change.comes_in, change.goes_out) == ((), ())


@settings(max_examples=30, deadline=None)
@given(selections(fewest_assessors=0), st.integers(0, 9))
def test_changes_of_lists_add_up(case: tuple[pd.DataFrame, Profile], k: int) -> None:
    levels, profile = case
    ranking = rank(levels, profile, "screening", "s")
    for each in (
        *leave_one_criterion_out(ranking, profile, k=k),
        *leave_one_assessor_out(levels, profile, "screening", "s", k=k),
    ):
        change = each.change
        assert change is not None
        assert change.before == ranking.ranked[:k]
        assert change.stays + len(change.goes_out) == len(change.before)
        assert change.stays + len(change.comes_in) == len(change.after)
        assert len(change.after) <= k


def test_sensitivity_of_a_gate_that_only_looks_at_what_is_left_out() -> None:
    profile = replace(PROFILE, gates=(Gate("screening", 3, {}, None, ("c",)),))
    ranking = ranked(profile=profile)
    assert ranking.ranked == ("a",)
    found = with_weights(ranking, profile, {"c": 0, "d": 1, "e": 1}, k=4)
    assert set(found.change.comes_in) == {"b", "f", "g"}
