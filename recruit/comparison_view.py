"""Two applications side by side: who is ahead and what decides, in words and by criterion."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from recruit.criterion_words import names_of
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.ranking_view import level_words, points_of, separated_by

if TYPE_CHECKING:
    from scoring.comparison import Comparison, Side
    from scoring.criteria import Profile


@dataclass(frozen=True)
class DifferenceRow:
    """One criterion of a comparison, as texts; ``ahead``: 1 or 2, 0 where it is equal or unknown."""

    name: str
    first: str
    second: str
    points: str
    so_far: str
    ahead: int


def difference_rows(comparison: Comparison) -> list[DifferenceRow]:
    """The criteria of a comparison, the largest difference in points first."""
    return [
        DifferenceRow(
            name=each.name.in_language(language()),
            first="–" if each.first is None else level_words(str(each.first)),
            second="–" if each.second is None else level_words(str(each.second)),
            points=signed(each.points),
            so_far=signed(each.so_far),
            ahead=0 if not each.points else 1 if each.points > 0 else 2,
        )
        for each in comparison.differences
    ]


def signed(value: Fraction | None) -> str:
    """Points with their sign; a true minus sign, and none for zero."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + points_of(abs(value))


def verdict(comparison: Comparison, profile: Profile) -> str:
    """Who is ahead and what decides, in one or two sentences."""
    one, two = comparison.first, comparison.second
    if comparison.ahead is None:
        return _("Neither of the two has a place in the order.")
    behind = two if comparison.ahead == one.application else one
    if comparison.decided_by == "status":
        return _(
            "%(ahead)s has a place; %(behind)s has none.", ahead=comparison.ahead, behind=behind.application
        )
    if comparison.decided_by == "total":
        between = _between_totals(comparison)
        return _("%(ahead)s is ahead by %(points)s points.", ahead=comparison.ahead, points=between)
    return _(
        "The two have the same points. %(ahead)s is ahead because %(what)s decides.",
        ahead=comparison.ahead,
        what=separated_by(comparison.decided_by, profile),
    )


def _between_totals(comparison: Comparison) -> str:
    adjusted = comparison.first.adjusted_total, comparison.second.adjusted_total
    if adjusted[0] is not None and adjusted[1] is not None:
        return points_of(abs(adjusted[0] - adjusted[1]))
    return points_of(abs(comparison.difference or Fraction(0)))


@dataclass(frozen=True)
class SideWords:
    """One of two that are compared: place, points, and why it has none, if it has none."""

    code: str
    place: str
    points: str
    words: str


def side(found: Side, profile: Profile) -> SideWords:
    """One of two applications, as texts."""
    words = {
        "ranked": "",
        "below_threshold": _("Below the threshold"),
        "gate": _("Stopped by a gate"),
        "incomplete": _("Missing: %(criteria)s", criteria=names_of(profile, found.missing)),
    }[found.status]
    place = "–" if found.place is None else str(found.place)
    return SideWords(found.application, place, points_of(found.total), words)
