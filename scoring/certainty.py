"""How certain a place is: where an application can truly stand, and how probably it is among the first k.

Two answers from the same levels, in `docs/certainty.md` in words and formulas:

- the confidence set of the place (`scoring.rank_sets`): it rests on the totals alone and assumes nothing about
  how applications differ;
- the probability of truly being among the first k (`scoring.posterior`): it uses also how much applications
  differ in all, how severe assessors are, and what the form says.

Neither ever changes a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.blocks import Parted, part_levels
from scoring.borderline import zone
from scoring.criteria import Profile, StageRule
from scoring.errors import ProfileError, TableError
from scoring.posterior import Floats, Mixture
from scoring.probabilities import probability_top, selected_probability
from scoring.rank_sets import rank_sets
from scoring.ranking import Ranking
from scoring.total_errors import total_errors
from scoring.variances import Estimates, Undeterminable, estimate, true_points

#: What a result could not do, or does with a reservation; in this order.
CAVEATS = (
    "nobody_ranked",  # the table is empty
    "single_application",  # there is nobody to compare with: place 1 is certain
    "one_assessor_each",  # disagreement cannot be known: no sets and no probabilities
    "too_few_shared",  # the variances cannot be told apart: no sets and no probabilities
    "all_levels_equal",  # the assessors' points do not differ at all: only coarseness is left
    "no_differences",  # the assessed criteria show no difference between applications beyond chance
    "some_one_assessor",  # some applications have one assessor only: theirs are the widest sets
    "panels_apart",  # panels share no application: their severities are compared by chance alone
    "levels_filled",  # an assessor left out a level; it stands at the mean of the others
    "blocks_overlap",  # the same assessors judged criteria that are treated as independent
    "sets_widened",  # very many applications: sets do not count what panels have in common
)
_UNDETERMINABLE = ("one_assessor_each", "too_few_shared")
FEWEST_DRAWS = 100
#: How far points recomputed as floats may lie from the exact ones.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Certainty:
    """How certain the places of one ranking are.

    ``table``: one row per application with a place, in order of place. Columns: ``application``; ``total``
    (float, the points that the order goes by); ``place``; ``rank_low`` and ``rank_high``, the first and last place
    that cannot be ruled out (Int64); ``p_top``, the probability of truly being among the first ``k`` (Float64);
    ``zone``, whether it lies in the borderline zone (boolean). The last four are missing where nothing can be told.

    ``model``: what was estimated, one dict per block of criteria (standard deviations in points).
    ``caveats``: codes of ``CAVEATS``. ``mc_error``: the largest standard error of any ``p_top`` that comes from
    the number of draws; NaN if there are none. ``posterior``: the true points, by rising id, for what else is asked.
    """

    table: pd.DataFrame
    k: int
    confidence: float
    seed: int
    draws: int
    model: tuple[dict[str, Any], ...]
    caveats: tuple[str, ...]
    mc_error: float
    posterior: Mixture | None

    @property
    def determinable(self) -> bool:
        """Whether there are sets and probabilities."""
        return not set(self.caveats) & set(_UNDETERMINABLE)

    def selected_probability(self, select: Callable[[Sequence[str]], Iterable[str]]) -> Floats:
        """P(selected) of each row of the table, where ``select`` gives the ids that it takes from an order.

        As the function of that name, with the draws and the seed of this result; NaN if undeterminable.
        """
        names = np.array(self.table["application"], dtype=object)
        chosen = np.full(len(names), np.nan)
        if self.posterior is not None:
            by_name = np.argsort(names)
            chosen[by_name] = selected_probability(
                self.posterior, names[by_name].tolist(), select, seed=self.seed, draws=self.draws
            )
        return chosen


def certainty(
    levels: pd.DataFrame,
    ranking: Ranking,
    profile: Profile,
    *,
    k: int,
    seed: int,
    draws: int = 4000,
    confidence: float = 0.95,
) -> Certainty:
    """How certain each place of a ranking is.

    Parameters
    ----------
    levels : DataFrame
        The levels that the ranking was made from (``LONG_COLUMNS``; the form's as assessor ``"form"``). Those
        of applications without a place help to estimate how much assessors disagree.
    ranking : Ranking
    profile : Profile
        That of the ranking.
    k : int
        How many are called; 1 or more. With k at or above the number of places, all probabilities are 1.
    seed : int
        Of the draws, 0 or more. The same input gives the same result, whatever the order of its rows.
    draws : int
        At least 100; the standard error of a probability is at most .5 / √draws.
    confidence : float in (0, 1)

    Raises
    ------
    TableError
        For a setting out of range, or levels that are not those of the ranking; and as `scoring.ranking.rank`.
    ProfileError
        If the profile is not that of the ranking.
    """
    _check_settings(k, seed, draws, confidence)
    if ranking.profile_digest != profile.digest():
        raise ProfileError(
            "", "the ranking was made with another profile; give the one that it was made with"
        )
    rule = profile.stages[ranking.stage]
    parted = part_levels(levels, profile, ranking.stage)
    ranked = ranking.table[ranking.table["status"] == "ranked"]
    names = ranked["application"].tolist()
    rows = _rows_of(names, parted)
    totals = _totals(ranking, ranked)
    estimates, caveats = _estimated(parted, len(names))
    low: NDArray[np.int64] | None = None
    high: NDArray[np.int64] | None = None
    p: Floats | None = None
    posterior: Mixture | None = None
    if len(names) == 1:
        low = high = np.ones(1, dtype=np.int64)
        p = np.ones(1)
    elif estimates is not None:
        _check_totals(parted, names, rows, totals, rule)
        low, high, exact = _sets(parted, estimates, rule, rows, totals, confidence)
        p, posterior = _probabilities(parted, estimates, names, rows, k, seed, draws)
        caveats |= set() if exact else {"sets_widened"}
    if k >= len(names):
        p = np.ones(len(names))
    return Certainty(
        table=_table(names, totals, low, high, p, rule),
        k=k,
        confidence=confidence,
        seed=seed,
        draws=draws,
        model=estimates.to_dicts(parted.blocks) if estimates else (),
        caveats=tuple(each for each in CAVEATS if each in caveats),
        mc_error=np.nan if p is None else _mc_error(p, draws),
        posterior=posterior,
    )


def _sets(
    parted: Parted,
    estimates: Estimates,
    rule: StageRule,
    rows: NDArray[np.int64],
    totals: Floats,
    confidence: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], bool]:
    """The first and last place that cannot be ruled out, in order of place, and whether the sets are exact."""
    own, shared = total_errors(parted, estimates, rule)
    sets = rank_sets(totals, own[rows], shared[rows], confidence=confidence, df=estimates.df)
    # The places of equal totals are in the set anyway; nothing else can lie outside it.
    place = np.arange(1, len(rows) + 1)
    return np.minimum(sets.low, place), np.maximum(sets.high, place), sets.exact


def _probabilities(
    parted: Parted,
    estimates: Estimates,
    names: Sequence[str],
    rows: NDArray[np.int64],
    k: int,
    seed: int,
    draws: int,
) -> tuple[Floats, Mixture]:
    """P(truly among the first k) in order of place, and the true points that it comes from, by rising id."""
    by_name = np.argsort(np.array(names, dtype=object))
    points = true_points(parted, estimates, seed).only(rows[by_name])
    p = np.empty(len(names))
    p[by_name] = probability_top(points, k, seed=seed, draws=draws)
    return p, points


def _estimated(parted: Parted, n: int) -> tuple[Estimates | None, set[str]]:
    """The variances, None where they cannot be told, and what there is to say of them; ``n`` have a place."""
    if n == 0:
        return None, {"nobody_ranked"}
    try:
        estimates = estimate(parted)
    except Undeterminable as reason:
        return None, {"single_application"} if n == 1 else {reason.code}
    return estimates, {"single_application"} if n == 1 else _reservations(parted, estimates)


def _check_settings(k: int, seed: int, draws: int, confidence: float) -> None:
    for name, number, least in (("k", k, 1), ("seed", seed, 0), ("draws", draws, FEWEST_DRAWS)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
            raise TableError(f"{name}: expected a whole number of {least} or more, got {number!r}")
    if not 0 < confidence < 1:
        raise TableError(f"confidence: expected a number between 0 and 1, got {confidence!r}")


def _rows_of(names: Sequence[str], parted: Parted) -> NDArray[np.int64]:
    rows = pd.Index(parted.ids).get_indexer(pd.Index(names, dtype=object)).astype(np.int64)
    if (rows < 0).any():
        raise TableError(
            f"application {names[int(np.argmin(rows))]!r} has a place but no level; give the levels of the ranking"
        )
    return rows


def _totals(ranking: Ranking, ranked: pd.DataFrame) -> Floats:
    """The points that the order goes by."""
    if ranking.adjusted_denominator is None:
        return ranked["total"].to_numpy(dtype=np.float64) / ranking.denominator
    return ranked["adjusted_total"].to_numpy(dtype=np.float64) / ranking.adjusted_denominator


def _check_totals(
    parted: Parted, names: Sequence[str], rows: NDArray[np.int64], totals: Floats, rule: StageRule
) -> None:
    """Raise TableError if the totals do not follow from the levels, where that is easily told."""
    if rule.combine != "mean" or rule.places != "raw":
        return
    made = parted.form + sum(block.means(len(parted.ids)) for block in parted.blocks)
    wrong = ~(np.abs(made[rows] - totals) < _ROUNDING)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise TableError(
            f"application {names[row]!r}: the levels give {made[rows[row]]:.3f} points, the ranking has "
            f"{totals[row]:.3f}; give the levels that the ranking was made from"
        )


def _reservations(parted: Parted, estimates: Estimates) -> set[str]:
    blocks = parted.blocks
    equal = [float(np.ptp(block.value)) == 0 for block in blocks]
    flags = {
        "all_levels_equal": bool(blocks) and all(equal),
        "no_differences": any(
            each.applications == 0 and not same
            for each, same in zip(estimates.components, equal, strict=True)
        ),
        "some_one_assessor": any((np.bincount(block.application) == 1).any() for block in blocks),
        "panels_apart": any(block.panels() > 1 for block in blocks),
        "levels_filled": any(block.filled for block in blocks),
        "blocks_overlap": parted.overlapping,
    }
    return {code for code, here in flags.items() if here}


def _table(
    names: list[str], totals: Floats, low: Any, high: Any, p: Floats | None, rule: StageRule
) -> pd.DataFrame:
    n, limits = len(names), rule.borderline

    def column(values: Any, dtype: str) -> pd.Series[Any]:
        return pd.Series([pd.NA] * n if values is None else values, dtype=dtype)

    return pd.DataFrame(
        {
            "application": pd.Series(names, dtype=object),
            "total": totals,
            "place": np.arange(1, n + 1),
            "rank_low": column(low, "Int64"),
            "rank_high": column(high, "Int64"),
            "p_top": column(p, "Float64"),
            "zone": column(None if p is None else zone(p, limits.low, limits.high), "boolean"),
        }
    )


def _mc_error(p: Floats, draws: int) -> float:
    return float(np.sqrt((p * (1 - p)).max(initial=0) / draws))
