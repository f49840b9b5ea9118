"""`assent contents`, and what the other commands say of keys that are not where they belong."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.deciding.submission import NATIVE, Terms
from api.installation.contents import open_database
from api.installation.settings import load_settings
from api.recording import Recorder
from engine import Engine, load_bundle
from engine.audit.instants import utc_now
from engine.audit.log import Committer
from engine.storage.databases.database import Database
from engine.storage.log.log_store import SQLLogStore

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
ERASE = ("log", "erase", "--actor", "pipeline", "--ground", "objection")


@pytest.fixture
def log(installed: Path, policies: str, denied: Any) -> Iterator[Path]:
    """The data directory of an installation with two decisions, its entries 1 and 2."""
    database = open_database(load_settings({"ASSENT_DATA_DIRECTORY": str(installed)}))
    record(database, policies, denied)
    yield installed
    database.close()


def record(database: Database, policies: str, denied: Any) -> None:
    committer = Committer(SQLLogStore(database))
    recorder = Recorder(Engine(load_bundle(policies, name="assent")), committer, clock=utc_now)
    terms = Terms(format=NATIVE, as_of=utc_now())
    for _ in range(2):
        recorder.record(denied, terms=terms, actor="pipeline")
    committer.close()


def keys(var: Path, condition: str) -> int:
    with closing(sqlite3.connect(var / "content-keys.db")) as connection:
        query = f"SELECT count(*) FROM data_key WHERE {condition}"  # noqa: S608 - of this test.
        (count,) = connection.execute(query).fetchone()
    return int(count)


def test_init_makes_key_store_and_content_key(run: Run, tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    var = tmp_path / "var"
    assert (var / "content-keys.db").is_file()
    assert (var / "content.key").stat().st_mode & 0o777 == 0o600


def test_an_erasure_destroys_keys(run: Run, log: Path) -> None:
    assert run(*ERASE).exit_code == 0
    assert keys(log, "destroyed_at IS NOT NULL AND wrapped IS NULL") == 2


def test_rotate(run: Run, log: Path) -> None:
    before = (log / "content.key").read_text()
    done = run("contents", "rotate")
    assert (done.exit_code, done.stdout) == (0, "ROTATED  256 keys wrapped anew\n")
    assert (log / "content.key").read_text() != before
    assert json.loads(run("contents", "rotate", "--json").stdout) == {"rotated": 256}
    assert run("verify", log / "assent.db").stdout.startswith("VERIFIED  5 entries")


def test_settle_destroys_what_a_backup_brought_back(run: Run, log: Path) -> None:
    store = log / "content-keys.db"
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        assert run(*ERASE).exit_code == 0
        copy.backup(source)
    assert keys(log, "wrapped IS NULL") == 0
    done = run("contents", "settle")
    assert (done.exit_code, done.stdout) == (0, "SETTLED  2 keys destroyed\n")
    assert keys(log, "wrapped IS NULL") == 2
    assert json.loads(run("contents", "settle", "--json").stdout) == {
        "settled": 2,
        "purged": True,
    }


def test_one_key_is_one_key(run: Run, log: Path) -> None:
    with closing(sqlite3.connect(log / "assent.db")) as connection:
        query = 'SELECT id FROM log_entry WHERE "index" = 3'
        (name,) = connection.execute(query).fetchone()
    run("log", "erase", "--decision", name, "--ground", "objection")
    assert run("contents", "settle").stdout == "SETTLED  1 key destroyed\n"


def test_verify_tells_what_it_could_not_read(run: Run, log: Path) -> None:
    (log / "content-keys.db").rename(log / "elsewhere.db")
    for leftover in log.glob("content-keys.db-*"):
        leftover.unlink()
    told = run("verify", log / "assent.db")
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert lines[0] == "INCOMPLETE  5 entries, nothing is wrong in what could be read"
    assert (
        "  not read   the contents of 2 entries; the first is entry 3: the key store is not here"
        in (lines)
    )
    document = json.loads(run("verify", log / "assent.db", "--json").stdout)
    assert (document["verified"], document["faults"]) == (False, [])
    assert document["unread"] == {"entries": 2, "first": 3, "why": "the key store is not here"}
    assert not (log / "content-keys.db").exists()


def test_verify_tells_faults_beside_what_it_could_not_read(run: Run, log: Path) -> None:
    (log / "content-keys.db").unlink()
    with closing(sqlite3.connect(log / "assent.db")) as connection:
        connection.execute("UPDATE log_entry SET outcome = 'allow' WHERE outcome = 'deny'")
        connection.commit()
    lines = run("verify", log / "assent.db").stdout.splitlines()
    assert lines[0] == "NOT VERIFIED  2 faults in 5 entries"
    assert "(column_differs)" in lines[1]


def test_without_the_key_store_nothing_is_done(run: Run, one_line: OneLine, log: Path) -> None:
    (log / "content-keys.db").unlink()
    for command in (ERASE, ("contents", "rotate"), ("contents", "settle"), ("replay", "--all")):
        assert "the key store is not there" in one_line(run(*command))
    line = one_line(run("init"))
    assert "the key store is not there" in line
    assert "put it back" in line
    assert not (log / "content-keys.db").exists()


@pytest.mark.usefixtures("log")
def test_with_another_key_store_nothing_is_done(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSENT_CONTENT_KEYS_URL", f"sqlite:///{tmp_path}/other/keys.db")
    other = {"ASSENT_DATABASE_URL": f"sqlite:///{tmp_path}/other/log.db"}
    with monkeypatch.context() as patched:
        for name, value in other.items():
            patched.setenv(name, value)
        patched.setenv("ASSENT_LOG_ANCHOR", str(tmp_path / "other" / "checkpoint"))
        assert run("init").exit_code == 0
    assert "sealed under another key store" in one_line(run("log", "holds"))
    assert "put back the one" in one_line(run("init"))


def test_without_the_content_key_nothing_is_done(run: Run, one_line: OneLine, log: Path) -> None:
    file = log / "content.key"
    kept = file.read_text()
    file.unlink()
    assert "there is no content key at" in one_line(run("log", "holds"))
    file.write_text("nonsense\n")
    file.chmod(0o600)
    assert "cannot be read" in one_line(run("log", "holds"))
    file.write_text("00000000" + kept[8:])
    assert "lacks the key" in one_line(run("log", "holds"))


def test_what_is_in_clear_is_sealed_by_init(
    run: Run, one_line: OneLine, installed: Path, policies: str, denied: Any
) -> None:
    with closing(sqlite3.connect(installed / "assent.db")) as connection:
        connection.execute("DELETE FROM key_store")
        connection.commit()
    database = Database(f"sqlite:///{installed}/assent.db")
    record(database, policies, denied)
    database.close()
    assert "not all sealed; `assent init` seals them" in one_line(run("log", "holds"))
    assert run("init").exit_code == 0
    assert run("log", "holds").exit_code == 0
    assert run("verify", installed / "assent.db").stdout.startswith("VERIFIED  5 entries")


def test_one_database_for_both_is_refused(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSENT_CONTENT_KEYS_URL", f"sqlite:///{tmp_path}/var/assent.db")
    assert "name one database, whose backups would have" in one_line(run("init"))
