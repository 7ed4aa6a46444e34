"""Mean and median of several assessors, and the order by severity-adjusted levels, against plain fractions."""

import statistics
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.combining import ADJUSTED_SCALE, adjusted_scaled, combine_levels
from scoring.criteria import Combine, Profile, StageRule
from scoring.errors import LevelError, ProfileError, TableError
from scoring.lot import lot_key
from scoring.ranking import rank, rank_wide
from scoring.severity_places import severity_places
from scoring.spread import disagreements, spread
from tests.scoring.test_ranking import column, long, profile_of, wide

COMBINE: dict[str, Any] = {
    "mean": lambda levels: sum(levels) / len(levels),
    "median": statistics.median,
}


def with_rule(profile: Profile, **changes: Any) -> Profile:
    rule = replace(profile.stages["screening"], **changes)
    return replace(profile, stages={"screening": rule, "interview": rule})


def scores(*levels: float, application: str = "a", criterion: str = "c") -> list[tuple[str, str, str, Any]]:
    return [(application, f"x{number}", criterion, level) for number, level in enumerate(levels)]


@pytest.mark.parametrize(
    ("levels", "mean", "median"),
    [
        ((3,), "3", "3"),
        ((0, 4), "2", "2"),
        ((0, 3), "3/2", "3/2"),
        ((0, 0, 4), "4/3", "0"),
        ((4, 0, 4), "8/3", "4"),
        ((1, 4, 2, 0), "7/4", "3/2"),
        ((0, 2.5, 4, 0.5, 1), "8/5", "1"),
        ((1, 1, 1, 1, 4, 4), "2", "1"),
    ],
)
def test_rank_combines_as_the_profile_says(levels: tuple[float, ...], mean: str, median: str) -> None:
    profile = profile_of({"c": 100})
    by_mean = rank(long(*scores(*levels)), profile, "screening", "s")
    by_median = rank(long(*scores(*levels)), with_rule(profile, combine="median"), "screening", "s")
    assert column(by_mean, "level_c") == {"a": mean}
    assert column(by_median, "level_c") == {"a": median}
    assert (by_mean.combine, by_median.combine) == ("mean", "median")
    assert b'"combine"' not in by_mean.canonical()
    assert b'"combine":"median"' in by_median.canonical()


def test_rank_by_median_changes_the_order_where_one_assessor_stands_alone() -> None:
    frame = long(*scores(3, 3, 0), *scores(2, 2, 4, application="b"))
    profile = profile_of({"c": 100})
    assert rank(frame, profile, "screening", "s").ranked == ("b", "a")
    assert rank(frame, with_rule(profile, combine="median"), "screening", "s").ranked == ("a", "b")


def test_median_with_a_gap_is_incomplete_never_zero() -> None:
    profile = with_rule(profile_of({"c": 50, "d": 50}), combine="median")
    ranking = rank(long(*scores(0, 0, 0)), profile, "screening", "s", applications=["a", "b"])
    assert column(ranking, "missing") == {"a": ("d",), "b": ("c", "d")}
    assert column(ranking, "level_c") == {"a": "0", "b": None}


levels_of = st.lists(st.sampled_from([0, 0.5, 1, 2, 2.5, 3, 4, 0.000244140625]), min_size=1, max_size=7)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), levels_of, min_size=1), st.sampled_from(["mean", "median"]))
def test_rank_equals_the_statistic_in_fractions(
    given_levels: dict[str, list[float]], combine: Combine
) -> None:
    frame = long(*(row for id, levels in given_levels.items() for row in scores(*levels, application=id)))
    ranking = rank(frame, with_rule(profile_of({"c": 100}), combine=combine), "screening", "s")
    exact = {id: COMBINE[combine]([Fraction(each) for each in levels]) for id, levels in given_levels.items()}
    assert column(ranking, "level_c") == {id: str(level) for id, level in exact.items()}
    assert list(ranking.ranked) == sorted(exact, key=lambda id: (-exact[id], lot_key("s", id)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-9, 9)), max_size=30))
def test_combine_levels_takes_medians_of_numbers_below_zero(rows: list[tuple[int, int]]) -> None:
    cells = np.array([cell for cell, _ in rows], dtype=np.int64)
    scaled = np.array([level for _, level in rows], dtype=np.int64)
    found = combine_levels(cells, scaled, (2, 2), "median", ADJUSTED_SCALE)
    for cell in range(4):
        own = [Fraction(level) for at, level in rows if at == cell]
        terms = int(found.counts.ravel()[cell])
        assert terms == (0 if not own else 2 - len(own) % 2)
        assert not own or Fraction(int(found.sums.ravel()[cell]), terms) == statistics.median(own)


