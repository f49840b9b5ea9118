"""Comma-separated values (RFC 4180), read strictly, with the place of every record and field."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from .text import Source, Span

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its fields, and the lines on which it stands."""

    span: Span
    fields: tuple[str, ...]

    def place(self, number: int) -> Span:
        """Return where a field stands, counted from zero; the record, where any is quoted."""
        widths = [len(field) for field in self.fields]
        if sum(widths) + len(widths) - 1 != self.span.end - self.span.start:
            return self.span
        start = self.span.start + sum(widths[:number]) + number
        return Span(source=self.span.source, start=start, end=start + widths[number])


class CSVFault(Exception):  # noqa: N818 - the house calls what is wrong with a text a fault.
    """A record that is not written as RFC 4180 says."""

    def __init__(self, span: Span) -> None:
        super().__init__(span)
        self.span = span


def read_csv(source: Source) -> Iterator[Record]:
    """Yield the records of a text, the heading first. Raises `CSVFault` where there is none.

    A byte order mark is passed over. A line with nothing on it is a record of one empty field.
    """
    text = source.text.removeprefix(_BYTE_ORDER_MARK)
    rows = csv.reader(StringIO(text, newline="\n"), strict=True)
    while True:
        first = rows.line_num + 1
        try:
            fields = next(rows, None)
        except csv.Error:
            raise CSVFault(source.lines(first, rows.line_num)) from None
        if fields is None:
            return
        yield Record(span=source.lines(first, rows.line_num), fields=tuple(fields) or ("",))
