"""Deciding on records of any number: in parts, by one process or by several, with one outcome.

A part is some records in a row. What comes of it depends on nothing else, so that it is the same
wherever it is made, and parts are put together in the order of the records.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import click
import msgspec
from rich.text import Text

from api.adapters.records import UnreadRecord
from api.cli.decisions_view import on_a_line
from api.cli.failures import Failure
from api.cli.submissions import Answer, Record, answer, answer_document
from api.cli.tally import Tally
from api.deciders.worker_processes import WorkerDied, working
from api.deciding.submission import TOGETHER, Terms
from engine import Engine

PART_RECORDS = 128
PART_BYTES = 1024 * 1024

workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="So many processes decide. What comes of it is the same.",
)
"""Says how many processes a command spreads its work over."""

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What comes of some records in a row: lines of JSON or of text, and their tally."""

    json: bytes
    text: tuple[Text, ...]
    tally: Tally


Spread: TypeAlias = Callable[[Iterator[Record]], AbstractContextManager[Iterator[Part]]]
"""How records are decided on, part by part: by one process or several, here or elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """By what, on what terms, and how the answers are told."""

    engine: Engine
    terms: Terms
    as_json: bool
    assets: Path | None = None

    def answer(self, record: Record) -> Answer:
        """Return the decision on a record, or its refusal."""
        return answer(self.engine, record, self.terms, self.assets)

    def part(self, records: Sequence[Record]) -> Part:
        """Return the answers to some records, in order."""
        tally, json, text = Tally(), bytearray(), list[Text]()
        for start in range(0, len(records), TOGETHER):
            answers = [self.answer(each) for each in records[start : start + TOGETHER]]
            for made in answers:
                tally.add(made)
            if self.as_json:
                json += b"".join(_ENCODER.encode(answer_document(each)) + b"\n" for each in answers)
            else:
                text += map(on_a_line, answers)
        return Part(json=bytes(json), text=tuple(text), tally=tally)


@contextmanager
def parts(
    deciding: Deciding, records: Iterator[Record], *, workers: int
) -> Iterator[Iterator[Part]]:
    """Give the answers to the records, part by part and in order, as `workers` processes make them.

    Raises `Failure`, while it is read, where one of the processes ends.
    """
    if workers == 1:
        yield map(deciding.part, in_parts(records))
        return
    with working(deciding.part, workers) as processes:
        yield told(processes.run(in_parts(records)))


def told(made: Iterator[Part]) -> Iterator[Part]:
    """Yield parts as they are made. Raises `Failure` where what makes them ends."""
    try:
        yield from made
    except WorkerDied as died:
        first, last = died.task[0].number, died.task[-1].number
        why = f"a process ended ({died.how}) while it decided the records {first:,} to {last:,}"
        advice = "look at the memory, or take fewer --workers; what was written is right"
        raise Failure("assent decide", why, advice) from died


def in_parts(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield the records in parts of a bounded size."""
    part: list[Record] = []
    size = 0
    for record in records:
        part.append(record)
        size += len(record.text) if isinstance(record, UnreadRecord) else 0
        if len(part) == PART_RECORDS or size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
