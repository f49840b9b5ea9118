"""The status of a rule: where and when it applies, whether it is breached, and what excuses it.

The order of the questions is that of a lawyer: is it in force, does it apply here, is this its
subject, is it breached, does an exception hold, is the breach waived? Triggers and applicability
are open-world: for want of a fact the rule is undetermined. Exceptions are closed-world: the
advertiser must show them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
from msgspec.structs import replace

from ..semantics.tree import Clause, Effect, Policies, Rule, Window
from ..syntax.tree import UnknownTreatment
from .justify import Breach, MakeFindings, findings_maker, obligation
from .moment import Moment, law_days
from .outcome import Outcome, WantedFact, conjunction, negation
from .result import RuleResult, Status, UnmetExemption, merge_results
from .values import Campaign
from .venue import Market, Venue, permitted, venues
from .waiving import named, waiving

EvaluateClause = Callable[[Clause, date, Market | None], Outcome]
"""Evaluates a clause of the rule under the law of a day, in a market where it reads one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationContext:
    """The context of an evaluation: one campaign, one set of policies, one moment."""

    policies: Policies
    campaign: Campaign
    moment: Moment
    markets: tuple[str, ...] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "markets", self.campaign.markets)


def evaluate_rule(
    rule: Rule,
    context: EvaluationContext,
    evaluate: EvaluateClause,
    *,
    make_findings: MakeFindings | None = None,
) -> RuleResult:
    """Return what a rule comes to for a campaign, in its markets, over all days that count.

    `tell` makes the findings of a breach; `justify.findings` where it is not given.
    """
    make = make_findings or findings_maker(rule)
    moment = context.moment
    changes = context.policies.calendars[rule.id].changes
    certain = law_days(changes, moment.certain) if moment.certain else ()
    possible = law_days(changes, moment.possible) if moment.possible else ()
    maybe = tuple(day for day in possible if day not in certain)
    found = venues(rule, context.policies, context.campaign, (*certain, *maybe))
    results = []
    for venue in found:
        evaluator = _RuleEvaluator(
            rule=rule, context=context, evaluate=evaluate, venue=venue, make_findings=make
        )
        over_days = _over_days(
            [evaluator.on_day(day) for day in certain],
            [evaluator.on_day(day) for day in maybe],
            context,
        )
        results.append(_treat_unknown(over_days))
    return merge_results(results)


def _over_days(
    certain: Sequence[RuleResult], possible: Sequence[RuleResult], context: EvaluationContext
) -> RuleResult:
    """Return the strictest result; a breach on days that are merely possible is undetermined."""
    if len(certain) + len(possible) == 1:
        return next(iter((*certain, *possible)))
    worst = strictest((*certain, *possible))
    if worst.status is Status.WAIVED:
        return _waived_by_all(worst, (*certain, *possible))
    settled = any(result.status is worst.status for result in certain)
    if worst.status is not Status.VIOLATED or settled:
        return worst
    if not certain and all(result.status is Status.VIOLATED for result in possible):
        return worst
    wanted = tuple(_flight_fact(context, path) for path in context.moment.unknown)
    found = tuple(replace(finding, wanted=wanted) for finding in worst.findings)
    return replace(worst, status=Status.UNDETERMINED, findings=found)


def _waived_by_all(worst: RuleResult, results: Iterable[RuleResult]) -> RuleResult:
    """Return a result with the waivers of all days: one may take over where another ends."""
    waivers = tuple(dict.fromkeys(each for result in results for each in result.waivers))
    return replace(worst, waivers=waivers, reason=named(waivers))


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
        why="the law changes during what may be the flight",
    )


def _treat_unknown(result: RuleResult) -> RuleResult:
    denies = result.rule.if_unknown is UnknownTreatment.DENY
    if denies and result.status is Status.UNDETERMINED:
        return replace(result, status=Status.VIOLATED)
    return result


