"""How values are shown: dates on Swedish clocks, numbers with the language's own marks, countries by name."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from flask import Flask
from markupsafe import Markup, escape

from recruit.clock import STOCKHOLM
from recruit.figure_words import NO_BREAK
from recruit.hidden_links import hidden
from recruit.i18n import language
from recruit.mail_html import isolated

_RANGE = re.compile(r"\d+–\d+")
# ISO 3166-1 alpha-2 has no code for Kosovo; XK is the user-assigned code in general use.
NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "TA", "UN", "XA", "XB", "ZZ", "QO", "AN"}
)


def init_app(app: Flask) -> None:
    """Give templates their filters."""
    app.jinja_env.filters.update(
        when=when,
        day=day,
        number=number,
        percent=percent,
        country=country_name,
        without_links=hidden,
        isolated=isolated,
        whole_ranges=whole_ranges,
    )


@lru_cache
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of all ISO 3166 countries and Kosovo, in the language's own order."""
    names = Locale.parse(locale).territories
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return tuple(sorted(found, key=lambda item: _collation(item[1], locale)))


def _collation(name: str, locale: str) -> str:
    if locale == "sv":  # å, ä, ö come last, in that order
        name = name.lower().replace("å", "z1").replace("ä", "z2").replace("ö", "z3")
    return name.lower()


def country_name(code: str | None, locale: str | None = None) -> str:
    """The country's name; an unknown code stands for itself, None is empty."""
    if code is None:
        return ""
    return Locale.parse(locale or language()).territories.get(code, code)


def when(moment: datetime | None, fmt: str = "long") -> str:
    """A moment on Swedish clocks, such as "20 september 2026 klockan 23.59". None is empty."""
    return "" if moment is None else written(moment, language(), fmt)


def written(moment: datetime, locale: str, fmt: str = "long") -> str:
    """The same for a given language, where the reader is not the one who asks (mail)."""
    return _written(moment.astimezone(STOCKHOLM).replace(tzinfo=None, second=0, microsecond=0), locale, fmt)


_MOMENTS = {
    "sv": {
        "long": "d MMMM y 'klockan' HH.mm",
        "short": "y-MM-dd HH.mm",
        "weekday": "EEEE d MMMM y 'klockan' HH.mm",
        "time": "HH.mm",
    },
    "en": {
        "long": "d MMMM y 'at' HH:mm",
        "short": "y-MM-dd HH:mm",
        "weekday": "EEEE d MMMM y 'at' HH:mm",
        "time": "HH:mm",
    },
}
#: Of any other language, whose word before the time is not known here.
_MOMENTS_ELSEWHERE = {"long": "d MMMM y, HH:mm", "short": "y-MM-dd HH:mm", "weekday": "EEEE d MMMM y, HH:mm"}
_DAYS = {
    "long": "d MMMM y",
    "short": "d MMM",
    "weekday": "EEEE d MMMM",
    "whole": "EEEE d MMMM y",
    "short_year": "MMM y",
}


def day(value: date | datetime | None, fmt: str = "long") -> str:
    """A date, such as "1 februari 2027"; `short` without the year. None is empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(STOCKHOLM).date()
    return _day(value, language(), fmt)


def number(value: Any, decimals: int | None = None) -> str:
    """A number with the language's decimal mark. None is an en dash."""
    if value is None:
        return "–"
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return _decimal(0 if value == 0 else value, pattern, language())


def percent(value: Any, decimals: int = 0) -> str:
    """A share 0–1 as per cent: "46 %", in English "46%". None is an en dash."""
    if value is None:
        return "–"
    pattern = (
        "#,##0" + ("." + "0" * decimals if decimals else "") + ("%" if language() == "en" else NO_BREAK + "%")
    )
    return _percent(0 if value == 0 else value, pattern, language())


def whole_ranges(text: str) -> Markup:
    """A text whose ranges, such as 1–3 months, do not break after the dash."""
    return Markup(_RANGE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))  # noqa: S704


# A list has hundreds of moments and a page of the monitor thousands of figures, the same ones each time it is shown.
@lru_cache(maxsize=16_384)
def _written(local: datetime, locale: str, fmt: str) -> str:
    return format_datetime(local, _MOMENTS.get(locale, _MOMENTS_ELSEWHERE)[fmt], locale=locale)


@lru_cache(maxsize=4096)
def _day(value: date, locale: str, fmt: str) -> str:
    return format_date(value, _DAYS[fmt], locale=locale).rstrip(".")


@lru_cache(maxsize=16_384)
def _decimal(value: Any, pattern: str, locale: str) -> str:
    return format_decimal(value, format=pattern, locale=locale)


@lru_cache(maxsize=16_384)
def _percent(value: Any, pattern: str, locale: str) -> str:
    return format_percent(value, format=pattern, locale=locale)
