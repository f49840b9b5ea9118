"""`assent verify` on exports as the service writes them, and on what became of them."""

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result

from api.deciding.submission import NATIVE, Terms
from api.recording import Recorder
from engine import Engine, load_bundle
from engine.audit.entries.acts import Hold, HoldGround
from engine.audit.entries.record import seal
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.export import write_export
from engine.audit.log import Committer
from engine.storage.databases.database import Database
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import _make_record
from tests.audit.published import KEY

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def export(tmp_path: Path, policies: str, campaign: object, denied: object) -> bytes:
    """The export of a log with two decisions."""
    database = Database(f"sqlite:///{tmp_path}/log.db")
    migrate(database)
    committer = Committer(SQLLogStore(database, clock=lambda: NOON))
    recorder = Recorder(Engine(load_bundle(policies)), committer, clock=lambda: NOON)
    terms = Terms(format=NATIVE, as_of=NOON)
    for record in (campaign, denied):
        recorder.record(record, terms=terms, actor="pipeline")
    committer.close()
    decisions, stream = Decisions(database), BytesIO()
    head = TileLog(database).head()
    entries = decisions.entries(size=head.size)
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    database.close()
    return stream.getvalue()


def test_a_whole_export(run: Run, write: Write, export: bytes) -> None:
    result = run("verify", write("log.ndjson", export))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "VERIFIED  2 entries, nothing is wrong"
    assert lines[1].startswith("  head       2:")
    assert "nobody signs it" in lines[2]
    with_key = run("verify", write("log.ndjson", export), "--vkey", str(KEY.verifier))
    assert with_key.stdout == result.stdout  # No key says whose it is.


def test_the_head_may_be_trusted_from_elsewhere(run: Run, write: Write, export: bytes) -> None:
    file = write("log.ndjson", export)
    head = run("verify", file).stdout.splitlines()[1].split()[-1]
    assert run("verify", file, "--trusted", head).stdout.count("\n") == 2
    size, _, root = head.partition(":")
    digits = base64.b64decode(root).hex()
    assert run("verify", file, "--trusted", f"{size}:{digits}").exit_code == 0
    other = run("verify", file, "--trusted", f"{size}:{'0' * 64}")
    assert other.exit_code == 1
    assert "first: the export: the first 2 entries are not those" in other.stdout


def test_a_changed_export_names_what_is_wrong(run: Run, write: Write, export: bytes) -> None:
    header, first, second = export.splitlines(keepends=True)
    changed = second.replace(b'"actor":"pipeline"', b'"actor":"somebody"')
    assert changed != second
    result = run("verify", write("log.ndjson", header + first + changed))
    assert result.exit_code == 1
    assert result.stdout.startswith("NOT VERIFIED  1 fault in 2 entries\n  first: entry 1: ")
    cut = run("verify", write("log.ndjson", header + first))
    assert cut.stdout.startswith("NOT VERIFIED  2 faults in 1 entry\n")


def test_json(run: Run, export: bytes) -> None:
    result = run("verify", "-", "--json", stdin=export)
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert (document["verified"], document["entries"], document["faults"]) == (True, 2, [])
    broken = json.loads(run("verify", "-", "--json", stdin=export[:-5]).stdout)
    assert broken["verified"] is False
    assert {fault["entry"] for fault in broken["faults"]} == {1, None}


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_database_is_verified_as_it_is(
    run: Run, tmp_path: Path, export: bytes, form: str
) -> None:
    del export
    name = form.format(tmp_path / "log.db")
    assert run("verify", name).stdout.startswith("VERIFIED  2 entries, nothing is wrong\n")
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection, connection:
        connection.execute("UPDATE log_entry SET outcome = 'allow' WHERE \"index\" = 1")
        connection.execute("UPDATE payload SET input = x'00' WHERE \"index\" = 0")
    result = run("verify", name)
    assert result.exit_code == 1
    assert result.stdout.startswith("NOT VERIFIED  2 faults in 2 entries\n  first: entry 0: ")
    assert "(input_differs)" in result.stdout
    assert "(column_differs)" in result.stdout


