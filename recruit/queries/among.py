"""Many ids as one parameter of a statement.

Written out one by one, 250 ids are put into the text of the statement each time, and read from it again by the driver
and by PostgreSQL. As one parameter the statement stays the same for any number of them and is prepared once. Measured
on the table of applications it takes a third less time on PostgreSQL, and as much as before on SQLite.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, String, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Ids(TypeDecorator[list[int]]):
    """Whole numbers: an array, or in SQLite, which has none, JSON."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        numbers = list(value or ())
        return numbers if dialect.name == "postgresql" else json.dumps(numbers)


class _Rows(GenericFunction[int]):
    """The numbers of the parameter, a row each."""

    inherit_cache = True
    name = "rows_of_ids"
    type = Integer()


@compiles(_Rows, "postgresql")
def _in_postgresql(element: _Rows, compiler: Any, **options: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **options)})"


@compiles(_Rows, "sqlite")
def _in_sqlite(element: _Rows, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


def among(ids: Iterable[int]) -> Select[tuple[int]]:
    """For `column.in_(among(ids))`: any number of ids, also none."""
    return select(_column(bindparam(None, list(ids), type_=_Ids(), unique=True)))


def named(name: str) -> Select[tuple[int]]:
    """The ids, as `id`, that the statement is given under a name when it is executed."""
    return select(_column(bindparam(name, type_=_Ids())).label("id"))


def _column(given: BindParameter[Any]) -> ColumnElement[int]:
    # "value" is what SQLite calls the column, and PostgreSQL whatever the function's alias is.
    return _Rows(given).column_valued("value")
