"""Running the tests that policies carry: each expectation met and not met, and what cannot run."""

import json
from typing import Any

import pytest

from engine.bundle.bundle import build
from engine.evaluation.result import Status
from engine.testing.boundaries import boundary_tests
from engine.testing.coverage import measure
from engine.testing.limits import Side
from engine.testing.mutation import try_mutants
from engine.testing.runner import CaseResult, run_cases
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN, rule
from tests.unit.testing.docket import case, docket, results

POLICY = (
    'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    + rule("prohibit when campaign.flag", name="hard")
    + rule("prohibit when campaign.other", "enforcement advisory", name="soft")
    + rule("require every i in campaign.items has (i.flag)", name="each")
    + "end policy\n"
)
ITEMS = [{"flag": True, "parts": [{"size": 1}]}, {"flag": True}]
FULL: dict[str, Any] = {**CAMPAIGN, "flag": False, "other": False, "items": ITEMS}


def ran(*steps: str, base: object = FULL, file: str = "base.json") -> CaseResult:
    """Return the result of one test in a subfolder, beginning with a file beside it."""
    lines = "".join(f"  {step}\n" for step in (f'given file "{file}"', *steps))
    files = {
        "vocabulary.policy": VOCABULARY,
        "p.policy": POLICY,
        "tests/t.policy": f'test "t"\n  on 2026-01-01\n{lines}end test\n',
        "tests/base.json": base if isinstance(base, str) else json.dumps(base),
        "other.json": json.dumps(FULL),
    }
    bundle, found = build("b", files)
    assert bundle is not None, found
    (result,) = run_cases(bundle)
    assert result.passed is (result.failures == ())
    return result


@pytest.mark.parametrize(
    "steps",
    [
        ["expect allow"],
        ["given campaign.flag is yes", "expect deny by p/hard"],
        [
            "given campaign.items[2].flag is no",
            "given campaign.flag is yes",
            "expect deny by p/hard, p/each",
        ],
        ["given campaign.other is yes", "expect warn by p/soft", "expect allow"],
        ["without campaign.flag", "expect deny for want of campaign.flag"],
        ["without campaign.flight", "expect deny for want of campaign.flight.start"],
        ["without campaign.items[1].flag", "expect deny for want of campaign.items[1].flag"],
        ["given campaign.items is empty", "expect deny for want of campaign.items"],
        [
            "without campaign",
            (
                "expect deny for want of campaign.id, campaign.markets, campaign.flight.start, "
                "campaign.items, campaign.flag"
            ),
        ],
        ["given campaign.flag is unknown", "expect deny for want of campaign.flag"],
        ["given campaign.person is unknown", "expect allow"],
        ["expect no warning by p/soft"],
        ["given campaign.flag is yes", "expect no warning by p/soft"],
        ["without campaign.flag", "expect deny by p/hard because campaign.flag is unknown"],
        [
            "without campaign.flag",
            "given campaign.items[2].flag is no",
            "expect deny by p/hard because campaign.flag is unknown",
            "expect deny by p/each",
        ],
        ["without campaign.items[2]", "given campaign.items[1].flag is yes", "expect allow"],
        ["given campaign.items[3].flag is no", "expect deny by p/each"],
        [
            "given campaign.items[1].parts[1].size is 2",
            "given campaign.items[2].parts[1].size is 2",
            "expect allow",
        ],
        [
            "without campaign.items[1].parts[1].size",
            "without campaign.items[1].parts[1]",
            "expect allow",
        ],
        ["given campaign.colours is {red}", "given campaign.colours[1] is blue", "expect allow"],
        [
            "given campaign.items[2].flag is yes",
            "without campaign.items[1]",
            "given campaign.items[2].flag is no",
            "expect deny by p/each",
        ],
        ["given campaign.colours is {red}", "given campaign.person.age is 3", "expect allow"],
        [
            "given campaign.price is EUR 5",
            "given campaign.share is 12.5%",
            'given campaign.note is "x"',
            "given campaign.day is 2026-01-01",
            "given campaign.home is NO",
            "expect allow",
        ],
    ],
)
def test_a_test_passes_where_everything_comes_as_expected(steps: list[str]) -> None:
    result = ran(*steps)
    assert result.failures == ()
    assert result.explanation


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        (["given campaign.flag is yes", "expect allow"], "expected allow, got deny by p/hard"),
        (["expect deny by p/hard"], "expected deny by p/hard, got allow"),
        (
            ["given campaign.other is yes", "expect deny by p/soft"],
            "expected deny by p/soft, got allow, with a warning by p/soft",
        ),
        (
            [
                "given campaign.flag is yes",
                "given campaign.other is yes",
                "expect deny by p/hard, p/soft",
            ],
            "expected deny by p/hard, p/soft, got deny by p/hard",
        ),
        (
            ["given campaign.flag is yes", "expect deny by p/each"],
            "expected deny by p/each, got deny by p/hard",
        ),
        (
            ["given campaign.other is yes", "expect no warning by p/soft"],
            "expected no warning by p/soft, got allow, with a warning by p/soft",
        ),
        (
            ["without campaign.flag", "expect deny by p/each because campaign.flag is unknown"],
            (
                "expected deny by p/each because campaign.flag is unknown, "
                "got deny for want of campaign.flag"
            ),
        ),
        (
            ["without campaign.other", "expect deny by p/soft because campaign.other is unknown"],
            "expected deny by p/soft because campaign.other is unknown, got allow",
        ),
        (
            [
                "without campaign.flag",
                "given campaign.items is empty",
                "expect deny for want of campaign.flag",
            ],
            (
                "expected deny for want of campaign.flag, "
                "got deny for want of campaign.items, campaign.flag"
            ),
        ),
        (
            [
                "without campaign.flag",
                "given campaign.items[2].flag is no",
                "expect deny for want of campaign.flag",
            ],
            "expected deny for want of campaign.flag, got deny by p/each",
        ),
        (["expect warn by p/soft"], "expected warn by p/soft, got allow"),
        (
            ["given campaign.flag is yes", "expect warn by p/hard"],
            "expected warn by p/hard, got deny by p/hard",
        ),
        (
            ["without campaign.flag", "expect allow"],
            "expected allow, got deny for want of campaign.flag",
        ),
        (
            ["without campaign.flag", "expect deny for want of campaign.other"],
            "expected deny for want of campaign.other, got deny for want of campaign.flag",
        ),
        (
            ["without campaign.other", "expect deny for want of campaign.other"],
            "expected deny for want of campaign.other, got allow",
        ),
    ],
)
def test_a_test_fails_saying_what_came_instead(steps: list[str], failure: str) -> None:
    result = ran(*steps)
    assert result.failures == (failure,)
    assert result.decision is not None


