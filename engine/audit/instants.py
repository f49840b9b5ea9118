"""Times as the log writes them: RFC 3339 in UTC, with six decimals."""

import re
from datetime import UTC, datetime

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a log without entries."""

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
"""How a time is spelled."""


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """Return an aware time as RFC 3339 in UTC with six decimals: `2026-10-05T08:15:00.000000Z`."""
    # A tenth of the time of `isoformat`, which every leaf and every row of an export would take.
    text: str = msgspec.to_builtins(moment.astimezone(UTC))
    return text if moment.microsecond else f"{text[:-1]}.000000Z"


def instant(text: str) -> datetime:
    """Return the time that `rfc3339` wrote. Raises `ValueError` for any other spelling."""
    if not INSTANT.fullmatch(text):
        raise ValueError("a time is written like `2026-10-05T08:15:00.000000Z`")
    return datetime.fromisoformat(text)
