"""Derives facets that are still missing: those of decisions sealed before there were facets.

The migration creates the table and has no keys; `assent migrate` then derives them in steps of 256
decisions, each a transaction of its own, and continues after an interruption. Decisions that cannot
be decrypted stay due, and a search that they could belong to says so (`unsearched`).
"""

from sqlalchemy import Connection, delete, func, select

from ...audit.entries.facets import UNSAID_ADVERTISER, UNSAID_PLATFORMS
from ...audit.entries.record import LogEntry, read_result, search_facets
from ...audit.errors import RecordError
from ..databases.database import Database
from ..log.entries import read_decisions
from ..log.facet_rows import write_facets
from ..schema import facets_due, log_entry, log_entry_facet
from .filters import DecisionFilter

_STEP = 256


def derive_facets(database: Database) -> int:
    """Derive the facets that are due, by the contents of the database; returns of how many.

    Raises `StorageUnavailable`.
    """
    count, last = 0, -1
    while True:
        with database.reading() as connection:
            query = select(facets_due.c.index).where(facets_due.c.index > last)
            indexes = connection.execute(query.order_by(facets_due.c.index).limit(_STEP)).scalars()
            due = indexes.all()
            found = read_decisions(connection, log_entry.c.index.in_(due), database.contents)
        if not due:
            return count
        last = due[-1]
        derived = {each.index: facets for each in found if (facets := _facets(each)) is not None}
        with database.writing() as connection:
            # Some may have been erased meanwhile, or derived by another process.
            still = select(facets_due.c.index).where(facets_due.c.index.in_(list(derived)))
            done = connection.execute(still).scalars().all()
            # Whatever somebody may have put there, these are the facets.
            connection.execute(delete(log_entry_facet).where(log_entry_facet.c.index.in_(done)))
            write_facets(connection, [(index, derived[index]) for index in done])
            connection.execute(delete(facets_due).where(facets_due.c.index.in_(done)))
        count += len(done)


def unsearched(connection: Connection, filters: DecisionFilter, size: int) -> int:
    """Return before which entry some decisions cannot be found by what a filter asks for.

    Nobody knows whether they meet it: their records do not say, or are still to be searched. It
    is 0 where every decision of a log of this size can be found.
    """
    lasts = []
    if filters.facets() or filters.advertiser is not None:
        lasts.append(select(func.max(facets_due.c.index)).where(facets_due.c.index < size))
    for unsaid, value in (
        (UNSAID_ADVERTISER, filters.advertiser),
        (UNSAID_PLATFORMS, filters.platform),
    ):
        if value is not None:
            table = log_entry_facet.c
            of_them = select(func.max(table.index)).where(table.facet == unsaid)
            lasts.append(of_them.where(table.index < size))
    found = (connection.execute(each).scalar() for each in lasts)
    return max((last + 1 for last in found if last is not None), default=0)


def _facets(entry: LogEntry) -> tuple[str, ...] | None:
    """Return the facets of a decision; None where its contents are not open, or not a result."""
    if entry.payload is None:
        return None
    try:
        return search_facets(read_result(entry.payload.result))
    except RecordError:  # Somebody altered it: `assent verify` names it.
        return None
