"""The service's own log: one JSON object a line on standard error.

It names requests, routes, statuses, times and the key's name, and never a body, a query, a header
or a secret. An exception is told by its type and the places it passed through, without its message,
which may quote what was sent.
"""

import json
import logging
import re
import sys
import traceback
import uuid
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


def configure(level: str) -> None:
    """Send the service's log to standard error, from a severity on. May be called again."""
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
    return {"error": type(error).__name__, "places": places}
