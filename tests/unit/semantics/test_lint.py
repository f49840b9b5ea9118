"""What is said against policies that nobody can have meant, and what is left in peace.

The messages themselves are in `tests/golden/bad/lint`; that no proof is wrong is in
`tests/property/test_proofs.py`.
"""

from dataclasses import replace

import pytest

from engine.bundle.bundle import build
from engine.semantics.check import check
from engine.semantics.lint import faults
from engine.semantics.lint.claims import Claim
from engine.semantics.lint.law import Law
from engine.semantics.lint.limits import Aspect, limits
from engine.semantics.lint.opposites import opposites
from engine.semantics.lint.proof import Budget, Prover
from engine.semantics.lint.proved import Proved
from engine.semantics.lint.regions import Choice, Line, Stretch, meet
from engine.semantics.tree import ComparisonCondition, Condition, Policies, Window
from engine.source.diagnostic import Diagnostic
from engine.source.memory import Memory
from engine.source.text import Source, Span
from engine.syntax.lexis import Comparator
from engine.syntax.parse import parse
from tests.strategies.vocabulary import VOCABULARY

HEAD = "  rule {name}\n    source LAW art 1\n    in force from {start}\n"
TAIL = '    message "m"\n    remedy "r"\n'


def rule(*clauses: str, name: str = "r", start: str = "2024-01-01") -> str:
    body = "".join(f"    {clause}\n" for clause in clauses)
    return HEAD.format(name=name, start=start) + body + TAIL


def codes(*rules: str, declared: str = "") -> list[str]:
    """Return the codes of what is said of some rules, in order of their places."""
    text = f"{declared}\npolicy p\n{''.join(rules)}end policy\n"
    _, found = build("lint", {"v.policy": VOCABULARY, "p.policy": text})
    return [each.code for each in found if each.span.source == "p.policy"]


@pytest.mark.parametrize(
    "condition",
    [
        "campaign.amount exceeds 5 and campaign.amount is less than 6",
        "campaign.amount is between 5 and 9 and not campaign.amount is between 6 and 8",
        "campaign.whole exceeds 5 and campaign.whole is less than 7",
        "campaign.price is not EUR 10 and campaign.price is less than EUR 20",
        "campaign.colour is not red and campaign.colour is not blue",
        "campaign.colours includes red and campaign.colours includes blue",
        "not campaign.colours includes all of {red, blue} and campaign.colours includes red",
        "campaign.home is one of UNION and campaign.home is not DE",
        "campaign.day is before today and campaign.day is after 2020-01-01",
        "not campaign.day is within 10 days after 2026-01-01 and campaign.day is after 2026-01-05",
        "campaign.day is within 1 months after 2026-01-01 and campaign.day is after 2027-01-01",
        "any i in campaign.items has (i.flag) and any j in campaign.items has (not j.flag)",
        "every i in campaign.items, if any, has (i.flag) and campaign.items is empty",
        "any i in campaign.items has (i.flag) and every p in campaign.colours has (p is red)",
        'campaign.note is one of {"a", "b"} and campaign.note is not "a"',
        "campaign.amount exceeds campaign.whole and campaign.amount is at least 3",
        "10 is less than campaign.amount and campaign.amount is less than 11",
        "campaign.amount / campaign.whole exceeds 80% and campaign.amount is less than 3",
        "campaign.price is at least campaign.cost and campaign.price is EUR 10",
        "campaign.price is one of {EUR 10, EUR 20} and campaign.price is less than EUR 5",
        "campaign.price is between EUR 1 and EUR 5 and campaign.price exceeds EUR 9",
        "campaign.colours includes any of campaign.colours and campaign.flag",
        "campaign.colours includes all of campaign.colours and campaign.flag",
        "campaign.colours includes campaign.colour and campaign.flag",
        "campaign.amount is one of {" + ", ".join(map(str, range(70))) + "}",
        'market is DE and market is not "DE-BY"',
        'market is not "DE-BY" and market is "DE-BE"',
        'campaign.places includes all of {"DE-BY", DE} and campaign.places includes "DE-BE"',
        "not campaign.slot overlaps 2026-01-01 to 2026-02-01 and campaign.slot.end is unknown",
    ],
)
def test_what_may_be_meant_is_left_in_peace(condition: str) -> None:
    assert codes(rule(f"prohibit when {condition}")) == []


