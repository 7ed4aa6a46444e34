"""Numbers, levels, counts and yes or no, from text as people write it."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from recruit.tables import cells
from recruit.tables.errors import FileError
from recruit.tables.reading import Table, read_table


def table(folder: Path, *values: str) -> Table:
    path = folder / "t.csv"
    path.write_text("id;x\n" + "".join(f"A{n};{value}\n" for n, value in enumerate(values)))
    return read_table(str(path))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", "3"),
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        ("1 200,25", "1200.25"),
        ("1\u00a0200", "1200"),
        ("-1", "-1"),
    ],
)
def test_number_with_point_or_comma(text: str, value: str) -> None:
    assert cells.number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["two", "1.234,5", "1,234.5", "1e5", "NA", "-", "nan", "2027-02-01", "0x1", "٣x"]
)
def test_text_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        cells.number(text)


def test_number_that_could_be_two_is_refused_where_commas_separate() -> None:
    assert cells.number("1,234", ";") == Decimal("1.234")
    with pytest.raises(ValueError, match=r"could mean 1\.234 or 1234"):
        cells.number("1,234", ",")


def test_levels_with_an_empty_cell(tmp_path: Path) -> None:
    found = cells.levels(table(tmp_path, "0", "", "2,5", "4"), "x")
    assert np.array_equal(found, [0, np.nan, 2.5, 4], equal_nan=True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["1", "5"], "t.csv, row 3, column 'x': level 5 is out of range"),
        (["1", "-1"], "row 3, column 'x': level -1 is out of range"),
        (["1", "strong", "weak"], "row 3, column 'x': 'strong' is not a number"),
        (
            ["7", "7", "7"],
            "level 7 is out of range. A level is a number from 0 to 4. Other rows with the same fault: 2.",
        ),
        (["2", "2,33"], "row 3, column 'x': level 2,33 is rounded"),
        (["3", "1", "5", "2", "6", "4"], "the values are the numbers 1 to 6, which is a rank"),
        (["1", "2", "2", "4", "5", "6", "7"], "which is a rank"),
    ],
)
def test_levels_that_cannot_be_are_refused(tmp_path: Path, values: list[str], said: str) -> None:
    with pytest.raises(FileError) as refused:
        cells.levels(table(tmp_path, *values), "x")
    assert said in str(refused.value)


def test_yes_or_no_in_both_languages(tmp_path: Path) -> None:
    given = ["1", "yes", "JA", "True", "sant", "0", "No", "nej", "FALSE", "falskt", ""]
    assert list(cells.yes_or_no(table(tmp_path, *given), "x")) == [True] * 5 + [False] * 5 + [None]


def test_counts_are_whole(tmp_path: Path) -> None:
    assert list(cells.counts(table(tmp_path, "0", "12", ""), "x")) == [0, 12, None]
    with pytest.raises(FileError, match="row 2, column 'x': '1,5' is not a count"):
        cells.counts(table(tmp_path, "1,5"), "x")
