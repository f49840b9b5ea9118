"""Sealed contents: what is stored, what opens, and what becomes of keys gone or altered."""

import io
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, func, select, update

from engine.audit.acts import Access, Action, Ground
from engine.audit.export import write_export
from engine.audit.log import Committer
from engine.audit.record import LogEntry, seal
from engine.audit.sealed_acts import seal_act
from engine.audit.verify import VerificationReport, verify_export
from engine.storage import erasures as erasing
from engine.storage import key_store as keeping
from engine.storage.contents import SUPPLY, Contents
from engine.storage.database import Database, sqlite_file
from engine.storage.decisions import Decisions
from engine.storage.doom import settle
from engine.storage.erasures import Erasures
from engine.storage.errors import (
    Conflict,
    ContentsUnread,
    KeysMissing,
    StorageUnavailable,
)
from engine.storage.key_store import DESTROYED, MISSING, KeyStore
from engine.storage.log_store import SQLLogStore
from engine.storage.migrate import migrate
from engine.storage.schema import disclosure, doomed_key, payload, sealed
from engine.storage.sealing import begin_sealing, is_in_clear
from engine.storage.subjects import Selector
from engine.storage.tile_log import TileLog
from engine.storage.wrapping import WrappingKey, WrappingKeyFile, WrappingKeys
from tests.audit.conftest import NOON, Backup, Clock
from tests.audit.test_erasures import write_as_before

PROCESS = Path(__file__).with_name("sealing_process.py")


