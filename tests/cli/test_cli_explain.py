"""`assent explain`, and the forms of `assent check` that lead to it."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from engine.source.codes import find_page, pages

Run = Callable[..., Result]
OneLine = Callable[[Result], str]


@pytest.mark.parametrize("typed", ["E0301", "e0301", "error[E0301]", "error[E0301]:"])
def test_a_page_is_its_markdown_where_nobody_looks(run: Run, typed: str) -> None:
    page = find_page("E0301")
    assert page is not None
    result = run("explain", typed)
    assert (result.exit_code, result.stdout) == (0, page.text)


def test_a_page_is_laid_out_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = run("explain", "E0301", color=True).stdout
    assert "\x1b[" in shown
    bare = click.unstyle(shown)
    assert "What it means" in bare
    assert "## " not in bare
    assert "```" not in bare
    assert max(map(len, bare.splitlines())) <= 100
    assert "minimun_age is less than 18" in bare


def test_a_page_as_json(run: Run) -> None:
    document = json.loads(run("explain", "E0301", "--json").stdout)
    assert set(document) == {"code", "title", "summary", "page"}
    assert (document["code"], document["title"]) == ("E0301", "unknown fact")
    assert document["page"].startswith("# E0301")


def test_all_codes_are_listed_with_their_titles(run: Run) -> None:
    result = run("explain")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"{page.code}  {page.title}" for page in pages()]
    listed = json.loads(run("explain", "--json").stdout)["codes"]
    assert [each["code"] for each in listed] == [page.code for page in pages()]
    assert all(set(each) == {"code", "title", "summary"} for each in listed)


def test_an_unknown_code_names_near_ones(run: Run, one_line: OneLine) -> None:
    line = one_line(run("explain", "E301"))
    assert "there is no code `E301`; try `assent explain E0301`" in line
    assert "`assent explain` lists all codes" in one_line(run("explain", "hello"))


# --- check ------------------------------------------------------------------------------------


def test_check_names_a_page_once_for_each_code(run: Run, five_mistakes: Path) -> None:
    lines = run("check", five_mistakes).stdout.splitlines()
    named = [line for line in lines if "= more: assent explain E" in line]
    assert len(named) == len(set(named)) > 1
    assert lines[-2] == ""
    assert "" in lines[:-2]


def test_check_on_a_line_each(run: Run, five_mistakes: Path, sound: Path) -> None:
    result = run("check", five_mistakes, "--format", "concise")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 5
    assert all(line.startswith(f"{five_mistakes}/ads.policy:") for line in lines)
    assert any(line.endswith("unknown fact `mni` (did you mean `min`?)") for line in lines)
    good = run("check", sound, "--format", "concise")
    assert (good.exit_code, good.stdout) == (0, "")


def test_check_as_sarif(run: Run, five_mistakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(five_mistakes)
    result = run("check", five_mistakes, "--format", "sarif")
    assert result.exit_code == 1
    (made,) = json.loads(result.stdout)["runs"]
    assert len(made["results"]) == 5
    for each in made["results"]:
        place = each["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "ads.policy", "uriBaseId": "%SRCROOT%"}


def test_the_short_form_of_json(run: Run, one_line: OneLine, five_mistakes: Path) -> None:
    short = run("check", five_mistakes, "--json")
    long = run("check", five_mistakes, "--format", "json")
    both = run("check", five_mistakes, "--format", "json", "--json")
    assert short.stdout == long.stdout == both.stdout
    pages_named = {each["page"] for each in json.loads(short.stdout)["diagnostics"]}
    assert "assent explain E0301" in pages_named
    line = one_line(run("check", five_mistakes, "--json", "--format", "sarif"))
    assert "--json and --format sarif exclude each other" in line


def test_colour_of_check_is_the_same_text(
    run: Run, five_mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = run("check", five_mistakes).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert click.unstyle(run("check", five_mistakes, color=True).stdout) == bare
