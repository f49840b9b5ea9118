"""The database of one process: connections, and the two kinds of transaction.

`reading()` sees one state of the database. `writing()` is the only writer while it lasts, over all
processes: on SQLite it holds an exclusive `flock` on a file beside the database *before* it
begins, since SQLite's own busy-waiting lets a writer starve for seconds behind the others.

SQLite runs in WAL mode with `synchronous=FULL`, so that a commit is on disk when it returns
(NORMAL may lose the newest at a power cut). A forked process opens connections of its own
and never touches or closes those of its parent.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from .errors import Conflict, StorageUnavailable

_BUSY_SECONDS = 10
_CACHE_KIBIBYTES = 16 * 1024
_CHECKPOINT_PAGES = 4000  # Of 4 KiB: the same few pages change with every append.
_WRITES = "assent_writes"


class Database:
    """A database by its URL: `sqlite:///relative/path.db` or `sqlite:////absolute/path.db`.

    Raises `StorageUnavailable` for a URL that is none, or that does not name a file.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except ArgumentError as error:
            raise StorageUnavailable("the database URL cannot be read") from error
        path = self._url.database
        if self._url.get_backend_name() != "sqlite" or not path or path == ":memory:":
            # A log in memory would acknowledge decisions that the next restart loses.
            raise StorageUnavailable("the database URL must name an SQLite file")
        self._lock_path = Path(f"{path}.lock")
        # INVARIANT: a process uses the engine under its own id only.
        self._engines: dict[int, Engine] = {}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state. Raises `StorageUnavailable`."""
        with _translated(), self._engine().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield the only connection that writes; commits on leaving, unless something is raised.

        Raises `Conflict` where a constraint forbids it, else `StorageUnavailable`.
        """
        with _translated(), self._exclusively(), self._engine().connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close the connections of this process."""
        engine = self._engines.pop(os.getpid(), None)
        if engine is not None:
            engine.dispose()

    def _engine(self) -> Engine:
        return self._engines.get(os.getpid()) or self._engines.setdefault(
            os.getpid(), self._make_engine()
        )

    def _make_engine(self) -> Engine:
        engine = create_engine(self._url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
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


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict("something else is stored under this name") from error
    except SQLAlchemyError as error:
        raise StorageUnavailable("the database cannot be read or written") from error


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
