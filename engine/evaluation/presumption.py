"""The polarity check of presumed facts: leaving out what is presumed must never help.

Whoever leaves a presumed fact out is judged as if the presumed value were stated. So where truth
leads towards denial, a part that reads the fact must be true of the presumed value; where truth
leads towards allowing, it must be false of it. A part of which neither can be told from the policy
alone, because it reads other facts or the day, is refused as well.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from ..semantics import faults
from ..semantics.polarity import positions
from ..semantics.tree import (
    ArithmeticTerm,
    ComparisonCondition,
    Constant,
    FactCondition,
    FactTerm,
    ParameterTerm,
    Policies,
    SetTerm,
    ValueTerm,
    signed_clauses,
    terms_below,
)
from ..source.diagnostic import Diagnostic
from ..syntax.lexis import Comparator
from .operations.comparison import UndefinedError, calculate, holds
from .outcome import Truth


def presumption_faults(policies: Policies) -> Iterator[Diagnostic]:
    """Yield a fault for each place at which leaving a presumed fact out would help, or might."""
    seen = set()
    for rule in policies.rules:
        for clause, towards_denial in signed_clauses(rule):
            for place in positions(clause.condition, towards_denial=towards_denial):
                if place.span in seen or not _may_presume(place.part):
                    continue  # A clause may be common to several rules.
                if _truths(place.part, policies) != {place.towards_denial}:
                    seen.add(place.span)
                    yield faults.facts.presumption_helps(place.span)


def _may_presume(part: FactCondition | ComparisonCondition) -> bool:
    facts = (term for term in terms_below(part) if isinstance(term, FactTerm))
    return any(fact.presumed is not None for fact in facts)


def _truths(part: FactCondition | ComparisonCondition, policies: Policies) -> set[Truth]:
    """Return the truth values that a part may have if its facts are left out; None if unknown."""
    if isinstance(part, FactCondition):
        return {part.fact.presumed is True}
    if part.comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
        return {part.comparator is Comparator.KNOWN}
    choices = product(*(_values(term, policies) for term in (part.left, *part.right)))
    return {_compared(part, values) for values in choices}


def _compared(part: ComparisonCondition, values: Sequence[object]) -> Truth:
    if None in values:
        return None
    try:
        return holds(part, values)
    except UndefinedError:
        return None


def _values(term: ValueTerm, policies: Policies) -> list[object]:
    """Return the values that a term may have by the policy alone; None where it says none."""
    match term:
        case Constant(value=value):
            return [value]
        case FactTerm(presumed=presumed):
            return [presumed]
        case SetTerm(name=name):
            return [edition.content for edition in policies.sets[name].editions]
        case ParameterTerm(name=name):
            return [edition.content.value for edition in policies.parameters[name].editions]
        case ArithmeticTerm(left=left, right=right):
            pairs = product(_values(left, policies), _values(right, policies))
            return [_calculated(term, one, other) for one, other in pairs]
        case _:
            return [None]


def _calculated(term: ArithmeticTerm, left: object, right: object) -> object:
    if left is None or right is None:
        return None
    try:
        return calculate(term.operator, left, right, term.month_end)
    except UndefinedError:
        return None
