"""What SQLAlchemy asks a cursor of PostgreSQL after each statement, told without detours."""

from typing import Any

import psycopg


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that names the columns of its result as DB-API asks (PEP 249), and nothing more.

    Psycopg's own makes an object of each column, which looks up the column's type in its catalogue. SQLAlchemy asks for
    the columns after every statement, and rows here have up to forty.
    """

    @property
    def description(self) -> Any:
        """Name and type of each column, None for what else there could be; None without columns."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        return [
            ((result.fname(place) or b"").decode(), result.ftype(place), None, None, None, None, None)
            for place in range(result.nfields)
        ]
