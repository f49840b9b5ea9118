"""Deciding: results of all rules, combined. Pure: no clock, no input or output, no globals."""

from collections.abc import Callable
from datetime import date, datetime

from ..semantics.tree import Policies
from .combine import market_verdicts, missing_facts, required_facts, verdict
from .decision import Decision
from .judge import Hearing
from .moment import as_if_launched, moment
from .result import RuleResult
from .values import Campaign

JudgeAll = Callable[[Hearing], tuple[RuleResult, ...]]
"""Either evaluator: every rule of the policies, judged for one campaign."""


def decide(
    policies: Policies,
    judge_all: JudgeAll,
    campaign: Campaign,
    *,
    as_of: datetime,
    launched: date | None = None,
) -> Decision:
    """Return the decision on a campaign, as of an instant with its offset.

    With `launched` the flight is moved to start on that day, keeping its length.
    """
    judged = campaign
    if launched is not None:
        judged = as_if_launched(campaign, launched, policies.vocabulary)
    hearing = Hearing(policies=policies, campaign=judged, moment=moment(judged, as_of))
    results = judge_all(hearing)
    complete = not required_facts(judged, policies.vocabulary)
    return Decision(
        campaign=judged.id,
        as_of=as_of,
        as_if_launched=launched,
        verdict=verdict(results, complete=complete),
        markets=market_verdicts(judged.markets or (), results, complete=complete),
        results=results,
        missing=missing_facts(judged, policies.vocabulary, results),
    )
