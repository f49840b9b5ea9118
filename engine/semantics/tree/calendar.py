"""What in a rule depends on the day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...syntax.lexis import Comparator
from ...syntax.tree import AggregateKind, ArithmeticOperator
from ..types import LENGTHS, Scalar, element_type
from ..values import Measure
from .conditions import ComparisonCondition, conditions_within, operands_of, terms_of
from .declarations import Dated
from .rules import Rule, clauses_read
from .terms import (
    AggregateTerm,
    ArithmeticTerm,
    Constant,
    DatedTerm,
    FactTerm,
    LookupTerm,
    ParameterTerm,
    SetTerm,
    TodayTerm,
    ValueTerm,
)

_MOST_LENGTHS = 4
_MOST_ROWS = 12
_ADDED_UP = (AggregateKind.SUM, AggregateKind.AVERAGE)
_CALENDAR_ADDS = (ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """How far from a day that is written or stated the turn of a condition may lie.

    `slack` is how many days the turn may lie beside it: months differ in length, so that it depends
    on the order in which months and days are counted.
    """

    months: int = 0
    days: int = 0
    slack: int = 0

    def moved(self, length: Measure, sign: int) -> "Offset":
        """Return the offset moved by a length of time."""
        count = sign * int(length.size)
        if length.kind is Scalar.DAYS:
            return Offset(months=self.months, days=self.days + count, slack=self.slack)
        return Offset(months=self.months + count, days=self.days, slack=self.slack + 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCalendar:
    """What in a rule depends on the day.

    `changes` are the days on which the law changes as the rule reads it: where the rule, one of its
    permissions or one of its waivers begins or ends to be in force, and where an edition of what it
    names (a set, a parameter) does. Where a condition reads `today`, `days` are the days that
    policies state beside it, `offsets` are how far the lengths of time beside it may move a day,
    and `reads_length` is whether the campaign states one more; all are empty where none does.
    `is_intricate` is whether it may turn on other days than these.
    """

    changes: tuple[date, ...]
    reads_today: bool
    days: frozenset[date]
    offsets: frozenset[Offset]
    reads_length: bool
    is_intricate: bool


def calendar_of(rule: Rule, dated: Mapping[str, Dated[Any]]) -> RuleCalendar:
    """Return the calendar of a rule. `dated` has every set and parameter that it names."""
    parts = [
        part
        for clause in clauses_read(rule)
        if any(isinstance(term, TodayTerm) for term in clause.terms)
        for part in conditions_within(clause.condition)
        if isinstance(part, ComparisonCondition)
        and any(isinstance(term, TodayTerm) for term in terms_of(part))
    ]
    timely = [terms_of(part) for part in parts]
    days = (value for each in timely for term in each for value in _values(term, dated))
    return RuleCalendar(
        changes=tuple(sorted(set(_law_changes(rule, dated)))),
        reads_today=bool(timely),
        days=frozenset(day for day in days if isinstance(day, date)),
        offsets=frozenset(offset for each in timely for offset in _offsets(each, dated)),
        reads_length=any(map(_stated, timely)),
        is_intricate=any(_is_intricate(each, dated) for each in timely)
        or any(map(_counts_from_several_days, parts)),
    )


def _law_changes(rule: Rule, dated: Mapping[str, Dated[Any]]) -> Iterator[date]:
    terms = [term for clause in clauses_read(rule) for term in clause.terms]
    told = rule.duty.text.parts if rule.duty is not None else ()
    laws = (rule, *rule.permissions)
    places = [each.places for each in laws]
    waived = [each.window for each in rule.waivers]
    names = {term.name for term in (*terms, *told, *places) if isinstance(term, DatedTerm)}
    windows = [edition.window for name in sorted(names) for edition in dated[name].editions]
    for window in (*(each.window for each in laws), *waived, *windows):
        yield from (day for day in (window.start, window.until) if day is not None)


def _values(term: ValueTerm, dated: Mapping[str, Dated[Any]]) -> tuple[object, ...]:
    """Return the values that policies state for a term, in each edition and case."""
    match term:
        case Constant(value=frozenset() as members):
            return tuple(members)
        case Constant(value=value):
            return (value,)
        case SetTerm(name=name):
            return tuple(member for edition in dated[name].editions for member in edition.content)
        case ParameterTerm(name=name):
            return tuple(edition.content.value for edition in dated[name].editions)
        case LookupTerm(name=name):
            rows = [row for edition in dated[name].editions for row in edition.content]
            return tuple(dict.fromkeys(row.value.value for row in rows))
        case _:
            return ()


def spread(offsets: frozenset[Offset], *lengths: Measure) -> frozenset[Offset]:
    """Return offsets, and each moved by any one of the lengths, forwards and backwards."""
    return offsets | {
        one.moved(length, sign) for one in offsets for length in lengths for sign in (-1, 1)
    }


def _offsets(terms: Iterable[ValueTerm], dated: Mapping[str, Dated[Any]]) -> frozenset[Offset]:
    lengths = [_values(term, dated) for term in terms if _is_written_length(term)]
    sums = frozenset((Offset(),))
    for editions in lengths[:_MOST_LENGTHS]:
        sums = spread(sums, *(length for length in editions if isinstance(length, Measure)))
    return sums


def _is_written_length(term: ValueTerm) -> bool:
    if not isinstance(term, Constant | SetTerm | ParameterTerm | LookupTerm):
        return False
    return element_type(term.type) in LENGTHS


def _stated(terms: Iterable[ValueTerm]) -> list[FactTerm]:
    return [
        term for term in terms if isinstance(term, FactTerm) and element_type(term.type) in LENGTHS
    ]


def _is_intricate(terms: Iterable[ValueTerm], dated: Mapping[str, Dated[Any]]) -> bool:
    """Whether lengths are scaled, added up or too many to tell when a condition turns."""
    listed = tuple(terms)
    calculated = [term for term in listed if isinstance(term, ArithmeticTerm)]
    return (
        sum(map(_is_written_length, listed)) > _MOST_LENGTHS
        or len(_stated(listed)) > 1
        or any(_turns_by_table(term, dated) for term in listed)
        or any(term.operator not in _CALENDAR_ADDS for term in calculated)
        or any(isinstance(term, AggregateTerm) and term.kind in _ADDED_UP for term in listed)
    )


def _counts_from_several_days(part: ComparisonCondition) -> bool:
    """Whether a comparison counts from other days than `today` and one more.

    Where it turns then lies by no length of time from any of them.
    """
    left, *right = map(_days_in, (part.left, *part.right))
    together = sum(right) if part.comparator is Comparator.WITHIN else max(right, default=0)
    return left + together > len(("today", "one more"))


def _days_in(term: ValueTerm) -> int:
    """Return from how many days a value is counted, `today` included."""
    match term:
        case TodayTerm():
            return 1
        case ArithmeticTerm(left=left, right=right):
            return _days_in(left) + _days_in(right)
        case AggregateTerm(value=value):
            return 0 if value is None else _days_in(value)
        case _:
            return int(element_type(term.type) in (Scalar.DATE, Scalar.INSTANT))


def _turns_by_table(term: ValueTerm, dated: Mapping[str, Dated[Any]]) -> bool:
    """Whether a table is looked up by the day, or gives too many lengths of time."""
    if not isinstance(term, LookupTerm):
        return False
    many = term.type in LENGTHS and len(_values(term, dated)) > _MOST_ROWS
    return many or any(isinstance(each, TodayTerm) for each in operands_of(term))
