"""A request body that is still being received while the response is streamed.

Many clients send everything before they read anything. If the server stops reading while its
answers wait to be read, both deadlock. So a thread reads the body, into memory and beyond a
mebibyte into a temporary file: request and response never block each other, and memory is bounded.

The source is WSGI's `wsgi.input` (PEP 3333), which hands on what arrives in pieces: a line may be
noticed only once the piece after it has filled up, or the body has ended.
"""

import threading
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Protocol

PIECE = 16 * 1024
_IN_MEMORY = 1024 * 1024


class Source(Protocol):
    """What a body is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        ...


class StreamedBody:
    """A body of at most `limit` bytes, read from its source by a thread of its own.

    `expected` is how many bytes were announced, where they were. Close it before the request ends:
    nothing reads from the source afterwards.
    """

    def __init__(self, source: Source, *, limit: int, expected: int | None) -> None:
        self._source = source
        self._limit = limit
        self._expected = expected
        self._changed = threading.Condition()
        self._spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by `close`.
        self._written = 0
        self._read = 0
        self._line_ends = 0  # In what is written and not read yet.
        self._total = 0
        self._ended = False
        self._broken = False
        self._unkept = False
        self._ahead = b""
        self._at = 0  # So far it has been returned: a line does not copy all that is behind it.
        self._thread = threading.Thread(target=self._pump, name="streamed-body", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # The system has no thread to give.
            self._spool.close()
            raise

    @property
    def is_too_large(self) -> bool:
        """Whether the body was longer than the limit; it is read no further."""
        return self._total > self._limit

    @property
    def is_incomplete(self) -> bool:
        """Whether the body ended before its announced end, once it has ended."""
        short = self._expected is not None and self._total < self._expected
        return (self._broken or short) and not self.is_too_large

    @property
    def is_unkept(self) -> bool:
        """Whether the disk had no room for what arrived; what was not read until then is lost."""
        return self._unkept

    def has_line(self) -> bool:
        """Whether a line can be read without waiting for the client."""
        with self._changed:
            is_whole = self._ahead.find(b"\n", self._at) >= 0 or self._line_ends > 0
            return is_whole or (self._ended and self._read < self._written)

    def readline(self, size: int) -> bytes:
        """Return the next line with its end, at most so many bytes of it; nothing at the end."""
        sought = self._at
        while True:
            end = self._ahead.find(b"\n", sought, self._at + size) + 1
            if end or len(self._ahead) >= self._at + size:
                break
            piece = self._next()
            if not piece:
                if self._unkept:  # What is there of a line is not the line.
                    self._ahead, self._at = b"", 0
                break
            rest = self._ahead[self._at :]
            self._ahead, self._at, sought = rest + piece, 0, len(rest)
        start, self._at = self._at, min(end or self._at + size, len(self._ahead))
        return self._ahead[start : self._at]

    def close(self) -> None:
        """Stop reading, and let go of what was kept."""
        with self._changed:
            self._ended = True
        self._thread.join()
        with suppress(OSError):  # What there was no room for is tried once more.
            self._spool.close()

    def _next(self) -> bytes:
        """Wait for the next piece; there is none at the end."""
        with self._changed:
            while self._read == self._written and not self._ended:
                self._changed.wait()
            if self._unkept:
                return b""
            self._spool.seek(self._read)
            piece = self._spool.read(min(PIECE * 4, self._written - self._read))
            self._read += len(piece)
            self._line_ends -= piece.count(b"\n")
            if self._read == self._written:  # All was read: the room is used again.
                self._spool.seek(0)
                self._spool.truncate()
                self._read = self._written = 0
        return piece

    def _pump(self) -> None:
        try:
            while not self._ended and (piece := self._source.read(PIECE)):
                self._put(piece)
        except Exception:  # noqa: BLE001 - whatever the server's parser says: it ends here.
            self._broken = True
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, piece: bytes) -> None:
        with self._changed:
            self._total += len(piece)
            if self._ended or self.is_too_large:
                self._ended = True
                return
            try:
                self._spool.seek(self._written)
                self._spool.write(piece)
            except OSError:
                self._unkept = self._ended = True
                self._line_ends, self._read = 0, self._written
                return
            self._written += len(piece)
            self._line_ends += piece.count(b"\n")
            self._changed.notify_all()
