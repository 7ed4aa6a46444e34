"""Levels by criterion: from columns of their own, or from rows by assessor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import click
import numpy as np
import pandas as pd

from recruit.tables import cells
from recruit.tables.agreement import names_of, refuse_twins
from recruit.tables.audit.question import Question
from recruit.tables.columns import need
from recruit.tables.errors import FileError
from recruit.tables.reading import Table
from recruit.tables.text import listed, plain, shown, suggestion

TOP = Fraction(4)
ONE = "level"
"""The criterion of a table that names none."""


@dataclass(frozen=True)
class Levels:
    """What was assessed.

    `wide`: one row per application, one column of exact levels 0 to 4 per criterion (means over assessors), None where
    one is missing; `weights` of these criteria. `long`: application (its row in `wide`), assessor, criterion, level;
    None without assessors. `named`: whether there are criteria, and not just one level.
    """

    wide: pd.DataFrame
    weights: dict[str, Fraction]
    long: pd.DataFrame | None
    named: bool

    @property
    def floats(self) -> pd.DataFrame:
        """`wide` as float64, NaN where a level is missing."""
        return self.wide.astype(np.float64)

    def scores(self) -> np.ndarray:
        """The weighted sum of each application: points of 100, or the mean level where no criterion is named."""
        total = sum(self.weights.values(), Fraction(0))
        full = {
            key: (weight / total * 100 / TOP if self.named else Fraction(1))
            for key, weight in self.weights.items()
        }
        points = np.array([Fraction(0)] * len(self.wide), dtype=object)
        lacking = self.wide[list(full)].isna().any(axis=1).to_numpy()
        for key, factor in full.items():
            points = points + factor * self.wide[key].where(~lacking, Fraction(0)).to_numpy(dtype=object)
        scores = np.array([float(each) for each in points], dtype=object)
        scores[lacking] = None
        return scores


def from_columns(table: Table, question: Question) -> Levels:
    """Levels of `--criteria`, one column for each."""
    wide = {}
    for name, _ in question.criteria:
        header = need(table, name, "named by --criteria")
        wide[name] = cells.convert(table, header, _level(table, question))
        if all(level is None for level in wide[name]):
            raise FileError(f"{table.name}, column '{header}': is empty. A criterion needs levels.")
    return Levels(pd.DataFrame(wide, dtype=object), dict(question.criteria), None, True)


def from_assessors(table: Table, question: Question) -> tuple[Table, Levels]:
    """The table with one row for each application, and the levels of its rows by assessor.

    Raises FileError where an application has two values in a column that is asked for: of a group, an outcome.
    """
    assert question.assessor is not None
    assert question.score is not None
    application = names_of(table, need(table, question.application, "named by --application"), "application")
    assessor = names_of(table, need(table, question.assessor, "named by --assessor"), "assessor")
    if question.criterion is not None:
        criterion = names_of(table, need(table, question.criterion, "named by --criterion"), "criterion")
    else:
        criterion = pd.Series(ONE, index=application.index, dtype=object)
    frame = pd.DataFrame({"application": application, "assessor": assessor, "criterion": criterion})
    keys = list(frame.columns) if question.criterion is not None else ["application", "assessor"]
    refuse_twins(table, frame, keys, "name their column, such as --criterion criterion")
    header = need(table, question.score, "named by --score")
    frame["level"] = cells.convert(table, header, _level(table, question))
    code, first = _once(table, question, application)
    frame["application"] = code
    given = frame["level"].notna().to_numpy()
    if not given.any():
        raise FileError(f"{table.name}, column '{header}': is empty. There is nothing to compare.")
    if not given.all():
        _note(
            f"{int((~given).sum())} of {len(frame)} rows have no level and are left out: missing is never zero."
        )
    frame = frame[given].reset_index(drop=True)
    weights = _weights(table, question, sorted(set(frame["criterion"])))
    frame = frame[frame["criterion"].isin(list(weights))].reset_index(drop=True)
    wide = pd.DataFrame(
        {key: _means(frame[frame["criterion"] == key], len(first)) for key in weights}, dtype=object
    )
    long = frame.assign(level=frame["level"].astype(np.float64))
    reduced = replace(table, frame=table.frame.iloc[first].reset_index(drop=True), rows=table.rows[first])
    return reduced, Levels(wide, weights, long, question.criterion is not None)


def _note(text: str) -> None:
    click.echo(f"Note: {plain(text)}", err=True)


def _level(table: Table, question: Question) -> Callable[[str], Fraction]:
    """Reads a level as it lies between 0 and 4; as it stands where nothing says what the scale is."""
    whole = (Fraction(0), TOP)
    low, high = question.scale or whole
    free = question.scale is None and question.criterion is None and not question.criteria

    def parse(text: str) -> Fraction:
        level = Fraction(cells.number(text, table.separator))
        if free:
            return level
        if not low <= level <= high:
            raise ValueError(
                f"level {shown(text)} is outside the scale {float(low):g} to {float(high):g}. Correct it, or name the "
                "scale, such as --scale 1,10"
            )
        return (level - low) * TOP / (high - low)

    return parse


def _weights(table: Table, question: Question, found: Sequence[str]) -> dict[str, Fraction]:
    """The weights of the criteria that rows name; all alike where `--criteria` does not say."""
    for name, _ in question.criteria:
        if name not in found:
            raise FileError(
                f"--criteria: {table.name} has no levels of '{name}'.{suggestion(name, found)} Its criteria are "
                f"{listed(found, 20)}."
            )
    weights = dict(question.criteria) or dict.fromkeys(found, Fraction(1))
    left = [name for name in found if name not in weights]
    if left:
        _note(f"criteria without a weight are left out: {listed(left)}.")
    return weights


def _once(table: Table, question: Question, application: "pd.Series[str]") -> tuple[np.ndarray, np.ndarray]:
    """Each row's application as a number, in the order of their names, and the first row of each."""
    code, _ = pd.factorize(application, sort=True)
    _, first = np.unique(code, return_index=True)
    for name in _of_applications(question):
        header = need(table, name, "named by an option")
        column = table.column(header).to_numpy(dtype=object)
        strayed = np.flatnonzero(column != column[first][code])
        if len(strayed):
            at = int(strayed[0])
            start = int(first[code[at]])
            raise FileError(
                f"{table.where(at, header)}: application '{application[at]}' has '{column[at]}' here and "
                f"'{column[start]}' in row {table.rows[start]}. Write the same in all its rows."
            )
    return code, first


def _of_applications(question: Question) -> list[str]:
    """Columns that say something of an application, which is the same in all its rows."""
    names: list[Any] = [*question.by, *question.strata, *question.stages, *question.requirements]
    names += [name for _, name in question.pool] + [name for part in question.intersections for name in part]
    names += [question.selected, question.intake, question.place, question.proposed]
    return list(dict.fromkeys(name for name in names if name))


def _means(frame: pd.DataFrame, applications: int) -> np.ndarray:
    """The exact mean of each application's levels, None where nobody gave one; shape (applications,)."""
    sums = [Fraction(0)] * applications
    counts = [0] * applications
    for at, level in zip(frame["application"].tolist(), frame["level"].tolist(), strict=True):
        sums[at] += level
        counts[at] += 1
    means = np.empty(applications, dtype=object)
    for at, (total, n) in enumerate(zip(sums, counts, strict=True)):
        means[at] = total / n if n else None
    return means
