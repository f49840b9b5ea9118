"""The two files of a log beside its database: the anchored checkpoint, and the signing keys.

Both are outside the database on purpose: a backup of it that is put back brings neither along.
"""

import stat
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ..audit.keyring import KeyRing
from ..audit.note import NoteError
from .errors import Conflict, StorageUnavailable
from .files import locked, write_durably

_SECRET = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class AnchorFile:
    """The last signed checkpoint in a file: `audit.signing.Anchor`.

    Every method raises `StorageUnavailable`. The lock is a file beside it. The clock is that which
    the times of files go by, in seconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock

    def locked(self) -> AbstractContextManager[None]:
        """Hold the only lock of the anchor, over all processes."""
        return locked(self._path.with_name(f"{self._path.name}.lock"))

    def read(self) -> bytes | None:
        """Return the checkpoint, None where there is none."""
        with _translated("the anchored checkpoint cannot be read"):
            return self._path.read_bytes() if self._path.exists() else None

    def write(self, note: bytes) -> None:
        """Replace the checkpoint, and return once that is durable."""
        with _translated("the anchored checkpoint cannot be written"):
            write_durably(self._path, note)

    def age(self) -> float:
        """Return how many seconds ago the checkpoint was written, by this machine's clock."""
        with _translated("the anchored checkpoint cannot be read"):
            age = self._clock() - self._path.stat().st_mtime
        # After the clock was set back, the checkpoint seems to be of the future: it is due.
        return age if age >= 0 else float("inf")


class KeyFile:
    """The signing keys in a file that only its owner may read.

    Every method raises `StorageUnavailable`, also for keys that others may read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        """Whether there are keys."""
        with _translated("the signing keys cannot be read"):
            return self._path.exists()

    def read(self) -> KeyRing:
        """Return the keys; that there are none is a failure like any other, be it for a time."""
        if not self.exists():
            raise StorageUnavailable("the log has no signing keys; `assent init` makes them")
        with _translated("the signing keys cannot be read"):
            if self._path.stat().st_mode & _OTHERS:
                raise StorageUnavailable(
                    f"others may read the signing keys; `chmod 600 {self._path}`"
                )
            return KeyRing.read(self._path.read_text(encoding="utf-8"))

    def create(self, ring: KeyRing) -> None:
        """Keep the first keys. Raises `Conflict` where there are some."""
        with self._exclusively():
            if self.exists():
                raise Conflict("the log has signing keys already")
            self._write(ring)

    def change(self, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Replace the keys by what a function makes of them, and return those."""
        with self._exclusively():
            ring = change(self.read())
            self._write(ring)
            return ring

    def _exclusively(self) -> AbstractContextManager[None]:
        return locked(self._path.with_name(f"{self._path.name}.lock"))

    def _write(self, ring: KeyRing) -> None:
        with _translated("the signing keys cannot be written"):
            write_durably(self._path, ring.secret_text().encode(), mode=_SECRET)


@contextmanager
def _translated(problem: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(problem) from error
    except (NoteError, UnicodeDecodeError) as error:
        raise StorageUnavailable(f"{problem}: {error}") from error
