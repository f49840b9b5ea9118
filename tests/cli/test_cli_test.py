"""`assent test`: failures, coverage, mutants and boundary tests, as text and as JSON."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from engine.bundle.bundle import build
from engine.bundle.load import read_directory
from engine.testing.boundaries import boundary_tests
from engine.testing.runner import run_cases

Run = Callable[..., Result]
OneLine = Callable[[Result], str]


@pytest.fixture
def copied(tmp_path: Path, policies: str) -> Path:
    """A copy of the small policies, to be spoiled."""
    return Path(shutil.copytree(policies, tmp_path / "copied"))


@pytest.fixture
def spoiled(copied: Path) -> Path:
    """A copy of the small policies in which one test fails."""
    rules = copied / "ads.policy"
    rules.write_text(rules.read_text().replace("is less than 18", "is less than 12"))
    return copied


def test_passing_tests(run: Run, policies: str) -> None:
    result = run("test", policies)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "no test violates labels/generated, spending/approved, spending/profiled_spending",
        "no test satisfies spending/approved",
        "3 passed, 0 failed",
    ]


def test_a_failing_test_is_explained(run: Run, copied: Path) -> None:
    rules = copied / "ads.policy"
    rules.write_text(rules.read_text().replace("is less than 18", "is less than 12"))
    result = run("test", copied)
    assert result.exit_code == 1
    assert f"FAILED  profiled ads for teenagers are denied\n  {rules}:" in result.stdout
    assert "  expected deny by minors/profiling, got allow\n" in result.stdout
    shown = f"""
  rule minors/profiling is satisfied
    prohibit when campaign.age.min is less than 12 and campaign.profiling
    at {rules}:15
    ✗ all of these
      ✗ campaign.age.min is less than 12
          campaign.age.min = 13
      ✓ campaign.profiling
          campaign.profiling = yes

