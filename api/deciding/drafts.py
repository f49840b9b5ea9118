"""Decisions in transit: made and sealed in one process, and logged and counted by another.

A part of a batch is some consecutive records. Its result depends only on the part, the engine and
the standing facts, besides ids and salts, which are random: it is the same in whichever process it
is made.

The logged input is everything that went into the decision besides the policies: the record as it
was submitted, its format, the terms (`as_of` …), the text of each waiver granted for it by request,
and the standing facts that could influence it. A replay needs no more.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import msgspec

from engine import Decision, Engine
from engine.audit.entries.idempotency import RequestKey
from engine.audit.entries.record import DecisionRecord, SealedRecord, seal
from engine.audit.errors import RecordError
from engine.bundle.grants import name_of
from engine.evaluation.document import instant_text
from engine.evaluation.result import Status
from engine.evaluation.standing_facts.application import FactsUsed
from engine.evaluation.standing_facts.book import FactBook
from engine.evaluation.values import Campaign
from engine.source.json_fault import JSONLimits
from engine.source.json_text import JSONFault, JSONValue, compact, read_json

from .submission import TOGETHER, Decided, Refused, Terms, read_plainly, submit_read

PART_RECORDS = 64
"""The most records of one part."""

RECORDED_LIMITS = JSONLimits(document=64 * 1024 * 1024, depth=128, marks=JSONLimits().string)
"""Of what was recorded: it holds what was submitted, within the limits of a submission."""

_INPUT = msgspec.json.Encoder(decimal_format="number")
_ANSWER = msgspec.json.Encoder()
_COUNTED = (Status.VIOLATED, Status.UNDETERMINED, Status.WAIVED, Status.EXCEPTED)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of a decision; `hits` are its remarkable rules, each with its status."""

    policy_set: str
    outcome: str
    conclusive: bool
    hits: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, decided: Decided) -> "Counts":
        """Return what is counted of a decision."""
        decision = decided.decision
        return cls(
            policy_set=decided.engine.identity.name,
            outcome=decision.effect.value,
            conclusive=decision.verdict.conclusive,
            hits=tuple(
                (result.rule.id, result.status.value) for result in decision.with_status(*_COUNTED)
            ),
        )


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that is to be logged: its record, sealed, and what is counted then.

    The record is the error where the log cannot hold it.
    """

    record: SealedRecord | RecordError
    counts: Counts

    @classmethod
    def of(cls, record: DecisionRecord, counts: Counts) -> "Draft":
        """Return a decision with its record sealed."""
        try:
            return cls(record=seal(record), counts=counts)
        except RecordError as error:
            return cls(record=error, counts=counts)

    @property
    def size(self) -> int:
        """How many bytes its contents have."""
        if isinstance(self.record, RecordError):
            return 0
        return len(self.record.payload.input) + len(self.record.payload.result)


def record_of(
    decided: Decided,
    terms: Terms,
    *,
    actor: str,
    decided_at: datetime,
    request: RequestKey | None = None,
) -> DecisionRecord:
    """Return what is to be logged of a decision that was made on some terms, when and for whom.

    Raises `ValueError` for one that assumes another day of launch: who reads the log, its
    counts or a receipt would take it for a decision on the campaign.
    """
    if terms.as_if_launched is not None:
        raise ValueError("what is decided as if launched on another day is not recorded")
    decision = decided.decision
    return DecisionRecord(
        decision_id=decided.id,
        decided_at=decided_at,
        input=input_of(decided.record, terms, grants=decision.grants, standing=decision.standing),
        result=decided.write(),
        actor=actor,
        request=request,
        waivers=_used(decision),
    )


class PartDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on one record of a part, and the `seconds` that it took.

    `answer` is the JSON object of the answer, without its position in the log. `draft` is None in a
    dry run.
    """

    answer: bytes
    seconds: float
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class InvalidJSON:
    """A record whose text is not JSON."""


Outcome: TypeAlias = PartDecision | Refused | InvalidJSON
"""What comes of one record of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some records of a batch: JSON values, or the bytes of texts that are not read yet.

    `terms` have no standing facts. `actor` is for whom they are decided, and `decided_at` when they
    were handed over to be. With `in_full` an answer lists every rule.
    """

    records: tuple[bytes | JSONValue, ...]
    terms: Terms
    actor: str
    decided_at: datetime
    in_full: bool
    dry_run: bool


