"""What one process knows of what is in force: when it is certain, and when it does not decide."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import update

from api.in_force import policies as module
from api.in_force.policies import NotFresh, NotInForce, PoliciesInForce
from api.installation.contents import open_database
from api.wsgi import start
from engine import Engine
from engine.audit.entries.acts import Transition
from engine.storage.databases.database import Database
from engine.storage.errors import StorageUnavailable
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.policies import policy_version
from engine.storage.governance.policy_sets import CheckReport, PolicySets
from engine.storage.schema import policy_version as kept
from tests.api.installation import Caller, Installation, allowed, copied, install, problem_of
from tests.api.publishing import policies

BOUND = 2
SOUND = CheckReport(report=b"{}", is_sound=True)


@pytest.fixture
def database(prepared: Installation, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(copied(prepared, tmp_path, log_level="error").settings)
    yield opened
    opened.close()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that passes for whoever asks how long ago something was."""
    seconds = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    return seconds


def in_force(database: Database, unusable: list[tuple[str, str]] | None = None) -> PoliciesInForce:
    """Return what is in force; versions that cannot be built are added to a list."""

    def tell(policy_set: str, digest: str, _why: Exception) -> None:
        if unusable is not None:
            unusable.append((policy_set, digest))

    made = PoliciesInForce(database, default="assent", bound=BOUND, on_unusable=tell)
    made.refresh()
    return made


def approved(database: Database, number: int) -> str:
    sets, version = PolicySets(database), policy_version("assent", policies(number))
    sets.add("assent", version, SOUND, actor="anna")
    sets.move("assent", version.digest, Transition.SUBMIT, ChangeOrder(actor="anna"))
    sets.move("assent", version.digest, Transition.APPROVE, ChangeOrder(actor="ben"))
    return version.digest


