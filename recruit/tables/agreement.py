"""From a spreadsheet of levels by assessor to the frame that the figures of agreement take."""

import math

import numpy as np
import pandas as pd

from recruit.tables import cells
from recruit.tables.columns import Columns, parse_mapping, refuse_misspelt
from recruit.tables.errors import FileError
from recruit.tables.levels import ASSESSMENT_KEYS
from recruit.tables.reading import Table, read_table
from recruit.tables.text import listed, shown
from scoring.assessed import LEVEL_SCALE, Scale
from scoring.profile import default_profile

_PURPOSE = (
    "levels have application, assessor, criterion and level; criterion may be left out if there is only one"
)

#: Severities of assessors are told apart with a matrix of all of them, and each criterion has figures of its own.
MOST = {"assessor": 500, "criterion": 100}


def parse_scale(text: str) -> tuple[float, float]:
    """`"1,10"` -> (1.0, 10.0). Raises FileError for anything but two numbers, the lower one first."""
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    try:
        low, high = (float(part) for part in parts)
    except ValueError:
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise FileError(
            f"--scale '{shown(text)}': write the lowest and the highest level, such as --scale 1,10."
        )
    return low, high


def read_levels(
    source: str, mapping: tuple[str, ...], scale: Scale | None
) -> tuple[pd.DataFrame, Scale, tuple[str, ...]]:
    """Columns application, assessor, criterion if there is one, and level; the scale; and the notes to be told.

    A row without a level is left out and counted in a note. Without a `scale` it is that of the levels, 0 to 4, if
    all criteria are those of the shipped profile or all levels lie within; else what the file has, with a note.

    Raises
    ------
    FileError
        Missing or misspelt columns, empty names, levels that are no numbers or outside the scale, two levels for the
        same, or no level at all.
    """
    table = read_table(source)
    columns = Columns(table, parse_mapping(mapping), ASSESSMENT_KEYS)
    headers = {key: columns.need(key, _PURPOSE) for key in ("application", "assessor", "level")}
    criterion = columns.find("criterion")
    if criterion is not None:
        headers["criterion"] = criterion
    refuse_misspelt(table, columns.unused(), ["criterion"] if criterion is None else [])
    notes = list(table.notes)
    if columns.unused():
        notes.append(f"Not used: {listed(columns.unused())}.")
    keys = [key for key in ASSESSMENT_KEYS if key in headers and key != "level"]
    frame = pd.DataFrame({key: names_of(table, headers[key], key) for key in keys})
    judged = frame["criterion"] if "criterion" in keys else None
    scale = scale or (LEVEL_SCALE if _of_the_profile(judged) else None)
    frame["level"] = _levels(table, headers["level"], scale)
    refuse_twins(table, frame, keys)
    empty = int(frame["level"].isna().sum())
    if empty == len(frame):
        raise FileError(
            f"{table.name}: the column '{headers['level']}' is empty. There is nothing to compare."
        )
    if empty:
        notes.append(f"{empty} of {len(frame)} rows have no level and are left out: missing is never zero.")
    if scale is None:
        scale, note = _scale_found(frame["level"])
        notes += note
    return frame[frame["level"].notna()].reset_index(drop=True), scale, tuple(notes)


def _of_the_profile(criteria: "pd.Series[str] | None") -> bool:
    known = {each.key for each in default_profile().criteria}
    return criteria is not None and set(criteria) <= known


def _scale_found(levels: "pd.Series[float]") -> tuple[Scale, list[str]]:
    """The scale of levels that name none: 0 to 4 if they lie within, else from the lowest to the highest."""
    low, high = float(levels.min()), float(levels.max())
    if LEVEL_SCALE[0] <= low and high <= LEVEL_SCALE[1]:
        return LEVEL_SCALE, []
    return (low, max(high, low + 1)), [
        f"the levels go from {low:g} to {high:g}, not from {LEVEL_SCALE[0]:g} to {LEVEL_SCALE[1]:g}. They are taken as "
        "they are; name the scale, such as --scale 1,10, to have each checked against it."
    ]


def names_of(table: Table, header: str, key: str) -> "pd.Series[str]":
    """A column of names, of which none may be empty, and which are not too many to be told apart.

    Raises
    ------
    FileError
        A name is missing, or longer than a list can show; more assessors or criteria than anybody has.
    """
    column = cells.names(table, header)
    empty = np.flatnonzero(column == "")
    if len(empty):
        raise FileError(f"{table.where(int(empty[0]), header)}: is empty. Every row names its {key}.")
    most = MOST.get(key, len(column))
    if column.nunique() > most:
        raise FileError(
            f"{table.name}, column '{header}': {column.nunique():,} different values. There can be at most {most:,}; "
            "name the right column."
        )
    return column


def _levels(table: Table, header: str, scale: Scale | None) -> np.ndarray:
    low, high = scale or (-math.inf, math.inf)

    def parse(text: str) -> float:
        level = float(cells.number(text, table.separator))
        if not low <= level <= high:
            raise ValueError(
                f"level {shown(text)} is outside the scale {low:g} to {high:g}. Correct it, or name another scale, "
                "such as --scale 1,10"
            )
        return level

    return cells.convert(table, header, parse).astype(np.float64)


def refuse_twins(
    table: Table, frame: pd.DataFrame, keys: list[str], advice: str = "add the column 'criterion'"
) -> None:
    """Raises FileError where an assessor has given the same twice; `advice` is what to do if it was not the same."""
    repeated = np.flatnonzero(frame.duplicated(subset=keys))
    if not len(repeated):
        return
    at = int(repeated[0])
    first = int(np.flatnonzero((frame[keys] == frame[keys].iloc[at]).all(axis=1))[0])
    row = frame.iloc[at]
    on = f" on '{row['criterion']}'" if "criterion" in keys else ""
    hint = "" if "criterion" in keys else f" If there are several criteria, {advice}."
    raise FileError(
        f"{table.name}, row {table.rows[at]}: assessor '{row['assessor']}' has already given '{row['application']}' a "
        f"level{on} in row {table.rows[first]}. Keep one of them.{hint}"
    )
