"""Gauges that are read at the time of a scrape: the log, its checkpoints, its witnesses.

What cannot be read is left out, and `assent_ready` is then 0: the scrape itself never fails.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.in_force.policies import NotFresh
from engine.audit.checkpoints.publishing import CheckpointPublisher
from engine.audit.checkpoints.signing import CheckpointSigner
from engine.audit.errors import LogError
from engine.evaluation.document import Identity
from engine.storage.errors import StorageError
from engine.storage.readiness import Readiness

from .declaration import (
    BUNDLE,
    CHECKPOINT_AGE,
    CHECKPOINT_SIZE,
    LOG_SIZE,
    PUBLISHED_SIZE,
    READY,
    WITNESS_FAILING,
    WITNESS_FORKED,
    WITNESS_SIZE,
    Metric,
)

_Labels = TypeVar("_Labels", bound=tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Collector):
    """The parts of a process that know of the log, as a collector."""

    probe: Callable[[], Readiness]
    identities: Callable[[], tuple[Identity, ...]]
    signer: CheckpointSigner
    publisher: CheckpointPublisher

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is known now."""
        found, deciding = self.probe(), self._deciding()
        yield _one(READY, found.is_ready and deciding is not None)
        if found.size is not None:
            yield _one(LOG_SIZE, found.size)
        with suppress(LogError, StorageError):
            yield _one(CHECKPOINT_SIZE, self.signer.latest().head.size)
            yield _one(CHECKPOINT_AGE, self.signer.age())
        with suppress(LogError, StorageError):
            yield _one(PUBLISHED_SIZE, self.publisher.latest().head.size)
        with suppress(StorageError):
            yield from self._witnesses()
        if deciding is not None:
            yield _many(BUNDLE, {(x.name, x.version, x.digest, x.engine): 1 for x in deciding})

    def _deciding(self) -> tuple[Identity, ...] | None:
        """Return what decides, None where nobody can say."""
        try:
            return self.identities()
        except NotFresh:
            return None

    def _witnesses(self) -> Iterator[GaugeMetricFamily]:
        states = {each.key.name: state for each, state in self.publisher.states().items()}
        if states:
            yield _many(WITNESS_SIZE, {(name,): each.size for name, each in states.items()})
            failing = {(name,): each.problem is not None for name, each in states.items()}
            yield _many(WITNESS_FAILING, failing)
            yield _many(WITNESS_FORKED, {(name,): each.is_forked for name, each in states.items()})


def _one(metric: Metric, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric.name, metric.meaning, value=float(value))


def _many(metric: Metric, values: Mapping[_Labels, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, float(value))
    return family