def test_each_expectation_fails_for_itself() -> None:
    result = ran("given campaign.flag is yes", "expect allow", "expect deny by p/hard, p/each")
    assert len(result.failures) == 2


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        (
            ["without campaign.note"],
            "`without` takes away `note`, which this campaign does not state",
        ),
        (
            ["without campaign.person.age"],
            "`without` takes away `person.age`, which this campaign does not state",
        ),
        (
            ["without campaign.items[3]"],
            "`without` takes away `items[3]`, which this campaign does not state",
        ),
        (
            ["without campaign.items[3].flag"],
            "`without` takes away `items[3].flag`, which this campaign does not state",
        ),
        (
            ["without campaign.items[2].parts[1].size"],
            "`without` takes away `items[2].parts[1].size`, which this campaign does not state",
        ),
        (
            ["without campaign.colours[1]"],
            "`without` takes away `colours[1]`, which this campaign does not state",
        ),
        (["given campaign.items[4].flag is yes"], "`items[4]` skips elements: the list has 2"),
        (
            ["given campaign.items[2].parts[2].size is 1"],
            "`parts[2]` skips elements: the list has 0",
        ),
        (["given campaign.colours[2] is red"], "`colours[2]` skips elements: the list has 0"),
        (
            ["given campaign.whole is 2.5"],
            (
                "the campaign of this test is malformed: "
                "/whole: this should be a whole number, and is the number `2.5`"
            ),
        ),
    ],
)
def test_a_change_that_cannot_be_made_fails_its_test(steps: list[str], failure: str) -> None:
    result = ran(*steps, "expect allow")
    assert result.failures == (failure,)
    assert (result.decision, result.explanation) == (None, "")


@pytest.mark.parametrize(
    ("base", "file", "failure"),
    [
        (FULL, "gone.json", "there is no file `tests/gone.json` in the bundle"),
        (FULL, "../../x.json", "there is no file `../x.json` in the bundle"),
        ("{", "base.json", "`tests/base.json` is not JSON: "),
        ("[" * 5000, "base.json", "`tests/base.json` is not JSON: "),
        ([], "base.json", "`tests/base.json` does not hold a campaign: it is not an object"),
        (
            {"x": 1, "flag": 1},
            "base.json",
            "the campaign of this test is malformed: /x: unknown fact `x`; /flag: ",
        ),
    ],
)
def test_a_file_that_holds_no_campaign_fails_its_test(
    base: object, file: str, failure: str
) -> None:
    (found,) = ran("expect allow", base=base, file=file).failures
    assert found.startswith(failure)


