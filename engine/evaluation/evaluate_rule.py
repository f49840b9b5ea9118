"""Evaluates one rule for a campaign: `evaluate_rule`, which both evaluators share.

The order of the questions is that of a lawyer: is the rule in force, does it apply in this market
and to this campaign, is it breached, does an exemption or a permission hold, is the breach waived?
Applicability and breach are open-world: where a fact is unknown, the rule is undetermined.
Exemptions are closed-world: where a fact is unknown, they are not met.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec
from msgspec.structs import force_setattr, replace

from ..semantics.tree import Clause, Effect, Policies, Rule, Window
from ..syntax.tree import UnknownTreatment
from .justify import Breach, MakeFindings, findings_maker, obligation
from .market_groups import Market, MarketGroup, market_groups, permission_applies
from .moment import Moment, law_days
from .outcome import Outcome, WantedFact, conjunction, negation
from .result import RuleResult, Status, UnmetExemption, merge_results
from .values import Campaign
from .waivers import evaluate_waivers, waiver_names

EvaluateClause = Callable[[Clause, date, Market | None], Outcome]
"""Evaluates a clause of the rule under the law of a day, in a market where it reads one."""


class EvaluationContext(msgspec.Struct, frozen=True, kw_only=True):
    """The context of an evaluation: one campaign, one set of policies, one moment.

    `markets` are those of the campaign, whatever is given for them.
    """

    policies: Policies
    campaign: Campaign
    moment: Moment
    markets: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "markets", self.campaign.markets)


def evaluate_rule(
    rule: Rule,
    context: EvaluationContext,
    evaluate: EvaluateClause,
    *,
    make_findings: MakeFindings | None = None,
) -> RuleResult:
    """Return the result of a rule for a campaign: in all its markets, over all days that count.

    `evaluate` evaluates the clauses of the rule. `make_findings` makes the findings of a breach; by
    default it is that of `justify.findings_maker`.
    """
    make = make_findings or findings_maker(rule)
    moment = context.moment
    changes = context.policies.calendars[rule.id].changes
    certain = law_days(changes, moment.certain) if moment.certain else ()
    possible = law_days(changes, moment.possible) if moment.possible else ()
    possible_only = tuple(day for day in possible if day not in certain)
    groups = market_groups(rule, context.policies, context.campaign, (*certain, *possible_only))
    results = []
    for group in groups:
        evaluator = _RuleEvaluator(
            rule=rule,
            context=context,
            evaluate=evaluate,
            group=group,
            make_findings=make,
        )
        merged = _merge_days(
            [evaluator.evaluate_on(day) for day in certain],
            [evaluator.evaluate_on(day) for day in possible_only],
            context,
        )
        results.append(_apply_if_unknown(merged))
    return merge_results(results)


def _merge_days(
    certain: Sequence[RuleResult], possible: Sequence[RuleResult], context: EvaluationContext
) -> RuleResult:
    """Return the strictest result; a breach on days that are merely possible is undetermined."""
    if len(certain) + len(possible) == 1:
        return next(iter((*certain, *possible)))
    worst = strictest((*certain, *possible))
    if worst.status is Status.WAIVED:
        return _with_all_waivers(worst, (*certain, *possible))
    is_certain = any(result.status is worst.status for result in certain)
    if worst.status is not Status.VIOLATED or is_certain:
        return worst
    if not certain and all(result.status is Status.VIOLATED for result in possible):
        return worst
    wanted = tuple(_flight_fact(context, path) for path in context.moment.unknown)
    found = tuple(replace(finding, wanted=wanted) for finding in worst.findings)
    return replace(worst, status=Status.UNDETERMINED, findings=found)


def _with_all_waivers(worst: RuleResult, results: Iterable[RuleResult]) -> RuleResult:
    """Return a result with the waivers of all days: one may begin where another ends."""
    waivers = tuple(dict.fromkeys(each for result in results for each in result.waivers))
    return replace(worst, waivers=waivers, reason=waiver_names(waivers))


def strictest(results: Sequence[RuleResult]) -> RuleResult:
    """Return the first of the strictest results."""
    return max(results, key=lambda result: result.strictness)


def _flight_fact(context: EvaluationContext, path: tuple[str, ...]) -> WantedFact:
    vocabulary = context.policies.vocabulary
    fact = vocabulary.find(path)
    return WantedFact(
        pointer="/" + "/".join(path),
        path=".".join((vocabulary.root, *path)),
        label=fact.label if fact is not None else path[-1],
        type=fact.type if fact is not None else None,
        why="the law changes during what may be the flight",
    )


def _apply_if_unknown(result: RuleResult) -> RuleResult:
    denies = result.rule.if_unknown is UnknownTreatment.DENY
    if denies and result.status is Status.UNDETERMINED:
        return replace(result, status=Status.VIOLATED)
    return result


class _RuleEvaluator(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluates one rule in one group of markets, under the law of one day at a time."""

    rule: Rule
    context: EvaluationContext
    evaluate: EvaluateClause
    group: MarketGroup
    make_findings: MakeFindings

    def evaluate_on(self, day: date) -> RuleResult:
        rule = self.rule
        if not rule.window.holds_on(day):
            reason = reason_not_in_force(rule.window)
            return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=reason)
        applies = self.group.applies[day]
        if applies.truth is False:
            return self._not_applicable(reason_not_in_markets(rule))
        applicability = [applies]
        for clause in rule.applicability:
            outcome = self._outcome(clause, day)
            if outcome.truth is False:
                return self._not_applicable(clause.text)
            applicability.append(outcome)
        main = self._outcome(rule.main, day)
        breach = negation(main) if rule.effect is Effect.REQUIRE else main
        if breach.truth is False:
            return replace(result_without_breach(rule), markets=self.group.markets)
        return self._evaluate_breach(day, conjunction(applicability), breach)

    def _outcome(self, clause: Clause, day: date) -> Outcome:
        return self.evaluate(clause, day, self.group.market)

    def _result(self, status: Status, reason: str = "") -> RuleResult:
        markets = self.group.markets
        return RuleResult(rule=self.rule, status=status, markets=markets, reason=reason)

    def _not_applicable(self, reason: str) -> RuleResult:
        return self._result(Status.NOT_APPLICABLE, reason)

    def _evaluate_breach(self, day: date, applicability: Outcome, breach: Outcome) -> RuleResult:
        if self.rule.effect is Effect.PERMIT:
            return self._permission_result(conjunction((applicability, breach)))
        exemptions = [(each.name, self._outcome(each.clause, day)) for each in self.rule.exemptions]
        permissions = self.rule.permissions
        exemptions += [
            (f"{each.id}: {each.title}", self._evaluate_permission(each, day))
            for each in permissions
        ]
        holding = [name for name, outcome in exemptions if outcome.truth is True]
        if holding:
            return self._result(Status.EXCEPTED, ", ".join(holding))
        is_established = applicability.truth is True and breach.truth is True
        breached = Breach(
            main=breach,
            applicability=applicability,
            policies=self.context.policies,
            day=day,
            market=self.group.market,
        )
        if is_established and self.rule.duty is not None:
            duty = obligation(self.rule, self.rule.duty, breached, self.context.campaign)
            return replace(self._result(Status.SATISFIED), obligation=duty)
        findings, further = self.make_findings(breached, self.context.campaign)
        waivers, unmet_waivers = evaluate_waivers(
            self.rule, day, lambda clause: self._outcome(clause, day)
        )
        if is_established and waivers:
            waived = self._result(Status.WAIVED, waiver_names(waivers))
            return replace(waived, findings=findings, further_findings=further, waivers=waivers)
        unmet_exemptions = (UnmetExemption.of(name, outcome) for name, outcome in exemptions)
        return replace(
            self._result(Status.VIOLATED if is_established else Status.UNDETERMINED),
            findings=findings,
            unmet_exemptions=(*unmet_exemptions, *unmet_waivers),
            further_findings=further,
        )

    def _evaluate_permission(self, permit: Rule, day: date) -> Outcome:
        """Return whether a permission lifts the rule: it is in force, applies here, and is met."""
        if not permit.window.holds_on(day):
            return Outcome(truth=False)
        clauses = (*permit.applicability, permit.main)
        place = permission_applies(permit, self.rule, self.group.market, self.context.policies, day)
        return conjunction((place, *(self._outcome(clause, day) for clause in clauses)))

    def _permission_result(self, outcome: Outcome) -> RuleResult:
        """Return the result of a permission by its outcome, which is true or unknown.

        Permissions are closed-world, as exemptions are.
        """
        if outcome.truth is True:
            return self._result(Status.SATISFIED)
        labels = dict.fromkeys(wanted.label for wanted in outcome.wanted)
        return self._not_applicable(f"not shown; needed: {', '.join(labels)}")


def result_without_breach(rule: Rule) -> RuleResult:
    """Return the result of a rule whose main clause is not breached, for all markets."""
    if rule.effect in (Effect.OBLIGE, Effect.PERMIT):
        return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=rule.main.text)
    return RuleResult(rule=rule, status=Status.SATISFIED)


def reason_not_in_markets(rule: Rule) -> str:
    """Return the reason of a rule that applies in none of the campaign's markets."""
    return f"applies in {rule.places.text}" if rule.places is not None else ""


def reason_not_in_force(window: Window) -> str:
    """Return the reason of a rule that is not in force."""
    return f"in force {window.days}"
