"""What `assent doctor` finds, in an installation that is well and in others that are not."""

import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlalchemy import make_url

from api.doctor import Finding, Status, examine
from api.installation.contents import open_database
from api.installation.settings import Settings
from api.installation.setup import initialise, make_key
from api.wsgi import start
from engine.audit.checkpoints.signing import LogForked
from engine.audit.entries.acts import Ground
from engine.audit.entries.record import seal
from engine.audit.instants import utc_now
from engine.storage.databases.database import Database
from engine.storage.governance.standing_facts import StandingFacts
from engine.storage.keys import ApiKeys, Role
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from tests.api.installation import Installation, copied, free_port, install
from tests.audit.conftest import _make_record
from tests.audit.test_standing_facts import nothing, statement
from tests.postgresql import PostgreSQLServer
from tests.waiting import until


@pytest.fixture
def made(prepared: Installation, tmp_path: Path) -> Settings:
    return copied(prepared, tmp_path, log_level="error", port=free_port()).settings


def found(settings: Settings, check: str, now: datetime | None = None) -> Finding:
    listed = examine(settings, utc_now if now is None else lambda: now)
    return next(each for each in listed if each.check == check)


def statuses(settings: Settings) -> dict[str, Status]:
    return {each.check: each.status for each in examine(settings, utc_now)}


def test_installation_that_is_well(installation: Installation) -> None:
    settings = replace(installation.settings, port=int(free_port()))
    start(settings).close()  # Signs what was logged.
    came = statuses(settings)
    assert set(came.values()) <= {Status.OK, Status.WARN}
    warned = {check for check, status in came.items() if status is Status.WARN}
    assert warned <= {"place of the anchor", "PostgreSQL"}
    assert all(each.advice for each in examine(settings, utc_now) if each.status is not Status.OK)
    told = found(replace(settings, workers=1), "settings").found
    assert told == "all are known and can be read; 1 process with 4 threads"


def test_nothing_is_made(tmp_path: Path) -> None:
    made = install(tmp_path, log_level="error").settings
    shutil.rmtree(made.data_directory)
    came = statuses(replace(made, port=int(free_port())))
    assert came["data directory"] is came["database"] is Status.FAIL
    assert not made.data_directory.exists()


def test_directory_that_cannot_be_written(made: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def access(path: object, _mode: int) -> bool:  # The tests may run as root, who may all.
        return path != made.data_directory

    monkeypatch.setattr(os, "access", access)
    assert found(made, "data directory").status is Status.FAIL


def test_directory_that_anyone_writes(made: Settings) -> None:
    made.data_directory.chmod(0o777)
    assert found(made, "data directory").advice == f"`chmod o-w {made.data_directory}`"
    assert found(made, "database files").status is Status.WARN


class _Usage(NamedTuple):
    free: int


@pytest.mark.parametrize(
    ("free", "status"), [(0, Status.FAIL), (500 << 20, Status.WARN), (5 << 30, Status.OK)]
)
def test_space(made: Settings, monkeypatch: pytest.MonkeyPatch, free: int, status: Status) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _Usage(free))
    assert found(made, "disk space").status is status


@pytest.mark.parametrize(
    ("files", "more", "status"),
    [(1000, 5, Status.FAIL), (50_000, 5_000, Status.WARN), (0, 0, Status.OK)],
)
def test_files_that_can_be_made(
    made: Settings, monkeypatch: pytest.MonkeyPatch, files: int, more: int, status: Status
) -> None:
    """A disk may have space and no inodes; some file systems count none."""
    space = os.statvfs(made.data_directory)
    counted = os.statvfs_result((*space[:5], files, more, more, *space[8:]))
    monkeypatch.setattr(os, "statvfs", lambda _path: counted)
    assert found(made, "disk files").status is status


def test_keys_that_others_may_read(made: Settings) -> None:
    made.data_directory.chmod(0o755)
    made.log_key.chmod(0o644)
    made.content_key.chmod(0o644)
    assert found(made, "signing keys").advice == f"`chmod 600 {made.log_key}`"
    assert "anchor" not in statuses(made)  # Nothing is known of it, and no database to put back.
    assert found(made, "content key").status is Status.FAIL
    assert found(made, "contents").status is Status.FAIL


def test_keys_that_are_gone(made: Settings) -> None:
    made.log_key.unlink()
    assert found(made, "signing keys").advice == "put it back from your backup"
    made.log_anchor.unlink()
    assert found(made, "signing keys").advice == "`assent init` makes them"


def test_database_or_anchor_that_is_gone(made: Settings) -> None:
    """`assent init` would refuse to begin another log behind what was signed."""
    start(made).close()  # Signs what was logged.
    file = made.data_directory / "assent.db"
    away = file.rename(made.data_directory / "away")
    assert found(made, "database").advice == "put back the database that was signed"
    with pytest.raises(LogForked, match="entries were signed, and the database has none of them"):
        initialise(made)
    assert not file.exists()
    file.touch()
    assert found(made, "database").advice == "put back the database that was signed"
    away.rename(file)
    made.log_anchor.unlink()
    assert found(made, "anchor").advice == "put a copy of the last one back"


