"""What wants looking after: waivers that are over or untested, and values that nobody looks over.

What is out of date depends on today. So it is looked for in the files, apart from the policies that
decide: a decision knows no other day than its own.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ..tree import Window
from . import faults

REVIEW_PERIOD = timedelta(days=365)
"""A value that was looked over longer ago than this is looked over again."""


def outdated(files: Iterable[syntax.File], day: date) -> Iterator[Diagnostic]:
    """Yield a warning for each waiver and review that a day shows to be out of step.

    A waiver may be over, or have been approved on a day to come; a review may be too old.
    """
    for item in (item for file in files for item in file.items):
        match item:
            case syntax.Waiver():
                yield from _over(item, day)
                yield from _to_be_approved(item, day)
            case syntax.Parameter():
                yield from _unreviewed(item, day)
            case _:
                pass


def _over(waiver: syntax.Waiver, day: date) -> Iterator[Diagnostic]:
    days = (clause for clause in waiver.clauses if isinstance(clause, syntax.ForceClause))
    for until in (clause.until for clause in days):
        if until is not None and not Window(until=until.value).meets(day, day):
            yield faults.waiver_over(until.span, waiver.name.text, until.value)


def _to_be_approved(waiver: syntax.Waiver, day: date) -> Iterator[Diagnostic]:
    for clause in waiver.clauses:
        if isinstance(clause, syntax.ApprovalClause) and clause.day.value > day:
            yield faults.approval_to_come(clause.day.span, waiver.name.text, clause.day.value)


def _unreviewed(parameter: syntax.Parameter, day: date) -> Iterator[Diagnostic]:
    for clause in parameter.clauses:
        if isinstance(clause, syntax.ReviewClause) and day - clause.day.value > REVIEW_PERIOD:
            yield faults.stale_review(clause.day.span, parameter.name.text, clause.day.value)


def untested(files: Iterable[syntax.File]) -> Iterator[Diagnostic]:
    """Yield a warning for each waiver that no test expects to hold."""
    items = tuple(item for file in files for item in file.items)
    tests = (item for item in items if isinstance(item, syntax.Test))
    expected = {name for test in tests for step in test.steps for name in _waivers_in(step)}
    for item in items:
        if isinstance(item, syntax.Waiver) and item.name.text not in expected:
            yield faults.untested_waiver(item.name.span, item.name.text)


def _waivers_in(step: syntax.TestStep | syntax.Broken) -> frozenset[str]:
    match step:
        case syntax.Expectation(waivers=waivers):
            return frozenset(name.text for name in waivers)
        case syntax.Row(expectation=expectation):
            return _waivers_in(expectation)
        case _:
            return frozenset()
