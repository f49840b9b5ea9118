"""What tests decide: statuses of rules, and parts decided true and false."""

from typing import Any

from engine.evaluation.result import Status
from engine.testing.coverage import Coverage, RuleCoverage, measure, share
from tests.unit.evaluation.courtroom import rule
from tests.unit.testing.docket import FEE, NESTED, case, docket, results

RULE = rule(
    "applies in {DE}",
    "applies when campaign.flag",
    "prohibit when all of (a) campaign.amount exceeds 3; (b) campaign.other",
    'unless "e" any i in campaign.items has (i.flag)',
)
TEXTS = [
    "applies in {DE}",
    "applies when campaign.flag",
    "campaign.amount exceeds 3",
    "campaign.other",
    'unless "e" any i in campaign.items has (i.flag)',
    "i.flag",
]


def measured(*texts: str, **facts: Any) -> Coverage:
    bundle = docket(*texts, **facts)
    return measure(bundle, results(bundle))


def decided(*texts: str, **facts: Any) -> dict[str, str]:
    """Return how each part is decided: `T`, `F`, `TF` or nothing."""
    (found,) = measured(*texts, **facts).rules
    return {each.part.text: "T" * each.is_true + "F" * each.is_false for each in found.parts}


def test_no_part_is_decided_without_a_test() -> None:
    coverage = measured(RULE)
    (found,) = coverage.rules
    assert [each.part.text for each in found.parts] == TEXTS
    assert [each.part.kind.value for each in found.parts] == [
        *("place", "applicability", "list item", "list item", "exception", "comparison"),
    ]
    assert [each.part.location.line for each in found.parts] == [6, 7, 8, 8, 9, 9]
    assert (coverage.parts, coverage.both_ways, coverage.percentage) == (6, 0, 0.0)
    assert found.unseen == (
        *(Status.VIOLATED, Status.UNDETERMINED, Status.EXCEPTED),
        *(Status.SATISFIED, Status.NOT_APPLICABLE),
    )


def test_each_half_of_what_is_said_of_a_period_has_words_of_its_own() -> None:
    """That a test never sees one of them false does not say that of both together."""
    assert decided(rule("prohibit when campaign.flight overlaps 2026-02-01 to 2026-02-10")) == {
        "campaign.flight.start is on or before 2026-02-10": "",
        "campaign.flight.end is on or after 2026-02-01": "",
    }


def test_statuses_that_a_rule_cannot_end_in_are_not_asked_for() -> None:
    (found,) = measured(rule("prohibit when campaign.flag")).rules
    assert found.unseen == (Status.VIOLATED, Status.UNDETERMINED, Status.SATISFIED)


def test_a_rule_that_denies_what_is_unknown_is_to_be_seen_doing_so() -> None:
    """It never ends undetermined, so that no test is asked to see that."""
    denying = rule("prohibit when campaign.flag", "if unknown deny")
    violated = case("violated", "given campaign.flag is yes", "expect deny by p/r")
    wanting = case("wanting", "expect deny by p/r")
    bundle = docket(denying, violated)
    (found,) = measure(bundle, results(bundle)).rules
    assert found.unseen == (Status.SATISFIED,)
    assert found.unseen_in_words == ("violated for want of a fact", "satisfied")
    bundle = docket(denying, case("kept", "given campaign.flag is no", "expect allow"))
    (found,) = measure(bundle, results(bundle)).rules
    assert found.unseen_in_words == ("violated", "violated for want of a fact")
    bundle = docket(denying, wanting)
    (found,) = measure(bundle, results(bundle)).rules
    assert found.unseen_in_words == ("satisfied",)


def test_a_clause_counts_where_it_is_reached() -> None:
    steps = ("given campaign.markets is {FR}", "expect allow")
    assert decided(RULE, case("t", *steps), flag=True)["applies in {DE}"] == "F"
    assert set(decided(RULE, case("t", *steps), flag=True).values()) == {"F", ""}
    out = decided(RULE, case("t", "expect allow"), flag=False)
    assert [out[text] for text in TEXTS] == ["T", "F", "", "", "", ""]
    unbreached = decided(RULE, case("t", "expect allow"), flag=True, amount=3, other=True)
    assert [unbreached[text] for text in TEXTS] == ["T", "T", "F", "T", "", ""]


