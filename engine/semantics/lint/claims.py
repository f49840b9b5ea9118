"""Claims: conditions taken to be true or false, and what they are about.

A condition that is true has every fact known that decided it, and so has one that is false; where
it is unknown, nothing is claimed.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import assert_never

from ...syntax.tree import JunctionKind, QuantifierKind
from ..tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    NegatedCondition,
    ParameterTerm,
    QuantifiedCondition,
    SetTerm,
    TodayTerm,
    ValueTerm,
)

Subject = Hashable
"""What a value is the value of: equal for two terms that read the same of the same campaign."""

Bound = tuple[tuple[str, "Element"], ...]
"""The elements that names stand for; `market` stands for the one that is being judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Some element of a list, by the quantifier that speaks of it.

    `depth` counts the elements within which it is spoken of. Each may stand in every one below
    it, so that its hash is made once.
    """

    collection: Subject
    origin: tuple[str, int]
    bound: Bound
    depth: int = field(init=False, compare=False)
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        depth = 1 + max((element.depth for _, element in self.bound), default=0)
        object.__setattr__(self, "depth", depth)
        object.__setattr__(self, "_hash", hash((self.collection, self.origin, self.bound)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A condition taken to be true, or false; `bound` are the elements that its names stand for."""

    condition: Condition
    truth: bool = True
    bound: Bound = ()

    def about(self, condition: Condition, *, denied: bool = False) -> "Claim":
        """Return the like claim about a condition below, or its opposite."""
        return Claim(condition=condition, truth=self.truth is not denied, bound=self.bound)

    @property
    def opposite(self) -> "Claim":
        """The claim that the condition is of the other truth."""
        return self.about(self.condition, denied=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """All of some claims hold."""

    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one of some claims holds."""

    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """A list has an element of which a claim holds."""

    claim: Claim
    element: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """A claim holds of every element of a list; with `is_some` there is one, `element`."""

    claim: Claim
    variable: str
    element: Element
    is_some: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A comparison, which is taken apart no further."""

    claim: Claim


Meaning = Both | Either | Some | All | Plain


def meaning(claim: Claim) -> Meaning:
    """Return what a claim says of the conditions below it."""
    condition = claim.condition
    match condition:
        case FactCondition() | ComparisonCondition():
            return Plain(claim=claim)
        case NegatedCondition(operand=operand):
            return Both(claims=(claim.about(operand, denied=True),))
        case JunctionCondition(kind=kind, operands=operands):
            parts = tuple(claim.about(operand) for operand in operands)
            is_both = (kind is JunctionKind.AND) is claim.truth
            return Both(claims=parts) if is_both else Either(claims=parts)
        case QuantifiedCondition():
            return _quantified(claim, condition)
        case DefinedCondition(condition=inner):
            return Both(claims=(Claim(condition=inner, truth=claim.truth),))
    assert_never(condition)


def _quantified(claim: Claim, over: QuantifiedCondition) -> Some | All:
    collection = subject(over.collection, claim.bound)
    origin = (over.span.source, over.span.start)
    element = Element(collection=collection, origin=origin, bound=claim.bound)
    inner = claim.about(over.condition, denied=over.kind is QuantifierKind.NO)
    if claim.truth is (over.kind is QuantifierKind.ANY):
        return Some(claim=of_element(inner, over.variable, element), element=element)
    return All(
        claim=inner,
        variable=over.variable,
        element=element,
        is_some=over.kind is QuantifierKind.EVERY and not over.if_any,
    )


def of_element(claim: Claim, variable: str, element: Element) -> Claim:
    """Return a claim with a name bound to an element."""
    bound = (*claim.bound, (variable, element))
    return Claim(condition=claim.condition, truth=claim.truth, bound=bound)


def subject(term: ValueTerm, bound: Bound) -> Subject:
    """Return what a term is the value of."""
    match term:
        case Constant(type=kind, value=value):
            return ("constant", kind, value)
        case FactTerm(variable=variable, path=path):
            return ("fact", dict(bound).get(variable, variable) if variable else None, path)
        case TodayTerm():
            return ("today",)
        case ArithmeticTerm(operator=operator, left=left, right=right, month_end=month_end):
            return ("result", operator, month_end, subject(left, bound), subject(right, bound))
        case SetTerm(name=name) | ParameterTerm(name=name):
            return ("declared", name)
        case LookupTerm(name=name, arguments=arguments):
            return ("looked up", name, tuple(subject(each, bound) for each in arguments))
        case AggregateTerm():
            return ("aggregate", term, bound)
    assert_never(term)
