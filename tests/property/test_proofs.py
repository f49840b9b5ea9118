"""The laws of proving: what is proved of conditions is so for every campaign.

The reference evaluator is the judge. Conditions and campaigns are drawn several at a time.
"""

from datetime import date
from itertools import combinations, permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.descriptor.decode import Decoder
from engine.evaluation.outcome import Truth
from engine.evaluation.reference import Element, Situation, evaluate
from engine.semantics.check import check
from engine.semantics.lint.branches import says_all_of
from engine.semantics.lint.certainty import certain
from engine.semantics.lint.claims import Claim
from engine.semantics.lint.law import Law
from engine.semantics.lint.proof import Budget, Prover
from engine.semantics.tree import MARKET, Condition, Policies, Window
from engine.source.text import Source
from engine.syntax.parse import parse
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import conditions
from tests.strategies.vocabulary import DAYS, DECLARED, VOCABULARY

CAMPAIGNS = st.lists(descriptors(), min_size=1, max_size=12)


def read(*texts: str) -> tuple[Policies, tuple[Condition, ...]]:
    """Return the conditions of some texts, with the policies that they stand in."""
    rules = [
        f"  rule r{number}\n    source LAW art 1\n    in force from 2024-01-01\n"
        f'    prohibit when {text}\n    message "m"\n    remedy "r"\n'
        for number, text in enumerate(texts)
    ]
    text = VOCABULARY + DECLARED + "policy p\n" + "\n".join(rules) + "end policy\n"
    source = Source(name="p.policy", text=text)
    tree, faults = parse(source)
    assert not faults
    checked, faults = check({source.name: tree}, {source.name: source})
    assert checked is not None
    assert not faults
    return checked.policies, tuple(rule.main.condition for rule in checked.policies.rules)


def prover(policies: Policies, day: date | None = None) -> Prover:
    window = Window(start=day, until=None if day is None else date.fromordinal(day.toordinal() + 1))
    return Prover(law=Law(dated=policies.dated, window=window), budget=Budget(steps=10_000))


MARKETS = {MARKET: Element(value="DE", pointer="/markets/0")}


def truths(
    policies: Policies, descriptor: dict[str, Any], day: date, *found: Condition
) -> tuple[Truth, ...]:
    campaign, faults = Decoder(policies.vocabulary).decode(descriptor)
    assert campaign is not None, faults
    situation = Situation(
        policies=policies, campaign=campaign.facts, today=day, law_day=day, bound=MARKETS
    )
    return tuple(evaluate(condition, situation).truth for condition in found)


def tried(
    policies: Policies, campaigns: list[dict[str, Any]], day: date, found: tuple[Condition, ...]
) -> list[tuple[Truth, ...]]:
    """Return the truths of the conditions for each campaign."""
    return [truths(policies, each, day, *found) for each in campaigns]


TEXTS = st.lists(conditions(towards_denial=True, depth=2), min_size=4, max_size=5)


@given(TEXTS, CAMPAIGNS, DAYS)
def test_what_is_proved_to_exclude_each_other_never_holds_together(
    texts: list[str], campaigns: list[dict[str, Any]], day: date
) -> None:
    """No campaign makes true, on any day, claims of which an exclusion is proved.

    What is certain where another claim holds is true there, and not unknown.
    """
    policies, found = read(*texts)
    seen = tried(policies, campaigns, day, found)
    always, today = prover(policies), prover(policies, day)
    for size in (1, 2):
        for chosen in combinations(range(len(found)), size):
            for wanted in product((True, False), repeat=size):
                claims = claims_of(found, chosen, wanted)
                if always.exclusion(*claims) or today.exclusion(*claims):
                    assert all(tuple(each[i] for i in chosen) != wanted for each in seen)
                if size > 1 and certain(claims[0], claims[1:], always):
                    one, other = chosen
                    known = [each[one] for each in seen if each[other] is wanted[1]]
                    assert all(truth is wanted[0] for truth in known)


def claims_of(
    found: tuple[Condition, ...], chosen: tuple[int, ...], wanted: tuple[bool, ...]
) -> list[Claim]:
    return [
        Claim(condition=found[index], truth=truth)
        for index, truth in zip(chosen, wanted, strict=True)
    ]


@pytest.mark.parametrize(
    ("narrow", "wide", "says_it"),
    [
        ('is "hello"', 'is one of {"hello", "other"}', True),
        ('is not one of {"hello", "other"}', 'is not "hello"', True),
        ('is "hello"', 'is not "other"', True),
        ('is "hello"', 'is not "Hello"', False),  # Of `hello` that is unknown.
    ],
)
def test_a_text_that_reads_alike_leaves_another_open(
    narrow: str, wide: str, *, says_it: bool
) -> None:
    policies, (one, other) = read(f"campaign.note {narrow}", f"campaign.note {wide}")
    claims = Claim(condition=one), Claim(condition=other)
    assert says_all_of(*claims, prover(policies)) is says_it


ATOMS = st.lists(conditions(towards_denial=True, depth=0), min_size=6, max_size=8)


@given(ATOMS, CAMPAIGNS, DAYS)
def test_a_comparison_that_is_said_to_add_nothing_adds_nothing(
    texts: list[str], campaigns: list[dict[str, Any]], day: date
) -> None:
    """A wider comparison is true with the narrower one, and where that is unknown, not false."""
    policies, found = read(*texts)
    seen = tried(policies, campaigns, day, found)
    for one, other in permutations(range(len(found)), 2):
        narrow, wide = Claim(condition=found[one]), Claim(condition=found[other])
        if says_all_of(narrow, wide, prover(policies)):
            for each in seen:
                assert each[other] is True or each[one] is not True
                assert each[other] is not False or each[one] is False
