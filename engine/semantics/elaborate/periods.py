"""Periods: what is said of one is said of its first and of its last day.

A period is a group with the dates `start` and `end`, both days included, or is written out. The
typed core knows none of this: it compares days, so that an end that is missing is simply unknown.
"""

from dataclasses import replace

from ...source.text import Span
from ...syntax import tree as syntax
from ...syntax.lexis import Comparator
from .. import faults
from ..tree import ComparisonCondition, Constant, FactTerm, JunctionCondition, ValueTerm
from ..types import RecordType, Scalar, Type
from ..vocabulary import Vocabulary
from .kinds import type_of
from .names import fact, path
from .scope import Scope

Period = tuple[ValueTerm, ValueTerm]
"""Its first and its last day."""

_ENDS = ("start", "end")


def period(scope: Scope, node: syntax.Expression) -> Period | None:
    """Return the days of a period, or None where a fault was reported."""
    match node:
        case syntax.PeriodLiteral(start=start, end=end) if end < start:
            return scope.refuse(faults.values.inverted_period(node.span))
        case syntax.PeriodLiteral(span=span, start=start, end=end):
            first, last = (
                Constant(span=span, type=Scalar.DATE, value=day, text=day.isoformat())
                for day in (start, end)
            )
            return first, last
        case syntax.Path():
            term = path(scope, node, None)
            return None if term is None else _named(scope, node, term)
        case _:
            return scope.refuse(faults.values.period_needed(node.span, None))


def _named(scope: Scope, node: syntax.Path, term: ValueTerm) -> Period | None:
    kind = type_of(term)
    if not isinstance(term, FactTerm) or not is_period(kind, scope.vocabulary):
        return scope.refuse(faults.values.period_needed(node.span, kind))
    first, last = (
        fact(scope, replace(node, steps=(*node.steps, syntax.Step(span=node.span, name=name))))
        for name in _ENDS
    )
    return None if first is None or last is None else (first, last)


def is_period(kind: Type, vocabulary: Vocabulary) -> bool:
    """Whether values of a type are periods."""
    if not isinstance(kind, RecordType):
        return False
    facts = vocabulary.records[kind.name].facts
    return all(name in facts and facts[name].type is Scalar.DATE for name in _ENDS)


def overlap(span: Span, one: Period, other: Period) -> JunctionCondition:
    """Return the condition that two periods have a day in common."""
    return _both(span, _in_order(span, one[0], other[1]), _in_order(span, other[0], one[1]))


def inside(span: Span, day: ValueTerm, within: Period) -> JunctionCondition:
    """Return the condition that a day lies in a period."""
    return _both(span, _in_order(span, within[0], day), _in_order(span, day, within[1]))


def _both(span: Span, *operands: ComparisonCondition) -> JunctionCondition:
    return JunctionCondition(span=span, kind=syntax.JunctionKind.AND, operands=operands)


def _in_order(span: Span, earlier: ValueTerm, later: ValueTerm) -> ComparisonCondition:
    """Return the comparison of two days; a fact stands to the left, where there is one."""
    if isinstance(later, FactTerm) and not isinstance(earlier, FactTerm):
        return ComparisonCondition(
            span=span,
            comparator=Comparator.ON_OR_AFTER,
            left=later,
            right=(earlier,),
            is_half=True,
        )
    return ComparisonCondition(
        span=span,
        comparator=Comparator.ON_OR_BEFORE,
        left=earlier,
        right=(later,),
        is_half=True,
    )
