"""Keys of contents: gone, wrong or altered, and wrapped anew; and the store that has them."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from engine.storage.databases.database import Database, sqlite_file
from engine.storage.errors import Conflict, KeysMissing, StorageUnavailable
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.schema import payload, sealed
from engine.storage.sealed import key_store as keeping
from engine.storage.sealed.contents import SUPPLY, Contents
from engine.storage.sealed.key_store import MISSING, KeyStore
from engine.storage.sealed.wrapping import WrappingKey, WrappingKeyFile, WrappingKeys
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import Clock
from tests.audit.sealed import (
    contents_of,
    count_of,
    erase,
    fill,
    report_of,
    sealed_database,
    unread_of,
)


@pytest.fixture
def database(url: str, contents: Contents) -> Iterator[Database]:
    yield from sealed_database(url, contents)


# --- keys that are gone, wrong or altered ---------------------------------------------------------


def test_without_the_key_store_contents_are_unread_and_nothing_is_written(
    url: str, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    (first,) = fill(store, make_record, 1)
    bare = Database(url)
    assert unread_of(bare) == ["the key store is not here"]
    report = report_of(bare)
    assert (report.faults, report.is_valid, report.entries) == ((), False, 1)
    with pytest.raises(StorageUnavailable, match="key store is not here"):
        fill(SQLLogStore(bare), make_record, 1)
    with pytest.raises(StorageUnavailable, match="key store is not here"):
        erase(bare, first, clock)
    assert TileLog(bare).head().size == 1
    assert count_of(bare, payload) == 0
    bare.close()


def test_under_another_key_store_nothing_is_read_or_written(
    url: str, store: SQLLogStore, make_record: Any, tmp_path: Path
) -> None:
    fill(store, make_record, 1)
    other = contents_of(f"sqlite:///{tmp_path}/other.db", WrappingKeyFile(tmp_path / "other.key"))
    strange = Database(url, contents=other)
    assert unread_of(strange) == ["the key store is not here"]  # Nor is it made by looking.
    assert not (tmp_path / "other.db").exists()
    other.keys.begin()
    assert unread_of(strange) == ["the key store is not here"]
    with pytest.raises(StorageUnavailable, match="was sealed under the key store"):
        fill(SQLLogStore(strange), make_record, 1)
    with pytest.raises(Conflict, match="put back the one that it was made with"):
        begin_sealing(strange, other)
    strange.close()


def test_a_key_store_that_is_gone_is_not_made_anew(
    database: Database, url: str, keys_url: str, content_key: WrappingKeyFile
) -> None:
    del database
    if sqlite_file(keys_url) is None:
        keys = Database(keys_url)
        with keys.writing() as connection:
            connection.exec_driver_sql("DROP TABLE key_store")
        keys.close()
    else:
        Path(str(sqlite_file(keys_url))).unlink()
    contents = contents_of(keys_url, content_key)
    opened = Database(url, contents=contents)
    with pytest.raises(KeysMissing, match="put it back"):
        begin_sealing(opened, contents)
    opened.close()


def test_a_decision_is_never_acknowledged_without_its_key(
    sqlite_url: str, tmp_path: Path, make_record: Any
) -> None:
    keys, file = tmp_path / "keys.db", WrappingKeyFile(tmp_path / "content.key")
    contents = contents_of(f"sqlite:///{keys}", file)
    migrate(sqlite_url)
    database = Database(sqlite_url, contents=contents)
    begin_sealing(database, contents)
    keys.unlink()
    with pytest.raises(KeysMissing, match="key store is not there"):
        fill(SQLLogStore(database), make_record, 1)
    assert TileLog(database).head().size == 0
    database.close()


def test_a_wrapping_key_that_is_gone_others_may_read_or_is_none(
    database: Database, store: SQLLogStore, make_record: Any, tmp_path: Path, contents: Contents
) -> None:
    (first,) = fill(store, make_record, 1)
    file, decisions = tmp_path / "content.key", Decisions(database)
    kept = file.read_text()
    file.chmod(0o644)
    with pytest.raises(StorageUnavailable, match="chmod 600"):
        decisions.get(first)
    file.chmod(0o600)
    for text in ("", "x\n", "0a0b0c0d AAAA\n", "\n"):
        file.write_text(text)
        with pytest.raises(StorageUnavailable):
            decisions.get(first)
    file.write_text(WrappingKey.generate().id + kept[8:])
    with pytest.raises(StorageUnavailable, match="lacks the key"):
        decisions.get(first)
    file.unlink()
    with pytest.raises(KeysMissing, match="no content key at"):
        decisions.get(first)
    with pytest.raises(Conflict, match="the content key is gone"):
        contents.keys.begin()
    file.write_text(kept)
    file.chmod(0o600)
    assert decisions.get(first).payload is not None
    with pytest.raises(Conflict, match="already"):
        WrappingKeyFile(file).create()


def test_another_wrapping_key_under_the_same_id_opens_nothing(
    database: Database, store: SQLLogStore, make_record: Any, content_key: WrappingKeyFile
) -> None:
    fill(store, make_record, 1)
    (key,) = content_key.read().keys
    content_key.write(
        WrappingKeys(keys=(WrappingKey(id=key.id, secret=WrappingKey.generate().secret),))
    )
    assert unread_of(database) == ["their key does not open under the content key"]
    report = report_of(database)
    assert (report.faults, report.is_valid) == ((), False)
    with pytest.raises(StorageUnavailable, match="does not open under the content key"):
        database.contents.keys.rotate()  # type: ignore[union-attr] # it is sealed.


def test_a_lost_key_is_told_from_a_destroyed_one(
    database: Database, store: SQLLogStore, make_record: Any, contents: Contents
) -> None:
    fill(store, make_record, 1)
    with contents.keys.database.writing() as connection:
        connection.execute(delete(keeping._data_key))  # noqa: SLF001 - lost without a trace.
    assert unread_of(database) == [f"their key {MISSING.why}"]


@pytest.mark.parametrize("column", ["names", "payload"])
def test_altered_ciphertext_is_named(
    database: Database, store: SQLLogStore, make_record: Any, column: str
) -> None:
    fill(store, make_record, 3)
    with database.writing() as connection:
        rows = connection.execute(select(sealed).order_by(sealed.c.index)).mappings().all()
        flipped = bytearray(rows[0][column])
        flipped[-1] ^= 1
        changes = {0: {column: bytes(flipped)}, 1: {column: b""}}
        for index, change in changes.items():
            connection.execute(update(sealed).where(sealed.c.index == index).values(**change))
    report = report_of(database)
    assert [(each.index, each.code) for each in report.faults] == [
        *((0, "contents_altered"), (1, "contents_altered"))
    ]
    assert report.unread is None


def test_contents_open_beside_their_own_leaf_and_in_their_own_column_only(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, 3)
    with database.writing() as connection:
        rows = connection.execute(select(sealed).order_by(sealed.c.index)).mappings().all()
        members = ("key", "names", "payload")
        for index, other in ((0, 1), (1, 0)):
            moved = {name: rows[other][name] for name in members}
            connection.execute(update(sealed).where(sealed.c.index == index).values(**moved))
        swapped = {"names": rows[2]["payload"], "payload": rows[2]["names"]}
        connection.execute(update(sealed).where(sealed.c.index == 2).values(**swapped))
    codes = [(each.index, each.code) for each in report_of(database).faults]
    assert codes == [(index, "contents_altered") for index in range(3)]


# --- rotation -----------------------------------------------------------------------------------


def test_rotation(
    *,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    contents: Contents,
    content_key: WrappingKeyFile,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "STEP", 100)
    first, second = fill(store, make_record, 2)
    erase(database, first, clock)
    (before,) = content_key.read().keys
    assert contents.keys.rotate() == SUPPLY - 1
    (after,) = content_key.read().keys
    assert after.id != before.id
    assert Decisions(database).get(second).payload is not None
    fill(store, make_record, SUPPLY + 10)
    assert report_of(database).is_valid
    assert unread_of(database).count(None) == SUPPLY + 12


def test_rotation_that_is_killed_is_completed_by_the_next(
    *,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    contents: Contents,
    content_key: WrappingKeyFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(store, make_record, 3)
    monkeypatch.setattr(keeping, "STEP", 100)
    rewrap, calls = KeyStore._rewrap, iter(range(2))  # noqa: SLF001 - to stop between its steps.

    def die(self: KeyStore) -> int:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return rewrap(self)

    with monkeypatch.context() as patched:
        patched.setattr(KeyStore, "_rewrap", die)
        with pytest.raises(KeyboardInterrupt):
            contents.keys.rotate()
    assert len(content_key.read().keys) == 2
    assert report_of(database).is_valid
    contents.take(SUPPLY)  # Keys that are made meanwhile are wrapped by the new one.
    contents.keys.rotate()
    assert len(content_key.read().keys) == 1
    assert report_of(database).is_valid


def test_rotation_beside_writers(
    database: Database, make_record: Any, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.storage.sealed.contents.SUPPLY", 2)

    def write(_: int) -> None:
        store = SQLLogStore(database)
        for _ in range(15):
            fill(store, make_record, 1)

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(2)]
        rotating = [pool.submit(contents.keys.rotate) for _ in range(2)]
        for rotated in rotating:
            rotated.result()
        for written in writing:
            written.result()
    assert report_of(database).is_valid
    assert unread_of(database) == [None] * 30


# --- the store ----------------------------------------------------------------------------------


def test_a_key_store_of_another_version(contents: Contents) -> None:
    contents.keys.begin()
    with contents.keys.database.writing() as connection:
        connection.exec_driver_sql("UPDATE key_store SET version = 2")
    with pytest.raises(StorageUnavailable, match="not of this version"):
        contents.keys.id()


def test_a_store_without_its_row(contents: Contents) -> None:
    contents.keys.begin()
    with contents.keys.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM key_store")
    for use in (contents.keys.id, contents.keys.check):
        with pytest.raises(KeysMissing, match="not prepared"):
            use()


def test_a_store_that_is_not_prepared(contents: Contents, keys_url: str) -> None:
    file = sqlite_file(keys_url)
    if file is not None:
        with closing(sqlite3.connect(file)):
            file.touch()
    with pytest.raises(KeysMissing, match="not prepared"):
        contents.keys.id()
