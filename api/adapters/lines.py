"""Lines of a stream, of bounded length, so that reading a stream takes flat memory."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import BinaryIO

LONGEST_RECORD = 1024 * 1024
"""The most bytes of one record: a line of NDJSON, or the line or lines of a record of CSV."""

_PIECE = 64 * 1024


class OverlongRecordError(ValueError):
    """A record is longer than `LONGEST_RECORD`; the line that made it so has been passed over."""


class Lines(Iterator[bytes]):
    """The lines of a stream with their ends, without a byte order mark before the first.

    Raises `OverlongRecordError` where the lines since `begin` are too long, and goes on after it.
    """

    __slots__ = ("_size", "_stream", "number")

    def __init__(self, stream: BinaryIO) -> None:
        self.number = 0
        self._size = 0
        self._stream = stream

    def begin(self) -> None:
        """Begin a record with the next line."""
        self._size = 0

    def __next__(self) -> bytes:
        """Return the next line."""
        line = self._stream.readline(LONGEST_RECORD + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            self._pass_over(line)
            raise OverlongRecordError
        return line.removeprefix(BOM_UTF8) if self.number == 1 else line

    def _pass_over(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(_PIECE)
