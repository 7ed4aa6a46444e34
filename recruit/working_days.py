"""Swedish working days: Monday to Friday without public holidays and the eves on which nobody works."""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

_FIXED = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
#: Good Friday, Easter Monday and Ascension Day, in days from Easter Sunday.
_FROM_EASTER = (-2, 1, 39)


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    sunday = easter(year)
    midsummer_eve = next(date(year, 6, day) for day in range(19, 26) if date(year, 6, day).weekday() == 4)
    return frozenset(
        {date(year, month, day) for month, day in _FIXED}
        | {sunday + timedelta(days=days) for days in _FROM_EASTER}
        | {midsummer_eve}
    )


def is_weekend(day: date) -> bool:
    """Whether the day is a Saturday or Sunday."""
    return day.weekday() >= 5


def is_working(day: date) -> bool:
    """Whether people are at work that day."""
    return not is_weekend(day) and day not in _holidays(day.year)


def next_working(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working(day):
        day += timedelta(days=1)
    return day
