"""A log in clear is sealed: from before, beside others, killed in between, and by two at once."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import update

from engine.audit.entries.acts import Access, Action
from engine.audit.entries.record import LogEntry, seal
from engine.audit.entries.sealed_acts import seal_act
from engine.storage.databases.database import Database
from engine.storage.errors import StorageUnavailable
from engine.storage.lifecycle import sealing
from engine.storage.lifecycle.sealing import begin_sealing, is_in_clear
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import migrate
from engine.storage.schema import disclosure, payload, sealed
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.wrapping import WrappingKeyFile
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import NOON, Clock
from tests.audit.sealed import contents_of, count_of, erase, fill, report_of
from tests.audit.test_erasures import write_as_before

PROCESS = Path(__file__).with_name("sealing_process.py")


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
    """All of the step that is about to be sealed."""
    database = Database(url, contents=contents)
    take, step = contents.take, 20
    monkeypatch.setattr(sealing, "STEP", step)

    def erase_first(count: int) -> Any:
        monkeypatch.setattr(contents, "take", take)
        assert count == step
        for entry in clear[:step]:
            erase(database, entry.id, clock)
        return take(count)

    monkeypatch.setattr(contents, "take", erase_first)
    begin_sealing(database, contents)
    assert not is_in_clear(database)
    assert count_of(database, sealed) == 600 - step
    report = report_of(database)
    assert (report.is_valid, report.erased) == (True, step)
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
