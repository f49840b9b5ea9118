"""`assent docs`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]
OneLine = Callable[[Result], str]


def test_a_handbook_is_written_and_named(run: Run, policies: str, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    result = run("docs", policies, "--output", folder)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{folder}/index.html\n" in result.stdout
    assert f"{folder}/handbook.html for print\n" in result.stdout
    assert (folder / "policy-minors.html").is_file()
    assert run("docs", policies, "-o", folder).exit_code == 0


def test_a_folder_of_others_is_refused(
    run: Run, one_line: OneLine, policies: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    told = one_line(run("docs", policies, "-o", tmp_path))
    assert "`mine.txt`" in told
    assert "--force" in told
    assert run("docs", policies, "-o", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_values_are_json(run: Run, policies: str, tmp_path: Path) -> None:
    result = run("docs", policies, "--json")
    document = json.loads(result.stdout)
    assert document["chapters"][0]["rules"][0]["id"] == "minors/profiling"
    assert document == json.loads(run("docs", policies, "--json", "-o", tmp_path / "book").stdout)
    assert (tmp_path / "book" / "index.html").is_file()


def test_either_a_folder_or_json_is_asked_for(run: Run, one_line: OneLine, policies: str) -> None:
    assert "--output" in one_line(run("docs", policies))


def test_examples_that_are_not_true_are_refused(
    run: Run, one_line: OneLine, policies: str, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(policies, tmp_path / "copied"))
    rules = copied / "ads.policy"
    rules.write_text(rules.read_text().replace("expect allow", "expect deny by minors/profiling"))
    told = one_line(run("docs", copied, "-o", tmp_path / "book"))
    assert "1 test fails" in told
    assert f"`assent test {copied}`" in told
    assert not (tmp_path / "book").exists()
    rules.write_text(rules.read_text().replace("deny for want of campaign.age.min", "allow"))
    assert "2 tests fail" in one_line(run("docs", copied, "--json"))


def test_a_long_list_is_told_with_its_file(run: Run, policies: str, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(policies, tmp_path / "copied"))
    named = 'set AREAS of text "areas"\n  is column "area" of "areas.csv"\nend set\n'
    (copied / "areas.policy").write_text(named)
    rows = "".join(f"{number:04}\n" for number in range(1_200))
    (copied / "areas.csv").write_text(f"area\n{rows}")
    assert run("docs", copied, "-o", tmp_path / "book").exit_code == 0
    page = (tmp_path / "book" / "handbook.html").read_text()
    assert "“0099” and 1,100 more (listed in areas.csv)" in page
