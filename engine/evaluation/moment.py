"""For which days a campaign is evaluated: the day of the evaluation, and the days of the flight.

A campaign is evaluated by the law of each day of its flight: from the day of the evaluation on
where the flight has begun, over all of it where it is over. A flight that runs until it is stopped
is evaluated on its first day, or on the day of the evaluation if that is later. A last day that is
missing is unknown: law that comes into force later may or may not apply to the flight. Where the
flight has begun, so may the law of the days past, since the flight may be over already.
"""

from datetime import date, timedelta

import msgspec

from ..semantics.vocabulary import Vocabulary
from .values import Campaign, Group

FLIGHT = "flight"
_DAY = timedelta(days=1)


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """The days from `first` to `last`, both included; None where it is open."""

    first: date | None
    last: date | None

    def contains(self, day: date) -> bool:
        """Whether a day is one of them."""
        after_first = self.first is None or self.first <= day
        return after_first and (self.last is None or day <= self.last)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """The day of the evaluation, and the days on which the ads certainly and possibly run.

    `certain` is None where no day is certain. `possible` is None where every day is known.
    `unknown` are the paths of the facts about the flight that are missing, for want of which days
    are only possible.
    """

    today: date
    certain: Days | None
    possible: Days | None
    unknown: tuple[tuple[str, ...], ...]


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """The first and the last day on which the ads run; `endless` is until they are stopped."""

    start: date | None
    end: date | None
    endless: bool


def flight_of(campaign: Campaign) -> Flight:
    """Return when the ads of a campaign run, as far as it says."""
    flight = campaign.at(FLIGHT)
    if not isinstance(flight, Group):
        return Flight(start=None, end=None, endless=False)
    start, end, endless = map(flight.get, ("start", "end", "until_stopped"))
    return Flight(
        start=start if isinstance(start, date) else None,
        end=end if isinstance(end, date) else None,
        endless=endless is True,
    )


def moment(flight: Flight, today: date) -> Moment:
    """Return for which days a flight is evaluated on a day."""
    start, end, endless = flight.start, flight.end, flight.endless
    missing_end = () if end is not None or endless else ((FLIGHT, "end"),)
    may_be_over = end < today if end is not None else not endless
    if start is None:
        some_days = Days(first=None if may_be_over else today, last=end)
        unknown = ((FLIGHT, "start"), *missing_end)
        last_day = None if end is None else Days(first=end, last=end)
        return Moment(today=today, certain=last_day, possible=some_days, unknown=unknown)
    if missing_end and start < today:
        since = Days(first=start, last=None)
        return Moment(today=today, certain=None, possible=since, unknown=missing_end)
    first = start if end is not None and end < today else max(start, today)
    certain = Days(first=first, last=first if end is None else end)
    possible = Days(first=first, last=None) if missing_end else None
    return Moment(today=today, certain=certain, possible=possible, unknown=missing_end)


def law_days(changes: tuple[date, ...], days: Days) -> tuple[date, ...]:
    """Return one day for each state of the law within a range of days.

    `changes` are the days on which the law changes, in order.

    A range without a first day is represented from the day before the first change on.
    """
    first = days.first
    if first is None:
        earliest = changes[0] if changes else days.last or date.max
        before = earliest - _DAY if earliest > date.min else earliest
        first = before if days.last is None else min(before, days.last)
    later = (day for day in changes if day > first and days.contains(day))
    return (first, *later)


# --- as if launched ----------------------------------------------------------------------------


def as_if_launched(campaign: Campaign, start: date, vocabulary: Vocabulary) -> Campaign:
    """Return the campaign with its flight moved to start on a day, keeping its length.

    Where the length is unknown, so is the last day. Raises `OverflowError` where the flight would
    end after the year 9999.
    """
    flight = campaign.at(FLIGHT)
    if not isinstance(flight, Group):
        fact = vocabulary.campaign.facts[FLIGHT]
        flight = Group.unknown(vocabulary.records[fact.record or FLIGHT])
    old_start, old_end = campaign.day(FLIGHT, "start"), campaign.day(FLIGHT, "end")
    end = None
    if old_start is not None and old_end is not None:
        end = start + (old_end - old_start)
    moved = flight.with_facts({"start": start, "end": end})
    return Campaign(facts=campaign.facts.with_facts({FLIGHT: moved}))
