"""The index over all rules under one state of the law: which of them a campaign makes candidates.

Most rules are out of force, for other markets, for another subject, or complied with, and none of
these needs evaluating. A rule is a candidate if it may have any other result, that is if
each conjunct of its subject and its breach is possible. Between two days on which any law changes
there is one state, in which sets and parameters are constants. Its index is built when the first
campaign needs it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ...semantics.tree import MARKET, Effect, Policies, Rule, TodayTerm, terms_below
from ...semantics.types import RecordType, Scalar, wholes_of
from ..market_groups import places_on
from .closures import Frame, Names, Test, compile_test
from .columns import Mask, Scope
from .conjuncts import Part, as_condition, conjuncts, facts_read, without_definitions
from .index import Index, bits, build_index

Markets: TypeAlias = tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredConditions:
    """A condition that depends on the day of the evaluation or on a market; evaluated last."""

    tests: tuple[Test, ...]
    by_market: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where rules apply: everywhere, in places of `by_place`, or in a set with no edition that day.

    `by_whole` has the rules by the larger places that contain some place of theirs.
    """

    everywhere: Mask
    somewhere: Mask
    unnamed: Mask
    by_place: Mapping[str, Mask]
    by_whole: Mapping[str, Mask]

    def within(self, market: str) -> Mask:
        """Return the rules that overlap with a market (`places.overlapping_markets`)."""
        found = self.everywhere | self.unnamed
        found |= self.by_place.get(market, 0) | self.by_whole.get(market, 0)
        for place in wholes_of(market):
            found |= self.by_place.get(place, 0)
        return found

    def applying_in(self, markets: Markets) -> Mask:
        """Return the rules that apply in some market, or may where the markets are unknown."""
        if markets is None:
            return self.everywhere | self.unnamed | self.somewhere
        found = self.everywhere
        for market in markets:
            found |= self.within(market)
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """One state of the law, as an index over rules; a rule is a row by its place among all.

    `day` is a day on which it is in force.
    """

    day: date
    reach: Reach
    index: Index
    deferred: Mapping[int, DeferredConditions]
    deferred_rows: Mask

    def on_any_day(self, frame: Frame, markets: Markets, among: Mask) -> Mask:
        """Return which of some rules may be candidates on some day of the evaluation."""
        return self.index.possible(frame.facts, frame, among & self.reach.applying_in(markets))

    def on_day(self, frame: Frame, markets: Markets, among: Mask) -> Mask:
        """Return which of the rules that may be candidates are, on the day of a frame."""
        for row in bits(among & self.deferred_rows):
            if not self._is_candidate(row, self.deferred[row], frame, markets):
                among ^= 1 << row
        return among

    def _is_candidate(
        self, row: int, deferred: DeferredConditions, frame: Frame, markets: Markets
    ) -> bool:
        if not deferred.by_market:
            return _is_possible(deferred.tests, frame)
        for market in markets or (None,):
            if market is None or self.reach.within(market) >> row & 1:
                here = Frame(frame.facts, frame.today, frame.law_day, (market,))
                if _is_possible(deferred.tests, here):
                    return True
        return False


def _is_possible(tests: Iterable[Test], frame: Frame) -> bool:
    for test in tests:  # noqa: SIM110 - in half the time: rules that read `today` come here often.
        if test(frame) is False:
            return False
    return True


def law_on(policies: Policies, day: date) -> Law:
    """Return the law of a day, and of all days up to those on which it changes."""
    names = Names(policies=policies, bound={}, law_day=day)
    root = RecordType(name=policies.vocabulary.root)
    rows: dict[int, list[Part]] = {}
    deferred: dict[int, DeferredConditions] = {}
    for row, rule in enumerate(policies.rules):
        if rule.window.holds_on(day):
            steady, deferred_parts = _split_deferred(_parts(rule))
            rows[row] = steady
            if deferred_parts:
                deferred[row] = _deferred(deferred_parts, names)
    return Law(
        day=day,
        reach=_reach(policies, rows, day),
        index=build_index(rows, Scope(names=names, variable=None, kind=root)),
        deferred=deferred,
        deferred_rows=sum(1 << row for row in deferred),
    )


def _parts(rule: Rule) -> Iterable[Part]:
    """Yield the conditions that must all be possible for a rule to be a candidate."""
    for clause in rule.applicability:
        yield from conjuncts(without_definitions(clause.condition))
    denied = rule.effect is Effect.REQUIRE
    yield from conjuncts(without_definitions(rule.main.condition), denied=denied)


def _split_deferred(parts: Iterable[Part]) -> tuple[list[Part], list[Part]]:
    steady: list[Part] = []
    deferred: list[Part] = []
    for part in parts:
        (deferred if _reads_today(part) or _reads_market(part) else steady).append(part)
    return steady, deferred


def _reads_today(part: Part) -> bool:
    return any(isinstance(term, TodayTerm) for term in terms_below(as_condition(part)))


def _reads_market(part: Part) -> bool:
    return any(fact.is_market for fact in facts_read(part))


def _deferred(parts: Sequence[Part], names: Names) -> DeferredConditions:
    by_market = any(map(_reads_market, parts))
    bound = {MARKET: (0, Scalar.PLACE)} if by_market else {}
    names = Names(policies=names.policies, bound=bound, law_day=names.law_day)
    tests = tuple(compile_test(as_condition(part), names) for part in parts)
    return DeferredConditions(tests=tests, by_market=by_market)


def _reach(policies: Policies, rows: Iterable[int], day: date) -> Reach:
    everywhere, somewhere, unnamed = 0, 0, 0
    named: dict[frozenset[str], Mask] = {}
    for row in rows:
        rule, bit = policies.rules[row], 1 << row
        members = None if rule.places is None else places_on(rule.places, policies, day)
        if rule.places is None:
            everywhere |= bit
        elif members is None:
            unnamed |= bit
        else:
            somewhere |= bit
            named[members] = named.get(members, 0) | bit
    by_place: dict[str, Mask] = {}
    by_whole: dict[str, Mask] = {}
    for members, mask in named.items():
        for place in members:
            by_place[place] = by_place.get(place, 0) | mask
        for around in {around for place in members for around in wholes_of(place)}:
            by_whole[around] = by_whole.get(around, 0) | mask
    return Reach(
        everywhere=everywhere,
        somewhere=somewhere,
        unnamed=unnamed,
        by_place=by_place,
        by_whole=by_whole,
    )
