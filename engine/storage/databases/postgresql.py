"""PostgreSQL: one database, which any number of processes and machines may share.

A writer takes an advisory lock as the first thing in its transaction. The server frees it with the
transaction, whatever becomes of the client. A writer reads what is committed, and so all that the
writers before it left; a reader sees one snapshot, and cannot write.

Two settings of a server lose what was acknowledged (PostgreSQL manual, *Reliability and the
Write-Ahead Log*): `synchronous_commit = off`, which every connection and every writer here turns on
again, and `fsync = off`, with which a server is refused. Both can be changed while it runs.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    Transaction,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.exc import DBAPIError

from ..errors import StorageUnavailable
from .driver import run

CHANNEL = "assent_policies"
"""What is notified where a version of policies comes into force."""

# By its number, one that nothing else in the database takes; and, at no cost, what else matters to
# whoever writes: a reload of the server's settings may have changed it since the connection began.
_LOCK, _LOCK_AT_ONCE = (
    f"SELECT {take}({0x0A55E27}), current_setting('transaction_read_only'),"
    " current_setting('fsync'), current_setting('synchronous_commit')"
    for take in ("pg_advisory_xact_lock", "pg_try_advisory_xact_lock")
)
_LOSES_DATA = "the server has `fsync = off` and loses data; turn it on"
_ONLY_READS = (
    "the database server only reads, as a standby does; name the primary, promote this one, or turn"
    " `default_transaction_read_only` off"
)
_TOO_EARLY = ("off", "local", "remote_write")
"""The values of `synchronous_commit` by which a commit is answered that may still be lost."""

_CANNOT_WRITE_IN_RECOVERY = "0A000"
# A server that is gone without a word (its machine lost power, or another took over) is noticed in
# half a minute. By the system's own times, every thread would wait for it: a quarter of an hour
# where something was sent, and two hours where an answer is awaited.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_POOL = {"pool_size": 8, "max_overflow": 24, "pool_timeout": 10, "pool_pre_ping": True}
# Those of the log, and that of a key store, which is a database of its own.
_CONTENTS = (
    *("log_entry", "log_entry_rule", "log_entry_words", "log_entry_facet", "facets_due"),
    *("payload", "disclosure", "sealed", "request_key", "waiver_use", "standing_fact_version"),
    "data_key",
)
_WORDS = "log_entry_words_found"
# Of texts that lie in its rows as they are: too short to be compressed.
_FILL = (
    "CREATE TEMPORARY TABLE room ON COMMIT DROP AS"
    " SELECT repeat('x', 1000) FROM generate_series(1, 1024)"
)
_PURGE_TIMEOUT = "SET lock_timeout = '10s'"
_IN_THE_WAY = ("55P03", "40P01")
"""SQLSTATE where something else was at work: lock not available, deadlock detected."""
_INSUFFICIENT_PRIVILEGE = "42501"
_READ_ONLY_TRANSACTION = "25006"
_NOT_ABOUT_ROOM = (_INSUFFICIENT_PRIVILEGE, _READ_ONLY_TRANSACTION, _CANNOT_WRITE_IN_RECOVERY)
_NOT_THE_OWNER = (
    "the database's user does not own its tables and may not clean them: what was erased is still "
    "in their files; make it their owner, or run `assent contents settle` as their owner"
)
_STATEMENT_TIMEOUT = "SET statement_timeout = '60s'"
_SESSION = (
    "SET client_encoding = 'UTF8'",
    "SET client_min_messages = 'warning'",  # `WatchfulConnection.commit` has to hear of them.
    "SET lock_timeout = '10s'",
    _STATEMENT_TIMEOUT,
    "SET idle_in_transaction_session_timeout = '60s'",
    # What the administrator of a database or a role may have set, and texts are read or told by.
    "SET standard_conforming_strings = on",
    "SET datestyle = 'ISO'",
    "SET timezone = 'UTC'",
    "SET row_security = off",  # Where rows would be hidden, it is an error.
    "SET temp_tablespaces = ''",  # Room is looked for where the tables are (`check_room`).
)


class PostgreSQL:
    """The database of a URL."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def engine(self) -> Engine:
        """Return the connections of one process. Raises `StorageUnavailable` without a driver."""
        try:
            engine = create_engine(
                self._url,
                isolation_level="READ COMMITTED",  # Of a writer; a reader asks for another.
                paramstyle="format",  # Values in their order, as SQLite's driver wants them too.
                connect_args={k: v for k, v in _PATIENCE.items() if k not in self._url.query},
                **_POOL,
            )
        except ImportError as error:
            advice = "PostgreSQL needs its driver: `pip install 'assent[postgresql]'`"
            raise StorageUnavailable(advice) from error
        event.listen(engine, "do_connect", _Connector().connect)
        event.listen(engine, "connect", _prepare)
        return engine

    def begin_reading(self, connection: Connection) -> Transaction:
        """Begin on one snapshot, where nothing can be written."""
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return connection.begin()

    @contextmanager
    def exclusively(self, *, at_once: bool) -> Iterator[None]:
        """Do nothing: the lock is taken within the transaction."""
        del at_once
        yield

    def begin_writing(self, connection: Connection, *, at_once: bool) -> Transaction:
        """Begin, and take the lock of all writers.

        Raises `StorageUnavailable` where another has it and it should be had `at_once`, or where
        the server only reads or loses data; the server ends a longer wait.
        """
        lock = _LOCK_AT_ONCE if at_once else _LOCK
        try:
            transaction, state = _locked(connection, lock)
        except _ConnectionCut:  # While it lay idle: nothing was done over it that could be lost.
            transaction, state = _locked(connection, lock)
        is_had, only_reads, fsync, commit = state
        if only_reads == "on":
            # The address may lead to the new primary by now, for a new connection.
            connection.invalidate()
            raise StorageUnavailable(_ONLY_READS)
        if fsync == "off":
            raise StorageUnavailable(_LOSES_DATA)
        if at_once and not is_had:
            raise StorageUnavailable("another is writing to the database")
        if commit in _TOO_EARLY:
            run(connection, "SET LOCAL synchronous_commit = on")
        return transaction

    def check_room(self, engine: Engine) -> None:
        """Have a MiB laid beside the tables, in no file of theirs, and take it back."""
        with engine.connect() as connection:
            try:
                connection.exec_driver_sql(_FILL)
            except DBAPIError as error:
                # Who may make no such table has to do without knowing; that a server only reads,
                # whoever writes is told with what to do about it.
                if getattr(error.orig, "sqlstate", None) not in _NOT_ABOUT_ROOM:
                    raise
            connection.rollback()

    def purge(self, engine: Engine) -> bool:
        """Free the space of what was deleted; returns whether no transaction kept it.

        The index of words is built anew, since one of its kind (GIN) keeps each word that it ever
        had (PostgreSQL source, `gin/README`). That waits for the readers of before, for whom
        nothing could be freed. The planner's statistics, which quote columns, are renewed.
        """
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            for setting in ("SET statement_timeout = 0", _PURGE_TIMEOUT):
                connection.exec_driver_sql(setting)
            try:
                _free(connection)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state == _INSUFFICIENT_PRIVILEGE:
                    raise StorageUnavailable(_NOT_THE_OWNER) from error
                if state not in _IN_THE_WAY:
                    raise
                return False
            finally:
                connection.invalidate()  # The next one has the settings of a session again.
        return True

    @contextmanager
    def watch(self, engine: Engine) -> Iterator["_Notifications"]:
        """Listen on a connection of its own."""
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            yield _Notifications(connection)
            connection.exec_driver_sql(f"UNLISTEN {CHANNEL}")


