"""The files of SQLite: moved away, replaced, removed, read-only, or held by another."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from engine.audit.entries.record import seal
from engine.audit.log import Committer, LogUnavailable, Receipt
from engine.storage.databases import sqlite
from engine.storage.databases.database import Database, unchanging_url
from engine.storage.errors import NotFound, StorageUnavailable
from engine.storage.governance.policies import PolicyVersion, PolicyVersions
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.readiness import Readiness, probe


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
