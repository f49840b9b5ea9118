"""`would_pass`: the markets in which a denied campaign would be allowed if the others were dropped.

A rule that denies in one market need not affect the others. A rule that reads the list of all
markets may have another result for fewer of them: it is evaluated again for the shorter list.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from .combine import verdict
from .decision import Effect, MarketVerdict
from .evaluate_rule import EvaluationContext
from .validity import EvaluateRules
from .values import Campaign


def would_pass(
    context: EvaluationContext, evaluate_rules: EvaluateRules, markets: Sequence[MarketVerdict]
) -> tuple[str, ...]:
    """Return the markets to which a denied campaign may be cut down to be allowed, in order.

    There are none where it is allowed as it stands, or where fewer markets change the answer.
    """
    passing = tuple(each.market for each in markets if each.verdict.effect is Effect.ALLOW)
    if not passing or len(passing) == len(markets):
        return ()
    reading = context.policies.reading_markets
    if reading:
        facts = context.campaign.facts.with_facts({"markets": passing})
        fewer = replace(context, campaign=Campaign(facts=facts))
        again = evaluate_rules(fewer, reading)
        if verdict(again, complete=True).effect is Effect.DENY:
            return ()
    return passing
