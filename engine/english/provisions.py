"""Provisions as they are cited in writing, their order within an instrument, and their address."""

import re
from urllib.parse import urlsplit

from ..syntax.notations import PROVISION_HABITS

_KINDS = {
    "art": "Article",
    "sec": "Section",
    "annex": "Annex",
    "rec": "Recital",
    "para": "Paragraph",
    "ch": "Chapter",
    "part": "Part",
    "reg": "Regulation",
    "sch": "Schedule",
}
_RUN = re.compile(r"(\d+)")


def provision(written: str) -> str:
    """Return a provision with its kind written out: `art 26(3)` reads `Article 26(3)`."""
    kind, space, rest = written.partition(" ")
    return f"{_KINDS.get(kind, kind)}{space}{rest}"


def abbreviated(written: str) -> str:
    """Return a provision as rules cite it: `Article 26(3)` and `Art. 26(3)` are `art 26(3)`."""
    kind, space, rest = written.partition(" ")
    word = kind.rstrip(".").lower()
    return f"{PROVISION_HABITS.get(word, word)}{space}{rest}"


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key by which numbers in texts are ordered as numbers."""
    runs = _RUN.split(text)
    return tuple((0, int(run), "") if run.isdigit() else (1, 0, run) for run in runs if run)


def web_address(url: str) -> str | None:
    """Return an address if it is one of the web (http or https), so that no other is a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
