"""`assent log hold`, `holds` and `release`, and what `assent log erase` says in between."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]
CLAIMS = ("--ground", "legal-claims")
ERASE = ("log", "erase", "--actor", "pipeline", "--ground", "objection")


@pytest.fixture
def first(log_decisions: Log, denied: Any) -> str:
    """The first of two decisions of an installation, its entries 3 and 4."""
    return log_decisions(denied, denied)[0]


def test_held_released_and_erased(run: Run, one_line: OneLine, first: str, tmp_path: Path) -> None:
    held = run("log", "hold", "--decision", first, *CLAIMS)
    assert held.exit_code == 0
    title, entry = held.stdout.splitlines()
    assert title == "HELD  1 decision"
    assert entry.startswith("  by entry 5, logged at ")
    refused = run(*ERASE)
    assert refused.exit_code == 2
    line = one_line(refused)
    assert "`pipeline`: entry 5 holds it since " in line
    assert "on the ground `legal-claims`; `assent log release 5` lifts" in line
    released = run("log", "release", "5")
    assert released.exit_code == 0
    title, entry = released.stdout.splitlines()
    assert title == "RELEASED  the hold of entry 5"
    assert entry.startswith("  by entry 6, logged at ")
    assert run(*ERASE).stdout.splitlines()[0] == "ERASED  2 decisions"
    vkey, tree = tmp_path / "log.vkey", tmp_path / "tree"
    vkey.write_text(run("log", "key").stdout)
    assert run("log", "export", tree).exit_code == 0
    told = run("verify", tree, "--vkey", vkey).stdout.splitlines()
    assert told[0] == "VERIFIED  8 entries, nothing is wrong"


def test_a_subject_is_held_in_the_time_to_come_too(run: Run, first: str) -> None:
    del first
    held = run("log", "hold", "--actor", "pipeline", *CLAIMS)
    assert held.stdout.startswith("HELD  2 decisions, and all to come\n")


def test_a_hold_says_that_nothing_is_there_to_be_held_yet(run: Run, first: str) -> None:
    del first
    title, entry, note = run("log", "hold", "--campaign", "nope", *CLAIMS).stdout.splitlines()
    assert title == "HELD  no decision yet, and all to come"
    assert entry.startswith("  by entry 5, ")
    assert "the log has no decision on the campaign `nope` yet; " in note
    assert "`assent log release 5` lifts it" in note


def test_holds_in_force_are_listed(run: Run, first: str) -> None:
    assert run("log", "holds").stdout == "no hold is in force\n"
    run("log", "hold", "--campaign", "spring sale", *CLAIMS)
    run("log", "hold", "--decision", first, *CLAIMS)
    one, other = run("log", "holds").stdout.splitlines()
    assert one.startswith("entry 5  campaign `spring sale`  legal-claims, since ")
    assert other.startswith(f"entry 6  decision `{first}`  legal-claims, since ")
    listed = json.loads(run("log", "holds", "--json").stdout)["holds"]
    assert [each["index"] for each in listed] == [5, 6]
    assert (listed[0]["campaign"], listed[0]["ground"]) == ("spring sale", "legal-claims")
    run("log", "release", "5")
    assert len(run("log", "holds").stdout.splitlines()) == 1


def test_as_json(run: Run, first: str) -> None:
    del first
    held = json.loads(run("log", "hold", "--campaign", "new", *CLAIMS, "--json").stdout)
    assert (held["held"], held["entries"][0]["index"]) == (0, 5)
    released = json.loads(run("log", "release", "5", "--json").stdout)
    assert (released["released"], released["entry"]["index"]) == (5, 6)


def test_what_cannot_be_held_or_released(run: Run, one_line: OneLine, first: str) -> None:
    del first
    line = one_line(run("log", "hold", "--decision", "nothing", *CLAIMS))
    assert "the log has no decision `nothing`" in line
    assert "--ground" in one_line(run("log", "hold", "--campaign", "c"))
    assert "give one of" in one_line(run("log", "hold", *CLAIMS))
    assert "the log: entry 1 is no hold in force" in one_line(run("log", "release", "1"))
    assert "ENTRY" in one_line(run("log", "release", "x"))
    for options in (("log", "hold", "--campaign", "c", *CLAIMS), ("log", "release", "0")):
        assert "this is no UTF-8" in one_line(run(*options, "--by", "\udcff"))


def test_without_an_installation(run: Run, one_line: OneLine) -> None:
    assert "`assent init`" in one_line(run("log", "hold", "--campaign", "c", *CLAIMS))
    assert "`assent init`" in one_line(run("log", "release", "0"))
    assert "`assent init`" in one_line(run("log", "holds"))
