"""The later days on which a decision may change: those of `validity`, but from sorted tables.

Days are counted as in `date.toordinal`. How far a condition that reads `today` may change from a
stated day is known when the policies are compiled; with a campaign, it remains to add and look up.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from ...semantics.tree import (
    ComparisonCondition,
    Condition,
    FactTerm,
    Measure,
    Offset,
    Rule,
    RuleCalendar,
    TodayTerm,
    clauses_read,
    conditions_below,
    spread,
    terms_of,
)
from ...semantics.types import LENGTHS, Scalar, element_type
from ...semantics.vocabulary import Fact, RecordShape, Vocabulary
from ...syntax.lexis import MonthEnd
from ..operations.days import day_of, months_later
from ..values import Campaign, Datum, Group
from .closures import descend

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()

Shifts = Mapping[int, tuple[int, ...]]
"""How far from a day a condition may turn: for each number of months so many days, in order."""


def shifts(offsets: Iterable[Offset]) -> Shifts:
    """Return the distances of offsets, all together."""
    found: dict[int, set[int]] = {}
    for each in offsets:
        reach = range(each.days - each.slack, each.days + each.slack + 2)
        found.setdefault(each.months, set()).update(reach)
    return {months: tuple(sorted(days)) for months, days in found.items()}


def turns(day: date, distances: Shifts, after: int) -> Iterator[int]:
    """Yield the days after another on which a condition may turn that counts from a day."""
    for months, days in distances.items():
        moved = months_later(day, months, MonthEnd.ROUNDS_DOWN) if months else day
        if moved is not None:
            base = moved.toordinal()
            for each in days[bisect_right(days, after - base) :]:
                if _FIRST <= base + each <= _LAST:
                    yield base + each


def size(distances: Shifts) -> int:
    """Return how many distances there are."""
    return sum(map(len, distances.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timely:
    """What conditions that read `today` count from, over some rules.

    `written` are the days of policies with what may turn beside them. `measured` are the offsets
    of conditions beside which a campaign states a length, with the days of their policies.
    """

    plain: Shifts
    written: tuple[tuple[date, Shifts], ...]
    measured: tuple[tuple[frozenset[Offset], frozenset[date]], ...]

    @classmethod
    def of(cls, calendars: Iterable[RuleCalendar]) -> "Timely":
        """Return what the calendars of rules say together, of those that read `today`."""
        plain: set[Offset] = set()
        written: dict[date, set[Offset]] = {}
        measured: dict[tuple[frozenset[Offset], frozenset[date]], None] = {}
        for each in (calendar for calendar in calendars if calendar.reads_today):
            if each.reads_length:
                measured[each.offsets, each.days] = None
                continue
            plain |= each.offsets
            for day in each.days:
                written.setdefault(day, set()).update(each.offsets)
        return cls(
            plain=shifts(plain),
            written=tuple((day, shifts(offsets)) for day, offsets in written.items()),
            measured=tuple(measured),
        )

    def most(self, days: int, lengths: Iterable[Measure]) -> int:
        """Return a number that `days` will not exceed where so much is stated.

        No day is looked at.
        """
        found = days * size(self.plain)
        found += sum(size(distances) for _, distances in self.written)
        for offsets, own in self.measured:
            found += (days + len(own)) * size(shifts(spread(offsets, *lengths)))
        return found

    def days(self, stated: "Stated", after: int) -> Iterator[int]:
        """Yield the days after another on which a condition may turn for a campaign."""
        for day in stated.days:
            yield from turns(day, self.plain, after)
        for day, distances in self.written:
            yield from turns(day, distances, after)
        for offsets, days in self.measured:
            distances = shifts(spread(offsets, *stated.lengths))
            for day in stated.days | days:
                yield from turns(day, distances, after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The days, and the lengths of time, that a campaign states anywhere."""

    days: frozenset[date]
    lengths: frozenset[Measure]


_TIMED = (Scalar.DATE, Scalar.INSTANT, *LENGTHS)


Leaf: TypeAlias = tuple[str, str]
"""A fact as the vocabulary declares it: the name of its group, and its own."""


