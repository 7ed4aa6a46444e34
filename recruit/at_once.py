"""One row written at once and by itself.

The unit of work first finds out what else there is to write, and in which order; for the one row that every upload,
sending and decision writes, that takes several times as long as the row.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Insert, Update, bindparam, insert, inspect, update
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from recruit.database import refuse_foreign

#: What the row to update is called among a statement's values.
KEY = "key of the row"


class Numbered(Protocol):
    """A row whose key is a number."""

    id: int | None


def insert_at_once(session: Session, row: Numbered) -> None:
    """Insert a new row, after what else waits to be written. Afterwards it has its id and belongs to the session.

    For tables with a number as their key and without JSON. Raises ScopeError for another region's row.
    """
    session.flush()
    refuse_foreign(session, row)
    model = type(row)
    values = {name: getattr(row, name) for name in _names(model)}
    key = session.connection().execute(_insertion(model), values).inserted_primary_key
    assert key is not None  # one row was inserted
    set_committed_value(row, "id", key[0])
    make_transient_to_detached(row)
    session.add(row)


def update_at_once(session: Session, row: Numbered, values: Mapping[str, Any]) -> None:
    """Set these columns of a row, after what else waits to be written. Raises ScopeError for another region's row."""
    session.flush()
    refuse_foreign(session, row)
    session.connection().execute(_update(type(row), tuple(values)), {**values, KEY: row.id})
    for name, value in values.items():
        set_committed_value(row, name, value)


@lru_cache(maxsize=32)
def _names(model: type[Numbered]) -> tuple[str, ...]:
    return tuple(each.key for each in inspect(model).column_attrs if each.key != "id")


@lru_cache(maxsize=32)
def _insertion(model: type[Numbered]) -> Insert:
    return insert(model.__table__)  # type: ignore[attr-defined]


@lru_cache(maxsize=32)
def _update(model: type[Numbered], columns: tuple[str, ...]) -> Update:
    table = model.__table__  # type: ignore[attr-defined]
    return (
        update(table).where(table.c.id == bindparam(KEY)).values({each: bindparam(each) for each in columns})
    )
