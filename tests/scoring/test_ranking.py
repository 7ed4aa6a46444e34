"""The ranking: hand-computed examples, properties against plain fractions, and every refusal."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.criteria import Criterion, Gate, Profile, StageRule, Text
from scoring.errors import LevelError, ProfileError, TableError
from scoring.lot import lot_key
from scoring.profile import default_profile
from scoring.ranking import Ranking, check_not_a_rank, rank, rank_wide

SCREENING = ("swedish_work", "breadth", "references", "science", "other_work")
INTERVIEW = ("case", "communication", "teamwork", "learning_needs")


def profile_of(
    weights: dict[str, int | str],
    threshold: int | str = 0,
    ties: tuple[str, ...] = (),
    gates: tuple[Gate, ...] = (),
) -> Profile:
    text = Text("a", "a")
    criteria = tuple(
        Criterion(key, text, "screening", "assessed", Decimal(weight), (text,) * 5)
        for key, weight in weights.items()
    )
    rule = StageRule(Decimal(threshold), ties)
    return Profile("p", text, criteria, (), gates, {"screening": rule, "interview": rule}, ())


def long(*rows: tuple[str, str, str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["application", "assessor", "criterion", "level"])


def wide(levels: dict[str, tuple[Any, ...]], criteria: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(levels.values()), columns=list(criteria))
    frame.insert(0, "application", list(levels))
    return frame


def column(ranking: Ranking, name: str) -> dict[str, Any]:
    values = [None if value is pd.NA else value for value in ranking.table[name].tolist()]
    return dict(zip(ranking.table["application"], values, strict=True))


# By hand


def test_rank_of_the_default_profile_by_hand() -> None:
    """Screening weights 10, 10, 15, 5, 5 of 45: 4·10 + 3·10 + 2.5·15 + 0 + 1·5 of 4·45 is 62.5 %."""
    rows = [
        ("a", "form", "swedish_work", 4),
        ("a", "form", "breadth", 3),
        ("a", "x", "references", 2),
        ("a", "y", "references", 3),
        ("a", "x", "science", 0),
        ("a", "y", "science", 0),
        ("a", "x", "other_work", 1),
        ("a", "y", "other_work", 1),
    ]
    ranking = rank(long(*rows), default_profile(), "screening", "seed")
    assert ranking.criteria == SCREENING
    assert column(ranking, "points") == {"a": "62.500"}
    assert column(ranking, "level_references") == {"a": "5/2"}
    assert column(ranking, "level_science") == {"a": "0"}
    assert column(ranking, "place") == {"a": 1}
    contributions = [column(ranking, f"contribution_{key}")["a"] for key in SCREENING]
    assert [Fraction(each, ranking.denominator) for each in contributions] == [
        Fraction(200, 9),
        Fraction(50, 3),
        Fraction(125, 6),
        0,
        Fraction(25, 9),
    ]
    assert sum(contributions) == column(ranking, "total")["a"]
    assert ranking.points(contributions[0]) == "22.222"
    assert ranking.points(contributions[0], 0) == "22"


def test_rank_means_of_two_and_three_assessors_tie_exactly_when_equal() -> None:
    """(1+1+2)/3 twice and (2+2+4)/6 are all 4/3, which no float is."""
    profile = profile_of({"c": 100})
    rows = [("a", str(n), "c", level) for n, level in enumerate((1, 1, 2))]
    rows += [("b", str(n), "c", level) for n, level in enumerate((2, 1, 1))]
    rows += [("d", str(n), "c", level) for n, level in enumerate((2, 2, 1, 1, 1, 1))]
    rows += [("e", str(n), "c", level) for n, level in enumerate((1, 2))]
    ranking = rank(long(*rows), profile, "screening", "s")
    totals = column(ranking, "total")
    assert totals["a"] == totals["b"] == totals["d"] < totals["e"]
    assert column(ranking, "level_c") == {"a": "4/3", "b": "4/3", "d": "4/3", "e": "3/2"}
    assert Fraction(totals["a"], ranking.denominator) == Fraction(100, 3)
    assert column(ranking, "points")["a"] == "33.333"


def test_rank_decides_ties_as_written_and_says_by_what() -> None:
    profile = profile_of({"c": 40, "d": 40, "e": 20}, ties=("d", "e"))
    levels = {
        "top": (4, 4, 4),
        "first_d": (1, 3, 2),
        "lot_1": (2, 2, 2),
        "lot_2": (2, 2, 2),
        "first_e": (1, 2, 4),
    }
    ranking = rank_wide(wide(levels, ("c", "d", "e")), profile, "screening", "seed")
    lots = sorted(("lot_1", "lot_2"), key=lambda id: lot_key("seed", id))
    assert ranking.ranked == ("top", "first_d", "first_e", *lots)
    assert column(ranking, "decided_by") == {
        "top": None,
        "first_d": "total",
        "first_e": "d",
        lots[0]: "e",
        lots[1]: "lot",
    }


def test_rank_on_the_threshold_takes_a_place_and_just_below_does_not() -> None:
    profile = profile_of({"c": 60, "d": 40}, threshold="40")
    levels = {"on": (0, 4), "below": (0, 3.9990234375), "above": (4, 0)}
    ranking = rank_wide(wide(levels, ("c", "d")), profile, "screening", "s")
    assert column(ranking, "status") == {"above": "ranked", "on": "ranked", "below": "below_threshold"}
    assert column(ranking, "place") == {"above": 1, "on": 2, "below": None}
    assert column(ranking, "points") == {"above": "60.000", "on": "40.000", "below": "39.990"}
    assert column(ranking, "decided_by")["below"] is None


def test_rank_compares_a_threshold_that_no_total_equals_exactly() -> None:
    profile = profile_of({"c": 100}, threshold="33.3334")
    rows = [("a", str(n), "c", level) for n, level in enumerate((1, 1, 2))]
    assert column(rank(long(*rows), profile, "screening", "s"), "status") == {"a": "below_threshold"}
    lower = profile_of({"c": 100}, threshold="33.3333")
    assert column(rank(long(*rows), lower, "screening", "s"), "status") == {"a": "ranked"}


def test_rank_with_a_missing_criterion_is_incomplete_never_low() -> None:
    profile = profile_of({"c": 50, "d": 50}, threshold=40)
    levels = {"zero": (4, 0), "gap": (4, None), "low": (0, 0), "empty": (None, None)}
    ranking = rank_wide(wide(levels, ("c", "d")), profile, "screening", "s")
    assert column(ranking, "status") == {
        "zero": "ranked",
        "low": "below_threshold",
        "gap": "incomplete",
        "empty": "incomplete",
    }
    assert column(ranking, "missing") == {"zero": (), "low": (), "gap": ("d",), "empty": ("c", "d")}
    assert column(ranking, "total")["gap"] is None
    assert column(ranking, "points")["gap"] is None
    assert column(ranking, "level_c")["gap"] == "4"
    assert column(ranking, "level_d")["gap"] is None
    assert column(ranking, "contribution_d")["gap"] is None
    assert column(ranking, "level_d")["zero"] == "0"


def test_rank_lists_applications_without_any_level_as_incomplete() -> None:
    rows = long(("a", "x", "c", 4))
    ranking = rank(rows, profile_of({"c": 100}), "screening", "s", applications=["b", "a"])
    assert column(ranking, "status") == {"a": "ranked", "b": "incomplete"}
    none = rank(rows.iloc[:0], profile_of({"c": 100}), "screening", "s", applications=["b", "a"])
    assert set(none.table["status"]) == {"incomplete"}


def test_rank_never_requires_a_criterion_of_weight_zero() -> None:
    rows = [("a", "x", key, 3) for key in (*SCREENING, *INTERVIEW)]
    ranking = rank(long(*rows), default_profile(), "interview", "s")
    assert ranking.criteria == tuple(each.key for each in default_profile().criteria if each.weight)
    assert column(ranking, "points") == {"a": "75.000"}
    with_test = rank(long(*rows, ("a", "x", "theory_test", 0)), default_profile(), "interview", "s")
    assert with_test.canonical() == ranking.canonical()


def test_rank_at_screening_leaves_out_levels_of_the_interview() -> None:
    rows = [("a", "x", key, 3) for key in SCREENING]
    ranking = rank(long(*rows), default_profile(), "screening", "s")
    both = rank(long(*rows, ("a", "x", "case", 0)), default_profile(), "screening", "s")
    assert both.canonical() == ranking.canonical()


@pytest.mark.parametrize(
    ("interview", "status", "gates"),
    [
        ((4, 4, 4, 4), "ranked", ()),
        ((4, 4, 1, 4), "ranked", ()),
        ((4, 4, 4, 0), "gate", ("forbidden_level",)),
        ((4, 4, 1, 1), "gate", ("max_count",)),
        ((4, 4, 0, 1), "gate", ("forbidden_level", "max_count")),
        ((2, 2, 2, 2), "ranked", ()),
        ((2, 2, 2, 1.5), "gate", ("mean_at_least",)),
        ((4, 4, 4, 0.5), "gate", ("forbidden_level",)),
        ((4, 4, 1.5, 1), "gate", ("max_count",)),
        ((1, 1, 1, 1), "gate", ("max_count", "mean_at_least")),
        ((None, 0, 0, 0), "incomplete", ()),
    ],
)
def test_rank_gates_after_the_interview(
    interview: tuple[float, ...], status: str, gates: tuple[str, ...]
) -> None:
    frame = wide({"a": (4, 4, 4, 4, 4, *interview)}, (*SCREENING, *INTERVIEW))
    ranking = rank_wide(frame, default_profile(), "interview", "s")
    assert column(ranking, "status") == {"a": status}
    assert column(ranking, "gates") == {"a": gates}


def test_rank_gates_look_at_the_criteria_of_the_interview_only() -> None:
    frame = wide({"a": (0, 0, 4, 0, 0, 4, 4, 4, 4)}, (*SCREENING, *INTERVIEW))
    assert column(rank_wide(frame, default_profile(), "interview", "s"), "status") == {"a": "ranked"}
    every = replace(default_profile().gates[0], criteria=(*SCREENING, *INTERVIEW))
    strict = replace(default_profile(), gates=(every,))
    assert column(rank_wide(frame, strict, "interview", "s"), "status") == {"a": "gate"}


def test_rank_has_no_gates_at_screening() -> None:
    frame = wide({"a": (0, 4, 4, 4, 4)}, SCREENING)
    assert column(rank_wide(frame, default_profile(), "screening", "s"), "gates") == {"a": ()}


def test_rank_with_several_gates_must_pass_all() -> None:
    gates = (
        Gate("screening", None, {}, Fraction(3), ("c",)),
        Gate("screening", None, {}, Fraction(1), ("d",)),
    )
    profile = profile_of({"c": 50, "d": 50}, gates=gates)
    frame = wide({"both": (3, 1), "first": (3, 0), "second": (2, 4)}, ("c", "d"))
    ranking = rank_wide(frame, profile, "screening", "s")
    assert column(ranking, "status") == {"both": "ranked", "second": "gate", "first": "gate"}


def test_rank_orders_the_rows_by_place_then_total_then_the_incomplete() -> None:
    profile = profile_of({"c": 100}, threshold=50)
    frame = wide({"e": (None,), "d": (0,), "c": (1,), "b": (2,), "a": (4,)}, ("c",))
    ranking = rank_wide(frame, profile, "screening", "s")
    assert ranking.table["application"].tolist() == ["a", "b", "c", "d", "e"]
    assert ranking.table["place"].dtype == "Int64"
    assert ranking.ranked == ("a", "b")


def test_rank_of_a_frame_by_assessor_and_of_a_wide_one_are_the_same() -> None:
    random = np.random.default_rng(3)
    frame = wide({f"a{n}": tuple(random.integers(0, 5, 5)) for n in range(50)}, SCREENING)
    melted = frame.melt("application", var_name="criterion", value_name="level").assign(assessor="form")
    columns = ["application", "assessor", "criterion", "level"]
    one = rank_wide(frame, default_profile(), "screening", "s")
    assert rank(melted[columns], default_profile(), "screening", "s").canonical() == one.canonical()


@pytest.mark.parametrize(
    "convert",
    [
        lambda levels: levels.astype("float32"),
        lambda levels: levels.astype("Int64"),
        lambda levels: levels.astype("uint8"),
        lambda levels: levels.astype(object),
        lambda levels: levels.map(Decimal).astype(object),
        lambda levels: levels.map(Fraction).astype(object),
    ],
)
def test_rank_takes_levels_of_any_kind_of_number(convert: Any) -> None:
    frame = wide({f"a{n}": (n % 5, (n * 3) % 5) for n in range(12)}, ("c", "d"))
    profile = profile_of({"c": 30, "d": 70})
    plain = rank_wide(frame, profile, "screening", "s").canonical()
    assert rank_wide(frame.assign(c=convert(frame["c"])), profile, "screening", "s").canonical() == plain


def test_rank_carries_what_it_takes_to_recompute_it() -> None:
    frame = wide({"a": (4, 3, 2.5, 0, 1)}, SCREENING)
    ranking = rank_wide(frame, default_profile(), "screening", "seed")
    levels = [Fraction(column(ranking, f"level_{key}")["a"]) for key in ranking.criteria]
    numerators = [level * ranking.level_denominator for level in levels]
    total = sum(a * b for a, b in zip(numerators, ranking.weights, strict=True))
    assert total == column(ranking, "total")["a"]
    assert (ranking.stage, ranking.seed) == ("screening", "seed")
    assert ranking.profile_digest == default_profile().digest()
    assert Fraction(ranking.threshold, ranking.denominator) == 40
    assert ranking.ties == ("references", "breadth", "swedish_work")


def test_rank_with_another_seed_changes_only_what_the_lot_decides() -> None:
    frame = wide({f"a{n}": (2,) for n in range(20)} | {"best": (4,)}, ("c",))
    one = rank_wide(frame, profile_of({"c": 100}), "screening", "one")
    two = rank_wide(frame, profile_of({"c": 100}), "screening", "two")
    assert one.ranked[0] == two.ranked[0] == "best"
    assert one.ranked != two.ranked
    assert sorted(one.ranked) == sorted(two.ranked)


def test_canonical_bytes_of_a_small_ranking() -> None:
    ranking = rank_wide(wide({"å": (2.5,)}, ("c",)), profile_of({"c": 100}), "screening", "s")
    digest = profile_of({"c": 100}).digest()
    assert ranking.canonical().decode() == (
        '{"criteria":["c"],"denominator":2,"level_denominator":2,'
        f'"profile_digest":"{digest}","seed":"s","stage":"screening",'
        '"table":{"application":["å"],"contribution_c":[125],"decided_by":[null],"gates":[[]],'
        '"level_c":["5/2"],"missing":[[]],"place":[1],"points":["62.500"],"status":["ranked"],'
        '"total":[125]},"threshold":0,"ties":[],"weights":[25]}'
    )
    assert len(ranking.digest()) == 64


# Properties


KEYS = ("c", "d", "e")


@st.composite
def cases(draw: st.DrawFn) -> tuple[pd.DataFrame, Profile]:
    """Levels by one to four assessors, with gaps, and a profile with ties, threshold and a gate."""
    cut = sorted(draw(st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True)))
    weights = dict(zip(KEYS, (cut[0], cut[1] - cut[0], 100 - cut[1]), strict=True))
    ties = tuple(draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=3)))
    gate = Gate(
        "screening",
        draw(st.sampled_from([None, 0, 1])),
        draw(st.dictionaries(st.integers(0, 3), st.integers(0, 2), max_size=2)),
        draw(st.sampled_from([None, Fraction(1), Fraction(7, 3)])),
    )
    threshold = draw(st.integers(0, 80))
    profile = profile_of(weights, threshold, ties, (gate,) * draw(st.integers(0, 1)))
    level = st.sampled_from([0, 1, 2, 3, 4, 0.5, 2.5])
    rows = []
    for number in range(draw(st.integers(1, 8))):
        for key in KEYS:
            for assessor, each in enumerate(draw(st.lists(level, min_size=0, max_size=4))):
                rows.append((f"a{number}", f"x{assessor}", key, each))
    assume(rows)
    return long(*rows), profile


def brute_force(frame: pd.DataFrame, profile: Profile, seed: str) -> dict[str, Any]:
    """The same by definition, one application at a time in fractions."""
    weights = {each.key: Fraction(each.weight) for each in profile.criteria}
    rule = profile.stages["screening"]
    result: dict[str, Any] = {}
    for id in set(frame["application"]):
        own = frame[frame["application"] == id]
        means = {}
        for key in KEYS:
            given_levels = [Fraction(level) for level in own[own["criterion"] == key]["level"]]
            if given_levels:
                means[key] = sum(given_levels) / len(given_levels)
        if len(means) < len(KEYS):
            result[id] = ("incomplete", None, means)
            continue
        total = sum(weights[key] * means[key] / 4 for key in KEYS)
        status = "ranked" if total >= Fraction(rule.threshold) else "below_threshold"
        for gate in profile.gates:
            forbidden = gate.forbidden_level
            if forbidden is not None and any(int(each) <= forbidden for each in means.values()):
                status = "gate"
            for level, most in gate.max_count.items():
                if sum(int(each) <= level for each in means.values()) > most:
                    status = "gate"
            if gate.mean_at_least is not None and sum(means.values()) / len(means) < gate.mean_at_least:
                status = "gate"
        result[id] = (status, total, means)
    ranked = [id for id, (status, _, _) in result.items() if status == "ranked"]
    ranked.sort(
        key=lambda id: (-result[id][1], *(-result[id][2][key] for key in rule.ties), lot_key(seed, id))
    )
    return result | {"order": ranked}


@settings(max_examples=150, deadline=None)
@given(cases())
def test_rank_equals_a_brute_force_in_fractions(case: tuple[pd.DataFrame, Profile]) -> None:
    frame, profile = case
    ranking = rank(frame, profile, "screening", "s")
    expected = brute_force(frame, profile, "s")
    assert list(ranking.ranked) == expected.pop("order")
    for row in ranking.table.to_dict("records"):
        status, total, means = expected[row["application"]]
        assert row["status"] == status
        assert {key: str(each) for key, each in means.items()} == {
            key: row[f"level_{key}"] for key in KEYS if row[f"level_{key}"] is not None
        }
        assert row["missing"] == tuple(key for key in KEYS if key not in means)
        if total is None:
            assert pd.isna(row["total"])
        else:
            assert Fraction(int(row["total"]), ranking.denominator) == total
            assert sum(row[f"contribution_{key}"] for key in KEYS) == row["total"]
            assert abs(Fraction(row["points"]) - total) <= Fraction(1, 2000)


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_rank_does_not_depend_on_the_order_of_rows_or_columns(
    case: tuple[pd.DataFrame, Profile], random: Any
) -> None:
    frame, profile = case
    ids = sorted(set(frame["application"]))
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order][["level", "criterion", "application", "assessor"]]
    random.shuffle(ids)
    one = rank(frame, profile, "screening", "s").canonical()
    assert rank(shuffled, profile, "screening", "s").canonical() == one
    assert rank(shuffled, profile, "screening", "s", applications=ids).canonical() == one


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_rank_more_of_a_criterion_never_hurts(
    case: tuple[pd.DataFrame, Profile], data: st.DataObject
) -> None:
    frame, profile = case
    row = data.draw(st.integers(0, len(frame) - 1))
    id = frame["application"].iloc[row]
    more = frame.copy()
    more["level"] = more["level"].astype(float)
    more.loc[row, "level"] = min(4.0, more.loc[row, "level"] + data.draw(st.sampled_from([0.5, 1, 4])))
    before, after = rank(frame, profile, "screening", "s"), rank(more, profile, "screening", "s")
    if column(before, "status")[id] == "ranked":
        assert column(after, "status")[id] == "ranked"
        assert column(after, "place")[id] <= column(before, "place")[id]
    others = {key: value for key, value in column(before, "points").items() if key != id}
    assert others == {key: value for key, value in column(after, "points").items() if key != id}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_rank_decided_by_names_the_first_difference(case: tuple[pd.DataFrame, Profile]) -> None:
    frame, profile = case
    ranking = rank(frame, profile, "screening", "s")
    ranked = ranking.table[ranking.table["status"] == "ranked"].to_dict("records")
    for previous, row in pairwise(ranked):
        differing = [key for key in ranking.ties if previous[f"level_{key}"] != row[f"level_{key}"]]
        expected = "total" if previous["total"] != row["total"] else (differing or ["lot"])[0]
        assert row["decided_by"] == expected


# What is refused


GOOD = [("a", "x", "c", 4), ("a", "y", "c", 3), ("b", "x", "c", 2)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "x", "c", 1), r"rows 1 and 4: assessor 'x' has two levels for application 'a', criterion 'c'"),
        (("a", "z", "charm", 1), "row 4: criterion 'charm' is not in the profile; expected one of c"),
        (("a", "z", None, 1), "row 4: criterion (None|nan) is not in the profile"),
        ((None, "z", "c", 1), "row 4: no application; expected a text"),
        (("", "z", "c", 1), "row 4: application is empty"),
        ((7, "z", "c", 1), "row 4: application 7: expected a text"),
        (("a", None, "c", 1), "row 4: no assessor; expected a text"),
    ],
)
def test_rank_of_a_bad_row_is_refused(row: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TableError, match=message):
        rank(long(*GOOD, row), profile_of({"c": 100}), "screening", "s")


WHERE = "row 4: application 'a', assessor 'z', criterion 'c': "


@pytest.mark.parametrize(
    ("level", "message"),
    [
        (5, WHERE + "level 5: expected 0 to 4"),
        (-1, WHERE + "level -1: expected 0 to 4"),
        (4.0001, WHERE + r"level 4\.000\d+: expected 0 to 4"),
        (float("inf"), WHERE + "level inf: expected 0 to 4"),
        (float("-inf"), WHERE + "level -inf: expected 0 to 4"),
        (float("nan"), WHERE + "no level; leave the row out, since missing is never zero"),
        (None, WHERE + "no level"),
        (0.1, WHERE + r"level 0\.1\d* is not exactly representable"),
        (2 + 1 / 3, WHERE + r"level 2\.33\d* is not exactly representable"),
        (Fraction(7, 3), WHERE + "level 7/3 is not exactly representable"),
        (Decimal("0.1"), WHERE + r"level 0\.1 is not exactly representable"),
        ("3", WHERE + "level '3': expected a number from 0 to 4"),
        (True, WHERE + "level True: expected a number from 0 to 4"),
        pytest.param(10**400, WHERE + "level 10+…: expected 0 to 4", id="huge"),
    ],
)
def test_rank_of_a_bad_level_is_refused(level: Any, message: str) -> None:
    with pytest.raises(LevelError, match=message):
        rank(long(*GOOD, ("a", "z", "c", level)), profile_of({"c": 100}), "screening", "s")


def test_rank_of_levels_that_are_all_true_or_false_is_refused() -> None:
    with pytest.raises(LevelError, match="level True: expected a number"):
        rank(long(("a", "x", "c", True)), profile_of({"c": 100}), "screening", "s")


def test_rank_checks_levels_of_criteria_that_do_not_count_yet() -> None:
    with pytest.raises(LevelError, match="criterion 'case': level 9"):
        rank(long(("a", "x", "case", 9)), default_profile(), "screening", "s")


def test_rank_of_an_unknown_application_is_refused() -> None:
    message = "row 3: application 'b' is not among the applications that are ranked: a, d"
    with pytest.raises(TableError, match=message):
        rank(long(*GOOD), profile_of({"c": 100}), "screening", "s", applications=["a", "d"])


def test_rank_of_an_application_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(TableError, match="application 'a' is listed more than once"):
        rank(long(*GOOD), profile_of({"c": 100}), "screening", "s", applications=["a", "b", "a"])


def test_rank_of_columns_beyond_the_four_is_refused() -> None:
    frame = long(*GOOD).assign(country="LV")
    with pytest.raises(TableError, match="column 'country' is unknown; expected only application, assessor"):
        rank(frame, profile_of({"c": 100}), "screening", "s")


def test_rank_without_a_column_is_refused() -> None:
    with pytest.raises(
        TableError, match="column 'assessor' is missing; the table has application, criterion"
    ):
        rank(long(*GOOD).drop(columns="assessor"), profile_of({"c": 100}), "screening", "s")


def test_rank_of_a_column_that_comes_twice_is_refused() -> None:
    frame = pd.concat([long(*GOOD), long(*GOOD)[["level"]]], axis=1)
    with pytest.raises(TableError, match="column 'level' comes more than once"):
        rank(frame, profile_of({"c": 100}), "screening", "s")


def test_rank_of_no_rows_is_refused() -> None:
    with pytest.raises(TableError, match="there are no applications to rank: the table has 0 rows"):
        rank(long(), profile_of({"c": 100}), "screening", "s")
    with pytest.raises(TableError, match="0 rows"):
        rank_wide(wide({}, ("c",)), profile_of({"c": 100}), "screening", "s")


def test_rank_of_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ProfileError, match="expected 'screening' or 'interview', got 'final'"):
        rank(long(*GOOD), profile_of({"c": 100}), "final", "s")


def test_rank_of_ranks_given_as_levels_says_so() -> None:
    rows = [(f"a{n}", "x", "c", n) for n in range(1, 8)]
    message = "'level of criterion c by assessor x' looks like a rank: its values are 1 to 7, each once"
    with pytest.raises(TableError, match=message):
        rank(long(*rows), profile_of({"c": 100}), "screening", "s")


def test_rank_wide_of_ranks_given_as_levels_says_so() -> None:
    frame = wide({f"a{n}": (7 - n,) for n in range(7)}, ("c",))
    with pytest.raises(TableError, match="column 'c' looks like a rank: its values are 1 to 7, each once"):
        rank_wide(frame, profile_of({"c": 100}), "screening", "s")


def test_rank_with_assessors_in_too_many_different_numbers_is_refused() -> None:
    rows = []
    for number, prime in enumerate((41, 43, 47, 53, 59, 61, 67, 71, 73, 79)):
        rows += [(f"a{number}", f"x{assessor}", "c", 1) for assessor in range(prime)]
    rows.append(("b", "x", "c", 1))
    with pytest.raises(LevelError, match="use fewer different numbers of assessors"):
        rank(long(*rows), profile_of({"c": 100}), "screening", "s")


def test_rank_wide_without_a_criterion_of_the_stage_is_refused() -> None:
    frame = wide({"a": (1,)}, ("c",))
    with pytest.raises(TableError, match="column 'd' is missing; the table has application, c"):
        rank_wide(frame, profile_of({"c": 50, "d": 50}), "screening", "s")


def test_rank_wide_of_an_unknown_column_is_refused() -> None:
    frame = wide({"a": (1, "K")}, ("c", "sex"))
    with pytest.raises(TableError, match="column 'sex' is unknown; expected only application, c"):
        rank_wide(frame, profile_of({"c": 100}), "screening", "s")


def test_rank_wide_of_an_application_with_two_rows_is_refused() -> None:
    frame = pd.concat([wide({"a": (1,)}, ("c",)), wide({"a": (2,)}, ("c",))])
    with pytest.raises(TableError, match="application 'a' has more than one row; keep one"):
        rank_wide(frame, profile_of({"c": 100}), "screening", "s")


def test_rank_wide_of_a_bad_level_names_application_and_criterion() -> None:
    with pytest.raises(LevelError, match="application 'b', criterion 'c': level 5: expected 0 to 4"):
        rank_wide(wide({"a": (1,), "b": (5,)}, ("c",)), profile_of({"c": 100}), "screening", "s")


@pytest.mark.parametrize(
    "values",
    [
        range(1, 7),
        [6.0, 5.0, 4.0, 3.0, 2.0, 1.0],
        [3, 1, 2, 6, 5, 4, None],
        ["3", "1", "2", "6", "5", "4"],
        pd.Series([1, 2, 3, 4, 5, 6, 7], dtype="Int64"),
        np.arange(1, 1001)[::-1],
    ],
)
def test_check_not_a_rank_of_a_permutation_is_refused(values: Any) -> None:
    with pytest.raises(TableError, match="column 'score' looks like a rank"):
        check_not_a_rank(values, "score")


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5],
        [0, 1, 2, 3, 4, 4],
        [1, 2, 3, 4, 5, 5],
        [0, 1, 2, 3, 4, 5],
        [1.5, 2, 3, 4, 5, 6],
        ["a", "b", "c", "d", "e", "f"],
        [1, 2, 3, 4, 5, 10**400],
        [None] * 8,
    ],
)
def test_check_not_a_rank_of_anything_else_passes(values: list[Any]) -> None:
    check_not_a_rank(values, "score")