"""
    assert shown in result.stdout
    assert result.stdout.endswith("2 passed, 1 failed\n")


def test_a_test_that_cannot_run_fails(run: Run, copied: Path) -> None:
    (copied / "allowed.json").unlink()
    result = run("test", copied)
    assert result.exit_code == 1
    assert "there is no file `allowed.json` in the bundle" in result.stdout
    assert result.stdout.endswith("0 passed, 3 failed\n")


def test_results_as_json(run: Run, copied: Path) -> None:
    rules = copied / "ads.policy"
    rules.write_text(rules.read_text().replace("is less than 18", "is less than 12"))
    result = run("test", copied, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["passed"], document["failed"]) == (2, 1)
    (failure,) = document["failures"]
    assert failure["title"] == "profiled ads for teenagers are denied"
    assert failure["file"] == str(rules)
    assert failure["explanation"].startswith("ALLOW")
    (found,) = failure["rules"]
    assert (found["rule"], found["status"], found["reason"]) == (
        "minors/profiling",
        "satisfied",
        "",
    )
    (clause,) = found["clauses"]
    assert (clause["file"], clause["line"]) == (str(rules), 15)
    assert clause["parts"][:3] == [
        {"depth": 0, "part": "all of these", "truth": False},
        {"depth": 1, "part": "campaign.age.min is less than 12", "truth": False},
        {"depth": 2, "value": "campaign.age.min = 13"},
    ]
    assert not {"coverage", "mutants", "boundaries"} & set(document)
    assert "spending/approved" in document["never_satisfied"]


def test_policies_with_errors_are_not_tested(
    run: Run, one_line: OneLine, five_mistakes: Path
) -> None:
    assert "the policies have 5 errors" in one_line(run("test", five_mistakes))


def test_policies_without_tests_do_not_pass(run: Run, one_line: OneLine, copied: Path) -> None:
    rules = copied / "ads.policy"
    rules.write_text(rules.read_text().partition("\ntest ")[0])
    assert "there is no test in these policies" in one_line(run("test", copied))


def test_rules_that_are_tried_both_ways_are_not_listed(run: Run, copied: Path) -> None:
    rules = copied / "ads.policy"
    head, found, tests = rules.read_text().partition("\ntest ")
    alone = head[: head.index("policy labels")]
    rules.write_text(alone + found + tests)
    assert run("test", copied).stdout == "3 passed, 0 failed\n"


def test_a_rule_that_applies_elsewhere_is_told_with_its_reason(run: Run, copied: Path) -> None:
    rules = copied / "ads.policy"
    rules.write_text(rules.read_text().replace("applies in    EU", "applies in    {AT}"))
    result = run("test", copied)
    assert "  rule minors/profiling is not applicable: applies in {AT}\n" in result.stdout


def test_many_rules_that_no_test_sees_are_cut(run: Run, copied: Path) -> None:
    rules = copied / "ads.policy"
    text = rules.read_text()
    one = text[text.index("  rule generated") : text.index("end policy", text.index("labels"))]
    many = "".join(one.replace("rule generated", f"rule generated_{n}") for n in range(12))
    rules.write_text(text.replace(one, many))
    assert " and 4 more\n" in run("test", copied).stdout


# --- coverage ---------------------------------------------------------------------------------


def test_coverage_lists_what_no_test_decides_both_ways(run: Run, spoiled: Path) -> None:
    result = run("test", spoiled, "--coverage")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    file = spoiled / "ads.policy"
    assert f"  {file}:14  never false: applies in EU" in lines
    assert f"  {file}:15  no test sees it violated, excepted, not applicable" in lines
    assert f"  {file}:15  never true: campaign.age.min is less than 12" in lines
    assert f'  {file}:16  never decided: unless "consent of the parents" campaign.consent' in lines
    assert "spending/approved" in lines
    assert lines[-4] == "0 of 11 parts of rules are decided both ways (0.0%)"
    assert lines[-1] == "2 passed, 1 failed"


def test_coverage_as_json(run: Run, copied: Path) -> None:
    document = json.loads(run("test", copied, "--coverage", "--json").stdout)["coverage"]
    assert (document["parts"], document["both_ways"], document["percentage"]) == (11, 0, 0.0)
    rule = document["rules"][1]
    assert rule["rule"] == "minors/profiling"
    assert rule["seen"] == ["excepted", "undetermined", "violated"]
    assert rule["never_seen"] == ["satisfied", "not applicable"]
    assert rule["parts"][0] == {
        "kind": "place",
        "text": "applies in EU",
        "file": f"{copied}/ads.policy",
        "line": 14,
        "true": True,
        "false": False,
    }


def test_a_share_may_be_required(run: Run, policies: str) -> None:
    assert run("test", policies, "--coverage", "--require", "0").exit_code == 0
    assert run("test", policies, "--coverage", "--require", "0.1").exit_code == 1
    assert run("test", policies, "--mutants", "--require", "90").exit_code == 1
    both = run("test", policies, "--coverage", "--mutants", "--require", "10")
    assert both.exit_code == 1  # The mutants would do, the coverage does not.


def test_a_share_of_nothing_cannot_be_required(run: Run, one_line: OneLine, policies: str) -> None:
    assert "--require needs --coverage or --mutants" in one_line(
        run("test", policies, "--require", "50")
    )
    assert "--require" in one_line(run("test", policies, "--coverage", "--require", "101"))


# --- mutants ----------------------------------------------------------------------------------


def test_changes_that_no_test_notices_are_listed_by_rule(run: Run, copied: Path) -> None:
    result = run("test", copied, "--mutants")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    file = f"{copied}/ads.policy"
    assert lines.count("minors/profiling") == 1
    assert f"  {file}:27  no test notices if the rule is deleted" in lines
    assert f"  {file}:14  no test notices if `applies in EU` is removed" in lines
    boundary = "`campaign.age.min is less than 18` reads `is at most`"
    assert f"  {file}:15  no test notices if {boundary}" in lines
    assert not any("consent of the parents" in line for line in lines)
    assert " changes are noticed (" in lines[-4]


def test_mutants_as_json(run: Run, copied: Path) -> None:
    document = json.loads(run("test", copied, "--mutants", "--json").stdout)["mutants"]
    assert document["noticed"] + len(document["unnoticed"]) == document["changes"]
    assert document["unnoticed"][0] == {
        "rule": "labels/generated",
        "change": "the rule is deleted",
        "file": f"{copied}/ads.policy",
        "line": 27,
    }


def test_of_a_large_set_it_is_said_how_many_members_were_tried(run: Run, copied: Path) -> None:
    rules = copied / "ads.policy"
    assert "of the set" not in run("test", copied, "--mutants").stdout
    many = ", ".join(f'"{a}{b}"' for a in "ABCDEFGH" for b in "ABCDEFGH")
    named = f'set KNOWN of text "known campaigns"\n  is {{{many}}}\nend set\n\npolicy minors'
    condition = "campaign.profiling and campaign.id is not one of KNOWN\n"
    text = rules.read_text().replace("policy minors", named, 1)
    rules.write_text(text.replace("campaign.profiling\n", condition, 1))
    result = run("test", copied, "--mutants")
    assert "of the set KNOWN, 60 of its 64 members, evenly spread, were left out" in result.stdout
    document = json.loads(run("test", copied, "--mutants", "--json").stdout)["mutants"]
    assert document["partly_tried"] == [{"set": "KNOWN", "tried": 60, "members": 64}]


KINDS = {"parameter", "table", "definition", "set"}
DECLARED = """parameter ceiling : money "what may be spent at most"
  source DSA art 28(2)
  is EUR 900000
end parameter

table least_age unique "lowest age"
  given market : place
  gives whole_number
  case AT gives 14
  otherwise gives 13
end table

define dear "it costs more than it may"
  means campaign.budget exceeds ceiling
end define

policy declared "What is declared"
  rule dear "Dear ads are for the old enough"
    source        DSA art 28(2)
    in force from 2024-01-01
    prohibit when dear and campaign.age.min is less than least_age(market)
    message       "Too dear."
    remedy        "Spend less."