def test_a_database_of_which_the_log_is_broken(run: Run, tmp_path: Path, export: bytes) -> None:
    del export
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection, connection:
        connection.execute("DELETE FROM log_head")
    result = run("verify", tmp_path / "log.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "assent: the database: the log has no head\n"


def test_decisions_that_were_logged_late_are_told(run: Run, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/log.db")
    migrate(database)
    store = SQLLogStore(database, clock=lambda: NOON + timedelta(hours=2))
    store.append([seal(_make_record(decided_at=NOON))])
    database.close()
    told = run("verify", tmp_path / "log.db").stdout
    assert told.startswith("VERIFIED  1 entry, nothing is wrong\n")
    late = (
        "  late       1 decision logged more than an hour after being made; the first is entry 0\n"
    )
    assert late in told
    document = json.loads(run("verify", tmp_path / "log.db", "--json").stdout)
    assert document["late"] == {"decisions": 1, "first": 0}


def test_a_hold_of_before_is_told_and_is_no_fault(run: Run, tmp_path: Path, export: bytes) -> None:
    del export
    database = Database(f"sqlite:///{tmp_path}/log.db")
    placed = Hold(entries=(), ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    SQLLogStore(database).append([seal_act(placed), seal_act(placed)])
    database.close()
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection, connection:
        connection.execute("INSERT INTO hold VALUES (2, 3, 'campaign', 'cmp-7', NULL)")
    result = run("verify", tmp_path / "log.db")
    assert result.exit_code == 0
    assert result.stdout.startswith("VERIFIED  4 entries, nothing is wrong\n")
    assert (
        result.stdout.count("  not shown  whom the hold of entry 2 is on: an earlier version") == 1
    )
    document = json.loads(run("verify", tmp_path / "log.db", "--json").stdout)
    assert document["uncommitted_holds"] == [2]
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection, connection:
        connection.execute("UPDATE hold SET last = 2")
        connection.execute("INSERT INTO hold VALUES (3, 3, 'campaign', 'cmp-8', NULL)")
    assert "the hold of entry 2 and of 1 other is on" in run("verify", tmp_path / "log.db").stdout


def test_a_database_with_a_value_that_nobody_writes(
    run: Run, tmp_path: Path, export: bytes
) -> None:
    del export
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection, connection:
        connection.execute("UPDATE log_entry SET decided_at = NULL")
    result = run("verify", tmp_path / "log.db")
    assert result.exit_code == 1
    assert "a row has a value that Assent does not write" in result.stderr


def test_a_database_that_cannot_be_verified(
    run: Run, one_line: Callable[[Result], str], tmp_path: Path
) -> None:
    sqlite3.connect(tmp_path / "empty.db").close()
    assert "`assent init` brings it there" in one_line(
        run("verify", f"sqlite:///{tmp_path}/empty.db")
    )
    missing = tmp_path / "missing.db"
    assert "there is no such database" in one_line(run("verify", f"sqlite:///{missing}"))
    assert not missing.exists()
    assert "cannot be reached" in one_line(run("verify", "postgresql://127.0.0.1:1/nothing"))
    assert "must name a file" in one_line(run("verify", "sqlite://"))


def test_what_is_no_export(run: Run, write: Write) -> None:
    result = run("verify", write("log.ndjson", b"\x00\x1b[31m\xff\n" * 300))
    assert result.exit_code == 1
    assert "header_malformed" in result.stdout
    assert "\x1b" not in result.stdout
    assert "         and 200 more\n" in result.stdout or "and 201 more" in result.stdout
    assert run("verify", write("empty.ndjson", "")).exit_code == 1


def test_what_is_nothing_that_is_verified(
    run: Run, one_line: Callable[[Result], str], write: Write
) -> None:
    """It is refused, and not called false: nobody has altered anything."""
    for name, content, words in (
        ("denied.csv", "index,id\r\n", "denied.csv.manifest.json beside it"),
        ("denied.ndjson", '{"index":0,"id":"a"}\n', "denied.ndjson.manifest.json beside it"),
        ("README.md", "# A page\n", "no receipt, evidence, manifest, export or database"),
        ("empty", "", "no receipt, evidence, manifest, export or database"),
        ("bad.zip", "not zipped", "it is not a ZIP file"),
    ):
        if "beside" in words:
            write(f"{name}.manifest.json", "{}")
        file = write(name, content)
        told = one_line(run("verify", file))
        assert told.startswith(f"assent: {file}: this is no ")
        assert words in told
        assert run("verify", file, "--as", "export").exit_code == 1


def test_what_was_once_an_export_is_one_however_little_is_left(
    run: Run, write: Write, export: bytes
) -> None:
    header, entry, _ = export.splitlines(keepends=True)
    for name, left, words in (
        ("log.txt", header[:20], "header of an export: it is not JSON, or breaks off"),
        ("log.txt", entry, "header of an export: its members are not those"),
        ("log.txt", header + entry.replace(b'"index":0', b'"index":"0"'), "its member `$.index`"),
        ("log.ndjson", export[1:], "header of an export: its members are not those"),
        ("log.ndjson", b"", "header of an export: it is not JSON, or breaks off"),
    ):
        result = run("verify", write(name, left))
        assert result.exit_code == 1, (name, left[:20])
        assert result.stdout.startswith("NOT VERIFIED")
        assert words in result.stdout


def test_what_cannot_be_read(
    run: Run, one_line: Callable[[Result], str], tmp_path: Path, write: Write
) -> None:
    assert "no such file" in one_line(run("verify", tmp_path / "nope"))
    assert "it has no `checkpoint`" in one_line(run("verify", tmp_path))
    (tmp_path / "tile").mkdir()
    assert "give the log's public key" in one_line(run("verify", tmp_path))
    assert "give the log's public key" in one_line(run("verify", write("a.tlog-proof", "")))
    file = write("log.ndjson", "")
    for wrong in ("1", "1:zz", "1:AAAA", f"{2**63}:{'0' * 64}", f"1:{'z' * 64}"):
        assert "is no head" in one_line(run("verify", file, "--trusted", wrong))
