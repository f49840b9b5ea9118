"""`assent check`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from api.examination import policy_files

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
OneLine = Callable[[Result], str]


@pytest.fixture
def copied(tmp_path: Path, policies: str) -> Path:
    """A copy of the small policies, to be spoiled."""
    return Path(shutil.copytree(policies, tmp_path / "copied"))


# --- check ------------------------------------------------------------------------------------


def test_good_policies(run: Run, sound: Path) -> None:
    result = run("check", sound)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "no errors, no warnings in 2 policy files\n"


def test_every_mistake_is_listed_and_underlined(run: Run, five_mistakes: Path) -> None:
    result = run("check", five_mistakes)
    assert result.exit_code == 1
    assert result.stdout.count("error[") == 5
    assert f"--> {five_mistakes}/ads.policy:" in result.stdout
    assert "^^^" in result.stdout
    assert "= help: " in result.stdout
    assert result.stdout.endswith("\n5 errors, no warnings in 2 policy files\n")


def test_check_as_json(run: Run, five_mistakes: Path, sound: Path) -> None:
    result = run("check", five_mistakes, sound, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["errors"], document["warnings"], document["files"]) == (5, 0, 4)
    assert {each["file"] for each in document["diagnostics"]} == {f"{five_mistakes}/ads.policy"}


def test_the_shipped_policies_are_checked_without_a_path(
    run: Run, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_files, "shipped_directory", lambda: sound)
    theirs = "that come with Assent; name a directory for yours\n"
    assert run("check").stdout == f"no errors, no warnings in 2 policy files {theirs}"
    assert run("test").stdout.endswith(f"\n7 passed, 0 failed of the tests {theirs}")


def test_places_are_paths_from_here(
    run: Run, five_mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(five_mistakes.parent)
    assert f"--> {five_mistakes.name}/ads.policy:" in run("check", five_mistakes).stdout


def test_a_file_is_checked_within_its_policies(run: Run, five_mistakes: Path) -> None:
    vocabulary = run("check", five_mistakes / "vocabulary.policy")
    assert vocabulary.exit_code == 0
    assert vocabulary.stdout == "no errors, no warnings in 1 policy file\n"
    rules = run("check", five_mistakes / "ads.policy")
    assert rules.stdout.endswith("5 errors, no warnings in 1 policy file\n")
    assert "vocabulary" not in rules.stdout


def test_a_file_that_keeps_the_others_from_being_judged_is_shown_with_them(
    run: Run, copied: Path, write: Write
) -> None:
    write("copied/noise.policy", "colour red\n" * 200)
    result = run("check", copied / "ads.policy")
    assert result.exit_code == 1
    assert "noise.policy:" in result.stdout
    assert "there are more than 100 faults" in result.stdout


def test_files_of_one_set_are_checked_together(run: Run, sound: Path) -> None:
    both = run("check", sound / "ads.policy", sound / "vocabulary.policy")
    assert both.stdout == "no errors, no warnings in 2 policy files\n"
    all_of_it = run("check", sound.resolve(), sound / "ads.policy")
    assert all_of_it.stdout == "no errors, no warnings in 2 policy files\n"


def test_a_file_below_its_vocabulary(run: Run, copied: Path, write: Write) -> None:
    inner = write("copied/law/eu/instruments.policy", "module small.law\n")
    result = run("check", inner)
    assert result.exit_code == 0
    assert result.stdout == "no errors, no warnings in 1 policy file\n"
    assert copied.is_dir()


def test_a_file_alone_is_checked_by_the_shipped_vocabulary(
    run: Run, copied: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_files, "shipped_directory", lambda: copied)
    text = (copied / "ads.policy").read_text().replace("campaign.age.min", "campaign.age.mni")
    alone = write("elsewhere/far/away/from/it/mine.policy", text.partition("\ntest ")[0])
    result = run("check", alone)
    assert result.exit_code == 1
    assert "did you mean `min`?" in result.stdout
    assert result.stdout.endswith("in 1 policy file, by the vocabulary that comes with Assent\n")


LISTED = """\
set SERVED of place "countries that we serve"
  is column "code" of "lists/served.csv"
