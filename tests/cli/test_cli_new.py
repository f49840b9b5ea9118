"""`assent new policy`: a policy that is right from the first day."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from api.cli.new import template
from engine.syntax.lexis import CLAUSE_KEYWORDS

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
VOCABULARY = Path(__file__).parents[2] / "policies" / "vocabulary" / "campaign.policy"


def test_a_new_policy_is_checked_tested_and_formatted(run: Run, tmp_path: Path) -> None:
    shutil.copy(VOCABULARY, tmp_path)
    file = tmp_path / "alcohol_ads.policy"
    written = run("new", "policy", "alcohol_ads", "--output", file)
    assert (written.exit_code, written.stderr) == (0, "")
    assert written.stdout.startswith(f"written: {file}\nwhat to do next\n  assent check {file}")
    checked = run("check", tmp_path)
    assert checked.stdout == "no errors, no warnings in 2 policy files\n"
    tested = run("test", tmp_path)
    assert tested.exit_code == 0, tested.stdout
    assert "2 passed, 0 failed" in tested.stdout
    assert run("fmt", "--check", file).exit_code == 0


def test_a_new_policy_is_checked_alone_by_the_shipped_vocabulary(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert json.loads(run("new", "policy", "loans", "--json").stdout) == {
        "policy": "loans",
        "file": "loans.policy",
    }
    assert run("check", "loans.policy").exit_code == 0


def test_a_folder_begins_with_a_policy_and_the_vocabulary(
    run: Run, one_line: OneLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("new", "policy", "loans")
    alone = run("check", "loans.policy").stdout
    by_theirs = ", by the vocabulary that comes with Assent"
    assert alone == f"no errors, no warnings in 1 policy file{by_theirs}\n"
    assert "`assent new vocabulary`" in run("check", ".").stdout
    written = run("new", "vocabulary")
    assert written.stdout.startswith("written: vocabulary/")
    assert written.stdout.endswith("  assent check .  # are your policies right by it?\n")
    assert run("check", "loans.policy").stdout == "no errors, no warnings in 1 policy file\n"
    assert run("check", ".").exit_code == 0
    assert "vocabulary: this is there already" in one_line(run("new", "vocabulary"))


NAMED = ("require", "oblige", "permit when", "despite", "subject to", "month end")
"""Clauses that the explanations name: a rule has one main clause, and few count months."""


def test_a_new_policy_has_every_clause_with_its_explanation() -> None:
    lines = template("loans").splitlines()
    for keyword in (*CLAUSE_KEYWORDS, "rule", "policy", "test", "instrument"):
        if keyword in NAMED:
            assert any(f"`{keyword}`" in line for line in lines), keyword
            continue
        place = next(n for n, line in enumerate(lines) if line.strip().startswith(f"{keyword} "))
        assert keyword == "rule" or lines[place - 1].strip().startswith("#"), keyword


def test_what_is_there_is_not_overwritten(run: Run, one_line: OneLine, tmp_path: Path) -> None:
    file = tmp_path / "mine.policy"
    file.write_text("# mine\n")
    line = one_line(run("new", "policy", "mine", "--output", file))
    assert "there is such a file already; name another" in line
    assert file.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("Alcohol",), "this cannot be the name of a policy"),
        (("end",), "this cannot be the name of a policy"),
        (("ads", "--output", "ads.txt"), "policies are in files that end in `.policy`"),
        (("ads", "--output", "nowhere/ads.policy"), "no such file or directory"),
    ],
)
def test_what_cannot_begin(  # noqa: PLR0917 - fixtures are arguments.
    run: Run,
    one_line: OneLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert why in one_line(run("new", "policy", *arguments))
