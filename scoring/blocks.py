"""What the form fixes and what assessors judged: a table of levels parted for the model of certainty.

All in points of 0–100: a level is worth weight / 4, with the weights of the stage rescaled to 100. Criteria that
the same assessors judged for the same applications make one block, in which the observation is the assessor's
weighted sum. An impression that colours all levels of one assessor is then part of the error, as it must be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from scoring.criteria import TOP_LEVEL, Profile
from scoring.level_tables import (
    FORM,
    LONG_COLUMNS,
    check_columns,
    check_no_twins,
    positions_of,
    read_applications,
    read_assessors,
    read_levels,
)
from scoring.levels import SCALE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Criteria whose pairs of application and assessor agree at least this much (shared / all) make one block.
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Block:
    """Criteria judged together. One entry per pair of application and assessor, shape (r,).

    ``application``: positions among the ids; ``assessor``: codes from 0 without gaps, in the order of the names
    ``assessors``; ``value``: weighted sum in points. ``weights``: points per level of each of ``criteria``.
    ``filled``: how many levels were missing and stand at the mean of the application's other assessors.
    """

    criteria: tuple[str, ...]
    weights: Floats
    assessors: tuple[str, ...]
    application: Ints
    assessor: Ints
    value: Floats
    filled: int

    @property
    def coarseness(self) -> float:
        """Variance that comes from levels being whole, in squared points: Σ weight² / 12."""
        return float((self.weights**2).sum() / 12)

    def counts(self, n: int) -> Ints:
        """How many assessed each of ``n`` applications, shape (n,)."""
        return np.bincount(self.application, minlength=n)

    def means(self, n: int) -> Floats:
        """Mean of the values of each of ``n`` applications, shape (n,), NaN where there is none."""
        return _means(self.application, self.value, n)

    def panels(self) -> int:
        """Into how many parts the assessors fall that share no application, not even through others."""
        shape = (int(self.application.max()) + 1, len(self.assessors))
        met = sparse.coo_matrix((np.ones(len(self.value)), (self.application, self.assessor)), shape=shape)
        return int(csgraph.connected_components(met.T @ met, directed=False)[0])


@dataclass(frozen=True, slots=True)
class Parted:
    """``ids``: sorted, shape (n,). ``form``: points of the exact criteria, shape (n,), NaN where one is missing.

    ``form_weights``: points per level of each exact criterion. ``overlapping``: whether two blocks share
    pairs of application and assessor, so that their errors may hang together.
    """

    ids: NDArray[np.object_]
    form: Floats
    form_weights: Floats
    blocks: tuple[Block, ...]
    overlapping: bool


def part_levels(levels: pd.DataFrame, profile: Profile, stage: str) -> Parted:
    """Part a table of levels (``LONG_COLUMNS``); criteria that do not count at the stage are left out.

    The order of the rows leaves no trace. Raises TableError, LevelError and ProfileError as
    ``scoring.ranking.rank`` does.
    """
    weights = {key: float(weight) / TOP_LEVEL for key, weight in profile.weights_at(stage).items()}
    check_columns(levels, LONG_COLUMNS)
    ids, rows = read_applications(levels["application"], None)
    known = [each.key for each in profile.criteria]
    criterion = positions_of(
        levels["criterion"], known, "criterion", "is not in the profile; expected one of"
    )
    assessor = read_assessors(levels["assessor"])
    check_no_twins(levels, rows, assessor, criterion, len(known))
    level = read_levels(levels) / SCALE

    names = np.asarray(pd.unique(levels["assessor"]), dtype=object)  # numbered as they come, as the codes are
    ids, rows = _by_name(ids, rows)
    names, assessor = _by_name(names, assessor)
    order = np.lexsort((assessor, rows, criterion))
    rows, criterion, assessor, level = rows[order], criterion[order], assessor[order], level[order]
    pair = rows * len(names) + assessor
    exact = np.array([profile.criterion(key).kind != "assessed" for key in known])[criterion]
    exact |= names[assessor] == FORM

    form, form_weights, judged = np.zeros(len(ids)), [], {}
    for key, weight in weights.items():
        here = criterion == known.index(key)
        if not (here & ~exact).any():
            form += weight * _means(rows[here], level[here], len(ids))
            form_weights.append(weight)
        else:
            # A level of the form beside those of assessors counts as one more of them, as it does in the mean.
            judged[key] = (pair[here], level[here])
    # What is judged of an application whose form is incomplete cannot be set against its form.
    keep = {key: np.isfinite(form)[pairs // len(names)] for key, (pairs, _) in judged.items()}
    judged = {key: (pairs[keep[key]], each[keep[key]]) for key, (pairs, each) in judged.items()}
    groups = _alike({key: pairs for key, (pairs, _) in judged.items()})
    blocks = [
        _block({key: judged[key] for key in group}, weights, names)
        for group in groups
        if len(judged[group[0]][0])
    ]
    everywhere = [np.unique(np.concatenate([judged[key][0] for key in group])) for group in groups]
    shared = sum(map(len, everywhere)) > len(np.unique(np.concatenate(everywhere))) if everywhere else False
    return Parted(ids, form, np.array(form_weights), tuple(blocks), shared)


def _by_name(names: NDArray[np.object_], codes: Ints) -> tuple[NDArray[np.object_], Ints]:
    """Names sorted, and the codes that belong to them then."""
    order = np.argsort(names)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return names[order], place[codes]


def _means(rows: Ints, values: Floats, n: int) -> Floats:
    """Mean of the values of each row, shape (n,), NaN where there is none."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(rows, weights=values, minlength=n) / np.bincount(rows, minlength=n))


def _alike(pairs: dict[str, Ints]) -> list[list[str]]:
    """Criteria whose pairs of application and assessor are the same, or nearly so, together."""
    groups: list[list[str]] = []
    for key, own in pairs.items():
        for group in groups:
            first = pairs[group[0]]
            shared = len(np.intersect1d(own, first, assume_unique=True))
            if shared >= ALIKE * (len(own) + len(first) - shared):
                group.append(key)
                break
        else:
            groups.append([key])
    return groups


def _block(
    judged: dict[str, tuple[Ints, Floats]], weights: dict[str, float], names: NDArray[np.object_]
) -> Block:
    """One block. A level that an assessor left out is filled with the mean of the application's others.

    So the mean over the assessors stays what the ranking has. Where nobody judged a criterion of the
    application, the pair is left out: its application is incomplete.
    """
    pairs = np.unique(np.concatenate([pair for pair, _ in judged.values()]))
    rows = pairs // len(names)
    value, filled = np.zeros(len(pairs)), 0
    for key, (pair, level) in judged.items():
        column = np.full(len(pairs), np.nan)
        column[np.searchsorted(pairs, pair)] = level
        missing = np.isnan(column)
        if missing.any():
            n = int(rows.max()) + 1
            column[missing] = _means(rows[~missing], column[~missing], n)[rows[missing]]
            filled += int((missing & ~np.isnan(column)).sum())
        value += weights[key] * column
    known = ~np.isnan(value)
    pairs, value = pairs[known], value[known]
    some, assessor = np.unique(pairs % len(names), return_inverse=True)
    return Block(
        criteria=tuple(judged),
        weights=np.array([weights[key] for key in judged]),
        assessors=tuple(names[some]),
        application=pairs // len(names),
        assessor=assessor.ravel().astype(np.int64),
        value=value,
        filled=filled,
    )