def decide_part(engine: Engine, standing: FactBook | None, part: Part) -> tuple[Outcome, ...]:
    """Return the outcome of each record, in order."""
    terms, records = replace(part.terms, standing=standing), part.records
    return tuple(
        outcome
        for start in range(0, len(records), TOGETHER)
        for outcome in _together(engine, records[start : start + TOGETHER], terms, part)
    )


def _together(
    engine: Engine, records: Sequence[bytes | JSONValue], terms: Terms, part: Part
) -> list[Outcome]:
    """Return the outcomes of some records: all are read, then all decided, written, and sealed."""
    read = [_read(engine, each, terms) for each in records]
    decided = [_decided(engine, each, terms) for each in read]
    written = [_written(each, terms, part) for each in decided]
    return [_outcome(each) for each in written]


@dataclass(frozen=True, slots=True)
class _Read:
    """A record, the campaign in it as `read_plainly` returns it, and how long that took."""

    record: bytes | JSONValue
    campaign: Campaign | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Written:
    """A decision on a record, not sealed yet; without `record` in a dry run."""

    answer: bytes
    seconds: float
    record: DecisionRecord | None
    counts: Counts


def _read(engine: Engine, record: bytes | JSONValue, terms: Terms) -> _Read:
    started = time.perf_counter()
    campaign = read_plainly(engine, record, terms)
    return _Read(record, campaign, time.perf_counter() - started)


def _decided(
    engine: Engine, read: _Read, terms: Terms
) -> tuple[Decided, float] | Refused | InvalidJSON:
    started = time.perf_counter()
    try:
        made = submit_read(engine, read.record, read.campaign, terms=terms, id=random_id())
    except JSONFault:
        return InvalidJSON()
    if isinstance(made, Refused):
        return made
    return made, read.seconds + time.perf_counter() - started


def _written(
    outcome: tuple[Decided, float] | Refused | InvalidJSON, terms: Terms, part: Part
) -> _Written | Refused | InvalidJSON:
    if not isinstance(outcome, tuple):
        return outcome
    decided, seconds = outcome
    record, told = None, decided.document if part.in_full else decided.summary
    if part.dry_run:
        told = told | {"id": None}
    else:
        record = record_of(decided, terms, actor=part.actor, decided_at=part.decided_at)
    return _Written(_ANSWER.encode(told), seconds, record, Counts.of(decided))


def _outcome(written: _Written | Refused | InvalidJSON) -> Outcome:
    if not isinstance(written, _Written):
        return written
    record = written.record
    draft = None if record is None else Draft.of(record, written.counts)
    return PartDecision(answer=written.answer, seconds=written.seconds, draft=draft)


def random_id() -> str:
    """Return a new id of a decision."""
    return str(uuid.uuid4())


def input_of(
    record: object,
    terms: Terms,
    *,
    grants: Sequence[str] = (),
    standing: FactsUsed | None = None,
) -> bytes:
    """Return what is logged as the input of a decision: a JSON object; decimals stay exact.

    `record` is a JSON value, or as `bytes` the text of one. `grants` are the waivers that were
    granted apart from the policies and had their part in it, and `standing` what the decision has
    of standing facts; without any it has no member of them.
    """
    launched = terms.as_if_launched
    met = () if standing is None else standing.relevant
    members: dict[str, object] = {
        "format": terms.format,
        "as_of": instant_text(terms.as_of),
        "as_if_launched": launched.isoformat() if launched is not None else None,
        "campaign": msgspec.Raw(compact(record)) if isinstance(record, bytes) else record,
    }
    if grants:
        members["waivers"] = grants
    if met:
        members["standing_facts"] = [dict(each.document) for each in met]
    return _INPUT.encode(members)


def is_input_of(recorded: bytes, record: object, form: str) -> bool:
    """Whether a logged input is of a record in a format: a JSON value, or as `bytes` a text."""
    asked = read_json(record, limits=RECORDED_LIMITS) if isinstance(record, bytes) else record
    found = read_json(recorded, limits=RECORDED_LIMITS)
    return isinstance(found, dict) and (found["format"], found["campaign"]) == (form, asked)


def _used(decision: Decision) -> tuple[str, ...]:
    """Return the names of the granted waivers that let a breach pass."""
    granted = {name_of(text) for text in decision.grants}
    holding = {each.name for result in decision.waived for each in result.waivers}
    return tuple(sorted(granted & holding))
