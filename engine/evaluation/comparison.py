"""The comparison phrases and the four operations over known values, exactly.

Nothing here is unknown yet: the evaluators look at operands first. What has no meaning for the
values at hand raises `UndefinedError`, and is then unknown with that reason.
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import assert_never

from ..semantics.tree import Money
from ..syntax.lexis import Comparator
from ..syntax.tree import ArithmeticOperator

Operand = object
"""A known value whose type the checker has matched with that of its partner."""


class UndefinedError(ArithmeticError):
    """An operation has no meaning for these values; the message says why, for a person."""


def compare(comparator: Comparator, left: Operand, right: tuple[Operand, ...]) -> bool:  # noqa: C901, PLR0912 - one case per phrase.
    """Return whether a comparison holds; `is known`, `is empty` and `is within` are elsewhere."""
    match comparator:
        case Comparator.IS:
            return left == right[0]
        case Comparator.IS_NOT:
            return left != right[0]
        case Comparator.AT_LEAST | Comparator.ON_OR_AFTER:
            return order(left, right[0]) >= 0
        case Comparator.AT_MOST | Comparator.ON_OR_BEFORE:
            return order(left, right[0]) <= 0
        case Comparator.MORE_THAN | Comparator.EXCEEDS | Comparator.AFTER:
            return order(left, right[0]) > 0
        case Comparator.LESS_THAN | Comparator.BEFORE:
            return order(left, right[0]) < 0
        case Comparator.BETWEEN:
            # INVARIANT: both bounds are looked at, as one that has no meaning makes it unknown.
            above, below = order(left, right[0]) >= 0, order(left, right[1]) <= 0
            return above and below
        case Comparator.ONE_OF:
            return left in members(right[0])
        case Comparator.NOT_ONE_OF:
            return left not in members(right[0])
        case Comparator.INCLUDES:
            return right[0] in members(left)
        case Comparator.INCLUDES_ANY_OF:
            return bool(members(left) & members(right[0]))
        case Comparator.INCLUDES_ALL_OF:
            return members(left) >= members(right[0])
        case Comparator.INCLUDES_NONE_OF:
            return not members(left) & members(right[0])
        case Comparator.EMPTY:
            return not members(left)
        case Comparator.NOT_EMPTY:
            return bool(members(left))
        case Comparator.KNOWN | Comparator.UNKNOWN | Comparator.WITHIN:
            raise AssertionError(comparator)
    assert_never(comparator)


def members(value: Operand) -> frozenset[Operand]:
    """Return the members of a list or set."""
    assert isinstance(value, tuple | frozenset)  # noqa: S101 - the checker lets nothing else come here.
    return frozenset(value)


def order(left: Operand, right: Operand) -> int:
    """Return -1, 0 or 1 as the left value lies before, with or behind the right one."""
    if isinstance(left, Money) and isinstance(right, Money):
        if left.currency != right.currency:
            raise UndefinedError(f"{left.currency} and {right.currency} are not compared")
        return order(left.amount, right.amount)
    # The checker has seen to it that both are numbers, or both days, or both instants.
    less, more = left < right, left > right  # type: ignore[operator]
    return int(more) - int(less)


def is_within(left: Operand, days: Operand, anchor: Operand, direction: int) -> bool:
    """Whether a day lies at most so many days before (-1) or after (1) another, both included."""
    assert isinstance(left, date) and isinstance(anchor, date)  # noqa: S101, PT018 - as checked.
    assert isinstance(days, int)  # noqa: S101 - as checked.
    distance = (left - anchor).days * direction
    return 0 <= distance <= days


def calculate(operator: ArithmeticOperator, left: Operand, right: Operand) -> Operand:
    """Return the exact result of an operation; raises `UndefinedError` where there is none."""
    match left, right:
        case Money(), Money():
            return _money(operator, left, right)
        case Money(), int() | Fraction():
            return Money(amount=_number(operator, left.amount, right), currency=left.currency)
        case int() | Fraction(), Money():
            return Money(amount=_number(operator, left, right.amount), currency=right.currency)
        case date(), int():
            return _shift(operator, left, right)
        case ((int() | Fraction()), (int() | Fraction())):
            result = _number(operator, left, right)
            return result.numerator if result.denominator == 1 else result
    raise AssertionError(operator, left, right)


def _money(operator: ArithmeticOperator, left: Money, right: Money) -> Money | Fraction:
    if left.currency != right.currency:
        raise UndefinedError(f"{left.currency} and {right.currency} are not joined")
    amount = _number(operator, left.amount, right.amount)
    if operator is ArithmeticOperator.DIVIDE:
        return amount
    return Money(amount=amount, currency=left.currency)


def _shift(operator: ArithmeticOperator, day: date, days: int) -> date:
    try:
        step = timedelta(days=days)
        return day + step if operator is ArithmeticOperator.ADD else day - step
    except OverflowError:
        raise UndefinedError("the day lies beyond the calendar") from None


def _number(operator: ArithmeticOperator, left: int | Fraction, right: int | Fraction) -> Fraction:
    one, other = Fraction(left), Fraction(right)
    match operator:
        case ArithmeticOperator.ADD:
            return one + other
        case ArithmeticOperator.SUBTRACT:
            return one - other
        case ArithmeticOperator.MULTIPLY:
            return one * other
        case ArithmeticOperator.DIVIDE:
            if other == 0:
                raise UndefinedError("there is no division by zero")
            return one / other
    assert_never(operator)
