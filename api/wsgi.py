"""The composition root: the WSGI application of one process (PEP 3333), built from the settings.

`gunicorn 'api.wsgi:application()'` serves it; so does `assent serve`, by `api.server`. Components
are built after the fork, so that each process has its own connections and its own committer thread.
"""

import atexit
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.audit.checkpoints.publishing import CheckpointPublisher, Watch
from engine.audit.checkpoints.signing import CheckpointSigner, LogForked
from engine.audit.checkpoints.stamping import CheckpointStamper
from engine.audit.instants import utc_now
from engine.audit.log import Committer
from engine.storage.databases.database import Database
from engine.storage.errors import StorageError
from engine.storage.governance.policies import PolicyVersions
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.standing_facts import StandingFacts
from engine.storage.governance.waivers import Waivers
from engine.storage.keys import ApiKeys
from engine.storage.lifecycle.cleaning import Cleaner
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.retention import Retention
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.idempotency_keys import IdempotencyKeys
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.readiness import Readiness, probe
from engine.storage.search.decisions import Decisions
from engine.storage.search.saved_queries import SavedQueries

from . import journal
from .deciders.pool import DeciderPool
from .deciding.replay import Replayer
from .http.admission.rates import Rates
from .http.app import create_app
from .http.service import Limits, Service, Streams
from .in_force.keys import KeysInForce
from .in_force.policies import PoliciesInForce
from .incidents import (
    note_cleaning,
    note_loss,
    note_policies,
    note_unusable,
    note_witness,
    noting,
)
from .installation.contents import open_database, problem_of
from .installation.prepared import check_prepared, policies_of
from .installation.publishing import publisher_of
from .installation.settings import Settings, load_settings
from .installation.signing import reason_of, signer_of
from .installation.stamping import stamper_of
from .installation.tokens import tokens_of
from .metrics.instruments import MeasuredStore, Metrics
from .recording import Recorder
from .tracing.exporting import exporter_of

if TYPE_CHECKING:
    from .tracing.otlp import Exporter

_UNSEALED = "contents of the log can be neither sealed nor opened; `assent doctor` says why"

SERVICE = "service"
"""Who declares what its settings say, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running application, and what has to be done before its process ends."""

    wsgi: Callable[[dict[str, Any], Any], Iterable[bytes]]
    close: Callable[[], None]


def application(settings: Settings | None = None) -> Callable[..., Iterable[bytes]]:
    """Return the WSGI application; it is closed when the process ends.

    Without settings, those of the environment. Raises what `start` does, and `SettingsError`.
    """
    process = start(load_settings() if settings is None else settings)
    atexit.register(process.close)
    return process.wsgi


def start(settings: Settings, *, shared: Path | None = None) -> Process:
    """Make all parts of a process; it shares counts and limits in the directory `shared`.

    Raises `SetupError` where the database is not prepared or its policies cannot decide, and
    `StorageError`.
    """
    journal.configure(settings.log_level)
    database = open_database(settings)
    try:
        return _started(settings, database, shared)
    except BaseException:
        database.close()
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """What runs beside the requests until the process ends."""

    policies: PoliciesInForce
    committer: Committer
    signer: CheckpointSigner
    publisher: CheckpointPublisher
    stamper: CheckpointStamper | None
    exporter: "Exporter | None"
    pool: DeciderPool
    metrics: Metrics

    def start(self) -> None:
        self.signer.start()
        self.publisher.start()
        self.policies.start()
        if self.stamper is not None:
            self.stamper.start()

    def close(self, database: Database) -> None:
        self.pool.close()
        self.policies.close()
        self.committer.close()
        self.signer.close()
        self.publisher.close()
        if self.stamper is not None:
            self.stamper.close()
        database.close()
        if self.exporter is not None:
            self.exporter.close()
        self.metrics.close()  # What was lost at the end is counted too.


