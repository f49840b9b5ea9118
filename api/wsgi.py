"""The WSGI application of one process (PEP 3333): every part made from the settings, once.

`gunicorn 'api.wsgi:application()'` serves it; so does `assent serve`, by `api.server`. Parts are
made after the fork, so that each process has its own connections and its own committer thread.
"""

import atexit
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from engine import Bundle, Engine, load_bundle
from engine.audit.canonical import canonical
from engine.audit.log import Committer
from engine.storage.database import Database
from engine.storage.decisions import Decisions
from engine.storage.keys import ApiKeys
from engine.storage.log_store import SQLLogStore
from engine.storage.policies import PolicyVersion, PolicyVersions
from engine.storage.readiness import probe

from .http import journal
from .http.app import create_app
from .http.service import Limits, Service, Streams
from .recording import Recorder
from .settings import Settings, load_settings
from .setup import SetupError


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


def start(settings: Settings) -> Process:
    """Make all parts of a process.

    Raises `SetupError` where the database is not prepared, `EngineError` where the policies cannot
    be read, and `StorageError`.
    """
    journal.configure(settings.log_level)
    database = Database(settings.database_url)
    check_prepared(database)
    bundle = load_bundle(settings.policies, name=settings.policy_set)
    PolicyVersions(database).keep(_version(bundle))
    committer = Committer(
        SQLLogStore(database), queue=settings.commit_queue, patience=settings.commit_patience
    )
    app = create_app(_service(settings, database, Engine(bundle), committer))

    def close() -> None:
        committer.close()
        database.close()

    return Process(wsgi=app, close=close)


def check_prepared(database: Database) -> None:
    """Raise `SetupError` unless a database is ready to serve."""
    found = probe(database)
    if not found.is_reachable:
        raise SetupError(f"{found.problem}; `assent init` prepares one")
    if found.problem is not None:
        raise SetupError(found.problem)


def _service(
    settings: Settings, database: Database, engine: Engine, committer: Committer
) -> Service:
    return Service(
        engine=engine,
        recorder=Recorder(engine, committer, clock=utc_now),
        decisions=Decisions(database),
        keys=ApiKeys(database),
        probe=partial(probe, database),
        clock=utc_now,
        limits=Limits(
            body=settings.body_limit,
            batch=settings.batch_limit,
            batch_records=settings.batch_records,
        ),
        streams=Streams(settings.threads // 2),
    )


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def _version(bundle: Bundle) -> PolicyVersion:
    return PolicyVersion(
        digest=bundle.digest,
        name=bundle.name,
        version=bundle.version,
        files=canonical(dict(bundle.files)),
    )
