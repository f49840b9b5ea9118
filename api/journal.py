"""The service's own log: one JSON object a line on standard error.

It names requests, routes, statuses, times and the key's name, and never a body, a query, a header
or a secret. An exception is told by its type and the places it passed through, and by the types and
codes of what caused it (of SQLite, of SQL, of the system), without any message: one may quote what
was sent.

Nobody waits for whoever reads it: lines that nobody takes for a second are dropped, and so are all
until one is taken again, which says how many there were.
"""

import errno
import json
import logging
import re
import select
import sys
import threading
import traceback
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TextIO

ACCESS = logging.getLogger("assent.access")
ERRORS = logging.getLogger("assent.errors")

_PATIENCE_SECONDS = 1.0
"""How long a line may wait for whoever reads the log."""

_LONGEST_LINE = select.PIPE_BUF - len("\n")
"""So many bytes a pipe with room takes at once, and not mixed with lines of other processes."""

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


class JSONFormatter(logging.Formatter):
    """Writes a record as one line of JSON; `fields` of the record are members beside it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created, UTC)
        members: dict[str, object] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "process": record.process,
        }
        members |= getattr(record, "fields", {})
        if record.exc_info is not None and record.exc_info[1] is not None:
            members |= _told(record.exc_info[1])
        line = json.dumps(members, ensure_ascii=False)
        places = members.get("places")
        while isinstance(places, list) and places and _size(line) > _LONGEST_LINE:
            del places[0]  # The outermost: what failed is at the other end.
            line = json.dumps(members, ensure_ascii=False)
        return line


class LibraryFormatter(JSONFormatter):
    """Writes what a library warns of, without its values, which may quote what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return super().format(logging.makeLogRecord({**record.__dict__, "args": None}))


class Outlet(logging.StreamHandler[TextIO]):
    """Writes to standard error, and drops what cannot be written soon.

    A pipe that another process fills up meanwhile holds one thread, which is not waited for either.
    """

    def __init__(self, formatter: logging.Formatter, level: int = logging.NOTSET) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(formatter)
        self.setLevel(level)
        self._lost = 0
        self._counting = threading.Lock()

    def handle(self, record: logging.LogRecord) -> bool:
        """Write a record, and before it how many were dropped, if any; return whether it was."""
        patience = 0 if self._lost else _PATIENCE_SECONDS
        assert self.lock is not None  # noqa: S101 - a handler has one.
        if not self.lock.acquire(timeout=patience):
            self._count_lost(1)
            return False
        try:
            if self._lost and _is_taken(self.stream, patience):
                lost = self._lost  # Also those that were dropped while room was waited for.
                self._count_lost(-lost)
                self.emit(_told_lost(lost))
            if not _is_taken(self.stream, patience):
                self._count_lost(1)
                return False
            self.emit(record)
        finally:
            self.lock.release()
        return True

    def _count_lost(self, change: int) -> None:
        with self._counting:
            self._lost += change


def _size(line: str) -> int:
    return len(line.encode(errors="backslashreplace"))  # As standard error is written.


def _is_taken(stream: TextIO, patience: float) -> bool:
    """Return whether a stream takes a line within so many seconds, or says that it never will."""
    try:
        file = stream.fileno()
    except (AttributeError, OSError, ValueError):  # There is none, or it is none of the system.
        return True
    waiting = select.poll()
    waiting.register(file, select.POLLOUT)
    return waiting.poll(1000 * patience) != []


def _told_lost(count: int) -> logging.LogRecord:
    fields = {"lost": count, "reason": "nobody read the log meanwhile"}
    made = {"name": ERRORS.name, "levelname": "WARNING", "msg": "lines of the log were lost"}
    return logging.makeLogRecord({**made, "fields": fields})


def configure(level: str) -> None:
    """Send the service's log to standard error, from a severity on. May be called again."""
    if logging.lastResort is not None:
        logging.lastResort = Outlet(LibraryFormatter(), logging.WARNING)
    logger = logging.getLogger("assent")
    logger.handlers[:] = [Outlet(JSONFormatter())]
    logger.propagate = False
    logger.setLevel(level.upper())


def request_id(given: str | None) -> str:
    """Return the id of a request: the one it came with if that is sane, else a new one."""
    return given if given is not None and _SANE_ID.fullmatch(given) else str(uuid.uuid4())


def _told(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    told: dict[str, object] = {"error": type(error).__name__, "places": places}
    causes = list(_causes(error))
    return {**told, "causes": causes} if causes else told


def _causes(error: BaseException) -> Iterator[str]:
    """Yield what led to an error, the nearest first."""
    cause = error.__cause__
    while cause is not None:
        code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        if isinstance(cause, OSError):
            code = errno.errorcode.get(cause.errno or 0)
        yield f"{type(cause).__name__} {code}" if code else type(cause).__name__
        cause = cause.__cause__