def test_what_is_unknown_is_not_decided() -> None:
    found = decided(RULE, case("t", "expect allow"), flag=True, amount=4)
    assert [found[text] for text in TEXTS] == ["T", "T", "T", "", "", ""]


def test_a_test_may_decide_a_part_both_ways_by_two_elements() -> None:
    items = [{"flag": True}, {"flag": False}]
    found = decided(RULE, case("t", "expect allow"), flag=True, amount=4, other=True, items=items)
    assert [found[text] for text in TEXTS] == ["T", "T", "T", "T", "T", "TF"]


def test_tests_that_fail_count_and_those_that_cannot_run_do_not() -> None:
    texts = (
        rule("prohibit when campaign.flag"),
        case("fails", "expect allow"),
        case("passes", "given campaign.flag is no", "expect allow"),
        case("broken", "without campaign.note", "expect allow"),
    )
    coverage = measured(*texts, flag=True)
    (found,) = coverage.rules
    assert found.statuses == {Status.VIOLATED, Status.SATISFIED}
    assert found.parts[0].both_ways
    assert coverage.percentage == 100.0


def test_a_place_that_is_unknown_is_not_decided() -> None:
    assert decided(RULE, case("t", "without campaign.markets", "expect allow"))[TEXTS[0]] == ""


def test_long_parts_are_shortened_and_brackets_all_around_are_left_off() -> None:
    many = " or ".join(f"campaign.amount is {n}" for n in range(20))
    (found,) = measured(
        rule("prohibit when campaign.flag and (campaign.other)", f'unless "e" {many}')
    ).rules
    texts = [each.part.text for each in found.parts]
    assert texts[:2] == ["campaign.flag", "campaign.other"]
    assert texts[2].endswith(" …")
    assert len(texts[2]) <= 96


def test_a_share_is_never_rounded_up() -> None:
    assert (share(2, 3), share(1999, 2000), share(0, 0)) == (66.6, 99.9, 100.0)
    assert isinstance(measured(RULE).rules[0], RuleCoverage)


def test_the_parts_of_a_definition_count_once_and_in_all_the_rules_that_use_it() -> None:
    declared = """
define big "a big campaign" means campaign.amount exceeds 5 and small end define
define small "a small campaign" means campaign.whole is less than 3 end define
"""
    bundle = docket(
        rule("prohibit when big", name="one"),
        rule("prohibit when not (campaign.flag and big)", "enforcement advisory", name="two"),
        case("big", "given campaign.amount is 6", "given campaign.whole is 1", "expect allow"),
        case("not big", "given campaign.amount is 5", "given campaign.whole is 1", "expect allow"),
        declared=declared,
    )
    found = measure(bundle, results(bundle))
    told = {
        each.definition.name: [(part.part.text, part.both_ways) for part in each.parts]
        for each in found.definitions
    }
    assert told == {
        "big": [("campaign.amount exceeds 5", True), ("small", False)],
        "small": [("campaign.whole is less than 3", False)],
    }
    parts = [part.part for each in found.rules for part in each.parts]
    assert [(part.text, part.kind.value) for part in parts] == [
        ("prohibit when big", "definition"),
        ("campaign.flag", "comparison"),
        ("big", "definition"),
    ]
    assert found.parts == 6


def test_what_an_aggregate_chooses_is_decided_for_each_element() -> None:
    text = rule(
        "prohibit when 1 + count of (each i in campaign.items where i.flag and i.amount is 2)"
        " exceeds sum of campaign.sizes"
    )
    facts = {"items": [{"flag": True, "amount": 2}, {"flag": False, "amount": 2}], "sizes": [9]}
    found = decided(text, case("t", "expect allow"), **facts)
    assert [found["i.flag"], found["i.amount is 2"]] == ["TF", "T"]


def test_what_is_chosen_below_an_aggregate_or_a_lookup_is_decided_too() -> None:
    text = rule(f"prohibit when {NESTED}")
    items = [{"flag": True, "parts": [{"size": 1}]}, {"flag": True, "parts": [{"size": 2}]}]
    found = decided(text, case("t", "expect allow"), declared=FEE, items=items)
    assert (found["p.size is 1"], found["i.flag"]) == ("TF", "T")
