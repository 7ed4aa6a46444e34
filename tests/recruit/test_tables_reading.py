"""Files as people have them come in whole; what cannot be read is refused by name, row and value."""

import datetime
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from recruit.tables import cells
from recruit.tables.errors import FileError
from recruit.tables.reading import Table, read_table

HEADER = ["id", "country", "months"]
ROWS = [["A1", "NA", "1,5"], ["A2", "Österrike", "2.5"], ["A3", "", "1 200,5"]]


def written(folder: Path, content: bytes, name: str = "table.csv") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def lines(separator: str) -> str:
    return "\r\n".join(separator.join(row) for row in [HEADER, *ROWS]) + "\r\n"


def as_lists(table: Table) -> list[list[str]]:
    return table.frame.to_numpy().tolist()


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_separator_and_encoding_are_found(tmp_path: Path, separator: str, encoding: str) -> None:
    table = read_table(written(tmp_path, lines(separator).encode(encoding)))
    assert table.headers == HEADER
    assert as_lists(table) == ROWS
    assert list(table.rows) == [2, 3, 4]


def test_csv_with_commas_and_quoted_decimal_commas(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'id,months,note\nA1,"1,5","a; b"\nA2,2.5,\n'))
    assert list(cells.numbers(table, "months")) == [Decimal("1.5"), Decimal("2.5")]
    assert list(table.column("note")) == ["a; b", ""]


def test_csv_sep_line_of_excel_is_no_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"sep=;\r\nid;months\r\nA1;1,5\r\n"))
    assert (table.headers, list(table.rows)) == (["id", "months"], [2])


def test_windows_1252_is_told(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id;name\nA1;Åsa\n".encode("cp1252")))
    assert list(table.column("name")) == ["Åsa"]
    assert "Windows-1252" in table.notes[0]


def test_na_is_namibia_and_empty_is_missing(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"id,country\nA1,NA\nA2,\nA3,null\nA4,NaN\n"))
    assert cells.groups(table, "country").tolist() == ["NA", None, "null", "NaN"]


def test_empty_rows_and_columns_fall_away_and_row_numbers_stay(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"\n\nid;a;;\n;;;\nA1;1;;\n\nA2;2;;\n;;;\n"))
    assert table.headers == ["id", "a"]
    assert list(table.rows) == [5, 7]


def test_line_break_inside_a_cell_is_one_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'id;note\nA1;"one\ntwo"\nA2;x\n'))
    assert list(table.rows) == [2, 3]


def test_names_in_decomposed_form_are_the_same_text(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id;A\u030alder\nO\u0308\u00a0;1\n".encode()))
    assert table.headers == ["Ålder"] or table.headers == ["id", "Ålder"]
    assert list(table.column("id")) == ["Ö"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (b"id;level\r\n", "has headers but no rows"),
        (b"id;level;Level\nA1;1;2\n", "the header 'Level' stands twice, in columns B and C"),
        (b"id;;x\nA1;7;2\n", "column B has values but no header"),
        (b"id;x\nA1;1\nA2;1;2\n", "row 3: 3 cells where the header has 2"),
        (b'id;x\nA1;"1\nA2;2\n', "a double quote is opened and never closed"),
        (b"id;x\nA1;\x00\n", "null bytes"),
        (b"id;name\nA1;\xc3\x85sa\nA2;\xc5sa\n", "row 3: byte 0xc5 is not UTF-8"),
        (b"id;name\nA1;\x81\n", "row 2: byte 0x81 is neither UTF-8 nor Windows-1252: wrong encoding"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel workbook"),
        (b"PK\x03\x04 broken", "is broken"),
    ],
)
def test_unreadable_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileError, match=r"table\.csv") as refused:
        read_table(written(tmp_path, content))
    assert said in str(refused.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_table(str(tmp_path / "none.csv"))


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"id;x\nA1;2\n")))
    table = read_table("-")
    assert (table.name, as_lists(table)) == ("standard input", [["A1", "2"]])


def workbook(folder: Path, rows: list[list[object]], name: str = "table.xlsx") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def test_workbook_cells_come_as_text(tmp_path: Path) -> None:
    day = datetime.datetime(2027, 2, 1)
    path = workbook(
        tmp_path,
        [["id", "start", "n", "x", "yes"], [17, day, 3.0, 2.5, True], ["NA", None, None, "a", False]],
    )
    table = read_table(str(path))
    assert as_lists(table) == [["17", "2027-02-01", "3", "2.5", "true"], ["NA", "", "", "a", "false"]]
    assert list(table.rows) == [2, 3]


def test_workbook_with_two_sheets_says_which_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id"], ["A1"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Second")
    book.save(path)
    assert "first of 2" in read_table(str(path)).notes[0]


def test_workbook_kind_is_decided_by_content(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id"], ["A1"]])
    path.rename(tmp_path / "table.csv")
    assert as_lists(read_table(str(tmp_path / "table.csv"))) == [["A1"]]


def add_to_archive(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def test_macro_workbook_is_refused_by_content_and_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id"], ["A1"]])
    add_to_archive(path, "xl/vbaProject.bin", b"macro")
    with pytest.raises(FileError, match="holds macros"):
        read_table(str(path))
    named = workbook(tmp_path, [["id"], ["A1"]], "table.xlsm")
    with pytest.raises(FileError, match="macro workbook"):
        read_table(str(named))


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id"], ["A1"]])
    add_to_archive(path, "xl/media/big.bin", b"\0" * 80_000_000)
    with pytest.raises(FileError, match="which no ordinary sheet does"):
        read_table(str(path))


def test_other_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    add_to_archive(path, "word/document.xml", b"<x/>")
    with pytest.raises(FileError, match="not an XLSX workbook"):
        read_table(str(path))


def test_formula_never_calculated_is_refused_by_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "level"], ["A1", "=1+1"]])
    with pytest.raises(FileError, match="cell B2: the formula '=1\\+1' was never calculated"):
        read_table(str(path))


def test_excel_error_is_refused_by_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "level"], ["A1", "#REF!"]])
    with pytest.raises(FileError, match="cell B2: holds the Excel error #REF!"):
        read_table(str(path))
