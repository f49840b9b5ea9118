"""Deciding and recording as one act: a decision is answered once it is in the log, or not at all.

What is logged as the input is everything that went into the decision beside the policies: the
record as it was submitted, its format, and on what terms it was decided. A replay needs no more.

A dry run decides and records nothing, and its outcome has no receipt.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from engine import Engine
from engine.audit.idempotency import RequestKey
from engine.audit.log import Answer, Committer, Receipt
from engine.audit.record import DecisionRecord, LogError
from engine.evaluation.document import instant_text

from .metrics.instruments import Metrics
from .submission import Decided, Refused, Terms, submit

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A decision that may be answered, and where it lies in the log.

    `receipt` is None for a dry run, and for nothing else.
    """

    decided: Decided
    receipt: Receipt | None


Outcome: TypeAlias = Recorded | Refused | LogError
"""What became of one record of several: decided, malformed, or decided in vain."""


def input_of(record: object, terms: Terms) -> bytes:
    """Return what is logged as the input of a decision: a JSON object; decimals stay exact."""
    launched = terms.as_if_launched
    return _ENCODER.encode(
        {
            "format": terms.format,
            "as_of": instant_text(terms.as_of),
            "as_if_launched": launched.isoformat() if launched is not None else None,
            "campaign": record,
        }
    )


def _random_id() -> str:
    return str(uuid.uuid4())


class Recorder:
    """Decides by one engine and writes to one log. Safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        committer: Committer,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = _random_id,
        metrics: Metrics | None = None,
    ) -> None:
        self._engine = engine
        self._committer = committer
        self._clock = clock
        self._new_id = new_id
        self._metrics = metrics if metrics is not None else Metrics()

    def record(
        self,
        record: object,
        *,
        terms: Terms,
        actor: str,
        dry_run: bool = False,
        request: RequestKey | None = None,
    ) -> Recorded | Refused:
        """Decide on one record, and return once the decision is durable.

        Raises `LogBusy`, `LogUnavailable` or another `LogError`; there is then no decision. With a
        request that has a decision already, that is `DecidedBefore`.
        """
        if dry_run:
            (outcome,) = self.record_many([record], terms=terms, actor=actor, dry_run=True)
        else:
            (outcome,) = self._record([record], terms, actor, request)
        if isinstance(outcome, LogError):
            raise outcome
        return outcome

    def record_many(
        self, records: Sequence[object], *, terms: Terms, actor: str, dry_run: bool = False
    ) -> Sequence[Outcome]:
        """Decide on records and log them in as few commits as may be; answers each, in order."""
        if not dry_run:
            return self._record(records, terms, actor, None)
        return [
            one if isinstance(one, Refused) else Recorded(decided=one, receipt=None)
            for one in (self._decide(record, terms) for record in records)
        ]

    def _decide(self, record: object, terms: Terms) -> Decided | Refused:
        started = time.perf_counter()
        decided = submit(self._engine, record, terms=terms, id=self._new_id())
        if isinstance(decided, Decided):
            self._metrics.evaluated(time.perf_counter() - started)
        return decided

    def _record(
        self, records: Sequence[object], terms: Terms, actor: str, request: RequestKey | None
    ) -> Sequence[Outcome]:
        decided, now = [self._decide(record, terms) for record in records], self._clock()
        waiting = [
            DecisionRecord(
                decision_id=str(one.document["id"]),
                decided_at=now,
                input=input_of(record, terms),
                result=one.write(),
                actor=actor,
                request=request,
            )
            for record, one in zip(records, decided, strict=True)
            if isinstance(one, Decided)
        ]
        with self._metrics.waiting(len(waiting)):
            answers = iter(self._committer.append_many(waiting))
        return [
            one if isinstance(one, Refused) else self._answered(one, next(answers))
            for one in decided
        ]

    def _answered(self, decided: Decided, answer: Answer) -> Recorded | LogError:
        if isinstance(answer, LogError):
            return answer
        self._metrics.decided(self._engine.identity.name, decided)
        return Recorded(decided=decided, receipt=answer)
