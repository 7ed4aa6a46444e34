"""What goes out opens correctly in Excel, holds no formulas, and is whole or not there."""

import csv
from pathlib import Path

import openpyxl
import pytest

from recruit.tables.errors import FileError
from recruit.tables.ordering import Row, alphabetical
from recruit.tables.writing import Column, ResultFolder, neutral, write_csv, write_xlsx

NASTY = ["=1+1", "+46 70", "-", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"]
COLUMNS = [
    Column("id", ["007", "=cmd|' /C calc'!A0", 'Åsa; "x"'], "text"),
    Column("points", ["78.125", None, "5.000"], "decimal"),
    Column("place", [1, None, 12], "integer"),
]


@pytest.mark.parametrize("text", NASTY)
def test_cell_that_starts_a_formula_is_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Åsa", "A-1", "a=b", "", "'x"])
def test_other_text_is_left_alone(text: str) -> None:
    assert neutral(text) == text


def test_csv_in_swedish_is_what_swedish_excel_opens(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", COLUMNS, "sv")
    assert (tmp_path / "t.csv").read_bytes() == (
        '\ufeffid;points;place\r\n007;78,125;1\r\n\'=cmd|\' /C calc\'!A0;;\r\n"Åsa; ""x""";5,000;12\r\n'
    ).encode()


def test_csv_in_english_is_what_english_excel_opens(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", COLUMNS[1:], "en")
    assert (tmp_path / "t.csv").read_text("utf-8-sig") == "points,place\n78.125,1\n,\n5.000,12\n"


ODD = [
    *(
        "משה כהן",
        "عبد الرحمن",
        "王小明",
        "👩‍⚕️",
        "O'Brien",
        "Null",
        "=cmd|' /C calc'!A0",
        "a,b",
        "a;b",
        'a "b"',
    ),
    *(
        "two\nlines",
        "two\r\nlines",
        "old\rlines",
        "x" * 200,
        '"',
        '""=1',
        "tab\there",
        "\u202eevil",
        " space ",
        "-",
    ),
]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_csv_keeps_every_name_and_their_order(tmp_path: Path, language: str) -> None:
    path = tmp_path / "t.csv"
    write_csv(path, [Column("id", range(len(ODD)), "integer"), Column("=name", ODD)], language)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";" if language == "sv" else ",")
    assert header == ["id", "'=name"]
    assert rows == [[str(place), neutral(name)] for place, name in enumerate(ODD)]
    assert not [name for _, name in rows if name.lstrip().startswith(("=", "+", "-", "@"))]


def test_xlsx_has_types_widths_and_no_formula(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "t.xlsx", "List", COLUMNS, ("About", [("Seed", "=1+1")]))
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book["List"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["id", "points", "place"],
        ["007", 78.125, 1],
        ["=cmd|' /C calc'!A0", None, None],
        ['Åsa; "x"', 5, 12],
    ]
    assert [sheet.cell(3, 1).data_type, sheet.cell(2, 2).data_type] == ["s", "n"]
    assert sheet.cell(3, 1).quotePrefix
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width > 15
    assert book["About"].cell(1, 2).data_type == "s"


def test_xlsx_is_the_same_bytes_again(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(tmp_path / name, "List", COLUMNS, ("About", []))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_result_folder_appears_whole(tmp_path: Path) -> None:
    with ResultFolder(tmp_path / "new" / "out", ["a", "b"], force=False) as aside:
        (aside / "a").write_text("1")
        assert not (tmp_path / "new" / "out").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]
    assert (tmp_path / "new" / "out" / "a").read_text() == "1"


def test_result_folder_leaves_nothing_when_writing_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with ResultFolder(tmp_path / "new" / "out", ["a"], force=False) as aside:
            (aside / "a").write_text("1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_result_folder_does_not_overwrite_unless_forced(tmp_path: Path) -> None:
    for name in ("a", "b", "mine"):
        (tmp_path / name).write_text("old")
    with pytest.raises(FileError, match=r"already holds a, b\. Give another folder, or --force"):
        ResultFolder(tmp_path, ["a", "b"], force=False)
    with ResultFolder(tmp_path, ["a", "b"], force=True) as aside:
        (aside / "a").write_text("new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "new", "mine": "old"}


def test_result_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(FileError, match="is a file"):
        ResultFolder(tmp_path / "out", ["a"], force=True)


def test_names_sort_as_in_swedish() -> None:
    names = ["Östen", "Zsófia", "Łukasz", "Lisa", "Ångström", "ängla", "Émile", "Eva"]
    rows = [Row("called", n, n, str(n), name, "", False, "1") for n, name in enumerate(names)]
    expected = ["Émile", "Eva", "Lisa", "Łukasz", "Zsófia", "Ångström", "ängla", "Östen"]
    assert [row.name for row in alphabetical(rows)] == expected
