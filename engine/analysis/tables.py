"""Tables as a matter of days: which cases hold when, in whatever order they stand."""

from collections.abc import Hashable

from ..semantics.tree import Row, Rows, Table
from .timelines import Span, spans


def cases(table: Table) -> tuple[Span[Hashable], ...]:
    """Return the spans of a table, each with its cases; their order has no meaning."""
    return spans(table, _content)


def _content(rows: Rows) -> Hashable:
    return frozenset(map(case, rows))


def case(row: Row) -> Hashable:
    """Return what a case says."""
    return row.cells, row.value.value
