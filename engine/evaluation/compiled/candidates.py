"""Selects the candidate rules of a campaign: those to evaluate, for each state of the law.

A state of the law is an interval between two days on which any rule, set, parameter or table
changes; states are numbered in order, and state 0 lies before the first change. The days of a
flight overlap a range of states, mostly a single one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache, reduce
from itertools import accumulate
from operator import or_

import msgspec

from ...semantics.tree import Policies
from ..evaluate_rule import EvaluationContext
from ..moment import Days, Moment
from .closures import Frame
from .columns import Mask
from .law import Law, law_on

MOST_KEPT = 16
"""The most states of the law whose index is in memory at once."""

MOST_STATES = 4
"""If a flight overlaps this many changes of the law, the rules that change are candidates."""


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """The rules to evaluate (`mask`), and under each law those that may be on another day.

    `unconditional` are candidates without an index lookup.
    """

    mask: Mask
    unconditional: Mask
    by_law: tuple[tuple[Law, Mask], ...]

    @property
    def on_any_day(self) -> Mask:
        """The rules that may be candidates on some day, under any of the laws."""
        found = self.unconditional
        for _, mask in self.by_law:
            found |= mask
        return found

    @property
    def only_law(self) -> Law | None:
        """The one law that decides of every candidate; None where there are more."""
        return None if self.unconditional or len(self.by_law) > 1 else self.by_law[0][0]

    def on_day(self, today: date, context: EvaluationContext, among: Mask) -> Mask:
        """Return which of some rules are candidates on a day of evaluation, by the same laws."""
        found = self.unconditional & among
        for law, possible in self.by_law:
            frame = Frame(context.campaign.facts, today, law.day)
            found |= law.on_day(frame, context.markets, possible & among)
        return found


class CandidateSelector:
    """Selects the candidate rules. Thread-safe."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._law = lru_cache(maxsize=MOST_KEPT)(self._build_law)
        changes: dict[date, Mask] = {}
        reading_today, intricate = 0, 0
        for row, rule in enumerate(policies.rules):
            calendar, bit = policies.calendars[rule.id], 1 << row
            for day in calendar.changes:
                changes[day] = changes.get(day, 0) | bit
            reading_today |= bit if calendar.reads_today else 0
            intricate |= bit if calendar.is_intricate else 0
        self.days = sorted(changes)
        self._changing = [changes[day] for day in self.days]
        # From each state on, the rules whose law changes after it.
        later = list(accumulate(reversed(self._changing), or_, initial=0))
        self._changing_from = later[::-1]
        self.all_rows = (1 << len(policies.rules)) - 1
        self.reading_today = reading_today
        self.intricate = intricate

    def state(self, day: date) -> int:
        """Return the number of the state of the law on a day."""
        return bisect_right(self.days, day)

    def changing(self, first: int, last: int) -> Mask:
        """Return the rules whose law changes after one state, and at the latest with another."""
        return reduce(or_, self._changing[first:last], 0)

    def changing_since(self, day: date) -> Mask:
        """Return the rules whose law changes after a day."""
        return self._changing_from[self.state(day)]

    def days_of_change(self, since: date, among: Mask) -> Iterator[date]:
        """Yield the days from one on, on which the law of any of some rules changes."""
        for number in range(bisect_left(self.days, since), len(self.days)):
            if self._changing[number] & among:
                yield self.days[number]

    def changing_on(self, day: date) -> Mask:
        """Return the rules whose law changes on one of the days of change."""
        return self._changing[self.state(day) - 1]

    def states_met(self, moment: Moment) -> tuple[int, int]:
        """Return the first and the last state of the law that the days of a moment meet."""
        ranges = [days for days in (moment.certain, moment.possible) if days]
        firsts, lasts = zip(*map(self.span, ranges), strict=True)
        return min(firsts), max(lasts)

    def span(self, days: Days) -> tuple[int, int]:
        """Return the first and the last state of the law that some days meet."""
        first = 0 if days.first is None else self.state(days.first)
        return first, len(self.days) if days.last is None else self.state(days.last)

    def select(self, context: EvaluationContext, among: Mask) -> Candidates:
        """Return which of some rules are candidates, and which may be on other days."""
        first, last = self.states_met(context.moment)
        unconditional = 0
        if last - first >= MOST_STATES:
            unconditional, last = self.changing(first, last) & among, first
        facts, today = context.campaign.facts, context.moment.today
        mask, by_law = unconditional, []
        for number in range(first, last + 1):
            law = self._law(number)
            frame = Frame(facts, today, law.day)
            possible = law.on_any_day(frame, context.markets, among)
            by_law.append((law, possible))
            mask |= law.on_day(frame, context.markets, possible)
        return Candidates(mask=mask, unconditional=unconditional, by_law=tuple(by_law))

    def _build_law(self, number: int) -> Law:
        return law_on(self._policies, self._day(number))

    def _day(self, number: int) -> date:
        """Return a day on which a state of the law is in force."""
        if number:
            return self.days[number - 1]
        first = self.days[0] if self.days else date.max
        return first - timedelta(days=1) if first > date.min else first
