"""Column types and base classes shared by every table."""

import enum
import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, MetaData, Table, column, event
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """The metadata that holds every table, once `recruit.models` is imported."""
    return SQLModel.metadata


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_ids(table: Table, owner: MetaData) -> None:
    """Ids count up for good on SQLite too: the record names rows by id, also rows that are gone."""
    if owner is SQLModel.metadata:
        table.dialect_kwargs["sqlite_autoincrement"] = True


def id_of(row: Any) -> int:
    """The id of a row that has been written."""
    assert row.id is not None
    return int(row.id)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. Naive values are refused: their zone could only be guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment(**extra: Any) -> Any:
    """A column that holds an aware moment."""
    return Field(sa_type=UtcDateTime, **extra)


def choice(kind: type[enum.Enum], *, rule: str | None = None, **extra: Any) -> Any:
    """A column that stores an enum by its value, with a CHECK on the values.

    `rule` names the CHECK where a table has two columns of the same kind.
    """
    column_type = SqlEnum(
        kind,
        native_enum=False,
        length=40,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        name=rule or _snake(kind.__name__),
    )
    return Field(sa_type=column_type, **extra)


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def check(rule: str, name: str) -> CheckConstraint:
    """A named CHECK constraint (names are needed for migrations on SQLite)."""
    return CheckConstraint(rule, name=name)


def public_id() -> str:
    """An opaque identifier that tells nothing about the row."""
    return uuid.uuid4().hex


class RegionScoped(SQLModel):
    """A row that belongs to one region. Sessions refuse to read or write it outside that region.

    No index on `region_id` alone: every query has it, nearly every row matches it, and SQLite would choose that index
    before the selective one (of the application, the intake) and read the whole region for each row.
    """

    region_id: int = Field(foreign_key="region.id", ondelete="RESTRICT")

    @classmethod
    def in_region(cls, region_id: int) -> ColumnElement[bool]:
        """Whether a row belongs to the region; of this class itself, which has no table, the same on a bare column."""
        own: Any = cls.region_id if hasattr(cls, "__table__") else column("region_id")
        return own == region_id
