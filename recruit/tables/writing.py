"""CSV and XLSX that open correctly in Excel, and a folder of results that is whole or not there.

CSV is UTF-8 with a byte order mark (without it Excel garbles å, ä and ö). In Swedish cells are separated
by semicolons and
decimals by a comma, in English by commas and a point: each is what Excel in that language opens without
being asked.
"""

import csv
import datetime
import os
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from recruit.tables.errors import FileError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FIXED_TIME = datetime.datetime(2000, 1, 1)
"""Written as the time of creation, so that the same input gives the same bytes."""


@dataclass(frozen=True)
class Column:
    """A column on its way out.

    `kind` is text (somebody wrote it: formulas are neutralised), word (the program wrote it), integer, or
    decimal
    (numbers, or texts such as "78.125"). None is an empty cell.
    """

    header: str
    cells: Sequence[Any]
    kind: Literal["text", "word", "integer", "decimal"] = "text"


def neutral(text: str) -> str:
    """The text so that no spreadsheet program takes it for a formula: an apostrophe first where it starts
    like one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text


def write_csv(path: Path, columns: Sequence[Column], language: str) -> None:
    """Write columns as CSV for Excel in Swedish ("sv": ; and decimal comma) or English (", and decimal
    point)."""
    separator, mark = (";", ",") if language == "sv" else (",", ".")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\r\n")
        writer.writerow([neutral(column.header) for column in columns])
        writer.writerows(zip(*(_csv_cells(column, mark) for column in columns), strict=True))


def _csv_cells(column: Column, mark: str) -> Iterable[Any]:
    if column.kind == "text":
        return ["" if cell is None else neutral(cell) for cell in column.cells]
    if column.kind == "decimal":
        return ["" if cell is None else str(cell).replace(".", mark) for cell in column.cells]
    return ["" if cell is None else cell for cell in column.cells]


def write_xlsx(
    path: Path, title: str, columns: Sequence[Column], about: tuple[str, Sequence[tuple[str, str]]]
) -> None:
    """Write one sheet of columns, ready to print, and one of facts about it (its name, and pairs of label
    and text).

    Texts are written as texts: nothing is taken for a formula, a link or a number.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": FIXED_TIME})
        base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        formats = {
            "header": book.add_format({**base, "bold": True, "bottom": 2, "text_wrap": True}),
            "text": book.add_format({**base, "num_format": "@"}),
            "quoted": book.add_format({**base, "num_format": "@", "quote_prefix": True}),
            "word": book.add_format(base),
            "integer": book.add_format({**base, "num_format": "0"}),
            "decimal": book.add_format({**base, "num_format": "0.000"}),
            "label": book.add_format({**base, "bold": True}),
            "wrapped": book.add_format({**base, "num_format": "@", "text_wrap": True}),
        }
        sheet = book.add_worksheet(title[:31].translate(str.maketrans("", "", "[]:*?/\\'")) or "1")
        _fill(sheet, columns, formats)
        facts = book.add_worksheet(about[0])
        facts.set_column(0, 0, 24)
        facts.set_column(1, 1, 90)
        for row, (label, text) in enumerate(about[1]):
            facts.write_string(row, 0, label, formats["label"])
            facts.write_string(row, 1, text, formats["wrapped"])


def _fill(sheet: Any, columns: Sequence[Column], formats: dict[str, Any]) -> None:
    rows = max((len(column.cells) for column in columns), default=0)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows, len(columns) - 1)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&F&R&P / &N")
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column.header, formats["header"])
        longest = max((_width(str(cell)) for cell in column.cells if cell is not None), default=0)
        sheet.set_column(index, index, min(max(longest, _width(column.header) + 3) + 2, 60))
        for row, cell in enumerate(column.cells, 1):
            if cell is None:
                continue
            if column.kind in ("integer", "decimal"):
                sheet.write_number(row, index, float(cell), formats[column.kind])
            else:
                quoted = column.kind == "text" and neutral(cell) != cell
                sheet.write_string(row, index, cell, formats["quoted" if quoted else column.kind])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


class ResultFolder:
    """A folder of results: written aside, moved into place when all of it is there, or nothing.

    `names` are the files that may be written; those of an earlier run that are not written this time are
    removed.
    """

    def __init__(self, out: Path, names: Sequence[str], *, force: bool) -> None:
        """Raises FileError when `out` is no folder, or holds one of the files already and `force` is not
        given."""
        self.out, self.names = out, names
        if out.exists() and not out.is_dir():
            raise FileError(f"{out} is a file. Give a folder with --out.")
        there = [name for name in names if (out / name).exists()]
        if there and not force:
            raise FileError(
                f"{out} already holds {', '.join(there)}. Give another folder, or --force to replace them."
            )

    def __enter__(self) -> Path:
        """The folder to write into."""
        self._made = [folder for folder in self.out.parents if not folder.exists()]
        try:
            self.out.parent.mkdir(parents=True, exist_ok=True)
            self._aside = Path(tempfile.mkdtemp(prefix=f".{self.out.name}.", dir=self.out.parent))
        except OSError as error:
            raise FileError(f"{self.out} cannot be written: {error.strerror or error}.") from error
        return self._aside

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._move()
        finally:
            shutil.rmtree(self._aside, ignore_errors=True)
            if kind is not None:
                for folder in self._made:
                    folder.rmdir()

    def _move(self) -> None:
        if not self.out.exists() or not any(self.out.iterdir()):
            self._aside.chmod(0o777 & ~_umask())
            os.replace(self._aside, self.out)
            return
        for name in self.names:
            if (self._aside / name).exists():
                os.replace(self._aside / name, self.out / name)
            else:
                (self.out / name).unlink(missing_ok=True)


def write_whole(texts: Mapping[Path, str]) -> None:
    """Write text files whole, all of them or none. Raises FileError when one cannot be written.

    What is no file, such as a device or a pipe, is written to and never replaced by a file; a link stays a link.
    """
    files = [path for path in texts if _is_file_or_free(path)]
    asides = [path.resolve().with_name(f".recruit.{os.getpid()}.{at}") for at, path in enumerate(files)]
    try:
        for aside, path in zip(asides, files, strict=True):
            with _writing(path):
                aside.write_text(texts[path], encoding="utf-8")
        for path in texts.keys() - files:
            with _writing(path):
                path.write_text(texts[path], encoding="utf-8")
        for aside, path in zip(asides, files, strict=True):
            with _writing(path):
                os.replace(aside, path.resolve())
    finally:
        for aside in asides:
            with suppress(OSError):
                aside.unlink()


def _is_file_or_free(path: Path) -> bool:
    with _writing(path):
        return path.is_file() or not path.exists()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What the system refuses while this path is written is raised as FileError."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
