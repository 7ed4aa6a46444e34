"""Rates and impact ratios of New York City Local Law 144, against the example in its rules."""

import pytest

from scoring.errors import ScoringError
from scoring.local_law import categories


def ratios(counts: dict[str, tuple[int | None, int | None]], decimals: int) -> dict[str, float | None]:
    return {row.name: None if row.ratio is None else round(row.ratio, decimals) for row in categories(counts)}


def test_example_by_sex() -> None:
    assert ratios({"male": (667, 1390), "female": (555, 1181)}, 3) == {"male": 1.0, "female": 0.979}


def test_example_by_race_and_ethnicity() -> None:
    counts: dict[str, tuple[int | None, int | None]] = {
        "Hispanic": (204, 408),
        "White": (412, 797),
        "Black": (170, 390),
        "NHPI": (52, 119),
        "Asian": (302, 616),
        "Native American": (18, 41),
        "Two or more": (96, 213),
    }
    assert list(ratios(counts, 2).values()) == [0.97, 1.0, 0.84, 0.85, 0.95, 0.85, 0.87]


def test_four_fifths_are_compared_exactly() -> None:
    assert ratios({"a": (60, 100), "b": (48, 100)}, 12)["b"] == 0.8


def test_hidden_category_hides_every_ratio() -> None:
    """The ratio of another would tell about the hidden one's rate."""
    rows = categories({"a": (6, 10), "b": (None, None), "c": (5, 10)})
    assert [row.ratio for row in rows] == [None, None, None]
    assert [row.rate for row in rows] == [0.6, None, 0.5]


def test_nobody_selected_and_nobody_there() -> None:
    rows = categories({"a": (0, 10), "b": (0, 0)})
    assert [(row.rate, row.ratio) for row in rows] == [(0.0, None), (None, None)]


def test_contradictory_counts_are_refused() -> None:
    with pytest.raises(ScoringError, match="category 'a': 3 of 2"):
        categories({"a": (3, 2)})
