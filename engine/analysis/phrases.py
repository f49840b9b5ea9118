"""Conditions in normal form as text, in the phrases of the language."""

from typing import assert_never

from ..evaluation.values import show
from ..evaluation.wording import term_text
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
    ValueTerm,
)
from ..semantics.types import ListType, Scalar
from ..syntax.lexis import Comparator
from ..syntax.tree import QuantifierKind

_OF_ONE = {
    Comparator.ONE_OF: "is",
    Comparator.NOT_ONE_OF: "is not",
    Comparator.INCLUDES_ANY_OF: "includes",
    Comparator.INCLUDES_NONE_OF: "does not include",
}


def phrase(condition: Condition) -> str:
    """Return a condition as text on one line."""
    match condition:
        case FactCondition(fact=fact):
            return fact.text
        case DefinedCondition(name=name):
            return f"{name}{condition.month_end.remark}"
        case ComparisonCondition(left=left):
            return f"{term_text(left)} {predicate_text(condition)}"
        case JunctionCondition(kind=kind, operands=operands):
            return f" {kind.value} ".join(map(_operand, operands))
        case NegatedCondition(operand=FactCondition(fact=fact)):
            return f"{fact.text} is no"
        case NegatedCondition(operand=operand):
            return f"not {_operand(operand)}"
        case QuantifiedCondition(variable=variable, collection=collection, condition=inner):
            return f"{quantifier(condition)} {variable} in {collection.text} has ({phrase(inner)})"
    assert_never(condition)


def _operand(condition: Condition) -> str:
    return (
        f"({phrase(condition)})" if isinstance(condition, JunctionCondition) else phrase(condition)
    )


def quantifier(condition: QuantifiedCondition) -> str:
    """Return the words for how many elements must meet the condition."""
    if condition.kind is QuantifierKind.EVERY and condition.if_any:
        return "every (if any)"
    return condition.kind.value


def predicate_text(condition: ComparisonCondition) -> str:
    """Return a comparison without its left side."""
    comparator, right = condition.comparator, [member_text(term) for term in condition.right]
    match comparator:
        case Comparator.BETWEEN:
            return f"is between {right[0]} and {right[1]}"
        case Comparator.WITHIN:
            side = "before" if condition.within < 0 else "after"
            return f"is within {right[0]} {side} {right[1]}{condition.month_end.remark}"
        case _:
            first = condition.right[0] if condition.right else None
            if comparator in _OF_ONE and is_single(first):
                return f"{_OF_ONE[comparator]} {right[0].strip('{}')}"
            return " ".join((comparator.phrase, *right))


def is_single(term: ValueTerm | None) -> bool:
    """Whether a value is a set that the policy lists, of one member."""
    return isinstance(term, Constant) and isinstance(term.value, frozenset) and len(term.value) == 1


def member_text(term: ValueTerm) -> str:
    """Return a value as it was written, a list of members in their order."""
    if isinstance(term, Constant) and isinstance(term.value, frozenset):
        return f"{{{', '.join(members_of(term))}}}"
    return term_text(term)


def members_of(term: Constant) -> tuple[str, ...]:
    """Return the members of a listed set, sorted, texts in quotation marks."""
    is_text = term.type == ListType(element=Scalar.TEXT)
    members = term.value if isinstance(term.value, frozenset) else ()
    return tuple(f'"{member}"' if is_text else show(member) for member in sorted(members, key=show))


def subject_text(term: ValueTerm) -> str:
    """Return what a comparison is about: the label of a fact, or a computed value as written."""
    return term.label if isinstance(term, FactTerm) and term.path else term_text(term)
