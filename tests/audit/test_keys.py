"""API keys: shown once, stored as a hash, and over at once when revoked or expired."""

import hashlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from engine.audit.canonical import canonical
from engine.audit.entries.act_leaves import KeyLeaf
from engine.audit.entries.acts import KeyAct, KeyChange
from engine.audit.entries.commitment import Disclosure
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.errors import RecordError
from engine.audit.workflows.keys import KeyChecker
from engine.storage.comparison.keys import compare_keys
from engine.storage.databases.database import Database
from engine.storage.errors import (
    Conflict,
    LogInconsistent,
    NotFound,
    RevocationUntold,
    StorageUnavailable,
)
from engine.storage.keys import ApiKey, ApiKeys, Role, terms_of
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.schema import api_key, disclosure, log_entry
from tests.audit.conftest import NOON, Clock
from tests.audit.sealed import report_of


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
    with closing(Database(sqlite_url)) as database:
        keys = ApiKeys(database)
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


# --- as entries of the log --------------------------------------------------------------------


def leaves(database: Database) -> list[KeyLeaf]:
    log = TileLog(database)
    made = [read_leaf(entry.leaf) for entry in log.entries(size=log.head().size)]
    return [leaf for leaf in made if isinstance(leaf, KeyLeaf)]


def told(database: Database, index: int) -> dict[str, Any]:
    (entry,) = [each for each in TileLog(database).entries(size=index + 1) if each.index == index]
    disclosed = {each.name: each.value for each in entry.disclosures}
    return disclosed | {"terms": json.loads(disclosed["terms"] or "null")}


def test_a_key_is_made_and_revoked_by_entries(
    keys: ApiKeys, database: Database, clock: Clock
) -> None:
    made = keys.create(
        actor="jo", name="ben", roles=[Role.APPROVER], principal="Ben", policy_sets=["b", "a"]
    )
    clock.move(minutes=1)
    keys.revoke(made.key.prefix, actor="ann")
    keys.revoke(made.key.prefix, actor="ann")
    created, revoked = leaves(database)
    assert (created.change, created.key, created.entries) == ("create", made.key.prefix, ())
    assert (revoked.change, revoked.key, revoked.entries) == ("revoke", made.key.prefix, ((0, 1),))
    first, second = told(database, 0), told(database, 1)
    assert (first["actor"], second) == ("jo", {"actor": "ann", "terms": None})
    terms = first["terms"]
    assert terms.pop("secret") not in made.token
    assert terms == {
        "name": "ben",
        "principal": "Ben",
        "roles": ["approver"],
        "policy_sets": ["a", "b"],
        "may_grant": [],
        "expires_at": None,
    }
    (key,) = keys.all()
    assert (key.entry, key.created_at, key.revoked_at) == (0, NOON, clock.now)
    assert key.was_in_force(NOON)
    assert not key.was_in_force(NOON - timedelta(seconds=1))
    assert not key.was_in_force(clock.now)
    assert report_of(database).is_valid
    compare_keys(database)


def test_no_key_without_its_entry(keys: ApiKeys, database: Database) -> None:
    first = keys.create(actor="jo", name="a", roles=[])
    for name, actor in (("\ud800", "jo"), ("b", "\ud800")):
        with pytest.raises(RecordError):
            keys.create(actor=actor, name=name, roles=[])

    def refuse() -> None:
        raise LogInconsistent("the database is another one")

    database.known.confirm = refuse
    with pytest.raises(LogInconsistent):
        keys.create(actor="jo", name="b", roles=[])
    assert keys.all() == [first.key]
    with pytest.raises(RevocationUntold, match="every process refuses the key now, but "):
        keys.revoke(first.key.prefix, actor="jo")
    assert keys.authenticate(first.token) is None
    assert len(leaves(database)) == 1
    with pytest.raises(LogInconsistent, match="another `revoked_at`"):
        compare_keys(database)
    database.known.confirm = lambda: None
    for _ in range(2):
        keys.revoke(first.key.prefix, actor="jo")
    assert [each.change for each in leaves(database)] == ["create", "revoke"]
    compare_keys(database)


def test_a_key_that_was_put_past_the_log_is_named(keys: ApiKeys, database: Database) -> None:
    made = [keys.create(actor="jo", name=name, roles=[Role.ADMIN]) for name in "ab"]
    assert keys.adopt(actor="jo") == 0
    with database.writing() as connection:
        of_key = update(api_key).where(api_key.c.prefix == made[0].key.prefix)
        connection.execute(of_key.values(entry=None))
    with pytest.raises(LogInconsistent, match="does not tell of the API key `"):
        compare_keys(database)
    assert keys.adopt(actor="jo") == 0
    assert report_of(database).is_valid


ALTERED: list[dict[str, Any]] = [
    {"roles": "admin"},
    {"name": "ann"},
    {"principal": "ann"},
    {"policy_sets": None},
    {"may_grant": '["DPO"]'},
    {"expires_at": NOON + timedelta(days=9)},
    {"entry": None},
    {"entry": 1},
    {"entry": 7},
]


@pytest.mark.parametrize("values", ALTERED, ids=str)
def test_a_key_that_was_altered_opens_nothing(
    keys: ApiKeys, database: Database, values: dict[str, Any]
) -> None:
    made = keys.create(actor="jo", name="ben", roles=[], policy_sets=["a"])
    keys.create(actor="jo", name="other", roles=[Role.ADMIN])
    of_key = update(api_key).where(api_key.c.prefix == made.key.prefix)
    with database.writing() as connection:
        connection.execute(of_key.values(values))
        connection.execute(update(log_entry).values(kind="access"))
    with pytest.raises(LogInconsistent, match=f"`{made.key.prefix}` is not the one that the log"):
        keys.authenticate(made.token)


