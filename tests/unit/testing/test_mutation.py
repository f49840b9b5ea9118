"""Mutants: which there are, and which tests notice them."""

from dataclasses import replace
from typing import Any

import pytest

from engine.semantics.tree import Parameter, Table, Window
from engine.testing.mutants import MOST_MEMBERS, mutants_of
from engine.testing.mutation import try_mutants
from engine.testing.parts import words_of
from tests.unit.evaluation.courtroom import rule
from tests.unit.testing.docket import FEE, NESTED, case, docket, results

EARLIER = "the rule is in force before 2000-01-01 as well"
DENIES = "the rule denies for want of a fact instead of asking for it"
ALWAYS = ["the rule is deleted", EARLIER, DENIES]


def changes(*clauses: str, head: str = "", declared: str = "") -> list[str]:
    bundle = docket(rule(*clauses), head=head, declared=declared)
    (made,) = bundle.policies.rules
    return [mutant.change for mutant in mutants_of(made, words_of(bundle))]


def unnoticed(*texts: str, **facts: Any) -> list[str]:
    bundle = docket(*texts, **facts)
    trials = try_mutants(bundle, results(bundle))
    return [trial.mutant.change for trial in trials if trial.noticed_by is None]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("campaign.flag", ["`campaign.flag` is denied"]),
        (
            "not campaign.flag",
            ["`not campaign.flag` is not denied", "`campaign.flag` is denied"],
        ),
        *(
            (
                f"campaign.{fact} {phrase} {value}",
                [
                    f"`campaign.{fact} {phrase} {value}` is denied",
                    f"`campaign.{fact} {phrase} {value}` reads `{other}`",
                ],
            )
            for fact, value, pairs in (
                (
                    "amount",
                    "3",
                    {
                        "is at least": "is more than",
                        "is more than": "is at least",
                        "exceeds": "is at least",
                        "is at most": "is less than",
                        "is less than": "is at most",
                    },
                ),
                (
                    "day",
                    "2026-01-01",
                    {
                        "is before": "is on or before",
                        "is on or before": "is before",
                        "is after": "is on or after",
                        "is on or after": "is after",
                    },
                ),
            )
            for phrase, other in pairs.items()
        ),
        (
            "campaign.amount is between 1 and 2",
            [
                "`campaign.amount is between 1 and 2` is denied",
                "`campaign.amount is between 1 and 2` leaves out `1`",
                "`campaign.amount is between 1 and 2` leaves out `2`",
            ],
        ),
        (
            "campaign.colour is one of {red, blue}",
            [
                "`campaign.colour is one of {red, blue}` is denied",
                "`blue` is left out of `{red, blue}`",
                "`red` is left out of `{red, blue}`",
            ],
        ),
        ("campaign.colour is one of {red}", ["`campaign.colour is one of {red}` is denied"]),
        (
            "campaign.colours includes any of WARM",
            [
                "`campaign.colours includes any of WARM` is denied",
                "`campaign.colours includes any of WARM` reads `includes all of`",
            ],
        ),
        (
            "campaign.flag or campaign.other",
            [
                "`or` reads `and` in `campaign.flag or campaign.other`",
                "`campaign.flag` is dropped",
                "`campaign.other` is dropped",
                "`campaign.flag` is denied",
                "`campaign.other` is denied",
            ],
        ),
        (
            "any i in campaign.items has (i.flag)",
            [
                "`any` reads `every` in `any i in campaign.items has (i.flag)`",
                "`i.flag` is denied",
            ],
        ),
        (
            "no i in campaign.items has (i.flag)",
            [
                "`no` reads `any` in `no i in campaign.items has (i.flag)`",
                "`i.flag` is denied",
            ],
        ),
    ],
)
def test_each_part_of_a_condition_is_changed_in_turn(condition: str, expected: list[str]) -> None:
    assert changes(f"prohibit when {condition}") == [*ALWAYS, *expected]


