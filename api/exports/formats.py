"""Decisions as a file: each format in pieces of bounded size, however many decisions there are.

CSV follows RFC 4180: UTF-8, a header, CRLF. A cell that a spreadsheet could take for a formula, or
that begins with an apostrophe, has an apostrophe in front: who reads the file takes one away.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from io import StringIO
from itertools import islice
from types import MappingProxyType
from typing import Any

import msgspec

from engine.audit.instants import rfc3339
from engine.storage.log.listing import LoggedDecision

from .rows import COLUMNS, Row, row_of

CSV, NDJSON, PARQUET = "csv", "ndjson", "parquet"

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        CSV: "text/csv; charset=utf-8; header=present",
        NDJSON: "application/x-ndjson",
        PARQUET: "application/vnd.apache.parquet",
    }
)
"""The formats, and how each is called in a header."""

_STEP = 500
_FORMULA = frozenset("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True, slots=True)
class Unavailable(Exception):  # noqa: N818 - the house names what happened.
    """A format needs a library that is not installed; the message says which."""

    message: str

    def __str__(self) -> str:
        return self.message


def check_available(name: str) -> None:
    """Raise `Unavailable` where a format cannot be written here."""
    if name == PARQUET and find_spec("pyarrow") is None:
        raise Unavailable("Parquet needs a library: `pip install 'assent[parquet]'`")


def file_pieces(name: str, decisions: Iterable[LoggedDecision]) -> Iterator[bytes]:
    """Yield the bytes of a file in a format that is available, a few hundred rows at a time."""
    groups = _groups(decisions)
    if name == CSV:
        return _csv(groups)
    if name == NDJSON:
        return _ndjson(groups)
    from .parquet import parquet_pieces  # noqa: PLC0415 - the library is optional, and large.

    return parquet_pieces(groups)


def _groups(decisions: Iterable[LoggedDecision]) -> Iterator[Sequence[Row]]:
    rest = iter(decisions)
    while group := [row_of(each) for each in islice(rest, _STEP)]:
        yield group


def _csv(groups: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    stream = StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for group in groups:
        writer.writerows(map(_cells, group))
        yield _taken(stream)
    yield _taken(stream)


def _taken(stream: StringIO) -> bytes:
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text.encode()


def _cells(row: Row) -> list[str]:
    # Nearly all are texts of which nothing is to be changed.
    return [
        value if type(value) is str and value[:1] not in _FORMULA else _WRITTEN[type(value)](value)
        for value in row.values()
    ]


def _text(text: str) -> str:
    return f"'{text}" if text[:1] in _FORMULA else text


def _flag(value: bool) -> str:  # noqa: FBT001 - one of the values of a row.
    return "true" if value else "false"


def _nothing(_value: None) -> str:
    return ""


def _rules(value: tuple[tuple[str, str], ...]) -> str:
    return _text("; ".join(f"{rule} {status}" for rule, status in value))


_WRITTEN: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {type(None): _nothing, bool: _flag, datetime: rfc3339, tuple: _rules, int: str, str: _text}
)
"""How each kind of value of a row is written; an integer in the log has no sign."""


def _ndjson(groups: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    for group in groups:
        yield b"".join(msgspec.json.encode(_document(row)) + b"\n" for row in group)


def _document(row: Row) -> Row:
    return row | {
        "decided_at": rfc3339(row["decided_at"]),
        "logged_at": rfc3339(row["logged_at"]),
        "rules": [{"rule": rule, "status": status} for rule, status in row["rules"]],
    }
