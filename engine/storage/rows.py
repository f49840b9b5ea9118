"""Many rows of one table at a time, in one statement of the driver.

The statement is made once for each kind of database, and the driver is handed the values as they
are stored: to have each value of each row looked at on its way would cost as much as all else about
an append. PostgreSQL's driver sends the rows of a batch one behind the other, without waiting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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
        statement = _statement(self.table, connection.dialect)
        connection.exec_driver_sql(statement, list(rows))


@lru_cache(maxsize=64)  # A dialect is that of one database.
def _statement(table: Table, dialect: Dialect) -> str:
    if dialect.name != "postgresql":
        return str(insert(table).compile(dialect=dialect))
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    # Of its type, whatever the driver makes of a small number: there is one plan for all.
    values = ", ".join(f"%s::{column.type.compile(dialect)}" for column in table.columns)
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES ({values})"  # noqa: S608 - of names in the code.
