"""The directory that the processes of one server share, for metrics and rate limits.

It is in the data directory, since `/tmp` may be cleaned: without it a process could neither count
nor limit. A killed server leaves its directory behind, and the next server removes it. Whether one
is in use shows by a lock, which the server and all its forks hold together: the system releases it
when the last of them has ended.
"""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from engine.storage.files import locked, locked_at_once

PREFIX = "processes-"
_LOCK = "server.lock"


def make_shared_directory(data: Path) -> Path:
    """Make a directory for this process and those that it forks, and remove those that are left.

    Raises `OSError`, and `StorageUnavailable` where another server takes too long over its own.
    """
    with locked(data / "processes.lock"):
        for left in data.glob(f"{PREFIX}*"):
            _remove_unless_in_use(left)
        made = Path(mkdtemp(prefix=PREFIX, dir=data))
        lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)  # Open, and so held, until the last process ends.
    return made


def _remove_unless_in_use(directory: Path) -> None:
    # A server that ends removes its own at the same time.
    with suppress(OSError), locked_at_once(directory / _LOCK) as is_left:
        if is_left:
            shutil.rmtree(directory, ignore_errors=True)
