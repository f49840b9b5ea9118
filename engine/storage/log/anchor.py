"""The two files of a log beside its database: the anchored checkpoint, and the signing keys.

Both are outside the database on purpose: a backup of it that is put back brings neither along.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from ...audit.checkpoints.keyring import KeyRing
from ...audit.checkpoints.note import NoteError
from ...audit.merkle.tree import TreeHead
from ..errors import Conflict, StorageUnavailable
from ..files import lock_beside, locked, unavailable, write_durably
from ..secret_file import SecretFile

_KEYS = "the signing keys"
_READ_HEAD = msgspec.json.Decoder(TreeHead)


class AnchorFile:
    """The last signed checkpoint in a file: `audit.checkpoints.signing.Anchor`.

    Every method raises `StorageUnavailable`. The lock is a file beside it. The clock is that which
    the times of files go by, in seconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock

    def locked(self) -> AbstractContextManager[None]:
        """Hold the only lock of the anchor, over all processes."""
        return locked(lock_beside(self._path))

    def read(self) -> bytes | None:
        """Return the checkpoint, None where there is none."""
        with unavailable("the anchored checkpoint cannot be read"):
            return self._path.read_bytes() if self._path.exists() else None

    def write(self, note: bytes) -> None:
        """Replace the checkpoint, and return once that is durable."""
        with unavailable("the anchored checkpoint cannot be written"):
            write_durably(self._path, note)

    @property
    def place_of_acknowledged(self) -> str:
        """The file beside the checkpoint that has what was acknowledged and could not be signed."""
        return f"{self._path}.acknowledged"

    def acknowledged(self) -> TreeHead | None:
        """Return the log that was acknowledged when it could not be signed, None for none."""
        file = Path(self.place_of_acknowledged)
        try:
            return _READ_HEAD.decode(file.read_bytes()) if file.exists() else None
        except (OSError, ValueError) as error:
            told = f"`{file}` cannot be read, which says what was acknowledged"
            raise StorageUnavailable(told) from error

    def keep_acknowledged(self, head: TreeHead) -> None:
        """Replace it, and return once that is durable."""
        with unavailable("what was acknowledged cannot be kept"):
            write_durably(Path(self.place_of_acknowledged), msgspec.json.encode(head) + b"\n")

    def age(self) -> float:
        """Return how many seconds ago the checkpoint was written, by this machine's clock."""
        with unavailable("the anchored checkpoint cannot be read"):
            age = self._clock() - self._path.stat().st_mtime
        # After the clock was set back, the checkpoint seems to be of the future: it is due.
        return age if age >= 0 else float("inf")


class KeyFile:
    """The signing keys in a file that only its owner may read.

    Every method raises `StorageUnavailable`, also for keys that others may read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = SecretFile(path, name=_KEYS)

    def exists(self) -> bool:
        """Whether there are keys."""
        return self._file.exists()

    def read(self) -> KeyRing:
        """Return the keys; that there are none is a failure too, be it for a time."""
        if not self.exists():
            raise StorageUnavailable("the log has no signing keys; `assent init` makes them")
        try:
            return KeyRing.read(self._file.read())
        except (NoteError, UnicodeDecodeError) as error:
            raise StorageUnavailable(f"{_KEYS} cannot be read: {error}") from error

    def create(self, ring: KeyRing) -> None:
        """Keep the first keys. Raises `Conflict` where there are some."""
        with self._exclusively():
            if self.exists():
                raise Conflict("the log has signing keys already")
            self._file.write(ring.secret_text())

    def change(self, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Replace the keys by what a function makes of them, and return those."""
        with self._exclusively():
            ring = change(self.read())
            self._file.write(ring.secret_text())
            return ring

    def _exclusively(self) -> AbstractContextManager[None]:
        return locked(lock_beside(self._path))
