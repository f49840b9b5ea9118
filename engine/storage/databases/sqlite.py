"""SQLite: one file, and two lock files beside it.

A writer holds an exclusive `flock` *before* it begins, since SQLite's own busy-waiting can starve a
writer for seconds. A second lock makes the queue fair: whoever waits for the first holds it, so
that the previous writer cannot retake the first lock before them. Every wait has a timeout.

WAL with `synchronous=FULL`: a commit is on disk when it returns (NORMAL may lose the newest at a
power cut).

SQLite keeps writing to an open file that was moved or deleted, and commits to it would be lost with
the process. So connections follow the path: each transaction is in the file that it leads to now.
The files of the write-ahead log have to stay, and nothing is begun where they did not.
"""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any, NamedTuple, TypeAlias, cast
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Transaction, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from ..errors import StorageUnavailable
from ..files import acquire, lock_beside, locked, release
from .driver import run

_BUSY_SECONDS = 10
_LOCK_SECONDS = 10.0
_LOCK_STEP = 0.0005  # A commit takes a few times as long.
_CACHE_KIBIBYTES = 16 * 1024
_CHECKPOINT_PAGES = 4000  # Of 4 KiB: the same few pages change with every append.
_LEAST_ROOM = 1024 * 1024
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
        self._file = _PresentFile(Path(path))
        self._lock = lock_beside(Path(path))
        self._line = Path(f"{path}.next")

    def engine(self) -> Engine:
        """Return the connections of one process."""
        engine = create_engine(self._url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _prepare)
        self._file.follow(engine)
        return engine

    def begin_reading(self, connection: Connection) -> Transaction:
        """Begin: what is read first says which state is seen."""
        if not self._file.has_its_log(connection.info):
            with suppress(StorageUnavailable), self.exclusively(at_once=True):
                self._save_log(connection)
            raise self._file.lost_log()
        return _begun(connection, "BEGIN")

    @contextmanager
    def exclusively(self, *, at_once: bool = False) -> Iterator[None]:
        """Hold the lock file; it lies beside the database and stays there, empty.

        Raises `StorageUnavailable` where it is not had in ten seconds, or `at_once`.
        """
        end = time.monotonic() + (0 if at_once else _LOCK_SECONDS)
        with locked(self._line, until=end, step=_LOCK_STEP):
            lock = acquire(self._lock, until=end, step=_LOCK_STEP)
        try:
            yield
        finally:
            release(lock)

    def begin_writing(self, connection: Connection, *, at_once: bool) -> Transaction:
        """Begin, as the only writer from here on, in the file that is there now."""
        if not self._file.is_of(connection.info):
            connection.invalidate()  # The next statement is one of a new connection.
        if not self._file.has_its_log(connection.info):
            self._save_log(connection)
            raise self._file.lost_log()
        if not at_once:
            return _begun(connection, "BEGIN IMMEDIATE")
        with _not_waiting(connection):  # A stranger to the lock file may be writing.
            return _begun(connection, "BEGIN IMMEDIATE")

    def _save_log(self, connection: Connection) -> None:
        """Bring into the database what is in a log that was removed beneath a connection.

        INVARIANT: nobody writes meanwhile, and nobody has begun another log. That one would have
        the same index, by which pages of one would be taken for those of the other.
        """
        if self._file.is_without_log():
            run(connection, "PRAGMA wal_checkpoint")

    def check_room(self, _engine: Engine) -> None:
        """Ask the system, since SQLite overwrites the log that it has."""
        if shutil.disk_usage(self._lock.parent).free < _LEAST_ROOM:
            raise StorageUnavailable("the disk of the database is full")

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
            self.begin_writing(connection, at_once=False),
        ):
            driver = cast(SQLiteConnection, connection.connection.driver_connection)
            before = driver.total_changes
            if connection.exec_driver_sql(_HAS_WORDS).first() is None:  # It has keys only.
                return False
            connection.exec_driver_sql(_MERGE)
            return driver.total_changes - before >= 2

    def _empty_log(self, engine: Engine) -> bool:
        with self.exclusively(), engine.connect() as connection:
            with _not_waiting(connection):  # Nobody writes meanwhile.
                row = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return bool(row[0] == 0)

    @contextmanager
    def watch(self, engine: Engine) -> Iterator["_DataVersion"]:
        """Watch the file on a connection of its own."""
        with engine.connect() as connection:
            yield _DataVersion(connection, self._file)


