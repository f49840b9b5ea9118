"""Crash-safe files: what is beside the database, and what is exported.

A file is written under a temporary name, fsynced, and renamed, so that readers see either the old
content or the new, complete. The directory is fsynced as well.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from .errors import StorageUnavailable

_LOCK_SECONDS = 10.0
_LOCK_STEP = 0.005


def write_durably(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file, and return once that is durable. Raises `OSError`."""
    with replacing(path, mode=mode) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, *, mode: int) -> Iterator[BinaryIO]:
    """Give a stream that becomes the file once all is written, durably. Raises `OSError`.

    Until then, and where anything is raised, what was there before stays.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            os.fchmod(file.fileno(), mode)
            yield file  # type: ignore[misc] # A wrapper that acts as one.
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Bring the names in a directory to the disk. Raises `OSError`."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def unavailable(problem: str) -> Iterator[None]:
    """Tell whatever the file system refuses as a `StorageUnavailable` in these words."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(problem) from error


def lock_beside(path: Path) -> Path:
    """Return where the lock file of a file lies."""
    return path.with_name(f"{path.name}.lock")


@contextmanager
def locked(path: Path, *, until: float | None = None, step: float = _LOCK_STEP) -> Iterator[None]:
    """Hold the exclusive lock of a file, as `acquire` takes it. Raises as that does."""
    lock = acquire(path, until=until, step=step)
    try:
        yield
    finally:
        release(lock)


def acquire(path: Path, *, until: float | None = None, step: float = _LOCK_STEP) -> int:
    """Take the exclusive lock of a file, which is created empty and stays; returns it open.

    The system frees it when a process ends, however it does. It is tried every `step` seconds.
    Raises `StorageUnavailable` where it is not had by `until` (`time.monotonic`), or in ten
    seconds; it is tried once in any case.
    """
    end = time.monotonic() + _LOCK_SECONDS if until is None else until
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageUnavailable(f"the lock file `{path.name}` cannot be opened") from error
    try:
        _await(lock, path, end, step)
    except BaseException:
        os.close(lock)
        raise
    return lock


def release(lock: int) -> None:
    """Free what `acquire` returned."""
    try:
        fcntl.flock(lock, fcntl.LOCK_UN)  # Closing is not enough while a fork has it open too.
    finally:
        os.close(lock)


@contextmanager
def locked_at_once(path: Path) -> Iterator[bool]:
    """Tell whether the exclusive lock of a file is had, without waiting, and hold it if so.

    Raises `OSError` where the file cannot be opened.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # As above.
    finally:
        os.close(lock)


def _await(lock: int, path: Path, end: float, step: float) -> None:
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() >= end:
            raise StorageUnavailable(f"the lock file `{path.name}` is held by another")
        time.sleep(step)
