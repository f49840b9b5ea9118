"""Splits conditions at every `and`, into the conjuncts that the index can test separately.

A condition is *possible* if it is not false. In strong Kleene logic a conjunction is possible
exactly if each conjunct is, and `any … in LIST has` exactly if its condition is possible of some
element, or the list is unknown. Everything else stays one conjunct, and is evaluated as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from ...semantics.tree import (
    ComparisonCondition,
    Condition,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
    terms_below,
)
from ...syntax.tree import JunctionKind, QuantifierKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeElement:
    """The condition that all of `parts` are possible of some element of a list.

    `over` is the quantified condition, with the name it binds. `of_nothing` is whether it is
    possible of a list that is known to be empty.
    """

    over: QuantifiedCondition
    parts: "tuple[Part, ...]"
    of_nothing: bool


Part: TypeAlias = Condition | SomeElement
"""One of the conditions that must all be possible."""


def conjuncts(condition: Condition, *, denied: bool = False) -> Iterator[Part]:
    """Yield parts that are all possible exactly where a condition, or its negation, is."""
    match condition:
        case JunctionCondition(kind=kind, operands=operands) if (kind is JunctionKind.OR) is denied:
            for operand in operands:
                yield from conjuncts(operand, denied=denied)
        case NegatedCondition(operand=operand):
            yield from conjuncts(operand, denied=not denied)
        case QuantifiedCondition(kind=QuantifierKind.EVERY) if denied:
            parts = tuple(conjuncts(condition.condition, denied=True))
            yield SomeElement(over=condition, parts=parts, of_nothing=not condition.if_any)
        case QuantifiedCondition(kind=kind) if kind is (
            QuantifierKind.NO if denied else QuantifierKind.ANY
        ):
            parts = tuple(conjuncts(condition.condition))
            yield SomeElement(over=condition, parts=parts, of_nothing=False)
        case (
            FactCondition()
            | ComparisonCondition()
            | JunctionCondition()
            | QuantifiedCondition()
            | DefinedCondition()
        ):
            yield NegatedCondition(span=condition.span, operand=condition) if denied else condition
        case _:
            assert_never(condition)


def as_condition(part: Part) -> Condition:
    """Return a part as one condition, possible exactly where the part is."""
    if not isinstance(part, SomeElement):
        return part
    over = part.over
    is_plain = over.kind is QuantifierKind.ANY
    return over if is_plain else NegatedCondition(span=over.span, operand=over)


def facts_read(part: Part) -> Iterator[FactTerm]:
    """Yield every fact that a part reads."""
    yield from (term for term in terms_below(as_condition(part)) if isinstance(term, FactTerm))


def without_definitions(condition: Condition) -> Condition:
    """Return a condition with definitions at its top replaced by what they mean.

    INVARIANT: no element is bound around it, so that none can be taken for one bound within.
    """
    match condition:
        case DefinedCondition(condition=meant):
            return without_definitions(meant)
        case JunctionCondition(operands=operands):
            return JunctionCondition(
                span=condition.span,
                kind=condition.kind,
                operands=tuple(map(without_definitions, operands)),
            )
        case NegatedCondition(operand=operand):
            return NegatedCondition(span=condition.span, operand=without_definitions(operand))
        case _:
            return condition
