"""The columns that are asked for, read and checked, under names that cannot clash."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from recruit.tables import cells
from recruit.tables.audit.question import Question
from recruit.tables.columns import find, need
from recruit.tables.errors import FileError
from recruit.tables.reading import Table


class Sheet:
    """One row per person, or per cell of a table with `--count`; `data` holds what has been read."""

    def __init__(self, table: Table, question: Question) -> None:
        self.table = table
        self.data: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        options = [(name, "named by --by") for name in question.by]
        options += [(name, "named by --pool") for _, name in question.pool]
        options += [(name, "named by --intersections") for names in question.intersections for name in names]
        for name, purpose in options:
            if name not in self.data:
                self.headers[name] = need(table, name, purpose)
                self.data[name] = cells.groups(table, self.headers[name])
        self.strata = {need(table, name, "named by --strata") for name in question.strata}
        for name in question.strata:
            if name not in self.data:
                # Strata may be many more than groups.
                column = cells.names(table, need(table, name, "named by --strata"))
                self.data[name] = column.where(column != "", None)
        self.by = [self.headers[name] for name in question.by]
        for header in self.by:
            if self.by.count(header) > 1:
                raise FileError(f"--by: the column '{header}' is named twice. Name it once.")

    def outcome(self, name: str, option: str) -> str:
        """A column of yes and no, of which nothing may be missing."""
        # An outcome's column may share its name with a group's.
        header = need(self.table, name, f"named by {option}")
        if header in self.by:
            raise FileError(f"{option} '{name}' is also named by --by. The outcome cannot be a group.")
        if header in self.strata:
            raise FileError(
                f"{option} '{name}' is also named by --strata. Among those with one outcome nothing is left to compare."
            )
        key = f"outcome: {header}"
        if key not in self.data:
            whether = cells.yes_or_no(self.table, header)
            advice = "Write 1 or 0: an outcome that is not known is not 'not selected'"
            refuse_empty(self.table, header, whether, advice)
            self.data[key] = whether.astype(bool)
        return key

    def chain(self, names: Sequence[str]) -> list[str]:
        """The outcomes of the stages; refuses a row that reached a stage without the one before."""
        keys = [self.outcome(name, "--stages") for name in names]
        for before, name, first, second in zip(names, names[1:], keys, keys[1:], strict=False):
            strayed = np.flatnonzero(self.data[second] & ~self.data[first])
            if len(strayed):
                more = f" {len(strayed) - 1} more rows have the same fault." if len(strayed) > 1 else ""
                header = find(self.table, name) or name
                raise FileError(
                    f"{self.table.where(int(strayed[0]), header)}: is yes, but '{before}' is no. A stage cannot "
                    f"grow: nobody reaches one without the one before.{more}"
                )
        return keys

    def count(self, name: str, most: int | None = None) -> str:
        """How many persons each row stands for, all together at most so many."""
        header = need(self.table, name, "named by --count")
        counts = cells.counts(self.table, header)
        refuse_empty(self.table, header, counts, "Write how many persons the row stands for")
        over = next((at for at, value in enumerate(counts) if value >= 2**31), None)
        if over is not None:
            raise FileError(
                f"{self.table.where(over, header)}: '{counts[over]}' is more persons than there are."
            )
        total = sum(counts)
        if most is not None and total > most:
            raise FileError(
                f"{self.table.name}, column '{header}': the counts add up to {total:,} persons. Where a gap comes "
                f"from is computed for at most {most:,}."
            )
        if not total:
            raise FileError(
                f"{self.table.name}, column '{header}': the counts add up to 0. There is nobody to audit."
            )
        self.data["outcome: count"] = counts.astype(np.int64)
        return "outcome: count"

    def score(self, name: str) -> str:
        """Scores as numbers, None where there is none; decimals are kept as they are written."""
        header = need(self.table, name, "named by --score")
        self.data["outcome: score"] = cells.numbers(self.table, header)
        if all(value is None for value in self.data["outcome: score"]):
            raise FileError(
                f"{self.table.name}, column '{header}': nobody has a score, so there is no median."
            )
        return "outcome: score"

    def intake(self, name: str) -> "pd.Series[str]":
        """The intake of every row."""
        header = need(self.table, name, "named by --intake")
        column = cells.names(self.table, header)
        refuse_empty(self.table, header, column.where(column != "", None), "Write which intake the row is of")
        return column

    def answers(self, names: Sequence[str]) -> pd.DataFrame:
        """A column of True, False or None (not answered) for each requirement."""
        headers = {name: need(self.table, name, "named by --requirements") for name in names}
        return pd.DataFrame({name: cells.yes_or_no(self.table, header) for name, header in headers.items()})

    def places(self, name: str) -> np.ndarray:
        """Places as float64, 1 is the best, NaN where somebody has none."""
        header = need(self.table, name, "named by --place")
        places = cells.numbers(self.table, header)
        for position, place in enumerate(places):
            if place is not None and place <= 0:
                raise FileError(
                    f"{self.table.where(position, header)}: '{place}' is not a place. 1 is the first."
                )
        if all(place is None for place in places):
            raise FileError(
                f"{self.table.name}, column '{header}': nobody has a place, so there is no order."
            )
        return places.astype(np.float64)

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.data)


def parted(table: Table, question: Question) -> Table:
    """A table with the number selected in each row, as two rows: those selected and those not.

    Their columns are named by `--selected-count` (1 or 0) and `--count`. Raises FileError where more were selected
    than there were.
    """
    assert question.selected_count is not None
    assert question.count is not None
    headers = [
        need(table, question.count, "named by --count"),
        need(table, question.selected_count, "named by --selected-count"),
    ]
    if headers[0] == headers[1]:
        raise FileError("--selected-count and --count name the same column. Each needs its own.")
    n, selected = (cells.counts(table, header) for header in headers)
    for header, counts in zip(headers, (n, selected), strict=True):
        refuse_empty(table, header, counts, "Write how many persons")
    over = np.flatnonzero(selected > n)
    if len(over):
        at = int(over[0])
        more = f" {len(over) - 1} more rows have the same fault." if len(over) > 1 else ""
        raise FileError(
            f"{table.where(at, headers[1])}: {selected[at]} of {n[at]} ('{headers[0]}'): more were selected than "
            f"there were.{more}"
        )
    twice = np.repeat(np.arange(len(table)), 2)
    frame = table.frame.iloc[twice].reset_index(drop=True)
    frame[headers[0]] = [str(each) for pair in zip(selected, n - selected, strict=True) for each in pair]
    frame[headers[1]] = ["1", "0"] * len(table)
    return replace(table, frame=frame, rows=table.rows[twice])


def refuse_empty(table: Table, header: str, values: Iterable[Any], advice: str) -> None:
    """Raises FileError naming the first row that has nothing."""
    for position, value in enumerate(values):
        if value is None:
            raise FileError(f"{table.where(position, header)}: is empty. {advice}.")
