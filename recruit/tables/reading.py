"""Read CSV and XLSX as people have them.

Every cell comes as text: whether "NA" is Namibia or 007 a number is for the column to say, not for the
reader. Empty is "".
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forms.texts import N_, Message
from recruit.tables import csv_text
from recruit.tables.bounds import Bounds
from recruit.tables.csv_text import EMPTY
from recruit.tables.errors import FileError
from recruit.tables.text import letter, shown, tidy

MAX_BYTES = 512 * 1024 * 1024
STANDARD_INPUT = "-"
UPLOADED = Bounds(unpacked=100 * 1024 * 1024, cells=2_000_000)
"""What a file sent to a page may come to: everybody else waits while it is read."""
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Table:
    """A sheet of text cells.

    Attributes
    ----------
    name : the file's name, for messages.
    frame : one column per header, all text; "" is an empty cell.
    rows : for each row of `frame` its number as the spreadsheet shows it (the header is usually row 1).
    separator : what stood between cells in a CSV; None for XLSX.
    notes : what was assumed while reading, to be told to the person.
    """

    name: str
    frame: pd.DataFrame
    rows: np.ndarray
    separator: str | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def headers(self) -> list[str]:
        return list(self.frame.columns)

    def column(self, header: str) -> "pd.Series[str]":
        """The cells of a column, without surrounding space and in Unicode's composed form (NFC)."""
        codes, distinct = pd.factorize(self.frame[header].to_numpy(dtype=object))
        # Most cells are ASCII, and a call for each of them is what takes the time.
        texts = [text.strip() if text.isascii() else tidy(text) for text in distinct]
        tidied = np.array(texts, dtype=object)
        return pd.Series(tidied[codes], dtype=object, name=header)

    def where(self, position: int, header: str) -> str:
        """ "applications.csv, row 7, column 'case'": the place of a cell as its owner sees it."""
        row = str(self.rows[position])
        return Message(
            N_("%(file)s, row %(row)s, column '%(column)s'"), file=self.name, row=row, column=shown(header)
        )


def read_table(source: str) -> Table:
    """Read a CSV or XLSX file, or standard input when `source` is "-".

    The content decides the kind, not the file's name.

    Raises
    ------
    FileError
        Not readable, not a spreadsheet, macros, too large, wrong encoding, ragged rows, duplicate or empty
        headers, no rows.
    """
    return read_content(*_bytes_of(source))


def read_content(name: str, content: bytes, *, bounds: Bounds = Bounds()) -> Table:
    """Read the content of a CSV or XLSX file; `name` is for messages and tells macro workbooks.

    Raises FileError as `read_table` does, and when the content comes to more than `bounds`.
    """
    if not content.strip():
        raise FileError(Message(EMPTY, file=name))
    if content.startswith(OLE):
        raise FileError(
            Message(
                N_(
                    "%(file)s is an old Excel workbook (.xls) or has a password. Save it as .xlsx or CSV without a "
                    "password."
                ),
                file=name,
            )
        )
    if Path(name).suffix.lower() in {".xlsm", ".xltm", ".xlsb"}:
        raise FileError(
            Message(
                N_(
                    "%(file)s is a macro workbook. Save it as .xlsx, which cannot hold macros, and try again."
                ),
                file=name,
            )
        )
    if content.startswith(ZIP):
        from recruit.tables import workbook

        return _table(name, *workbook.read(name, content, bounds))
    return _table(name, *csv_text.read(name, content, bounds))


def _bytes_of(source: str) -> tuple[str, bytes]:
    if source == STANDARD_INPUT:
        name, stream = "standard input", sys.stdin.buffer
        content = stream.read(MAX_BYTES + 1)
    else:
        path = Path(source)
        name = path.name
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise FileError(f"{source} cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_BYTES:
        raise FileError(
            f"{name} is larger than {MAX_BYTES // 2**20} MB. Split it or remove what the ranking does not "
            "need."
        )
    return name, content


def _table(
    name: str, cells: pd.DataFrame, first_row: int, separator: str | None = None, notes: Sequence[str] = ()
) -> Table:
    """Headers off the first row that has any cell; empty rows and empty nameless columns away, row numbers
    kept."""
    filled = ~_empty_rows(cells)
    if not filled.any():
        raise FileError(Message(EMPTY, file=name))
    top = int(np.argmax(filled))
    headers = [tidy(text) for text in cells.iloc[top]]
    keep = np.flatnonzero(filled)[1:]
    body = cells if len(keep) == len(cells) else cells.iloc[keep]
    body = _named(name, headers, body)
    if not len(body):
        raise FileError(
            Message(
                N_("%(file)s has headers but no rows. Row %(row)s is the header: %(headers)s."),
                file=name,
                row=str(first_row + top),
                headers=", ".join(map(repr, headers[:8])),
            )
        )
    return Table(name, body.reset_index(drop=True), keep + first_row, separator, tuple(notes))


def _empty_rows(cells: pd.DataFrame) -> np.ndarray:
    empty = np.ones(len(cells), dtype=bool)
    for _, column in cells.items():
        candidates = np.flatnonzero(empty)
        if not len(candidates):
            break
        texts = column.to_numpy(dtype=object)[candidates]
        blank = np.fromiter(map(str.isspace, texts), dtype=bool, count=len(texts))
        empty[candidates] = blank | (texts == "")
    return empty


def _named(name: str, headers: list[str], body: pd.DataFrame) -> pd.DataFrame:
    kept = []
    for index, header in enumerate(headers):
        if header:
            kept.append(index)
        elif any(map(str.strip, body.iloc[:, index])):
            said = N_("%(file)s: column %(column)s has values but no header. Name it or remove it.")
            raise FileError(Message(said, file=name, column=letter(index)))
    seen: dict[str, int] = {}
    for index in kept:
        earlier = seen.setdefault(headers[index].casefold(), index)
        if earlier != index:
            raise FileError(
                Message(
                    N_(
                        "%(file)s: the header '%(header)s' stands twice, in columns %(one)s and %(other)s. "
                        "Remove or rename one of them."
                    ),
                    file=name,
                    header=headers[index],
                    one=letter(earlier),
                    other=letter(index),
                )
            )
    body = body.iloc[:, kept]
    body.columns = pd.Index([headers[index] for index in kept])
    return body