def test_median_of_many_equals_pandas() -> None:
    random = np.random.default_rng(7)
    cells = random.integers(0, 600, 5000)
    scaled = random.integers(0, 5, 5000) * 4096
    found = combine_levels(cells, scaled, (200, 3), "median")
    expected = pd.Series(scaled).groupby(cells).median()
    given_cells = expected.index.to_numpy()
    ours = found.sums.ravel()[given_cells] / found.counts.ravel()[given_cells]
    assert (ours == expected.to_numpy()).all()


# The order by severity-adjusted levels


@pytest.fixture
def severities(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Decimal]:
    """Adjustments of the test's choice in place of the estimates."""
    chosen: dict[tuple[str, str], Decimal] = {}
    monkeypatch.setattr("scoring.ranking.severity_adjustments", lambda levels, criteria: chosen)
    return chosen


def test_adjusted_order_by_hand(severities: dict[tuple[str, str], Decimal]) -> None:
    """a: 2 from the strict x is 2.667; b: 3 from the mild y is 2.333; the threshold looks at 2 and 3."""
    severities.update({("x", "c"): Decimal("0.667"), ("y", "c"): Decimal("-0.667")})
    frame = long(("a", "x", "c", 2), ("b", "y", "c", 3), ("d", "x", "c", 1))
    profile = with_rule(profile_of({"c": 100}, threshold=40), places="severity_adjusted")
    ranking = rank(frame, profile, "screening", "s")
    assert ranking.ranked == ("a", "b")
    assert column(ranking, "status")["d"] == "below_threshold"
    assert column(ranking, "points") == {"a": "50.000", "b": "75.000", "d": "25.000"}
    assert column(ranking, "place") == {"a": 1, "b": 2, "d": None}
    assert column(ranking, "raw_place") == {"a": 2, "b": 1, "d": None}
    assert column(ranking, "adjusted_points") == {"a": "66.675", "b": "58.325", "d": "41.675"}
    assert column(ranking, "adjusted_level_c")["a"] == str(Fraction(2667, 1000))
    assert column(ranking, "decided_by")["b"] == "total"
    assert ranking.adjustments == (("x", "c", "0.667"), ("y", "c", "-0.667"))
    for id, total in column(ranking, "adjusted_total").items():
        exact = Fraction(int(total), int(ranking.adjusted_denominator or 0))
        assert round(exact, 3) == Fraction(column(ranking, "adjusted_points")[id])


def test_only_an_order_by_adjusted_levels_leaves_a_trace_of_it(
    severities: dict[tuple[str, str], Decimal],
) -> None:
    frame, profile = long(("a", "x", "c", 2)), profile_of({"c": 100})
    raw = rank(frame, profile, "screening", "s")
    assert b"adjust" not in raw.canonical()
    assert "raw_place" not in raw.table
    adjusted = rank(frame, with_rule(profile, places="severity_adjusted"), "screening", "s")
    assert b'"places":"severity_adjusted"' in adjusted.canonical()


def test_adjusted_levels_can_lie_below_zero_and_read_so(severities: dict[tuple[str, str], Decimal]) -> None:
    severities[("x", "c")] = Decimal("-0.002")
    profile = with_rule(profile_of({"c": 100}), places="severity_adjusted")
    ranking = rank(long(("a", "x", "c", 0)), profile, "screening", "s")
    assert column(ranking, "adjusted_points") == {"a": "-0.050"}
    assert column(ranking, "adjusted_level_c") == {"a": "-1/500"}


@st.composite
def adjusted_cases(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[tuple[str, str], Decimal], Profile]:
    rows = []
    for number in range(draw(st.integers(1, 7))):
        for key in ("c", "d"):
            for name in draw(st.lists(st.sampled_from("xyz"), unique=True, min_size=1)):
                rows.append((f"a{number}", name, key, draw(st.sampled_from([0, 1, 2, 3, 4, 2.5]))))
    thousandths = st.integers(-2000, 2000).map(lambda number: Decimal(number) / 1000)
    moves = {(name, key): draw(thousandths) for name in "xyz" for key in ("c", "d")}
    combine = draw(st.sampled_from(["mean", "median"]))
    profile = profile_of({"c": "33.3", "d": "66.7"}, draw(st.integers(0, 60)), ("d", "c"))
    return long(*rows), moves, with_rule(profile, places="severity_adjusted", combine=combine)