def test_each_item_of_a_list_is_dropped() -> None:
    listed = "all of (a) campaign.flag; (b) campaign.other; (c) campaign.amount is 1"
    found = changes(f"prohibit when {listed}")
    assert found[3:7] == [
        f"`all of` reads `any of` in `{listed}`",
        "`(a) campaign.flag` is dropped",
        "`(b) campaign.other` is dropped",
        "`(c) campaign.amount is 1` is dropped",
    ]
    listed = "none of (a) campaign.flag; (b) campaign.other"
    found = changes(f"prohibit when {listed}")
    assert found[3:6] == [
        f"`{listed}` is not denied",
        f"`any of` reads `all of` in `{listed}`",
        "`(a) campaign.flag` is dropped",
    ]


def test_the_clauses_of_a_rule_are_removed_and_changed() -> None:
    assert changes(
        "applies in {DE, FR}",
        "applies when campaign.other",
        "require campaign.flag when campaign.amount is 1",
        'unless "e" campaign.colour is red',
        'unless "f" campaign.flag',
        "if unknown deny",
        "enforcement advisory",
        head="  in force from 2000-01-01 until 2030-01-01\n",
    ) == [
        *ALWAYS[:2],
        "the rule stays in force from 2030-01-01 on",
        "the rule denies instead of advising",
        "`if unknown deny` reads `if unknown ask`",
        "`applies in {DE, FR}` is removed",
        "`DE` is left out of `{DE, FR}`",
        "`FR` is left out of `{DE, FR}`",
        "`applies when campaign.other` is removed",
        "`campaign.other` is denied",
        "`campaign.amount is 1` is removed",
        "`campaign.amount is 1` is denied",
        "`campaign.flag` is denied",
        "the exception “e” is removed",
        "`campaign.colour is red` is denied",
        "the exception “f” is removed",
        "`campaign.flag` is denied",
    ]


def test_a_declared_set_is_no_part_of_the_rule_that_names_it() -> None:
    found = changes("applies in UNION", "prohibit when campaign.flag")
    assert found == [*ALWAYS, "`applies in UNION` is removed", "`campaign.flag` is denied"]


def test_a_rule_that_was_always_in_force_has_no_first_day_to_change() -> None:
    bundle = docket(rule("prohibit when campaign.flag"))
    always = replace(bundle.policies.rules[0], window=Window())
    found = [mutant.change for mutant in mutants_of(always, words_of(bundle))]
    assert found == [ALWAYS[0], DENIES, "`campaign.flag` is denied"]


def test_of_a_long_list_the_first_members_are_left_out() -> None:
    numbers = ", ".join(str(n) for n in range(10, 30))
    found = changes(f"prohibit when campaign.whole is one of {{{numbers}}}")
    assert sum("is left out of" in change for change in found) == MOST_MEMBERS


def test_mutants_stand_where_the_change_is() -> None:
    bundle = docket(rule("applies in {DE, FR}", "prohibit when campaign.flag"))
    (made,) = bundle.policies.rules
    lines = [mutant.location.line for mutant in mutants_of(made, words_of(bundle))]
    assert lines == [7, 7, 7, 6, 6, 6, 7]


# --- who notices ------------------------------------------------------------------------------

BEFORE = case("before", "given campaign.flag is yes", "expect allow", day="1999-06-01").replace(
    '"base.json"\n',
    '"base.json"\n  given campaign.flight.start is 1999-07-01\n'
    "  given campaign.flight.end is 1999-07-02\n",
)


def test_nothing_is_noticed_without_tests() -> None:
    found = unnoticed(rule("prohibit when campaign.flag"))
    assert found == [*ALWAYS, "`campaign.flag` is denied"]


def test_tests_that_fail_notice_nothing() -> None:
    failing = case("t", "given campaign.flag is yes", "expect allow")
    assert len(unnoticed(rule("prohibit when campaign.flag"), failing)) == 4


def test_a_denying_test_notices_that_the_rule_is_gone() -> None:
    denied = case("t", "given campaign.flag is yes", "expect deny by p/r")
    assert unnoticed(rule("prohibit when campaign.flag"), denied) == [EARLIER, DENIES]
    assert unnoticed(rule("prohibit when campaign.flag"), denied, BEFORE) == [DENIES]
    asked = case("asked", "expect deny for want of campaign.flag")
    assert unnoticed(rule("prohibit when campaign.flag"), denied, BEFORE, asked) == []


