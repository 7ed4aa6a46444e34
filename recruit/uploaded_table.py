"""A spreadsheet that came in through a page: read where it is, within bounds that a request can bear.

`recruit.tables` says what is wrong in English, as its commands do; here the reader is told in their own language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from forms.texts import Message
from recruit.display import number
from recruit.errors import Invalid
from recruit.i18n import gettext
from recruit.storage import clean_filename

if TYPE_CHECKING:
    from recruit.tables.reading import Table


def uploaded_table(filename: str, content: bytes) -> Table:
    """The sheet in an uploaded CSV or XLSX file. Its name is for messages alone and never becomes a path.

    Raises Invalid (field "file") with what is wrong, naming row and column.
    """
    from recruit.tables.reading import UPLOADED, read_content

    with told_to_reader():
        return read_content(clean_filename(filename), content, bounds=UPLOADED)


@contextmanager
def told_to_reader() -> Iterator[None]:
    """What `recruit.tables` refuses within is raised as Invalid (field "file"), in the reader's language."""
    from recruit.tables.errors import FileError

    try:
        yield
    except FileError as error:
        raise Invalid(_said(error.args[0]), field="file") from error


def place(table: Table, position: int, header: str) -> str:
    """The file, row and column of a cell, in the reader's language."""
    return _said(table.where(position, header))


def _said(text: str) -> str:
    if not isinstance(text, Message):
        return text
    return gettext(text.msgid, **{name: _shown(value) for name, value in text.values.items()})


def _shown(value: object) -> object:
    from recruit.tables.text import Count

    if isinstance(value, Count):
        return number(int(value))
    return _said(value) if isinstance(value, Message) else value