def test_editions_may_have_no_member_in_common() -> None:
    moved = "set MOVED of colour\n  is {red}\n  from 2025-01-01 is {blue}\nend set\n"
    condition = "campaign.colour is one of {red, blue} and campaign.colour is not one of MOVED"
    assert codes(rule(f"prohibit when {condition}"), declared=moved) == []


@pytest.mark.parametrize(
    "condition",
    [
        "campaign.amount is between 5 and 9 and campaign.amount exceeds 9",
        "10 is less than campaign.amount and campaign.amount is less than 10",
        "campaign.whole exceeds 5 and campaign.whole is less than 6",
        "campaign.share exceeds 80% and campaign.share is at most 50%",
        "campaign.price is EUR 10 and campaign.price is EUR 11",
        "campaign.price is at least EUR 10 and campaign.price is at least USD 10",
        "campaign.amount is unknown and campaign.amount is 5",
        "campaign.flag is unknown and campaign.flag",
        "campaign.amount / campaign.whole exceeds 80% and campaign.amount / campaign.whole is 0",
        "campaign.amount exceeds campaign.whole and campaign.whole is at least campaign.amount",
        "campaign.amount exceeds campaign.amount",
        "campaign.flag is yes and campaign.flag is no",
        "campaign.radius exceeds 15 miles and campaign.radius is less than 10 km",
        "campaign.items is empty and any i in campaign.items has (i.flag)",
        (
            "campaign.colour is not red and campaign.colour is one of {red, blue, green} "
            "and campaign.colour is not blue and campaign.colour is not green"
        ),
        "campaign.day is before today and today is on or before campaign.day",
        "campaign.day is within 30 days before 2026-01-01 and campaign.day is after 2026-01-01",
        "campaign.flight.start is before 2024-01-01 and campaign.flight.start is 2025-01-01",
        "campaign.home is one of UNION and campaign.home is NO",
        "campaign.home is not one of UNION and campaign.home is DE",
        'campaign.note is one of {"a", "b"} and campaign.note is "c"',
        "campaign.amount is one of {1, 2} and not campaign.amount is one of {1, 2, 3}",
        "campaign.amount is not one of {5} and campaign.amount is between 5 and 5",
        "campaign.colours is empty and campaign.colours includes red",
        "campaign.colours includes any of {red} and campaign.colours includes none of WARM",
        "not campaign.colours includes any of {red} and campaign.colours includes red",
        "not campaign.colours includes none of {red} and not campaign.colours includes red",
        (
            "not campaign.colours includes all of {red, blue} "
            "and campaign.colours includes all of {red, blue, green}"
        ),
        "campaign.colours is not empty and not campaign.colours is not empty",
        "any i in campaign.items has (i.flag) and campaign.items is empty",
        "every i in campaign.items has (i.flag) and every j in campaign.items has (not j.flag)",
        (
            "every i in campaign.items, if any, has (i.flag) "
            "and any j in campaign.items has (not j.flag)"
        ),
        'campaign.note is like "a*" and campaign.note is not like "a*"',
        "sum of campaign.sizes exceeds 5 and sum of campaign.sizes is less than 3",
        "any i in campaign.items has (i.flag) and no j in campaign.items has (j.flag)",
        "any i in campaign.items has (any p in i.parts has (p.flag and not p.flag))",
        "any i in campaign.items has (i.flag and campaign.flag) and not campaign.flag",
        "market is DE and market is FR",
        'market is "DE-BY" and market is not DE',
        'market is not one of {DE, FR} and market is "DE-BY"',
        'campaign.places includes "DE-BY" and campaign.places includes none of {DE}',
        (
            "campaign.day is within 1 months after 2026-01-01 "
            "and not campaign.day is within 1 months after 2026-01-01"
        ),
        "(campaign.flag or campaign.other) and not campaign.flag and not campaign.other",
        "none of (a) campaign.flag; (b) campaign.other; (c) not campaign.flag",
        "bright and campaign.colour is blue",
        "campaign.amount exceeds LEAST and campaign.amount is less than 2",
        "campaign.amount exceeds LEAST and campaign.amount is at most LEAST",
        "campaign.price exceeds DEAREST and campaign.price is EUR 5",
        "campaign.colour is FAVOURITE and campaign.colour is blue",
        'campaign.note is MOTTO and not campaign.note is "hello"',
    ],
)
def test_what_excludes_itself_is_an_error(condition: str) -> None:
    assert codes(rule(f"prohibit when {condition} "), declared=DECLARED)[-1:] == ["E0702"]