def _free(connection: Connection) -> None:
    present = set(inspect(connection).get_table_names())
    if "log_entry_words" in present:
        # What an attempt before, that was given up, may have left.
        for end in ("ccnew", "ccold"):
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {_WORDS}_{end}")
        connection.exec_driver_sql(f"REINDEX INDEX CONCURRENTLY {_WORDS}")
    passed_over: list[str | None] = []

    def note(told: Any) -> None:
        if told.message_hint is None:  # With one, old transactions are warned of.
            passed_over.append(told.message_primary)

    driver: Any = connection.connection.driver_connection
    driver.add_notice_handler(note)
    tables = ", ".join(name for name in _CONTENTS if name in present)
    connection.exec_driver_sql(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {tables}")
    driver.remove_notice_handler(note)
    if passed_over:  # What is another's is no error here, as it is for an index.
        raise StorageUnavailable(_NOT_THE_OWNER)
    connection.exec_driver_sql("VACUUM pg_catalog.pg_statistic")


class _ConnectionCut(StorageUnavailable):
    """The server, or what lies between, has ended a connection; the next one is another."""


def _locked(connection: Connection, lock: str) -> tuple[Transaction, Any]:
    """Begin a transaction by a statement, and return it with the row that this gives."""
    driver = cast(Any, connection.connection.driver_connection)
    # As the server has it by default, whatever the connection was used for before: an administrator
    # or a host of databases has it only read where it should not be written.
    driver.read_only = None
    transaction = connection.begin()
    try:
        return transaction, run(connection, lock).fetchone()
    except Exception as error:
        connection.invalidate()
        transaction.close()
        if getattr(error, "sqlstate", None) == _CANNOT_WRITE_IN_RECOVERY:
            raise StorageUnavailable(_ONLY_READS) from error
        if driver.closed:
            raise _ConnectionCut("the database cannot be read or written") from error
        raise


class _Notifications:
    """The notifications of a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wait(self, seconds: float) -> None:
        """Wait for a notification. Raises `StorageUnavailable` where the server is gone."""
        driver: Any = self._connection.connection.driver_connection
        try:
            for _ in driver.notifies(timeout=seconds, stop_after=1):
                pass
        except Exception as error:
            self._connection.invalidate()
            raise StorageUnavailable("the database cannot be read or written") from error


def pipelined(connection: Connection) -> AbstractContextManager[object]:
    """Send statements that return nothing one behind the other, and wait once, for all of them.

    Whoever writes holds the lock of all writers meanwhile: each answer that is waited for by itself
    is a way to the server and back for everybody. What was sent is done or has failed when this
    ends. On SQLite it changes nothing. (PostgreSQL manual, *libpq: Pipeline Mode*.)
    """
    if connection.dialect.name != "postgresql":
        return nullcontext()
    driver: Any = connection.connection.driver_connection
    pipeline: AbstractContextManager[object] = driver.pipeline()
    return pipeline


class _Connector:
    """Makes the connections of one process."""

    def __init__(self) -> None:
        self._pools_sessions = False

    def connect(self, dialect: Dialect, _record: object, arguments: Any, options: Any) -> Any:
        """Connect. Raises `StorageUnavailable` that says whose the fault may be."""
        from .watchful_connection import (  # noqa: PLC0415 - its driver is an extra.
            WatchfulConnection,
        )

        try:
            made = WatchfulConnection.connect(*arguments, **options)
        except dialect.loaded_dbapi.OperationalError as error:
            raise StorageUnavailable(_why_not_connected(str(error))) from error
        try:
            self._check(made, lambda: WatchfulConnection.connect(*arguments, **options))
        except BaseException:
            made.close()
            raise
        return made

    def _check(self, made: Any, connect: Callable[[], Any]) -> None:
        """Raise `StorageUnavailable` where a connection leads to nothing that a log can be kept in.

        It is looked at before anything else: of some encodings, not even the server's version is
        read. A pooler is asked by another connection only once, since it may have few to spare.
        """
        encoding = made.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StorageUnavailable(f"the database is encoded in {encoding}; make one in UTF8")
        # A pooler gives numbers of its own.
        if not self._pools_sessions and _session_of(made) != made.info.backend_pid:
            with connect() as other:
                check_apart(made, other)
            self._pools_sessions = True


def _session_of(connection: Any) -> int:
    """Return which process of the server answers a connection now.

    It is asked outside a transaction, which a pooler of statements would refuse.
    """
    connection.autocommit = True
    session = int(connection.execute("SELECT pg_backend_pid()").fetchone()[0])
    connection.autocommit = False
    return session


def check_apart(one: Any, other: Any) -> None:
    """Raise `StorageUnavailable` where a pooler gives two connections the same session in turn.

    A statement that one has prepared would be run as another's of the same name.
    """
    if _session_of(one) == _session_of(other):
        raise StorageUnavailable(
            "a pooler in front of the database pools transactions or statements; have it pool"
            " sessions (`pool_mode = session`), or name the server itself"
        )


def _why_not_connected(told: str) -> str:
    """Return why there is no connection; the driver has no code for it, so that its words tell."""
    if any(each in told for each in ("too many clients", "too many connections", "slots are")):
        return (
            "the database server has no connection to spare; raise `max_connections` (or the limit"
            " of the role or database), or lower `workers`"
        )
    if "database system is" in told:  # Starting up, shutting down, in recovery.
        return "the database server is starting or stopping"
    if "FATAL" in told:
        return "the database server refuses the user, the password or the name of the database"
    return "the database server cannot be reached"


def _prepare(connection: Any, _record: object) -> None:
    """Prepare a connection of psycopg. Raises `StorageUnavailable` for a server that loses data."""
    connection.execute("; ".join(_SESSION))
    (fsync, commit) = (
        connection.execute(f"SHOW {name}").fetchone()[0] for name in ("fsync", "synchronous_commit")
    )
    if fsync == "off":
        raise StorageUnavailable(_LOSES_DATA)
    if commit in _TOO_EARLY:
        connection.execute("SET synchronous_commit = on")
    connection.commit()
