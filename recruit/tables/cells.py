"""Text cells to numbers, levels, counts, and yes or no.

A column is read through its distinct values, so that 100,000 cells cost a dictionary look-up each. An
empty cell is missing: None.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pandas as pd

from forms.texts import N_, Message
from recruit.tables.errors import FileError
from recruit.tables.reading import Table
from recruit.tables.text import Count, shown

T = TypeVar("T")
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([ \u00a0\u202f]\d{3})+)([.,]\d+)?")
TOP_LEVEL = 4
#: Ids and names: what is longer is a text that stands in the wrong column, and no line of a list could hold it.
LONGEST_NAME = 200
#: What is longer is no measurement; numbers of thousands of digits would take minutes, or be infinite as floats.
LONGEST_NUMBER = 60
MOST_GROUPS = 500
EXACT = 4096
"""Levels are multiples of 1/4096, so that sums and means of them are exact."""
YES = frozenset({"1", "yes", "ja", "true", "sant"})
NO = frozenset({"0", "no", "nej", "false", "falskt"})


def convert(table: Table, header: str, parse: Callable[[str], T]) -> np.ndarray:
    """Each cell of a column through `parse`, as an array of objects; None where the cell is empty.

    Raises
    ------
    FileError
        `parse` raised ValueError: the first such row, its value, what was expected, and how many more
        there are.
    """
    codes, distinct = pd.factorize(table.column(header))
    values = np.empty(len(distinct), dtype=object)
    refused: dict[int, str] = {}
    for code, text in enumerate(distinct):
        try:
            values[code] = parse(text) if text else None
        except ValueError as error:
            refused[code] = error.args[0]
    if refused:
        rows = np.flatnonzero(np.isin(codes, list(refused)))
        where, fault = table.where(int(rows[0]), header), refused[int(codes[rows[0]])]
        if len(rows) == 1:
            raise FileError(Message(N_("%(where)s: %(fault)s."), where=where, fault=fault))
        said = N_("%(where)s: %(fault)s. Other rows with the same fault: %(more)s.")
        raise FileError(Message(said, where=where, fault=fault, more=Count(len(rows) - 1)))
    return values[codes]


def names(table: Table, header: str) -> "pd.Series[str]":
    """A column of ids or names. Raises FileError for one that is longer than a list can show."""
    found = table.column(header)
    long = np.flatnonzero(found.str.len() > LONGEST_NAME)
    if len(long):
        raise FileError(
            f"{table.where(int(long[0]), header)}: {len(found[int(long[0])]):,} characters. An id or a name has at "
            f"most {LONGEST_NAME}."
        )
    return found


def number(text: str, separator: str | None = None) -> Decimal:
    """A number with decimal point or decimal comma, perhaps with spaces between thousands.

    Raises ValueError for anything else, and for "1,234" where cells are separated by commas: it could be
    either.
    """
    if len(text) > LONGEST_NUMBER and NUMBER.fullmatch(text):
        said = N_("'%(value)s' is a number of %(length)s characters. A number has at most %(most)s")
        raise ValueError(Message(said, value=shown(text), length=Count(len(text)), most=LONGEST_NUMBER))
    if not NUMBER.fullmatch(text):
        raise ValueError(
            Message(
                N_(
                    "'%(value)s' is not a number. Write it with digits, or leave the cell empty if it is missing"
                ),
                value=shown(text),
            )
        )
    if separator == "," and re.fullmatch(r"[+-]?\d{1,3},\d{3}", text):
        raise ValueError(
            Message(
                N_("'%(value)s' could mean %(one)s or %(other)s. Write it without thousands marks"),
                value=shown(text),
                one=text.replace(",", "."),
                other=text.replace(",", ""),
            )
        )
    return Decimal(re.sub(r"[ \u00a0\u202f]", "", text).replace(",", "."))


def numbers(table: Table, header: str) -> np.ndarray:
    """A column of numbers as Decimal; None is an empty cell."""
    return convert(table, header, lambda text: number(text, table.separator))


def levels(table: Table, header: str) -> np.ndarray:
    """A column of levels from 0 to 4 as float64; NaN is an empty cell.

    Raises
    ------
    FileError
        Not a number, out of range, rounded (so that equal means would no longer tie), or a whole column
        that is
        a rank (1 to n) where levels belong.
    """

    def parse(text: str) -> float:
        level = number(text, table.separator)
        if not 0 <= level <= TOP_LEVEL:
            raise ValueError(
                Message(
                    N_("level %(value)s is out of range. A level is a number from 0 to %(top)s"),
                    value=shown(text),
                    top=TOP_LEVEL,
                )
            )
        if level * EXACT % 1:
            raise ValueError(
                Message(
                    N_(
                        "level %(value)s is rounded, and equal means would no longer tie. "
                        "Give whole levels, halves or quarters, or the assessors' own levels with --assessments"
                    ),
                    value=shown(text),
                )
            )
        return float(level)

    try:
        return convert(table, header, parse).astype(np.float64)
    except FileError:
        _refuse_rank(table, header)
        raise


def _refuse_rank(table: Table, header: str) -> None:
    """A better thing to say of values out of range when the whole column is 1 to n."""
    values = [value for value in numbers(table, header) if value is not None]
    if is_rank(values):
        raise FileError(
            Message(
                N_(
                    "%(file)s, column '%(column)s': the values are the numbers 1 to %(last)s, which is a rank and not "
                    "levels. A level is a number from 0 to %(top)s, where %(top)s is the best."
                ),
                file=table.name,
                column=header,
                last=str(max(values)),
                top=TOP_LEVEL,
            )
        )


def is_rank(values: Sequence[Decimal]) -> bool:
    """Whether the values are 1 to n in some order, ties allowed to repeat a place (1, 2, 2, 4)."""
    if len(values) < 3 or any(value != int(value) or value < 1 for value in values):
        return False
    ordered = sorted(map(int, values))
    return all(value <= place for place, value in enumerate(ordered, 1)) and len(set(ordered)) > 0.8 * len(
        ordered
    )


def yes_or_no(table: Table, header: str) -> np.ndarray:
    """A column of 1/0, yes/no, ja/nej or true/false in any case; None is an empty cell."""

    def parse(text: str) -> bool:
        word = text.casefold()
        if word in YES:
            return True
        if word in NO:
            return False
        said = N_("'%(value)s' is neither yes nor no. Write 1 or 0, yes or no, ja or nej, true or false")
        raise ValueError(Message(said, value=shown(text)))

    return convert(table, header, parse)


def counts(table: Table, header: str) -> np.ndarray:
    """A column of whole numbers, 0 or more; None is an empty cell."""

    def parse(text: str) -> int:
        value = number(text, table.separator)
        if value < 0 or value != int(value):
            raise ValueError(f"'{shown(text)}' is not a count. A count is a whole number, 0 or more")
        return int(value)

    return convert(table, header, parse)


def groups(table: Table, header: str) -> "pd.Series[str]":
    """A column of groups as text; None where the cell is empty. "NA" is Namibia, a group like any other.

    Raises
    ------
    FileError
        More different values than there are countries twice over: these are ids or free text.
    """
    cells = names(table, header)
    if cells.nunique() > MOST_GROUPS:
        raise FileError(
            f"{table.name}, column '{header}': {cells.nunique():,} different values, which are no groups. "
            f"Give a column with at most {MOST_GROUPS} groups."
        )
    return cells.where(cells != "", None)
