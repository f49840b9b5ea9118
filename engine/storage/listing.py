"""Decisions as lists have them: where they lie in the log, and their query columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from ..audit.record import QueryColumns
from .entries import among, query_columns_of, read_rules
from .schema import erased, log_entry

LISTED = select(*(column for column in log_entry.c if column.name not in {"leaf", "leaf_hash"}))
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
    """Return the decisions of some rows, in their order."""
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
