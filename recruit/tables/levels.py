"""From spreadsheets to the long frame that the ranking takes: application, assessor, criterion, level.

Nothing else gets in: names and monitored attributes stay in the sheet.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recruit.tables import cells
from recruit.tables.columns import Columns
from recruit.tables.errors import FileError
from recruit.tables.reading import Table
from recruit.tables.text import listed, suggestion
from scoring.bands import breadth, level_from_value
from scoring.profile import Criterion, Profile

ASSESSMENT_KEYS = ("application", "assessor", "criterion", "level")
APPLICATION_KEYS = ("id", "name", "native_name", "conditional")
AREA_KEYS = ("areas", "supervised")
FORM = "form"


@dataclass(frozen=True)
class Levels:
    """Everything the ranking takes.

    Attributes
    ----------
    ids : application ids in the order of the sheet, unique.
    frame : columns application, assessor, criterion, level; one row for each level given. A missing level
        has no row.
    notes : what was noticed and should be told.
    """

    ids: list[str]
    frame: pd.DataFrame
    notes: tuple[str, ...]


def known_keys(profile: Profile) -> list[str]:
    """Keys of columns of the applications that a profile can ask for, for `--column`."""
    keys = [*APPLICATION_KEYS, *AREA_KEYS]
    for criterion in profile.criteria:
        keys += [key for key in (criterion.value, criterion.key) if key]
    return list(dict.fromkeys(keys))


def gather(applications: Columns, assessments: Columns | None, profile: Profile, stage: str) -> Levels:
    """Levels of all required criteria of a stage, from columns of the applications and rows of the
    assessments.

    Raises
    ------
    FileError
        Missing columns, a criterion without any source or with two, unusable cells, duplicate or unknown ids.
    """
    ids = application_ids(applications)
    notes: list[str] = []
    required = profile.required_at(stage)
    long = _assessed(assessments, applications.table.name, ids, profile) if assessments else None
    in_long = set() if long is None else set(long["criterion"].unique())
    frames = []
    for criterion in required:
        wide = _from_columns(applications, criterion, notes)
        if wide is not None and criterion.key in in_long:
            raise FileError(
                f"criterion '{criterion.key}' has a column in {applications.table.name} and rows in "
                f"{assessments.table.name if assessments else ''}. Remove one of the two."
            )
        if wide is None and criterion.key not in in_long:
            raise FileError(_no_source(applications, assessments, criterion))
        if wide is not None:
            frames.append(_wide_frame(ids, criterion.key, wide))
    if long is not None:
        frames.append(long[long["criterion"].isin([criterion.key for criterion in required])])
    return Levels(ids, pd.concat(frames, ignore_index=True), tuple(notes))


def application_ids(applications: Columns) -> list[str]:
    """The ids, in the order of the sheet. Raises FileError for an empty or a repeated one."""
    header = applications.need("id", "one id for each application")
    table = applications.table
    ids = cells.names(table, header)
    empty = np.flatnonzero(ids == "")
    if len(empty):
        raise FileError(
            f"{table.where(int(empty[0]), header)}: the id is empty. Every application needs one."
        )
    repeated = np.flatnonzero(ids.duplicated())
    if len(repeated):
        again = int(repeated[0])
        first = int(np.flatnonzero(ids == ids[again])[0])
        more = f" {len(repeated) - 1} more rows repeat an id." if len(repeated) > 1 else ""
        raise FileError(
            f"{table.where(again, header)}: '{ids[again]}' is already in row {table.rows[first]}. Keep "
            f"one of them.{more}"
        )
    return list(ids)


def _from_columns(columns: Columns, criterion: Criterion, notes: list[str]) -> np.ndarray | None:
    """A level per application as float64, NaN where missing; None altogether when there is no column for the
    criterion."""
    if criterion.kind == "from_form" and criterion.value:
        value = columns.find(criterion.value)
        if value is not None:
            return _levels_of_values(columns.table, value, criterion, notes)
        if criterion.value == "breadth" and columns.find("areas") is not None:
            return _levels_of_areas(columns, criterion)
    header = columns.find(criterion.key)
    if header is None:
        return None
    return cells.levels(columns.table, header)


def _levels_of_values(table: Table, header: str, criterion: Criterion, notes: list[str]) -> np.ndarray:
    given = [value for value in cells.numbers(table, header) if value is not None]
    if len(given) >= 10 and len(set(given)) == len(given) and cells.is_rank(given):
        notes.append(
            f"Column '{header}' holds each number from 1 to {len(given)} once. Is it a rank? It is read "
            f"as values of '{criterion.key}'."
        )
    found = cells.convert(
        table, header, lambda text: level_from_value(cells.number(text, table.separator), criterion.bands)
    )
    return found.astype(np.float64)


def _levels_of_areas(columns: Columns, criterion: Criterion) -> np.ndarray:
    """Breadth from areas and supervision; missing when areas are, or at 3 when supervision is not told."""
    areas = cells.counts(columns.table, columns.need("areas", "number of clinical areas"))
    supervised = cells.yes_or_no(
        columns.table, columns.need("supervised", "whether there were supervised assessments, yes or no")
    )
    found = np.full(len(areas), np.nan)
    for position, (number, told) in enumerate(zip(areas, supervised, strict=True)):
        if number is not None and (number < 3 or told is not None):
            found[position] = level_from_value(breadth(number, bool(told)), criterion.bands)
    return found


def _no_source(applications: Columns, assessments: Columns | None, criterion: Criterion) -> str:
    table = applications.table
    wanted = criterion.value if criterion.kind == "from_form" and criterion.value else criterion.key
    there = applications.unused()
    rows = f", and {assessments.table.name} has no rows for it" if assessments else ""
    return (
        f"{table.name}: the column '{wanted}' is missing (for criterion '{criterion.key}', "
        f"{criterion.name.en}){rows}."
        f"{suggestion(wanted, there)} Columns not used yet are {listed(there) or 'none'}. "
        f'Name the right one with --column {wanted}="Header".'
    )


def _wide_frame(ids: list[str], key: str, found: np.ndarray) -> pd.DataFrame:
    given = ~np.isnan(found)
    names = np.array(ids, dtype=object)[given]
    return pd.DataFrame({"application": names, "assessor": FORM, "criterion": key, "level": found[given]})


def _assessed(columns: Columns, applications: str, ids: list[str], profile: Profile) -> pd.DataFrame:
    table = columns.table
    headers = {
        key: columns.need(key, "assessments have application, assessor, criterion and level")
        for key in ASSESSMENT_KEYS
    }
    if columns.unused():
        raise FileError(
            f"{table.name}: unknown column{'s'[: len(columns.unused()) > 1]} {listed(columns.unused())}. "
            f"Assessments have only {listed(ASSESSMENT_KEYS)}. Remove the rest."
        )
    texts = {key: table.column(headers[key]) for key in ("application", "assessor", "criterion")}
    for key, column in texts.items():
        empty = np.flatnonzero(column == "")
        if len(empty):
            raise FileError(
                f"{table.where(int(empty[0]), headers[key])}: is empty. Every row names its {key}."
            )
    unknown = np.flatnonzero(~texts["application"].isin(ids))
    if len(unknown):
        at = int(unknown[0])
        raise FileError(
            f"{table.where(at, headers['application'])}: application '{texts['application'][at]}' is not "
            f"in {applications}. "
            f"Correct the id or remove its rows ({len(unknown)} in all)."
        )
    found = cells.levels(table, headers["level"])
    frame = pd.DataFrame(texts)
    frame.columns = pd.Index(["application", "assessor", "criterion"])
    frame["criterion"] = _criterion_keys(table, headers["criterion"], profile)
    repeated = np.flatnonzero(frame.duplicated())
    if len(repeated):
        at = int(repeated[0])
        first = int(np.flatnonzero((frame == frame.iloc[at]).all(axis=1))[0])
        application, assessor, criterion = frame.iloc[at]
        raise FileError(
            f"{table.name}, row {table.rows[at]}: assessor '{assessor}' has already given '{application}' "
            f"a level on '{criterion}' "
            f"in row {table.rows[first]}. Keep one of them."
        )
    frame["level"] = found
    return frame[frame["level"].notna()]


def _criterion_keys(table: Table, header: str, profile: Profile) -> np.ndarray:
    """Keys of criteria, which may also be written by their names in Swedish or English."""
    names: dict[str, str] = {}
    for criterion in profile.criteria:
        for name in (criterion.name.sv, criterion.name.en, criterion.key):
            names[name.casefold()] = criterion.key
    keys = [criterion.key for criterion in profile.criteria]

    def parse(text: str) -> str:
        if text.casefold() not in names:
            raise ValueError(
                f"criterion '{text}' is not in the profile.{suggestion(text, keys)} Its criteria are "
                f"{listed(keys, 20)}"
            )
        return names[text.casefold()]

    return cells.convert(table, header, parse)
