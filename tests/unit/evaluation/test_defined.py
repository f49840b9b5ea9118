"""Statutory definitions: judged by what they mean, told by their names."""

import pytest

from engine.bundle.bundle import build
from engine.evaluation.prose import explain
from engine.evaluation.result import Status
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import court, hear, rule, seen, wanted

MINORS = """
define reaches_minors "the ads may reach people under 18"
  source LAW art 28
  means any of (a) campaign.person.age is less than 18; (b) campaign.flag
end define

define grown_up "the ads reach adults only"
  means not reaches_minors
end define
"""
PAIR = """
define doubled "an item is doubled"
  means any item in campaign.items has (item.amount exceeds 5)
end define
"""


@pytest.mark.parametrize(
    ("age", "status"), [(17, Status.VIOLATED), (18, Status.SATISFIED), (None, Status.UNDETERMINED)]
)
def test_a_rule_is_judged_by_what_a_definition_means(age: int | None, status: Status) -> None:
    bundle = court(rule("prohibit when reaches_minors"), declared=MINORS)
    person = {} if age is None else {"age": age}
    assert hear(bundle, person=person, flag=False).results[0].status is status


def test_a_definition_stands_wherever_a_condition_does() -> None:
    bundle = court(
        rule(
            "applies when reaches_minors",
            "require grown_up or campaign.other",
            'unless "adults" grown_up',
        ),
        declared=MINORS,
    )
    assert hear(bundle, flag=True, other=False).results[0].status is Status.VIOLATED
    result = hear(bundle, flag=False, person={"age": 20}).results[0]
    assert result.status is Status.NOT_APPLICABLE
    assert result.reason == "applies when reaches_minors"


def test_the_justification_names_the_definitions_and_shows_the_facts() -> None:
    bundle = court(rule("require (all of (a) grown_up; (b) campaign.other)"), declared=MINORS)
    decision = hear(bundle, person={"age": 12}, flag=False, other=True)
    finding = decision.results[0].findings[0]
    assert seen(decision.results[0]) == [("/person/age", "12", "is at least 18")]
    assert finding.evidence[0].item == "(a) `grown_up`: `reaches_minors`: (a)"
    assert "(a) `grown_up`: `reaches_minors`: (a) age: 12" in explain(decision)


def test_what_a_definition_wants_is_asked_for() -> None:
    bundle = court(rule("prohibit when reaches_minors"), declared=MINORS)
    result = hear(bundle, flag=False).results[0]
    assert wanted(result) == [("campaign.person.age", "")]


def test_names_bound_around_a_definition_and_within_it_are_apart() -> None:
    bundle = court(
        rule(
            "prohibit when any item in campaign.items has (item.flag and doubled)",
            message="{item.amount}",
        ),
        declared=PAIR,
    )
    items = [{"flag": True, "amount": 1}, {"flag": False, "amount": 9}]
    result = hear(bundle, items=items).results[0]
    assert [finding.message for finding in result.findings] == ["1"]
    pointers = {each.pointer: each.bindings for each in result.findings[0].evidence}
    assert pointers["/items/1/amount"] == (("item", "/items/0"),)


def test_a_set_named_within_a_definition_is_read_for_the_day_of_the_law() -> None:
    declared = 'define home "at home" means campaign.home is one of UNION end define'
    bundle = court(rule("prohibit when home"), declared=declared)
    assert [str(day) for day in bundle.policies.calendars["p/r"].changes] == [
        *("2000-01-01", "2020-01-01", "2025-01-01", "2026-06-01")
    ]
    later = {"start": "2026-07-01", "end": "2026-07-02"}
    assert hear(bundle, home="FR").results[0].status is Status.VIOLATED
    assert hear(bundle, home="FR", flight=later).results[0].status is Status.SATISFIED


def test_the_label_of_a_definition_may_be_left_to_its_name() -> None:
    bundle = court(declared="define for_sale means campaign.flag end define")
    definition = bundle.policies.definitions["for_sale"]
    assert (definition.label, definition.sources) == ("for sale", ())


def test_a_definition_may_speak_of_the_market_that_is_judged() -> None:
    declared = """
define at_home "the market is at home"
  means market is DE and any item in campaign.items has (item.amount exceeds 5)
end define
"""
    clause = "prohibit when any item in campaign.items has (item.flag and at_home)"
    bundle = court(rule(clause, message="{market}: {item.amount}"), declared=declared)
    items = [{"flag": True, "amount": 1}, {"flag": False, "amount": 9}]
    result = hear(bundle, items=items, markets=["FR", "DE"]).results[0]
    assert result.status is Status.VIOLATED
    assert [finding.message for finding in result.findings] == ["DE: 1"]
    abroad = hear(bundle, items=items, markets=["FR"]).results[0]
    assert abroad.status is Status.SATISFIED


RENEWED = """
define in_time "it is renewed within a month"
  means campaign.slot.start is on or before campaign.day + 1 month
end define
define late "it is not"
  means not in_time
end define
"""


@pytest.mark.parametrize(
    ("clause", "status"), [("up", Status.VIOLATED), ("down", Status.SATISFIED)]
)
def test_a_definition_counts_months_as_the_rule_that_uses_it(clause: str, status: Status) -> None:
    """What is defined by another definition counts likewise."""
    for condition in ("in_time", "not late"):
        bundle = court(
            rule(f"prohibit when {condition}", f"month end rounds {clause}"), declared=RENEWED
        )
        decision = hear(bundle, day="2026-01-31", slot={"start": "2026-03-01"})
        assert decision.results[0].status is status
        assert ("month end rounds up" in explain(decision)) is (status is Status.VIOLATED)


# --- where an aggregate chooses among elements --------------------------------------------------

CHOSEN = "count of (each item in campaign.items where item.flag and {}) exceeds 1"


def means(name: str, condition: str) -> str:
    return f"define {name}\n  means {condition}\nend define\n"


def codes(declared: str) -> list[str]:
    text = f"{declared}policy p\n  source LAW art 1\n  in force from 2000-01-01\n"
    text += f"{rule('prohibit when many')}end policy\n"
    _, found = build("defined", {"vocabulary.policy": VOCABULARY, "p.policy": text})
    return [each.code for each in found if each.span.source == "p.policy"]


@pytest.mark.parametrize("name", ["early", "more"])
def test_a_definition_is_made_before_the_one_that_chooses_by_it(name: str) -> None:
    """Whatever their names: it is used, and it is not unknown."""
    declared = means("many", CHOSEN.format(name)) + means(name, "campaign.other")
    assert codes(declared) == []
    bundle = court(rule("prohibit when many"), declared=declared)
    items = [{"flag": True}, {"flag": True}]
    for other, status in ((True, Status.VIOLATED), (False, Status.SATISFIED)):
        assert hear(bundle, items=items, other=other).results[0].status is status


def test_definitions_that_choose_by_each_other_rest_on_themselves() -> None:
    assert codes(means("many", CHOSEN.format("few")) + means("few", CHOSEN.format("many"))) == [
        "E0321"
    ]


def test_the_definitions_by_which_aggregates_choose_are_parts_of_a_condition() -> None:
    """Twelve of them, each of which names the one before twice, make four thousand."""
    names = [f"d{number:02}" for number in range(12)] + ["many"]
    pairs = zip(names[1:], names, strict=False)
    twice = [means(name, CHOSEN.format(f"{one} and not {one}")) for name, one in pairs]
    assert codes(means(names[0], "campaign.flag") + "".join(twice)) == ["E0322"]
