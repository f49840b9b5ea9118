"""SQLite: one file, and a lock file beside it.

A writer holds an exclusive `flock` *before* it begins, since SQLite's own busy-waiting lets a
writer starve for seconds behind the others. WAL with `synchronous=FULL`: a commit is on disk when
it returns (NORMAL may lose the newest at a power cut).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import cast
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Transaction, create_engine, event

from .driver import run
from .errors import StorageUnavailable

_BUSY_SECONDS = 10
_CACHE_KIBIBYTES = 16 * 1024
_CHECKPOINT_PAGES = 4000  # Of 4 KiB: the same few pages change with every append.
_PURGE_SECONDS = 10.0
_PURGE_STEP = 0.05
_HAS_WORDS = "SELECT 1 FROM sqlite_master WHERE name = 'log_entry_found'"
_WATCH_STEP = 0.1
_MERGE = "INSERT INTO log_entry_found (log_entry_found, rank) VALUES ('merge', -500)"


class SQLite:
    """The file of a URL. Raises `StorageUnavailable` where it names none."""

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
        return engine

    def begin_reading(self, connection: Connection) -> Transaction:
        """Begin: what is read first says which state is seen."""
        return _begun(connection, "BEGIN")

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

    def begin_writing(self, connection: Connection) -> Transaction:
        """Begin, as the only writer from here on."""
        return _begun(connection, "BEGIN IMMEDIATE")

    def purge(self, engine: Engine) -> bool:
        """Empty the write-ahead log; returns whether no reader kept it from being emptied.

        What a transaction deletes is overwritten (`secure_delete`), but the index of words forgets
        only as its parts are merged, and the pages before stay in the write-ahead log until that is
        emptied, for which no reader may be at work. It is tried for ten seconds, in which others
        may write.
        """
        while self._merge_words(engine):
            pass
        end = time.monotonic() + _PURGE_SECONDS
        while not self._empty_log(engine):
            if time.monotonic() >= end:
                return False
            time.sleep(_PURGE_STEP)
        return True

    def _merge_words(self, engine: Engine) -> bool:
        """Merge some pages of the index of words; returns whether there is more to merge.

        SQLite documentation, *FTS5*, §6.8: nothing is left when fewer than two rows change.
        """
        with (
            self.exclusively(),
            engine.connect() as connection,
            self.begin_writing(connection),
        ):
            driver = cast(SQLiteConnection, connection.connection.driver_connection)
            before = driver.total_changes
            if connection.exec_driver_sql(_HAS_WORDS).first() is None:  # It has keys only.
                return False
            connection.exec_driver_sql(_MERGE)
            return driver.total_changes - before >= 2

    def _empty_log(self, engine: Engine) -> bool:
        with self.exclusively(), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")  # Nobody writes meanwhile.
            row = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
            return bool(row[0] == 0)

    @contextmanager
    def watch(self, engine: Engine) -> Iterator["_DataVersion"]:
        """Watch the file on a connection of its own."""
        with engine.connect() as connection:
            yield _DataVersion(connection)


class _DataVersion:
    """What `PRAGMA data_version` counts: commits of other connections, whatever they wrote."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen = self._read()

    def wait(self, seconds: float) -> None:
        """Wait for a commit of another connection."""
        end = time.monotonic() + seconds
        while self._read() == self._seen and time.monotonic() < end:
            time.sleep(_WATCH_STEP)
        self._seen = self._read()

    def _read(self) -> int:
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def unchanging(url: URL) -> URL:
    """Return the URL by which a file is read that lies where nothing can be written.

    To read a file in WAL mode, SQLite writes beside it, unless it is told that nobody changes it.
    Elsewhere the URL is returned as it is. Raises `StorageUnavailable` where a write-ahead log lies
    beside the file: the newest commits are in it, and would be overlooked.
    """
    file = Path(url.database or "")
    if os.access(file.parent, os.W_OK):
        return url
    log = Path(f"{file}-wal")
    if log.exists() and log.stat().st_size > 0:
        raise StorageUnavailable(
            f"`{log.name}` has commits that are not in the file yet, and nothing can be written"
            " there; copy both to where that can be done"
        )
    return url.set(database=f"file:{quote(str(file))}", query={"immutable": "1", "uri": "true"})


def _prepare(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # The driver begins nothing by itself; `_begun` does.
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def _begun(connection: Connection, statement: str) -> Transaction:
    transaction = connection.begin()
    run(connection, statement)
    return transaction
