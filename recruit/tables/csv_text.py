"""CSV text: its encoding, its separator, and its cells."""

import csv
import io
import re

import pandas as pd

from forms.texts import N_, Message
from recruit.tables.bounds import Bounds
from recruit.tables.errors import FileError

SEPARATORS = {";": N_("semicolon"), "\t": N_("tab"), ",": N_("comma")}
SAMPLE = 64 * 1024
EMPTY = N_("%(file)s is empty. It needs a row of headers and at least one row below it.")
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def read(name: str, content: bytes, bounds: Bounds) -> tuple[pd.DataFrame, int, str, list[str]]:
    """Cells as text with the header in the first row, the number of that row, the separator, and notes.

    Raises
    ------
    FileError
        The bytes are no text in UTF-8, UTF-16 or Windows-1252, a quote is never closed, a row has too
        many cells, or there are too many of them.
    """
    text, notes = decode(name, content)
    if "\n" not in text:  # lines end as they did on an old Macintosh
        text = text.replace("\r", "\n")
    declared = re.match(
        r'"?sep=([;,\t])"?\r?\n', text
    )  # Excel's own convention; Excel does not show that line
    if declared:
        text = text[declared.end() :]
    separator = declared.group(1) if declared else sniff(text)
    body = text.lstrip("\r\n")
    if not body:
        raise FileError(Message(EMPTY, file=name))
    first_row = 1 + text.count("\n", 0, len(text) - len(body))
    _check_size(name, body, separator, bounds)
    try:
        cells = pd.read_csv(
            io.StringIO(body), sep=separator, header=None, dtype=str, keep_default_na=False, na_filter=False,
            skip_blank_lines=False, engine="c", quotechar='"', doublequote=True, low_memory=False,
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FileError(_explain(name, str(error), separator, first_row)) from error
    return cells.fillna(""), first_row, separator, notes


def decode(name: str, content: bytes) -> tuple[str, list[str]]:
    """The text, and what was assumed about its encoding: a byte order mark wins, then UTF-8, then
    Windows-1252."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise FileError(
            Message(N_("%(file)s is text in UTF-32. Save it as 'CSV UTF-8' and try again."), file=name)
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), ["Read as UTF-16."]
        except UnicodeDecodeError as error:
            raise FileError(
                Message(
                    N_("%(file)s begins as UTF-16 text but is broken. Save it as 'CSV UTF-8' and try again."),
                    file=name,
                )
            ) from error
    if b"\x00" in content[:SAMPLE] or b"\x00" in content:
        said = N_("%(file)s is not text: it holds null bytes. Give a CSV or an XLSX file.")
        raise FileError(Message(said, file=name))
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return _windows_1252(name, content, error)


def _windows_1252(name: str, content: bytes, error: UnicodeDecodeError) -> tuple[str, list[str]]:
    row = content.count(b"\n", 0, error.start) + 1
    if content.startswith(b"\xef\xbb\xbf") or MULTIBYTE.search(content):
        # Other letters are whole UTF-8: reading everything as Windows-1252 would garble every name in
        # silence.
        raise FileError(
            Message(
                N_(
                    "%(file)s, row %(row)s: byte %(byte)s is not UTF-8, although other rows are. The encoding is "
                    "mixed. Save it as 'CSV UTF-8' from the program that made it and try again."
                ),
                file=name,
                row=str(row),
                byte=f"{content[error.start]:#04x}",
            )
        )
    try:
        return content.decode("cp1252"), [
            "Not UTF-8, so read as Windows-1252. Check that å, ä and ö look right."
        ]
    except UnicodeDecodeError as worse:
        row = content.count(b"\n", 0, worse.start) + 1
        raise FileError(
            Message(
                N_(
                    "%(file)s, row %(row)s: byte %(byte)s is neither UTF-8 nor Windows-1252: wrong encoding. "
                    "Save it as 'CSV UTF-8' from the program that made it and try again."
                ),
                file=name,
                row=str(row),
                byte=f"{content[worse.start]:#04x}",
            )
        ) from worse


def _check_size(name: str, body: str, separator: str, bounds: Bounds) -> None:
    """Rows that are shorter than the first are filled up, so a long first row makes every line below it dear."""
    end = body.find("\n")
    columns = body.count(separator, 0, end if end >= 0 else len(body)) + 1
    bounds.check_sheet(name, body.count("\n") + 1, columns)


def sniff(text: str) -> str:
    """The separator under which most rows have as many cells as the header, and more than one."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample.rpartition("\n")[0] or sample

    def fit(separator: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=separator) if row]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max(SEPARATORS, key=fit)


def _explain(name: str, message: str, separator: str, first_row: int) -> str:
    ragged = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if ragged:
        expected, row, saw = ragged.groups()
        return Message(
            N_(
                "%(file)s, row %(row)s: %(saw)s cells where the header has %(expected)s. Cells are separated by "
                "%(separator)s; put a text that holds one in double quotes."
            ),
            file=name,
            row=str(int(row) + first_row - 1),
            saw=saw,
            expected=expected,
            separator=Message(SEPARATORS[separator]),
        )
    if "EOF inside string" in message:
        row = re.search(r"row (\d+)", message)
        return Message(
            N_("%(file)s, row %(row)s: a double quote is opened and never closed."),
            file=name,
            row=str(int(row.group(1)) + first_row) if row else "?",
        )
    return Message(N_("%(file)s cannot be read as CSV: %(fault)s"), file=name, fault=message.strip())
