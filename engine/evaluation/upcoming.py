"""Rules to come: those that would deny once their law changes, while the ads still run.

A flight without an end is evaluated under the law of its first day. Law that takes effect later
does not change the decision, but whoever books the campaign should know its date, and the facts
that it will ask for. The campaign is evaluated as it would be then: `today` is that day.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from .evaluate_rule import EvaluationContext
from .moment import Days, flight_of, moment
from .result import RuleResult, Status, Upcoming
from .validity import EvaluateRules


def upcoming(
    context: EvaluationContext, evaluate_rules: EvaluateRules, results: Sequence[RuleResult]
) -> tuple[Upcoming, ...]:
    """Return the rules that will stand against a campaign without end, by day and id."""
    certain, flight = context.moment.certain, flight_of(context.campaign)
    if certain is None or not flight.endless:
        return ()
    now = {r.rule.id: r.status for r in results if r.status is not Status.VIOLATED}
    found: dict[str, Upcoming] = {}
    for day, names in _days_of_change(context, certain, now):
        later = replace(context, moment=moment(flight, day))
        for result in evaluate_rules(later, frozenset(names - found.keys())):
            if is_to_come(now[result.rule.id], result.status):
                found[result.rule.id] = Upcoming(day=day, result=result)
    return tuple(sorted(found.values(), key=lambda each: (each.day, each.result.rule.id)))


def is_to_come(now: Status, then: Status) -> bool:
    """Whether a rule will stand against a campaign as it does not yet."""
    return then.is_adverse and now not in (then, Status.VIOLATED)


def _days_of_change(
    context: EvaluationContext, certain: Days, names: Iterable[str]
) -> list[tuple[date, set[str]]]:
    """Return the later days on which the law of some rules changes, in order, with those rules."""
    days: dict[date, set[str]] = {}
    for name in sorted(names):
        for day in context.policies.calendars[name].changes:
            if certain.last is not None and day > certain.last:
                days.setdefault(day, set()).add(name)
    return sorted(days.items())
