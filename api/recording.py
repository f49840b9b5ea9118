"""Deciding and recording as one act: a decision is answered once it is in the log, or not at all.

What is logged as the input is everything that went into the decision beside the policies: the
record as it was submitted, its format, on what terms it was decided, the text of each waiver that
was granted for it by request, and the standing facts that could have any influence on it. A replay
needs no more.

A dry run decides and records nothing, and its outcome has no receipt.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import msgspec

from engine import Decision, Engine
from engine.audit.idempotency import RequestKey
from engine.audit.log import Answer, Committer, DecidedBefore, Receipt
from engine.audit.record import DecisionRecord, LogError
from engine.bundle.grants import name_of
from engine.evaluation.document import instant_text
from engine.evaluation.standing_facts.beneath import FactsUsed
from engine.evaluation.standing_facts.book import FactBook

from .metrics.instruments import Metrics
from .submission import Decided, Refused, Terms, submit
from .tracing.stages import FAILURE, Attributes, stage

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


def input_of(
    record: object,
    terms: Terms,
    *,
    grants: Sequence[str] = (),
    standing: FactsUsed | None = None,
) -> bytes:
    """Return what is logged as the input of a decision: a JSON object; decimals stay exact.

    `grants` are the waivers that were granted apart from the policies and had their part in it,
    and `standing` what the decision has of standing facts; without any it has no member of them.
    """
    launched = terms.as_if_launched
    met = () if standing is None else standing.met
    members = {
        "format": terms.format,
        "as_of": instant_text(terms.as_of),
        "as_if_launched": launched.isoformat() if launched is not None else None,
        "campaign": record,
    }
    if grants:
        members["waivers"] = grants
    if met:
        members["standing_facts"] = [dict(each.document) for each in met]
    return _ENCODER.encode(members)


def _used(decision: Decision) -> tuple[str, ...]:
    """Return the names of the granted waivers that let a breach pass."""
    granted = {name_of(text) for text in decision.grants}
    holding = {each.name for result in decision.waived for each in result.waivers}
    return tuple(sorted(granted & holding))


def _random_id() -> str:
    return str(uuid.uuid4())


def _nothing_known(_: Engine) -> FactBook | None:
    return None


class Recorder:
    """Decides by one engine and writes to one log. Safe to share between threads.

    `standing` gives the standing facts that are known to an engine now; whatever it raises, every
    method that records may raise.
    """

    def __init__(  # noqa: PLR0913 - an engine and a log, and what tests replace.
        self,
        engine: Engine,
        committer: Committer,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = _random_id,
        metrics: Metrics | None = None,
        standing: Callable[[Engine], FactBook | None] = _nothing_known,
    ) -> None:
        self._engine = engine
        self._committer = committer
        self._clock = clock
        self._new_id = new_id
        self._metrics = metrics if metrics is not None else Metrics()
        self._standing = standing

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
            (outcome,) = self._record([record], self._known(terms), actor, request)
        if isinstance(outcome, LogError):
            raise outcome
        return outcome

    def record_many(
        self, records: Sequence[object], *, terms: Terms, actor: str, dry_run: bool = False
    ) -> Sequence[Outcome]:
        """Decide on records and log them in as few commits as may be; answers each, in order."""
        known = self._known(terms)
        if not dry_run:
            return self._record(records, known, actor, None)
        return [
            one if isinstance(one, Refused) else Recorded(decided=one, receipt=None)
            for one in self._decide_all(records, known)
        ]

    def _known(self, terms: Terms) -> Terms:
        return replace(terms, standing=self._standing(self._engine))

    def _decide_all(self, records: Sequence[object], terms: Terms) -> Sequence[Decided | Refused]:
        with stage("decide") as tell:
            decided = [self._decide(record, terms) for record in records]
            tell(_told(self._engine.identity.name, decided))
        return decided

    def _decide(self, record: object, terms: Terms) -> Decided | Refused:
        started = time.perf_counter()
        decided = submit(self._engine, record, terms=terms, id=self._new_id())
        if isinstance(decided, Decided):
            self._metrics.evaluated(time.perf_counter() - started)
        return decided

    def _record(
        self, records: Sequence[object], terms: Terms, actor: str, request: RequestKey | None
    ) -> Sequence[Outcome]:
        decided, now = self._decide_all(records, terms), self._clock()
        waiting = [
            DecisionRecord(
                decision_id=one.id,
                decided_at=now,
                input=input_of(
                    record, terms, grants=one.decision.grants, standing=one.decision.standing
                ),
                result=one.write(),
                actor=actor,
                request=request,
                waivers=_used(one.decision),
            )
            for record, one in zip(records, decided, strict=True)
            if isinstance(one, Decided)
        ]
        answers = iter(self._commit(waiting))
        return [
            one if isinstance(one, Refused) else self._answered(one, next(answers))
            for one in decided
        ]

    def _commit(self, waiting: Sequence[DecisionRecord]) -> Sequence[Answer]:
        if not waiting:
            return ()
        with self._metrics.waiting(len(waiting)), stage("commit") as tell:
            answers = self._committer.append_many(waiting)
            tell({"assent.records": len(waiting), **_failure_of(answers)})
        return answers

    def _answered(self, decided: Decided, answer: Answer) -> Recorded | LogError:
        if isinstance(answer, LogError):
            return answer
        self._metrics.decided(self._engine.identity.name, decided)
        return Recorded(decided=decided, receipt=answer)


def _told(policy_set: str, decided: Sequence[Decided | Refused]) -> Attributes:
    """Return what a span may say of decisions: nothing of what was decided on, and by whom."""
    told: dict[str, str | int] = {"assent.policy_set": policy_set, "assent.records": len(decided)}
    if len(decided) == 1:
        (one,) = decided
        told["assent.outcome"] = (
            "refused" if isinstance(one, Refused) else one.decision.effect.value
        )
    return told


def _failure_of(answers: Sequence[Answer]) -> Attributes:
    """Return the first failure to write; a decision that was there before is none."""
    for each in answers:
        if isinstance(each, LogError) and not isinstance(each, DecidedBefore):
            return {FAILURE: type(each).__name__}
    return {}
