"""What counts: one object for each process, handed to whatever has something to count."""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.deciding.drafts import Counts
from engine.audit.checkpoints.signing import LogForked
from engine.audit.entries.sealed_acts import Entry, Sealed
from engine.audit.log import Answer, LogStore

from .declaration import (
    BATCH_PROCESSES,
    COMMIT,
    COMMIT_FAILURES,
    COMMIT_WAITING,
    DECISIONS,
    EVALUATION,
    FAILING,
    FORKED,
    PARTS_LOST,
    REFUSALS,
    REQUESTS,
    RULE_HITS,
    SPANS_LOST,
    Kind,
    Metric,
)
from .processes import Place

RULE_LIMIT = 2000
"""How many rules are told apart, so that no number of policies makes the answer endless."""

OTHER = "other"
"""The name of all other rules."""

ACTS = ("writing", "signing", "publishing", "stamping")
"""What happens to the log; all but the first, beside the requests."""


class Metrics:
    """The counts of one process, or of all that share a directory.

    Without a directory, this process counts for itself. Safe to share between threads.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._place = Place(directory) if directory is not None else None
        self._own = CollectorRegistry()
        self._requests = _remembered(_histogram(REQUESTS, self._own).labels)
        self._refusals = _counter(REFUSALS, self._own)
        self._decisions = _remembered(_counter(DECISIONS, self._own).labels)
        self._evaluation = _histogram(EVALUATION, self._own)
        self._rule_hits = _remembered(_counter(RULE_HITS, self._own).labels)
        self._commit = _histogram(COMMIT, self._own)
        self._commit_failures = _counter(COMMIT_FAILURES, self._own)
        self._waiting = _gauge(COMMIT_WAITING, self._own)
        self._failing = _gauge(FAILING, self._own)
        self._forked = _gauge(FORKED, self._own)
        self._spans_lost = _counter(SPANS_LOST, self._own)
        self._batch_processes = _gauge(BATCH_PROCESSES, self._own)
        self._parts_lost = _counter(PARTS_LOST, self._own)
        self._rules = Bounded(RULE_LIMIT)
        for act in ACTS:
            self.acted(act, None)

    def registry(self) -> CollectorRegistry:
        """Return what was counted, for one answer."""
        if self._place is not None:
            return self._place.registry()
        made = CollectorRegistry()
        made.register(self._own)
        return made

    def close(self) -> None:
        """Leave the place of this process to the next."""
        if self._place is not None:
            self._place.leave()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is one of the application's own."""
        self._requests(route, str(status)).observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a problem, by the name of its kind."""
        self._refusals.labels(reason).inc()

    def evaluated(self, seconds: float) -> None:
        """Count one campaign that was decided on."""
        self._evaluation.observe(seconds)

    def decided(self, counts: Counts) -> None:
        """Count a decision that is in the log."""
        policy_set, conclusive = counts.policy_set, "true" if counts.conclusive else "false"
        self._decisions(policy_set, counts.outcome, conclusive).inc()
        for hit, status in counts.hits:
            rule = hit if self._rules.knows((policy_set, hit)) else OTHER
            self._rule_hits(policy_set, rule, status).inc()

    def batch_processes(self, more: int) -> None:
        """Count processes that decide parts of batches: by how many they have become more."""
        self._batch_processes.inc(more)

    def lost_part(self) -> None:
        """Count a part of a batch that a process for batches did not decide on."""
        self._parts_lost.inc()

    @contextmanager
    def waiting(self, count: int) -> Iterator[None]:
        """Count decisions as waiting for their commit while the context lasts."""
        self._waiting.inc(count)
        try:
            yield
        finally:
            self._waiting.dec(count)

    def committed(self, seconds: float, *, failed: bool) -> None:
        """Count a transaction of the log."""
        self._commit.observe(seconds)
        if failed:
            self._commit_failures.inc()

    def acted(self, act: str, failure: Exception | None) -> None:
        """Tell whether one of `ACTS` failed the last time."""
        self._failing.labels(act).set(failure is not None)
        self._forked.labels(act).set(isinstance(failure, LogForked))

    def lost(self, spans: int) -> None:
        """Count spans that will never be exported."""
        self._spans_lost.inc(spans)


class Bounded:
    """Remembers the first so many things that it meets, and knows no others."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: set[Hashable] = set()

    def knows(self, thing: Hashable) -> bool:
        """Whether it is one of the first."""
        if len(self._known) < self._limit:
            self._known.add(thing)
        return thing in self._known


class MeasuredStore:
    """A `LogStore` whose transactions are counted; `on_change` is told where they begin to fail.

    It is told again of another failure than before, and of None once one succeeds. `is_failing` is
    whether the last did.
    """

    def __init__(
        self,
        store: LogStore,
        metrics: Metrics,
        *,
        on_change: Callable[[Exception | None], None] = lambda _failure: None,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._on_change = on_change
        self._told: tuple[type[Exception], str] | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the last transaction failed."""
        return self._told is not None

    def append(self, records: Sequence[Sealed]) -> Sequence[Answer]:
        """Append as the store does, and count it."""
        started, failure = time.perf_counter(), None
        try:
            return self._store.append(records)
        except Exception as error:
            failure = error
            raise
        finally:
            self._metrics.committed(time.perf_counter() - started, failed=failure is not None)
            self.note(failure)

    def note(self, failure: Exception | None) -> None:
        """Keep how the log was written last, be it tried elsewhere."""
        told = None if failure is None else (type(failure), str(failure))
        if told != self._told:
            self._told = told
            self._on_change(failure)

    def find(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """Find as the store does."""
        return self._store.find(ids)


_remembered = lru_cache(maxsize=2 * RULE_LIMIT)
"""Looks up what has some labels once: the library does that in Python each time, under a lock."""


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.meaning, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    return Histogram(
        metric.name, metric.meaning, metric.labels, buckets=metric.buckets, registry=registry
    )


def _gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    mode: Literal["livesum", "livemax"] = "livesum" if metric.kind is Kind.SUM else "livemax"
    return Gauge(
        metric.name, metric.meaning, metric.labels, registry=registry, multiprocess_mode=mode
    )
