"""Figures as they stand in a sentence, for a given language: pages, files and reports share them."""

from __future__ import annotations

Pair = tuple[str, str]

NO_BREAK = "\N{NO-BREAK SPACE}"
#: Below this a p-value is said to be below it.
LEAST_P = 0.001


def in_language(pair: Pair, language: str) -> str:
    """The text of a pair of Swedish and English."""
    return pair[0 if language == "sv" else 1]


def decimal(value: float | None, language: str, decimals: int = 2) -> str:
    """A number with the language's mark and a true minus sign; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{decimals}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    text = text.replace("-", "−")
    return text.replace(".", ",") if language == "sv" else text


def signed(value: float | None, language: str, decimals: int = 2) -> str:
    """The same with a plus sign above zero."""
    text = decimal(value, language, decimals)
    return f"+{text}" if value is not None and value > 0 and text.strip("0,.") else text


def points(share: float | None, language: str) -> str:
    """A difference of shares in percentage points, with its sign and one decimal."""
    return signed(None if share is None else 100 * share, language, 1)


def percent(share: float | None, language: str) -> str:
    """A share in whole per cent: "46 %", in English "46%"."""
    return "–" if share is None else f"{100 * share:.0f}{'' if language == 'en' else NO_BREAK}%"


def between(interval: tuple[float, float] | list[float] | None, language: str, decimals: int = 2) -> str:
    """An interval with signs; a dash where there is none."""
    if not interval or interval[0] is None or interval[1] is None:
        return "–"
    to = in_language(("till", "to"), language)
    return f"{signed(interval[0], language, decimals)} {to} {signed(interval[1], language, decimals)}"


def p_value(p: float | None, language: str) -> str:
    """A p-value with three decimals."""
    if p is None:
        return "–"
    if p < LEAST_P / 2:
        return in_language(("under ", "below "), language) + decimal(LEAST_P, language, 3)
    return decimal(p, language, 3)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
