"""What the engine decides beside what the oracle judges, over generated policies and campaigns.

Run it as `python -m tests.oracle.comparing --pairs 20000`. It is no part of the suite, which holds
the same on a few pairs (`tests/property/test_oracle.py`). The first difference ends the run.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from itertools import chain, product
from typing import Any

from engine.bundle.bundle import Bundle
from engine.evaluation import reference
from engine.evaluation.decision import Decision, Verdict
from engine.evaluation.evaluate_rule import EvaluationContext
from engine.evaluation.market_groups import Market
from engine.evaluation.moment import flight_of, moment
from engine.evaluation.result import RuleResult
from engine.evaluation.values import Campaign
from engine.semantics.tree import (
    Condition,
    JunctionCondition,
    NegatedCondition,
    Policies,
    clauses_read,
    inner_conditions,
)
from tests.oracle.conditions import Scene, truth
from tests.oracle.judging import ALLOW, ASK, DENY, NOT_APPLICABLE, Days, Judgment, judge
from tests.strategies.many_pairs import main
from tests.strategies.policy_texts import policy_files, short_policy_files

CAMPAIGNS_EACH = 20
POLICIES = policy_files() | short_policy_files()


def differences(bundle: Bundle, descriptor: Mapping[str, Any], day: date) -> list[str]:
    """Return where the engine decides otherwise than the oracle."""
    campaign, faults = bundle.decoder.decode(json.dumps(descriptor, default=float).encode())
    assert campaign is not None, faults
    decision = bundle.program.decide(campaign, as_of=datetime.combine(day, time(12), tzinfo=UTC))
    judged = judge(bundle.policies, descriptor, day)
    pairs = chain(
        _statuses(decision, judged),
        _verdicts(decision, judged),
        _truths(bundle.policies, campaign, descriptor, day, judged.days),
    )
    return [f"{what}: {made}, and {wanted} by the oracle" for what, made, wanted in pairs]


Difference = tuple[str, object, object]
"""What differs, what the engine makes of it, and what the oracle does."""


def _statuses(decision: Decision, judged: Judgment) -> Iterator[Difference]:
    for market, statuses in judged.statuses.items():
        for result in decision.results:
            name = result.rule.id
            part = _part_in(result, market)
            made = NOT_APPLICABLE if part is None else part.status.value
            if made != statuses[name]:
                yield f"{name} in {market}", made, statuses[name]
            elif part is not None and (owed := part.obligation) and owed.due != judged.dues[name]:
                yield f"last day of {name}", owed.due, judged.dues[name]


def _part_in(result: RuleResult, market: str | None) -> RuleResult | None:
    """Return what a rule comes to in a market; None where it is nowhere told, and so not there."""
    parts = (p for p in result.parts if p.markets is None or market in p.markets)
    return next(parts, None)


def _verdicts(decision: Decision, judged: Judgment) -> Iterator[Difference]:
    by_market = {each.market: each.verdict for each in decision.markets}
    for market, wanted in judged.verdicts.items():
        if (made := _word(by_market.get(str(market), decision.verdict))) != wanted:
            yield f"verdict in {market}", made, wanted
    if (made := _word(decision.verdict)) != judged.verdict:
        yield "verdict", made, judged.verdict
    if judged.verdict == ASK and not decision.missing:
        yield "what is asked for", "nothing", "something"


def _word(verdict: Verdict) -> str:
    if not verdict.conclusive:
        return ASK
    return DENY if verdict.effect.value == "deny" else ALLOW


def _truths(
    policies: Policies, campaign: Campaign, descriptor: Mapping[str, Any], today: date, days: Days
) -> Iterator[Difference]:
    """Yield the conditions that come out otherwise by the law of the first or the last day."""
    markets = descriptor.get("markets") or [None]
    context = EvaluationContext(
        policies=policies, campaign=campaign, moment=moment(flight_of(campaign), today)
    )
    read = [clause for rule in policies.rules for clause in clauses_read(rule)]
    for day, market in product({days.possible[0], days.possible[-1]}, set(markets)):
        place = reference.situation(context, day, Market(code=market, pointer="/markets"))
        scene = Scene(policies=policies, campaign=descriptor, today=today, day=day, market=market)
        for clause in read:
            for part in _parts(clause.condition):
                made, wanted = reference.evaluate(part, place).truth, truth(part, scene)
                if made is not wanted:
                    yield f"a part of `{clause.text}` on {day} in {market}", made, wanted


def _parts(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and what is joined in it; what a quantifier binds is left within it."""
    yield condition
    if isinstance(condition, JunctionCondition | NegatedCondition):
        for inner in inner_conditions(condition):
            yield from _parts(inner)


def agree(bundle: Bundle, descriptor: Mapping[str, Any], day: date, _number: int) -> None:
    """See that one campaign is decided as the oracle judges it."""
    assert not (found := differences(bundle, descriptor, day)), (found, descriptor, day)


if __name__ == "__main__":
    main(__doc__, POLICIES, agree, campaigns_each=CAMPAIGNS_EACH)
