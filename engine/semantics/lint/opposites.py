"""Rules that oppose each other: where both apply, no campaign can meet both.

Two rules are reported where it is proved that some campaign falls under both on one day and in one
place, that each of them can be met there, and that both cannot. A prohibition of what another rule
takes for granted is none of this: there the campaign can be another one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Self

from ...source.diagnostic import Diagnostic
from ...syntax.tree import JunctionKind
from ..tree import (
    Constant,
    Dated,
    Effect,
    Enforcement,
    FactTerm,
    JunctionCondition,
    NegatedCondition,
    Policies,
    Rule,
    Window,
)
from ..types import wholes_of
from . import faults
from .claims import Claim
from .law import Law
from .proof import Budget, Contradiction, Prover
from .proved import Proved
from .wording import contradiction_text

_MOST_DAYS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """A rule, with the claims that it applies to a campaign and that it lets the campaign pass."""

    rule: Rule
    subject: tuple[Claim, ...]
    met: Claim

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Return the demand that a rule makes."""
        subject = tuple(Claim(condition=clause.condition) for clause in rule.applicability)
        return cls(rule=rule, subject=subject, met=_met(rule))


def opposites(policies: Policies, budget: Budget, known: Proved) -> Iterator[Diagnostic]:
    """Yield two faults, one at each place, for each two rules that oppose each other."""
    comparing = _Comparing(policies=policies, dated=policies.dated, budget=budget)
    for one, other in _neighbours(policies):
        if not budget.spend():
            return
        subjects = (one.rule, other.rule)
        yield from known.of(subjects, budget, partial(comparing.faults, one, other))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparing:
    """Compares rules two by two; what is understood by the law of a day is kept for all."""

    policies: Policies
    dated: Mapping[str, Dated[Any]]
    budget: Budget
    provers: dict[date, Prover] = field(default_factory=dict)

    def faults(self, one: _Demand, other: _Demand) -> Iterator[Diagnostic]:
        """Yield the two faults of rules that oppose each other on some day."""
        for day in _days(one.rule, other.rule, self.policies):
            found = _opposition(one, other, self._prover_on(day))
            if found is not None:
                why = contradiction_text(found)
                yield _fault(one.rule, other.rule, why)
                yield _fault(other.rule, one.rule, why)
                return

    def _prover_on(self, day: date) -> Prover:
        if day not in self.provers:
            window = Window(start=day, until=day + timedelta(days=1))
            law = Law(dated=self.dated, window=window)
            self.provers[day] = Prover(law=law, budget=self.budget)
        return self.provers[day]


def _fault(rule: Rule, other: Rule, why: str) -> Diagnostic:
    span, place = rule.main.condition.span, str(other.main.location)
    return faults.opposite(span, rule.id, other.id, place, why)


def _neighbours(policies: Policies) -> Iterator[tuple[_Demand, _Demand]]:
    """Yield every two rules that refuse something and speak of one fact."""
    refusing = [
        _Demand.of(rule)
        for rule in policies.rules
        if rule.effect.denies and rule.enforcement is not Enforcement.ADVISORY
    ]
    facts = [_facts(each.rule) for each in refusing]
    speaking: dict[tuple[str, ...], list[int]] = {}
    for index, paths in enumerate(facts):
        for path in paths:
            speaking.setdefault(path, []).append(index)
    for index, one in enumerate(refusing):
        near = {other for path in facts[index] for other in speaking[path] if other > index}
        yield from ((one, refusing[other]) for other in sorted(near))


def _facts(rule: Rule) -> frozenset[tuple[str, ...]]:
    return frozenset(
        term.path for term in rule.main.terms if isinstance(term, FactTerm) and term.path
    )


def _opposition(one: _Demand, other: _Demand, prover: Prover) -> Contradiction | None:
    """Return why no campaign meets both rules where both apply, if that is proved."""
    subject = (*one.subject, *other.subject)
    found = prover.exclusion(*subject, one.met, other.met)
    is_proved = (
        bool(found)
        and prover.agreement(*subject, one.met)
        and prover.agreement(*subject, other.met)
    )
    return found[0] if is_proved else None


def _met(rule: Rule) -> Claim:
    """Return the claim that a rule lets a campaign pass to which it applies."""
    main = rule.main.condition
    if rule.effect is Effect.PROHIBIT:
        main = NegatedCondition(span=main.span, operand=main)
    lifting = (each.main.condition for each in rule.permissions)
    ways = (main, *(each.clause.condition for each in rule.exemptions), *lifting)
    return Claim(condition=JunctionCondition(span=main.span, kind=JunctionKind.OR, operands=ways))


# --- days and places --------------------------------------------------------------------------


def _days(one: Rule, other: Rule, policies: Policies) -> Iterator[date]:
    """Yield some days on which both rules are in force in one place, the first of each law."""
    windows = (one.window, other.window)
    starts = {window.first for window in windows}
    for rule in (one, other):
        starts |= set(policies.calendars[rule.id].changes)
    days = [day for day in sorted(starts) if all(each.holds_on(day) for each in windows)]
    for day in days[:_MOST_DAYS]:
        if day < date.max and _share_ground(
            _places(one, policies, day), _places(other, policies, day)
        ):
            yield day


def _places(rule: Rule, policies: Policies, day: date) -> frozenset[object] | None:
    """Return where a rule applies on a day; None stands for everywhere."""
    places = rule.places
    if places is None:
        return None
    listed = places.value if isinstance(places, Constant) else policies.sets[places.name].on(day)
    return frozenset(listed) if isinstance(listed, frozenset) else frozenset()


def _share_ground(one: frozenset[object] | None, other: frozenset[object] | None) -> bool:
    """Whether some place lies in both, itself or with a place that it is a part of."""
    if one is None or other is None:
        return one != frozenset() and other != frozenset()
    return any(_lies_in(place, other) for place in one) or any(
        _lies_in(place, one) for place in other
    )


def _lies_in(place: object, places: frozenset[object]) -> bool:
    return any(each in places for each in (place, *wholes_of(str(place))))
