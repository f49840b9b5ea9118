"""SQLite: one file, and a lock file beside it.

A writer holds an exclusive `flock` *before* it begins, since SQLite's own busy-waiting lets a
writer starve for seconds behind the others. WAL with `synchronous=FULL`: a commit is on disk when
it returns (NORMAL may lose the newest at a power cut).
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event

from .errors import StorageUnavailable

_BUSY_SECONDS = 10
_CACHE_KIBIBYTES = 16 * 1024
_CHECKPOINT_PAGES = 4000  # Of 4 KiB: the same few pages change with every append.
_WRITES = "assent_writes"


class SQLite:
    """The file of a URL. Raises `StorageUnavailable` where it names none."""

    reading_options: Mapping[str, object] = {}
    writing_options: Mapping[str, object] = {_WRITES: True}

    def __init__(self, url: URL) -> None:
        path = url.database
        if not path or path == ":memory:":
            # A log in memory would acknowledge decisions that the next restart loses.
            raise StorageUnavailable("the database URL must name a file of SQLite")
        self._url = url
        self._lock_path = Path(f"{path}.lock")

    def engine(self) -> Engine:
        """Return the connections of one process."""
        engine = create_engine(self._url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the lock file; it lies beside the database and stays there, empty."""
        try:
            lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailable("the lock file of the database cannot be opened") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # Closing is not enough while a fork has it open too.
            os.close(lock)


def _prepare(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # The driver begins nothing by itself; `_begin` does.
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
