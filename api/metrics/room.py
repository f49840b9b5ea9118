"""Counters in a memory-mapped file whose blocks are allocated before anything is written to it.

The library extends its files sparsely and writes to them as memory. On a full disk no exception can
be caught: the system kills the process (SIGBUS), and its replacement. Here a counter without space
stays in the memory of its process, which writes it with the first change after there is some.
"""

import os
from contextlib import suppress

from prometheus_client.mmap_dict import MmapedDict

STEP = 1 << 16
"""How many bytes a new file has; they are doubled where that is not enough."""

_FRAME = 32
"""More than what a count takes beside its name: two numbers, a length, what aligns them."""


class CountsWithRoom(MmapedDict):
    """The counts of one process in a file, by their names. Not safe to share between threads."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:  # noqa: FBT001, FBT002 - as the library calls it.
        del read_mode  # Nobody reads by this: a scrape reads the files themselves.
        self._file = filename
        self._is_open = False
        self._open()

    def read_value(self, key: str) -> tuple[float, float]:
        """Return a count and its time; nothing was counted yet where there is no room for it."""
        if not self._has_room(key):
            return 0.0, 0.0
        value, at = super().read_value(key)  # type: ignore[no-untyped-call] # It has no types.
        return value, at

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        """Keep a count, which is the whole of it, where there is room."""
        if self._has_room(key):
            super().write_value(key, value, timestamp)  # type: ignore[no-untyped-call] # As above.

    def close(self) -> None:
        """Close the file."""
        if self._is_open:
            super().close()  # type: ignore[no-untyped-call] # As above.

    def _has_room(self, key: str) -> bool:
        if not self._is_open:
            self._open()
        if not self._is_open or key in self._positions:
            return self._is_open
        size, needed = self._capacity, self._used + len(key.encode()) + _FRAME
        while size < needed:  # The library doubles it as often.
            size *= 2
        try:
            _extend(self._file, size)
        except OSError:
            return False
        return True

    def _open(self) -> None:
        with suppress(OSError):
            if not os.path.exists(self._file):  # noqa: PTH110 - the library has it as a text.
                _make(self._file)
            super().__init__(self._file)  # type: ignore[no-untyped-call] # As above.
            self._is_open = True


def _make(file: str) -> None:
    """Make a file of zeros, whole: a scrape must never meet one that is empty."""
    new = f"{file}.new"
    try:
        _extend(new, STEP)
        os.rename(new, file)  # noqa: PTH104 - as above.
    except OSError:
        with suppress(OSError):
            os.unlink(new)  # noqa: PTH108 - as above.
        raise


def _extend(file: str, size: int) -> None:
    """Bring a file to a size without a hole. Raises `OSError`, and leaves it as it was."""
    with open(file, "ab", buffering=0) as stream:  # noqa: PTH123 - as above.
        before = os.fstat(stream.fileno()).st_size
        try:
            while (missing := size - os.fstat(stream.fileno()).st_size) > 0:
                stream.write(bytes(missing))
        except OSError:
            stream.truncate(before)
            raise
