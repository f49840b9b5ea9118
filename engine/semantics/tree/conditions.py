"""Conditions of the typed core, and what lies below one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from ...syntax.lexis import Comparator, MonthEnd
from ...syntax.tree import JunctionKind, QuantifierKind
from ..types import ListType, Type
from .terms import AggregateTerm, ArithmeticTerm, FactTerm, LookupTerm, Term, ValueTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCondition(Term):
    """A yes_no fact that stands alone as a condition."""

    fact: FactTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonCondition(Term):
    """A value compared with none, one or two others.

    Where the comparator is WITHIN, `within` is -1 for *before* and 1 for *after*, else 0, and
    `month_end` says where a count of months ends. `is_half` is whether another is beside it that
    stands for the same words: of two periods, and of a day and a period, two days are compared.
    """

    comparator: Comparator
    left: ValueTerm
    right: tuple[ValueTerm, ...]
    within: int = 0
    month_end: MonthEnd = MonthEnd.ROUNDS_DOWN
    is_half: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JunctionCondition(Term):
    """Conditions joined by `and` or by `or`; labels are those of a list, else empty."""

    kind: JunctionKind
    operands: tuple["Condition", ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NegatedCondition(Term):
    """A condition denied."""

    operand: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantifiedCondition(Term):
    """A condition over the elements of a list, each bound to `variable` in turn."""

    kind: QuantifierKind
    variable: str
    collection: FactTerm
    if_any: bool
    condition: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedCondition(Term):
    """A statutory definition, used by its name; `condition` is what it means.

    `month_end` says where the counts of months in it end, as the rule has it that uses it.

    The condition speaks of the campaign and the market alone: no other name that is bound around
    it is known within, and none that it binds is known outside.
    """

    name: str
    label: str
    condition: "Condition"
    month_end: MonthEnd = MonthEnd.ROUNDS_DOWN


Condition = (
    FactCondition
    | ComparisonCondition
    | JunctionCondition
    | NegatedCondition
    | QuantifiedCondition
    | DefinedCondition
)


def inner_conditions(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly below a condition."""
    match condition:
        case FactCondition() | ComparisonCondition():
            return ()
        case JunctionCondition(operands=operands):
            return operands
        case NegatedCondition(operand=operand):
            return (operand,)
        case QuantifiedCondition(condition=inner) | DefinedCondition(condition=inner):
            return (inner,)
    assert_never(condition)


def with_inner(condition: Condition, inner: Sequence[Condition]) -> Condition:
    """Return a condition with others directly below it, as many as it has."""
    match condition:
        case FactCondition() | ComparisonCondition():
            return condition
        case JunctionCondition():
            return replace(condition, operands=tuple(inner))
        case NegatedCondition():
            return replace(condition, operand=inner[0])
        case QuantifiedCondition() | DefinedCondition():
            return replace(condition, condition=inner[0])
    assert_never(condition)


def rewritten(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """Return a condition with every part of it changed, the innermost first.

    Its parts are those within it and those by which aggregates choose elements.
    """
    made = with_inner(condition, [rewritten(each, change) for each in inner_conditions(condition)])
    if isinstance(made, ComparisonCondition):
        left, *right = (_rewritten(each, change) for each in (made.left, *made.right))
        made = replace(made, left=left, right=tuple(right))
    return change(made)


def _rewritten(term: ValueTerm, change: Callable[[Condition], Condition]) -> ValueTerm:
    made = with_inner_terms(term, [_rewritten(each, change) for each in inner_terms(term)])
    if isinstance(made, AggregateTerm) and made.where is not None:
        return replace(made, where=rewritten(made.where, change))
    return made


def conditions_below(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything below it, parents first."""
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(inner_conditions(part)))


def choices_of(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions by which the aggregates of a comparison choose among elements.

    One that stands within another is left to that.
    """
    if isinstance(condition, ComparisonCondition):
        for side in (condition.left, *condition.right):
            yield from _choices(side)


def _choices(term: ValueTerm) -> Iterator[Condition]:
    if isinstance(term, AggregateTerm) and term.where is not None:
        yield term.where
    for inner in inner_terms(term):
        yield from _choices(inner)


def parts_within(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions right below one, those by which aggregates choose included."""
    return (*inner_conditions(condition), *choices_of(condition))


def conditions_within(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything below it, and that by which aggregates choose elements."""
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(choices_of(part))
        waiting.extend(reversed(inner_conditions(part)))


def terms_below(condition: Condition) -> Iterator[ValueTerm]:
    """Yield every value that a condition reads, operands and arguments included."""
    for part in conditions_below(condition):
        match part:
            case FactCondition(fact=fact):
                yield fact
            case ComparisonCondition():
                yield from terms_of(part)
            case QuantifiedCondition(collection=collection):
                yield collection
            case JunctionCondition() | NegatedCondition() | DefinedCondition():
                pass
            case _:
                assert_never(part)


def terms_of(condition: ComparisonCondition) -> tuple[ValueTerm, ...]:
    """Return every value that a comparison reads, operands and arguments included."""
    sides = (condition.left, *condition.right)
    return tuple(term for side in sides for term in operands_of(side))


def inner_terms(term: ValueTerm) -> tuple[ValueTerm, ...]:
    """Return the values directly below a value; of an aggregate, what it takes of each element."""
    match term:
        case ArithmeticTerm(left=left, right=right):
            return (left, right)
        case LookupTerm(arguments=arguments):
            return arguments
        case AggregateTerm(value=value) if value is not None:
            return (value,)
        case _:
            return ()


def with_inner_terms(term: ValueTerm, inner: Sequence[ValueTerm]) -> ValueTerm:
    """Return a value with others directly below it, as many as it has."""
    match term:
        case ArithmeticTerm():
            left, right = inner
            return replace(term, left=left, right=right)
        case LookupTerm():
            return replace(term, arguments=tuple(inner))
        case AggregateTerm() if inner:
            return replace(term, value=inner[0])
        case _:
            return term


def operands_of(term: ValueTerm) -> Iterator[ValueTerm]:
    """Yield a value and every value that it is made of."""
    yield term
    if isinstance(term, AggregateTerm):
        yield term.collection
    for inner in inner_terms(term):
        yield from operands_of(inner)
    if isinstance(term, AggregateTerm) and term.where is not None:
        yield from terms_below(term.where)


def facts_of(term: ValueTerm) -> tuple[FactTerm, ...]:
    """Return the facts that a value is made of; of an aggregate, its list alone."""
    match term:
        case FactTerm():
            return (term,)
        case AggregateTerm(collection=collection):
            return (collection,)
        case _:
            return tuple(fact for inner in inner_terms(term) for fact in facts_of(inner))


def sensitive_elements(condition: Condition) -> frozenset[str]:
    """Return the names that quantifiers bind to elements whose values are never shown."""
    parts = conditions_below(condition)
    return frozenset(
        p.variable for p in parts if isinstance(p, QuantifiedCondition) and p.collection.sensitive
    )


def bound_elements(condition: Condition) -> dict[str, Type]:
    """Return the names that quantifiers bind in a condition, with the type of their elements.

    What is bound within a definition is known to it alone.
    """
    if isinstance(condition, DefinedCondition):
        return {}
    found: dict[str, Type] = {}
    if isinstance(condition, QuantifiedCondition) and isinstance(
        condition.collection.type, ListType
    ):
        found[condition.variable] = condition.collection.type.element
    for inner in inner_conditions(condition):
        found = bound_elements(inner) | found
    return found
