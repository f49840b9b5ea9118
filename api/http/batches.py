"""Batches: many campaigns in one request, decided and committed in groups, answered in order.

An item is a campaign, or the platform's own record; the terms are those of the whole batch. The
answer to an item is that of a single decision with its `line` (NDJSON) or `index` (a JSON array),
or `{"error": problem}` with the same. One broken item leaves the others alone. A group ends when it
is full, or when the next item has not arrived yet. A batch is decided by one version of the
policies: once another is in force, what is left of it is not decided.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from api.adapters.lines import LONGEST_RECORD, Lines, OverlongRecordError
from api.policies_in_force import NotFresh
from api.recording import Outcome, Recorder
from api.submission import Refused, Terms
from engine.audit.log import BATCH_LIMIT
from engine.audit.record import LogError
from engine.source.json_text import JSONFault, JSONValue, read_json

from .answers import decision_document, encoded
from .bodies import incomplete, too_large
from .inflow import Inflow
from .problems import (
    NOT_FRESH,
    TOO_LARGE,
    Problem,
    malformed_json,
    malformed_submission,
    retry_later,
    unlogged,
)

GROUP_BYTES = 4 * 1024 * 1024
"""About how many bytes of lines one group has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How the items of a batch are decided, for whom, and how they are told.

    The recorder decides by the policies in force at its beginning; `obstacle` is asked before each
    group why it may not any more.
    """

    recorder: Recorder
    terms: Terms
    actor: str
    dry_run: bool
    view: str
    request_id: str
    most: int
    obstacle: Callable[[], Problem | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item: where it stands, and its value, or the problem that it is."""

    place: int
    value: JSONValue | None = None
    problem: Problem | None = None
    size: int = 0


_Document: TypeAlias = dict[str, object]


def answer_array(batch: Batch, values: Sequence[JSONValue]) -> Iterator[bytes]:
    """Yield the pieces of a JSON array, with the answer to each value of another."""
    separator = b"["
    for start in range(0, len(values), BATCH_LIMIT):
        items = [
            _Item(place=start + offset, value=value)
            for offset, value in enumerate(values[start : start + BATCH_LIMIT])
        ]
        for made in _answers(batch, items, "index"):
            yield separator + b"\n" + encoded(made)
            separator = b","
    yield b"[]\n" if separator == b"[" else b"\n]\n"


def answer_lines(batch: Batch, inflow: Inflow, limit: int) -> Iterator[bytes]:
    """Yield the lines that answer the lines of a body, a group at a time."""
    group: list[_Item] = []
    size = 0
    for item in _items(batch, inflow, limit):
        group.append(item)
        size += item.size
        full = len(group) >= BATCH_LIMIT or size >= GROUP_BYTES
        if full or not inflow.has_line():
            yield _lines(batch, group)
            group, size = [], 0
    if group:
        yield _lines(batch, group)


def _lines(batch: Batch, group: Sequence[_Item]) -> bytes:
    return b"".join(encoded(made) + b"\n" for made in _answers(batch, group, "line"))


def _items(batch: Batch, inflow: Inflow, limit: int) -> Iterator[_Item]:
    """Yield the items of an NDJSON body; blank lines are none."""
    lines, count = Lines(inflow), 0  # type: ignore[arg-type] # It asks a stream for lines only.
    while (line := _next(lines)) is not None:
        item = _item(line, lines.number)
        if item is None:
            continue
        count += 1
        if count > batch.most:
            detail = f"a batch has at most {batch.most:,} campaigns; the rest was not read"
            yield _Item(place=lines.number, problem=Problem(kind=TOO_LARGE, detail=detail))
            return
        yield item
    if inflow.is_too_large:
        yield _Item(place=lines.number + 1, problem=too_large(limit))
    elif inflow.is_incomplete:
        yield _Item(place=lines.number + 1, problem=incomplete())


def _next(lines: Lines) -> bytes | Problem | None:
    """Return the next line, or the problem that it is; None at the end."""
    lines.begin()
    try:
        return next(lines, None)
    except OverlongRecordError:
        detail = f"the line is longer than {LONGEST_RECORD:,} bytes, and was passed over"
        return Problem(kind=TOO_LARGE, detail=detail)


def _item(line: bytes | Problem, number: int) -> _Item | None:
    """Return the item of a line; None where it is blank."""
    if isinstance(line, Problem):
        return _Item(place=number, problem=line)
    text = line.strip()
    if not text:
        return None
    try:
        return _Item(place=number, value=read_json(text), size=len(line))
    except JSONFault as fault:
        problem = malformed_json(fault)
        errors = tuple(replace(error, line=None) for error in problem.errors)
        detail = f"{fault.message}, in column {fault.column}"
        problem = replace(problem, detail=detail, errors=errors)
        return _Item(place=number, problem=problem, size=len(line))


def _answers(batch: Batch, items: Sequence[_Item], place: str) -> Iterator[_Document]:
    """Yield the answer to each item of a group, once all of them are in the log."""
    obstacle = batch.obstacle()
    if obstacle is not None:
        for item in items:
            yield _failed(batch, item.problem or obstacle) | {place: item.place}
        return
    read = [item for item in items if item.problem is None]
    try:
        outcomes = iter(
            batch.recorder.record_many(
                [item.value for item in read],
                terms=batch.terms,
                actor=batch.actor,
                dry_run=batch.dry_run,
            )
        )
    except NotFresh as error:
        unknown = retry_later(NOT_FRESH, str(error), 1)
        for item in items:
            yield _failed(batch, item.problem or unknown) | {place: item.place}
        return
    for item in items:
        made = _failed(batch, item.problem) if item.problem else _told(batch, next(outcomes))
        yield made | {place: item.place}


def _told(batch: Batch, outcome: Outcome) -> _Document:
    if isinstance(outcome, Refused):
        return _failed(batch, malformed_submission(outcome))
    if isinstance(outcome, LogError):
        return _failed(batch, unlogged(outcome))
    return decision_document(outcome, batch.view)


def _failed(batch: Batch, problem: Problem) -> _Document:
    return {"error": problem.document(batch.request_id)}
