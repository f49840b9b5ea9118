"""CSV: records as lines of cells under a header (RFC 4180), separated by commas or by tabs.

Every cell is a text, and an empty one is an empty text: what either means is for the adapter to
say. The parsing is the standard library's, held to one record of bounded length at a time.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Never

from engine.source.json_fault import JSONLimits
from engine.source.quoting import excerpt

from .lines import LONGEST_RECORD, Lines, OverlongRecordError
from .refusal import AdapterRefusal
from .submitted import RecordFault, SubmittedRecord, overlong

LONGEST_CELL = JSONLimits().string
"""The most characters of one cell."""

_FAULTS = {
    "unexpected end of data": (
        "the last record ends inside a quoted cell",
        "close the quote, or write a quote that is meant as a character twice",
    ),
    "field larger than field limit": (
        f"a cell is longer than {LONGEST_CELL:,} characters",
        "check for a quote that is never closed",
    ),
    "new-line character": (
        "a carriage return stands inside a cell that is not quoted",
        "end each line with a line feed, and quote a cell that goes over several lines",
    ),
}
_UNQUOTED = (
    "text follows the closing quote of a cell",
    "write a quote that is meant as a character twice, inside a quoted cell",
)


def read_csv(stream: BinaryIO) -> Iterator[SubmittedRecord | RecordFault]:
    """Yield each record of a CSV text; raises `AdapterRefusal` for a header that names nothing."""
    table = _Table(stream)
    header = _header(table)
    number = 0
    while (cells := table.next()) is not None:
        if not cells:
            continue
        number += 1
        fault = cells if isinstance(cells, _Fault) else _misfit(cells, header)
        if fault is _OVERLONG:
            yield overlong(number, table.line)
        elif fault is not None:
            reason, advice = fault
            yield RecordFault(reason=reason, help=advice, number=number, line=table.line)
        else:
            yield SubmittedRecord(
                value=dict(zip(header, cells, strict=True)), number=number, line=table.line
            )


class _Fault(tuple[str, str]):
    """What is wrong with a record, and what would help."""

    __slots__ = ()


_OVERLONG = _Fault(("the record is too long", "shorten it"))


class _Table:
    """The records of a CSV text, and the line that the last of them began on."""

    __slots__ = ("_lines", "_reader", "line")

    def __init__(self, stream: BinaryIO) -> None:
        mark = _separator(stream)
        self._lines = Lines(stream)
        # A byte that is no UTF-8 cannot be mistaken for a comma, a quote or the end of a line: it
        # is carried through, so that it spoils its own record only.
        self._reader = csv.reader(map(_decoded, self._lines), strict=True, delimiter=mark)
        self.line = 0

    def next(self) -> "list[str] | _Fault | None":
        """Return the cells of the next record, none for an empty line, None at the end."""
        self._lines.begin()
        self.line = self._lines.number + 1
        try:
            return next(self._reader, None)
        except OverlongRecordError:
            return _OVERLONG
        except csv.Error as error:
            words = str(error)
            return _Fault(next((f for key, f in _FAULTS.items() if key in words), _UNQUOTED))


def _separator(stream: BinaryIO) -> str:
    """Return what separates the columns: a tab where the header has tabs and no comma."""
    header = b""
    while not header.strip() and (line := stream.readline(LONGEST_RECORD)):
        header = line
    stream.seek(0)
    return "\t" if b"\t" in header.strip(b"\r\n") and b"," not in header else ","


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _header(table: _Table) -> list[str]:
    cells = table.next()
    while cells == []:
        cells = table.next()
    if cells is None:
        _refuse(
            "the text is empty", "send a line that names the columns, and a line for each record"
        )
    if isinstance(cells, _Fault):
        reason, advice = cells
        _refuse(f"the header cannot be read: {reason}", advice)
    names = [cell.strip() for cell in cells]
    fault = _unreadable(names)
    if fault is not None:
        reason, advice = fault
        _refuse(f"the header cannot be read: {reason}", advice)
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        _refuse(
            "the columns are separated neither by commas nor by tabs",
            "save the table as CSV with commas",
        )
    if not all(names):
        _refuse(
            f"column {names.index('') + 1:,} of the header has no name",
            "name every column, each by another name",
        )
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        _refuse(f"the header names {excerpt(twice)} twice", "name every column by another name")
    return names


def _misfit(cells: Sequence[str], header: Sequence[str]) -> _Fault | None:
    if len(cells) != len(header):
        return _Fault(
            (
                f"the record has {len(cells):,} cells, and the header {len(header):,} columns",
                "quote a cell that holds a comma, and write every cell, even an empty one",
            )
        )
    return _unreadable(cells)


def _unreadable(cells: Sequence[str]) -> _Fault | None:
    for cell in cells:
        if len(cell) > LONGEST_CELL:
            return _Fault(_FAULTS["field larger than field limit"])
        if "\0" in cell or not (cell.isascii() or _is_unicode(cell)):
            return _Fault(("a cell is not valid UTF-8", "save the table as UTF-8"))
    return None


def _is_unicode(cell: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in cell)


def _refuse(reason: str, advice: str) -> Never:
    raise AdapterRefusal(reason, pointer="", help=advice)
