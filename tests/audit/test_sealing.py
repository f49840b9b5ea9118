"""Sealed contents: what is stored and opens, what is erased, and writers that are killed."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from engine.audit.entries.acts import Access, Action, Ground, HoldGround
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.record import seal
from engine.audit.log import Committer, DecisionAlreadyLogged, Receipt
from engine.storage.comparison.erasures import compare_destroyed
from engine.storage.databases.database import Database
from engine.storage.errors import ContentsUnread, LogInconsistent
from engine.storage.lifecycle import cleaning
from engine.storage.lifecycle import erasures as erasing
from engine.storage.lifecycle.holds import Holds
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.schema import disclosure, doomed_key, log_entry, payload, sealed
from engine.storage.sealed import key_store as keeping
from engine.storage.sealed.contents import SUPPLY, Contents
from engine.storage.sealed.key_destruction import keys_left, settle
from engine.storage.sealed.key_store import DESTROYED, KeyStore
from engine.storage.sealed.wrapping import WrappingKeyFile
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import Backup, Clock
from tests.audit.sealed import (
    contents_of,
    count_of,
    erase,
    fill,
    report_of,
    sealed_database,
    unread_of,
)

PROCESS = Path(__file__).with_name("sealing_process.py")


@pytest.fixture
def database(url: str, contents: Contents) -> Iterator[Database]:
    yield from sealed_database(url, contents)


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


def test_a_subject_is_erased_with_what_was_moved_from_it_or_not_at_all(
    database: Database, store: SQLLogStore, make_record: Any, contents: Contents, clock: Clock
) -> None:
    (moved, *_) = fill(store, make_record, 3)
    fill(store, make_record, 1, campaign="cmp-8")
    erasures = erasing.Erasures(database, clock=clock)
    with database.writing() as connection:
        elsewhere = update(log_entry).where(log_entry.c.id == moved)
        connection.execute(elsewhere.values(campaign="cmp-9"))
    with pytest.raises(LogInconsistent, match="entry 0 is of this campaign, and is kept for"):
        erasures.erase(Selector.CAMPAIGN, "cmp-7", ground=Ground.OBJECTION, actor="x")
    with database.writing() as connection:
        connection.execute(update(sealed).where(sealed.c.index == 0).values(names=b"x" * 40))
    with pytest.raises(LogInconsistent, match="what entry 0 discloses was altered"):
        erasures.erase(Selector.CAMPAIGN, "cmp-7", ground=Ground.OBJECTION, actor="x")
    with database.reading() as connection:
        (key,) = connection.execute(select(sealed.c.key).where(sealed.c.index == 0)).scalars()
    contents.keys.destroy([key], clock.now)  # Nobody can read it any more: it keeps nobody.
    done = erasures.erase(Selector.CAMPAIGN, "cmp-7", ground=Ground.OBJECTION, actor="x")
    assert done.decisions == 2


def test_a_decision_that_is_logged_twice_is_sealed_once(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    one, other = seal(make_record(number=1)), seal(make_record(number=2))
    second = seal(make_record(number=1, input=b"another"))
    answers = store.append([one, one, second, other])
    assert [type(each) for each in answers[1:]] == [Receipt, DecisionAlreadyLogged, Receipt]
    assert Decisions(database).get(one.id).payload == one.payload
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
    *_, erasure = TileLog(database).entries(size=3)
    assert ("keys", key) in [(each.name, each.value) for each in erasure.disclosures]
    assert read_leaf(erasure.leaf).v == 2
    compare_destroyed(database)
    with database.writing() as connection:  # Its text says what a disclosure is of, and no column.
        is_of_keys = disclosure.c.name == "keys"
        connection.execute(update(disclosure).where(is_of_keys).values(name="other"))
    for change, words in (
        (insert(doomed_key).values(key=other, is_destroyed=True), "has the key of entry 1, which"),
        (delete(doomed_key), "lacks a key that entry 2 says is to go"),
    ):
        with database.writing() as connection:
            connection.execute(change)
        with pytest.raises(LogInconsistent, match=words):
            compare_destroyed(database)


def test_what_nobody_can_open_is_erased_though_a_hold_is_in_force(
    database: Database, store: SQLLogStore, contents: Contents, make_record: Any, clock: Clock
) -> None:
    """Its leaf discloses nothing any more that a hold could find it by."""
    first, second = fill(store, make_record, 2)
    holds = Holds(database, clock=clock)
    holds.place(Selector.CAMPAIGN, "other", ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    assert erase(database, first, clock) == 1
    with contents.keys.database.writing() as connection:
        connection.execute(delete(keeping._data_key))  # noqa: SLF001 - lost without a trace.
    assert erase(database, second, clock) == 1


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
    assert unread_of(database) == ["their key was destroyed, and no erasure here says why", None]
    with pytest.raises(
        ContentsUnread, match="entry 0: their key was destroyed, and no erasure here says why"
    ):
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
    assert keys_left(database) == 1
    with pytest.raises(LogInconsistent, match="1 key is still in the key store; `assent contents"):
        compare_destroyed(database)
    assert settle(database, clock(), again=True) == 1
    assert keys_left(database) == 0
    compare_destroyed(database)
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
        patched.setattr(cleaning, "settle", die)
        with pytest.raises(KeyboardInterrupt):
            erase(database, first, clock)
    assert Decisions(database).get(first).payload is None
    assert contents.keys.find([key])[key] is not DESTROYED
    erase(database, second, clock)
    assert contents.keys.find([key])[key] is DESTROYED


def test_erasure_that_comes_meanwhile_is_not_taken_for_cleaned(
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its keys may be there until it destroys them, and they are to be cleaned behind that."""
    first, other = fill(store, make_record, 2)
    destroy = KeyStore.destroy

    def overtaken(keys: KeyStore, ids: Sequence[str], at: datetime) -> None:
        monkeypatch.undo()
        destroy(keys, ids, at)
        killed = erasing.Erasures(database, clock=clock, finish_by=lambda: False)
        killed.erase(Selector.DECISION, other, ground=Ground.OBJECTION, actor="x")

    monkeypatch.setattr(KeyStore, "destroy", overtaken)
    erase(database, first, clock)
    assert not cleaning.is_clean(database)
    assert cleaning.finish(database, clock.now)
    assert cleaning.is_clean(database)
    assert keys_left(database) == 0


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
        patched.setattr("engine.storage.log.log_store._append_within", die)
        with pytest.raises(KeyboardInterrupt):
            store.append([record])
    assert TileLog(database).head().size == 0
    store.append([record])
    assert Decisions(database).get(record.id).payload == record.payload
