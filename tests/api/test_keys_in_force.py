"""A key is remembered for a second at most, and in no way longer than it is in force."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from api.in_force.keys import CONFIRMED_SECONDS, KeysInForce
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent, StorageUnavailable
from engine.storage.keys import ApiKeys, Role
from engine.storage.migrate import migrate
from engine.storage.schema import api_key

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Times:
    """The time of day, and the seconds that have passed, as a test says."""

    def __init__(self) -> None:
        self.now = NOON
        self.elapsed = 0.0


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'keys.db'}")
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def stored(database: Database, times: Times) -> ApiKeys:
    return ApiKeys(database, clock=lambda: times.now)


@pytest.fixture
def keys(stored: ApiKeys, times: Times) -> KeysInForce:
    return KeysInForce(stored, clock=lambda: times.now, elapsed=lambda: times.elapsed)


def test_revoked_key_is_refused_once_its_confirmation_is_over(
    stored: ApiKeys, keys: KeysInForce, times: Times
) -> None:
    made = stored.create(actor="jo", name="a", roles=[Role.SUBMITTER])
    assert keys.authenticate(made.token) is not None
    stored.revoke(made.key.prefix, actor="jo")
    times.elapsed = CONFIRMED_SECONDS
    assert keys.authenticate(made.token) is not None, "it was looked up again"
    times.elapsed += 0.001
    assert [keys.authenticate(made.token) for _ in range(2)] == [None, None]


def test_whoever_remembers_a_key_is_told_that_it_was_altered(
    database: Database, stored: ApiKeys, keys: KeysInForce, times: Times
) -> None:
    token = stored.create(actor="jo", name="a", roles=[Role.SUBMITTER], policy_sets=["ads"]).token
    before = keys.authenticate(token)
    assert before is not None
    assert (before.reaches("mail"), before.reaches("ads")) == (False, True)
    with database.writing() as connection:
        connection.execute(update(api_key).values(roles="auditor", policy_sets="mail"))
    times.elapsed = CONFIRMED_SECONDS + 0.001
    for _ in range(2):
        with pytest.raises(LogInconsistent, match="is not the one that the log tells of"):
            keys.authenticate(token)


def test_expired_key_is_refused_at_once(stored: ApiKeys, keys: KeysInForce, times: Times) -> None:
    token = stored.create(actor="jo", name="a", roles=[], expires_at=NOON + timedelta(days=1)).token
    times.now += timedelta(days=1, microseconds=-1)
    assert keys.authenticate(token) is not None
    times.now += timedelta(microseconds=1)
    assert keys.authenticate(token) is None


def test_nobody_is_let_in_where_the_database_is_gone(
    database: Database, stored: ApiKeys, keys: KeysInForce, times: Times, tmp_path: Path
) -> None:
    token = stored.create(actor="jo", name="a", roles=[]).token
    assert keys.authenticate(token) is not None
    database.close()
    for path in tmp_path.iterdir():
        path.unlink()
    times.elapsed = CONFIRMED_SECONDS + 0.001
    with pytest.raises(StorageUnavailable):
        keys.authenticate(token)
    times.elapsed = 0.0  # Whatever the clock does, it is not remembered any more.
    with pytest.raises(StorageUnavailable):
        keys.authenticate(token)


def test_what_is_no_key_is_looked_up_every_time(
    stored: ApiKeys, keys: KeysInForce, database: Database
) -> None:
    made = stored.create(actor="jo", name="a", roles=[])
    with database.writing() as connection:
        connection.execute(update(api_key).values(revoked_at=NOON))
    assert keys.authenticate(made.token) is None
    with database.writing() as connection:
        connection.execute(update(api_key).values(revoked_at=None))
    assert keys.authenticate(made.token) is not None
    last = "A" if made.token[-1] != "A" else "B"
    for other in ("", "\ud800", made.token[:-1] + last, made.token + "A"):
        assert keys.authenticate(other) is None


def test_use_of_a_remembered_key_is_noted(stored: ApiKeys, keys: KeysInForce, times: Times) -> None:
    token = stored.create(actor="jo", name="a", roles=[]).token
    keys.authenticate(token)
    for _ in range(100):
        times.now += timedelta(seconds=0.9)
        times.elapsed += 0.9
        keys.authenticate(token)
    (used,) = (key.last_used_at for key in stored.all())
    assert used is not None
    assert times.now - used < timedelta(minutes=1, seconds=CONFIRMED_SECONDS)
