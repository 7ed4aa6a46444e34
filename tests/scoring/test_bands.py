"""Levels from values, days worked and breadth."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.bands import Bound, Period, breadth, full_time_days, level_from_value, months, parse_bound
from scoring.errors import LevelError
from scoring.profile import default_profile

MONTHS = ["over 0", 1, 4, 7]


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (0, 0),
        (Decimal("0.00"), 0),
        (Decimal("0.01"), 1),
        (Fraction(1, 1000), 1),
        (Decimal("0.999"), 1),
        (1, 2),
        (Fraction(7, 2), 2),
        (3.999, 2),
        (4, 3),
        (Fraction(6999, 1000), 3),
        (7.0, 4),
        (240, 4),
        (10**400, 4),
        (np.int64(5), 3),
        (np.float64(0.5), 1),
    ],
)
def test_level_from_value_is_half_open(value: Fraction, level: int) -> None:
    assert level_from_value(value, MONTHS) == level
    assert level_from_value(value, default_profile().criterion("swedish_work").bands) == level


def test_level_from_value_of_a_float_is_that_of_the_decimal_it_prints_as() -> None:
    assert level_from_value(0.1, [Decimal("0.1")]) == 1
    assert level_from_value(0.1 + 0.2, [Decimal("0.3")]) == 1
    assert level_from_value(0.3, ["over 0.3"]) == 0


def test_level_from_value_that_is_missing_is_missing() -> None:
    assert level_from_value(None, MONTHS) is None


@pytest.mark.parametrize("value", [-1, -0.001, float("nan"), float("inf"), True, "3", Decimal("NaN")])
def test_level_from_value_that_is_no_amount_is_refused(value: float) -> None:
    with pytest.raises(LevelError, match="expected a number of 0 or more"):
        level_from_value(value, MONTHS)


@pytest.mark.parametrize("bound", ["0", "above 0", "over x", "over ", True, None, float("nan"), "over NaN"])
def test_parse_bound_of_anything_else_is_refused(bound: str) -> None:
    with pytest.raises(LevelError, match="expected a number, or a text such as 'over 0'"):
        parse_bound(bound)


def test_bound_prints_as_it_is_written() -> None:
    assert [str(parse_bound(each)) for each in ("over 0", 1, Decimal("2.5"))] == ["over 0", "1", "2.5"]
    assert parse_bound(Bound(Decimal(3))) == Bound(Decimal(3))


def test_full_time_days_count_both_ends() -> None:
    assert full_time_days([Period(date(2026, 1, 1), date(2026, 1, 1))]) == 1
    assert full_time_days([Period(date(2026, 1, 1), date(2026, 1, 31))]) == 31
    assert full_time_days([]) == 0


def test_full_time_days_of_part_time_are_exact() -> None:
    assert full_time_days([Period(date(2026, 1, 1), date(2026, 1, 30), Fraction(1, 3))]) == 10
    assert full_time_days([Period(date(2026, 1, 1), date(2026, 1, 1), Fraction(3, 4))]) == Fraction(3, 4)


def test_full_time_days_of_an_overlap_are_counted_once() -> None:
    twice = [Period(date(2026, 1, 1), date(2026, 1, 20)), Period(date(2026, 1, 11), date(2026, 1, 30))]
    assert full_time_days(twice) == 30


def test_full_time_days_of_part_times_add_up_to_at_most_full_time() -> None:
    half = Period(date(2026, 1, 1), date(2026, 1, 10), Fraction(1, 2))
    most = Period(date(2026, 1, 6), date(2026, 1, 15), Fraction(4, 5))
    # Five days at 1/2, five at 1 (not 1.3), five at 4/5.
    assert full_time_days([half, most]) == Fraction(5, 2) + 5 + 4


_periods = st.lists(
    st.builds(
        lambda start, length, fte: Period(
            date(2026, 1, 1) + timedelta(days=start), date(2026, 1, 1) + timedelta(days=start + length), fte
        ),
        st.integers(0, 60),
        st.integers(0, 30),
        st.fractions(Fraction(1, 20), 1, max_denominator=20),
    ),
    max_size=6,
)


@given(_periods)
def test_full_time_days_equal_a_count_day_by_day(periods: list[Period]) -> None:
    total = Fraction(0)
    for number in range(100):
        day = date(2026, 1, 1) + timedelta(days=number)
        worked = sum((each.fte for each in periods if each.start <= day <= each.end), Fraction(0))
        total += min(worked, Fraction(1))
    assert full_time_days(periods) == total
    assert full_time_days(reversed(periods)) == total


def test_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(
        LevelError, match="period 2026-02-01 to 2026-01-31: the last day comes before the first"
    ):
        Period(date(2026, 2, 1), date(2026, 1, 31))


@pytest.mark.parametrize("fte", [Fraction(0), Fraction(-1, 2), Fraction(11, 10)])
def test_period_with_an_fte_out_of_range_is_refused(fte: Fraction) -> None:
    with pytest.raises(LevelError, match="expected a number over 0 and at most 1"):
        Period(date(2026, 1, 1), date(2026, 1, 31), fte)


def test_months_are_of_thirty_days() -> None:
    assert months(30) == 1
    assert months(Fraction(15, 2)) == Fraction(1, 4)
    assert months(0) == 0


@pytest.mark.parametrize("first", range(1, 13))
@pytest.mark.parametrize("count", [4, 7])
def test_whole_calendar_months_in_a_row_are_never_short(first: int, count: int) -> None:
    """Who worked four or seven whole months has them, whichever months they were."""
    after = first - 1 + count
    last = date(2026 + after // 12, after % 12 + 1, 1) - timedelta(days=1)
    assert months(full_time_days([Period(date(2026, first, 1), last)])) >= count


@pytest.mark.parametrize(
    ("areas", "supervised", "expected"),
    [(0, True, 0), (1, True, 1), (2, True, 2), (3, False, 3), (3, True, 4), (9, False, 3), (9, True, 4)],
)
def test_breadth(areas: int, supervised: bool, expected: int) -> None:
    assert breadth(areas, supervised) == expected
    assert level_from_value(expected, default_profile().criterion("breadth").bands) == expected


def test_breadth_of_a_negative_number_is_refused() -> None:
    with pytest.raises(LevelError, match="areas -1"):
        breadth(-1, supervised=False)
