"""What the routes use: the parts of one process, made by whoever starts it."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from api.deciders.pool import DeciderPool
from api.deciding.replay import Replayer
from api.http.admission.rates import Rates
from api.identity.tokens import Tokens
from api.in_force.keys import KeysInForce
from api.in_force.policies import PoliciesInForce
from api.metrics.instruments import Metrics
from api.recording import Recorder
from api.tracing.stages import Answered
from engine import Engine
from engine.audit.checkpoints.publishing import CheckpointPublisher
from engine.audit.checkpoints.signing import CheckpointSigner
from engine.audit.log import Committer
from engine.storage.governance.policies import PolicyVersions
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.standing_facts import StandingFacts
from engine.storage.governance.waivers import Waivers
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.idempotency_keys import IdempotencyKeys
from engine.storage.log.tile_log import TileLog
from engine.storage.readiness import Readiness
from engine.storage.search.decisions import Decisions
from engine.storage.search.saved_queries import SavedQueries

from .problems import BUSY, ProblemRaised, retry_later


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one request may ask for, in bytes and in campaigns."""

    body: int
    batch: int
    batch_records: int


class Streams:
    """The streams that one process may have open at a time: batches, evaluations and exports.

    A stream holds a thread for as long as its client likes. With fewer of them than threads, there
    is always a thread for single decisions and for health checks.
    """

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    def open(self) -> ExitStack:
        """Return a place, which is free again once closed. Raises `ProblemRaised` for none."""
        if not self._free.acquire(blocking=False):
            detail = "as many batches and exports are open as this process serves"
            raise ProblemRaised(retry_later(BUSY, detail, 1))
        place = ExitStack()
        place.callback(self._free.release)
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of one process. `clock` gives the instant of a decision that names none.

    `recorder` makes what decides by an engine and records: one for each request. `send_spans` is
    there where spans are exported. `pool` has the processes that decide long batches, be it none.
    """

    policies: PoliciesInForce
    policy_sets: PolicySets
    policy_versions: PolicyVersions
    waivers: Waivers
    recorder: Callable[[Engine], Recorder]
    standing_facts: StandingFacts
    committer: Committer
    decisions: Decisions
    request_keys: IdempotencyKeys
    erasures: Erasures
    saved_queries: SavedQueries
    replayer: Replayer
    keys: KeysInForce
    tiles: TileLog
    signer: CheckpointSigner
    publisher: CheckpointPublisher
    vouched: AttestationStore
    log_is_public: bool
    public_url: str | None
    probe: Callable[[], Readiness]
    clock: Callable[[], datetime]
    limits: Limits
    streams: Streams
    pool: DeciderPool
    metrics: Metrics = field(default_factory=Metrics)
    metrics_are_public: bool = False
    rates: Rates | None = None
    origins: frozenset[str] = frozenset()
    tokens: Tokens | None = None
    send_spans: Callable[[Answered], None] | None = None
