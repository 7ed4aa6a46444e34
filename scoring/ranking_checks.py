"""What a ranking must pass before anything may rest on it: each check with its own finding.

The checks do not trust what they check: levels are read anew, and totals, places and what decided them are
worked out again by ``scoring.plain_ranking``, which shares no code with the ranking.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import pandas as pd

from scoring.criteria import TOP_LEVEL, Profile
from scoring.findings import Finding, finding
from scoring.level_tables import LONG_COLUMNS
from scoring.levels import points_text
from scoring.plain_ranking import PlainRow, Row, plain_ranking
from scoring.ranking import Ranking

__all__ = ["check_ranking"]

#: With fewer values, a permutation of 1 to n could be levels.
SHORTEST_RANK = TOP_LEVEL + 2

_WHOLE = {level: Fraction(level) for level in range(TOP_LEVEL + 1)}


def check_ranking(
    ranking: Ranking, levels: pd.DataFrame, profile: Profile, applications: Sequence[str]
) -> tuple[Finding, ...]:
    """All checks of one ranking, in a fixed order.

    Parameters
    ----------
    ranking : what is checked.
    levels : the table of levels by assessor as kept at its source (columns ``LONG_COLUMNS``).
    profile : the profile that was locked when the intake opened.
    applications : ids of all who should have been ranked.

    Returns
    -------
    Findings with these codes, all blocking:

    - ``profile``: the ranking was made with this profile, and its stage, criteria, ties and threshold are those;
    - ``columns``, ``rows``: the table has its four columns, ids that are texts, and criteria of the profile;
    - ``levels_in_range``: every level is a number from 0 to 4;
    - ``levels_once``: no assessor has two levels for the same application and criterion;
    - ``no_rank``: no assessor's levels of a criterion, and no combined ones, are a permutation of 1 to n;
    - ``nobody_lost``, ``nobody_unknown``, ``nobody_doubled``: the ranking has exactly the applications, once;
    - ``adjustments``: severities are those that the levels give (only where the order goes by them);
    - ``levels``, ``contributions``, ``totals``, ``points``, ``statuses``: as worked out again from the levels;
    - ``places``: 1 to n without a gap, for those with a status of ranked, in the order of the table;
    - ``order``: by total, tie criteria and lot, as worked out again; ``decided_by``: likewise.
    """
    found = [_profile(ranking, profile), *_readable(levels, profile)]
    readable = all(each.ok for each in found)
    found += [_no_rank(ranking, levels), *_everybody(ranking, applications)]
    codes = ("levels", "contributions", "totals", "points", "statuses", "order", "decided_by")
    if not readable:
        found += [
            Finding(code, False, True, {"reason": "the profile or the levels did not pass"}) for code in codes
        ]
        return (*found, _places(ranking))
    rows = [
        (id, assessor, criterion, _number(level) or Fraction(0))
        for id, assessor, criterion, level in _rows(levels)
    ]
    if ranking.places != "raw":
        found.append(_adjustments(ranking, levels))
    expected = _expected(ranking, rows, profile, applications)
    table = [{str(name): value for name, value in row.items()} for row in ranking.table.to_dict("records")]
    found += [_compared(code, ranking, table, expected) for code in codes[:5]]
    return (*found, _places(ranking), *_ordered(ranking, expected))


def _profile(ranking: Ranking, profile: Profile) -> Finding:
    wrong: list[dict[str, Any]] = []
    if profile.digest() != ranking.profile_digest:
        wrong.append(
            {"field": "profile_digest", "expected": profile.digest(), "found": ranking.profile_digest}
        )
    if ranking.stage not in profile.stages:
        wrong.append({"field": "stage", "expected": list(profile.stages), "found": ranking.stage})
        return finding("profile", 1, wrong)
    rule = profile.stages[ranking.stage]
    fields: dict[str, tuple[Any, Any]] = {
        "criteria": (list(profile.weights_at(ranking.stage)), list(ranking.criteria)),
        "ties": (list(rule.ties), list(ranking.ties)),
        "threshold": (math.ceil(Fraction(rule.threshold) * ranking.denominator), ranking.threshold),
        "combine": (rule.combine, ranking.combine),
        "places": (rule.places, ranking.places),
    }
    wrong += [
        {"field": name, "expected": expected, "found": got}
        for name, (expected, got) in fields.items()
        if expected != got
    ]
    return finding("profile", len(fields) + 2, wrong)


def _rows(levels: pd.DataFrame) -> Iterable[tuple[Any, Any, Any, Any]]:
    return zip(*(levels[name].tolist() for name in LONG_COLUMNS), strict=True)


def _readable(levels: pd.DataFrame, profile: Profile) -> list[Finding]:
    names = [str(name) for name in levels.columns]
    wrong_columns = sorted(set(names) ^ set(LONG_COLUMNS)) or [
        n for n, count in Counter(names).items() if count > 1
    ]
    found = [finding("columns", len(names), wrong_columns)]
    if wrong_columns:
        return found
    known = {each.key for each in profile.criteria}
    rows, out_of_range, seen = [], [], Counter[tuple[Any, Any, Any]]()
    for number, (id, assessor, criterion, level) in enumerate(_rows(levels), 1):
        where = {
            "row": number,
            "application": str(id),
            "assessor": str(assessor),
            "criterion": str(criterion),
        }
        if not all(isinstance(each, str) and each for each in (id, assessor)) or criterion not in known:
            rows.append(where)
            continue
        if _number(level) is None:
            out_of_range.append({**where, "level": str(level)})
        seen[(id, assessor, criterion)] += 1
    twins = [list(cell) for cell, count in seen.items() if count > 1]
    return [
        *found,
        finding("rows", len(levels), rows),
        finding("levels_in_range", len(levels), out_of_range),
        finding("levels_once", len(seen), twins),
    ]


def _number(level: Any) -> Fraction | None:
    """A level as an exact fraction; None if it is no number from 0 to 4."""
    if type(level) is int:
        return _WHOLE.get(level)
    if isinstance(level, bool) or not isinstance(level, Real | Decimal):
        return None
    try:
        # Numbers of NumPy are not all numbers to ``Fraction``.
        exact = Fraction(level if isinstance(level, Decimal | Fraction | int) else float(level))
    except (ValueError, OverflowError):
        return None
    return exact if 0 <= exact <= TOP_LEVEL else None


def _no_rank(ranking: Ranking, levels: pd.DataFrame) -> Finding:
    columns: dict[tuple[str, ...], list[Any]] = {}
    if set(LONG_COLUMNS) <= set(levels.columns) and not levels.columns.has_duplicates:
        for _id, assessor, criterion, level in _rows(levels):
            columns.setdefault((str(criterion), str(assessor)), []).append(level)
    for key in ranking.criteria:
        columns[(key,)] = [Fraction(text) for text in ranking.table[f"level_{key}"] if text is not None]
    return finding(
        "no_rank", len(columns), [list(name) for name, values in columns.items() if _is_rank(values)]
    )


def _is_rank(values: Sequence[Any]) -> bool:
    """Whether the values are 1 to n, each once: a rank that was taken for levels."""
    if len(values) < SHORTEST_RANK:
        return False
    try:
        return sorted(float(value) for value in values) == list(range(1, len(values) + 1))
    except (TypeError, ValueError):
        return False


def _everybody(ranking: Ranking, applications: Sequence[str]) -> list[Finding]:
    there = Counter(ranking.table["application"].tolist())
    asked = Counter(applications)
    doubled = [id for counts in (there, asked) for id, count in counts.items() if count > 1]
    return [
        finding("nobody_lost", len(asked), [id for id in asked if id not in there]),
        finding("nobody_unknown", len(there), [id for id in there if id not in asked]),
        finding("nobody_doubled", len(there), doubled),
    ]


def _adjustments(ranking: Ranking, levels: pd.DataFrame) -> Finding:
    from scoring.combining import severity_adjustments

    expected = {pair: f"{by:.3f}" for pair, by in severity_adjustments(levels, ranking.criteria).items()}
    got = {(assessor, criterion): by for assessor, criterion, by in ranking.adjustments}
    wrong = [list(pair) for pair in {**expected, **got} if expected.get(pair) != got.get(pair)]
    return finding("adjustments", len(expected), wrong)


def _expected(
    ranking: Ranking, rows: Sequence[Row], profile: Profile, applications: Sequence[str]
) -> dict[str, PlainRow]:
    adjustments = None
    if ranking.places != "raw":
        adjustments = {(assessor, key): Fraction(by) for assessor, key, by in ranking.adjustments}
    ids = list(dict.fromkeys([*applications, *(row[0] for row in rows)]))
    return plain_ranking(rows, profile, ranking.stage, ranking.seed, ids, adjustments)


def _numerator(value: Any, ranking: Ranking) -> Fraction | None:
    return None if pd.isna(value) else Fraction(int(value), ranking.denominator)


def _level(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)


_Pair = tuple[Any, Any]
#: For each check what is expected of a row of the ranking, and what is there.
_COMPARED: dict[str, Callable[[Ranking, Mapping[str, Any], PlainRow], _Pair]] = {
    "levels": lambda ranking, row, plain: (
        [plain.levels.get(key) for key in ranking.criteria],
        [_level(row[f"level_{key}"]) for key in ranking.criteria],
    ),
    "contributions": lambda ranking, row, plain: (
        [plain.contributions.get(key) for key in ranking.criteria],
        [_numerator(row[f"contribution_{key}"], ranking) for key in ranking.criteria],
    ),
    "totals": lambda ranking, row, plain: (plain.total, _numerator(row["total"], ranking)),
    "points": lambda ranking, row, plain: (
        None if plain.total is None else points_text(plain.total.numerator, plain.total.denominator),
        row["points"],
    ),
    "statuses": lambda ranking, row, plain: (
        [plain.status, sorted(plain.missing), sorted(plain.gates)],
        [row["status"], sorted(row["missing"]), sorted(row["gates"])],
    ),
}


def _compared(
    code: str, ranking: Ranking, table: Sequence[Mapping[str, Any]], expected: Mapping[str, PlainRow]
) -> Finding:
    wrong = []
    for row in table:
        plain = expected.get(row["application"])
        if plain is None:
            continue  # nobody_unknown tells of it
        asked, got = _COMPARED[code](ranking, row, plain)
        if asked != got:
            wrong.append({"application": row["application"], "expected": _shown(asked), "found": _shown(got)})
    return finding(code, len(table), wrong)


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return str(value) if isinstance(value, Fraction) else value


def _places(ranking: Ranking) -> Finding:
    """Whether the rows with the status of ranked come first and are numbered 1 to n, and no other has a number."""
    wrong = []
    table = ranking.table
    ranked = int((table["status"] == "ranked").sum())
    for number, (id, place) in enumerate(zip(table["application"], table["place"], strict=True), 1):
        expected = number if number <= ranked else None
        got = None if pd.isna(place) else int(place)
        if got != expected:
            wrong.append({"application": id, "expected": expected, "found": got})
    return finding("places", len(table), wrong)


def _ordered(ranking: Ranking, expected: Mapping[str, PlainRow]) -> list[Finding]:
    places, decided = [], []
    for id, place, by in zip(
        ranking.table["application"], ranking.table["place"], ranking.table["decided_by"], strict=True
    ):
        plain = expected.get(id)
        if plain is None:
            continue
        got = None if pd.isna(place) else int(place)
        if got != plain.place:
            places.append({"application": id, "expected": plain.place, "found": got})
        if by != plain.decided_by:
            decided.append({"application": id, "expected": plain.decided_by, "found": by})
    rows = len(ranking.table)
    return [finding("order", rows, places), finding("decided_by", rows, decided)]