def test_a_boundary_is_noticed_by_a_test_at_the_limit() -> None:
    over = rule("prohibit when campaign.amount exceeds 3")
    far = case("t", "given campaign.amount is 9", "expect deny by p/r")
    near = case("t", "given campaign.amount is 3", "expect allow")
    boundary = "`campaign.amount exceeds 3` reads `is at least`"
    assert boundary in unnoticed(over, far)
    assert boundary not in unnoticed(over, far, near)


def test_a_rule_without_effect_on_a_decision_goes_unnoticed() -> None:
    both = (
        rule("prohibit when campaign.flag", name="one"),
        rule("prohibit when campaign.flag", name="two"),
        case("t", "given campaign.flag is yes", "expect deny by p/one"),
    )
    assert unnoticed(*both) == [EARLIER, DENIES, *ALWAYS, "`campaign.flag` is denied"]


def test_places_and_applicability_are_noticed_by_tests_outside_them() -> None:
    text = rule("applies in {DE}", "applies when campaign.other", "prohibit when campaign.flag")
    inside = case("in", "expect deny by p/r")
    assert unnoticed(text, inside, flag=True, other=True) == [
        EARLIER,
        DENIES,
        "`applies in {DE}` is removed",
        "`applies when campaign.other` is removed",
    ]
    elsewhere = case("elsewhere", "given campaign.markets is {FR}", "expect allow")
    outside = case("not its subject", "given campaign.other is no", "expect allow")
    assert unnoticed(text, inside, elsewhere, outside, flag=True, other=True) == [EARLIER, DENIES]


def test_what_is_wanting_is_noticed_by_a_test_for_want_of_it() -> None:
    text = rule("prohibit when campaign.flag and campaign.other")
    wanting = case("t", "expect deny for want of campaign.other")
    found = unnoticed(text, wanting, flag=True)
    assert "`campaign.other` is dropped" not in found
    assert "`campaign.flag` is denied" not in found


def test_how_unknown_facts_are_treated_is_noticed() -> None:
    text = rule("prohibit when campaign.flag", "if unknown deny")
    change = "`if unknown deny` reads `if unknown ask`"
    assert change in unnoticed(text, case("t", "given campaign.flag is no", "expect allow"))
    assert change not in unnoticed(text, case("t", "expect deny by p/r"))


def test_that_a_rule_asks_is_noticed_by_a_test_for_want_of_the_fact() -> None:
    text = rule("prohibit when campaign.flag")
    because = case("t", "expect deny by p/r because campaign.flag is unknown")
    assert DENIES in unnoticed(text, because)
    assert DENIES not in unnoticed(text, case("t", "expect deny for want of campaign.flag"))


def test_who_wants_a_fact_and_that_it_denies_are_two_expectations() -> None:
    text = rule("prohibit when campaign.flag", "if unknown deny")
    change = "`if unknown deny` reads `if unknown ask`"
    because = "expect deny by p/r because campaign.flag is unknown"
    assert change in unnoticed(text, case("t", because))
    assert change not in unnoticed(text, case("t", because, "expect deny by p/r"))


def test_advice_is_noticed_to_deny() -> None:
    text = rule("prohibit when campaign.flag", "enforcement advisory")
    change = "the rule denies instead of advising"
    assert change in unnoticed(text, case("t", "given campaign.flag is no", "expect allow"))
    assert change not in unnoticed(text, case("t", "expect warn by p/r"), flag=True)


def test_a_definition_is_changed_once_in_all_the_rules_that_use_it() -> None:
    declared = """
define big "a big campaign" means campaign.amount exceeds 5 end define
define unused "nothing uses it" means campaign.flag end define
define bigger "a bigger campaign" means big and campaign.other end define
"""
    bundle = docket(
        rule("prohibit when bigger", name="one"),
        rule("prohibit when campaign.flag and big", name="two"),
        case("at", "given campaign.amount is 5", "given campaign.other is yes", "expect allow"),
        declared=declared,
    )
    found = list(try_mutants(bundle, results(bundle)))
    told = [
        (trial.mutant.name, trial.mutant.change, trial.noticed_by is not None)
        for trial in found
        if "/" not in trial.mutant.name
    ]
    assert told == [
        ("big", "`campaign.amount exceeds 5` is denied", True),
        ("big", "`campaign.amount exceeds 5` reads `is at least`", True),
        ("bigger", "`and` reads `or` in `big and campaign.other`", True),
        ("bigger", "`big` is dropped", True),
        ("bigger", "`campaign.other` is dropped", False),
        ("bigger", "`big` is denied", True),
        ("bigger", "`campaign.other` is denied", False),
    ]


