"""What a failed test is explained by: the deciding clause, part by part, with values and truths."""

from typing import Any

import pytest

from engine.testing.parts import words_of
from engine.testing.runner import run_cases
from engine.testing.trace import MOST_RULES, RuleTrace, traces
from tests.unit.evaluation.courtroom import rule
from tests.unit.testing.docket import case, docket

MARKS = {True: "+", False: "-", None: "?"}
ITEMS = [{"flag": True, "amount": n} for n in range(1, 6)]


def traced(*texts: str, declared: str = "", head: str = "", **facts: Any) -> list[RuleTrace]:
    bundle = docket(*texts, declared=declared, head=head, **facts)
    (result,) = run_cases(bundle)
    assert not result.passed
    return list(traces(result, words_of(bundle)))


def shown(trace: RuleTrace) -> list[str]:
    return [
        "  " * line.depth + ("= " if line.is_value else f"{MARKS[line.truth]} ") + line.text
        for clause in trace.clauses
        for line in clause.lines
    ]


def test_a_satisfied_rule_shows_each_part_with_the_values_that_it_read() -> None:
    (trace,) = traced(
        rule("prohibit when campaign.amount exceeds 3 and (campaign.flag or not campaign.other)"),
        case("t", "expect deny by p/r"),
        amount=2,
        flag=True,
    )
    assert (trace.rule.id, trace.status.value, trace.reason) == ("p/r", "satisfied", "")
    (clause,) = trace.clauses
    assert clause.text.startswith("prohibit when campaign.amount exceeds 3 and")
    assert (clause.location.source, clause.location.line) == ("p.policy", 6)
    assert shown(trace) == [
        "- all of these",
        "  - campaign.amount exceeds 3",
        "    = campaign.amount = 2",
        "  + any of these",
        "    + campaign.flag",
        "      = campaign.flag = yes",
        "    ? not",
        "      ? campaign.other",
        "        = campaign.other = unknown",
    ]


def test_what_is_presumed_is_marked_and_what_is_sensitive_is_not_shown() -> None:
    (trace,) = traced(
        rule("prohibit when campaign.minors and campaign.patient.age is 5"),
        case("t", "expect deny by p/r"),
        patient={"age": 71},
    )
    values = [line for line in shown(trace) if "= campaign" in line]
    assert values == [
        "    = campaign.minors = yes (presumed, not stated)",
        "    = campaign.patient.age = (sensitive)",
    ]


def test_of_a_list_taken_together_the_list_and_what_is_chosen_are_shown() -> None:
    (trace,) = traced(
        rule(
            "prohibit when count of (each i in campaign.items where i.flag) exceeds campaign.amount"
        ),
        case("t", "expect deny for want of campaign.amount"),
        amount=5,
        items=[{"flag": True}],
    )
    values = [line for line in shown(trace) if "= campaign" in line]
    assert values == [
        "  = campaign.items = yes",
        "  = campaign.amount = 5",
        "  + i = campaign.items[1]: i.flag",
        "    = campaign.items[1].flag = yes",
    ]


def test_labels_and_today_and_the_two_sides_of_a_comparison_are_shown() -> None:
    (trace,) = traced(
        rule(
            "prohibit when all of (a) campaign.day is before today; "
            "(b) campaign.share is at least 50%"
        ),
        case("t", "expect allow"),
        day="2025-12-31",
        share="50%",
    )
    assert trace.status.value == "violated"
    assert shown(trace) == [
        "+ all of these",
        "  + (a) campaign.day is before today",
        "    = campaign.day = 2025-12-31",
        "    = today = 2026-01-01",
        "  + (b) campaign.share is at least 50%",
        "    = campaign.share = 50%",
    ]


def test_of_many_elements_those_are_shown_that_stand_out() -> None:
    (trace,) = traced(
        rule("require every i in campaign.items has (i.amount is less than 5)"),
        case("t", "expect allow"),
        items=ITEMS,
    )
    assert shown(trace) == [
        "- every i in campaign.items",
        "  = campaign.items = " + ", ".join(f"yes; {n}" for n in range(1, 6)),
        "  - i = campaign.items[5]: i.amount is less than 5",
        "    = campaign.items[5].amount = 5",
        "  + i = campaign.items[1]: i.amount is less than 5",
        "    = campaign.items[1].amount = 1",
        "  + i = campaign.items[2]: i.amount is less than 5",
        "    = campaign.items[2].amount = 2",
        "  = and 2 more of the list",
    ]


def test_a_violated_rule_shows_the_exceptions_that_did_not_hold() -> None:
    (trace,) = traced(
        rule("prohibit when campaign.flag", 'unless "e" campaign.other'),
        case("t", "expect allow"),
        flag=True,
        other=False,
    )
    assert [clause.text for clause in trace.clauses] == [
        "prohibit when campaign.flag",
        'unless "e" campaign.other',
    ]


def test_an_excepted_rule_shows_the_exceptions_that_hold() -> None:
    (trace,) = traced(
        rule(
            "prohibit when campaign.flag",
            'unless "e" campaign.other',
            'unless "f" campaign.amount is 1',
        ),
        case("t", "expect deny by p/r"),
        flag=True,
        other=False,
        amount=1,
    )
    assert trace.status.value == "excepted"
    assert [clause.text for clause in trace.clauses] == ['unless "f" campaign.amount is 1']


def test_a_rule_that_does_not_apply_shows_the_clause_that_excluded_it() -> None:
    (trace,) = traced(
        rule("applies when campaign.other", "prohibit when campaign.flag"),
        case("t", "expect warn by p/r"),
        other=False,
    )
    assert trace.status.value == "not applicable"
    assert shown(trace) == ["- campaign.other", "  = campaign.other = no"]


