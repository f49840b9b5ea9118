"""Rules that cannot do what they say: never apply, never be violated, never be met or never refuse.

Each check asks for a proof, so that a rule of which nothing is proved is left in peace. One rule
gets one message of this kind, and exceptions are looked at where the rule itself is sound.
"""

from collections.abc import Iterator
from typing import assert_never

from ...source.diagnostic import Diagnostic
from ...source.text import Span
from ...syntax.tree import UnknownTreatment
from ..tree import Condition, Definition, Effect, Exemption, Rule
from . import faults
from .branches import doubts
from .certainty import certain
from .claims import Claim
from .proof import Contradiction, Prover
from .wording import contradiction_text

_DEEDS = {Effect.OBLIGE: "owe the duty of", Effect.PERMIT: "be permitted anything by"}


def examine(rule: Rule, prover: Prover) -> Iterator[Diagnostic]:
    """Yield what can be proved against a rule."""
    subject = tuple(Claim(condition=clause.condition) for clause in rule.applicability)
    if (fault := _never_fires(rule, subject, prover)) is not None:
        yield fault
        return
    for exemption in rule.exemptions:
        yield from _exemption(rule, exemption, subject, prover)
    seen: tuple[Claim, ...] = ()
    for clause in rule.applicability:
        yield from doubts(Claim(condition=clause.condition), seen, prover)
        seen = (*seen, Claim(condition=clause.condition))
    yield from doubts(Claim(condition=rule.main.condition), subject, prover)
    for waiver in rule.waivers:
        yield from _alone(waiver.scope.condition, prover)


def examine_definition(definition: Definition, prover: Prover) -> Iterator[Diagnostic]:
    """Yield the doubts about what a definition means."""
    yield from _alone(definition.clause.condition, prover)


def _alone(condition: Condition, prover: Prover) -> Iterator[Diagnostic]:
    """Yield the doubts about a condition that is no part of a demand."""
    claim = Claim(condition=condition)
    if found := prover.exclusion(claim):
        yield faults.never_holds(_place(found, (claim.condition,)), reason(found))
    else:
        yield from doubts(claim, (), prover)


def breach(rule: Rule) -> Claim:
    """Return the claim that a campaign does what a rule refuses, or owes what it obliges to."""
    match rule.effect:
        case Effect.PROHIBIT | Effect.OBLIGE | Effect.PERMIT:
            return Claim(condition=rule.main.condition)
        case Effect.REQUIRE:
            return Claim(condition=rule.main.condition, truth=False)
    assert_never(rule.effect)


def _never_fires(rule: Rule, subject: tuple[Claim, ...], prover: Prover) -> Diagnostic | None:
    main, breached = rule.main, breach(rule)
    if found := prover.exclusion(*subject):
        clauses = tuple(clause.condition for clause in rule.applicability)
        return faults.never_applies(_place(found, clauses), rule.id, reason(found))
    if found := prover.exclusion(breached) or prover.exclusion(breached, *subject):
        deed = _DEEDS.get(rule.effect, "violate")
        place = _place(found, (main.condition,))
        return faults.never_violated(place, f"{deed} {_what_it_states(rule)}", reason(found))
    if rule.effect is Effect.REQUIRE:
        found = prover.exclusion(breached.opposite, *subject)
        if found:
            return faults.never_met(_place(found, (main.condition,)), rule.id, reason(found))
    return None


def _what_it_states(rule: Rule) -> str:
    """Return the rule in words, as broken by facts: some are broken by what is not stated, too."""
    by_silence = rule.if_unknown is UnknownTreatment.DENY
    return f"the rule `{rule.id}`" + (" by what it states" if by_silence else "")


def _exemption(
    rule: Rule, exemption: Exemption, subject: tuple[Claim, ...], prover: Prover
) -> Iterator[Diagnostic]:
    claim = Claim(condition=exemption.clause.condition)
    span = claim.condition.span
    if found := prover.exclusion(claim):
        place = _place(found, (claim.condition,))
        yield faults.exception_never_holds(place, exemption.name, reason(found))
    elif found := certain(claim, (*subject, breach(rule)), prover):
        yield faults.always_excepted(span, _what_it_states(rule), exemption.name, reason(found))
    else:
        yield from doubts(claim, (), prover)


def reason(found: tuple[Contradiction, ...]) -> str:
    """Return why claims exclude each other: the contradiction of their first case."""
    return contradiction_text(found[0])


def _place(found: tuple[Contradiction, ...], conditions: tuple[Condition, ...]) -> Span:
    """Return the last words within some conditions that take part in the first contradiction."""
    whole = conditions[-1].span
    spans = [claim.condition.span for claim in found[0].claims]
    within = [span for span in spans if any(_lies_in(span, each.span) for each in conditions)]
    return max(within, key=lambda span: span.start, default=whole)


def _lies_in(inner: Span, outer: Span) -> bool:
    return inner.source == outer.source and outer.start <= inner.start and inner.end <= outer.end
