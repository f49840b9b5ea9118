"""Decides by an evaluator of all rules. Pure: no clock, no input or output, no globals."""

from datetime import date, datetime

from ..semantics.tree import Policies
from .combine import missing_facts, missing_required_facts
from .decision import Decision
from .descriptor.attributes import campaign_attributes
from .evaluate_rule import EvaluationContext
from .moment import as_if_launched, flight_of, moment
from .operations.days import day_of
from .upcoming import upcoming
from .validity import EvaluateRules, answer, first_change
from .values import Campaign
from .would_pass import would_pass


def decide(
    policies: Policies,
    evaluate_rules: EvaluateRules,
    campaign: Campaign,
    *,
    as_of: datetime,
    launched: date | None = None,
) -> Decision:
    """Return the decision on a campaign, as of an instant with its offset.

    With `launched` the flight is moved to start on that day, keeping its length.
    """
    if launched is not None:
        campaign = as_if_launched(campaign, launched, policies.vocabulary)
    context = EvaluationContext(
        policies=policies, campaign=campaign, moment=moment(flight_of(campaign), day_of(as_of))
    )
    results = evaluate_rules(context, None)
    required = missing_required_facts(campaign, policies.vocabulary)
    missing, further = missing_facts(required, results)
    complete = not required
    overall, markets, _ = answer(context, results, complete=complete)
    return Decision(
        campaign=campaign.id,
        attributes=campaign_attributes(campaign),
        as_of=as_of,
        as_if_launched=launched,
        valid_until=first_change(context, evaluate_rules, results, complete=complete),
        verdict=overall,
        markets=markets,
        would_pass=would_pass(context, evaluate_rules, markets),
        results=results,
        missing=missing,
        further_missing=further,
        upcoming=upcoming(context, evaluate_rules, results),
    )
