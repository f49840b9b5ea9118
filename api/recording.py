"""Deciding and recording as one operation: a decision is answered once it is logged, or not at all.

A dry run decides and records nothing, and its outcome has no receipt.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine import Engine
from engine.audit.entries.idempotency import RequestKey
from engine.audit.entries.record import SealedRecord
from engine.audit.errors import LogError, RecordError
from engine.audit.log import Answer, Committer, DecidedBefore, Receipt
from engine.evaluation.standing_facts.book import FactBook

from .deciding.drafts import (
    Counts,
    Draft,
    InvalidJSON,
    Outcome,
    Part,
    PartDecision,
    decide_part,
    random_id,
    record_of,
)
from .deciding.submission import Decided, Refused, Terms, submit
from .metrics.instruments import Metrics
from .tracing.stages import FAILURE, Attributes, stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A decision that may be answered, and where it lies in the log.

    `receipt` is None for a dry run, and for nothing else.
    """

    decided: Decided
    receipt: Receipt | None


def _nothing_known(_: Engine) -> FactBook | None:
    return None


class Recorder:
    """Decides by one engine and writes to one log. Safe to share between threads.

    `standing` gives the standing facts that are known to an engine now; whatever it raises, every
    method that decides may raise. `fork` says why nothing may be logged, None where it may.
    """

    def __init__(  # noqa: PLR0913 - two that are asked for what changes, beside the parts.
        self,
        engine: Engine,
        committer: Committer,
        *,
        clock: Callable[[], datetime],
        metrics: Metrics | None = None,
        standing: Callable[[Engine], FactBook | None] = _nothing_known,
        fork: Callable[[], LogError | None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._committer = committer
        self._clock = clock
        self._metrics = metrics if metrics is not None else Metrics()
        self._standing = standing
        self._fork = fork

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

        `record` is what `submit` takes, and raises as that does. Raises `LogBusy`, `LogUnavailable`
        or another `LogError`; there is then no decision. With a request that has a decision
        already, that is `DecidedBefore`.
        """
        known = replace(terms, standing=self._standing(self._engine))
        decided = self._decided(record, known)
        if isinstance(decided, Refused):
            return decided
        if dry_run:
            return Recorded(decided=decided, receipt=None)
        made = record_of(decided, known, actor=actor, decided_at=self._clock(), request=request)
        (answer,) = self.log([Draft.of(made, Counts.of(decided))])
        if isinstance(answer, LogError):
            raise answer
        return Recorded(decided=decided, receipt=answer)

    def draft(self, record: object, *, terms: Terms, actor: str) -> tuple[Decided, Draft] | Refused:
        """Decide on one record, and return the decision with what `log` is to record of it.

        `record` is what `submit` takes, and raises as that does.
        """
        known = replace(terms, standing=self._standing(self._engine))
        decided = self._decided(record, known)
        if isinstance(decided, Refused):
            return decided
        made = record_of(decided, known, actor=actor, decided_at=self._clock())
        return decided, Draft.of(made, Counts.of(decided))

    def _decided(self, record: object, known: Terms) -> Decided | Refused:
        with stage("decide") as tell:
            started = time.perf_counter()
            decided = submit(self._engine, record, terms=known, id=random_id())
            seconds = time.perf_counter() - started
            tell({"assent.policy_set": self._engine.identity.name, "assent.records": 1})
            tell({"assent.outcome": _outcome_of(decided)})
        if isinstance(decided, Decided):
            self._metrics.evaluated(seconds)
        return decided

    def decide(self, part: Part) -> tuple[Outcome, ...]:
        """Return the outcome of each record of a part of a batch; nothing is recorded yet."""
        part = replace(part, decided_at=self._clock())
        return decide_part(self._engine, self._standing(self._engine), part)

    def log(self, drafts: Sequence[Draft]) -> Sequence[Answer]:
        """Log decisions in as few commits as may be; answers each, in order, once it is durable."""
        answers = self._commit([each.record for each in drafts])
        for draft, answer in zip(drafts, answers, strict=True):
            if isinstance(answer, Receipt):
                self._metrics.decided(draft.counts)
        return answers

    def _commit(self, waiting: Sequence[SealedRecord | RecordError]) -> Sequence[Answer]:
        if not waiting:
            return ()
        with self._metrics.waiting(len(waiting)), stage("commit") as tell:
            fork = self._fork()
            answers = [fork] * len(waiting) if fork else self._committer.append_many(waiting)
            tell({"assent.records": len(waiting), **_failure_of(answers)})
        return answers

    def evaluated(self, outcomes: Sequence[Outcome]) -> Attributes:
        """Count the time that decisions took, here or elsewhere; return what a span says of them.

        That is nothing of what was decided on, and by whom.
        """
        for each in outcomes:
            if isinstance(each, PartDecision):
                self._metrics.evaluated(each.seconds)
        read = sum(not isinstance(each, InvalidJSON) for each in outcomes)
        return {"assent.policy_set": self._engine.identity.name, "assent.records": read}


def _outcome_of(decided: Decided | Refused) -> str:
    return "refused" if isinstance(decided, Refused) else decided.decision.effect.value


def _failure_of(answers: Sequence[Answer]) -> Attributes:
    """Return the first failure to write; a decision that was there before is none."""
    for each in answers:
        if isinstance(each, LogError) and not isinstance(each, DecidedBefore):
            return {FAILURE: type(each).__name__}
    return {}