class _DataVersion:
    """What `PRAGMA data_version` counts: commits of other connections, whatever they wrote."""

    def __init__(self, connection: Connection, file: "_PresentFile") -> None:
        self._connection = connection
        self._file = file
        self._seen = self._read()

    def wait(self, seconds: float) -> None:
        """Wait for a commit of another connection. Raises `StorageUnavailable` without the file."""
        if not self._file.is_of(self._connection.info):
            raise StorageUnavailable(self._file.problem)
        if not self._file.has_its_log(self._connection.info):
            raise self._file.lost_log()
        end = time.monotonic() + seconds
        while self._read() == self._seen and time.monotonic() < end:
            time.sleep(_WATCH_STEP)
        self._seen = self._read()

    def _read(self) -> int:
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())


class _Opened(NamedTuple):
    """The files that a connection has open: the database, and its log, which it opens last."""

    file: "_Identity | None"
    log: "_Log | None" = None


class _PresentFile:
    """The file that a path leads to now, and what connections have open of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log, self._index = (Path(f"{path}{ending}") for ending in ("-wal", "-shm"))
        self._was_there = False
        # INVARIANT: a process knows its own connections only, by their identities.
        self._opened_by: dict[int, dict[int, _Opened]] = {}
        self.problem = (
            f"the file of the database, `{path.name}`, was moved away or replaced, or its directory"
            " is closed to this user"
        )

    def follow(self, engine: Engine) -> None:
        """Have connections renewed where another file lies there, and none made where none does."""
        event.listen(engine, "do_connect", self._note)
        event.listen(engine, "connect", self._note_what_was_made)
        event.listen(engine, "checkout", self._check)
        event.listen(engine, "close", self._forget)

    def is_of(self, info: Mapping[Any, Any]) -> bool:
        """Whether a connection, of which something was noted, has this file open."""
        opened: _Opened = info[_Opened]
        return opened.file == self._identity()

    def has_its_log(self, info: Mapping[Any, Any]) -> bool:
        """Whether the write-ahead log that a connection has open is still there."""
        opened: _Opened = info[_Opened]
        return opened.log == self._present_log()

    def is_without_log(self) -> bool:
        """Whether no log is there, be it that its index is."""
        return self._present_log()[0] is None

    def lost_log(self) -> StorageUnavailable:
        """Return what to raise where the log was removed."""
        name = self._path.name
        return StorageUnavailable(
            f"the write-ahead log of the database, `{name}-wal`, was removed; end all that use it,"
            f" remove `{name}-shm` if it is left, and start them again"
        )

    def _note(self, _dialect: object, record: ConnectionPoolEntry, *_arguments: object) -> None:
        # INVARIANT: noted before it is opened. A file that is replaced in between is taken for the
        # one that was there, and left at the first use, instead of the other way round.
        found = self._identity()
        record.info[_Opened] = _Opened(found)
        if found is None and self._was_there:
            raise StorageUnavailable(self.problem)
        # A new log beside one that is still in use: what is in that one would be overlooked.
        used, present = list(self._opened().values()), self._present_log()
        if any(each.file == found and each.log != present for each in used):
            raise self.lost_log()
        if self._is_log_removed():
            raise self.lost_log()

    def _note_what_was_made(self, connection: object, record: ConnectionPoolEntry) -> None:
        file = record.info[_Opened].file or self._identity()
        # It never is for the URI of `unchanging`.
        self._was_there = file is not None
        opened = _Opened(file, self._present_log())
        record.info[_Opened] = self._opened()[id(connection)] = opened

    def _check(self, _connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if not self.is_of(record.info):
            raise DisconnectionError(self.problem)

    def _forget(self, connection: object, _record: ConnectionPoolEntry) -> None:
        # With the last connection, SQLite ends the log: the next one begins another.
        self._opened().pop(id(connection), None)

    def _opened(self) -> dict[int, _Opened]:
        """Return what the connections of this process have open, by their identities."""
        return self._opened_by.setdefault(os.getpid(), {})

    def _is_log_removed(self) -> bool:
        """Whether there is only the index of a log, which SQLite makes later and ends first.

        It is looked twice, since another may begin or end both in between.
        """
        log, index = self._present_log()
        return log is None and index is not None and self._present_log() == (log, index)

    def _present_log(self) -> "_Log":
        """Return which files the log and its index are."""
        return _identity(self._log), _identity(self._index)

    def _identity(self) -> "_Identity | None":
        return _identity(self._path)


_Identity: TypeAlias = tuple[int, int]
_Log: TypeAlias = tuple[_Identity | None, _Identity | None]


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # It opens the write-ahead log.


@contextmanager
def _not_waiting(connection: Connection) -> Iterator[None]:
    run(connection, "PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        run(connection, f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")


def _begun(connection: Connection, statement: str) -> Transaction:
    transaction = connection.begin()
    run(connection, statement)
    return transaction
