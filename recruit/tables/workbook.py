"""XLSX workbooks: the first sheet that is shown, with macros refused and size bounded before anything is
unpacked."""

import datetime
import io
import zipfile
from typing import Any

import numpy as np
import pandas as pd

from forms.texts import N_, Message
from recruit.tables.bounds import Bounds
from recruit.tables.errors import FileError
from recruit.tables.text import Count, letter

MAX_RATIO = 200  # real sheets shrink to between a fifth and a fiftieth
MAX_ROWS = 1_048_576
#: What definitions in XML begin with: they can nest, and nothing that a spreadsheet program writes has any.
DEFINITIONS = (b"<!DOCTYPE", b"<!ENTITY")


def read(name: str, content: bytes, bounds: Bounds) -> tuple[pd.DataFrame, int, None, list[str]]:
    """Cells as text: dates as 2027-02-01, whole numbers without decimals, formulas as the values they showed.

    Raises
    ------
    FileError
        No workbook, macros, a suspiciously dense or large archive, or a cell with an Excel error or a
        formula never calculated.
    """
    formulas = _inspect(name, content, bounds)
    sheet, notes = _open(name, content, data_only=True)
    rows = _rows(name, sheet, bounds)
    if formulas:
        _refuse_uncalculated(name, content, rows, bounds)
    width = max((len(row) for row in rows), default=0)
    bounds.check_sheet(name, len(rows), width)
    cells = np.full((len(rows), width), "", dtype=object)
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                cells[index, column] = _text(name, index, column, value)
    return pd.DataFrame(cells), 1, None, notes


def _inspect(name: str, content: bytes, bounds: Bounds) -> bool:
    """Refuse what must not be opened; True when a sheet holds formulas."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise FileError(
            Message(N_("%(file)s is broken: %(fault)s. Save it again as .xlsx."), file=name, fault=str(error))
        ) from error
    with archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if (
            unpacked > bounds.unpacked
            or len(entries) > 10_000
            or (unpacked > 50_000_000 and unpacked > MAX_RATIO * len(content))
        ):
            raise FileError(
                Message(
                    N_(
                        "%(file)s unpacks to %(large)s MB from %(small)s MB, which no ordinary sheet does. "
                        "Save the sheet as CSV instead."
                    ),
                    file=name,
                    large=Count(unpacked // 2**20),
                    small=f"{len(content) / 2**20:.1f}",
                )
            )
        names = {entry.filename.lower() for entry in entries}
        if any("vbaproject" in entry or entry.startswith("xl/macrosheets/") for entry in names):
            raise FileError(
                Message(
                    N_("%(file)s holds macros. Save it as .xlsx without macros, or as CSV, and try again."),
                    file=name,
                )
            )
        if "xl/workbook.xml" not in names:
            raise FileError(
                Message(
                    N_("%(file)s is a zip archive but not an XLSX workbook. Give a CSV or an XLSX file."),
                    file=name,
                )
            )
        written = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
        formulas = [_holds_formula(name, archive, entry) for entry in written]
        return any(formulas)  # every part is looked through, also after the first formula


def _holds_formula(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether a part holds formulas. Raises FileError for XML with definitions, also where zeros stand between."""
    tail, found = b"", False
    try:
        with archive.open(entry) as part:
            while block := part.read(1 << 20):
                text = tail + block
                plain = text.replace(b"\x00", b"")  # UTF-16 writes the same letters with zeros between them
                if any(each in plain for each in DEFINITIONS):
                    raise FileError(
                        Message(
                            N_(
                                "%(file)s holds XML definitions that no spreadsheet program writes. Save it again as "
                                ".xlsx."
                            ),
                            file=name,
                        )
                    )
                found = found or b"<f>" in text or b"<f " in text
                tail = block[-32:]
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileError(
            Message(
                N_("%(file)s is broken or has a password: %(fault)s. Save it again as .xlsx."),
                file=name,
                fault=str(error),
            )
        ) from error
    return found


def _open(name: str, content: bytes, *, data_only: bool) -> tuple[Any, list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
    except Exception as error:  # openpyxl lets KeyError, ValueError and XML errors of a broken file through
        raise FileError(
            Message(
                N_("%(file)s cannot be read as a workbook: %(fault)s. Save it again as .xlsx."),
                file=name,
                fault=str(error),
            )
        ) from error
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not shown:
        raise FileError(Message(N_("%(file)s has no sheet that is shown."), file=name))
    notes = [f"Read the sheet '{shown[0].title}', the first of {len(shown)}."] if len(shown) > 1 else []
    shown[0].reset_dimensions()  # a written dimension can claim a million empty columns
    return shown[0], notes


def _rows(name: str, sheet: Any, bounds: Bounds) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    cells = 0
    try:
        for row in sheet.iter_rows(values_only=True):
            end = len(row)
            while end and row[end - 1] is None:
                end -= 1
            cells += len(row)
            if cells > bounds.cells or len(rows) >= MAX_ROWS:
                raise FileError(
                    Message(
                        N_(
                            "%(file)s has more than %(rows)s rows or %(cells)s cells. Save the sheet as CSV instead."
                        ),
                        file=name,
                        rows=Count(MAX_ROWS),
                        cells=Count(bounds.cells),
                    )
                )
            rows.append(row[:end])
    except FileError:
        raise
    except Exception as error:  # a broken sheet raises whatever its XML parser or a cell's conversion raises
        raise FileError(
            Message(
                N_("%(file)s, near row %(row)s: cannot be read: %(fault)s. Save it again as .xlsx."),
                file=name,
                row=str(len(rows) + 1),
                fault=str(error),
            )
        ) from error
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _refuse_uncalculated(name: str, content: bytes, values: list[tuple[Any, ...]], bounds: Bounds) -> None:
    sheet, _ = _open(name, content, data_only=False)
    for index, row in enumerate(_rows(name, sheet, bounds)):
        shown = values[index] if index < len(values) else ()
        for column, written in enumerate(row):
            calculated = column < len(shown) and shown[column] is not None
            if isinstance(written, str) and written.startswith("=") and not calculated:
                raise FileError(
                    Message(
                        N_(
                            "%(file)s, cell %(cell)s: the formula %(formula)s was never calculated. "
                            "Open the workbook in Excel, save it, and try again."
                        ),
                        file=name,
                        cell=f"{letter(column)}{index + 1}",
                        formula=repr(written[:40]),
                    )
                )


def _text(name: str, row: int, column: int, value: Any) -> str:
    if isinstance(value, str):
        if value.startswith("#") and value in {
            "#N/A",
            "#REF!",
            "#VALUE!",
            "#DIV/0!",
            "#NAME?",
            "#NULL!",
            "#NUM!",
        }:
            raise FileError(
                Message(
                    N_("%(file)s, cell %(cell)s: holds the Excel error %(value)s. Correct or empty it."),
                    file=name,
                    cell=f"{letter(column)}{row + 1}",
                    value=value,
                )
            )
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
