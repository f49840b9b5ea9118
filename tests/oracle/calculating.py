"""What is made of values: sums, shares, days. None is what has no value."""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from engine.semantics.tree import Measure, Money, measure
from engine.semantics.types import Scalar
from engine.syntax.lexis import MonthEnd, Unit
from engine.syntax.tree import AggregateKind, ArithmeticOperator


def calculated(operator: ArithmeticOperator, one: Any, other: Any, month_end: MonthEnd) -> Any:
    """Return one value and another, added, subtracted, multiplied or divided."""
    if one is None or other is None:
        return None
    if isinstance(one, date):
        if isinstance(other, date):
            return measure(Fraction((one - other).days), Unit.DAY)
        sign = 1 if operator is ArithmeticOperator.ADD else -1
        return moved(one, other, sign, month_end)
    if isinstance(one, Money) and isinstance(other, Money) and one.currency != other.currency:
        return None  # "amounts in two currencies" have no value together.
    a, b = plain(one), plain(other)
    match operator:
        case ArithmeticOperator.ADD:
            return like(one, a + b)
        case ArithmeticOperator.SUBTRACT:
            return like(one, a - b)
        case ArithmeticOperator.MULTIPLY:
            return like(other if isinstance(other, Money | Measure) else one, a * b)
    if b == 0:
        return None  # "a division by zero"
    return a / b if isinstance(other, Money | Measure) else like(one, a / b)


def plain(value: Any) -> Any:
    """Return the size of an amount; days and instants are their own."""
    match value:
        case Money(amount=amount):
            return amount
        case Measure(size=size):
            return size
        case date():
            return value
    return Fraction(value)


def like(value: Any, size: Fraction) -> Any:
    """Return an amount of the kind of another."""
    match value:
        case Money(currency=currency):
            return Money(amount=size, currency=currency)
        case Measure(kind=kind, unit=unit):
            return Measure(kind=kind, size=size, unit=unit)
    return size


def moved(day: date, length: Measure, sign: int, month_end: MonthEnd) -> date | None:
    """Return a date plus or minus days or months; "a day beyond the years 1 to 9999 is unknown"."""
    count = sign * length.size
    if count.denominator != 1:
        return None
    try:
        if length.kind is Scalar.DAYS:
            return day + timedelta(days=int(count))
        year, month = divmod(day.year * 12 + day.month - 1 + int(count), 12)
        last = calendar.monthrange(year, month + 1)[1]
        if day.day <= last:
            return day.replace(year=year, month=month + 1)
        # "Where the last month of a count lacks the day, the count ends on the last day of that
        # month"; "`month end rounds up` […] makes it" the first of the next.
        end = day.replace(year=year, month=month + 1, day=last)
        return end + timedelta(days=1) if month_end is MonthEnd.ROUNDS_UP else end
    except (ValueError, OverflowError):
        return None


def day_of(time: date) -> date:
    """Return the day of an instant in UTC; a day is its own."""
    return time.astimezone(UTC).date() if isinstance(time, datetime) else time


def same_clock(one: Any, other: Any) -> tuple[Any, Any]:
    """Return two values: "an instant beside a date is its day in UTC"."""
    if isinstance(one, datetime) is isinstance(other, datetime):
        return one, other
    return day_of(one), day_of(other)


def taken_together(kind: AggregateKind, values: Sequence[Any], of: Any) -> Any:
    """Return one value of many, which are of the type `of`."""
    if kind is AggregateKind.COUNT:
        return Fraction(len(values))
    if None in values:
        return None  # "An element that is unknown […] makes the whole unknown."
    if len({value.currency for value in values if isinstance(value, Money)}) > 1:
        return None  # "Amounts of several currencies are never taken together."
    if not values:
        # The page: "An empty list has the count 0 and the sum 0, but no lowest, highest or average;
        # and no sum of money, for want of a currency."
        if kind is not AggregateKind.SUM or of is Scalar.MONEY:
            return None
        units = {Scalar.DAYS: Unit.DAY, Scalar.MONTHS: Unit.MONTH, Scalar.DISTANCE: Unit.METRE}
        return measure(Fraction(0), units[of]) if of in units else Fraction(0)
    if kind is AggregateKind.LOWEST:
        return min(values, key=plain)
    if kind is AggregateKind.HIGHEST:
        return max(values, key=plain)
    total = sum((plain(value) for value in values), Fraction(0))
    return like(values[0], total / len(values) if kind is AggregateKind.AVERAGE else total)
