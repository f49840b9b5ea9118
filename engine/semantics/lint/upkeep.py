"""What wants looking after: waivers that are over or untested, and values that nobody looks over.

What is out of date depends on today. So it is looked for in the files, apart from the policies that
decide: a decision knows no other day than its own.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.visit import all_of, items_of
from . import faults

REVIEW_PERIOD = timedelta(days=365)
"""A value that was looked over longer ago than this is looked over again."""


def outdated(files: Iterable[syntax.File], day: date) -> Iterator[Diagnostic]:
    """Yield a warning for each waiver and review that a day shows to be out of step.

    A waiver may be over, or have been approved on a day to come; a review may be too old.
    """
    trees = tuple(files)
    for waiver in items_of(syntax.Waiver, trees):
        yield from _over(waiver, day)
        yield from _to_be_approved(waiver, day)
    for parameter in items_of(syntax.Parameter, trees):
        yield from _unreviewed(parameter, day)


def _over(waiver: syntax.Waiver, day: date) -> Iterator[Diagnostic]:
    for end in (clause.end for clause in all_of(syntax.ForceClause, waiver.clauses)):
        if end is not None and end.until is not None and end.until <= day:
            yield faults.waiver_over(end.day.span, waiver.name.text, end.until)


def _to_be_approved(waiver: syntax.Waiver, day: date) -> Iterator[Diagnostic]:
    for clause in all_of(syntax.ApprovalClause, waiver.clauses):
        if clause.day.value > day:
            yield faults.approval_to_come(clause.day.span, waiver.name.text, clause.day.value)


def _unreviewed(parameter: syntax.Parameter, day: date) -> Iterator[Diagnostic]:
    for clause in all_of(syntax.ReviewClause, parameter.clauses):
        if day - clause.day.value > REVIEW_PERIOD:
            yield faults.stale_review(clause.day.span, parameter.name.text, clause.day.value)


def untested(files: Iterable[syntax.File]) -> Iterator[Diagnostic]:
    """Yield a warning for each waiver that no test expects to hold."""
    trees = tuple(files)
    tests = items_of(syntax.Test, trees)
    expected = {name for test in tests for step in test.steps for name in _waivers_in(step)}
    for waiver in items_of(syntax.Waiver, trees):
        if waiver.name.text not in expected:
            yield faults.untested_waiver(waiver.name.span, waiver.name.text)


def _waivers_in(step: syntax.TestStep | syntax.Broken) -> frozenset[str]:
    match step:
        case syntax.Expectation(waivers=waivers):
            return frozenset(name.text for name in waivers)
        case syntax.Row(expectation=expectation):
            return _waivers_in(expectation)
        case _:
            return frozenset()