@settings(max_examples=100, deadline=None)
@given(adjusted_cases())
def test_adjusted_order_equals_a_brute_force_in_fractions(
    case: tuple[pd.DataFrame, dict[tuple[str, str], Decimal], Profile],
) -> None:
    frame, moves, profile = case
    rule: StageRule = profile.stages["screening"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scoring.ranking.severity_adjustments", lambda levels, criteria: moves)
        ranking = rank(frame, profile, "screening", "s")
        shuffled = rank(frame.sample(frac=1, random_state=1), profile, "screening", "s")
    assert shuffled.canonical() == ranking.canonical()
    plain = rank(frame, with_rule(profile, places="raw"), "screening", "s")
    weights = {"c": Fraction(333, 10), "d": Fraction(667, 10)}
    adjusted: dict[str, dict[str, Fraction]] = {}
    for (id, key), own in frame.groupby(["application", "criterion"]):
        moved = [Fraction(r.level) + Fraction(moves[r.assessor, key]) for r in own.itertuples()]
        adjusted.setdefault(id, {})[key] = COMBINE[rule.combine](moved)
    totals = {id: sum(weights[key] * by[key] / 4 for key in by) for id, by in adjusted.items()}
    expected = sorted(
        plain.ranked,
        key=lambda id: (-totals[id], -adjusted[id]["d"], -adjusted[id]["c"], lot_key("s", id)),
    )
    assert list(ranking.ranked) == expected
    assert set(ranking.ranked) == set(plain.ranked)
    assert column(ranking, "points") == column(plain, "points")
    assert column(ranking, "raw_place") == column(plain, "place")
    for id, total in column(ranking, "adjusted_total").items():
        assert Fraction(int(total), int(ranking.adjusted_denominator or 0)) == totals[id]
    for id, levels in adjusted.items():
        for key, level in levels.items():
            assert Fraction(column(ranking, f"adjusted_level_{key}")[id]) == level


def test_levels_from_the_form_are_never_adjusted() -> None:
    frame = pd.DataFrame({"assessor": ["form", "x"], "criterion": ["c", "c"]})
    moved = adjusted_scaled(frame, np.array([4096, 4096]), {("x", "c"): Decimal("0.125")})
    assert (moved / ADJUSTED_SCALE).tolist() == [1.0, 1.125]


# What is refused


@pytest.mark.parametrize("adjustment", ["0.0001", "100.001", "NaN", "Infinity"])
def test_an_adjustment_that_is_no_exact_decimal_is_refused(adjustment: str) -> None:
    frame = pd.DataFrame({"assessor": ["x"], "criterion": ["c"]})
    with pytest.raises(
        LevelError, match=f"assessor 'x', criterion 'c': adjustment {adjustment}: expected a number from -100"
    ):
        adjusted_scaled(frame, np.array([4096]), {("x", "c"): Decimal(adjustment)})


def test_rank_wide_cannot_adjust_for_assessors_it_does_not_know() -> None:
    profile = with_rule(profile_of({"c": 100}), places="severity_adjusted")
    with pytest.raises(TableError, match="takes the level of each assessor; give one row per application"):
        rank_wide(wide({"a": (1,)}, ("c",)), profile, "screening", "s")


def test_adjusted_totals_that_no_integer_holds_are_refused(
    severities: dict[tuple[str, str], Decimal],
) -> None:
    weights = {"c": "33.333333333", "d": "66.666666667"}
    profile = with_rule(profile_of(weights), places="severity_adjusted")
    severities.update({("x0", key): Decimal("0.003") for key in "cd"})
    rows = [("a", "x", key, 0.000244140625) for key in "cd"]
    rows += [
        row
        for n in (7, 11, 13)
        for key in "cd"
        for row in scores(2, *[1] * (n - 1), application=f"b{n}", criterion=key)
    ]
    with pytest.raises(LevelError, match="use weights with fewer decimals"):
        rank(long(*rows), profile, "screening", "s")


# Raw and adjusted places side by side


def panel(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return long(*((application, assessor, "c", level) for application, assessor, level in rows))


def test_severity_places_beside_the_raw_ones() -> None:
    """x is a level stricter than y on a, b and d, which both saw; e only met x, f only y."""
    rows = [(id, "x", level) for id, level in (("a", 1), ("b", 2), ("d", 0), ("e", 2))]
    rows += [(id, "y", level) for id, level in (("a", 2), ("b", 3), ("d", 1), ("f", 2))]
    rows += [("g", "x", 3), ("g", "y", 3)]
    profile = profile_of({"c": 100})
    found = severity_places(panel(*rows), profile, "screening", "s")
    by = found.set_index("application")
    adjusted = rank(panel(*rows), with_rule(profile, places="severity_adjusted"), "screening", "s")
    assert dict(zip(by.index, by["adjusted_place"], strict=True)) == column(adjusted, "place")
    assert dict(zip(by.index, by["place"], strict=True)) == column(adjusted, "raw_place")
    assert by.loc["e", "adjusted_place"] < by.loc["f", "adjusted_place"]
    assert (found["shift"] == found["place"] - found["adjusted_place"]).all()
    assert found["place"].tolist() == [1, 2, 3, 4, 5, 6]
    assert set(found["not_adjusted"]) == {()}
    moved = {assessor: Decimal(by) for assessor, _, by in adjusted.adjustments}
    half = moved["x"]
    assert moved["y"] == -half
    assert 0 < half <= Decimal("0.5")


def test_severity_places_say_where_severity_is_not_identifiable() -> None:
    rows = [("a", "x", 1.0), ("a", "y", 3.0), ("b", "x", 2.0), ("b", "y", 4.0), ("d", "z", 3.0)]
    rows += [("e", "x", 0.0), ("e", "y", 1.0)]
    found = severity_places(panel(*rows), profile_of({"c": 100}), "screening", "s").set_index("application")
    assert dict(found["not_adjusted"]) == {"a": (), "b": (), "e": (), "d": ("c",)}
    assert found.loc["d", "adjusted_points"] == "75.000"


def test_severity_places_of_levels_from_the_form_alone_are_the_raw_ones() -> None:
    frame = long(("a", "form", "c", 3), ("b", "form", "c", 1))
    found = severity_places(frame, profile_of({"c": 100}), "screening", "s", applications=["a", "b", "z"])
    assert found["shift"].tolist() == [0, 0]
    with pytest.raises(ProfileError, match="expected 'screening' or 'interview', got 'final'"):
        severity_places(frame, profile_of({"c": 100}), "final", "s")


# Spread and disagreements


def test_spread_by_hand() -> None:
    rows = [
        *scores(0, 4, 2),
        *scores(3, criterion="d"),
        *scores(1, 1, application="b"),
        ("b", "form", "e", 2),
    ]
    table = spread(long(*rows)).set_index(["application", "criterion"])
    assert table.loc[("a", "c")].tolist() == [0, 4, 4, 2, 3]
    assert table.loc[("b", "c")].tolist() == [1, 1, 0, 0, 2]
    assert table.loc[("a", "d")].drop("sd").tolist() == [3, 3, 0, 1]
    assert np.isnan(table.loc[("a", "d"), "sd"])
    assert len(table) == 3


def test_disagreements_largest_first_with_ties_by_name() -> None:
    rows = [*scores(0, 4, 2), *scores(0, 4, application="b"), *scores(1, 2, application="d")]
    rows += [*scores(2, 1, application="c"), *scores(3, 3, application="e"), *scores(3, application="f")]
    found = disagreements(long(*rows).sample(frac=1, random_state=5))
    assert found["application"].tolist() == ["b", "a", "c", "d"]
    assert found["range"].tolist() == [4, 4, 1, 1]


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("cd")), levels_of, min_size=1))
def test_spread_equals_pandas(given_levels: dict[tuple[str, str], list[float]]) -> None:
    frame = long(
        *(
            row
            for (id, key), each in given_levels.items()
            for row in scores(*each, application=id, criterion=key)
        )
    )
    found = spread(frame).set_index(["application", "criterion"])
    expected = frame.assign(level=frame["level"].astype(float)).groupby(["application", "criterion"])["level"]
    for name, how in (("lowest", "min"), ("highest", "max"), ("sd", "std"), ("n", "count")):
        pd.testing.assert_series_equal(found[name], expected.agg(how), check_names=False, check_dtype=False)
