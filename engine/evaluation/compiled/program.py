"""The compiled program: an index that selects candidate rules, and closures that evaluate them.

Rules are not evaluated one by one: a campaign is looked up in an index that leaves the few rules
it may violate (`candidates`), and only these are evaluated. Why a rule is violated is explained by
other closures (`explanations`); the results of all other rules are computed on demand
(`lazy_results`).
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from typing import TypeAlias

from msgspec.structs import replace

from ...semantics.tree import MARKET, Clause, Effect, Policies, Rule, clauses_read
from ...semantics.types import Scalar
from ..combine import missing_facts
from ..decision import Decision
from ..descriptor.attributes import campaign_attributes
from ..evaluate_rule import (
    EvaluationContext,
    evaluate_rule,
    reason_not_in_force,
    reason_not_in_markets,
    result_without_breach,
)
from ..justify import Breach, Findings, MakeFindings
from ..market_groups import Market, places_on
from ..moment import Moment, as_if_launched, flight_of, law_days, moment
from ..operations.days import day_of
from ..operations.places import overlapping_markets
from ..outcome import Outcome, Truth
from ..result import RuleResult, Status, merge_results
from ..results import DeferredResult, Results
from ..validity import answer
from ..values import Campaign
from ..would_pass import would_pass
from .candidates import MOST_KEPT, Candidates, CandidateSelector
from .closures import Frame, Names, Test, compile_test
from .explanations import Evaluate, compile_outcome
from .fast_path import FastPath, compile_fast_path, takes_fast_path
from .finding_texts import compile_findings
from .index import bits
from .law import Law
from .lazy_results import LazyResults
from .prepared_results import PreparedResults
from .required import RequiredFacts
from .status_only import StatusOf, compile_status, is_common
from .valid_until import DecisionState, ValidUntil


class Program:
    """Policies, compiled once and immutable; safe to share between threads."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        shared: dict[object, object] = {}
        self._rules = tuple(_CompiledRule(rule, policies, shared) for rule in policies.rules)

    def evaluate_rules(
        self, context: EvaluationContext, only: frozenset[str] | None = None
    ) -> tuple[RuleResult, ...]:
        """Return the result of every rule, or only of some, in order of their ids."""
        return tuple(
            compiled.result(context)
            for compiled in self._rules
            if only is None or compiled.rule.id in only
        )

    def decide(
        self, campaign: Campaign, *, as_of: datetime, launched: date | None = None
    ) -> Decision:
        """Return the decision on a campaign, as `decide.decide` describes it."""
        policies = self.policies
        judged = campaign
        if launched is not None:
            judged = as_if_launched(campaign, launched, policies.vocabulary)
        flight = flight_of(judged)
        context = EvaluationContext(
            policies=policies, campaign=judged, moment=moment(flight, day_of(as_of))
        )
        candidates = self._selector.select(context, self._selector.all_rows)
        explainable = self._evaluate(context, candidates)
        evaluated = tuple(result for result, _ in explainable)
        required = self._required.missing_from(judged)
        complete = not required
        found = answer(context, evaluated, complete=complete)
        now = DecisionState(
            context=context,
            flight=flight,
            candidates=candidates,
            results=evaluated,
            answer=found,
            complete=complete,
        )
        lazy = LazyResults(now, self._explain, self._prepared, len(self._rules))
        return Decision(
            campaign=judged.id,
            attributes=campaign_attributes(judged),
            as_of=as_of,
            as_if_launched=launched,
            valid_until=self._valid_until.first_change(now),
            verdict=found[0],
            markets=found[1],
            would_pass=would_pass(context, self.evaluate_rules, found[1]),
            results=Results(explainable, lazy),
            missing=missing_facts(required, (r for r in evaluated if r.findings or r.elsewhere)),
            upcoming=self._valid_until.upcoming(now, self._explain),
        )

    def _evaluate(self, context: EvaluationContext, candidates: Candidates) -> list[DeferredResult]:
        """Return what the candidates come to; mostly one day stands for the law of all."""
        compiled, rows = self._rules, bits(candidates.mask)
        certain = context.moment.certain
        if certain is None or certain.first is None or candidates.only_law is None:
            return [compiled[row].explainable(context) for row in rows]
        frame = _frame(context, certain.first, None)
        return [compiled[row].explainable_once(context, frame) for row in rows]

    # What looks campaigns up is made for the first that is decided; judging mutants needs none.

    @cached_property
    def _selector(self) -> CandidateSelector:
        return CandidateSelector(self.policies)

    @cached_property
    def _valid_until(self) -> ValidUntil:
        return ValidUntil(self.policies, self._selector, self._bare)

    @cached_property
    def _required(self) -> RequiredFacts:
        return RequiredFacts(self.policies.vocabulary)

    @cached_property
    def _prepared(self) -> Callable[[Law], PreparedResults]:
        return lru_cache(maxsize=MOST_KEPT)(partial(PreparedResults, self.policies))

    def _explain(self, row: int, context: EvaluationContext) -> RuleResult:
        return self._rules[row].result(context)

    def _bare(self, row: int, context: EvaluationContext) -> RuleResult:
        return self._rules[row].outcome(context)