DECLARED = """
parameter LEAST : number "a limit"
  source LAW art 3
  from 2020-01-01 until 2025-06-01 is 3
  from 2025-06-01 is 2
end parameter

parameter DEAREST : money "a price"
  source LAW art 3
  is EUR 10
end parameter

parameter FAVOURITE : colour "a colour"
  source LAW art 3
  from 2020-01-01 until 2025-06-01 is red
  from 2025-06-01 is green
end parameter

parameter MOTTO : text "a text"
  source LAW art 3
  is "hello"
end parameter

define bright "the campaign is bright"
  source LAW art 2
  means campaign.colour is red
end define
"""


def test_a_definition_is_looked_at_by_itself() -> None:
    declared = """define never "never so"
  source LAW art 2
  means campaign.amount exceeds 5 and campaign.amount is less than 3
end define

define vague "much or little"
  source LAW art 2
  means campaign.amount exceeds 5 or campaign.amount is less than 8
end define
"""
    used = rule("prohibit when campaign.flag or never or vague")
    assert codes(used, declared=declared)[:2] == ["W0712", "W0713"]


def test_what_may_be_of_another_currency_or_edition_adds_something() -> None:
    assert (
        codes(rule("prohibit when campaign.price is not USD 5 and campaign.price exceeds EUR 3"))
        == []
    )
    assert (
        codes(rule("prohibit when campaign.colour is one of WARM or campaign.colour is red")) == []
    )


def test_of_joined_conditions_the_needless_one_is_named() -> None:
    wider = "campaign.amount exceeds 5 or campaign.amount exceeds 3"
    same = "campaign.amount exceeds 5 and campaign.amount is more than 5"
    assert codes(rule(f"prohibit when {wider}")) == ["W0714"]
    assert codes(rule(f"prohibit when {same}")) == ["W0714"]
    twice = "any i in campaign.items has (i.flag) and any i in campaign.items has (i.flag)"
    assert codes(rule(f"prohibit when {twice}")) == ["W0714"]


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("bright", "bright"),
        ("not bright", "not bright"),
        ("not (not bright)", "not not bright"),
        ("(campaign.flag or campaign.other)", "campaign.flag …"),
        ("any i in campaign.items has (i.flag)", "the condition on campaign.items"),
    ],
)
def test_what_is_repeated_is_shown(condition: str, shown: str) -> None:
    text = f"{DECLARED}policy p\n{rule(f'prohibit when {condition} and {condition}')}end policy\n"
    _, found = build("lint", {"v.policy": VOCABULARY, "p.policy": text})
    assert f"`{shown}` already says it" in [each.label for each in found if each.code == "W0714"]


def test_a_repeated_condition_is_told_once() -> None:
    thrice = " and ".join(["campaign.flag"] * 3)
    assert codes(rule(f"prohibit when {thrice}")) == ["W0714", "W0714"]


def test_parts_below_a_quantifier_are_looked_at() -> None:
    some = (
        "any i in campaign.items has (i.flag or (i.amount exceeds 5 and i.amount is less than 3))"
    )
    every = some.replace("any", "every")
    assert codes(rule(f"prohibit when {some}")) == ["W0712"]
    assert codes(rule(f"prohibit when {every}")) == ["W0712"]
    none = "none of (a) campaign.flag; (b) campaign.amount exceeds 5 and campaign.amount is 3"
    assert codes(rule(f"prohibit when {none}")) == ["W0712"]


