"""Records: reading what is submitted in CSV, JSON or NDJSON, one record at a time.

CSV after RFC 4180 with a header; a JSON object, or a list of them; NDJSON, an object a line. CSV
and NDJSON are read as a stream. A broken record is the fault of that record, and not the end. JSON
is read strictly (`engine.source.json_text`). Nothing is known here of platforms.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from engine.source.json_fault import JSONFault, JSONLimits
from engine.source.json_text import JSONValue, read_json
from engine.source.quoting import described

from .csv_records import read_csv
from .lines import LONGEST_RECORD, Lines, OverlongRecordError
from .refusal import AdapterRefusal
from .submitted import RecordFault, SubmittedRecord, UnreadRecord, overlong
from .utf16 import as_utf8

__all__ = [
    "RecordFault",
    "RecordForm",
    "SubmittedRecord",
    "UnreadRecord",
    "read_record",
    "read_records",
    "unread_records",
]

LONGEST_DOCUMENT = JSONLimits().document
"""The most bytes of one JSON document, which cannot be read as a stream."""


class RecordForm(StrEnum):
    """How records are written."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


_NO_TEXTS = (
    (b"PK\x03\x04", "this is a workbook, or another ZIP archive, and no text", "save it as CSV"),
    (b"\x1f\x8b", "this is compressed with gzip, and no text", "unpack it"),
    (b"\xff\xd8\xff", "this is a JPEG picture, and no text", "name the record of the campaign"),
    (b"\x89PNG", "this is a PNG picture, and no text", "name the record of the campaign"),
    (b"%PDF", "this is a PDF document, and no record", "name the record of the campaign"),
)
"""How files that are met in place of records begin."""

_SUFFIXES = {
    ".csv": RecordForm.CSV,
    ".tsv": RecordForm.CSV,
    ".ndjson": RecordForm.NDJSON,
    ".jsonl": RecordForm.NDJSON,
}


def read_records(
    source: bytes | Path, form: RecordForm | None = None
) -> Iterator[SubmittedRecord | RecordFault]:
    """Yield each record of a text or of a file, in order. Raises as `unread_records` does."""
    for record in unread_records(source, form):
        yield read_record(record) if isinstance(record, UnreadRecord) else record


def unread_records(
    source: bytes | Path, form: RecordForm | None = None
) -> Iterator[UnreadRecord | SubmittedRecord | RecordFault]:
    """Yield each record of a text or of a file, in order; the lines of NDJSON as they are.

    Without a `form` it is told by the ending of the file's name, and else by how the text begins.
    Raises `AdapterRefusal` where there is no telling one record from the next, at the latest
    when the first is asked for, and `OSError` where the file cannot be read.
    """
    with closing(BytesIO(source) if isinstance(source, bytes) else source.open("rb")) as given:
        _check_is_text(given)
        stream = as_utf8(given)
        match form or _named(source) or _recognised(stream):
            case RecordForm.CSV:
                yield from read_csv(stream)
            case RecordForm.NDJSON:
                yield from _ndjson_lines(stream)
            case _:
                yield from _read_document(stream)


def _check_is_text(stream: BinaryIO) -> None:
    start = stream.read(4)
    stream.seek(0)
    for mark, reason, advice in _NO_TEXTS:
        if start.startswith(mark):
            raise AdapterRefusal(reason, pointer="", help=advice)


def _named(source: bytes | Path) -> RecordForm | None:
    return None if isinstance(source, bytes) else _SUFFIXES.get(source.suffix.lower())


def _recognised(stream: BinaryIO) -> RecordForm:
    lines = stream.read(LONGEST_RECORD).removeprefix(BOM_UTF8).split(b"\n")
    stream.seek(0)
    filled = [line.strip() for line in lines if line.strip()]
    if not filled or filled[0].startswith(b"["):
        return RecordForm.JSON
    if not filled[0].startswith(b"{"):
        return RecordForm.CSV
    # An object that goes on over several lines closes on the last, and opens no other on the next.
    one_a_line = filled[0].endswith(b"}") or (len(filled) > 1 and filled[1].startswith(b"{"))
    return RecordForm.NDJSON if one_a_line else RecordForm.JSON


def _ndjson_lines(stream: BinaryIO) -> Iterator[UnreadRecord | RecordFault]:
    lines = Lines(stream)
    number = 0
    while True:
        lines.begin()
        try:
            line = next(lines, None)
        except OverlongRecordError:
            number += 1
            yield overlong(number, lines.number)
            continue
        if line is None:
            return
        if line.strip():
            number += 1
            yield UnreadRecord(text=line, number=number, line=lines.number)


def read_record(record: UnreadRecord) -> SubmittedRecord | RecordFault:
    """Return the record that a line is, or its fault."""
    try:
        value = read_json(record.text.rstrip(b"\r\n"))
    except JSONFault as fault:
        return RecordFault(
            reason=f"{fault.message}, in column {fault.column}",
            help=fault.help,
            number=record.number,
            line=record.line,
            pointer=fault.pointer,
        )
    return _submitted(value, record.number, record.line)


def _read_document(stream: BinaryIO) -> Iterator[SubmittedRecord | RecordFault]:
    document = stream.read(LONGEST_DOCUMENT + 1)
    if len(document) > LONGEST_DOCUMENT:
        raise AdapterRefusal(
            f"the document is longer than {LONGEST_DOCUMENT:,} bytes",
            pointer="",
            help="send its records as NDJSON, one a line; of these a file may have any number",
        )
    try:
        value = read_json(document.removeprefix(BOM_UTF8))
    except JSONFault as fault:
        raise AdapterRefusal(
            f"{fault.message}, in line {fault.line}, column {fault.column}",
            pointer=fault.pointer,
            help=fault.help,
        ) from None
    if not isinstance(value, list):
        yield _submitted(value, 1, 1)
        return
    for number, element in enumerate(value, start=1):
        yield _submitted(element, number, None)


def _submitted(value: JSONValue, number: int, place: int | None) -> SubmittedRecord | RecordFault:
    if isinstance(value, dict):
        return SubmittedRecord(value=value, number=number, line=place)
    return RecordFault(
        reason=f"the record should be an object, and is {described(value)}",
        help="send one record, with its members by name",
        number=number,
        line=place,
    )
