"""Doubts about parts of a condition: what can never hold, always holds, or says nothing new."""

from collections.abc import Iterator
from itertools import permutations
from typing import assert_never

from ...source.characters import folded
from ...source.diagnostic import Diagnostic
from ...syntax.lexis import Comparator
from ..tree import (
    ComparisonCondition,
    Condition,
    Constant,
    DatedTerm,
    DefinedCondition,
    FactTerm,
    JunctionCondition,
    conditions_below,
    terms_below,
)
from . import faults
from .claims import All, Both, Claim, Either, Plain, Some, Subject, meaning, of_element, subject
from .limits import Aspect
from .proof import Prover
from .wording import claim_text, contradiction_text

_MOST_COMPARED = 24
_ABOUT_KNOWLEDGE = (Comparator.KNOWN, Comparator.UNKNOWN)


def doubts(claim: Claim, given: tuple[Claim, ...], prover: Prover) -> Iterator[Diagnostic]:
    """Yield the doubts about a claim that is made where some others are given."""
    if found := prover.exclusion(claim.opposite):
        yield _settled(claim, contradiction_text(found[0]), holds=True)
        return
    yield from _below(claim, given, prover)


def _below(claim: Claim, given: tuple[Claim, ...], prover: Prover) -> Iterator[Diagnostic]:
    if isinstance(claim.condition, DefinedCondition) or _is_one_phrase(claim.condition):
        return  # A definition is looked at by itself, and half a phrase says nothing.
    said = meaning(claim)
    match said:
        case Plain():
            return
        case Both(claims=claims):
            yield from _repetitions(claims, prover, is_both=True)
            for index, each in enumerate(claims):
                others = (*claims[:index], *claims[index + 1 :])
                yield from doubts(each, (*given, *others), prover)
        case Either(claims=claims):
            yield from _repetitions(claims, prover, is_both=False)
            for each in claims:
                if found := prover.exclusion(each, *given):
                    yield _settled(each, contradiction_text(found[0]), holds=False)
                else:
                    yield from _below(each, given, prover)
        case Some(claim=inner):
            yield from _below(inner, given, prover)
        case All(claim=inner, variable=variable, element=element):
            yield from _below(of_element(inner, variable, element), given, prover)
        case _:
            assert_never(said)


def _is_one_phrase(condition: Condition) -> bool:
    """Whether it is made of two comparisons that stand for the same words."""
    parts = condition.operands if isinstance(condition, JunctionCondition) else ()
    return any(isinstance(part, ComparisonCondition) and part.is_half for part in parts)


def _settled(claim: Claim, why: str, *, holds: bool) -> Diagnostic:
    """Return the doubt about a condition of which a claim always or never holds."""
    fault = faults.always_holds if claim.truth is holds else faults.never_holds
    return fault(claim.condition.span, why)


def _repetitions(
    claims: tuple[Claim, ...], prover: Prover, *, is_both: bool
) -> Iterator[Diagnostic]:
    """Yield a doubt about each of joined claims that another one makes needless."""
    needless: list[Claim] = []
    for one, other in permutations(claims[:_MOST_COMPARED], 2):
        if any(each is one or each is other for each in needless):
            continue
        narrow, wide = (other, one) if is_both else (one, other)
        if says_all_of(narrow, wide, prover):
            later = max(one, other, key=lambda each: each.condition.span.start)
            spare = later if says_all_of(wide, narrow, prover) else one
            needless.append(spare)
            rest = other if spare is one else one
            yield faults.adds_nothing(spare.condition.span, claim_text(rest))


def says_all_of(narrow: Claim, wide: Claim, prover: Prover) -> bool:
    """Whether a comparison holds wherever another does, and is not false where that is unknown."""
    if narrow.condition == wide.condition:
        return narrow.truth is wide.truth
    if not (_is_simple(narrow) and _is_simple(wide)) or _reads(narrow) != _reads(wide):
        return False
    if not _tells_texts_apart(narrow, wide):
        return False
    found = prover.exclusion(narrow, wide.opposite)
    return bool(found) and all(each.topic.aspect is not Aspect.CURRENCY for each in found)


def _is_simple(claim: Claim) -> bool:
    """Whether a claim is a comparison that is unknown only for want of the facts that it reads."""
    condition = claim.condition
    is_dated = any(isinstance(term, DatedTerm) for term in terms_below(condition))
    compares = (
        isinstance(condition, ComparisonCondition) and condition.comparator not in _ABOUT_KNOWLEDGE
    )
    return compares and not is_dated and len(tuple(conditions_below(condition))) == 1


def _tells_texts_apart(*claims: Claim) -> bool:
    """Whether no two texts of some claims only read alike; of such, one leaves the other open."""
    terms = [term for claim in claims for term in terms_below(claim.condition)]
    values = [term.value for term in terms if isinstance(term, Constant)]
    listed = [value if isinstance(value, frozenset) else (value,) for value in values]
    texts = {each for several in listed for each in several if isinstance(each, str)}
    return len({folded(text) for text in texts}) == len(texts)


def _reads(claim: Claim) -> frozenset[Subject]:
    terms = terms_below(claim.condition)
    return frozenset(subject(term, claim.bound) for term in terms if isinstance(term, FactTerm))
