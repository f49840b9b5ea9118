"""The comparison phrases and the four operations over known values, exactly.

All operands are known: the evaluators see to that first. What has no meaning for the values at hand
raises `UndefinedError`, which makes the condition unknown, for that reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias, assert_never, overload

from ...semantics.elaborate.kinds import compares_parts, compares_texts
from ...semantics.tree import ComparisonCondition, Measure, Money
from ...semantics.types import Scalar
from ...source.characters import any_same, by_form, folded
from ...syntax.lexis import Comparator, MonthEnd, Unit
from ...syntax.tree import ArithmeticOperator
from ..outcome import Truth
from ..values import show
from .days import day_of, days_later, months_later
from .pattern import is_like
from .places import any_among, parts_of

Operand = object
"""A known value whose type the checker has matched with that of its partner."""

_Number: TypeAlias = int | Fraction


class UndefinedError(ArithmeticError):
    """An operation has no meaning for these values; the message says why, for a person."""


def holds(condition: ComparisonCondition, values: Sequence[Operand]) -> bool:
    """Return whether a comparison of known values holds; `is known` is elsewhere."""
    left, *right = values
    if condition.comparator is Comparator.WITHIN:
        return is_within(left, right[0], right[1], condition)
    if compares_parts(condition):
        return compare_by_parts(condition.comparator, left, right[0])
    if compares_texts(condition):
        return compare_as_read(condition.comparator, left, right[0])
    return compare(condition.comparator, left, tuple(right))


def compare(comparator: Comparator, left: Operand, right: tuple[Operand, ...]) -> bool:  # noqa: C901, PLR0912 - one case per phrase.
    """Return whether a comparison holds; `is known` and `is within` are elsewhere."""
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
        case Comparator.LIKE:
            return is_like(str(left), str(right[0]))
        case Comparator.NOT_LIKE:
            return not is_like(str(left), str(right[0]))
        case Comparator.KNOWN | Comparator.UNKNOWN | Comparator.WITHIN | Comparator.OVERLAPS:
            raise AssertionError(comparator)
    assert_never(comparator)


def compare_by_parts(comparator: Comparator, left: Operand, right: Operand) -> bool:
    """Return whether a comparison of places or languages holds, or of lists of them.

    Raises `UndefinedError` where it holds of a part of one.
    """
    return _compare_words(comparator, (_words(left), _words(right)), any_among, _only_a_part)


def compare_as_read(comparator: Comparator, left: Operand, right: Operand) -> bool:
    """Return whether a comparison of texts holds, or of lists of them.

    Raises `UndefinedError` where it turns on two that read alike and are not the same.
    """
    return _compare_words(comparator, (_words(left), _words(right)), any_same, _any_alike)


_Words: TypeAlias = frozenset[str]


def _compare_words(
    comparator: Comparator,
    sides: tuple[_Words, _Words],
    any_in: Callable[[_Words, _Words], Truth],
    why_open: Callable[[_Words, _Words], str],
) -> bool:
    """Return whether a comparison of words holds, by whether any of some is in others.

    Raises `UndefinedError`, which says why, where that is unknown.
    """
    some, others = sides
    if comparator is Comparator.INCLUDES_ALL_OF:
        truths = {each: any_in(some, frozenset({each})) for each in others}
        others = frozenset(each for each in others if truths[each] is None)
        truth = False if False in truths.values() else None if others else True
    else:
        truth = any_in(some, others)
    if truth is None:
        raise UndefinedError(why_open(some, others))
    return truth is not (comparator in _DENYING)


def _only_a_part(some: _Words, others: _Words) -> str:
    """Return why it is unknown whether any of some places is one of others."""
    part, whole = min((part, whole) for whole in some for part in parts_of(whole, others))
    return f"{part} is only a part of {whole}"


def _any_alike(some: _Words, others: _Words) -> str:
    """Return why it is unknown whether any of some texts is one of others."""
    forms = by_form(others)
    one = min(each for each in some if folded(each) in forms)
    return only_alike(one, forms[folded(one)])


def only_alike(one: str, other: str) -> str:
    """Return what is said of two texts that read alike, in whatever order, and what to do."""
    first, second = sorted((one, other))
    return (
        f"“{first}” and “{second}” read alike, and are not written alike: "
        "write both in one way, or tell them apart"
    )


_DENYING = (Comparator.IS_NOT, Comparator.NOT_ONE_OF, Comparator.INCLUDES_NONE_OF)


def _words(value: Operand) -> _Words:
    """Return a text or a code, or those of a list or set of them."""
    if isinstance(value, str):
        return frozenset({value})
    return value if isinstance(value, frozenset) else _listed(value)


@lru_cache(maxsize=4)  # For the next element of a list; those of campaigns may be huge.
def _listed(value: Operand) -> _Words:
    return frozenset(map(str, members(value)))


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
    if isinstance(left, Measure) and isinstance(right, Measure):
        return order(left.size, right.size)
    if isinstance(left, datetime) is not isinstance(right, datetime):
        left, right = _day(left), _day(right)
    # The checker has seen to it that both are numbers, or both days, or both instants.
    less, more = left < right, left > right  # type: ignore[operator]
    return int(more) - int(less)


def is_within(
    left: Operand, length: Operand, anchor: Operand, condition: ComparisonCondition
) -> bool:
    """Whether a day lies at most so long before or after another, both included.

    A length that was calculated may be less than nothing: then no day does.
    """
    assert isinstance(length, Measure)  # noqa: S101 - as checked.
    day, one = _day(left), _day(anchor)
    other = _shifted(one, length, condition.within, condition.month_end)
    return other <= day <= one if condition.within < 0 else one <= day <= other


def _day(value: Operand) -> date:
    """Return the day of an instant; a day is its own."""
    assert isinstance(value, date)  # noqa: S101 - as checked.
    return day_of(value) if isinstance(value, datetime) else value


def calculate(
    operator: ArithmeticOperator, left: Operand, right: Operand, month_end: MonthEnd
) -> Operand:
    """Return the exact result of an operation; raises `UndefinedError` where there is none."""
    match left, right:
        case ((int() | Fraction()), (int() | Fraction())):
            result = _number(operator, left, right)
            return result.numerator if result.denominator == 1 else result
        case Money(), Money():
            return _money(operator, left, right)
        case Money(), int() | Fraction():
            return Money(amount=_number(operator, left.amount, right), currency=left.currency)
        case int() | Fraction(), Money():
            return Money(amount=_number(operator, left, right.amount), currency=right.currency)
        case Measure(), Measure():
            return _measures(operator, left, right)
        case Measure(), int() | Fraction():
            return replace(left, size=_number(operator, left.size, right))
        case int() | Fraction(), Measure():
            return replace(right, size=_number(operator, left, right.size))
        case date(), date():
            days = Fraction((left - right).days)
            return Measure(kind=Scalar.DAYS, size=days, unit=Unit.DAY)
        case date(), Measure():
            sign = 1 if operator is ArithmeticOperator.ADD else -1
            return _shifted(left, right, sign, month_end)
    raise AssertionError(operator, left, right)


def _money(operator: ArithmeticOperator, left: Money, right: Money) -> Money | Fraction:
    if left.currency != right.currency:
        raise UndefinedError(f"{left.currency} and {right.currency} are not joined")
    amount = _number(operator, left.amount, right.amount)
    if operator is ArithmeticOperator.DIVIDE:
        return amount
    return Money(amount=amount, currency=left.currency)


def _measures(operator: ArithmeticOperator, left: Measure, right: Measure) -> Measure | Fraction:
    size = _number(operator, left.size, right.size)
    return size if operator is ArithmeticOperator.DIVIDE else replace(left, size=size)


def _shifted(day: date, length: Measure, sign: int, month_end: MonthEnd) -> date:
    if length.size.denominator != 1:
        raise UndefinedError(f"no day lies {show(length)} from another")
    count = sign * length.size.numerator
    days = length.kind is Scalar.DAYS
    found = days_later(day, count) if days else months_later(day, count, month_end)
    if found is None:
        raise UndefinedError("the day lies beyond the calendar")
    return found


@overload
def _number(operator: ArithmeticOperator, left: Fraction, right: _Number) -> Fraction: ...


@overload
def _number(operator: ArithmeticOperator, left: _Number, right: Fraction) -> Fraction: ...


@overload
def _number(operator: ArithmeticOperator, left: _Number, right: _Number) -> _Number: ...


def _number(operator: ArithmeticOperator, left: _Number, right: _Number) -> _Number:
    """Return the exact result, which is a fraction unless both numbers are integers."""
    match operator:
        case ArithmeticOperator.ADD:
            return left + right
        case ArithmeticOperator.SUBTRACT:
            return left - right
        case ArithmeticOperator.MULTIPLY:
            return left * right
        case ArithmeticOperator.DIVIDE:
            if right == 0:
                raise UndefinedError("there is no division by zero")
            return Fraction(left, right)
    assert_never(operator)
