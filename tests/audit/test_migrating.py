"""A database of every earlier version is brought to this one, with what is logged in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, insert

from engine import storage
from engine.audit.entries.record import LogEntry, seal
from engine.storage.comparison.everything import compare_everything
from engine.storage.databases.database import Database
from engine.storage.errors import StorageUnavailable
from engine.storage.keys import ApiKeys
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.migrate import migrate, schema_of
from engine.storage.readiness import probe
from engine.storage.schema import disclosure, key_store, payload, sealed
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.contents import seal as seal_contents
from engine.storage.search.decisions import Decisions
from engine.storage.search.due_facets import derive_facets
from engine.storage.search.filters import DecisionFilter
from tests.audit.conftest import NOON
from tests.audit.sealed import report_of
from tests.audit.test_erasures import write_as_before

_VERSIONS = Path(storage.__file__).parent / "migrations" / "versions"
REVISIONS = tuple(sorted(path.name[:4] for path in _VERSIONS.glob("0*.py")))
SEALED_FROM = "0005"
FACETS_FROM = "0011"


@pytest.fixture
def upgrade_to(url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    upgrade = command.upgrade

    def act(revision: str) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(command, "upgrade", lambda config, _: upgrade(config, revision))
            migrate(url)

    return act


def test_every_revision_is_tried(url: str) -> None:
    database = Database(url)
    with database.reading() as connection:
        assert schema_of(connection).pending == REVISIONS
    database.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_is_logged_comes_along(
    revision: str,
    url: str,
    contents: Contents,
    make_record: Any,
    upgrade_to: Callable[[str], None],
) -> None:
    upgrade_to("0001")
    database = Database(url, contents=contents)
    entry = seal(make_record(markets=[{"market": "DE-BY"}])).entry(0, NOON)
    write_as_before(database, entry)
    upgrade_to(revision)
    if revision >= SEALED_FROM:
        seal_as_before(database, contents, entry)
    behind = probe(database)
    assert (behind.problem is None) == (revision == REVISIONS[-1])
    if behind.problem is not None:
        assert f"(revision {revision}, and this one needs {REVISIONS[-1]})" in behind.problem
        assert "`assent migrate`" in behind.problem
    migrate(database)
    begin_sealing(database, contents)
    decisions, of_germany = Decisions(database), DecisionFilter(market="DE")
    is_due = SEALED_FROM <= revision < FACETS_FROM
    assert decisions.unsearched(of_germany) == is_due
    assert derive_facets(database) == is_due
    assert probe(database).problem is None
    assert decisions.get(entry.id) == entry
    assert report_of(database).is_valid
    assert [each.columns.decision_id for each in decisions.matching(of_germany)] == [entry.id]
    assert decisions.unsearched(of_germany) == 0
    # No record of an earlier version says who advertises, and nobody can be found by it.
    assert decisions.page(DecisionFilter(advertiser="Acme")).unsearched == 1
    assert decisions.statistics(DecisionFilter(platform="meta", as_of=0)).unsearched == 0
    with database.reading() as connection:
        assert schema_of(connection).pending == ()
    database.close()


def test_keys_of_before_are_adopted(url: str, upgrade_to: Callable[[str], None]) -> None:
    upgrade_to("0011")
    database = Database(url)
    row = "VALUES (%s, %s, %s, 'approver', 1, NULL, %s, NULL, 'b a', NULL)"
    columns = (
        "prefix, name, secret_hash, roles, created_at, expires_at, revoked_at, principal,"
        " policy_sets, may_grant"
    )
    with database.writing() as connection:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        statement = f"INSERT INTO api_key ({columns}) {row}".replace("%s", mark)
        for key in (("00000000", "old", b"x", 2), ("00000001", "ben", b"y", None)):
            connection.exec_driver_sql(statement, key)
    migrate(database)
    keys = ApiKeys(database)
    old, ben = keys.all()
    assert ben.entry is None
    assert ben.policy_sets == frozenset("ab")
    # Whoever is first has the log tell of what was there, before anything else.
    keys.create(actor="jo", name="new", roles=[])
    keys.revoke("00000001", actor="jo")
    compare_everything(database)
    assert report_of(database).is_valid
    assert [key.entry for key in keys.all()] == [0, 1, 2]
    assert keys.all()[0].revoked_at == old.revoked_at
    assert keys.adopt(actor="jo") == 0
    database.close()


def seal_as_before(database: Database, contents: Contents, entry: LogEntry) -> None:
    """Seal the only entry of a log as earlier versions did, which knew nothing of facets."""
    assert entry.payload is not None
    made = contents.keys.begin()
    (key,) = contents.take(1)
    ciphertexts = seal_contents(entry.id, entry.payload, entry.disclosures, key)
    rows = {"index": 0, "key": key.id, "names": ciphertexts.names, "payload": ciphertexts.payload}
    with database.writing() as connection:
        connection.execute(insert(key_store).values(one=1, id=made))
        connection.execute(insert(sealed).values(rows))
        connection.execute(delete(payload))
        connection.execute(delete(disclosure))


def test_a_revision_that_was_set_back_is_told_of(url: str) -> None:
    migrate(url)
    database = Database(url)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0009'")
    with pytest.raises(StorageUnavailable, match=r"0010 cannot .*at 0009 .*saved_query.*exists"):
        migrate(database)
    assert "(revision 0009, and" in str(probe(database).problem)
    database.close()


def test_database_of_a_later_version_is_left_alone(url: str) -> None:
    migrate(url)
    database = Database(url)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="of a later version of Assent"):
        migrate(database)
    assert "revision 9999" in str(probe(database).problem)
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
    assert "has 2 revisions, and a database has one: 0001, 9999" in str(probe(database).problem)
    database.close()
