"""The polarity check: absence must never help.

A condition is read with a sign: whether its truth leads towards denial or towards allowing. In a
position where truth leads towards denial, `is known` would let a campaign escape by leaving the
fact out; where truth leads towards allowing, `is unknown` would. Everything else in the language
is monotone in information, so this check makes `allow` monotone as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from ..source.diagnostic import Diagnostic
from ..source.text import Span
from ..syntax.lexis import Comparator
from ..syntax.tree import QuantifierKind
from . import faults
from .tree import (
    AggregateTerm,
    ComparisonCondition,
    Condition,
    DefinedCondition,
    FactCondition,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
    conditions_below,
    terms_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A part that reads facts, whether its truth leads towards denial, and where to say so.

    Within a definition the fault is that of its use: elsewhere the same words may stand well.
    """

    part: FactCondition | ComparisonCondition
    towards_denial: bool
    use: DefinedCondition | None

    @property
    def span(self) -> Span:
        """Where a fault of the part is reported."""
        return self.part.span if self.use is None else self.use.span


def absence_faults(condition: Condition, *, towards_denial: bool) -> Iterator[Diagnostic]:
    """Yield a fault for each place at which an absent fact would help."""
    told: set[Span] = set()
    for place in positions(condition, towards_denial=towards_denial):
        found = list(_absence_helps(place))
        if place.use is None:
            yield from found
        elif found and place.span not in told:
            told.add(place.span)
            yield faults.facts.absence_helps_in_definition(place.span, place.use.name)


def positions(
    condition: Condition, *, towards_denial: bool, use: DefinedCondition | None = None
) -> Iterator[Place]:
    """Yield every part of a condition that reads facts, with the sign of its place."""
    match condition:
        case FactCondition() | ComparisonCondition():
            yield Place(part=condition, towards_denial=towards_denial, use=use)
        case JunctionCondition(operands=operands):
            for operand in operands:
                yield from positions(operand, towards_denial=towards_denial, use=use)
        case NegatedCondition(operand=operand):
            yield from positions(operand, towards_denial=not towards_denial, use=use)
        case QuantifiedCondition(kind=kind, condition=inner):
            flips = kind is QuantifierKind.NO
            yield from positions(inner, towards_denial=towards_denial is not flips, use=use)
        case DefinedCondition(condition=inner):
            yield from positions(inner, towards_denial=towards_denial, use=use or condition)
        case _:
            assert_never(condition)


def _absence_helps(place: Place) -> Iterator[Diagnostic]:
    part = place.part
    if isinstance(part, FactCondition):
        return
    helpful = Comparator.KNOWN if place.towards_denial else Comparator.UNKNOWN
    if part.comparator is helpful:
        yield faults.facts.absence_helps(part.span, part.comparator)
    for term in terms_of(part):
        if isinstance(term, AggregateTerm) and term.where is not None:
            yield from _within_aggregate(term.where)


def _within_aggregate(where: Condition) -> Iterator[Diagnostic]:
    """Yield a fault for each question in a choice of elements whether a fact is stated.

    An aggregate may rise or fall with each element, so there is no direction in which it is safe.
    """
    for part in conditions_below(where):
        if isinstance(part, ComparisonCondition) and part.comparator in (
            Comparator.KNOWN,
            Comparator.UNKNOWN,
        ):
            yield faults.facts.absence_helps(part.span, part.comparator)