def _started(settings: Settings, database: Database, shared: Path | None) -> Process:
    check_prepared(settings, database)
    policies = policies_of(settings, database, on_change=note_policies, on_unusable=note_unusable)
    metrics = Metrics(shared)
    store = SQLLogStore(database)
    on_writing = noting(metrics, "writing", "written")
    measured = MeasuredStore(store, metrics, on_change=on_writing)
    committer = Committer(
        measured,
        queue=settings.commit_queue,
        patience=settings.commit_patience,
        on_silence=measured.note,
    )
    on_signing = noting(metrics, "signing", "signed", reason_of)
    known = database.known
    signer = signer_of(settings, database, on_change=on_signing, appended=lambda: known.appended)
    known.confirm = signer.check
    if settings.retention is not None:
        with suppress(LogForked):  # Nothing is decided then, and the signer says why.
            Retention(database, settings.retention).declare(actor=SERVICE)
    on_publishing = noting(metrics, "publishing", "published")
    watch = Watch(on_witness=note_witness, on_failure=on_publishing)
    publisher = publisher_of(settings, database, signer, watch)
    on_stamping = noting(metrics, "stamping", "stamped")
    running = _Running(
        policies=policies,
        committer=committer,
        signer=signer,
        publisher=publisher,
        stamper=stamper_of(settings, publisher, on_failure=on_stamping),
        exporter=exporter_of(settings, metrics.lost),
        pool=_pool(settings, metrics),
        metrics=metrics,
    )
    check = partial(_probe, database, signer, partial(_check_written, store, measured))
    app = create_app(_service(settings, database, running, _rates(settings, shared), check))
    running.start()
    return Process(wsgi=app, close=partial(running.close, database))


def _service(
    settings: Settings,
    database: Database,
    running: _Running,
    rates: Rates | None,
    check: Callable[[], Readiness],
) -> Service:
    policies, signer, exporter = running.policies, running.signer, running.exporter
    cleaner = Cleaner(database, clock=utc_now, on_change=note_cleaning)
    return Service(
        policies=policies,
        policy_sets=PolicySets(database),
        waivers=Waivers(database),
        policy_versions=PolicyVersions(database),
        recorder=partial(
            Recorder,
            committer=running.committer,
            clock=utc_now,
            metrics=running.metrics,
            standing=policies.standing_facts,
            fork=lambda: signer.fork,
        ),
        standing_facts=StandingFacts(database),
        committer=running.committer,
        decisions=Decisions(database),
        request_keys=IdempotencyKeys(database, clock=utc_now),
        erasures=Erasures(database, clock=utc_now, finish_by=cleaner.finish),
        saved_queries=SavedQueries(database),
        replayer=Replayer(PolicyVersions(database), Erasures(database)),
        keys=KeysInForce(ApiKeys(database), clock=utc_now),
        tiles=TileLog(database),
        signer=signer,
        publisher=running.publisher,
        vouched=AttestationStore(path=settings.log_vouched),
        log_is_public=settings.log_public,
        public_url=settings.public_url,
        metrics=running.metrics,
        metrics_are_public=settings.metrics_public,
        rates=rates,
        origins=settings.cors_origins,
        tokens=tokens_of(settings),
        send_spans=None if exporter is None else exporter.send,
        pool=running.pool,
        probe=check,
        clock=utc_now,
        limits=Limits(
            body=settings.body_limit,
            batch=settings.batch_limit,
            batch_records=settings.batch_records,
        ),
        streams=Streams(settings.threads // 2),
    )


def _probe(
    database: Database, signer: CheckpointSigner, check_written: Callable[[], None]
) -> Readiness:
    found, failure = probe(database), signer.failure
    if found.problem is not None:
        return found
    if problem_of(database) is not None:  # Which may name files; whoever asks is unknown.
        return replace(found, problem=_UNSEALED)
    if failure is not None:
        return replace(found, problem=reason_of(failure))
    try:
        check_written()
    except StorageError as error:
        return replace(found, problem=f"the log is not written: {error}")
    return found


def _check_written(store: SQLLogStore, measured: MeasuredStore) -> None:
    """Raise `StorageError` where the log could not be written last, and cannot be now.

    It is tried here too: whoever is told that nothing can be had here routes nothing here.
    """
    if measured.is_failing:
        store.touch()
        measured.note(None)


def _rates(settings: Settings, shared: Path | None) -> Rates | None:
    if not settings.rate_limit:
        return None
    return Rates(settings.rate_limit, None if shared is None else shared / "rates")


def _pool(settings: Settings, metrics: Metrics) -> DeciderPool:
    """Return the processes that decide batches, of which none is started yet."""

    def on_loss(failure: Exception, records: int) -> None:
        if records:
            metrics.lost_part()
        note_loss(failure, records)

    return DeciderPool(settings.batch_processes, on_loss=on_loss, on_count=metrics.batch_processes)