def test_a_file_may_lie_elsewhere_in_the_bundle() -> None:
    assert ran("expect allow", file="../other.json").passed


def test_a_change_replaces_what_is_no_group_and_no_list() -> None:
    base = {**FULL, "person": 5, "items": "none", "colours": None}
    steps = ("given campaign.person.age is 5", "given campaign.items[1].flag is yes")
    assert ran(*steps, "given campaign.colours[1] is red", "expect allow", base=base).passed
    broken = {**FULL, "items": [5]}
    assert ran("given campaign.items[1].flag is yes", "expect allow", base=broken).passed


def test_a_campaign_may_be_given_fact_by_fact() -> None:
    text = """test "t"
  on 2026-01-01
  given campaign.id is "c"
  given campaign.markets is {DE}
  given campaign.flight.start is 2026-02-01
  given campaign.flight.until_stopped is yes
  expect allow
end test
"""
    bundle, _ = build("b", {"v.policy": VOCABULARY, "t.policy": text})
    assert bundle is not None
    assert [result.failures for result in run_cases(bundle)] == [()]


def test_tests_run_by_file_and_place_and_do_not_change_each_others_campaigns() -> None:
    test = 'test "{}"\n  on 2026-01-01\n  given file "b.json"\n  {}\n  expect {}\nend test\n'
    one = test.format("1", "given campaign.flag is yes", "deny by p/hard")
    two = test.format("2", "without campaign.other", "allow")
    files = {"b.json": json.dumps(FULL), "v.policy": VOCABULARY, "p.policy": POLICY}
    bundle, _ = build("b", {**files, "z.policy": one + two, "a.policy": two})
    assert bundle is not None
    results = list(run_cases(bundle))
    assert [result.case.title for result in results] == ["2", "1", "2"]
    assert all(result.passed for result in results)


OBLIGING = rule('oblige "file it" when campaign.amount is at least 5 due before launch', name="o")


def test_a_duty_is_expected_beside_allow() -> None:
    owed = case("owed", "given campaign.amount is 5", "expect allow", "expect oblige by p/o")
    free = case("free", "given campaign.amount is 4", "expect oblige by p/o")
    other = case("other", "given campaign.amount is 5", "expect deny by p/o")
    first, second, third = results(docket(OBLIGING, owed, free, other))
    assert first.passed
    assert second.failures == ("expected oblige by p/o, got allow",)
    assert third.failures == ("expected deny by p/o, got allow, with a duty by p/o",)


def test_what_obliges_is_covered_bounded_and_mutated_as_what_denies() -> None:
    steps = ("given campaign.amount is 9", "expect oblige by p/o")
    bundle = docket(OBLIGING, case("owed", *steps))
    ran = results(bundle)
    (covered,) = measure(bundle, ran).rules
    assert covered.unseen == (Status.UNDETERMINED, Status.NOT_APPLICABLE)
    offered = {made.side: made.text for each in boundary_tests(bundle, ran) for made in each.tests}
    assert "expect oblige" not in offered[Side.BELOW]
    assert "  expect allow\n  expect oblige by p/o\n" in offered[Side.AT]
    noticed = {t.mutant.change: t.noticed_by is not None for t in try_mutants(bundle, ran)}
    assert noticed["the rule is deleted"]
    assert noticed["`campaign.amount is at least 5` is denied"]
    assert not noticed["`campaign.amount is at least 5` reads `is more than`"]


LIFTED = rule("prohibit when campaign.flag", "subject to p/free", name="r")
FREE = rule("permit when campaign.amount is at least 5", "despite p/r", name="free")


def test_a_permission_is_covered_bounded_and_mutated_through_what_it_lifts() -> None:
    steps = ("given campaign.flag is yes", "given campaign.amount is 5", "expect allow")
    bundle = docket(LIFTED, FREE, case("free", *steps))
    ran = results(bundle)
    by_id = {each.rule.id: each for each in measure(bundle, ran).rules}
    assert by_id["p/free"].unseen == (Status.NOT_APPLICABLE,)
    assert Status.EXCEPTED not in by_id["p/r"].unseen
    offered = {made.side: made.text for each in boundary_tests(bundle, ran) for made in each.tests}
    assert "expect deny by p/r" in offered[Side.BELOW]
    noticed = {
        (t.mutant.name, t.mutant.change): t.noticed_by is not None for t in try_mutants(bundle, ran)
    }
    assert noticed["p/free", "the rule is deleted"]
    assert noticed["p/free", "`campaign.amount is at least 5` reads `is more than`"]
    assert not noticed["p/r", "the rule is deleted"]
