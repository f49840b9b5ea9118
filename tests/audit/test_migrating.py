"""A database of every earlier version is brought to this one, with what is logged in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from engine import storage
from engine.audit.record import seal
from engine.storage.contents import Contents
from engine.storage.database import Database
from engine.storage.decisions import Decisions
from engine.storage.errors import StorageUnavailable
from engine.storage.log_store import SQLLogStore
from engine.storage.migrate import migrate, schema_of
from engine.storage.readiness import probe
from engine.storage.sealing import begin_sealing
from tests.audit.conftest import NOON
from tests.audit.test_erasures import write_as_before
from tests.audit.test_sealing import content_key, contents, keys_url, report_of

__all__ = ["content_key", "contents", "keys_url"]  # The fixtures of a key store.

_VERSIONS = Path(storage.__file__).parent / "migrations" / "versions"
REVISIONS = tuple(sorted(path.name[:4] for path in _VERSIONS.glob("0*.py")))
SEALED_FROM = "0005"


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
    records = [seal(make_record(number=number)) for number in range(2)]
    entries = [records[0].entry(0, NOON)]
    write_as_before(database, entries[0])
    upgrade_to(revision)
    if revision >= SEALED_FROM:  # What this version writes is what that one wrote.
        begin_sealing(database, contents)
        SQLLogStore(database, clock=lambda: NOON).append([records[1]])
        entries.append(records[1].entry(1, NOON))
    behind = probe(database)
    assert (behind.problem is None) == (revision == REVISIONS[-1])
    if behind.problem is not None:
        assert f"(revision {revision}, and this one needs {REVISIONS[-1]})" in behind.problem
        assert "`assent migrate`" in behind.problem
    migrate(database)
    begin_sealing(database, contents)
    assert probe(database).problem is None
    for entry in entries:
        assert Decisions(database).get(entry.id) == entry
    assert report_of(database).is_valid
    with database.reading() as connection:
        assert schema_of(connection).pending == ()
    database.close()


def test_database_of_a_later_version_is_left_alone(url: str) -> None:
    migrate(url)
    database = Database(url)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="of a later version of Assent"):
        migrate(database)
    assert "revision 9999" in str(probe(database).problem)
    database.close()