end set
"""


def test_a_list_with_faults_is_shown_where_they_are(run: Run, copied: Path, write: Write) -> None:
    named = write("copied/served.policy", LISTED)
    write("copied/lists/served.csv", "code\nDE\nUK\n")
    for path in (copied, named):
        result = run("check", path, "--format", "concise")
        assert result.exit_code == 1
        assert result.stdout == (
            f"{copied}/lists/served.csv:3:1: error[E0808] `UK` is not a country or region\n"
        )
    assert "1 error" in run("check", named).stdout.splitlines()[-1]
    assert run("check", named).stdout.endswith("in 1 policy file\n")
    (found,) = json.loads(run("check", copied, "--json").stdout)["diagnostics"]
    assert (found["file"], found["start"]["line"]) == (f"{copied}/lists/served.csv", 3)
    assert "lists/served.csv:3:1" in run("test", copied).stderr


def test_a_list_is_read_with_the_policies_around_it(run: Run, copied: Path, write: Write) -> None:
    write("copied/served.policy", f"{LISTED}")
    write("copied/lists/served.csv", "\ufeffcode,name\r\nDE,Germany\r\n")
    assert run("check", copied).exit_code == 0
    assert run("test", copied).exit_code == 0
    write("copied/lists/served.csv", "code\nDE\n\n")
    assert run("check", copied, copied / "served.policy").exit_code == 1


def test_a_file_alone_brings_the_lists_that_it_names(run: Run, write: Write) -> None:
    alone = write("far/away/from/all/mine.policy", LISTED)
    missing = run("check", alone)
    assert missing.exit_code == 1
    assert "there is no file `lists/served.csv`" in missing.stdout
    write("far/away/from/all/lists/served.csv", "code\nDE\n")
    assert run("check", alone).exit_code == 0


@pytest.mark.parametrize(
    ("name", "why"), [("nope", "not a directory"), ("notes.txt", "this is no policy file")]
)
def test_what_is_no_policy(  # noqa: PLR0917 - fixtures are arguments.
    run: Run, one_line: OneLine, write: Write, tmp_path: Path, name: str, why: str
) -> None:
    write("notes.txt", "")
    assert why in one_line(run("check", tmp_path / name))


def test_a_directory_that_may_not_be_looked_into(
    run: Run, one_line: OneLine, policies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, pattern: str) -> None:
        raise PermissionError(13, "Permission denied", str(self / pattern))

    monkeypatch.setattr(Path, "glob", refuse)
    line = one_line(run("check", Path(policies) / "ads.policy"))
    assert "permission denied; ask for the right to it" in line


def test_rules_that_no_test_shows_are_told_of(run: Run, copied: Path, sound: Path) -> None:
    result = run("check", copied)
    assert result.exit_code == 0
    assert result.stdout.count("warning[W0901]") == 3
    assert "no test expects the rule `spending/profiled_spending` to warn" in result.stdout
    assert result.stdout.endswith("\nno errors, 3 warnings in 2 policy files\n")
    assert run("check", copied, "--strict").exit_code == 1
    assert run("check", sound, "--strict").exit_code == 0
    other = run("check", copied / "vocabulary.policy")
    assert other.stdout == "no errors, no warnings in 1 policy file\n"


def test_strict_fails_for_warnings_too(run: Run, sound: Path) -> None:
    with (sound / "ads.policy").open("a", encoding="utf-8") as file:
        file.write("\nset BIG of country\n  is {DE}\nend set\n")
    assert run("check", sound).exit_code == 0
    result = run("check", sound, "--strict")
    assert result.exit_code == 1
    assert "nothing uses the set `BIG`" in result.stdout
    assert result.stdout.endswith("\nno errors, 1 warning in 2 policy files\n")


def test_what_is_out_of_date_is_warned_of_as_of_a_day(run: Run, copied: Path) -> None:
    waiver = """
waiver trial
  of            labels/generated
  for           campaign.id is "c-1"
  in force from 2026-01-01 until 2026-03-01
  approved by   "A. Jansen" as "DPO" on 2025-12-29
  ticket        "LEG-1"
  reason        "It is a trial."
end waiver

test "let pass"
  on 2026-01-01
  given campaign.id is "c-1"
  expect waived by trial
end test
"""
    (copied / "waivers.policy").write_text(waiver)
    assert "W05" not in run("check", copied, "--as-of", "2026-02-28").stdout
    over = run("check", copied, "--as-of", "2026-03-01")
    assert over.exit_code == 0
    assert "warning[W0540]: the waiver `trial` is over" in over.stdout
    today = run("check", copied, "--strict")
    assert (today.exit_code, "W0540" in today.stdout) == (1, True)
    refused = run("check", copied, "--as-of", "tomorrow")
    assert refused.exit_code == 2
