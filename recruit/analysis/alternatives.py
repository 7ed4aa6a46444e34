"""Other weights for the next profile: searched on some intakes, tested on the newest. Shown, applied by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recruit.analysis.reasons import NO_INTAKES_ALIKE, NO_RUN, NOBODY_BELOW, NotComputed, attempt
from recruit.analysis.settings import Work

if TYPE_CHECKING:
    import pandas as pd

#: A criterion may weigh from half to one and a half times what it does: bounds for a first look, stated with the
#: figures. What the job justifies is for people to say.
LEAST, MOST = 0.5, 1.5
#: Smaller groups are not searched for: what is gained for few is luck.
SMALLEST_GROUP = 15


def alternatives(work: Work) -> dict[str, Any]:
    """For each group that was called less often than all others: which weights would have done better by it."""
    if not work.audited.weights or work.audited.run is None:
        raise NotComputed(NO_RUN)
    ranked = _ranked_alike(work)
    order = [each for each in work.audited.order_of_intakes if (ranked["intake"] == each).any()]
    if len(order) < 2:
        raise NotComputed(NO_INTAKES_ALIKE)
    holdout = order[-max(1, len(order) // 3) :]
    return work.each_attribute(lambda name: _for(work, ranked, name, holdout))


def _ranked_alike(work: Work) -> pd.DataFrame:
    """Everybody with a level on each criterion of this intake's run."""
    table = work.audited.intakes
    return table[table[[f"level_{key}" for key in work.audited.criteria]].notna().all(axis=1)]


def _for(work: Work, ranked: pd.DataFrame, attribute: str, holdout: list[str]) -> dict[str, Any]:
    chosen, left = _searched(ranked, attribute)
    if not chosen:
        raise NotComputed(NOBODY_BELOW)
    return {
        "groups": {
            group: attempt(lambda group=group: _search(work, ranked, attribute, group, holdout))  # type: ignore[misc]
            for group in chosen
        },
        "not_searched": left,
    }


def _searched(ranked: pd.DataFrame, attribute: str) -> tuple[list[str], dict[str, str]]:
    """Groups to search for, and for the others why not: "too_small" or "not_below"."""
    known = ranked[ranked[attribute].notna()]
    groups = known[attribute].astype(str)
    chosen, left = [], {}
    for group in sorted(set(groups)):
        own = groups == group
        if min(int(own.sum()), int((~own).sum())) < SMALLEST_GROUP:
            left[group] = "too_small"
        elif known.loc[own, "called"].mean() >= known.loc[~own, "called"].mean():
            left[group] = "not_below"
        else:
            chosen.append(group)
    return chosen, left


def _search(
    work: Work, ranked: pd.DataFrame, attribute: str, group: str, holdout: list[str]
) -> dict[str, Any]:
    from scoring.alternatives import alternatives as searched

    weights = {key: float(weight) for key, weight in work.audited.weights.items()}
    levels = ranked[[f"level_{key}" for key in weights]].map(float)
    levels.columns = list(weights)
    goals = ranked["goals_reached"].map(lambda each: float("nan") if each is None else float(each))
    called = ranked.groupby("intake")["called"].sum()
    return searched(
        levels,
        weights,
        {key: (LEAST * weight, min(100.0, MOST * weight)) for key, weight in weights.items()},
        [each if isinstance(each, str) else None for each in ranked[attribute]],
        ranked["intake"],
        {str(intake): int(number) for intake, number in called.items()},
        of=group,
        holdout=holdout,
        seed=work.seed,
        outcome=goals.to_numpy(dtype="float64"),
    ).to_dict()
