"""The records of a file or of standard input, and the answer to each: a decision or a refusal.

Standard input is read through a temporary file once it is longer than what is read as one
document, so that records of any number take flat memory. Nothing is recorded.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from api.adapters import AdapterRefusal, RecordFault, SubmittedRecord
from api.adapters.records import LONGEST_DOCUMENT, UnreadRecord, read_record, unread_records
from api.cli.failures import Failure
from api.credentials import AssetFault, NotInstalled, with_assets
from api.deciding.submission import Decided, Fault, Refused, Terms, submit, submit_plainly
from engine import Engine

STANDARD_INPUT = Path("-")

Record = SubmittedRecord | UnreadRecord | RecordFault
"""What is decided on: the line of a record is read where that is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A record on which nothing could be decided: its number and line, from one, and its faults."""

    number: int
    line: int | None
    faults: tuple[Fault, ...]


Answer = Decided | Refusal


@contextmanager
def submitted(file: Path) -> Iterator[Iterator[Record]]:
    """Give the records of a file; one that holds no record, or cannot be read, is a `Failure`."""
    shown = "standard input" if file == STANDARD_INPUT else str(file)
    try:
        with _source(file) as source:
            records = unread_records(source)
            first = next(records, None)
            if first is None:
                raise Failure(shown, "there is no record in it", "send one campaign or more")
            yield chain((first,), records)
    except AdapterRefusal as refusal:
        where = f"{shown}, at {refusal.pointer}" if refusal.pointer else shown
        raise Failure(where, refusal.reason, refusal.help) from refusal


@contextmanager
def _source(file: Path) -> Iterator[bytes | Path]:
    if file == STANDARD_INPUT:
        yield from _kept(sys.stdin.buffer)
    elif file.is_fifo() or file.is_char_device():  # A file is looked into first, and these pass by.
        with file.open("rb") as stream:
            yield from _kept(stream)
    else:
        yield file


def _kept(stream: BinaryIO) -> Iterator[bytes | Path]:
    """Yield what a stream holds, as a file where it is too much for the memory."""
    start = stream.read(LONGEST_DOCUMENT + 1)
    if len(start) <= LONGEST_DOCUMENT:
        yield start
        return
    with NamedTemporaryFile(prefix="assent-") as spool:
        spool.write(start)
        shutil.copyfileobj(stream, spool)
        spool.flush()
        yield Path(spool.name)


def answer(engine: Engine, record: Record, terms: Terms, assets: Path | None = None) -> Answer:
    """Return the decision on a record, or its refusal. The decision has no id: it is not logged.

    With a folder of assets the files that a descriptor names tell of their origin.
    """
    if isinstance(record, UnreadRecord):
        plain = None
        if assets is None:
            plain = submit_plainly(engine, record.text, terms=terms, id="")
        if plain is not None:
            return plain
        record = read_record(record)
    if isinstance(record, RecordFault):
        fault = Fault(pointer=record.pointer, message=record.reason, help=record.help)
        return Refusal(number=record.number, line=record.line, faults=(fault,))
    value = record.value
    if assets is not None:
        try:
            value = with_assets(value, assets)
        except AssetFault as found:
            fault = Fault(pointer=found.pointer, message=found.reason, help=found.advice)
            return Refusal(number=record.number, line=record.line, faults=(fault,))
        except NotInstalled as found:
            advice = "install it with `pip install 'assent[c2pa]'`"
            raise Failure(str(assets), str(found), advice) from None
    outcome = submit(engine, value, terms=terms, id="")
    if isinstance(outcome, Refused):
        return Refusal(number=record.number, line=record.line, faults=outcome.faults)
    return outcome


def answer_document(answer: Answer) -> dict[str, object]:
    """Return the JSON form of an answer: the document of the decision, or that of the refusal."""
    if isinstance(answer, Decided):
        return answer.document | {"id": None}
    return {
        "refused": [
            {"pointer": fault.pointer, "message": fault.message, "help": fault.help}
            for fault in answer.faults
        ],
        "record": answer.number,
        "line": answer.line,
    }
