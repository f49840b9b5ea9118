"""What is certainly true where some claims hold: not only never false, but never unknown either.

That a condition cannot be false proves little: for want of a fact it may still be unknown.
"""

from collections.abc import Sequence

from ...syntax.lexis import Comparator
from ..elaborate.kinds import may_stay_open
from ..tree import (
    ComparisonCondition,
    Constant,
    FactTerm,
    TodayTerm,
    ValueTerm,
    terms_below,
)
from .claims import Both, Claim, Either, Plain, meaning
from .limits import Aspect
from .proof import Contradiction, Prover
from .regions import Choice


def certain(claim: Claim, given: Sequence[Claim], prover: Prover) -> tuple[Contradiction, ...]:
    """Return why a claim holds wherever all given ones do; nothing where that is not proved."""
    said = meaning(claim)
    match said:
        case Both(claims=claims):
            found = [certain(each, given, prover) for each in claims]
            return tuple(why for each in found for why in each) if all(found) else ()
        case Either(claims=claims):
            return next((why for each in claims if (why := certain(each, given, prover))), ())
        case Plain():
            found_one = prover.exclusion(claim.opposite, *given)
            aspects = {each.topic.aspect for each in found_one}
            # A comparison that is itself given is known wherever that is.
            if aspects == {Aspect.TRUTH} or _is_known(claim, given, found_one, prover):
                return found_one
    return ()


def _is_known(
    claim: Claim, given: Sequence[Claim], found: Sequence[Contradiction], prover: Prover
) -> bool:
    """Whether a comparison is true or false wherever the given claims hold."""
    condition = claim.condition
    if isinstance(condition, ComparisonCondition) and not _needs_facts_alone(condition):
        return False
    facts = (term for term in terms_below(condition) if isinstance(term, FactTerm))
    return all(_is_in_one_currency(each, prover) for each in found) and all(
        prover.exclusion(_unknown(fact, claim), *given) for fact in facts
    )


def _is_in_one_currency(contradiction: Contradiction, prover: Prover) -> bool:
    """Whether amounts, if any are compared, can have no other currency than the one compared with.

    That of a parameter may be another with each edition.
    """
    said = (
        each for claim in contradiction.claims for each in prover.understanding.of(claim).limits
    )
    others = (
        isinstance(region, Choice) and len(region.members) > 1
        for topic, region in said
        if topic.aspect is Aspect.CURRENCY
    )
    return contradiction.topic.aspect is not Aspect.CURRENCY and not any(others)


def _needs_facts_alone(condition: ComparisonCondition) -> bool:
    """Whether a comparison is unknown only for want of a fact that it reads."""
    terms: tuple[ValueTerm, ...] = (condition.left, *condition.right)
    is_plain = all(isinstance(term, FactTerm | Constant | TodayTerm) for term in terms)
    return (
        is_plain and condition.comparator is not Comparator.WITHIN and not may_stay_open(condition)
    )


def _unknown(fact: FactTerm, claim: Claim) -> Claim:
    """Return the claim that a fact is not stated."""
    asked = ComparisonCondition(span=fact.span, comparator=Comparator.UNKNOWN, left=fact, right=())
    return Claim(condition=asked, bound=claim.bound)
