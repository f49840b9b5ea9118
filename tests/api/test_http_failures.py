"""What fails behind the service: there is then no decision, and the answer says so."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from api.deciders.pool import DeciderPool
from api.deciding.replay import Replayer
from api.http.app import create_app
from api.http.failures import problem_of
from api.http.service import Limits, Service, Streams
from api.in_force.keys import KeysInForce
from api.in_force.policies import PoliciesInForce
from api.installation.contents import open_database
from api.installation.publishing import publisher_of
from api.installation.signing import signer_of
from api.recording import Recorder
from api.wsgi import start
from engine.audit.entries.sealed_acts import Sealed
from engine.audit.errors import RecordError
from engine.audit.log import Answer, Committer, LogBusy
from engine.storage.errors import LogInconsistent, StorageUnavailable
from engine.storage.governance.policies import PolicyVersions
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.standing_facts import StandingFacts
from engine.storage.governance.waivers import Waivers
from engine.storage.keys import ApiKeys
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.idempotency_keys import IdempotencyKeys
from engine.storage.log.tile_log import TileLog
from engine.storage.readiness import probe
from engine.storage.search.decisions import Decisions
from engine.storage.search.saved_queries import SavedQueries
from tests.api import installation as parts
from tests.api.installation import Caller, Installation, allowed, copied, install
from tests.postgresql import PostgreSQLServer
from tests.waiting import until

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class BrokenStore:
    """A log that can be neither written nor read."""

    def append(self, _records: Sequence[Sealed]) -> Sequence[Answer]:
        raise StorageUnavailable("the disk is full")

    def find(self, _decision_ids: Sequence[str]) -> dict[str, Any]:
        raise StorageUnavailable("the disk is full")


class BusyCommitter(Committer):
    """A committer whose queue is full."""

    def append_many(self, records: Any) -> tuple[Answer, ...]:
        return tuple(LogBusy(retry_after=7) for _ in records)


class RefusingCommitter(Committer):
    """A committer that finds every record too long."""

    def append_many(self, records: Any) -> tuple[Answer, ...]:
        return tuple(RecordError("the leaf would be too long") for _ in records)


@pytest.fixture
def made(prepared: Installation, tmp_path: Path) -> Installation:
    return copied(prepared, tmp_path, log_level="error")


def _service(made: Installation, committer: Committer) -> Service:
    database = open_database(made.settings)
    policies = PoliciesInForce(database, default="assent", bound=60)
    policies.refresh()
    signer = signer_of(made.settings, database)

    def clock() -> datetime:
        return NOW

    return Service(
        policies=policies,
        policy_sets=PolicySets(database),
        waivers=Waivers(database),
        policy_versions=PolicyVersions(database),
        recorder=partial(Recorder, committer=committer, clock=clock),
        standing_facts=StandingFacts(database),
        committer=committer,
        decisions=Decisions(database),
        request_keys=IdempotencyKeys(database, clock=clock),
        erasures=Erasures(database),
        saved_queries=SavedQueries(database),
        replayer=Replayer(PolicyVersions(database), Erasures(database)),
        keys=KeysInForce(ApiKeys(database), clock=clock),
        tiles=TileLog(database),
        signer=signer,
        publisher=publisher_of(made.settings, database, signer),
        vouched=AttestationStore(path=made.settings.log_vouched),
        log_is_public=False,
        public_url=None,
        probe=lambda: probe(database),
        clock=clock,
        limits=Limits(body=1 << 20, batch=1 << 20, batch_records=100),
        streams=Streams(1),
        pool=DeciderPool(0, on_loss=lambda *_: None, on_count=lambda _: None),
    )


def _caller(made: Installation, committer: Committer) -> Caller:
    return Caller(app=create_app(_service(made, committer)), installation=made)


@pytest.mark.parametrize(
    ("kind", "status", "name", "wait"),
    [
        (Committer, 503, "unavailable", "5"),
        (BusyCommitter, 503, "busy", "7"),
        (RefusingCommitter, 422, "unrecordable", None),
    ],
)
def test_decision_that_is_not_recorded_is_not_given(
    made: Installation, kind: type[Committer], status: int, name: str, wait: str | None
) -> None:
    committer = kind(BrokenStore())
    api = _caller(made, committer)
    answer = api.post({"campaign": allowed()})
    parts.problem_of(answer, status, name)
    assert answer.headers.get("Retry-After") == wait
    for each in api.batch([allowed()] * 3):
        assert each["error"]["type"] == f"/problems/{name}"
        assert "decision" not in each
    (each,) = json.loads(api.post([allowed()], "/v1/decisions/batch").data)
    assert each["error"]["status"] == status
    committer.close()


def test_dry_run_needs_no_log(made: Installation) -> None:
    committer = Committer(BrokenStore())
    answer = _caller(made, committer).post({"campaign": allowed(), "dry_run": True})
    assert json.loads(answer.data)["as_of"] == "2026-11-23T09:00:00Z"
    committer.close()


def test_database_that_is_gone(made: Installation) -> None:
    started = start(made.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=made)
    assert api.post({"campaign": allowed()}).status_code == 200  # What is connected stays open.
    for path in made.settings.data_directory.glob("assent.db*"):
        path.unlink()
    made.settings.data_directory.rename(made.settings.data_directory.with_name("gone"))
    for answer in (
        api.get("/v1/decisions"),
        api.post({"campaign": allowed()}),
        api.get("/v1/log/export"),
    ):
        parts.problem_of(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "5"
    parts.problem_of(api.get("/health/ready", role=None), 503, "not-ready")
    of_opa = api.get("/health", role=None)
    assert (of_opa.status_code, list(json.loads(of_opa.data))) == (500, ["error"])
    assert api.get("/health/live", role=None).status_code == 200
    started.close()


def test_keys_that_are_gone_and_come_back(made: Installation) -> None:
    started = start(made.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=made)
    place = made.settings.data_directory
    signing = made.settings.log_key.rename(place / "away")
    parts.problem_of(api.get("/log/checkpoint", role="auditor"), 503, "unavailable")
    signing.rename(made.settings.log_key)
    assert api.get("/log/checkpoint", role="auditor").status_code == 200
    for file in ("content.key", "content-keys.db"):
        away = (place / file).rename(place / "away")
        told = parts.problem_of(api.get("/health/ready", role=None), 503, "not-ready")
        assert told["detail"].startswith("contents of the log can be neither sealed nor opened")
        away.rename(place / file)
        assert api.get("/health/ready", role=None).status_code == 200
    started.close()


def test_log_that_cannot_be_written_is_told_to_who_routes(made: Installation) -> None:
    """It is told until it can be written again, which needs no decision that is tried in vain."""
    started = start(made.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=made)
    # Once it is signed, the signer, which looks each second, has nothing to write meanwhile.
    signed = api.post({"campaign": allowed()}, "/v1/decisions?receipt=wait")
    assert signed.status_code == 200
    with parts.full_disk():
        assert api.get("/health/ready", role=None).status_code == 200  # Nobody has tried yet.
        parts.problem_of(api.post({"campaign": allowed()}), 503, "unavailable")
        told = parts.problem_of(api.get("/health/ready", role=None), 503, "not-ready")
    assert told["detail"] == "the log is not written: the database cannot be read or written"
    assert api.get("/health/ready", role=None).status_code == 200
    failing = 'assent_log_failing{act="writing"} 0.0'
    assert failing in api.get("/metrics", role="monitor").text
    started.close()


def test_log_that_waits_for_ever_is_told_to_who_routes(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    """A commit waits for a synchronous standby that is gone until somebody does something."""
    with postgresql.migrated_database() as url:
        made = install(tmp_path, database_url=url, log_level="error", commit_patience="1")
        started = start(made.settings)
        api = Caller(app=cast(Flask, started.wsgi), installation=made)
        assert api.post({"campaign": allowed()}).status_code == 200
        postgresql.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        postgresql.run("SELECT pg_reload_conf()")
        try:
            until(lambda: api.post({"campaign": allowed()}).status_code == 503)
            told = parts.problem_of(api.get("/health/ready", role=None), 503, "not-ready")
            assert told["detail"].startswith("the log is not written: ")
            failing = 'assent_log_failing{act="writing"} '
            assert f"{failing}1.0" in api.get("/metrics", role="monitor").text
        finally:
            postgresql.run("ALTER SYSTEM RESET synchronous_standby_names")
            postgresql.run("SELECT pg_reload_conf()")
        until(lambda: api.get("/health/ready", role=None).status_code == 200)
        assert f"{failing}0.0" in api.get("/metrics", role="monitor").text
        started.close()


def test_defect_tells_nothing_of_itself(made: Installation, capsys: Any) -> None:
    committer = Committer(BrokenStore())
    service = _service(made, committer)

    class Broken(Recorder):
        def record(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("the secret is hunter2")

    broken = replace(service, recorder=partial(Broken, committer=committer, clock=service.clock))
    api = Caller(app=create_app(broken), installation=made)
    logger = logging.getLogger("assent")
    records: list[logging.LogRecord] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Keeping()
    logger.addHandler(handler)
    answer = api.post({"campaign": allowed()})
    logger.removeHandler(handler)
    problem = parts.problem_of(answer, 500, "internal-error")
    assert "hunter2" not in answer.data.decode() + capsys.readouterr().err
    assert "RuntimeError" not in answer.data.decode()
    fields = vars(records[0])["fields"]
    assert set(fields) == {"request_id", "trace_id", "reason"}
    assert fields["reason"] == problem["detail"]
    assert fields["request_id"] == problem["request_id"]
    committer.close()


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (BadRequest(), "bad-request"),
        (RequestEntityTooLarge(), "too-large"),
        (LogInconsistent("the log has no head"), "unavailable"),
        (KeyError("x"), "internal-error"),
    ],
)
def test_whatever_is_raised_is_a_problem(error: Exception, name: str) -> None:
    assert problem_of(error).kind.name == name
