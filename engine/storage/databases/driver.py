"""SQL that is passed to the driver's own cursor as text, compiled once for each kind of database.

The statements of an append go this way: all other writers wait meanwhile, and for most statements
SQLAlchemy's execution costs more than SQLite's. SQLAlchemy still compiles the texts and owns the
connection and its transaction; `Database` translates the errors of both.

Values are passed and returned as they are stored: times are microseconds (`schema.microseconds`,
`schema.moment`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Delete, Dialect, Select, Table, Update, insert

Row: TypeAlias = tuple[object, ...]
"""A value for each column of a table, in their order, as it is stored."""


def run(connection: Connection, text: str, values: Sequence[object] = ()) -> Any:
    """Run a statement, and return the cursor of the driver that has its rows, if it has any."""
    cursor = connection.connection.cursor()
    cursor.execute(text, values)
    return cursor


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose values are handed over in the order in which its text has them.

    Where it asks for one of several (`IN`, by an expanding parameter), it has no other values.
    """

    written: Select[Any] | Update | Delete

    def read(self, connection: Connection, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows that it finds, as tuples."""
        rows: list[Any] = run(connection, self._text(connection, values), values).fetchall()
        return rows

    def run(self, connection: Connection, values: Sequence[object] = ()) -> None:
        """Run it, where it returns nothing."""
        run(connection, self._text(connection, values), values)

    def _text(self, connection: Connection, values: Sequence[object]) -> str:
        return _text(self.written, connection.dialect, len(values))


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes many rows of a table at a time.

    The driver of PostgreSQL sends the rows of a batch one behind the other, without waiting.
    """

    table: Table

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert rows, in their order; nothing is done for none."""
        if rows:
            cursor = connection.connection.cursor()
            cursor.executemany(_insertion(self.table, connection.dialect), rows)


@lru_cache(maxsize=1024)  # A text for each number of values; a dialect is that of one database.
def _text(written: Select[Any] | Update | Delete, dialect: Dialect, count: int) -> str:
    if isinstance(written, Select):
        parameters = written.compile(dialect=dialect).binds.items()
        written = written.params({k: [None] * count for k, each in parameters if each.expanding})
    return str(written.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))


@lru_cache(maxsize=64)
def _insertion(table: Table, dialect: Dialect) -> str:
    if dialect.name != "postgresql":
        return str(insert(table).compile(dialect=dialect))
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    # Of its type, whatever the driver makes of a small number: there is one plan for all.
    values = ", ".join(f"%s::{column.type.compile(dialect)}" for column in table.columns)
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES ({values})"  # noqa: S608 - of names in the code.
