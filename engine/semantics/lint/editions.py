"""Days on which a rule is in force and a set or parameter that it names has no edition."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ...source.diagnostic import Diagnostic
from ..tree import Dated, DatedTerm, Policies, Rule, Window, clauses_of
from . import faults

_DAY = timedelta(days=1)


def uncovered(policies: Policies) -> Iterator[Diagnostic]:
    """Yield a warning for each gap of a declaration, at the first rule that meets it."""
    dated = policies.dated
    told: set[tuple[str, Window]] = set()
    for rule in policies.rules:
        for term in _dated(rule):
            for gap in _gaps(dated[term.name]):
                days = _common(gap, rule.window)
                if days is not None and (term.name, gap) not in told:
                    told.add((term.name, gap))
                    yield faults.no_edition(term.span, term.name, rule.id, *days)


def _dated(rule: Rule) -> Iterator[DatedTerm]:
    """Yield the sets and parameters that a rule names, each once."""
    terms = [term for clause in clauses_of(rule) for term in clause.terms]
    named = (term for term in (rule.places, *terms) if isinstance(term, DatedTerm))
    yield from {term.name: term for term in named}.values()


def _gaps(node: Dated[Any]) -> Iterator[Window]:
    """Yield the windows in which a declaration has no edition, in order of time."""
    covered: date | None = date.min
    for edition in node.editions:
        start = edition.window.first
        if covered is not None and covered < start:
            yield Window(start=covered, until=start)
        covered = edition.window.until
    if node.editions and covered is not None:
        yield Window(start=covered)


def _common(one: Window, other: Window) -> tuple[date, date | None] | None:
    """Return the first and the last day of both windows, None where it is open; or no days."""
    start = max(one.first, other.first)
    until = min(one.end, other.end)
    if start >= until:
        return None
    return start, None if until == date.max else until - _DAY
