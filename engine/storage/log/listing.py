"""Decisions as lists have them: where they lie in the log, and their query columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from ...audit.entries.record import QueryColumns
from ..schema import erased, log_entry
from .entries import SEARCHED, among, query_columns_of, read_rules

LISTED = select(log_entry.c.index, log_entry.c.logged_at, log_entry.c.id, *SEARCHED)
"""The query whose rows `listed_decisions` reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """A decision as a list shows it: where it lies in the log, and its query columns."""

    index: int
    logged_at: datetime
    columns: QueryColumns
    is_erased: bool


def listed_decisions(
    connection: Connection, rows: Sequence[RowMapping]
) -> tuple[LoggedDecision, ...]:
    """Return the decisions of some rows of `LISTED`, in their order."""
    indexes = [row["index"] for row in rows]
    rules = read_rules(connection, indexes)
    gone = select(erased.c.index).where(among(erased.c.index, indexes))
    erasures = set(connection.execute(gone).scalars())
    return tuple(
        LoggedDecision(
            index=row["index"],
            logged_at=row["logged_at"],
            columns=query_columns_of(row, rules.get(row["index"], ())),
            is_erased=row["index"] in erasures,
        )
        for row in rows
    )
