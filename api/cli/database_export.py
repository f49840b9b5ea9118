"""The export of a database, made as it is read: what `assent verify` verifies of one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

import msgspec

from api.cli.failures import NO, Failure
from api.installation.contents import readable_contents
from api.installation.settings import load_settings
from engine.audit.export import line_of, write_export
from engine.storage.databases.database import Database, sqlite_file, unchanging_url
from engine.storage.errors import LogInconsistent, StorageError
from engine.storage.governance.registers_check import check_registers
from engine.storage.governance.uses_check import check_uses
from engine.storage.lifecycle.lifecycle_check import (
    check_destroyed,
    check_erased,
    check_holds,
    uncommitted_holds,
)
from engine.storage.log.requests_check import check_requests
from engine.storage.log.tile_log import TileLog
from engine.storage.log.tree_check import check_tree
from engine.storage.readiness import probe
from engine.storage.search.acts_check import check_acts
from engine.storage.search.flags_check import check_flags
from engine.storage.search.indexes_check import check_indexes
from engine.storage.search.saved_queries_check import check_saved_queries
from engine.storage.search.words_check import check_words_index

_PIECE = 256 * 1024
_CHECKS: Sequence[Callable[[Database], None]] = (
    check_indexes,
    check_words_index,
    check_saved_queries,
    check_registers,
    check_uses,
    check_requests,
    check_holds,
    check_erased,
    check_destroyed,
    check_flags,
    check_acts,
    check_tree,
)


class BrokenLog(Failure):
    """A log that is there and cannot be walked: it is not verified."""

    exit_code = NO


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseExport:
    """The export of a database as a stream, and the holds of which no entry says whom they are on.

    These are told and are no fault: they were placed before entries did so.
    """

    stream: BufferedReader
    uncommitted_holds: tuple[int, ...]


class _Pieces(RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what there is, at least one byte unless all is read."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


@contextmanager
def database_export(url: str) -> Iterator[DatabaseExport]:
    """Give the export of a database, of the size that it has now; nothing is written to it.

    Raises `Failure` where there is none, or none that this version reads, and `BrokenLog`.
    """
    try:
        file = sqlite_file(url)
        if file is not None and not file.is_file():
            raise Failure(str(file), "there is no such database", "check the name")
        database = Database(unchanging_url(url), contents=readable_contents(load_settings()))
        try:
            found = probe(database)
            if not found.is_current:
                raise Failure("the database", found.problem or "it cannot be read")
            for check in _CHECKS:
                with _readable():
                    check(database)
            yield DatabaseExport(
                stream=BufferedReader(_Pieces(_pieces(TileLog(database))), _PIECE),
                uncommitted_holds=tuple(uncommitted_holds(database)),
            )
        finally:
            database.close()
    except LogInconsistent as error:
        raise BrokenLog("the database", str(error)) from error
    except StorageError as error:
        raise Failure("the database", str(error)) from error


def _pieces(log: TileLog) -> Iterator[bytes]:
    head, stream = log.head(), BytesIO()
    write_export(stream, head=head, entries=(), exported_at=datetime.now(UTC))
    yield stream.getvalue()
    with _readable():
        for entry in log.entries(size=head.size):
            yield msgspec.json.encode(line_of(entry)) + b"\n"


@contextmanager
def _readable() -> Iterator[None]:
    """Tell of a value that no version of Assent writes, whatever it is that stumbles over it."""
    try:
        yield
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        told = f"a row has a value that Assent does not write ({type(error).__name__}: {error})"
        raise LogInconsistent(told) from error