def test_a_rule_that_applies_elsewhere_says_where() -> None:
    (trace,) = traced(
        rule("applies in {FR}", "prohibit when campaign.flag"),
        case("t", "expect deny by p/r"),
    )
    assert (trace.reason, trace.clauses) == ("applies in {FR}", ())


def test_an_undetermined_rule_shows_what_is_unknown() -> None:
    (trace,) = traced(
        rule("applies when campaign.flag", "prohibit when campaign.other"),
        case("t", "expect allow"),
        other=True,
    )
    assert trace.status.value == "undetermined"
    assert shown(trace) == ["? campaign.flag", "  = campaign.flag = unknown"]


def test_rules_are_shown_that_read_the_fact_a_test_finds_wanting() -> None:
    found = traced(
        rule("applies in {FR}", "prohibit when campaign.whole is 1", name="elsewhere"),
        rule("prohibit when campaign.flag and not campaign.other", name="other"),
        rule(
            "prohibit when any i in campaign.items has (any p in i.parts has (p.size is 1))",
            name="reads",
        ),
        case("t", "expect deny for want of campaign.items[1].parts[1].size, campaign.whole"),
        flag=False,
        items=[],
    )
    assert [trace.rule.id for trace in found] == ["p/reads", "p/elsewhere"]
    assert shown(found[0]) == ["- any i in campaign.items", "  = campaign.items = none"]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("sum of (i.amount for each i in campaign.items) exceeds 5", "campaign.items[1].amount"),
        ("count of (each i in campaign.items where i.flag) exceeds 5", "campaign.items[1].flag"),
        ("market is DE", "campaign.markets"),
    ],
)
def test_rules_that_read_a_wanted_fact_are_told_of(condition: str, wanted: str) -> None:
    found = traced(
        rule(f"prohibit when {condition}", name="reads"),
        rule("prohibit when campaign.flag", name="other"),
        case("t", f"expect deny for want of {wanted}"),
        flag=False,
        items=[],
        markets=["FR"],
    )
    assert [trace.rule.id for trace in found] == ["p/reads"]


def test_named_rules_come_first_and_not_all_others_follow() -> None:
    names = "abcdef"
    found = traced(
        *(rule("prohibit when campaign.flag", name=f"r_{name}") for name in names),
        rule("prohibit when campaign.other", name="z"),
        case("t", "expect deny by p/z"),
        flag=True,
        other=False,
    )
    assert [trace.rule.id for trace in found] == ["p/z", "p/r_a", "p/r_b", "p/r_c"]
    assert len(found) == MOST_RULES


def test_a_test_that_cannot_run_has_no_rules() -> None:
    assert (
        traced(
            rule("prohibit when campaign.flag"), case("t", "without campaign.note", "expect allow")
        )
        == []
    )


@pytest.mark.parametrize(
    ("flight", "text"),
    [({"start": "2026-02-01", "end": "2026-03-01"}, "campaign.home is one of WARMER")],
)
def test_the_day_on_which_the_judge_came_furthest_is_shown(
    flight: dict[str, str], text: str
) -> None:
    declared = 'set WARMER of country "w"\n  from 2026-02-10 is {ES}\nend set\n'
    (trace,) = traced(
        rule("applies when " + text, "prohibit when campaign.flag"),
        case("t", "expect allow"),
        declared=declared,
        flight=flight,
        home="ES",
        flag=True,
    )
    assert trace.status.value == "violated"
    assert shown(trace) == ["+ campaign.flag", "  = campaign.flag = yes"]


def test_a_definition_is_shown_by_its_name_with_what_it_means() -> None:
    declared = """
parameter most : number "the most" source LAW art 1 from 2020-01-01 is 3 end parameter
define big "a big campaign"
  means campaign.amount exceeds most or any item in campaign.items has (item.flag)
end define
"""
    (trace,) = traced(
        rule("prohibit when big"),
        case("t", "expect deny by p/r"),
        declared=declared,
        amount=2,
        items=[{"flag": False}],
    )
    assert shown(trace) == [
        "- big: a big campaign",
        "  - any of these",
        "    - campaign.amount exceeds most",
        "      = campaign.amount = 2",
        "      = most = 3",
        "    - any item in campaign.items",
        "      = campaign.items = no",
        "      - item = campaign.items[1]: item.flag",
        "        = campaign.items[1].flag = no",
    ]


def test_what_a_table_gave_is_shown() -> None:
    declared = "table most unique given on : yes_no gives number otherwise gives 3 end table"
    (trace,) = traced(
        rule("prohibit when campaign.amount exceeds most(campaign.flag)"),
        case("t", "expect deny by p/r"),
        declared=declared,
        amount=2,
        flag=True,
    )
    assert shown(trace) == [
        "- campaign.amount exceeds most(campaign.flag)",
        "  = campaign.amount = 2",
        "  = most(campaign.flag) = 3",
        "  = campaign.flag = yes",
    ]


def test_a_rule_reads_the_facts_of_the_definitions_that_it_names() -> None:
    traces_ = traced(
        rule("prohibit when bright and campaign.other", name="one"),
        rule("prohibit when campaign.flag", name="two"),
        case("t", "expect deny for want of campaign.amount"),
        declared='define bright "it is bright" means campaign.amount exceeds 2 end define',
        amount=3,
        other=False,
        flag=False,
    )
    assert [trace.rule.id for trace in traces_] == ["p/one"]
