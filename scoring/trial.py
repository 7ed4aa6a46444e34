"""A profile tried on earlier intakes, or on demo data, before it is locked: does it tell applicants apart?

Only codes and figures come out, by fixed rules that stand beside them; what they mean is for people to judge.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.criteria import TOP_LEVEL, Profile
from scoring.errors import TableError
from scoring.level_tables import LONG_COLUMNS, check_columns
from scoring.other_weights import checked_number
from scoring.ranking import Ranking, rank

__all__ = ["Bar", "CriterionTrial", "Intake", "Pair", "Rules", "Ties", "Trial", "try_profile"]


@dataclass(frozen=True, slots=True)
class Rules:
    """When a verdict is given. All shares are compared as exact fractions with "at least".

    ``fewest``: below this many applicants (or pairs of levels) no verdict but "too_few". ``same``: share at the
    commonest whole level that makes a criterion hardly differ. ``end``: share at level 4, or at 0, that makes a
    ceiling or a floor. ``copies``: absolute Spearman correlation that makes two criteria near copies.
    ``interviews_per_post``: how many should be above the threshold for each post.
    """

    fewest: int = 10
    same: Fraction = Fraction(4, 5)
    end: Fraction = Fraction(1, 2)
    copies: float = 0.9
    interviews_per_post: Fraction = Fraction(3, 2)


@dataclass(frozen=True, slots=True)
class CriterionTrial:
    """How one criterion's levels fall out over all intakes that have it.

    ``n``: applicants with a level; ``without``: applicants of those intakes who have none. ``intakes``: numbers
    of the intakes that have it, from 0. ``counts``: applicants at each whole level reached (5/2 is at 2), 0
    first. ``mean`` and ``sd`` (with n − 1) of the combined levels; None where there are too few. ``commonest``,
    ``ceiling``, ``floor``: shares of n at the commonest whole level, at exactly 4 and at exactly 0.

    ``verdicts``: "unknown" (no intake has it), "too_few", "all_equal", "hardly_differs", "ceiling", "floor";
    empty if nothing stands out.
    """

    criterion: str
    intakes: tuple[int, ...]
    n: int
    without: int
    counts: tuple[int, ...]
    mean: float | None
    sd: float | None
    commonest: Fraction | None
    ceiling: Fraction | None
    floor: Fraction | None
    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two criteria. ``n``: applicants with both; ``spearman``: on midranks, None where it is undefined.

    ``verdict``: "near_copies", "distinct", "too_few", or "undefined" (one of them does not vary).
    """

    first: str
    second: str
    n: int
    spearman: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Ties:
    """How often totals are equal among those with a place.

    ``tied``: how many share their total with another; ``largest``: the most that share one. ``cut``: at how
    many of the ``lines`` (one between each place and the next) the total is the same on both sides;
    ``by_lot``: at how many of them even the tie rule decides nothing and the lot does. ``at_posts``: how many
    share the total at the line between place ``posts`` and the next; 0 if no tie is cut there, None if there
    is no such line.
    """

    ranked: int
    tied: int
    largest: int
    lines: int
    cut: int
    by_lot: int
    at_posts: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """The threshold against the posts. ``above``: how many have a place; ``complete``: of how many.

    ``stopped``: by a gate. ``needed``: posts times interviews per post, rounded up. ``verdict``: "too_high"
    (fewer above than posts), "tight" (fewer than needed), "enough", or "no_posts" if no number was given.
    """

    above: int
    complete: int
    below: int
    stopped: int
    posts: int | None
    needed: int | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Intake:
    """One earlier intake. ``unknown``: criteria of the profile that nobody in it has a level on.

    ``ignored``: criteria in it that are not in the profile. Where anything is unknown, totals are too:
    ``ties`` and ``bar`` are None, and never worked out as if the levels had been 0.
    """

    number: int
    applicants: int
    unknown: tuple[str, ...]
    ignored: tuple[str, ...]
    incomplete: int
    ties: Ties | None
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Trial:
    """All that the trial found, and the rules by which."""

    stage: str
    rules: Rules
    criteria: tuple[CriterionTrial, ...]
    pairs: tuple[Pair, ...]
    intakes: tuple[Intake, ...]