class _RuleEvaluator(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluates one rule in one venue (group of markets), under the law of one day at a time."""

    rule: Rule
    context: EvaluationContext
    evaluate: EvaluateClause
    venue: Venue
    make_findings: MakeFindings

    def on_day(self, day: date) -> RuleResult:
        rule = self.rule
        if not rule.window.meets(day, day):
            reason = out_of_force(rule.window)
            return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=reason)
        here = self.venue.here[day]
        if here.truth is False:
            return self._excluded(not_here(rule))
        subject = [here]
        for clause in rule.applicability:
            outcome = self._outcome(clause, day)
            if outcome.truth is False:
                return self._excluded(clause.text)
            subject.append(outcome)
        main = self._outcome(rule.main, day)
        breach = negation(main) if rule.effect is Effect.REQUIRE else main
        if breach.truth is False:
            return replace(unbreached(rule), markets=self.venue.markets)
        return self._unexcused(day, conjunction(subject), breach)

    def _outcome(self, clause: Clause, day: date) -> Outcome:
        return self.evaluate(clause, day, self.venue.market)

    def _result(self, status: Status, reason: str = "") -> RuleResult:
        markets = self.venue.markets
        return RuleResult(rule=self.rule, status=status, markets=markets, reason=reason)

    def _excluded(self, reason: str) -> RuleResult:
        return self._result(Status.NOT_APPLICABLE, reason)

    def _unexcused(self, day: date, subject: Outcome, breach: Outcome) -> RuleResult:
        if self.rule.effect is Effect.PERMIT:
            return self._granted(conjunction((subject, breach)))
        excuses = [(each.name, self._outcome(each.clause, day)) for each in self.rule.exemptions]
        lifting = self.rule.permissions
        excuses += [(f"{each.id}: {each.title}", self._permission(each, day)) for each in lifting]
        holding = [name for name, outcome in excuses if outcome.truth is True]
        if holding:
            return self._result(Status.EXCEPTED, ", ".join(holding))
        is_sure = subject.truth is True and breach.truth is True
        found = Breach(
            main=breach,
            applicability=subject,
            policies=self.context.policies,
            day=day,
            market=self.venue.market,
        )
        if is_sure and self.rule.duty is not None:
            owed = obligation(self.rule, self.rule.duty, found, self.context.campaign)
            return replace(self._result(Status.SATISFIED), obligation=owed)
        listed, more = self.make_findings(found, self.context.campaign)
        waivers, failing = waiving(self.rule, day, lambda clause: self._outcome(clause, day))
        if is_sure and waivers:
            waived = self._result(Status.WAIVED, named(waivers))
            return replace(waived, findings=listed, further_findings=more, waivers=waivers)
        unmet = (
            UnmetExemption(name=name, evidence=outcome.evidence, wanted=outcome.wanted)
            for name, outcome in excuses
        )
        return replace(
            self._result(Status.VIOLATED if is_sure else Status.UNDETERMINED),
            findings=listed,
            unmet_exemptions=(*unmet, *failing),
            further_findings=more,
        )

    def _permission(self, permit: Rule, day: date) -> Outcome:
        """Return whether a permission lifts the rule: in force, meant for here, and shown."""
        if not permit.window.meets(day, day):
            return Outcome(truth=False)
        clauses = (*permit.applicability, permit.main)
        place = permitted(permit, self.rule, self.venue.market, self.context.policies, day)
        return conjunction((place, *(self._outcome(clause, day) for clause in clauses)))

    def _granted(self, shown: Outcome) -> RuleResult:
        """Return what a permission comes to that is not denied: what is unknown is not shown."""
        if shown.truth is True:
            return self._result(Status.SATISFIED)
        labels = dict.fromkeys(wanted.label for wanted in shown.wanted)
        return self._excluded(f"not shown; needed: {', '.join(labels)}")


def unbreached(rule: Rule) -> RuleResult:
    """Return what a rule comes to whose main clause does not stand against the campaign."""
    if rule.effect in (Effect.OBLIGE, Effect.PERMIT):
        return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=rule.main.text)
    return RuleResult(rule=rule, status=Status.SATISFIED)


def not_here(rule: Rule) -> str:
    """Return why a rule does not apply in the markets of a campaign."""
    return f"applies in {rule.places.text}" if rule.places is not None else ""


def out_of_force(window: Window) -> str:
    """Return why a rule does not apply outside its time."""
    words = [f"in force from {window.start}" if window.start else "in force"]
    if window.until is not None:
        words.append(f"until {window.until}")
    return " ".join(words)