def test_beyond_a_number_of_steps_nothing_is_said() -> None:
    pairs = " and ".join(
        f"(campaign.amount exceeds {n} or campaign.whole exceeds {n})" for n in range(100, 115)
    )
    assert "E0702" not in codes(
        rule(f"prohibit when {pairs} and campaign.amount is 5 and campaign.whole is 5")
    )


# --- rules that oppose each other -------------------------------------------------------------

OPPOSED = ("prohibit when campaign.flag", "require campaign.flag when campaign.amount exceeds 5")


def opposed(
    *, one: tuple[str, ...] = (), other: tuple[str, ...] = (), start: str = "2024-01-01"
) -> bool:
    rules = rule(OPPOSED[0], *one, name="a"), rule(OPPOSED[1], *other, name="b", start=start)
    found = codes(*rules)
    assert found in ([], ["E0705", "E0705"])
    return bool(found)


def test_rules_oppose_each_other_where_and_when_both_apply() -> None:
    assert opposed()
    assert opposed(one=("applies in UNION",), start="2026-07-01")
    assert opposed(one=("applies in {DE}",), other=("applies in UNION",))
    assert opposed(one=('applies in {"US-CA"}',), other=("applies in {US}",))
    assert not opposed(one=("applies in {DE}",), other=("applies in {FR}",))
    assert not opposed(one=('applies in {"US-CA"}',), other=('applies in {"US-NY"}',))


def test_advice_opposes_nothing() -> None:
    assert not opposed(one=("enforcement advisory",))


@pytest.mark.parametrize(
    ("breach", "exception", "found"),
    [
        ("campaign.whole is less than 13", "campaign.whole is less than 18", True),
        ("campaign.whole is less than 13", "not campaign.whole is at least 18", True),
        ("campaign.whole is less than 13", "campaign.flag or campaign.whole is at most 18", True),
        ("campaign.price exceeds EUR 5", "campaign.price is at least EUR 2", True),
        (
            "campaign.whole is less than 13 and campaign.flag",
            "campaign.whole is less than 18 and campaign.flag",
            True,
        ),
        (*["campaign.amount / campaign.whole exceeds 3"] * 2, True),
        ("campaign.whole is less than 13", "campaign.flag or not campaign.flag", False),
        (
            "campaign.whole is less than 13",
            "campaign.flag and campaign.whole is less than 18",
            False,
        ),
        ("campaign.price is at most USD 5", "campaign.price is at most EUR 10", False),
        ("campaign.price is at least EXCHANGED", "campaign.price is at least EUR 5", False),
        ("campaign.amount is less than 1", "campaign.amount is less than LATER", False),
    ],
)
def test_an_exception_that_may_be_unknown_does_not_swallow_its_rule(
    breach: str, exception: str, *, found: bool
) -> None:
    """An exception is for the advertiser to show: one that hangs on another fact does not hold."""
    later = "parameter LATER : number\n  source LAW art 3\n  from 2030-01-01 is 3\nend parameter\n"
    later += """parameter EXCHANGED : money
  source LAW art 3
  from 2020-01-01 is USD 10
  from 2026-01-01 is EUR 10
end parameter
"""
    text = rule(f"prohibit when {breach}", f'unless "e" {exception}')
    assert ("E0704" in codes(text, declared=later)) is found


@pytest.mark.parametrize(
    ("clause", "deed"),
    [
        ("", "violate the rule `p/r`"),
        ("if unknown deny", "violate the rule `p/r` by what it states"),
    ],
)
def test_a_rule_that_denies_the_unknown_is_violated_by_what_is_not_stated(
    clause: str, deed: str
) -> None:
    text = rule("prohibit when campaign.whole exceeds 5 and campaign.whole is less than 3", clause)
    _, found = build("lint", {"v.policy": VOCABULARY, "p.policy": f"policy p\n{text}end policy\n"})
    assert [each.headline for each in found if each.is_error] == [f"no campaign can ever {deed}"]


@pytest.mark.parametrize(("apart", "found"), [(100, ["E0702"]), (200, [])])
def test_what_is_left_in_very_many_pieces_is_passed_over(apart: int, found: list[str]) -> None:
    """A step of a proof takes as long as there are pieces, and a thousand steps too long."""
    others = " and ".join(f"campaign.amount is not {number}" for number in range(apart))
    assert codes(rule(f"prohibit when {others} and campaign.amount is 5")) == found


