"""The database of one process: connections, and the two kinds of transaction.

`reading()` is a read-only snapshot. `writing()` is the single writer across all processes while it
lasts. The backends, `sqlite` and `postgresql`, implement both.

A forked process opens connections of its own and never touches or closes those of its parent.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import URL, Connection, Engine, Transaction, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from ..errors import Conflict, StorageUnavailable
from .known_log import KnownLog
from .postgresql import CHANNEL, PostgreSQL
from .sqlite import SQLite, unchanging

if TYPE_CHECKING:
    from ..sealed.contents import Contents


class Watch(Protocol):
    """What tells that others may have committed something."""

    def wait(self, seconds: float) -> None:
        """Return once something may have changed, and after some seconds in any case."""
        ...


class Backend(Protocol):
    """A kind of database: how to connect, and how to be the only writer."""

    def engine(self) -> Engine:
        """Return the connections of one process."""
        ...

    def begin_reading(self, connection: Connection) -> Transaction:
        """Begin a transaction that sees one state."""
        ...

    def exclusively(self, *, at_once: bool) -> AbstractContextManager[None]:
        """Hold whatever a writer holds before it connects; waits for any other, unless at once."""
        ...

    def begin_writing(self, connection: Connection, *, at_once: bool) -> Transaction:
        """Begin the transaction of the only writer; waits for any other, unless at once.

        The connection may have lain idle for long. Where it is none to the database any more, it is
        another one from then on.
        """
        ...

    def check_room(self, engine: Engine) -> None:
        """Raise something where there is no room for a MiB more."""
        ...

    def purge(self, engine: Engine) -> bool:
        """Take what was deleted out of the files; returns whether that could be done at once."""
        ...

    def watch(self, engine: Engine) -> AbstractContextManager[Watch]:
        """Open a watch on what others commit."""
        ...


@dataclass(frozen=True, slots=True)
class _Connections:
    """The connections of one process, and the one that wrote last, which the next writer takes."""

    engine: Engine
    idle: list[Connection] = field(default_factory=list)

    @contextmanager
    def writer(self) -> Iterator[Connection]:
        """Yield a connection to write by, which stays open unless something is raised."""
        try:
            connection = self.idle.pop()
        except IndexError:
            connection = self.engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self.idle:
            connection.close()
        else:
            self.idle.append(connection)

    def close(self) -> None:
        """Close them."""
        while self.idle:
            self.idle.pop().close()
        self.engine.dispose()


class Database:
    """A database by its URL: `sqlite:////absolute/path.db` or `postgresql://user@host/name`.

    `contents` seals what its log has, and opens it; its key store is closed with the database.
    `known` is what this process knows of its log.
    Raises `StorageUnavailable` for a URL that is none, or that names no such database.
    """

    def __init__(self, url: str, *, contents: "Contents | None" = None) -> None:
        self._backend = _backend(url)
        file = sqlite_file(url)
        # A URI, as `unchanging_url` makes of a file that is there.
        self._file = None if file is None or file.parts[0] == "file:" else file
        self.contents = contents
        """What seals and opens the contents of its log."""
        self.known = KnownLog()
        # INVARIANT: a process uses the connections under its own id only.
        self._connections_of: dict[int, _Connections] = {}

    def is_there(self) -> bool:
        """Whether there is a file, where the database is one; a server is there or says not."""
        return self._file is None or self._file.is_file()

    def check_room(self) -> None:
        """Raise `StorageUnavailable` where its disk has no room for a decision.

        Little may be written all the same: what is overwritten needs no room.
        """
        with self._connections() as made:
            self._backend.check_room(made.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state. Raises `StorageUnavailable`."""
        with (
            self._connections() as made,
            made.engine.connect() as connection,
            self._backend.begin_reading(connection),
        ):
            yield connection

    @contextmanager
    def writing(self, *, at_once: bool = False) -> Iterator[Connection]:
        """Yield the only connection that writes; commits on leaving, unless something is raised.

        Raises `Conflict` where a constraint forbids it, else `StorageUnavailable`: also where
        another writes for ten seconds, or writes at all and it should be `at_once`.
        """
        with (
            self._connections() as made,
            self._backend.exclusively(at_once=at_once),
            made.writer() as connection,
            self._backend.begin_writing(connection, at_once=at_once),
        ):
            yield connection

    def purge(self) -> bool:
        """Take what was deleted out of the files, as far as the database can.

        Returns whether it could be done at once; if not, later writers will do it. Raises
        `StorageUnavailable`.
        """
        with self._connections() as made:
            return self._backend.purge(made.engine)

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        """Give a watch on what `announce` announces. Raises `StorageUnavailable`."""
        with self._connections() as made, self._backend.watch(made.engine) as watch:
            yield watch

    def close(self) -> None:
        """Close the connections of this process."""
        made = self._connections_of.pop(os.getpid(), None)
        if made is not None:
            made.close()
        if self.contents is not None:
            self.contents.keys.database.close()

    @contextmanager
    def _connections(self) -> Iterator[_Connections]:
        """Yield those of this process; what they or their driver raise is told as by `writing`."""
        forbidden: tuple[type[Exception], ...] = (IntegrityError,)
        failed: tuple[type[Exception], ...] = (SQLAlchemyError,)
        try:
            made = self._made()
            driver = made.engine.dialect.loaded_dbapi
            forbidden, failed = (*forbidden, driver.IntegrityError), (*failed, driver.Error)
            yield made
        except forbidden as error:
            raise Conflict("something else is stored under this name") from error
        except failed as error:
            raise StorageUnavailable(_why_not(error)) from error

    def _made(self) -> _Connections:
        return self._connections_of.get(os.getpid()) or self._connections_of.setdefault(
            os.getpid(), _Connections(self._backend.engine())
        )


