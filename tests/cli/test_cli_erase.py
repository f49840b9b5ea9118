"""`assent log erase`, and what verifies afterwards."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.cli.verification_view import receipt_document, receipt_lines
from engine.audit.exhibits.log_proof import ReceiptReport
from engine.audit.export import line_of
from engine.storage.databases.database import Database
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]
OBJECTION = ("--ground", "objection")


@pytest.fixture
def database(database: Database, log_decisions: Log, denied: Any) -> Database:
    """The database with three decisions on a campaign, its entries from 3 to 5."""
    log_decisions(*[denied] * 3)
    return database


def names(database: Database) -> list[str]:
    return [each.id for each in Decisions(database).entries(size=6)]


def test_one_decision_and_then_the_rest(run: Run, database: Database, tmp_path: Path) -> None:
    first, *_ = names(database)
    result = run("log", "erase", "--decision", first, *OBJECTION)
    assert result.exit_code == 0
    title, entry = result.stdout.splitlines()
    assert title == "ERASED  1 decision"
    assert entry.startswith("  by entry 6, logged at ")
    made = json.loads(run("log", "erase", "--actor", "pipeline", *OBJECTION, "--json").stdout)
    assert (made["erased"], made["purged"], made["entries"][0]["index"]) == (2, True, 7)
    vkey, tree = tmp_path / "log.vkey", tmp_path / "tree"
    vkey.write_text(run("log", "key").stdout)
    assert run("log", "export", tree).exit_code == 0
    told = run("verify", tree, "--vkey", vkey).stdout.splitlines()
    assert told[0] == "VERIFIED  8 entries, nothing is wrong"
    assert told[2] == "  erased     3 entries"
    replayed = run("replay", "--all")
    assert (replayed.exit_code, replayed.stdout) == (0, "3 decisions: 3 erased\n")


def test_nothing_is_erased_in_a_database_that_is_not_the_signed_one(
    run: Run, one_line: OneLine, database: Database, installed: Path, tmp_path: Path
) -> None:
    """The keys would be gone, and the right database would have no word of why."""
    database.close()
    file = installed / "assent.db"
    shutil.copy(file, tmp_path / "copy")
    run("log", "hold", "--actor", "pipeline", "--ground", "legal-claims")
    assert run("log", "export", tmp_path / "tree").exit_code == 0  # Signs it.
    shutil.copy(tmp_path / "copy", file)
    told = one_line(run("log", "erase", "--actor", "pipeline", *OBJECTION))
    assert "the log has 6 entries, and 7 were signed: the database is an older one" in told
    assert "put back the database that was signed" in told


def test_a_log_with_an_entry_taken_away_is_not_prepared_again(
    run: Run, one_line: OneLine, database: Database, installed: Path
) -> None:
    database.close()
    with closing(sqlite3.connect(installed / "assent.db")) as connection, connection:
        connection.execute('DELETE FROM log_entry WHERE "index" = 5')
    told = one_line(run("log", "erase", "--actor", "pipeline", *OBJECTION))
    assert "tells of 6 entries, and the last is that of 5: some were taken away, or added" in told
    assert told.endswith("; `assent doctor` says more\n")


def test_a_backup_forgets_what_was_erased_since(
    run: Run, one_line: OneLine, database: Database, tmp_path: Path
) -> None:
    first, *_ = names(database)
    database.close()
    copy, var, tree = tmp_path / "copy", tmp_path / "var", tmp_path / "tree"
    shutil.copytree(var, copy)
    assert run("log", "erase", "--decision", first, *OBJECTION).exit_code == 0
    assert run("log", "export", tree).exit_code == 0
    shutil.rmtree(var)
    shutil.copytree(copy, var)
    assert run("contents", "settle").stdout == "SETTLED  0 keys destroyed\n"
    for erased in ("ERASED  1 decision", "ERASED  nothing was left to erase"):
        again = run("log", "erase-again", tree).stdout.splitlines()
        shared = "  6 entries are the same in both; the published log has 7"
        assert again == [erased, shared]
    made = json.loads(run("log", "erase-again", tree, "--json").stdout)
    assert (made["erased"], made["shared"], made["published"]) == (0, 6, 7)
    assert Decisions(database).get(first).payload is None
    assert run("replay", "--all").stdout == "3 decisions: 2 identical, 1 erased\n"
    line = one_line(run("log", "erase-again", tmp_path))
    assert "there is no checkpoint here; name a copy of this log" in line


def test_receipt_of_an_erasure(run: Run, database: Database) -> None:
    """Any program can make one from what is published; there is no decision to tell of."""
    run("log", "erase", "--actor", "pipeline", *OBJECTION)
    *_, entry = TileLog(database).entries(size=7)
    report = ReceiptReport(line=line_of(entry), checkpoint=None, faults=(), omitted=0)
    verdict, told = receipt_lines(report)
    assert verdict.plain == "VERIFIED  nothing is wrong"
    assert told.plain.startswith("  entry      6, logged at ")
    document = receipt_document(report)
    assert (document["entry"], document["decision_id"], document["campaign"]) == (6, None, None)


def test_a_misspelt_name_erases_nothing_and_is_told_of(run: Run, database: Database) -> None:
    del database
    for option, told in (
        ("--campaign", "on the campaign `no such`"),
        ("--actor", "that was asked for by the actor `no such`"),
    ):
        result = run("log", "erase", option, "no such", *OBJECTION)
        title, advice = result.stdout.splitlines()
        assert (result.exit_code, title) == (1, f"NOTHING ERASED  the log has no decision {told}")
        assert advice.startswith("  check the name; ")


def test_a_decision_that_was_erased_before(run: Run, database: Database) -> None:
    first, *_ = names(database)
    erasing = ("log", "erase", "--decision", first, *OBJECTION)
    done, again = run(*erasing), run(*erasing)
    title, entry = again.stdout.splitlines()
    assert (again.exit_code, title) == (0, "ERASED  before: nothing was left to erase")
    assert done.stdout.splitlines()[1] == entry


def test_a_reader_at_work_is_told_of(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    monkeypatch.setattr(Database, "purge", lambda _: False)
    result = run("log", "erase", "--actor", "pipeline", *OBJECTION)
    assert result.exit_code == 1
    assert "run this again later" in result.stdout
    result = run("log", "erase", "--actor", "pipeline", *OBJECTION)
    assert result.stdout.startswith("NOTHING ERASED  ")
    assert "run this again later" in result.stdout


@pytest.mark.parametrize(
    "options",
    [(), ("--campaign", "c", "--actor", "a"), ("--decision", "d", "--campaign", "c")],
)
def test_one_selector_is_wanted(run: Run, one_line: OneLine, options: tuple[str, ...]) -> None:
    line = one_line(run("log", "erase", *options, *OBJECTION))
    assert "give one of --decision, --campaign and --actor" in line


def test_what_cannot_be_erased(run: Run, one_line: OneLine, database: Database) -> None:
    del database
    assert "--ground" in one_line(run("log", "erase", "--campaign", "c"))
    assert "because" in one_line(run("log", "erase", "--campaign", "c", "--ground", "because"))
    line = one_line(run("log", "erase", "--decision", "nothing", *OBJECTION))
    assert "`nothing`: the log has no such decision" in line


@pytest.mark.parametrize("option", ["--decision", "--campaign", "--actor", "--by"])
def test_bytes_that_are_no_text(run: Run, one_line: OneLine, option: str) -> None:
    assert "this is no UTF-8" in one_line(run("log", "erase", option, "\udcff", *OBJECTION))


def test_without_an_installation(run: Run, one_line: OneLine) -> None:
    assert "`assent init`" in one_line(run("log", "erase", "--campaign", "c", *OBJECTION))
