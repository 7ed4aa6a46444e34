"""For the next profile: which weights, within stated bounds, would have had less adverse impact at the same agreement?

Searched on some intakes, tested on others that the search never saw. Shown to people before the next intake, applied
by nobody: nothing here writes a profile or ranks anybody.

Source: the search for less discriminatory alternatives of equal validity, 29 CFR 1607.3 B; Pareto fronts of weights
after De Corte, Lievens & Sackett (2007), J. Applied Psychology 92, 1380-1393.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from scoring.errors import TableError
from scoring.group_codes import finite, group_label, same_length

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: How many weights are drawn at random, and how often the best are varied a little.
DRAWS = 2_000
ROUNDS = 6
#: Fewer people with outcomes than this on either side of the split is a caveat.
FEW_OUTCOMES = 30
_SAME = 1e-9


@dataclass(frozen=True)
class Figures:
    """What weights would have done on some intakes.

    ``ratio``: selection rate of the group over that of all others (None if theirs is 0); ``impact``: the adverse
    impact, 1 − ratio, 0 where the group is not below; ``agreement``: Spearman's ρ with the yardstick within intakes,
    averaged by their size (None where it is not defined); ``n``: of the group and of the others.
    """

    n: tuple[int, int]
    rates: tuple[float | None, float | None]
    ratio: float | None
    impact: float | None
    agreement: float | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "n": list(self.n),
            "rates": list(self.rates),
            "ratio": self.ratio,
            "impact": self.impact,
            "agreement": self.agreement,
        }


@dataclass(frozen=True)
class Alternative:
    """Weights, summing to 100, with figures of both halves. ``caveats``: codes; see `alternatives`."""

    weights: dict[str, float]
    train: Figures
    holdout: Figures
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "weights": dict(self.weights),
            "train": self.train.to_dict(),
            "holdout": self.holdout.to_dict(),
            "caveats": list(self.caveats),
        }


@dataclass(frozen=True)
class Alternatives:
    """The weights as they are, and the points that none of the others beats in both impact and agreement."""

    group: str
    yardstick: str
    train: tuple[str, ...]
    holdout: tuple[str, ...]
    bounds: dict[str, tuple[float, float]]
    tolerance: float
    seed: int
    tried: int
    missing: int
    incomplete: int
    present: Alternative
    points: tuple[Alternative, ...]
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "group": self.group,
            "yardstick": self.yardstick,
            "train": list(self.train),
            "holdout": list(self.holdout),
            "bounds": {key: list(pair) for key, pair in self.bounds.items()},
            "tolerance": self.tolerance,
            "seed": self.seed,
            "tried": self.tried,
            "missing": self.missing,
            "incomplete": self.incomplete,
            "present": self.present.to_dict(),
            "points": [each.to_dict() for each in self.points],
            "caveats": list(self.caveats),
        }


def alternatives(
    levels: pd.DataFrame,
    weights: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]],
    group: Iterable[Any],
    intake: Iterable[Any],
    places: Mapping[str, int],
    *,
    of: str,
    holdout: Collection[str],
    seed: int,
    outcome: ArrayLike | None = None,
    tolerance: float = 0.02,
    draws: int = DRAWS,
) -> Alternatives:
    """Search weights with less adverse impact on one group.

    Parameters
    ----------
    levels : DataFrame, one row per applicant, one column of levels per criterion. Who lacks one is left out, counted.
    weights : as they are now, over 0; rescaled to a sum of 100.
    bounds : for each criterion, the least and the most it may weigh, of 100: what is justified by the job is settled
        before, by people. The weights as they are need not lie within.
    group : of each row; missing ones are counted: they compete for the places and are in no rate.
    intake : of each row.
    places : how many are selected in each intake; ties at the last place share it.
    of : the group whose selection rate is compared with that of all others.
    holdout : the intakes that the search does not see; at least one, and at least one must be left.
    seed : of the random search.
    outcome : a number per row, NaN where there is none (yet). The yardstick is Spearman's ρ with it; without any
        outcome it is ρ with the order by the present weights, which says how little the order changes and nothing
        about whether it is right.
    tolerance : by how much the agreement may fall short of that of the present weights and still count as the same.
    draws : how many weights are drawn at first.

    Notes
    -----
    Caveats of all: ``shown_not_applied`` always; ``yardstick_is_present_order``; ``few_outcomes``;
    ``nothing_better_found``. Of a point: ``gain_lost_on_holdout`` (its impact there is not below the present one's),
    ``agreement_lost_on_holdout``, ``not_measured_on_holdout``.

    Raises
    ------
    TableError for bounds that cannot sum to 100, unknown criteria, intakes, or a group that nobody belongs to.
    """
    labels, intakes = [group_label(each) for each in group], [str(each) for each in intake]
    same_length(levels=levels, group=labels, intake=intakes)
    keys = list(weights)
    now, low, high = _weights(weights, bounds, list(levels.columns))
    if tolerance < 0 or draws < 1:
        raise TableError(f"tolerance {tolerance}, draws {draws}: expected at least 0 and at least 1")
    train, held = _halves(intakes, holdout)
    _check_places(places, (*train, *held))
    if of not in labels:
        raise TableError(f"group {of!r}: nobody belongs to it")
    values = _values(levels, keys)
    complete = np.asarray(np.isfinite(values).all(axis=1))
    results = _results(outcome, len(values), levels)
    has_outcomes = bool(np.isfinite(results[complete]).any())
    side = np.array([-1 if each is None else int(each == of) for each in labels])
    parts = _intakes(
        values, side, results if has_outcomes else values @ now, np.array(intakes), complete, places
    )
    learn, test = (_Half([parts[name] for name in names if name in parts]) for names in (train, held))
    found, tried = _search(learn, now, low, high, np.random.default_rng(seed), draws, tolerance)
    present = Alternative(_named(keys, now), learn.figures(now), test.figures(now), ())
    return Alternatives(
        group=of,
        yardstick="outcomes" if has_outcomes else "present_order",
        train=train,
        holdout=held,
        bounds={key: (float(a), float(b)) for key, a, b in zip(keys, low * 100, high * 100, strict=True)},
        tolerance=tolerance,
        seed=seed,
        tried=tried,
        missing=int((side < 0).sum()),
        incomplete=int((~complete).sum()),
        present=present,
        points=tuple(_point(keys, w, learn, test, present, tolerance) for w in found),
        caveats=_caveats_of_all(has_outcomes, min(learn.outcomes, test.outcomes), len(found)),
    )


def _halves(intakes: list[str], holdout: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The intakes that are searched and those held out, each by name."""
    known = sorted(set(intakes))
    held = tuple(sorted({str(each) for each in holdout}))
    train = tuple(each for each in known if each not in held)
    if set(held) - set(known) or not held or not train:
        raise TableError(f"holdout {list(held)}: expected some of the intakes {known}, and not all of them")
    return train, held


def _check_places(places: Mapping[str, int], intakes: Iterable[str]) -> None:
    for name in sorted(intakes):
        if not (isinstance(places.get(name), int | np.integer) and places[name] >= 0):
            raise TableError(
                f"places: intake {name!r} has {places.get(name)}; expected a whole number from 0"
            )


def _values(levels: pd.DataFrame, keys: list[str]) -> Floats:
    """Levels, shape (n, criteria), NaN where there is none."""
    columns = [pd.to_numeric(levels[key], errors="coerce").to_numpy(dtype=np.float64) for key in keys]
    return np.stack(columns, axis=1)


def _results(outcome: ArrayLike | None, n: int, levels: pd.DataFrame) -> Floats:
    """Outcomes, shape (n,), NaN where there is none."""
    if outcome is None:
        return np.full(n, np.nan)
    results = np.asarray(outcome, dtype=np.float64)
    same_length(levels=levels, outcome=results)
    if np.isinf(results).any():
        finite(results[~np.isnan(results)], "outcome")
    return results


def _intakes(
    values: Floats,
    side: Ints,
    yardstick: Floats,
    intake: NDArray[Any],
    complete: Bools,
    places: Mapping[str, int],
) -> dict[str, _Intake]:
    """The intakes with somebody complete, by name."""
    return {
        name: _Intake(values[rows], side[rows], yardstick[rows], int(places[name]))
        for name in sorted(set(intake.tolist()))
        if (rows := (intake == name) & complete).any()
    }


def _point(
    keys: list[str], w: Floats, learn: _Half, test: _Half, present: Alternative, tolerance: float
) -> Alternative:
    """One set of weights that was found, with its figures in both halves and what to doubt."""
    holdout = test.figures(w)
    return Alternative(
        _named(keys, w), learn.figures(w), holdout, _caveats(present.holdout, holdout, tolerance)
    )


def _caveats_of_all(has_outcomes: bool, fewest: int, found: int) -> tuple[str, ...]:
    """``fewest``: people with an outcome in the half that has fewer of them; ``found``: how many points."""
    caveats = ["shown_not_applied"]
    if not has_outcomes:
        caveats.append("yardstick_is_present_order")
    elif fewest < FEW_OUTCOMES:
        caveats.append("few_outcomes")
    if not found:
        caveats.append("nothing_better_found")
    return tuple(caveats)


def _named(keys: list[str], w: Floats) -> dict[str, float]:
    return {key: round(float(each) * 100, 6) for key, each in zip(keys, w, strict=True)}


def _weights(
    weights: Mapping[str, float], bounds: Mapping[str, tuple[float, float]], columns: list[Any]
) -> tuple[Floats, Floats, Floats]:
    """Present weights and both bounds as shares of 1, shape (criteria,)."""
    for key in weights:
        if key not in columns or key not in bounds:
            raise TableError(f"criterion {key!r}: expected a column of levels, a weight and bounds for it")
    strange = sorted(set(bounds) - set(weights))
    if strange:
        raise TableError(f"bounds: criterion {strange[0]!r} has no weight")
    now = finite([float(each) for each in weights.values()], "weight")
    if not len(now) or (now <= 0).any():
        raise TableError(f"weights {dict(weights)}: expected numbers over 0")
    pairs = (
        finite(np.array([bounds[key] for key in weights], dtype=np.float64).ravel(), "bound").reshape(-1, 2)
        / 100
    )
    low, high = pairs[:, 0], pairs[:, 1]
    if (low < 0).any() or (low > high).any() or low.sum() > 1 + _SAME or high.sum() < 1 - _SAME:
        raise TableError(
            f"bounds {dict(bounds)}: expected least and most for each criterion, between them a sum of 100"
        )
    return now / now.sum(), low, high


class _Intake:
    """One intake: levels (n, criteria), side (1 the group, 0 others, -1 missing), yardstick, and how many places."""

    def __init__(self, values: Floats, side: Ints, yardstick: Floats, places: int) -> None:
        self.values, self.side, self.places = values, side, min(places, len(values))
        self.measured = np.isfinite(yardstick)
        self.yardstick = (
            rankdata(np.round(yardstick[self.measured], 9)) if self.measured.any() else np.empty(0)
        )

    def selected(self, scores: Floats) -> tuple[Floats, Floats]:
        """Expected numbers selected of the group and of the others, each of shape (m,), from scores (m, n)."""
        if self.places == 0:
            return np.zeros(len(scores)), np.zeros(len(scores))
        line = np.sort(scores, axis=1)[:, [-self.places]]
        above, tied = scores > line, scores == line
        share = (self.places - above.sum(axis=1)) / tied.sum(axis=1)
        chance = above + tied * share[:, None]
        return chance @ (self.side == 1), chance @ (self.side == 0)

    def agreement(self, scores: Floats) -> Floats:
        """Spearman's ρ with the yardstick, shape (m,); NaN where either does not vary."""
        if len(self.yardstick) < 2:
            return np.full(len(scores), np.nan)
        ranks = rankdata(scores[:, self.measured], axis=1)
        ranks = ranks - ranks.mean(axis=1, keepdims=True)
        other = self.yardstick - self.yardstick.mean()
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(ranks @ other / np.sqrt((ranks**2).sum(axis=1) * (other @ other)))


class _Half:
    """Some intakes together."""

    def __init__(self, intakes: list[_Intake]) -> None:
        self.intakes = intakes
        self.n = tuple(int(sum((each.side == s).sum() for each in intakes)) for s in (1, 0))
        self.outcomes = int(sum(each.measured.sum() for each in intakes))

    def rates(self, w: Floats) -> tuple[Floats, Floats, Floats]:
        """Selection rates of the group and the others, and the agreement; each of shape (m,), NaN where undefined."""
        picked = np.zeros((2, len(w)))
        total, size = np.zeros(len(w)), np.zeros(len(w))
        for each in self.intakes:
            # Sums that differ by rounding only are tied.
            scores = np.round(w @ each.values.T, 9)
            picked += np.stack(each.selected(scores))
            rho = each.agreement(scores)
            there = np.isfinite(rho)
            total[there] += rho[there] * len(each.yardstick)
            size[there] += len(each.yardstick)
        with np.errstate(invalid="ignore", divide="ignore"):
            own, rest = (picked[s] / self.n[s] if self.n[s] else np.full(len(w), np.nan) for s in (0, 1))
            return own, rest, total / size

    def measured(self, w: Floats) -> tuple[Floats, Floats]:
        """Adverse impact and agreement, each of shape (m,)."""
        own, rest, agreement = self.rates(w)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.maximum(0.0, 1 - own / rest), agreement

    def figures(self, w: Floats) -> Figures:
        """The figures of one set of weights, shape (criteria,)."""
        own, rest, agreement = (float(each[0]) for each in self.rates(w[None, :]))
        ratio = own / rest if np.isfinite(own) and np.isfinite(rest) and rest > 0 else None
        return Figures(
            (self.n[0], self.n[1]),
            (_number(own), _number(rest)),
            ratio,
            None if ratio is None else max(0.0, 1 - ratio),
            _number(agreement),
        )


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _search(
    half: _Half,
    now: Floats,
    low: Floats,
    high: Floats,
    rng: np.random.Generator,
    draws: int,
    tolerance: float,
) -> tuple[Floats, int]:
    """The points that are better than the present weights in training, best impact first; and how many were tried."""
    start_impact, start_agreement = (float(each[0]) for each in half.measured(now[None, :]))
    if not np.isfinite(start_impact) or not np.isfinite(start_agreement):
        return np.empty((0, len(now))), 0
    tried = _within(np.concatenate([rng.dirichlet(np.ones(len(now)), draws), now[None, :]]), low, high)
    best = np.empty((0, len(now)))
    count = 0
    for step in range(ROUNDS + 1):
        count += len(tried)
        pool = np.concatenate([best, tried])
        impact, agreement = half.measured(pool)
        good = (impact < start_impact - _SAME) & (agreement >= start_agreement - tolerance - _SAME)
        pool, impact, agreement = pool[good], impact[good], agreement[good]
        best = pool[_front(impact, agreement)]
        # Around what is best so far, closer each time; around the present weights while nothing is.
        centres = best if len(best) else _within(now[None, :], low, high)
        pick = centres[rng.integers(0, len(centres), max(1, draws // ROUNDS))]
        tried = _within(pick + rng.normal(0, 0.1 / 2**step, pick.shape), low, high)
    return best, count


def _front(impact: Floats, agreement: Floats) -> Ints:
    """Positions of the points that no other beats in both, least impact first; of equal ones the first."""
    order = np.lexsort((-agreement, impact))
    kept, highest = [], -np.inf
    for i in order.tolist():
        if agreement[i] > highest + _SAME:
            kept.append(i)
            highest = agreement[i]
    return np.array(kept, dtype=np.int64)


def _within(w: Floats, low: Floats, high: Floats) -> Floats:
    """The nearest weights within the bounds that sum to 1: the same amount off each, cut at the bounds."""
    # The sum falls as the amount rises: halved until it is 1.
    less, more = (w - high).min(axis=1), (w - low).max(axis=1)
    for _ in range(60):
        middle = (less + more) / 2
        over = np.clip(w - middle[:, None], low, high).sum(axis=1) > 1
        less, more = np.where(over, middle, less), np.where(over, more, middle)
    return np.asarray(np.clip(w - ((less + more) / 2)[:, None], low, high))


def _caveats(before: Figures, after: Figures, tolerance: float) -> tuple[str, ...]:
    if before.impact is None or after.impact is None or before.agreement is None or after.agreement is None:
        return ("not_measured_on_holdout",)
    caveats = []
    if not after.impact < before.impact - _SAME:
        caveats.append("gain_lost_on_holdout")
    if after.agreement < before.agreement - tolerance - _SAME:
        caveats.append("agreement_lost_on_holdout")
    return tuple(caveats)
