"""Facets of many decisions in as few statements as each database takes.

They are the most rows of an append, and short: to hand each over by itself would cost more than to
store it. PostgreSQL gets one text for each decision and takes it apart; SQLite gets as many rows in
one statement as it prepares once, and the rest one behind the other.
"""

from collections.abc import Sequence
from itertools import chain

from sqlalchemy import Connection

from ..databases.driver import RowWriter, run
from ..schema import log_entry_facet

_ROWS = 64
_SEPARATOR = "\n"
_ROWS_OF_SQLITE = RowWriter(log_entry_facet)
_VALUES = ", ".join(["(?, ?)"] * _ROWS)
_SQLITE = f'INSERT INTO log_entry_facet ("index", facet) VALUES {_VALUES}'  # noqa: S608 - marks only.
_POSTGRESQL = """
    INSERT INTO log_entry_facet (index, facet)
    SELECT entry, unnest(string_to_array(facets, E'\\n'))
    FROM unnest(%s::bigint[], %s::text[]) AS found (entry, facets)
"""


def write_facets(connection: Connection, found: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Insert the facets of decisions, each by its index in the log; some may have none."""
    found = [each for each in found if each[1]]
    if not found:
        return
    if connection.dialect.name == "postgresql":
        texts = [_SEPARATOR.join(facets) for _, facets in found]  # No facet has line feeds.
        run(connection, _POSTGRESQL, ([index for index, _ in found], texts))
        return
    rows = [(index, facet) for index, facets in found for facet in facets]
    whole = len(rows) - len(rows) % _ROWS
    for first in range(0, whole, _ROWS):
        values = tuple(chain.from_iterable(rows[first : first + _ROWS]))
        run(connection, _SQLITE, values)
    _ROWS_OF_SQLITE.write(connection, rows[whole:])