def try_profile(
    levels: pd.DataFrame | Sequence[pd.DataFrame],
    profile: Profile,
    stage: str,
    *,
    posts: int | Sequence[int] | None = None,
    seed: str = "trial",
    rules: Rules | None = None,
) -> Trial:
    """Try a profile on the levels of one or several earlier intakes.

    Parameters
    ----------
    levels : a table of levels by assessor (columns ``LONG_COLUMNS``) for each intake. Criteria that are not in the
        profile are named and left out; an application without any row is not in the trial.
    profile, stage : what is tried.
    posts : how many posts each intake has, or one number for each; None if not known.
    seed : for the lot; no verdict depends on it.
    rules : when a verdict is given.

    Raises
    ------
    TableError for no intakes or no applicants in one, posts that are no whole numbers of 0 or more or not one per
    intake, and all that ``scoring.ranking.rank`` refuses.
    """
    rules = rules or Rules()
    frames = [levels] if isinstance(levels, pd.DataFrame) else list(levels)
    if not frames:
        raise TableError("there are no intakes to try the profile on; give at least one table of levels")
    numbers = _posts(posts, len(frames))
    required = tuple(each.key for each in profile.required_at(stage))
    known = {each.key for each in profile.criteria}
    rankings, intakes = [], []
    for number, (frame, here) in enumerate(zip(frames, numbers, strict=True)):
        check_columns(frame, LONG_COLUMNS)
        inside = frame[frame["criterion"].isin(known)]
        applications = list(dict.fromkeys(frame["application"]))
        ranking = rank(inside, profile, stage, seed, applications)
        rankings.append(ranking)
        ignored = tuple(sorted({str(key) for key in frame["criterion"]} - known))
        intakes.append(_intake(number, ranking, ignored, here, rules))
    columns = {key: [_levels(ranking, key) for ranking in rankings] for key in required}
    return Trial(
        stage=stage,
        rules=rules,
        criteria=tuple(_criterion(key, columns[key], rules) for key in required),
        pairs=tuple(_pair(a, b, columns[a], columns[b], rules) for a, b in combinations(required, 2)),
        intakes=tuple(intakes),
    )


def _posts(posts: int | Sequence[int] | None, intakes: int) -> list[int | None]:
    numbers: list[int | None] = [posts] * intakes if posts is None or isinstance(posts, int) else list(posts)
    if len(numbers) != intakes:
        raise TableError(f"posts: expected one number for each of {intakes} intakes, got {len(numbers)}")
    for number in numbers:
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
            raise TableError(f"posts: expected a whole number of 0 or more, got {number!r}")
    return numbers


Column = Sequence[Fraction | None]


def _levels(ranking: Ranking, key: str) -> Column:
    cache: dict[str, Fraction] = {}
    return [
        None if text is None else cache.setdefault(text, Fraction(text))
        for text in ranking.table[f"level_{key}"]
    ]


def _criterion(key: str, columns: Sequence[Column], rules: Rules) -> CriterionTrial:
    intakes = tuple(
        number for number, column in enumerate(columns) if any(level is not None for level in column)
    )
    there = [level for number in intakes for level in columns[number]]
    own = [level for level in there if level is not None]
    n = len(own)
    counts = [0] * (TOP_LEVEL + 1)
    for level in own:
        counts[math.floor(level)] += 1
    if not n:
        return CriterionTrial(key, (), 0, 0, tuple(counts), None, None, None, None, None, ("unknown",))
    commonest = Fraction(max(counts), n)
    ceiling = Fraction(sum(level == TOP_LEVEL for level in own), n)
    floor = Fraction(sum(level == 0 for level in own), n)
    mean = sum(own, Fraction(0)) / n
    squares = sum(((level - mean) ** 2 for level in own), Fraction(0))
    flags = {
        "all_equal": min(own) == max(own),
        "hardly_differs": commonest >= rules.same,
        "ceiling": ceiling >= rules.end,
        "floor": floor >= rules.end,
    }
    return CriterionTrial(
        criterion=key,
        intakes=intakes,
        n=n,
        without=len(there) - n,
        counts=tuple(counts),
        mean=float(mean),
        sd=math.sqrt(squares / (n - 1)) if n > 1 else None,
        commonest=commonest,
        ceiling=ceiling,
        floor=floor,
        verdicts=("too_few",) if n < rules.fewest else tuple(code for code, flag in flags.items() if flag),
    )


