"""Where an application stands to the line: who is on either side of it, and who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring.errors import TableError
from scoring.levels import points_text
from scoring.lot import lot_key
from scoring.outcome_rules import Bar
from scoring.ranking import Ranking


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An application beside the line. ``total`` and ``points``: what the order goes by."""

    application: str
    place: int
    total: Fraction
    points: str


@dataclass(frozen=True, slots=True)
class Line:
    """The line and where the application stands to it.

    ``places``: how many are called. ``called``: whether this one is. ``last_above``: on the last place above
    the line; ``first_below``: on the first below it; None where nobody is there. ``against``: whose place
    decides whether this application is called: the first below for one above the line, the last above for
    all others. ``distance``: total less that of ``against``, in points, 0 where a tie criterion or the lot
    decides. ``decided_by``: what decides between the two: "total", a criterion or "lot"; None where this
    application has no place.
    """

    places: int
    called: bool
    last_above: Neighbour | None
    first_below: Neighbour | None
    against: Neighbour | None
    distance: Fraction | None
    decided_by: str | None


def row_of(ranking: Ranking, application: str) -> dict[str, Any]:
    """The row of an application in the table of a ranking; TableError for an unknown id."""
    found = ranking.table[ranking.table["application"] == application]
    if len(found) != 1:
        raise TableError(f"application {application!r} is not in this ranking of {len(ranking.table)}")
    return {str(name): value for name, value in found.iloc[0].items()}


def total_of(ranking: Ranking, row: Mapping[str, Any]) -> Fraction | None:
    """Exact points of a row; None if incomplete."""
    return None if row["status"] == "incomplete" else Fraction(int(row["total"]), ranking.denominator)


def adjusted_total_of(ranking: Ranking, row: Mapping[str, Any]) -> Fraction | None:
    """Exact severity-adjusted points of a row; None if incomplete or if the order goes by levels as given."""
    if ranking.adjusted_denominator is None or row["status"] == "incomplete":
        return None
    return Fraction(int(row["adjusted_total"]), ranking.adjusted_denominator)


def ordering_total(ranking: Ranking, row: Mapping[str, Any]) -> Fraction | None:
    """The total that the order goes by; None if incomplete."""
    return total_of(ranking, row) if ranking.places == "raw" else adjusted_total_of(ranking, row)


def decided_between(ranking: Ranking, one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What decides between two that have a place: "total", the first tie criterion that differs, or "lot"."""
    if ordering_total(ranking, one) != ordering_total(ranking, other):
        return "total"
    kind = "level" if ranking.places == "raw" else "adjusted_level"
    return next((key for key in ranking.ties if one[f"{kind}_{key}"] != other[f"{kind}_{key}"]), "lot")


def check_line(places: int) -> None:
    """Raise TableError unless a line is a whole number of 0 or more."""
    if isinstance(places, bool) or not isinstance(places, int) or places < 0:
        raise TableError(f"line: expected a whole number of 0 or more, got {places!r}")


def standing(ranking: Ranking, row: Mapping[str, Any], places: int) -> Line:
    """Where one row of a ranking stands to a line that calls the first ``places``."""
    ranked = len(ranking.ranked)
    last = _at(ranking, places) if 1 <= places <= ranked else None
    first = _at(ranking, places + 1) if places < ranked else None
    has_place = row["status"] == "ranked"
    called = has_place and int(row["place"]) <= places
    against = first if called else last
    total = ordering_total(ranking, row)
    distance = decided = None
    if against is not None and total is not None:
        distance = total - (ordering_total(ranking, against) or 0)
        decided = decided_between(ranking, row, against) if has_place else None
    return Line(
        places,
        called,
        _neighbour(ranking, last),
        _neighbour(ranking, first),
        _neighbour(ranking, against),
        distance,
        decided,
    )


def bar(ranking: Ranking, application: str, places: int) -> Bar | None:
    """What the application must beat to be above the line: the one with the last place among all others.

    None if there is room for all. The others keep their order whatever the levels of this one are, since the
    order goes by levels as given: with severity-adjusted levels that is not so, and this may not be used.
    """
    ranked = ranking.ranked
    at = places - 1
    if application in ranked[:places]:
        at += 1
    if at >= len(ranked):
        return None
    row = _at(ranking, at + 1)
    return Bar(
        total=Fraction(int(row["total"]), ranking.denominator),
        ties=tuple(Fraction(row[f"level_{key}"]) for key in ranking.ties),
        wins_lot=lot_key(ranking.seed, application) < lot_key(ranking.seed, ranked[at]),
    )


def own_line(
    ranked_ids: Sequence[str],
    application: str,
    preferences: Mapping[str, Sequence[str]],
    places: Mapping[str, int],
) -> int:
    """The line as it is for one application where there is one line per group of posts.

    That is the last place in the ranking with which it would still be called, others unchanged, by the rule
    of ``scoring.lists.draw_lines_by_group``; 0 if no place is good enough. If it would be called even on
    the last place, the number of all who have a place (it included).

    Parameters as there; ``application`` need not have a place. Raises TableError if it has no preferences.
    """
    if application not in preferences:
        raise TableError(
            f"application {application!r} has no preferences; give a list of groups, which may be empty"
        )
    left = dict(places)
    wanted = preferences[application]
    others = [id for id in ranked_ids if id != application]
    for before, id in enumerate(others):
        if not any(left.get(group, 0) > 0 for group in wanted):
            return before
        group = next((group for group in preferences[id] if left.get(group, 0) > 0), None)
        if group is not None:
            left[group] -= 1
    return len(others) + (1 if any(left.get(group, 0) > 0 for group in wanted) else 0)


def _at(ranking: Ranking, place: int) -> dict[str, Any]:
    return {str(name): value for name, value in ranking.table.iloc[place - 1].items()}


def _neighbour(ranking: Ranking, row: Mapping[str, Any] | None) -> Neighbour | None:
    if row is None:
        return None
    total = ordering_total(ranking, row)
    assert total is not None
    return Neighbour(
        row["application"], int(row["place"]), total, points_text(total.numerator, total.denominator)
    )
