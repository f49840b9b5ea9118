"""Batches: many campaigns in one request, decided and committed in groups, answered in order.

An item is a campaign, or the platform's own record; the terms apply to the whole batch. The answer
to an item is that of a single decision with its `line` (NDJSON) or `index` (a JSON array), or
`{"error": problem}` with the same. An invalid item does not affect the others. A group ends when it
is full, or when the next item has not arrived yet. One version of the policies decides a batch:
once another is in force, the remaining items are not decided.

From the first full group on, the parts of groups are decided by other processes, if there are any
(`api.deciders.pool`), in a pipeline: while one group is recorded, the following are decided. A
group is recorded and answered only if what it was decided by, waivers and standing facts included,
is still in force.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from api.adapters.lines import LONGEST_RECORD, Lines, OverlongRecordError
from api.deciders.engine_recipe import Basis
from api.deciders.pool import DeciderPool, Elsewhere
from api.deciding.drafts import PART_RECORDS, InvalidJSON, Outcome, Part, PartDecision
from api.deciding.submission import Refused, Terms
from api.http.requests.bodies import incomplete, too_large
from api.http.requests.shapes import FULL
from api.http.requests.streamed_body import StreamedBody
from api.in_force.policies import NotFresh
from api.recording import Recorder
from api.tracing.stages import stage
from engine.audit.errors import LogError
from engine.audit.log import BATCH_LIMIT, Answer
from engine.source.json_text import JSONFault, JSONValue, read_json

from .answers import encoded, told_decision
from .problems import (
    NOT_FRESH,
    TOO_LARGE,
    UNAVAILABLE,
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
    group is recorded why it may not any more. `basis` is what a process of the `pool` needs to
    decide as the recorder does now; it raises `NotFresh`.
    """

    recorder: Recorder
    terms: Terms
    actor: str
    dry_run: bool
    view: str
    request_id: str
    most: int
    clock: Callable[[], datetime]
    obstacle: Callable[[], Problem | None]
    basis: Callable[[], Basis]
    pool: DeciderPool

    @property
    def ahead(self) -> int:
        """So many groups are decided while the one before them is not recorded yet."""
        count = self.pool.count
        return 2 + count * PART_RECORDS // BATCH_LIMIT if count else 0

    def part(self, records: Iterable[bytes | JSONValue]) -> Part:
        """Return records with the terms of the batch."""
        return Part(
            records=tuple(records),
            terms=self.terms,
            actor=self.actor,
            decided_at=self.clock(),
            in_full=self.view == FULL,
            dry_run=self.dry_run,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item: where it stands, and its value or the line that has it, or the problem it is."""

    place: int
    value: bytes | JSONValue | None = None
    problem: Problem | None = None

    @property
    def size(self) -> int:
        """How many bytes the line has."""
        return len(self.value) if isinstance(self.value, bytes) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Items that are recorded together, and the parts of them, each with who decides it if any."""

    items: Sequence[_Item]
    parts: Sequence[tuple[Part, "Future[Elsewhere | None] | None"]]


def answer_array(batch: Batch, values: Sequence[JSONValue]) -> Iterator[bytes]:
    """Yield the pieces of a JSON array, with the answer to each value of another."""
    separator = b"["
    groups = (
        [
            _Item(place=start + offset, value=value)
            for offset, value in enumerate(values[start : start + BATCH_LIMIT])
        ]
        for start in range(0, len(values), BATCH_LIMIT)
    )
    for made in chain.from_iterable(_answers(batch, groups, "index", lambda: True)):
        yield separator + b"\n" + made
        separator = b","
    yield b"[]\n" if separator == b"[" else b"\n]\n"


def answer_lines(batch: Batch, body: StreamedBody, limit: int) -> Iterator[bytes]:
    """Yield the lines that answer the lines of a body, a group at a time."""
    groups = _groups(_items(batch, body, limit), body.has_line)
    for made in _answers(batch, groups, "line", body.has_line):
        yield b"".join(each + b"\n" for each in made)


def _groups(items: Iterator[_Item], has_more: Callable[[], bool]) -> Iterator[list[_Item]]:
    group: list[_Item] = []
    size = 0
    for item in items:
        group.append(item)
        size += item.size
        if len(group) >= BATCH_LIMIT or size >= GROUP_BYTES or not has_more():
            yield group
            group, size = [], 0
    if group:
        yield group


def _items(batch: Batch, body: StreamedBody, limit: int) -> Iterator[_Item]:
    """Yield the items of an NDJSON body; blank lines are none."""
    lines, count = Lines(body), 0  # type: ignore[arg-type] # It asks a stream for lines only.
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
    if body.is_too_large:
        yield _Item(place=lines.number + 1, problem=too_large(limit))
    elif body.is_unkept:
        detail = "there is no room here for what arrives; nothing from this line on was decided"
        yield _Item(place=lines.number + 1, problem=retry_later(UNAVAILABLE, detail))
    elif body.is_incomplete:
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
    return _Item(place=number, value=text) if text else None


# --- deciding, recording, telling ---------------------------------------------------------------


def _answers(
    batch: Batch, groups: Iterable[Sequence[_Item]], place: str, has_more: Callable[[], bool]
) -> Iterator[list[bytes]]:
    """Yield the answers to the items of each group, once all of them are in the log.

    The next group is waited for only once everything before it is answered.
    """
    under_way = deque[_Group]()
    is_long = False
    for items in groups:
        is_long = is_long or _is_full(items)
        under_way.append(_begun(batch, items, elsewhere=is_long))
        while under_way and (len(under_way) > batch.ahead or not has_more()):
            yield _told(batch, under_way.popleft(), place)
    for group in under_way:
        yield _told(batch, group, place)


def _is_full(items: Sequence[_Item]) -> bool:
    return len(items) >= BATCH_LIMIT or sum(item.size for item in items) >= GROUP_BYTES


def _begun(batch: Batch, items: Sequence[_Item], *, elsewhere: bool) -> _Group:
    """Return a group, with its parts given out where there is anybody to decide them."""
    values = [item.value for item in items if item.problem is None]
    if not batch.pool.count or not elsewhere or len(values) <= PART_RECORDS:
        return _Group(items=items, parts=[(batch.part(values), None)])
    parts = [
        batch.part(values[start : start + PART_RECORDS])
        for start in range(0, len(values), PART_RECORDS)
    ]
    try:
        basis = batch.basis()
    except NotFresh:  # As will be told when the group has its turn.
        return _Group(items=items, parts=[(part, None) for part in parts])
    return _Group(items=items, parts=[(part, batch.pool.decide(basis, part)) for part in parts])


def _told(batch: Batch, group: _Group, place: str) -> list[bytes]:
    """Return the answers to the items of a group, once all of them are in the log."""
    found = _decided(batch, group)
    if isinstance(found, Problem):
        return [_failed(batch, item, _own(item) or found, place) for item in group.items]
    drafts = [
        each.draft for each in found if isinstance(each, PartDecision) and each.draft is not None
    ]
    answers = iter(batch.recorder.log(drafts))
    outcomes = iter(found)
    return [
        _failed(batch, item, item.problem, place)
        if item.problem is not None
        else _answer(batch, item, next(outcomes), answers, place)
        for item in group.items
    ]


def _decided(batch: Batch, group: _Group) -> Sequence[Outcome] | Problem:
    """Return what comes of the items of a group that are none of them a problem by themselves."""
    with stage("decide") as tell:
        made = [None if each is None else each.result() for _, each in group.parts]
        # INVARIANT: asked once what others decided is there, and before anything is decided here,
        # so that in either case what is recorded is decided by what is in force.
        obstacle = batch.obstacle()
        if obstacle is not None:
            return obstacle
        try:
            number = batch.basis().number if any(made) else None
            outcomes = [
                outcome
                for (part, _), one in zip(group.parts, made, strict=True)
                for outcome in (
                    one.outcomes
                    if one is not None and one.number == number
                    else batch.recorder.decide(part)
                )
            ]
        except NotFresh as error:
            return retry_later(NOT_FRESH, str(error), 1)
        tell(batch.recorder.evaluated(outcomes))
    return outcomes


def _answer(
    batch: Batch, item: _Item, outcome: Outcome, answers: Iterator[Answer], place: str
) -> bytes:
    if isinstance(outcome, InvalidJSON):
        return _failed(batch, item, _own(item), place)
    if isinstance(outcome, Refused):
        return _failed(batch, item, malformed_submission(outcome), place)
    receipt = None if outcome.draft is None else next(answers)
    if isinstance(receipt, LogError):
        return _failed(batch, item, unlogged(receipt), place)
    return told_decision(outcome.answer, receipt, {place: item.place})


def _own(item: _Item) -> Problem | None:
    """Return the problem that an item is by itself, if it is one."""
    if item.problem is not None or not isinstance(item.value, bytes):
        return item.problem
    try:
        read_json(item.value)
    except JSONFault as fault:
        problem = malformed_json(fault)
        errors = tuple(replace(error, line=None) for error in problem.errors)
        detail = f"{fault.message}, in column {fault.column}"
        return replace(problem, detail=detail, errors=errors)
    return None


def _failed(batch: Batch, item: _Item, problem: Problem | None, place: str) -> bytes:
    assert problem is not None  # noqa: S101 - what was unread once is unread again.
    return encoded({"error": problem.document(batch.request_id), place: item.place})