def compile_program(policies: Policies) -> Program:
    """Return the program of checked policies."""
    return Program(policies)


class _CompiledRule:
    """Judges one rule. What it needs is compiled when first needed."""

    def __init__(self, rule: Rule, policies: Policies, shared: dict[object, object]) -> None:
        self.rule = rule
        bound = {MARKET: (0, Scalar.PLACE)} if rule.reads_market else {}
        self._names = Names(policies=policies, bound=bound, shared=shared)
        self._is_common = is_common(rule)
        self._changes = policies.calendars[rule.id].changes

    @cached_property
    def _quick(self) -> Callable[[EvaluationContext], RuleResult | None]:
        return _quick(self.rule, self._names)

    @cached_property
    def _traces(self) -> dict[int, Evaluate]:
        clauses = clauses_read(self.rule)
        return {id(clause): compile_outcome(clause.condition, self._names) for clause in clauses}

    @cached_property
    def _fast_path(self) -> FastPath | None:
        if not takes_fast_path(self.rule):
            return None
        return compile_fast_path(self.rule, self._names, self._tell)

    @cached_property
    def _tell(self) -> MakeFindings:
        return compile_findings(self.rule, self._names)

    @cached_property
    def _tests(self) -> dict[int, Test]:
        clauses = clauses_read(self.rule)
        return {id(clause): compile_test(clause.condition, self._names) for clause in clauses}

    def result(self, context: EvaluationContext) -> RuleResult:
        """Return what the rule comes to, most likely nothing."""
        settled = self._quick(context)
        return settled if settled is not None else self.explained(context)

    def explained(self, context: EvaluationContext) -> RuleResult:
        """Return what the rule comes to, and why."""
        result, told = self.explainable(context)
        return result if told is None else told()

    def explainable(self, context: EvaluationContext) -> DeferredResult:
        """Return what the rule comes to; why, is told when it is asked for."""
        if self._fast_path is not None:
            day = _only_day(self._changes, context.moment)
            if day is not None and self.rule.window.meets(day, day):
                return self.explainable_once(context, _frame(context, day, None))
        return self._judged(context), None

    def explainable_once(self, context: EvaluationContext, frame: Frame) -> DeferredResult:
        """Return the same where the rule is in force by the one law that the flight meets."""
        fast_path = self._fast_path
        if fast_path is not None:
            markets, here = _place(self.rule, context, frame.law_day)
            if here is True:
                return fast_path(context, frame, markets)
        return self._judged(context), None

    def _judged(self, context: EvaluationContext) -> RuleResult:
        traces = self._traces

        def evaluate(clause: Clause, law_day: date, market: Market | None) -> Outcome:
            return traces[id(clause)](_frame(context, law_day, market))

        return evaluate_rule(self.rule, context, evaluate, make_findings=self._tell)

    def outcome(self, context: EvaluationContext) -> RuleResult:
        """Return what the rule comes to; where anything does, without findings."""
        settled = self._quick(context)
        return settled if settled is not None else self.bare(context)

    def bare(self, context: EvaluationContext) -> RuleResult:
        """Return what the rule comes to, without findings; a duty is told as it always is."""
        if self.rule.duty is not None:
            return self.explained(context)
        if self._is_common:
            day = _only_day(self._changes, context.moment)
            if day is not None and self.rule.window.meets(day, day):
                return self._common(context, day)
        tests = self._tests

        def evaluate(clause: Clause, law_day: date, market: Market | None) -> Outcome:
            return _BARE[tests[id(clause)](_frame(context, law_day, market))]

        return evaluate_rule(self.rule, context, evaluate, make_findings=_untold)

    def _common(self, context: EvaluationContext, day: date) -> RuleResult:
        """Return what a rule of the common kind comes to under the law of one day."""
        # INVARIANT: a rule that applies in none of the markets is no candidate, and not asked here.
        markets, here = _place(self.rule, context, day)
        status = self._status(_frame(context, day, None), here)
        return RuleResult(rule=self.rule, status=status, markets=markets)

    @cached_property
    def _status(self) -> StatusOf:
        return compile_status(self.rule, self._names)


