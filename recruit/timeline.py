"""An applicant's periods of work on a line of time, with the gaps between them and where they overlap.

It is drawn for the applicant alone, as help to find a period that was forgotten or a date that was mistyped. Nothing
that assesses, ranks or decides reads it: a test holds who may import this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

#: A weekend or a move between two posts is no gap.
SHORTEST_GAP = timedelta(days=14)
_DAY = timedelta(days=1)


class Worked(Protocol):
    """What is known of a period; `ends_on` None: it goes on."""

    employer: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Stretch:
    """Days from `first` to `last`, both included, with the employers they are about: none for a gap."""

    first: date
    last: date
    employers: tuple[str, ...] = ()
    ongoing: bool = False

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Timeline:
    """The periods in order of time, gaps of at least two weeks, and days on which several periods run."""

    periods: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    overlaps: tuple[Stretch, ...]

    @property
    def first(self) -> date:
        """The first day of all."""
        return self.periods[0].first

    @property
    def last(self) -> date:
        """The last day of all."""
        return max(each.last for each in self.periods)


def timeline(periods: Sequence[Worked], until: date) -> Timeline | None:
    """The periods on a line, None without any. One that goes on is drawn to `until`, or its first day if later."""
    stretches = sorted(
        (
            Stretch(
                each.starts_on,
                each.ends_on or max(until, each.starts_on),
                (each.employer,),
                each.ends_on is None,
            )
            for each in periods
        ),
        key=lambda each: (each.first, each.last, each.employers),
    )
    return (
        Timeline(tuple(stretches), tuple(_gaps(stretches)), tuple(_overlaps(stretches)))
        if stretches
        else None
    )


def _gaps(stretches: Sequence[Stretch]) -> list[Stretch]:
    found, reached = [], stretches[0].last
    for each in stretches[1:]:
        if each.first - reached - _DAY >= SHORTEST_GAP:
            found.append(Stretch(reached + _DAY, each.first - _DAY))
        reached = max(reached, each.last)
    return found


def _overlaps(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Unbroken runs of days with at least two periods, each with everybody who is part of it."""
    found: list[Stretch] = []
    for index, each in enumerate(stretches):
        for other in stretches[index + 1 :]:
            first, last = max(each.first, other.first), min(each.last, other.last)
            if first <= last:
                found.append(Stretch(first, last, each.employers + other.employers))
    merged: list[Stretch] = []
    for each in sorted(found, key=lambda one: (one.first, one.last)):
        if merged and each.first <= merged[-1].last + _DAY:
            names = dict.fromkeys(merged[-1].employers + each.employers)
            merged[-1] = Stretch(merged[-1].first, max(merged[-1].last, each.last), tuple(names))
        else:
            merged.append(each)
    return merged
