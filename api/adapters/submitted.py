"""What reading a stream of records yields: a record, the line of one, or the fault of one."""

from dataclasses import dataclass

from engine.source.json_text import JSONValue

from .lines import LONGEST_RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedRecord:
    """One record as it was submitted.

    `number` counts records from one, broken ones too. `line` is the line it begins on, from one,
    and None inside a JSON list.
    """

    value: dict[str, JSONValue]
    number: int
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRecord:
    """One record as the text of a line, which another process may read as well.

    `number` and `line` count as in `SubmittedRecord`.
    """

    text: bytes
    number: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFault:
    """Why one record of several could not be read; the others are not touched by it.

    `number` and `line` count as in `SubmittedRecord`; `pointer` is a JSON Pointer (RFC 6901) into
    the record.
    """

    reason: str
    help: str
    number: int
    line: int | None
    pointer: str = ""


def overlong(number: int, line: int) -> RecordFault:
    """Return the fault of a record that is longer than what is read."""
    return RecordFault(
        reason=f"the record is longer than {LONGEST_RECORD:,} bytes",
        help="check for a quote that is never closed, or shorten the record",
        number=number,
        line=line,
    )
