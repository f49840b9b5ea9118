"""The database: its URL, its settings, its errors, its history, and whether it is ready."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, update

from engine.audit.record import seal
from engine.storage.database import Database
from engine.storage.errors import Conflict, NotFound, StorageUnavailable
from engine.storage.log_store import SQLLogStore, system_clock
from engine.storage.migrate import current_revision, migrate, newest_revision
from engine.storage.policies import PolicyVersion, PolicyVersions
from engine.storage.readiness import Readiness, probe
from engine.storage.schema import log_head, metadata

FILES = b'{"privacy.policy":"rule one"}'


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://h/d"])
def test_urls_that_name_no_sqlite_file(url: str) -> None:
    with pytest.raises(StorageUnavailable, match="URL"):
        Database(url)


def test_settings_of_every_connection(database: Database) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with database.reading() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, 10_000]


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/assent.db")
    with pytest.raises(StorageUnavailable, match="lock file"), database.writing():
        pass
    with pytest.raises(StorageUnavailable, match="cannot be read"), database.reading():
        pass
    assert probe(database) == Readiness(
        is_reachable=False,
        is_current=False,
        is_log_consistent=False,
        size=None,
        problem="the database cannot be read or written",
    )
    database.close()
    database.close()


def test_failures_are_rolled_back_and_hide_the_driver(database: Database) -> None:
    row = {"one": 2, "size": 0, "frontier": b"", "logged_at": system_clock()}

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


def test_history_makes_the_tables_that_the_code_knows(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert current_revision(connection) == newest_revision() == "0001"


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


def test_readiness(url: str, tmp_path: Path, make_record: Any) -> None:
    database = Database(url)
    behind = probe(database)
    assert (behind.is_ready, behind.is_reachable, behind.is_current) == (False, True, False)
    assert behind.problem == "the database needs `assent migrate`"
    migrate(database)
    SQLLogStore(database).append([seal(make_record())])
    ready = probe(database)
    assert (ready.is_ready, ready.is_log_consistent, ready.size) == (True, True, 1)
    with sqlite3.connect(tmp_path / "assent.db") as connection:
        connection.execute("UPDATE log_head SET size = 2")
    connection.close()
    broken = probe(database)
    assert (broken.is_current, broken.is_log_consistent) == (True, False)
    assert broken.problem == "the head of the log and its entries disagree"
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


def test_policy_version_that_another_process_keeps_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = PolicyVersions(database)
    version = PolicyVersion(digest="d1", name="acme", version=None, files=FILES)
    insert_ = PolicyVersions._insert  # noqa: SLF001 - the moment between looking and keeping.

    def late(self: PolicyVersions, kept: PolicyVersion) -> None:
        insert_(self, kept)
        insert_(self, kept)

    monkeypatch.setattr(PolicyVersions, "_insert", late)
    versions.keep(version)
    assert versions.get("d1") == version
