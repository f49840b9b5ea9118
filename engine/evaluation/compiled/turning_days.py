"""The later days on which a condition that reads `today` may turn true or false.

For example

    prohibit when today is after campaign.flight.start - 14 days

turns only where `today` passes the fourteenth day before the flight. The condition counts from a
day that the campaign states, or that policies do; the distance from there is known when they are
compiled. With a campaign, it remains to add the distances to its days, and to keep what is later.
The days are those that `validity` finds by trying each offset beside each day.

Days are ordinals, as `date.toordinal` counts them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ...semantics.tree import Measure, Offset, RuleCalendar, spread
from ...syntax.lexis import MonthEnd
from ..operations.days import months_later
from .stated_days import Stated

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()

Distances: TypeAlias = Mapping[int, tuple[int, ...]]
"""How far from a day a condition may turn: first so many months, then any of so many days, sorted.

An offset of -14 days is `{0: (-14, -13)}`: `is after` turns a day later than `is before`.
"""


def distances_of(offsets: Iterable[Offset]) -> Distances:
    """Return the distances of all of some offsets."""
    found: dict[int, set[int]] = {}
    for each in offsets:
        days = range(each.days - each.slack, each.days + each.slack + 2)
        found.setdefault(each.months, set()).update(days)
    return {months: tuple(sorted(days)) for months, days in found.items()}


NO_DISTANCE = distances_of((Offset(),))
"""That of a day which itself makes the difference, such as the first day of a flight."""


def count_of(distances: Distances) -> int:
    """Return how many distances there are."""
    return sum(map(len, distances.values()))


def days_at(distances: Distances, day: date, after: int) -> Iterator[int]:
    """Yield the days that lie at some distance from a day, and after another."""
    for months, days in distances.items():
        moved = months_later(day, months, MonthEnd.ROUNDS_DOWN) if months else day
        if moved is not None:
            base = moved.toordinal()
            for each in days[bisect_right(days, after - base) :]:
                if _FIRST <= base + each <= _LAST:
                    yield base + each


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayConditions:
    """The conditions of some rules that read `today`: from which days they count, and how far.

    `from_stated` are the distances from every day that the campaign states, and `from_written` the
    days that policies state, each with those from there. `by_length` are conditions that also count
    by a length of time that the campaign states: their other offsets, and the days of policies.
    """

    from_stated: Distances
    from_written: tuple[tuple[date, Distances], ...]
    by_length: tuple[tuple[frozenset[Offset], frozenset[date]], ...]

    @classmethod
    def of(cls, calendars: Iterable[RuleCalendar]) -> "TodayConditions":
        """Return the conditions of the rules that have some calendars."""
        stated: set[Offset] = set()
        written: dict[date, set[Offset]] = {}
        by_length: dict[tuple[frozenset[Offset], frozenset[date]], None] = {}
        for each in calendars:
            if each.reads_length:
                by_length[each.offsets, each.days] = None
            elif each.reads_today:
                stated |= each.offsets
                for day in each.days:
                    written.setdefault(day, set()).update(each.offsets)
        return cls(
            from_stated=distances_of(stated),
            from_written=tuple((day, distances_of(offsets)) for day, offsets in written.items()),
            by_length=tuple(by_length),
        )

    def turning_days(self, stated: Stated, after: int) -> Iterator[int]:
        """Yield the days after another on which one may turn, by what a campaign states."""
        for day in stated.days:
            yield from days_at(self.from_stated, day, after)
        for day, distances in self.from_written:
            yield from days_at(distances, day, after)
        for offsets, written in self.by_length:
            distances = distances_of(spread(offsets, *stated.lengths))
            for day in stated.days | written:
                yield from days_at(distances, day, after)

    def bound(self, days: int, lengths: frozenset[Measure]) -> int:
        """Return a number that `turning_days` does not exceed, without a look at any day.

        The campaign states `days` days at most, and no lengths but those given.
        """
        found = days * count_of(self.from_stated)
        found += sum(count_of(distances) for _, distances in self.from_written)
        for offsets, written in self.by_length:
            found += (days + len(written)) * count_of(distances_of(spread(offsets, *lengths)))
        return found
