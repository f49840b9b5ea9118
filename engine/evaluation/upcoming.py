"""Rules to come: those that would deny once they come into force, while the ads still run.

A flight without an end is evaluated under the law of its first day. Law that takes effect later
does not change the decision, but whoever books the campaign should know its date.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from msgspec import structs

from .evaluate_rule import EvaluationContext
from .moment import FLIGHT, Days
from .result import RuleResult, Status, Upcoming
from .validity import EvaluateRules


def upcoming(
    context: EvaluationContext, evaluate_rules: EvaluateRules, results: Sequence[RuleResult]
) -> tuple[Upcoming, ...]:
    """Return the rules that a campaign without end would violate on a later day, by day and id."""
    certain = context.moment.certain
    if certain is None or context.campaign.at(FLIGHT, "until_stopped") is not True:
        return ()
    open_rules = {r.rule.id for r in results if r.status is not Status.VIOLATED}
    found: dict[str, Upcoming] = {}
    for day, names in _days_of_change(context, certain, open_rules):
        then = structs.replace(context.moment, certain=Days(first=day, last=day), possible=None)
        waiting = frozenset(names - found.keys())
        for result in evaluate_rules(replace(context, moment=then), waiting):
            if result.status is Status.VIOLATED:
                found[result.rule.id] = Upcoming(day=day, result=result)
    return tuple(sorted(found.values(), key=lambda each: (each.day, each.result.rule.id)))


def _days_of_change(
    context: EvaluationContext, certain: Days, open_rules: set[str]
) -> list[tuple[date, set[str]]]:
    """Return the later days on which the law of some rules changes, in order, with those rules."""
    days: dict[date, set[str]] = {}
    for name in sorted(open_rules):
        for day in context.policies.calendars[name].changes:
            if certain.last is not None and day > certain.last:
                days.setdefault(day, set()).add(name)
    return sorted(days.items())
