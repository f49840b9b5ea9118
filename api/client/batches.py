"""Many campaigns: sent in groups, answered one by one, in order, in flat memory.

A group is one request to `POST /v1/decisions/batch`, as NDJSON. All groups are decided as of the
same instant, that of the first answer where none was given. A batch has no idempotency key: a group
that may have arrived is not sent again, unless it is a dry run.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from .answers import Decision, Truthless
from .bodies import Campaign, encoded_line
from .errors import AssentError, Problem, UnexpectedAnswerError, problem_error
from .transport import Request, Transport

GROUP_ITEMS = 1_000
GROUP_BYTES = 4 * 1024 * 1024
NDJSON = "application/x-ndjson"


class BatchItem(Truthless, frozen=True, kw_only=True):
    """What came of one campaign of a batch: a decision, or the problem for which there is none.

    `number` counts the campaigns from one.
    """

    told_by: ClassVar[str] = "allowed"

    number: int
    outcome: Decision | Problem

    @property
    def allowed(self) -> bool:
        """Whether there is a decision, and it allows the campaign."""
        return isinstance(self.outcome, Decision) and self.outcome.allowed


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    line: int
    error: Problem | None = None


_READ_LINE = msgspec.json.Decoder(_Line)
_READ_DECISION = msgspec.json.Decoder(Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest:
    """On what terms a batch is decided: the parameters of its query."""

    query: dict[str, str]
    dry_run: bool
    group_items: int = GROUP_ITEMS


def decide_batch(
    transport: Transport, campaigns: Iterable[Campaign], asked: BatchRequest
) -> Generator[BatchItem]:
    """Yield what comes of each campaign. Raises `AssentError`; what was yielded before stands."""
    query, before = dict(asked.query), 0
    for group in _groups(campaigns, asked.group_items):
        request = Request(
            method="POST",
            path="/v1/decisions/batch",
            is_repeatable=asked.dry_run,
            accept=NDJSON,
            query=query,
            headers={"Content-Type": NDJSON},
            body=b"".join(group),
        )
        answered = 0
        for line in transport.lines(request):
            answered += 1
            item = _item(line, answered, before, dry_run=asked.dry_run)
            if answered > len(group):  # What is wrong with the body as a whole comes last.
                raise _trailing(item)
            if isinstance(item.outcome, Decision):
                query.setdefault("as_of", item.outcome.as_of.isoformat())
            yield item
        if answered != len(group):
            count = f"{answered:,} of {len(group):,}"
            raise UnexpectedAnswerError(f"{count} campaigns after {before:,} were answered")
        before += answered


def _groups(campaigns: Iterable[Campaign], most: int) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    size = 0
    for number, campaign in enumerate(campaigns, start=1):
        line = encoded_line(campaign, number)
        if group and (len(group) == most or size + len(line) > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(line)
        size += len(line)
    if group:
        yield group


def _item(text: str, line: int, before: int, *, dry_run: bool) -> BatchItem:
    try:
        place = _READ_LINE.decode(text)
        if place.line != line:
            raise UnexpectedAnswerError(f"the answer to campaign {before + line:,} is missing")
        if place.error is not None:
            return BatchItem(number=before + line, outcome=place.error)
        decision = _READ_DECISION.decode(text)
    except msgspec.MsgspecError as error:
        raise UnexpectedAnswerError(f"the answer to campaign {before + line:,} is none") from error
    check_recorded(decision, dry_run=dry_run)
    return BatchItem(number=before + line, outcome=decision)


def _trailing(item: BatchItem) -> AssentError:
    if isinstance(item.outcome, Problem):
        return problem_error(item.outcome)
    return UnexpectedAnswerError("there are more answers than campaigns")


def check_recorded(decision: Decision, *, dry_run: bool) -> None:
    """Raise `UnexpectedAnswerError` unless a decision is in the log, or is none that should be."""
    is_logged = decision.id is not None and decision.receipt is not None
    if {decision.recorded, is_logged} != {not dry_run}:
        raise UnexpectedAnswerError("the decision is not recorded as it was asked to be")
