"""System calls that fail or kill, a disk that is full, a medium that cannot be written.

After each, the log holds every decision that was acknowledged, and verifies; and once the cause is
gone, it goes on.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from api.cli.main import assent
from engine.audit.log import Committer, LogUnavailable
from engine.storage.databases.database import Database, unchanging_url
from engine.storage.errors import StorageUnavailable
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import migrate
from tests.audit.strace import faulty, has_struck, need_strace
from tests.audit.writers import acknowledged, lost, start_writer

FAULTS = [
    ("pwrite64", "error=EIO", "9+11"),
    ("pwrite64", "error=ENOSPC", "40+1"),
    ("pwrite64", "signal=KILL", "60"),
    ("fdatasync", "error=EIO", "3+5"),
    ("fdatasync", "signal=KILL", "7"),
    ("openat", "error=EMFILE", "3+1"),
    ("flock", "error=EINTR", "2+3"),
    ("flock", "signal=KILL", "12"),
]


@pytest.mark.parametrize(("call", "fault", "when"), FAULTS)
def test_a_system_call_that_fails_loses_nothing_acknowledged(
    sqlite_url: str, tmp_path: Path, call: str, fault: str, when: str
) -> None:
    need_strace()
    migrate(sqlite_url)
    trace = tmp_path / "trace"
    # Of all that a process opens, the lock: without it nothing is written.
    lock = Path(f"{make_url(sqlite_url).database}.lock") if call == "openat" else None
    under = faulty(call, fault, when, trace, place=lock)
    with start_writer(sqlite_url, threads=4, count=25, under=under) as writer:
        logged = acknowledged(writer.communicate(timeout=120)[0])
    assert has_struck(trace)
    with start_writer(sqlite_url, threads=2, count=3) as writer:
        after = acknowledged(writer.communicate(timeout=60)[0])
    assert len(after) == 6
    database = Database(sqlite_url)
    assert lost(database, logged | after) == {}
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "assent", str(place)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False).returncode != 0:  # noqa: S603 - our own.
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S603, S607 - our own.


def test_a_full_disk_takes_no_decision_and_loses_none(small_disk: Path, make_record: Any) -> None:
    url = f"sqlite:///{small_disk}/assent.db"
    migrate(url)
    database = Database(url)
    store = SQLLogStore(database)
    committer = Committer(store)
    logged: dict[str, int] = {}

    def append() -> None:
        record = make_record(input=b"x" * 4_000)
        logged[record.decision_id] = committer.append(record).index

    def append_without_end() -> None:
        while True:
            append()

    with pytest.raises(LogUnavailable):
        append_without_end()
    assert logged
    assert lost(database, logged) == {}
    with pytest.raises(StorageUnavailable, match="the disk of the database is full"):
        store.touch()
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)  # noqa: S603, S607 - our own.
    store.touch()
    append()
    committer.close()
    assert lost(database, logged) == {}
    database.close()


def test_a_disk_that_became_read_only_takes_no_decision_and_verifies(
    small_disk: Path, make_record: Any
) -> None:
    url = f"sqlite:///{small_disk}/assent.db"
    migrate(url)
    database = Database(url)
    committer = Committer(SQLLogStore(database))
    record = make_record()
    logged = {record.decision_id: committer.append(record).index}
    committer.close()
    database.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)  # noqa: S603, S607 - our own.
    committer = Committer(SQLLogStore(database))
    with pytest.raises(LogUnavailable):
        committer.append(make_record())
    committer.close()
    database.close()
    verified = CliRunner().invoke(assent, ["verify", f"{small_disk}/assent.db"])
    assert verified.stdout.startswith("VERIFIED  1 entry")
    archived = Database(unchanging_url(url))
    assert lost(archived, logged) == {}
    archived.close()
