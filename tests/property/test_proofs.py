"""The laws of proving: what is proved of conditions is so for every campaign.

The reference evaluator is the judge. Campaigns are drawn for each proof, several at a time.
"""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.decode import Decoder
from engine.evaluation.outcome import Truth
from engine.evaluation.reference import Situation, evaluate
from engine.semantics.check import check
from engine.semantics.lint.claims import Claim
from engine.semantics.lint.limits import Law
from engine.semantics.lint.proof import Budget, Prover
from engine.semantics.tree import Condition, Policies, Window
from engine.source.text import Source
from engine.syntax.parse import parse
from tests.strategies.campaigns import DAYS, VOCABULARY, conditions, descriptors

CAMPAIGNS = st.lists(descriptors(), min_size=1, max_size=12)


def read(*texts: str) -> tuple[Policies, tuple[Condition, ...]]:
    """Return the conditions of some texts, with the policies that they stand in."""
    rules = [
        f"  rule r{number}\n    source LAW art 1\n    in force from 2024-01-01\n"
        f'    prohibit when {text}\n    message "m"\n    remedy "r"\n'
        for number, text in enumerate(texts)
    ]
    text = VOCABULARY + "policy p\n" + "\n".join(rules) + "end policy\n"
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


def truths(
    policies: Policies, descriptor: dict[str, Any], day: date, *found: Condition
) -> tuple[Truth, ...]:
    campaign, faults = Decoder(policies.vocabulary).decode(descriptor)
    assert campaign is not None, faults
    situation = Situation(
        policies=policies, campaign=campaign.facts, today=day, law_day=day, bound={}
    )
    return tuple(evaluate(condition, situation).truth for condition in found)


CLAIMED = st.lists(
    st.tuples(conditions(towards_denial=True, depth=2), st.booleans()), min_size=1, max_size=4
)


@given(CLAIMED, CAMPAIGNS, DAYS)
def test_what_is_proved_to_exclude_each_other_never_holds_together(
    claimed: list[tuple[str, bool]], campaigns: list[dict[str, Any]], day: date
) -> None:
    """No campaign makes true, on any day, all claims of which an exclusion is proved."""
    policies, found = read(*(text for text, _ in claimed))
    wanted = tuple(truth for _, truth in claimed)
    claims = [Claim(condition=each, truth=t) for each, t in zip(found, wanted, strict=True)]
    for law in (None, day):
        if prover(policies, law).exclusion(*claims):
            for descriptor in campaigns:
                assert truths(policies, descriptor, day, *found) != wanted
