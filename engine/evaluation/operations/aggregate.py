"""One value of many: how many, their sum, the lowest, the highest, their average; exactly.

Of nothing the count and the sum are zero. A sum of money that is nothing has no currency, and there
is no lowest, highest or average of nothing: these are unknown, with that reason.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import assert_never

from ...semantics.tree import AggregateTerm, measure
from ...semantics.types import BASE_UNITS, Scalar
from ...syntax.lexis import MonthEnd
from ...syntax.tree import AggregateKind, ArithmeticOperator
from .comparison import Operand, UndefinedError, calculate, order

EXTREMES = (AggregateKind.LOWEST, AggregateKind.HIGHEST)
"""The aggregates that single elements decide."""

MOST_DECIDING = 3
"""So many elements that decide an aggregate are named; others are equal to them."""


def aggregate(term: AggregateTerm, values: Sequence[Operand]) -> Operand:
    """Return the one value of many known ones; raises `UndefinedError` where there is none."""
    match term.kind:
        case AggregateKind.COUNT:
            return len(values)
        case AggregateKind.SUM:
            return reduce(_plus, values) if values else _nothing(term)
        case AggregateKind.AVERAGE:
            total = reduce(_plus, _some(term, values))
            return _calculated(ArithmeticOperator.DIVIDE, total, len(values))
        case AggregateKind.LOWEST:
            return reduce(_lower, _some(term, values))
        case AggregateKind.HIGHEST:
            return reduce(_higher, _some(term, values))
    assert_never(term.kind)


def _plus(one: Operand, other: Operand) -> Operand:
    return _calculated(ArithmeticOperator.ADD, one, other)


def _lower(one: Operand, other: Operand) -> Operand:
    return other if order(other, one) < 0 else one


def _higher(one: Operand, other: Operand) -> Operand:
    return other if order(other, one) > 0 else one


def _calculated(operator: ArithmeticOperator, one: Operand, other: Operand) -> Operand:
    return calculate(operator, one, other, MonthEnd.ROUNDS_DOWN)


def _some(term: AggregateTerm, values: Sequence[Operand]) -> Sequence[Operand]:
    """Return the values, of which there must be some."""
    if not values:
        raise UndefinedError(
            "the list is empty" if term.where is None else "no element of the list is chosen"
        )
    return values


def _nothing(term: AggregateTerm) -> Operand:
    """Return the sum of no values."""
    if term.type is Scalar.MONEY:
        raise UndefinedError("there is nothing to add up, and so no currency")
    unit = BASE_UNITS.get(term.type) if isinstance(term.type, Scalar) else None
    return 0 if unit is None else measure(Fraction(0), unit)
