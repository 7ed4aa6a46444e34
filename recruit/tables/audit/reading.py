"""A table read for a question: its columns under their keys, and the levels that stand in it."""

from dataclasses import dataclass
from typing import Any

import click
import numpy as np
import pandas as pd

from recruit.tables.audit.levels import Levels, from_assessors, from_columns
from recruit.tables.audit.question import Question
from recruit.tables.audit.sheet import Sheet, parted
from recruit.tables.errors import FileError
from recruit.tables.reading import read_table
from recruit.tables.text import listed, plain

MOST_PERSONS = 10_000_000
"""As many rows as counts may be spread out to, where a figure needs a row for each person."""


@dataclass(frozen=True)
class Reading:
    """What the figures are made of.

    `frame`: a row per person, per application where `levels` has assessors, or per cell with `count`. `selected`,
    `chain`, `count` and `scores` name its columns; None (or none) for what is not asked.
    """

    sheet: Sheet
    question: Question
    levels: Levels | None
    selected: str | None
    chain: list[str]
    count: str | None
    scores: str | None
    frame: pd.DataFrame

    @property
    def name(self) -> str:
        return self.sheet.table.name

    @property
    def decided(self) -> Any:
        """Whether each row was selected, or reached the last stage, shape (rows,); None where only scores are."""
        last = self.selected or (self.chain[-1] if self.chain else None)
        return None if last is None else self.sheet.data[last]

    @property
    def counts(self) -> np.ndarray | None:
        """How many persons each row stands for; None where it is one."""
        return None if self.count is None else self.frame[self.count].to_numpy(dtype=np.int64)


def read(source: str, question: Question) -> Reading:
    """Read a table. Raises FileError for one that cannot answer the question, with row and column."""
    table = read_table(source)
    for note in table.notes:
        click.echo(f"Note: {plain(note)}", err=True)
    levels = None
    if question.selected_count is not None:
        table = parted(table, question)
    elif question.assessor is not None:
        table, levels = from_assessors(table, question)
    if question.criteria and levels is None:
        levels = from_columns(table, question)
    sheet = Sheet(table, question)
    selected = None
    if question.selected is not None:
        selected = sheet.outcome(question.selected, "--selected")
    elif question.selected_count is not None:
        selected = sheet.outcome(question.selected_count, "--selected-count")
    chain = sheet.chain(question.stages)
    most = MOST_PERSONS if question.of_persons else None
    count = sheet.count(question.count, most) if question.count is not None else None
    scores = _scores(sheet, question, levels)
    return Reading(sheet, question, levels, selected, chain, count, scores, sheet.frame())


def _scores(sheet: Sheet, question: Question, levels: Levels | None) -> str | None:
    """Levels that were assessed are the score; where there are none, the column that `--score` names."""
    if levels is not None and (levels.long is not None or question.score is None):
        scores = levels.scores()
        if all(score is None for score in scores):
            raise FileError(
                f"{sheet.table.name}: no application has a level on every criterion ({listed(levels.weights)}), so "
                "there is nothing to add up."
            )
        sheet.data["outcome: score"] = scores
        return "outcome: score"
    return sheet.score(question.score) if question.score is not None else None
