"""The service's own log: one JSON object a line on standard error.

It names requests, routes, statuses, times and the key's name, and never a body, a query, a header
or a secret. An exception is told by its type and the places it passed through, and by the types and
codes of what caused it (of SQLite, of SQL, of the system), without any message: one may quote what
was sent.
"""

import errno
import json
import logging
import re
import sys
import traceback
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

ACCESS = logging.getLogger("assent.access")
ERRORS = logging.getLogger("assent.errors")

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
        return json.dumps(members, ensure_ascii=False)


class LibraryFormatter(JSONFormatter):
    """Writes what a library warns of, without its values, which may quote what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return super().format(logging.makeLogRecord({**record.__dict__, "args": None}))


def configure(level: str) -> None:
    """Send the service's log to standard error, from a severity on. May be called again."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(LibraryFormatter())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONFormatter())
    logger = logging.getLogger("assent")
    logger.handlers[:] = [handler]
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