_BARE = {truth: Outcome(truth=truth) for truth in (True, False, None)}


def _untold(_breach: Breach, _campaign: Campaign) -> Findings:
    return (), 0


def _frame(context: EvaluationContext, law_day: date, market: Market | None) -> Frame:
    facts, today = context.campaign.facts, context.moment.today
    if market is None:
        return Frame(facts, today, law_day)
    return Frame(facts, today, law_day, (market.code,), (market.pointer,))


def _quick(rule: Rule, names: Names) -> Callable[[EvaluationContext], RuleResult | None]:
    """Return the rule as truth closures: its result where nothing needs explaining, else None."""
    settle = _settle(rule, names)
    changes = names.policies.calendars[rule.id].changes
    elsewhere = RuleResult(
        rule=rule, status=Status.NOT_APPLICABLE, reason=reason_not_in_markets(rule)
    )
    out = RuleResult(
        rule=rule, status=Status.NOT_APPLICABLE, reason=reason_not_in_force(rule.window)
    )

    def quick(context: EvaluationContext) -> RuleResult | None:
        day = _only_day(changes, context.moment)
        if day is None:
            return None
        if not rule.window.meets(day, day):
            return out
        markets, here = _place(rule, context, day)
        if here is False:
            return elsewhere
        if rule.reads_market:
            return _in_each(markets or context.markets or (), context, day, settle)
        settled = settle(_frame(context, day, None))
        return settled if settled is None else replace(settled, markets=markets)

    return quick


_Settle: TypeAlias = Callable[[Frame], RuleResult | None]


def _settle(rule: Rule, names: Names) -> _Settle:
    """Return what settles a rule where it applies; None where its result must be explained.

    Its results do not say in which markets, and differ in their reasons alone.
    """
    subject = tuple(
        (
            compile_test(clause.condition, names),
            RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=clause.text),
        )
        for clause in rule.applicability
    )
    main = compile_test(rule.main.condition, names)
    passing = rule.effect is Effect.REQUIRE
    passed = result_without_breach(rule)

    def settle(frame: Frame) -> RuleResult | None:
        for test, result in subject:
            if test(frame) is False:
                return result
        return passed if main(frame) is passing else None

    return settle


def _in_each(
    markets: tuple[str, ...], context: EvaluationContext, day: date, settle: _Settle
) -> RuleResult | None:
    """Return the result of a rule that is settled in every market; None where one is not.

    Without markets it is judged once, for a market that is unknown.
    """
    facts, today = context.campaign.facts, context.moment.today
    if not markets:
        return settle(Frame(facts, today, day, (None,)))
    alike: dict[str, tuple[RuleResult, list[str]]] = {}
    for market in markets:
        settled = settle(Frame(facts, today, day, (market,)))
        if settled is None:
            return None
        alike.setdefault(settled.reason, (settled, []))[1].append(market)
    return merge_results(
        [replace(result, markets=tuple(there)) for result, there in alike.values()]
    )


def _only_day(changes: tuple[date, ...], moment: Moment) -> date | None:
    """Return the one day on which the law of a rule may be read, where there is only one."""
    if moment.certain is None:
        return None
    days = law_days(changes, moment.certain)
    if len(days) > 1 or (moment.possible and len(law_days(changes, moment.possible)) > 1):
        return None
    return days[0]


def _place(
    rule: Rule, context: EvaluationContext, day: date
) -> tuple[tuple[str, ...] | None, Truth]:
    """Return the markets in which a rule applies, and whether it does, as `venue` has them."""
    if rule.places is None:
        return None, True
    markets = context.markets
    if not markets:
        return None, None if markets is None else False
    members = places_on(rule.places, context.policies, day)
    if members is None:
        return markets, None
    found = overlapping_markets(markets, members)
    return found or None, bool(found)
