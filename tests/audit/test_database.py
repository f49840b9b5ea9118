"""The database: its URL, its settings, its errors, its history, and whether it is ready."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, make_url, update

from engine.audit.entries.idempotency import RequestKey
from engine.audit.entries.record import seal
from engine.audit.instants import utc_now
from engine.audit.log import Committer, DecidedBefore, LogUnavailable, Receipt
from engine.storage.databases import sqlite, watchful_connection
from engine.storage.databases.database import Database, shown_url, sqlite_file, unchanging_url
from engine.storage.databases.driver import run
from engine.storage.databases.postgresql import check_apart, pipelined
from engine.storage.errors import Conflict, NotFound, StorageUnavailable
from engine.storage.governance.policies import PolicyVersion, PolicyVersions
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import Schema, migrate, schema_of
from engine.storage.readiness import Readiness, probe
from engine.storage.schema import log_head, metadata
from tests.postgresql import PostgreSQLServer, serving_postgresql
from tests.waiting import until

FILES = b'{"privacy.policy":"rule one"}'


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "postgres://h/d"]
)
def test_urls_that_name_no_database(url: str) -> None:
    with pytest.raises(StorageUnavailable, match="URL"):
        Database(url)


def test_urls_are_shown_without_their_password() -> None:
    assert shown_url("postgresql://ann:secret@h/d") == "postgresql://ann:***@h/d"
    assert sqlite_file("sqlite:////a/b.db?x=1") == Path("/a/b.db")
    assert sqlite_file("postgresql://h/d") is None


SQLITE_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 10_000,
}
POSTGRESQL_SETTINGS = {
    "synchronous_commit": "on",
    "lock_timeout": "10s",
    "statement_timeout": "1min",
    "idle_in_transaction_session_timeout": "1min",
    "transaction_isolation": "repeatable read",
    "transaction_read_only": "on",
    "standard_conforming_strings": "on",
    "datestyle": "ISO, MDY",
    "timezone": "UTC",
    "row_security": "off",
}


def test_settings_of_every_connection(database: Database) -> None:
    with database.reading() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        command, settings = (
            ("PRAGMA", SQLITE_SETTINGS) if is_sqlite else ("SHOW", POSTGRESQL_SETTINGS)
        )
        found = {
            name: connection.exec_driver_sql(f"{command} {name}").scalar() for name in settings
        }
    assert found == settings


# --- PostgreSQL -------------------------------------------------------------------------------


def test_a_pooler_that_does_not_pool_sessions_is_told(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with (
        closing(database),
        pytest.raises(StorageUnavailable, match="pool sessions"),
        database.reading() as connection,
    ):
        connection.exec_driver_sql("DEALLOCATE another")


def test_a_pooler_of_transactions_is_refused_at_once(postgresql_url: str) -> None:
    """Two connections that are one session at the server are told from two that are two."""
    url = make_url(postgresql_url).render_as_string(hide_password=False)
    with psycopg.connect(url) as one, psycopg.connect(url) as other:
        check_apart(one, other)
        with pytest.raises(StorageUnavailable, match="pools transactions or statements; have it"):
            check_apart(one, one)


def test_a_server_that_is_gone_without_a_word_is_noticed(postgresql_url: str) -> None:
    database = Database(f"{postgresql_url}&keepalives_idle=77")
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        found = driver.info.get_parameters()
    database.close()
    assert found["tcp_user_timeout"] == "30000"
    assert (found["keepalives_interval"], found["keepalives_count"]) == ("5", "3")
    assert (found["connect_timeout"], found["keepalives_idle"]) == ("10", "77")  # As the URL says.


def test_a_server_that_answers_too_early_is_told_to_wait(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    postgresql.run("ALTER ROLE postgres SET synchronous_commit = local")
    try:
        database = Database(postgresql_url)
        with database.writing() as connection:
            found = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
        database.close()
    finally:
        postgresql.run("ALTER ROLE postgres RESET synchronous_commit")
    assert found == "on"


def test_a_server_that_writes_nothing_down_is_refused(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    set_fsync(postgresql, "off")
    try:
        assert probe(Database(postgresql_url)).problem == (
            "the server has `fsync = off` and loses data; turn it on"
        )
    finally:
        set_fsync(postgresql, "on")


def set_fsync(server: PostgreSQLServer, value: str) -> None:
    change(server, f"fsync = {value}")
    with psycopg.connect(server.url) as connection:
        while connection.execute("SHOW fsync").fetchone() != (value,):
            time.sleep(0.01)


def change(server: PostgreSQLServer, setting: str) -> None:
    server.run(f"ALTER SYSTEM SET {setting}")
    server.run("SELECT pg_reload_conf()")


def test_a_server_that_is_made_to_lose_data_while_it_runs_loses_none_of_ours(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    database = Database(postgresql_url)
    with database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    try:
        change(postgresql, "synchronous_commit = off")
        set_fsync(postgresql, "off")
        with pytest.raises(StorageUnavailable, match="loses data"), database.writing():
            pass
        set_fsync(postgresql, "on")
        with database.reading() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
        with database.writing() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    finally:
        set_fsync(postgresql, "on")
        change(postgresql, "synchronous_commit = on")
    database.close()


@dataclass(frozen=True, slots=True)
class Standby:
    """A synchronous standby of a server which never answers until it is no longer asked."""

    server: PostgreSQLServer
    name: str

    def waiting(self) -> Any:
        """Return the process that waits for it, and since when; None where none does."""
        with psycopg.connect(self.server.url) as connection:
            return connection.execute(
                "SELECT pid, query_start FROM pg_stat_activity"
                " WHERE wait_event = 'SyncRep' AND datname = %s",
                [self.name],
            ).fetchone()

    def release(self) -> None:
        change(self.server, "synchronous_standby_names = ''")


@pytest.fixture
def standby(postgresql: PostgreSQLServer, postgresql_url: str) -> Iterator[Standby]:
    """The server says that a commit it broke off is done, or has it in its tables."""
    migrate(postgresql_url)
    found = Standby(postgresql, str(make_url(postgresql_url).database))
    change(postgresql, "client_min_messages = error")
    change(postgresql, "synchronous_standby_names = 'nobody'")
    try:
        yield found
    finally:
        found.release()
        change(postgresql, "client_min_messages = notice")


@pytest.mark.parametrize("broken_off", ["pg_cancel_backend", "pg_terminate_backend"])
def test_nothing_is_acknowledged_that_a_synchronous_standby_may_not_have(
    standby: Standby, postgresql_url: str, make_record: Any, broken_off: str
) -> None:
    database = Database(postgresql_url)
    committer = Committer(SQLLogStore(database))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(committer.append, make_record())
        until(standby.waiting)
        first = standby.waiting()
        standby.server.run(f"SELECT {broken_off}({first[0]})")
        until(lambda: answer.done() or standby.waiting() not in (None, first))
        assert not answer.done()
        standby.release()
        assert answer.result().index == 0
    committer.close()
    database.close()


def test_nor_is_it_for_a_request_that_is_sent_again(
    standby: Standby, postgresql_url: str, make_record: Any
) -> None:
    database = Database(postgresql_url)
    store, key = SQLLogStore(database), RequestKey.make(actor="a", key="k", content=b"{}")
    one, again = (seal(replace(make_record(), request=key)) for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        broken_off = pool.submit(store.append, [one])
        until(standby.waiting)
        standby.server.run(f"SELECT pg_cancel_backend({standby.waiting()[0]})")
        assert isinstance(broken_off.exception(10), StorageUnavailable)
        answer = pool.submit(store.append, [again])
        until(lambda: answer.done() or standby.waiting())
        assert not answer.done()
        standby.release()
        (decided,) = answer.result()
    assert isinstance(decided, DecidedBefore)
    assert decided.first.decision_id == one.id
    database.close()


def test_a_log_that_ended_with_the_last_connection_is_begun_again(
    tmp_path: Path, make_record: Any
) -> None:
    """SQLite removes it then, and another connection makes another."""
    url = f"sqlite:///{tmp_path}/assent.db"
    migrate(url)
    database = Database(url)
    store = SQLLogStore(database)
    store.append([seal(make_record())])

    def lose_connection() -> None:
        with database.writing() as connection:
            connection.invalidate()

    with pytest.raises(StorageUnavailable):
        lose_connection()
    assert not (tmp_path / "assent.db-wal").exists()
    (answer,) = store.append([seal(make_record())])
    assert isinstance(answer, Receipt)
    database.close()


def test_a_connection_made_beside_others_leaves_their_log_known(tmp_path: Path) -> None:
    """Of two threads that both find no connections, each makes some, and one's are taken."""
    url = f"sqlite:///{tmp_path}/assent.db"
    migrate(url)
    backend = sqlite.SQLite(make_url(url))
    engine = backend.engine()
    with engine.connect() as connection:
        backend.engine().dispose()
        with backend.begin_reading(connection):
            pass
    engine.dispose()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_text_is_refused(
    postgresql: PostgreSQLServer, encoding: str
) -> None:
    with postgresql.database(f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0") as url:
        told = f"the database is encoded in {encoding}; make one in UTF8"
        assert probe(Database(url)).problem == told


def test_why_a_statement_failed_is_told(postgresql_url: str, capfd: Any) -> None:
    """What is sent in one go fails once, and the driver does not tell of it again."""
    database = Database(postgresql_url)
    for code, told in (("53100", "its server's disk is full; make room there"), ("XX000", "")):
        failing = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"
        with (
            pytest.raises(StorageUnavailable, match=f"{told}$"),
            database.writing() as connection,
            pipelined(connection),
        ):
            run(connection, failing)
    assert capfd.readouterr().err == ""
    database.close()


def test_room_is_looked_for_where_the_tables_are(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    """It leaves nothing; a user who may not look, and a standby, are none without room."""
    postgresql.run("CREATE ROLE clerk LOGIN")
    name = make_url(postgresql_url).database
    database = Database(postgresql_url)
    clerk = Database(postgresql_url.replace("//postgres:@", "//clerk@"))
    try:
        database.check_room()
        clerk.check_room()
        postgresql.run(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        clerk.check_room()
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == []
    finally:
        database.close()
        clerk.close()
        postgresql.run("DROP ROLE clerk")


def test_why_a_server_gives_no_connection_is_told(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    postgresql.run("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")
    given = make_url(postgresql_url)
    told = {
        "no connection to spare": given.set(username="crowd"),
        "refuses the user": given.set(database="nowhere"),
        "cannot be reached": given.set(query={"host": "/nowhere"}),
    }
    try:
        for words, url in told.items():
            problem = probe(Database(url.render_as_string(hide_password=False))).problem
            assert words in (problem or "")
    finally:
        postgresql.run("DROP ROLE crowd")


def test_without_its_driver_there_is_no_postgresql(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StorageUnavailable, match=r"pip install 'assent\[postgresql\]'"):
        migrate(postgresql_url)


def test_a_server_that_cut_its_connections_is_found_again(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    migrate(postgresql_url)
    database = Database(postgresql_url)
    assert probe(database).is_ready

    def read() -> None:
        with database.reading() as connection:
            postgresql.cut(postgresql_url)
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(StorageUnavailable):
        read()
    assert probe(database).is_ready
    postgresql.cut(postgresql_url)
    assert probe(database).is_ready
    for _ in range(2):  # The second takes the connection of the first.
        with database.writing() as connection:
            connection.exec_driver_sql("SELECT 1")
        postgresql.cut(postgresql_url)
    database.close()


@pytest.mark.parametrize("at_once", [False, True])
def test_a_server_that_only_reads_is_told_and_left_for_the_next(
    postgresql: PostgreSQLServer, postgresql_url: str, *, at_once: bool
) -> None:
    name = make_url(postgresql_url).database
    database = Database(postgresql_url)
    postgresql.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with (
        pytest.raises(StorageUnavailable, match="only reads, as a standby does"),
        database.writing(at_once=at_once),
    ):
        pass
    postgresql.run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE written (it int)")
    database.close()


def test_a_standby_is_read_and_written_once_it_is_promoted() -> None:
    with serving_postgresql() as server:
        database = Database(server.url)
        server.stand_by()
        for _ in range(2):
            with (
                pytest.raises(StorageUnavailable, match="only reads, as a standby does"),
                database.writing(),
            ):
                pass
            with database.reading() as connection:
                assert connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar()
        server.run("SELECT pg_promote()")
        with database.writing() as connection:
            assert not connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar()
        database.close()


def test_a_server_that_stands_still_is_given_up_and_a_slow_one_is_not(
    postgresql: PostgreSQLServer, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchful_connection, "WATCH_SECONDS", 0.05)
    migrate(postgresql_url)
    database = Database(f"{postgresql_url}&connect_timeout=2")
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(0.5)")

    def read() -> None:
        with database.reading() as connection, postgresql.frozen():
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(StorageUnavailable, match="cannot be read"):
        read()
    assert probe(database).is_ready
    database.close()


def test_a_watch_on_a_server_that_is_gone_says_so(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    database = Database(postgresql_url)

    def watch_on() -> None:
        with database.watching() as watch:
            watch.wait(0.01)
            postgresql.cut(postgresql_url)
            watch.wait(20)

    with pytest.raises(StorageUnavailable, match="cannot be read"):
        watch_on()
    with database.watching() as watch:
        watch.wait(0.01)
    database.close()


# --- SQLite -----------------------------------------------------------------------------------


def test_a_file_that_was_moved_away_is_written_no_more(tmp_path: Path) -> None:
    file, url = tmp_path / "assent.db", f"sqlite:///{tmp_path}/assent.db"
    migrate(url)
    database = Database(url)
    versions, said = PolicyVersions(database), "the file of the database, `assent.db`, was moved"

    def keep(digest: str) -> None:
        versions.keep(PolicyVersion(digest=digest, name="a", version=None, files=b"{}"))

    keep("before")
    database.close()
    copy = Path(shutil.copy(file, tmp_path / "copy"))
    with database.watching() as watch:
        away = file.rename(tmp_path / "away")
        for act in (partial(keep, "lost"), partial(versions.get, "before"), partial(watch.wait, 0)):
            with pytest.raises(StorageUnavailable, match=said):
                act()
    assert not file.exists()
    away.rename(file)
    keep("back again")
    for beside in tmp_path.glob("assent.db-*"):
        beside.unlink()
    copy.replace(file)
    keep("in the copy")
    database.close()
    with pytest.raises(NotFound):
        versions.get("back again")
    assert versions.get("in the copy").name == "a"
    database.close()


def test_a_log_that_was_removed_is_saved_and_written_no_more(
    tmp_path: Path, make_record: Any
) -> None:
    """SQLite writes on to it without a word, and it ends with the process."""
    url = f"sqlite:///{tmp_path}/assent.db"
    migrate(url)
    database, other = Database(url), Database(url)
    store, record = SQLLogStore(database), seal(make_record())
    store.append([record])
    (tmp_path / "assent.db-wal").unlink()
    told = "`assent.db-wal`, was removed"
    with pytest.raises(StorageUnavailable, match=told):
        store.append([seal(make_record())])
    with pytest.raises(StorageUnavailable, match=told), database.reading():
        pass
    with pytest.raises(StorageUnavailable, match=told), other.reading():
        pass
    shutil.copy(tmp_path / "assent.db", tmp_path / "killed.db")
    killed = Database(f"sqlite:///{tmp_path}/killed.db")
    assert SQLLogStore(killed).find([record.id])
    killed.close()
    database.close()
    assert SQLLogStore(other).find([record.id])
    (tmp_path / "assent.db-shm").unlink()
    with pytest.raises(StorageUnavailable, match=told), other.reading():
        pass
    other.close()


def test_a_file_that_is_replaced_while_it_is_opened_is_written_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, url = tmp_path / "assent.db", f"sqlite:///{tmp_path}/assent.db"
    migrate(url)
    copy = Path(shutil.copy(file, tmp_path / "copy"))
    prepare = sqlite._prepare  # noqa: SLF001 - what runs first once the file is open.

    def replacing(*opened: Any) -> None:
        prepare(*opened)
        if copy.exists():
            file.rename(tmp_path / "away")
            for beside in tmp_path.glob("assent.db-*"):
                beside.unlink()
            copy.rename(file)

    monkeypatch.setattr(sqlite, "_prepare", replacing)
    database = Database(url)
    versions = PolicyVersions(database)
    versions.keep(PolicyVersion(digest="kept", name="a", version=None, files=b"{}"))
    database.close()
    assert versions.get("kept").name == "a"
    database.close()


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/assent.db")
    with pytest.raises(StorageUnavailable, match="lock file"), database.writing():
        pass
    with pytest.raises(StorageUnavailable, match="cannot be read"), database.reading():
        pass
    assert probe(database) == Readiness(
        is_reachable=False,
        is_current=False,
        size=None,
        problem="the database cannot be read or written",
    )
    database.close()
    database.close()


def test_a_file_where_nothing_can_be_written_is_read_as_it_is(
    sqlite_url: str, tmp_path: Path, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(sqlite_url)
    writer = Database(sqlite_url)
    SQLLogStore(writer).append([seal(make_record())])
    assert unchanging_url(sqlite_url) == sqlite_url
    assert unchanging_url("postgresql://somebody:secret@host/log").endswith(":secret@host/log")
    monkeypatch.setattr("engine.storage.databases.sqlite.os.access", lambda *_: False)
    with pytest.raises(StorageUnavailable, match=r"`assent\.db-wal` has commits.*copy both"):
        unchanging_url(sqlite_url)
    writer.close()
    before = set(tmp_path.iterdir())
    reader = Database(unchanging_url(sqlite_url))
    assert TileLog(reader).head().size == 1
    with pytest.raises(StorageUnavailable):
        SQLLogStore(reader).append([seal(make_record())])
    reader.close()
    assert {path.name for path in set(tmp_path.iterdir()) - before} == set()


def test_writers_take_one_connection_after_the_other(database: Database) -> None:
    drivers = []
    for _ in range(3):
        with database.writing() as connection:
            drivers.append(connection.connection.driver_connection)
    with pytest.raises(LookupError), database.writing() as connection:
        raise LookupError
    with database.writing() as outer:
        drivers.append(outer.connection.driver_connection)
    assert drivers[0] is drivers[1] is drivers[2]
    database.close()
    with database.writing() as connection:
        assert connection.connection.driver_connection not in drivers


def test_failures_are_rolled_back_and_hide_the_driver(database: Database) -> None:
    row = {"one": 2, "size": 0, "frontier": b"", "logged_at": utc_now()}

    def spoil() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM log_head")
            connection.execute(insert(log_head), row)

    with pytest.raises(Conflict) as raised:
        spoil()
    assert "CHECK" not in str(raised.value)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM log_head").scalar() == 1


def test_writers_wait_for_one_another(database: Database) -> None:
    def add(_: int) -> None:
        with database.writing() as connection:
            size = connection.exec_driver_sql("SELECT size FROM log_head").scalar_one()
            connection.execute(update(log_head).values(size=size + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(80)))
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT size FROM log_head").scalar() == 80


def test_a_writer_does_not_wait_for_ever(
    sqlite_url: str, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL, the server ends the wait."""
    migrate(sqlite_url)
    database, elsewhere = Database(sqlite_url), Database(sqlite_url)
    committer = Committer(SQLLogStore(database))
    monkeypatch.setattr(sqlite, "_LOCK_SECONDS", 0.05)
    with elsewhere.writing():
        with pytest.raises(LogUnavailable, match="could not be written") as raised:
            committer.append(make_record())
        assert str(raised.value.__cause__) == "the lock file `assent.db.lock` is held by another"
        assert TileLog(database).head().size == 0
    assert committer.append(make_record()).index == 0
    committer.close()
    for each in (database, elsewhere):
        each.close()


def is_known(name: str | None, kind: str, _: object) -> bool:
    """Whether something is declared, rather than made by a migration to find words, or acts."""
    del kind
    undeclared = "log_entry_found", "log_entry_words_found", "log_entry_of_leaf"
    return name is None or not name.startswith(undeclared)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_history_makes_the_tables_that_the_code_knows(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_known})
        assert compare_metadata(context, metadata) == []
        assert schema_of(connection) == Schema(current="0016", newest="0016", pending=())


def test_migration_from_empty_and_again(url: str) -> None:
    migrate(url)
    migrate(url)
    database = Database(url)
    assert probe(database).is_ready
    migrate(database)
    assert probe(database).size == 0
    database.close()


def test_several_processes_migrate_at_once(url: str) -> None:
    root = Path(__file__).resolve().parents[2]
    code = "import sys; from engine.storage.migrate import migrate; migrate(sys.argv[1])"
    command = [sys.executable, "-c", code, url]
    processes = [subprocess.Popen(command, cwd=root) for _ in range(3)]  # noqa: S603 - ours.
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]


def test_readiness(url: str, make_record: Any) -> None:
    database = Database(url)
    behind = probe(database)
    assert (behind.is_ready, behind.is_reachable, behind.is_current) == (False, True, False)
    assert behind.problem == "the database is not of this version; `assent init` brings it there"
    migrate(database)
    SQLLogStore(database).append([seal(make_record())])
    ready = probe(database)
    assert (ready.is_ready, ready.size) == (True, 1)
    with database.writing() as connection:
        connection.execute(update(log_head).values(size=2))
    broken = probe(database)
    assert (broken.is_current, broken.is_ready) == (True, False)
    told = "the head of the log tells of 2 entries, and the last is that of 1"
    assert broken.problem == f"{told}: some were taken away, or added"
    database.close()


def test_policy_versions_are_kept_once(database: Database) -> None:
    versions = PolicyVersions(database)
    version = PolicyVersion(digest="d1", name="acme", version="1", files=FILES)
    versions.keep(version)
    versions.keep(version)
    assert versions.get("d1") == version
    with pytest.raises(Conflict, match="`d1`"):
        versions.keep(PolicyVersion(digest="d1", name="acme", version="1", files=b"{}"))
    with pytest.raises(NotFound, match="`d2`"):
        versions.get("d2")