def _pair(first: str, second: str, ones: Sequence[Column], others: Sequence[Column], rules: Rules) -> Pair:
    both = [
        (a, b)
        for one, other in zip(ones, others, strict=True)
        for a, b in zip(one, other, strict=True)
        if a is not None and b is not None
    ]
    rho = spearman([a for a, _b in both], [b for _a, b in both])
    if len(both) < rules.fewest:
        verdict = "too_few"
    elif rho is None:
        verdict = "undefined"
    else:
        verdict = "near_copies" if abs(rho) >= rules.copies else "distinct"
    return Pair(first, second, len(both), rho, verdict)


def spearman(first: Sequence[Fraction], second: Sequence[Fraction]) -> float | None:
    """Spearman's ρ, corrected for ties: Pearson's correlation of the midranks. None if it is undefined.

    That is with fewer than two pairs, or where one of the two does not vary. Source: Kendall and Gibbons,
    Rank Correlation Methods, 5th ed. 1990, chapter 3.
    """
    if len(first) < 2:
        return None
    a, b = _midranks(first), _midranks(second)
    a, b = a - a.mean(), b - b.mean()
    scale = float(a @ a) * float(b @ b)
    if scale == 0:
        return None
    return max(-1.0, min(1.0, float(a @ b) / math.sqrt(scale)))


def _midranks(values: Sequence[Fraction]) -> NDArray[np.float64]:
    different = {value: number for number, value in enumerate(sorted(set(values)))}
    codes = np.array([different[value] for value in values], dtype=np.int64)
    counts = np.bincount(codes)
    last = np.cumsum(counts)
    middle: NDArray[np.float64] = last - (counts - 1) / 2
    return middle[codes]


def _intake(
    number: int, ranking: Ranking, ignored: tuple[str, ...], posts: int | None, rules: Rules
) -> Intake:
    table = ranking.table
    unknown = tuple(key for key in ranking.criteria if table[f"level_{key}"].isna().all())
    status = table["status"].value_counts()
    counts = {name: int(status.get(name, 0)) for name in ("ranked", "below_threshold", "gate", "incomplete")}
    known = not unknown
    return Intake(
        number=number,
        applicants=len(table),
        unknown=unknown,
        ignored=ignored,
        incomplete=counts["incomplete"],
        ties=_ties(ranking, posts) if known else None,
        bar=_bar(counts, posts, rules) if known else None,
    )


def _ties(ranking: Ranking, posts: int | None) -> Ties:
    ranked = ranking.table[ranking.table["status"] == "ranked"]
    name = "total" if ranking.places == "raw" else "adjusted_total"
    totals = [int(each) for each in ranked[name]]
    decided = ranked["decided_by"].tolist()
    n = len(totals)
    shared = Counter(totals)
    at_posts = None
    if posts is not None and 0 < posts < n:
        at_posts = shared[totals[posts]] if totals[posts] == totals[posts - 1] else 0
    return Ties(
        ranked=n,
        tied=sum(count for count in shared.values() if count > 1),
        largest=max(shared.values(), default=0),
        lines=max(n - 1, 0),
        cut=sum(by != "total" for by in decided[1:]),
        by_lot=sum(by == "lot" for by in decided[1:]),
        at_posts=at_posts,
    )


def _bar(counts: Mapping[str, int], posts: int | None, rules: Rules) -> Bar:
    above = counts["ranked"]
    per_post = checked_number(rules.interviews_per_post, "interviews_per_post")
    needed = None if posts is None else math.ceil(posts * per_post)
    if posts is None or needed is None:
        verdict = "no_posts"
    else:
        verdict = "too_high" if above < posts else "tight" if above < needed else "enough"
    return Bar(
        above=above,
        complete=above + counts["below_threshold"] + counts["gate"],
        below=counts["below_threshold"],
        stopped=counts["gate"],
        posts=posts,
        needed=needed,
        verdict=verdict,
    )
