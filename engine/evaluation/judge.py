"""The status of a rule: where and when it applies, whether it is breached, and what excuses it.

The order of the questions is that of a lawyer: is it in force, does it apply here, is this its
subject, is it breached, does an exception hold? Triggers and applicability are open-world: for
want of a fact the rule is undetermined. Exceptions are closed-world: the advertiser must show
them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..semantics.tree import Clause, Constant, Effect, Policies, Rule, SetTerm, Window
from ..syntax.tree import UnknownTreatment
from .justify import Breach, findings
from .moment import Moment, law_days
from .outcome import Outcome, Wanted, conjunction, negation
from .places import matching
from .result import RuleResult, Status, Unestablished
from .values import Campaign

Evaluate = Callable[[Clause, date], Outcome]
"""Evaluates a clause of the rule under the law of a day."""


_OPEN = Status.UNDETERMINED.severity
"""From here on a status stands against the campaign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One campaign before one set of policies at one moment."""

    policies: Policies
    campaign: Campaign
    moment: Moment
    markets: tuple[str, ...] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "markets", self.campaign.markets)


def judge(rule: Rule, hearing: Hearing, evaluate: Evaluate) -> RuleResult:
    """Return what a rule comes to for a campaign over all days of its flight that count."""
    moment = hearing.moment
    changes = hearing.policies.calendars[rule.id].changes
    bench = _Bench(rule=rule, hearing=hearing, evaluate=evaluate)
    certain = law_days(changes, moment.certain) if moment.certain else ()
    possible = law_days(changes, moment.possible) if moment.possible else ()
    results = [bench.on_day(day) for day in certain]
    maybe = [bench.on_day(day) for day in possible if day not in certain]
    return _treat_unknown(_over_days(results, maybe, hearing))


def _over_days(
    certain: Sequence[RuleResult], possible: Sequence[RuleResult], hearing: Hearing
) -> RuleResult:
    """Return the strictest result; a breach on days that are merely possible is undetermined."""
    worst = _in_all_markets(strictest((*certain, *possible)), (*certain, *possible))
    settled = any(result.status is worst.status for result in certain)
    if worst.status is not Status.VIOLATED or settled:
        return worst
    if not certain and all(result.status is Status.VIOLATED for result in possible):
        return worst
    wanted = tuple(_flight_fact(hearing, path) for path in hearing.moment.unknown)
    found = tuple(replace(finding, wanted=wanted) for finding in worst.findings)
    return replace(worst, status=Status.UNDETERMINED, findings=found)


def _in_all_markets(worst: RuleResult, results: Sequence[RuleResult]) -> RuleResult:
    """Return the result for every market that it, or that of another day, would not clear.

    A rule has one status: where days differ in their markets, the strictest day counts in all.
    """
    counting = [each for each in results if each.status.severity >= _OPEN]
    if worst.status.severity < _OPEN or worst.markets is None:
        return worst
    if any(each.markets is None for each in counting):
        return replace(worst, markets=None)
    markets = (market for each in counting for market in each.markets or ())
    return replace(worst, markets=tuple(dict.fromkeys(markets)))


def strictest(results: Sequence[RuleResult]) -> RuleResult:
    """Return the first of the most severe results."""
    return max(results, key=lambda result: result.status.severity)


def _flight_fact(hearing: Hearing, path: tuple[str, ...]) -> Wanted:
    vocabulary = hearing.policies.vocabulary
    fact = vocabulary.find(path)
    return Wanted(
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """Judges one rule on one day at a time."""

    rule: Rule
    hearing: Hearing
    evaluate: Evaluate

    def on_day(self, day: date) -> RuleResult:
        rule = self.rule
        if not rule.window.meets(day, day):
            return self._excluded(out_of_force(rule.window))
        here, markets, reason = self._place(day)
        if here.truth is False:
            return self._excluded(reason)
        subject = [here]
        for clause in rule.applicability:
            outcome = self.evaluate(clause, day)
            if outcome.truth is False:
                return replace(self._excluded(clause.text), markets=markets)
            subject.append(outcome)
        main = self.evaluate(rule.main, day)
        breach = negation(main) if rule.effect is Effect.REQUIRE else main
        if breach.truth is False:
            return RuleResult(rule=rule, status=Status.SATISFIED, markets=markets)
        return self._unexcused(day, markets, conjunction(subject), breach)

    def _excluded(self, reason: str) -> RuleResult:
        return RuleResult(rule=self.rule, status=Status.NOT_APPLICABLE, reason=reason)

    def _place(self, day: date) -> tuple[Outcome, tuple[str, ...] | None, str]:
        """Return whether the rule applies in a market, in which ones, and why in none."""
        places = self.rule.places
        if places is None:
            return Outcome(truth=True), None, ""
        markets = self.hearing.markets
        if markets is None:
            fact = self.hearing.policies.vocabulary.find(("markets",))
            label = fact.label if fact is not None else "markets"
            root = self.hearing.policies.vocabulary.root
            wanted = Wanted(pointer="/markets", path=f"{root}.markets", label=label)
            return Outcome(truth=None, wanted=(wanted,)), None, ""
        members = places_on(places, self.hearing.policies, day)
        if members is None:
            why = f"the set has no edition for {day}"
            wanted = Wanted(pointer="", path=places.text, label=places.text, why=why)
            return Outcome(truth=None, wanted=(wanted,)), None, ""
        found = matching(markets, members)
        return Outcome(truth=bool(found)), found, f"applies in {places.text}"

    def _unexcused(
        self, day: date, markets: tuple[str, ...] | None, subject: Outcome, breach: Outcome
    ) -> RuleResult:
        excuses = [(each.name, self.evaluate(each.clause, day)) for each in self.rule.exemptions]
        holding = [name for name, outcome in excuses if outcome.truth is True]
        if holding:
            reason = ", ".join(holding)
            return RuleResult(
                rule=self.rule, status=Status.EXCEPTED, markets=markets, reason=reason
            )
        is_sure = subject.truth is True and breach.truth is True
        listed, more = findings(
            self.rule, Breach(main=breach, subject=subject), self.hearing.campaign
        )
        return RuleResult(
            rule=self.rule,
            status=Status.VIOLATED if is_sure else Status.UNDETERMINED,
            markets=markets,
            findings=listed,
            exceptions=tuple(
                Unestablished(name=name, seen=outcome.seen, wanted=outcome.wanted)
                for name, outcome in excuses
            ),
            more=more,
        )


def places_on(places: SetTerm | Constant, policies: Policies, day: date) -> frozenset[str] | None:
    """Return the places that a rule names, by the law of a day; None where a set has no edition."""
    members: object = None
    if isinstance(places, Constant):
        members = places.value
    elif (edition := policies.sets[places.name].on(day)) is not None:
        members = edition.members
    return members if isinstance(members, frozenset) else None


def out_of_force(window: Window) -> str:
    """Return why a rule does not apply outside its time."""
    words = [f"in force from {window.start}" if window.start else "in force"]
    if window.until is not None:
        words.append(f"until {window.until}")
    return " ".join(words)
