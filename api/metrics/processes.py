"""Counters of several processes: files in one directory, which a scrape sums.

Each process has a slot of its own, held by a lock that the system releases however a process ends.
A new process takes the lowest free slot and continues the counts of its predecessor: no count is
lost, and there are never more files than processes that ran at a time. Values of a living process
only (`Kind.SUM`, `Kind.WORST`) end with it.
"""

import fcntl
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from .room import CountsWithRoom

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_LOCK = "place_{}.lock"


class Place:
    """The place of this process in a directory, from now until it ends.

    The library keeps one directory for a process (its environment names it).
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.number, self._lock = _take(directory)
        _forget_living(directory, self.number)
        os.environ[_DIRECTORY] = str(directory)
        values.MmapedDict = CountsWithRoom  # type: ignore[attr-defined] # There is no other way to say it.
        values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call] # It has no types.
            process_identifier=lambda: self.number
        )

    def registry(self) -> CollectorRegistry:
        """Return what all processes have counted."""
        for number, lock in _free(self.directory):
            _forget_living(self.directory, number)
            os.close(lock)
        made = CollectorRegistry()
        MultiProcessCollector(made, str(self.directory))  # type: ignore[no-untyped-call] # It has no types.
        return made

    def leave(self) -> None:
        """Free the place."""
        os.close(self._lock)


def _take(directory: Path) -> tuple[int, int]:
    locks = ((number, _lock(directory / _LOCK.format(number))) for number in count())
    return next((number, lock) for number, lock in locks if lock is not None)


def _free(directory: Path) -> Iterator[tuple[int, int]]:
    """Yield the places that nobody has, each locked for whoever closes it."""
    for path in directory.glob(_LOCK.format("*")):
        lock = _lock(path)
        if lock is not None:
            yield int(path.stem.removeprefix("place_")), lock


def _lock(path: Path) -> int | None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _forget_living(directory: Path, number: int) -> None:
    mark_process_dead(number, str(directory))  # type: ignore[no-untyped-call] # It has no types.
