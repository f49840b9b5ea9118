"""Reading the log: one decision with its proof, pages of them, and everything for an export.

Pages go from the newest entry to the oldest, by keyset on the index: an entry appended meanwhile
is never on a later page, and none is shown twice. A cursor holds the index that the next page
stays below, the size of the log that the search is made at, and a digest of the filters; with any
others it is refused. It is no secret.
"""

import base64
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import and_, select

from ...audit.entries.record import LogEntry
from ...audit.merkle.tree import InclusionProof, TreeHead
from ..databases.database import Database
from ..errors import InvalidQuery, NotFound
from ..log.entries import read_decisions
from ..log.leaf_kinds import IS_DECISION
from ..log.listing import LISTED, LoggedDecision, listed_decisions
from ..log.log_store import read_head
from ..log.tile_log import TileLog
from ..schema import erased, log_entry
from ..sealed.contents import check_read
from .due_facets import unsearched
from .filters import EVERY_DECISION, DecisionFilter, size_of
from .query_planner import decided, narrowed, position
from .samples import Sample, draw_sample
from .statistics import Statistics, count_decisions
from .unknown_names import UnknownName, unknown_names

PAGE_LIMIT = 500
"""The most decisions of one page."""

_CURSOR = struct.Struct(">QQ16s")
_NO_CURSOR = "the cursor is not one that a page gave"
_EXPORT_STEP = 256
_INDEX_STEP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPage:
    """Some decisions, the newest first; `next_cursor` is None on the last page.

    `size` is the size of the log that all pages of the search are made at: the same filters as of
    it find the same entries again. `unsearched` is as in `due_facets.unsearched`.
    """

    decisions: tuple[LoggedDecision, ...]
    size: int
    next_cursor: str | None
    unsearched: int


