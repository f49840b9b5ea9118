"""Files beside the database: whole or not there, locked by one, and secret where they are keys."""

import os
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from engine.audit.checkpoints.keyring import KeyRing
from engine.storage import files
from engine.storage.errors import Conflict, StorageUnavailable
from engine.storage.files import locked, write_durably
from engine.storage.log.anchor import AnchorFile, KeyFile
from tests.audit.conftest import NOON

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_durably(file, b"old", mode=0o600)
    write_durably(file, b"new", mode=0o600)
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_file_that_cannot_be_replaced_stays(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_durably(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_lock_is_freed_by_whoever_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_LOCK_SECONDS", 0.05)
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:  # noqa: S603 - our own.
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StorageUnavailable, match="held by another"), locked(path):
            pass
        holder.kill()
        holder.wait()
    with locked(path):
        pass


def test_lock_that_cannot_be_made(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageUnavailable, match="cannot be opened"),
        locked(tmp_path / "none" / "lock"),
    ):
        pass


def test_anchor(tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "checkpoint")
    assert anchor.read() is None
    with pytest.raises(StorageUnavailable, match="cannot be read"):
        anchor.age()
    with anchor.locked():
        anchor.write(b"note")
    assert anchor.read() == b"note"
    assert anchor.age() < 60
    later = time.time() + 1000
    os.utime(tmp_path / "checkpoint", (later, later))
    assert anchor.age() == float("inf")
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        AnchorFile(tmp_path / "none" / "checkpoint").write(b"note")


def test_keys_are_secret(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    keys, ring = KeyFile(path), KeyRing.generate("log.example")
    with pytest.raises(StorageUnavailable, match="`assent init`"):
        keys.read()
    keys.create(ring)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.read() == ring
    with pytest.raises(Conflict):
        keys.create(KeyRing.generate("log.example"))
    path.chmod(0o640)
    with pytest.raises(StorageUnavailable, match=r"others may read .* `chmod 600 "):
        keys.read()


def test_keys_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    for content in (b"\xff", b"nonsense\n", b""):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(StorageUnavailable, match="the signing keys cannot be read"):
            KeyFile(path).read()


def test_keys_are_changed_in_their_place(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "log.key")
    keys.create(KeyRing.generate("log.example"))
    ring = keys.change(lambda present: present.rotated(NOON + timedelta(days=1)))
    assert keys.read() == ring
    assert len(ring.keys) == 2
