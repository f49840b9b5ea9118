"""How long an answer holds: the first day on which the mere passing of time would change it.

Only rules that read `today`, or whose law still changes, can have another result on a later day,
and only on some days: where law changes, where the flight begins or is over, and where a day of the
campaign or of the policy, moved by the durations beside it, comes level with `today`. Those rules
are evaluated again on those days, in order, until the answer differs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from msgspec.structs import replace

from ..semantics.tree import Measure, Offset, RuleCalendar, spread
from ..semantics.types import LENGTHS
from ..syntax.lexis import MonthEnd
from .combine import market_verdicts, verdict
from .decision import MarketVerdict, Verdict
from .evaluate_rule import EvaluationContext
from .moment import FLIGHT, flight_of, moment
from .operations.days import day_of, days_later, months_later
from .result import Obligation, RuleResult
from .values import Datum, Group

EvaluateRules = Callable[[EvaluationContext, frozenset[str] | None], tuple[RuleResult, ...]]
"""Either evaluator: every rule of the policies, or only those of some ids, for one campaign."""

MOST_DAYS = 200
"""Where more days than these would have to be tried, the answer is said to hold until the first."""

Duties = frozenset[tuple[str, tuple[str, ...] | None, Obligation]]
"""The obligations, each with the id of its rule and the markets."""

Answer = tuple[Verdict, tuple[MarketVerdict, ...], Duties]
"""The verdict overall, the verdict in each market, and the obligations."""


def answer(context: EvaluationContext, results: Sequence[RuleResult], *, complete: bool) -> Answer:
    """Return the answer by all results; `complete` unless a required fact is missing."""
    markets = market_verdicts(context.markets or (), results, complete=complete)
    parts = (part for result in results for part in (result, *result.elsewhere))
    owed = frozenset((p.rule.id, p.markets, p.obligation) for p in parts if p.obligation)
    return verdict(results, complete=complete), markets, owed


def first_change(
    context: EvaluationContext,
    evaluate_rules: EvaluateRules,
    results: tuple[RuleResult, ...],
    *,
    complete: bool,
) -> date | None:
    """Return the first later day on which the answer would differ; None where it never does."""
    calendars = context.policies.calendars
    changing = frozenset(r.rule.id for r in results if _may_change(calendars[r.rule.id], context))
    if not changing:
        return None
    now = answer(context, results, complete=complete)
    changing_results = tuple(result for result in results if result.rule.id in changing)
    steady_results = tuple(result for result in results if result.rule.id not in changing)
    changing_calendars = [calendars[name] for name in sorted(changing)]
    days = sorted(set(turning_days(changing_calendars, context)))
    if are_too_many(len(days)):
        return days[0]
    is_intricate = any(calendar.is_intricate for calendar in changing_calendars)
    tried = list(next_days(context.moment.today)) if is_intricate else days
    flight = flight_of(context.campaign)
    for day in tried:
        later = replace(context, moment=moment(flight, day))
        again = evaluate_rules(later, changing)
        if (
            again != changing_results
            and answer(later, (*steady_results, *again), complete=complete) != now
        ):
            return day
    return days_later(tried[-1], 1) if is_intricate and tried else None


def are_too_many(days: int) -> bool:
    """Whether so many days are more than can be tried."""
    return days > MOST_DAYS


def next_days(today: date) -> Iterator[date]:
    """Yield the days that follow, as many as are tried."""
    later = (days_later(today, count) for count in range(1, MOST_DAYS + 1))
    return (day for day in later if day is not None)


def _may_change(calendar: RuleCalendar, context: EvaluationContext) -> bool:
    """Whether a rule may have another result on a later day."""
    start = context.campaign.day(FLIGHT, "start")
    since = min(start, context.moment.today) if start is not None else date.min
    return calendar.reads_today or any(change > since for change in calendar.changes)


def turning_days(calendars: Iterable[RuleCalendar], context: EvaluationContext) -> Iterator[date]:
    """Yield the later days on which an answer can change, in no order."""
    today, campaign = context.moment.today, context.campaign
    start, end = campaign.day(FLIGHT, "start"), campaign.day(FLIGHT, "end")
    marks = [(day, Offset()) for day in (start, end) if day is not None]
    stated = tuple(_values(campaign.facts))
    known = frozenset(_day(value) for value in stated if isinstance(value, date))
    lengths = _lengths(stated)
    for calendar in calendars:
        marks += [(day, Offset()) for day in calendar.changes]
        if calendar.reads_today:
            offsets = calendar.offsets
            if calendar.reads_length:
                offsets = spread(offsets, *lengths)
            marks += [(day, offset) for day in known | calendar.days for offset in offsets]
    for day, offset in marks:
        yield from (each for each in _turns(day, offset) if each > today)


def _turns(day: date, offset: Offset) -> Iterator[date]:
    """Yield the days on which a condition may turn that counts from a day."""
    month = months_later(day, offset.months, MonthEnd.ROUNDS_DOWN)
    if month is None:
        return
    for nearby in range(offset.days - offset.slack, offset.days + offset.slack + 2):
        moved = days_later(month, nearby)
        if moved is not None:
            yield moved


def _day(value: date) -> date:
    return day_of(value) if isinstance(value, datetime) else value


def _lengths(stated: Iterable[Datum]) -> list[Measure]:
    found = (each for each in stated if isinstance(each, Measure) and each.kind in LENGTHS)
    return list(dict.fromkeys(found))


def _values(value: Datum | None) -> Iterator[Datum]:
    """Yield every value that a campaign states."""
    inner = value.values if isinstance(value, Group) else value
    if isinstance(inner, tuple):
        for each in inner:
            yield from _values(each)
    elif inner is not None:
        yield inner
