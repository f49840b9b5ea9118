"""PostgreSQL: what its connections are set to, what is refused of a server, and how it fails."""

import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, inspect, make_url

from engine.audit.entries.idempotency import RequestKey
from engine.audit.entries.record import seal
from engine.audit.log import Committer, DecidedBefore
from engine.storage.databases import watchful_connection
from engine.storage.databases.database import Database
from engine.storage.databases.driver import run
from engine.storage.databases.postgresql import check_apart, pipelined
from engine.storage.errors import StorageUnavailable
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import migrate
from engine.storage.readiness import probe
from tests.postgresql import PostgreSQLServer, serving_postgresql
from tests.waiting import until


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


@contextmanager
def pooling_sessions(url: URL) -> Iterator[tuple[int, list[socket.socket]]]:
    """Give the port of a pooler that names processes of its own, and what came in there."""
    came: list[socket.socket] = []
    place = str(Path(str(url.query["host"])) / ".s.PGSQL.5432")

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                # BackendKeyData (PostgreSQL manual, *Message Formats*): the process, and a secret.
                before, key, behind = piece.partition(b"K\0\0\0\x0c")
                target.sendall(before + (key and key + b"\0\0\0\1") + behind[4 * bool(key) :])
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def take(listener: socket.socket, pool: ThreadPoolExecutor) -> None:
        with suppress(OSError):
            while True:
                client = opened.enter_context(listener.accept()[0])
                server = opened.enter_context(socket.socket(socket.AF_UNIX))
                server.connect(place)
                came.extend((client, server))
                pool.submit(pass_on, client, server)
                pool.submit(pass_on, server, client)

    with (
        ExitStack() as opened,
        ThreadPoolExecutor(16) as pool,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        pool.submit(take, listener, pool)
        try:
            yield listener.getsockname()[1], came
        finally:
            for each in (listener, *came):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


def test_a_pooler_of_sessions_is_asked_once_by_each_process(postgresql_url: str) -> None:
    """Each connection that is made to ask is one that the pooler may not have to spare."""
    url = make_url(postgresql_url)
    with pooling_sessions(url) as (port, came):
        pooled = url.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
        with (
            closing(Database(pooled.render_as_string(hide_password=False))) as database,
            database.reading(),
            database.reading(),
            database.reading(),
        ):
            assert len(came) == 2 * (1 + 3)


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
    """It leaves nothing; a user who may not look, and a server that only reads, have room."""
    postgresql.run("CREATE ROLE clerk LOGIN")
    name = make_url(postgresql_url).database
    database = Database(postgresql_url)
    clerk = Database(postgresql_url.replace("//postgres:@", "//clerk@"))
    try:
        database.check_room()
        clerk.check_room()
        postgresql.run(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        clerk.check_room()
        postgresql.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        with closing(Database(postgresql_url)) as only_read:
            only_read.check_room()
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == []
    finally:
        database.close()
        clerk.close()
        postgresql.run("DROP ROLE clerk")


def test_a_user_who_may_not_clean_a_key_store_is_told(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    """PostgreSQL passes over the tables of others, and says so by a warning."""
    postgresql.run("CREATE ROLE clerk LOGIN")
    owner = Database(postgresql_url)
    clerk = Database(postgresql_url.replace("//postgres:@", "//clerk@"))
    try:
        with owner.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE data_key (id text)")
            connection.exec_driver_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON data_key TO clerk")
        with pytest.raises(StorageUnavailable, match="does not own its tables"):
            clerk.purge()
        assert owner.purge()
    finally:
        clerk.close()
        with owner.writing() as connection:
            connection.exec_driver_sql("DROP OWNED BY clerk")
            connection.exec_driver_sql("DROP ROLE clerk")
        owner.close()


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
