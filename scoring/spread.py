"""How far the assessors of an application lie apart, per criterion."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scoring.assessed import LEVEL_SCALE, Assessed, Scale, read_assessed


def spread(levels: pd.DataFrame, *, scale: Scale = LEVEL_SCALE) -> pd.DataFrame:
    """The spread of the levels on each application and criterion, by application and criterion.

    ``levels``: columns of ``LONG_COLUMNS``; values from the form are left out, since nobody assessed them. Columns of
    the result: ``application``, ``criterion``, ``lowest``, ``highest``, ``range`` (their difference), ``sd`` (with
    n − 1; NaN of a single level), ``n`` (levels). Raises as `scoring.assessed.read_assessed` does.
    """
    return spread_of(read_assessed(levels, scale=scale))


def disagreements(levels: pd.DataFrame, *, scale: Scale = LEVEL_SCALE) -> pd.DataFrame:
    """Applications and criteria on which assessors differ, those that differ most first.

    As ``spread``, without those on which all agree or one alone gave a level. Ordered by range, then standard
    deviation, both falling, then by application and criterion.
    """
    return disagreements_of(read_assessed(levels, scale=scale))


def spread_of(assessed: Assessed) -> pd.DataFrame:
    """``spread`` of levels that are read."""
    criteria = max(1, len(assessed.criteria))
    cells = assessed.application * criteria + assessed.criterion
    order = np.argsort(cells, kind="stable")
    level = assessed.level[order]
    names, first, n = np.unique(cells[order], return_index=True, return_counts=True)
    if len(names):
        lowest, highest = np.minimum.reduceat(level, first), np.maximum.reduceat(level, first)
        # From the lowest level, so that equal levels give exactly 0.
        above = level - np.repeat(lowest, n)
        mean = np.add.reduceat(above, first) / n
        squares = np.add.reduceat((above - np.repeat(mean, n)) ** 2, first)
    else:
        lowest = highest = squares = np.array([])
    sd = np.sqrt(np.divide(squares, n - 1, out=np.full(len(names), np.nan), where=n > 1))
    return pd.DataFrame(
        {
            "application": np.array(assessed.applications, dtype=object)[names // criteria],
            "criterion": np.array(assessed.criteria, dtype=object)[names % criteria],
            "lowest": lowest,
            "highest": highest,
            "range": highest - lowest,
            "sd": np.where(lowest == highest, np.where(n > 1, 0.0, np.nan), sd),
            "n": n.astype(np.int64),
        }
    )


def disagreements_of(assessed: Assessed) -> pd.DataFrame:
    """``disagreements`` of levels that are read."""
    table = spread_of(assessed)
    differing = table[table["range"] > 0]
    # Rounded for the order alone, so that equal spreads stay equal whatever their last digit.
    keys = {"range": -differing["range"].round(9), "sd": -differing["sd"].round(9)}
    order = np.lexsort(
        (
            differing["criterion"].to_numpy(dtype=str),
            differing["application"].to_numpy(dtype=str),
            keys["sd"],
            keys["range"],
        )
    )
    return differing.iloc[order].reset_index(drop=True)