@pytest.fixture
def keys_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database for keys, of the same kind as that of the log."""
    if sqlite_file(url) is not None:
        yield f"sqlite:///{tmp_path}/content-keys.db"
        return
    with request.getfixturevalue("postgresql").database() as made:
        yield made


@pytest.fixture
def content_key(tmp_path: Path) -> WrappingKeyFile:
    return WrappingKeyFile(tmp_path / "content.key")


def contents_of(keys_url: str, content_key: WrappingKeyFile) -> Contents:
    return Contents(KeyStore(Database(keys_url), content_key))


@pytest.fixture
def contents(keys_url: str, content_key: WrappingKeyFile) -> Iterator[Contents]:
    made = contents_of(keys_url, content_key)
    yield made
    made.keys.database.close()


@pytest.fixture
def database(url: str, contents: Contents) -> Iterator[Database]:
    migrate(url)
    opened = Database(url, contents=contents)
    begin_sealing(opened, contents)
    yield opened
    opened.close()


def fill(store: SQLLogStore, make_record: Any, count: int, **changes: Any) -> list[str]:
    records = [make_record(**changes) for _ in range(count)]
    store.append([seal(record) for record in records])
    return [record.decision_id for record in records]


def report_of(database: Database) -> VerificationReport:
    log, stream = TileLog(database), io.BytesIO()
    head = log.head()
    write_export(stream, head=head, entries=log.entries(size=head.size), exported_at=NOON)
    stream.seek(0)
    return verify_export(stream, trusted=head)


def erase(database: Database, decision_id: str, clock: Clock) -> int:
    erasures = Erasures(database, clock=clock)
    done = erasures.erase(Selector.DECISION, decision_id, ground=Ground.OBJECTION, actor="x")
    return done.decisions


def count_of(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def unread_of(database: Database) -> list[object]:
    entries = Decisions(database).entries(size=Decisions(database).head().size)
    return [each.unread and each.unread.why for each in entries]


# --- sealed, and opened -------------------------------------------------------------------------


def test_what_is_stored_opens_to_what_was_logged(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    record = seal(make_record())
    store.append([record])
    entry = Decisions(database).get(record.id)
    assert (entry.payload, entry.disclosures) == (record.payload, record.disclosures)
    assert store.find([record.id]) == {record.id: entry}
    assert (count_of(database, payload), count_of(database, disclosure)) == (0, 0)
    assert report_of(database).is_valid


def test_a_decision_that_is_logged_twice_is_sealed_once(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    one, other = seal(make_record(number=1)), seal(make_record(number=2))
    store.append([one, one, other])
    assert count_of(database, sealed) == 2
    assert report_of(database).is_valid


def test_acts_are_in_clear_and_take_no_key(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    committer = Committer(store)
    committer.append(make_record())
    committer.append(Access(entries=((0, 1),), action=Action.READ, actor="x"))
    committer.close()
    assert (count_of(database, sealed), count_of(database, disclosure)) == (1, 1)
    assert report_of(database).is_valid


def test_no_two_decisions_have_one_key(
    database: Database, contents: Contents, make_record: Any
) -> None:
    def write(number: int) -> None:
        store = SQLLogStore(database)
        for _ in range(3):
            fill(store, make_record, 1 + number * 50)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with database.reading() as connection:
        used = connection.execute(select(sealed.c.key)).scalars().all()
    assert len(set(used)) == len(used) == 3 * (1 + 51 + 101 + 151)
    assert len(contents.take(SUPPLY + 1)) == SUPPLY + 1


def test_nothing_of_it_is_in_the_files(sqlite_url: str, tmp_path: Path, make_record: Any) -> None:
    contents = contents_of(
        f"sqlite:///{tmp_path}/keys.db", WrappingKeyFile(tmp_path / "content.key")
    )
    migrate(sqlite_url)
    database = Database(sqlite_url, contents=contents)
    begin_sealing(database, contents)
    secret = b"a-text-that-nothing-else-has"
    fill(SQLLogStore(database), make_record, 3, input=secret * 50, message=secret.decode())
    database.close()
    assert not any(secret in file.read_bytes() for file in tmp_path.iterdir())


# --- erased -------------------------------------------------------------------------------------


def test_an_erasure_destroys_the_key(
    database: Database, store: SQLLogStore, contents: Contents, make_record: Any, clock: Clock
) -> None:
    first, second = fill(store, make_record, 2)
    with database.reading() as connection:
        key, other = connection.execute(select(sealed.c.key).order_by(sealed.c.index)).scalars()
    assert erase(database, first, clock) == 1
    found = contents.keys.find([key, other])
    assert found[key] is DESTROYED
    assert found[other] is not DESTROYED
    assert (count_of(database, sealed), count_of(database, doomed_key)) == (1, 1)
    assert Decisions(database).get(first).payload is None
    assert Decisions(database).get(second).payload is not None
    assert report_of(database).is_valid


def test_a_backup_of_the_log_stays_unreadable_after_an_erasure(
    database: Database,
    store: SQLLogStore,
    backup: Backup,
    make_record: Any,
    clock: Clock,
) -> None:
    first, _ = fill(store, make_record, 2)
    backup.take()
    erase(database, first, clock)
    backup.put_back()
    assert unread_of(database) == ["their key was destroyed by an erasure", None]
    with pytest.raises(ContentsUnread, match="entry 0: their key was destroyed by an erasure"):
        Decisions(database).get(first)
    report = report_of(database)
    assert (report.faults, report.is_valid) == ((), False)
    assert report.unread is not None
    assert (report.unread.count, report.unread.first) == (1, 0)


def test_a_backup_of_the_keys_is_settled(
    database: Database, store: SQLLogStore, contents: Contents, make_record: Any, clock: Clock
) -> None:
    first, _ = fill(store, make_record, 2)
    with database.reading() as connection:
        key = connection.execute(select(sealed.c.key).where(sealed.c.index == 0)).scalar_one()
    with contents.keys.database.reading() as connection:
        table = keeping._data_key  # noqa: SLF001 - a backup has rows.
        before = connection.execute(select(table).where(table.c.id == key)).mappings().one()
    erase(database, first, clock)
    with contents.keys.database.writing() as connection:
        connection.execute(update(table).where(table.c.id == key).values(**before))
    assert contents.keys.find([key])[key] is not DESTROYED
    assert settle(database, clock()) == 0
    assert settle(database, clock(), again=True) == 1
    assert contents.keys.find([key])[key] is DESTROYED


def test_killed_between_the_erasure_and_its_keys_the_next_one_goes_on(
    *,
    database: Database,
    store: SQLLogStore,
    contents: Contents,
    make_record: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = fill(store, make_record, 2)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with database.reading() as connection:
        key = connection.execute(select(sealed.c.key).where(sealed.c.index == 0)).scalar_one()
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "settle", die)
        with pytest.raises(KeyboardInterrupt):
            erase(database, first, clock)
    assert Decisions(database).get(first).payload is None
    assert contents.keys.find([key])[key] is not DESTROYED
    erase(database, second, clock)
    assert contents.keys.find([key])[key] is DESTROYED


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
    monkeypatch.setattr("engine.storage.contents.SUPPLY", 2)

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


# --- killed -------------------------------------------------------------------------------------


def test_killed_at_any_moment_every_acknowledged_decision_opens(
    database: Database, url: str, keys_url: str, tmp_path: Path
) -> None:
    acknowledged = list[str]()
    for delay in (0.05, 0.2, 0.4):
        arguments = ("append", url, keys_url, str(tmp_path / "content.key"))
        command = [sys.executable, str(PROCESS), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own script.
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().decode().strip())
        time.sleep(delay)
        process.kill()
        told = process.communicate()[0].decode().split("\n")
        acknowledged += told[:-1]
    assert len(acknowledged) > 3
    decisions = Decisions(database)
    assert all(decisions.get(each).payload is not None for each in acknowledged)
    assert report_of(database).is_valid


def test_killed_between_the_keys_and_the_commit_nothing_is_lost(
    database: Database, store: SQLLogStore, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    record = seal(make_record())
    with monkeypatch.context() as patched:
        patched.setattr("engine.storage.log_store.append_within", die)
        with pytest.raises(KeyboardInterrupt):
            store.append([record])
    assert TileLog(database).head().size == 0
    store.append([record])
    assert Decisions(database).get(record.id).payload == record.payload


# --- a log from before --------------------------------------------------------------------------


@pytest.fixture
def clear(url: str, make_record: Any) -> Iterator[list[LogEntry]]:
    """A log of 600 decisions in clear, and one act."""
    migrate(url)
    database = Database(url)
    store = SQLLogStore(database)
    for _ in range(3):
        fill(store, make_record, 200)
    store.append([seal_act(Access(entries=((0, 1),), action=Action.READ, actor="x"))])
    yield list(Decisions(database).entries(size=601))
    database.close()


def test_what_is_in_clear_is_sealed(
    clear: list[LogEntry], url: str, contents: Contents, make_record: Any
) -> None:
    database = Database(url, contents=contents)
    assert is_in_clear(database)
    contents.keys.begin()
    with pytest.raises(StorageUnavailable, match="`assent init` seals them"):
        fill(SQLLogStore(database), make_record, 1)
    assert begin_sealing(database, contents) == 600
    assert begin_sealing(database, contents) == 0
    assert not is_in_clear(database)
    assert list(Decisions(database).entries(size=601)) == clear
    assert (count_of(database, payload), count_of(database, disclosure)) == (0, 1)
    assert report_of(database).is_valid
    database.close()


def test_what_somebody_altered_before_is_sealed_as_it_is(
    clear: list[LogEntry], url: str, contents: Contents
) -> None:
    del clear
    database = Database(url, contents=contents)
    with database.writing() as connection:
        altered = update(disclosure).where(disclosure.c.index == 0, disclosure.c.name == "actor")
        connection.execute(altered.values(disclosure="none"))
    begin_sealing(database, contents)
    codes = {each.code for each in report_of(database).faults}
    assert codes == {"disclosure_differs", "disclosure_missing", "column_differs"}
    database.close()


def test_an_erasure_while_it_is_sealed(
    clear: list[LogEntry],
    url: str,
    contents: Contents,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = Database(url, contents=contents)
    take = contents.take

    def erase_first(count: int) -> Any:
        monkeypatch.setattr(contents, "take", take)
        for entry in clear[:256]:
            erase(database, entry.id, clock)
        return take(count)

    monkeypatch.setattr(contents, "take", erase_first)
    begin_sealing(database, contents)
    assert not is_in_clear(database)
    assert count_of(database, sealed) == 600 - 256
    report = report_of(database)
    assert (report.is_valid, report.erased) == (True, 256)
    database.close()


def test_killed_while_it_is_sealed(
    clear: list[LogEntry],
    url: str,
    keys_url: str,
    contents: Contents,
    tmp_path: Path,
) -> None:
    for delay in (0.0, 0.05):
        arguments = ("seal", url, keys_url, str(tmp_path / "content.key"))
        command = [sys.executable, str(PROCESS), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own script.
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.communicate()
    database = Database(url, contents=contents)
    begin_sealing(database, contents)
    assert list(Decisions(database).entries(size=601)) == clear
    assert report_of(database).is_valid
    database.close()


def test_a_log_of_an_earlier_revision_is_brought_along_and_sealed(
    url: str, contents: Contents, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def upgrade_to(revision: str) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(command, "upgrade", lambda config, _: upgrade(config, revision))
            migrate(url)

    upgrade_to("0001")
    database = Database(url)
    entry = seal(make_record()).entry(0, NOON)
    write_as_before(database, entry)
    upgrade_to("0003")
    assert count_of(database, payload) == 1
    migrate(database)
    database.close()
    brought = Database(url, contents=contents)
    assert begin_sealing(brought, contents) == 1
    assert Decisions(brought).get(entry.id) == entry
    assert report_of(brought).is_valid
    brought.close()


def test_two_begin_at_once(url: str, contents: Contents, keys_url: str, tmp_path: Path) -> None:
    migrate(url)

    def begin(_: int) -> int:
        own = contents_of(keys_url, WrappingKeyFile(tmp_path / "content.key"))
        database = Database(url, contents=own)
        try:
            return begin_sealing(database, own)
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(begin, range(4))) == [0] * 4
    assert contents.keys.id()


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
