"""Two applications side by side: where the difference between them comes from, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring.criteria import Profile, Text
from scoring.errors import ProfileError, TableError
from scoring.lot import lot_key
from scoring.ranking import Ranking
from scoring.standing import adjusted_total_of, decided_between, row_of, total_of

__all__ = ["Comparison", "Difference", "Side", "compare"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. ``total`` and ``points`` are None if incomplete; ``place`` unless it has one;
    ``adjusted_total`` unless the order goes by severity-adjusted levels.

    ``lot``: SHA-256 of seed and id in hexadecimal; of two that are equal in all, the lower one wins.
    """

    application: str
    status: str
    place: int | None
    total: Fraction | None
    points: str | None
    adjusted_total: Fraction | None
    missing: tuple[str, ...]
    gates: tuple[str, ...]
    lot: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One criterion. ``levels``: the first's less the second's; ``points``: what that gives in the total.

    ``so_far``: the points of this criterion and all before it in the order. All are None where one of the
    two has no level, which is not a level of 0.
    """

    criterion: str
    name: Text
    weight: Fraction
    first: Fraction | None
    second: Fraction | None
    levels: Fraction | None
    points: Fraction | None
    so_far: Fraction | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two applications of one ranking.

    ``differences``: the largest difference in points first, those without a level last; the points of all
    add up to ``difference``, the first's total less the second's (None if one is incomplete). ``ahead``: who
    has the better place; None if neither has one. ``decided_by``: "total", the key of a tie criterion or
    "lot" where both have a place; "status" where only one has (the other is below the threshold, stopped by
    a gate, or incomplete); None where neither has. ``ties``: the tie criteria in the order in which they
    decide.
    """

    first: Side
    second: Side
    differences: tuple[Difference, ...]
    difference: Fraction | None
    ahead: str | None
    decided_by: str | None
    ties: tuple[str, ...]


def compare(ranking: Ranking, profile: Profile, first: str, second: str) -> Comparison:
    """Where the difference between two applications of a ranking comes from.

    Raises TableError for an id that is not in the ranking, or the same id twice; ProfileError for a profile
    that the ranking was not made with.
    """
    if profile.digest() != ranking.profile_digest:
        raise ProfileError("", "the ranking was made with another profile; give the version that it names")
    if first == second:
        raise TableError(f"application {first!r} is compared with itself; give two")
    rows = row_of(ranking, first), row_of(ranking, second)
    sides = tuple(
        Side(
            application=row["application"],
            status=row["status"],
            place=int(row["place"]) if row["status"] == "ranked" else None,
            total=total_of(ranking, row),
            points=row["points"],
            adjusted_total=adjusted_total_of(ranking, row),
            missing=tuple(row["missing"]),
            gates=tuple(row["gates"]),
            lot=lot_key(ranking.seed, row["application"]).hex(),
        )
        for row in rows
    )
    one, two = sides
    placed = [side for side in sides if side.place is not None]
    ahead = min(placed, key=lambda side: side.place or 0).application if placed else None
    decided = None
    if placed:
        decided = "status" if len(placed) == 1 else decided_between(ranking, *rows)
    return Comparison(
        first=one,
        second=two,
        differences=_differences(ranking, profile, rows[0], rows[1]),
        difference=None if one.total is None or two.total is None else one.total - two.total,
        ahead=ahead,
        decided_by=decided,
        ties=ranking.ties,
    )


def _differences(
    ranking: Ranking, profile: Profile, one: dict[str, object], two: dict[str, object]
) -> tuple[Difference, ...]:
    weights = profile.weights_at(ranking.stage)
    found = []
    for key in ranking.criteria:
        first, second = (
            None if row[f"level_{key}"] is None else Fraction(str(row[f"level_{key}"])) for row in (one, two)
        )
        levels = None if first is None or second is None else first - second
        points = None
        if levels is not None:
            a, b = (int(str(row[f"contribution_{key}"])) for row in (one, two))
            points = Fraction(a - b, ranking.denominator)
        name = profile.criterion(key).name
        found.append(Difference(key, name, weights[key], first, second, levels, points, None))
    # A sort keeps the profile's order among what is equal.
    found.sort(key=lambda each: (each.points is None, -abs(each.points or 0)))
    result, so_far = [], Fraction(0)
    for each in found:
        so_far += each.points or 0
        total = None if each.points is None else so_far
        result.append(
            Difference(
                each.criterion,
                each.name,
                each.weight,
                each.first,
                each.second,
                each.levels,
                each.points,
                total,
            )
        )
    return tuple(result)