def test_a_definition_by_which_an_aggregate_chooses_is_changed_too() -> None:
    bundle = docket(
        rule("prohibit when count of (each i in campaign.items where big) exceeds 0"),
        case(
            "at",
            "given campaign.items[1].flag is yes",
            "given campaign.amount is 5",
            "expect allow",
        ),
        declared='define big "a big campaign" means campaign.amount exceeds 5 end define',
    )
    told = [
        (trial.mutant.change, trial.noticed_by is not None)
        for trial in try_mutants(bundle, results(bundle))
        if trial.mutant.name == "big"
    ]
    assert told == [
        ("`campaign.amount exceeds 5` is denied", True),
        ("`campaign.amount exceeds 5` reads `is at least`", True),
    ]


DECLARED = """
parameter most : number "the most"
  source LAW art 1
  from 2024-01-01 is 3
  from 2027-01-01 is 5
end parameter
parameter always : number "always the same"
  source LAW art 1
  is 7
end parameter
parameter alone : number "no rule reads it"
  source LAW art 1
  is 1
end parameter
table fee unique "the fee"
  given where : place
  gives number
  case NO gives 2
  case UNION gives 4
  otherwise gives 9
end table
define dear "it costs more than it may" means campaign.amount exceeds fee(market) end define
"""


def _of_declarations(*texts: str) -> dict[tuple[str, str], bool]:
    bundle = docket(*texts, declared=DECLARED)
    return {
        (trial.mutant.name, trial.mutant.change): trial.noticed_by is not None
        for trial in try_mutants(bundle, results(bundle))
        if isinstance(trial.mutant.owner, Parameter | Table)
    }


def test_an_edition_of_a_parameter_is_noticed_by_a_test_of_its_days() -> None:
    text = rule(
        "prohibit when campaign.amount exceeds most and campaign.amount is less than always"
    )
    near = case("t", "given campaign.amount is 3", "expect allow")
    assert _of_declarations(text, near) == {
        ("most", "`3` is left out from 2024-01-01 on"): True,
        ("most", "`5` is left out from 2027-01-01 on"): False,
        ("always", "`7` is left out"): False,
    }


def test_a_case_of_a_table_is_noticed_by_a_test_that_looks_it_up() -> None:
    """It is looked up in a definition; that a set changes makes no case of its own."""
    declared = rule("prohibit when dear")
    near = case(
        "t", "given campaign.markets is {NO}", "given campaign.amount is 3", "expect deny by p/r"
    )
    assert _of_declarations(declared, near) == {
        ("fee", "`NO gives 2` is left out"): True,
        ("fee", "`UNION gives 4` is left out"): False,
        ("fee", "`otherwise gives 9` is left out"): False,
    }


@pytest.mark.parametrize("sum_", ["{}", "1 + {}", "{} + 1"])
@pytest.mark.parametrize("comparison", ["{} exceeds 3", "campaign.amount is less than {}"])
def test_what_an_aggregate_chooses_is_changed(sum_: str, comparison: str) -> None:
    term = "count of (each item in campaign.items where item.flag and item.amount is 2)"
    condition = comparison.format(sum_.format(term))
    made = [change for change in changes(f"prohibit when {condition}") if "item.flag" in change]
    assert made[-4:] == [
        "`where item.flag and item.amount is 2` is removed",
        "`and` reads `or` in `item.flag and item.amount is 2`",
        "`item.flag` is dropped",
        "`item.flag` is denied",
    ]


def test_what_is_chosen_below_an_aggregate_or_a_lookup_is_changed_too() -> None:
    made = changes(f"prohibit when {NESTED}", declared=FEE)
    assert {"`where p.size is 1` is removed", "`where i.flag` is removed"} < {*made}
    assert {"`p.size is 1` is denied", "`i.flag` is denied"} < {*made}
