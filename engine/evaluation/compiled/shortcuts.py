"""Fast paths for comparisons of the plainest values: whole numbers, days, and their sums.

Most values are of these kinds, and general exact arithmetic costs ten times as much. A shortcut
checks the types first, and falls back to `comparison` for anything else.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from ...semantics.tree import ArithmeticTerm, ComparisonCondition, Constant, Measure
from ...semantics.types import Scalar
from ...syntax.lexis import Comparator
from ...syntax.tree import ArithmeticOperator
from ..operations.comparison import order
from ..outcome import Truth

Compare: TypeAlias = Callable[[object, object], bool]
Shortcut: TypeAlias = Callable[[object, object], Truth]
"""Compares the values of two operands; None where it does not cover their types."""

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()

ORDERS: Mapping[Comparator, Callable[[Any, Any], bool]] = {
    Comparator.AT_LEAST: operator.ge,
    Comparator.AT_MOST: operator.le,
    Comparator.MORE_THAN: operator.gt,
    Comparator.EXCEEDS: operator.gt,
    Comparator.LESS_THAN: operator.lt,
    Comparator.BEFORE: operator.lt,
    Comparator.AFTER: operator.gt,
    Comparator.ON_OR_BEFORE: operator.le,
    Comparator.ON_OR_AFTER: operator.ge,
}
"""The comparators of order, as functions of two values of one plain kind."""


def ordered(comparator: Comparator) -> Compare:
    """Return what compares two known values in order; it raises what `order` does."""
    plain = ORDERS[comparator]

    def compare(left: object, right: object) -> bool:
        kind = type(left)
        if kind is type(right) and (kind is int or kind is date):
            return plain(left, right)
        return plain(order(left, right), 0)

    return compare


def ratio(condition: ComparisonCondition) -> Shortcut | None:
    """Return what compares the ratio of two whole numbers with a written number."""
    term, compare = condition.left, ORDERS.get(condition.comparator)
    bound = condition.right[0] if condition.right else None
    if not (isinstance(term, ArithmeticTerm) and isinstance(bound, Constant) and compare):
        return None
    written = bound.value
    if term.operator is not ArithmeticOperator.DIVIDE or not isinstance(written, int | Fraction):
        return None
    above, below = written.numerator, written.denominator

    def compared(dividend: object, divisor: object) -> Truth:
        if type(dividend) is not int or type(divisor) is not int or not divisor:
            return None
        sign = 1 if divisor > 0 else -1
        return compare(sign * dividend * below, sign * above * divisor)

    return compared


def days_between(condition: ComparisonCondition) -> Shortcut | None:
    """Return what compares the days from one day to another with a written number of them."""
    term, compare = condition.left, ORDERS.get(condition.comparator)
    bound = condition.right[0] if condition.right else None
    if not (isinstance(term, ArithmeticTerm) and isinstance(bound, Constant) and compare):
        return None
    written = bound.value
    if term.operator is not ArithmeticOperator.SUBTRACT or not isinstance(written, Measure):
        return None
    above, below = written.size.numerator, written.size.denominator

    def compared(later: object, earlier: object) -> Truth:
        if type(later) is not date or type(earlier) is not date:
            return None
        return compare((later - earlier).days * below, above)

    return compared


def within_days(condition: ComparisonCondition) -> Shortcut | None:
    """Return the shortcut for whether a day lies at most a written number of days from another."""
    length = condition.right[0]
    if not (isinstance(length, Constant) and isinstance(length.value, Measure)):
        return None
    if length.value.kind is not Scalar.DAYS or length.value.size.denominator != 1:
        return None
    distance = condition.within * length.value.size.numerator

    def compared(day: object, anchor: object) -> Truth:
        if type(day) is not date or type(anchor) is not date:
            return None
        first = anchor.toordinal()
        last = first + distance
        if not _FIRST <= last <= _LAST:
            return None
        return min(first, last) <= day.toordinal() <= max(first, last)

    return compared