def test_key_store_that_is_gone(made: Settings) -> None:
    (made.data_directory / "content-keys.db").unlink()
    assert found(made, "contents").found == "there is no key store"


def test_standing_facts_in_clear(made: Settings) -> None:
    assert found(made, "standing facts").status is Status.OK
    _in_clear(made)
    came = found(made, "standing facts")
    assert (came.status, came.found) == (Status.WARN, "2 versions lie in clear")
    assert came.advice == "`assent init` seals them"
    initialise(made)
    assert found(made, "standing facts").status is Status.OK
    assert b"memo 7" not in (made.data_directory / "assent.db").read_bytes()


def _in_clear(made: Settings) -> None:
    """Leave standing facts as they are where sealing was stopped before it came to them."""
    file = made.data_directory / "assent.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        (bound,) = connection.execute("SELECT id FROM key_store").fetchone()
        connection.execute("DELETE FROM key_store")
    database = Database(made.database_url)
    facts = StandingFacts(database)
    for name in ("Fjellsko", "Another"):
        facts.record(statement(name), actor="anna", reason=None, check=nothing)
    database.close()
    assert b"memo 7" in file.read_bytes()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO key_store (one, id) VALUES (1, ?)", [bound])


def test_certificates_that_are_none(made: Settings, tmp_path: Path) -> None:
    broken = replace(made, log_tsa="https://tsa.example", log_tsa_certificates=tmp_path / "no.pem")
    assert found(broken, "time stamps").status is Status.FAIL


def test_port_that_is_taken(made: Settings) -> None:
    with socket.create_server(("127.0.0.1", made.port)):
        came = found(made, "port")
    assert came.status is Status.WARN
    assert "is in use" in came.found


def test_address_that_is_not_here(made: Settings) -> None:
    assert found(replace(made, host="192.0.2.1"), "port").status is Status.FAIL


def test_database_that_does_not_answer(made: Settings, tmp_path: Path) -> None:
    url = f"postgresql://nobody@/none?host={tmp_path}"
    assert found(replace(made, database_url=url), "database").status is Status.FAIL


