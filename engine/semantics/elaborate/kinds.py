"""Which types go together: in a comparison, in an operation, with a phrase."""

from typing import assert_never

from ...syntax import tree as syntax
from ...syntax.lexis import DATE_COMPARATORS, ORDER_COMPARATORS, Comparator
from ..tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Constant,
    FactTerm,
    LookupTerm,
    ParameterTerm,
    SetTerm,
    TodayTerm,
    ValueTerm,
)
from ..types import (
    HAVING_PARTS,
    LENGTHS,
    MEASURES,
    ListType,
    RecordType,
    Scalar,
    Type,
    element_type,
)

_SYNONYMS = {Scalar.COUNTRY: Scalar.PLACE, Scalar.WHOLE_NUMBER: Scalar.NUMBER}


ORDERED = (Scalar.NUMBER, Scalar.PERCENTAGE, Scalar.MONEY, *MEASURES)
"""The types that have an order by size, and of which there are shares; days have one by time."""

TIMES = (Scalar.DATE, Scalar.INSTANT)


_SCALED = (Scalar.NUMBER, Scalar.MONEY, *MEASURES)
"""The types that a number multiplies and divides."""

_OF_PATTERNS = (Comparator.LIKE, Comparator.NOT_LIKE)

_TIME_PHRASES = {
    Comparator.AT_LEAST: "is on or after",
    Comparator.AT_MOST: "is on or before",
    Comparator.MORE_THAN: "is after",
    Comparator.EXCEEDS: "is after",
    Comparator.LESS_THAN: "is before",
}

_ORDER_PHRASES = {
    Comparator.ON_OR_AFTER: "is at least",
    Comparator.ON_OR_BEFORE: "is at most",
    Comparator.AFTER: "is more than",
    Comparator.BEFORE: "is less than",
}

_VALUE_PHRASES = {
    Comparator.INCLUDES: "is",
    Comparator.INCLUDES_ANY_OF: "is one of",
    Comparator.INCLUDES_NONE_OF: "is not one of",
}


def type_of(term: ValueTerm) -> Type:
    """Return the type of a value; a set counts as a list of its members."""
    match term:
        case (
            Constant(type=kind)
            | FactTerm(type=kind)
            | ArithmeticTerm(type=kind)
            | ParameterTerm(type=kind)
            | AggregateTerm(type=kind)
            | LookupTerm(type=kind)
        ):
            return kind
        case TodayTerm():
            return Scalar.DATE
        case SetTerm(type=kind):
            return ListType(element=kind)
    assert_never(term)


def comparable(left: ValueTerm, right: ValueTerm) -> bool:
    """Whether two values may be compared: equal types, or a computed ratio with a percentage."""
    one, other = plain(type_of(left)), plain(type_of(right))
    ratio = isinstance(left, ArithmeticTerm) or isinstance(right, ArithmeticTerm)
    return one == other or (ratio and {one, other} == {Scalar.NUMBER, Scalar.PERCENTAGE})


def compares_parts(condition: ComparisonCondition) -> bool:
    """Whether values are compared of which one may be a part of another: places, or languages.

    No country lies in another: they are compared as they are.
    """
    kinds = map(type_of, (condition.left, *condition.right))
    return bool(condition.right) and not HAVING_PARTS.isdisjoint(map(element_type, kinds))


def compares_texts(condition: ComparisonCondition) -> bool:
    """Whether whole texts are compared, of which two may read alike and not be written alike."""
    is_of_texts = element_type(type_of(condition.left)) is Scalar.TEXT
    return bool(condition.right) and is_of_texts and condition.comparator not in _OF_PATTERNS


def may_stay_open(condition: ComparisonCondition) -> bool:
    """Whether a comparison may be unknown though both of its values are known, and have a meaning.

    So it is where one is a part of the other, or only reads like it.
    """
    return compares_parts(condition) or compares_texts(condition)


def in_time(comparator: Comparator, left: ValueTerm, right: ValueTerm) -> bool:
    """Whether a phrase about time joins a day and an instant, which has its day in UTC."""
    kinds = {type_of(left), type_of(right)}
    return comparator in (*DATE_COMPARATORS, Comparator.BETWEEN) and kinds == set(TIMES)


def plain(kind: Type) -> Type:
    """Return the type by which values are compared: every country is a place, say."""
    return _SYNONYMS.get(kind, kind) if isinstance(kind, Scalar) else kind


def result(operator: syntax.ArithmeticOperator, left: Type, right: Type) -> Type | None:
    """Return the type of an operation, or None where it has no meaning."""
    match operator:
        case syntax.ArithmeticOperator.ADD | syntax.ArithmeticOperator.SUBTRACT:
            if left is Scalar.DATE:
                is_apart = right is Scalar.DATE and operator is syntax.ArithmeticOperator.SUBTRACT
                return Scalar.DAYS if is_apart else Scalar.DATE if right in LENGTHS else None
            return left if left == right and left in ORDERED else None
        case syntax.ArithmeticOperator.MULTIPLY:
            if right is Scalar.NUMBER:
                return left if left in _SCALED else None
            return right if left is Scalar.NUMBER and right in _SCALED else None
        case syntax.ArithmeticOperator.DIVIDE:
            if left == right and left in _SCALED:
                return Scalar.NUMBER
            return left if right is Scalar.NUMBER and left in _SCALED else None
    assert_never(operator)


def has_order(comparator: Comparator, kind: Type) -> bool:
    """Whether values of a type have the order of which a phrase speaks."""
    if comparator in ORDER_COMPARATORS:
        return plain(kind) in ORDERED
    if comparator in DATE_COMPARATORS:
        return kind in TIMES
    return plain(kind) in (*ORDERED, *TIMES)


def fits(comparator: Comparator, left: ValueTerm) -> bool:
    """Whether a phrase has a meaning for the type of its left side."""
    kind = type_of(left)
    if comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
        return isinstance(left, FactTerm)
    if comparator in (Comparator.EMPTY, Comparator.NOT_EMPTY):
        return isinstance(kind, ListType)
    if comparator in (*ORDER_COMPARATORS, *DATE_COMPARATORS, Comparator.BETWEEN):
        return has_order(comparator, kind)
    if comparator in _OF_PATTERNS:
        return kind is Scalar.TEXT
    if comparator.phrase.startswith("includes"):
        return isinstance(kind, ListType) and not isinstance(kind.element, RecordType)
    return not isinstance(kind, ListType | RecordType)


def fitting(comparator: Comparator, kind: Type) -> str | None:
    """Return the phrase that says of a type what another says of others; None where none does."""
    if isinstance(kind, ListType | RecordType):
        return None
    ordered = _TIME_PHRASES if kind in TIMES else _ORDER_PHRASES if plain(kind) in ORDERED else {}
    return ordered.get(comparator) or _VALUE_PHRASES.get(comparator)