def test_an_exception_may_let_both_be_met() -> None:
    assert not opposed(one=('unless "e" campaign.other',))
    assert opposed(one=('unless "e" campaign.amount is 1',))


def test_a_prohibition_of_what_another_rule_takes_for_granted_opposes_nothing() -> None:
    first = rule("prohibit when campaign.flag", name="a")
    second = rule("require campaign.amount exceeds 5 when campaign.flag", name="b")
    third = rule("require campaign.amount exceeds 6 and not campaign.flag", name="c")
    assert codes(first, second, third) == []


@pytest.mark.parametrize(
    "condition",
    [
        "any i in campaign.items has (i.flag)",
        "campaign.flight.end is known",
        "campaign.amount exceeds campaign.whole",
        "campaign.price is not EUR 5",
        "not campaign.colours includes all of {red, blue}",
        "campaign.items is not empty",
        "campaign.colours includes campaign.colour",
    ],
)
def test_rules_are_not_opposed_where_nobody_knows_that_both_apply(condition: str) -> None:
    applies = f"applies when {condition}"
    if "known" in condition:
        applies = "applies when campaign.flight.end is after 2025-01-01"
    assert not opposed(one=(applies,))


def test_facts_that_may_be_unknown_or_listed_are_certain_enough() -> None:
    assert opposed(one=("applies when campaign.other is unknown",))
    assert opposed(one=("applies when campaign.colours includes any of WARM",))
    assert opposed(one=("applies when campaign.colours is not empty",))
    assert opposed(one=("applies when campaign.amount is not one of {1, 2}",))


# --- editions and names -----------------------------------------------------------------------


def test_days_without_an_edition_are_told_once_for_all_rules() -> None:
    declared = """set OLD of country
  from 2025-01-01 until 2026-01-01 is {DE}
end set
"""
    uses = [rule("prohibit when campaign.home is one of OLD", name=name) for name in ("a", "b")]
    assert codes(*uses, declared=declared) == ["W0721", "W0721"]
    late = rule("prohibit when campaign.home is one of OLD", name="a", start="2025-03-01")
    assert codes(late, declared=declared) == ["W0721"]
    open_ended = late.replace("2025-03-01", "2025-03-01 until 2025-04-01")
    assert codes(open_ended, declared=declared) == []


def test_a_set_of_which_no_edition_holds_is_said_to_have_none() -> None:
    declared = "set OLD of country\n  from 2020-01-01 until 2021-01-01 is {DE}\nend set\n"
    uses = "campaign.home is one of OLD", "campaign.places includes any of OLDER"
    older = "set OLDER of place\n  from 2020-01-01 until 2021-01-01 is {DE}\nend set\n"
    everything = "campaign.places includes all of OLDER"
    found = codes(
        rule(f"prohibit when {uses[0]} or {uses[1]} or {everything}"), declared=declared + older
    )
    assert found == ["W0721", "W0721"]


def test_names_that_nothing_uses_are_told() -> None:
    declared = DECLARED + 'instrument OTHER "Another law" "https://example.org/other"\n'
    assert codes(rule("prohibit when campaign.flag"), declared=declared) == ["W0731"] * 6
    uses = (
        "prohibit when bright or campaign.amount exceeds LEAST or campaign.price is DEAREST "
        "or campaign.colour is FAVOURITE or campaign.note is MOTTO"
    )
    assert codes(rule(uses), declared=DECLARED) == []


def test_of_policies_without_a_rule_no_name_is_unused() -> None:
    _, found = build("lint", {"v.policy": VOCABULARY})
    assert found == ()


# --- what is not understood -------------------------------------------------------------------


def conditions_of(condition: str) -> tuple[Policies, Condition]:
    text = f"policy p\n{rule(f'prohibit when {condition}')}end policy\n"
    bundle, _ = build("lint", {"v.policy": VOCABULARY, "p.policy": text})
    assert bundle is not None
    return bundle.policies, bundle.policies.rules[0].main.condition