def test_a_key_that_somebody_put_there_is_never_adopted(keys: ApiKeys, database: Database) -> None:
    """Else whoever next made or revoked a key would have the log say that it is a good one."""
    made = keys.create(actor="jo", name="ben", roles=[])
    with database.writing() as connection:
        connection.execute(update(api_key).values(entry=None, roles="admin approver"))
    other = keys.create(actor="jo", name="other", roles=[])
    keys.revoke(other.key.prefix, actor="jo")
    assert keys.adopt(actor="jo") == 0
    with pytest.raises(LogInconsistent, match="is not the one that the log tells of"):
        keys.authenticate(made.token)
    keys.revoke(made.key.prefix, actor="jo")
    assert keys.authenticate(made.token) is None
    assert [each.change for each in leaves(database)] == ["create", "create", "revoke", "revoke"]
    assert report_of(database).is_valid  # It names the entry that made the key, and not its row.
    with database.writing() as connection:
        stranger = update(api_key).where(api_key.c.name == "other")
        connection.execute(stranger.values(prefix="00000000", revoked_at=None))
    with pytest.raises(RevocationUntold, match="the log does not tell of the API key `00000000`"):
        keys.revoke("00000000", actor="jo")


def test_a_key_that_was_revoked_stays_so(keys: ApiKeys, database: Database, clock: Clock) -> None:
    made, other = (keys.create(actor="jo", name=name, roles=[]) for name in ("ben", "ann"))
    keys.revoke(made.key.prefix, actor="jo")
    with database.writing() as connection:
        connection.execute(update(api_key).values(revoked_at=None))
        connection.execute(update(log_entry).values(kind="access"))
    with pytest.raises(LogInconsistent, match=f"`{made.key.prefix}` was revoked at 2026-10-05T"):
        keys.authenticate(made.token)
    assert keys.authenticate(other.token) is not None
    clock.move(days=1)
    keys.revoke(made.key.prefix, actor="jo")
    assert keys.authenticate(made.token) is None
    assert [each.change for each in leaves(database)] == ["create", "create", "revoke"]
    compare_keys(database)


def test_a_key_of_before_opens_until_and_after_it_is_adopted(
    keys: ApiKeys, database: Database
) -> None:
    token = "assent_00000000_x"  # noqa: S105 - of a key of this test alone.
    row = {"name": "ben", "roles": "admin", "created_at": NOON}
    stored = hashlib.sha256(token.encode()).digest()
    with database.writing() as connection:
        connection.execute(
            insert(api_key).values(row | {"prefix": "00000000", "secret_hash": stored})
        )
    assert keys.authenticate(token) is not None
    with database.writing() as connection:
        connection.execute(update(api_key).values(revoked_at=NOON))
    assert keys.adopt(actor="jo") == 1
    assert keys.authenticate(token) is None
    with database.writing() as connection:
        connection.execute(update(api_key).values(revoked_at=None))
    with pytest.raises(LogInconsistent, match="is not the one that the log tells of"):
        keys.authenticate(token)


def test_the_name_beside_a_disclosure_says_nothing_of_a_key(
    keys: ApiKeys, database: Database
) -> None:
    made = keys.create(actor="jo", name="ben", roles=[])
    with database.writing() as connection:
        connection.execute(update(disclosure).values(name=disclosure.c.name + "x"))
    assert keys.authenticate(made.token) == made.key


def test_a_key_with_the_text_of_another_opens_nothing(keys: ApiKeys, database: Database) -> None:
    made, other = (keys.create(actor="jo", name=name, roles=[]) for name in ("ben", "ann"))
    token = f"assent_{made.key.prefix}_{other.token.split('_', 2)[2]}"
    stored = hashlib.sha256(token.encode()).digest()
    with database.writing() as connection:
        connection.execute(
            update(api_key).where(api_key.c.prefix == made.key.prefix).values(secret_hash=stored)
        )
    with pytest.raises(LogInconsistent, match="is not the one that the log tells of"):
        keys.authenticate(token)
    # Nor with the terms beside the entry, whose digest the leaf has.
    with database.writing() as connection:
        of_key = select(api_key).where(api_key.c.prefix == made.key.prefix)
        terms = canonical(terms_of(connection.execute(of_key).mappings().one())).decode()
        forged = Disclosure.make("terms", terms, bytes(16)).text
        of_terms = (disclosure.c.index == made.key.entry) & (disclosure.c.name == "terms")
        connection.execute(update(disclosure).where(of_terms).values(disclosure=forged))
    with pytest.raises(LogInconsistent, match="is not the one that the log tells of"):
        keys.authenticate(token)


@pytest.mark.parametrize(
    ("changes", "faulty"),
    [
        ("create a, create b, revoke a 0", []),
        ("adopt a, adopt b, create c, revoke a 0", []),
        ("create a, adopt b", [1]),
        ("adopt a, create b, adopt c", [2]),
        ("create a, create a", [1]),
        ("create a, revoke a 0, revoke a 0", [2]),
        ("create a, revoke b 0", [1]),
        ("create a, create b, revoke a 1", [2]),
        ("create a, revoke a 0, adopt a", [2]),
    ],
)
def test_order_of_acts_on_keys(changes: str, faulty: list[int]) -> None:
    checker, found = KeyChecker(), []
    for index, each in enumerate(changes.split(", ")):
        change, key, *named = each.split()
        entries = tuple((int(number), int(number) + 1) for number in named)
        act = KeyAct(entries=entries, change=KeyChange(change), key=key, actor="jo")
        leaf = read_leaf(seal_act(act).leaf(NOON))
        assert isinstance(leaf, KeyLeaf)
        found += [fault.index for fault in checker.faults(index, leaf)]
    assert found == faulty
