"""`assent replay`: what is in the log is decided again, and what comes out otherwise is shown."""

import json
import os
import re
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from msgspec import structs

from api.cli import replay as replay_command
from api.deciding import replay as replaying
from api.deciding.replay import NotReplayable, Replayer
from api.deciding.submission import Decided, submit
from api.installation.contents import open_database
from api.installation.settings import load_settings
from engine import __version__, facade
from engine.storage.governance.policies import PolicyVersions
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.search.decisions import Decisions

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]


@pytest.fixture
def data(installed: Path) -> Path:
    return installed / "assent.db"


@pytest.fixture
def logged(log_decisions: Log, denied: object) -> list[str]:
    """Three decisions, one on each of the first days of November, behind entry 2; their ids."""
    noons = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    return [made for noon in noons for made in log_decisions(denied, at=noon)]


def test_the_whole_log_is_replayed(run: Run, logged: list[str]) -> None:
    result = run("replay", "--all")
    assert (result.exit_code, result.stdout) == (0, "3 decisions: 3 identical\n")
    told = run("replay", "--all", "--json").stdout
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["id"] for line in lines] == logged
    assert {line["replay"] for line in lines} == {"identical"}


def test_several_processes_say_what_one_says(
    run: Run, logged: list[str], data: Path, one_line: OneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_command, "_PART", 1)
    with closing(sqlite3.connect(data)) as connection, connection:
        connection.execute("""UPDATE sealed SET payload = x'7b7d' WHERE "index" = 3""")
    for more in ((), ("--json",)):
        alone, together = (run("replay", "--all", *more, "--workers", n) for n in (1, 2))
        assert (together.exit_code, together.stdout) == (alone.exit_code, alone.stdout)
    assert logged[2] in together.stdout
    monkeypatch.setattr(Replayer, "replay", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    # Both end, and either may be noticed first.
    assert re.fullmatch(
        r"assent replay: a process ended \(SIGKILL\) while it replayed the entries ([34]) to \1;"
        r" look at the memory, or take fewer --workers\n",
        one_line(run("replay", "--all", "--workers", 2)),
    )


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--since", "2026-11-02"), 2),
        (("--until", "2026-11-02"), 1),
        (("--since", "2026-11-02T12:00:00Z", "--until", "2026-11-03T12:00:00Z"), 1),
        (("--since", "2027-01-01"), 0),
    ],
)
def test_a_time_is_replayed(
    run: Run, logged: list[str], options: tuple[str, ...], count: int
) -> None:
    del logged
    result = run("replay", *options, "--json")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, count)


def test_decisions_are_replayed_by_name(run: Run, logged: list[str]) -> None:
    result = run("replay", logged[2], logged[0])
    assert result.exit_code == 0
    assert result.stdout == (
        f"IDENTICAL  {logged[2]}\nIDENTICAL  {logged[0]}\n2 decisions: 2 identical\n"
    )


def test_an_engine_that_decides_otherwise_is_caught(
    run: Run, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*given: Any, **more: Any) -> Decided:
        made = submit(*given, **more)
        assert isinstance(made, Decided)
        made.summary.update(conclusive=False, decision="x" * 200)
        return made

    monkeypatch.setattr(replaying, "submit", other)
    monkeypatch.setattr(replaying, "MOST_DIFFERENCES", 1)
    result = run("replay", "--since", "2026-11-03")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"DIFFERS  {logged[2]}",
        "  /conclusive",
        "    recorded  `true`",
        "    replayed  `false`",
        "  and 1 more",
        "1 decision: 1 differs",
    ]


def test_the_engine_is_told_where_it_is_another(
    run: Run, log_decisions: Log, denied: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facade, "__version__", "0.0.9")
    (decision_id,) = log_decisions(denied)
    assert run("replay", decision_id).stdout == (
        f"IDENTICAL  {decision_id}\n"
        f"  decided by engine 0.0.9, replayed by {__version__}\n"
        "1 decision: 1 identical\n"
    )


def test_what_was_altered_or_taken_away_is_told(run: Run, logged: list[str], data: Path) -> None:
    with closing(sqlite3.connect(data)) as connection, connection:
        connection.execute("""UPDATE sealed SET payload = x'7b7d' WHERE "index" = 3""")
        connection.execute("""DELETE FROM sealed WHERE "index" = 5""")
    result = run("replay", "--all")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"NOT REPLAYABLE  {logged[0]}",
        "  its contents cannot be read: they do not open under their key",
        f"NOT REPLAYABLE  {logged[2]}",
        "  its input and result are gone, and no erasure says why",
        "3 decisions: 1 identical, 2 not replayable",
    ]


def test_contents_that_are_not_those_of_the_leaf(logged: list[str], data: Path) -> None:
    database = open_database(load_settings({"ASSENT_DATA_DIRECTORY": str(data.parent)}))
    entry = Decisions(database).get(logged[0])
    assert entry.payload is not None
    altered = structs.replace(entry.payload, input=b"{}")
    other = structs.replace(entry, payload=altered)
    outcome = Replayer(PolicyVersions(database), Erasures(database)).replay(other).outcome
    assert outcome == NotReplayable(why="what is stored of it is not what was logged")
    database.close()


def test_an_erased_decision_is_no_fault(run: Run, logged: list[str]) -> None:
    assert run("log", "erase", "--decision", logged[1], "--ground", "objection").exit_code == 0
    result = run("replay", "--all")
    assert (result.exit_code, result.stdout) == (0, "3 decisions: 2 identical, 1 erased\n")
    assert run("replay", logged[1]).stdout.splitlines() == [
        f"ERASED  {logged[1]}",
        "  it was erased on the ground `objection`, as entry 6 says",
        "1 decision: 1 erased",
    ]


@pytest.mark.parametrize(
    "arguments",
    [(), ("x", "--all"), ("--all", "--since", "2026-01-01"), ("x", "--until", "2026-01-01")],
)
def test_what_to_replay_is_said_once(
    run: Run, one_line: OneLine, arguments: tuple[str, ...]
) -> None:
    assert "name decisions, or a time" in one_line(run("replay", *arguments))


def test_what_is_not_there_is_not_replayed(run: Run, one_line: OneLine, logged: list[str]) -> None:
    del logged
    assert "`nope`: the log has no such decision" in one_line(run("replay", "nope"))
    assert "this is no UTF-8" in one_line(run("replay", "\udcff"))


def test_without_a_database_there_is_nothing_to_replay(run: Run, one_line: OneLine) -> None:
    assert "`assent init`" in one_line(run("replay", "--all"))
