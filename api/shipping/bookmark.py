"""How far the log has been shipped, in a file beside its database.

It holds the size of the log that was delivered, and the root of that size: with another log, or one
that was put back to an earlier state and went on differently, shipping stops rather than leave a
gap that nobody sees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from engine.audit.export import Count
from engine.storage.errors import StorageUnavailable
from engine.storage.files import lock_beside, locked, write_durably

_SECRET: Final = 0o600


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state of the log: all its entries before `size` are delivered."""

    size: Count
    root: bytes


_READ = msgspec.json.Decoder(Mark)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The bookmark in a file. Every method raises `StorageUnavailable`."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who ships by this bookmark."""
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable("the directory of bookmarks cannot be made") from error
        with locked(lock_beside(self.path)):
            yield

    def read(self) -> Mark | None:
        """Return what is delivered, None where nothing is."""
        try:
            return _READ.decode(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StorageUnavailable(f"the bookmark cannot be read: {error}") from error

    def write(self, mark: Mark) -> None:
        """Keep what is delivered, and return once that is durable."""
        try:
            write_durably(self.path, msgspec.json.encode(mark) + b"\n", mode=_SECRET)
        except OSError as error:
            raise StorageUnavailable("the bookmark cannot be written") from error
