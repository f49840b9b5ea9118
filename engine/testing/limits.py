"""The limits in rules, and the three values that try each: a step below it, at it, and above it.

A limit is what a fact is compared with: a number, a percentage, an amount of money, a date, a
length of time, a distance, or the day that lies so long before or after another. The step is a
whole one for whole numbers, a day for dates and days, a month for months, a cent for money, else
one in the last decimal place in which the limit is written.
Limits on calculated values and on the fact that stands to the right are not looked at.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from ..evaluation.operations.days import days_later, months_later
from ..evaluation.values import Datum, decimal_text
from ..semantics.tree import (
    ComparisonCondition,
    Condition,
    Constant,
    FactTerm,
    LookupTerm,
    Measure,
    Money,
    ParameterTerm,
    Policies,
    Rule,
    TodayTerm,
    Value,
    ValueTerm,
    Window,
    measure,
    parts_within,
)
from ..semantics.types import MEASURES, UNITS, Scalar
from ..syntax.lexis import DATE_COMPARATORS, ORDER_COMPARATORS, TIME_UNITS, Comparator, Unit
from .judgments import Address, Read, clauses_tried
from .parts import PartKey

_ORDERS = (*ORDER_COMPARATORS, *DATE_COMPARATORS, Comparator.BETWEEN)
_TYPES = (
    *(Scalar.NUMBER, Scalar.WHOLE_NUMBER, Scalar.PERCENTAGE, Scalar.MONEY, Scalar.DATE),
    *MEASURES,
)
_CENT = Fraction(1, 100)
_FINEST = {Unit.WEEK: Unit.DAY, Unit.YEAR: Unit.MONTH}


class Side(Enum):
    """Where a value lies in respect of a limit."""

    BELOW = "one step below"
    AT = "at"
    ABOVE = "one step above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A fact held against a limit; `anchor` is the day from which a number of days is counted.

    `window` is the time in which the limit holds: that of the edition, where a parameter sets it.
    `looked_up` is the lookup of which the limit is one case; it holds where the case was meant.
    """

    rule: Rule
    key: PartKey
    fact: FactTerm
    limit: Constant
    condition: ComparisonCondition
    window: Window
    anchor: ValueTerm | None = None
    looked_up: LookupTerm | None = None

    def holds(self, day: date, read: Iterable[Read]) -> bool:
        """Whether a comparison was held against this limit, under the law of a day."""
        if self.looked_up is None:
            return self.window.holds_on(day)
        return any(each.term == self.looked_up and each.value == self.limit.value for each in read)

    def values(self, read: Iterable[Read]) -> Mapping[Side, Value]:
        """Return the values that try the limit, by what its comparison read; none if unknown."""
        at = self.limit.value if self.anchor is None else self._day(read)
        return dict(_around(at, self.fact, self.limit))

    def _day(self, read: Iterable[Read]) -> date | None:
        anchor, length = self.anchor, self.limit.value
        known: Datum | Value | None = anchor.value if isinstance(anchor, Constant) else None
        for each in read:
            if each.term == anchor:
                known = each.value
        if not isinstance(known, date) or not isinstance(length, Measure):
            return None
        count = int(length.size) * self.condition.within
        if length.kind is Scalar.DAYS:
            return days_later(known, count)
        return months_later(known, count, self.condition.month_end)


def limits_of(rule: Rule, policies: Policies) -> Iterator[Limit]:
    """Yield the limits in a rule, in the order of its clauses.

    Of a parameter each edition is one, and of a table each case.
    """
    for index, clause in enumerate(clauses_tried(rule)):
        for address, condition in _below(clause.condition):
            if not isinstance(condition, ComparisonCondition):
                continue
            fact = condition.left
            if isinstance(fact, FactTerm) and fact.type in _TYPES:
                for term, anchor in _held_against(condition):
                    for constant, window in _stated(term, policies):
                        yield Limit(
                            rule=rule,
                            key=(index, address),
                            fact=fact,
                            limit=constant,
                            condition=condition,
                            window=window,
                            anchor=anchor,
                            looked_up=term if isinstance(term, LookupTerm) else None,
                        )


def _held_against(condition: ComparisonCondition) -> Iterator[tuple[ValueTerm, ValueTerm | None]]:
    """Yield what may be a limit, each with the day from which it counts, if it counts days."""
    if condition.comparator is Comparator.WITHIN:
        days, anchor = condition.right
        if isinstance(anchor, Constant | FactTerm | TodayTerm):
            yield days, anchor
    elif condition.comparator in _ORDERS:
        yield from ((term, None) for term in condition.right)


def _stated(term: ValueTerm, policies: Policies) -> Iterator[tuple[Constant, Window]]:
    match term:
        case Constant():
            yield term, Window()
        case ParameterTerm(name=name):
            editions = policies.parameters[name].editions
            yield from ((each.content, each.window) for each in editions)
        case LookupTerm(name=name):
            rows = (row for each in policies.tables[name].editions for row in each.content)
            cases = {row.value.span: row.value for row in rows}
            yield from ((value, Window()) for value in cases.values())
        case _:
            pass


def _below(condition: Condition, address: Address = ()) -> Iterator[tuple[Address, Condition]]:
    yield address, condition
    for index, inner in enumerate(parts_within(condition)):
        yield from _below(inner, (*address, index))


# --- around a limit ---------------------------------------------------------------------------


def _around(at: Value | None, fact: FactTerm, limit: Constant) -> Iterator[tuple[Side, Value]]:
    match at:
        case date():
            for side, days in ((Side.BELOW, -1), (Side.AT, 0), (Side.ABOVE, 1)):
                if (day := days_later(at, days)) is not None:
                    yield side, day
        case Money(amount=amount, currency=currency):
            for side, number in _numbers(amount, min(_CENT, _last_place(amount))):
                yield side, Money(amount=number, currency=currency)
        case Measure():
            yield from _around_measure(at)
        case int() | Fraction():
            for side, number in _numbers(Fraction(at), _step(fact, limit)):
                whole = fact.type is Scalar.WHOLE_NUMBER
                if number.denominator == 1 or not whole:
                    yield side, number.numerator if whole else number
        case _:
            pass  # The day from which is counted is unknown.


def _around_measure(at: Measure) -> Iterator[tuple[Side, Value]]:
    unit = _FINEST.get(at.unit, at.unit)
    amount = at.size / UNITS[unit][1]
    step = Fraction(1) if unit in TIME_UNITS else _last_place(amount)
    for side, number in _numbers(amount, step):
        yield side, measure(number, unit)


def _numbers(at: Fraction, step: Fraction) -> Iterator[tuple[Side, Fraction]]:
    """Yield the numbers around a limit; what is below nothing is left out."""
    for side, number in ((Side.BELOW, at - step), (Side.AT, at), (Side.ABOVE, at + step)):
        if number >= 0:
            yield side, number


def _step(fact: FactTerm, limit: Constant) -> Fraction:
    if fact.type is Scalar.WHOLE_NUMBER:
        return Fraction(1)
    assert isinstance(limit.value, int | Fraction)  # noqa: S101 - only numbers come here.
    if fact.type is Scalar.PERCENTAGE:
        return _last_place(Fraction(limit.value) * 100) / 100
    return _last_place(Fraction(limit.value))


def _last_place(number: Fraction) -> Fraction:
    """Return one in the last decimal place of a number."""
    decimals = decimal_text(number, places=18).partition(".")[2]
    return Fraction(1, 10 ** len(decimals))