def announce(connection: Connection) -> None:
    """Wake whoever watches the database, once the transaction is committed.

    A watch on SQLite sees every commit without it.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


def shown_url(url: str) -> str:
    """Return a database URL without its password. Raises `StorageUnavailable` for none."""
    return _read(url).render_as_string(hide_password=True)


def sqlite_file(url: str) -> Path | None:
    """Return the file of a database URL, None where it is of another kind of database."""
    read = _read(url)
    if read.get_backend_name() != "sqlite" or not read.database:
        return None
    return Path(read.database)


def unchanging_url(url: str) -> str:
    """Return the URL by which a database is read that may lie where nothing can be written.

    Raises `StorageUnavailable`, as `sqlite.unchanging` does.
    """
    read = _read(url)
    if read.get_backend_name() != "sqlite":
        return url
    return unchanging(read).render_as_string(hide_password=False)


def _read(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StorageUnavailable("the database URL cannot be read") from error


def _backend(url: str) -> Backend:
    read = _read(url)
    match read.get_backend_name():
        case "sqlite":
            return SQLite(read)
        case "postgresql":
            return PostgreSQL(read)
        case _:
            kinds = "`sqlite:///` or `postgresql://`"
            raise StorageUnavailable(f"the database URL must begin with {kinds}")


_POOLED = "a pooler in front of it has to pool sessions"
_WHY_NOT = {
    "26000": _POOLED,  # A prepared statement is not there, or is: of another session.
    "42P05": _POOLED,
    "53100": "its server's disk is full; make room there",
    "55P03": (
        "a lock was not had in ten seconds; see what holds it in `pg_stat_activity`, such as a"
        " commit that waits for a synchronous standby"
    ),
}
"""What the codes of PostgreSQL mean, by code (PostgreSQL manual, appendix A)."""


def _why_not(error: Exception) -> str:
    why = "the database cannot be read or written"
    told = _WHY_NOT.get(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    return why if told is None else f"{why}: {told}"
