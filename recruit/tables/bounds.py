"""What a spreadsheet may come to once it is opened: small files can claim to be enormous."""

from dataclasses import dataclass

from forms.texts import N_, Message
from recruit.tables.errors import FileError
from recruit.tables.text import Count


@dataclass(frozen=True)
class Bounds:
    """The most bytes that an archive may unpack to, and the most cells of a sheet, empty ones among them."""

    unpacked: int = 1024 * 1024 * 1024
    cells: int = 60_000_000

    def check_sheet(self, name: str, rows: int, columns: int) -> None:
        """Raise FileError for too large a sheet. It is held as a rectangle: one cell far out makes every row wide."""
        if rows * columns > self.cells:
            raise FileError(
                Message(
                    N_(
                        "%(file)s comes to %(rows)s rows of %(columns)s columns, which is more than can be read here. "
                        "Remove what is not needed, also cells far out, or split the file."
                    ),
                    file=name,
                    rows=Count(rows),
                    columns=Count(columns),
                )
            )
