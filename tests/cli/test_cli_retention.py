"""`assent retention`: what is due, what a run erases, and what is told where nothing can be."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from engine.audit.entries.retention import Schedule
from engine.audit.instants import utc_now
from engine.storage.lifecycle.retention import Retention

Run = Callable[..., Result]
OneLine = Callable[[Result], str]

# The decisions are of a day that is long past, whenever the test runs.
THEN = datetime(2020, 3, 31, 12, tzinfo=UTC)
KEPT = '{default = "1 month", allow = "unlimited"}'


@pytest.fixture
def log(installed: Path, log_decisions: Callable[..., list[str]], denied: Any) -> Path:
    """The database of an installation with three decisions, of three days: entries 3 to 5."""
    for days, actor in ((0, "pipeline"), (1, "held"), (30_000, "pipeline")):
        log_decisions(denied, at=THEN + timedelta(days=days), as_of=utc_now(), actor=actor)
    return installed / "assent.db"


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSENT_RETENTION", KEPT)


def test_what_is_due_is_erased(run: Run, log: Path, tmp_path: Path) -> None:
    del log
    run("log", "hold", "--actor", "held", "--ground", "legal-claims")
    due = run("retention", "run", "--dry-run")
    assert due.exit_code == 0
    assert due.stdout.splitlines() == [
        "DUE  1 decision",
        "  1 decision of the class `default`, kept for 1 month",
        "  1 decision is due and held: `assent log holds`",
        "  nothing is erased by a dry run",
    ]
    done = run("retention", "run", "--by", "nightly")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "ERASED  1 decision",
        "  1 decision of the class `default`, kept for 1 month",
        "  1 decision is due and held: `assent log holds`",
        "  by entry 8",
        "  the schedule is declared by entry 7",
    ]
    again = run("retention", "run")
    assert again.stdout.splitlines()[0] == "ERASED  nothing was due"
    replayed = run("replay", "--all")
    assert (replayed.exit_code, replayed.stdout) == (0, "3 decisions: 2 identical, 1 erased\n")
    vkey, tree = tmp_path / "log.vkey", tmp_path / "tree"
    vkey.write_text(run("log", "key").stdout)
    assert run("log", "export", tree).exit_code == 0
    verified = run("verify", tree, "--vkey", vkey)
    first, second, *_ = verified.stdout.splitlines()
    assert (verified.exit_code, first) == (1, "NOT VERIFIED  1 fault in 9 entries")
    assert second.endswith("(decided_after_logged)")  # What it claims of the year 2102.


def test_show(run: Run, log: Path) -> None:
    del log
    run("log", "hold", "--actor", "held", "--ground", "legal-claims")
    shown = run("retention", "show", "--as-of", "2020-05-01")
    assert shown.stdout.splitlines() == [
        "on 2020-05-01",
        "  allow    unlimited  0 decisions",
        "  default  1 month    3 decisions; 1 due; the next on 2020-05-02",
        "what falls due later",
        "  2020-05  1 decision",
        "  2102-06  1 decision",
    ]
    shown = run("retention", "show", "--as-of", "2020-05-02")
    assert "3 decisions; 2 due, 1 of them held; the next on 2102-06-2" in shown.stdout
    shown = run("retention", "show", "--as-of", "2120-01-01")
    assert shown.stdout.splitlines()[-1].startswith("  default")


def test_a_list_of_months_has_an_end(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del log
    monkeypatch.setattr("engine.storage.lifecycle.outlook.MOST_MONTHS", 1)
    shown = run("retention", "show", "--as-of", "2020-01-01")
    assert shown.stdout.splitlines()[-1] == "  and in 1 months after these"


def test_as_json(run: Run, log: Path) -> None:
    del log
    shown = json.loads(run("retention", "show", "--as-of", "2020-05-01", "--json").stdout)
    assert (shown["as_of"], shown["due"], shown["held"]) == ("2020-05-01", 1, 0)
    assert shown["classes"][1] == {
        "policy_set": None,
        "outcome": None,
        "period": "1 month",
        "decisions": 3,
        "due": 1,
        "held": 0,
        "next_due": "2020-05-02",
    }
    assert shown["months"][0] == {"month": "2020-05", "decisions": 1}
    due = json.loads(run("retention", "run", "--dry-run", "--as-of", "2120-01-01", "--json").stdout)
    assert due["due"] == 3
    done = json.loads(run("retention", "run", "--json").stdout)
    assert (done["erased"], done["held"], done["schedule_entry"], done["purged"]) == (2, 0, 6, True)
    assert [each["index"] for each in done["entries"]] == [7]
    assert [each["erased"] for each in done["classes"]] == [0, 2]


def test_several_entries(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del log
    monkeypatch.setattr("engine.storage.lifecycle.retention.STEP", 1)
    assert "  by entries from 7 to 8" in run("retention", "run").stdout.splitlines()


def test_a_reader_at_work_delays_the_purge(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.storage.databases.sqlite._PURGE_SECONDS", 0.1)
    with closing(sqlite3.connect(log, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM payload").fetchall()
        done = run("retention", "run")
    assert done.exit_code == 1
    assert "a reader was at work" in done.stdout.splitlines()[-1]
    assert run("retention", "run").exit_code == 0


def test_what_cannot_be_done(
    run: Run, one_line: OneLine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del log
    assert "the day is to come; add --dry-run" in one_line(
        run("retention", "run", "--as-of", "9999-12-31")
    )
    assert "is no day" in one_line(run("retention", "show", "--as-of", "soon"))
    monkeypatch.setenv("ASSENT_RETENTION", "13 months")
    assert "`ASSENT_RETENTION` should be a table" in one_line(run("retention", "show"))
    monkeypatch.delenv("ASSENT_RETENTION")
    for command in ("show", "run"):
        line = one_line(run("retention", command))
        assert "no `retention` is set, and so nothing falls due; `docs/settings.md`" in line


def test_another_schedule_meanwhile(
    run: Run, one_line: OneLine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del log
    found = Retention._found  # noqa: SLF001 - the moment between finding and erasing.

    def declare(self: Retention, condition: Any) -> Any:
        other = Schedule.read({"default": "unlimited"})
        Retention(self._database, other).declare(actor="another node")
        return found(self, condition)

    monkeypatch.setattr(Retention, "_found", declare)
    line = one_line(run("retention", "run"))
    assert "another schedule of retention was declared meanwhile; give all processes" in line


def test_without_an_installation(run: Run, one_line: OneLine) -> None:
    assert "`assent init`" in one_line(run("retention", "show"))
    assert "`assent init`" in one_line(run("retention", "run"))
