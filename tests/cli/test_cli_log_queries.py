"""`assent log save`, `queries` and `forget`: a query under a name, and `--saved` that runs it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from engine.storage.search import saved_queries

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
pytestmark = pytest.mark.usefixtures("installed")


def test_query_is_saved_run_listed_and_forgotten(run: Run) -> None:
    saved = run("log", "save", "waived", "--rule", "a/b", "--rule-status", "waived", "--by", "me")
    assert saved.exit_code == 0
    assert saved.stdout.splitlines()[0] == "SAVED  waived"
    assert run("log", "queries").stdout.startswith(
        "waived  rule `a/b`, rule_status `waived`  saved by `me`"
    )
    for command in (["query"], ["statistics"], ["sample", "3", "--as-of", "1"]):
        result = run("log", *command, "--saved", "waived")
        assert result.exit_code == 0, result.output
    gone = run("log", "forget", "waived")
    assert gone.stdout.splitlines()[0] == "DELETED  waived"
    assert run("log", "queries").stdout == "no query is saved\n"


def test_documents(run: Run) -> None:
    made = json.loads(run("log", "save", "open", "--inconclusive", "--json").stdout)
    assert (made["filters"], made["actor"]) == ({"conclusive": False}, "cli")
    assert json.loads(run("log", "queries", "--json").stdout) == {"queries": [made]}
    assert run("log", "queries").stdout.startswith("open  conclusive false")
    gone = json.loads(run("log", "forget", "open", "--json").stdout)
    assert (gone["deleted"], gone["entry"]["index"]) == ("open", made["index"] + 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["save", "No"], "`No`: a name has 1 to 64"),
        (["save", "a", "--as-of", "1"], "a saved query is of no size of the log"),
        (["save", "a", "--rule-status", "waived"], "add --rule"),
        (["forget", "a"], "no query is saved as `a`; `assent log queries` lists them"),
        (["query", "--saved", "a"], "--saved: no query is saved as `a`"),
        (["query", "--saved", "a", "--outcome", "deny"], "leave out --outcome"),
        (["query", "--saved", "a", "--policy-version", "x"], "leave out --policy-version"),
        (["evidence", "x.zip"], "name decisions, or options that find them"),
        (["evidence", "x.zip", "an-id", "--saved", "a"], "name decisions, or options"),
    ],
)
def test_what_cannot_be_asked(run: Run, one_line: OneLine, arguments: list[str], told: str) -> None:
    result = run("log", *arguments)
    assert result.exit_code == 2
    assert told in one_line(result)


def test_name_that_is_taken(run: Run, one_line: OneLine) -> None:
    run("log", "save", "all")
    told = one_line(run("log", "save", "all"))
    assert "a query is saved as `all` already" in told
    assert "every decision" in run("log", "queries").stdout


def test_query_that_somebody_altered(run: Run, one_line: OneLine, tmp_path: Path) -> None:
    run("log", "save", "denied", "--outcome", "deny")
    with closing(sqlite3.connect(tmp_path / "var" / "assent.db")) as file, file:
        file.execute("UPDATE saved_query SET filters = ?", (b'{"outcome":"allow"}',))
    for arguments in (["query", "--saved", "denied"], ["queries"]):
        told = one_line(run("log", *arguments))
        assert "is not the one that entry 3 saved; find out who altered it" in told
    assert run("log", "forget", "denied").exit_code == 0


def test_query_that_cannot_be_asked_any_more(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(saved_queries, "canonical", lambda _: b'{"mood":"bad"}')
        run("log", "save", "moody")
    told: Any = one_line(run("log", "query", "--saved", "moody"))
    assert "cannot be asked any more" in told
    assert "delete it" in told
