"""Computes `valid_until` for a decision of the program: as `validity` does, with fewer evaluations.

`validity` evaluates every rule that may change on every day on which anything may change. Only two
kinds of rules can make a difference on a day: those whose law is different by then, and those that
read `today` and are otherwise possible. Where there are none, no day is evaluated.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial

import msgspec
from msgspec import structs

from ...semantics.tree import Offset, Policies
from ..combine import DENY, market_verdicts, verdict
from ..evaluate_rule import EvaluationContext
from ..moment import Days, Flight, Moment, moment
from ..operations.days import days_later
from ..result import RuleResult, Status, Upcoming
from ..validity import Answer, answer, are_too_many, next_days
from .candidates import Candidates, CandidateSelector
from .columns import Mask
from .index import bits
from .turning_days import StatedBound, StatedReader, Timely, shifts, size, timely_facts, turns

EvaluateRow = Callable[[int, EvaluationContext], RuleResult]
"""Evaluates the rule of a row, without findings."""

_ITSELF = shifts((Offset(),))


class DecisionState(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as far as it is made: the context, the candidates, their results, the answer."""

    context: EvaluationContext
    flight: Flight
    candidates: Candidates
    results: Sequence[RuleResult]
    answer: Answer
    complete: bool


class ValidUntil:
    """Computes `valid_until`, and the upcoming rules. Threads may share it."""

    def __init__(
        self, policies: Policies, selector: CandidateSelector, evaluate_row: EvaluateRow
    ) -> None:
        self._selector = selector
        self._evaluate_row = evaluate_row
        self._policies = policies
        rules = enumerate(policies.rules)
        self._obliging = sum(1 << row for row, rule in rules if rule.duty is not None)
        self._timely = Timely.of(policies.calendars.values())
        self._stated = StatedReader(policies.vocabulary)
        self._bound = StatedBound(policies.vocabulary)
        self._own = cache(self._of_rule)
        self._reader = cache(partial(StatedReader, policies.vocabulary))

    def _of_rule(self, row: int) -> tuple[Timely, StatedReader]:
        """Return the days that one rule compares with `today`: its own, and a reader of others."""
        rule, policies = self._policies.rules[row], self._policies
        facts = timely_facts(rule, policies.vocabulary)
        return Timely.of([policies.calendars[rule.id]]), self._reader(facts)

    def first_change(self, now: DecisionState) -> date | None:
        """Return the first later day on which the answer would differ; None where it never does."""
        selector, today, flight = self._selector, now.context.moment.today, now.flight
        since = min(flight.start, today) if flight.start is not None else date.min
        moving = selector.timely | selector.changing_since(since)
        if not moving:
            return None
        if selector.intricate:
            return self._first_of_next_days(now, moving)
        lasting = self._is_lasting(flight, moving)
        if not lasting or self._may_be_too_many(now):
            days = self._days(now, moving)
            if are_too_many(len(days)):
                return date.fromordinal(min(days))
            if not lasting:
                return self._first(now, map(date.fromordinal, sorted(days)), moving)
        return self._first_timely(now, None)

    def _first_of_next_days(self, now: DecisionState, moving: Mask) -> date | None:
        """Return the same where a rule may change on days that cannot be computed beforehand."""
        days = self._days(now, moving)
        if are_too_many(len(days)):
            return date.fromordinal(min(days))
        tried = list(next_days(now.context.moment.today))
        if self._is_lasting(now.flight, moving):
            found = self._first_timely(now, tried)
        else:
            found = self._first(now, tried, moving)
        return found or (days_later(tried[-1], 1) if tried else None)

    def _may_be_too_many(self, now: DecisionState) -> bool:
        """Whether more days might have to be tried than can be, by a law that lasts."""
        days, today = self._selector.days, now.context.moment.today
        changes = len(days) - bisect_left(days, today) + len(("start", "end"))
        most = changes * size(_ITSELF)
        if not self._selector.timely:
            return are_too_many(most)
        count = None if self._timely.measured else self._bound.of(now.context.campaign)
        if count is not None and not are_too_many(most + self._timely.most(count, ())):
            return False
        stated = self._stated.read(now.context.campaign)
        return are_too_many(most + self._timely.most(len(stated.days), stated.lengths))

    def _first(self, now: DecisionState, days: Iterable[date], moving: Mask) -> date | None:
        """Return the first of some days on which the answer differs."""
        timely = self._selector.timely & now.candidates.on_any_day
        return next((day for day in days if self._differs(now, day, moving, timely)), None)

    def _first_timely(self, now: DecisionState, tried: Sequence[date] | None) -> date | None:
        """Return the first day on which the answer differs, the law being the same.

        A rule is looked at on the days on which it may turn by itself, and on no others: where
        days are to be tried, on these alone.
        """
        timely = self._selector.timely & now.candidates.on_any_day
        if not timely:
            return None
        results = dict(zip(bits(now.candidates.mask), now.results, strict=True))
        if not timely & self._obliging and _is_denied(now, timely, results):
            return None
        turning = self._turning(now, tried, timely)
        for day in sorted(turning):
            rows = turning[day]
            candidates = now.candidates.on_day(day, now.context, rows)
            if not candidates and results.keys().isdisjoint(bits(rows)):
                continue
            later = replace(now.context, moment=moment(now.flight, day))
            has_turned = False
            for row in bits(rows):
                was = results.pop(row, None)
                if candidates >> row & 1:
                    results[row] = self._evaluate_row(row, later)
                has_turned |= _differ(was, results.get(row))
            if has_turned:
                standing = tuple(results.values())
                if answer(later, standing, complete=now.complete) != now.answer:
                    return day
        return None

    def _turning(
        self, now: DecisionState, tried: Sequence[date] | None, rows: Mask
    ) -> dict[date, Mask]:
        """Return the rules of some rows that may turn on each day, or each that is tried."""
        after = now.context.moment.today.toordinal()
        among = None if tried is None else {day.toordinal() for day in tried}
        found: dict[int, Mask] = {}
        stated = cache(lambda reader: reader.read(now.context.campaign))
        for row in bits(rows):
            own: Iterable[int] = among or ()
            if not self._selector.intricate >> row & 1:
                timely, reader = self._own(row)
                own = timely.days(stated(reader), after)
            for number in own:
                if among is None or number in among:
                    found[number] = found.get(number, 0) | 1 << row
        return {date.fromordinal(number): mask for number, mask in found.items()}

    def _is_lasting(self, flight: Flight, moving: Mask) -> bool:
        """Whether the law of no rule that may change is another on any later day."""
        selector = self._selector
        if flight.start is None or flight.end is None:
            return False
        return (
            not selector.changing(selector.state(flight.start), selector.state(flight.end)) & moving
        )

    def upcoming(self, now: DecisionState, evaluate_row: EvaluateRow) -> tuple[Upcoming, ...]:
        """Return the rules that a campaign without end would violate later, as `upcoming` does.

        `evaluate_row` evaluates a rule with its findings.
        """
        selector, certain = self._selector, now.context.moment.certain
        if certain is None or certain.last is None or not now.flight.endless:
            return ()
        rows = zip(bits(now.candidates.mask), now.results, strict=True)
        violated = sum(1 << row for row, each in rows if each.status is Status.VIOLATED)
        waiting, found = selector.all_rows & ~violated, []
        for day in selector.days_of_change(certain.last, selector.all_rows):
            if day > certain.last:
                then = structs.replace(
                    now.context.moment, certain=Days(first=day, last=day), possible=None
                )
                later = replace(now.context, moment=then)
                for row in bits(selector.changing_on(day) & waiting):
                    result = evaluate_row(row, later)
                    if result.status is Status.VIOLATED:
                        waiting &= ~(1 << row)
                        found.append(Upcoming(day=day, result=result))
        return tuple(found)

    def _days(self, now: DecisionState, moving: Mask) -> set[int]:
        """Return the later days on which an answer can change."""
        selector, today = self._selector, now.context.moment.today
        after = today.toordinal()
        found: set[int] = set()
        for day in (now.flight.start, now.flight.end, *selector.days_of_change(today, moving)):
            if day is not None:
                found.update(turns(day, _ITSELF, after))
        if selector.timely:
            found.update(self._timely.days(self._stated.read(now.context.campaign), after))
        return found

    def _differs(self, now: DecisionState, day: date, changing: Mask, timely: Mask) -> bool:
        """Whether the answer on a later day is another."""
        then = moment(now.flight, day)
        changed = self._changed(now.context.moment, then) & changing if changing else 0
        suspects = changed | timely
        candidates = now.candidates.on_day(day, now.context, timely & ~changed)
        was_candidate = now.candidates.mask & suspects
        if not (candidates or was_candidate or changed):
            return False
        later = replace(now.context, moment=then)
        steady = [
            result
            for row, result in zip(bits(now.candidates.mask), now.results, strict=True)
            if not suspects >> row & 1
        ]
        # Rules under another law are evaluated without one: an index would be built for a few.
        again = [self._evaluate_row(row, later) for row in bits(candidates | changed)]
        return answer(later, (*steady, *again), complete=now.complete) != now.answer

    def _changed(self, now: Moment, then: Moment) -> Mask:
        """Return the rules whose law differs between two moments."""
        selector = self._selector
        if now.unknown != then.unknown or (now.certain is None) is not (then.certain is None):
            return selector.all_rows
        found = 0
        # INVARIANT: days are possible at one moment where they are at the other.
        for one, other in ((now.certain, then.certain), (now.possible, then.possible)):
            if one is not None and other is not None:
                for before, after in zip(selector.span(one), selector.span(other), strict=True):
                    found |= selector.changing(min(before, after), max(before, after))
        return found


def _is_denied(now: DecisionState, timely: Mask, results: Mapping[int, RuleResult]) -> bool:
    """Whether rules that do not read `today` deny the campaign, in each of its markets."""
    steady = [result for row, result in results.items() if not timely >> row & 1]
    if verdict(steady, complete=now.complete) != DENY:
        return False
    markets = market_verdicts(now.context.markets or (), steady, complete=now.complete)
    return all(each.verdict == DENY for each in markets)


def _differ(one: RuleResult | None, other: RuleResult | None) -> bool:
    """Whether two results of a rule, None if it is no candidate, may differ in the answer."""
    return _weight(one) != _weight(other)


def _weight(result: RuleResult | None) -> tuple[object, ...]:
    parts = () if result is None else result.parts
    return tuple((part.status, part.markets, part.obligation) for part in parts)
