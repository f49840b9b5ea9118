"""The compiled program: an index that selects candidate rules, and closures that evaluate them.

Rules are not evaluated one by one: a campaign is looked up in an index that leaves the few rules it
may violate, the candidates (`candidates`), and only these are evaluated. The results of all other
rules are computed when they are read (`lazy_results`).

A rule is evaluated in one of two ways, which agree. The fast path (`fast_path`) needs one state of
the law; it finds truth values alone (`closures`), and findings are made when they are read. Where
it does not cover a rule or a flight, `evaluate_rule` is used, as by the reference evaluator: with
clauses that return their evidence (`explanations`), or for `valid_until`, which compares statuses
alone, with truth values and no findings.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property, lru_cache, partial

from ...semantics.tree import MARKET, Clause, Policies, Rule, clauses_read
from ...semantics.types import Scalar
from ..combine import missing_facts
from ..decision import Decision
from ..descriptor.attributes import campaign_attributes
from ..evaluate_rule import (
    EvaluationContext,
    evaluate_rule,
    reason_not_in_force,
    reason_not_in_markets,
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
from .decision_state import DecisionState
from .explanations import Evaluate, compile_outcome
from .fast_path import FastPath, FastResult, compile_fast_path, settles_breaches
from .finding_texts import compile_findings
from .index import bits
from .law import Law
from .lazy_results import LazyResults
from .prepared_results import PreparedResults
from .required import RequiredFacts
from .upcoming import upcoming
from .valid_until import ValidUntil


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
        if launched is not None:
            campaign = as_if_launched(campaign, launched, policies.vocabulary)
        flight = flight_of(campaign)
        context = EvaluationContext(
            policies=policies, campaign=campaign, moment=moment(flight, day_of(as_of))
        )
        candidates = self._selector.select(context, self._selector.all_rows)
        deferred = self._evaluate(context, candidates)
        results = tuple(result for result, _ in deferred)
        required = self._required.missing_from(campaign)
        complete = not required
        found = answer(context, results, complete=complete)
        state = DecisionState(
            context=context,
            flight=flight,
            candidates=candidates,
            results=results,
            answer=found,
            complete=complete,
        )
        told = (each for each in results if each.findings or each.elsewhere)
        missing, further = missing_facts(required, told)
        lazy = LazyResults(state, self._result, self._prepared, len(self._rules))
        return Decision(
            campaign=campaign.id,
            attributes=campaign_attributes(campaign),
            as_of=as_of,
            as_if_launched=launched,
            valid_until=self._valid_until.first_change(state),
            verdict=found[0],
            markets=found[1],
            would_pass=would_pass(context, self.evaluate_rules, found[1]),
            results=Results(deferred, lazy),
            missing=missing,
            further_missing=further,
            upcoming=upcoming(self._selector, state, self._result),
        )

    def _evaluate(self, context: EvaluationContext, candidates: Candidates) -> list[DeferredResult]:
        """Return the results of the candidates; mostly one state of the law decides all of them."""
        rules, rows = self._rules, bits(candidates.mask)
        certain = context.moment.certain
        if certain is None or certain.first is None or candidates.only_law is None:
            return [rules[row].candidate(context) for row in rows]
        frame = _frame(context, certain.first, None)
        return [rules[row].candidate_in(context, frame) for row in rows]

    # What looks campaigns up is made for the first decision; to evaluate mutants takes none of it.

    @cached_property
    def _selector(self) -> CandidateSelector:
        return CandidateSelector(self.policies)

    @cached_property
    def _valid_until(self) -> ValidUntil:
        return ValidUntil(self.policies, self._selector, self._status)

    @cached_property
    def _required(self) -> RequiredFacts:
        return RequiredFacts(self.policies.vocabulary)

    @cached_property
    def _prepared(self) -> Callable[[Law], PreparedResults]:
        return lru_cache(maxsize=MOST_KEPT)(partial(PreparedResults, self.policies))

    def _result(self, row: int, context: EvaluationContext) -> RuleResult:
        return self._rules[row].result(context)

    def _status(self, row: int, context: EvaluationContext) -> RuleResult:
        return self._rules[row].status(context)


class _CompiledRule:
    """One rule, compiled. What it needs is compiled when first needed."""

    def __init__(self, rule: Rule, policies: Policies, shared: dict[object, object]) -> None:
        self.rule = rule
        bound = {MARKET: (0, Scalar.PLACE)} if rule.reads_market else {}
        self._names = Names(policies=policies, bound=bound, shared=shared)
        self._settles_breaches = settles_breaches(rule)
        self._changes = policies.calendars[rule.id].changes

    def result(self, context: EvaluationContext) -> RuleResult:
        """Return the result of the rule, with its findings."""
        fast = self._evaluate_fast(context)
        if fast is None:
            return self._evaluate(context)
        result, explain, _ = fast
        return result if explain is None else explain()

    def status(self, context: EvaluationContext) -> RuleResult:
        """Return the result of the rule without findings; a duty has its obligation as always."""
        fast = self._evaluate_fast(context)
        if fast is not None:
            return fast[0]
        return self._evaluate(context) if self.rule.duty is not None else self._test(context)

    def candidate(self, context: EvaluationContext) -> DeferredResult:
        """Return the result of the rule, which is likely to be breached.

        Where no fact is wanted, its findings are made when they are read.
        """
        fast = self._evaluate_fast(context) if self._settles_breaches else None
        return (self._evaluate(context), None) if fast is None else _deferred(fast)

    def candidate_in(self, context: EvaluationContext, frame: Frame) -> DeferredResult:
        """Return the same for a rule that is in force by the law of a frame, the only one."""
        if self._settles_breaches:
            markets, applies = _where(self.rule, context, frame.law_day)
            if applies is True:
                fast = self._fast_path(context, frame, markets, applies)
                if fast is not None:
                    return _deferred(fast)
        return self._evaluate(context), None

    def _evaluate_fast(self, context: EvaluationContext) -> FastResult | None:
        """Return the result by the fast path; None where it does not cover the case."""
        day = _only_day(self._changes, context.moment)
        if day is None:
            return None
        if not self.rule.window.holds_on(day):
            return self._not_in_force
        markets, applies = _where(self.rule, context, day)
        if applies is False:
            return self._not_in_markets
        if self.rule.reads_market:
            return self._evaluate_in_each(context, day, markets or context.markets or ())
        return self._fast_path(context, _frame(context, day, None), markets, applies)

    def _evaluate_in_each(
        self, context: EvaluationContext, day: date, markets: tuple[str, ...]
    ) -> FastResult | None:
        """Return the same for a rule that reads the market: None unless it passes in each.

        Without markets it is evaluated once, for a market that is unknown.
        """
        facts, today = context.campaign.facts, context.moment.today
        applies: Truth = True
        if not markets:
            return self._fast_path(context, Frame(facts, today, day, (None,)), None, applies)
        alike: dict[tuple[Status, str], list[str]] = {}
        for market in markets:
            fast = self._fast_path(context, Frame(facts, today, day, (market,)), None, applies)
            if fast is None:
                return None
            alike.setdefault((fast[0].status, fast[0].reason), []).append(market)
        results = [
            RuleResult(rule=self.rule, status=status, markets=tuple(there), reason=reason)
            for (status, reason), there in alike.items()
        ]
        return merge_results(results), None, True

    def _evaluate(self, context: EvaluationContext) -> RuleResult:
        """Return the result by `evaluate_rule`, with the evidence of every clause."""
        outcomes = self._outcomes

        def evaluate(clause: Clause, law_day: date, market: Market | None) -> Outcome:
            return outcomes[id(clause)](_frame(context, law_day, market))

        return evaluate_rule(self.rule, context, evaluate, make_findings=self._make_findings)

    def _test(self, context: EvaluationContext) -> RuleResult:
        """Return the same by truth values alone, without findings."""
        tests = self._tests

        def evaluate(clause: Clause, law_day: date, market: Market | None) -> Outcome:
            return _WITHOUT_EVIDENCE[tests[id(clause)](_frame(context, law_day, market))]

        return evaluate_rule(self.rule, context, evaluate, make_findings=_no_findings)

    @cached_property
    def _fast_path(self) -> FastPath:
        return compile_fast_path(self.rule, self._names)

    @cached_property
    def _not_in_force(self) -> FastResult:
        return self._not_applicable(reason_not_in_force(self.rule.window))

    @cached_property
    def _not_in_markets(self) -> FastResult:
        return self._not_applicable(reason_not_in_markets(self.rule))

    def _not_applicable(self, reason: str) -> FastResult:
        result = RuleResult(rule=self.rule, status=Status.NOT_APPLICABLE, reason=reason)
        return result, None, True

    @cached_property
    def _outcomes(self) -> dict[int, Evaluate]:
        clauses = clauses_read(self.rule)
        return {id(clause): compile_outcome(clause.condition, self._names) for clause in clauses}

    @cached_property
    def _tests(self) -> dict[int, Test]:
        clauses = clauses_read(self.rule)
        return {id(clause): compile_test(clause.condition, self._names) for clause in clauses}

    @cached_property
    def _make_findings(self) -> MakeFindings:
        return compile_findings(self.rule, self._names)


_WITHOUT_EVIDENCE = {truth: Outcome(truth=truth) for truth in (True, False, None)}


def _no_findings(_breach: Breach, _campaign: Campaign) -> Findings:
    return (), 0


def _deferred(fast: FastResult) -> DeferredResult:
    """Return a result whose findings wait until they are read, unless they want facts.

    The facts that are wanted are a part of the decision.
    """
    result, explain, is_certain = fast
    return (result, explain) if explain is None or is_certain else (explain(), None)


def _frame(context: EvaluationContext, law_day: date, market: Market | None) -> Frame:
    facts, today = context.campaign.facts, context.moment.today
    if market is None:
        return Frame(facts, today, law_day)
    return Frame(facts, today, law_day, (market.code,), (market.pointer,))


def _only_day(changes: tuple[date, ...], moment: Moment) -> date | None:
    """Return a day of the only state of a rule's law that counts; None where there are more."""
    if moment.certain is None:
        return None
    days = law_days(changes, moment.certain)
    if len(days) > 1 or (moment.possible and len(law_days(changes, moment.possible)) > 1):
        return None
    return days[0]


def _where(
    rule: Rule, context: EvaluationContext, day: date
) -> tuple[tuple[str, ...] | None, Truth]:
    """Return the markets in which a rule applies, and whether it applies, as `market_groups` does.

    The markets are None for all of them, or where they are unknown.
    """
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
