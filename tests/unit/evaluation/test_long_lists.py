"""Long lists: every element counts, and of the first so many facts is told.

What is done is counted by calls of functions, which are the same on a busy machine.
"""

import json
from typing import Any

import pytest

from engine.bundle.bundle import Bundle
from engine.evaluation.descriptor.decode import MOST_ELEMENTS
from engine.evaluation.outcome import MOST_TOLD
from engine.evaluation.prose import explain
from engine.evaluation.result import RuleResult, Status
from tests.calls import calls_in
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import (
    CAMPAIGN,
    campaign_of,
    court,
    document_of,
    hear,
    judged,
    rule,
    wanted,
)
from tests.unit.evaluation.test_program import AS_OF

LONG = MOST_TOLD + 500
FLAGS = "any i in campaign.items has (i.flag)"
FLAGGED = f"prohibit when {FLAGS}"
ALWAYS = "prohibit when campaign.whole is 1"
DUTY = 'oblige "keep them" when flagged due before launch'
EXPLAINING = ("compiled/explanations.py", "compiled/evidence.py", "justify.py", "outcome.py")


@pytest.mark.parametrize(
    ("condition", "item", "status"),
    [
        ("any i in campaign.items has (i.flag)", {}, Status.UNDETERMINED),
        ("any i in campaign.items has (i.flag)", {"flag": True}, Status.VIOLATED),
        ("every i in campaign.items has (i.flag)", {"flag": True}, Status.VIOLATED),
        ("not (every i in campaign.items has (i.flag))", {"flag": False}, Status.VIOLATED),
        ("no i in campaign.items has (i.flag)", {"flag": False}, Status.VIOLATED),
        ("no i in campaign.items has (i.flag)", {}, Status.UNDETERMINED),
        (
            "any i in campaign.items has (i.flag and i.amount exceeds 1 and i.colour is red)",
            {},
            Status.UNDETERMINED,
        ),
        (
            "any i in campaign.items has (any p in i.parts has (p.flag and p.size exceeds 1))",
            {"parts": [{}, {"flag": True}]},
            Status.UNDETERMINED,
        ),
        (
            "sum of (i.amount for each i in campaign.items) exceeds campaign.amount",
            {},
            Status.UNDETERMINED,
        ),
        (
            "count of (each i in campaign.items where i.flag and i.amount exceeds 1) exceeds 5",
            {"flag": True},
            Status.UNDETERMINED,
        ),
    ],
)
def test_both_evaluators_tell_the_same_of_a_long_list(
    condition: str, item: dict[str, Any], status: Status
) -> None:
    found = judged(f"prohibit when {condition}", items=[item] * LONG)
    assert found.status is status
    assert MOST_TOLD <= facts_told(found) <= MOST_TOLD + 2
    assert all(finding.is_cut for finding in found.findings)


def test_an_element_beyond_those_that_are_told_decides_as_any_other() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag)"
    found = judged(clause, items=[{"flag": False}] * LONG + [{"flag": True}])
    assert [seen.pointer for seen in found.findings[0].evidence] == [f"/items/{LONG}/flag"]
    assert not found.findings[0].is_cut


def test_a_shorter_list_is_told_of_to_its_end() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag)"
    found = judged(clause, items=[{}] * (MOST_TOLD - 1))
    assert (facts_told(found), found.findings[0].is_cut) == (MOST_TOLD - 1, False)


def test_at_the_limit_both_evaluators_tell_the_same_of_what_made_a_rule_apply() -> None:
    """That it applies in the market counts as something that was told, too."""
    every = "applies when every i in campaign.items has (i.flag)"
    clauses = (every, "applies when campaign.flag", "prohibit when campaign.whole is 1")
    found = judged(*clauses, flag=True, whole=1, items=[{"flag": True}] * (MOST_TOLD - 1))
    assert found.findings[0].is_cut


def test_at_the_limit_both_evaluators_say_that_a_list_within_another_may_be_cut() -> None:
    """The list itself is told beside its elements where nothing else is about it."""
    red = "every c in campaign.colours has (c is red)"
    clause = f"prohibit when any i in campaign.items has (any p in i.parts has ({red}))"
    colours, items = ["red"] * (MOST_TOLD - 1), [{"parts": [{}]}, {"parts": []}]
    found = judged(clause, colours=colours, items=items)
    assert found.findings[0].is_cut


def test_what_has_no_fact_of_its_own_is_told_of_so_many_times_too() -> None:
    clause = "prohibit when any i in campaign.items has (campaign.amount exceeds 1 and i.flag)"
    found = judged(clause, items=[{"flag": True}] * LONG)
    assert wanted(found) == [("campaign.amount", "")]
    assert found.findings[0].is_cut


def test_a_fact_that_elements_make_undefined_is_wanted_once_whatever_stands_beside_it() -> None:
    """By the program it had a reason for each element where the rule reads something else too."""
    vocabulary = VOCABULARY.replace(
        '    amount : number "amount of the item"',
        '    amount : number "amount of the item"\n    price  : money "price of the item"',
    )
    total = "sum of (i.price + campaign.price for each i in campaign.items) exceeds EUR 1"
    bundle = court(rule(f"prohibit when campaign.flag and {total}"), vocabulary=vocabulary)
    dollars, francs, euros = ({"amount": "1", "currency": each} for each in ("USD", "CHF", "EUR"))
    (found,) = hear(
        bundle, flag=True, price=euros, items=[{"price": dollars}, {"price": francs}]
    ).results
    paths = [path for path, _ in wanted(found)]
    assert paths == ["campaign.items[1].price", "campaign.price", "campaign.items[2].price"]