end policy
"""


def test_what_a_change_is_in_is_said_in_json(run: Run, copied: Path) -> None:
    (copied / "declared.policy").write_text(DECLARED)
    document = json.loads(run("test", copied, "--mutants", "--json").stdout)["mutants"]
    named = [each for each in document["unnoticed"] if "rule" not in each]
    file = f"{copied}/declared.policy"
    assert {(kind, each[kind]) for each in named for kind in each.keys() & KINDS} == {
        ("parameter", "ceiling"),
        ("table", "least_age"),
        ("definition", "dear"),
        ("set", "EU"),
    }
    assert next(each for each in reversed(named) if "table" in each) == {
        "table": "least_age",
        "change": "`otherwise gives 13` is left out",
        "file": file,
        "line": 10,
    }


# --- boundaries -------------------------------------------------------------------------------


def test_boundary_tests_are_policy_text_alone(run: Run, copied: Path) -> None:
    result = run("test", copied, "--boundaries")
    assert result.exit_code == 0
    assert result.stderr.endswith("3 passed, 0 failed\n")
    file = f"{copied}/ads.policy"
    assert result.stdout.startswith(f"# --- append to {file}\n# To be confirmed: ")
    title = "minors/profiling: campaign.age.min is 17, one step below the limit of 18"
    assert f'\n\ntest "{title}"\n  on 2026-11-23\n' in result.stdout
    assert result.stdout.endswith(" tests are wanting at the limits\n")


def test_what_is_printed_passes_where_it_is_appended(run: Run, copied: Path) -> None:
    made = run("test", copied, "--boundaries").stdout
    rules = copied / "ads.policy"
    rules.write_text(f"{rules.read_text()}\n{made}")
    assert run("check", copied).exit_code == 0
    again = run("test", copied, "--boundaries")
    assert again.exit_code == 0
    assert again.stdout == "# 0 tests are wanting at the limits\n"


def test_a_limit_that_makes_no_difference_or_is_not_reached_is_marked(
    run: Run, copied: Path
) -> None:
    rules = copied / "ads.policy"
    text = rules.read_text()
    head, _, consented, _ = text.split('\ntest "')
    rules.write_text(f'{head}\ntest "{consented}')
    idle = run("test", copied, "--boundaries").stdout
    assert (
        "\n# In this campaign the limit makes no difference; find one in which it does.\n" in idle
    )
    rules = copied / "ads.policy"
    text = rules.read_text()
    after = text.replace("    if unknown    deny\n", "    applies in    {FR}\n")
    rules.write_text(after)
    made = run("test", copied, "--boundaries").stdout
    where = 1 + after[: after.index("exceeds EUR 5000")].count("\n")
    budget = "campaign.budget exceeds EUR 5000"
    assert f"# no test reaches the limit at {rules}:{where}: {budget}\n" in made


def test_boundary_tests_as_json(run: Run, copied: Path) -> None:
    document = json.loads(run("test", copied, "--boundaries", "--json").stdout)["boundaries"]
    first = document[0]
    assert (first["rule"], first["limit"]) == (
        "minors/profiling",
        "campaign.age.min is less than 18",
    )
    assert first["decides"] is True
    assert [test["side"] for test in first["tests"]] == ["one step below", "at", "one step above"]
    assert first["tests"][0]["append_to"] == f"{copied}/ads.policy"
    assert first["tests"][0]["text"].endswith("  expect deny by minors/profiling\nend test\n")


OTHER_PACKS = ("fairness", "platforms", "political", "transparency")
"""Those on privacy, minors and governance have limits of every kind, and tests of every shape."""


@pytest.mark.no_cover  # It decides some thousand times, by what others show line by line.
def test_the_shipped_policies_accept_what_is_offered_for_them(run: Run, tmp_path: Path) -> None:
    root = Path(shutil.copytree(Path(__file__).parents[2] / "policies", tmp_path / "shipped"))
    for pack in OTHER_PACKS:
        for unused in (root / pack).glob("*.policy"):
            unused.unlink()
    offered = json.loads(run("test", root, "--boundaries", "--json").stdout)["boundaries"]
    files = dict(read_directory(root))
    thinned = {name: _without_first_tests(text) for name, text in files.items()}
    bundle, _ = build("thinned", thinned)
    assert bundle is not None
    from_thinned = list(boundary_tests(bundle, list(run_cases(bundle))))
    texts = [(test.file, test.text) for each in from_thinned for test in each.tests]
    assert len(texts) > 10
    for file, text in texts:
        thinned[file] += f"\n{text}"
    for test in (test for each in offered for test in each["tests"]):
        files[Path(test["append_to"]).relative_to(root).as_posix()] += f"\n{test['text']}"
    for made in (thinned, files):
        after, diagnostics = build("after", made)
        assert after is not None, diagnostics
        assert [result.failures for result in run_cases(after) if not result.passed] == []


def _without_first_tests(text: str) -> str:
    """Return a policy text without every other of its tests."""
    head, *tests = text.split('\ntest "')
    return "".join((head, *(f'\ntest "{test}' for test in tests[1::2])))