class Decisions:
    """The logged decisions of a database. Every method raises `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, decision_id: str) -> LogEntry:
        """Return the entry of a decision. Raises `NotFound`, and `ContentsUnread`."""
        found = self.stored(decision_id)
        check_read(found)
        return found

    def stored(self, decision_id: str) -> LogEntry:
        """Return the entry of a decision, also where its contents cannot be read.

        Of one that is erased it has none, whatever somebody put back. Raises `NotFound`.
        """
        condition = log_entry.c.id == decision_id
        with self._database.reading() as connection:
            found = read_decisions(connection, condition, self._database.contents)
            if not found:
                raise _unknown(decision_id)
            is_erased = select(erased.c.index).where(erased.c.index == found[0].index)
            if connection.execute(is_erased).first() is None:
                return found[0]
        return replace(found[0], payload=None, disclosures=(), unread=None)

    def page(
        self,
        filters: DecisionFilter = EVERY_DECISION,
        *,
        limit: int = 100,
        cursor: str | None = None,
    ) -> DecisionPage:
        """Return the newest decisions of a filter, or those that follow a cursor of the same.

        Raises `InvalidQuery` unless 1 ≤ `limit` ≤ 500 and the cursor belongs to the filter, and
        `BeyondLog` where the log has not reached the size of the filter's `as_of`.
        """
        if not 1 <= limit <= PAGE_LIMIT:
            raise InvalidQuery(f"a page has 1 to {PAGE_LIMIT} decisions")
        digest = filters.digest()
        with self._database.reading() as connection:
            dialect = connection.dialect.name
            reached = read_head(connection).frontier.size
            if cursor is None:
                size = below = size_of(filters, reached)
            else:
                below, size = _read_cursor(cursor, digest, reached)
            index = position(filters, dialect)
            query = narrowed(LISTED, filters, dialect).where(index < below)
            query = query.order_by(index.desc()).limit(limit + 1)
            rows = connection.execute(query).mappings().all()
            decisions = listed_decisions(connection, rows[:limit])
            beyond = unsearched(connection, filters, size)
        more = len(rows) > limit
        return DecisionPage(
            decisions=decisions,
            size=size,
            next_cursor=write_cursor(decisions[-1].index, size, digest) if more else None,
            unsearched=beyond,
        )

    def statistics(self, filters: DecisionFilter = EVERY_DECISION) -> Statistics:
        """Return the counts of a filter. Raises `BeyondLog`, as a page does."""
        return count_decisions(self._database, filters)

    def reached(self, filters: DecisionFilter) -> int:
        """Return the size of the log that a filter asks about. Raises `BeyondLog`."""
        with self._database.reading() as connection:
            return size_of(filters, read_head(connection).frontier.size)

    def unsearched(self, filters: DecisionFilter) -> int:
        """Return before which entry a filter leaves out what nobody knows (`due_facets`).

        Raises `BeyondLog`, as a page does.
        """
        with self._database.reading() as connection:
            size = size_of(filters, read_head(connection).frontier.size)
            return unsearched(connection, filters, size)

    def unknown_names(self, filters: DecisionFilter) -> tuple[UnknownName, ...]:
        """Return the names in a filter that no decision of the log has (`unknown_names`).

        Ask where a search has found nothing, and for whoever may search the whole log.
        """
        with self._database.reading() as connection:
            return unknown_names(connection, filters)

    def matching(self, filters: DecisionFilter) -> Iterator[LoggedDecision]:
        """Yield the decisions of a filter as of its size, in the order of the log.

        Some hundreds are in memory, and no transaction outlasts them. Raises `BeyondLog`.
        """
        size, last = self.reached(filters), -1
        while True:
            with self._database.reading() as connection:
                dialect = connection.dialect.name
                index = position(filters, dialect)
                query = narrowed(LISTED, filters, dialect).where(index > last, index < size)
                query = query.order_by(index).limit(PAGE_LIMIT)
                found = listed_decisions(connection, connection.execute(query).mappings().all())
            yield from found
            if len(found) < PAGE_LIMIT:
                return
            last = found[-1].index

    def matching_indexes(self, filters: DecisionFilter) -> Iterator[int]:
        """Yield the indexes of what `matching` yields. Raises `BeyondLog`."""
        size, last = self.reached(filters), -1
        while True:
            with self._database.reading() as connection:
                dialect = connection.dialect.name
                index = position(filters, dialect)
                query = narrowed(select(log_entry.c.index), filters, dialect)
                query = query.where(index > last, index < size).order_by(index).limit(_INDEX_STEP)
                found = connection.execute(query).scalars().all()
            yield from found
            if len(found) < _INDEX_STEP:
                return
            last = found[-1]

    def sample(self, filters: DecisionFilter, most: int) -> Sample:
        """Return a sample of a filter as of its size. Raises as `draw_sample` does."""
        return draw_sample(self._database, filters, most)

    def entries(
        self,
        *,
        size: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[LogEntry]:
        """Yield the decisions of the first `size` entries, or those made in a time, in order.

        At most 256 are in memory, and no transaction outlasts a step.
        """
        for first in range(0, size, _EXPORT_STEP):
            beyond = min(size, first + _EXPORT_STEP)
            within = (log_entry.c.index >= first) & (log_entry.c.index < beyond)
            with self._database.reading() as connection:
                found = read_decisions(
                    connection,
                    and_(within, *decided(since, until)),
                    self._database.contents,
                )
            yield from found

    def prove(self, decision_id: str) -> tuple[InclusionProof, TreeHead]:
        """Return the proof that a decision is in the log as it stands, with that log's head.

        Raises `NotFound`.
        """
        query = select(log_entry.c.index, log_entry.c.leaf_hash).where(
            log_entry.c.id == decision_id, IS_DECISION
        )
        with self._database.reading() as connection:
            found = connection.execute(query).one_or_none()
        if found is None:
            raise _unknown(decision_id)
        index, leaf_hash = found
        log = TileLog(self._database)
        head = log.head()
        hashes = log.prove_inclusion(index=index, size=head.size)
        proof = InclusionProof(index=index, size=head.size, leaf_hash=leaf_hash, hashes=hashes)
        return proof, head


def _unknown(decision_id: str) -> NotFound:
    return NotFound(f"the log has no decision `{decision_id[:64]}`")


# --- cursors ----------------------------------------------------------------------------------


def write_cursor(index: int, size: int, digest: bytes) -> str:
    """Return the cursor of the page below an index, of a search at a size, by a filter's digest."""
    return base64.urlsafe_b64encode(_CURSOR.pack(index, size, digest)).decode()


def _read_cursor(cursor: str, digest: bytes, reached: int) -> tuple[int, int]:
    """Return the index that the page stays below, and the size that the search is made at."""
    try:
        index, size, found = _CURSOR.unpack(base64.urlsafe_b64decode(cursor))
    except (ValueError, struct.error) as error:
        raise InvalidQuery(_NO_CURSOR, name="cursor") from error
    if write_cursor(index, size, found) != cursor:  # What is no base64 is passed over above.
        raise InvalidQuery(_NO_CURSOR, name="cursor")
    if found != digest:
        raise InvalidQuery("the cursor belongs to other filters", name="cursor")
    if not index < size <= reached:
        told = "the cursor is of another log, or of a later state of this one"
        raise InvalidQuery(told, name="cursor")
    return index, size
