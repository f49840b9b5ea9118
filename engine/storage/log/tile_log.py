"""The log as its signer and its readers see it: sizes, hashes, proofs, tiles and bundles.

Tiles and bundles are those of C2SP tlog-tiles. Leaves do not change, so that no transaction has to
span more than one read.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from ...audit.entries.sealed_acts import Entry
from ...audit.merkle.tiles import TilePath, write_bundle
from ...audit.merkle.tree import Frontier, TreeHead, prove_consistency, prove_inclusion, read_root
from ..databases.database import Database
from ..errors import InvalidQuery
from ..schema import log_entry
from .entries import read_entries
from .log_store import read_head
from .tiles import TileReader, read_frontier, tile

_STEP = 1024
_ENTRIES_STEP = 256


class TileLog:
    """The log of a database: `audit.checkpoints.signing.LogHistory`, and what is published of it.

    Every method raises `StorageUnavailable`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> TreeHead:
        """Return the size and the root of the log."""
        with self._database.reading() as connection:
            return read_head(connection).frontier.head()

    def frontier_at(self, size: int) -> Frontier | None:
        """Return the frontier at a size, from stored hashes; None where the log is shorter."""
        with self._database.reading() as connection:
            if size > read_head(connection).frontier.size:
                return None
            return read_frontier(connection, size)

    def leaves(self, first: int, beyond: int) -> Iterator[bytes]:
        """Yield the leaves from one index on to before another, in order."""
        for low in range(first, beyond, _STEP):
            with self._database.reading() as connection:
                found = _leaves(connection, low, min(beyond, low + _STEP))
            yield from found

    def entries(self, *, size: int, first: int = 0) -> Iterator[Entry]:
        """Yield the entries of every kind before a size, in order, with all that is stored of them.

        At most 256 are in memory, and no transaction outlasts a step: leaves do not change, so that
        the root of a size is the same however long it takes. Contents that are erased meanwhile are
        not there any more.
        """
        for low in range(first, size, _ENTRIES_STEP):
            within = (log_entry.c.index >= low) & (
                log_entry.c.index < min(size, low + _ENTRIES_STEP)
            )
            with self._database.reading() as connection:
                found = read_entries(connection, within, self._database.contents)
            yield from found

    def prove_inclusion(self, *, index: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that an entry is in the log of a size: RFC 6962 §2.1.1.

        Raises `ValueError` where it is not.
        """
        with self._database.reading() as connection:
            return prove_inclusion(size=size, index=index, reader=TileReader(connection))

    def prove_consistency(self, *, old_size: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that the log of a size extends that of a smaller one: §2.1.2.

        Raises `InvalidQuery` unless 0 < `old_size` ≤ `size` ≤ the size of the log.
        """
        with self._database.reading() as connection:
            if not 0 < old_size <= size <= read_head(connection).frontier.size:
                raise InvalidQuery("the log has no such sizes")
            return prove_consistency(size=size, old_size=old_size, reader=TileReader(connection))

    def root_at(self, size: int) -> bytes:
        """Return the root that the log had at a size. Raises `InvalidQuery` beyond its end."""
        with self._database.reading() as connection:
            if not 0 <= size <= read_head(connection).frontier.size:
                raise InvalidQuery("the log has no such size")
            return read_root(size=size, reader=TileReader(connection))

    def resource(self, path: TilePath) -> bytes:
        """Return the bytes of a tile or a bundle, which the log must have (`path.is_within`)."""
        with self._database.reading() as connection:
            if path.level is None:
                return write_bundle(_leaves(connection, path.first, path.first + path.width))
            return b"".join(tile(connection, path.level, path.number)[: path.width])


def _leaves(connection: Connection, first: int, beyond: int) -> list[bytes]:
    within = (log_entry.c.index >= first) & (log_entry.c.index < beyond)
    query = select(log_entry.c.leaf).where(within).order_by(log_entry.c.index)
    return list(connection.execute(query).scalars())
