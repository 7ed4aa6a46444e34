"""Figures in sentences: marks of the language, true minus signs, and nothing made of nothing."""

import pytest

from recruit.figure_words import between, decimal, p_value, percent, points, signed

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (0.125, "sv", "+0,12"),
        (-1.5, "en", "−1.50"),
        (-0.001, "en", "0.00"),
        (0.001, "sv", "0,00"),
        (None, "en", "–"),
    ],
)
def test_signed(value: float | None, language: str, expected: str) -> None:
    assert signed(value, language) == expected


def test_decimal_has_no_plus_sign_and_no_minus_before_zero() -> None:
    assert (decimal(1.25, "sv"), decimal(-0.001, "sv")) == ("1,25", "0,00")


def test_points_are_percentage_points() -> None:
    assert (points(-0.285, "sv"), points(0.285, "en"), points(None, "en")) == ("−28,5", "+28.5", "–")


def test_percent_is_whole_and_does_not_break() -> None:
    assert (percent(0.296, "sv"), percent(0.296, "en"), percent(None, "sv")) == (f"30{NO_BREAK}%", "30%", "–")


def test_an_interval_without_an_end_is_a_dash() -> None:
    assert between([-0.5, 1.0], "en") == "−0.50 to +1.00"
    assert between([-0.5, 1.0], "sv", 1) == "−0,5 till +1,0"
    assert between(None, "en") == "–"


def test_a_small_p_is_below_and_never_zero() -> None:
    assert (p_value(0.0004, "en"), p_value(0.0004, "sv")) == ("below 0.001", "under 0,001")
    assert (p_value(0.0006, "en"), p_value(None, "en")) == ("0.001", "–")
