"""Agreement: published values end to end, what "in all" means, and what cannot be said."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.agreement import agreement
from scoring.alpha import krippendorff_alpha
from scoring.errors import LevelError, TableError
from scoring.icc import icc
from scoring.severity import severity
from scoring.spread import disagreements
from tests.scoring.test_alpha import FOUR
from tests.scoring.test_combining import scores
from tests.scoring.test_ranking import long

#: Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def frame_of(matrix: Any, criterion: str = "c") -> pd.DataFrame:
    """Applications × assessors, NaN where there is no level."""
    return long(
        *(
            (f"a{row:03}", f"x{column}", criterion, level)
            for row, levels in enumerate(matrix)
            for column, level in enumerate(levels)
            if not np.isnan(level)
        )
    )


def found(frame: pd.DataFrame, per: Any = "all", **settings: Any) -> dict[str, Any]:
    """The figures after a journey through JSON, which holds no NaN."""
    result = agreement(frame, per, **({"draws": 50} | settings)).to_dict()
    content: dict[str, Any] = json.loads(json.dumps(result, allow_nan=False))
    return content


def test_shrout_and_fleiss_end_to_end() -> None:
    figures = found(frame_of(SHROUT_FLEISS).drop(columns="criterion"), scale=(1, 10))
    assert {key: round(value, 6) for key, value in figures["icc"].items()} == {
        "1,1": 0.165742,
        "2,1": 0.289764,
        "3,1": 0.714841,
        "1,k": 0.442797,
        "2,k": 0.620051,
        "3,k": 0.909316,
    }
    low, high = figures["icc_interval"]["2,1"]
    assert low < 0.289764 < high
    # ICC() of the R package psych prints .019 and .76 for the same data.
    assert (round(low, 3), round(high, 2)) == (0.019, 0.76)
    assert (figures["icc_k"], figures["icc_method"], figures["icc_reason"]) == (4, "anova", {})
    means = np.array(SHROUT_FLEISS).mean(axis=0)
    assert [row["severity"] for row in figures["severity"].values()] == pytest.approx(means.mean() - means)
    assert figures["severity"]["x1"]["n"] == 6


def test_krippendorff_end_to_end() -> None:
    figures = found(frame_of(FOUR.T), scale=(1, 5))
    assert {key: round(value, 4) for key, value in figures["alpha"].items()} == {
        "nominal": 0.7434,
        "ordinal": 0.8154,
        "interval": 0.8491,
        "ratio": 0.7974,
    }
    assert figures["n"] == {
        "levels": 41,
        "applications": 12,
        "assessors": 4,
        "units": 12,
        "pairable_units": 11,
    }
    assert {"code": "assessed_once", "count": 1, "criterion": None} in figures["notes"]
    assert figures["icc_method"] == "reml"


# In all


def two_criteria() -> pd.DataFrame:
    random = np.random.default_rng(4)
    truth = random.integers(0, 4, (15, 1))
    parts = [frame_of(truth + random.integers(0, 2, (15, 3)), key) for key in "cd"]
    return pd.concat(parts, ignore_index=True)


def test_in_all_goes_by_the_mean_over_criteria_where_nothing_is_missing() -> None:
    frame = two_criteria()
    figures = agreement(frame, draws=50)
    means = frame.groupby(["application", "assessor"], as_index=False)["level"].mean()
    for key, form in icc(means).forms.items():
        assert figures.overall.icc[key].value == pytest.approx(form.value)
    expected = severity(means).table
    pd.testing.assert_frame_equal(figures.overall.severity.table, expected)
    assert figures.overall.alpha["ordinal"] == krippendorff_alpha(frame, "ordinal", draws=50)
    assert figures.criteria == {}
    assert figures.notes == ()


def test_per_criterion_each_is_as_if_it_were_alone() -> None:
    frame = two_criteria()
    both = found(frame, "criterion")
    assert list(both["criteria"]) == ["c", "d"]
    for key in "cd":
        alone = found(frame[frame["criterion"] == key])
        for name in ("icc", "icc_interval", "alpha", "alpha_interval", "severity", "n"):
            assert both["criteria"][key][name] == alone[name], name
    assert {name: both[name] for name in ("icc", "alpha")} == {
        name: found(frame)[name] for name in ("icc", "alpha")
    }


def test_an_assessor_of_the_harder_criterion_alone_is_not_counted_as_stricter() -> None:
    """Levels on d lie two below those on c; x leaves out c on half of the applications."""
    truth = np.array([2, 3, 4, 2, 3, 4, 3, 2])
    rows = []
    for number, level in enumerate(truth):
        for assessor in "xy":
            if assessor == "y" or number % 2:
                rows.append((f"a{number}", assessor, "c", int(level)))
            rows.append((f"a{number}", assessor, "d", int(level) - 2))
    figures = agreement(long(*rows), draws=0)
    by = figures.overall.severity.table.set_index("assessor")["severity"]
    assert abs(by["x"]) < 0.15
    assert [(note.code, note.count) for note in figures.notes if note.code == "partly_assessed"] == [
        ("partly_assessed", 4)
    ]


def test_order_of_rows_leaves_no_trace() -> None:
    frame = two_criteria()
    gaps = frame.drop(index=[0, 7, 40])
    shuffled = gaps.sample(frac=1, random_state=2)[["level", "criterion", "assessor", "application"]]
    assert found(shuffled, "criterion") == found(gaps, "criterion")


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.sampled_from("cd"), st.integers(0, 4)),
        min_size=1,
        max_size=24,
        unique_by=lambda row: row[:3],
    )
)
def test_any_table_of_levels_gives_figures_or_a_reason(rows: list[tuple[str, str, str, int]]) -> None:
    figures = found(long(*rows), "criterion", draws=20)
    for part in (figures, *figures["criteria"].values()):
        for key, value in part["icc"].items():
            assert (value is None) == (key in part["icc_reason"])
        for metric, value in part["alpha"].items():
            assert value is not None or metric in part["alpha_reason"]
            assert part["alpha_interval"][metric][0] is not None or metric in part["alpha_reason"]
        for row in part["severity"].values():
            assert row["identifiable"] == (row["severity"] is not None)
            assert row["identifiable"] or row["reason"]


# What cannot be said


def codes(figures: dict[str, Any]) -> dict[str, int]:
    return {note["code"]: note["count"] for note in figures["notes"] if note["criterion"] is None}


def test_one_assessor_only() -> None:
    figures = found(frame_of([[1], [2], [4]]))
    assert set(figures["icc"].values()) == {None}
    assert set(figures["icc_reason"].values()) == {"one_assessor"}
    assert set(figures["alpha_reason"].values()) == {"no_pairs"}
    assert figures["severity"]["x0"]["identifiable"] is False
    assert codes(figures) == {"one_assessor": 3, "assessed_once": 3}


def test_a_single_application() -> None:
    figures = found(frame_of([[1, 2, 4]]))
    assert set(figures["icc_reason"].values()) == {"one_application"}
    assert figures["alpha_reason"]["interval"] == "one_unit"
    assert codes(figures) == {"one_application": 3, "few_units": 1}


def test_all_levels_equal() -> None:
    figures = found(frame_of([[3, 3], [3, 3], [3, 3]]))
    assert set(figures["icc_reason"].values()) == {"no_variance"}
    assert set(figures["alpha_reason"].values()) == {"no_variation"}
    assert codes(figures)["all_equal"] == 6
    assert figures["disagreements"] == []


def test_panels_that_do_not_overlap_are_said_to_be_so() -> None:
    nan = np.nan
    figures = found(frame_of([[1, 2, nan, nan], [3, 3, nan, nan], [nan, nan, 0, 2], [nan, nan, 1, 4]]))
    assert codes(figures)["separate_panels"] == 2
    assert [row["panel"] for row in figures["severity"].values()] == [0, 0, 1, 1]


def test_levels_from_the_form_are_counted_and_left_out() -> None:
    rows = [*scores(1, 2), *scores(4, 3, application="b")]
    plain = found(long(*rows))
    with_form = found(long(*rows, ("a", "form", "months", 4), ("b", "form", "months", 0)))
    assert codes(with_form)["form_left_out"] == 2
    assert with_form["alpha"] == plain["alpha"]
    assert "form" not in with_form["severity"]
    with pytest.raises(TableError, match="no assessor gave a level: all 1 rows are from the form"):
        agreement(long(("a", "form", "c", 1)))


def test_disagreements_are_those_of_the_spread() -> None:
    rows = [*scores(0, 4), *scores(4, 3, application="b"), *scores(2, 2, application="d")]
    result = agreement(long(*rows), draws=0)
    pd.testing.assert_frame_equal(result.disagreements, disagreements(long(*rows)))
    assert [row["application"] for row in result.to_dict()["disagreements"]] == ["a", "b"]


# What is refused


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ("a", "z", "c", 5),
            "row 3: application 'a', assessor 'z', criterion 'c': level 5: expected a number from 0",
        ),
        (
            ("a", "z", "c", float("nan")),
            "row 3: .*: no level; leave the row out, since missing is never zero",
        ),
        (
            ("a", "z", "c", float("inf")),
            "row 3: .*: level inf: expected a number from 0 to 4; is the scale another",
        ),
        (("a", "z", "c", "high"), "row 3: .*: level 'high': expected a number"),
        (("a", "z", "c", True), "row 3: .*: level True: expected a number"),
        (("a", "x0", "c", 1), "assessor 'x0' has two levels for application 'a', criterion 'c'"),
        ((None, "z", "c", 1), "row 3: no application"),
        (("a", "", "c", 1), "row 3: assessor is empty"),
        (("a", "z", 7, 1), "row 3: criterion 7: expected a text"),
    ],
)
def test_a_bad_row_is_refused(row: tuple[Any, ...], message: str) -> None:
    with pytest.raises((LevelError, TableError), match=message):
        agreement(long(*scores(1, 2), row))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"applications": ["b"]}, "row 1: application 'a' is not among"),
        ({"assessors": ["x0"]}, "row 2: assessor 'x1' is unknown; expected one of x0"),
        ({"criteria": ["d"]}, "row 1: criterion 'c' is unknown; expected one of d"),
        ({"scale": (4, 0)}, "scale 4 to 0: expected two finite numbers, the lower one first"),
        ({"scale": (0, float("inf"))}, "scale 0 to inf"),
        ({"per": "assessor"}, "per 'assessor': expected 'all' or 'criterion'"),
        ({"confidence": 0}, "expected a"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message):
        agreement(long(*scores(1, 2)), **settings)
    known: dict[str, Any] = {"applications": ["a", "b"], "assessors": ["x0", "x1"], "criteria": ["c"]}
    assert agreement(long(*scores(1, 2)), **known).overall.n_levels == 2


def test_no_rows_are_refused() -> None:
    with pytest.raises(TableError, match="0 rows"):
        agreement(long())
