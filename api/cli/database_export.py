"""The export of a database, made as it is read: what `assent verify` verifies of one."""

from collections.abc import Iterator
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
from engine.storage.comparison.everything import compare_everything, written_by_assent
from engine.storage.comparison.holds import uncommitted_holds
from engine.storage.databases.database import Database, sqlite_file, unchanging_url
from engine.storage.errors import LogInconsistent, StorageError
from engine.storage.log.tile_log import TileLog
from engine.storage.readiness import probe

_PIECE = 256 * 1024


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
            compare_everything(database)
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
    with written_by_assent():
        for entry in log.entries(size=head.size):
            yield msgspec.json.encode(line_of(entry)) + b"\n"
