"""`assent log impact`: what a branch of the policies would have decided of what is in the log."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]


@pytest.fixture
def logged(log_decisions: Log, campaign: dict[str, Any], denied: dict[str, Any]) -> list[str]:
    """Four decisions, the entries from 3 to 6; their ids.

    An allowed campaign, one for teenagers, one of which too little is known, and one that breaks
    all rules.
    """
    teenagers = campaign | {"id": "teens", "age": {"min": 16}, "profiling": True}
    vague = {name: value for name, value in teenagers.items() if name != "age"} | {"id": None}
    now = datetime(2026, 11, 5, 12, tzinfo=UTC)
    return log_decisions(campaign, teenagers, vague, denied, at=now)


@pytest.fixture
def branch(tmp_path: Path, policies: str) -> Path:
    """Policies that protect children below 14 only, and do without a rule on labels."""
    made = Path(shutil.copytree(policies, tmp_path / "branch"))
    file = made / "ads.policy"
    text = file.read_text().replace(
        "campaign.age.min is less than 18", "campaign.age.min is less than 14"
    )
    assert text != file.read_text()
    file.write_text(text.replace("rule generated", "rule artificial"))
    return made


def test_the_same_policies_change_nothing(run: Run, logged: list[str], policies: str) -> None:
    del logged
    result = run("log", "impact", policies)
    assert (result.exit_code, result.stdout) == (0, "4 decisions: 4 unchanged\n")


def test_a_change_of_policies_is_told(run: Run, logged: list[str], branch: Path) -> None:
    result = run("log", "impact", branch)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == [
        f"DENY → ALLOW  {logged[1]}  `teens`",
        "  `minors/profiling` violated → satisfied",
        "4 decisions: 2 unchanged, 1 the same for other reasons, 1 changed",
        "           1  DENY → ALLOW",
        "           1  `labels/artificial` absent → violated",
        "           1  `labels/generated` violated → absent",
        "           1  `minors/profiling` violated → satisfied",
    ]


def test_two_versions_are_held_against_each_other(
    run: Run, logged: list[str], branch: Path, policies: str
) -> None:
    forth = run("log", "impact", policies, "--against", branch)
    assert (forth.exit_code, forth.stderr) == (1, "")
    assert forth.stdout.splitlines()[:3] == [
        f"ALLOW → DENY  {logged[1]}  `teens`",
        "  `minors/profiling` satisfied → violated",
        "4 decisions: 2 unchanged, 1 the same for other reasons, 1 changed",
    ]
    same = run("log", "impact", branch, "--against", branch)
    assert (same.exit_code, same.stdout) == (0, "4 decisions: 4 unchanged\n")


def test_filters_and_json(run: Run, logged: list[str], branch: Path) -> None:
    result = run("log", "impact", branch, "--rule", "minors/profiling", "--as-of", "6", "--json")
    verdicts = {
        "before": {"decision": "deny", "conclusive": True},
        "after": {"decision": "allow", "conclusive": True},
    }
    rule = {"rule": "minors/profiling", "before": "violated", "after": "satisfied"}
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "decisions": 1,
        "unchanged": 0,
        "other_reasons": 0,
        "changed": 1,
        "erased": 0,
        "undecidable": 0,
        "changes": [{**verdicts, "count": 1}],
        "rules": [{**rule, "count": 1}],
        "listed": [{"id": logged[1], "index": 4, "campaign": "teens", **verdicts, "rules": [rule]}],
    }
    allowed = run("log", "impact", branch, "--outcome", "allow")
    assert (allowed.exit_code, allowed.stdout) == (0, "1 decision: 1 unchanged\n")
    nothing = run("log", "impact", branch, "--campaign", "nobody's")
    assert (nothing.exit_code, nothing.stdout) == (0, "0 decisions\n")


def test_what_was_erased_is_counted_apart(run: Run, logged: list[str], policies: str) -> None:
    assert run("log", "erase", "--decision", logged[0], "--ground", "objection").exit_code == 0
    result = run("log", "impact", policies)
    assert (result.exit_code, result.stdout) == (0, "4 decisions: 3 unchanged, 1 erased\n")


def test_what_cannot_be_decided_fails(
    run: Run, logged: list[str], branch: Path, tmp_path: Path
) -> None:
    """A vocabulary without a fact refuses what was submitted; altered contents are not decided."""
    with closing(sqlite3.connect(tmp_path / "var" / "assent.db")) as connection:
        connection.execute("UPDATE sealed SET payload = x'7b7d' WHERE \"index\" = 6")
        connection.execute('DELETE FROM sealed WHERE "index" = 5')
        connection.commit()
    for file in branch.glob("*.policy"):
        file.write_text(file.read_text().replace("profiling", "profiled"))
    for file in branch.glob("*.json"):
        file.write_text(file.read_text().replace("profiling", "profiled"))
    result = run("log", "impact", branch)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"NOT DECIDABLE  {logged[0]}  `spring-1`")
    assert "its campaign is refused" in lines[1]
    assert lines[4].startswith(f"NOT DECIDABLE  {logged[2]}  no campaign")
    assert "no erasure says why" in lines[5]
    assert "they do not open under their key" in lines[7]
    assert lines[8] == "4 decisions: 4 not decidable"
    made = json.loads(run("log", "impact", branch, "--json").stdout)
    assert [each["index"] for each in made["listed"]] == [3, 4, 5, 6]
    assert all(each["why"] for each in made["listed"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--as-of", "9"), "name that size or a smaller one"),
        (("--rule-status", "waived"), "add --rule"),
    ],
)
def test_bad_questions(
    run: Run,
    one_line: OneLine,
    logged: list[str],
    policies: str,
    *,
    options: tuple[str, ...],
    words: str,
) -> None:
    del logged
    assert words in one_line(run("log", "impact", policies, *options))


def test_policies_with_errors_cannot_be_asked_about(
    run: Run, one_line: OneLine, logged: list[str], branch: Path
) -> None:
    del logged
    (branch / "more.policy").write_text("rule\n")
    told = one_line(run("log", "impact", branch))
    assert f"there is 1 error; `assent check {branch}` shows it" in told