def test_a_condition_that_is_taken_apart_limits_only_its_own_truth() -> None:
    policies, joined = conditions_of("campaign.flag or campaign.other")
    law = Law(dated=policies.dated, window=Window())
    assert [topic[0] for topic, _ in limits(Claim(condition=joined), law)] == [Aspect.TRUTH]


def test_a_phrase_that_lists_are_not_known_for_limits_no_contents() -> None:
    policies, included = conditions_of("campaign.colours includes red")
    assert isinstance(included, ComparisonCondition)
    odd = Claim(condition=replace(included, comparator=Comparator.LIKE))
    found = limits(odd, Law(dated=policies.dated, window=Window()))
    assert {topic[0] for topic, _ in found} == {Aspect.TRUTH, Aspect.PRESENCE}


def test_regions_of_two_kinds_never_meet() -> None:
    with pytest.raises(AssertionError):
        meet(Line(stretches=(Stretch(),)), Choice(members=frozenset()))


def test_of_a_spent_budget_no_rules_are_opposed() -> None:
    rules = rule(OPPOSED[0], name="a") + rule(OPPOSED[1], name="b")
    source = Source(name="p.policy", text=f"{VOCABULARY}policy p\n{rules}end policy\n")
    checked, _ = check({source.name: parse(source)[0]}, {source.name: source})
    assert checked is not None
    assert (
        len(
            list(
                opposites(
                    checked.policies,
                    Budget(steps=1000),
                    Proved.by(checked.policies.dated, Memory()),
                )
            )
        )
        == 2
    )
    assert (
        list(
            opposites(
                checked.policies, Budget(steps=0), Proved.by(checked.policies.dated, Memory())
            )
        )
        == []
    )


def test_what_is_known_costs_what_it_cost_and_is_not_had_for_less() -> None:
    budget, known = Budget(steps=5), Proved.by({}, Memory())
    rule_, fault = object(), faults_of_a_rule()

    def prove() -> tuple[Diagnostic, ...]:
        return (fault,) if [budget.spend(), budget.spend()][-1] else ()

    assert known.of((rule_,), budget, prove) == (fault,)
    assert known.of((rule_,), budget, tuple) == (fault,)
    assert budget.steps == 1
    assert known.of((rule_,), budget, prove) == ()
    assert known.of((object(),), budget, prove) == ()


def faults_of_a_rule() -> Diagnostic:
    return faults.unused(Span(source="p.policy", start=0, end=1), "set", "s")


def test_a_spent_budget_proves_nothing() -> None:
    policies, never = conditions_of("campaign.flag or campaign.other")
    claims = Claim(condition=never), Claim(condition=never, truth=False)
    law = Law(dated=policies.dated, window=Window())
    assert Prover(law=law, budget=Budget(steps=100)).exclusion(*claims)
    assert not Prover(law=law, budget=Budget(steps=2)).exclusion(*claims)
    assert Prover(law=law, budget=Budget(steps=100)).agreement(claims[0])
    assert not Prover(law=law, budget=Budget(steps=1)).agreement(claims[0])


def test_a_set_a_type_and_a_source_that_only_a_table_uses_are_used() -> None:
    table = """
vocabulary campaign
  type season is one of {summer, winter}
end vocabulary
instrument ONLY "A law" "https://example.org/only"
set NORTH of place is {NO} end set
table fee unique
  source ONLY art 1
  given at : season, where : place
  gives number
  case summer, NORTH gives 1
  otherwise gives 2
end table
"""
    files = {"v.policy": VOCABULARY, "t.policy": table}
    used = "fee(winter, market)"
    for clause, names in ((f"campaign.amount exceeds {used}", []), ("campaign.flag", ["fee"])):
        policy = f"""policy p "P"
  rule r "R"
    source        LAW art 1
    in force from 2024-01-01
    prohibit when {clause}
    message "No."
    remedy "Mend it."
end policy
"""
        _, found = build("lint", {**files, "p.policy": policy})
        told = [each.headline for each in found if "`WARM`" not in each.headline]
        assert [each for each in told if "UNION" not in each] == [
            f"nothing uses the table `{name}`" for name in names
        ]
