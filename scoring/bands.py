"""Levels from values in the application: bands, days worked and breadth, all in exact arithmetic.

A band is half-open: level i holds from its lower bound up to, but not including, the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Real

from scoring.errors import LevelError

Number = int | float | Decimal | Fraction

#: Full-time days in a month. With 30, any seven (four) calendar months in a row reach seven (four); with the
#: mean month of 30.44 days January to July, 212 days, would fall short of seven.
DAYS_PER_MONTH = 30

_STRICT_PREFIX = "over "
_MOST_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Bound:
    """Lower bound of a level. ``strict`` means that the bound itself still has the level below."""

    at: Decimal
    strict: bool = False

    def __str__(self) -> str:
        return f"{_STRICT_PREFIX}{self.at}" if self.strict else str(self.at)

    def reached_by(self, value: Decimal | Fraction) -> bool:
        """Whether ``value`` lies at or above the bound (strictly above, where it is strict)."""
        if isinstance(value, Fraction):
            return value > Fraction(self.at) if self.strict else value >= Fraction(self.at)
        return value > self.at if self.strict else value >= self.at

    @property
    def sort_key(self) -> tuple[Decimal, bool]:
        """Bounds in increasing order: 0 comes before "over 0", which comes before 1."""
        return self.at, self.strict


def parse_bound(bound: Bound | int | Decimal | str) -> Bound:
    """Read one lower bound: a number, or the text ``"over X"`` for a bound that X itself misses.

    Raises LevelError if it is neither.
    """
    if isinstance(bound, Bound):
        return bound
    strict = isinstance(bound, str) and bound.startswith(_STRICT_PREFIX)
    digits = bound[len(_STRICT_PREFIX) :] if isinstance(bound, str) and strict else bound
    try:
        if isinstance(bound, bool) or (isinstance(bound, str) and not strict):
            raise InvalidOperation
        at = Decimal(digits)
    except (InvalidOperation, TypeError):
        at = Decimal("NaN")
    # Beyond this the exact comparison with a value would take minutes.
    if not at.is_finite() or abs(at.adjusted()) > _MOST_DIGITS or len(at.as_tuple().digits) > _MOST_DIGITS:
        raise LevelError(f"lower bound {bound!r}: expected a number, or a text such as 'over 0'")
    return Bound(at, strict)


def level_from_value(value: Number | None, bands: Sequence[Bound | int | Decimal | str]) -> int | None:
    """The level, 0 to len(bands), that a value reaches; None if the value is missing.

    ``bands`` are the lower bounds of levels 1, 2, … in increasing order. A float counts as the
    decimal it prints as. Raises LevelError for a value that is negative, NaN or infinite.
    """
    if value is None:
        return None
    exact = _exact(value)
    return sum(parse_bound(bound).reached_by(exact) for bound in bands)


def _exact(value: Number) -> Decimal | Fraction:
    if isinstance(value, Fraction):
        exact: Decimal | Fraction = value
    elif isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise LevelError(f"value {value!r}: expected a number of 0 or more")
    elif isinstance(value, int | Decimal):
        exact = Decimal(value)
    else:
        exact = Decimal(str(value))
    if (isinstance(exact, Decimal) and not exact.is_finite()) or exact < 0:
        raise LevelError(f"value {value}: expected a number of 0 or more")
    return exact


@dataclass(frozen=True, slots=True)
class Period:
    """Employment from ``start`` to ``end``, both days included, at ``fte`` (over 0, at most 1).

    Raises LevelError if it ends before it starts or the fte is out of range.
    """

    start: date
    end: date
    fte: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise LevelError(
                f"period {self.start} to {self.end}: the last day comes before the first; change one of them"
            )
        if not 0 < self.fte <= 1:
            raise LevelError(
                f"period {self.start} to {self.end}: full-time equivalent {self.fte}: "
                "expected a number over 0 and at most 1"
            )


def full_time_days(periods: Iterable[Period]) -> Fraction:
    """Days worked at full-time equivalent: the sum over the union of calendar days.

    Periods that overlap add up on the days that they share, to at most one full day per day,
    so that the same day is never counted twice.
    """
    changes: dict[date, Fraction] = {}
    for period in periods:
        after = period.end + timedelta(days=1)
        changes[period.start] = changes.get(period.start, Fraction(0)) + Fraction(period.fte)
        changes[after] = changes.get(after, Fraction(0)) - Fraction(period.fte)
    total = Fraction(0)
    running = Fraction(0)
    since: date | None = None
    for day in sorted(changes):
        if since is not None:
            total += (day - since).days * min(running, Fraction(1))
        running += changes[day]
        since = day
    return total


def months(days: Fraction | int) -> Fraction:
    """Full-time days as months of 30 days, exactly."""
    return Fraction(days) / DAYS_PER_MONTH


def breadth(areas: int, supervised: bool) -> int:
    """Clinical breadth, 0 to 4: the number of areas up to 3, and 4 for 3 with supervised assessments.

    Raises LevelError for a negative number of areas.
    """
    if areas < 0:
        raise LevelError(f"areas {areas}: expected a whole number of 0 or more")
    return min(areas, 3) + (1 if areas >= 3 and supervised else 0)
