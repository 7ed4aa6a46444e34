"""The place that an application would have if every assessor were equally strict, beside the one it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from scoring.criteria import Places, Profile
from scoring.level_tables import FORM
from scoring.ranking import Ranking, rank
from scoring.severity import severity_by_criterion


def severity_places(
    levels: pd.DataFrame,
    profile: Profile,
    stage: str,
    seed: str,
    applications: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Raw and severity-adjusted places of all who have a place, best raw place first.

    Parameters are those of `scoring.ranking.rank`. Both places are shown whatever the profile lets the order go by.
    Who has a place does not differ: threshold and gates look at the levels as given.

    Returns
    -------
    DataFrame
        ``application``; ``place``; ``adjusted_place``; ``adjusted_points``: text with three decimals; ``shift``:
        places gained by the adjustment, negative where lost; ``not_adjusted``: keys of the criteria on which the
        severity of an assessor of the application is not identifiable, so that the levels of that assessor stand
        as given. Empty where everything could be adjusted.

    Raises
    ------
    TableError, LevelError, ProfileError
        As `scoring.ranking.rank`.
    """
    raw, adjusted = (
        _ranked(levels, profile, stage, seed, applications, each) for each in ("raw", "severity_adjusted")
    )
    columns = ["application", "place", "adjusted_points"]
    moved = adjusted.table.loc[adjusted.table["status"] == "ranked", columns]
    table = raw.table.loc[raw.table["status"] == "ranked", ["application", "place"]]
    both = table.merge(
        moved.rename(columns={"place": "adjusted_place"}), on="application", validate="one_to_one"
    )
    both = both[["application", "place", "adjusted_place", "adjusted_points"]]
    both["shift"] = both["place"] - both["adjusted_place"]
    unknown = _not_identifiable(levels, raw.criteria)
    both["not_adjusted"] = pd.Series(
        [tuple(unknown.get(application, ())) for application in both["application"]], dtype=object
    )
    return both


def _ranked(
    levels: pd.DataFrame,
    profile: Profile,
    stage: str,
    seed: str,
    applications: Sequence[str] | None,
    places: Places,
) -> Ranking:
    profile.required_at(stage)  # raises for an unknown stage
    rules = dict(profile.stages)
    rules[stage] = replace(rules[stage], places=places)
    return rank(levels, replace(profile, stages=rules), stage, seed, applications)


def _not_identifiable(levels: pd.DataFrame, criteria: tuple[str, ...]) -> dict[str, list[str]]:
    """For each application the criteria, in their order, with a level whose severity nobody can tell."""
    found: dict[str, list[str]] = {}
    people = levels[levels["assessor"] != FORM]
    tables = severity_by_criterion(people[people["criterion"].isin(criteria)])
    for key in criteria:
        if key not in tables:
            continue
        table = tables[key].table
        unknown = set(table.loc[~table["identifiable"].astype(bool), "assessor"])
        rows = (people["criterion"] == key) & people["assessor"].isin(unknown)
        for application in sorted(set(people.loc[rows, "application"])):
            found.setdefault(application, []).append(key)
    return found
