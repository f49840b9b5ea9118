"""What in a rule depends on the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ..types import Scalar
from .conditions import Compared, conditions_below, terms_below, terms_of
from .rules import Rule, SetDefinition, clauses_of
from .terms import Constant, SetTerm, TodayTerm

_MOST_DURATIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCalendar:
    """What in a rule depends on the day.

    `changes` are the days on which the law changes as the rule reads it: where the rule begins or
    ends to be in force, and where an edition of a set that it names does. Where a condition reads
    `today`, `days` are the days written beside it, and `offsets` the numbers of days by which its
    durations may move a day; both are empty where none does.
    """

    changes: tuple[date, ...]
    reads_today: bool
    days: frozenset[date]
    offsets: frozenset[int]


def calendar_of(rule: Rule, sets: Mapping[str, SetDefinition]) -> RuleCalendar:
    """Return the calendar of a rule. `sets` has every set that it names."""
    parts = [
        part
        for clause in clauses_of(rule)
        for part in conditions_below(clause.condition)
        if isinstance(part, Compared)
    ]
    timely = [part for part in parts if any(isinstance(t, TodayTerm) for t in terms_of(part))]
    days = (t.value for part in timely for t in terms_of(part) if isinstance(t, Constant))
    return RuleCalendar(
        changes=tuple(sorted(set(_law_changes(rule, sets)))),
        reads_today=bool(timely),
        days=frozenset(day for day in days if isinstance(day, date)),
        offsets=frozenset(offset for part in timely for offset in _offsets(part)),
    )


def _law_changes(rule: Rule, sets: Mapping[str, SetDefinition]) -> Iterator[date]:
    terms = [term for clause in clauses_of(rule) for term in terms_below(clause.condition)]
    names = {term.name for term in (*terms, rule.places) if isinstance(term, SetTerm)}
    windows = [edition.window for name in sorted(names) for edition in sets[name].editions]
    for window in (rule.window, *windows):
        yield from (day for day in (window.start, window.until) if day is not None)


def _offsets(condition: Compared) -> frozenset[int]:
    """Return the sums of any of a comparison's durations, each forwards, backwards or left out."""
    durations = [
        term.value
        for term in terms_of(condition)
        if isinstance(term, Constant) and term.type is Scalar.DAYS and isinstance(term.value, int)
    ]
    sums = {0}
    for duration in durations[:_MOST_DURATIONS]:
        sums |= {one + sign * duration for one in sums for sign in (-1, 1)}
    return frozenset(sums)
