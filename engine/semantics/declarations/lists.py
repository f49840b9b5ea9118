"""Members of sets that CSV files of the bundle list, each read as it would be in braces."""

import posixpath
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, cast

from ...source.csv_text import CSVFault, Record, read_csv
from ...source.text import Source, Span
from ...syntax import tree as syntax
from ...syntax.lexis import LONGEST_FILE, MOST_DIGITS
from .. import faults
from ..elaborate import number
from ..findings import Report
from ..tree import Members
from ..types import CODES, EnumerationType, Scalar, codes, is_code

Member: TypeAlias = str | int | Fraction | date
Read: TypeAlias = Callable[[str], Member]
"""Takes what a field states; raises `ValueError` where this is no value of the type."""

LIST_SUFFIX = ".csv"
_FEWEST = 2
"""The fewest records of a file: the heading, and a row."""

_WHOLE_NUMBER = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}", re.ASCII)
_NUMBER = re.compile(rf"{_WHOLE_NUMBER.pattern}(?:\.\d{{1,{MOST_DIGITS}}})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def listed_members(
    node: syntax.CsvColumn,
    kind: Scalar | EnumerationType,
    sources: Mapping[str, Source],
    report: Report,
) -> Members | None:
    """Return the members that a column lists, or None after reporting every fault in it.

    `sources` are the files of the bundle by name. A fault of a row is reported where the row is.
    """
    read = _reader(kind)
    if read is None:
        report(faults.lists.not_from_a_file(node.span, kind))
        return None
    source = _source(node.file, sources, report)
    if source is None:
        return None
    try:
        records = tuple(read_csv(source))
    except CSVFault as fault:
        lone = "\r" in source.slice(fault.span) and '"' not in source.slice(fault.span)
        told = faults.lists.old_line_ends if lone else faults.lists.not_csv
        report(told(fault.span))
        return None
    if len(records) < _FEWEST:
        report(faults.lists.nothing_listed(node.file.span, source.name))
        return None
    heading, *rows = records
    column = _column(node.name, source, heading.fields, report)
    if column is None:
        return None
    listing = _Listing(
        source=source,
        width=len(heading.fields),
        column=column,
        name=node.name.value,
        kind=kind,
        read=read,
        report=report,
    )
    return listing.members(rows)


def _source(
    file: syntax.TextLiteral, sources: Mapping[str, Source], report: Report
) -> Source | None:
    """Return the file that a policy names, by its path from the policy."""
    if not lies_beside(file.value):
        report(faults.lists.outside_the_folder(file.span, file.value))
        return None
    name = name_in_bundle(file)
    source = sources.get(name)
    if source is None:
        known = (each for each in sources if each.endswith(LIST_SUFFIX))
        report(faults.lists.no_such_file(file.span, name, known))
        return None
    if len(source.text) > LONGEST_FILE:
        report(faults.lists.too_large(file.span, name, LONGEST_FILE))
        return None
    return source


def name_in_bundle(file: syntax.TextLiteral) -> str:
    """Return the name in the bundle of a file that a policy names by its path from the policy."""
    path = posixpath.join(posixpath.dirname(file.span.source), file.value)
    return unicodedata.normalize("NFC", path)


def lies_beside(file: str) -> bool:
    """Whether a path leads to a CSV file in the folder of its policy or below, not a hidden one."""
    steps = file.split("/")
    is_plain = all(step and not step.startswith(".") for step in steps)
    return is_plain and file.endswith(LIST_SUFFIX) and not re.search(r"[\\:]", file)


def _column(
    name: syntax.TextLiteral, source: Source, heading: Sequence[str], report: Report
) -> int | None:
    """Return which column has a name, counted from zero."""
    if name.value not in heading:
        report(faults.lists.no_such_column(name.span, name.value, source.name, heading))
        return None
    if heading.count(name.value) > 1:
        report(faults.lists.two_columns(name.span, name.value, source.name))
        return None
    return heading.index(name.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """One column of a file, and what each of its fields must state."""

    source: Source
    width: int
    column: int
    name: str
    kind: Scalar | EnumerationType
    read: Read
    report: Report

    def members(self, rows: Sequence[Record]) -> Members | None:
        """Return the members that the rows list, or None after reporting every fault in them."""
        first: dict[Member, Record] = {}
        is_sound = True
        for row in rows:
            member = self._member(row)
            if member is None:
                is_sound = False
            elif first.setdefault(member, row) is not row:
                line = self.source.locate(first[member].span.start).line
                self.report(
                    faults.lists.member_again(self._place(row), row.fields[self.column], line)
                )
                is_sound = False
        # INVARIANT: what reads the fields makes values of one type.
        return cast("Members", frozenset(first)) if is_sound else None

    def _member(self, row: Record) -> Member | None:
        """Return the member that a row states."""
        if len(row.fields) != self.width:
            self.report(faults.lists.uneven_record(row.span, len(row.fields), self.width))
            return None
        field = row.fields[self.column]
        if not field or field != field.strip():
            self.report(faults.lists.no_member(self._place(row), field, self.name))
            return None
        try:
            return self.read(field)
        except ValueError:
            known = _words(self.kind)
            self.report(faults.lists.wrong_member(self._place(row), field, self.kind, known))
            return None

    def _place(self, row: Record) -> Span:
        return row.place(self.column)


def _words(kind: Scalar | EnumerationType) -> Sequence[str]:
    """Return the words that are values of a type, where it is a list of words."""
    match kind:
        case EnumerationType(members=members):
            return members
        case _:
            return sorted(codes(kind)) if kind in CODES else ()


# --- what a field states ----------------------------------------------------------------------


def _reader(kind: Scalar | EnumerationType) -> Read | None:
    """Return what reads the fields of a type; None where fields do not state its values."""
    match kind:
        case EnumerationType(members=members):
            return lambda field: _one_of(field, is_known=field in members)
        case Scalar.PLACE | Scalar.COUNTRY | Scalar.LANGUAGE | Scalar.CURRENCY:
            return lambda field: _one_of(field, is_known=is_code(kind, field))
        case _:
            return _READERS.get(kind)


def _one_of(field: str, *, is_known: bool) -> str:
    if not is_known:
        raise ValueError(field)
    return field


def _text(field: str) -> str:
    return unicodedata.normalize("NFC", field)


def _number(field: str) -> int | Fraction:
    return number(Decimal(_written_as(_NUMBER, field)))


def _whole_number(field: str) -> int:
    return int(_written_as(_WHOLE_NUMBER, field))


def _day(field: str) -> date:
    return date.fromisoformat(_written_as(_DAY, field))


def _written_as(pattern: re.Pattern[str], field: str) -> str:
    return _one_of(field, is_known=pattern.fullmatch(field) is not None)


_READERS: Mapping[Scalar, Read] = {
    Scalar.TEXT: _text,
    Scalar.NUMBER: _number,
    Scalar.WHOLE_NUMBER: _whole_number,
    Scalar.DATE: _day,
}
