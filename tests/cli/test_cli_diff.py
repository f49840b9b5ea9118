"""`assent diff`: what changed in meaning, its output and its statuses; and its page."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
PAGE = Path(__file__).parents[2] / "docs" / "comparing-policies.md"

AGES = """table drinking_age unique "age from which people may be shown ads for alcohol"
  given market : place
  gives whole_number
  from 2025-01-01
  case AT gives {}
  case {{US, "US-NY"}} gives 21
  otherwise gives {}
end table

policy alcohol "Alcohol"
  rule drinking_age "Ads keep to the drinking age"
    source        DSA art 28(2)
    in force from 2025-01-01
    require       campaign.age.min is at least drinking_age(market)
    message       "The ads are open to people who are too young."
    remedy        "Raise the lowest age."
end policy
"""


@pytest.fixture
def newer(tmp_path: Path, policies: str) -> Path:
    """The small policies with a higher age and one rule fewer."""
    made = Path(shutil.copytree(policies, tmp_path / "newer"))
    rules = made / "ads.policy"
    text = rules.read_text().replace("is less than 18", "is less than 21")
    start, end = text.index("policy labels"), text.index("policy spending")
    rules.write_text(text[:start] + text[end:])
    return made


def test_what_changed_is_told_by_rule(run: Run, policies: str, newer: Path) -> None:
    result = run("diff", policies, newer)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == [
        "rule minors/profiling  No profiled ads for minors",
        f"  {newer}/ads.policy:15",
        "  stricter  the limit on `lowest age the ads are shown to` rises from 18 to 21",
        "",
        "rule labels/generated  AI-made ads say so",
        f"  {Path(policies)}/ads.policy:27".replace(f"{Path.cwd()}/", ""),
        "  looser    this rule is removed",
        "",
        "1 rule changed: 1 stricter; 1 removed",
    ]


def test_nothing_changed(run: Run, policies: str, newer: Path) -> None:
    for paths in ((policies, policies), (newer, newer / "ads.policy")):
        result = run("diff", *paths)
        assert (result.exit_code, result.stdout) == (0, "nothing changed in meaning\n")


def test_what_has_no_place(run: Run, policies: str, newer: Path) -> None:
    vocabulary = newer / "vocabulary.policy"
    vocabulary.write_text(vocabulary.read_text().replace('"parents have', '"the parents have'))
    lines = run("diff", policies, newer).stdout.splitlines()
    at = lines.index("fact campaign.consent  the parents have consented")
    assert lines[at + 1].startswith("  neutral   it is described as")


def test_changes_as_json(run: Run, policies: str, newer: Path) -> None:
    result = run("diff", policies, newer, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["summary"] == "1 rule changed: 1 stricter; 1 removed"
    first, second = document["changed"]
    assert (first["what"], first["name"], first["lean"]) == ("rule", "minors/profiling", "stricter")
    (change,) = first["changes"]
    assert (change["kind"], change["old"], change["new"]) == ("limit", "18", "21")
    assert second["changes"][0]["old"] is None


def test_two_versions_of_a_file_side_by_side(run: Run, newer: Path) -> None:
    rules = newer / "ads.policy"
    draft = newer / "draft.policy"
    draft.write_text(rules.read_text().replace("severity      critical", "severity      high"))
    result = run("diff", rules, draft)
    assert result.exit_code == 1
    assert "its severity is high, no longer critical" in result.stdout


def test_policies_with_errors_are_shown(run: Run, policies: str, five_mistakes: Path) -> None:
    result = run("diff", policies, five_mistakes)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("error[") == 5
    assert result.stderr.endswith("5 errors, no warnings in 2 policy files\n")


def test_what_cannot_be_read(run: Run, one_line: OneLine, policies: str, tmp_path: Path) -> None:
    assert "not a directory" in one_line(run("diff", policies, tmp_path / "nope"))


def _shown(name: str) -> str:
    """Return the output that the page shows."""
    found = re.search(rf"<!-- {name} -->\n```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_page_shows_what_is_printed(run: Run, policies: str, newer: Path) -> None:
    old = f"{Path(policies)}/".replace(f"{Path.cwd()}/", "")
    printed = run("diff", policies, newer).stdout
    assert printed.replace(f"{newer}/", "new/").replace(old, "old/") == _shown("example")


def test_the_page_shows_what_is_printed_of_a_table(run: Run, policies: str, tmp_path: Path) -> None:
    made = [Path(shutil.copytree(policies, tmp_path / name)) for name in ("old", "new")]
    for each, limits in zip(made, (("19", "18"), ("18", "20")), strict=True):
        (each / "ages.policy").write_text(AGES.format(*limits))
    assert run("diff", *made).stdout == _shown("table")