def test_a_person_reads_that_there_may_be_more() -> None:
    asking = rule("prohibit when any i in campaign.items has (i.flag)")
    naming = rule(
        "prohibit when any i in campaign.items has (i.amount is 1)",
        name="s",
        message="{i.amount}",
    )
    told = explain(hear(court(asking), items=[{}] * LONG))
    assert "at least 1,000 facts are wanted" in told
    assert "\n  at least 950 further facts are wanted, and told of once" in told
    shown = explain(hear(court(naming), items=[{"amount": 1}] * LONG))
    assert "and at least 9" in shown
    exact = explain(hear(court(asking), items=[{}] * 60))
    assert "at least" not in exact


@pytest.mark.parametrize(
    ("clauses", "item", "counted"),
    [
        ((FLAGGED,), {"flag": True}, "and at least 994 more values"),
        ((FLAGGED,), {}, "and at least 994 more facts"),
        ((DUTY,), {"flag": True}, "and at least 994 more values"),
        ((ALWAYS, f'unless "fine" {FLAGS}'), {}, "and at least 996 more"),
        ((ALWAYS, f'unless "fine" {FLAGS}'), {"flag": False}, "“fine” does not hold"),
    ],
)
def test_each_count_says_that_there_may_be_more(
    clauses: tuple[str, ...], item: dict[str, Any], counted: str
) -> None:
    bundle = court(rule(*clauses), declared=f"define flagged means {FLAGS} end define")
    told = explain(hear(bundle, whole=1, items=[item] * LONG))
    assert counted in " ".join(told.split())
    exact = explain(hear(bundle, whole=1, items=[item] * 60))
    assert "at least" not in exact


def test_the_only_fact_of_which_is_told_may_not_be_the_only_one_that_is_missing() -> None:
    both = "prohibit when any i in campaign.items has (campaign.amount exceeds 1 and i.flag)"
    items = [{"flag": True}] * LONG
    assert "but at least 1 fact is missing" in explain(hear(court(rule(both)), items=items))
    assert "but 1 fact is missing" in explain(hear(court(rule(both)), items=items[:60]))


def test_a_document_counts_what_is_told() -> None:
    made = document_of(
        hear(court(rule("prohibit when any i in campaign.items has (i.flag)")), items=[{}] * LONG)
    )
    assert (len(made["missing"]), made["more_missing"]) == (50, MOST_TOLD - 50)
    assert made["findings"][0]["more_wanted"] == MOST_TOLD - 50


@pytest.mark.parametrize("item", [{}, {"flag": True}])
@pytest.mark.parametrize(
    "condition",
    [
        "any i in campaign.items has (i.flag)",
        "every i in campaign.items has (i.flag)",
        "sum of (i.amount for each i in campaign.items) exceeds 1",
        "count of (each i in campaign.items where i.amount exceeds 1) exceeds 5",
    ],
)
def test_a_list_of_twice_the_length_is_explained_by_no_more(
    condition: str, item: dict[str, Any]
) -> None:
    bundle = court(rule(f"prohibit when {condition}"))
    once, twice = (explained(bundle, [item] * (count * MOST_TOLD)) for count in (2, 4))
    assert 0 < once == twice


# --- how long lists may be ------------------------------------------------------------------------


def test_a_campaign_has_so_many_elements_in_its_lists_together() -> None:
    bundle = court(rule("prohibit when campaign.flag"))
    half = MOST_ELEMENTS // 2
    within: dict[str, Any] = {"items": [{}] * half, "colours": ["red"] * (half - 1)}
    assert faults_of(bundle, within) == []
    assert faults_of(bundle, within | {"colours": ["red"] * (half + 1)}) == [
        (
            "/colours",
            f"the lists of the campaign have more than {MOST_ELEMENTS:,} elements together",
        )
    ]
    nested = {"items": [{"parts": [{}] * half}] * 3, "colours": ["red"]}
    assert [pointer for pointer, _ in faults_of(bundle, nested)] == ["/items/1/parts"]


def test_the_elements_of_sensitive_lists_are_counted_too() -> None:
    vocabulary = VOCABULARY.replace(
        '  day     : date "a day"',
        '  day     : date "a day"\n  secrets : list of text sensitive "what is kept"',
    )
    bundle = court(rule("prohibit when campaign.flag"), vocabulary=vocabulary)
    half = MOST_ELEMENTS // 2
    secrets = {"secrets": ["x"] * (half + 1)}
    assert faults_of(bundle, secrets) == []
    found = faults_of(bundle, secrets | {"items": [{}] * half})
    assert [pointer for pointer, _ in found] == ["/items"]


# --- counting -------------------------------------------------------------------------------------


def facts_told(result: RuleResult) -> int:
    """Return of how many facts the findings of a rule tell, listed or counted."""
    first = result.findings[0]
    return len(first.wanted) or len(first.evidence) + first.further_evidence


def explained(bundle: Bundle, items: list[dict[str, Any]]) -> int:
    """Return how many functions are called that explain the decision on a campaign."""
    campaign = campaign_of(bundle, items=items)
    bundle.program.decide(campaign, as_of=AS_OF).statuses  # noqa: B018 - what is compiled at first use is.
    return calls_in(
        EXPLAINING, lambda: bundle.program.decide(campaign, as_of=AS_OF).with_status(*Status)
    )


def faults_of(bundle: Bundle, facts: dict[str, Any]) -> list[tuple[str, str]]:
    descriptor = CAMPAIGN | facts
    found = bundle.decoder.decode(descriptor)[1]
    assert found == bundle.decoder.decode(json.dumps(descriptor).encode())[1]
    return [(each.pointer, each.message) for each in found]
