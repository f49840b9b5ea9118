"""The normal form of a condition: one way to write what may be written in several.

Denials stand at comparisons, lists are joints without labels, a joint holds no joint of its own
kind, and what is compared with one member is compared with a set of one. Each step keeps the three
truth values: what is unknown stays unknown.
"""

from dataclasses import replace
from typing import assert_never

from ..semantics.tree import (
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
)
from ..semantics.types import EnumerationType, ListType, Scalar
from ..syntax.lexis import Comparator
from ..syntax.tree import JunctionKind, QuantifierKind

_OF_ONE = {
    Comparator.IS: Comparator.ONE_OF,
    Comparator.IS_NOT: Comparator.NOT_ONE_OF,
    Comparator.INCLUDES: Comparator.INCLUDES_ANY_OF,
}
OTHER_KIND = {JunctionKind.AND: JunctionKind.OR, JunctionKind.OR: JunctionKind.AND}


def normal_form(condition: Condition) -> Condition:
    """Return the normal form of a condition."""
    match condition:
        case FactCondition():
            return condition
        case ComparisonCondition():
            return _compared(condition)
        case JunctionCondition(kind=kind, operands=operands):
            return junction_of(condition, kind, tuple(normal_form(each) for each in operands))
        case NegatedCondition(operand=operand):
            return negation_of(normal_form(operand))
        case QuantifiedCondition(condition=inner) | DefinedCondition(condition=inner):
            return replace(condition, condition=normal_form(inner))
    assert_never(condition)


def junction_of(
    origin: Condition, kind: JunctionKind, operands: tuple[Condition, ...]
) -> Condition:
    """Return normal forms joined; joints of the same kind are opened."""
    flat = [part for each in operands for part in operands_under(each, kind)]
    return JunctionCondition(span=origin.span, kind=kind, operands=tuple(flat))


def operands_under(condition: Condition, kind: JunctionKind) -> tuple[Condition, ...]:
    """Return the operands of a joint of that kind; any other condition alone."""
    if isinstance(condition, JunctionCondition) and condition.kind is kind:
        return condition.operands
    return (condition,)


def negation_of(condition: Condition) -> Condition:
    """Return the normal form of the negation of a normal form."""
    match condition:
        case FactCondition() | DefinedCondition():
            return NegatedCondition(span=condition.span, operand=condition)
        case ComparisonCondition(comparator=comparator):
            opposite = comparator.opposite
            if opposite is None:
                return NegatedCondition(span=condition.span, operand=condition)
            return replace(condition, comparator=opposite)
        case JunctionCondition(kind=kind, operands=operands):
            return junction_of(
                condition, OTHER_KIND[kind], tuple(negation_of(each) for each in operands)
            )
        case NegatedCondition(operand=operand):
            return operand
        case QuantifiedCondition():
            return _none(condition)
    assert_never(condition)


def _none(condition: QuantifiedCondition) -> Condition:
    match condition.kind:
        case QuantifierKind.ANY:
            return replace(condition, kind=QuantifierKind.NO)
        case QuantifierKind.NO:
            return replace(condition, kind=QuantifierKind.ANY)
        case QuantifierKind.EVERY if condition.if_any:
            inner = negation_of(condition.condition)
            return replace(condition, kind=QuantifierKind.ANY, if_any=False, condition=inner)
        case QuantifierKind.EVERY:
            # Over an empty list this is unknown, and so is its denial; `any` would be false.
            return NegatedCondition(span=condition.span, operand=condition)
    assert_never(condition.kind)


def _compared(condition: ComparisonCondition) -> Condition:
    if len(condition.right) != 1 or condition.comparator not in _OF_ONE:
        return condition
    right = condition.right[0]
    if not isinstance(right, Constant):
        return condition
    if isinstance(right.value, bool) and isinstance(condition.left, FactTerm):
        holds = FactCondition(span=condition.span, fact=condition.left)
        is_plain = right.value is (condition.comparator is Comparator.IS)
        return holds if is_plain else negation_of(holds)
    if not isinstance(right.value, str) or not isinstance(right.type, Scalar | EnumerationType):
        return condition
    members = Constant(
        span=right.span,
        type=ListType(element=right.type),
        value=frozenset({right.value}),
        text=f"{{{right.text}}}",
    )
    return replace(condition, comparator=_OF_ONE[condition.comparator], right=(members,))
