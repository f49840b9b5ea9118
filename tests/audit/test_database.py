"""The database: its URL, its settings, its errors, its history, and whether it is ready."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, update

from engine.audit.entries.record import seal
from engine.audit.instants import utc_now
from engine.storage.databases.database import Database, shown_url, sqlite_file
from engine.storage.errors import Conflict, NotFound, StorageUnavailable
from engine.storage.governance.policies import PolicyVersion, PolicyVersions
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import Schema, migrate, schema_of
from engine.storage.readiness import probe
from engine.storage.schema import log_head, metadata

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
    "temp_tablespaces": '""',
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
