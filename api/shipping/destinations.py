"""Where events go: a file, a stream, or an HTTP collector.

`deliver` returns once the destination has the events: on the disk, or acknowledged. Until then it
may have some of them, and gets them again.
"""

import gzip
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from api.outward import Bounds, post
from engine.source.quoting import excerpt

from .shapes import Shape

BOUNDS: Final = Bounds(part=30.0, whole=60.0, answer=0)
"""What one delivery may take. Of an answer, only its status is read."""

_SECRET: Final = 0o600
_TOO_LARGE: Final = 413
_RETRY: Final = frozenset({408, 425, 429})


class DeliveryError(Exception):
    """Events were not delivered; the message says why."""


class RetryError(DeliveryError):
    """The same events may be taken later."""


class TooLargeError(DeliveryError):
    """Fewer events at a time may be taken."""


class Destination(Protocol):
    """Where events are delivered, in order."""

    def deliver(self, events: Sequence[bytes]) -> None:
        """Return once the events, each a JSON text, are there. Raises `DeliveryError`."""
        ...


class FileDestination:
    """A file that grows by one line for each event, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, events: Sequence[bytes]) -> None:
        """Append the events, and return once they are on the disk.

        A line that an earlier delivery could not finish is finished where it is the beginning of
        the first of these, and else ended, so that it spoils no other.
        """
        try:
            opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _SECRET)
            with os.fdopen(opened, "r+b") as file:
                rest = _unfinished(file)
                lines = b"".join(event + b"\n" for event in events)
                file.write(lines[len(rest) :] if lines.startswith(rest) else b"\n" + lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            why = (error.strerror or "it cannot be written").lower()
            raise RetryError(f"{excerpt(str(self._path), 200)}: {why}") from error


class StreamDestination:
    """A stream that gets one line for each event."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def deliver(self, events: Sequence[bytes]) -> None:
        """Write the events. Raises `OSError`, as writing does."""
        self._stream.writelines(event + b"\n" for event in events)
        self._stream.flush()


class HTTPDestination:
    """A collector that takes batches of a shape by POST, and answers 2xx once it has them."""

    def __init__(self, url: str, shape: Shape, token: Path | None) -> None:
        self._url = url
        self._shape = shape
        self._token = token

    def deliver(self, events: Sequence[bytes]) -> None:
        """Send the events as one batch."""
        body = b"[" + b",".join(events) + b"]"
        headers = {"Content-Type": self._shape.media_type} | self._authorization()
        if self._shape.is_compressed:
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        try:
            answer = post(self._url, body, headers, BOUNDS)
        except OSError as error:
            raise RetryError(f"the collector does not answer: {error}") from error
        _check(answer.status)

    def _authorization(self) -> dict[str, str]:
        """Return the bearer token (RFC 6750) as its file has it now."""
        if self._token is None:
            return {}
        try:
            return {"Authorization": f"Bearer {self._token.read_text(encoding='ascii').strip()}"}
        except (OSError, ValueError) as error:
            raise DeliveryError(f"the token file cannot be read: {self._token.name}") from error


def _check(status: int) -> None:
    """Raise unless a status says that a batch was taken."""
    if status // 100 == 2:
        return
    told = f"the collector answers {status}"
    if status == _TOO_LARGE:
        raise TooLargeError(told)
    if status in _RETRY or status // 100 == 5:
        raise RetryError(told)
    raise DeliveryError(f"{told}, and takes no events")


def _unfinished(file: BinaryIO) -> bytes:
    """Return what follows the last line feed of a file."""
    size, rest = file.seek(0, os.SEEK_END), b""
    while size and b"\n" not in rest:
        step = min(size, 64 * 1024)
        size = file.seek(size - step)
        rest = file.read(step) + rest
    return rest.rpartition(b"\n")[2]
