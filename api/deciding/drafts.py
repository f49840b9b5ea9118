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
from engine.source.json_fault import JSONLimits
from engine.source.json_text import JSONFault, JSONValue, compact, read_json

from .submission import Decided, Refused, Terms, submit

PART_RECORDS = 64
"""The most records of one part."""

RECORDED_LIMITS = JSONLimits(document=64 * 1024 * 1024, depth=128)
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
    def of(
        cls,
        decided: Decided,
        terms: Terms,
        *,
        actor: str,
        decided_at: datetime,
        request: RequestKey | None = None,
    ) -> "Draft":
        """Return what is to be logged of a decision that was made on some terms, when and for whom.

        Raises `ValueError` for one that assumes another day of launch: who reads the log, its
        counts or a receipt would take it for a decision on the campaign.
        """
        if terms.as_if_launched is not None:
            raise ValueError("what is decided as if launched on another day is not recorded")
        decision = decided.decision
        record = DecisionRecord(
            decision_id=decided.id,
            decided_at=decided_at,
            input=input_of(
                decided.record, terms, grants=decision.grants, standing=decision.standing
            ),
            result=decided.write(),
            actor=actor,
            request=request,
            waivers=_used(decision),
        )
        return cls(record=_sealed(record), counts=Counts.of(decided))

    @property
    def size(self) -> int:
        """How many bytes its contents have."""
        if isinstance(self.record, RecordError):
            return 0
        return len(self.record.payload.input) + len(self.record.payload.result)


def _sealed(record: DecisionRecord) -> SealedRecord | RecordError:
    try:
        return seal(record)
    except RecordError as error:
        return error


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
    terms = replace(part.terms, standing=standing)
    return tuple(_outcome(engine, record, terms, part) for record in part.records)


def _outcome(engine: Engine, record: bytes | JSONValue, terms: Terms, part: Part) -> Outcome:
    started = time.perf_counter()
    try:
        decided = submit(engine, record, terms=terms, id=random_id())
    except JSONFault:
        return InvalidJSON()
    if isinstance(decided, Refused):
        return decided
    seconds = time.perf_counter() - started
    draft = None
    if not part.dry_run:
        draft = Draft.of(decided, terms, actor=part.actor, decided_at=part.decided_at)
    told = decided.document if part.in_full else decided.summary
    answer = told if draft is not None else told | {"id": None}
    return PartDecision(answer=_ANSWER.encode(answer), seconds=seconds, draft=draft)


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