class StatedReader:
    """Finds the days and lengths that campaigns of one vocabulary state, and looks nowhere else."""

    def __init__(self, vocabulary: Vocabulary, only: frozenset[Leaf] | None = None) -> None:
        """Find out which facts state them, or only some, and which groups lead to such facts."""
        self._leaves: dict[str, tuple[int, ...]] = {}
        self._groups: dict[str, tuple[tuple[int, str], ...]] = {}
        leaves = {
            name: tuple(
                place
                for place, fact in enumerate(shape.facts.values())
                if _is_timed(fact) and (only is None or (name, fact.name) in only)
            )
            for name, shape in vocabulary.records.items()
        }
        leading = _leading(vocabulary, {name for name, places in leaves.items() if places})
        for name, shape in vocabulary.records.items():
            facts = list(enumerate(shape.facts.values()))
            self._leaves[name] = leaves[name]
            self._groups[name] = tuple(
                (place, fact.record) for place, fact in facts if fact.record in leading
            )
        self._root = vocabulary.root

    def read(self, campaign: Campaign) -> Stated:
        """Return what a campaign states."""
        found: list[object] = []
        self._collect(campaign.facts, self._root, found)
        lengths = frozenset(each for each in found if isinstance(each, Measure))
        days = frozenset(
            day_of(each) if isinstance(each, datetime) else each
            for each in found
            if isinstance(each, date)
        )
        return Stated(days=days, lengths=lengths)

    def _collect(self, group: Datum, name: str, found: list[object]) -> None:
        assert isinstance(group, Group)  # noqa: S101 - as the vocabulary declares it.
        values = group.values
        for place in self._leaves[name]:
            value = values[place]
            if isinstance(value, tuple):
                found.extend(value)
            elif value is not None:
                found.append(value)
        for place, inner in self._groups[name]:
            value = values[place]
            if isinstance(value, tuple):
                for each in value:
                    self._collect(each, inner, found)
            elif value is not None:
                self._collect(value, inner, found)


class StatedBound:
    """Bounds how many days and lengths campaigns state, by the lengths of their lists."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        found = list(_lists_of_timed(vocabulary, vocabulary.root, (), (), frozenset()))
        self._once = sum(not lists for lists in found)
        self._each = tuple(Counter(lists[0] for lists in found if lists).items())
        self._is_nested = any(len(lists) > 1 for lists in found)

    def of(self, campaign: Campaign) -> int | None:
        """Return a number that is not exceeded; None where it takes more than a glance."""
        if self._is_nested:
            return None
        found = self._once
        for path, count in self._each:
            elements = descend(campaign.facts, path)
            if isinstance(elements, tuple):
                found += count * len(elements)
        return found


def _lists_of_timed(
    vocabulary: Vocabulary,
    name: str,
    path: tuple[int, ...],
    lists: tuple[tuple[int, ...], ...],
    above: frozenset[str],
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield, for each fact below a group that states days or lengths, the lists that lead to it."""
    for place, fact in enumerate(vocabulary.records[name].facts.values()):
        here = (*path, place)
        within = (*lists, here) if fact.is_list else lists
        if _is_timed(fact):
            yield within
        elif fact.record in above:
            yield (here, here)  # As deep as anybody cares to nest.
        elif fact.record is not None:
            yield from _lists_of_timed(vocabulary, fact.record, here, within, above | {name})


def _is_timed(fact: Fact) -> bool:
    kind = element_type(fact.type)
    return kind in _TIMED


def _leading(vocabulary: Vocabulary, found: set[str]) -> frozenset[str]:
    """Return some groups, and all that lead to them."""
    shapes = vocabulary.records.items()
    while more := {name for name, shape in shapes if _leads(shape, found)} - found:
        found |= more
    return frozenset(found)


def _leads(shape: RecordShape, to: set[str]) -> bool:
    return any(fact.record in to for fact in shape.facts.values())


def timely_facts(rule: Rule, vocabulary: Vocabulary) -> frozenset[Leaf]:
    """Return the facts that stand beside `today` in the comparisons of a rule."""
    found: set[Leaf] = set()
    for clause in clauses_read(rule):
        for compared in _timely(clause.condition):
            for term in terms_of(compared):
                if isinstance(term, FactTerm):
                    found |= _leaves_of(term, vocabulary)
    return frozenset(found)


def _timely(condition: Condition) -> Iterator[ComparisonCondition]:
    for part in conditions_below(condition):
        if isinstance(part, ComparisonCondition) and any(
            isinstance(t, TodayTerm) for t in terms_of(part)
        ):
            yield part


def _leaves_of(term: FactTerm, vocabulary: Vocabulary) -> set[Leaf]:
    """Return every fact of the vocabulary that a term may read, by its last name.

    An element of a list of days has no name of its own: then it may be any list.
    """
    if term.path:
        last = term.path[-1]
        return {(name, last) for name, shape in vocabulary.records.items() if last in shape.facts}
    shapes = vocabulary.records.items()
    return {
        (name, fact.name) for name, shape in shapes for fact in shape.facts.values() if fact.is_list
    }
