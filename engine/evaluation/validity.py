"""How long an answer holds: the first day on which the mere passing of time would change it.

Only rules that read `today`, or whose law still changes, can come out otherwise on a later day, and
only on some days: where law changes, where the flight begins or is over, and where a day of the
campaign or of the policy, moved by the durations beside it, comes level with `today`. Those rules
are judged again on those days, in order, until the answer differs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from ..semantics.tree import RuleCalendar
from .combine import market_verdicts, verdict
from .decision import MarketVerdict, Verdict
from .judge import Hearing
from .moment import FLIGHT, moment
from .result import RuleResult
from .values import Datum, Group

JudgeAll = Callable[[Hearing, frozenset[str] | None], tuple[RuleResult, ...]]
"""Either evaluator: every rule of the policies, or only those of some ids, for one campaign."""

MOST_DAYS = 200
"""Where more days than these would have to be tried, the answer is promised up to the first."""

Answer = tuple[Verdict, tuple[MarketVerdict, ...]]
"""What holds: the verdict overall, and in each market."""


def answer(hearing: Hearing, results: tuple[RuleResult, ...], *, complete: bool) -> Answer:
    """Return what is answered by some results; `complete` unless a required fact is missing."""
    markets = market_verdicts(hearing.markets or (), results, complete=complete)
    return verdict(results, complete=complete), markets


def first_flip(
    hearing: Hearing, judge_all: JudgeAll, results: tuple[RuleResult, ...], *, complete: bool
) -> date | None:
    """Return the first later day on which the answer would differ; None where it never does."""
    calendars = hearing.policies.calendars
    moving = frozenset(r.rule.id for r in results if _moves(calendars[r.rule.id], hearing))
    if not moving:
        return None
    now = answer(hearing, results, complete=complete)
    steady = tuple(result for result in results if result.rule.id not in moving)
    days = sorted(set(_days([calendars[name] for name in sorted(moving)], hearing)))
    if len(days) > MOST_DAYS:
        return days[0]
    for day in days:
        later = replace(hearing, moment=moment(hearing.campaign, day))
        judged = (*steady, *judge_all(later, moving))
        if answer(later, judged, complete=complete) != now:
            return day
    return None


def _moves(calendar: RuleCalendar, hearing: Hearing) -> bool:
    """Whether a rule may come out otherwise on a later day."""
    start = hearing.campaign.day(FLIGHT, "start")
    since = min(start, hearing.moment.today) if start is not None else date.min
    return calendar.reads_today or any(change > since for change in calendar.changes)


def _days(calendars: Iterable[RuleCalendar], hearing: Hearing) -> Iterator[date]:
    """Yield the later days on which an answer can change, in no order."""
    today, campaign = hearing.moment.today, hearing.campaign
    start, end = campaign.day(FLIGHT, "start"), campaign.day(FLIGHT, "end")
    marks = [(day, 0) for day in (start, end) if day is not None]
    stated = frozenset(_dates(campaign.facts))
    for calendar in calendars:
        marks += [(day, 0) for day in calendar.changes]
        if calendar.reads_today:
            known = calendar.days | stated
            marks += [(day, offset) for day in known for offset in calendar.offsets]
    for day, offset in marks:
        for nearby in (offset, offset + 1):
            moved = _moved(day, nearby)
            if moved is not None and moved > today:
                yield moved


def _moved(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _dates(value: Datum | None) -> Iterator[date]:
    """Yield every day that a campaign states."""
    if isinstance(value, date) and not isinstance(value, datetime):
        yield value
    inner = value.values if isinstance(value, Group) else value
    if isinstance(inner, tuple):
        for each in inner:
            yield from _dates(each)
