"""The compiled program: rules as closures, for answers in microseconds.

A rule that is satisfied or does not apply is settled by its truth closures alone. One that is not
is judged again with closures that trace, so that only findings cost what findings cost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TypeAlias

from ..semantics.tree import MARKET, Clause, Effect, Policies, Rule, clauses_read
from ..semantics.types import Scalar
from .closures import Frame, Names, compile_test
from .judge import Evaluate, Hearing, judge, not_here, out_of_force, unbreached
from .moment import Moment, law_days
from .outcome import Outcome
from .places import matching
from .result import RuleResult, Status, together
from .tracing import Trace, compile_trace
from .venue import Market, places_on, venues


@dataclass(frozen=True, slots=True)
class Program:
    """Policies, compiled once and immutable; safe to share between threads."""

    policies: Policies
    _rules: Mapping[str, Callable[[Hearing], RuleResult]]

    def judge_all(
        self, hearing: Hearing, only: frozenset[str] | None = None
    ) -> tuple[RuleResult, ...]:
        """Return the result of every rule, or only of some, in order of their ids."""
        if only is None:
            return tuple(rule(hearing) for rule in self._rules.values())
        return tuple(rule(hearing) for name, rule in self._rules.items() if name in only)


def compile_program(policies: Policies) -> Program:
    """Return the program of checked policies."""
    return Program(policies, {rule.id: _rule(rule, policies) for rule in policies.rules})


def _rule(rule: Rule, policies: Policies) -> Callable[[Hearing], RuleResult]:
    names = Names(policies=policies, bound={MARKET: (0, Scalar.PLACE)} if rule.reads_market else {})
    quick = _quick(rule, names)
    trace = _tracer(rule, names)

    def judged(hearing: Hearing) -> RuleResult:
        settled = quick(hearing)
        return settled if settled is not None else judge(rule, hearing, trace(hearing))

    return judged


def _tracer(rule: Rule, names: Names) -> Callable[[Hearing], Evaluate]:
    """Return the clauses of a rule as tracing closures, compiled when first needed."""

    @cache
    def traces() -> dict[int, Trace]:
        return {id(clause): compile_trace(clause.condition, names) for clause in clauses_read(rule)}

    def for_hearing(hearing: Hearing) -> Evaluate:
        def evaluate(clause: Clause, law_day: date, market: Market | None) -> Outcome:
            return traces()[id(clause)](_frame(hearing, law_day, market))

        return evaluate

    return for_hearing


def _frame(hearing: Hearing, law_day: date, market: Market | None) -> Frame:
    facts, today = hearing.campaign.facts, hearing.moment.today
    if market is None:
        return Frame(facts, today, law_day)
    return Frame(facts, today, law_day, (market.code,), (market.pointer,))


def _quick(rule: Rule, names: Names) -> Callable[[Hearing], RuleResult | None]:
    """Return the rule as truth closures: its result where nothing needs explaining, else None."""
    settle = _settle(rule, names)
    changes = names.policies.calendars[rule.id].changes
    out = RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=out_of_force(rule.window))

    def quick(hearing: Hearing) -> RuleResult | None:
        day = _only_day(changes, hearing.moment)
        if day is None:
            return None
        if not rule.window.meets(day, day):
            return out
        if rule.reads_market:
            return _in_each(rule, hearing, day, settle)
        markets, excluded = _place(rule, hearing, day)
        return excluded or settle(_frame(hearing, day, None), markets)

    return quick


_Settle: TypeAlias = Callable[[Frame, tuple[str, ...] | None], RuleResult | None]


def _settle(rule: Rule, names: Names) -> _Settle:
    """Return what settles a rule where it applies; None where its result must be explained."""
    subject = tuple(
        (compile_test(clause.condition, names), clause.text) for clause in rule.applicability
    )
    main = compile_test(rule.main.condition, names)
    passing = rule.effect is Effect.REQUIRE
    passed = unbreached(rule)

    def settle(frame: Frame, markets: tuple[str, ...] | None) -> RuleResult | None:
        for test, text in subject:
            if test(frame) is False:
                return RuleResult(
                    rule=rule, status=Status.NOT_APPLICABLE, markets=markets, reason=text
                )
        if main(frame) is passing:
            return passed if markets is None else replace(passed, markets=markets)
        return None

    return settle


def _in_each(rule: Rule, hearing: Hearing, day: date, settle: _Settle) -> RuleResult | None:
    """Return the result of a rule that is settled in every market; None where one is not."""
    results = []
    for venue in venues(rule, hearing.policies, hearing.campaign, (day,)):
        if venue.is_elsewhere:
            return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=not_here(rule))
        settled = settle(_frame(hearing, day, venue.market), venue.markets)
        if settled is None:
            return None
        results.append(settled)
    return together(results)


def _only_day(changes: tuple[date, ...], moment: Moment) -> date | None:
    """Return the one day on which the law of a rule may be read, where there is only one."""
    if moment.certain is None:
        return None
    days = law_days(changes, moment.certain)
    if len(days) > 1 or (moment.possible and len(law_days(changes, moment.possible)) > 1):
        return None
    return days[0]


def _place(
    rule: Rule, hearing: Hearing, day: date
) -> tuple[tuple[str, ...] | None, RuleResult | None]:
    """Return the markets in which a rule applies, or its result where it applies in none."""
    if rule.places is None:
        return None, None
    markets = hearing.markets
    members = places_on(rule.places, hearing.policies, day)
    if markets is None or members is None:
        return None, None
    found = matching(markets, members)
    if found:
        return found, None
    return None, RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=not_here(rule))