def test_confirmation_holds_for_its_time_and_is_then_asked_for(
    database: Database, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = in_force(database)
    engine = made.engine("assent")

    def gone(_self: PolicySets) -> int:
        raise StorageUnavailable("the database cannot be read or written")

    now[0] = 3.0
    assert made.engine("assent") is engine  # It was asked, and said so.
    monkeypatch.setattr(PolicySets, "number", gone)
    now[0] = 5.0
    assert made.engine("assent") is engine
    now[0] = 5.1
    with pytest.raises(NotFresh, match="nobody can say"):
        made.engine("assent")
    with pytest.raises(NotFresh):
        made.identities()
    monkeypatch.undo()


def test_process_that_knows_of_others_does_not_decide(database: Database, now: list[float]) -> None:
    made = in_force(database)
    digest = approved(database, 1)
    PolicySets(database).activate("assent", digest, ChangeOrder(actor="ben"), since=None)
    assert made.engine("assent").identity.digest != digest
    now[0] = 3.0
    with pytest.raises(NotFresh, match="not ready here yet"):
        made.engine("assent")
    made.refresh()
    assert made.engine("assent").identity.digest == digest


def test_clock_that_has_said_two_things_is_not_decided_by(database: Database) -> None:
    """It was far ahead and is right now, or was right and is behind: nobody here can say which."""
    begun = datetime.now(UTC)
    clock = [begun]
    made = PoliciesInForce(database, default="assent", bound=BOUND, clock=lambda: clock[0])
    digest = approved(database, 1)
    order, turn = ChangeOrder(actor="ben"), begun + timedelta(days=2)
    PolicySets(database).activate("assent", digest, order, since=turn)
    made.refresh()
    first = made.engine("assent").identity.digest
    clock[0] = begun + timedelta(days=1)
    made.engine("assent")
    clock[0] = begun  # Nothing comes into force in between: both are right.
    assert made.engine("assent").identity.digest == first
    clock[0] = turn
    assert made.engine("assent").identity.digest == digest
    clock[0] = turn - timedelta(seconds=59)  # It was corrected; what is in force stays.
    assert made.engine("assent").identity.digest == digest
    clock[0] = turn - timedelta(seconds=61)
    with pytest.raises(NotFresh, match=r"the clock was set back from .* reload the service"):
        made.engine("assent")
    with pytest.raises(NotFresh):
        made.identities()
    again = PoliciesInForce(database, default="assent", bound=BOUND, clock=lambda: clock[0])
    again.refresh()
    assert again.engine("assent").identity.digest == first
    clock[0] = turn
    assert made.engine("assent").identity.digest == digest


def test_approved_version_is_built_before_it_is_in_force(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = in_force(database)
    first = made.engine("assent")
    digest = approved(database, 1)
    made.refresh()
    monkeypatch.setattr(PoliciesInForce, "_engine", None)  # Nothing is built from here on.
    sets = PolicySets(database)
    sets.activate("assent", digest, ChangeOrder(actor="ben"), since=None)
    made.refresh()
    assert not made.is_in_force(first)
    assert made.engine("assent").identity.digest == digest
    sets.roll_back("assent", ChangeOrder(actor="ben"))
    made.refresh()
    assert made.is_in_force(first)


def test_what_is_in_force_decides_while_another_version_is_built(
    database: Database, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = in_force(database)
    build = PoliciesInForce._engine  # noqa: SLF001 - what takes long.
    before, seen = made.engine("assent"), []

    def slowly(self: PoliciesInForce, policy_set: str, digest: str) -> Engine:
        now[0] += 10 * BOUND
        seen.append(made.engine("assent"))
        return build(self, policy_set, digest)

    monkeypatch.setattr(PoliciesInForce, "_engine", slowly)
    approved(database, 1)
    made.refresh()
    assert seen == [before]
    made.refresh()
    assert len(seen) == 1, "it is built once"


def test_version_that_was_altered_is_not_decided_by(database: Database) -> None:
    made = in_force(database)
    digest = approved(database, 1)
    sets, told = PolicySets(database), list[tuple[str, str]]()
    sets.activate("assent", digest, ChangeOrder(actor="ben"), since=None)
    for files in (policy_version("x", policies(2)).files, b'{"a.policy":"rule"}'):
        with database.writing() as connection:
            altered = update(kept).where(kept.c.digest == digest)
            connection.execute(altered.values(files=files))
        made = in_force(database, told)
        with pytest.raises(NotFresh, match="cannot be used here"):
            made.engine("assent")
        assert told.pop() == ("assent", digest)
        made.refresh()
        assert not told, "it is told once"


def test_thread_tries_again_and_says_once_that_it_failed_and_that_it_works(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception | None] = []
    works = threading.Event()

    def tell(failure: Exception | None) -> None:
        told.append(failure)
        if failure is None:
            works.set()

    made = PoliciesInForce(database, default="assent", bound=2, on_change=tell)
    failures = iter([StorageUnavailable("gone"), StorageUnavailable("gone")])
    refresh = PoliciesInForce.refresh

    def failing(self: PoliciesInForce) -> None:
        for failure in failures:
            raise failure
        refresh(self)

    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(PoliciesInForce, "refresh", failing)
    made.start()
    try:
        assert works.wait(60), "it works, and does not say so"
    finally:
        made.close()
    assert [type(each) for each in told] == [StorageUnavailable, type(None)]


def test_batch_ends_where_other_policies_come_into_force(tmp_path: Path) -> None:
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    force: PoliciesInForce = api.app.extensions["policies"]
    engine = force.engine
    calls: list[str] = []

    def changing(name: str) -> Any:
        calls.append(name)
        if len(calls) == 3:
            database = open_database(installation.settings)
            digest = approved(database, 1)
            PolicySets(database).activate("assent", digest, ChangeOrder(actor="ben"), since=None)
            database.close()
            force.refresh()
        if len(calls) == 4:
            raise NotInForce("no version is in force")
        if len(calls) == 5:
            raise NotFresh("nobody can say")
        return engine(name)

    force.engine = changing  # type: ignore[method-assign,assignment] # Between two groups of one batch.
    answer = api.post([allowed()] * 900, "/v1/decisions/batch")
    items = answer.json
    answer.close()
    started.close()
    assert items is not None
    assert [("decision" in each) for each in items] == [True] * 256 + [False] * 644
    types = {each["error"]["type"] for each in items[256:]}
    assert types == {"/problems/not-fresh"}
    details = [items[place]["error"]["detail"] for place in (300, 600, 800)]
    assert "came into force during the batch" in details[0]
    assert details[1:] == ["no version is in force", "nobody can say"]


def test_service_that_is_not_certain_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)

    def unsure(*_: object) -> Any:
        raise NotFresh("nobody can say at the moment which policies are in force")

    monkeypatch.setattr(PoliciesInForce, "engine", unsure)
    for answer in (api.post({"campaign": allowed(), "dry_run": True}), api.get("/v1/vocabulary")):
        problem_of(answer, 503, "not-fresh")
        assert answer.headers["Retry-After"] == "1"
    problem_of(api.get("/health/ready", role=None), 503, "not-ready")
    started.close()