def test_database_of_a_later_version_asks_for_that(made: Settings) -> None:
    with closing(sqlite3.connect(made.data_directory / "assent.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    told = found(made, "database")
    assert told.status is Status.FAIL
    assert "of a later version of Assent (revision 9999" in told.found
    assert told.advice == "use an `assent` of that version, or put back a backup of before"


def test_database_of_another_version(made: Settings) -> None:
    with closing(sqlite3.connect(made.data_directory / "assent.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0005'")
    came = found(made, "database")
    assert came.status is Status.FAIL
    assert came.advice == "make a backup, then `assent migrate` brings it there"


def test_clock_that_was_set_back(made: Settings) -> None:
    came = found(made, "clock", datetime(2001, 1, 1, tzinfo=UTC))
    assert came.status is Status.FAIL
    assert "seconds behind what is logged" in came.found


def test_anchor_that_is_none(made: Settings) -> None:
    made.log_anchor.write_bytes(b"nothing of the kind\n")
    assert found(made, "anchor").status is Status.FAIL


def test_anchor_of_another_log(made: Settings, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = install(tmp_path / "other", log_level="error").settings
    start(other).close()  # Signs what was logged.
    shutil.copy(other.log_key, made.log_key)
    shutil.copy(other.log_anchor, made.log_anchor)
    came = found(made, "anchor")
    assert re.fullmatch(
        "the log in the database is signed by .*, which are not those of .*", came.found
    )
    assert came.advice is not None
    assert came.advice.startswith("share the files of that installation, ")


def test_nobody_who_administers(made: Settings) -> None:
    database = Database(made.database_url)
    keys = ApiKeys(database)
    for key in keys.all():
        if Role.ADMIN in key.roles:
            keys.revoke(key.prefix, actor="jo")
    database.close()
    assert found(made, "API keys").advice == "`assent keys create administrator --role admin`"


def test_keys_that_end_soon(made: Settings) -> None:
    make_key(made, name="brief", roles=[Role.SUBMITTER], expires_at=utc_now() + timedelta(days=3))
    assert "1 end within 30 days: `brief`" in found(made, "API keys").found


def test_policy_set_that_is_not_there(made: Settings) -> None:
    assert found(replace(made, policy_set="other"), "policies").status is Status.FAIL


# --- PostgreSQL -------------------------------------------------------------------------------


@pytest.fixture
def shared(tmp_path: Path, postgresql: PostgreSQLServer) -> Iterator[tuple[Settings, Any]]:
    with postgresql.migrated_database() as url:
        yield install(tmp_path, log_level="error", database_url=url).settings, postgresql


def test_processes_want_more_connections_than_there_are(shared: tuple[Settings, Any]) -> None:
    settings, _ = shared
    assert found(replace(settings, workers=1), "PostgreSQL").status is Status.OK
    assert "may want" in found(replace(settings, workers=64), "PostgreSQL").found


@contextmanager
def set_up(server: PostgreSQLServer, name: str, value: str) -> Iterator[None]:
    """Have a setting of the server, and put it back."""
    with psycopg.connect(server.url, autocommit=True) as connection:

        def change(statement: str) -> None:
            connection.execute(statement)
            connection.execute("SELECT pg_reload_conf()")

        before = connection.execute(f"SHOW {name}").fetchone()
        change(f"ALTER SYSTEM SET {name} = {value}")
        try:
            until(lambda: connection.execute(f"SHOW {name}").fetchone() != before)
            yield
        finally:
            change(f"ALTER SYSTEM RESET {name}")
            until(lambda: connection.execute(f"SHOW {name}").fetchone() == before)


def test_server_that_may_tear_pages_is_told_of(shared: tuple[Settings, Any]) -> None:
    settings, server = shared
    with set_up(server, "full_page_writes", "off"):
        came = found(settings, "PostgreSQL")
    assert came.status is Status.WARN
    assert "a power cut may tear pages" in came.found


def test_server_whose_synchronous_standby_is_gone_is_told_of(
    shared: tuple[Settings, Any], tmp_path: Path
) -> None:
    """Another that follows it is none: no commit waits for it."""
    settings, server = shared
    (taken := tmp_path / "wal").mkdir()
    following = "SELECT count(*) FROM pg_stat_replication"
    with server.followed(taken), set_up(server, "synchronous_standby_names", "'nobody'"):
        with psycopg.connect(server.url, autocommit=True) as connection:
            until(lambda: connection.execute(following).fetchone() == (1,))
        came = found(settings, "PostgreSQL")
    assert came.status is Status.FAIL
    assert "waits for a synchronous standby" in came.found


def test_what_an_administrator_has_set_changes_nothing(shared: tuple[Settings, Any]) -> None:
    settings, server = shared
    name = make_url(settings.database_url).database
    for each in (
        "standard_conforming_strings = off",
        "datestyle = 'SQL, DMY'",
        "timezone = 'Pacific/Kiritimati'",
        "bytea_output = 'escape'",
        "default_transaction_isolation = 'serializable'",
        "statement_timeout = 1000",
        "default_text_search_config = 'german'",
    ):
        server.run(f"ALTER DATABASE {name} SET {each}")
    failing = [each for each in examine(settings, utc_now) if each.status is Status.FAIL]
    assert failing == []


def test_rows_that_are_hidden_are_told_of(shared: tuple[Settings, Any]) -> None:
    settings, _ = shared
    reader = replace(
        settings, database_url=settings.database_url.replace("//postgres:@", "//reader@")
    )
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        try:
            connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
            connection.execute("ALTER TABLE log_entry ENABLE ROW LEVEL SECURITY")
            connection.execute("CREATE POLICY p ON log_entry FOR SELECT TO reader USING (true)")
            hidden = found(reader, "database")
        finally:
            connection.execute("DROP OWNED BY reader")
            connection.execute("DROP ROLE reader")
    assert hidden.status is Status.FAIL
    assert 'would be affected by row-level security policy for table "log_entry"' in hidden.found


def test_advice_is_of_what_is_wrong(shared: tuple[Settings, Any]) -> None:
    settings, server = shared
    name = make_url(settings.database_url).database
    server.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    came = found(settings, "writing")
    assert came.status is Status.FAIL
    assert came.found == "the database server only reads, as a standby does"
    assert "promote this one" in str(came.advice)


def test_what_was_erased_is_still_in_the_files(
    made: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(made)
    SQLLogStore(database).append([seal(_make_record())])
    erasures = Erasures(database)
    monkeypatch.setattr(Database, "purge", lambda _: False)
    erasures.erase(Selector.CAMPAIGN, "cmp-7", ground=Ground.OBJECTION, actor="x")
    came = found(made, "erased contents")
    assert came.status is Status.WARN
    assert came.found == "what was erased is not out of the database's files"
    monkeypatch.undo()
    erasures.erase(Selector.CAMPAIGN, "cmp-7", ground=Ground.OBJECTION, actor="x")
    assert found(made, "erased contents").status is Status.OK
    database.close()


def test_clock_of_the_server_is_another(shared: tuple[Settings, Any]) -> None:
    settings, _ = shared
    came = found(settings, "clock", utc_now() + timedelta(hours=1))
    assert came.status is Status.WARN
    assert "off the database's" in came.found


def test_user_who_may_only_read_is_told_apart(shared: tuple[Settings, Any]) -> None:
    """Without a right to read, it is no database that lacks what was signed."""
    settings, _ = shared
    owner = settings.database_url
    reader = replace(settings, database_url=owner.replace("//postgres:@", "//reader@"))
    assert reader != settings
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        try:
            denied = found(reader, "database")
            assert "(permission denied for table alembic_version): " in denied.found
            assert "a user who may do so" in str(denied.advice)
            connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
            refused = found(reader, "writing")
            assert refused.status is Status.FAIL
            assert refused.found.endswith("(permission denied for table log_head)")
            assert found(settings, "writing").status is Status.OK
        finally:
            connection.execute("DROP OWNED BY reader")
            connection.execute("DROP ROLE reader")
