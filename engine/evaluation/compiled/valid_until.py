"""Computes `valid_until` for a decision of the program: as `validity` does, with fewer evaluations.

`validity` evaluates every rule that may change on every day on which anything may change. Here each
rule is evaluated only on the days on which it may change itself, for one of two reasons:

- its law is another from that day on, as by `in force from 2027-03-01`, or by a dated parameter;
- it reads `today`, as `today is after campaign.flight.start - 14 days`, and turns by itself.

The days are taken in order, and the results of all other rules stay as they were on the day before.
Where no rule may change, no day is looked at.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, partial

from msgspec.structs import replace

from ...semantics.tree import Policies
from ..combine import DENY
from ..evaluate_rule import EvaluationContext
from ..moment import Moment, moment
from ..result import RuleResult
from ..validity import MOST_DAYS, answer, are_too_many
from .candidates import CandidateSelector
from .columns import Mask
from .decision_state import DecisionState, EvaluateRow
from .index import bits
from .stated_days import Stated, StatedBound, StatedReader, facts_beside_today
from .turning_days import NO_DISTANCE, TodayConditions, count_of, days_at


class ValidUntil:
    """Computes `valid_until` for decisions by some policies. Threads may share it."""

    def __init__(
        self, policies: Policies, selector: CandidateSelector, evaluate_row: EvaluateRow
    ) -> None:
        """`evaluate_row` evaluates the rule of a row, without findings."""
        self._policies = policies
        self._selector = selector
        self._evaluate_row = evaluate_row
        rules = enumerate(policies.rules)
        self._obliging = sum(1 << row for row, rule in rules if rule.duty is not None)
        self._conditions = TodayConditions.of(policies.calendars.values())
        self._reader = StatedReader(policies.vocabulary)
        self._bound = StatedBound(policies.vocabulary)
        self._most_written = self._conditions.bound(0, frozenset())
        self._most_for_each = self._conditions.bound(1, frozenset()) - self._most_written
        self._rule_conditions = cache(self._compile_rule)
        self._rule_reader = cache(partial(StatedReader, policies.vocabulary))

    def _compile_rule(self, row: int) -> tuple[TodayConditions, StatedReader]:
        """Return the conditions of one rule that read `today`, and a reader of what they need."""
        rule, policies = self._policies.rules[row], self._policies
        facts = facts_beside_today(rule, policies.vocabulary)
        return TodayConditions.of([policies.calendars[rule.id]]), self._rule_reader(facts)

    def first_change(self, now: DecisionState) -> date | None:
        """Return the first later day on which the answer would differ; None where it never does.

        Where more days count than are tried, return the first; where there is no telling which days
        count, and the answer stays the same on all that are tried, return the first beyond these.
        """
        selector, flight, today = self._selector, now.flight, now.context.moment.today
        since = min(flight.start or date.min, today)
        changing_later = selector.changing_since(since)
        moving = selector.reading_today | changing_later
        if not moving:
            return None
        changing = changing_later
        if flight.start is not None and flight.end is not None:
            # The law of days outside the flight does not count.
            changing = selector.changing(selector.state(flight.start), selector.state(flight.end))
        if changing or selector.intricate or self._may_be_too_many(now):
            days = {*self._law_days(now, moving), *self._turning_days(now)}
            if are_too_many(len(days)):
                return date.fromordinal(min(days))
        later = range(today.toordinal() + 1, date.max.toordinal() + 1)
        if not selector.intricate:
            return self._first_difference(now, changing, later)
        tried, untried = later[:MOST_DAYS], later[MOST_DAYS:]
        found = self._first_difference(now, changing, tried)
        return date.fromordinal(untried[0]) if found is None and untried else found

    # --- which rules, and which days ----------------------------------------------------------

    def _law_days(self, now: DecisionState, rows: Mask) -> Iterator[int]:
        """Yield the later days at which the law of some rules, or the flight, begins or ends."""
        today, flight = now.context.moment.today, now.flight
        for day in (flight.start, flight.end, *self._selector.days_of_change(today, rows)):
            if day is not None:
                yield from days_at(NO_DISTANCE, day, today.toordinal())

    def _turning_days(self, now: DecisionState) -> Iterator[int]:
        """Yield the later days on which any rule may turn by itself."""
        if self._selector.reading_today:
            stated = self._reader.read(now.context.campaign)
            yield from self._conditions.turning_days(stated, now.context.moment.today.toordinal())

    def _may_be_too_many(self, now: DecisionState) -> bool:
        """Whether more days may count than are tried; cheaper than to find out which they are."""
        days, today = self._selector.days, now.context.moment.today
        law_days = len(days) - bisect_left(days, today) + len(("start", "end"))
        most = law_days * count_of(NO_DISTANCE)
        if not self._selector.reading_today:
            return are_too_many(most)
        if not self._conditions.by_length:
            count = self._bound.of(now.context.campaign)
            bound = most + self._most_written
            if count is not None and not are_too_many(bound + count * self._most_for_each):
                return False
        stated = self._reader.read(now.context.campaign)
        return are_too_many(most + self._conditions.bound(len(stated.days), stated.lengths))

    def _rows_by_day(self, now: DecisionState, rows: Mask, days: range) -> dict[int, Mask]:
        """Return by day which of some rules may turn by themselves on it, among some days.

        An intricate rule may turn on any of them.
        """
        today, campaign = now.context.moment.today.toordinal(), now.context.campaign
        found: dict[int, Mask] = {}
        stated: dict[StatedReader, Stated] = {}
        for row in bits(rows):
            own: Iterable[int] = days
            if not self._selector.intricate >> row & 1:
                conditions, reader = self._rule_conditions(row)
                if reader not in stated:
                    stated[reader] = reader.read(campaign)
                own = conditions.turning_days(stated[reader], today)
            for day in own:
                if day in days:
                    found[day] = found.get(day, 0) | 1 << row
        return found

    # --- from day to day ----------------------------------------------------------------------

    def _first_difference(self, now: DecisionState, changing: Mask, days: range) -> date | None:
        """Return the first of some later days on which the answer differs."""
        turning = self._selector.reading_today & (now.candidates.on_any_day | changing)
        moving = turning | changing
        if not moving:
            return None
        results = now.results_by_row()
        if not moving & self._obliging and _is_denied(now, moving, results):
            return None
        rows_by_day = self._rows_by_day(now, turning, days)
        if changing:
            for each in self._law_days(now, changing):
                if each in days:
                    rows_by_day.setdefault(each, 0)
        before, changed = now.context.moment, 0
        for number in sorted(rows_by_day):
            day = date.fromordinal(number)
            then = moment(now.flight, day)
            again = rows_by_day[number]
            if changing:
                again |= (lately := self._changed(before, then) & changing)
                before, changed = then, changed | lately
            # The index of the candidates is that of the law as it is now.
            candidates = now.candidates.on_day(day, now.context, again & ~changed)
            candidates |= again & changed
            if not candidates and results.keys().isdisjoint(bits(again)):
                continue
            later = replace(now.context, moment=then)
            has_turned = self._evaluate_again(results, again, candidates, later)
            if has_turned and now.answer != answer(
                later, tuple(results.values()), complete=now.complete
            ):
                return day
        return None

    def _evaluate_again(
        self, results: dict[int, RuleResult], rows: Mask, candidates: Mask, later: EvaluationContext
    ) -> bool:
        """Replace the results of some rules by those on a later day; return whether any differs.

        Rules that are no candidates there have none.
        """
        has_turned = False
        for row in bits(rows):
            was = results.pop(row, None)
            if candidates >> row & 1:
                results[row] = self._evaluate_row(row, later)
            has_turned |= _weight(was) != _weight(results.get(row))
        return has_turned

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


def _is_denied(now: DecisionState, moving: Mask, results: Mapping[int, RuleResult]) -> bool:
    """Whether rules other than some deny the campaign, in each of its markets."""
    overall, markets, _ = now.answer
    if overall == DENY and moving & now.candidates.mask:
        steady = [result for row, result in results.items() if not moving >> row & 1]
        overall, markets, _ = answer(now.context, steady, complete=now.complete)
    return overall == DENY and all(each.verdict == DENY for each in markets)


def _weight(result: RuleResult | None) -> tuple[object, ...]:
    """Return what of a result counts for the answer; None stands for a rule that has none."""
    parts = () if result is None else result.parts
    return tuple((part.status, part.markets, part.obligation) for part in parts)
