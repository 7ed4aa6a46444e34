"""Which rows belong to an application: found from the foreign keys, so that no table can be forgotten."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Enum, LargeBinary, String, Table, select
from sqlalchemy.types import TypeDecorator

from recruit.models import metadata

ROOT = "application"
#: Tables that name an application without a foreign key, since their rows outlive it.
WITHOUT_KEY = {"record_entry": "application_id"}


@lru_cache
def links() -> dict[str, tuple[tuple[str, str], ...]]:
    """Every table with a way to an application -> its first steps: (column, table that it points to), nearest first."""
    tables = metadata().tables
    found: dict[str, tuple[tuple[str, str], ...]] = {
        name: ((column, ROOT),) for name, column in WITHOUT_KEY.items()
    }
    near = {ROOT}
    while near:
        reached: set[str] = set()
        for name, table in tables.items():
            if name == ROOT or name in found:
                continue
            steps = tuple(_steps(table, near | found.keys() - reached))
            if steps:
                found[name] = steps
                reached.add(name)
        near = reached
    return found


def _steps(table: Table, targets: set[str]) -> Iterator[tuple[str, str]]:
    for key in sorted(
        table.foreign_keys, key=lambda each: (each.column.table.name != ROOT, each.parent.name)
    ):
        target = key.column.table.name
        if target in targets and target != table.name:
            yield key.parent.name, target


def about(table: Table, application_id: int) -> ColumnElement[bool]:
    """The condition that chooses the rows of a table that belong to an application."""
    if table.name == ROOT:
        return table.c.id == application_id
    column, target = links()[table.name][0]
    if target == ROOT:
        return table.c[column] == application_id
    other = metadata().tables[target]
    return table.c[column].in_(select(other.c.id).where(about(other, application_id)))


def texts(table: Table) -> list[str]:
    """The columns that can hold words or files: text that is no fixed choice, and bytes."""
    return [column.name for column in table.columns if _holds_words(column)]


def _holds_words(column: Column[Any]) -> bool:
    kind = column.type
    inner = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return isinstance(inner, String | LargeBinary) and not isinstance(inner, Enum)
