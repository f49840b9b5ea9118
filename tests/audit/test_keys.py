"""API keys: shown once, stored as a hash, and over at once when revoked or expired."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.storage.databases.database import Database
from engine.storage.errors import Conflict, NotFound, StorageUnavailable
from engine.storage.keys import ApiKey, ApiKeys, Role
from engine.storage.migrate import migrate
from engine.storage.schema import api_key
from tests.audit.conftest import Clock


@pytest.fixture
def keys(database: Database, clock: Any) -> ApiKeys:
    return ApiKeys(database, clock=clock)


def test_key_is_known_by_its_text_only(keys: ApiKeys) -> None:
    made = keys.create(actor="jo", name="pipeline", roles=[Role.SUBMITTER, Role.AUDITOR])
    mark, prefix, secret = made.token.split("_", 2)
    assert (mark, prefix, len(secret)) == ("assent", made.key.prefix, 43)
    found = keys.authenticate(made.token)
    assert found == made.key
    assert found.roles == {Role.SUBMITTER, Role.AUDITOR}
    last = "A" if made.token[-1] != "A" else "B"
    for other in (
        "",
        "assent",
        f"assent_{prefix}",
        f"assent_{prefix}_",
        made.token[:-1] + last,
        made.token + "A",
        made.token.replace("assent", "dissent"),
        f"assent_00000000_{secret}",
        "\ud800",
    ):
        assert keys.authenticate(other) is None


def test_text_is_stored_nowhere(keys: ApiKeys, tmp_path: Path) -> None:
    made = keys.create(actor="jo", name="pipeline", roles=[Role.ADMIN])
    secret = made.token.split("_", 2)[2].encode()
    assert all(secret not in path.read_bytes() for path in tmp_path.iterdir())


def test_expiry(keys: ApiKeys, clock: Any) -> None:
    end = clock.now + timedelta(days=1)
    token = keys.create(actor="jo", name="a", roles=[], expires_at=end).token
    clock.now = end - timedelta(microseconds=1)
    assert keys.authenticate(token) is not None
    clock.now = end
    assert keys.authenticate(token) is None


def test_revocation_is_in_force_in_every_process(keys: ApiKeys, url: str, clock: Any) -> None:
    made = keys.create(actor="jo", name="a", roles=[])
    elsewhere = Database(url)
    others = ApiKeys(elsewhere, clock=clock)
    assert others.authenticate(made.token) is not None
    keys.revoke(made.key.prefix, actor="jo")
    assert others.authenticate(made.token) is None
    revoked_at = clock.now
    clock.move(hours=1)
    others.revoke(made.key.prefix, actor="jo")
    assert keys.all()[0].revoked_at == revoked_at
    elsewhere.close()
    with pytest.raises(NotFound, match="nothing"):
        keys.revoke("nothing", actor="jo")


def test_names_in_force_are_unique(keys: ApiKeys, clock: Any) -> None:
    first = keys.create(actor="jo", name="a", roles=[])
    with pytest.raises(Conflict, match="`a`"):
        keys.create(actor="jo", name="a", roles=[])
    keys.revoke(first.key.prefix, actor="jo")
    clock.move(minutes=1)
    second = keys.create(actor="jo", name="a", roles=[Role.AUTHOR])
    assert [key.prefix for key in keys.all()] == [first.key.prefix, second.key.prefix]


def test_last_use_is_exact_to_a_minute(keys: ApiKeys, clock: Any) -> None:
    token = keys.create(actor="jo", name="a", roles=[]).token
    noon = clock.now
    seen = []
    for seconds in (0, 59, 1):
        clock.move(seconds=seconds)
        keys.authenticate(token)
        seen.append(keys.all()[0].last_used_at)
    assert seen == [noon, noon, noon + timedelta(seconds=60)]


def test_key_is_known_where_nothing_can_be_written(
    keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keys.create(actor="jo", name="a", roles=[])

    def refuse(_self: object, *, at_once: bool) -> None:
        raise StorageUnavailable(f"the disk is full (at once: {at_once})")

    monkeypatch.setattr(Database, "writing", refuse)
    assert keys.authenticate(made.token) == made.key


def authenticated_at_once(keys: ApiKeys, token: str) -> ApiKey | None:
    """Authenticate where whatever waits does so for ten seconds."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(keys.authenticate, token).result(timeout=5)


def test_nobody_waits_for_a_use_to_be_noted(keys: ApiKeys, url: str, clock: Clock) -> None:
    made = keys.create(actor="jo", name="a", roles=[])
    elsewhere = Database(url)
    with elsewhere.writing():
        assert authenticated_at_once(keys, made.token) == made.key
    elsewhere.close()
    assert keys.all()[0].last_used_at is None
    keys.authenticate(made.token)
    assert keys.all()[0].last_used_at == clock.now


def test_nobody_waits_for_a_stranger_who_writes(sqlite_url: str, tmp_path: Path) -> None:
    """As whoever repairs a database by hand, and knows of no lock file."""
    migrate(sqlite_url)
    keys = ApiKeys(Database(sqlite_url))
    made = keys.create(actor="jo", name="a", roles=[])
    with closing(sqlite3.connect(tmp_path / "assent.db")) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        assert authenticated_at_once(keys, made.token) == made.key
    assert keys.all()[0].last_used_at is None


def test_hash_is_that_of_the_whole_text(keys: ApiKeys, database: Database) -> None:
    keys.create(actor="jo", name="a", roles=[])
    with database.reading() as connection:
        stored = connection.execute(select(api_key.c.secret_hash)).scalar_one()
    assert len(stored) == 32


def test_key_grants_in_the_roles_that_it_was_made_with(database: Database, clock: Clock) -> None:
    keys = ApiKeys(database, clock=clock)
    made = keys.create(
        actor="jo", name="x", roles=[Role.APPROVER], may_grant=["Ethics Board", "DPO, deputy"]
    )
    found = keys.authenticate(made.token)
    assert found is not None
    assert found.may_grant == made.key.may_grant == {"Ethics Board", "DPO, deputy"}
    other = keys.create(actor="jo", name="y", roles=[Role.APPROVER])
    assert keys.authenticate(other.token) == other.key
