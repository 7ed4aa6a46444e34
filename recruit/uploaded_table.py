"""A spreadsheet that came in through a page: read where it is, within bounds that a request can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recruit.errors import Invalid
from recruit.storage import clean_filename

if TYPE_CHECKING:
    from recruit.tables.reading import Table


def uploaded_table(filename: str, content: bytes) -> Table:
    """The sheet in an uploaded CSV or XLSX file. Its name is for messages alone and never becomes a path.

    Raises Invalid (field "file") with what is wrong: `recruit.tables` says so in English, naming row and column.
    """
    from recruit.tables.errors import FileError
    from recruit.tables.reading import UPLOADED, read_content

    try:
        return read_content(clean_filename(filename), content, bounds=UPLOADED)
    except FileError as error:
        raise Invalid(str(error), field="file") from error
