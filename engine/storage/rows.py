"""Many rows of one table at a time, in one statement of the driver.

SQLAlchemy makes the statement, once for each kind of database, and the driver is handed the values
as they are stored: to have each value of each row looked at on its way would cost as much as all
else about an append. On PostgreSQL the columns are sent as arrays, so that a batch is one message
and one plan, whatever its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from sqlalchemy import Connection, Dialect, Table, insert

Row: TypeAlias = tuple[object, ...]
"""A value for each column of a table, in their order, as it is stored."""


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes rows of a table; times are microseconds (`schema.microseconds`)."""

    table: Table

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert rows, in their order; nothing is done for none."""
        if not rows:
            return
        dialect = connection.dialect
        if dialect.name == "postgresql":
            columns = tuple(map(list, zip(*rows, strict=True)))
            connection.exec_driver_sql(_by_columns(self.table, dialect), columns)
        else:
            connection.exec_driver_sql(_by_rows(self.table, dialect), list(rows))


@cache
def _by_rows(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect))


@cache
def _by_columns(table: Table, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    types = ", ".join(f"%s::{column.type.compile(dialect)}[]" for column in table.columns)
    return f"INSERT INTO {quote(table.name)} ({names}) SELECT * FROM unnest({types})"  # noqa: S608 - of names in the code.
