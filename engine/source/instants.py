"""Instants as they are written (RFC 3339), kept to the microsecond.

Finer ones are refused, and not rounded: whoever wrote it would not be told, and what comes before
the instant and what after it would not be known to be the same.
"""

import re
from datetime import datetime

INSTANT_FORM = "RFC 3339, with at most six digits of a second"

_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,6}0*)?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def read_instant(text: str) -> datetime | None:
    """Return the instant of a text, with its offset; None where it is none, or a finer one."""
    if _INSTANT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:  # There is no February 30.
        return None
